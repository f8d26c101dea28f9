"""What the screen lets pass, SHACL's engine finds no fault with; and what the catalogue describes passes the screen."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dcat_samples import ADDRESSES, SETTINGS, package, publication
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from catalog.dcat import shapes
from catalog.dcat.describing import describe
from catalog.dcat.framing import expand
from catalog.dcat.projection import dataset_of
from catalog.dcat.screening import Screen, UnknownShapeError

SH = Namespace("http://www.w3.org/ns/shacl#")
pytestmark = pytest.mark.filterwarnings("ignore:.*")  # rdflib warns of the ill-typed literals, which are the point here


def read_shapes() -> Graph:
    found = Graph(bind_namespaces="none")
    for path in sorted(shapes.folder().glob("*.ttl")):
        found.parse(path)
    return found


SHAPES = read_shapes()
SCREEN = Screen(SHAPES)
DATASET = describe(dataset_of(publication(), ADDRESSES, SETTINGS))
TRIPLES = sorted(DATASET, key=lambda each: [node.n3() for node in each])
NODES = sorted({node for triple in TRIPLES for node in (triple[0], triple[2])}, key=lambda node: node.n3())
PREDICATES = [*sorted({each for _, each, _ in TRIPLES}), URIRef(expand("dct:creatorName"))]
ODD: list[Node] = [
    Literal("題"), Literal("題", lang="ja"), Literal("Name", lang="de"), Literal("x", lang="JA"), Literal("", lang="en"),
    Literal("二\n行", lang="ja"), Literal("a\u0007", lang="ja"), Literal("駅,バス", lang="ja"), Literal(-1), Literal(0),
    Literal("7", datatype=XSD.nonNegativeInteger), Literal("many", datatype=XSD.nonNegativeInteger), Literal(True),
    Literal("yesterday", datatype=XSD.dateTime), Literal("2026-11-22T09:30:00", datatype=XSD.dateTime),
    Literal("2099-01-01T00:00:00+09:00", datatype=XSD.dateTime), Literal("2001-01-01T00:00:00Z", datatype=XSD.dateTime),
    Literal("2024-02-30", datatype=XSD.date), Literal("1999-01-01", datatype=XSD.date), Literal("2099-01-01", datatype=XSD.date),
    Literal("POINT(135 34)", datatype=URIRef(expand("geo:wktLiteral"))), Literal("3" * 64, datatype=XSD.hexBinary),
    URIRef("relative"), URIRef("https://example.jp/a b"), URIRef("https://example.jp/"), URIRef("mailto:a@example.jp"),
    BNode("x"),
]  # fmt: skip


def test_the_screen_understands_our_shapes_and_lets_pass_what_we_describe() -> None:
    for changes in ({}, {"sample": True}, {"contact": None, "temporal": None, "licenses": (), "themes": ()}):
        noun = dataset_of(publication(package_=package(**changes)), ADDRESSES, SETTINGS)  # type: ignore[arg-type]
        assert SCREEN.surely_kept(describe(noun))


def test_the_engine_is_not_asked_about_what_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "check_graph", lambda _graph: pytest.fail("asked"))
    assert shapes.check(dataset_of(publication(), ADDRESSES, SETTINGS)) == ()


changed = st.lists(
    st.one_of(
        st.tuples(st.just("remove"), st.sampled_from(TRIPLES), st.none()),
        st.tuples(st.just("add"), st.sampled_from(TRIPLES), st.sampled_from([*ODD, *NODES])),
        st.tuples(st.just("exchange"), st.sampled_from(TRIPLES), st.sampled_from([*ODD, *NODES])),
        st.tuples(st.just("say"), st.sampled_from(TRIPLES), st.sampled_from(PREDICATES)),
    ),
    min_size=1,
    max_size=3,
)


def apply(graph: Graph, way: str, triple: tuple[Node, Node, Node], other: Node | None) -> None:
    subject, predicate, thing = triple
    if way in ("remove", "exchange"):
        graph.remove(triple)
    if way in ("add", "exchange") and other is not None:
        graph.add((subject, predicate, other))
    if way == "say" and other is not None:
        graph.add((subject, other, thing))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed)
def test_whatever_passes_is_without_fault(changes: list[tuple[str, tuple[Node, Node, Node], Node | None]]) -> None:
    graph = Graph()
    for triple in TRIPLES:
        graph.add(triple)
    for change in changes:
        apply(graph, *change)
    assert SCREEN.surely_kept(graph) <= (shapes.check_graph(graph) == ())


def every_fault() -> list[tuple[str, Callable[[Graph], None]]]:
    """Those that the test of the shapes has: at least one for each kind of rule."""
    place = Path(__file__).with_name("test_shapes.py")
    spec = importlib.util.spec_from_file_location("faults_of_shapes", place)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(name, change) for name, change, _focus, _path in module.FAULTS]


def test_no_fault_passes() -> None:
    for name, change in every_fault():
        graph = Graph()
        for triple in TRIPLES:
            graph.add(triple)
        change(graph)
        assert not SCREEN.surely_kept(graph), name


def test_every_rule_of_every_shape_can_fail() -> None:
    """For each property shape with a target: nothing, an odd value and a value too much; no more passes than the engine lets."""
    judged = 0
    for shape, class_ in SHAPES.subject_objects(SH.targetClass):
        focus = next(iter(sorted(DATASET.subjects(RDF.type, class_))), None)
        for rule in SHAPES.objects(shape, SH.property):
            path = SHAPES.value(rule, SH.path)
            if focus is None or not isinstance(path, URIRef):
                continue
            graph = Graph()
            for triple in TRIPLES:
                graph.add(triple)
            graph.add((focus, path, BNode("odd")))
            graph.add((focus, path, Literal("odd\u0007", lang="de")))
            assert not SCREEN.surely_kept(graph), path
            judged += 1
    assert judged > 60


def test_what_is_not_understood_is_left_to_the_engine() -> None:
    for said in (
        "sh:targetNode <urn:x> ; sh:minCount 1",
        "sh:targetClass <urn:x> ; sh:sparql [ sh:select 'SELECT $this {}' ]",
        "sh:targetClass <urn:x> ; sh:property [ sh:path [ sh:inversePath <urn:p> ] ]",
        "sh:targetClass <urn:x> ; sh:closed false",
        "sh:targetClass <urn:x> ; sh:nodeKind <urn:kind>",
        "a <http://www.w3.org/2000/01/rdf-schema#Class>, sh:NodeShape",
    ):
        graph = Graph()
        for triple in SHAPES:
            graph.add(triple)
        graph.parse(data=f"@prefix sh: <{SH}> . <urn:s> {said} .", format="turtle")
        with pytest.raises(UnknownShapeError):
            Screen(graph)
    classes = Graph()
    for triple in TRIPLES:
        classes.add(triple)
    classes.add((URIRef(expand("dcat:Dataset")), RDFS.subClassOf, URIRef(expand("foaf:Agent"))))
    assert not SCREEN.surely_kept(classes)
