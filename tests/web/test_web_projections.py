"""The other forms of a record over HTTP: addresses, manners, links, and a page that carries its data safely."""

import gzip
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from catalog.model import Agent, Contributor, Text
from catalog.publishing import withdraw
from catalog.settings import Settings
from catalog.store import RENDERED_FOR, Store
from catalog.web import create_app

BASE = "https://data.example.jp"
ABOUT_ONE = {
    "/dataset/stations/croissant.json": 'application/ld+json; profile="http://mlcommons.org/croissant/1.1"',
    "/dataset/stations/datapackage.json": "application/vnd.datapackage+json",
    "/dataset/stations/linkset.json": "application/linkset+json",
    "/download/stations/1/stations.csv-metadata.json": "application/csvm+json",
    "/download/stations/latest/stations.csv-metadata.json": "application/csvm+json",
    "/download/stations/1/csv-metadata.json": "application/csvm+json",
}
ABOUT_ALL = {"/data.json": "application/json", "/open-data-list.csv": "text/csv; charset=utf-8"}
ALL: Mapping[str, str] = ABOUT_ONE | ABOUT_ALL


@pytest.mark.parametrize(("path", "content_type"), ALL.items())
def test_each_form_has_its_address_and_its_manners(read, path: str, content_type: str) -> None:
    plain = read(path, accept_encoding="identity")
    assert (plain.status, plain.headers["Content-Type"]) == (200, content_type)
    assert plain.headers["Cache-Control"] == "no-cache"
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert int(plain.headers["Content-Length"]) == len(plain.body)
    packed = read(path, accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert not plain.headers["ETag"].startswith("W/")
    head = read(path, method="HEAD", accept_encoding="identity")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", plain.headers["ETag"])
    assert read(path, accept_encoding="identity", if_none_match=plain.headers["ETag"]).status == 304
    assert read(path, accept_encoding="gzip", if_none_match=packed.headers["ETag"]).status == 304
    assert read(path, accept_encoding="identity").body == plain.body
    assert read(path, method="POST").status == 405


@pytest.mark.parametrize("path", ALL)
def test_no_address_takes_a_parameter(read, path: str) -> None:
    answer = read(f"{path}?page=1")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    [
        "/dataset/nothing/croissant.json", "/dataset/nothing/linkset.json", "/dataset/nothing/datapackage.json",
        "/dataset/stations/croissant.jsonld", "/download/stations/9/stations.csv-metadata.json",
        "/download/stations/1/nothing.csv-metadata.json", "/download/stations/1/stations.zip.csv-metadata.json",
        "/download/nothing/1/csv-metadata.json", "/metric/nothing", "/dataset/stations/creator-1", "/dataset/stations/creator-0",
        "/dataset/stations/validation/7", "/distribution/nothing-csv-errors", "/distribution/stations-stations-csv-warnings",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(read, path: str) -> None:
    assert read(path).status == 404


def test_what_was_withdrawn_is_gone(ask, store: Store, settings: Settings) -> None:
    withdraw("stations", settings, store, reason="誤りがあったため")
    for path in (*ABOUT_ONE, "/dataset/stations/validation/1", "/distribution/stations-stations-csv-errors"):
        assert ask(path).status == 410, path
    assert ask("/data.json").json["dataset"] == []
    assert ask("/open-data-list.csv").text.count("\r\n") == 1


def test_the_whole_follows_what_is_published(ask, publish) -> None:
    first = {path: ask(path).headers["ETag"] for path in ABOUT_ALL}
    assert [ask(path, if_none_match=etag).status for path, etag in first.items()] == [304, 304]
    publish("others", package={"title": Text("ほか", "Others")})
    for path, etag in first.items():
        answer = ask(path, if_none_match=etag)
        assert (answer.status, answer.headers["ETag"] != etag) == (200, True)
        assert f"{BASE}/dataset/others" in answer.text
    publish("others", package={"title": Text("もうひとつ", "Another")})
    assert "もうひとつ" in ask("/data.json").text
    assert [each["identifier"] for each in ask("/data.json").json["dataset"]] == [
        f"{BASE}/dataset/others",
        f"{BASE}/dataset/stations",
    ]


def test_samples_are_marked_and_can_be_kept_out(store: Store, settings: Settings, tmp_path: Path, publisher_of) -> None:
    for kept in (True, False):
        own = Settings(home=settings.home, base_url=BASE, samples_in_feed=kept)
        publisher_of(store, own, tmp_path)("made-up", package={"sample": True})
        client = create_app(own, store).test_client()
        with client.get("/data.json") as data, client.get("/open-data-list.csv") as rows:
            assert ("made-up" in data.text) is kept
            assert ("【見本】" in rows.text) is kept


def test_no_half_catalogue_is_given(ask, store: Store) -> None:
    with store.writing() as writing:
        writing.set_meta(RENDERED_FOR, "another edition")
    for path in ABOUT_ALL:
        answer = ask(path)
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")


def test_the_newest_tells_its_number(read) -> None:
    latest = read("/download/stations/latest/stations.csv-metadata.json")
    assert latest.headers["Content-Location"] == "/download/stations/1/stations.csv-metadata.json"
    assert latest.body == read("/download/stations/1/stations.csv-metadata.json").body
    assert f'<{BASE}/download/stations/1/stations.csv>; rel="describes"; type="text/csv"' in latest.headers["Link"]


def test_an_older_version_keeps_its_own_definition(ask, publish) -> None:
    publish("stations", package={"resources": ()}, contents={})
    assert ask("/download/stations/1/stations.csv-metadata.json").json["url"] == "stations.csv"
    assert ask("/download/stations/2/stations.csv-metadata.json").status == 404
    assert ask("/dataset/stations/validation/1").headers["Location"] == "/dataset/stations/versions"
    assert ask("/dataset/stations/validation/2").headers["Location"] == "/dataset/stations/report"


def test_a_csv_names_its_description_first(read) -> None:
    links = read("/download/stations/1/stations.csv").headers["Link"]
    assert links.startswith(
        f'<{BASE}/download/stations/1/stations.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
    )


def test_the_page_points_at_every_form(read) -> None:
    page = read("/dataset/stations", accept="text/html")
    links = page.headers["Link"]
    for path in ("/dataset/stations/croissant.json", "/dataset/stations/datapackage.json"):
        assert f'<{BASE}{path}>; rel="describedby"' in links
        assert f'<link rel="alternate" type="{ALL[path].partition(";")[0]}" href="{path}">' in page.text
    assert f'<{BASE}/dataset/stations/linkset.json>; rel="linkset"; type="application/linkset+json"' in links
    assert '<link rel="linkset" type="application/linkset+json" href="/dataset/stations/linkset.json">' in page.text
    assert f'<{BASE}/download/stations/1/stations.csv>; rel="item"; type="text/csv"' in links
    assert '<https://schema.org/AboutPage>; rel="type"' in links
    assert f'<{BASE}/publisher/operator>; rel="author"' in links
    assert {each["format"] for each in read("/dataset/stations.json").json["metadata"]} >= {"croissant", "datapackage"}


def test_iris_that_only_descriptions_name_lead_to_a_page(ask, publish) -> None:
    publish("made", package={"contributors": (Contributor(title="統計課", roles=("author",)),)})
    assert ask("/dataset/made/creator-1").headers["Location"] == "/dataset/made#about"
    for path in ("/distribution/stations-stations-csv-errors", "/distribution/stations-stations-csv-rows"):
        assert ask(path).headers["Location"] == "/dataset/stations/report"
    assert ask("/distribution/stations-stations-csv").headers["Location"] == "/dataset/stations#downloads"
    assert ask("/dataset/stations/validation/latest").headers["Location"] == "/dataset/stations/report"
    metric = ask("/metric/errors")
    assert (metric.headers["Content-Type"], metric.json["@id"]) == ("application/ld+json; charset=utf-8", f"{BASE}/metric/errors")
    assert {each["@language"] for each in metric.json["skos:definition"]} == {"ja", "en"}


def test_the_operators_name_is_todays(store: Store, settings: Settings, tmp_path: Path, publisher_of) -> None:
    old = Settings(home=settings.home, base_url=BASE, publisher_name_ja="むかしの名")
    publisher_of(store, old, tmp_path)("own", publisher=Agent(id="operator", name=Text("むかしの名")))
    new = Settings(home=settings.home, base_url=BASE, publisher_name_ja="いまの名")
    found = create_app(new, store).test_client().get("/dataset/own/croissant.json").text
    assert "いまの名" in found
    assert "むかしの名" not in found


def structured(text: str) -> Any:
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(block)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_carries_its_data(read, language: str) -> None:
    found = structured(read(f"/{language}/dataset/stations", accept="text/html").text)
    assert (found["@context"], found["@type"], found["@id"]) == ("https://schema.org/", "Dataset", f"{BASE}/dataset/stations")
    assert found["name"] == {"ja": "駅の一覧", "en": "List of stations"}[language]


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028&amp;\u2029", '"\\'])
def test_no_text_ends_the_block(ask, publish, text: str) -> None:
    publish("evil", package={"title": Text(f"題{text}", "x"), "description": Text(text * 9, text)})
    answer = ask("/ja/dataset/evil", accept="text/html")
    assert structured(answer.text)["name"] == f"題{text}".replace("\u2028", " ").replace("\u2029", " ") or "\u2028" in text
    assert answer.text.count("<script") == 1


@pytest.fixture
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


def test_a_browser_has_no_complaint_about_the_block(chromium: str, store: Store, settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(settings, store)

    @app.get("/control")
    def control() -> str:
        return "<!doctype html><script>document.title = 1</script>"

    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def visit(path: str) -> subprocess.CompletedProcess[str]:
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
        ]
        command = [chromium, *flags, "--dump-dom", f"http://127.0.0.1:{port}{path}"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    try:
        page, inline = visit("/dataset/stations"), visit("/control")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert "Content Security Policy" in inline.stderr, "the control: a script inside a page is refused, and told"
    assert "Content Security Policy" not in page.stderr
    assert structured(page.stdout)["@type"] == "Dataset"


def test_serving_stays_light(published_home: Path) -> None:
    code = (
        "import sys\n"
        "from catalog.settings import Settings\n"
        "from catalog.web import create_app\n"
        f"client = create_app(Settings(home={str(published_home)!r}, base_url={BASE!r})).test_client()\n"
        f"for path in {list(ALL)!r}:\n"
        "    with client.get(path) as answer:\n"
        "        assert answer.status_code == 200, (path, answer.status_code)\n"
        "print(sorted({'rdflib', 'pyshacl', 'pandas', 'frictionless'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
