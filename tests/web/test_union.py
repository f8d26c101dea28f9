"""The union of a standard over HTTP: files, questions, coverage, and what is said where nobody has published anything."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flask.testing import FlaskClient
from python_calamine import load_workbook

from catalog.publishing import publish, withdraw
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

ROOT = Path(__file__).resolve().parent.parent.parent
BASE = "https://data.example.jp"
CITIES = ("812013", "812021", "812030")
TOILETS = "/standard/public-toilet/records"
ROWS = "/api/v1/standards/public-toilet/rows"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=str(tmp_path_factory.mktemp("union") / "home"), base_url=BASE)


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as found:
        for city in CITIES:
            publish(ROOT / "datapackages" / f"{city}-public-toilet", settings, found)
        publish(ROOT / "datapackages/812013-sticker-shop", settings, found)
        yield found


@pytest.fixture(scope="module")
def client(settings: Settings, store: Store) -> FlaskClient:
    return create_app(settings, store).test_client()


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def asked(client: FlaskClient, path: str, method: str = "GET", **headers: str) -> Any:
    answer = client.open(path, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer.get_data()
    answer.close()
    return answer


def test_the_toilets_of_all_cities_as_csv(client: FlaskClient) -> None:
    answer = asked(client, f"{TOILETS}.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = table(answer.data)
    assert [sum(each["source_publisher"] == city for each in rows) for city in CITIES] == [36, 42, 45]
    assert {each["全国地方公共団体コード"] for each in rows} == set(CITIES)
    assert {each["車椅子使用者用トイレ有無"] for each in rows} == {"有", "無"}
    assert {each["利用終了時間"] for each in rows if each["source_publisher"] != "812030"} == {"24:00", "17:00", "21:30"}
    assert all(20 < float(each["緯度"]) < 46 for each in rows if each["緯度"])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="public-toilet_20260801.csv"; filename*=UTF-8')
    links = answer.headers["Link"]
    assert f'<{BASE}/standard/public-toilet>; rel="describedby"' in links
    assert f'<{BASE}/standard/public-toilet/coverage.json>; rel="describedby"' in links
    assert 'rel="license"' in links


def test_the_etag_is_strong_and_the_bytes_are_the_same_when_kept(client: FlaskClient) -> None:
    first, second = asked(client, f"{TOILETS}.csv"), asked(client, f"{TOILETS}.csv")
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert re.fullmatch('"[0-9a-f]{64}"', first.headers["ETag"])
    assert asked(client, f"{TOILETS}.csv", If_None_Match=first.headers["ETag"]).status_code == 304
    assert asked(client, f"{TOILETS}.csv", If_Match='"other"').status_code == 412
    packed = asked(client, f"{TOILETS}.csv", Accept_Encoding="gzip")
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", first.data)
    part = asked(client, f"{TOILETS}.csv", Range="bytes=0-9")
    assert (part.status_code, part.data) == (206, first.data[:10])
    head = asked(client, f"{TOILETS}.csv", "HEAD")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", first.headers["ETag"])


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "ndjson", "parquet", "geojson"])
def test_every_format_has_every_row(client: FlaskClient, suffix: str, tmp_path: Path) -> None:
    answer = asked(client, f"{TOILETS}.{suffix}")
    assert answer.status_code == 200
    target = tmp_path / f"out.{suffix}"
    target.write_bytes(answer.data)
    match suffix:
        case "csv":
            count = len(table(answer.data))
        case "xlsx":
            count = len(load_workbook(str(target)).get_sheet_by_index(0).to_python()) - 1
        case "json":
            shown = json.loads(answer.data)
            assert shown["sample"] is True
            assert [each["publisher"]["id"] for each in shown["sources"]] == list(CITIES)
            assert shown["count"] == len(shown["rows"])
            count = shown["count"]
        case "ndjson":
            count = answer.data.count(b"\n")
        case "parquet":
            count = duckdb.sql(f"SELECT count(*) FROM '{target}'").fetchall()[0][0]
        case _:
            count = len(json.loads(answer.data)["features"])
    assert count == 123


def test_labels_codes_and_excel(client: FlaskClient) -> None:
    rows = table(asked(client, f"{TOILETS}.csv?labels=en&codes=ja").data)
    assert {each["Local government code"] for each in rows} == {"月浜市", "雪森市", "星浜市"}
    assert asked(client, f"{TOILETS}.csv?excel=1").data.startswith("\ufeff全国地方公共団体コード".encode())
    refused = asked(client, f"{TOILETS}.json?excel=1")
    assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (400, "excel")


def test_samples_can_be_left_out(client: FlaskClient) -> None:
    assert table(asked(client, f"{TOILETS}.csv?samples=0").data) == []
    assert len(table(asked(client, f"{TOILETS}.csv?samples=1").data)) == 123
    told = asked(client, "/standard/public-toilet/coverage.json?samples=0").json
    assert [each["reason"]["code"] for each in told["omitted"]] == ["union-sample"] * 3


def test_the_rows_of_all_cities_answer_questions(client: FlaskClient) -> None:
    found = asked(client, f"{ROWS}?名称__contains=港&source_publisher=812021&columns=名称,source_dataset&limit=2").json
    assert found["rows"] == [
        {"名称": "港公園", "source_dataset": "812021-public-toilet"},
        {"名称": "港広場", "source_dataset": "812021-public-toilet"},
    ]
    assert found["count"] == 4
    assert found["standard"]["id"] == "public-toilet"
    assert [each["dataset"] for each in found["sources"]] == [f"{each}-public-toilet" for each in CITIES]
    assert found["license"].startswith("https://creativecommons.org/")
    assert found["definitions"]["名称"] == f"{BASE}/field/standard-public-toilet-%E5%90%8D%E7%A7%B0"
    assert found["downloads"]["geojson"] == f"{BASE}{TOILETS}.geojson"
    following = asked(client, found["next"].removeprefix(BASE)).json
    assert len(following["rows"]) == 2
    assert following["next"] is None


def test_groups_and_places(client: FlaskClient) -> None:
    groups = asked(client, f"{ROWS}?group_by=source_publisher&aggregate=count").json["rows"]
    assert groups == [{"source_publisher": city, "count": count} for city, count in zip(CITIES, (36, 42, 45), strict=True)]
    near = asked(client, f"{ROWS}?緯度__near=33.0,145.0,1000&format=geojson").json
    assert near["features"]
    assert all(each["properties"]["source_publisher"] == "812013" for each in near["features"])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (f"{ROWS}?nope=1", "nope"),
        (f"{ROWS}?samples=2", "samples"),
        (f"{ROWS}?table=nope", "table"),
        (f"{TOILETS}.csv?samples=", "samples"),
        (f"{TOILETS}.csv?prefecture=27", "prefecture"),
        (f"{TOILETS}.csv?labels=de", "labels"),
        (f"{TOILETS}.csv?table={'x' * 200}", "table"),
        ("/standard/public-toilet/coverage?prefecture=27x", "prefecture"),
        ("/standard/public-toilet/coverage.json?prefecture=48", "prefecture"),
        ("/standard/public-toilet/coverage.csv?prefecture=27&prefecture=28", "prefecture"),
    ],
)
def test_mistakes_name_the_parameter(client: FlaskClient, path: str, parameter: str) -> None:
    answer = asked(client, path)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    "path",
    [
        "/standard/nope/records.csv",
        "/standard/nope/coverage",
        "/standard/nope/coverage.json",
        "/api/v1/standards/nope/rows",
        "/standard/public-toilet/records.pdf",
        "/standard/sticker-shop/records.geojson",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    answer = asked(client, path)
    assert answer.status_code == 404
    assert answer.json["detail"]


def test_a_standard_that_nobody_follows_says_so_and_who_is_wanted(client: FlaskClient) -> None:
    answer = asked(client, "/standard/event/records.json")
    assert answer.status_code == 200
    assert answer.json["rows"] == []
    assert "event" in answer.json["notice"]["ja"]
    rows = asked(client, "/api/v1/standards/event/rows").json
    assert (rows["rows"], rows["count"], rows["next"]) == ([], 0, None)
    told = asked(client, "/standard/event/coverage.json?prefecture=27").json
    assert told["datasets"] == []
    (osaka,) = told["areas"]
    assert osaka["name"]["ja"] == "大阪府"
    assert "大阪市" in {each["name"]["ja"] for each in osaka["wanted"]}


def test_coverage_tells_who_is_in_and_who_is_wanted(client: FlaskClient) -> None:
    told = asked(client, "/standard/public-toilet/coverage.json").json
    assert [(each["publisher"]["id"], each["edition"], each["rows"]) for each in told["datasets"]] == [
        ("812013", "2020", 36),
        ("812021", "20260801", 42),
        ("812030", "20260801", 45),
    ]
    lacking = {each["publisher"]["id"]: each["missingToMend"] for each in told["datasets"]}
    assert "利用開始時間" in lacking["812030"]
    assert "利用開始時間" not in lacking["812013"]
    (area,) = told["areas"]
    assert (area["name"]["ja"], [each["code"] for each in area["publishing"]]) == ("【見本】朝凪県", list(CITIES))
    assert "霧峰市" in {each["name"]["ja"] for each in area["wanted"]}
    shops = asked(client, "/standard/sticker-shop/coverage.json").json
    assert {"812021", "812030"} <= {each["code"] for each in shops["areas"][0]["wanted"]}


@pytest.mark.parametrize(("language", "states"), [("ja", {"統合済み", "未公開"}), ("en", {"in the union", "not published yet"})])
def test_coverage_as_a_table_for_a_spreadsheet(client: FlaskClient, language: str, states: set[str]) -> None:
    answer = asked(client, "/standard/public-toilet/coverage.csv", Accept_Language=language)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert {each[0] for each in rows[1:]} == states
    assert len({len(each) for each in rows}) == 1
    assert len(rows) == 1 + 3 + 5


@pytest.mark.parametrize("prefix", ["", "/ja", "/en"])
def test_coverage_as_a_page(client: FlaskClient, prefix: str) -> None:
    answer = asked(client, f"{prefix}/standard/public-toilet/coverage", Accept="text/html")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert page.count("<h1") == 1
    for text in ("812013", "霧峰市" if prefix != "/en" else "Kirimine City", "【見本】" if prefix != "/en" else "[Sample]"):
        assert text in page
    assert "/standard/public-toilet/records.csv" in page
    assert not re.findall(r"<th(?![a-z])(?![^>]*scope=)[^>]*>", page)


def test_the_page_of_a_standard_leads_to_its_union(client: FlaskClient) -> None:
    page = asked(client, "/ja/standard/public-toilet", Accept="text/html").get_data(as_text=True)
    assert "/standard/public-toilet/records.geojson" in page
    assert "/ja/standard/public-toilet/coverage" in page
    assert "見本：架空のデータ" in page
    empty = asked(client, "/ja/standard/event", Accept="text/html").get_data(as_text=True)
    assert "/ja/standard/event/coverage" in empty


def test_the_list_of_standards_for_programs(client: FlaskClient) -> None:
    found = {each["id"]: each for each in asked(client, "/api/v1/standards").json["standards"]}
    assert found["public-toilet"]["followers"] == 3
    assert found["event"]["followers"] == 0
    assert found["public-toilet"]["rows"] == f"{BASE}{ROWS}"


def test_a_change_of_a_member_changes_the_union(settings: Settings, store: Store, client: FlaskClient) -> None:
    before = asked(client, "/standard/sticker-shop/records.csv")
    page = asked(client, "/ja/standard/sticker-shop", Accept="text/html").headers["ETag"]
    publish(ROOT / "datapackages/812030-sticker-shop", settings, store)
    after = asked(client, "/standard/sticker-shop/records.csv")
    assert (len(table(before.data)), len(table(after.data))) == (40, 70)
    assert before.headers["ETag"] != after.headers["ETag"]
    assert asked(client, "/ja/standard/sticker-shop", Accept="text/html").headers["ETag"] != page
    withdraw("812030-sticker-shop", settings, store, reason="試験")
    again = asked(client, "/standard/sticker-shop/records.csv")
    assert (again.data, again.headers["ETag"]) == (before.data, before.headers["ETag"])
    told = asked(client, "/standard/sticker-shop/coverage.json").json
    assert [each["reason"]["code"] for each in told["omitted"]] == ["union-withdrawn"]
    assert "試験" in told["omitted"][0]["reason"]["message"]["ja"]
