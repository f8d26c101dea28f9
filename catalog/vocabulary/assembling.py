"""Statements about nodes -> typed values, with a finding for each value that is missing, doubled or unreadable.

The same function reads what a Turtle file says of a concept and what a row of a table says of one.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.errors import Finding, Place, Severity
from catalog.model import LANGUAGES, Text
from catalog.vocabulary.codelists import CodeList, Concept, Label
from catalog.vocabulary.terms import (
    BASE,
    CONCEPT_TERMS,
    NOTATION,
    SAMPLE,
    SCHEME_TERMS,
    Properties,
    Term,
    Value,
    list_of,
)

Homes = Mapping[str, tuple[str, str]]
"""Address of a concept in a file -> (its list, its code)."""

UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that a list may not have, for XML, UTF-8 or a database cannot hold them (XML 1.0, 2.2 "Characters")."""


class Problems:
    """Collects findings about one file of code lists."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def add(
        self, code: str, *, row: int = 0, found: str = "", expected: str = "", severity: Severity = "error", **details: str
    ) -> None:
        """Note one fact; ``row`` is that of a table beside the list."""
        place = Place(file=self.file, row=row)
        self.findings.append(Finding(code=code, severity=severity, place=place, found=found, expected=expected, details=details))

    def unwritable(self, found: re.Match[str], row: int = 0) -> None:
        """Note a character that a list may not have."""
        self.add("codelist-character", row=row, found=f"U+{ord(found[0]):04X}")


class _Node:
    """What is said of one node, read term by term. ``about`` is how findings name the node."""

    def __init__(self, properties: Properties, about: str, problems: Problems, homes: Homes, row: int = 0) -> None:
        self.properties = properties
        self.about = about
        self.problems = problems
        self.homes = homes
        self.row = row

    def problem(self, code: str, term: Term, *, found: str = "", expected: str = "", language: str = "") -> None:
        """A finding about one predicate of this node."""
        about, name = self.about, short(term.predicate)
        self.problems.add(code, row=self.row, found=found, expected=expected, about=about, property=name, language=language)

    def read(self, terms: tuple[Term, ...]) -> dict[str, Any]:
        """The attributes that the terms name, for the constructor of the noun."""
        attributes: dict[str, Any] = {}
        for term in terms:
            values = self.properties.get(term.predicate)
            if values or term.required:
                attributes |= _READERS[term.kind](self, term, values or [])
        return attributes

    def single(self, term: Term, values: list[Value]) -> str:
        """The one value, or "" with a finding where there is none or more than one."""
        if len(values) == 1 and values[0].text:
            return values[0].text
        texts = {each.text for each in values}
        if len(texts) > 1:
            self.problem("statement-twice", term, found=", ".join(sorted(texts)))
        elif not texts or "" in texts:
            self.problem("statement-missing", term)
        else:
            return texts.pop()
        return ""


_ABSOLUTE = re.compile(r"(https?://[^/?#\s]|urn:[a-z0-9])[^\s<>\"{}|\\^`]*")


def _text(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    texts: dict[str, str] = {}
    for text, tag, _iri in values:
        language = tag.lower()
        if texts.setdefault(language, text) != text:
            node.problem("text-twice", term, found=f"{texts[language]} / {text}", language=language)
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            node.problem("text-missing", term, language=language)
    return {term.attribute: Text(texts.get("ja", ""), texts.get("en", ""))}


def _code(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    text = node.single(term, values)
    if text != text.strip() or not text.isprintable():
        node.problem("notation-spaces", term, found=repr(text)[1:-1])
    return {term.attribute: text}


def _status(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    text = node.single(term, values)
    if text not in {"", SAMPLE}:
        node.problem("value-unreadable", term, found=text, expected=SAMPLE)
    return {term.attribute: text == SAMPLE}


def _parsed(parse: Callable[[str], Any], expected: str) -> "_Read":
    def read(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
        text = node.single(term, values)
        try:
            return {term.attribute: parse(text)} if text else {}
        except (ValueError, InvalidOperation):
            node.problem("value-unreadable", term, found=text, expected=expected)
            return {}

    return read


def _finite(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _day(text: str) -> date:
    if len(text) != len("YYYY-MM-DD"):
        raise ValueError(text)
    return date.fromisoformat(text)


def _iris(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    found = [each.text for each in values if each.iri and _ABSOLUTE.fullmatch(each.text) and not each.text.startswith(BASE)]
    for value in values if len(found) < len(values) else ():
        if value.text not in found:
            node.problem("value-unreadable", term, found=relative(value.text), expected="<https://…>")
    return {term.attribute: tuple(sorted(found))}


def _iri(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    found: tuple[str, ...] = _iris(node, term, values)[term.attribute]
    return {term.attribute: found[0]} if len(found) == 1 else {}


def _labels(_node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    return {term.attribute: tuple(sorted(Label(each.text, each.language) for each in values if each.text))}


def _concept(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    iri = node.single(term, values)
    home = node.homes.get(iri)
    if iri and home is None:
        node.problem("broader-unknown", term, found=relative(iri))
    codelist, code = home or ("", "")
    return {"broader": code, "broader_codelist": codelist}


def _lists(node: _Node, term: Term, values: list[Value]) -> dict[str, Any]:
    names = [list_of(each.text) for each in values]
    for value, name in zip(values, names, strict=True):
        if not name:
            node.problem("value-unreadable", term, found=relative(value.text), expected="<codelist/…>")
    return {term.attribute: tuple(sorted(filter(None, names)))}


_Read = Callable[[_Node, Term, list[Value]], dict[str, Any]]
_READERS: Mapping[str, _Read] = {
    "text": _text,
    "code": _code,
    "status": _status,
    "integer": _parsed(int, "1, 2, 3 …"),
    "decimal": _parsed(_finite, "1000000"),
    "date": _parsed(_day, "YYYY-MM-DD"),
    "iri": _iri,
    "iris": _iris,
    "labels": _labels,
    "concept": _concept,
    "lists": _lists,
}


def concept_of(codelist: str, node: Properties, homes: Homes, problems: Problems, row: int = 0) -> Concept | None:
    """The concept that ``node`` is about, or None where it has no usable code."""
    about = next((each.text for each in node.get(NOTATION, ())), codelist)
    attributes = _Node(node, about, problems, homes, row).read(CONCEPT_TERMS)
    return Concept(codelist=codelist, **attributes) if attributes["code"] else None


def codelist_of(name: str, node: Properties, concepts: tuple[Concept, ...], problems: Problems) -> CodeList:
    """The list with its concepts in order: by position, where they have one, else as they come."""
    attributes = _Node(node, name, problems, {}).read(SCHEME_TERMS)
    last = len(concepts)
    ordered = sorted(concepts, key=lambda each: last if each.position is None else each.position)
    return CodeList(name=name, concepts=tuple(ordered), **attributes)


def short(predicate: str) -> str:
    """The last part of a predicate's address: ``prefLabel``."""
    return predicate.replace("#", "/").rpartition("/")[2]


def relative(iri: str) -> str:
    """An address as the file writes it."""
    return f"<{iri.removeprefix(BASE)}>"
