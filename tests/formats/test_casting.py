"""Every type, format and option, cell by cell: what is stored is what stock frictionless casts."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from format_samples import CELLS, FIELDS, field, parquet_of, read, stock, table

from catalog.formats import Column, few
from catalog.model import Field


@pytest.fixture(params=["few cells", "the engine"], autouse=True)
def who_reads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of few cells are read in Python; each is tried as one that is not, too."""
    if request.param == "the engine":
        monkeypatch.setattr(few, "CELLS", -1)


def same(column: Column, stored: Any, cast: Any) -> bool:  # noqa: C901, PLR0911  one line a type
    """Whether a stored value is the cast."""
    type_ = column.field.type
    if stored is None or cast is None:
        return stored is None and cast is None
    if type_ in ("string", "any"):
        return bool(stored == cast)
    if type_ == "integer":
        return int(stored) == cast
    if type_ == "number":
        number = float(cast) if isinstance(cast, float) else cast
        if isinstance(number, float):
            return bool(stored == number or (isnan(stored) and isnan(number)))
        if number.is_nan():
            return Decimal(str(stored)).is_nan()
        return Decimal(str(stored)) == number
    if type_ == "datetime" and column.type == "TIMESTAMP WITH TIME ZONE":
        return datetime.fromisoformat(stored) == cast.astimezone(UTC) and cast.tzinfo is not None
    if type_ in ("date", "datetime", "time") and isinstance(stored, str):
        return bool(type(cast).fromisoformat(stored) == cast)
    if type_ == "yearmonth":
        year, month = stored.split("-")
        return (int(year), int(month)) == tuple(cast) and len(year) >= 4 and len(month) == 2
    if type_ == "geopoint":
        return tuple(map(Decimal, stored.split(","))) == tuple(map(Decimal, cast))
    if type_ in ("geojson", "object", "array", "list"):
        return alike(json.loads(stored, parse_constant=pytest.fail), cast)
    if type_ == "duration":
        return bool(stock(field("duration"), [stored])[0][1] == cast)
    return bool(type(stored) is type(cast) and stored == cast)


def alike(stored: Any, cast: Any) -> bool:
    """Whether JSON keeps a cast: as the same thing, or as its text where JSON has no word for it."""
    if isinstance(cast, dict):
        return isinstance(stored, dict) and stored.keys() == cast.keys() and all(alike(stored[key], cast[key]) for key in cast)
    if isinstance(cast, list):
        return isinstance(stored, list) and len(stored) == len(cast) and all(map(alike, stored, cast))
    if isinstance(cast, date | datetime | time):
        return bool(stored == cast.isoformat())
    if isinstance(cast, Decimal | float) and not isinstance(stored, bool):
        return stored == "NaN" if Decimal(cast).is_nan() else Decimal(str(stored)) == Decimal(str(cast))
    return bool(stored == cast)


@pytest.mark.parametrize("name", FIELDS)
def test_each_cell_alone(name: str, tmp_path: Path) -> None:
    taken = stock(FIELDS[name], CELLS)
    assert taken, "no sample for this field"
    one = FIELDS[name]
    fields = [Field(name=f"c{n}", type=one.type, format=one.format, options=one.options, missing_values=one.missing_values)
              for n in range(len(taken))]  # fmt: skip
    resource = table(*fields)
    columns, rows = read(parquet_of(tmp_path, resource, [[cell for cell, _cast in taken]]), resource)
    wrong = [(each[0], found, each[1], column.type) for each, found, column in zip(taken, rows[0], columns, strict=True)
             if not same(column, found, each[1])]  # fmt: skip
    assert not wrong


@pytest.mark.parametrize("name", FIELDS)
def test_all_cells_of_a_column_together(name: str, tmp_path: Path) -> None:
    taken = stock(FIELDS[name], CELLS)
    resource = table(FIELDS[name], Field(name="number", type="integer"))
    rows = [[cell, str(number)] for number, (cell, _cast) in enumerate(taken)]
    columns, found = read(parquet_of(tmp_path, resource, rows), resource)
    assert [each[1] for each in found] == list(range(len(taken)))
    wrong = [(cell, stored[0], cast) for (cell, cast), stored in zip(taken, found, strict=True)
             if not same(columns[0], stored[0], cast)]  # fmt: skip
    assert not wrong, columns[0].type
