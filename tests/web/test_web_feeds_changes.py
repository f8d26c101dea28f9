"""The stream of changes over HTTP, the page for operators of harvesters."""

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from catalog.dcat import eventstream
from catalog.publishing import refresh, withdraw
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

BASE = "https://data.example.jp"
CLOSED = "public, max-age=604800, immutable"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three events on a page."""
    monkeypatch.setattr(eventstream, "PAGE", 3)
    monkeypatch.setattr("catalog.store.feed.PAGE", 3)


def walk(client: FlaskClient) -> list[dict[str, object]]:
    """Every event, as a reader of Activity Streams walks them."""
    address, found = client.get("/changes").json.get("first"), []
    while address:
        page = client.get(address.removeprefix(BASE)).json
        found += page["orderedItems"]
        address = page.get("next")
    return found


def told(client: FlaskClient) -> list[tuple[str, str]]:
    return [(each["type"], str(each["object"]).rpartition("/")[2]) for each in walk(client)]


@pytest.mark.usefixtures("few")
def test_every_change_is_told_once_in_order(client: FlaskClient, settings: Settings, store: Store, publish) -> None:
    publish("other")
    publish("stations", contents={"stations.csv": b"code,passengers\nB02,1\n"})
    withdraw("other", settings, store)
    publish("other")
    assert told(client) == [
        ("Create", "stations"),
        ("Create", "other"),
        ("Update", "stations"),
        ("Delete", "other"),
        ("Create", "other"),
    ]
    events = walk(client)
    assert [each["id"] for each in events] == [f"{BASE}/changes#{number}" for number in range(1, 6)]
    times = [str(each["published"]) for each in events]
    assert times == sorted(times)
    assert all(re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ", each) for each in times)
    described = [next(node for node in each["@graph"] if node["@id"] == each["object"]) for each in events if "@graph" in each]
    versions = [each["http://www.w3.org/ns/dcat#version"][0]["@value"] for each in described]
    assert versions == ["1", "1", "2", "2"]
    assert "@graph" not in events[3]


@pytest.mark.usefixtures("few")
def test_a_closed_page_is_the_same_for_ever(client: FlaskClient, publish) -> None:
    for number in range(3):
        publish(f"d{number}")
    closed, last = "/changes.trig?page=1", "/changes.trig?page=2"
    first = client.get(closed)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, CLOSED)
    assert f'<{BASE}{last}>; rel="next"' in first.headers["Link"]
    before = client.get(last)
    assert before.headers["Cache-Control"] == "no-cache"
    publish("d9")
    after = client.get(last)
    assert after.headers["ETag"] != before.headers["ETag"]
    for asked in ("", "gzip"):
        again = client.get(closed, headers={"Accept-Encoding": asked, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code == 304) is (asked == "")
    assert client.get(closed).data == first.data


def test_the_root_and_its_pages_by_suffix_and_by_accept(client: FlaskClient, publish) -> None:
    publish("other")
    for suffix, media_type in (("trig", "application/trig; charset=utf-8"), ("jsonld", "application/ld+json; charset=utf-8")):
        by_suffix = client.get(f"/changes.{suffix}")
        by_accept = client.get("/changes", headers={"Accept": media_type})
        assert by_suffix.headers["Content-Type"] == by_accept.headers["Content-Type"] == media_type
        assert by_suffix.data == by_accept.data
        assert by_accept.headers["Content-Location"] == f"/changes.{suffix}"
        assert "Accept" in by_accept.headers["Vary"]
        before = by_suffix.headers["ETag"]
        assert client.get(f"/changes.{suffix}", headers={"If-None-Match": before}).status_code == 304
        publish("other")
        assert client.get(f"/changes.{suffix}").headers["ETag"] != before
        head = client.head(f"/changes.{suffix}?page=1")
        assert (head.status_code, head.data) == (200, b"")
        assert int(head.headers["Content-Length"]) > 1000
    for query, status in {"page=2": 404, "page=0": 400, "page=x": 400, "q=x": 400}.items():
        assert client.get(f"/changes?{query}").status_code == status


@pytest.mark.usefixtures("few")
def test_under_another_address_the_stream_begins_anew_and_no_page_comes_back_as_another(
    settings: Settings, store: Store, publish
) -> None:
    for number in range(4):
        publish(f"d{number}")
    moved = replace(settings, base_url="https://new.example.jp")
    refresh(store, moved)
    client = create_app(moved, store).test_client()
    root = client.get("/changes").json
    assert (root["id"], root["totalItems"]) == ("https://new.example.jp/changes", 5)
    pages = [client.get(f"/changes?page={number}") for number in range(1, 5)]
    assert [each.status_code for each in pages] == [404, 200, 200, 200]
    events = [each for page in pages[1:] for each in page.json["orderedItems"]]
    assert [each["type"] for each in events] == ["Create"] * 5
    assert all(each["object"].startswith("https://new.example.jp/dataset/") for each in events)
    assert "data.example.jp" not in json.dumps(events)


def test_what_only_settings_change_is_told_too(settings: Settings, store: Store, publish) -> None:
    publish("invented", package={"sample": True})
    client = create_app(settings, store).test_client()
    before = len(walk(client))
    without = replace(settings, samples_in_feed=False)
    refresh(store, without)
    hidden = create_app(without, store).test_client()
    assert ("Delete", "invented") in told(hidden)[before:]
    refresh(store, settings)
    assert told(client)[-1] == ("Create", "invented")
    renamed = replace(settings, publisher_name_ja="別の運営者")
    refresh(store, renamed)
    assert told(create_app(renamed, store).test_client())[-2:] == [("Update", "invented"), ("Update", "stations")]


def test_a_sample_that_is_left_out_is_not_told(settings: Settings, store: Store, publisher_of, tmp_path) -> None:
    without = replace(settings, samples_in_feed=False)
    publish = publisher_of(store, without, tmp_path)
    client = create_app(without, store).test_client()
    before = told(client)
    publish("turncoat", package={"sample": True})
    assert told(client) == before
    publish("turncoat")
    publish("turncoat", package={"sample": True})
    withdraw("turncoat", without, store)
    assert told(client)[len(before) :] == [("Create", "turncoat"), ("Delete", "turncoat")]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_operators_of_harvesters_find_what_they_need(ask, publish, language: str) -> None:
    publish("other")
    answer = ask(f"/{language}/harvest", accept="text/html")
    assert answer.status == 200
    text = answer.text
    for path in ("catalog.ttl", "catalog.rdf", "catalog.jsonld", "catalog.nt", "catalog/dump.nt.gz", "changes.trig"):
        assert f"{BASE}/{path}" in text
    assert "<dd>2</dd>" in text
    assert f"{BASE}/catalog.ttl?q=%E5%A4%A7%E9%98%AA" in text
    blocks = [json.loads(each.replace("&#34;", '"')) for each in re.findall(r"<pre[^>]*><code>(.*?)</code>", text, re.DOTALL)]
    ckan, udata = blocks
    assert (ckan["url"], ckan["source_type"]) == (f"{BASE}/catalog.ttl", "dcat_rdf")
    assert json.loads(ckan["config"]) == {"rdf_format": "text/turtle"}
    assert (udata["url"], udata["backend"]) == (f"{BASE}/catalog.ttl", "dcat")
    assert f'href="/{language}/harvest"' in ask(f"/{language}/", accept="text/html").text
