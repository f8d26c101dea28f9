"""Our own SHACL shapes: they find every fault that would break a feed, and stop a publication that has one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dcat_samples import ADDRESSES, BASE, SETTINGS, package, parsed, publication
from rdflib import RDF, XSD, BNode, Graph, Literal, Namespace, URIRef

from catalog import messages
from catalog.dcat import feed, shapes
from catalog.dcat.describing import describe
from catalog.dcat.framing import PREFIXES, expand
from catalog.dcat.nouns import Dataset
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render, render_catalog
from catalog.errors import Finding, Refusal
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store

SH = Namespace("http://www.w3.org/ns/shacl#")
DATASET = URIRef(f"{BASE}/dataset/stations")
TABLE = URIRef(f"{BASE}/distribution/stations-stations-csv")
SERVICE = URIRef(f"{BASE}/dataset/stations/service")
LEAFLET = URIRef(f"{BASE}/distribution/stations-leaflet-pdf")


def described(**changes: Any) -> Dataset:
    return dataset_of(publication(package_=package(**changes)), ADDRESSES, SETTINGS)


def graph() -> Graph:
    found = Graph()
    for triple in describe(described()):
        found.add(triple)
    return found


def curie(name: str) -> URIRef:
    return URIRef(expand(name))


@pytest.mark.parametrize("changes", [{}, {"sample": True}, {"contact": None, "temporal": None, "licenses": (), "themes": ()}])
def test_what_the_catalogue_describes_keeps_its_own_rules(changes: dict[str, Any]) -> None:
    assert shapes.check(described(**changes)) == ()


def test_a_page_of_the_feed_keeps_them_too() -> None:
    found = [described(), dataset_of(publication("others", package("others")), ADDRESSES, SETTINGS)]
    view = feed.View(
        catalog=f"{BASE}/catalog",
        datasets=[each.iri for each in found],
        page=f"{BASE}/catalog.ttl",
        total=2,
        modified="2026-11-22T09:30:00Z",
    )
    page = feed.page("ttl", render_catalog(SETTINGS)["ttl"], [render(each)["ttl"] for each in found], view)
    assert shapes.check_graph(parsed("ttl", page)) == (), "two datasets may have tables of one title"


def one(subject: URIRef, predicate: str, value: Any) -> Callable[[Graph], None]:
    """The property has this value and no other."""

    def change(graph: Graph) -> None:
        graph.remove((subject, curie(predicate), None))
        if value is not None:
            graph.add((subject, curie(predicate), value))

    return change


def more(subject: URIRef, predicate: str, value: Any) -> Callable[[Graph], None]:
    return lambda graph: graph.add((subject, curie(predicate), value))


LICENSE = URIRef("https://creativecommons.org/licenses/by/4.0/")
FAULTS: list[tuple[str, Callable[[Graph], None], URIRef, str]] = [
    ("no title", one(DATASET, "dct:title", None), DATASET, "dct:title"),
    ("a title in no language", one(DATASET, "dct:title", Literal("駅")), DATASET, "dct:title"),
    ("a title in a language of nobody's", one(DATASET, "dct:title", Literal("Stationen", lang="de")), DATASET, "dct:title"),
    ("an empty title", more(DATASET, "dct:title", Literal("", lang="en")), DATASET, "dct:title"),
    ("two titles in one language", more(DATASET, "dct:title", Literal("もう一つ", lang="ja")), DATASET, "dct:title"),
    ("a control character", one(DATASET, "dct:title", Literal("駅\u0007", lang="ja")), DATASET, "dct:title"),
    ("a line break in a title", one(DATASET, "dct:title", Literal("駅\n名", lang="ja")), DATASET, "dct:title"),
    ("a control in a text", one(DATASET, "dct:description", Literal("駅\u0001", lang="ja")), DATASET, "dct:description"),
    ("no description", one(DATASET, "dct:description", None), DATASET, "dct:description"),
    ("no identifier", one(DATASET, "dct:identifier", None), DATASET, "dct:identifier"),
    ("two identifiers", more(DATASET, "dct:identifier", Literal("other")), DATASET, "dct:identifier"),
    ("a keyword with a comma", more(DATASET, "dcat:keyword", Literal("駅,バス", lang="ja")), DATASET, "dcat:keyword"),
    ("a keyword with 読点", more(DATASET, "dcat:keyword", Literal("駅、バス", lang="ja")), DATASET, "dcat:keyword"),
    ("a keyword in no language", more(DATASET, "dcat:keyword", Literal("駅前")), DATASET, "dcat:keyword"),
    ("a date that is none", one(DATASET, "dct:modified", Literal("yesterday")), DATASET, "dct:modified"),
    (
        "a date that only claims to be one",
        one(DATASET, "dct:modified", Literal("yesterday", datatype=XSD.dateTime)),
        DATASET,
        "dct:modified",
    ),
    (
        "a time without zone",
        one(DATASET, "dct:modified", Literal("2026-11-22T09:30:00", datatype=XSD.dateTime)),
        DATASET,
        "dct:modified",
    ),
    (
        "published after it was changed",
        one(DATASET, "dct:issued", Literal(datetime(2027, 1, 1, tzinfo=UTC))),
        DATASET,
        "dct:issued",
    ),
    ("a licence that is no address", one(DATASET, "dct:license", Literal("CC BY")), DATASET, "dct:license"),
    ("a licence without an absolute address", one(DATASET, "dct:license", URIRef("LICENSE")), DATASET, "dct:license"),
    ("a landing page as text", one(DATASET, "dcat:landingPage", Literal("https://example.jp/")), DATASET, "dcat:landingPage"),
    ("two contacts", more(DATASET, "dcat:contactPoint", URIRef(f"{BASE}/dataset/stations/second")), DATASET, "dcat:contactPoint"),
    ("no publisher", one(DATASET, "dct:publisher", None), DATASET, "dct:publisher"),
    ("a publisher in words", one(DATASET, "dct:publisher", Literal("大阪市")), DATASET, "dct:publisher"),
    ("a blank publisher", one(DATASET, "dct:publisher", BNode()), DATASET, "dct:publisher"),
    ("a publisher without a name", one(URIRef(f"{BASE}/publisher/271004"), "foaf:name", None), URIRef(f"{BASE}/publisher/271004"),
     "foaf:name"),
    ("a theme of no list", more(DATASET, "dcat:theme", URIRef(f"{BASE}/theme/x")), DATASET, "dcat:theme"),
    ("no distribution", one(DATASET, "dcat:distribution", None), DATASET, "dcat:distribution"),
    ("a statement nobody knows", more(DATASET, "dct:creatorName", Literal("x")), DATASET, "dct:creatorName"),
    ("no download", one(TABLE, "dcat:downloadURL", None), TABLE, "dcat:downloadURL"),
    ("a download at a relative address", one(TABLE, "dcat:downloadURL", URIRef("stations.csv")), TABLE, "dcat:downloadURL"),
    ("no checksum", one(TABLE, "spdx:checksum", None), TABLE, "spdx:checksum"),
    ("a checksum in bytes", one(URIRef(f"{TABLE}-checksum"), "spdx:checksumValue", Literal("3" * 64, datatype=XSD.hexBinary)),
     URIRef(f"{TABLE}-checksum"), "spdx:checksumValue"),
    ("an algorithm in words", one(URIRef(f"{TABLE}-checksum"), "spdx:algorithm", Literal("SHA-256")),
     URIRef(f"{TABLE}-checksum"), "spdx:algorithm"),
    ("a size in words", one(TABLE, "dcat:byteSize", Literal("12 kB")), TABLE, "dcat:byteSize"),
    ("a measurement of nothing", one(URIRef(f"{TABLE}-errors"), "dqv:value", Literal("none")), URIRef(f"{TABLE}-errors"),
     "dqv:value"),
    ("a service without a description", one(SERVICE, "dcat:endpointDescription", None), SERVICE, "dcat:endpointDescription"),
    ("a service at no address", one(SERVICE, "dcat:endpointURL", Literal("/api")), SERVICE, "dcat:endpointURL"),
    ("a service of something else", one(SERVICE, "dcat:servesDataset", URIRef(f"{BASE}/dataset/other")), SERVICE,
     "dcat:servesDataset"),
    ("a service that says more", more(SERVICE, "dct:type", LICENSE), SERVICE, "dct:type"),
    ("rights without a name", one(URIRef(f"{DATASET}/rights"), "rdfs:label", None), URIRef(f"{DATASET}/rights"), "rdfs:label"),
    ("a second label", more(URIRef(f"{DATASET}/provenance"), "rdfs:label", Literal("別", lang="ja")),
     URIRef(f"{DATASET}/provenance"), "rdfs:label"),
    ("a repeated title", one(LEAFLET, "dct:title", Literal("駅（CSV）", lang="ja")), DATASET, "dct:title"),
    ("a licence with two names", more(LICENSE, "dct:title", Literal("CC BY 4.0")), LICENSE, "dct:title"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*")  # rdflib warns of the ill-typed literals, which are the point here
@pytest.mark.parametrize(("change", "focus", "path"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS])
def test_every_fault_is_found_where_it_is(change: Callable[[Graph], None], focus: URIRef, path: str) -> None:
    data = graph()
    change(data)
    found = [each for each in shapes.check_graph(data) if each.details["focus"] == str(focus) and each.details["path"] == path]
    assert found
    for finding in found:
        assert (finding.code, finding.severity) == ("description-shape", "error")
        assert finding.details["rule@ja"] in messages.word(finding, "ja")
        assert finding.details["rule@en"] in messages.word(finding, "en")
        assert str(focus) in messages.word(finding, "ja")


def test_a_box_is_a_polygon_of_numbers() -> None:
    for wrong in ("POINT(135 34)", "POLYGON((135 34))", "西は135度"):
        data = graph()
        [(node, _, box)] = list(data.triples((None, curie("dcat:bbox"), None)))
        assert shapes.check_graph(data) == ()
        data.remove((node, None, box))
        data.add((node, curie("dcat:bbox"), Literal(wrong, datatype=curie("geo:wktLiteral"))))
        assert shapes.check_graph(data), wrong


def test_an_iri_with_a_space_is_found() -> None:
    data = graph()
    bad = URIRef("https://example.jp/a b")
    data.add((DATASET, curie("dct:source"), bad))
    [finding] = shapes.check_graph(data)
    assert (finding.details["path"], finding.found) == ("dct:source", "https://example.jp/a b")


def test_the_only_blank_nodes_are_the_period_and_the_box() -> None:
    for node, name in (("temporal", "period"), ("spatial", "box")):
        data = graph()
        [blank] = [each for each in data.objects(DATASET, curie(f"dct:{node}")) if isinstance(each, BNode)]
        named = URIRef(f"{BASE}/{name}")
        for subject, predicate, thing in list(data):
            if blank in (subject, thing):
                data.remove((subject, predicate, thing))
                data.add((named if subject == blank else subject, predicate, named if thing == blank else thing))
        [finding] = shapes.check_graph(data)
        assert finding.details["focus"] == str(named)
    for subject, predicate, told in [
        (DATASET, "dcat:distribution", "dcat:distribution"),
        (TABLE, "dct:conformsTo", "dct:conformsTo"),
        (DATASET, "dct:spatial", ""),  # it has neither an address nor a box: a fault of its own
    ]:
        data = graph()
        blank = BNode()
        data.add((subject, curie(predicate), blank))
        data.add((blank, RDF.type, curie({"dcat:distribution": "dcat:Distribution", "dct:conformsTo": "dct:Standard",
                                          "dct:spatial": "dct:Location"}[predicate])))  # fmt: skip
        assert any(each.details["path"] == told for each in shapes.check_graph(data)), predicate


def test_every_rule_is_told_in_both_languages() -> None:
    told = Graph()
    for path in shapes.folder().glob("*.ttl"):
        told.parse(path)
    rules = {*told.subjects(SH.path), *told.subjects(SH.sparql), *told.subjects(SH.closed)}
    assert len(rules) > 60
    for each in rules:
        languages = sorted(str(text.language) for text in told.objects(each, SH.message) if isinstance(text, Literal))
        assert languages == ["en", "ja"], list(told.predicate_objects(each))


def test_the_rules_speak_of_every_property_that_is_written() -> None:
    told = Graph()
    for path in shapes.folder().glob("*.ttl"):
        told.parse(path)
    ruled = {str(each) for each in told.objects(None, SH.path)}
    written = {str(predicate) for _, predicate, _ in graph()} - {str(RDF.type)}
    assert written <= ruled | {expand("dqv:computedOn")}
    assert all(each.startswith(tuple(PREFIXES.values())) for each in written)


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    file = folder / "datapackage.json"
    descriptor = json.loads(file.read_text(encoding="utf-8"))
    change(descriptor)
    file.write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder


def untitled(descriptor: dict[str, Any]) -> None:
    descriptor["title"] = " "
    del descriptor["catalog"]["translations"]["en"]["title"]


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an IRI with a space": (lambda each: each.update(sources=[{"path": "https://example.jp/a b"}]), "address-invalid"),
    "a page with a space": (lambda each: each["catalog"].update(landingPage="https://example.jp/a b"), "address-invalid"),
    "a keyword with a comma": (lambda each: each.update(keywords=["駅前,バス停"]), "description-keyword"),
    "a title in no language": (untitled, "description-missing"),
    "a control character": (lambda each: each.update(title="駅\u0007の一覧"), "text-control"),
    "a date that is none": (lambda each: each["catalog"].update(temporal={"start": "yesterday"}), "date-invalid"),
    "a licence without an address": (lambda each: each.update(licenses=[{"name": "自由に使えます"}]), "description-invalid"),
    "a licence at a place in words": (lambda each: each.update(licenses=[{"path": "see our site"}]), "address-invalid"),
    "tables that cannot be told apart": (
        lambda each: each["resources"].append(each["resources"][0] | {"name": "again"}), "description-shape"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code"), BAD.values(), ids=BAD)
def test_bad_input_is_a_finding_at_publishing_and_never_a_broken_feed(
    package_folder: Callable[..., Path], settings: Settings, change: Callable[[dict[str, Any]], Any], code: str
) -> None:
    folder = rewrite(package_folder("bad"), change)
    findings: tuple[Finding, ...]
    with Store.open(settings) as store:
        try:
            findings = publish(folder, settings, store).publication.findings
        except Refusal as refusal:
            findings = refusal.findings
            assert store.count() == 0
        else:
            document = store.document("bad", "nt")
            assert document is not None
            assert shapes.check_graph(parsed("nt", document.body)) == ()
    assert code in {each.code for each in findings}
    assert "?" not in "".join(messages.word(each, language) for each in findings for language in ("ja", "en"))
