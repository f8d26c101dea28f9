"""One figure of several municipalities: the table, the bars, and values that are missing."""

import csv
import io
from urllib.parse import quote

import pytest
from across_samples import HOSHIHAMA, KIRIMINE, TSUKIHAMA, YUKIMORI
from flask import Flask

PEOPLE = "/compare{}?field=figures/figures/people"
STANDARD = f"standard-public-toilet-{quote('男性トイレ総数')}"


def figures(cities: Flask, more: str = "") -> dict[str, tuple[str, object]]:
    found = cities.test_client().get(PEOPLE.format(".json") + more).get_json()
    return {each["code"]: (each["state"], each["value"]) for each in found["areas"]}


def test_a_missing_value_is_no_zero(cities: Flask) -> None:
    assert figures(cities) == {
        TSUKIHAMA: ("value", 120),
        YUKIMORI: ("value", 0),
        "822019": ("value", -5),
        HOSHIHAMA: ("missing", None),
    }
    assert list(figures(cities)) == [TSUKIHAMA, YUKIMORI, "822019", HOSHIHAMA], "the greatest first, what is missing last"
    assert list(figures(cities, "&sort=code")) == [TSUKIHAMA, YUKIMORI, HOSHIHAMA, "822019"]
    shares = cities.test_client().get("/compare.json?field=figures/figures/share").get_json()
    assert {each["code"]: each["state"] for each in shares["areas"]}[TSUKIHAMA] == "partial"


def test_other_figures_of_the_same_rows(cities: Flask) -> None:
    assert figures(cities, "&measure=avg")[TSUKIHAMA] == ("value", 60)
    assert figures(cities, "&measure=min")[TSUKIHAMA] == ("value", 20)
    assert figures(cities, "&measure=max")[TSUKIHAMA] == ("value", 100)


def test_a_prefecture_tells_who_has_no_rows(cities: Flask) -> None:
    found = figures(cities, "&prefecture=81")
    assert "822019" not in found
    assert found[KIRIMINE] == ("absent", None)
    assert found[HOSHIHAMA] == ("missing", None)
    assert len(found) == 8


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_has_the_table_first_and_a_bar_beside(cities: Flask, language: str) -> None:
    page = cities.test_client().get(f"/{language}" + PEOPLE.format("")).text
    assert {"ja": "データなし", "en": "no data"}[language] in page
    assert "style=" not in page
    assert page.count("<rect ") == 3, "no bar where there is no value"
    assert '<rect x="4.0" width="96.0"' in page, "zero is where the bars begin, and -5 lies to its left"
    assert '<rect x="0.0" width="4.0"' in page
    assert page.index("<table") < page.index('<svg viewBox="0 0 100 8"')


def test_the_rows_of_every_city_by_the_definition_of_a_standard(cities: Flask) -> None:
    client = cities.test_client()
    found = client.get(f"/compare.json?field={STANDARD}").get_json()
    assert {each["code"] for each in found["areas"]} == {TSUKIHAMA, YUKIMORI, HOSHIHAMA}
    assert found["sample"]
    assert [each["dataset"] for each in found["source"]] == [f"{each}-public-toilet" for each in (TSUKIHAMA, YUKIMORI, HOSHIHAMA)]
    for each in found["areas"]:
        asked = each["rows"].removeprefix("https://data.example.jp")
        assert client.get(asked).get_json()["count"] == each["rowCount"]
    assert found["definition"].endswith(f"/field/{STANDARD}")
    assert client.get(f"/compare?field={STANDARD}&prefecture=81").status_code == 200


def test_as_a_table_for_a_spreadsheet(cities: Flask) -> None:
    found = cities.test_client().get(PEOPLE.format(".csv"), headers={"Accept-Language": "en"})
    lines = list(csv.DictReader(io.StringIO(found.text.removeprefix("\ufeff"))))
    assert [(each["Code"], each["Value"], each["State"]) for each in lines] == [
        (TSUKIHAMA, "120", "all rows have a value"),
        (YUKIMORI, "0", "all rows have a value"),
        ("822019", "-5", "all rows have a value"),
        (HOSHIHAMA, "", "no data"),
    ]


def test_only_figures_of_tables_with_areas_can_be_chosen(cities: Flask) -> None:
    client = cities.test_client()
    choices = [each["field"] for each in client.get("/compare.json").get_json()["choices"]]
    assert {"figures/figures/people", "figures/figures/share", "standard-public-toilet-男性トイレ総数"} <= set(choices)
    assert not [each for each in choices if "緯度" in each or "経度" in each or "gtfs" in each]
    for each in choices:
        assert client.get(f"/compare.json?field={quote(each)}").status_code == 200, each
    page = client.get("/ja/compare").text
    assert all(each in page for each in choices)
    assert 'href="/ja/compare?field=figures%2Ffigures%2Fpeople"' in client.get("/ja/field/figures-figures-people").text
    assert "/ja/compare?field=" not in client.get("/ja/field/figures-figures-code").text


@pytest.mark.parametrize(
    "field",
    [
        "", "figures", "figures/figures", "figures/figures/code", "figures/figures/nothing", "figures/nothing/people",
        "nothing/figures/people", "figures/notes/note", "812013-public-toilet/public_toilet/緯度", "standard-public-toilet-緯度",
        "standard-public-toilet-nothing", "standard-", "../../etc/passwd", "812021-gtfs-jp/fare_attributes/price",
        f"812013-sticker-shop/sticker_shop/{'x' * 300}",
    ],
)  # fmt: skip
def test_what_is_no_figure_is_refused_by_its_parameter(cities: Flask, field: str) -> None:
    for form in ("", ".json", ".csv"):
        found = cities.test_client().get(f"/compare{form}", query_string={"field": field})
        assert found.status_code == 400
        assert [(each["code"], each["parameter"]) for each in found.get_json()["errors"]] == [("compare-field", "field")]


@pytest.mark.parametrize("query", ["measure=median", "prefecture=99", "sort=name", "colour=red"])
def test_other_parameters_are_checked(cities: Flask, query: str) -> None:
    found = cities.test_client().get(f"/compare?field=figures/figures/people&{query}")
    assert found.status_code == 400
    assert found.get_json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_without_a_figure_there_is_no_table(cities: Flask) -> None:
    assert cities.test_client().get("/compare.csv").status_code == 400
