"""How a cell becomes a value: SQL for the usual ways to write one, stock's own reader for all others.

``way_of`` answers for a field with the SQL of its values and with the SQL of ``plain``: of a cell of which it is true, the
value is surely stock frictionless 5.21's cast. A column with any other cell is *slow*: each of its cells is read by stock,
handed in as ``Readers`` since frictionless has its home elsewhere, and written in the plain way. ``tests/formats`` holds
every type, format and option against stock's own casts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from catalog.formats.columns import MOMENT, TEXT
from catalog.formats.engine import text
from catalog.model import Field

Reader = Callable[[str], Any]
"""A cell to its value: None where it is missing. ValueError for a cell that is no value of the field."""

Readers = Callable[[Field, tuple[str, ...]], Reader]
"""The reader of a field; the texts are those that stand for a missing value."""

SIGN = "="
"""Stands before each value of a column that has been written anew."""

_MANY = 200
"""So many texts are compared one by one; a column with more of them is slow."""

_EXACT = 15
"""Two decimal numbers of so many digits never share a double (IEEE 754, binary64)."""

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET = "(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])"


@dataclass(frozen=True, slots=True)
class Way:
    """``type`` and ``value`` of a column whose cells are all ``plain``.

    ``zoned``: SQL that tells times with a zone; a column that has both kinds is slow, one that has a zone only is ``ZONED``.
    """

    type: str
    value: str
    plain: str = "true"
    zoned: str = ""


def way_of(field: Field, x: str) -> Way | None:
    """The way of a field; ``x`` is the SQL of a cell that is not missing. None where only stock can tell."""
    if field.type == "string" or field.type in ("any", "duration"):
        return Way(TEXT, x)
    maker = _WAYS.get(field.type)  # of what is written as JSON or as a list, only stock can tell
    return maker(field, x) if maker else None


def missing(values: tuple[str, ...], x: str) -> str | None:
    """SQL: is this cell a missing value. None where there are too many of them."""
    return _one_of(x, values)


def _one_of(x: str, values: tuple[str, ...]) -> str | None:
    """Whether a text is one of these; ``IN`` would become a join, and lose the order of the rows."""
    wanted = [each for each in dict.fromkeys(values) if "\0" not in each]
    if len(wanted) > _MANY:
        return None
    return "(" + (" OR ".join(f"{x} = {text(each)}" for each in wanted) or "false") + ")"


def _matches(x: str, pattern: str) -> str:
    return f"regexp_full_match({x}, '{pattern}')"


def _integer(field: Field, x: str) -> Way | None:
    if field.options.get("bareNumber", True) is not True:
        return None
    value = f"TRY_CAST({x} AS BIGINT)"
    plain = f"(CASE WHEN {value}::VARCHAR = {x} THEN true ELSE {_matches(x, '[+-]?[0-9]{1,18}')} END)"
    return Way("BIGINT", value, plain)


def _number(field: Field, x: str) -> Way | None:
    if {"groupChar", "decimalChar", "bareNumber"} & set(field.options):
        return None
    value = f"TRY_CAST({x} AS DOUBLE)"
    written = _matches(x, "[+-]?[0-9]+([.][0-9]*)?([eE][+-]?[0-9]{1,2})?")
    exact = "true" if field.options.get("floatNumber") else f"(strlen({x}) <= {_EXACT} OR {value}::VARCHAR = {x})"
    return Way("DOUBLE", value, f"({written} AND {exact})")


def _boolean(field: Field, x: str) -> Way | None:
    yes = tuple(field.options.get("trueValues", ("true", "True", "TRUE", "1")))
    no = tuple(field.options.get("falseValues", ("false", "False", "FALSE", "0")))
    is_yes, is_no = _one_of(x, yes), _one_of(x, no)
    if is_yes is None or is_no is None:
        return None
    value = f"(CASE WHEN {is_no} THEN false WHEN {is_yes} THEN true END)"  # stock reads what stands in both lists as false
    return Way("BOOLEAN", value, f"({value} IS NOT NULL)")


def _date(field: Field, x: str) -> Way | None:
    if field.format != "default":
        return None
    value = f"TRY_CAST({x} AS DATE)"
    return Way("DATE", value, f"(strlen({x}) = 10 AND coalesce({value}::VARCHAR = {x}, false))")


def _datetime(field: Field, x: str) -> Way | None:
    if field.format != "default":
        return None
    plain = _matches(x, f"{_DAY}[T ]{_CLOCK}{_OFFSET}?")
    return Way(
        MOMENT,
        f"TRY_CAST({x} AS TIMESTAMP)",
        f"({plain} AND TRY_CAST({x}[1:10] AS DATE)::VARCHAR = {x}[1:10] AND {x} > '0001-01-02' AND {x} < '9999-12-31')",
        zoned=f"(NOT {_matches(x, f'{_DAY}[T ]{_CLOCK}')})",
    )


def _time(field: Field, x: str) -> Way | None:
    return Way("TIME", f"TRY_CAST({x} AS TIME)", _matches(x, _CLOCK)) if field.format == "default" else None


def _year(_field: Field, x: str) -> Way:
    return Way("INTEGER", f"TRY_CAST({x} AS INTEGER)", _matches(x, "[0-9]{4}"))


def _yearmonth(_field: Field, x: str) -> Way:
    return Way(TEXT, x, _matches(x, "[0-9]{4}-(0[1-9]|1[0-2])"))


def _geopoint(field: Field, x: str) -> Way | None:
    plain = _matches(x, "-?(0|[1-9][0-9]{0,2})([.][0-9]+)?,-?(0|[1-9][0-9]?)([.][0-9]+)?")
    return Way(TEXT, x, plain) if field.format == "default" else None


_WAYS: dict[str, Callable[[Field, str], Way | None]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "year": _year,
    "yearmonth": _yearmonth,
    "geopoint": _geopoint,
}


def written(type_: str, x: str) -> Way:
    """The way of a column that has been written anew: a sign before each value, so that none is like a missing one."""
    kept = f"substr({x}, {len(SIGN) + 1})"
    return Way(type_, kept if type_ == TEXT else f"TRY_CAST({kept} AS {type_})")
