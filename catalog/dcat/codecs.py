"""How the values of a noun stand in a graph: one codec a kind of value, one shape a noun; each writes and reads.

Reading is lenient, because graphs come from other catalogues too: what cannot be read is as good as absent, never an
error. Writing is not: nouns hold what ``projection`` or ``read`` has made sure of.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, Protocol
from urllib.parse import quote, unquote

from rdflib import RDF, XSD, BNode, Graph, Literal, Node, URIRef

from catalog.dcat.framing import expand
from catalog.model import Text


def _first(values: Sequence[Any]) -> Any:
    return values[0]


@dataclass(frozen=True, slots=True)
class Codec:
    """One kind of value: the objects that say it; what one object says (None: nothing); one value of several objects."""

    write: Callable[[Any], list[Node]]
    read: Callable[[Node], Any]
    merge: Callable[[Sequence[Any]], Any] = _first

    def nodes(self, value: Any, _subject: Node, _graph: "Sink", _written: set[int]) -> list[Node]:
        """What stands in the graph for a value."""
        return self.write(value)


@cache
def known(iri: str) -> URIRef:
    """An IRI of a vocabulary, always the same object: rdflib's comparison of two takes longer than all else about them."""
    return URIRef(iri)


def term(curie: str) -> URIRef:
    """The IRI of a prefixed name, as rdflib wants it."""
    return known(expand(curie))


TYPE = known(RDF.type)


@lru_cache(maxsize=4096)
def _said(text: str, language: str) -> Literal:
    """Kept, for most texts of a description stand in many: names of formats, licences, measures, publishers."""
    return Literal(text, lang=language)


@lru_cache(maxsize=4096)
def _named(iri: str) -> URIRef:
    """Kept for the same reason."""
    return URIRef(iri)


@lru_cache(maxsize=4096)
def _typed(text: str, datatype: URIRef) -> Literal:
    """Kept, for the same moment stands at every distribution."""
    return Literal(text, datatype=datatype)


def _write_text(value: Text) -> list[Node]:
    return [_said(text, language) for language, text in (("ja", value.ja), ("en", value.en)) if text]


def _read_text(node: Node) -> Text | None:
    language = _language(node)
    return Text(**{language: str(node)}) if language and str(node) else None


def _merge_texts(values: Sequence[Text]) -> Text:
    return Text(ja=next((each.ja for each in values if each.ja), ""), en=next((each.en for each in values if each.en), ""))


def _read_plain(node: Node) -> str | None:
    return str(node) if isinstance(node, Literal) and str(node) else None


def _write_day(value: date) -> list[Node]:
    return [_typed(value.isoformat(), XSD.date)]


def _read_day(node: Node) -> date | None:
    moment = _moment(node)
    return moment.date() if moment else None


def _write_moment(value: datetime) -> list[Node]:
    return [_typed(value.astimezone(UTC).isoformat(), XSD.dateTime)]


def _read_moment(node: Node) -> datetime | None:
    moment = _moment(node)
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _write_size(value: int) -> list[Node]:
    return [_typed(str(value), XSD.nonNegativeInteger)]


def _read_size(node: Node) -> int | None:
    whole, _, rest = str(node).partition(".")
    return int(whole) if whole.isascii() and whole.isdigit() and not rest.strip("0") else None


def _write_iri(value: str) -> list[Node]:
    return [_named(value)]


def _read_iri(node: Node) -> str | None:
    return None if isinstance(node, BNode) else str(node) or None


def _read_flag(node: Node) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(str(node))


FLAG = Codec(lambda value: [Literal(value)], _read_flag)
"""xsd:boolean."""
COUNT = Codec(lambda value: [Literal(value)], _read_size)
"""xsd:integer, zero or more."""
TEXT = Codec(_write_text, _read_text, _merge_texts)
"""A text in two languages: one literal a language."""
PLAIN = Codec(lambda value: [Literal(value)], _read_plain)
"""A literal without language or datatype."""
DAY = Codec(_write_day, _read_day)
"""xsd:date; of a date and time, its day."""
MOMENT = Codec(_write_moment, _read_moment)
"""xsd:dateTime in UTC; what has no zone, or is a day, is read as UTC."""
SIZE = Codec(_write_size, _read_size)
"""xsd:nonNegativeInteger; DCAT 2's xsd:decimal is read too."""
IRI = Codec(_write_iri, _read_iri)
"""An IRI; where others wrote the address as a literal, that is read."""


def _read_wkt(node: Node) -> str | None:
    return str(node) if isinstance(node, Literal) and node.datatype == _WKT else None


_WKT = term("geo:wktLiteral")
WKT = Codec(lambda value: [Literal(value, datatype=_WKT, normalize=False)], _read_wkt)
"""A geometry in Well-Known Text (GeoSPARQL); what others say in GeoJSON is not read."""


def word(language: str) -> Codec:
    """A word in one language."""
    return Codec(
        lambda value: [_said(value, language)],
        lambda node: str(node) if _language(node) == language and str(node) else None,
    )


def within(scheme: str) -> Codec:
    """What follows a scheme (mailto:, tel:) in an IRI, decoded; the scheme stands only in the graph."""

    def read(node: Node) -> str | None:
        found = _read_iri(node)
        return unquote(found.removeprefix(scheme)) or None if found else None

    return Codec(lambda value: [URIRef(scheme + quote(value, safe="@!$&'()*+,;=~"))], read)


def typed(datatype: URIRef) -> Codec:
    """A literal of a datatype whose texts are kept as they are."""
    return Codec(lambda value: [Literal(value, datatype=datatype, normalize=False)], lambda node: str(node) or None)


Statement = tuple[Node, Node, Node]


class Sink(Protocol):
    """Where statements are put: a graph of rdflib, or a list that need not answer questions."""

    def add(self, triple: Statement, /) -> Any:
        """Put one there; a second time changes nothing."""
        ...


Nouns = dict[tuple[type, Node], Any]
"""What was read of a graph, by kind and node: a licence or a publisher hangs on many others."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the mapping: this attribute is said with this predicate, in this way; ``many``: once a member.

    A ``Shape`` instead of a codec makes the object a node with statements of its own. ``also`` are predicates that say the
    same for readers of other vocabularies; they are written and not read. ``reads`` tells the objects that are meant where
    two rows share a predicate.
    """

    attribute: str
    predicate: URIRef
    codec: "Codec | Shape"
    many: bool = False
    also: tuple[URIRef, ...] = ()
    reads: Callable[[Node, Graph], bool] = lambda _node, _graph: True

    def write(self, noun: Any, subject: Node, graph: Sink, written: set[int]) -> None:
        """Add the statements about this attribute. ``written`` are the nouns (by ``id``) that are in the graph already."""
        held = getattr(noun, self.attribute)
        for value in held if self.many else (held,):
            if value is None or (isinstance(value, (str, Text)) and not value):
                continue
            for node in self.codec.nodes(value, subject, graph, written):
                graph.add((subject, self.predicate, node))
                for predicate in self.also:
                    graph.add((subject, predicate, node))

    def read(self, subject: Node, graph: Graph, nouns: "Nouns") -> Any:
        """What the graph says of this attribute; None where it says nothing that can be read."""
        nodes = sorted(graph.objects(subject, self.predicate), key=_order)
        if isinstance(self.codec, Codec):
            values = [value for node in nodes if (value := self.codec.read(node)) is not None]
            merge = self.codec.merge
        else:
            meant = (node for node in nodes if not isinstance(node, Literal) and self.reads(node, graph))
            values = [self.codec.read(node, graph, nouns) for node in meant]
            merge = _first
        if self.many:
            return frozenset(values)
        return merge(values) if values else None


@dataclass(frozen=True, slots=True)
class Shape:
    """A noun, the classes that its nodes are said to be of, and its rows. ``named``: each of its nodes has an IRI."""

    noun: type
    classes: tuple[URIRef, ...]
    rows: tuple[Row, ...]
    named: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look once whether the noun has an IRI."""
        object.__setattr__(self, "named", any(each.name == "iri" for each in fields(self.noun)))

    def node(self, noun: Any, subject: Node | None = None) -> URIRef | BNode:
        """Its IRI; for a noun that has none by design, a blank node whose label follows from its class and what it hangs on."""
        if not self.named:
            return BNode("blank-" + hashlib.sha256(f"{subject} {self.classes[0]}".encode()).hexdigest()[:16])
        if not noun.iri:
            raise ValueError(f"a {self.noun.__name__} needs an IRI before it can be described")
        return _named(noun.iri)

    def nodes(self, value: Any, subject: Node, graph: Sink, written: set[int]) -> list[Node]:
        """What stands in the graph for a noun, of which everything is said there."""
        node = self.node(value, subject)
        if id(value) not in written:  # a licence stands at every distribution: once is enough
            self.write(value, node, graph, written)
        return [node]

    def write(self, noun: Any, node: Node, graph: Sink, written: set[int] | None = None) -> None:
        """Add every statement about the noun. ``written`` are the nouns (by ``id``) that are in the graph already.

        ValueError where a noun that needs an IRI has none.
        """
        written = set() if written is None else written
        if self.named:
            written.add(id(noun))
        for each in self.classes:
            graph.add((node, TYPE, each))
        for row in self.rows:
            row.write(noun, node, graph, written)

    def read(self, node: Node, graph: Graph, nouns: "Nouns | None" = None) -> Any:
        """The noun at a node, as far as the graph speaks of it; one of ``nouns`` is not read again."""
        nouns = {} if nouns is None else nouns
        if (noun := nouns.get((self.noun, node))) is None:
            found = {row.attribute: value for row in self.rows if (value := row.read(node, graph, nouns)) is not None}
            if self.named:
                found["iri"] = str(node) if isinstance(node, URIRef) else ""
            noun = nouns[self.noun, node] = self.noun(**found)
        return noun


def _order(node: Node) -> tuple[str, str]:
    return str(node), (node.language or "") if isinstance(node, Literal) else ""


def _language(node: Node) -> str:
    """One of ja, en; a literal without a tag is Japanese if it holds kana or kanji; "" for every other language."""
    if not isinstance(node, Literal):
        return ""
    if node.language:
        primary = node.language.partition("-")[0]
        return primary if primary in ("ja", "en") else ""
    return "ja" if any("\u3040" <= each <= "\u30ff" or "\u3400" <= each <= "\u9fff" for each in node) else "en"


def _moment(node: Node) -> datetime | None:
    try:
        return datetime.fromisoformat(str(node))
    except ValueError:
        return None
