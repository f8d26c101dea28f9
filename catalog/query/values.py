"""A value in a query string -> what a column is compared with. Strict: a typing mistake must not become another question.

Digits are those of ASCII: ``int("１０")`` would be 10, and a cache would keep one answer under two questions.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from catalog.query.columns import Column, Kind

_INTEGER = re.compile(r"[+-]?[0-9]{1,60}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?")
_ZONE = re.compile(r"(.*?)(Z|[+ -][0-9]{2}:[0-9]{2})?", re.DOTALL)
_SPECIAL: Mapping[str, float] = {
    "NaN": math.nan,
    **dict.fromkeys(("INF", "Infinity"), math.inf),
    **dict.fromkeys(("-INF", "-Infinity"), -math.inf),
}
"""As Table Schema spells them, and as rows do."""
_EXACT = Context(prec=2_000, Emax=999_999, Emin=-999_999)
_TESTS = {"exact": "=", "not": "IS DISTINCT FROM", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

NEVER, ALWAYS, FILLED = "false", "true", "{0} IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Compared:
    """SQL with ``{0}`` for the column and ``?`` for each of ``values``."""

    sql: str
    values: tuple[Any, ...] = ()


def compared(column: Column, operator: str, text: str) -> Compared:
    """One of exact, not, gt, gte, lt, lte with a value. Raises ValueError where the text is no value of the column's type."""
    if column.kind == "number":
        return _exact_number(column, operator, text)
    value = READERS[column.kind](text)
    return Compared(f"{{0}} {_TESTS[operator]} {_PLACES.get(column.kind, '?')}", (value,))


def _exact_number(column: Column, operator: str, text: str) -> Compared:
    """Against integers and decimals: the value may lie between two of theirs, or beyond all of them."""
    if not (_INTEGER if column.whole else _NUMBER).fullmatch(text):
        raise ValueError(text)
    scale, least, most = column.bounds
    units = Decimal(text).scaleb(scale, _EXACT)
    below = units.to_integral_value(rounding=ROUND_FLOOR, context=_EXACT)
    between = below != units
    if operator in ("exact", "not"):
        if between or not least <= below <= most:
            return Compared(NEVER if operator == "exact" else ALWAYS)
    else:
        if between:  # between two values: above the lower one, or up to it
            operator = "gt" if operator in ("gt", "gte") else "lte"
        if not least <= below <= most:
            above = below > most
            return Compared(NEVER if above == (operator in ("gt", "gte")) else FILLED)
    value = below.scaleb(-scale, _EXACT)
    return Compared(f"{{0}} {_TESTS[operator]} CAST(? AS {column.type})", (f"{value:f}",))


def real(text: str) -> float:
    """A number as IEEE 754 has it. Raises ValueError where it is none, or too large for one."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if not _NUMBER.fullmatch(text) or math.isinf(float(text)):
        raise ValueError(text)
    return float(text)


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError(text)
    text.encode()  # half a surrogate pair is a UnicodeEncodeError, which is a ValueError
    return text


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _date(text: str) -> str:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return time.fromisoformat(text).isoformat()


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).isoformat(sep=" ")


def _instant(text: str) -> str:
    """Without a zone it is UTC. A plus sign that was sent bare arrives as a blank."""
    matched = _ZONE.fullmatch(text)
    assert matched is not None, "both parts may be empty"
    moment, zone = matched[1], (matched[2] or "+00:00").replace("Z", "+00:00").replace(" ", "+")
    return datetime.fromisoformat(f"{_moment(moment)}{zone}").isoformat(sep=" ")


READERS: Mapping[Kind, Callable[[str], Any]] = {
    "text": _plain,
    "point": _plain,
    "json": _plain,
    "double": real,
    "boolean": _boolean,
    "date": _date,
    "datetime": _moment,
    "instant": _instant,
    "time": _time,
}
_PLACES: Mapping[Kind, str] = {
    "double": "CAST(? AS DOUBLE)",
    "date": "CAST(? AS DATE)",
    "datetime": "CAST(? AS TIMESTAMP)",
    "instant": "CAST(? AS TIMESTAMPTZ)",
    "time": "CAST(? AS TIME)",
}
