"""A stranger's RDF -> the datasets in it, by the same table that writes ours. Runs in the limited child (``sandbox``).

    incoming = read_document(data, "ttl", address)
    incoming.datasets, incoming.following, incoming.total

Document type declarations are refused before a parser of XML sees the bytes, contexts of JSON-LD are taken from a list of
ours and never fetched, and what is read is made safe: addresses of known schemes only, no character that XML forbids.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any
from xml.parsers import expat

from rdflib import RDF, BNode, Graph, Literal, Node, URIRef
from rdflib import Dataset as Quads

from catalog.dcat import cleaning
from catalog.dcat.codecs import Nouns, term
from catalog.dcat.framing import PREFIXES
from catalog.dcat.mapping import DATASET
from catalog.dcat.nouns import Dataset
from catalog.errors import Finding, Refusal
from catalog.model import Text

try:
    import pyoxigraph
except ImportError:  # the extra [fast] is not installed
    pyoxigraph = None  # type: ignore[assignment]  # a module or none

FORMATS: Mapping[str, str] = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt", "trig": "trig"}
"""The formats that are read, and what rdflib calls them."""
_RDFA = {"dc": PREFIXES["dct"], "dcterms": PREFIXES["dct"], "vocab": "http://www.w3.org/1999/xhtml/vocab#"}
CONTEXTS: Mapping[str, Mapping[str, str]] = {
    f"{scheme}://www.w3.org/2013/json-ld-context/rdfa11": {**PREFIXES, **_RDFA} for scheme in ("http", "https")
}
"""Contexts that a document may name instead of holding them: prefixes that everybody knows. None is ever fetched."""
_DEEPEST = 100
_SCHEMES = re.compile(r"(?:https?://[^/?#@\s]+|urn:|doi:|info:|tag:|ftp://|geo:|mailto:|tel:)[^\s]*")
_LDES, _TREE, _AS = "https://w3id.org/ldes#", "https://w3id.org/tree#", PREFIXES["as"]
_HYDRA_NEXT = tuple(map(term, ("hydra:next", "hydra:nextPage")))
_HYDRA_PAGES = frozenset(map(term, ("hydra:PartialCollectionView", "hydra:PagedCollection")))
_Triple = tuple[Node, Node, Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a page holds. ``following`` are the addresses of further pages, in order; ``total`` what the catalogue says it has.

    ``stream``: the page is one of an event stream, whose ``gone`` are identifiers of datasets that were taken back.
    """

    datasets: tuple[Dataset, ...] = ()
    gone: tuple[str, ...] = ()
    following: tuple[str, ...] = ()
    total: int | None = None
    stream: bool = False


def read_document(data: bytes, format_: str, address: str) -> Incoming:
    """The datasets of a page. ``format_`` is one of FORMATS.

    Raises Refusal: harvest-encoding, harvest-dtd, harvest-context, harvest-depth, harvest-syntax, harvest-not-dcat.
    """
    if format_ != "rdf":
        _check_utf8(data)
    graphs = _parsed(data, format_, address)
    default = graphs[""]
    if _is_stream(default):
        return _events(graphs)
    everything = default if len(graphs) == 1 else _Statements(each for graph in graphs.values() for each in graph.triples())
    nodes = everything.of_class(term("dcat:Dataset"))
    if not nodes and not everything.of_class(term("dcat:Catalog")):
        raise Refusal(Finding(code="harvest-not-dcat", found=format_))
    nouns: Nouns = {}
    made: dict[int, Any] = {}
    datasets = tuple(safe(DATASET.read(node, everything, nouns), made) for node in nodes)  # type: ignore[arg-type]  # what is asked of a graph
    return Incoming(datasets=datasets, following=_next(everything, address), total=_total(everything))


class _Statements:
    """As much of a graph as reading asks for; made in a fraction of the time of one that can be changed."""

    def __init__(self, triples: Iterable[_Triple]) -> None:
        self._said: dict[Node, dict[Node, dict[Node, None]]] = {}
        for subject, predicate, value in triples:
            self._said.setdefault(subject, {}).setdefault(predicate, {})[value] = None

    def __contains__(self, triple: tuple[Node, Node, None]) -> bool:
        return triple[1] in self._said.get(triple[0], ())

    def objects(self, subject: Node, predicate: Node) -> Sequence[Node]:
        return list(self._said.get(subject, {}).get(predicate, ()))

    def of_class(self, wanted: Node) -> list[Node]:
        """The nodes of a class in the order of their names."""
        return sorted((node for node, said in self._said.items() if wanted in said.get(RDF.type, ())), key=str)

    def having(self, *predicates: Node) -> Iterator[tuple[Node, list[Node]]]:
        """The nodes of which one of these predicates says something, and what."""
        for node, said in self._said.items():
            if found := [value for each in predicates for value in said.get(each, ())]:
                yield node, found

    def triples(self) -> Iterator[_Triple]:
        for subject, said in self._said.items():
            for predicate, values in said.items():
                for value in values:
                    yield subject, predicate, value


def _check_utf8(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise Refusal(Finding(code="harvest-encoding", found=f"{error.start:,}")) from error


def _parsed(data: bytes, format_: str, address: str) -> dict[str, _Statements]:
    """The statements by graph, the default one under ""."""
    if format_ == "rdf":
        _refuse_declarations(data)
    if format_ == "jsonld":
        data = _with_contexts(data)
    try:
        quads = _by_oxigraph(data, format_, address) if pyoxigraph else _by_rdflib(data, format_, address)
    except Refusal:
        raise
    except RecursionError as error:
        raise Refusal(Finding(code="harvest-depth")) from error
    except Exception as error:  # parsers raise what they like at hostile bytes
        raise Refusal(Finding(code="harvest-syntax", found=cleaning.line(str(error))[:200])) from error
    found: dict[str, list[_Triple]] = {"": []}
    for graph, triple in quads:
        found.setdefault(graph, []).append(triple)
    return {graph: _Statements(triples) for graph, triples in found.items()}


def _by_rdflib(data: bytes, format_: str, address: str) -> list[tuple[str, _Triple]]:
    if format_ in ("trig", "jsonld"):
        quads = Quads()
        quads.parse(data=data, format=FORMATS[format_], publicID=address)
        default = str(quads.default_graph.identifier)
        return [(_graph_name(name, default), (s, p, o)) for s, p, o, name in quads.quads()]
    graph = Graph()
    graph.parse(data=data, format=FORMATS[format_], publicID=address)
    return [("", triple) for triple in graph]


def _graph_name(name: Any, default: str) -> str:
    return "" if name is None or str(name) == default or isinstance(name, BNode) else str(name)


def _by_oxigraph(data: bytes, format_: str, address: str) -> list[tuple[str, _Triple]]:
    known: dict[Any, Node] = {}

    def node(value: Any) -> Node:
        if (found := known.get(value)) is None:
            found = known[value] = _term(value)
        return found

    kind = pyoxigraph.RdfFormat.from_media_type(_MEDIA_TYPES[format_])
    quads = pyoxigraph.parse(data, format=kind, base_iri=address)
    return [(_name(each.graph_name), (node(each.subject), node(each.predicate), node(each.object))) for each in quads]


def _name(graph: Any) -> str:
    return graph.value if isinstance(graph, pyoxigraph.NamedNode) else ""


def _term(value: Any) -> Node:
    if isinstance(value, pyoxigraph.NamedNode):
        return URIRef(value.value)
    if isinstance(value, pyoxigraph.BlankNode):
        return BNode(value.value)
    if isinstance(value, pyoxigraph.Literal):
        return _literal(value)
    return BNode()  # a triple as a term (RDF 1.2): nothing of ours


def _literal(value: Any) -> Literal:
    if value.language:
        return Literal(value.value, lang=value.language)
    if value.datatype.value == PREFIXES["xsd"] + "string":
        return Literal(value.value)
    return Literal(value.value, datatype=URIRef(value.datatype.value), normalize=False)


_MEDIA_TYPES: Mapping[str, str] = {
    "ttl": "text/turtle", "rdf": "application/rdf+xml", "jsonld": "application/ld+json", "nt": "application/n-triples",
    "trig": "application/trig",
}  # fmt: skip


class _Root(Exception):
    """The first element of an XML document."""


def _refuse_declarations(data: bytes) -> None:
    """A document type declaration, from which entities and files of ours follow, can only stand before the first element."""

    def declared(*_: Any) -> None:
        raise Refusal(Finding(code="harvest-dtd"))

    def begun(*_: Any) -> None:
        raise _Root

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = declared, begun
    try:
        parser.Parse(data, True)
    except _Root:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refusal(Finding(code="harvest-syntax", found=cleaning.line(str(error))[:200])) from error


def _with_contexts(data: bytes) -> bytes:
    """The document with the contexts that it names, where they are of our list; nothing is fetched."""
    try:
        content = json.loads(data)
    except RecursionError as error:
        raise Refusal(Finding(code="harvest-depth")) from error
    except ValueError as error:
        raise Refusal(Finding(code="harvest-syntax", found=str(error)[:200])) from error
    if not isinstance(content, dict | list):
        raise Refusal(Finding(code="harvest-syntax", found=type(content).__name__))
    return json.dumps(_resolved(content, 0)).encode()


def _resolved(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise Refusal(Finding(code="harvest-depth"))
    if isinstance(value, list):
        return [_resolved(each, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    if "@import" in value:
        raise Refusal(Finding(code="harvest-context", found=str(value["@import"])[:200]))
    return {name: _context(each) if name == "@context" else _resolved(each, depth + 1) for name, each in value.items()}


def _context(value: Any) -> Any:
    if isinstance(value, str):
        if value not in CONTEXTS:
            raise Refusal(Finding(code="harvest-context", found=value[:200], expected=", ".join(sorted(CONTEXTS))))
        return CONTEXTS[value]
    return [_context(each) for each in value] if isinstance(value, list) else _resolved(value, 1)


def _next(graph: _Statements, address: str) -> tuple[str, ...]:
    """Where the feed goes on, by either dialect of Hydra: what the view at this address says, else the only one that there is."""
    pages = {str(node): [str(each) for each in found] for node, found in graph.having(*_HYDRA_NEXT)}
    here = pages.get(address) or next(iter(pages.values()), [])
    return tuple(dict.fromkeys(here))[:1]


def _total(graph: _Statements) -> int | None:
    found = [str(each) for _node, values in graph.having(term("hydra:totalItems")) for each in values]
    numbers = [int(each) for each in found if each.isascii() and each.isdigit()]
    return max(numbers, default=None)


def _is_stream(graph: _Statements) -> bool:
    members = any(True for _ in graph.having(URIRef(_TREE + "member"), URIRef(_TREE + "relation")))
    return members or bool(graph.of_class(URIRef(_LDES + "EventStream")))


def _events(graphs: Mapping[str, _Statements]) -> Incoming:
    """A page of a Linked Data Event Stream as DCAT-AP Feeds has it: of each dataset, what was told last."""
    default = graphs[""]
    members = {node for _stream, found in default.having(URIRef(_TREE + "member")) for node in found}
    last: dict[str, Dataset | None] = {}
    for member in sorted(members, key=lambda node: (_said(default, node, "published"), str(node))):
        subject, told = _told(graphs, member)
        last.pop(subject, None)
        last[subject] = told
    return Incoming(
        datasets=tuple(each for each in last.values() if each is not None),
        gone=tuple(subject for subject, each in last.items() if each is None and subject),
        following=_relations(default),
        stream=True,
    )


def _told(graphs: Mapping[str, _Statements], member: Node) -> tuple[str, Dataset | None]:
    """The dataset that a member is about, and its description; None where it was deleted."""
    default = graphs[""]
    subject = next(iter(default.objects(member, URIRef(_AS + "object"))), member)
    if URIRef(_AS + "Delete") in default.objects(member, RDF.type):
        return str(subject), None
    for graph in (graphs.get(str(member), default), default):
        if term("dcat:Dataset") in graph.objects(subject, RDF.type):
            found = safe(DATASET.read(subject, graph))  # type: ignore[arg-type]  # what is asked of a graph
            version_of = next(iter(graph.objects(subject, term("dct:isVersionOf"))), None)
            return str(subject), replace(found, iri=str(version_of)) if version_of is not None else found
    return "", None


def _said(graph: _Statements, node: Node, name: str) -> str:
    return min(map(str, graph.objects(node, URIRef(_AS + name))), default="")


def _relations(graph: _Statements) -> tuple[str, ...]:
    """Further pages, those with the earliest members first."""
    found: dict[str, str] = {}
    for node, targets in graph.having(URIRef(_TREE + "node")):
        value = min(map(str, graph.objects(node, URIRef(_TREE + "value"))), default="")
        for each in map(str, targets):
            found[each] = min(found.get(each, value), value)
    return tuple(sorted(found, key=lambda each: (found[each], each)))


def safe(noun: Any, made: dict[int, Any] | None = None) -> Any:
    """The noun with everything in it as our documents can hold it; an address of a strange scheme is as good as absent.

    ``made`` are the safe ones by the ``id`` of nouns that stay in memory: one that many others hold is made once.
    """
    made = {} if made is None else made
    if (found := made.get(id(noun))) is not None:
        return found
    changes: dict[str, Any] = {}
    kind: type = type(noun)
    for name in _attributes(kind):
        value = getattr(noun, name)
        if isinstance(value, frozenset):
            if value:
                kept = (_safe(one, name, made) for one in value)
                changes[name] = frozenset(one for one in kept if one not in _NOTHING)
        elif value:
            changes[name] = _safe(value, name, made)
    found = made[id(noun)] = replace(noun, **changes)
    return found


@cache
def _attributes(noun: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(noun))


_NOTHING = (None, "", Text())
_PROSE = frozenset((
    "title", "name", "label", "identifier", "version", "version_notes", "value", "description", "keywords", "keywords_en",
    "bbox", "email", "telephone",
))  # fmt: skip
"""Attributes whose texts are words; every other text is an address."""
_ONE_LINE = frozenset({"title", "name", "label", "keywords", "keywords_en", "identifier", "version"})


def _safe(value: Any, name: str, made: dict[int, Any]) -> Any:
    if isinstance(value, Text):
        clean = cleaning.line if name in _ONE_LINE else cleaning.text
        return Text(ja=clean(value.ja), en=clean(value.en))
    if isinstance(value, str):
        if name == "email":
            return cleaning.email(value)
        if name in _PROSE:
            return cleaning.line(value) if name in _ONE_LINE else cleaning.text(value)
        return safe_iri(value)
    return safe(value, made) if is_dataclass(value) else value


@lru_cache(maxsize=4096)
def safe_iri(value: str) -> str:
    """An absolute IRI of a scheme that does no harm, with what must not stand in one percent-encoded; "" for anything else."""
    bare = cleaning.text(value)
    if not _SCHEMES.fullmatch(bare):
        return ""
    return cleaning.encoded(bare)
