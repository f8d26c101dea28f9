"""Two catalogues of ours that collect from each other: nothing grows, nothing is lost. And the pages and the commands."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from harvest_samples import Portal, dataset
from werkzeug.serving import make_server

from catalog.cli import app
from catalog.dcat import incoming
from catalog.dcat.nouns import Dataset
from catalog.harvest import runs, sources
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app


@contextmanager
def _served(home: Path) -> Iterator[Settings]:
    """A catalogue of ours on loopback, at the address that it says it has."""
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [])
    settings = Settings(home=str(home), base_url=f"http://127.0.0.1:{server.server_port}", page_size=2)
    server.app = create_app(settings)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield settings
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _told(store: Store) -> dict[str, Dataset]:
    """What a catalogue says of each dataset, by its identifier."""
    documents = store.documents("nt", limit=1000)
    found = [one for each in documents for one in incoming.read_document(each.body, "nt", "http://x.example/").datasets]
    return {each.identifier: each for each in found}


@pytest.mark.parametrize("address", ["/catalog", "/"])
def test_two_catalogues_that_collect_from_each_other_neither_grow_nor_lose_anything(
    tmp_path: Path, package_folder: Any, address: str
) -> None:
    with ExitStack() as stack:
        one, two = (stack.enter_context(_served(tmp_path / name)) for name in ("one", "two"))
        first, second = (stack.enter_context(Store.open(each)) for each in (one, two))
        for name in ("a", "b", "c"):
            publish(package_folder(name), one, first)
        publish(package_folder("d"), two, second)
        for store, other in ((first, two), (second, one)):
            sources.add(sources.Source(name="other", address=f"{other.base_url}{address}", hosts=("127.0.0.1",)), store)
        own = {**_told(first), **_told(second)}
        seen = []
        for _round in range(3):
            counts = []
            for settings, store in ((two, second), (one, first)):
                ran = runs.run("other", settings, store, runs.Options(), runs.Watch())
                assert ran.outcome == runs.DONE
                counts.append(dict(ran.counts))
            seen.append(counts)
            for store in (first, second):
                kept = _told(store)
                assert kept.keys() == own.keys()
                for identifier, each in kept.items():
                    assert replace(each, iri=own[identifier].iri, derived_from="") == own[identifier]
        assert seen[0] == [{"created": 3}, {"created": 1, "own": 3}]
        assert seen[-1] == [{"unchanged": 4}, {"unchanged": 4}]
        assert (first.count(), second.count()) == (4, 4)
        assert {store.latest(each.id).version for store in (first, second) for each in store.summaries()} == {1}


PAGES = (
    "/dataset/far-a", "/en/dataset/far-a", "/dataset/far-a.json", "/dataset/far-a.md", "/dataset/far-a/versions",
    "/dataset/far-a/versions.atom", "/dataset/far-a/report", "/dataset/far-a/report.json", "/dataset/far-a/croissant.json",
    "/dataset/far-a/linkset.json", "/dataset/far-a/badge.svg", "/dataset/far-a/snippets.json", "/datasets?q=Toilets",
    "/publisher/272035", "/data.json", "/open-data-list.csv", "/api/3/action/package_show?id=far-a", "/catalog.ttl",
)  # fmt: skip


def test_a_description_stands_on_every_page_and_says_where_it_is_from(portal: Portal, collect: Any, settings: Settings) -> None:
    file = (
        " ; <http://www.w3.org/ns/dcat#distribution> [ <http://purl.org/dc/terms/title> '人口 <b>'@ja ;"
        " <http://www.w3.org/ns/dcat#downloadURL> <https://www.city.example.jp/f.csv> ]"
    )
    portal.page("/feed", dataset(portal.address, "a", "Toilets", file))
    collect()
    client = create_app(settings).test_client()
    answers = {}
    for path in PAGES:
        with client.get(path) as answer:
            assert answer.status_code == 200, path
            answers[path] = answer.get_data(as_text=True)
    page = answers["/en/dataset/far-a"]
    for part in ("Description only", f"{portal.address}/d/a", "https://www.city.example.jp/f.csv", "人口 &lt;b&gt;"):
        assert part in page
    for part in (".zip", "Every table keeps", "Has errors"):
        assert part not in page
    assert "Description only" in client.get("/en/dataset/far-a/badge.svg").get_data(as_text=True)
    shown = json.loads(answers["/dataset/far-a.json"])
    assert shown["origin"]["identifier"] == f"{portal.address}/d/a"
    assert answers["/datasets?q=Toilets"].count("/dataset/far-a") > 0


def test_files_that_stay_with_their_publisher_are_told_to_clients_of_ckan(
    portal: Portal, collect: Any, settings: Settings
) -> None:
    dcat, base = "http://www.w3.org/ns/dcat#", portal.address
    file = (
        f" ; <{dcat}distribution> [ <http://purl.org/dc/terms/title> '人口'@ja ; <{dcat}byteSize> 12 ;"
        f" <{dcat}downloadURL> <https://www.city.example.jp/f.csv> ], [ <{dcat}accessURL> <https://www.city.example.jp/g> ]"
    )
    portal.page("/feed", dataset(base, "a", "Toilets", file))
    collect()
    client = create_app(settings).test_client()

    def asked(action: str, **parameters: str) -> Any:
        with client.get(f"/api/3/action/{action}", query_string=parameters) as answer:
            assert answer.status_code == 200
            return answer.get_json()["result"]

    shown = asked("package_show", id="far-a")
    assert [(each["name"], each["url"], each["size"]) for each in shown["resources"][:-1]] == [
        ("g", "https://www.city.example.jp/g", None), ("人口", "https://www.city.example.jp/f.csv", 12),
    ]  # fmt: skip
    assert asked("package_search", q="Toilets")["results"] == [shown]
    assert shown["num_resources"] == len({each["id"] for each in shown["resources"]}) == 3
    for each in shown["resources"]:
        assert asked("resource_show", id=each["id"]) == each
    with client.get("/api/3/action/datastore_search", query_string={"resource_id": shown["resources"][0]["id"]}) as refused:
        assert refused.status_code == 404


def test_the_commands(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_HOME", str(tmp_path / "home"))
    portal.page("/feed", dataset(portal.address, "a"), dataset(portal.address, "b", "<script>x</script>"))

    def said(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["harvest", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    added = json.loads(said("add", "far", portal.address + "/feed", "--allow-host", "127.0.0.1", "--json"))
    assert (added["name"], added["kind"], added["hosts"]) == ("far", "auto", ["127.0.0.1"])
    said("add", "far", portal.address + "/feed", code=1)
    said("add", "A B", portal.address, code=2)
    said("run", "nowhere", code=1)
    rehearsed = json.loads(said("run", "far", "--dry-run", "--json"))
    assert (rehearsed["outcome"], rehearsed["counts"]) == ("rehearsed", {"created": 1, "refused": 1})
    assert portal.address + "/d/b" in said("run", "far")
    listed = json.loads(said("list", "--json"))
    assert (listed[0]["kind"], listed[0]["datasets"], listed[0]["lastRun"]["outcome"]) == ("dcat", 1, "done")
    logged = json.loads(said("log", "far", "--json"))
    assert [each["outcome"] for each in logged["lines"]] == ["refused", "created"]
    assert "far-a" in said("log", "far")
    assert "far" in said("list")
    portal.page("/feed", total=0)
    said("run", "far", code=1)
    assert json.loads(said("run", "far", "--accept-shrink", "--json"))["counts"]["withdrawn"] == 1


def test_the_page_of_a_city_shows_what_three_sources_have_of_it(portal: Portal, collect: Any, settings: Settings) -> None:
    portal.page("/feed", dataset(portal.address, "a", "公園（フィード）"))
    package = {
        "id": "1",
        "name": "wifi",
        "title": "公衆無線LAN（CKAN）",
        "organization": {"name": "272035", "title": "豊中市"},
    }
    answer = {"success": True, "result": {"count": 1, "results": [package]}}
    portal.answers["/api/3/action/package_search"] = (json.dumps(answer).encode(), "application/json")
    listed = "全国地方公共団体コード,データセット_ID,データセット_タイトル\n272035,9,人口（一覧）\n"
    portal.answers["/list.csv"] = (listed.encode("cp932"), "text/csv")
    for name, path in (("feed", "/feed"), ("portal", "/api/3/"), ("list", "/list.csv")):
        assert collect(path, name=name).counts["created"] == 1
    with create_app(settings).test_client().get("/ja/area/272035") as page:
        shown = page.get_data(as_text=True)
    for title in ("公園（フィード）", "公衆無線LAN（CKAN）", "人口（一覧）"):
        assert title in shown
