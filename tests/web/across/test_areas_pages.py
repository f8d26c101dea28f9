"""The pages of municipalities: what they show, at which addresses, in which forms."""

import csv
import io
from pathlib import Path

import pytest
from across_samples import CITIES, KIRIMINE, TSUKIHAMA, catalogue
from flask import Flask

from catalog.publishing import withdraw
from catalog.store import Store
from catalog.web import create_app


def test_a_municipality_by_theme_with_counts(cities: Flask) -> None:
    found = cities.test_client().get(f"/area/{TSUKIHAMA}.json").get_json()
    own = [each for each in CITIES if each.startswith(TSUKIHAMA)]
    assert {each["id"] for theme in found["themes"] for each in theme["datasets"]} == {*own, "figures"}
    # toilets 36, AED 34, evacuation sites 32; shops 40 by their publisher; figures 2 and moves 10 of the operator's table
    assert found["counts"] == {"datasets": 5, "tables": 6, "rows": 154, "published": 4, "covering": 4, "mentioning": 4}
    by_theme = {each["code"]: each["counts"] for each in found["themes"]}
    assert list(by_theme) == ["GOVE", "HEAL", "SOCI"]
    assert (by_theme["HEAL"]["datasets"], by_theme["HEAL"]["rows"]) == (2, 74)
    assert found["modified"] == max(each["modified"] for each in found["themes"])
    assert found["invented"]
    assert found["name"]["ja"].startswith("【見本】")
    assert found["prefecture"]["code"] == "810002"
    wanted = {each["id"] for each in found["wanted"]}
    assert "public-toilet" not in wanted
    assert {"event", "public-wireless-lan"} <= wanted
    assert {each["id"] for each in found["followed"]} == {"public-toilet", "aed-location", "designated-emergency-evacuation-site"}


def test_each_table_leads_to_its_rows_about_the_municipality(cities: Flask) -> None:
    client = cities.test_client()
    found = client.get(f"/area/{TSUKIHAMA}.json").get_json()
    tables = [table for theme in found["themes"] for each in theme["datasets"] for table in each["tables"]]
    assert len(tables) == 6
    for table in tables:
        rows = client.get(table["url"].removeprefix("https://data.example.jp")).get_json()
        assert rows["count"] == table["rows"] > 0
        assert client.get(table["csv"].removeprefix("https://data.example.jp")).status_code == 200
        if table["definition"]:
            assert client.get(table["definition"].removeprefix("https://data.example.jp")).status_code == 200


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_says_what_the_json_says(cities: Flask, language: str) -> None:
    client = cities.test_client()
    shown = client.get(f"/area/{TSUKIHAMA}.json").get_json()
    page = client.get(f"/{language}/area/{TSUKIHAMA}").text
    assert shown["name"][language] in page
    assert {"ja": "実在せず", "en": "it does not exist"}[language] in page
    for theme in shown["themes"]:
        assert theme["title"][language] in page
        assert all(each["title"][language] in page for each in theme["datasets"])
    assert all(each["title"][language] in page for each in shown["wanted"])
    assert f'href="/area/{TSUKIHAMA}.json"' in page
    assert f'href="/area/{TSUKIHAMA}.csv"' in page
    assert f"/{language}/dataset/" in page
    assert "style=" not in page


def test_the_forms_and_their_manners(cities: Flask) -> None:
    client = cities.test_client()
    page = client.get(f"/area/{TSUKIHAMA}")
    assert page.mimetype == "text/html"
    assert f'<https://data.example.jp/area/{TSUKIHAMA}.json>; rel="alternate"; type="application/json"' in page.headers["Link"]
    assert client.get(f"/area/{TSUKIHAMA}", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    negotiated = client.get(f"/area/{TSUKIHAMA}", headers={"Accept": "application/json"})
    assert negotiated.get_json() == client.get(f"/area/{TSUKIHAMA}.json").get_json()
    assert negotiated.headers["Content-Location"].endswith(f"/area/{TSUKIHAMA}.json")
    assert client.get(f"/area/{TSUKIHAMA}?page=1").status_code == 400

    table = client.get(f"/area/{TSUKIHAMA}.csv", headers={"Accept-Language": "en"})
    assert table.mimetype == "text/csv"
    lines = list(csv.reader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert lines[0][0] == "Theme"
    assert len(lines) == 7
    assert sum(int(each[6]) for each in lines[1:]) == 154


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/area/81201", "/area/812013"), ("/area/81", "/area/810002"), ("/area/27", "/area/270008"),
        ("/ja/area/81201", "/ja/area/812013"), ("/area/81201.json", "/area/812013.json"), ("/area/81201.csv", "/area/812013.csv"),
    ],
)  # fmt: skip
def test_shorter_codes_lead_to_the_code_with_six_digits(cities: Flask, address: str, target: str) -> None:
    found = cities.test_client().get(address)
    assert (found.status_code, found.headers["Location"]) == (301, target)


@pytest.mark.parametrize(
    ("code", "problem", "expected"),
    [
        ("812014", "area-check-digit", "812013"), ("991236", "area-unknown", ""), ("9", "area-unknown", ""),
        ("大阪市", "area-unknown", ""),
        ("８１", "area-unknown", ""), ("x" * 200, "area-unknown", ""), ("81-201", "area-unknown", ""),
    ],
)  # fmt: skip
def test_what_is_no_code_is_answered_clearly(cities: Flask, code: str, problem: str, expected: str) -> None:
    found = cities.test_client().get(f"/area/{code}", headers={"Accept-Language": "en"})
    assert (found.status_code, found.mimetype) == (404, "application/problem+json")
    told = found.get_json()
    assert told["code"] == problem
    assert expected in told["detail"]


def test_a_prefecture_leads_to_its_municipalities(cities: Flask) -> None:
    client = cities.test_client()
    found = client.get("/area/810002.json").get_json()
    assert found["kind"] == "prefecture"
    assert {each["code"]: each["datasets"] for each in found["municipalities"]}[TSUKIHAMA] == 5
    assert {each["code"]: each["datasets"] for each in found["municipalities"]}[KIRIMINE] == 0
    assert [each["id"] for theme in found["themes"] for each in theme["datasets"]] == ["figures"], "not what its cities publish"
    assert found["counts"]["rows"] == 14
    assert found["wanted"] == []
    assert client.get("/ja/area/810002").status_code == 200


def test_a_real_municipality_without_data_is_wanted_in_full(cities: Flask) -> None:
    client = cities.test_client()
    found = client.get("/area/271004.json").get_json()
    assert (found["name"]["ja"], found["invented"], found["counts"]["datasets"]) == ("大阪府大阪市", False, 0)
    assert len(found["wanted"]) > 10
    assert "まだ公開されていません" in client.get("/ja/area/271004").text
    ward = client.get("/area/271021.json").get_json()
    assert (ward["kind"], ward["wanted"]) == ("ward", [])
    assert client.get("/area/131016.json").get_json()["kind"] == "municipality", "a special ward is no part of a city"


def test_the_index_and_the_sitemap_know_them(cities: Flask) -> None:
    client = cities.test_client()
    found = client.get("/areas.json").get_json()
    assert [each["code"] for each in found["prefectures"]] == ["810002", "820008"]
    assert [each["code"] for each in found["prefectures"][0]["municipalities"]] == [TSUKIHAMA, "812021", "812030"]
    assert found["count"] == 4
    for language in ("ja", "en"):
        page = client.get(f"/{language}/areas").text
        assert all(each["name"][language] in page for each in found["prefectures"])
    lines = client.get("/areas.csv").text.removeprefix("\ufeff").splitlines()
    assert len(lines) == 5
    sitemap = client.get("/sitemap.xml").text
    assert f"<loc>https://data.example.jp/area/{TSUKIHAMA}</loc>" in sitemap
    assert "<loc>https://data.example.jp/areas</loc>" in sitemap


def test_what_is_withdrawn_is_gone_from_the_page(tmp_path: Path) -> None:
    settings = catalogue(tmp_path, "812013-public-toilet")
    with Store.open(settings) as store:
        client = create_app(settings, store).test_client()
        assert client.get(f"/area/{TSUKIHAMA}.json").get_json()["counts"]["rows"] == 48
        withdraw("812013-public-toilet", settings, store)
        found = client.get(f"/area/{TSUKIHAMA}.json").get_json()
        assert found["counts"] == {"datasets": 1, "tables": 2, "rows": 12, "published": 0, "covering": 0, "mentioning": 1}
        assert "public-toilet" in {each["id"] for each in found["wanted"]}


def test_rows_of_a_table_and_of_a_standard_by_area(cities: Flask) -> None:
    client = cities.test_client()
    rows = "/api/v1/datasets/figures/tables/figures/rows"
    assert [each["people"] for each in client.get(f"{rows}?area={TSUKIHAMA}").get_json()["rows"]] == [100, 20]
    assert client.get(f"{rows}?area=81201").get_json()["count"] == 2
    assert client.get(f"{rows}?area=81&people__gte=1").get_json()["count"] == 2
    first = client.get(f"{rows}?area=81&limit=1").get_json()
    assert "area=81" in first["next"]
    second = client.get(first["next"].removeprefix("https://data.example.jp")).get_json()
    assert [each["people"] for each in second["rows"]] == [0]
    united = client.get(f"/api/v1/standards/public-toilet/rows?area={TSUKIHAMA}&limit=1").get_json()
    assert (united["count"], united["rows"][0]["source_publisher"]) == (36, TSUKIHAMA)
    assert client.get("/api/v1/standards/public-toilet/rows?area=81").get_json()["count"] == 123

    for address, code in (
        (f"{rows}?area=812014", "query-area-unfit"),
        (f"{rows.replace('/figures/rows', '/notes/rows')}?area=81", "query-area-missing"),
    ):
        found = client.get(address)
        assert found.status_code == 400
        assert [(each["code"], each["parameter"]) for each in found.get_json()["errors"]] == [(code, "area")]


def test_openapi_tells_who_can_be_asked_by_area(cities: Flask) -> None:
    client = cities.test_client()
    paths = client.get("/api/v1/datasets/figures/openapi.json").get_json()["paths"]
    named = {path.split("/")[-2]: {each["name"] for each in found["get"]["parameters"]} for path, found in paths.items()}
    assert "area" in named["figures"]
    assert "area" not in named["notes"]
    whole = client.get("/api/openapi.json").get_json()["paths"]
    assert {"/area/{code}.json", "/areas.json", "/compare.json", "/api/v1/join"} <= set(whole)
