"""A query string about two tables -> a ``Joining``: every mistake in it is found, and told with what is allowed.

The grammar is that of the rows API with the side in front: ``left.<column>__<operator>=value``, ``columns=left.a,right.b``.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from catalog.errors import Finding
from catalog.joining.nouns import DOT, FORMATS, HOWS, SIDES, Chosen, Joining, On, Side, SideName, Sorting
from catalog.meaning import shared
from catalog.query import MOST, USUAL, BadQuestion, Column, parse
from catalog.query import WORDS as OF_ROWS
from catalog.query.cursors import SHAPE
from catalog.query.parsing import split
from catalog.query.questions import Term, mistake

WORDS = ("how", "columns", "sort", "limit", "cursor", "format")
_NAMED = 40
_LIMIT = re.compile(r"[0-9]{1,9}")
_KEYS = ("text", "number", "date", "datetime", "instant", "time")
"""Kinds of columns that can be held against each other: binary fractions are not, nor are places."""

Pairs = Sequence[tuple[str, str]]
_Word = TypeVar("_Word", bound=str)


def on_of(text: str, left: Side, right: Side) -> On:
    """The columns that ``on`` names: ``<column of left>:<column of right>``, or one name that both have. Raises BadQuestion.

    The definitions of the two have to share a code list, a column of a standard or a foreign key.
    """
    if left.identity.rpartition("/")[0] == right.identity.rpartition("/")[0]:
        raise BadQuestion(mistake("join-same-table", "right", right.table.name))
    found = _named(text, left, right)
    if found is None:
        known = ", ".join(f"{one}:{other}" for one, other in _possible(left, right)[:_NAMED])
        raise BadQuestion(mistake("join-on-unknown", "on", text, expected=known or "–"))
    one, other = found
    same = left.publication.id == right.publication.id
    common = shared(left.table, one.field_name, right.table, other.field_name, same_dataset=same)
    if common is None:
        known = ", ".join(f"{a}:{b}" for a, b in _possible(left, right)[:_NAMED])
        raise BadQuestion(mistake("join-not-shared", "on", text, expected=known or "–"))
    if one.kind != other.kind or one.kind not in _KEYS:
        raise BadQuestion(mistake("join-unfit", "on", text, left=one.type, right=other.type))
    return On(one, other, common)


def _named(text: str, left: Side, right: Side) -> tuple[Column, Column] | None:
    """Names may hold colons themselves, so each place to cut is tried."""
    ones, others = ({each.name: each for each in side.columns} for side in (left, right))
    cuts = [(text[:at], text[at + 1 :]) for at, each in enumerate(text) if each == ":"]
    for one, other in [*cuts, (text, text)]:
        if one in ones and other in others:
            return ones[one], others[other]
    return None


def _possible(left: Side, right: Side) -> list[tuple[str, str]]:
    """What the two could be put together on."""
    same = left.publication.id == right.publication.id
    return [
        (one.name, other.name)
        for one in left.columns
        for other in right.columns
        if one.kind == other.kind
        and one.kind in _KEYS
        and shared(left.table, one.field_name, right.table, other.field_name, same_dataset=same)
    ]


def asked(pairs: Pairs, left: Side, right: Side, on: On, *, terms: int = 100, beside: Sequence[str] = ()) -> Joining:
    """Read what else a query string asks. ``terms``: most values in it; ``beside``: parameters that others read.

    Raises BadQuestion with every mistake that there is.
    """
    return _Reading(left, right, beside).joining(pairs, on, terms)


class _Reading:
    """One query string being read."""

    def __init__(self, left: Side, right: Side, beside: Sequence[str]) -> None:
        self._sides: Mapping[SideName, Side] = {"left": left, "right": right}
        self._known = {f"{side}{DOT}{each.name}": Chosen(side, each) for side in SIDES for each in self._sides[side].columns}
        self._beside = beside
        self._findings: list[Finding] = []

    def joining(self, pairs: Pairs, on: On, terms: int) -> Joining:
        words: dict[str, str] = {}
        conditions: dict[SideName, list[tuple[str, str]]] = {"left": [], "right": []}
        if sum(1 + text.count(",") for _name, text in pairs) > terms:
            raise BadQuestion(mistake("query-terms", pairs[-1][0], maximum=str(terms)))
        for name, text in pairs:
            side, dot, column = name.partition(DOT)
            if name in words:
                self._wrong("parameter-repeated", name, text)
            elif name in WORDS:
                words[name] = text
            elif dot and side in conditions and column not in OF_ROWS:
                conditions[side].append((column, text))
            else:
                self._wrong("query-parameter-unknown", name, expected=", ".join([*WORDS, *self._beside, *self._some()]))
        found = Joining(
            left=self._sides["left"],
            right=self._sides["right"],
            on=on,
            how=self._one_of("how", words, HOWS),
            left_terms=self._terms("left", conditions["left"], terms),
            right_terms=self._terms("right", conditions["right"], terms),
            keys=self._keys(words.get("sort")),
            columns=self._columns(words.get("columns")),
            limit=self._limit(words.get("limit")),
            cursor=self._cursor(words.get("cursor", "")),
            format=self._one_of("format", words, FORMATS),
        )
        if self._findings:
            raise BadQuestion(*self._findings)
        return found

    def _wrong(self, code: str, parameter: str, found: str = "", **details: str) -> None:
        self._findings.append(mistake(code, parameter, found, **details))

    def _some(self) -> list[str]:
        return list(self._known)[:_NAMED]

    def _terms(self, side: SideName, pairs: Pairs, terms: int) -> tuple[Term, ...]:
        """The conditions on one table; complaints name the parameter as it was sent."""
        table = self._sides[side]
        try:
            return parse(pairs, table.columns, terms=terms, areas=table.areas).terms
        except BadQuestion as error:
            for each in error.findings:
                details: dict[str, Any] = {**each.details, "parameter": table.called(str(each.details["parameter"]))}
                self._findings.append(replace(each, details=details))
            return ()

    def _listed(self, word: str, text: str) -> list[str]:
        try:
            return split(text)
        except (ValueError, csv.Error):
            self._wrong("query-not-list", word, text)
            return []

    def _columns(self, text: str | None) -> tuple[Chosen, ...]:
        if text is None:
            return tuple(self._known.values())
        found: dict[str, Chosen] = {}
        for name in self._listed("columns", text):
            if name not in self._known:
                self._wrong("query-column-unknown", "columns", name, expected=", ".join(self._some()))
            elif name in found:
                self._wrong("query-column-twice", "columns", name)
            else:
                found[name] = self._known[name]
        return tuple(found.values())

    def _keys(self, text: str | None) -> tuple[Sorting, ...]:
        if text is None:
            return ()
        by = {name: each for name, each in self._known.items() if each.column.ordered or each.column.kind == "boolean"}
        found: dict[str, Sorting] = {}
        for name in self._listed("sort", text):
            bare = name.removeprefix("-")
            if bare not in by:
                self._wrong("query-column-unknown", "sort", name, expected=", ".join(list(by)[:_NAMED]))
            elif bare in found:
                self._wrong("query-column-twice", "sort", name)
            else:
                found[bare] = Sorting(by[bare], bare != name)
        return tuple(found.values())

    def _one_of(self, name: str, words: Mapping[str, str], values: Sequence[_Word]) -> _Word:
        """One of some words, the first where nothing is said."""
        text = words.get(name, values[0])
        if text not in values:
            self._wrong("parameter-not-choice", name, text, expected=", ".join(values))
        return next((each for each in values if each == text), values[0])

    def _limit(self, text: str | None) -> int:
        if text is None:
            return USUAL
        if _LIMIT.fullmatch(text) and 1 <= int(text) <= MOST:
            return int(text)
        self._wrong("parameter-not-integer", "limit", text, minimum="1", maximum=str(MOST))
        return MOST

    def _cursor(self, text: str) -> str:
        if text and not SHAPE.fullmatch(text):
            self._wrong("query-cursor", "cursor", text)
        return text
