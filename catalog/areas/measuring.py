"""One figure of several areas beside each other: the numbers of a column, put together by the area that each row is about.

A missing value is no zero: an area whose rows have no value says so, and so does one of which there are no rows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from catalog.areas.localities import Locality, locality
from catalog.formats.coordinates import axis_of
from catalog.meaning import area_code
from catalog.model import Field
from catalog.query import Column, Limits
from catalog.query.columns import FILE
from catalog.query.engine import engine
from catalog.query.jsontext import figure
from catalog.query.localities import code_of
from catalog.query.questions import Measure

Function = Literal["sum", "avg", "min", "max"]
FUNCTIONS: tuple[Function, ...] = ("sum", "avg", "min", "max")
State = Literal["value", "partial", "missing", "absent"]
"""There is a value; it leaves rows out that have none; no row has one; there is no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figure of one area. ``value`` is None unless the state is "value" or "partial"; ``empty`` rows have no value."""

    locality: Locality
    value: float | int | None
    rows: int
    empty: int

    @property
    def state(self) -> State:
        """What the value is worth."""
        if not self.rows:
            return "absent"
        if self.value is None:
            return "missing"
        return "partial" if self.empty else "value"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures by code; ``elsewhere`` counts the rows that name no area."""

    areas: tuple[Measured, ...]
    elsewhere: int


def figurative(field: Field) -> bool:
    """Whether a column is a figure by its definition: a number, and neither a coordinate, nor a code, nor a place in an order."""
    if field.type not in ("integer", "number"):
        return False
    definition = field.definition
    ordinal = definition.unit == "ordinal" or definition.property.endswith("/position")
    return not (axis_of(field) or ordinal or definition.unit == "degree" or definition.codelist)


def comparable(column: Column, field: Field | None) -> bool:
    """Whether the values of a column can be put together: it is a figure, and its file holds it as numbers."""
    return column.numeric and field is not None and figurative(field)


def compare(
    parquet: Path, column: Column, areas: Sequence[Column], function: Function, limits: Limits, prefecture: str = ""
) -> Comparison:
    """The figure of each area that the rows are about; with ``prefecture`` (two digits), of those that lie in it.

    Raises Busy (query-slow, query-memory, query-crowded), BadQuestion where a sum is too large to be written down.
    """
    measure = Measure(function, column, "")
    computed = {
        "sum": f"{'fsum' if column.kind == 'double' else 'sum'}({column.sql})",
        "avg": f"favg(CAST({column.sql} AS DOUBLE))",
        "min": f"min({column.sql})",
        "max": f"max({column.sql})",
    }[function]
    grouped = f"SELECT {code_of(areas)} AS a, count(*) AS n, count({column.sql}) AS c, {computed} AS m FROM {FILE} GROUP BY 1"
    with engine(limits).turn() as turn:
        rows = turn.rows(f"SELECT a, n, c, {figure(measure, 'm')} FROM ({grouped}) ORDER BY a", (str(parquet),))
    found, elsewhere = [], 0
    for code5, count, filled, written in rows:
        code = area_code(code5 or "")
        if not code:
            elsewhere += count
        elif code.startswith(prefecture):
            value = json.loads(written) if written is not None else None
            finite = value if isinstance(value, int | float) else None  # NaN and infinities are texts
            found.append(Measured(locality=locality(code), value=finite, rows=count, empty=count - filled))
    return Comparison(tuple(found), elsewhere)
