import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.measuring import lines, shortened, width
from catalog.model import Text

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/ja/dataset/stations/badge.svg", "ja", ["データ検証", "検証済み 2026-04-02"]),
        ("/en/dataset/stations/badge.svg", "en", ["Data validation", "Valid 2026-04-02"]),
    ],
)
def test_the_badge_says_valid_and_since_when(read: Callable, path: str, language: str, words: list[str]) -> None:
    answer = read(path)
    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    picture = ET.fromstring(answer.body)
    texts = picture.findall(f".//{SVG}text")
    assert [each.text for each in texts] == words
    title = picture.findtext(f"{SVG}title")
    assert title == picture.get("aria-label")
    assert words[1].split()[0] in str(title)
    assert picture.get("role") == "img"


def test_texts_keep_to_their_fields_whatever_the_fonts(read: Callable) -> None:
    picture = ET.fromstring(read("/ja/dataset/stations/badge.svg").body)
    fields, texts = picture.findall(f".//{SVG}g/{SVG}rect"), picture.findall(f".//{SVG}text")
    for field, text in zip(fields, texts, strict=True):
        left, length = float(field.get("x", "")), float(field.get("width", ""))
        middle, written = float(text.get("x", "")), float(text.get("textLength", ""))
        assert left < middle - written / 2
        assert middle + written / 2 < left + length
    assert sum(float(each.get("width", "")) for each in fields) == float(picture.get("width", ""))


def test_errors_samples_and_hostile_titles_are_told_too(ask: Callable, publish: Callable) -> None:
    publish(report={"valid": False, "tasks": []}, package={"sample": True, "title": Text('<b>"&\x0b')})
    body = ask("/ja/dataset/stations/badge.svg").body
    picture = ET.fromstring(body)
    assert [each.text for each in picture.findall(f".//{SVG}text")] == ["【見本】データ検証", "誤りあり 2026-04-03"]
    assert '<b>"&' in str(picture.findtext(f"{SVG}title"))
    assert b"#a4161a" in body


def test_the_badge_is_not_sent_twice(read: Callable) -> None:
    etag = read("/dataset/stations/badge.svg").headers["ETag"]
    assert read("/dataset/stations/badge.svg", if_none_match=etag).status == 304


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(1.0, 40), st.integers(1, 5))
def test_lines_fit_and_lose_nothing_but_the_end(text: str, longest: float, most: int) -> None:
    found = lines(text, longest, most)
    assert 1 <= len(found) <= most
    assert all(width(each) <= longest or len(each) <= 3 for each in found)
    whole = "".join(text.split())
    told = re.sub(r"\s", "", "".join(found))
    assert told == whole or (told.endswith("…") and whole.startswith(told[:-1]))


def test_japanese_breaks_as_a_printer_would() -> None:
    assert lines("大阪府とICT企業・団体の事業連携協定（2020年7月）", 14.6, 3) == [
        "大阪府とICT企業・団体の",
        "事業連携協定（2020年7月）",
    ]
    assert lines("あいうえ、おかきくけ。", 4, 4)[0][-1] == "う", "the comma takes a character with it"
    assert lines("あいう（えお）", 4, 4) == ["あいう", "（えお）"]
    assert lines("plain English words", 5, 4) == ["plain", "English", "words"]
    assert shortened("あいうえお", 3) == "あい…"
