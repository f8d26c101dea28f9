"""The extra [fast]: documents written by pyoxigraph instead of rdflib, the same statements in a fraction of the time.

The statements come as N-Triples, which rdflib writes in either case, so these are the same bytes. Turtle, RDF/XML and
JSON-LD of the two ways say the same graph in other bytes: docs/decisions/0034 tells which ones a store keeps. No rdflib
here; the import fails where the extra is not installed.
"""

import re
from functools import lru_cache

from pyoxigraph import RdfFormat, Triple, parse, serialize

from catalog.dcat.framing import PREFIXES, frame, prefixed

_CLASSES = re.compile(b'"rdf:type":\\[((?:\\{"@id":"[^"]*"\\},?)+)\\]')
_NAMED = b'":['
"""What stands behind the name of a member. Within a text a quotation mark has a backslash before it: no name ends in one."""
_DATATYPE, _XSD = b'"@type":"', PREFIXES["xsd"].encode()
_PREFIX, _ROOT, _CLOSE = b"@prefix ", b"<rdf:RDF", b"</rdf:RDF>"


def documents(triples: bytes) -> dict[str, bytes]:
    """The documents of N-Triples by format name: ttl, rdf, jsonld, nt.

    They keep the order, in which the lines of a node stand together. Tags of languages have to be in lower case: pyoxigraph
    writes all of them so.
    """
    statements: list[Triple] = list(parse(triples, format=RdfFormat.N_TRIPLES))
    return {
        "ttl": frame("ttl", [_without_prefixes(_written(statements, RdfFormat.TURTLE))]),
        "rdf": frame("rdf", [_within_root(_written(statements, RdfFormat.RDF_XML))]),
        "jsonld": frame("jsonld", [_compact(_written(statements, RdfFormat.JSON_LD))]),
        "nt": frame("nt", [triples]),
    }


def _written(statements: list[Triple], format_: RdfFormat) -> bytes:
    document = serialize(statements, format=format_, prefixes=PREFIXES)
    assert document is not None, "it answers with the bytes where it is given no file"
    return document


def _without_prefixes(turtle: bytes) -> bytes:
    while turtle.startswith(_PREFIX):
        turtle = turtle[turtle.index(b"\n") + 1 :]
    return turtle


def _within_root(xml: bytes) -> bytes:
    start = xml.index(b">\n", xml.index(_ROOT)) + 2
    return xml[start : xml.rindex(_CLOSE)]


def _compact(json_ld: bytes) -> bytes:
    """Expanded JSON-LD (a list of nodes) with the prefixes that every document binds."""
    *parts, last = json_ld.strip()[1:-1].split(_NAMED)
    cut = ((part, part.rfind(b'"') + 1) for part in parts)
    named = _NAMED.join([*(part[:start] + _shortened(part[start:]) for part, start in cut), last])
    classed = _CLASSES.sub(lambda found: b'"@type":[%s]' % found[1].replace(b'{"@id":', b"").replace(b"}", b""), named)
    return classed.replace(_DATATYPE + _XSD, _DATATYPE + b"xsd:")


@lru_cache(maxsize=1024)
def _shortened(name: bytes) -> bytes:
    short = prefixed(name.decode(errors="replace"))
    return short.encode() if short else name
