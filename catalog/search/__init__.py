"""Search over everything that is published and everything it is defined by.

    search = Search(store)
    found = search.find("避難所 大阪", facets={"format": "csv"})
    found.total, [each.title for each in found.hits], found.facets["publisher"]

Datasets, fields, terms of code lists and standards are in one index. ``index`` and ``remove`` keep it in step with what is
published, inside the transaction that publishes. Any text is a query. Nothing here knows HTTP.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import nlargest

from catalog.model import Text
from catalog.search.indexing import (
    EDITION,
    distributions,
    edition,
    elsewhere,
    index_all,
    rebuild,
    refresh,
    remove,
    uuid_of,
)
from catalog.search.labels import labels_of, name_of
from catalog.search.queries import Query, parse, written
from catalog.store import Store
from catalog.store.entering import FACETS, KINDS, Kind, key_of
from catalog.store.searching import Hit, Slice, Sought
from catalog.store.selection import folded

__all__ = [
    "COUNTED",
    "EDITION",
    "FACETS",
    "KINDS",
    "Chosen",
    "Facet",
    "Found",
    "Hit",
    "Kind",
    "Query",
    "Search",
    "Slice",
    "Value",
    "distributions",
    "edition",
    "elsewhere",
    "folded",
    "index_all",
    "labels_of",
    "months",
    "name_of",
    "parse",
    "rebuild",
    "refresh",
    "remove",
    "uuid_of",
    "written",
]

COUNTED: tuple[str, ...] = tuple(each for each in FACETS if each != "keyword")
"""The facets whose values are counted where nothing else is asked; keywords are too many to be read."""
Chosen = Mapping[str, str | Sequence[str]]
"""Values of facets: one, or several of which one has to be there."""
_FACETED: frozenset[Kind] = frozenset({"dataset", "field"})
_MONTH = re.compile(r"(?P<year>[12][0-9]{3})(?:-(?P<month>0[1-9]|1[0-2]))?")
_MOST_YEARS = 60
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet, and how many of the things found have it."""

    value: str
    label: Text
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a facet; ``different`` is how many there are in all."""

    name: str
    label: Text
    values: tuple[Value, ...]
    different: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``total`` things were found, of which these are ``hits``. ``kinds`` tells how many of each kind the words find.

    ``following`` is the dataset id to go on after, where things were asked for by id and there are more; else "".
    """

    query: Query
    kind: Kind
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet]
    kinds: Mapping[Kind, int]
    following: str = ""


class Search:
    """Search in one store. Methods raise StoreError as those of ``Store``, and UsageError for a query that is too long."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(
        self,
        query: str | Query = "",
        facets: Chosen | None = None,
        *,
        kind: Kind = "dataset",
        part: Slice = Slice(),  # noqa: B008  a frozen value
        counted: Sequence[str] = COUNTED,
        most: int = 50,
    ) -> Found:
        """What the words and the facets' values describe. A value that nothing has finds nothing.

        ``counted`` names the facets whose values are counted, ``most`` the most values of each that are told.
        """
        asked = parse(query) if isinstance(query, str) else query
        sought = _sought(asked, kind, facets or {})
        result = self._store.searching.find(sought, part, counted if kind in _FACETED else ())
        hits, following = result.hits, ""
        if part.order == "id" and len(hits) > part.limit:
            hits = hits[: part.limit]
            following = hits[-1].dataset
        return Found(
            query=asked,
            kind=kind,
            total=result.total,
            hits=hits,
            facets=self._facets(result.values, most),
            kinds=self._kinds(sought, result.total) if asked else {},
            following=following,
        )

    def count(self, query: Query, facets: Chosen | None = None, *, kind: Kind = "dataset") -> int:
        """How many there are."""
        return self._store.searching.counts([_sought(query, kind, facets or {})])[0]

    def suggest(self, text: str, limit: int = 8) -> tuple[Hit, ...]:
        """Things whose name begins with what has been typed so far, then those whose name contains it."""
        begins = folded(text[:100])
        return self._store.searching.suggest(begins, limit) if begins else ()

    def near(self, query: Query, kind: Kind = "dataset", limit: int = 5) -> tuple[Hit, ...]:
        """Things with a similar name, where nothing was found: by the rarest pairs of characters of what was sought."""
        pairs = dict.fromkeys(
            word[place : place + 2]
            for word in query.words
            for place in range(len(word) - 1)
            if " " not in word[place : place + 2]
        )
        return self._store.searching.near(kind, list(pairs)[:30], limit)

    def fewer(self, query: Query, facets: Chosen, kind: Kind) -> tuple[tuple[Query, int], ...]:
        """The query with one word less, for each that then finds something, and how many; the most first."""
        found = []
        for word in query.words if len(query.words) > 1 else ():
            rest = tuple(each for each in query.words if each != word)
            less = replace(query, words=rest, whole=" ".join(rest))
            if count := self.count(less, facets, kind=kind):
                found.append((less, count))
        return tuple(sorted(found, key=lambda each: -each[1]))

    def _facets(self, counted: Mapping[str, Mapping[str, int]], most: int) -> dict[str, Facet]:
        found = {}
        for name, values in counted.items():
            first = _most(values, most)
            labels = labels_of(self._store, name, (value for value, _count in first))
            told = tuple(Value(value, labels[value], count) for value, count in first)
            found[name] = Facet(name, name_of(name), told, len(values))
        return found

    def _kinds(self, sought: Sought, total: int) -> dict[Kind, int]:
        """The facets go with datasets and fields; of the others, all that the words find are counted."""
        others = [replace(sought, kind=each, facets=sought.facets if each in _FACETED else ()) for each in KINDS]
        asked = [each for each in others if each != sought]
        found = {each.kind: count for each, count in zip(asked, self._store.searching.counts(asked), strict=True)}
        return {each: found.get(each, total) for each in KINDS}


def _most(values: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    """The most frequent values, then by value. Comparing bare numbers first is quicker than sorting thousands of pairs."""
    least = nlargest(most, values.values())[-1] if len(values) > most else 0
    return sorted((each for each in values.items() if each[1] >= least), key=lambda each: (-each[1], each[0]))[:most]


def _sought(query: Query, kind: Kind, facets: Chosen) -> Sought:
    keys = []
    for name, value in facets.items():
        values = (value,) if isinstance(value, str) else value
        values = tuple(month for each in values for month in months(each)) if name == "updated" else values
        keys.append(tuple(key_of(name, each) for each in values))
    return Sought(kind=kind, words=query.words, without=query.without, whole=query.whole, facets=tuple(keys))


def months(text: str) -> tuple[str, ...]:
    """The years and months of 2026, 2026-04, 2026-04..2026-09, 2026.. or ..2026. ValueError where it is none of these.

    An open end is sixty years away, and so is the furthest one; a range that runs backwards has no month.
    """
    begin, dots, end = text.partition("..")
    if not dots:
        return (begin,) if _MONTH.fullmatch(begin) else _none(text)
    if not (begin or end):
        _none(text)
    this_year = datetime.now(UTC).year
    first = _number(begin, 0) if begin else max(_number(end, _YEAR - 1) - _MOST_YEARS * _YEAR, 0)
    last = _number(end, _YEAR - 1) if end else (this_year + 1) * _YEAR
    last = min(last, first + _MOST_YEARS * _YEAR)
    found: dict[str, None] = {}
    for each in range(first, last + 1):
        year, month = divmod(each, _YEAR)
        whole = first <= year * _YEAR and last >= year * _YEAR + _YEAR - 1
        found[f"{year:04}" if whole else f"{year:04}-{month + 1:02}"] = None
    return tuple(found) or ("none",)


def _number(text: str, otherwise: int) -> int:
    """A month as a number; of a year, its month ``otherwise``."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found["year"]) * _YEAR + (int(found["month"]) - 1 if found["month"] else otherwise)


def _none(text: str) -> tuple[str, ...]:
    raise ValueError(text)
