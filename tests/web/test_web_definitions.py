"""Definitions at their addresses: for people in both languages, for machines in four formats, with what changed and why."""

import json
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCTERMS, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from catalog.dcat.authorities import OPENAPI
from catalog.errors import Conflict
from catalog.publishing import publish, withdraw
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app, definitions, history, pages

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://data.example.jp"
CSVW = Namespace("http://www.w3.org/ns/csvw#")
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
TYPES = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
HOSTILE = "<script>alert(1)</script>"
ODD_NAMES = ("a", "a.ttl", "電話番号／内線.nt", "住所//番地 50%?", "..", HOSTILE)
STATES = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
<codelist/station-state> a skos:ConceptScheme ; dct:title "駅の状態"@ja, "State of a station"@en ;
  dct:description "駅が使われているかどうかです。"@ja, "Whether a station is in use."@en .
"""
CONCEPT = """
<concept/station-state-{code}> a skos:Concept ; skos:inScheme <codelist/station-state> ; skos:notation "{code}" ;
  skos:prefLabel "{ja}"@ja, "{en}"@en ; skos:definition "{ja}であること。"@ja, "It is {en}."@en .
"""
REASON = "人数を小数でも表せるようにし、使われていない備考の列を削除したため"


def title_of(name: str) -> str:
    return f"{name}の題"


def column(name: str, **changes: Any) -> dict[str, Any]:
    definition = {"translations": {"en": {"title": f"{title_of(name)} in English", "description": "A column."}}}
    own = {"name": name, "title": title_of(name), "description": "列です。", "type": "string"}
    return own | {"definition": definition | changes.pop("definition", {})} | changes


def first_version() -> dict[str, Any]:
    """A package with a table ``stations``, an own code list and a shipped one."""
    passengers = column(
        "passengers", type="integer", constraints={"minimum": 0}, example="120", missingValues=["", "-"], title="乗降人員",
        definition={"section": "2-1", "source": "本試験の資料", "unit": "person", "obligation": "recommended",
                    "property": "https://schema.org/value"},
    )  # fmt: skip
    fields = [
        column("code", constraints={"required": True}, definition={"obligation": "mandatory"}),
        passengers,
        column("state", constraints={"enum": ["open", "closed"]}, definition={"codelist": "station-state"}),
        column("subsidies", constraints={"enum": ["yes", "no", "no-data"]}, definition={"codelist": "yes-no-nodata"}),
        column("memo"),
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "changing",
        "title": "変わる駅の一覧",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"translations": {"en": {"title": "Changing stations"}}, "sample": True},
        "resources": [
            {
                "name": "stations",
                "path": "data/stations.csv",
                "title": "駅",
                "catalog": {"translations": {"en": {"title": "Stations"}}},
                "schema": {"fields": fields, "primaryKey": ["code"]},
            }
        ],
    }


def write(folder: Path, descriptor: dict[str, Any], rows: str, lists: dict[str, str] | None = None) -> Path:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    (folder / "data/stations.csv").write_text(rows, encoding="utf-8", newline="")
    for name, turtle in (lists or {}).items():
        (folder / "codelists").mkdir(exist_ok=True)
        (folder / f"codelists/{name}.ttl").write_text(turtle, encoding="utf-8")
    return folder


def states(**codes: tuple[str, str]) -> dict[str, str]:
    concepts = (CONCEPT.format(code=code, ja=ja, en=en) for code, (ja, en) in codes.items())
    return {"station-state": STATES + "".join(concepts)}


def publish_changing(folder: Path, settings: Settings, store: Store) -> None:
    """Three versions: the first; texts and rules change; a column is retyped and one goes, for a reason."""
    lists = states(open=("営業中", "open"), closed=("休止中", "closed"))
    descriptor = first_version()
    write(folder, descriptor, "code,passengers,state,subsidies,memo\nA01,120,open,yes,\n", lists)
    publish(folder, settings, store)
    passengers = descriptor["resources"][0]["schema"]["fields"][1]
    passengers["title"] = "1日の乗降人員"
    passengers["constraints"]["maximum"] = 900000
    passengers["definition"]["obligation"] = "mandatory"
    write(folder, descriptor, "code,passengers,state,subsidies,memo\nA01,120,open,yes,\n", lists)
    publish(folder, settings, store, note="題を改めました")
    passengers["type"] = "number"
    descriptor["resources"][0]["schema"]["fields"].pop()
    write(folder, descriptor, "code,passengers,state,subsidies\nA01,120.5,open,yes\n", lists)
    publish(folder, settings, store, breaking=REASON)


def publish_odd(folder: Path, settings: Settings, store: Store) -> None:
    descriptor = first_version()
    descriptor |= {"name": "odd", "title": "変わった名前の列"}
    descriptor["resources"][0]["schema"] = {"fields": [column(each) for each in ODD_NAMES]}
    quoted = ",".join('"' + each.replace('"', '""') + '"' for each in ODD_NAMES)
    publish(write(folder, descriptor, quoted + "\n" + "x," * (len(ODD_NAMES) - 1) + "x\n"), settings, store)


@pytest.fixture(scope="module")
def defined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Store]]:
    """A catalogue with what can be defined: derived tables, code lists, a standard, a table that changes, names that are odd."""
    folder = tmp_path_factory.mktemp("defined")
    settings = Settings(home=str(folder / "home"), base_url=BASE)
    with Store.open(settings) as store:
        for name in ("joint-procurement", "osaka-ict-partnerships-2020"):
            publish(ROOT / "datapackages" / name, settings, store)
        publish_changing(folder / "changing", settings, store)
        publish_odd(folder / "odd", settings, store)
        publish(toilets(folder / "toilets"), settings, store)
        yield settings, store


def toilets(folder: Path) -> Path:
    """A table that follows a standard."""
    fields = [column("名称", constraints={"required": True}), column("所在地_連結表記", constraints={"required": True})]
    fields += [column("設置位置", constraints={"required": True})]
    descriptor = first_version() | {"name": "toilets", "title": "公衆トイレ"}
    descriptor["resources"][0] |= {"schema": {"fields": fields}}
    descriptor["resources"][0]["catalog"] = {"standard": {"id": "public-toilet", "edition": "20260801"}}
    return write(folder, descriptor, "名称,所在地_連結表記,設置位置\n見本トイレ,見本県見本市1-1,1階\n")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def graph(self, format_: str) -> Graph:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's JSON-LD parser uses a class that rdflib deprecates
            return Graph().parse(data=self.body, format=PARSERS[format_])


Ask = Callable[..., Answer]


def asking(client: FlaskClient) -> Ask:
    def ask(path: str, **headers: str) -> Answer:
        with client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
            return Answer(answer.status_code, answer.headers, answer.data)

    return ask


@pytest.fixture(scope="module")
def ask(defined: tuple[Settings, Store]) -> Ask:
    return asking(create_app(*defined).test_client())


def visible(page: str) -> str:
    """The words of a page, without tags and runs of blanks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


PLACES = (
    "/schema/joint-procurement-cases",
    "/schema/joint-procurement-cases-v1",
    "/schema/changing-stations",
    "/schema/changing-stations-v2",
    "/field/joint-procurement-cases-population",
    "/field/joint-procurement-cases-initial_cost",
    "/field/changing-stations-passengers",
    "/field/changing-stations-memo",
    "/field/" + quote("standard-public-toilet-名称", safe=""),
    "/field/standard-gtfs-jp-stops-stop_id",
    "/codelist/cost-band",
    "/codelist/local-government",
    "/codelist/cooperation-state",
    "/codelist/station-state",
    "/concept/cost-band-10m-30m",
    "/concept/municipality-271004",
    "/concept/station-state-closed",
    "/standard/public-toilet",
    "/standard/sticker-shop",
)


@pytest.mark.parametrize("place", PLACES)
def test_every_definition_has_a_page_in_both_languages(ask: Ask, place: str) -> None:
    for language in ("ja", "en"):
        answer = ask(f"/{language}{place}", accept="text/html")
        assert (answer.status, answer.headers["Content-Language"]) == (200, language)
        assert len(answer.body) < 100_000
        assert f'<html lang="{language}">' in answer.text
        assert f"{BASE}{place}" in answer.text
        assert answer.text.count("<h1") == 1
    assert ask(place).text != ask(place, accept_language="en").text


@pytest.mark.parametrize("place", PLACES)
def test_every_definition_is_the_same_graph_in_four_formats(ask: Ask, place: str) -> None:
    graphs = []
    for format_, type_ in TYPES.items():
        answer, negotiated = ask(f"{place}.{format_}"), ask(place, accept=type_)
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, type_)
        assert negotiated.body == answer.body
        assert negotiated.headers["ETag"] == answer.headers["ETag"]
        assert "Accept" in negotiated.headers["Vary"]
        assert negotiated.headers["Content-Location"] == f"{place}.{format_}"
        assert ask(place, accept=type_, if_none_match=answer.headers["ETag"]).status == 304
        graphs.append(answer.graph(format_))
    assert all(isomorphic(each, graphs[0]) for each in graphs[1:])
    assert set(graphs[0].objects(URIRef(BASE + place), RDF.type))


@pytest.mark.parametrize("place", PLACES)
def test_every_address_of_ours_that_a_graph_names_answers(ask: Ask, place: str) -> None:
    named = {str(node) for triple in ask(f"{place}.nt").graph("nt") for node in triple if str(node).startswith(BASE)}
    assert named
    for address in sorted(named)[:80]:
        assert ask(address.removeprefix(BASE)).status in {200, 303}, address


@pytest.mark.parametrize("place", PLACES)
def test_a_page_leads_to_its_documents(ask: Ask, place: str) -> None:
    answer = ask(place, accept="text/html")
    links = answer.headers["Link"]
    assert f'<{BASE}{place}>; rel="cite-as"' in links
    for format_, type_ in TYPES.items():
        assert f'<{BASE}{place}.{format_}>; rel="describedby"; type="{type_}"' in links
        assert f'href="{place}.{format_}"' in answer.text
    document = ask(f"{place}.ttl").headers["Link"]
    assert f'<{BASE}{place}>; rel="describes"' in document
    assert f'<{BASE}{place}>; rel="alternate"; type="text/html"' in document


def test_what_issue_and_readme_promise(ask: Ask) -> None:
    answer = ask("/field/joint-procurement-cases-population", accept="text/turtle")
    iri = URIRef(f"{BASE}/field/joint-procurement-cases-population")
    graph = answer.graph("ttl")
    assert (iri, RDF.type, CSVW.Column) in graph
    notes = {each.language: str(each) for each in graph.objects(iri, SKOS.note) if "10,000" in str(each)}
    assert notes == {"en": "Rounded down to a multiple of 10,000.", "ja": "10,000未満の端数を切り捨てます。"}
    assert (iri, DCTERMS.isReferencedBy, URIRef(f"{BASE}/dataset/joint-procurement")) in graph
    page = visible(ask("/ja/field/joint-procurement-cases-population").text)
    for part in (
        "人口規模",
        "Population",
        "整数",
        "必須",
        "空欄不可",
        "0以上",
        "person",
        "120000",
        "3-2",
        "切り捨てます。",
        "見本",
    ):
        assert part in page, part


def test_a_field_shows_what_each_allowed_value_means_and_who_else_uses_the_list(ask: Ask) -> None:
    page = ask("/ja/field/joint-procurement-cases-initial_cost").text
    assert 'href="/ja/concept/cost-band-5m-10m"' in page
    assert "5,000,000以上10,000,000未満" in page
    assert "500,000,000以上" in page
    assert 'href="/ja/codelist/cost-band"' in page
    assert 'href="/ja/field/joint-procurement-cases-annual_cost"' in page
    used = visible(page).partition("同じコードリストを使っているほかの項目")[2]
    assert "annual_cost" in used
    assert "initial_cost" not in used.partition("機械可読")[0]


def test_a_code_list_names_the_columns_that_use_it_in_words_and_in_rdf(ask: Ask) -> None:
    users = set(ask("/codelist/yes-no-nodata.nt").graph("nt").objects(None, DCTERMS.isReferencedBy))
    tables = ("changing-stations-subsidies", "joint-procurement-status-prefectural_share", "joint-procurement-status-subsidies")
    assert users == {URIRef(f"{BASE}/field/{each}") for each in tables}
    page = ask("/en/codelist/yes-no-nodata").text
    assert all(f'href="/en/field/{each}"' in page for each in tables)
    assert "[Sample] Changing stations" in page


def test_a_change_is_shown_as_what_went_and_what_came(ask: Ask) -> None:
    page = ask("/ja/field/changing-stations-passengers").text
    second, third = page.index("第2版"), page.index("第3版")
    assert third < second < page.index("第1版")
    assert "<del>整数</del> → <ins>数値</ins>" in page
    assert "<ins>1日の</ins>乗降人員" in page
    assert "0以上<ins>、900000以下</ins>" in page
    assert "<del>推奨</del> → <ins>必須</ins>" in page
    assert REASON in page[third:second]
    assert "互換性なし" in page[third:second]
    assert REASON not in page[second:]
    english = ask("/en/field/changing-stations-passengers").text
    assert "<del>whole </del>number" in english
    assert '<span lang="ja"><ins>1日の</ins>乗降人員</span>' in english
    other = visible(ask("/ja/field/changing-stations-state").text)
    assert "第2版" not in other
    assert "最初に公開しました。" in other


def test_the_history_stands_in_the_graph_in_both_languages(ask: Ask) -> None:
    graph = ask("/field/changing-stations-passengers.ttl").graph("ttl")
    told = {each.language: set() for each in graph.objects(None, SKOS.historyNote)}
    for each in graph.objects(None, SKOS.historyNote):
        told[each.language].add(str(each))
    assert set(told) == {"ja", "en"}
    assert len(told["ja"]) == len(told["en"]) == 5
    assert any("型を「整数」から「数値」に改めました。" in each and REASON in each for each in told["ja"])
    assert any("Type: “whole number” became “number”." in each and REASON in each for each in told["en"])
    assert any("First published." in each for each in told["en"])
    dated = ask("/schema/changing-stations-v2.ttl").graph("ttl")
    assert not [each for each in dated.objects(None, SKOS.historyNote) if "数値" in each]


def test_a_column_that_went_keeps_its_address_and_says_why(ask: Ask) -> None:
    page = visible(ask("/ja/field/changing-stations-memo", accept="text/html").text)
    assert "現在のデータには含まれていません（第3版で削除）。" in page
    assert REASON in page
    notes = {str(each) for each in ask("/field/changing-stations-memo.nt").graph("nt").objects(None, SKOS.historyNote)}
    assert any("項目を削除しました。" in each and REASON in each for each in notes)
    assert "現在のデータには含まれていません" not in ask("/ja/field/changing-stations-code").text


def test_a_schema_shows_its_keys_its_changes_and_its_versions(ask: Ask) -> None:
    page = ask("/ja/schema/changing-stations").text
    assert "code で1行を特定できます" in page
    assert 'href="/ja/schema/changing-stations-v3"' in page
    assert 'href="/ja/schema/changing-stations-v2"' in page
    assert 'href="/ja/field/changing-stations-memo"' in page
    assert REASON in page
    second = ask("/ja/schema/changing-stations-v2").text
    assert REASON not in second
    assert "より新しい版が公開されています。" in second
    assert "<del>整数" not in second
    assert "これが最新の版です。" in ask("/ja/schema/changing-stations-v3").text
    graph = ask("/schema/changing-stations-v2.nt").graph("nt")
    dcat = Namespace("http://www.w3.org/ns/dcat#")
    assert set(graph.objects(None, dcat.previousVersion)) == {URIRef(f"{BASE}/schema/changing-stations-v1")}
    assert len(set(graph.subjects(RDF.type, CSVW.Column))) == 5


def test_the_schema_that_a_distribution_conforms_to_is_there_and_typed(ask: Ask) -> None:
    graph = ask("/dataset/changing.nt").graph("nt")
    schemas = {str(each) for each in graph.objects(None, DCTERMS.conformsTo)} - {OPENAPI.iri}
    assert f"{BASE}/schema/changing-stations-v3" in schemas
    for each in schemas:
        assert (URIRef(each), RDF.type, DCTERMS.Standard) in graph
        assert ask(each.removeprefix(BASE)).status == 200
        assert (URIRef(each), RDF.type, DCTERMS.Standard) in ask(each.removeprefix(BASE) + ".nt").graph("nt")


def test_the_list_of_versions_shows_what_each_changed(ask: Ask) -> None:
    page = ask("/ja/dataset/changing/versions").text
    assert "定義の変更：3件" in visible(page)
    assert "<del>整数</del> → <ins>数値</ins>" in page
    assert REASON in page
    assert "題を改めました" in page
    rows = ask("/dataset/changing/versions.json")
    told = json.loads(rows.body)["versions"]
    assert [len(each["changes"]) for each in told] == [2, 3, 0]
    retyped = next(each for each in told[0]["changes"] if each["kind"] == "retyped")
    assert (retyped["field"], retyped["attribute"], retyped["breaking"], retyped["reason"]) == (
        "passengers",
        "type",
        True,
        REASON,
    )
    assert (retyped["before"], retyped["after"]) == (
        {"ja": "整数", "en": "whole number"},
        {"ja": "数値", "en": "number"},
    )


def test_many_versions_are_read_page_by_page(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_VERSIONS_SHOWN", 2)
    first = json.loads(ask("/dataset/changing/versions.json").body)
    assert [each["version"] for each in first["versions"]] == [3, 2]
    assert first["next"] == f"{BASE}/dataset/changing/versions.json?before=2"
    last = json.loads(ask(first["next"].removeprefix(BASE)).body)
    assert ([each["version"] for each in last["versions"]], last["next"]) == ([1], None)
    assert 'href="/ja/dataset/changing/versions?before=2" rel="next"' in ask("/ja/dataset/changing/versions").text
    assert ask("/dataset/changing/versions?before=x").status == 400


def test_a_history_looks_back_no_further_than_it_says(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "REACH", 1)
    client = ask("/en/field/changing-stations-code?", accept="text/html")
    assert client.status == 200
    assert ask("/field/changing-stations-memo").status == 404


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_may_be_anything_and_an_ending_is_a_format_only_where_nothing_is_called_so(ask: Ask, name: str) -> None:
    place = "/field/" + quote(f"odd-stations-{name}", safe="")
    page = ask(f"/ja{place}", accept="text/html")
    assert page.status == 200
    assert HOSTILE not in page.text
    assert title_of(name) in unescape(page.text)
    for format_, type_ in TYPES.items():
        negotiated = ask(place, accept=type_)
        assert negotiated.status == 200
        graph = negotiated.graph(format_)
        assert (URIRef(BASE + place), RDF.type, CSVW.Column) in graph
        assert (URIRef(BASE + place), CSVW.name, Literal(name)) in graph
        if (name, format_) == ("a", "ttl"):  # that address is another column
            assert "Content-Location" not in negotiated.headers
            assert ask(f"{place}.ttl", accept="text/html").headers["Content-Type"] == "text/html; charset=utf-8"
            assert 'rel="describedby"; type="text/turtle"' not in page.headers["Link"]
        else:
            assert ask(f"{place}.{format_}").body == negotiated.body


def test_a_long_list_is_read_in_parts_and_its_graph_as_a_whole(ask: Ask) -> None:
    codes: list[str] = []
    for number in range(1, 21):
        answer = ask(f"/ja/codelist/municipality?page={number}")
        assert (answer.status, len(answer.body) < 100_000) == (200, True)
        codes += re.findall(r'href="/ja/concept/municipality-([0-9]{6})"', answer.text)
    assert len(codes) == len(set(codes)) == 1919
    assert ask("/codelist/municipality?page=21").status == 404
    assert [ask(f"/codelist/municipality?{each}").status for each in ("page=0", "page=x", "limit=1")] == [400, 400, 400]
    whole = ask("/codelist/municipality.nt").text
    assert (
        whole.count(" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .") == 1919
    )
    assert ask("/codelist/municipality?page=2", accept="application/n-triples").text == whole


def test_a_code_says_until_when_it_is_valid_and_what_is_the_same_elsewhere(ask: Ask) -> None:
    osaka = ask("/ja/concept/prefecture-27").text
    assert 'href="http://data.e-stat.go.jp/lod/sac/C27000"' in osaka
    ended = json_of_ended(ask)
    assert "まで" in visible(ask(f"/ja/concept/municipality-{ended}").text)
    municipality = ask("/en/concept/municipality-271004").text
    assert 'href="/en/concept/prefecture-27"' in municipality


def json_of_ended(ask: Ask) -> str:
    """The code of a municipality that is no more."""
    graph = ask("/codelist/municipality.nt").graph("nt")
    ended = next(graph.subjects(URIRef("https://schema.org/validThrough"), None))
    return str(ended).rpartition("-")[2]


def test_a_list_that_a_dataset_brought_names_it(ask: Ask) -> None:
    page = ask("/ja/codelist/station-state").text
    assert "定めているデータセット" in page
    assert 'href="/ja/dataset/changing"' in page
    assert 'href="/ja/concept/station-state-open"' in page
    assert "休止中であること。" in visible(page)
    assert 'href="/ja/codelist/station-state"' in ask("/ja/dataset/changing").text
    document = json.loads(ask("/dataset/changing.json").body)
    state = next(each for each in document["tables"][0]["fields"] if each["name"] == "state")
    assert state["definition"]["codelistUrl"] == f"{BASE}/codelist/station-state"
    assert state["definition"]["codelistSnapshot"] == f"{BASE}/download/changing/3/codelists/station-state.json"


def test_a_standard_shows_how_sure_it_is_and_who_follows_it(ask: Ask) -> None:
    sure = visible(ask("/ja/standard/public-toilet").text)
    assert "項目の順序： 確認済み" in sure
    assert "元の資料の英語名には取り違えがあるため" in sure
    assert "catalog new public-toilet" in sure
    assert "市区町村コード" in sure
    assert "【見本】公衆トイレ" in sure
    unsure = visible(ask("/en/standard/event").text)
    assert "Order: a list only" in unsure
    assert "Obligations: unknown" in unsure
    assert "so none is demanded" in unsure
    assert 'href="/ja/standard/public-toilet"' in ask("/ja/dataset/toilets").text
    followers = set(ask("/standard/public-toilet.nt").graph("nt").objects(None, DCTERMS.isReferencedBy))
    assert followers == {URIRef(f"{BASE}/dataset/toilets")}


def test_an_older_edition_is_shown_as_such(ask: Ask) -> None:
    page = ask("/ja/standard/public-toilet?edition=2020")
    assert "これは以前の版です。" in page.text
    assert "--edition 2020" in page.text
    graph = ask("/standard/public-toilet.nt?edition=2020").graph("nt")
    iri = URIRef(f"{BASE}/standard/public-toilet?edition=2020")
    assert (iri, RDF.type, CSVW.Schema) in graph
    assert ask("/standard/public-toilet?edition=1999").status == 404
    assert ask("/standard/public-toilet?edition=%2F").status == 400


def test_a_column_of_an_older_edition_keeps_its_address(ask: Ask) -> None:
    old = ask("/standard/public-toilet.nt?edition=2020").graph("nt")
    new = ask("/standard/public-toilet.nt").graph("nt")
    gone = set(old.subjects(RDF.type, CSVW.Column)) - set(new.subjects(RDF.type, CSVW.Column))
    assert gone
    page = ask("/ja" + str(min(gone)).removeprefix(BASE))
    assert page.status == 200
    assert "（現在の版にはありません）" in page.text


def test_the_overview_names_every_standard_and_every_list(ask: Ask) -> None:
    page = ask("/ja/standards").text
    assert ask("/standards?x=1").status == 400
    for part in ("public-toilet", "gtfs-jp", "sticker-shop"):
        assert f'href="/ja/standard/{part}"' in page
    for part in ("municipality", "cost-band", "station-state", "cooperation-state"):
        assert f'href="/ja/codelist/{part}"' in page
    assert 'href="/ja/standards"' in ask("/ja").text


def test_search_engines_find_definitions(ask: Ask) -> None:
    found = {each.text for each in ET.fromstring(ask("/sitemap.xml").body).iter() if each.tag.endswith("loc")}
    for path in (
        "dataset/changing", "schema/changing-stations", "schema/joint-procurement-status", "codelist/station-state",
        "codelist/cost-band", "standard/event", "standards",
    ):  # fmt: skip
        assert f"{BASE}/{path}" in found, path
    assert f"{BASE}/schema/changing-stations-v1" not in found


@pytest.mark.parametrize(
    "path",
    [
        "/schema/changing", "/schema/changing-stations-v4", "/schema/changing-stations-v0", "/schema/changing-stations.csv",
        "/field/changing-stations", "/field/changing-stations-nothing", "/field/changing-stations-nothing.ttl",
        "/field/standard-public-toilet-nothing", "/codelist/nothing", "/codelist/cost-band.TTL", "/codelist/.ttl",
        "/codelist/cost-band.ttl.ttl", "/concept/cost-band", "/concept/cost-band-1", "/concept/local-government-011002",
        "/concept/station-state-lost", "/standard/nothing", "/standard/nothing.ttl", "/standard/public-toilet.csv",
    ],
)  # fmt: skip
def test_what_is_nowhere_is_not_found(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "page-unknown")
    assert ask(f"/ja{path}", accept="text/html").status == 404


@pytest.mark.parametrize(
    "path",
    ["/schema/changing-stations", "/field/changing-stations-code.ttl", "/codelist/cost-band", "/concept/cost-band-5m-10m.nt"],
)
def test_no_parameter_is_ignored(ask: Ask, path: str) -> None:
    answer = ask(f"{path}?lang=ja")
    assert (answer.status, json.loads(answer.body)["errors"][0]["parameter"]) == (400, "lang")


def test_what_a_withdrawn_dataset_defined_is_gone(tmp_path: Path, settings: Settings) -> None:
    with Store.open(settings) as store:
        publish_changing(tmp_path / "package", settings, store)
        ask = asking(create_app(settings, store).test_client())
        paths = (
            "/schema/changing-stations", "/schema/changing-stations-v1.ttl", "/field/changing-stations-code",
            "/field/changing-stations-memo.nt", "/codelist/station-state", "/concept/station-state-open.rdf",
        )  # fmt: skip
        assert [ask(each).status for each in paths] == [200] * len(paths)
        withdraw("changing", settings, store, reason="試験")
        assert [ask(each).status for each in paths] == [410] * len(paths)
        assert "changing" not in ask("/codelist/yes-no-nodata.nt").text
        assert "station-state" not in ask("/ja/standards").text
        assert "changing" not in ask("/sitemap.xml").text


def test_codes_that_a_later_version_dropped_stay_where_they_were(tmp_path: Path, settings: Settings) -> None:
    descriptor = first_version()
    state = descriptor["resources"][0]["schema"]["fields"][2]
    rows = "code,passengers,state,subsidies,memo\nA01,120,open,yes,\n"
    with Store.open(settings) as store:
        lists = states(open=("営業中", "open"), closed=("休止中", "closed"))
        publish(write(tmp_path / "package", descriptor, rows, lists), settings, store)
        state["constraints"]["enum"] = ["open"]
        publish(write(tmp_path / "package", descriptor, rows, states(open=("開業", "open"))), settings, store)
        ask = asking(create_app(settings, store).test_client())
        assert "開業" in ask("/ja/concept/station-state-open").text
        assert "第1版" in ask("/ja/concept/station-state-closed").text
        assert "station-state-closed" not in ask("/codelist/station-state.nt").text


def named(name: str, code: str) -> str:
    """A list of one code."""
    return (STATES + CONCEPT.format(code=code, ja="値", en="value")).replace("station-state", name)


def publish_coded(folder: Path, settings: Settings, **lists: str) -> Conflict:
    """What refuses a package whose columns are coded by these lists of one code each."""
    names = {name.replace("_", "-"): code for name, code in lists.items()}
    descriptor = first_version()
    fields = [column(f"c{number}", definition={"codelist": name}) for number, name in enumerate(names)]
    descriptor["resources"][0]["schema"] = {"fields": fields}
    rows = ",".join(each["name"] for each in fields) + "\n" + ",".join(names.values()) + "\n"
    turtle = {name: named(name, code) for name, code in names.items()}
    with Store.open(settings) as store:
        with pytest.raises(Conflict) as caught:
            publish(write(folder, descriptor, rows, turtle), settings, store)
        assert store.count() == 0
    return caught.value


def test_an_address_of_the_catalogue_itself_cannot_be_claimed(tmp_path: Path, settings: Settings) -> None:
    refused = publish_coded(tmp_path / "package", settings, yes="no-nodata-yes")  # the list yes-no-nodata has the code yes
    assert (refused.code, refused.details["address"]) == ("address-shipped", "concept/yes-no-nodata-yes")


def test_two_codes_of_one_package_cannot_share_an_address(tmp_path: Path, settings: Settings) -> None:
    refused = publish_coded(tmp_path / "package", settings, x="y-z", x_y="z")
    assert (refused.code, refused.details["address"]) == ("address-twice", "concept/x-y-z")


def test_a_catalogue_at_another_address_names_that_one(defined: tuple[Settings, Store], ask: Ask) -> None:
    settings, store = defined
    moved = asking(create_app(replace(settings, base_url="https://new.example.jp/data"), store).test_client())
    for place in ("/field/changing-stations-code", "/codelist/cost-band", "/standard/event"):
        assert BASE in ask(f"{place}.nt").text
        assert BASE not in moved(f"{place}.nt").text
        assert f"<https://new.example.jp/data{place}>" in moved(f"{place}.nt").text
        assert f'href="/data{place}.ttl"' in moved(place, accept="text/html").text


def test_pages_of_what_is_published_need_no_rdflib(defined: tuple[Settings, Store]) -> None:
    program = (
        "import sys\n"
        "from catalog.settings import Settings\n"
        "from catalog.store import Store\n"
        "from catalog.web import create_app\n"
        f"settings = Settings(home={defined[0].home!r}, base_url={BASE!r})\n"
        "client = create_app(settings, Store.open(settings)).test_client()\n"
        "heavy = lambda: sorted({'rdflib', 'pandas', 'frictionless'} & set(sys.modules))\n"
        "for path in ('/ja/field/changing-stations-state', '/schema/changing-stations', '/ja/standards?x=1', '/sitemap.xml'):\n"
        "    client.get(path)\n"
        "print(heavy())\n"
        "assert client.get('/field/changing-stations-state.ttl').status_code == 200\n"
        "print(heavy())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["[]", "['rdflib']"], done.stderr


def test_what_is_rendered_once_is_not_rendered_again(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask("/standard/sticker-shop.ttl")
    monkeypatch.setattr(definitions, "import_module", None)
    for path in ("/standard/sticker-shop.ttl", "/standard/sticker-shop.nt"):
        assert ask(path, accept_language="en").status == 200
    assert ask("/standard/sticker-shop", accept="text/turtle").body == first.body


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_become_one_that_holds_both(before: str, after: str) -> None:
    parts = history.marked(before, after)
    assert "".join(text for kind, text in parts if kind != "new") == before
    assert "".join(text for kind, text in parts if kind != "gone") == after
    assert before != after or {kind for kind, _ in parts} <= {"same"}


def test_long_texts_are_compared_as_wholes() -> None:
    assert [kind for kind, _ in history.marked("あ" * 3000, "い" * 3000)] == ["gone", "new"]
