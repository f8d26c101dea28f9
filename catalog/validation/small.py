"""Small tables, read row by row in Python: done before the engine of ``screening`` would have started.

The same promise in one direction as there: a table is called clean only where stock surely finds no fault with it. At the
first doubt, the answer is that it is not known. Values are read as stock 5.21 reads them (``fields/*.py``), so keys are
compared as the values that they are.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.endless import growth
from catalog.errors import Refusal
from catalog.model import Package
from catalog.tables import read_table
from catalog.validation.predicates import STRING_FORMATS
from catalog.validation.sql import Uncovered
from catalog.validation.subjects import LIMITS, Column, Reference, Subject, path_of

LARGEST = 300_000
"""Bytes of all tables together; beyond that, the engine is sooner done."""

_LIMIT = 100_000
"""Cells that are read alike are remembered, so many of them."""

_BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "exclusiveMinimum": lambda value, bound: value > bound,
    "exclusiveMaximum": lambda value, bound: value < bound,
}

Read = Callable[[str], Any]
"""A cell that is not missing as the value that stock makes of it. Raises ValueError where that is not known."""


class Doubt(Exception):
    """Stock may find a fault here, or read something otherwise."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A table that is clean, and how many rows of data it has."""

    subject: Subject
    rows: int


def are_small(package: Package, names: Collection[str]) -> bool:
    """Whether these tables of the package are so small that the engine is not worth its start."""
    return sum(path_of(package, each).stat().st_size for each in package.tables() if each.name in names) <= LARGEST


def prove(subjects: Mapping[str, Subject | None]) -> Mapping[str, Proven] | None:
    """Every table of a package, where all of them are clean; None where that is not known."""
    known = [each for each in subjects.values() if each is not None]
    if len(known) < len(subjects):
        return None
    try:
        tables = {each.name: _Table(each) for each in known}
        for each in tables.values():
            each.check_references(tables)
    except (Doubt, Uncovered, Refusal, ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError, re.error):
        return None
    return {name: Proven(each.subject, len(each.rows)) for name, each in tables.items()}


class _Table:
    """The values of a table. Raises Doubt where a row may have a fault of its own."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        readers = [Cells(column).value for column in subject.columns]
        self.rows: list[list[Any]] = []
        for _number, cells in read_table(subject.path, subject.resource, **LIMITS).rows:
            if len(cells) != len(readers):
                raise Doubt
            values = [read(cell) for read, cell in zip(readers, cells, strict=True)]
            if all(each is None for each in values):
                raise Doubt
            self.rows.append(values)
        for each in subject.unique:
            self._check_key((each,), required=False)
        if subject.primary_key:
            self._check_key(subject.primary_key, required=True)

    def _check_key(self, columns: Sequence[int], *, required: bool) -> None:
        if any(self.subject.columns[each].type == "geopoint" for each in columns):
            raise Uncovered("a key of places")
        seen = set()
        for key in self.keys(columns):
            if all(each is None for each in key):
                if required:
                    raise Doubt
            elif key in seen:
                raise Doubt
            seen.add(key)

    def keys(self, columns: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """The values of some columns, row by row."""
        return (tuple(row[each] for each in columns) for row in self.rows)

    def check_references(self, tables: Mapping[str, "_Table"]) -> None:
        """Raises Doubt where a row refers to nothing that is there."""
        for each in self.subject.references:
            known = tables[each.table or self.subject.name].referred(each)
            if any(key not in known and any(one is not None for one in key) for key in self.keys(each.columns)):
                raise Doubt

    def referred(self, reference: Reference) -> set[tuple[Any, ...]]:
        """The keys that a foreign key may name."""
        names = self.subject.names
        if not set(reference.others) <= set(names):
            raise Doubt
        return set(self.keys([names.index(each) for each in reference.others]))


class Cells:
    """The cells of a column. Raises Uncovered where it is of a kind that nothing is known of here."""

    def __init__(self, column: Column) -> None:
        self._missing = frozenset(column.missing)
        self._required = bool(column.constraints.get("required"))
        self._read = _reader(column)
        self._tests = list(_tests(column, self._read))
        self._known: dict[str, Any] = {}

    def value(self, cell: str) -> Any:
        """None where it is missing. Raises Doubt or ValueError where stock may find a fault."""
        if cell in self._known:
            return self._known[cell]
        value = None
        if cell not in self._missing:
            value = self._read(cell)
            if not all(test(value) for test in self._tests):
                raise Doubt
        elif self._required:
            raise Doubt
        if len(self._known) < _LIMIT:
            self._known[cell] = value
        return value


def _tests(column: Column, read: Read) -> Iterator[Callable[[Any], bool]]:
    """What the constraints ask of a value. Their own values are read as cells are."""
    for name, bound in column.constraints.items():
        if bound is None or name in ("required", "unique"):
            continue
        if name in _BOUNDS and column.type in _ORDERED:
            yield _compared(_BOUNDS[name], _given(bound, column, read))
        elif name == "enum" and column.type in _LISTED:
            yield frozenset(_given(each, column, read) for each in bound).__contains__
        elif column.type == "string" and name in _OF_TEXT:
            yield _OF_TEXT[name](bound)
        else:
            raise Uncovered(f"constraint {name}")


def _compared(holds: Callable[[Any, Any], bool], bound: Any) -> Callable[[Any], bool]:
    return lambda value: holds(value, bound)


def _pattern(pattern: Any) -> Callable[[Any], bool]:
    if growth(pattern) > 1:
        raise Uncovered("a pattern that may take long")
    match = re.compile(f"^{pattern}$").match
    return lambda value: match(value) is not None


_OF_TEXT: Mapping[str, Callable[[Any], Callable[[Any], bool]]] = {
    "minLength": lambda bound: lambda value: len(value) >= bound,
    "maxLength": lambda bound: lambda value: len(value) <= bound,
    "pattern": _pattern,
}


def _given(value: Any, column: Column, read: Read) -> Any:
    """A value of the schema: a text is read as a cell is, numbers of JSON as their decimal text."""
    if isinstance(value, str):
        return read(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or column.type not in ("integer", "number", "year"):
        raise Uncovered("a value of another kind")
    if column.type == "number":
        return float(value) if column.options.get("floatNumber") else Decimal(str(value))
    if not float(value).is_integer():
        raise Uncovered("a fraction where whole numbers stand")
    return int(value)


def _matching(pattern: str, make: Callable[[str], Any]) -> Read:
    match = re.compile(pattern).fullmatch

    def read(cell: str) -> Any:
        if not match(cell):
            raise Doubt
        return make(cell)

    return read


def _text(cell: str) -> str:
    return cell


def _number(cell: str) -> Decimal:
    try:
        return Decimal(cell)
    except InvalidOperation:
        raise Doubt from None


def _boolean(column: Column) -> Read:
    yes = column.options.get("trueValues", ("true", "True", "TRUE", "1"))
    no = column.options.get("falseValues", ("false", "False", "FALSE", "0"))
    values = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}

    def read(cell: str) -> bool:
        if cell not in values:
            raise Doubt
        return bool(values[cell])

    return read


def _month(cell: str) -> tuple[int, int]:
    return int(cell[:4]), int(cell[5:])


def _point(cell: str) -> tuple[Decimal, Decimal]:
    longitude, latitude = (_number(each.strip()) for each in cell.split(","))
    if not (-180 < longitude < 180 and -90 < latitude < 90):  # noqa: PLR2004  degrees
        raise Doubt
    return longitude, latitude


_MOMENTS: Mapping[str, Callable[[datetime], Any]] = {
    "date": lambda moment: moment.date(),
    "datetime": lambda moment: moment,
    "time": lambda moment: moment.timetz(),
}
_ORDERED = frozenset({"integer", "number", "date", "datetime", "time", "year", "yearmonth"})
_LISTED = _ORDERED | {"any", "string"}
_DAY, _CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
PLAIN: Mapping[str, str] = {
    "integer": "[+-]?[0-9]{1,18}",
    "number": r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?",
    "date": _DAY,
    "datetime": f"{_DAY}T{_CLOCK}Z?",
    "time": _CLOCK,
    "year": "[0-9]{4}",
    "yearmonth": "[0-9]{4}-(?:0[1-9]|1[0-2])",
}
"""How a value is written by the default form of its type, as far as it is read here."""
_READERS: Mapping[str, Read] = {
    "any": _text,
    "string": _text,
    "boolean": _text,
    "integer": _matching(PLAIN["integer"], int),
    "number": _matching(PLAIN["number"], _number),
    "date": _matching(PLAIN["date"], date.fromisoformat),
    "datetime": _matching(PLAIN["datetime"], datetime.fromisoformat),
    "time": _matching(PLAIN["time"], time.fromisoformat),
    "year": _matching(PLAIN["year"], int),
    "yearmonth": _matching(PLAIN["yearmonth"], _month),
    "geopoint": _matching(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?, ?-?[0-9]{1,2}(?:\.[0-9]{1,15})?", _point),
}
_WRITTEN = frozenset({"groupChar", "decimalChar", "bareNumber", "floatNumber"})


def _reader(column: Column) -> Read:
    if column.type == "string" and column.format in STRING_FORMATS:
        return _matching(STRING_FORMATS[column.format], _text)
    if column.type in _MOMENTS and "%" in column.format:
        return _by_format(column.format, _MOMENTS[column.type])
    if column.type not in _READERS or column.format != "default":
        raise Uncovered(f"type {column.type}")
    if column.type == "boolean":
        return _boolean(column)
    return _written(column) if _WRITTEN.intersection(column.options) else _READERS[column.type]


def _by_format(form: str, part: Callable[[datetime], Any]) -> Read:
    return lambda cell: part(datetime.strptime(cell, form))  # noqa: DTZ007  stock reads it so


def _written(column: Column) -> Read:
    """Numbers with signs of their own, as ``fields/number.py`` and ``fields/integer.py`` take them out."""
    options, whole = column.options, column.type == "integer"
    group, point = ("", ".") if whole else (str(options.get("groupChar", "")), str(options.get("decimalChar", ".")))
    bare = options.get("bareNumber", True) is True
    read = _READERS[column.type]
    make = float if options.get("floatNumber") and not whole else lambda value: value

    def written(cell: str) -> Any:
        text = cell if bare else _AROUND.sub("", cell)
        text = text.replace(group, "")
        if point != "." and "." in text:
            raise Doubt
        return make(read(text.replace(point, ".")))

    return written


_AROUND = re.compile(r"((^[^-\d]*)|(\D*$))")
