"""Pages of the catalogue's feed: descriptions that were rendered at publish time, joined, with their paging. No rdflib here.

A page is whole in itself: the catalogue with the datasets of this page, and each of these datasets. Paging speaks both
of Hydra's dialects, because harvesters differ: ckanext-dcat and udata each look for another class and predicate.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from catalog.dcat.cleaning import encoded
from catalog.dcat.framing import expand, frame, unframe


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a page says of itself. Addresses are absolute; "" where there is none; ``next`` never names a page before it.

    ``catalog`` and ``datasets`` are IRIs. ``total`` (datasets in the whole feed), ``issued`` and ``modified`` (ISO 8601, of
    the whole catalogue) are given on the first page only, so that one change rewrites few pages.
    """

    catalog: str
    datasets: Sequence[str]
    page: str
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""
    items_per_page: int = 0
    total: int | None = None
    issued: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class _Iri:
    iri: str


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str
    datatype: str


_Statements = Mapping[str, Sequence[tuple[str, _Iri | _Typed]]]


def page(format_: str, catalog: bytes, fragments: Sequence[bytes], view: View) -> bytes:
    """One page in a format of ``media.RDF`` (ttl, rdf, jsonld, nt).

    ``catalog`` is the document of ``render_catalog`` in that format, ``fragments`` are the documents of ``render`` of this
    page's datasets. Raises StoreError where a document was rendered by another edition of this program.
    """
    bodies = [unframe(format_, catalog), _WRITERS[format_](_statements(view)).encode()]
    return frame(format_, [*bodies, *(unframe(format_, each) for each in fragments)])


def _statements(view: View) -> _Statements:
    catalog: list[tuple[str, _Iri | _Typed]] = [("rdf:type", _Iri(expand("hydra:Collection")))]
    for predicate, moment in (("dct:issued", view.issued), ("dct:modified", view.modified)):
        if moment:
            catalog.append((predicate, _Typed(datetime.fromisoformat(moment).isoformat(), "xsd:dateTime")))
    if view.total is not None:
        catalog.append(("hydra:totalItems", _Typed(str(view.total), "xsd:integer")))
    catalog.append(("hydra:view", _Iri(encoded(view.page))))
    catalog += [("dcat:dataset", _Iri(encoded(each))) for each in view.datasets]
    return {encoded(view.catalog): catalog, encoded(view.page): list(_paging(view))}


def _paging(view: View) -> Iterator[tuple[str, _Iri | _Typed]]:
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


def _n_triples_object(value: _Iri | _Typed) -> str:
    return f"<{value.iri}>" if isinstance(value, _Iri) else f'"{value.text}"^^<{expand(value.datatype)}>'


def _rdf_xml(statements: _Statements) -> str:
    parts = []
    for subject, said in statements.items():
        lines = "".join(f"    {_rdf_xml_property(predicate, value)}\n" for predicate, value in said)
        parts.append(f"  <rdf:Description rdf:about={quoteattr(subject)}>\n{lines}  </rdf:Description>\n")
    return "".join(parts)


def _rdf_xml_property(predicate: str, value: _Iri | _Typed) -> str:
    if isinstance(value, _Iri):
        return f"<{predicate} rdf:resource={quoteattr(value.iri)}/>"
    return f"<{predicate} rdf:datatype={quoteattr(expand(value.datatype))}>{escape(value.text)}</{predicate}>"


def _json_ld(statements: _Statements) -> str:
    nodes = []
    for subject, said in statements.items():
        node: dict[str, list[dict[str, str]] | str] = {"@id": subject}
        for predicate, value in said:
            values = node.setdefault(predicate, [])
            assert isinstance(values, list), "a predicate is not @id"
            values.append({"@id": value.iri} if isinstance(value, _Iri) else {"@type": value.datatype, "@value": value.text})
        nodes.append(json.dumps(node))
    return ",\n".join(nodes)


_WRITERS: Mapping[str, Callable[[_Statements], str]] = {
    "ttl": _n_triples,
    "rdf": _rdf_xml,
    "jsonld": _json_ld,
    "nt": _n_triples,
}
