"""Dashboards of published packages: every number can be followed to its definition, its rows and its raw records."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://data.example.jp"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A catalogue with two of the seed packages, as they are published."""
    settings = Settings(home=str(tmp_path_factory.mktemp("home")), base_url=BASE)
    store = Store.open(settings)
    for name in ("joint-procurement", "osaka-ict-partnerships-2020"):
        publish(ROOT / "datapackages" / name, settings, store)
    plain = tmp_path_factory.mktemp("plain")
    (plain / "a.csv").write_text("a\n1\n", encoding="utf-8")
    schema = {"fields": [{"name": "a", "type": "integer", "title": "数", "description": "数。"}]}
    descriptor = {
        "name": "plain",
        "title": "図のない表",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [{"name": "a", "path": "a.csv", "schema": schema}],
    }
    (plain / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    publish(plain, settings, store)
    yield create_app(settings, store).test_client()
    store.close()


@pytest.fixture(scope="module")
def dashboard(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/dashboard/joint-procurement.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def fetched(client: FlaskClient, address: str) -> TestResponse:
    """A file as an answer whose stream is read to its end and closed."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert answer.data
        return answer


def path_of(address: str) -> str:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    return f"{parts.path}?{parts.query}"


def numbers(view: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """Every number of a view that counts rows, with where its rows are."""
    if view["measure"]["function"] == "count":
        yield view, view["total"]
        yield from ((each, each["count"]) for each in view["unknown"])
        yield from ((each, each["total"]) for each in view["groups"])
        yield from ((cell, cell["value"]) for row in view["cells"] for cell in row)
        for axis in filter(None, (view["by"], view["across"])):
            yield from ((each, each["total"]) for each in axis["categories"])


def test_every_number_is_the_count_of_the_rows_that_it_leads_to(client: FlaskClient, dashboard: dict[str, Any]) -> None:
    checked = 0
    for view in [*dashboard["figures"], *dashboard["views"]]:
        for place, value in numbers(view):
            if view["kind"] != "finder" and checked % 3 != 2:  # each third is enough: there are hundreds
                assert client.get(path_of(place["rows"])).get_json()["count"] == value, (view["name"], place["rows"])
            checked += 1
    assert checked > 300


def test_no_data_is_never_counted_as_no(dashboard: dict[str, Any]) -> None:
    view = next(each for each in dashboard["views"] if each["name"] == "share-by-type")
    parts = {each["value"]: each for each in view["across"]["categories"]}
    assert list(parts) == ["yes", "no", "no-data"]
    assert [each["noData"] for each in parts.values()] == [False, False, True]
    assert sum(each["total"] for each in parts.values()) == view["total"] == 200
    shared = next(each for each in dashboard["figures"] if each["name"] == "shared-cost")
    assert shared["total"] == parts["yes"]["total"]
    assert [each["count"] for each in shared["unknown"]] == [parts["no-data"]["total"]]
    bands = next(each for each in dashboard["views"] if each["name"] == "initial-cost")["by"]["categories"]
    assert [each["value"] for each in bands][:2] == ["under-5m", "5m-10m"]
    assert (bands[-1]["value"], bands[-1]["noData"], bands[-1]["total"]) == (None, True, 16)


def test_rules_that_round_and_fold_are_told_with_the_figures(dashboard: dict[str, Any], client: FlaskClient) -> None:
    by_type = next(each for each in dashboard["views"] if each["name"] == "by-type")
    assert any("2件に満たない" in rule["ja"] for each in by_type["rules"] for rule in each["roundings"])
    assert [each["category" if "category" in each else "value"] for each in by_type["groups"]] == [
        "general-affairs", "operations", "tools",
    ]  # fmt: skip
    page = client.get("/ja/dashboard/joint-procurement").text
    assert "10,000未満の端数を切り捨てます" in page
    assert "/ja/field/joint-procurement-cases-population" in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_charts_with_their_size_and_numbers(client: FlaskClient, language: str) -> None:
    answer = client.get(f"/{language}/dashboard/joint-procurement")
    assert answer.status_code == 200
    assert len(answer.data) <= 100_000
    pictures = re.findall(r'<img src="([^"]+)" width="(\d+)" height="(\d+)"', answer.text)
    assert len(pictures) == 7
    for address, width, height in pictures:
        drawn = fetched(client, address)
        assert drawn.content_type == "image/svg+xml; charset=utf-8"
        assert f'width="{width}" height="{height}"' in drawn.text
        assert f'lang="{language}"' in drawn.text
    assert answer.text.count("<table") >= 9
    assert "style=" not in answer.text


def test_the_finder_is_a_plain_form(client: FlaskClient) -> None:
    found = client.get("/dashboard/joint-procurement.json?population__gte=1000000&initial_cost=&area=tools").get_json()["finder"]
    asked = client.get("/api/v1/datasets/joint-procurement/tables/cases/rows?population__gte=1000000&area=tools").get_json()
    assert found["count"] == asked["count"] > 0
    assert client.get(path_of(found["api"])).get_json()["count"] == asked["count"]
    page = client.get("/en/dashboard/joint-procurement?population__gte=1000000&area=tools")
    assert 'name="population__gte" value="1000000"' in page.text
    assert '<option value="tools" selected>' in page.text
    assert "<script" not in page.text


def test_the_finder_finds_missing_values_sorts_and_goes_on(client: FlaskClient) -> None:
    found = client.get("/dashboard/joint-procurement.json?initial_cost=(no data)").get_json()["finder"]
    assert found["count"] == 16
    first = client.get("/dashboard/joint-procurement.json?sort=population").get_json()["finder"]
    second = client.get(path_of(first["next"]), headers={"Accept": "application/json"}).get_json()["finder"]
    populations = [row["cells"][4]["value"] for part in (first, second) for row in part["rows"]]
    assert populations == sorted(populations)
    assert len(populations) == 20
    assert [each["order"] for each in first["columns"]].count("ascending") == 1
    none = client.get("/ja/dashboard/joint-procurement?population__gte=999999999")
    assert none.status_code == 200
    assert "すべての条件に合う行はありません" in none.text


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("population__gte=many", "population__gte"),
        ("population__gte=１", "population__gte"),
        ("area=space", "area"),
        ("area=tools&area=tools", "area"),
        ("sort=title__x", "sort"),
        ("cursor=nonsense", "cursor"),
        ("population=5", "population"),
    ],
)
def test_what_the_finder_does_not_know_is_refused(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/dashboard/joint-procurement?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert [each["parameter"] for each in answer.get_json()["errors"]] == [parameter]


def test_a_case_shows_raw_records_rules_and_results(client: FlaskClient) -> None:
    case = client.get("/dashboard/joint-procurement/C000003", headers={"Accept": "application/json"}).get_json()
    cells = {each["field"]["name"]: each for part in case["parts"] for each in part["cells"]}
    population = cells["population"]
    assert population["value"] == 10_000
    assert any("切り捨て" in each["ja"] for each in population["field"]["derivation"])
    (people,) = population["inputs"]
    assert people["table"]["name"] == "participants"
    assert [row["cells"][-1]["value"] for row in people["rows"]] == [6000, 6000]
    assert sum(row["cells"][-1]["value"] for row in people["rows"] if row["counted"]) // 10_000 * 10_000 == population["value"]
    assert b"C000003" in fetched(client, path_of(people["file"])).data
    assert [each["table"]["name"] for each in case["parts"]] == ["cases", "status"]
    assert cells["introduced"]["inputs"][0]["table"]["name"] == "introductions"


def test_what_a_rule_leaves_out_is_marked(client: FlaskClient) -> None:
    case = client.get("/dashboard/joint-procurement/C000001", headers={"Accept": "application/json"}).get_json()
    cells = {each["field"]["name"]: each for each in case["parts"][0]["cells"]}
    (counted,) = cells["municipalities"]["inputs"]
    kinds = [column["name"] for column in counted["columns"]].index("kind")
    kept = {row["cells"][kinds]["value"]: row["counted"] for row in counted["rows"]}
    assert kept == {"prefecture": False, "municipality": True}
    assert sum(row["counted"] for row in counted["rows"]) == cells["municipalities"]["value"] == 6
    page = client.get("/ja/dashboard/joint-procurement/C000001").text
    assert "✗ " in page
    assert "500万円以上1,000万円未満" in page


def test_a_package_without_raw_records_has_plain_cases(client: FlaskClient) -> None:
    page = client.get("/ja/dashboard/osaka-ict-partnerships-2020/gurunavi-1")
    assert page.status_code == 200
    assert "ステッカー" in page.text
    assert "元の記録：" not in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/dashboard/none",
        "/dashboard/plain/1",
        "/dashboard/joint-procurement/C999999",
        "/dashboard/joint-procurement/%00",
    ],
)
def test_what_is_not_there_is_said_so(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_dataset_without_views_has_an_empty_dashboard(client: FlaskClient) -> None:
    found = client.get("/dashboard/plain.json").get_json()
    assert (found["figures"], found["views"], found["finder"]) == ([], [], None)
    assert "グラフの宣言がない" in client.get("/ja/dashboard/plain").text
    assert client.get("/dashboard/plain.json?a=1").status_code == 400
    assert client.get("/dataset/plain.json").get_json()["dashboard"] == ""


def test_the_page_of_the_dataset_leads_to_its_charts(client: FlaskClient) -> None:
    page = client.get("/ja/dataset/joint-procurement").text
    assert 'href="/ja/dashboard/joint-procurement"' in page
    assert 'loading="lazy"' in page
    assert "/charts/" not in client.get("/ja/dataset/plain").text


def test_columns_say_how_full_they_are(client: FlaskClient) -> None:
    tables = client.get("/dataset/joint-procurement.json").get_json()["tables"]
    fields = {each["name"]: each for each in tables[0]["fields"]}
    cost = fields["initial_cost"]["statistics"]
    assert (cost["rows"], cost["empty"], cost["emptyShare"], cost["distinct"]) == (200, 16, 0.08, 7)
    assert cost["distribution"][0]["label"]["ja"] == "1,000万円以上3,000万円未満"
    assert sum(each["count"] for each in cost["distribution"]) + cost["others"] + cost["empty"] == 200
    page = client.get("/ja/dataset/joint-procurement").text
    assert "空欄： 8%" in page
    field = client.get("/ja/field/joint-procurement-cases-initial_cost").text
    assert "最新版での値" in field
    assert "1,000万円以上3,000万円未満" in field
    assert client.get("/dataset/plain.json").get_json()["tables"][0]["fields"][0]["statistics"]["distinct"] == 1


def test_what_is_kept_can_be_downloaded(client: FlaskClient) -> None:
    base = "/download/joint-procurement/1/"
    specs = fetched(client, f"{base}charts/vega-lite.json").get_json()
    assert specs["by-type"]["en"]["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    figures = fetched(client, f"{base}charts/figures.json").get_json()
    assert {each["kind"] for each in figures} == {"figure", "bars", "matrix", "timeline", "finder"}
    assert fetched(client, f"{base}statistics/cases.json").get_json()[0]["field"] == "case_id"
    assert fetched(client, f"{base}raw/participants.parquet").data.startswith(b"PAR1")
