"""CKAN, lists of open data and lists of files; files of standard datasets; a feed in every format, told without loss."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from harvest_samples import Portal, ids, report, send

from catalog import media
from catalog.dcat import incoming, nouns, render
from catalog.dcat.mapping import DATASET
from catalog.harvest import filing, runs
from catalog.model import Text
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

Collect = Callable[..., runs.Ran]
RECORDED = Path(__file__).parent / "ckan_answer.json"
"""Two datasets as CKAN 2.12 itself writes them, in the envelope of its action API (scripts/record_ckan.py)."""
ROOT = Path(__file__).parents[2]
CKAN = ROOT / ".interop/ckan/bin/python"
HEADER = "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,住所,緯度,経度,設置位置,電話番号\n"


def _portal_of(packages: list[dict[str, Any]]) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: each[0] for name, each in parse_qs(urlsplit(handler.path).query).items()}
        listed = sorted(packages, key=lambda each: each["name"])
        if "metadata_modified" in asked.get("fq", ""):
            since = asked["fq"].partition("[")[2].partition(" TO ")[0]
            listed = [each for each in listed if each["metadata_modified"] + "Z" >= since]
        start, rows = int(asked["start"]), min(int(asked["rows"]), 1)  # a portal may give fewer rows than are asked for
        result = {"count": len(listed), "results": listed[start : start + rows], "sort": "name asc", "facets": {}}
        send(handler, 200, json.dumps({"success": True, "result": result}).encode(), "application/json;charset=utf-8")

    return answer


@pytest.mark.long
@pytest.mark.skipif(not CKAN.exists(), reason="scripts/interop --install makes the environment of CKAN")
def test_the_record_is_what_ckan_says() -> None:
    told = subprocess.run([CKAN, ROOT / "scripts/record_ckan.py"], capture_output=True, check=True)
    assert told.stdout == RECORDED.read_bytes()


@pytest.fixture
def packages(portal: Portal) -> list[dict[str, Any]]:
    text = RECORDED.read_text(encoding="utf-8").replace("https://portal.example.jp", portal.address)
    found: list[dict[str, Any]] = json.loads(text)["result"]["results"]
    return found


def test_a_ckan_portal_in_its_own_words(portal: Portal, collect: Collect, store: Store, packages: list[dict[str, Any]]) -> None:
    portal.answers["/api/3/action/package_search"] = _portal_of(packages)
    ran = collect("/api/3/")
    assert (ran.outcome, ran.counts["created"], ids(store)) == (runs.DONE, 2, ["far-aed-location", "far-population"])
    aed, population = (store.latest(each) for each in ids(store))
    assert (aed.publisher.id, aed.package.title.ja, aed.package.frequency) == ("272035", "AED設置箇所一覧", "ANNUAL_2")
    assert (aed.package.keywords, aed.package.spatial) == (("AED設置箇所", "自治体標準ODS"), ("272035",))
    assert aed.package.licenses[0].path == "http://www.opendefinition.org/licenses/cc-by"
    assert aed.package.landing_page == f"{portal.address}/dataset/aed-location"
    origin = population.package.origin
    assert origin is not None
    assert origin.iri == "https://city.example.jp/id/population"
    assert {each["download_url"] for each in json.loads(origin.described)["distributions"]} == {
        f"{portal.address}/f/pop.xlsx", f"{portal.address}/f/pop.pdf",
    }  # fmt: skip
    assert population.package.temporal is not None
    assert population.package.temporal.start == "2020-04-01"


def test_a_portal_is_asked_for_changes_only_and_wholly_when_something_has_gone(
    portal: Portal, collect: Collect, store: Store, packages: list[dict[str, Any]]
) -> None:
    portal.answers["/api/3/action/package_search"] = _portal_of(packages)
    collect("/api/3/")
    portal.asked.clear()
    ran = collect()
    assert (ran.outcome, sum(ran.counts.values())) == (runs.DONE, 0)
    assert "metadata_modified" in portal.asked[0][0]
    packages[0] |= {"title": "新しい名前", "metadata_modified": "2999-01-01T00:00:00"}
    assert collect().counts["updated"] == 1
    del packages[1]
    ran = collect(accept_shrink=True)
    assert (ran.outcome, ran.counts["withdrawn"]) == (runs.DONE, 1)
    assert ids(store) == ["far-aed-location"]


def test_a_record_of_a_strange_form_is_a_line(
    portal: Portal, collect: Collect, store: Store, packages: list[dict[str, Any]]
) -> None:
    packages.append({"id": "x", "name": "zz", "tags": 7})
    portal.answers["/api/3/action/package_search"] = _portal_of(packages)
    ran = collect("/api/3/")
    assert (ran.outcome, ran.counts["created"], ran.counts["refused"]) == (runs.DONE, 2, 1)
    assert ("refused", "x", ["harvest-record"]) in report(store, ran)


def _aed(rows: int, extra: str = "") -> bytes:
    lines = [
        f"272035,{number},大阪府,豊中市,施設{number},豊中市中桜塚3-1-{number},34.7815{number},135.4698{number},玄関,06-6858-2525"
        for number in range(1, rows + 1)
    ]
    return (HEADER + "\n".join(lines) + extra + "\n").encode("cp932")


def test_a_file_of_a_standard_becomes_a_checked_version_with_its_log_and_a_bad_one_stays_a_description(
    portal: Portal, collect: Collect, store: Store, settings: Settings, packages: list[dict[str, Any]]
) -> None:
    portal.answers["/api/3/action/package_search"] = _portal_of(packages)
    portal.answers["/f/272035_aed.csv"] = (_aed(3), "text/csv")
    ran = collect("/api/3/")
    assert ran.counts["filed"] == 1, report(store, ran)
    found = store.latest("far-aed-location")
    table = found.package.tables()[0]
    assert (found.version, found.rows[table.name], found.publisher.id) == (2, 3, "272035")
    assert found.package.origin is not None
    assert found.package.origin.taken
    assert {each.resource for each in found.files if each.role == "source"} >= {"changes", table.name}
    assert found.package.licenses[0].path == "http://www.opendefinition.org/licenses/cc-by"
    document = store.document("far-aed-location", "nt")
    assert document is not None
    assert b"wasDerivedFrom> <%s/dataset/aed-location>" % portal.address.encode() in document.body
    assert "filed" not in collect(whole=True).counts, "the same bytes are no new version"
    portal.answers["/f/272035_aed.csv"] = (_aed(4), "text/csv")
    assert collect(whole=True).counts["filed"] == 1
    client = create_app(settings).test_client()
    with client.get("/dataset/far-aed-location/versions.json") as answer:
        differ = {each["version"]: each["diff"] for each in answer.get_json()["versions"]}
    assert (differ[1], differ[2]) == (None, None), "a description has no rows that could differ"
    with client.get(differ[3].removeprefix("https://data.example.jp")) as answer:
        assert answer.status_code == 200
    portal.answers["/f/272035_aed.csv"] = (_aed(3, "\n272035,4,大阪府,豊中市,,,north,east,,"), "text/csv")
    ran = collect(whole=True)
    assert ran.counts["described"] == 1
    assert report(store, ran)[-1][2][0] == "harvest-file"
    described = store.latest("far-aed-location")
    assert (described.package.tables(), described.findings[0].code) == ((), "harvest-file")
    with client.get("/dataset/far-aed-location/versions.json") as answer:
        packages_of = {each["version"]: each["package"] for each in answer.get_json()["versions"]}
    base = "https://data.example.jp/download/far-aed-location"
    assert packages_of == {4: "", 3: f"{base}/3/far-aed-location.zip", 2: f"{base}/2/far-aed-location.zip", 1: ""}


def test_a_licence_that_does_not_allow_it_leaves_the_file_where_it_is(
    portal: Portal, collect: Collect, store: Store, packages: list[dict[str, Any]]
) -> None:
    packages[0] |= {"license_id": "notspecified", "license_url": "", "license_title": "License not specified"}
    portal.answers["/api/3/action/package_search"] = _portal_of(packages)
    portal.answers["/f/272035_aed.csv"] = (_aed(1), "text/csv")
    ran = collect("/api/3/")
    assert ("described", packages[0]["id"], ["harvest-licence"]) in report(store, ran)
    assert "/f/272035_aed.csv" not in [path for path, _headers in portal.asked]


OLD_LIST = (
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,データ名称,"
    "データ概要,データ形式,分類,更新頻度,URL,API対応有無,ライセンス,登録日,最終更新日,備考\n"
    "272035,1,大阪府,豊中市,人口,町丁別の人口,CSV,"
    "人口・世帯,月1回,https://www.city.example.jp/1,無,CC BY 4.0,2020/4/1,令和2年7月21日,\n"
    "272035,2,大阪府,豊中市,公園,,XLSX,,随時,https://www.city.example.jp/2,無,不明,,,\n"
)
NEW_LIST = (
    "全国地方公共団体コード,データセット_ID,地方公共団体名,データセット_タイトル,データセット_概要,"
    "データセット_キーワード,データセット_URL,"
    "データセット_対象期間,データセット_連絡先名称,ファイル_タイトル,"
    "ファイル_ダウンロードURL,ファイル形式,ファイル_ライセンス,ファイル_サイズ\n"
    "272035,A1,大阪府豊中市,人口,説明,人口;統計,https://www.city.example.jp/1,"
    "2020-04-01/2021-03-31,統計係,4月,https://www.city.example.jp/4.csv,CSV,CC-BY-4.0,10\n"
    "272035,A1,大阪府豊中市,人口,説明,人口;統計,https://www.city.example.jp/1,"
    "2020-04-01/2021-03-31,統計係,5月,https://www.city.example.jp/5.csv,CSV,CC-BY-4.0,11\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_list_of_open_data_in_both_layouts(portal: Portal, collect: Collect, store: Store, encoding: str) -> None:
    portal.answers["/old.csv"] = (OLD_LIST.encode(encoding), "text/csv")
    portal.answers["/new.csv"] = ("題名\n\n".encode(encoding) + NEW_LIST.encode(encoding.removesuffix("-sig")), "text/csv")
    assert collect("/old.csv").counts["created"] == 2
    assert collect("/new.csv", name="new").counts["created"] == 1
    old = [store.latest(each) for each in ids(store) if each.startswith("far")]
    people = next(each for each in old if each.package.title.ja == "人口")
    assert (people.publisher.id, people.package.frequency, people.package.landing_page) == (
        "272035", "MONTHLY", "https://www.city.example.jp/1",
    )  # fmt: skip
    assert people.package.licenses[0].name == "CC-BY-4.0"
    new = store.latest(next(each for each in ids(store) if each.startswith("new")))
    assert (new.package.keywords, new.package.temporal and new.package.temporal.end) == (("人口", "統計"), "2021-03-31")
    assert new.package.origin is not None
    assert len(json.loads(new.package.origin.described)["distributions"]) == 2


def test_a_plain_list_of_files(portal: Portal, collect: Collect, store: Store) -> None:
    lines = "# ファイル\nhttps://www.city.example.jp/a.csv\t人口\nb/c.xlsx\njavascript:alert(1)\n"
    portal.answers["/files.txt"] = (lines.encode(), "text/plain")
    ran = collect("/files.txt", kind="files", publisher="272035", license="CC-BY-4.0")
    assert (ran.counts["created"], ran.counts["refused"]) == (2, 1)
    found = {
        store.latest(each).package.title.ja or store.latest(each).package.title.en: store.latest(each) for each in ids(store)
    }
    assert set(found) == {"人口", "c.xlsx"}
    assert found["人口"].publisher.name.ja == "大阪府豊中市"
    assert found["人口"].package.licenses[0].name == "CC-BY-4.0"


def test_what_is_none_of_them_is_said(portal: Portal, collect: Collect, store: Store) -> None:
    portal.answers["/feed"] = (b"<html>hello</html>", "text/html")
    ran = collect()
    assert report(store, ran) == [("failed", f"{portal.address}/feed", ["harvest-kind"])]


def _everything(base: str) -> nouns.Dataset:
    """A description in which every property of the mapping table says something."""
    moment, iri = datetime(2026, 4, 1, tzinfo=UTC), f"{base}/d/a"
    both = Text("日本語", "English")
    agent = nouns.Agent(
        iri=f"{base}/p", name=Text("大阪府豊中市", "Toyonaka"), type="http://purl.org/adms/publishertype/LocalAuthority"
    )
    agent = replace(agent, homepage=f"{base}/home")
    contact = nouns.ContactPoint(
        iri=f"{base}/c", name="係", organization=both, email="a@example.jp", telephone="06-1234;ext=5", url=f"{base}/q"
    )
    license_ = nouns.LicenseDocument(
        iri="https://creativecommons.org/licenses/by/4.0/", title="CC", type="http://purl.org/adms/licencetype/Attribution"
    )
    standard = nouns.Standard(iri=f"{base}/s", title=both)
    keywords: dict[str, Any] = {
        "keywords": frozenset({"人口"}),
        "keywords_en": frozenset({"people"}),
        "themes": frozenset({f"{base}/t"}),
    }
    service = nouns.DataService(
        iri=f"{base}/api", identifier="api", title=both, description=both, endpoint_url=f"{base}/e",
        endpoint_description=f"{base}/o", serves=frozenset({iri}), conforms_to=frozenset({standard}),
        publisher=agent, contact_point=contact, license=license_, access_rights=f"{base}/r", **keywords,
    )  # fmt: skip
    metric = nouns.Metric(iri=f"{base}/m", definition=both, datatype=f"{base}/x", dimension=f"{base}/y")
    activity = nouns.Activity(
        iri=f"{base}/v", ended=moment, used=frozenset({f"{base}/u"}), agent=nouns.SoftwareAgent(iri=f"{base}/w", name="w 1")
    )
    measured = nouns.QualityMeasurement(iri=f"{base}/k", metric=metric, value=3, computed_on=f"{base}/f", activity=activity)
    file = nouns.Distribution(
        iri=f"{base}/f", title=both, description=both, access_url=f"{base}/f.html", download_url=f"{base}/f.csv",
        format=nouns.MediaTypeOrExtent(iri=f"{base}/csv", label="CSV"), media_type=f"{base}/mt", package_format=f"{base}/zip",
        byte_size=7, checksum=nouns.Checksum(iri=f"{base}/h", algorithm=f"{base}/sha", value="00"), license=license_,
        conforms_to=frozenset({standard}), access_service=service, availability=f"{base}/av", status=f"{base}/st",
        quality=frozenset({measured}), issued=moment, modified=moment,
    )  # fmt: skip
    return nouns.Dataset(
        iri=iri, identifier="original-1", title=both, description=both, publisher=agent, creators=frozenset({agent}),
        contact_point=contact, spatial=frozenset({nouns.Location(iri=f"{base}/l", label=both)}),
        extent=nouns.Extent(bbox="POLYGON((1 2, 3 4, 5 6, 1 2))"),
        temporal=nouns.PeriodOfTime(start=date(2020, 1, 1), end=date(2020, 2, 1)),
        accrual_periodicity=f"{base}/fr", languages=frozenset({f"{base}/ja"}), landing_page=f"{base}/land",
        licenses=frozenset({license_}),
        rights=nouns.RightsStatement(iri=f"{base}/ri", label="CC"), access_rights=f"{base}/ar",
        provenance=nouns.ProvenanceStatement(iri=f"{base}/pr", description=both, label="日本語"),
        sources=frozenset({f"{base}/so"}),
        conforms_to=frozenset({standard}), version="1.0", version_notes=frozenset({"訂正"}), issued=moment, modified=moment,
        distributions=frozenset({file}), **keywords,
    )  # fmt: skip


@pytest.mark.parametrize("format_", [each.name for each in media.RDF])
def test_every_property_of_the_mapping_table_comes_through_in_every_format(
    portal: Portal, collect: Collect, store: Store, format_: str
) -> None:
    told = _everything(portal.address)
    silent = {each.name for each in fields(told) if getattr(told, each.name) == each.default} - {"derived_from"}
    assert silent == set()
    assert {row.attribute for row in DATASET.rows} == {each.name for each in fields(told)} - {"iri"}
    answer = render(told)[format_]
    portal.answers["/feed"] = (answer, media.by_name(format_).media_type)  # type: ignore[union-attr]  # one of media.RDF
    assert collect().counts["created"] == 1
    document = store.document("far-a", format_)
    assert document is not None
    (kept,) = incoming.read_document(document.body, format_, "https://data.example.jp/").datasets
    assert (kept.iri, kept.derived_from) == ("https://data.example.jp/dataset/far-a", told.iri)
    assert replace(kept, iri=told.iri, derived_from="") == told


def test_a_standard_is_recognised_by_both_of_its_tags_or_its_title() -> None:
    def said(*keywords: str, title: str = "") -> str:
        return filing.recognised(nouns.Dataset(iri="https://a.example/", title=Text(title), keywords=frozenset(keywords)))

    assert said("自治体標準ODS", "AED設置箇所") == "aed-location"
    assert said("推奨データセット", "公衆トイレ", "大阪") == "public-toilet"
    assert said("AED設置箇所") == ""
    assert said(title="豊中市 AED設置箇所一覧（2026年）") == "aed-location"
    assert said("自治体標準ODS", "AED設置箇所", "公衆トイレ") == "", "two of them: nothing is guessed"


def test_of_several_files_the_one_that_names_what_it_conforms_to_is_meant(
    portal: Portal, collect: Collect, store: Store, packages: list[dict[str, Any]]
) -> None:
    base = "https://city.example.jp"
    log, table = (nouns.Distribution(iri=f"{base}/{each}", download_url=f"{base}/{each}.csv") for each in ("log", "table"))
    told = replace(table, conforms_to=frozenset([nouns.Standard(iri=f"{base}/schema", title=Text("定義"))]))
    dataset = nouns.Dataset(iri=f"{base}/d", title=Text("AED設置箇所一覧"), distributions=frozenset([log, told]))
    assert filing.candidate(dataset) == filing.Candidate(standard="aed-location", address=f"{base}/table.csv", name="table.csv")
    packages[0]["resources"].append({**packages[0]["resources"][0], "id": "other", "url": f"{portal.address}/f/other.csv"})
    portal.answers["/api/3/action/package_search"] = _portal_of(packages)
    ran = collect("/api/3/")
    assert ("described", packages[0]["id"], ["harvest-file-which"]) in report(store, ran)
    assert [each.code for each in store.latest("far-aed-location").findings] == ["harvest-file-which"]
    assert not [path for path, _headers in portal.asked if path.startswith("/f/")], "nothing is guessed"
