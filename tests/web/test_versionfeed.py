import re
from collections.abc import Callable
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from catalog.store import Store
from catalog.web.sharing import versionfeed

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/dataset/stations/versions.atom"


def parsed(body: bytes) -> ET.Element:
    return ET.fromstring(body)


def links(element: ET.Element, rel: str) -> list[str]:
    return [each.get("href", "") for each in element.findall(f"{ATOM}link") if each.get("rel") == rel]


def text(element: ET.Element, name: str) -> str:
    found = element.find(ATOM + name)
    assert found is not None
    return found.text or ""


def test_the_feed_has_what_rfc_4287_demands(read: Callable) -> None:
    answer = read("/ja" + FEED)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = parsed(answer.body)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert len(element.findall(f"{ATOM}id")) == len(element.findall(f"{ATOM}title")) == 1
        datetime.fromisoformat(text(element, "updated"))
        assert element.find(f"{ATOM}author/{ATOM}name") is not None
    assert text(feed, "title") == "版の一覧：駅の一覧"
    assert links(feed, "self") == ["https://data.example.jp/ja/dataset/stations/versions.atom"]
    assert links(feed, "alternate") == ["https://data.example.jp/dataset/stations/versions"]


def test_an_entry_leads_to_the_files_and_the_line_of_its_version(read: Callable) -> None:
    (entry,) = parsed(read(FEED).body).findall(f"{ATOM}entry")
    assert "https://data.example.jp/download/stations/1/stations.csv" in links(entry, "enclosure")
    assert "https://data.example.jp/download/stations/1/stations.zip" in links(entry, "enclosure")
    assert links(entry, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    (page,) = links(entry, "alternate")
    path, _hash, anchor = page.removeprefix("https://data.example.jp").partition("#")
    shown = read(path, accept="text/html")
    assert shown.status == 200
    assert f'id="{anchor}"' in shown.text


def test_entries_tell_validation_corrections_and_what_broke(ask: Callable, publish: Callable) -> None:
    publish(note="列の単位を直しました。\x0b", breaking="列名を変えた")
    newest, oldest = parsed(ask("/ja" + FEED).body).findall(f"{ATOM}entry")
    assert text(newest, "title") == "第2版"
    assert text(newest, "summary") == "検証済み; 訂正：列の単位を直しました。; 互換性のない変更：列名を変えた"
    assert text(oldest, "summary") == "検証済み"
    assert "検証での指摘：1件" in text(newest, "content")


def test_a_changed_definition_is_told(ask: Callable, publish: Callable) -> None:
    before = parsed(ask("/en" + FEED).body).findall(f"{ATOM}entry")
    assert "changed" not in text(before[0], "content")
    publish(package={"resources": ()})
    newest = parsed(ask("/en" + FEED).body).findall(f"{ATOM}entry")[0]
    assert "The table was removed." in text(newest, "content")


def test_ids_stay_while_versions_come(ask: Callable, publish: Callable) -> None:
    before = [text(each, "id") for each in parsed(ask(FEED).body).findall(f"{ATOM}entry")]
    first = ask("/ja" + FEED)
    publish()
    after = [text(each, "id") for each in parsed(ask("/en" + FEED).body).findall(f"{ATOM}entry")]
    assert after[1:] == before
    assert text(parsed(first.body), "id") == text(parsed(ask("/en" + FEED).body), "id")


def test_who_has_the_feed_gets_304_until_there_is_a_new_version(ask: Callable, publish: Callable) -> None:
    etag = ask(FEED).headers["ETag"]
    assert ask(FEED, if_none_match=etag).status == 304
    publish()
    assert ask(FEED, if_none_match=etag).status == 200


def test_older_entries_follow_page_by_page(ask: Callable, publish: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versionfeed, "LENGTH", 2)
    for _each in range(4):
        publish()
    seen, address = [], "https://data.example.jp" + FEED
    while address:
        page = parsed(ask(address.removeprefix("https://data.example.jp")).body)
        seen += [text(each, "title") for each in page.findall(f"{ATOM}entry")]
        address = next(iter(links(page, "next")), "")
        assert not seen[2:] or links(page, "first") == ["https://data.example.jp" + FEED]
    assert [re.sub(r"\D", "", each) for each in seen] == ["5", "4", "3", "2", "1"]


def test_a_withdrawn_dataset_has_no_feed_any_more(ask: Callable, store: Store) -> None:
    with store.writing() as writing:
        writing.withdraw("stations", "2026-05-01T00:00:00Z", "誤って公開")
    assert ask(FEED).status == 410


@pytest.mark.parametrize("query", ["?before=1", "?before=x", "?page=2"])
def test_what_it_does_not_take_is_refused(read: Callable, query: str) -> None:
    answer = read(FEED + query)
    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == query[1:].partition("=")[0]


def test_the_pages_lead_to_the_feed(read: Callable) -> None:
    for page in ("/ja/dataset/stations", "/ja/dataset/stations/versions"):
        assert 'type="application/atom+xml" href="/ja/dataset/stations/versions.atom"' in read(page, accept="text/html").text
