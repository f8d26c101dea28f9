"""Small tables for the tests of formats: a schema and rows of cells, written as a canonical CSV and typed."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from catalog.formats import Column, columns_in, typed, write_ndjson, write_parquet
from catalog.model import Field, Resource, Schema
from catalog.validation.casting import reader


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
