"""Pages of the catalogue's feed: descriptions that were rendered at publish time, joined, with their paging. No rdflib here.

A page is whole in itself: the catalogue with the datasets of this page, and each of these datasets. Paging speaks both
of Hydra's dialects, because harvesters differ: ckanext-dcat and udata each look for another class and predicate.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from catalog.addresses import Addresses
from catalog.dcat import cleaning
from catalog.dcat.binding import runs, tag_of
from catalog.dcat.cleaning import encoded
from catalog.dcat.framing import CLOSES, appended, expand, frame, unframe


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a page says of itself. Addresses are absolute; "" where there is none; ``next`` never names a page before it.

    ``catalog``, ``datasets`` and ``services`` (the interfaces of these datasets) are IRIs. ``total`` (datasets in the whole
    feed), ``issued`` and ``modified`` (ISO 8601, of the whole catalogue) are given on the first page only, so that one change
    rewrites few pages.
    """

    catalog: str
    datasets: Sequence[str] = ()
    services: Sequence[str] = ()
    page: str = ""
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""
    items_per_page: int = 0
    total: int | None = None
    issued: str = ""
    modified: str = ""


_SERVICE = b"DataService"


@dataclass(frozen=True, slots=True)
class _Iri:
    iri: str


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str
    datatype: str


@dataclass(frozen=True, slots=True)
class _Plain:
    text: str


_Value = _Iri | _Typed | _Plain
_Statements = Mapping[str, Sequence[tuple[str, _Value]]]


def page(format_: str, catalog: bytes, fragments: Sequence[bytes], view: View) -> bytes:
    """One page in a format of ``media.RDF`` (ttl, rdf, jsonld, nt).

    ``catalog`` is the document of ``render_catalog`` in that format, ``fragments`` are the documents of ``render`` of this
    page's datasets. Raises StoreError where a document was rendered by another edition of this program.
    """
    begun = head(format_, catalog, view)
    return begun + appended(format_, (unframe(format_, each) for each in fragments)) + CLOSES[format_]


def head(format_: str, catalog: bytes, view: View) -> bytes:
    """How a page begins that is made of parts: all of it but its datasets and the close. Arguments and errors as of ``page``."""
    begun = frame(format_, [unframe(format_, catalog), _WRITERS[format_](_statements(view)).encode()])
    return begun.removesuffix(CLOSES[format_])


def part(format_: str, addresses: Addresses, descriptions: Mapping[str, bytes]) -> bytes:
    """Some datasets, as they stand on a page behind its head. ``descriptions`` are documents by the id of the dataset."""
    links = _WRITERS[format_]({encoded(addresses.catalog()): _links(addresses, descriptions)}).encode()
    return appended(format_, [links, *(unframe(format_, each) for each in descriptions.values())])


def ending(format_: str, description: bytes) -> bytes:
    """How every part ends whose last dataset has this description."""
    return appended(format_, [unframe(format_, description)])


def in_parts(
    format_: str, catalog: bytes, addresses: Addresses, descriptions: Mapping[str, bytes], view: View
) -> tuple[str, bytes]:
    """A page of these datasets and its tag, byte for byte as one that is kept in parts. ``view`` names no datasets."""
    parts = [part(format_, addresses, {each: descriptions[each] for each in run}) for run in runs([*descriptions])]
    pieces = [head(format_, catalog, view), *parts]
    return tag_of(hashlib.sha256(each).hexdigest() for each in pieces), b"".join([*pieces, CLOSES[format_]])


def services(addresses: Addresses, descriptions: Mapping[str, bytes]) -> list[str]:
    """The interfaces of which these descriptions tell; ``descriptions`` are documents of any format by the id of the dataset."""
    telling = {dataset: document for dataset, document in descriptions.items() if _SERVICE in document}
    known = ((addresses.service(dataset), document) for dataset, document in telling.items())
    return [iri for iri, document in known if encoded(iri).encode() in document]


def dump(
    format_: str, catalog: bytes, view: View, addresses: Addresses, portions: Iterable[Mapping[str, bytes]]
) -> Iterator[bytes]:
    """The whole catalogue as one document in Turtle ("ttl") or N-Triples ("nt"), piece by piece and without paging.

    ``view`` has the catalogue's IRI and dates, ``portions`` are descriptions by the id of the dataset. Raises as ``page``.
    """
    iri = encoded(view.catalog)
    yield frame(format_, [unframe(format_, catalog), _n_triples({iri: list(_dates(view))}).encode()])
    for portion in portions:
        links = _n_triples({iri: _links(addresses, portion)}).encode()
        yield b"".join([links, *(unframe(format_, each) for each in portion.values())])


def tombstone(format_: str, dataset: str, at: str, reason: str = "") -> bytes:
    """What is left of a withdrawn dataset: an as:Tombstone (Activity Streams 2.0) at its IRI, in a format of ``media.RDF``."""
    said: list[tuple[str, _Value]] = [
        ("rdf:type", _Iri(expand("as:Tombstone"))),
        ("as:formerType", _Iri(expand("dcat:Dataset"))),
        ("as:deleted", _moment(at)),
    ]
    if told := cleaning.text(reason):
        said.append(("as:summary", _Plain(told)))
    return frame(format_, [_WRITERS[format_]({encoded(dataset): said}).encode()])


def _links(addresses: Addresses, descriptions: Mapping[str, bytes]) -> list[tuple[str, _Value]]:
    links: list[tuple[str, _Value]] = [("dcat:dataset", _Iri(encoded(addresses.dataset(each)))) for each in descriptions]
    return links + [("dcat:service", _Iri(encoded(each))) for each in services(addresses, descriptions)]


def _moment(at: str) -> _Typed:
    return _Typed(datetime.fromisoformat(at).isoformat(), "xsd:dateTime")


def _statements(view: View) -> _Statements:
    catalog: list[tuple[str, _Value]] = [("rdf:type", _Iri(expand("hydra:Collection"))), *_dates(view)]
    if view.total is not None:
        catalog.append(("hydra:totalItems", _Typed(str(view.total), "xsd:integer")))
    catalog.append(("hydra:view", _Iri(encoded(view.page))))
    catalog += [("dcat:dataset", _Iri(encoded(each))) for each in view.datasets]
    catalog += [("dcat:service", _Iri(encoded(each))) for each in view.services]
    return {encoded(view.catalog): catalog, encoded(view.page): list(_paging(view))}


def _dates(view: View) -> Iterator[tuple[str, _Value]]:
    for predicate, moment in (("dct:issued", view.issued), ("dct:modified", view.modified)):
        if moment:
            yield predicate, _moment(moment)


def _paging(view: View) -> Iterator[tuple[str, _Value]]:
    for each in ("hydra:PagedCollection", "hydra:PartialCollectionView"):
        yield "rdf:type", _Iri(expand(each))
    for name in ("first", "previous", "next", "last"):
        if address := getattr(view, name):
            yield f"hydra:{name}", _Iri(encoded(address))
            yield f"hydra:{name}Page", _Iri(encoded(address))
    if view.items_per_page:
        yield "hydra:itemsPerPage", _Typed(str(view.items_per_page), "xsd:integer")
    if view.total is not None:
        yield "hydra:totalItems", _Typed(str(view.total), "xsd:integer")


def _n_triples(statements: _Statements) -> str:
    """N-Triples, which is Turtle as well."""
    return "".join(
        f"<{subject}> <{expand(predicate)}> {_n_triples_object(value)} .\n"
        for subject, said in statements.items()
        for predicate, value in said
    )


def _n_triples_object(value: _Value) -> str:
    if isinstance(value, _Iri):
        return f"<{value.iri}>"
    quoted = json.dumps(value.text, ensure_ascii=False)  # JSON's escapes are among those of N-Triples
    return quoted if isinstance(value, _Plain) else f"{quoted}^^<{expand(value.datatype)}>"


def _rdf_xml(statements: _Statements) -> str:
    parts = []
    for subject, said in statements.items():
        lines = "".join(f"    {_rdf_xml_property(predicate, value)}\n" for predicate, value in said)
        parts.append(f"  <rdf:Description rdf:about={quoteattr(subject)}>\n{lines}  </rdf:Description>\n")
    return "".join(parts)


def _rdf_xml_property(predicate: str, value: _Value) -> str:
    if isinstance(value, _Iri):
        return f"<{predicate} rdf:resource={quoteattr(value.iri)}/>"
    if isinstance(value, _Plain):
        return f"<{predicate}>{escape(value.text)}</{predicate}>"
    return f"<{predicate} rdf:datatype={quoteattr(expand(value.datatype))}>{escape(value.text)}</{predicate}>"


def _json_ld(statements: _Statements) -> str:
    nodes = []
    for subject, said in statements.items():
        node: dict[str, list[dict[str, str]] | str] = {"@id": subject}
        for predicate, value in said:
            values = node.setdefault(predicate, [])
            assert isinstance(values, list), "a predicate is not @id"
            values.append(_json_ld_object(value))
        nodes.append(json.dumps(node, ensure_ascii=False))
    return ",\n".join(nodes)


def _json_ld_object(value: _Value) -> dict[str, str]:
    if isinstance(value, _Iri):
        return {"@id": value.iri}
    return {"@value": value.text} if isinstance(value, _Plain) else {"@type": value.datatype, "@value": value.text}


_WRITERS: Mapping[str, Callable[[_Statements], str]] = {
    "ttl": _n_triples,
    "rdf": _rdf_xml,
    "jsonld": _json_ld,
    "nt": _n_triples,
}
