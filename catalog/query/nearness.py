"""Rows by where they are: within some metres of a point, or inside a box of degrees (RFC 7946, section 5)."""

import math
import re
from dataclasses import dataclass
from typing import Self

from catalog.query.columns import Place

EARTH = 6_371_008.8
"""Mean radius in metres (IUGG)."""
_NUMBER = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,15})?")
_FARTHEST = 20_050_000
"""Metres: half way round the earth."""


@dataclass(frozen=True, slots=True)
class Located:
    """SQL with a place for each of ``values``."""

    sql: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A circle: its centre in degrees, its radius in metres."""

    latitude: float
    longitude: float
    metres: float

    @classmethod
    def read(cls, text: str) -> Self:
        """From "lat,lon,metres". Raises ValueError."""
        latitude, longitude, metres = _numbers(text, 3)
        if abs(latitude) > 90 or abs(longitude) > 180 or not 0 <= metres <= _FARTHEST:  # noqa: PLR2004  degrees on the globe
            raise ValueError(text)
        return cls(latitude, longitude, metres)


@dataclass(frozen=True, slots=True)
class Box:
    """A box in degrees. Where ``west`` is greater than ``east``, it lies across the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> Self:
        """From "west,south,east,north". Raises ValueError."""
        west, south, east, north = _numbers(text, 4)
        if max(abs(west), abs(east)) > 180 or not -90 <= south <= north <= 90:  # noqa: PLR2004  degrees on the globe
            raise ValueError(text)
        return cls(west, south, east, north)


def _numbers(text: str, count: int) -> list[float]:
    parts = text.split(",")
    if len(parts) != count or not all(_NUMBER.fullmatch(each) for each in parts):
        raise ValueError(text)
    return [float(each) for each in parts]


def distance(place: Place) -> str:
    """SQL of the metres between a row and a point of two bound values, (latitude, longitude) twice: the haversine formula."""
    latitude, longitude = place.sql
    return (
        f"(2 * {EARTH} * asin(least(1.0, sqrt(pow(sin(radians({latitude} - ?) / 2), 2)"
        f" + cos(radians({latitude})) * cos(radians(?)) * pow(sin(radians({longitude} - ?) / 2), 2)))))"
    )


def distance_values(latitude: float, longitude: float) -> tuple[float, float, float]:
    """What ``distance`` is bound to."""
    return latitude, latitude, longitude


def near(place: Place, point: Point) -> Located:
    """Rows within the circle. A belt of latitudes comes first: it is cheap, and lets parts of the file be passed over."""
    latitude, _longitude = place.sql
    belt = math.degrees(point.metres / EARTH) * 1.001 + 1e-9
    return Located(
        f"({latitude} BETWEEN ? AND ? AND {distance(place)} <= ?)",
        (
            point.latitude - belt,
            point.latitude + belt,
            *distance_values(point.latitude, point.longitude),
            point.metres,
        ),
    )


def boxed(place: Place, box: Box) -> Located:
    """Rows inside the box, its edges included."""
    latitude, longitude = place.sql
    across = "OR" if box.west > box.east else "AND"
    return Located(
        f"({latitude} BETWEEN ? AND ? AND ({longitude} >= ? {across} {longitude} <= ?))",
        (box.south, box.north, box.west, box.east),
    )
