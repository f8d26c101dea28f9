"""Code lists: what is refused, how lists add to each other, how packages are held against them, their RDF."""

import json
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, SKOS, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from catalog import messages
from catalog.addresses import Addresses
from catalog.errors import NotFound, Place, Refusal
from catalog.model import Definition, Field, Package, Resource, Schema, Text
from catalog.vocabulary.checking import check_areas, check_schema_codelists, check_values, coded_fields
from catalog.vocabulary.codelists import CodeList, Concept, Label, Vocabulary
from catalog.vocabulary.describing import codelist_graph, concept_graph
from catalog.vocabulary.reading import check, load, read, shipped

ADDRESSES = Addresses("https://data.example.jp")
HEAD = """@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SCHEME = '<codelist/x> a skos:ConceptScheme ; dct:title "題"@ja, "Title"@en ; dct:description "説明"@ja, "Text"@en .\n'


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load()


def concept(code: str, more: str = "", label: str = "", name: str = "x") -> str:
    label = label or code
    return (
        f'<concept/{name}-{code}> a skos:Concept ; skos:inScheme <codelist/{name}> ; skos:notation "{code}" ;'
        f' skos:prefLabel "{label}の名"@ja, "{label} name"@en ; skos:definition "定義"@ja, "Meaning"@en {more} .\n'
    )


def written(folder: Path, *parts: str, name: str = "x") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.ttl"
    path.write_text(HEAD + "".join(parts), encoding="utf-8")
    return path


def codes(findings) -> list[str]:
    return sorted(each.code for each in findings)


@settings(deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=9, unique=True).map(sorted), st.booleans(), st.booleans())
def test_bands_that_meet_are_sound_and_others_are_not(tmp_path_factory, edges, gap, open_ends):
    folder = tmp_path_factory.mktemp("bands")
    parts = []
    for place, (lower, upper) in enumerate(pairwise(edges)):
        bounds = f"; schema:minValue {lower} ; schema:maxValue {upper - (1 if gap and place == 0 else 0)}"
        parts.append(concept(f"b{place}", bounds))
    if open_ends:
        parts.append(concept("low", f"; schema:maxValue {edges[0]}"))
        parts.append(concept("high", f"; schema:minValue {edges[-1]}"))
    reading = read(written(folder, SCHEME, *parts))
    meets = len(edges) > 2 or open_ends
    narrow = edges[1] - edges[0] == 1
    expected = (["band-empty"] if narrow else []) + (["band-gap"] if meets else []) if gap else []
    assert codes(reading.findings) == expected


# --- what is refused

GOOD = concept("a") + concept("b")
BROKEN = {
    "concept-twice": GOOD + concept("a", label="another").replace("<concept/x-a>", "<concept/x-c>"),
    "band-overlap": concept("a", "; schema:minValue 0 ; schema:maxValue 10") + concept("b", "; schema:minValue 9"),
    "band-gap": concept("a", "; schema:maxValue 10") + concept("b", "; schema:minValue 10.5"),
    "band-empty": concept("a", "; schema:minValue 10 ; schema:maxValue 10"),
    "band-without-bounds": concept("a", "; schema:minValue 10") + concept("b"),
    "text-missing": GOOD.replace(', "a name"@en', ""),
    "text-twice": GOOD.replace('"a name"@en', '"a name"@en, "other"@en'),
    "statement-missing": GOOD.replace('skos:notation "a" ;', ""),
    "statement-twice": GOOD.replace('skos:notation "b" ;', 'skos:notation "b", "c" ;'),
    "statement-unknown": GOOD.replace('Meaning"@en', 'Meaning"@en ; skos:altLable "alias"@en', 1),
    "value-unreadable": GOOD.replace('Meaning"@en', 'Meaning"@en ; skos:exactMatch <concept/x-b>', 1),
    "notation-spaces": GOOD.replace('skos:notation "a"', 'skos:notation " a"'),
    "concept-address": GOOD.replace("<concept/x-a>", "<concept/x-other>"),
    "concept-scheme": GOOD + '<concept/y-a> a skos:Concept ; skos:notation "a" .',
    "broader-unknown": GOOD + concept("c", "; skos:broader <concept/x-z>"),
    "broader-itself": GOOD + concept("c", "; skos:broader <concept/x-c>"),
    "position-missing": concept("a", "; schema:position 1") + concept("b"),
    "position-twice": concept("a", "; schema:position 1") + concept("b", "; schema:position 1"),
    "validity-empty": concept("a", '; schema:validFrom "2024-01-01"^^xsd:date ; schema:validThrough "2023-12-31"^^xsd:date'),
    "name-twice": GOOD + concept("c", '; skos:altLabel "Ａの名"@ja'),
    "codelist-empty": "",
}  # fmt: skip


def test_a_good_list_of_a_package_has_no_findings(tmp_path):
    reading = read(written(tmp_path, SCHEME, GOOD))
    assert reading.findings == ()
    assert reading.codelist.codes == ("a", "b")
    assert reading.codelist.ordered is False


@pytest.mark.parametrize("code", BROKEN)
def test_each_fault_is_named(tmp_path, code):
    findings = read(written(tmp_path, SCHEME, BROKEN[code])).findings
    assert code in codes(findings)
    assert all(each.place.file == f"{tmp_path.name}/x.ttl" for each in findings)
    for each in findings:
        for text in (messages.word(each, "ja"), messages.word(each, "en")):
            assert not [part for part in ("?", "%(", str(tmp_path)) if part in text]


def test_two_concepts_of_one_notation_are_named_by_their_code(tmp_path):
    findings = [
        each for each in read(written(tmp_path, SCHEME, BROKEN["concept-twice"])).findings if each.code == "concept-twice"
    ]
    assert [each.found for each in findings] == ["a"]
    assert messages.word(findings[0], "ja").startswith("コード「a」が二つあります。")


def test_a_gap_is_named_by_its_ends(tmp_path):
    (finding,) = read(written(tmp_path, SCHEME, BROKEN["band-gap"])).findings
    assert (finding.found, finding.details["about"], finding.details["next"]) == ("10 … 10.5", "a", "b")


@pytest.mark.parametrize(
    "value", ['schema:position "first"', 'schema:minValue "low"', 'schema:minValue "NaN"^^xsd:double',
              'schema:validFrom "20240101"', 'schema:validFrom "2024-02-30"^^xsd:date', "skos:exactMatch <urn:>",
              "skos:exactMatch <http://a b/>", 'skos:closeMatch "https://example.jp/"'],
)  # fmt: skip
def test_values_that_mean_nothing(tmp_path, value, capfd):
    found = codes(read(written(tmp_path, SCHEME, concept("a", f"; {value}"))).findings)
    assert "value-unreadable" in found
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<codelist/x> a skos:ConceptScheme .", "codelist-not-turtle"),
        (b"\xff\xfe<", "codelist-encoding"),
        ("題名".encode("cp932"), "codelist-encoding"),
        (b"", "scheme-missing"),
        (b"PK\x03\x04\x00\x00", "codelist-not-turtle"),
        (b"<a> <b> " + b"[ <c> " * 3000, "codelist-not-turtle"),
        (b'<a> <b> """never closed', "codelist-not-turtle"),
        (b"@prefix x: <http://x/> . x:a x:b x:c", "codelist-not-turtle"),
        ((HEAD + "<codelist/y> a skos:ConceptScheme .").encode(), "scheme-missing"),
        ((HEAD + "@base <https://example.jp/> . <codelist/x> a skos:ConceptScheme .").encode(), "scheme-missing"),
    ],
)
def test_what_is_no_list_is_one_finding(tmp_path, content, code):
    path = tmp_path / "x.ttl"
    path.write_bytes(content)
    reading = read(path)
    assert reading.codelist is None
    assert codes(reading.findings) == [code]
    assert str(tmp_path) not in messages.word(reading.findings[0], "en")


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_make_reading_raise(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "x.ttl"
    path.write_bytes(HEAD.encode() + content)
    assert read(path).codelist is None or SCHEME.encode() in content


def test_files_that_are_none(tmp_path):
    (tmp_path / "x.ttl").symlink_to(shipped() / "codelists/cost-band.ttl")
    (tmp_path / "y.ttl").mkdir()
    written(tmp_path, SCHEME, GOOD, name="Big_List")
    assert codes(read(tmp_path / "x.ttl").findings) == codes(read(tmp_path / "y.ttl").findings) == ["codelist-file"]
    assert codes(read(tmp_path / "Big_List.ttl").findings) == ["codelist-file-name"]


@pytest.mark.parametrize("text", ["\\u0000", "\\u0007", "\\uD800", "\\uFFFF", "\x7f"])
def test_characters_that_cannot_be_written_everywhere_are_refused(tmp_path, text):
    for parts in ((SCHEME.replace("題", text), GOOD), (SCHEME, concept("a", label=text))):
        found = read(written(tmp_path, *parts)).findings
        assert codes(found) == ["codelist-character"]
        json.dumps([messages.as_json(each) for each in found], ensure_ascii=False).encode()


# --- tables beside a list

TABLE = """[] a csvw:Table ; csvw:url <x.csv> ; csvw:tableSchema [ csvw:aboutUrl "concept/x-{code}" ; csvw:column (
  [ csvw:name "code" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#notation" ]
  [ csvw:name "ja" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#prefLabel" ; csvw:lang "ja" ]
  [ csvw:name "en" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#prefLabel" ; csvw:lang "en" ]
  [ csvw:name "also" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#altLabel" ; csvw:separator ";" ]
  [ csvw:name "dja" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#definition" ; csvw:lang "ja" ]
  [ csvw:name "den" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#definition" ; csvw:lang "en" ]
  [ csvw:name "up" ; csvw:suppressOutput true ]
  [ csvw:name "below" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#broader" ; csvw:valueUrl "concept/x-{up}" ]
  [ csvw:name "same" ; csvw:propertyUrl "http://www.w3.org/2004/02/skos/core#exactMatch" ; csvw:valueUrl "https://e.jp/{code:2}" ]
) ] .
"""
ROWS = "code,ja,en,also,dja,den,up\n有り,甲,A,い;ろ,定義,Meaning,\n無,乙,B,,定義,Meaning,有り\n"


def tabled(folder: Path, rows: str, table: str = TABLE) -> Path:
    (folder / "x.csv").write_text(rows, encoding="utf-8")
    return written(folder, SCHEME, table)


def test_a_table_says_what_turtle_would(tmp_path):
    reading = read(tabled(tmp_path, ROWS))
    assert reading.findings == ()
    first, second = reading.codelist.concepts
    assert first.alt_labels == (Label("い"), Label("ろ"))
    assert first.exact_match == ("https://e.jp/%E6%9C%89%E3%82%8A",)
    assert (first.broader, second.broader, second.broader_codelist) == ("", "有り", "x")
    graph = codelist_graph(reading.codelist, Addresses("https://codelist.invalid")).serialize(format="turtle")
    again = read(written(tmp_path, graph.replace("https://codelist.invalid/", "")))
    assert again.codelist.find("無") == second


@pytest.mark.parametrize(
    ("rows", "table", "expected"),
    [
        (ROWS.replace("also", "other"), TABLE, ("table-header", 1)),
        (ROWS + "三,丙\n", TABLE, ("table-cells", 4)),
        (ROWS + "無,丙,C,,定義,Meaning,\n", TABLE, ("concept-twice", 0)),
        (ROWS + "三,丙,,,定義,Meaning,\n", TABLE, ("text-missing", 4)),
        (ROWS + "三,丙,C,,定義,Meaning,四\n", TABLE, ("broader-unknown", 0)),
        (ROWS + '三,"丙"x,C,,定義,Meaning,\n', TABLE, ("table-unreadable", 0)),
        (ROWS + "三,丙\x07,C,,定義,Meaning,\n", TABLE, ("codelist-character", 4)),
        (ROWS, TABLE.replace("x.csv", "sub/x.csv"), ("table-description", 0)),
        (ROWS, TABLE.replace("x-{code}", "y-{code}"), ("table-description", 0)),
        (ROWS, TABLE.replace("{up}", "{down}"), ("table-description", 0)),
        (ROWS, TABLE.replace("core#altLabel", "core#hiddenLabel"), ("table-description", 0)),
        ("", TABLE, ("table-header", 1)),
    ],
)
def test_faults_of_a_table(tmp_path, rows, table, expected):
    findings = (*read(tabled(tmp_path, rows, table)).findings, *check(tmp_path))
    assert expected in {(each.code, each.place.row) for each in findings}


def test_a_table_that_is_not_there(tmp_path):
    assert "codelist-file" in codes(read(written(tmp_path, SCHEME, TABLE)).findings)


# --- lists of packages


def test_own_lists_add_to_the_shipped_ones_and_never_shadow_them(tmp_path, vocabulary):
    written(tmp_path, SCHEME, GOOD)
    written(tmp_path, SCHEME.replace("/x", "/licence"), concept("mine", name="licence"), name="licence")
    wider = vocabulary.with_folder(tmp_path)
    assert set(wider.names()) == {*vocabulary.names(), "x"}
    assert wider.codelist("x").codes == ("a", "b")
    assert wider.codelist("licence") == vocabulary.codelist("licence")
    assert [(each.code, each.found) for each in check(tmp_path)] == [("codelist-clash", "licence")]
    assert wider.with_folder(tmp_path) is wider
    assert vocabulary.with_folder(tmp_path / "absent").names() == vocabulary.names()


def test_an_unknown_list_names_near_ones(vocabulary):
    with pytest.raises(NotFound) as caught:
        vocabulary.codelist("cost-bands")
    assert caught.value.code == "codelist-unknown"
    assert caught.value.details["expected"].startswith("cost-band")


def test_a_broken_list_cannot_be_used(tmp_path, vocabulary):
    written(tmp_path, SCHEME, BROKEN["band-gap"])
    with pytest.raises(Refusal) as caught:
        vocabulary.with_folder(tmp_path).codelist("x")
    assert codes(caught.value.findings) == ["band-gap"]


def test_references_between_lists_are_checked(tmp_path):
    foreign = '<concept/joint-procurement-area-tools> skos:inScheme <codelist/joint-procurement-area> ; skos:notation "tools" .\n'
    absent = '<concept/nowhere-a> skos:inScheme <codelist/nowhere> ; skos:notation "a" .\n'
    below = concept("c", "; skos:broader <concept/joint-procurement-area-tools>")
    written(tmp_path, SCHEME, GOOD, below, foreign)
    assert check(tmp_path) == ()
    written(tmp_path, SCHEME, GOOD, below, foreign.replace('"tools"', '"toolz"'))
    assert [(each.code, each.found) for each in check(tmp_path)] == [("broader-unknown", "joint-procurement-area: toolz")]
    written(tmp_path, SCHEME, GOOD, concept("c", "; skos:broader <concept/nowhere-a>"), absent)
    assert [(each.code, each.found) for each in check(tmp_path)] == [("codelist-unknown", "nowhere")]
    written(tmp_path, SCHEME.replace(" .\n", " ; dct:hasPart <codelist/nowhere> .\n"), GOOD)
    assert codes(check(tmp_path)) == ["codelist-unknown"]


def test_lists_that_are_part_of_each_other_end(tmp_path, vocabulary):
    written(tmp_path, SCHEME.replace(" .\n", " ; dct:hasPart <codelist/y>, <codelist/x> .\n"), concept("a"))
    written(
        tmp_path, SCHEME.replace("/x", "/y").replace(" .\n", " ; dct:hasPart <codelist/x> .\n"), concept("b", name="y"), name="y"
    )
    wider = vocabulary.with_folder(tmp_path)
    assert wider.codelist("x").codes == ("a", "b")
    assert wider.codelist("y").codes == ("b", "a")


# --- packages held against lists


def package(root: Path | None = None, raw: Package | None = None, *, sample: bool = False, spatial=(), **enums) -> Package:
    fields = tuple(
        Field(
            name=f"field{place}",
            type="string",
            constraints={} if enum is None else {"enum": enum},
            definition=Definition(codelist=name.replace("_", "-")),
        )
        for place, (name, enum) in enumerate(enums.items())
    )
    table = Resource(name="table", path="table.csv", schema=Schema(fields=(Field(name="id"), *fields)))
    return Package(name="p", title=Text("題"), sample=sample, spatial=spatial, resources=(table,), root=root, raw=raw)


def test_an_enum_outside_its_list_prints_the_difference(vocabulary):
    ok = package(introduction_basis=["actual"], yes_no_nodata=["yes", "no", "no-data"], cost_band=None)
    assert check_schema_codelists(ok, vocabulary) == ()
    (finding,) = check_schema_codelists(package(introduction_basis=["actual", "guess", "x"]), vocabulary)
    assert finding.code == "enum-outside-codelist"
    assert finding.severity == "error"
    assert finding.place == Place(
        file="datapackage.json",
        resource="table",
        field="field0",
        pointer="/resources/0/schema/fields/1/constraints/enum",
    )
    assert (finding.found, finding.expected) == ("guess, x", "deadline")
    assert "guess, x" in messages.word(finding, "ja")


def test_an_unknown_list_of_a_field(vocabulary):
    (finding,) = check_schema_codelists(package(cost_bnad=None), vocabulary)
    assert (finding.code, finding.found) == ("codelist-unknown", "cost-bnad")
    assert "cost-band" in finding.expected
    assert finding.place.pointer == "/resources/0/schema/fields/1/definition/codelist"


def test_invented_places_need_a_sample_and_real_ones_do_not_belong_there(vocabulary):
    assert codes(check_schema_codelists(package(municipality_sample=None), vocabulary)) == ["codelist-sample"]
    assert check_schema_codelists(package(municipality_sample=None, sample=True), vocabulary) == ()
    (finding,) = check_schema_codelists(package(municipality=None, sample=True), vocabulary)
    assert (finding.code, finding.severity) == ("codelist-real-in-sample", "warning")


def test_own_lists_and_raw_packages_are_checked_too(tmp_path, vocabulary):
    written(tmp_path / "codelists", SCHEME, BROKEN["band-gap"])
    written(tmp_path / "codelists", SCHEME.replace("/x", "/good"), concept("a", name="good"), name="good")
    raw = package(good=["a", "b"], municipality_sample=None)
    findings = check_schema_codelists(package(tmp_path, raw, x=["q"], good=["a"], sample=True), vocabulary)
    assert [(each.code, each.place.file) for each in findings] == [
        ("band-gap", "codelists/x.ttl"),
        ("enum-outside-codelist", "raw/datapackage.json"),
    ]


def test_coded_fields_are_those_that_name_a_list():
    assert [(each.field.name, each.name) for each in coded_fields(package(cost_band=None))] == [("field0", "cost-band")]


def test_values_are_held_against_a_list(vocabulary):
    place = Place(file="data/a.csv", resource="a", field="code")
    municipality = vocabulary.codelist("municipality")
    values = {"271004": 2, "131024": 3, "482013": 4, "271005": 5, "27100": 6, "11002": 7, "大阪市": 8, "221376": 9, "": 10}
    found = {each.found: each for each in check_values(municipality, values, place)}
    assert {value: (each.code, each.severity, each.expected, each.place.row) for value, each in found.items()} == {
        "482013": ("code-unassigned", "warning", "", 4),
        "271005": ("code-unknown", "error", "271004", 5),
        "27100": ("code-unknown", "error", "271004", 6),
        "11002": ("code-unknown", "error", "011002", 7),
        "大阪市": ("code-is-name", "error", "271004", 8),
        "": ("code-unknown", "error", "", 10),
    }
    (later,) = check_values(municipality, {"221376": 9}, place, on=date(2024, 1, 1))
    assert (later.code, later.severity, later.expected) == ("code-not-valid", "warning", "2007-04-01 … 2023-12-31")
    (near,) = check_values(vocabulary.codelist("introduction-basis"), {"actuel": 2}, place)
    assert (near.code, near.expected) == ("code-unknown", "actual")
    assert len(check_values(municipality, {f"x{number}": number for number in range(50)}, place, limit=7)) == 7


def test_areas_of_a_package(vocabulary):
    assert check_areas(package(spatial=("270008", "271004", "221376")), vocabulary) == ()
    assert check_areas(package(spatial=("810002",), sample=True), vocabulary) == ()
    findings = check_areas(package(spatial=("810002", "270009", "大阪府")), vocabulary)
    assert [(each.code, each.severity, each.place.pointer) for each in findings] == [
        ("code-unassigned", "warning", "/catalog/spatial/0"),
        ("code-unknown", "error", "/catalog/spatial/1"),
        ("code-is-name", "error", "/catalog/spatial/2"),
    ]


# --- as RDF

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip)
both = st.builds(Text, names, names)
iris = st.lists(st.sampled_from(["https://e.jp/a", "http://e.jp/b?c=1#d", "urn:x:1"]), unique=True).map(sorted).map(tuple)
days = st.one_of(st.none(), st.dates())


@st.composite
def lists_of_codes(draw):
    used = draw(
        st.lists(st.text("abcXYZ019-_.~有/ ", min_size=1).filter(lambda text: text == text.strip()), unique=True, max_size=4)
    )
    concepts = tuple(
        Concept(
            code=code,
            codelist="x",
            label=draw(both),
            definition=draw(both),
            position=place + draw(st.just(0)),
            broader=(above := draw(st.sampled_from(["", *used[:place]]))),
            broader_codelist="x" if above else "",
            exact_match=draw(iris),
            close_match=draw(iris),
            broad_match=draw(iris),
            alt_labels=tuple(sorted(draw(st.sets(st.builds(Label, names, st.sampled_from(["", "ja", "en", "ja-Hira"])))))),
            valid_from=(begin := draw(days)),
            valid_until=begin and begin.replace(year=9999),
        )
        for place, code in enumerate(used)
    )
    return CodeList(
        name="x",
        title=draw(both),
        description=draw(both),
        concepts=concepts,
        sample=draw(st.booleans()),
        sources=draw(iris),
        citation=draw(st.one_of(st.just(Text()), both)),
        note=draw(st.one_of(st.just(Text()), both)),
        license=draw(st.sampled_from(["", "https://e.jp/licence"])),
        parts=draw(st.sampled_from([(), ("y", "z")])),
    )


@settings(deadline=None)
@given(lists_of_codes())
def test_describing_and_reading_are_inverse(tmp_path_factory, codelist):
    folder = tmp_path_factory.mktemp("inverse")
    graph = codelist_graph(codelist, Addresses("https://codelist.invalid"))
    (folder / "x.ttl").write_text(graph.serialize(format="turtle"), encoding="utf-8")
    reading = read(folder / "x.ttl")
    assert {each.code for each in reading.findings} <= {"name-twice", "codelist-empty"}
    assert reading.codelist == codelist


@pytest.mark.parametrize("name", ["cost-band", "joint-procurement-system-type", "municipality-sample", "prefecture"])
def test_shipped_lists_are_described_as_they_are_written(vocabulary, name):
    codelist = vocabulary.codelist(name)
    graph = codelist_graph(codelist, ADDRESSES)
    scheme = URIRef(f"https://data.example.jp/codelist/{name}")
    assert (scheme, RDF.type, SKOS.ConceptScheme) in graph
    for each in codelist.concepts:
        node = URIRef(ADDRESSES.concept(name, each.code))
        assert (node, SKOS.notation, Literal(each.code)) in graph
        assert (node, SKOS.inScheme, scheme) in graph
    assert not [node for triple in graph for node in triple if "codelist.invalid" in node]
    if name == "cost-band":
        source = Graph().parse(shipped() / "codelists/cost-band.ttl", publicID="https://data.example.jp/")
        assert isomorphic(graph, source)


def test_a_list_of_parts_describes_only_its_own_concepts(vocabulary):
    graph = codelist_graph(vocabulary.codelist("local-government"), ADDRESSES)
    assert len(set(graph.subjects(RDF.type, SKOS.Concept))) == 47


def test_one_concept_stands_alone(vocabulary):
    types = vocabulary.codelist("joint-procurement-system-type")
    graph = concept_graph(types, types.find("chat-tool"), ADDRESSES)
    node = URIRef("https://data.example.jp/concept/joint-procurement-system-type-chat-tool")
    assert (node, SKOS.broader, URIRef("https://data.example.jp/concept/joint-procurement-area-tools")) in graph
    assert list(graph.subjects(RDF.type, SKOS.Concept)) == [node]
    assert Literal("システムの種類", lang="ja") in set(graph.objects())


# --- light


def test_values_of_lists_need_no_rdf_library():
    program = (
        "import sys, catalog.vocabulary, catalog.vocabulary.codelists, catalog.vocabulary.checking, catalog.vocabulary.syncing;"
        "sys.exit(any(name.partition('.')[0] in {'rdflib', 'pandas', 'frictionless'} for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_list_is_read_once_and_only_when_asked_for(tmp_path):
    asked: list[str] = []

    def reader(path: Path):
        asked.append(path.stem)
        return read(path)

    written(tmp_path, SCHEME, GOOD)
    vocabulary = Vocabulary(reader, shipped() / "codelists").with_folder(tmp_path)
    assert asked == []
    for _time in range(2):
        assert vocabulary.codelist("x").codes == ("a", "b")
        assert vocabulary.codelist("licence").find("PDL-1.0")
    assert asked == ["x", "licence"]


def test_validity_has_both_days_in_it():
    each = Concept(code="a", codelist="x", label=Text("甲"), valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    days_of_it = [each.valid(day) for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1))]
    assert days_of_it == [False, True, True, False]
    assert not each.valid()
    assert Concept(code="b", codelist="x", label=Text("乙")).valid(date.min + timedelta(days=1))
