"""Tables of few cells, typed in Python: to tell the engine what to do would take longer than to do it.

The rule is that of ``casting``: a cell that is written in the plain way is the value that stock frictionless makes of it. A few
ways less are plain here, those whose value or JSON two programs may write otherwise; where one cell is written in another way,
the answer is that the engine has to be asked. ``tests/formats`` hold both against each other, byte by byte.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from catalog.formats.columns import NESTED, Column
from catalog.model import Field

CELLS = 6_000
"""Cells of a table that is worth it: of more of them, the engine is sooner done."""
LARGEST = 1 << 20
"""Bytes that are read at once."""
_EXACT = 15
"""Characters of a decimal number that no other one shares a double with (IEEE 754, binary64)."""

_CONTROL = re.compile("[\\x00\\x0b\\x0e-\\x1f]")
"""What the engine cannot be told, or spells otherwise in JSON."""

Read = Callable[[str], Any]
"""A cell that is not missing as its value. Raises ValueError where it is not written in the plain way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A CSV file in UTF-8 with a header in row 1, and the fields of its typed form with their places in it, -1 for none.

    ``missing`` are the texts that stand for no value in each field.
    """

    path: Path
    rows: int
    width: int
    fields: tuple[Field, ...]
    places: tuple[int, ...]
    missing: tuple[tuple[str, ...], ...]


def values_of(cells: Cells) -> list[list[Any]] | None:
    """The values of each field, in the order of the rows; None where the engine has to be asked."""
    if not cells.fields or cells.rows * max(cells.width, len(cells.fields)) > CELLS or cells.path.stat().st_size > LARGEST:
        return None
    names = {each.name.casefold() for each in cells.fields}
    readers = [_reader(each) for each in cells.fields]
    columns = _columns(cells)
    if len(names) < len(cells.fields) or columns is None:
        return None
    values: list[list[Any]] = []
    try:
        for read, place, missing in zip(readers, cells.places, cells.missing, strict=True):
            gone = frozenset(each for each in missing if "\0" not in each)
            if read is None or not gone:  # a column that can never be empty is written otherwise
                return None
            values.append(
                [None if cell in gone else read(cell) for cell in columns[place]] if place >= 0 else [None] * cells.rows
            )
    except ValueError:
        return None
    return values


def _columns(cells: Cells) -> list[tuple[str, ...]] | None:
    """The cells of the file by column; None where they are not as many as they should be, or one holds what cannot be told."""
    text = cells.path.read_bytes().decode()
    if _CONTROL.search(text):
        return None
    records = csv.reader(io.StringIO(text, newline=""))
    try:
        next(records, None)
        rows = [each for each in records if each]
    except csv.Error:
        return None
    if len(rows) != cells.rows or any(len(each) != cells.width for each in rows):
        return None
    return list(zip(*rows, strict=True)) if rows else [()] * cells.width


def _matching(pattern: str, make: Callable[[str], Any] = str) -> Read:
    match = re.compile(pattern).fullmatch

    def read(cell: str) -> Any:
        if match(cell) is None:
            raise ValueError(cell)
        return make(cell)

    return read


def _number(cell: str) -> float:
    value = float(cell)
    if len(cell) > _EXACT or "e" in repr(value):
        raise ValueError(cell)
    return value


def _moment(cell: str) -> datetime:
    value = datetime.fromisoformat(cell)
    if not datetime(1, 1, 2) <= value < datetime(9999, 12, 31):  # noqa: DTZ001  it has no zone
        raise ValueError(cell)
    return value


_DAY, _CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_READERS: Mapping[str, Read] = {
    "string": str,
    "any": str,
    "duration": str,
    "integer": _matching("[+-]?[0-9]{1,18}", int),
    "number": _matching(r"[+-]?[0-9]+(?:\.[0-9]+)?", _number),
    "date": _matching(_DAY, date.fromisoformat),
    "datetime": _matching(f"{_DAY}[T ]{_CLOCK}", _moment),
    "time": _matching(_CLOCK, time.fromisoformat),
    "year": _matching("[0-9]{4}", int),
    "yearmonth": _matching("[0-9]{4}-(?:0[1-9]|1[0-2])"),
    "geopoint": _matching(r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]+)?,-?(?:0|[1-9][0-9]?)(?:\.[0-9]+)?"),
}
_FORMED = frozenset({"date", "datetime", "time", "geopoint"})
"""Types that are written otherwise in another format than the usual one."""
_WRITTEN = frozenset({"groupChar", "decimalChar", "bareNumber"})


def _reader(field: Field) -> Read | None:
    """None of a field whose cells are read by the engine, or by stock."""
    if field.type in NESTED or (field.type in _FORMED and field.format != "default"):
        return None
    if field.type in ("integer", "number") and _WRITTEN.intersection(field.options):
        return None
    if field.type == "boolean":
        return _boolean(field)
    return _READERS.get(field.type)


def _boolean(field: Field) -> Read:
    yes = field.options.get("trueValues", ("true", "True", "TRUE", "1"))
    no = field.options.get("falseValues", ("false", "False", "FALSE", "0"))
    values = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}  # stock reads what stands in both lists as false

    def read(cell: str) -> bool:
        if cell not in values:
            raise ValueError(cell)
        return bool(values[cell])

    return read


def relation(columns: Sequence[Column]) -> str:
    """SQL that stands in a FROM, whose parameters are the values of each column."""
    return f"(SELECT {', '.join(f'unnest(${n}::{each.type}[]) AS v{n - 1}' for n, each in enumerate(columns, start=1))})"


def lines(columns: Sequence[Column], values: Sequence[Sequence[Any]], names: Sequence[str]) -> bytes:
    """Each row as an object of JSON on a line, as the engine writes it."""
    texts = [
        [_NULL if value is None else write(value) for value in some]
        for some, write in zip(values, map(_writer, columns), strict=True)
    ]
    line = f"{{{','.join(f'{_text(name)}:%s' for name in (each.replace('%', '%%') for each in names))}}}\n"
    return "".join(line % row for row in zip(*texts, strict=True)).encode(errors="replace")


_NULL = "null"
_text: Callable[[str], str] = encode_basestring


def _writer(column: Column) -> Callable[[Any], str]:
    return _WRITERS[column.type]


def _quoted(value: date | time) -> str:
    return f'"{value.isoformat()}"'


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "VARCHAR": _text,
    "BIGINT": str,
    "INTEGER": str,
    "DOUBLE": repr,
    "BOOLEAN": lambda value: "true" if value else "false",
    "DATE": _quoted,
    "TIMESTAMP": _quoted,
    "TIME": _quoted,
}
