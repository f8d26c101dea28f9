"""Nouns to graphs and back, by the one table in ``mapping``: what goes out in a feed is what a harvest reads in."""

from collections.abc import Collection
from typing import Any

from rdflib import RDF, Graph

from catalog.dcat.codecs import Shape, Sink, Statement
from catalog.dcat.framing import PREFIXES
from catalog.dcat.mapping import CATALOG, COLUMN, DATASET, TABLE_SCHEMA
from catalog.dcat.nouns import Catalog, Column, Dataset, TableSchema

Described = Dataset | Catalog | TableSchema | Column
_SHAPES = {each.noun: each for each in (DATASET, CATALOG, TABLE_SCHEMA, COLUMN)}


def describe(noun: Described) -> Graph:
    """Every statement about a dataset (its distributions and all other nested nouns with it), a catalogue or a definition.

    ValueError where a noun that needs an IRI has none.
    """
    graph = empty_graph()
    _write(noun, graph)
    return graph


def statements(noun: Described) -> Collection[Statement]:
    """The same without a graph around them, each once: sooner there, for whoever only goes through them."""
    found = _Statements()
    _write(noun, found)
    return found.said.keys()


class _Statements:
    def __init__(self) -> None:
        self.said: dict[Statement, None] = {}

    def add(self, triple: Statement) -> None:
        self.said[triple] = None


def _write(noun: Described, sink: Sink) -> None:
    shape = _SHAPES[type(noun)]
    shape.write(noun, shape.node(noun), sink)


def read(graph: Graph) -> list[Dataset]:
    """Every dcat:Dataset of a graph, ours or another catalogue's, in the order of their IRIs."""
    return _all(DATASET, graph)


def read_catalogs(graph: Graph) -> list[Catalog]:
    """Every dcat:Catalog of a graph, in the order of their IRIs."""
    return _all(CATALOG, graph)


def _all(shape: Shape, graph: Graph) -> list[Any]:
    return [shape.read(node, graph) for node in sorted(set(graph.subjects(RDF.type, shape.classes[0])), key=str)]


def empty_graph() -> Graph:
    """A graph that knows our prefixes and no others, and that answers in the order in which it was filled."""
    graph = Graph(store="SimpleMemory", bind_namespaces="none")
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri)
    return graph
