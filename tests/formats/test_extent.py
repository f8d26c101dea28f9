"""The box around the places of a table: which columns are coordinates, and which values are places."""

from pathlib import Path

import pytest
from format_samples import parquet_of, table

from catalog.formats.extent import box
from catalog.model import Box, Definition, Field

ROWS = (("135.5", "34.7"), ("135.1", "34.9"), ("", ""))
FOUND = Box(135.1, 34.7, 135.5, 34.9)


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        ("経度", "緯度"), ("longitude", "latitude"), ("Lon", "LAT"), ("lng", "lat"), ("stop_lon", "stop_lat"),
        ("観光ポイント_経度", "観光ポイント_緯度"), ("地図_long", "地図_lat"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("type_", ["number", "string"])
def test_coordinates_are_known_by_their_names(tmp_path: Path, longitude: str, latitude: str, type_: str) -> None:
    columns = table(Field(name=longitude, type=type_), Field(name=latitude, type=type_))
    assert box([(parquet_of(tmp_path, columns, ROWS), columns)]) == FOUND


@pytest.mark.parametrize("vocabulary", ["https://schema.org/", "http://www.w3.org/2003/01/geo/wgs84_pos#"])
def test_or_by_what_they_are_defined_as(tmp_path: Path, vocabulary: str) -> None:
    last = ("longitude", "latitude") if "schema" in vocabulary else ("long", "lat")
    columns = table(
        *(
            Field(name=name, type="number", definition=Definition(property=vocabulary + each))
            for name, each in zip("xy", last, strict=True)
        )
    )
    assert box([(parquet_of(tmp_path, columns, ROWS), columns)]) == FOUND


def test_geopoints_are_places_too(tmp_path: Path) -> None:
    columns = table(Field(name="場所", type="geopoint"))
    rows = [("135.5, 34.7",), ("135.1, 34.9",), ("",)]
    assert box([(parquet_of(tmp_path, columns, rows), columns)]) == FOUND


@pytest.mark.parametrize(
    ("one", "other"), [("経度", "stop_lat"), ("population", "plateau"), ("flat", "salon"), ("経度1", "緯度1")]
)
def test_other_names_are_none(tmp_path: Path, one: str, other: str) -> None:
    columns = table(Field(name=one, type="number"), Field(name=other, type="number"))
    assert box([(parquet_of(tmp_path, columns, ROWS), columns)]) is None


def test_what_is_no_place_is_passed_over(tmp_path: Path) -> None:
    columns = table(Field(name="経度", type="string"), Field(name="緯度", type="string"))
    rows = [*ROWS, ("0", "0"), ("34.7", "135.5"), ("135.9", ""), ("不明", "34.1"), ("181", "10"), ("nan", "nan"), ("inf", "1")]
    assert box([(parquet_of(tmp_path, columns, rows), columns)]) == FOUND
    assert box([(parquet_of(tmp_path, columns, [("", ""), ("0", "0")]), columns)]) is None


def test_the_box_is_around_all_tables(tmp_path: Path) -> None:
    columns = table(Field(name="経度", type="number"), Field(name="緯度", type="number"))
    other = tmp_path / "other"
    other.mkdir()
    files = [parquet_of(tmp_path, columns, ROWS), parquet_of(other, columns, [("140", "-1")])]
    assert box((each, columns) for each in files) == Box(135.1, -1.0, 140.0, 34.9)
    assert box([]) is None
