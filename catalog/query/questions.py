"""A question to one table, as a frozen value: which rows, in which order, which columns or which figures of groups."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalog.errors import Finding, Refusal, UsageError
from catalog.query.columns import Column, Place

Format = Literal["json", "ndjson", "csv", "geojson"]
FORMATS: tuple[Format, ...] = ("json", "ndjson", "csv", "geojson")
MOST, USUAL = 1_000, 100
"""Rows in one answer: at most, and where nothing is said."""
_SHOWN = 100


class BadQuestion(Refusal, UsageError):
    """The question cannot be asked of this table; each finding names the parameter and what it may be."""

    code = "parameter-invalid"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: SQL with a place for each of ``values``; ``told`` is the parameter and its value, as they were sent."""

    sql: str
    values: tuple[Any, ...]
    told: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a group. ``column`` None counts rows; ``name`` is what answers call it."""

    function: Literal["count", "sum", "avg", "min", "max"]
    column: Column | None
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are sorted by: a column or a measure. Missing values come last either way."""

    by: Column | Measure
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Nearness:
    """Rows come by their distance from a point, in degrees, where no other order is asked for."""

    place: Place
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a table with the columns ``table``. With ``groups`` or ``measures`` it is about groups of rows.

    ``columns`` are those of the answer, ``whole`` where they are all of the table's, in its order.
    ``cursor`` is where the answer goes on, as an earlier one gave it, "" for the beginning, and ``skip`` how many rows it
    leaves out from there; ``place`` is what GeoJSON draws.
    """

    table: tuple[Column, ...]
    terms: tuple[Term, ...] = ()
    keys: tuple[Key, ...] = ()
    near: Nearness | None = None
    columns: tuple[Column, ...] = ()
    groups: tuple[Column, ...] = ()
    measures: tuple[Measure, ...] = ()
    limit: int = USUAL
    cursor: str = ""
    skip: int = 0
    format: Format = "json"
    place: Place | None = None
    whole: bool = True

    @property
    def grouped(self) -> bool:
        """Whether the answer is about groups of rows."""
        return bool(self.groups or self.measures)

    def digest(self) -> str:
        """Names the sequence that the answer is a page of: conditions, order and groups, not the columns, format or limit."""
        told: Mapping[str, Any] = {
            "terms": [each.told for each in self.terms],
            "keys": [(each.by.name, each.descending) for each in self.keys],
            "groups": [each.name for each in self.groups],
            "measures": [each.name for each in self.measures],
        }
        return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


def mistake(code: str, parameter: str, found: str = "", **details: str) -> Finding:
    """A finding about a parameter; long texts are cut."""
    expected = details.get("expected", "")
    return Finding(code=code, found=found[:_SHOWN], expected=expected, details={"parameter": parameter[:_SHOWN], **details})
