"""What stands around the statements of a document, in each of the four formats: byte for byte the same in every document.

So a document is head + body + close, and many documents become one by taking the frames off and joining the bodies.
Each document stands alone, since the head always binds every prefix. No rdflib here.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

from catalog.errors import StoreError

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Every namespace of our predicates, classes and datatypes. A change makes stored documents stale: render them anew."""

_BY_NAMESPACE = {iri: prefix for prefix, iri in PREFIXES.items()}
_LOCAL = re.compile("[A-Za-z_][A-Za-z0-9_-]*")

_TTL = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()) + "\n"
_XMLNS = "".join(f'\n   xmlns:{prefix}="{iri}"' for prefix, iri in PREFIXES.items())
HEADS = {
    "ttl": _TTL.encode(),
    "rdf": f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{_XMLNS}>\n'.encode(),
    "jsonld": f'{{"@context": {json.dumps(PREFIXES)},\n"@graph": [\n'.encode(),
    "nt": b"",
}
CLOSES = {"ttl": b"", "rdf": b"</rdf:RDF>\n", "jsonld": b"\n]}\n", "nt": b""}
_JOINS = {"ttl": b"\n", "rdf": b"", "jsonld": b",\n", "nt": b""}


def expand(curie: str) -> str:
    """The IRI of a prefixed name; KeyError where the prefix is not ours."""
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


@lru_cache(maxsize=4096)
def prefixed(iri: str) -> str | None:
    """The prefixed name of an IRI, where it has one that is short in every syntax."""
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1  # every namespace of ours ends there
    prefix = _BY_NAMESPACE.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and _LOCAL.fullmatch(iri, cut) else None


def frame(format_: str, bodies: Iterable[bytes]) -> bytes:
    """One document of these bodies. ``format_`` is a name of ``media.RDF``: ttl, rdf, jsonld or nt."""
    return HEADS[format_] + _JOINS[format_].join(bodies) + CLOSES[format_]


def appended(format_: str, bodies: Iterable[bytes]) -> bytes:
    """More bodies, as they stand in a document behind those before, without its close."""
    return b"".join(_JOINS[format_] + each for each in bodies)


def unframe(format_: str, document: bytes) -> bytes:
    """The body of a document that ``frame`` made. StoreError where another edition of this program made it."""
    head, close = HEADS[format_], CLOSES[format_]
    if not (document.startswith(head) and document.endswith(close)):
        raise StoreError("description-stale", format=format_)
    return document[len(head) : len(document) - len(close)]
