"""A query string -> a ``Question``: every mistake in it is found, and told with what is allowed.

The grammar is ``<column>=value``, ``<column>__<operator>=value`` and a few words of our own (``WORDS``). A column that is
called as one of the words is asked by ``__exact``; one whose name ends like an operator comes before the operator.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from catalog.errors import Finding
from catalog.meaning import area_code
from catalog.query.columns import Column, Place, places_of
from catalog.query.cursors import SHAPE
from catalog.query.localities import within
from catalog.query.nearness import Box, Located, Point, boxed, near
from catalog.query.questions import FORMATS, MOST, USUAL, BadQuestion, Format, Key, Measure, Nearness, Question, Term, mistake
from catalog.query.values import READERS, compared

WORDS = ("sort", "columns", "group_by", "aggregate", "limit", "cursor", "format")
AREA = "area"
"""Asks for the rows of an area, where no column is called so; with ``__`` before it, always."""
FUNCTIONS = ("count", "sum", "avg", "min", "max")
_JOIN = "__"
_NAMED = 40
_LIMIT = re.compile(r"[0-9]{1,9}")
_KIND_COMPLAINTS: Mapping[str, str] = {
    "double": "query-not-number",
    "boolean": "query-not-boolean",
    "date": "query-not-date",
    "datetime": "query-not-datetime",
    "instant": "query-not-instant",
    "time": "query-not-time",
}


def parse(
    pairs: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    *,
    terms: int = 100,
    beside: Sequence[str] = (),
    areas: Sequence[str] = (),
) -> Question:
    """Read a query string, as names and values. ``terms``: most values of conditions, sorting, columns and groups together.

    ``beside`` are further parameters of the address, read by others: complaints name them too. ``areas`` names the columns
    that say which area a row is about, in order. Raises BadQuestion with every mistake that there is.
    """
    return _Reading(columns, terms, beside, areas).question(pairs)


class _Reading:
    """One query string being read: what was found, and what was wrong."""

    def __init__(self, columns: Sequence[Column], terms: int, beside: Sequence[str], areas: Sequence[str]) -> None:
        self._words = (*WORDS, *((area_word(columns),) if areas else ()), *beside)
        self._areas = area_columns(columns, areas)
        self._columns = {each.name: each for each in columns}
        self._places = places_of(columns)
        self._most = terms
        self._findings: list[Finding] = []
        self._terms: list[Term] = []
        self._near: Nearness | None = None

    def question(self, pairs: Sequence[tuple[str, str]]) -> Question:
        """The question of a query string. Raises BadQuestion."""
        words: dict[str, str] = {}
        seen: set[str] = set()
        spent = 0
        for name, text in pairs:
            spent += 1 + text.count(",")
            if spent > self._most:
                raise BadQuestion(*self._findings[:_NAMED], mistake("query-terms", name, maximum=str(self._most)))
            if name in seen:
                self._wrong("parameter-repeated", name, text)
            elif name in WORDS:
                words[name] = text
            elif name in (f"{_JOIN}{AREA}", area_word(list(self._columns.values()))):
                self._area(name, text)
            else:
                self._condition(name, text)
            seen.add(name)
        question = self._asked(words)
        if self._findings:
            raise BadQuestion(*self._findings)
        return question

    def _wrong(self, code: str, parameter: str, found: str = "", **details: str) -> None:
        self._findings.append(mistake(code, parameter, found, **details))

    def _condition(self, name: str, text: str) -> None:
        column, operator = self._addressed(name)
        if column is None:
            return
        if operator not in column.operators:
            self._wrong(
                "query-operator-unfit",
                name,
                operator,
                column=column.name,
                expected=", ".join(f"__{each}" for each in column.operators),
            )
            return
        try:
            self._terms.append(self._term(column, operator, name, text))
        except (ValueError, csv.Error):
            self._wrong(*self._complaint(column, operator, name, text))

    def _area(self, name: str, text: str) -> None:
        """Rows about a municipality or prefecture, by the columns whose definitions say that they hold its code."""
        code = area_code(text)
        if not self._areas:
            self._wrong("query-area-missing", name, text)
        elif not code:
            self._wrong("query-area-unfit", name, text)
        else:
            sql, values = within(self._areas, code)
            self._terms.append(Term(sql, values, (f"{_JOIN}{AREA}", code)))

    def _addressed(self, name: str) -> tuple[Column | None, str]:
        """The column and the operator that a parameter names; (None, "") with a finding where it names none."""
        if name in self._columns:
            return self._columns[name], "exact"
        begin, join, operator = name.rpartition(_JOIN)
        if join and begin in self._columns:
            return self._columns[begin], operator
        if join and not begin and operator in ("near", "bbox"):
            return self._only_place(name), operator
        expected = ", ".join([*list(self._columns)[:_NAMED], *self._words])
        self._wrong("query-parameter-unknown", name, expected=expected)
        return None, ""

    def _only_place(self, name: str) -> Column | None:
        if len(self._places) == 1:
            return self._places[0].latitude
        named = ", ".join(f"{each.name}{name}" for each in self._places)
        self._wrong("query-places-several" if self._places else "query-place-missing", name, expected=named)
        return None

    def _term(self, column: Column, operator: str, name: str, text: str) -> Term:
        """The condition. Raises ValueError where the text is no value for it."""
        if operator in ("near", "bbox"):
            place = next(each for each in self._places if each.latitude is column)
            found = self._within(place, text) if operator == "near" else boxed(place, Box.read(text))
            return Term(found.sql, found.values, (name, text))
        sql, values = _READ.get(operator, _compare)(column, operator, text)
        return Term(sql.format(column.sql), values, (name, text))

    def _within(self, place: Place, text: str) -> Located:
        """Near a point; the first such condition sets the order, too."""
        point = Point.read(text)
        if self._near is None:
            self._near = Nearness(place, point.latitude, point.longitude)
        return near(place, point)

    def _complaint(self, column: Column, operator: str, name: str, text: str) -> tuple[str, str, str]:
        by_operator = {"isnull": "query-not-boolean", "near": "query-not-near", "bbox": "query-not-bbox"}
        if column.kind == "number":
            code = "query-not-integer" if column.whole else "query-not-number"
        else:
            code = _KIND_COMPLAINTS.get(column.kind, "query-not-text")
        return by_operator.get(operator, code), name, text

    def _asked(self, words: Mapping[str, str]) -> Question:
        groups = self._listed("group_by", words, lambda each: each.groupable)
        measures = self._measures(words.get("aggregate"), grouped="group_by" in words)
        format_ = self._format(words.get("format", "json"), grouped=bool(groups or measures))
        chosen = self._listed("columns", words, lambda _each: True)
        if chosen and (groups or measures):
            self._wrong("query-conflict", "columns", other="group_by" if groups else "aggregate")
        return Question(
            table=tuple(self._columns.values()),
            terms=tuple(self._terms),
            keys=self._keys(words.get("sort"), groups, measures),
            near=None if "sort" in words or groups or measures else self._near,
            columns=chosen or tuple(self._columns.values()),
            groups=groups,
            measures=measures,
            limit=self._limit(words.get("limit")),
            cursor=self._cursor(words.get("cursor", "")),
            format=format_,
            place=self._places[0] if format_ == "geojson" and self._places else None,
            whole=not chosen,
        )

    def _listed(self, word: str, words: Mapping[str, str], fits: Callable[[Column], bool]) -> tuple[Column, ...]:
        """The columns that a parameter lists by name."""
        if word not in words:
            return ()
        allowed = [each.name for each in self._columns.values() if fits(each)]
        found: list[Column] = []
        for name in self._names(word, words[word]):
            if name not in allowed:
                self._wrong("query-column-unknown", word, name, expected=", ".join(allowed[:_NAMED]))
            elif self._columns[name] in found:
                self._wrong("query-column-twice", word, name)
            else:
                found.append(self._columns[name])
        return tuple(found)

    def _names(self, word: str, text: str) -> list[str]:
        try:
            return split(text)
        except (ValueError, csv.Error):
            self._wrong("query-not-list", word, text)
            return []

    def _measures(self, text: str | None, *, grouped: bool) -> tuple[Measure, ...]:
        known = {each.name: each for each in measures_of(list(self._columns.values()))}
        if text is None:
            return (next(iter(known.values())),) if grouped else ()
        found = []
        for name in self._names("aggregate", text):
            if name not in known:
                self._wrong("query-aggregate-unknown", "aggregate", name, expected=", ".join(list(known)[:_NAMED]))
            elif known[name] in found:
                self._wrong("query-column-twice", "aggregate", name)
            else:
                found.append(known[name])
        return tuple(found)

    def _keys(self, text: str | None, groups: Sequence[Column], measures: Sequence[Measure]) -> tuple[Key, ...]:
        if text is None:
            return ()
        by: dict[str, Column | Measure] = {each.name: each for each in self._columns.values() if each.ordered}
        by |= {each.name: each for each in self._columns.values() if each.kind == "boolean"}
        if groups or measures:
            by = {each.name: each for each in groups} | {each.name: each for each in measures}
        found: list[Key] = []
        for name in self._names("sort", text):
            descending = name not in by and name.startswith("-")
            bare = name[1:] if descending else name
            if bare not in by:
                self._wrong("query-column-unknown", "sort", name, expected=", ".join(list(by)[:_NAMED]))
            elif any(each.by.name == bare for each in found):
                self._wrong("query-column-twice", "sort", name)
            else:
                found.append(Key(by[bare], descending))
        return tuple(found)

    def _limit(self, text: str | None) -> int:
        if text is None:
            return USUAL
        if _LIMIT.fullmatch(text) and 1 <= int(text) <= MOST:
            return int(text)
        self._wrong("parameter-not-integer", "limit", text, minimum="1", maximum=str(MOST))
        return MOST

    def _format(self, text: str, *, grouped: bool) -> Format:
        if text not in FORMATS:
            self._wrong("parameter-not-choice", "format", text, expected=", ".join(FORMATS))
        elif text == "geojson" and grouped:
            self._wrong("query-conflict", "format", other="group_by")
        elif text == "geojson" and not self._places:
            self._wrong("query-place-missing", "format", text)
        return next((each for each in get_args(Format) if each == text), "json")

    def _cursor(self, text: str) -> str:
        if text and not SHAPE.fullmatch(text):
            self._wrong("query-cursor", "cursor", text)
        return text


def area_columns(columns: Sequence[Column], names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of these fields that can hold codes of areas, in that order."""
    return tuple(each for name in names for each in columns if each.field_name == name and each.kind == "text")


def area_word(columns: Sequence[Column]) -> str:
    """The parameter that asks a table for the rows of an area: a column that is called so keeps its name."""
    return f"{_JOIN}{AREA}" if any(each.name == AREA for each in columns) else AREA


def measures_of(columns: Sequence[Column]) -> Iterator[Measure]:
    """The figures that a table's groups can be asked for: the number of rows first, then those of each column."""
    name = "count"
    while any(each.name == name for each in columns):  # a column has the name already
        name = f"_{name}"
    yield Measure("count", None, name)
    for column in columns:
        yield Measure("count", column, f"{column.name}__count")
        if column.numeric:
            yield Measure("sum", column, f"{column.name}__sum")
            yield Measure("avg", column, f"{column.name}__avg")
        if column.ordered:
            yield Measure("min", column, f"{column.name}__min")
            yield Measure("max", column, f"{column.name}__max")


def split(text: str) -> list[str]:
    """A list with commas, as a line of CSV: a value that holds a comma stands in double quotes. Raises ValueError, csv.Error."""
    if "\n" in text or "\r" in text:
        raise ValueError(text)
    found = next(csv.reader([text], strict=True), [])
    if not found:
        raise ValueError(text)
    return found


def _compare(column: Column, operator: str, text: str) -> tuple[str, tuple[Any, ...]]:
    found = compared(column, operator, text)
    return found.sql, found.values


def _one_of(column: Column, _operator: str, text: str) -> tuple[str, tuple[Any, ...]]:
    tests = [compared(column, "exact", each) for each in split(text)]
    return "(" + " OR ".join(each.sql for each in tests) + ")", tuple(value for each in tests for value in each.values)


def _part(column: Column, operator: str, text: str) -> tuple[str, tuple[Any, ...]]:
    return f"{'contains' if operator == 'contains' else 'starts_with'}({{0}}, ?)", (READERS[column.kind](text),)


def _missing(_column: Column, _operator: str, text: str) -> tuple[str, tuple[Any, ...]]:
    return "{0} IS NULL" if READERS["boolean"](text) else "{0} IS NOT NULL", ()


_Read = Callable[[Column, str, str], tuple[str, tuple[Any, ...]]]
_READ: Mapping[str, _Read] = {"in": _one_of, "contains": _part, "startswith": _part, "isnull": _missing}
