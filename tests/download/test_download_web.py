"""Tables over HTTP in every form: names, codings, conditions, parts, and what cannot be had."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import zstandard
from download_samples import small_descriptor
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog import formats
from catalog.download import offered
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

TABLE = "/download/small/1/stations"
FORMATS = ("csv", "xlsx", "json", "ndjson", "parquet", "geojson")
QUERIES = ("", "labels=ja", "labels=en", "codes=en", "labels=ja&codes=ja")
ROWS = (
    "".join(f"A{number:02d},{number}\n" for number in range(10, 100))
    + "".join(f"{sign}{number},{number}\n" for sign in "CD" for number in range(10, 100))
    + "B01,\n"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=str(home / "home"), base_url="https://data.example.jp")
    with Store.open(settings) as store:
        for name in ("small", "places"):
            publish(_package(home / name, small_descriptor(name)), settings, store)
        app = create_app(settings, store)
        app.testing = False
        with app.test_client() as client:
            yield client


def _package(folder: Path, descriptor: dict[str, Any]) -> Path:
    (folder / "data").mkdir(parents=True)
    fields = descriptor["resources"][0]["schema"]["fields"]
    rows = ROWS
    if descriptor["name"] == "places":
        for name, title, property_ in (("lat", "緯度", "latitude"), ("lon", "経度", "longitude")):
            definition = {"property": f"https://schema.org/{property_}"}
            fields.append({"name": name, "title": title, "type": "number", "description": title, "definition": definition})
        rows = "".join(f"{line},34.{number},135.{number}\n" for number, line in enumerate(ROWS.splitlines()))
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    header = ",".join(each["name"] for each in fields)
    (folder / "data/stations.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
    return folder


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., TestResponse]:
    def get(path: str, method: str = "GET", **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.open(path, method=method, headers=sent, buffered=method != "HEAD")

    return get


def test_every_format_is_listed_with_what_is_stored(ask) -> None:
    listed = ask("/dataset/small.json").json["tables"][0]["downloads"]
    assert [each["format"] for each in listed] == ["csv", "xlsx", "json", "ndjson", "parquet"]
    for each in listed:
        answer = ask(each["url"].removeprefix("https://data.example.jp"))
        assert (answer.status_code, answer.mimetype) == (200, each["mediaType"])
        stored = each["format"] in ("csv", "ndjson", "parquet")
        assert (each["bytes"] == len(answer.data), each["sha256"] == hashlib.sha256(answer.data).hexdigest()) == (stored, stored)
    assert "geojson" in [each["format"] for each in ask("/dataset/places.json").json["tables"][0]["downloads"]]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("query", QUERIES)
def test_every_form_can_be_had_again_and_is_known_by_its_etag(ask, format_: str, query: str) -> None:
    path = f"/download/places/1/stations.{format_}?{query}".rstrip("?")
    looked = ask(path, "HEAD")
    first, second = ask(path), ask(path)
    assert (looked.status_code, first.status_code) == (200, 200)
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"] == looked.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")
    assert ask(path, If_None_Match=first.headers["ETag"]).status_code == 304
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.headers["Content-Length"] == str(len(first.data)) == ask(path, "HEAD").headers["Content-Length"]
    assert looked.data == b""
    latest = ask(path.replace("/1/", "/latest/"))
    assert (latest.data, latest.headers["Cache-Control"]) == (first.data, "no-cache")
    assert latest.headers["Content-Location"] == path


def test_no_two_forms_share_a_validator(ask) -> None:
    paths = [f"/download/places/1/stations.{each}?{query}" for each in FORMATS for query in QUERIES]
    paths += ["/download/places/1/stations.csv?excel=1", "/download/small/1/stations.csv"]
    assert len({ask(each, "HEAD").headers["ETag"] for each in paths}) == len(paths)


def test_a_variant_is_made_for_those_who_fetch_and_not_for_those_who_look(ask) -> None:
    path = "/download/small/1/stations.ndjson?labels=ja&codes=en"
    assert "Content-Length" not in ask(path, "HEAD").headers
    assert ask(path, If_None_Match="*").status_code == 304
    assert "Content-Length" not in ask(path, "HEAD").headers
    assert ask(path).headers["Content-Length"] == ask(path, "HEAD").headers["Content-Length"]


@pytest.mark.parametrize("path", [f"{TABLE}.csv", f"{TABLE}.csv?labels=ja", f"{TABLE}.json", f"{TABLE}.ndjson"])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, zstd, br", "zstd"),
        ("zstd;q=0.1, gzip", "gzip"),
        ("br", ""),
        ("identity, gzip;q=0", ""),
        ("", ""),
        ("*", "zstd"),
    ],
)
def test_compressed_siblings(ask, path: str, accepted: str, coding: str) -> None:
    whole = ask(path)
    answer = ask(path, Accept_Encoding=accepted)
    assert answer.headers.get("Content-Encoding", "") == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Accept-Encoding" in whole.headers["Vary"]
    unpacked = {"gzip": gzip.decompress, "zstd": lambda each: zstandard.ZstdDecompressor().stream_reader(each).read(), "": bytes}
    assert unpacked[coding](answer.data) == whole.data
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert (answer.headers["ETag"] == whole.headers["ETag"]) == (not coding)
    assert ask(path, Accept_Encoding=accepted, If_None_Match=answer.headers["ETag"]).status_code == 304


def test_formats_that_are_compressed_are_left_alone(ask) -> None:
    for path in (f"{TABLE}.xlsx", f"{TABLE}.parquet"):
        assert "Content-Encoding" not in ask(path, Accept_Encoding="gzip, zstd").headers


@pytest.mark.parametrize("path", [f"{TABLE}.csv", f"{TABLE}.csv?labels=en", f"{TABLE}.xlsx", f"{TABLE}.parquet?labels=ja"])
def test_a_part_is_a_part_of_the_uncompressed_file(ask, path: str) -> None:
    whole = ask(path)
    part = ask(path, Range="bytes=5-14", Accept_Encoding="gzip, zstd")
    assert (part.status_code, part.data) == (206, whole.data[5:15])
    assert part.headers["Content-Range"] == f"bytes 5-14/{len(whole.data)}"
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert ask(path, Range="bytes=5-14", If_Range=whole.headers["ETag"]).status_code == 206
    assert ask(path, Range="bytes=5-14", If_Range='"other"').data == whole.data
    assert ask(path, Range=f"bytes={len(whole.data)}-").status_code == 416


@pytest.mark.parametrize(
    ("query", "plain", "own"),
    [
        ("", "small_v1_stations.csv", "small_v1_stations.csv"),
        ("?labels=ja", "small_v1_stations_ja.csv", "%E9%A7%85_v1_ja.csv"),
        ("?labels=en&codes=en&excel=1", "small_v1_stations_en_codes-en_excel.csv", "small_v1_stations_en_codes-en_excel.csv"),
    ],
)
def test_file_names(ask, query: str, plain: str, own: str) -> None:
    expected = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{own}"
    assert ask(f"{TABLE}.csv{query}").headers["Content-Disposition"] == expected


def test_the_faces_of_the_csv(ask) -> None:
    plain = ask(f"{TABLE}.csv")
    assert plain.headers["ETag"] == f'"{hashlib.sha256(plain.data).hexdigest()}"'
    excel = ask(f"{TABLE}.csv?excel=1&labels=ja").data
    assert excel.startswith("\ufeff駅番号,乗降人員\r\n".encode())
    english = list(csv.reader(io.StringIO(ask(f"{TABLE}.csv?labels=en").text)))
    assert english[0] == ["Station code", "Passengers"]
    assert english[1:] == list(csv.reader(io.StringIO(plain.text)))[1:]


def test_json_tells_what_it_is(ask) -> None:
    found = ask(f"{TABLE}.json?labels=ja").json
    assert (found["dataset"], found["version"], found["table"], found["sample"]) == ("small", 1, "stations", True)
    assert found["title"] == {"ja": "【見本】小さな見本の表", "en": "[Sample] A small table"}
    assert found["license"][0]["name"] == "CC-BY-4.0"
    assert found["source"] == [{"title": "本試験", "path": ""}]
    assert found["definitions"]["乗降人員"] == "https://data.example.jp/field/small-stations-passengers"
    assert found["fields"][1]["unit"] == "person"
    assert found["rows"][0] == {"駅番号": "A10", "乗降人員": 10}
    assert found["rows"][-1] == {"駅番号": "B01", "乗降人員": None}


def test_the_workbook_is_whole(ask) -> None:
    book = openpyxl.load_workbook(io.BytesIO(ask(f"{TABLE}.xlsx?labels=ja").data))
    assert [each.title for each in book] == ["駅", "項目定義 Definitions", "このデータについて About"]
    assert [cell.value for cell in book.worksheets[0][1]] == ["駅番号", "乗降人員"]
    assert [cell.value for cell in book.worksheets[0][2]] == ["A10", 10]
    about = {row[0].value: row[1].value for row in book.worksheets[2].iter_rows()}
    assert about["データセット"] == "【見本】小さな見本の表"
    assert "CC BY 4.0" in about["ライセンス Licence"]


def test_geojson_of_places(ask) -> None:
    found = ask("/download/places/1/stations.geojson").json
    assert found["features"][1] == {
        "type": "Feature",
        "id": "A11",
        "geometry": {"type": "Point", "coordinates": [135.1, 34.1]},
        "properties": {"code": "A11", "passengers": 11, "lat": 34.1, "lon": 135.1},
    }
    answer = ask(f"{TABLE}.geojson", Accept="application/json", Accept_Language="en")
    assert (answer.status_code, answer.json["code"]) == (404, "table-without-places")
    assert "latitude and longitude" in answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("stations.csv?label=ja", "label", "parameter-unknown"),
        ("stations.csv?labels=fr", "labels", "parameter-not-choice"),
        ("stations.csv?labels=", "labels", "parameter-not-choice"),
        ("stations.csv?codes=name", "codes", "parameter-not-choice"),
        ("stations.csv?excel=2", "excel", "parameter-not-choice"),
        ("stations.csv?labels=ja&labels=en", "labels", "parameter-repeated"),
        ("stations.xlsx?excel=1", "excel", "parameter-of-csv"),
        ("source/data/stations.csv?labels=ja", "labels", "parameter-not-of-file"),
        ("small.zip?codes=ja", "codes", "parameter-not-of-file"),
    ],
)
def test_what_a_form_does_not_take_is_named(ask, query: str, parameter: str, code: str) -> None:
    answer = ask(f"/download/small/1/{query}", Accept="application/json")
    assert answer.status_code == 400
    assert [(each["parameter"], each["code"]) for each in answer.json["errors"]] == [(parameter, code)]


@pytest.mark.parametrize(
    "file",
    [
        "stations.ods",
        "stations",
        ".csv",
        "Stations.csv",
        "stations.CSV",
        "stations.csv/",
        "x/stations.csv",
        "stations.xlsx.csv",
        "../stations.json",
        "stations.json%00",
        "none.xlsx",
    ],
)
def test_what_is_no_file_is_not_found(ask, file: str) -> None:
    assert ask(f"/download/small/1/{file}").status_code in (404, 308)


def test_a_table_that_excel_has_no_room_for_is_refused_before_anything_is_made(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.formats.sheets.ROWS", 90)
    for method in ("HEAD", "GET"):
        answer = ask(f"{TABLE}.xlsx?codes=en", method, Accept="application/json", Accept_Language="en")
        assert answer.status_code == 422
    assert answer.json["code"] == "refused"
    assert [each["code"] for each in answer.json["errors"]] == ["sheet-too-long"]
    assert "271 rows" in answer.json["detail"]


@pytest.mark.parametrize(("rows", "columns", "room"), [(271, 99, False), (272, 1, False), (272, 99, True)])
def test_a_workbook_is_offered_where_a_sheet_has_room(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, rows: int, columns: int, room: bool
) -> None:
    publication = client.application.extensions["catalog"].store.latest("small")
    monkeypatch.setattr("catalog.media.SHEET_ROWS", rows)
    monkeypatch.setattr("catalog.media.SHEET_COLUMNS", columns)
    formats = [each.format.name for each in offered(publication, publication.package.tables()[0])]
    assert formats == ["csv", *(["xlsx"] if room else []), "json", "ndjson", "parquet"]


def test_a_full_disk_is_told_as_that(ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise duckdb.IOException("No space left on /srv/secret")

    monkeypatch.setattr(formats, "write_ndjson", fail)
    answer = ask(f"{TABLE}.ndjson?labels=en&codes=en", Accept="application/json")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert "secret" not in answer.text


def test_the_page_offers_every_format_in_plain_words(ask) -> None:
    page = ask("/ja/dataset/small", Accept="text/html").text
    for each in ("csv", "json", "ndjson", "parquet"):
        assert f'href="{TABLE}.{each}"' in page
    for expected in (f'href="{TABLE}.xlsx?labels=ja"', f"{TABLE}.csv?excel=1", "Excelで開く", "Excel用CSV"):
        assert expected in page
