"""Search over HTTP: the page, JSON, Atom and suggestions of one query; bad input; searches in vain."""

import json
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.cli import app as command_line
from catalog.errors import StoreError
from catalog.model import Agent, Text
from catalog.settings import Settings
from catalog.store import Store
from catalog.store.misses import A_DAY
from catalog.web.missing import EXTENSION, Recorder

ATOM = "{http://www.w3.org/2005/Atom}"
OTHER = Agent(id="131130", name=Text("渋谷区", "Shibuya"))


@pytest.fixture
def many(publish, ask):
    """``stations`` and three more datasets, of which one is a sample and one has another publisher."""
    publish("aed", package={"title": Text("ＡＥＤ設置箇所一覧", "AED locations"), "keywords": ("AED", "救急")})
    publish("park", package={"title": Text("公園一覧"), "publisher": OTHER, "themes": ("ENVI",), "spatial": ("131130",)})
    publish("shelter", package={"title": Text("避難所一覧"), "sample": True})
    return ask


def ids(answer) -> list[str]:
    return [each["id"] for each in answer.json["datasets"]]


def test_a_query_is_answered_as_json_page_and_feed(many) -> None:
    found = many("/datasets.json?q=aed&format=csv")
    assert ids(found) == ["aed"]
    assert (found.json["count"], found.json["sort"], found.json["kinds"]["dataset"]) == (1, "relevance", 1)
    page = many("/ja/datasets?q=aed&format=csv", accept="text/html").text
    assert "ＡＥＤ設置箇所一覧" in page
    assert 'href="/datasets.json?q=aed&amp;format=csv"' in page
    assert 'href="/ja/datasets.atom?q=aed&amp;format=csv"' in page
    assert 'href="/ja/datasets?q=aed"' in page, "a chip takes the format away"
    feed = ET.fromstring(many("/ja/datasets.atom?q=aed&format=csv").body)
    assert [each.text for each in feed.findall(f"{ATOM}entry/{ATOM}id")] == ["https://data.example.jp/dataset/aed"]


def test_what_is_published_meanwhile_is_found_by_the_same_query(many, publish) -> None:
    assert ids(many("/datasets.json?q=図書館")) == []
    publish("library", package={"title": Text("図書館一覧")})
    assert ids(many("/datasets.json?q=図書館")) == ["library"]
    publish("library", package={"title": Text("公園一覧")})
    assert ids(many("/datasets.json?q=図書館")) == []


def test_fields_terms_and_standards_are_found(many) -> None:
    field = many("/datasets.json?q=乗降人員&kind=field").json["results"][0]
    assert field["url"].startswith("https://data.example.jp/field/")
    assert field["url"].endswith("-stations-passengers")
    terms = many("/datasets.json?q=大阪市&kind=term").json["results"]
    assert "https://data.example.jp/concept/municipality-271004" in [each["url"] for each in terms]
    standards = many("/datasets.json?q=公衆トイレ&kind=standard").json["results"]
    assert standards[0]["url"] == "https://data.example.jp/standard/public-toilet"
    for each in (field, terms[0], standards[0]):
        assert many(each["url"].removeprefix("https://data.example.jp")).status == 200
    assert "乗降人員" in many("/ja/datasets?q=乗降人員&kind=field", accept="text/html").text


def test_facets_have_counts_and_narrow_down(many) -> None:
    facets = many("/datasets.json?q=一覧").json["facets"]
    counts = {name: {each["value"]: each["count"] for each in facet["values"]} for name, facet in facets.items()}
    assert counts["publisher"] == {"270008": 3, "131130": 1}
    assert counts["area"] == {"270008": 3, "131130": 1, "130001": 1}, "a municipality counts for its prefecture too"
    assert counts["theme"] == {"TRAN": 3, "ENVI": 1}
    assert counts["sample"] == {"false": 3, "true": 1}
    assert facets["area"]["values"][0]["label"]["ja"] == "大阪府"
    assert ids(many("/datasets.json?q=一覧&area=130001")) == ["park"]
    assert sorted(ids(many("/datasets.json?q=一覧&sample=false"))) == ["aed", "park", "stations"]
    assert ids(many("/datasets.json?keyword=%E6%95%91%E6%80%A5")) == ["aed"]
    for facet in facets.values():
        for each in facet["values"]:
            assert many(each["url"].removeprefix("https://data.example.jp")).json["count"] == each["count"]


@pytest.mark.parametrize("path", ["/datasets.json", "/datasets", "/datasets.atom"])
def test_a_value_that_nothing_has_is_an_empty_answer(read, path: str) -> None:
    for query in (
        "standard=none",
        "area=999999",
        "format=%F0%9F%9A%80",
        "license=x",
        "theme=x",
        "updated=1999",
        "keyword=x",
        "q=%22",
    ):
        assert read(f"{path}?{query}").status == 200


@pytest.mark.parametrize("path", ["/datasets.json", "/datasets", "/datasets.atom"])
@pytest.mark.parametrize(
    "query", ["colour=red", "updated=soon", "sample=maybe", "valid=perhaps", "format=", f"q={'a' * 201}", "page=0", "page=１"]
)
def test_what_cannot_be_asked_is_said_so(read, path: str, query: str) -> None:
    answer = read(f"{path}?{query}")
    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == query.partition("=")[0]


def test_an_empty_box_is_no_query(read) -> None:
    assert read("/datasets?q=").status == 200
    assert read("/datasets.json?q=").json == read("/datasets.json").json


def test_pages_follow_each_other(many) -> None:
    seen, path = [], "/datasets.json?q=一覧&limit=1"
    while path:
        answer = many(path)
        seen += ids(answer)
        path = (answer.json["next"] or "").removeprefix("https://data.example.jp")
    assert sorted(seen) == ["aed", "park", "shelter", "stations"]
    assert ids(many("/datasets.json?q=一覧&page=9")) == []
    walked = many("/datasets.json?format=csv&limit=3")
    assert ids(walked) == ["aed", "park", "shelter"]
    assert ids(many(walked.json["next"].removeprefix("https://data.example.jp"))) == ["stations"]


def test_a_feed_is_whole_page_by_page(many) -> None:
    seen, path = [], "/datasets.atom?limit=3"
    while path:
        feed = ET.fromstring(many(path).body)
        for entry in feed.findall(f"{ATOM}entry"):
            seen.append(entry.findtext(f"{ATOM}id"))
            assert entry.findtext(f"{ATOM}updated").endswith("Z")
            assert entry.findtext(f"{ATOM}title")
            assert entry.find(f"{ATOM}author/{ATOM}name") is not None
        links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
        assert {"self", "first", "last", "alternate"} <= links.keys()
        assert links["self"] == f"https://data.example.jp{path}"
        path = links.get("next", "").removeprefix("https://data.example.jp")
    assert sorted(seen) == [f"https://data.example.jp/dataset/{each}" for each in ("aed", "park", "shelter", "stations")]
    empty = ET.fromstring(many("/datasets.atom?q=ロケット").body)
    assert empty.findtext(f"{ATOM}updated")
    assert empty.findall(f"{ATOM}entry") == []


def test_samples_are_marked_and_stay_out_of_feeds_that_leave_them_out(many, settings: Settings, store: Store) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from catalog.web import create_app  # noqa: PLC0415

    assert "【見本】避難所一覧" in many("/datasets.atom?q=避難所", accept_language="ja").text
    assert "【見本】避難所一覧" in many("/ja/datasets?q=避難所").text
    without = create_app(replace(settings, samples_in_feed=False), store).test_client()
    assert "避難所一覧" not in without.get("/datasets.atom?q=避難所").text


def test_suggestions_come_as_one_types(many) -> None:
    suggested = many("/suggest?q=ae", accept_language="ja").json
    assert {
        "text": "ＡＥＤ設置箇所一覧",
        "kind": "dataset",
        "sample": False,
        "url": "https://data.example.jp/dataset/aed",
    } in suggested["suggestions"]
    typed, names, _notes, addresses = many("/suggest/opensearch?q=ae", accept_language="ja").json
    assert (typed, len(names)) == ("ae", len(addresses))
    assert many("/suggest?q=").json["suggestions"] == []
    described = many("/opensearch.xml").text
    assert "https://data.example.jp/datasets?q={searchTerms}" in described
    ET.fromstring(described)


def test_withdrawn_is_not_found(many, store: Store) -> None:
    from catalog import search  # noqa: PLC0415

    with store.writing() as writing:
        writing.withdraw("aed", "2026-05-01T00:00:00Z")
        search.remove(writing, "aed")
    assert ids(many("/datasets.json?q=AED")) == []


def test_searches_in_vain_are_counted_and_told_to_the_operator(many, app: Flask, settings: Settings) -> None:
    recorder = app.extensions[EXTENSION] = Recorder(app.extensions[EXTENSION]._store, between=0)
    for query in (
        "ロケット",
        "ﾛｹｯﾄ",
        "ロケット&format=csv",
        "ロケット&kind=field",
        "避難所",
        "someone@example.jp",
        "06-1234-5678",
    ):
        many(f"/datasets.json?q={query}")
    many("/datasets.atom?q=ロケット")
    page = many("/ja/datasets?q=避難所 ロケット").text
    assert "語を減らす：「避難所」（1件）" in page
    recorder.wait()
    told = CliRunner().invoke(command_line, ["searches", "--home", settings.home, "--json"])
    found = json.loads(told.output)["searches"]
    assert [(each["text"], each["count"]) for each in found] == [("ロケット", 2), ("避難所 ロケット", 1)]
    assert "ロケット" in CliRunner().invoke(command_line, ["searches", "--home", settings.home]).output


def test_nobody_can_fill_the_disk_with_searches(store: Store) -> None:
    store.misses.add("2026-04-01", {f"n{each}": 1 for each in range(A_DAY + 50)})
    store.misses.add("2026-04-01", {"another": 1, "n1": 2})
    found = store.misses.all()
    assert (len(found), found[0].text, found[0].count) == (A_DAY, "n1", 3)
    for day in range(400):
        store.misses.add(f"d{day:04}", {"x": 1})
    assert store.misses.all()[0].first == "d0000"


def test_a_store_that_takes_nothing_is_no_trouble(store: Store, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def refuse(*_arguments: object) -> None:
        raise StoreError("store-denied")

    monkeypatch.setattr(store.misses, "add", refuse)
    recorder = Recorder(store, between=0)
    recorder.note("ロケット")
    recorder.wait()
    assert "store-denied" in caplog.text


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/datasets", "/datasets.json", "/datasets.atom", "/suggest", "/suggest/opensearch", "/ja/datasets"]),
    query=st.dictionaries(
        st.sampled_from(["q", "kind", "format", "area", "updated", "sort", "page", "after", "keyword"]),
        st.text(max_size=20),
        max_size=3,
    ),
)
def test_no_search_makes_us_fail(read, path: str, query: dict[str, str]) -> None:
    from urllib.parse import urlencode  # noqa: PLC0415

    assert read(f"{path}?{urlencode({name: value.encode('utf-8', 'replace') for name, value in query.items()})}").status in (
        200,
        400,
    )
