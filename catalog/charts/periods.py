"""Spans of time on an axis: months, calendar years, and Japan's fiscal years from April to March."""

from collections.abc import Iterator
from typing import Literal

from catalog.charts.nouns import Category, Pairs
from catalog.messages.wording import _
from catalog.model import Field, Text
from catalog.words import said

MOST = 120
"""Spans on one axis: ten years of months. What is earlier stands together."""
_APRIL = 4
_YEAR = 12
_LAST = "9999-12"

Unit = Literal["", "month", "year", "fiscal-year"]


def bucket(column: str, type_: str, unit: Unit) -> str:
    """SQL of the span that a column's value lies in: ``2021-04`` for months, ``2021`` for years; NULL where it has none.

    ``column`` is quoted. Fiscal years begin on 1 April.
    """
    if type_ == "year":
        return f"lpad(CAST({column} AS VARCHAR), 4, '0')"
    month = f"left({column}, 7)" if type_ == "yearmonth" else f"strftime({column}, '%Y-%m')"
    if unit == "month":
        return month
    if unit == "year":
        return f"left({month}, 4)"
    return f"CAST(CAST(left({month}, 4) AS INTEGER) - (CAST(right({month}, 2) AS INTEGER) < {_APRIL})::INTEGER AS VARCHAR)"


def categories(field: Field, unit: Unit, present: set[tuple[str | None, bool]]) -> tuple[Category, ...]:
    """The spans in order, those in between that have no row too; earlier ones as one, "no data" last.

    ``present`` are the values that ``bucket`` gave; (None, True) stands for the earlier ones.
    """
    found = sorted(value for value, _earlier in present if value is not None)
    if len(found) > 1:
        steps = list(_between(found[0], found[-1], unit))
        found = steps if set(found) <= set(steps) else found
    shown = [Category(value=each, label=_label(each, unit), query=_query(field, each, unit)) for each in found]
    if (None, True) in present and shown:
        name, first = next(iter(shown[0].query))
        before = name.rpartition("__")[0] + "__lt"
        shown.insert(0, Category(value="", label=said(_("Earlier")), rest=1, query=((before, first),)))
    if (None, False) in present:
        missing: Pairs = ((f"{field.name}__isnull", "true"),)
        shown.append(Category(value=None, label=said(_("No data")), no_data=True, query=missing))
    return tuple(shown)


def _between(first: str, last: str, unit: Unit) -> Iterator[str]:
    """Every span from one to another, as long as they fit on an axis."""
    start, end = _ordinal(first, unit), _ordinal(last, unit)
    if end - start < MOST:
        for each in range(start, end + 1):
            yield _month(each) if unit == "month" else f"{each:04d}"


def _ordinal(text: str, unit: Unit) -> int:
    if unit != "month":
        return int(text)
    year, month = text.split("-")
    return int(year) * _YEAR + int(month) - 1


def _label(text: str, unit: Unit) -> Text:
    if unit == "month":
        year, month = text.split("-")
        return Text(ja=f"{year}年{int(month)}月", en=text)
    if unit == "fiscal-year":
        return said(_("FY%(year)s"), year=text)
    return Text(ja=f"{text}年", en=text)


def _query(field: Field, text: str, unit: Unit) -> Pairs:
    """The question to the rows API: both ends of the span as values of the column."""
    name = field.name
    if field.type == "year":
        return ((f"{name}__exact", str(int(text))),)
    if unit == "month":
        first, after = text, _month(_ordinal(text, "month") + 1)
    else:
        month = _APRIL if unit == "fiscal-year" else 1
        first, after = f"{text}-{month:02d}", f"{int(text) + 1:04d}-{month:02d}"
    if field.type == "yearmonth" and unit == "month":
        return ((f"{name}__exact", text),)
    day = {"yearmonth": "", "date": "-01"}.get(field.type, "-01T00:00:00")
    ends = ((f"{name}__gte", first + day), (f"{name}__lt", after + day))
    return ends if after <= _LAST else ends[:1]  # nothing comes after the last year of ISO 8601


def _month(ordinal: int) -> str:
    return f"{ordinal // _YEAR:04d}-{ordinal % _YEAR + 1:02d}"
