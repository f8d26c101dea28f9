"""A noun as a document in each of the four formats, the same bytes for the same noun (so an ETag can be their hash)."""

import json
import re
from functools import lru_cache
from io import BytesIO

from rdflib import Graph, URIRef
from rdflib.plugins.serializers.jsonld import from_rdf
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from catalog.addresses import Addresses
from catalog.dcat.codecs import term
from catalog.dcat.describing import Described, describe, empty_graph
from catalog.dcat.framing import PREFIXES, frame
from catalog.dcat.projection import catalog_of
from catalog.settings import Settings

_LOCAL = re.compile("[A-Za-z_][A-Za-z0-9_-]*$")
_BY_NAMESPACE = {iri: prefix for prefix, iri in PREFIXES.items()}
_XML_OPEN, _XML_CLOSE = b"\n>\n", b"</rdf:RDF>\n"


def render(noun: Described) -> dict[str, bytes]:
    """The documents by format name: ttl, rdf, jsonld, nt. Each stands alone; ``feed`` joins them."""
    return render_graph(describe(noun))


def render_catalog(settings: Settings) -> dict[str, bytes]:
    """The catalogue's own description, as the head of every feed page: without dates and datasets, which pages add.

    Raises SettingsError where a setting cannot stand in it.
    """
    return render(catalog_of(settings, Addresses(settings.public_url())))


def render_graph(graph: Graph) -> dict[str, bytes]:
    """Any graph of ours in the four formats. Its predicates, classes and datatypes are of ``framing.PREFIXES``."""
    ordered = empty_graph()  # rdflib's writers of RDF/XML and JSON-LD follow the order of insertion
    written = {node: node.n3() for triple in graph for node in triple}
    for triple in sorted(graph, key=lambda triple: [written[node] for node in triple]):
        ordered.add(triple)
    return {
        "ttl": frame("ttl", [_turtle(ordered)]),
        "rdf": frame("rdf", [_rdf_xml(ordered)]),
        "jsonld": frame("jsonld", [_json_ld(ordered)]),
        "nt": frame("nt", [_n_triples(ordered)]),
    }


def _turtle(graph: Graph) -> bytes:
    stream = BytesIO()
    _TurtleBody(graph).serialize(stream, encoding="utf-8")
    return stream.getvalue().strip(b"\n") + b"\n"


class _TurtleBody(TurtleSerializer):
    """Turtle without a head, for rdflib binds only the prefixes that occur; what a document is about stands first."""

    topClasses = [term(each) for each in ("dcat:Catalog", "dcat:Dataset", "csvw:Schema", "csvw:Column", "skos:ConceptScheme")]  # noqa: N815, RUF012  rdflib's name and type

    def startDocument(self) -> None:  # noqa: N802  rdflib's name
        """Write nothing: ``framing`` has the head."""

    def get_pname(self, uri: Node, gen_prefix: bool = True) -> str | None:
        """The prefixed name of an IRI, by our prefixes only; rdflib's own search is half of all the time of a document."""
        del gen_prefix
        return _prefixed(str(uri)) if isinstance(uri, URIRef) else None


@lru_cache(maxsize=4096)
def _prefixed(iri: str) -> str | None:
    found = _LOCAL.search(iri)
    prefix = _BY_NAMESPACE.get(iri[: found.start()]) if found else None
    return f"{prefix}:{found[0]}" if found and prefix else None


def _rdf_xml(graph: Graph) -> bytes:
    document = graph.serialize(format="xml", encoding="utf-8")
    return document[document.index(_XML_OPEN) + len(_XML_OPEN) : -len(_XML_CLOSE)]


def _json_ld(graph: Graph) -> bytes:
    found = from_rdf(graph, PREFIXES)  # type: ignore[no-untyped-call]  # rdflib leaves it untyped
    nodes = found.get("@graph") or [{key: value for key, value in found.items() if key != "@context"}]
    lines = [json.dumps(node, ensure_ascii=False, sort_keys=True) for node in sorted(nodes, key=lambda node: str(node["@id"]))]
    return ",\n".join(lines).encode()


def _n_triples(graph: Graph) -> bytes:
    return b"".join(sorted(graph.serialize(format="nt", encoding="utf-8").splitlines(keepends=True)))
