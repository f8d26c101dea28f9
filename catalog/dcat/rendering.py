"""A noun as a document in each of the four formats, the same bytes for the same noun (so an ETag can be their hash)."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import BytesIO
from types import ModuleType

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.plugins.serializers.jsonld import from_rdf
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from catalog.addresses import Addresses
from catalog.dcat import transcribing
from catalog.dcat.codecs import Statement
from catalog.dcat.describing import Described, empty_graph, statements
from catalog.dcat.framing import PREFIXES, expand, frame, prefixed
from catalog.dcat.projection import catalog_of
from catalog.settings import Settings

try:
    from catalog.dcat import quick
except ImportError:  # the extra [fast] is not installed
    quick = None  # type: ignore[assignment]  # a module or none

_FIRST = tuple(map(expand, ("dcat:Catalog", "dcat:Dataset", "csvw:Schema", "csvw:Column", "skos:ConceptScheme")))
"""Classes of what a document is about."""
_TYPE = f"<{RDF.type}>"
_LEADING = {f"<{each}>" for each in _FIRST}
_XML_OPEN, _XML_CLOSE = b"\n>\n", b"</rdf:RDF>\n"


def render(noun: Described) -> dict[str, bytes]:
    """The documents by format name: ttl, rdf, jsonld, nt. Each stands alone; ``feed`` joins them."""
    return render_again(_n_triples(statements(noun)))


def render_catalog(settings: Settings) -> Mapping[str, bytes]:
    """The catalogue's own description, as the head of every feed page: without dates and datasets, which pages add.

    Raises SettingsError where a setting cannot stand in it.
    """
    return _catalog(settings, quick)


@lru_cache(maxsize=4)
def _catalog(settings: Settings, _way: ModuleType | None) -> Mapping[str, bytes]:
    """Every publication asks for it, and it says the same until a setting or the way of writing is another one."""
    return render(catalog_of(settings, Addresses(settings.public_url())))


def render_graph(graph: Graph) -> dict[str, bytes]:
    """Any graph of ours in the four formats, by rdflib. Its predicates, classes and datatypes are of ``framing.PREFIXES``."""
    ordered = empty_graph()  # rdflib's writers of RDF/XML and JSON-LD follow the order of insertion
    written = {node: node.n3() for triple in graph for node in triple}
    for triple in sorted(graph, key=lambda triple: [written[node] for node in triple]):
        ordered.add(triple)
    return {
        "ttl": frame("ttl", [_turtle(ordered)]),
        "rdf": frame("rdf", [_rdf_xml(ordered)]),
        "jsonld": frame("jsonld", [_json_ld(ordered)]),
        "nt": frame("nt", [_n_triples(graph)]),
    }


def render_again(triples: bytes) -> dict[str, bytes]:
    """The documents of a noun that was written as N-Triples before."""
    return quick.documents(triples) if quick else transcribing.documents(triples)


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


def _n_triples(statements: Iterable[Statement]) -> bytes:
    """The statements in one order: what the document is about, then the other nodes, each with its classes first."""
    found = [(_term(subject), _term(predicate), _term(thing)) for subject, predicate, thing in statements]
    leading = {subject for subject, predicate, thing in found if predicate == _TYPE and thing in _LEADING}
    found.sort(key=lambda said: (said[0] not in leading, said[0], said[1] != _TYPE, said[1], said[2]))
    return "".join([f"{subject} {predicate} {thing} .\n" for subject, predicate, thing in found]).encode()


def _term(node: Node) -> str:
    """A term of N-Triples. ValueError for what is no IRI."""
    if type(node) is not Literal:  # sooner than to ask what it is an instance of
        return _named(node)
    quoted = f'"{node.translate(_ESCAPES) if _ESCAPED.search(node) else node}"'
    if node.language:
        return f"{quoted}@{node.language}"
    return f"{quoted}^^{_named(node.datatype)}" if node.datatype else quoted


@lru_cache(maxsize=4096)
def _named(node: Node) -> str:
    if isinstance(node, URIRef):
        if _NO_IRI.search(node):
            raise ValueError(f"no IRI: {node}")
        return f"<{node}>"
    return node.n3()


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_ESCAPED = re.compile(r'[\\"\n\r]')
_NO_IRI = re.compile('[\x00-\x20<>"{}|\\\\^`]')
"""What an IRI of N-Triples has not (RDF 1.1 N-Triples, 7)."""
