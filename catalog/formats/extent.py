"""Where on the earth a table is about: the least box around its coordinates, read from the typed file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from catalog.formats import engine
from catalog.formats.columns import Column, columns, columns_in
from catalog.model import Box, Resource

_LATITUDE = re.compile(r"(?P<what>.*?)(?:緯度|(?:^|(?<=[_ -]))(?:latitude|lat))", re.IGNORECASE)
_LONGITUDE = re.compile(r"(?P<what>.*?)(?:経度|(?:^|(?<=[_ -]))(?:longitude|lon|lng|long))", re.IGNORECASE)
_PROPERTY = re.compile(r".*[/#](?P<what>)(?:latitude|lat|緯度)"), re.compile(r".*[/#](?P<what>)(?:longitude|long|経度)")
"""schema.org, the W3C's wgs84_pos and IMI 共通語彙基盤 have these as last parts of their addresses."""


def box(tables: Iterable[tuple[Path, Resource]]) -> Box | None:
    """The least box around every point that these tables (typed files) name, None where they name none.

    Columns: geopoints (Table Schema), and pairs of latitude and longitude, told by their names (緯度 and 経度, lat and lon,
    with the same word before them) or by the property that they are defined as. A pair that is no place on the earth, and
    0, 0, which stands for "unknown" in many tables, are passed over. Raises as ``engine.faults``.
    """
    points = [
        f"SELECT {x} AS x, {y} AS y FROM {engine.rows(parquet)}"
        for parquet, table in tables
        if _may_name_points(table)
        for x, y in _pairs(columns_in(parquet, table))
    ]
    if not points:
        return None
    listed = " UNION ALL ".join(points)
    with engine.faults():
        asked = engine.connection().execute(
            f"SELECT min(x), min(y), max(x), max(y) FROM ({listed}) "
            "WHERE abs(x) <= 180 AND abs(y) <= 90 AND NOT (x = 0 AND y = 0)"
        )
        found = asked.fetchone()
    return None if found is None or found[0] is None else Box(*map(float, found))


def _may_name_points(table: Resource) -> bool:
    """Whether it is worth to ask the file: where its columns are those of the schema, that tells it."""
    exact = table.schema is not None and table.schema.fields_match == "exact"
    return not exact or any(_pairs(columns(table)))


def _pairs(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """(longitude, latitude) of each point that a row names, as SQL."""
    for each in columns:
        if each.field.type == "geopoint":  # a text "lon,lat" in the typed file, whatever its format was
            yield _part(each, 1), _part(each, 2)
    longitudes = dict(_named(columns, _LONGITUDE, _PROPERTY[1]))
    for what, latitude in _named(columns, _LATITUDE, _PROPERTY[0]):
        if what in longitudes:
            yield _value(longitudes[what]), _value(latitude)


def _named(columns: Sequence[Column], name: re.Pattern[str], property_: re.Pattern[str]) -> Iterator[tuple[str, Column]]:
    """The columns of a coordinate, each with the word before it; "" for those that only their property tells."""
    for each in columns:
        found = name.fullmatch(each.name) or property_.fullmatch(each.field.definition.property or each.field.rdf_type)
        if found:
            yield found["what"].casefold(), each


def _value(column: Column) -> str:
    return f"TRY_CAST({engine.name(column.name)} AS DOUBLE)"


def _part(column: Column, number: int) -> str:
    return f"TRY_CAST(split_part({engine.name(column.name)}, ',', {number}) AS DOUBLE)"
