"""Texts, addresses, keywords and numbers as every RDF syntax and every known harvester can take them."""

import re
import string
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dcat import cleaning

TAG = re.compile(r"[\w \-.]*$")  # what CKAN's tag_name_validator accepts

anything = st.text(st.characters(codec="utf-8"))


@given(anything)
def test_a_cleaned_text_survives_xml_unchanged(value: str) -> None:
    found = cleaning.text(value)
    assert (ET.fromstring(f"<a>{escape(found)}</a>").text or "") == found
    assert cleaning.text(found) == found


def test_texts_keep_what_is_harmless() -> None:
    assert cleaning.text(" 一行目\r\n二行目\r三行目\u0007\t𠮷 \u3000") == "一行目\n二行目\n三行目\t𠮷 \u3000"
    assert cleaning.line(" 駅の\n 一覧　全国 ") == "駅の 一覧　全国"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.jp", "https://example.jp"),
        ("HTTPS://Example.JP:8080/A?b=c&d#e", "https://example.jp:8080/A?b=c&d#e"),
        (" https://example.jp/駅 一覧 ", "https://example.jp/%E9%A7%85%20%E4%B8%80%E8%A6%A7"),
        ("https://example.jp/%E9%A7%85?q=100%&r=あ", "https://example.jp/%E9%A7%85?q=100%25&r=%E3%81%82"),
        ("https://例え.jp/", "https://xn--r8jz45g.jp/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ('https://example.jp/<b>"x"', "https://example.jp/%3Cb%3E%22x%22"),
        ("https://example.jp/?", "https://example.jp/"),
        ("ftp://example.jp/", ""),
        ("//example.jp/", ""),
        ("https://", ""),
        ("https://user:secret@example.jp/", ""),
        ("https://example.jp:port/", ""),
        ("https://exa mple.jp/", ""),
        ("https://a..b/", ""),
        ("http://[::1/", ""),
        ("data/stations.csv", ""),
    ],
)
def test_addresses(value: str, expected: str) -> None:
    assert cleaning.address(value) == expected


@given(anything.map(lambda tail: "https://example.jp/" + tail))
def test_an_address_is_ascii_and_stays_as_it_is(value: str) -> None:
    found = cleaning.address(value)
    assert set(found) <= set(string.ascii_letters + string.digits + ":/?#[]@!$&'()*+,;=%-._~")
    assert cleaning.address(found) == found
    assert cleaning.encoded(found) == found


def test_our_own_addresses_are_only_encoded() -> None:
    assert cleaning.encoded("https://example.jp/catalog.ttl?q=大阪 x&page=2") == (
        "https://example.jp/catalog.ttl?q=%E5%A4%A7%E9%98%AA%20x&page=2"
    )


@given(st.lists(anything))
def test_ckan_accepts_every_keyword(values: list[str]) -> None:
    for each in cleaning.keywords(values):
        assert TAG.fullmatch(each), each
        assert 2 <= len(each) <= 100
        assert cleaning.keywords([each]) == {each}


def test_keywords_are_split_where_a_mark_separates_and_kept_whole_where_it_joins() -> None:
    assert cleaning.keywords(["時刻表・バス", "子育て、教育/保育，福祉", "「水」", "GTFS(静的)", "ﾊﾞｽ", "x" * 101, " "]) == {
        "時刻表 バス", "子育て", "教育", "保育", "福祉", "GTFS 静的", "バス",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("+81 3 5253 5920", "+81-3-5253-5920"),
        ("０６−６９４１−０３５１", "06-6941-0351"),
        ("06ー6941ー0351", "06-6941-0351"),
        ("(06) 6941-0351", "(06)-6941-0351"),
        ("06-6941-0351（内線 2311）", "06-6941-0351;ext=2311"),
        ("06-6941-0351 ext.7", "06-6941-0351;ext=7"),
        ("", ""),
        ("代表番号", ""),
        ("06-6941-0351 代表", ""),
    ],
)
def test_telephone_numbers(value: str, expected: str) -> None:
    assert cleaning.telephone(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" kotsu@city.example.jp ", "kotsu@city.example.jp"), ("a+b@example.jp", "a+b@example.jp"), ("a b@example.jp", ""),
     ("課@example.jp", ""), ("kotsu", ""), ("kotsu@", ""), ("<kotsu@example.jp>", "")],
)  # fmt: skip
def test_mailboxes(value: str, expected: str) -> None:
    assert cleaning.email(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Text/CSV; charset=utf-8", "text/csv"), ("application/ld+json", "application/ld+json"), ("csv", ""), ("text/<x>", "")],
)
def test_media_types(value: str, expected: str) -> None:
    assert cleaning.media_type(value) == expected
