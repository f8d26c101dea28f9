"""Definitions as nouns and as documents: what a schema, a column and a standard say, whatever the steward has written."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from dcat_samples import ADDRESSES, BASE, FORMATS, package, parsed, publication
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from catalog.dcat import shipped
from catalog.dcat.codecs import Shape, term
from catalog.dcat.codelists import render_codelist, render_concept
from catalog.dcat.definitions import Told, column_of, rules_of, schema_of, standard_column_of, standard_of
from catalog.dcat.describing import describe
from catalog.dcat.mapping import COLUMN, TABLE_SCHEMA
from catalog.dcat.rendering import render
from catalog.model import Definition, Field, ForeignKey, Publication, Resource, Schema, StandardRef, Text
from catalog.vocabulary.codelists import CodeList, Concept

FIELDS = (
    Field(
        name="code",
        type="string",
        title=Text("駅番号", "Station code"),
        description=Text("駅の番号。", "Number of the station."),
        constraints={"required": True, "pattern": "[A-Z][0-9]{2}"},
        example="A01",
        definition=Definition(section="1-1", source="本試験", obligation="mandatory", property="https://schema.org/identifier"),
    ),
    Field(
        name="state",
        type="string",
        constraints={"enum": ["yes", "no"]},
        missing_values=("", " ", "-"),
        definition=Definition(codelist="yes-no-nodata", unit="駅"),
    ),
)


def published(*fields: Field, version: int = 3, **changes: Any) -> tuple[Publication, Resource]:
    table = Resource(
        name="stations",
        path="data/stations.csv",
        title=Text("駅", "Stations"),
        schema=Schema(
            fields=fields or FIELDS,
            primary_key=((fields or FIELDS)[0].name,),
            foreign_keys=(ForeignKey(fields=("code",), resource="lines", reference_fields=("code",)),),
        ),
        standard=StandardRef(id="public-facility", edition="20260801"),
    )
    return publication(package_=package(resources=(table,), **changes), version=version), table


def said(graph: Graph, subject: str, predicate: str) -> set[Any]:
    return set(graph.objects(URIRef(subject), term(predicate)))


def test_a_column_says_everything_that_its_page_says() -> None:
    whole, table = published()
    told = Told(
        derivations={"code": (Text("そのまま。", "As it is."),)},
        history={"code": (Text("変えました。", "Changed."),)},
        used_by=frozenset({f"{BASE}/dataset/stations"}),
    )
    graph = describe(column_of(whole, table, FIELDS[0], ADDRESSES, told))
    iri = f"{BASE}/field/stations-stations-code"
    assert said(graph, iri, "rdf:type") == {term("csvw:Column"), RDF.Property}
    assert said(graph, iri, "skos:definition") == {Literal("駅の番号。", "ja"), Literal("Number of the station.", "en")}
    assert {Literal("必須", "ja"), Literal("mandatory", "en"), Literal("空欄不可", "ja"), Literal("never empty", "en")} <= said(
        graph, iri, "skos:scopeNote"
    )
    assert said(graph, iri, "skos:note") == {Literal("そのまま。", "ja"), Literal("As it is.", "en")}
    assert said(graph, iri, "skos:historyNote") == {Literal("変えました。", "ja"), Literal("Changed.", "en")}
    assert said(graph, iri, "dct:bibliographicCitation") == {Literal("1-1 本試験")}
    assert said(graph, iri, "dct:isReferencedBy") == {URIRef(f"{BASE}/dataset/stations")}
    assert said(graph, iri, "dct:isPartOf") == {URIRef(f"{BASE}/schema/stations-stations")}
    assert [str(each) for each in said(graph, iri, "csvw:propertyUrl")] == ["https://schema.org/identifier"]
    state = describe(column_of(whole, table, FIELDS[1], ADDRESSES, Told()))
    iri = f"{BASE}/field/stations-stations-state"
    assert said(state, iri, "dct:conformsTo") == {URIRef(f"{BASE}/codelist/yes-no-nodata")}
    assert said(state, iri, "csvw:null") == {Literal(" "), Literal("-")}
    assert Literal("one of: yes, no", "en") in said(state, iri, "skos:scopeNote")
    assert Literal("次のいずれか：yes・no", "ja") in said(state, iri, "skos:scopeNote")
    assert said(state, iri, "rdfs:label") == {Literal("state", "ja")}


def test_a_numbered_schema_names_the_one_before_only_where_there_was_one() -> None:
    whole, table = published()
    numbered = describe(schema_of(whole, table, ADDRESSES, Told(previous=2), numbered=True))
    iri = f"{BASE}/schema/stations-stations-v3"
    assert said(numbered, iri, "rdf:type") == {term("csvw:Schema"), term("dct:Standard")}
    assert said(numbered, iri, "dcat:previousVersion") == {URIRef(f"{BASE}/schema/stations-stations-v2")}
    assert said(numbered, iri, "dcat:isVersionOf") == {URIRef(f"{BASE}/schema/stations-stations")}
    assert said(numbered, iri, "dct:references") == {URIRef(f"{BASE}/schema/stations-lines")}
    assert URIRef(f"{BASE}/standard/public-facility") in said(numbered, iri, "dct:conformsTo")
    assert len(said(numbered, iri, "csvw:column")) == 2
    first = describe(schema_of(whole, table, ADDRESSES, Told(), numbered=True))
    assert not said(first, iri, "dcat:previousVersion")
    moving = describe(schema_of(whole, table, ADDRESSES, Told(previous=2)))
    assert not said(moving, f"{BASE}/schema/stations-stations", "dcat:previousVersion")


def test_a_sample_says_so_in_the_title_of_its_schema() -> None:
    whole, table = published(sample=True)
    noun = schema_of(whole, table, ADDRESSES, Told())
    assert noun.title == Text("【見本】駅", "[Sample] Stations")


def test_a_standard_says_how_sure_it_is() -> None:
    sure, unsure = shipped.standard("public-toilet"), shipped.standard("event")
    assert sure is not None
    assert unsure is not None
    graph = describe(standard_of(sure, ADDRESSES, frozenset({f"{BASE}/dataset/a"})))
    iri = f"{BASE}/standard/public-toilet"
    notes = {str(each) for each in said(graph, iri, "skos:editorialNote")}
    assert "A source states which columns are mandatory and which are recommended." in notes
    assert sure.status.evidence.ja in notes
    assert {each.en for each in sure.status.doubts} <= notes
    assert said(graph, iri, "dct:isReferencedBy") == {URIRef(f"{BASE}/dataset/a")}
    assert said(graph, iri, "dcat:version") == {Literal(sure.edition)}
    doubtful = {str(each) for each in describe(standard_of(unsure, ADDRESSES)).objects(None, term("skos:editorialNote"))}
    assert "どの項目が必須かを示す資料が見つかっていないため、必須の項目は設けていません。" in doubtful


def test_an_older_edition_is_described_for_itself() -> None:
    old = shipped.standard("public-toilet", "2020")
    assert old is not None
    graph = describe(standard_of(old, ADDRESSES, dated=True))
    iri = f"{BASE}/standard/public-toilet?edition=2020"
    assert said(graph, iri, "dcat:isVersionOf") == {URIRef(f"{BASE}/standard/public-toilet")}
    assert said(graph, iri, "dcat:version") == {Literal("2020")}


def test_a_column_of_a_standard_names_its_other_spellings_and_conditions() -> None:
    found = shipped.standard_column("standard-public-toilet-全国地方公共団体コード")
    assert found is not None
    noun = standard_column_of(found.standard, found.table, found.column, ADDRESSES)
    assert "市区町村コード" in noun.aliases
    assert noun.citation.startswith("13-")
    assert noun.schema is not None
    assert noun.schema.iri == f"{BASE}/standard/public-toilet"
    suggested = next(each for each in shipped.standard_columns().values() if each.column.suggested)
    rules = standard_column_of(suggested.standard, suggested.table, suggested.column, ADDRESSES).rules
    assert any(each.en.startswith("expected, not demanded: ") for each in rules)


def test_every_standard_is_described_with_all_its_columns() -> None:
    for each in shipped.editions():
        graph = describe(standard_of(each, ADDRESSES, dated=True))
        columns = sum(len(table.columns) for table in each.tables)
        assert len(set(graph.subjects(RDF.type, term("csvw:Column")))) == columns
    documents = render(standard_of(shipped.editions().standard("gtfs-jp"), ADDRESSES))
    graphs = [parsed(format_, documents[format_]) for format_ in FORMATS]
    assert all(isomorphic(each, graphs[0]) for each in graphs[1:])


texts = st.text(st.characters(codec="utf-8"), max_size=12)
pairs = st.builds(Text, texts, texts)
fields = st.builds(
    Field,
    name=texts.filter(str.strip),
    type=st.sampled_from(["string", "integer", "yearmonth", "geojson", "unheard"]),
    format=st.just("default") | texts,
    title=pairs,
    description=pairs,
    example=texts,
    constraints=st.fixed_dictionaries(
        {}, optional={"required": st.booleans(), "enum": st.lists(texts, max_size=3), "pattern": texts}
    ),
    missing_values=st.none() | st.lists(texts, max_size=3).map(tuple),
    definition=st.builds(
        Definition, section=texts, source=texts, unit=texts, property=texts | st.just("https://schema.org/name")
    ),
)


@settings(deadline=None)
@given(definition=fields, sentence=pairs)
def test_whatever_a_steward_writes_is_the_same_graph_in_every_format(definition: Field, sentence: Text) -> None:
    whole, table = published(definition)
    told = Told(history={definition.name: (sentence,)}, derivations={definition.name: (sentence,)})
    for noun in (
        column_of(whole, table, definition, ADDRESSES, told),
        schema_of(whole, table, ADDRESSES, told, numbered=True),
    ):
        documents = render(noun)
        graphs = [parsed(format_, documents[format_]) for format_ in FORMATS]
        assert all(isomorphic(each, graphs[0]) for each in graphs[1:])
        shape: Shape = COLUMN if noun.iri.startswith(f"{BASE}/field") else TABLE_SCHEMA
        assert shape.read(URIRef(noun.iri), graphs[0]).iri == noun.iri


def test_an_enumeration_is_a_rule() -> None:
    assert rules_of(FIELDS[1]) == (Text("次のいずれか：yes・no", "one of: yes, no"),)
    assert [each.en for each in rules_of(FIELDS[0])] == ["never empty", "matches the pattern [A-Z][0-9]{2}"]


@pytest.mark.parametrize("name", ["cost-band", "prefecture", "local-government", "municipality-sample"])
def test_a_list_is_the_same_graph_in_every_format_and_names_its_users(name: str) -> None:
    found = shipped.codelist(name)
    assert found is not None
    user = f"{BASE}/field/a-b-c"
    documents = render_codelist(found, ADDRESSES, [user])
    graphs = [parsed(format_, documents[format_]) for format_ in FORMATS]
    assert all(isomorphic(each, graphs[0]) for each in graphs[1:])
    assert said(graphs[0], f"{BASE}/codelist/{name}", "dct:isReferencedBy") == {URIRef(user)}
    own = sum(1 for each in found.concepts if each.codelist == name)
    assert len(set(graphs[0].subjects(RDF.type, term("skos:Concept")))) == own


def test_a_list_of_invented_things_says_so_in_its_title() -> None:
    kept = shipped.codelist("municipality-sample")
    assert kept is not None
    found = replace(kept, title=Text("架空の市", "Invented cities"))
    for documents in (render_codelist(found, ADDRESSES), render_concept(found, found.concepts[0], ADDRESSES)):
        titles = said(parsed("nt", documents["nt"]), f"{BASE}/codelist/municipality-sample", "dct:title")
        assert {str(each)[:4] for each in titles} == {"【見本】", "[Sam"}


def test_a_list_of_anybody_is_cleaned_of_what_xml_cannot_hold() -> None:
    odd = Concept(code="a", codelist="odd", label=Text("あ\x0b\x00い\r\n", "a\x1fb"), exact_match=("https://example.jp/a b|c",))
    found = CodeList(name="odd", title=Text("変\x08な一覧", "Odd"), description=Text(), concepts=(odd,))
    for documents in (render_codelist(found, ADDRESSES), render_concept(found, odd, ADDRESSES)):
        graphs = [parsed(format_, documents[format_]) for format_ in FORMATS]
        assert all(isomorphic(each, graphs[0]) for each in graphs[1:])
        assert said(graphs[0], f"{BASE}/concept/odd-a", "skos:prefLabel") == {Literal("あい", "ja"), Literal("ab", "en")}
        assert said(graphs[0], f"{BASE}/concept/odd-a", "skos:exactMatch") == {URIRef("https://example.jp/a%20b%7Cc")}


def test_every_shipped_code_and_column_is_found_at_its_address_and_no_two_share_one() -> None:
    addresses: Counter[str] = Counter()
    for name in shipped.vocabulary().names():
        whole = shipped.codelist(name)
        assert whole is not None
        for each in whole.concepts:
            if each.codelist == name:
                addresses[f"{name}-{each.code}"] += 1
                assert shipped.concept(f"{name}-{each.code}") == (whole, each)
    assert len(addresses) > 2000
    assert set(addresses.values()) == {1}
    assert len(shipped.standard_columns()) > 900
    for standard in shipped.editions().current():
        for table in standard.tables:
            for column in table.columns:
                rest = column.name if len(standard.tables) == 1 else f"{table.name}-{column.name}"
                found = shipped.standard_column(f"standard-{standard.slug}-{rest}")
                assert found is not None
                assert found.standard is standard


def test_what_is_shipped_is_known_and_what_is_not_is_not() -> None:
    known = ("codelist/cost-band", "concept/cost-band-under-5m", "standard/event", "field/standard-public-toilet-名称")
    unknown = (
        "codelist/cost", "codelist/cost-band.ttl", "concept/cost-band", "concept/cost-band-", "concept/cost-band-999",
        "concept/local-government-010006x", "concept/local-government-011002", "standard/nothing", "standard/",
        "field/public-toilet-名称", "field/standard-public-toilet-無", "schema/cost-band", "",
    )  # fmt: skip
    assert [each for each in known if not shipped.known(each)] == []
    assert [each for each in unknown if shipped.known(each)] == []


def test_looking_up_what_is_shipped_needs_no_rdflib_until_a_list_is_read() -> None:
    program = (
        "import sys; from catalog.dcat import shipped, definitions; "
        "assert shipped.known('codelist/cost-band') and shipped.known('field/standard-event-ID') and shipped.standard('event'); "
        "assert not shipped.known('concept/nothing-1'); before = 'rdflib' in sys.modules; "
        "assert shipped.codelist('cost-band'); print(before, 'rdflib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False True", done.stderr
