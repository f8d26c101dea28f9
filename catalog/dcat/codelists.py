"""Code lists as documents: SKOS in the four formats, with who uses the list."""

from collections.abc import Iterable
from dataclasses import replace

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from catalog import words
from catalog.addresses import Addresses
from catalog.dcat import cleaning
from catalog.dcat.codecs import term
from catalog.dcat.rendering import render_graph
from catalog.vocabulary.codelists import CodeList, Concept
from catalog.vocabulary.describing import codelist_graph, concept_graph


def render_codelist(codelist: CodeList, addresses: Addresses, used_by: Iterable[str] = ()) -> dict[str, bytes]:
    """The documents of a list and its own concepts by format name; ``used_by`` are the IRIs of columns that have its codes."""
    graph = _clean(codelist_graph(_marked(codelist), addresses))
    for each in used_by:
        graph.add((URIRef(addresses.codelist(codelist.name)), term("dct:isReferencedBy"), URIRef(each)))
    return render_graph(graph)


def render_concept(codelist: CodeList, concept: Concept, addresses: Addresses) -> dict[str, bytes]:
    """The documents of one code, with what its list is called."""
    return render_graph(_clean(concept_graph(_marked(codelist), concept, addresses)))


def _marked(codelist: CodeList) -> CodeList:
    """The title of a sample says so."""
    return replace(codelist, title=words.sample(codelist.title)) if codelist.sample else codelist


def _clean(graph: Graph) -> Graph:
    """Without what RDF/XML cannot hold: the list of a package may be anybody's."""
    for subject, predicate, thing in list(graph):
        if (cleaned := _cleaned(thing)) is not thing:
            graph.remove((subject, predicate, thing))
            graph.add((subject, predicate, cleaned))
    return graph


def _cleaned(thing: Node) -> Node:
    if isinstance(thing, URIRef) and cleaning.encoded(thing) != str(thing):
        return URIRef(cleaning.encoded(thing))
    if isinstance(thing, Literal) and cleaning.text(thing) != str(thing):
        return Literal(cleaning.text(thing), lang=thing.language, datatype=thing.datatype)
    return thing
