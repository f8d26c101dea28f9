"""One table of attribute and predicate that reading and describing both use, and the addresses inside a list's file.

Predicates are SKOS and Dublin Core where these have one; positions, bounds and days of validity are schema.org's
(https://schema.org/position, minValue, maxValue, validFrom, validThrough).
"""

import re
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

BASE = "https://codelist.invalid/"
"""Stands for the catalogue's own address while a file is read; the addresses in files are relative to it."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"
CSVW = "http://www.w3.org/ns/csvw#"

TYPE = RDF + "type"
SCHEME_CLASS = SKOS + "ConceptScheme"
CONCEPT_CLASS = SKOS + "Concept"
IN_SCHEME = SKOS + "inScheme"
NOTATION = SKOS + "notation"
BROADER = SKOS + "broader"
SAMPLE = "sample"
"""The one value of schema:creativeWorkStatus that is known: what the list names is invented."""

Kind = Literal["text", "code", "status", "integer", "decimal", "date", "iri", "iris", "labels", "concept", "lists"]


class Term(NamedTuple):
    """An attribute of ``codelists.Concept`` or ``CodeList``, the predicate that says it, and what its values look like."""

    attribute: str
    predicate: str
    kind: Kind
    required: bool = False


CONCEPT_TERMS: tuple[Term, ...] = (
    Term("code", NOTATION, "code", required=True),
    Term("label", SKOS + "prefLabel", "text", required=True),
    Term("alt_labels", SKOS + "altLabel", "labels"),
    Term("definition", SKOS + "definition", "text", required=True),
    Term("position", SCHEMA + "position", "integer"),
    Term("broader", BROADER, "concept"),
    Term("exact_match", SKOS + "exactMatch", "iris"),
    Term("close_match", SKOS + "closeMatch", "iris"),
    Term("broad_match", SKOS + "broadMatch", "iris"),
    Term("lower", SCHEMA + "minValue", "decimal"),
    Term("upper", SCHEMA + "maxValue", "decimal"),
    Term("valid_from", SCHEMA + "validFrom", "date"),
    Term("valid_until", SCHEMA + "validThrough", "date"),
)
SCHEME_TERMS: tuple[Term, ...] = (
    Term("title", DCT + "title", "text", required=True),
    Term("description", DCT + "description", "text", required=True),
    Term("sources", DCT + "source", "iris"),
    Term("citation", DCT + "bibliographicCitation", "text"),
    Term("note", SKOS + "note", "text"),
    Term("license", DCT + "license", "iri"),
    Term("parts", DCT + "hasPart", "lists"),
    Term("sample", SCHEMA + "creativeWorkStatus", "status"),
)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Value(NamedTuple):
    """An object of a statement: an IRI, or the text of a literal with its language tag."""

    text: str
    language: str = ""
    iri: bool = False


Properties = dict[str, list[Value]]
"""What is said of one node: predicate -> values."""


def is_name(text: str) -> bool:
    """Whether a list may be called so: lower-case words of ASCII letters and digits, joined by hyphens."""
    return bool(_NAME.fullmatch(text))


def scheme_iri(name: str) -> str:
    """The address of a list while its file is read."""
    return f"{BASE}codelist/{name}"


def concept_iri(name: str, code: str) -> str:
    """The address of a concept while its file is read, as ``Addresses.concept`` will write it."""
    return f"{BASE}concept/{quote(f'{name}-{code}', safe='')}"


def list_of(iri: str) -> str:
    """The name of the list that a scheme's address stands for, or "" for any other address."""
    head, _, name = iri.rpartition("codelist/")
    return name if head == BASE and is_name(name) else ""


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same but for percent-encoding (a file may write the characters themselves)."""
    return unquote(one) == unquote(other)
