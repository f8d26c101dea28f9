"""Questions to tables over HTTP: what every answer says, its manners, and what a mistake is told."""

import csv
import io
import json
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from rows_samples import BASE, LINES, ROWS, toilets

from catalog.errors import SettingsError
from catalog.query import Limits
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app, rows


@pytest.fixture(scope="session")
def served(tmp_path_factory, publisher_of):
    """What asks a catalogue with the sample, that no test changes."""
    folder = tmp_path_factory.mktemp("toilets")
    settings = Settings(home=str(folder / "home"), base_url=BASE)
    with Store.open(settings) as store:
        toilets(publisher_of(store, settings, folder))
        client = create_app(settings, store).test_client()

        def ask(path: str, method: str = "GET", **headers: str):
            return client.open(path, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()})

        yield ask


@pytest.fixture(scope="session")
def asked(served):
    """What asks the rows of the sample: ``asked(市="架空市", limit=1)``."""
    return lambda **query: served(f"{ROWS}?{urlencode(query)}")


def test_an_answer_says_what_it_is(asked) -> None:
    found = asked(limit=2)
    told = found.json
    assert found.status_code == 200
    assert [each["ID"] for each in told["rows"]] == ["T01", "T02"]
    assert told["rows"][0] == {
        "ID": "T01", "名称": "中央公園トイレ", "市": "架空市", "便器数": 4, "緯度": 34.7, "経度": 135.5, "開設日": "2020-04-01",
        "version": "a",
    }  # fmt: skip
    assert (told["count"], told["count_is_exact"], told["version"]) == (4, True, 1)
    assert told["limit"]["more"] is True
    assert (told["limit"]["limit"], told["limit"]["maximum"]) == (2, 1000)
    assert "4" in told["limit"]["notice"]["en"]
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert told["source"]["url"] == f"{BASE}/dataset/toilets"
    assert told["definitions"]["名称"] == f"{BASE}/field/toilets-toilets-{quote('名称')}"
    assert told["downloads"]["csv"] == f"{BASE}/download/toilets/1/toilets.csv"
    links = found.headers["Link"]
    assert f'<{told["next"]}>; rel="next"' in links
    for rel in ("describedby", "license", "service-desc", "collection"):
        assert f'rel="{rel}"' in links
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.headers["Catalog-Count"] == "4"


def test_pages_give_each_row_once_and_stay_with_their_version(ask, publish) -> None:
    toilets(publish)
    first = f"{ROWS}?{urlencode({'limit': 1, 'sort': '-便器数'})}"
    found = ask(first).json
    toilets(publish, [*LINES, "T05,新しいトイレ,架空市,99,,,,"])
    seen = [each["ID"] for each in found["rows"]]
    while found["next"]:
        assert "version=1" in found["next"]
        found = ask(found["next"].removeprefix(BASE)).json
        seen += [each["ID"] for each in found["rows"]]
    assert seen == ["T02", "T01", "T04", "T03"]
    assert ask(first).json["rows"][0]["ID"] == "T05"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"市": "架空市"}, ["T01", "T02"]),
        ({"市__not": "架空市"}, ["T03", "T04"]),
        ({"便器数__gte": "4", "市__exact": "架空市"}, ["T01", "T02"]),
        ({"便器数__isnull": "true"}, ["T03"]),
        ({"名称__contains": "トイレ"}, ["T01", "T02", "T03"]),
        ({"名称__startswith": "駅"}, ["T02"]),
        ({"名称__in": 'ﾄｲﾚ,"海辺の, トイレ"'}, ["T03", "T04"]),
        ({"名称": "x' OR '1'='1"}, []),
        ({"開設日__lt": "2020-12-31"}, ["T01", "T04"]),
        ({"__near": "34.7,135.5,5000"}, ["T01", "T02"]),
        ({"緯度__near": "34.9,135.9,10"}, ["T03"]),
        ({"__bbox": "135.45,34.65,135.55,34.75"}, ["T01", "T02"]),
        ({"version__exact": "b"}, ["T02"]),
        ({"sort": "-開設日,ID", "version": "1"}, ["T02", "T01", "T04", "T03"]),
    ],
)
def test_conditions(asked, query: dict[str, str], wanted: list[str]) -> None:
    assert [each["ID"] for each in asked(**query).json["rows"]] == wanted


def test_figures_of_groups(asked) -> None:
    told = asked(group_by="市", aggregate="count,便器数__sum,便器数__avg,開設日__max", sort="-便器数__sum").json
    assert told["rows"] == [
        {"市": "架空市", "count": 2, "便器数__sum": 14, "便器数__avg": 7.0, "開設日__max": "2021-04-01"},
        {"市": "見本町", "count": 2, "便器数__sum": 2, "便器数__avg": 2.0, "開設日__max": "2019-01-01"},
    ]
    assert told["definitions"]["便器数__sum"].endswith(quote("便器数"))
    assert asked(aggregate="count").json["rows"] == [{"count": 4}]


def test_formats(asked) -> None:
    columns = "ID,名称,便器数"
    found = asked(format="csv", columns=columns, limit=3)
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(io.StringIO(found.text))) == [
        ["ID", "名称", "便器数"], ["T01", "中央公園トイレ", "4"], ["T02", "駅前トイレ", "10"], ["T03", "海辺の, トイレ", ""],
    ]  # fmt: skip
    assert 'rel="next"' in found.headers["Link"]
    lines = asked(format="ndjson", columns=columns).text.splitlines()
    assert json.loads(lines[3]) == {"ID": "T04", "名称": "ﾄｲﾚ", "便器数": 2}
    told = asked(format="geojson", columns="ID").json
    assert told["features"][0] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [135.5, 34.7]},
        "properties": {"ID": "T01"},
    }
    assert told["features"][3]["geometry"] is None
    assert told["numberMatched"] == 4


@pytest.mark.parametrize(
    ("query", "parameter", "code", "allowed"),
    [
        ({"なし": "1"}, "なし", "query-parameter-unknown", "便器数"),
        ({"便器数__near": "1"}, "便器数__near", "query-operator-unfit", "__gte"),
        ({"便器数__like": "1"}, "便器数__like", "query-operator-unfit", "__gte"),
        ({"便器数__gt": "多い"}, "便器数__gt", "query-not-integer", "0-9"),
        ({"便器数": "１０"}, "便器数", "query-not-integer", "0-9"),
        ({"開設日": "昨日"}, "開設日", "query-not-date", "2026-04-01"),
        ({"limit": "１０"}, "limit", "parameter-not-integer", "1000"),
        ({"limit": "1001"}, "limit", "parameter-not-integer", "1000"),
        ({"limit": "0"}, "limit", "parameter-not-integer", "1000"),
        ({"format": "xml"}, "format", "parameter-not-choice", "geojson"),
        ({"sort": "名前"}, "sort", "query-column-unknown", "名称"),
        ({"columns": "名称,名前"}, "columns", "query-column-unknown", "名称"),
        ({"group_by": "1; DROP TABLE x"}, "group_by", "query-column-unknown", "市"),
        ({"aggregate": "市__sum"}, "aggregate", "query-aggregate-unknown", "便器数__sum"),
        ({"group_by": "市", "columns": "ID"}, "columns", "query-conflict", ""),
        ({"cursor": "x"}, "cursor", "query-cursor", ""),
        ({"cursor": "A" * 27}, "cursor", "query-cursor", ""),
        ({"__near": "1,2"}, "__near", "query-not-near", "34.6937"),
        ({"ID__in": ",".join("abcdefghij" * 11)}, "ID__in", "query-terms", ""),
        ({"version": "x"}, "version", "parameter-not-integer", ""),
    ],
)
def test_a_mistake_is_told_with_what_is_allowed(asked, query: dict[str, str], parameter: str, code: str, allowed: str) -> None:
    found = asked(**query)
    assert (found.status_code, found.headers["Content-Type"]) == (400, "application/problem+json")
    first = found.json["errors"][0]
    assert (first["parameter"], first["code"]) == (parameter, code)
    assert allowed in first["expected"] + first["message"]


def test_a_cursor_belongs_to_its_question(asked) -> None:
    found = asked(limit=1).json
    cursor = found["next"].partition("cursor=")[2]
    assert asked(limit=3, cursor=cursor).json["rows"][0]["ID"] == "T02"
    assert asked(sort="ID", cursor=cursor).json["errors"][0]["code"] == "query-cursor"
    assert asked(市="架空市", cursor=cursor).status_code == 400


def test_long_queries_are_refused(asked, served) -> None:
    assert served(f"{ROWS}?ID=" + "x" * 10_000_000).status_code == 414
    assert asked(ID="x" * 5_000).json["rows"] == []


def test_unknown_tables_and_datasets(served) -> None:
    found = served("/api/v1/datasets/toilets/tables/nope/rows")
    assert (found.status_code, found.json["code"]) == (404, "table-unknown")
    assert "toilets" in found.json["detail"]
    assert served("/api/v1/datasets/nope/tables/toilets/rows").status_code == 404
    assert served(f"{ROWS}?version=7").status_code == 404
    assert served(f"{ROWS}?limit=1", method="POST").status_code == 405


def test_etags_name_version_and_question(ask, publish) -> None:
    toilets(publish)
    one, other = ask(f"{ROWS}?limit=1"), ask(f"{ROWS}?limit=2")
    assert one.headers["ETag"] != other.headers["ETag"]
    again = ask(f"{ROWS}?limit=1", if_none_match=one.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    compressed = ask(f"{ROWS}?limit=1", accept_encoding="gzip")
    assert compressed.headers["Content-Encoding"] == "gzip"
    toilets(publish, LINES[:3])
    assert ask(f"{ROWS}?limit=1", if_none_match=one.headers["ETag"]).status == 200


def test_head_and_preflight(asked, served) -> None:
    assert asked(limit=1).status_code == 200
    assert served(ROWS, method="HEAD").status_code == 200
    assert served(f"{ROWS}?anything=1", method="OPTIONS").headers["Access-Control-Allow-Methods"].startswith("GET")


def test_a_question_over_its_limits_is_refused_and_the_worker_lives(
    publish, store: Store, settings: Settings, monkeypatch
) -> None:
    toilets(publish, [LINES[0], *(f"T{each:06},名,市,{each},34.{each:06},135.5,," for each in range(30_000))])
    limits = rows.limits_of(create_app(settings, store).extensions["catalog"])
    slow = Limits(folders=limits.folders, seconds=0.000_001)
    monkeypatch.setattr(rows, "limits_of", lambda _site: slow if hurried else limits)
    client = create_app(settings, store).test_client()
    hurried = False
    assert client.get(f"{ROWS}?limit=1").status_code == 200
    hurried = True
    found = client.get(f"{ROWS}?sort=-名称,便器数&__near=34.5,135.5,9000000")
    assert found.status_code == 503
    assert found.json["code"] in ("query-slow", "query-crowded")
    assert int(found.headers["Retry-After"]) > 0
    hurried = False
    assert client.get(f"{ROWS}?limit=1").status_code == 200


def test_the_rate_of_an_address_is_limited_where_that_is_set(store: Store, settings: Settings) -> None:
    client = create_app(replace(settings, rate_limit="2/minute", trusted_proxies=1), store).test_client()

    def ask_as(address: str):
        return client.get("/api/v1/datasets", headers={"X-Forwarded-For": f"10.0.0.1, {address}"})

    assert [ask_as("192.0.2.1").status_code for _each in range(3)] == [200, 200, 429]
    refused = ask_as("192.0.2.1")
    assert refused.json["code"] == "too-many"
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["RateLimit-Policy"] == '"default";q=2;w=60'
    assert refused.headers["RateLimit"].startswith('"default";r=0;t=')
    assert ask_as("192.0.2.2").status_code == 200
    assert ask_as("2001:db8::1").status_code == 200
    assert [ask_as("2001:db8::2").status_code for _each in range(2)] == [200, 429]
    assert client.get("/healthz").status_code == 200


def test_a_rate_that_is_none_is_refused_at_the_start(store: Store, settings: Settings) -> None:
    with pytest.raises(SettingsError):
        create_app(replace(settings, rate_limit="often"), store)


def test_japanese_names_work_percent_encoded(asked, served) -> None:
    assert asked(limit=1).status_code == 200
    name, city = quote("市__exact"), quote("見本町")
    assert served(f"{ROWS}?{name}={city}").json["count"] == 2


def test_lists_and_datasets(served) -> None:
    assert [each["id"] for each in served("/api/v1/datasets?limit=1").json["datasets"]] == ["toilets"]
    told = served("/api/v1/datasets/toilets").json
    assert told["rows"] == {"toilets": f"{BASE}{ROWS}"}
    assert told["openapi"] == f"{BASE}/api/v1/datasets/toilets/openapi.json"
    assert served("/api/v1/datasets/toilets?version=2").status_code == 404


def test_the_list_goes_on_at_its_own_address(ask, publish) -> None:
    toilets(publish)
    assert ask("/api/v1/datasets?limit=1").json["next"] == f"{BASE}/api/v1/datasets?limit=1&after=stations"
    assert [each["id"] for each in ask("/api/v1/datasets?after=stations").json["datasets"]] == ["toilets"]
