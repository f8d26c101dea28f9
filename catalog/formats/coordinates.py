"""Which columns say where a row is: a point, a pair of latitude and longitude, or a shape (RFC 7946, WGS 84).

A pair is recognised by what its columns mean (``property``, ``rdfType``), else by how they are called; in a table with several
pairs the first is the place of the row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.model import Field

_MEANINGS: Mapping[str, str] = {
    "https://schema.org/latitude": "latitude",
    "http://schema.org/latitude": "latitude",
    "http://www.w3.org/2003/01/geo/wgs84_pos#lat": "latitude",
    "https://schema.org/longitude": "longitude",
    "http://schema.org/longitude": "longitude",
    "http://www.w3.org/2003/01/geo/wgs84_pos#long": "longitude",
}
_NAMES = (
    ("latitude", re.compile(r"(?:.*[_ ])?(?:緯度|latitude|lat)", re.IGNORECASE)),
    ("longitude", re.compile(r"(?:.*[_ ])?(?:経度|longitude|long|lon|lng)", re.IGNORECASE)),
)
_NUMBERS = frozenset({"number", "integer"})


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Positions of columns: of a pair, or of the one column that holds a ``geopoint`` or a ``geojson`` shape."""

    latitude: int = -1
    longitude: int = -1
    point: int = -1
    shape: int = -1


def coordinates_of(fields: Sequence[Field]) -> Coordinates | None:
    """Where the coordinates of a table stand, None where it has none. A point goes before a pair, a pair before a shape."""
    point = _first(index for index, each in enumerate(fields) if each.type == "geopoint")
    if point >= 0:
        return Coordinates(point=point)
    axes = [axis_of(each) for each in fields]
    if "latitude" in axes and "longitude" in axes:
        latitude = axes.index("latitude")
        return Coordinates(latitude=latitude, longitude=_partner(fields, axes, latitude))
    shape = _first(index for index, each in enumerate(fields) if each.type == "geojson" and each.format == "default")
    return Coordinates(shape=shape) if shape >= 0 else None


def axis_of(field: Field) -> str:
    """``latitude``, ``longitude`` or ""."""
    if field.type not in _NUMBERS:
        return ""
    for meaning in (field.definition.property, field.rdf_type):
        if meaning in _MEANINGS:
            return _MEANINGS[meaning]
    names = (field.name, field.title.ja, field.title.en)
    return next((axis for axis, pattern in _NAMES for each in names if pattern.fullmatch(each)), "")


def _partner(fields: Sequence[Field], axes: Sequence[str], latitude: int) -> int:
    """The longitude that is called like the latitude, else the nearest one."""
    candidates = [index for index, axis in enumerate(axes) if axis == "longitude"]
    alike = _pattern(fields[latitude].name)
    same = [index for index in candidates if _pattern(fields[index].name) == alike]
    return min(same or candidates, key=lambda index: abs(index - latitude))


def _pattern(name: str) -> str:
    return re.sub(r"緯度|経度|latitude|longitude|lat|long|lon|lng", "", name, flags=re.IGNORECASE)


def _first(found: Iterable[int]) -> int:
    return next(iter(found), -1)
