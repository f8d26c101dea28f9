"""Small tables for the tests of formats: a schema and rows of cells, written as a canonical CSV and typed."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from frictionless import Field as StockField
from frictionless import Schema as StockSchema

from catalog.formats import Column, columns_in, typed, write_ndjson, write_parquet
from catalog.model import Field, Resource, Schema
from catalog.validation.casting import reader

WIDE = "１２"
NUMBERS = [
    "0", "1", "-1", "+1", "007", "-0", "12", "123456789012345678", "1234567890123456789", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "9" * 38, "9" * 39, "9" * 300, "1_000", "1__0", WIDE, "１_２", " 5 ",
    "\u30005",
    "٣", "1.0", "1.", ".5", "1.5", "-1.50", "0.1", "0.10", "1e3", "1E+3", "1e-7", "1e400", "1e-400", "NaN", "nan", "sNaN", "-NaN",
    "Infinity", "-inf", "INF", "139.6917064", "139.69170640000001", "0.1234567890123456789", "123456789012345678901234567890.5",
    "1,000", "1,234,567.89", "1.234.567,89", "1 000", "¥1,000", "50%", "-50%", "1.2.3", "0x10", "1e", "1e5_0", "1e05", "00.10",
    "100000000000000000000", "0e0", "0E-50", "1.7976931348623157e308", "4.9e-324", "3.14159265358979", "true",
]  # fmt: skip
MOMENTS = [
    "2020-01-02", "2020-1-2", "２０２０-01-02", "0001-01-01", "9999-12-31", "2020-02-29", "2021-02-29", "2020/01/02", "20200102",
    "2020年1月2日", "令和2年1月2日", "02/01/2020", "10000-01-01", "-0001-01-01", "0000-01-01", "Jan 2 2020", " 2020-01-02",
    "2020-01-02T03:04:05", "2020-01-02T03:04:05Z", "2020-01-02T03:04:05+09:00", "2020-01-02T03:04:05-0930", "2020-01-02 03:04:05",
    "2020-01-02T03:04:05.1", "2020-01-02T03:04:05.123456", "2020-01-02T03:04:05.1234567", "2020-01-02T03:04:05,5",
    "2020-01-02T24:00:00", "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59",
    "2020-01-02T03:04:05+14:00", "2020-01-02T03:04", "2020-01-02x03:04:05", "2020-01-02T03:04:05.123456+05:30",
    "03:04:05", "3:4:5", "03:04:05Z", "03:04:05+09:00", "03:04:05.5", "24:00:00", "23:59:60", "03:04", "午前3時", "0:00:00",
    "2020-01", "2020-1", "12345-06", "0999-01", " 2020-01", "2020", " 202", "+202", "２０２０", "0000", "2020-13",
    "P1D", "P1Y2M", "PT1.5S", "P1W", "-P1D", "PT36H", "P0.5Y", "P1DT12H30M5S", "",
]  # fmt: skip
OTHERS = [
    "あ", "a,b", "a;b", "1,2", "1;2;3", "2020-01-01,2020-02-02", "true,false", "1.10,2.5", "x\ny", "x\r\ny",
    "x\ry", "\x01\x02", "😀",
    "\u202eabc", "=1+1", "'", '"', '""', 'a"b', "  ", "\t", "\u3000", "Yes", "はい", "いいえ", "1", "0",
    "true", "TRUE", "True", "tRue",
    "135.5,34.6", "135.5, 34.6", "１３５,３４", "181,0", "1e1,2e1", "[135.5, 34.6]", '["135.5","34.60"]',
    '{"lon": 135.5, "lat": 34.6}',
    "{}", "[]", '{"a": 1.50, "b": [1, null, "あ"]}', '{"a": NaN}', "[Infinity, -Infinity]", '["\\ud800"]', '{"a": 1, "a": 2}',
    "[1, 2]", '["1", 2]', "[12345678901234567890123456789]", "[1e400]", '{"type": "Point", "coordinates": [135.5, 34.6]}',
    '{"type": "FeatureCollection", "features": []}', " {} ", "null", "3", "a@example.jp", "https://example.jp/",
    "QQ==", "POINT (1 2)",
    "123e4567-e89b-12d3-a456-426614174000", "P1D", "NA", "－", "", "x" * 5000,
]  # fmt: skip
CELLS = [*NUMBERS, *MOMENTS, *OTHERS]


def field(type_: str, format_: str = "default", missing: tuple[str, ...] | None = None, **options: Any) -> Field:
    return Field(name="f", type=type_, format=format_, options=options, missing_values=missing)


FIELDS = {
    "string": field("string"),
    "email": field("string", "email"),
    "uri": field("string", "uri"),
    "uuid": field("string", "uuid"),
    "binary": field("string", "binary"),
    "any": field("any"),
    "integer": field("integer"),
    "integer bare": field("integer", bareNumber=False),
    "number": field("number"),
    "number float": field("number", floatNumber=True),
    "number group": field("number", groupChar=","),
    "number european": field("number", groupChar=".", decimalChar=","),
    "number bare": field("number", bareNumber=False, groupChar=","),
    "number bare alone": field("number", bareNumber=False),
    "boolean": field("boolean"),
    "boolean ja": field("boolean", trueValues=["はい", "1", "Yes"], falseValues=["いいえ", "1", "''"]),
    "boolean many": field("boolean", trueValues=[f"t{n}" for n in range(260)] + ["はい"], falseValues=["0", "いいえ"]),
    "date": field("date"),
    "date any": field("date", "any"),
    "date ja": field("date", "%Y年%m月%d日"),
    "date slash": field("date", "%d/%m/%Y"),
    "datetime": field("datetime"),
    "datetime any": field("datetime", "any"),
    "datetime pattern": field("datetime", "%Y-%m-%dT%H:%M:%S%z"),
    "time": field("time"),
    "time any": field("time", "any"),
    "time pattern": field("time", "%H:%M"),
    "year": field("year"),
    "yearmonth": field("yearmonth"),
    "duration": field("duration"),
    "geopoint": field("geopoint"),
    "geopoint array": field("geopoint", "array"),
    "geopoint object": field("geopoint", "object"),
    "geojson": field("geojson"),
    "topojson": field("geojson", "topojson"),
    "object": field("object"),
    "array": field("array"),
    "array of integers": field("array", arrayItem={"type": "integer"}),
    "list": field("list"),
    "list of integers": field("list", itemType="integer", delimiter=";"),
    "list of dates": field("list", itemType="date"),
    "list of numbers": field("list", itemType="number"),
    "list of booleans": field("list", itemType="boolean"),
    "missing of its own": field("string", missing=("NA", "－")),
    "nothing is missing": field("string", missing=()),
    "many are missing": field("string", missing=(*(f"m{n}" for n in range(270)), "あ", "'")),
    "missing numbers": field("integer", missing=("0", "NaN", "")),
}


def stock(field: Field, cells: list[str]) -> list[tuple[str, Any]]:
    """The cells that stock takes, with their casts."""
    descriptor: dict[str, Any] = {"name": field.name, "type": field.type, "format": field.format, **field.options}
    if field.missing_values is not None:
        descriptor["missingValues"] = list(field.missing_values)
    schema = StockSchema(fields=[StockField.from_descriptor(descriptor)])
    read_cell = schema.fields[0].create_cell_reader()
    taken = []
    for cell in cells:
        value, notes = read_cell(cell)
        if not notes:
            taken.append((cell, value))
    return taken


def table(*fields: Field, **schema: Any) -> Resource:
    return Resource(name="t", path="t.csv", schema=Schema(fields=fields, **schema))


def canonical(folder: Path, fields: Sequence[str], rows: Sequence[Sequence[str]], line_end: str = "\r\n") -> Path:
    path = folder / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerow(fields)
        writer.writerows(rows)
    return path


def parquet_of(folder: Path, resource: Resource, rows: Sequence[Sequence[str]], line_end: str = "\r\n") -> Path:
    """The table as Parquet, with its NDJSON beside."""
    assert resource.schema is not None
    path = canonical(folder, resource.schema.names(), rows, line_end)
    return typed_files(path, resource, len(rows))


def typed_files(path: Path, resource: Resource, rows: int) -> Path:
    target = path.with_suffix(".parquet")
    with typed(path, resource, rows, reader) as values:
        write_parquet(values, resource, target)
        write_ndjson(values, path.with_suffix(".ndjson"))
    return target


def read(parquet: Path, resource: Resource) -> tuple[tuple[Column, ...], list[tuple[Any, ...]]]:
    """The columns and the rows, times with a zone as ISO text."""
    columns = columns_in(parquet, resource)
    shown = ", ".join(
        f"strftime(v{n} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f+00:00')" if each.type == "TIMESTAMP WITH TIME ZONE" else f"v{n}"
        for n, each in enumerate(columns)
    )
    names = ", ".join(f"v{n}" for n in range(len(columns)))
    connection = duckdb.connect()
    return columns, connection.execute(f"SELECT {shown} FROM read_parquet('{parquet}') AS t({names})").fetchall()
