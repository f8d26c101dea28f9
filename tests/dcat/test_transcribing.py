"""N-Triples as the other formats, by their text: the same graph, whatever is said (test_quick: whatever can be described)."""

import pytest
from dcat_samples import FORMATS, parsed
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from catalog.dcat.framing import CLOSES, HEADS, expand
from catalog.dcat.rendering import _n_triples
from catalog.dcat.transcribing import documents

NAMES = ["dct:title", "dct:publisher", "foaf:name", "vcard:organization-name", "dcat:accessURL"]
texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\x0b\x0c\x1c\x1d\x1e\x1f\ufffe\uffff"), max_size=8
)
iris = st.sampled_from([
    "https://example.jp/", "https://example.jp/%E5%A4%A7?a=1&b='2'#x", expand("dcat:Dataset"), "urn:x:y", "https://example.jp/駅",
    expand("xsd:string"),
]).map(URIRef)  # fmt: skip
blanks = st.sampled_from(["blank-1", "b2"]).map(BNode)
literals = st.one_of(
    texts.map(Literal),
    st.tuples(texts, st.sampled_from(["ja", "en", "ja-hira"])).map(lambda each: Literal(each[0], lang=each[1])),
    st.integers(-5, 5).map(Literal),
    texts.map(lambda each: Literal(each, datatype=URIRef("https://example.jp/type"))),
    st.just(Literal("2026-04-01", datatype=XSD.date)),
)
statements = st.tuples(st.one_of(iris, blanks), st.sampled_from(NAMES), st.one_of(iris, blanks, literals))


def xml_can_hold(node: Node) -> bool:
    return not any(ord(each) < 0x20 and each not in "\t\n\r" for each in str(node))


@settings(deadline=None)
@given(st.lists(statements, min_size=1, max_size=8), st.lists(st.tuples(iris, iris), max_size=2))
def test_any_statements_are_the_same_graph_in_every_format(
    said: list[tuple[Node, str, Node]], classes: list[tuple[URIRef, URIRef]]
) -> None:
    graph = Graph()
    for subject, predicate, thing in said:
        graph.add((subject, URIRef(expand(predicate)), thing))
    for subject, class_ in classes:
        graph.add((subject, RDF.type, class_))
    written = documents(_n_triples(graph))
    for format_ in FORMATS:
        assert written[format_].startswith(HEADS[format_])
        assert written[format_].endswith(CLOSES[format_])
        if format_ != "rdf" or all(xml_can_hold(thing) for _, _, thing in graph):
            assert isomorphic(parsed(format_, written[format_]), graph), written[format_].decode()


def test_what_is_no_iri_is_not_written() -> None:
    for wrong in ("https://example.jp/a b", "https://example.jp/<", "a\nb", 'x"y', "x`"):
        with pytest.raises(ValueError, match="no IRI"):
            _n_triples([(URIRef(wrong), RDF.type, RDF.List)])
