"""Code lists -> RDF, with absolute addresses of the catalogue. A home of rdflib.

Graphs only: ``dcat.rendering.render_graph`` writes them in the four formats.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rdflib import XSD, Graph, Literal, URIRef
from rdflib.term import Node

from catalog.addresses import Addresses
from catalog.model import LANGUAGES, Text
from catalog.vocabulary.codelists import CodeList, Concept, Label
from catalog.vocabulary.terms import (
    CONCEPT_CLASS,
    CONCEPT_TERMS,
    IN_SCHEME,
    SAMPLE,
    SCHEME_CLASS,
    SCHEME_TERMS,
    TYPE,
    Term,
)


def codelist_graph(codelist: CodeList, addresses: Addresses) -> Graph:
    """The list and its own concepts. Those of its parts are described with their own list; here they are only pointed at."""
    graph = _scheme(codelist, addresses)
    for concept in codelist.concepts:
        if concept.codelist == codelist.name:
            _describe_concept(graph, concept, addresses)
    return graph


def concept_graph(codelist: CodeList, concept: Concept, addresses: Addresses) -> Graph:
    """One concept, and what its list is called: a document that can be read alone."""
    graph = _scheme(codelist, addresses)
    _describe_concept(graph, concept, addresses)
    return graph


def _scheme(codelist: CodeList, addresses: Addresses) -> Graph:
    graph = Graph(bind_namespaces="none")
    scheme = URIRef(addresses.codelist(codelist.name))
    graph.add((scheme, URIRef(TYPE), URIRef(SCHEME_CLASS)))
    for term in SCHEME_TERMS:
        _state(graph, scheme, term, codelist, addresses)
    return graph


def _describe_concept(graph: Graph, concept: Concept, addresses: Addresses) -> None:
    node = URIRef(addresses.concept(concept.codelist, concept.code))
    graph.add((node, URIRef(TYPE), URIRef(CONCEPT_CLASS)))
    graph.add((node, URIRef(IN_SCHEME), URIRef(addresses.codelist(concept.codelist))))
    for term in CONCEPT_TERMS:
        _state(graph, node, term, concept, addresses)


def _state(graph: Graph, node: URIRef, term: Term, noun: Concept | CodeList, addresses: Addresses) -> None:
    value = getattr(noun, term.attribute)
    if term.kind == "concept" and isinstance(noun, Concept):
        value = addresses.concept(noun.broader_codelist, noun.broader) if noun.broader else ""
    elif term.kind == "lists":
        value = [addresses.codelist(each) for each in value]
    if value is None or value is False or value == "":
        return
    for thing in _WRITERS[term.kind](value):
        graph.add((node, URIRef(term.predicate), thing))


def _texts(value: Text) -> list[Node]:
    return [Literal(getattr(value, language), lang=language) for language in LANGUAGES if getattr(value, language)]


def _labels(value: tuple[Label, ...]) -> list[Node]:
    return [Literal(text, lang=language or None) for text, language in value]


_WRITERS: Mapping[str, Callable[[Any], list[Node]]] = {
    "text": _texts,
    "labels": _labels,
    "code": lambda value: [Literal(value)],
    "status": lambda _value: [Literal(SAMPLE)],
    "integer": lambda value: [Literal(str(value), datatype=XSD.integer)],
    "decimal": lambda value: [Literal(f"{value:f}", datatype=XSD.integer if value == int(value) else XSD.decimal)],
    "date": lambda value: [Literal(value.isoformat(), datatype=XSD.date)],
    "iri": lambda value: [URIRef(value)],
    "iris": lambda value: [URIRef(each) for each in value],
    "concept": lambda value: [URIRef(value)],
    "lists": lambda value: [URIRef(each) for each in value],
}
