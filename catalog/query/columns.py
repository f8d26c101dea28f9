"""The columns of a Parquet file, and what may be asked of each: the only source of the names that go into SQL."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from catalog.formats.coordinates import axis_of
from catalog.model import Field, Schema
from catalog.query.engine import Limits, engine, name

Kind = Literal["text", "number", "double", "boolean", "date", "datetime", "instant", "time", "point", "json", "other"]
"""``number`` is exact (integers and decimals), ``instant`` a time with a zone, ``other`` whatever can only be shown."""

ORDERED: frozenset[Kind] = frozenset({"text", "number", "double", "date", "datetime", "instant", "time"})
"""What has an order that means something."""
_EQUAL = ("exact", "not", "in")
_COMPARED = ("gt", "gte", "lt", "lte")
_FOUND = ("contains", "startswith")
_NEAR = ("near", "bbox")
_OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    "text": (*_EQUAL, *_FOUND, *_COMPARED, "isnull"),
    "number": (*_EQUAL, *_COMPARED, "isnull"),
    "double": (*_EQUAL, *_COMPARED, "isnull"),
    "boolean": (*_EQUAL, "isnull"),
    "date": (*_EQUAL, *_COMPARED, "isnull"),
    "datetime": (*_EQUAL, *_COMPARED, "isnull"),
    "instant": (*_EQUAL, *_COMPARED, "isnull"),
    "time": (*_EQUAL, *_COMPARED, "isnull"),
    "point": (*_EQUAL, "isnull", *_NEAR),
    "json": ("contains", "isnull"),
    "other": ("isnull",),
}
OPERATORS = (*_EQUAL, *_FOUND, *_COMPARED, "isnull", *_NEAR)
FILE = "read_parquet(?, hive_partitioning = false)"
"""The rows of a file whose path is bound. Without the option, a folder named "a=b" above it would become a column."""
_UNORDERED_TEXT = (*_EQUAL, *_FOUND, "isnull")

_KINDS: Mapping[str, Kind] = {
    "VARCHAR": "text",
    "DOUBLE": "double",
    "FLOAT": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "instant",
    "TIME": "time",
}
_INTEGERS: Mapping[str, int] = {
    **{name_: 2 ** (bits - 1) - 1 for name_, bits in (("TINYINT", 8), ("SMALLINT", 16), ("INTEGER", 32), ("BIGINT", 64))},
    **{name_: 2**bits - 1 for name_, bits in (("UTINYINT", 8), ("USMALLINT", 16), ("UINTEGER", 32), ("UBIGINT", 64))},
}
_DECIMAL = re.compile(r"DECIMAL\(([0-9]+),([0-9]+)\)")
_OF_TEXT: Mapping[str, Kind] = {"geopoint": "point", "geojson": "json", "object": "json", "array": "json", "list": "json"}
_ORDERED_TEXT = frozenset({"string", "any", "yearmonth", ""})
"""Field types whose text sorts as its values do. A number that only a text can hold, or a duration, does not."""
_AXES = re.compile(r"緯度|経度|latitude|longitude|lat|long|lon|lng", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``name`` as the file, clients and rows write it, ``sql`` the same quoted, ``type`` in DuckDB's words.

    ``field_name`` and ``field_type`` are those of the field that defines it, "" where no schema told it. ``longitude``
    names, for a latitude, the column that makes a place of the two.
    """

    name: str
    sql: str
    type: str
    kind: Kind
    field_name: str = ""
    field_type: str = ""
    longitude: str = ""

    @property
    def ordered(self) -> bool:
        """Whether it can be compared and sorted by."""
        return self.kind in ORDERED and (self.kind != "text" or self.field_type in _ORDERED_TEXT)

    @property
    def groupable(self) -> bool:
        """Whether rows can be grouped by its values."""
        return self.kind not in ("json", "other")

    @property
    def numeric(self) -> bool:
        """Whether its values can be added up."""
        return self.kind in ("number", "double") and self.field_type != "year"

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.kind == "number" and self.field_type != "number" and self.bounds[0] == 0

    @property
    def operators(self) -> tuple[str, ...]:
        """What may stand behind its name and two underscores."""
        found = _OPERATORS[self.kind] if self.ordered or self.kind != "text" else _UNORDERED_TEXT
        return (*found, *_NEAR) if self.longitude else found

    @property
    def bounds(self) -> tuple[int, int, int]:
        """Of an exact number: its scale, and the smallest and largest value in units of the last digit."""
        if found := _DECIMAL.fullmatch(self.type):
            most = 10 ** int(found[1]) - 1
            return int(found[2]), -most, most
        most = _INTEGERS[self.type]
        return 0, (0 if self.type.startswith("U") else -most - 1), most


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is: a column of points, or a latitude with its longitude."""

    latitude: Column
    longitude: Column | None = None

    @property
    def name(self) -> str:
        """The column that ``__near`` and ``__bbox`` are asked of."""
        return self.latitude.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that it takes."""
        return (self.latitude,) if self.longitude is None else (self.latitude, self.longitude)

    @property
    def sql(self) -> tuple[str, str]:
        """SQL of latitude and longitude in degrees; NULL where a row has none."""
        if self.longitude is not None:
            return f"CAST({self.latitude.sql} AS DOUBLE)", f"CAST({self.longitude.sql} AS DOUBLE)"
        parts = (f"TRY_CAST(trim(split_part({self.latitude.sql}, ',', {each})) AS DOUBLE)" for each in (2, 1))
        latitude, longitude = parts
        return latitude, longitude


def columns_of(parquet: Path, schema: Schema | None, limits: Limits) -> tuple[Column, ...]:
    """The columns of a Parquet file, in order, with what the Table Schema says of them. Raises as ``Engine.turn``."""
    found = _described(limits, parquet, parquet.stat().st_ino)
    fields = _fields([sql for sql, _type in found], schema)
    columns = tuple(_column(sql, type_, field) for (sql, type_), field in zip(found, fields, strict=True))
    pairs = _pairs(columns, fields)
    return tuple(replace(each, longitude=pairs.get(each.name, "")) for each in columns)


@lru_cache(maxsize=512)
def _described(limits: Limits, parquet: Path, _inode: int) -> tuple[tuple[str, str], ...]:
    with engine(limits).turn() as turn:
        return tuple((row[0], row[1]) for row in turn.rows(f"DESCRIBE SELECT * FROM {FILE}", [str(parquet)]))


def _fields(names: Sequence[str], schema: Schema | None) -> tuple[Field, ...]:
    """The field of each column of a file: by name, else by position, for names that differ by case only are numbered there."""
    given = schema.fields if schema is not None else ()
    by_name = {each.name: each for each in given}
    found = []
    for position, each in enumerate(names):
        beside = given[position] if position < len(given) else None
        numbered = beside is not None and beside.name not in names and each.casefold().startswith(beside.name.casefold())
        found.append(by_name.get(each) or (beside if beside and numbered else Field(name="", type="")))
    return tuple(found)


def _column(sql: str, type_: str, field: Field) -> Column:
    kind: Kind = "number" if type_ in _INTEGERS or _DECIMAL.fullmatch(type_) else _KINDS.get(type_, "other")
    if kind == "text":
        kind = _OF_TEXT.get(field.type, kind)
    return Column(sql, name(sql), type_, kind, field.name, field.type)


def places_of(columns: Sequence[Column]) -> tuple[Place, ...]:
    """The places that a row has: columns of points, then latitudes with their longitudes."""
    by_name = {each.name: each for each in columns}
    pairs = (Place(each, by_name[each.longitude]) for each in columns if each.longitude in by_name)
    return (*(Place(each) for each in columns if each.kind == "point"), *pairs)


def _pairs(columns: Sequence[Column], fields: Sequence[Field]) -> dict[str, str]:
    """Latitudes with the longitude that is called alike; the only two of a table belong together, whatever they are called."""
    axes: dict[str, list[str]] = {"latitude": [], "longitude": [], "": []}
    for column, field in zip(columns, fields, strict=True):
        axes[axis_of(field if field.type else Field(name=column.name, type="number")) if column.numeric else ""].append(
            column.name
        )
    latitudes, longitudes = axes["latitude"], axes["longitude"]
    if len(latitudes) == len(longitudes) == 1:
        return {latitudes[0]: longitudes[0]}
    alike = {_AXES.sub("", each): each for each in reversed(longitudes)}
    return {each: alike[rest] for each in latitudes if (rest := _AXES.sub("", each)) in alike}
