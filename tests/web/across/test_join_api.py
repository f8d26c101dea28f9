"""Two tables put together over HTTP: what an answer says of both, and where joins are offered."""

import csv
import io

import pytest
from across_samples import TSUKIHAMA
from flask import Flask

BASE = "https://data.example.jp"
CODE = "都道府県コード又は市区町村コード"
TOILETS = f"/api/v1/join?left=812013-public-toilet/public_toilet&right=figures/figures&on={CODE}:code"


def test_an_answer_tells_version_licence_and_source_of_both(cities: Flask) -> None:
    found = cities.test_client().get(f"{TOILETS}&columns=left.名称,right.people&limit=5")
    assert found.status_code == 200
    told = found.get_json()
    assert (told["count"], told["cardinality"]) == (72, "many-to-many")
    assert told["notice"]["en"].startswith("Several rows")
    assert (len(told["rows"]), told["limit"]["more"]) == (5, True)
    assert set(told["rows"][0]) == {"left.名称", "right.people"}
    assert (told["left"]["version"], told["left"]["source"]["dataset"]) == (1, "812013-public-toilet")
    assert (told["right"]["license"], told["right"]["source"]["table"]) == (
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "figures",
    )
    assert told["left"]["license"] != told["right"]["license"]
    assert told["on"]["shared"]["name"] == "municipality-sample"
    assert told["definitions"]["right.people"] == f"{BASE}/field/figures-figures-people"
    links = found.headers["Link"]
    assert links.count('rel="license"') == 2
    assert links.count('rel="describedby"') == 2
    assert 'rel="next"' in links
    assert found.headers["Catalog-Count"] == "72"


def test_next_names_both_versions_and_leads_through_all_rows(cities: Flask) -> None:
    client = cities.test_client()
    address, rows = f"{TOILETS}&columns=left.名称,right.people&limit=30", []
    while address:
        told = client.get(address.removeprefix(BASE)).get_json()
        rows += told["rows"]
        address = told["next"]
        assert not address or ("left_version=1" in address and "right_version=1" in address)
    assert len(rows) == 72
    assert {each["right.people"] for each in rows} == {100, 20}


def test_the_same_as_csv_and_lines(cities: Flask) -> None:
    client = cities.test_client()
    rows = client.get(f"{TOILETS}&columns=left.名称,right.people&limit=100").get_json()["rows"]
    table = client.get(f"{TOILETS}&columns=left.名称,right.people&limit=100&format=csv")
    assert table.mimetype == "text/csv"
    assert table.headers["Catalog-Join"] == "many-to-many"
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert [each["left.名称"] for each in lines] == [each["left.名称"] for each in rows]
    assert client.get(f"{TOILETS}&format=ndjson&limit=100").text.count("\n") == 72


def test_who_has_the_answer_already_is_told_so(cities: Flask) -> None:
    client = cities.test_client()
    first = client.get(TOILETS)
    assert client.get(TOILETS, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(f"{TOILETS}&limit=1").headers["ETag"] != first.headers["ETag"]
    assert client.get(TOILETS, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_a_condition_on_the_area_of_one_side(cities: Flask) -> None:
    told = cities.test_client().get(f"{TOILETS}&right.area={TSUKIHAMA}&right.people=20").get_json()
    assert (told["count"], told["cardinality"], told["notice"]) == (36, "many-to-one", None)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("limit=1", ["left", "right", "on"]),
        ("left=figures/figures", ["right", "on"]),
        ("left=figures&right=figures/moves&on=code", ["left"]),
        ("left=../etc&right=figures/moves&on=code", ["left"]),
        ("left=nothing/figures&right=figures/moves&on=code", ["left"]),
        ("left=figures/figures&right=figures/nothing&on=code", ["right"]),
        ("left=figures/figures&right=figures/moves&on=code:to_code&right_version=9", ["right_version"]),
        ("left=figures/figures&right=figures/moves&on=code:to_code&left_version=0", ["left_version"]),
        ("left=figures/figures&right=figures/figures&on=code", ["right"]),
        ("left=figures/figures&right=figures/moves&on=people:to_code", ["on"]),
        ("left=figures/figures&right=figures/notes&on=code:note", ["on"]),
        ("left=figures/figures&right=figures/moves&on=", ["on"]),
        ("left=figures/figures&right=figures/moves&on=code:to_code&left=figures/notes", ["left"]),
        ("left=figures/figures&right=figures/moves&on=code:to_code&people=1", ["people"]),
        ("left=figures/figures&right=figures/moves&on=code:to_code&format=geojson", ["format"]),
        ("left=figures/figures&right=figures/moves&on=code:to_code&left.people=many", ["left.people"]),
    ],
)
def test_nonsense_is_refused_by_its_parameter(cities: Flask, query: str, parameters: list[str]) -> None:
    found = cities.test_client().get(f"/api/v1/join?{query}")
    assert (found.status_code, found.mimetype) == (400, "application/problem+json")
    assert [each["parameter"] for each in found.get_json()["errors"]] == parameters
    assert "None" not in found.text


def test_the_page_of_a_field_offers_what_it_can_be_joined_with(cities: Flask) -> None:
    client = cities.test_client()
    page = client.get("/ja/field/figures-figures-code").text
    assert "結合できる項目" in page
    joins = client.get("/api/v1/datasets/figures/tables/figures/joins").get_json()["joins"]
    assert [each["field"] for each in joins] == ["code"]
    partners = joins[0]["with"]
    assert {(each["dataset"]["id"], each["table"], each["field"]) for each in partners} >= {
        ("figures", "moves", "to_code"),
        ("figures", "moves", "from_code"),
        ("812013-public-toilet", "public_toilet", CODE),
    }
    assert all(each["dataset"]["id"] in page for each in partners)
    for each in partners:
        told = client.get(each["join"].removeprefix(BASE))
        assert told.status_code == 200, each["join"]
    assert "結合できる項目" not in client.get("/ja/field/figures-figures-people").text
    assert client.get("/api/v1/datasets/figures/tables/nothing/joins").status_code == 404


def test_without_a_question_some_joins_are_told(cities: Flask) -> None:
    client = cities.test_client()
    joins = client.get("/api/v1/join").get_json()["joins"]
    assert 0 < len(joins) <= 20
    assert all(client.get(each["join"].removeprefix(BASE)).status_code == 200 for each in joins)
