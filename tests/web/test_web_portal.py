"""The pages of the portal: where they lead, how light they stay, what they say of a dataset, and maps."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.model import Definition, Field, Resource, Schema, StandardRef, Text
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app, quality

PLACES = (
    Field(name="name", type="string", title=Text("名称", "Name"), description=Text("施設の名前。")),
    Field(name="lat", type="number", title=Text("緯度"), definition=Definition(unit="degree")),
    Field(name="lon", type="number", title=Text("経度"), definition=Definition(unit="degree")),
    Field(name="opened", type="date", title=Text("開設日")),
    Field(name="seats", type="integer", title=Text("席数"), definition=Definition(unit="person")),
)
ROWS = [
    {"name": "中央公園", "lat": 33.5, "lon": 145.25, "opened": "2019-05-01", "seats": 1200},
    {"name": None, "lat": None, "lon": None, "opened": None, "seats": None},
    {"name": "長" * 100, "lat": 34, "lon": 146, "opened": "1989-01-07", "seats": 0},
]


def _lines(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in rows)


def _table(fields: tuple[Field, ...], **changes: object) -> dict[str, object]:
    resource = Resource(name="stations", path="data/stations.csv", schema=Schema(fields=fields))
    return {"resources": (replace(resource, **changes),), "files": ("datapackage.json", "data/stations.csv")}


@pytest.fixture
def places(publish) -> str:
    publish("places", package=_table(PLACES), contents={"stations.ndjson": _lines(ROWS)}, rows={"stations": 3})
    return "places"


def test_the_front_page_leads_to_its_three_users_and_counts(ask, publish) -> None:
    publish("toilets", package=_table(PLACES, standard=StandardRef(id="public-toilet", edition="20260801")))
    text = ask("/ja").text
    for href in (
        "/ja/datasets",
        "/ja/check",
        "/ja/harvest",
        "/ja/help",
        "/ja/help#publish",
        "/ja/api",
        "/ja/standard/public-toilet",
    ):
        assert f'href="{href}"' in text, href
    assert "curl -O https://data.example.jp/standard/public-toilet/records.csv" in text
    assert re.search(r"<dt>データセット</dt><dd>2", text)
    assert re.search(r"<dt>定義どおりのデータの割合</dt><dd>100%", text)
    assert text.index('href="/ja/dataset/toilets"') > text.index("新着")


def test_an_empty_catalogue_still_shows_where_to_begin(settings: Settings) -> None:
    with Store.open(settings) as empty:
        client = create_app(settings, empty).test_client()
        text = client.get("/ja").text
        assert 'href="/ja/standard/gtfs-jp"' in text
        assert "curl" not in text
        assert client.get("/ja/help").status_code == 200
        assert client.get("/ja/status").status_code == 200


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_has_what_a_shared_link_shows(read, language: str) -> None:
    for path in ("", "/help", "/standard/public-toilet", "/codelist/cost-band", "/dataset/stations"):
        text = read(f"/{language}{path}").text
        title = re.search(r'<meta property="og:title" content="([^"]+)">', text)
        assert title, path
        assert text.count('property="og:title"') == 1, path


def test_help_speaks_to_its_three_users_in_both_languages(read) -> None:
    for language, words in (("ja", "データを公開するには"), ("en", "How to publish")):
        text = read(f"/{language}/help").text
        assert words in text
        for anchor in ("use", "publish", "harvest", "about"):
            assert f'id="{anchor}"' in text
        assert "https://data.example.jp/download/stations/latest/stations.zip" in text


def test_status_tells_the_age_of_the_feed_and_the_last_publication(read) -> None:
    text = read("/en/status").text
    assert 'href="/en/dataset/stations"' in text
    assert text.count(" ago)") == 2
    assert "✓ whole" in text


def test_first_rows_are_shown_with_meanings_units_and_eras(ask, places: str) -> None:
    text = ask(f"/ja/dataset/{places}").text
    preview = text[text.index('id="preview"') : text.index('id="places"')]
    head, body = preview.split("<tbody>")
    assert 'href="/ja/field/places-stations-seats"' not in body
    assert "施設の名前。" in head
    assert "(人)" in head
    assert "<td>中央公園</td>" in body
    assert '<td class="figure">1,200</td>' in body
    assert '2019-05-01 <span class="era">令和元年</span>' in body
    assert '1989-01-07 <span class="era">昭和64年</span>' in body
    assert body.count('<span class="empty">–</span>') == 5
    assert "長" * 40 + "…" in body
    assert "長" * 41 not in body
    assert "令和" not in ask(f"/en/dataset/{places}").text.split("<tbody>")[-1]


def test_a_row_too_long_to_read_ends_the_preview(ask, publish) -> None:
    rows = [ROWS[0], ROWS[0] | {"name": "x" * 600_000}, ROWS[2]]
    publish("long", package=_table(PLACES), contents={"stations.ndjson": _lines(rows)}, rows={"stations": 3})
    text = ask("/ja/dataset/long").text
    assert "中央公園" in text
    assert len(text) < 100_000


def test_an_empty_table_says_so(ask, publish) -> None:
    publish("none", package=_table(PLACES), contents={"stations.ndjson": b""}, rows={"stations": 0})
    text = ask("/ja/dataset/none").text
    assert "この表には行がありません。" in text
    assert 'id="places"' not in text


def test_places_are_listed_and_no_map_is_made_unless_tiles_are_named(ask, places: str) -> None:
    answer = ask(f"/ja/dataset/{places}")
    assert '<li>中央公園 <span class="second">33.5, 145.25</span></li>' in answer.text
    assert 'href="/download/places/1/stations.geojson"' in answer.text
    assert "leaflet" not in answer.text
    assert "img-src 'self';" in answer.headers["Content-Security-Policy"]


def test_a_map_loads_leaflet_from_here_and_pictures_from_the_named_host_only(
    settings: Settings, store: Store, places: str
) -> None:
    tiles = "https://tiles.example.jp/xyz/{z}/{x}/{y}.png"
    configured = replace(settings, map_tiles=tiles, map_credit="<b>地図</b>", map_credit_url="javascript:alert(1)")
    client = create_app(configured, store).test_client()
    answer = client.get(f"/ja/dataset/{places}")
    assert f'data-tiles="{tiles}"' in answer.text
    assert 'data-credit="&lt;b&gt;地図&lt;/b&gt;"' in answer.text
    assert 'data-credit-url=""' in answer.text
    assert "img-src 'self' https://tiles.example.jp;" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    for source in re.findall(r'(?:src|href)="(/static/leaflet/[^"]+)"', answer.text):
        loaded = client.get(source)
        assert loaded.status_code == 200
        assert "immutable" in loaded.headers["Cache-Control"]
        if source.endswith(".css"):
            assert client.get(source.replace("leaflet.css", "images/layers.png")).content_type == "image/png"
            assert client.get(source.replace("leaflet.css", "leaflet-src.js")).status_code == 404
    assert client.get("/static/leaflet/000000000000/leaflet.js").status_code == 404


def test_what_is_not_met_says_how_to_mend_it(ask, publish) -> None:
    fields = (Field(name="a", type="number"), Field(name="b", title=Text("二", "two"), description=Text("二つ目。")))
    publish("poor", package=_table(fields) | {"title": Text("題"), "description": Text(), "contact": None, "frequency": ""})
    text = ask("/ja/dataset/poor").text
    section = text[text.index('id="quality"') : text.index('id="citation"')]
    assert "次の項目に description（定義）を書いてください：a" in section
    assert "次の項目に definition.unit（単位）を書いてください：a" in section
    assert "catalog.frequency に" in section
    assert "公開者による説明はありません。" in text
    assert not re.search(r"\d+ ?点", section), "no number for all of it"


def test_a_promise_of_updates_is_kept_or_not_by_the_day(publish) -> None:
    publication = publish("yearly")
    published = datetime.fromisoformat(publication.modified)
    assert not quality.overdue(publication, published + timedelta(days=500))
    assert quality.overdue(publication, published + timedelta(days=600))
    assert not quality.overdue(replace(publication, package=replace(publication.package, frequency="IRREG")), datetime.now(UTC))
    late = quality.points(publication, late=True)
    assert sum(not each["met"] for each in late) == sum(not each["met"] for each in quality.points(publication, late=False)) + 1


def test_a_dictionary_of_two_thousand_fields_is_read_page_by_page(ask, publish) -> None:
    fields = tuple(Field(name=f"c{number}", type="string", title=Text(f"列{number}")) for number in range(2_000))
    publish("wide", package=_table(fields), contents={"stations.ndjson": _lines([{each.name: "x" for each in fields}])})
    text = ask("/ja/dataset/wide").text
    assert len(text.encode()) < 100_000
    assert text.count('<tr id="stations.') == 60
    assert 'href="/ja/schema/wide-stations"' in text
    seen: list[str] = []
    for number in range(1, 21):
        part = ask(f"/ja/schema/wide-stations?page={number}").text
        seen += re.findall(r'<tr id="stations\.(c\d+)"', part)
        assert len(part.encode()) < 100_000
    assert seen == [each.name for each in fields]
    assert ask("/ja/schema/wide-stations?page=21").status == 404


def test_sixty_well_described_fields_are_a_light_page(ask, publish) -> None:
    meaning = Text(
        "窓口を利用した人の数です。同じ人が二度来たときは2人と数えます。", "How many people used the counter in the year."
    )
    fields = tuple(
        Field(
            name=f"users_{number:02}",
            type="integer",
            title=Text(f"利用者数その{number}", f"Users, part {number}"),
            description=meaning,
            constraints={"minimum": 0},
            definition=Definition(unit="person", obligation="recommended", section=f"{number}-1"),
        )
        for number in range(60)
    )
    rows = [{each.name: number for each in fields} for number in range(10_000, 10_020)]
    publish("sixty", package=_table(fields), contents={"stations.ndjson": _lines(rows)}, rows={"stations": 20})
    for language in ("ja", "en"):
        body = ask(f"/{language}/dataset/sixty").body
        assert body.count(b'<tr id="stations.') == 60
        assert len(body) <= 100_000
        assert len(ask(f"/{language}/dataset/sixty", accept_encoding="gzip").body) <= 25_000
