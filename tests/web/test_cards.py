import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from catalog.model import Text
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import responses
from catalog.web.sharing import cards

CARD = "/ja/dataset/stations/card.png"


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_card_is_a_picture_of_the_usual_size(read: Callable) -> None:
    answer = read(CARD)
    assert answer.headers["Content-Type"] == "image/png"
    assert "Content-Encoding" not in read(CARD, accept_encoding="gzip").headers
    assert size(answer.body) == (1200, 630)
    assert read(CARD, if_none_match=answer.headers["ETag"]).status == 304


def test_each_language_and_version_has_its_own(ask: Callable, publish: Callable) -> None:
    first, english = ask(CARD).body, ask(CARD.replace("/ja/", "/en/")).body
    publish(package={"title": Text("まったく別の題名")})
    newest = ask(CARD).body
    assert len({first, english, newest}) == 3
    assert ask(f"{CARD}?version=1").body == first
    assert ask(f"{CARD}?version=2").body == newest


def test_a_card_is_drawn_once_and_kept_by_what_is_on_it(
    ask: Callable, publish: Callable, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    real = cards._draw
    monkeypatch.setattr(cards, "_draw", lambda picture, path: (drawn.append(picture), real(picture, path)))
    publish(package={"title": Text("まだ誰も描いていない題名")})
    first = ask(CARD)
    assert len(drawn) == 1
    kept = [each.read_bytes() for each in (Path(settings.home) / "cache/cards").glob("*/*")]
    assert first.body in kept
    responses._remembered.cache_clear()  # as in another process
    assert ask(CARD).body == first.body
    assert len(drawn) == 1


def test_japanese_is_really_drawn(app: Flask, store: Store, tmp_path: Path) -> None:
    """Two titles of the same width, where a machine without the letters would draw the same boxes."""
    with app.test_request_context("/ja/"):
        whole = cards.svg(store.latest("stations"))
    pictures = []
    for number, letters in enumerate(("駅の一覧", "県の統計")):
        cards._draw(whole.replace("駅の一覧", letters), tmp_path / str(number))
        pictures.append((tmp_path / str(number)).read_bytes())
    assert pictures[0] != pictures[1]
    assert all(size(each) == (1200, 630) for each in pictures)


@pytest.mark.parametrize("title", ["<script>&\"'\x0b\u202e", "長い題名" * 200, "W" * 500, "短", "𠮷野家と髙島屋・邉"])
def test_any_title_makes_a_card(ask: Callable, publish: Callable, app: Flask, store: Store, title: str) -> None:
    publish(package={"title": Text(title)})
    assert size(ask(CARD).body) == (1200, 630)
    with app.test_request_context("/ja/"):
        picture = ET.fromstring(cards.svg(store.latest("stations")))
    bottom = max(float(each.get("y", "0")) for each in picture.iter("{http://www.w3.org/2000/svg}text"))
    assert bottom < cards.HEIGHT


def test_the_page_names_its_card_and_what_is_on_it(read: Callable) -> None:
    page = read("/en/dataset/stations", accept="text/html").text
    assert '<meta property="og:image" content="https://data.example.jp/en/dataset/stations/card.png?version=1">' in page
    assert '<meta property="og:title" content="List of stations">' in page
    assert '<meta name="description" content="Operator of this catalogue · Tables: 1, rows: 2 · CC-BY-4.0">' in page


def test_an_unknown_version_has_no_card(read: Callable) -> None:
    assert read(f"{CARD}?version=7").status == 404
    assert read(f"{CARD}?size=9").status == 400
