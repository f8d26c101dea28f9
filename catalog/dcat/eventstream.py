"""The stream of changes, for followers that keep a copy of the catalogue: what is told, and the pages that tell it.

A Linked Data Event Stream of Activity Streams 2.0 (the DCAT-AP Feeds specification of SEMIC, Living Standard): each member
is an as:Create, as:Update or as:Delete of a dataset, never changed afterwards, with the whole description in the named
graph of the member's IRI. A root page names the stream's properties and leads to pages of ``PAGE`` members; a page is
closed, and the same for ever, once a later one has begun. TriG and JSON-LD say the same; the JSON is an Activity Streams
collection to readers who know no JSON-LD. No rdflib here.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from catalog import media
from catalog.addresses import Addresses

PAGE = 100
"""Members on a page. A change would cut closed pages anew, which followers may keep for ever."""
SHAPE = "https://semiceu.github.io/LDES-DCAT-AP-feeds/shape.ttl#ActivityShape"

Kind = Literal["create", "update", "delete"]
_TYPES: Mapping[Kind, str] = {"create": "Create", "update": "Update", "delete": "Delete"}

PREFIXES = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "ldes": "https://w3id.org/ldes#",
    "tree": "https://w3id.org/tree#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CONTEXT: Mapping[str, Any] = {
    **PREFIXES,
    "id": "@id",
    "type": "@type",
    **{each: f"as:{each}" for each in ("Create", "Update", "Delete", "OrderedCollection", "OrderedCollectionPage", "totalItems")},
    **{each: {"@id": f"as:{each}", "@type": "@id"} for each in ("object", "first", "last", "next", "prev", "partOf")},
    "orderedItems": {"@id": "as:items", "@type": "@id", "@container": "@list"},
    "published": {"@id": "as:published", "@type": "xsd:dateTime"},
    "EventStream": "ldes:EventStream",
    **{
        each: {"@id": f"ldes:{each}", "@type": "@id"}
        for each in ("timestampPath", "versionOfPath", "versionCreateObject", "versionUpdateObject", "versionDeleteObject")
    },
    "immutable": "ldes:immutable",
    "member": {"@id": "tree:member", "@type": "@id"},
    "view": {"@id": "tree:view", "@type": "@id"},
    "shape": {"@id": "tree:shape", "@type": "@id"},
    "relation": "tree:relation",
    "path": {"@id": "tree:path", "@type": "@id"},
    "node": {"@id": "tree:node", "@type": "@id"},
    "value": {"@id": "tree:value", "@type": "xsd:dateTime"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of the stream. ``at`` never goes back from one to the next; ``body`` is N-Triples, empty for a "delete"."""

    sequence: int
    dataset: str
    kind: Kind
    at: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A page from the outside: its number, and when its first and last members were told."""

    page: int
    begins: str
    ends: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A page's neighbours, 0 where there are none. It is closed when there is one after it."""

    page: int
    previous: int = 0
    following: int = 0


class Described(Protocol):
    """A dataset's description in N-Triples."""

    @property
    def etag(self) -> str:
        """The SHA-256 of its plain bytes."""
        ...

    @property
    def stored(self) -> bytes:
        """The bytes as they are kept, compressed."""
        ...


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a dataset; None describes one that went."""

    dataset: str
    kind: Kind
    description: Described | None


class Log(Protocol):
    """Where the stream is kept."""

    def described(self, datasets: Collection[str]) -> Mapping[str, Described]:
        """The descriptions of those of these datasets that stand in the feed, by id."""
        ...

    def told(self, datasets: Collection[str]) -> Mapping[str, str]:
        """The ETags of the descriptions that followers know; none, or "" where they were told that it went."""
        ...

    def untold(self) -> Sequence[str]:
        """The datasets whose description is another one than followers know."""
        ...

    def tell(self, news: Sequence[News], at: str) -> None:
        """Append in this order."""
        ...


def tell(log: Log, datasets: Sequence[str], at: str) -> None:
    """Append what happened to these datasets, in their order, where followers would see a difference."""
    for start in range(0, len(datasets), PAGE):
        some = datasets[start : start + PAGE]
        known, now = log.told(some), log.described(some)
        told = (_news(each, known.get(each, ""), now.get(each)) for each in some)
        log.tell([each for each in told if each is not None], at)


def _news(dataset: str, known: str, now: Described | None) -> News | None:
    if now is None:
        return News(dataset, "delete", None) if known else None
    return News(dataset, "update" if known else "create", now) if now.etag != known else None


def tell_all(log: Log, at: str) -> None:
    """Append what happened to each dataset of which followers would see a difference."""
    tell(log, log.untold(), at)


def moment(at: str) -> str:
    """A time as the stream writes it: UTC, whole seconds; so the order of the texts is that of the times."""
    time = datetime.fromisoformat(at)
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return time.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def page_of(sequence: int) -> int:
    """The number of the page that a member stands on."""
    return -(-sequence // PAGE)


def root(format_: media.Format, addresses: Addresses, spans: Sequence[Span], total: int) -> bytes:
    """The page that describes the stream and leads to the others. ``format_`` is TriG or JSON-LD."""
    return _ROOTS[format_.name](_Root(addresses, format_, spans, total))


def page(format_: media.Format, addresses: Addresses, bounds: Bounds, events: Sequence[Event]) -> bytes:
    """A page of members. ``format_`` is TriG or JSON-LD."""
    return _PAGES[format_.name](_Page(addresses, format_, bounds, events))


@dataclass(frozen=True, slots=True)
class _Root:
    addresses: Addresses
    format: media.Format
    spans: Sequence[Span]
    total: int

    def relations(self) -> Iterator[tuple[str, str, str]]:
        """(class, value, node): each page with both ends of its time; the last one has no end yet."""
        for each in self.spans:
            node = self.addresses.changes(self.format.suffix, page=each.page)
            yield "GreaterThanOrEqualToRelation", each.begins, node
            if each is not self.spans[-1]:
                yield "LessThanOrEqualToRelation", each.ends, node


@dataclass(frozen=True, slots=True)
class _Page:
    addresses: Addresses
    format: media.Format
    bounds: Bounds
    events: Sequence[Event]

    def address(self, number: int) -> str:
        """A page in this format."""
        return self.addresses.changes(self.format.suffix, page=number)

    def member(self, event: Event) -> str:
        """The IRI of a member, which is that of the graph too."""
        return self.addresses.change(event.sequence)


def _trig_root(shown: _Root) -> bytes:
    stream, view = shown.addresses.changes(), shown.addresses.changes(shown.format.suffix)
    said = [
        f"<{stream}> a ldes:EventStream, as:OrderedCollection",
        "ldes:timestampPath as:published",
        "ldes:versionOfPath as:object",
        "ldes:versionCreateObject as:Create",
        "ldes:versionUpdateObject as:Update",
        "ldes:versionDeleteObject as:Delete",
        f"tree:shape <{SHAPE}>",
        f"tree:view <{view}>",
        f"as:totalItems {shown.total}",
    ]
    if shown.spans:
        for name, span in (("first", shown.spans[0]), ("last", shown.spans[-1])):
            said.append(f"as:{name} <{shown.addresses.changes(shown.format.suffix, page=span.page)}>")
    related = [
        f'tree:relation [ a tree:{kind} ; tree:path as:published ; tree:value "{value}"^^xsd:dateTime ; tree:node <{node}> ]'
        for kind, value, node in shown.relations()
    ]
    return _trig(said, [f"<{view}> a tree:Node", *related])


def _trig_page(shown: _Page) -> bytes:
    here, bounds = shown.address(shown.bounds.page), shown.bounds
    members = [f"<{shown.member(each)}>" for each in shown.events]
    listed = " ".join(members)
    said = [f"<{here}> a tree:Node, as:OrderedCollectionPage", f"as:partOf <{shown.addresses.changes()}>"]
    said += [f"as:{name} <{shown.address(number)}>" for name, number in _around(bounds)]
    said += ["ldes:immutable true"] if bounds.following else []
    said.append(f"as:items ( {listed} )")
    parts = [
        _trig([f"<{shown.addresses.changes()}> a ldes:EventStream", f"tree:member {', '.join(members)}"], said),
    ]
    for each, member in zip(shown.events, members, strict=True):
        about = [f"{member} a as:{_TYPES[each.kind]}", f"as:object <{shown.addresses.dataset(each.dataset)}>"]
        parts.append(_trig_statement([*about, f'as:published "{each.at}"^^xsd:dateTime']))
        if each.body:
            parts.append(b"%s {\n%s}\n" % (member.encode(), _own_labels(each)))
    return b"".join(parts)


def _trig(*subjects: Sequence[str]) -> bytes:
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return head.encode() + b"".join(_trig_statement(each) for each in subjects)


def _trig_statement(said: Sequence[str]) -> bytes:
    return ("\n" + " ;\n    ".join(said) + " .\n").encode()


def _around(bounds: Bounds) -> Iterator[tuple[str, int]]:
    if bounds.previous:
        yield "prev", bounds.previous
    if bounds.following:
        yield "next", bounds.following


def _json_root(shown: _Root) -> bytes:
    view = shown.addresses.changes(shown.format.suffix)
    collection: dict[str, Any] = {
        "@context": _CONTEXT,
        "id": shown.addresses.changes(),
        "type": ["OrderedCollection", "EventStream"],
        "timestampPath": "as:published",
        "versionOfPath": "as:object",
        "versionCreateObject": "as:Create",
        "versionUpdateObject": "as:Update",
        "versionDeleteObject": "as:Delete",
        "shape": SHAPE,
        "totalItems": shown.total,
    }
    if shown.spans:
        for name, span in (("first", shown.spans[0]), ("last", shown.spans[-1])):
            collection[name] = shown.addresses.changes(shown.format.suffix, page=span.page)
    related = [
        {"type": f"tree:{kind}", "path": "as:published", "value": value, "node": node} for kind, value, node in shown.relations()
    ]
    return _json(collection | {"view": {"id": view, "type": "tree:Node", "relation": related}})


def _json_page(shown: _Page) -> bytes:
    bounds = shown.bounds
    answer: dict[str, Any] = {
        "@context": _CONTEXT,
        "id": shown.address(bounds.page),
        "type": ["OrderedCollectionPage", "tree:Node"],
        "partOf": {
            "id": shown.addresses.changes(),
            "type": "EventStream",
            "member": [shown.member(each) for each in shown.events],
        },
        **{name: shown.address(number) for name, number in _around(bounds)},
    }
    if bounds.following:
        answer["immutable"] = True
    items = []
    for each in shown.events:
        item = {
            "id": shown.member(each),
            "type": _TYPES[each.kind],
            "object": shown.addresses.dataset(each.dataset),
            "published": each.at,
        }
        items.append(item | ({"@graph": _nodes(_own_labels(each).decode())} if each.body else {}))
    return _json(answer | {"orderedItems": items})


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=0) + "\n").encode()


_LABEL = re.compile(rb"^_:([A-Za-z0-9_.-]+)|(?<= )_:([A-Za-z0-9_.-]+)(?= \.$)", re.MULTILINE)
_LINE = re.compile(r"(?P<subject><[^>]*>|_:\S+) <(?P<predicate>[^>]*)> (?P<object>.+) \.")
_LITERAL = re.compile(r'(?P<quoted>"(?:[^"\\]|\\.)*")(?:@(?P<language>[A-Za-z0-9-]+)|\^\^<(?P<type>[^>]*)>)?')
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _own_labels(event: Event) -> bytes:
    """The description with the member's number on its blank nodes: two versions of one dataset must not share a node.

    A label stands at either end of a line, and no literal ends in one.
    """
    return _LABEL.sub(lambda found: b"_:%s-%d" % (found[1] or found[2], event.sequence), event.body)


def _nodes(lines: str) -> list[dict[str, Any]]:
    """N-Triples as JSON-LD nodes in expanded form. It reads what we wrote: one statement a line, escapes as in JSON."""
    nodes: dict[str, dict[str, Any]] = {}
    for line in filter(None, lines.split("\n")):
        found = _LINE.fullmatch(line)
        assert found, "a description is N-Triples as ``rendering`` writes them"
        subject, value = _name(found["subject"]), found["object"]
        node = nodes.setdefault(subject, {"@id": subject})
        if found["predicate"] == _TYPE:
            node.setdefault("@type", []).append(_name(value))
        else:
            node.setdefault(found["predicate"], []).append(_value(value))
    return list(nodes.values())


def _name(term: str) -> str:
    return term.removeprefix("<").removesuffix(">")


def _value(term: str) -> dict[str, str]:
    found = _LITERAL.fullmatch(term)
    if not found:
        return {"@id": _name(term)}
    value = {"@value": str(json.loads(found["quoted"], strict=False))}
    if found["language"]:
        return value | {"@language": found["language"]}
    return value | ({"@type": found["type"]} if found["type"] else {})


_ROOTS: Mapping[str, Callable[[_Root], bytes]] = {"trig": _trig_root, "jsonld": _json_root}
_PAGES: Mapping[str, Callable[[_Page], bytes]] = {"trig": _trig_page, "jsonld": _json_page}
