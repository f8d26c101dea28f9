"""What the columns of a published table look like: how full, how many different values, from where to where, how spread.

    profiles = profile(parquet, table, codelists)

Worked out when a version is published, from its typed file, a set at a time, and kept with the version. What is in open data
is open: no value is too rare to be counted.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from cattrs.preconf.json import JsonConverter, make_converter

from catalog.formats import Column, Typed, columns_in, engine
from catalog.model import Resource, Text
from catalog.vocabulary.codelists import CodeList
from catalog.words import allowed_values

FOLDER = "statistics/"
BINS = 12
"""Bars of a distribution: of the most frequent values, or of equal spans."""
_COUNTED = 1_000
"""Different values up to which each is counted; of a column with more, the values tell nothing."""
_EXACT = 200_000
"""Rows up to which different values are counted; of longer tables they are estimated (HyperLogLog)."""
_FEW = 20_000
"""Cells that are counted without the engine."""
_AT_ONCE = 100
"""Columns of one statement: what is counted for them has to fit into memory."""
_DAY = 86_400
_NARROWEST = 1e-290
"""Numbers that are closer together cannot be told apart by round ones."""
_LONGEST = 200
"""Characters of a value that are kept."""
_NUMBERS = ("integer", "number", "year")
_TIMES = ("date", "datetime")
_UNSAID = Text()
_SHAPELESS = ("geojson", "object", "array", "list", "geopoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a distribution: how often ``value`` occurs, or values from it up to ``until`` (which is in the next one)."""

    value: str
    count: int
    until: str = ""
    label: Text = _UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One column. ``empty`` cells of ``rows``; ``distinct`` different values, estimated unless ``exact``.

    ``minimum`` and ``maximum`` are spelled as JSON lines spell values, "" where the column has no order.
    ``bars`` are at most ``BINS``; ``others`` counts the cells whose values are in none of them.
    """

    field: str
    rows: int
    empty: int
    distinct: int
    exact: bool = True
    minimum: str = ""
    maximum: str = ""
    bars: tuple[Bar, ...] = ()
    others: int = 0


def profile(
    parquet: Path, table: Resource, codelists: Mapping[str, CodeList], values: Typed | None = None
) -> tuple[Profile, ...]:
    """The columns of a typed file, in order. ``values``: the table that it was written from. Raises as ``engine.faults``."""
    if values is not None and values.held:
        return tuple(_told(_InMemory(values.columns, values.held, values.rows), codelists))
    columns = columns_in(parquet, table)
    found: list[Profile] = []
    with engine.faults():
        few = _FEW // max(len(columns), 1)
        cells = engine.connection().execute(f"SELECT * FROM {engine.rows(parquet)} LIMIT {few + 1}").fetchall()
        if len(cells) <= few:
            by_column = list(zip(*cells, strict=True)) if cells else [()] * len(columns)
            return tuple(_told(_InMemory(columns, by_column, len(cells)), codelists))
        rows = engine.connection().execute(f"SELECT count(*) FROM {engine.rows(parquet)}").fetchall()[0][0]
        for start in range(0, len(columns), _AT_ONCE):
            found += _told(_InFile(columns[start : start + _AT_ONCE], parquet, rows), codelists)
    return tuple(found)


def freeze(profiles: Sequence[Profile]) -> bytes:
    """UTF-8 JSON; the same figures give the same bytes."""
    return _converter().dumps(tuple(profiles), ensure_ascii=False, sort_keys=True).encode()


def thaw(frozen: bytes) -> tuple[Profile, ...]:
    """What ``freeze`` wrote."""
    return _converter().loads(frozen, tuple[Profile, ...])


@cache
def _converter() -> JsonConverter:
    return make_converter()


@dataclass(frozen=True, slots=True)
class _Extent:
    """What is known of a column before its distribution. ``low`` and ``high`` are finite, None where it has no order."""

    column: Column
    rows: int
    filled: int
    distinct: int
    low: Any
    high: Any


class _Source(Protocol):
    """Where the figures of some columns come from."""

    def extents(self) -> list[_Extent]:
        """One for each column."""

    def spreads(self, extents: Sequence[_Extent]) -> dict[str, Mapping[Any, int]]:
        """How often each value, or the number of each span, occurs; by column, where that tells something."""


class _InMemory:
    """A table of few cells, all of them at hand: counting them here takes less than telling the engine how."""

    def __init__(self, columns: Sequence[Column], cells: Sequence[Sequence[Any]], rows: int) -> None:
        self._columns = columns
        self._rows = rows
        self._counts = [Counter(_one_nan(value) for value in each if value is not None) for each in cells]

    def extents(self) -> list[_Extent]:
        """One for each column."""
        found = []
        for column, counts in zip(self._columns, self._counts, strict=True):
            values = list(_comparable(column, counts)) if _ordered(column) else []
            low, high = (min(values), max(values)) if values else (None, None)
            found.append(_Extent(column, self._rows, counts.total(), len(counts), low, high))
        return found

    def spreads(self, extents: Sequence[_Extent]) -> dict[str, Mapping[Any, int]]:
        """Counted by the same spans and the same cut texts as ``_InFile`` does."""
        found: dict[str, Mapping[Any, int]] = {}
        for extent, counts in zip(extents, self._counts, strict=True):
            if _distribution(extent):
                spread: Counter[Any] = Counter()
                place = _places(extent)
                for value, count in counts.items():
                    spread[place(value)] += count
                spread.pop(None, None)
                found[extent.column.name] = spread
        return found


class _InFile:
    """A table of any size: one statement for the extents of some columns, one for their distributions."""

    def __init__(self, columns: Sequence[Column], parquet: Path, rows: int) -> None:
        self._columns = columns
        self._relation = engine.rows(parquet)
        self._rows = rows

    def extents(self) -> list[_Extent]:
        """One for each column."""
        distinct = "count(DISTINCT {})" if self._rows <= _EXACT else "approx_count_distinct({})"
        asked = []
        for each in self._columns:
            name, value = engine.name(each.name), _ordered(each)
            asked += [f"count({name})", distinct.format(name)]
            asked += [f"min({value})", f"max({value})"] if value else ["NULL", "NULL"]
        found = self._row(asked)
        return [_Extent(each, self._rows, *found[place * 4 : place * 4 + 4]) for place, each in enumerate(self._columns)]

    def spreads(self, extents: Sequence[_Extent]) -> dict[str, Mapping[Any, int]]:
        """As maps that the engine makes."""
        asked = {each.column.name: sql for each in extents if (sql := _distribution(each))}
        found = self._row(list(asked.values())) if asked else ()
        return {name: each or {} for name, each in zip(asked, found, strict=True)}

    def _row(self, chosen: Sequence[str]) -> tuple[Any, ...]:
        row = engine.connection().execute(f"SELECT {', '.join(chosen)} FROM {self._relation}").fetchone()
        assert row is not None, "figures of all rows are one row"
        return row


def _told(source: _Source, codelists: Mapping[str, CodeList]) -> Iterator[Profile]:
    extents = source.extents()
    spreads = source.spreads(extents)
    for each in extents:
        bars = tuple(_bars(each, spreads[each.column.name], codelists)) if each.column.name in spreads else ()
        yield Profile(
            field=each.column.field.name,
            rows=each.rows,
            empty=each.rows - each.filled,
            distinct=min(each.distinct, each.filled),
            exact=each.rows <= _EXACT,
            minimum=_spelled(each.low),
            maximum=_spelled(each.high),
            bars=bars,
            others=each.filled - sum(bar.count for bar in bars) if bars else 0,
        )


def _bars(extent: _Extent, spread: Mapping[Any, int], codelists: Mapping[str, CodeList]) -> Iterator[Bar]:
    if _is_spanned(extent):
        yield from _spans(extent, spread)
        return
    field = extent.column.field
    codelist = codelists.get(field.definition.codelist)
    labels = {each.code: each.label for each in codelist.concepts} if codelist else dict(allowed_values(field))
    most = sorted(((_spelled(value), count) for value, count in spread.items()), key=lambda each: (-each[1], each[0]))
    yield from (Bar(value=value, count=count, label=labels.get(value, _UNSAID)) for value, count in most[:BINS])


_NAN = float("nan")


def _one_nan(value: Any) -> Any:
    """All values that are no number are one value, as they are for the engine."""
    return _NAN if isinstance(value, float) and math.isnan(value) else value


def _comparable(column: Column, values: Iterable[Any]) -> Iterator[Any]:
    """As ``_ordered`` has it, for values at hand."""
    for value in values:
        found = value
        if isinstance(value, str):
            found = float(value) if column.field.type in _NUMBERS else value[:_LONGEST]
        if not isinstance(found, float) or math.isfinite(found):
            yield found


def _places(extent: _Extent) -> Callable[[Any], Any]:
    """As ``_distribution`` has it, for values at hand: the number of their span, or the value as it is shown."""
    if not _is_spanned(extent):
        return lambda value: value[:_LONGEST] if isinstance(value, str) else value
    low, step = _scale(extent)

    def place(value: Any) -> int | None:
        amount = _amount(value)
        return min(math.floor((amount - low) / step), BINS - 1) if math.isfinite(amount) else None

    return place


def _ordered(column: Column) -> str:
    """SQL of a column whose values have a least and a greatest, "" where they have none. Long texts are cut."""
    name = engine.name(column.name)
    if column.field.type in _SHAPELESS or column.field.type == "duration":
        return ""
    if column.type == "DOUBLE":
        return f"CASE WHEN isfinite({name}) THEN {name} END"
    if column.type != "VARCHAR":
        return name
    return (
        f"CASE WHEN isfinite(TRY_CAST({name} AS DOUBLE)) THEN TRY_CAST({name} AS DOUBLE) END"
        if column.field.type in _NUMBERS
        else f"left({name}, {_LONGEST})"
    )


def _is_spanned(extent: _Extent) -> bool:
    """Whether a distribution shows spans, not values: of numbers and times that are many."""
    spread = extent.column.type != "VARCHAR" and extent.column.field.type in (*_NUMBERS, *_TIMES)
    coded = bool(extent.column.field.definition.codelist)
    many = spread and not coded and extent.distinct > BINS and extent.low is not None
    return many and _NARROWEST < _amount(extent.high) - _amount(extent.low) < math.inf


def _distribution(extent: _Extent) -> str:
    """SQL of how often each value or span occurs, as a map; "" where that tells nothing."""
    name = engine.name(extent.column.name)
    if not extent.filled or extent.column.field.type in _SHAPELESS:
        return ""
    if _is_spanned(extent):
        low, step = _scale(extent)
        number = f"epoch({name})" if extent.column.field.type in _TIMES else f"CAST({name} AS DOUBLE)"
        span = f"least(floor(({number} - {low!r}) / {step!r}), {BINS - 1})"
        return f"histogram(CASE WHEN isfinite({number}) THEN CAST({span} AS INTEGER) END)"
    if extent.distinct > _COUNTED or (extent.distinct > BINS and extent.distinct * 2 > extent.filled):
        return ""  # hardly a value twice: a name, an id
    return f"histogram(left({name}, {_LONGEST}))" if extent.column.type == "VARCHAR" else f"histogram({name})"


def _scale(extent: _Extent) -> tuple[float, float]:
    """Where the first span begins, and how long each is: whole days for dates, for numbers 1, 2, 2.5 or 5 and zeros."""
    low, high = _amount(extent.low), _amount(extent.high)
    kind = extent.column.field.type
    if kind == "datetime":
        return low, (high - low) / BINS
    if kind == "date":
        return low, -(-(high - low + _DAY) // (BINS * _DAY)) * _DAY
    least = (high - low) / (BINS - 1)  # one less, for the first span begins at a round number below the least value
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in (1, 2, 2.5, 5, 10, 20) if each * power >= least)
    if kind in ("integer", "year"):
        step = float(max(1, math.ceil(step)))
    return math.floor(low / step) * step, step


def _amount(value: Any) -> float:
    """A number, or a time in seconds since 1970."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    return float(value)


def _spans(extent: _Extent, spread: Mapping[Any, int]) -> Iterator[Bar]:
    low, step = _scale(extent)
    for place in range(BINS):
        start, end = low + place * step, low + (place + 1) * step
        if start > _amount(extent.high):
            return
        yield Bar(value=_back(extent, start), until=_back(extent, end), count=spread.get(place, 0))


def _back(extent: _Extent, amount: float) -> str:
    """A place on the scale as a value of the column."""
    kind = extent.column.field.type
    if kind not in _TIMES:
        return _spelled(int(amount) if kind != "number" else float(f"{amount:.6g}"))
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=amount)
    except OverflowError:
        return ""
    return moment.date().isoformat() if kind == "date" else moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _spelled(value: Any) -> str:
    """A value as JSON lines spell it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004  exact as a float
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
