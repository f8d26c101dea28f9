"""A noun as a document in each of the four formats, the same bytes for the same noun (so an ETag can be their hash)."""

import json
import re
from io import BytesIO

from rdflib import RDF, Graph, URIRef
from rdflib.plugins.serializers.jsonld import from_rdf
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from catalog.addresses import Addresses
from catalog.dcat.describing import Described, describe, empty_graph
from catalog.dcat.framing import PREFIXES, expand, frame, prefixed
from catalog.dcat.projection import catalog_of
from catalog.settings import Settings

try:
    from catalog.dcat import quick
except ImportError:  # the extra [fast] is not installed
    quick = None  # type: ignore[assignment]  # a module or none

_FIRST = tuple(map(expand, ("dcat:Catalog", "dcat:Dataset", "csvw:Schema", "csvw:Column", "skos:ConceptScheme")))
"""Classes of what a document is about."""
_TYPE = f"<{RDF.type}>".encode()
_LEADING = tuple(_TYPE + f" <{each}> .\n".encode() for each in _FIRST)
_LABEL = re.compile(b"_:([A-Za-z0-9-]+)")
_XML_OPEN, _XML_CLOSE = b"\n>\n", b"</rdf:RDF>\n"


def render(noun: Described) -> dict[str, bytes]:
    """The documents by format name: ttl, rdf, jsonld, nt. Each stands alone; ``feed`` joins them."""
    graph = describe(noun)
    return quick.documents(_n_triples(graph)) if quick else render_graph(graph)


def render_catalog(settings: Settings) -> dict[str, bytes]:
    """The catalogue's own description, as the head of every feed page: without dates and datasets, which pages add.

    Raises SettingsError where a setting cannot stand in it.
    """
    return render(catalog_of(settings, Addresses(settings.public_url())))


def render_graph(graph: Graph) -> dict[str, bytes]:
    """Any graph of ours in the four formats. Its predicates, classes and datatypes are of ``framing.PREFIXES``."""
    return _by_rdflib(graph, _n_triples(graph))


def render_again(triples: bytes) -> dict[str, bytes]:
    """The documents of a noun that was written as N-Triples before."""
    if quick:
        return quick.documents(triples)
    labels = {each.decode(): each.decode() for each in _LABEL.findall(triples)}  # rdflib would give blank nodes other ones
    return _by_rdflib(empty_graph().parse(data=triples, format="nt", bnode_context=labels), triples)


def _by_rdflib(graph: Graph, triples: bytes) -> dict[str, bytes]:
    ordered = empty_graph()  # rdflib's writers of RDF/XML and JSON-LD follow the order of insertion
    written = {node: node.n3() for triple in graph for node in triple}
    for triple in sorted(graph, key=lambda triple: [written[node] for node in triple]):
        ordered.add(triple)
    return {
        "ttl": frame("ttl", [_turtle(ordered)]),
        "rdf": frame("rdf", [_rdf_xml(ordered)]),
        "jsonld": frame("jsonld", [_json_ld(ordered)]),
        "nt": frame("nt", [triples]),
    }


def _turtle(graph: Graph) -> bytes:
    stream = BytesIO()
    _TurtleBody(graph).serialize(stream, encoding="utf-8")
    return stream.getvalue().strip(b"\n") + b"\n"


class _TurtleBody(TurtleSerializer):
    """Turtle without a head, for rdflib binds only the prefixes that occur; what a document is about stands first."""

    topClasses = list(map(URIRef, _FIRST))  # noqa: N815, RUF012  rdflib's name and type

    def startDocument(self) -> None:  # noqa: N802  rdflib's name
        """Write nothing: ``framing`` has the head."""

    def get_pname(self, uri: Node, gen_prefix: bool = True) -> str | None:
        """The prefixed name of an IRI, by our prefixes only; rdflib's own search is half of all the time of a document."""
        del gen_prefix
        return prefixed(str(uri)) if isinstance(uri, URIRef) else None


def _rdf_xml(graph: Graph) -> bytes:
    document = graph.serialize(format="xml", encoding="utf-8")
    return document[document.index(_XML_OPEN) + len(_XML_OPEN) : -len(_XML_CLOSE)]


def _json_ld(graph: Graph) -> bytes:
    found = from_rdf(graph, PREFIXES)  # type: ignore[no-untyped-call]  # rdflib leaves it untyped
    nodes = found.get("@graph") or [{key: value for key, value in found.items() if key != "@context"}]
    lines = [json.dumps(node, ensure_ascii=False, sort_keys=True) for node in sorted(nodes, key=lambda node: str(node["@id"]))]
    return ",\n".join(lines).encode()


def _n_triples(graph: Graph) -> bytes:
    """The statements in one order: what the document is about, then the other nodes, each with its classes first."""
    lines: list[bytes] = graph.serialize(format="nt", encoding="utf-8").splitlines(keepends=True)
    leading = {line.partition(b" ")[0] for line in lines if line.endswith(_LEADING)}

    def place(line: bytes) -> tuple[bool, bytes, bool, bytes]:
        subject, predicate, _rest = line.split(b" ", 2)
        return subject not in leading, subject, predicate != _TYPE, line

    ordered = sorted(lines, key=place)
    return b"".join(ordered)
