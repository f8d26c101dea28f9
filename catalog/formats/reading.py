"""The one typed reader: a canonical CSV and its schema -> columns with SQL types, and the SQL of their values.

DuckDB reads the file, never all of it in memory: first to ask of every column whether all its cells are written in the plain
way, then, in the name of whoever writes a format, for the values. Where the engine reads the file otherwise than Python's
``csv``, or a column is slow, the table is written anew for it; so nothing depends on how it parses.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from catalog.errors import Finding, Place, Refusal, StoreError
from catalog.formats import engine, few
from catalog.formats.casting import Readers, Way, missing, way_of, written
from catalog.formats.columns import MOMENT, ZONED, Column, columns_in, fields, usual
from catalog.formats.slow import Slow
from catalog.model import Field, Resource, Schema

_LINE, _LONGEST = 1 << 20, 72 << 20
"""Bytes of a record that the engine makes room for: of a usual one, and of the longest that ``tables`` lets pass."""

_SMALL = 4 << 20
"""A file of so many bytes is read once, into memory."""

_NARROW = 300
"""Columns of a table that is worth it: the engine takes much room for each."""

_CHUNK = 1 << 20
_STRUCTURE = ('"', "\n", "\r")
"""What may stand between cells, besides commas."""

_numbers = count()


class _Unread(Exception):
    """The engine does not read this file as Python's ``csv`` does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A table as the engine has it.

    ``relation``: SQL that stands in a FROM, with the values as columns ``v0``, ``v1`` … and the rows in the order of the file.
    ``bytes`` is the size of what is read. ``held``: the values of each column, of a table of few cells; they are the parameters
    of the relation.
    """

    columns: tuple[Column, ...]
    relation: str
    rows: int
    bytes: int
    held: tuple[Sequence[Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source(few.Cells):
    """The same for a table of any size.

    ``types``: of the columns that are written in the plain way already, "" being a missing value, all others behind a sign.
    """

    types: Mapping[int, str]
    longest: int = 0


@contextmanager
def typed(path: Path, table: Resource, rows: int, readers: Readers) -> Iterator[Typed]:
    """The typed form of a canonical CSV of so many rows, valid by its schema, for as long as the context is open.

    Raises Refusal("cell-uncastable") where a cell is no value of its field after all.
    """
    source = _source(path, table, rows)
    with engine.faults(), ExitStack() as stack:
        if (values := few.values_of(source)) is not None:
            yield _held(source, values)
            return
        folder = stack.enter_context(TemporaryDirectory(prefix="catalog-typed-"))
        for attempt in range(3):
            with _cells(source) as cells:
                try:
                    ways = _ways(source, cells)
                except _Unread:
                    slow: tuple[int, ...] = ()
                else:
                    slow = tuple(index for index, way in enumerate(ways) if way is None)
                    if not slow:
                        yield _typed(source, cells, ways)
                        return
            writers = {index: Slow(source.fields[index], readers(source.fields[index], source.missing[index])) for index in slow}
            source = _written_anew(source, Path(folder) / f"{attempt}.csv", writers, table)
    raise StoreError("table-unreadable", resource=table.name)


def of_parquet(path: Path, table: Resource) -> Typed:
    """The typed form that a Parquet file of this table holds."""
    columns = columns_in(path, table)
    counted = engine.connection().execute(f"SELECT count(*) FROM {engine.rows(path)}").fetchall()
    names = ", ".join(f"v{index}" for index in range(len(columns)))
    return Typed(columns=columns, relation=f"{engine.rows(path)} AS t({names})", rows=counted[0][0], bytes=path.stat().st_size)


def _source(path: Path, table: Resource, rows: int) -> _Source:
    schema = table.schema or Schema(fields=())
    labels = header_of(path)[0]
    found = fields(schema, labels)
    if schema.fields_match == "exact":
        places = [index if index < len(labels) else -1 for index in range(len(found))]
    else:
        places = [labels.index(each.name) if each.name in labels else -1 for each in found]
    return _Source(
        path=path,
        rows=rows,
        width=len(labels),
        fields=found,
        places=tuple(places),
        missing=tuple(schema.missing_values if each.missing_values is None else each.missing_values for each in found),
        types={},
    )


def count_rows(path: Path) -> int:
    """The rows of a canonical CSV, its header not among them."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for cells in csv.reader(file) if cells) - 1


def fields_in(path: Path, table: Resource) -> tuple[Field, ...]:
    """The field of each column of a canonical CSV, in the order of the file."""
    source = _source(path, table, 0)
    by_place = dict(zip(source.places, source.fields, strict=True))
    return tuple(by_place[place] for place in range(source.width))


def header_of(path: Path) -> tuple[tuple[str, ...], int]:
    """The labels, and how many bytes they take with their line end."""
    size = 0

    def lines() -> Iterator[str]:
        nonlocal size
        with path.open(encoding="utf-8", newline="") as file:
            while line := file.readline():
                size += len(line.encode())
                yield line

    cells = next(csv.reader(lines()), [])
    return tuple(each.strip() for each in cells), size


@contextmanager
def _cells(source: _Source) -> Iterator[str]:
    """The cells as SQL that stands in a FROM: columns ``c0``, ``c1`` … of texts."""
    names = [f"c{index}" for index in range(source.width)]
    roomy = source.longest > _LINE
    columns = ", ".join(f"{each}: 'VARCHAR'" for each in names)
    read = (
        f"read_csv({engine.source(source.path)}, columns = {{{columns}}}, "
        f"force_not_null = [{', '.join(map(engine.text, names))}], auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', compression = 'none', hive_partitioning = false, null_padding = false, "
        f"strict_mode = true, parallel = false, max_line_size = {_LONGEST if roomy else _LINE}, "
        f"buffer_size = {2 * _LONGEST if roomy else 8 * _LINE})"
    )
    if source.path.stat().st_size > _SMALL or source.width > _NARROW:
        yield read
        return
    table = f"cells{next(_numbers)}"
    connection = engine.connection()
    try:
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM {read}")
    except duckdb.Error:
        yield read  # whoever reads it meets the same again
        return
    try:
        yield table
    finally:
        connection.execute(f"DROP TABLE {table}")


def _ways(source: _Source, cells: str) -> list[Way | None]:
    """The way of each column, None where it is slow. Raises _Unread where what the engine reads does not add up."""
    ways = [_way(source, index) for index in range(len(source.fields))]
    body, between = _body(source.path)
    whole = "concat(" + ", ".join(f"c{index}" for index in range(source.width)) + ")"
    asked = ["count(*)", f"coalesce(sum(strlen({whole})), 0)", _structure(whole) if between[0] else "0"]
    places = {}
    for index, way in enumerate(ways):
        if way is not None and (way.plain != "true" or way.zoned):
            places[index] = len(asked)
            asked += _questions(source, index, way)
    try:
        found = engine.connection().execute(f"SELECT {', '.join(asked)} FROM {cells}").fetchall()
    except duckdb.Error as error:
        raise _Unread from error
    rows, letters, structure, *_rest = found[0]
    # Each byte is one of a cell, a delimiter, or of what may stand between cells.
    if rows != source.rows or body != letters + rows * (source.width - 1) + sum(between) - structure:
        raise _Unread
    for index, place in places.items():
        ways[index] = _decided(ways[index], found[0][place : place + 3])
    return ways


def _way(source: _Source, index: int) -> Way | None:
    if source.places[index] < 0:
        return Way(usual(source.fields[index]), f"CAST(NULL AS {usual(source.fields[index])})")
    x = f"c{source.places[index]}"
    if index in source.types:
        return written(source.types[index], x)
    return None if missing(source.missing[index], x) is None else way_of(source.fields[index], x)


def _questions(source: _Source, index: int, way: Way) -> list[str]:
    """How many cells are odd, how many have a zone, how many have none."""
    gone = _gone(source, index)
    zoned = way.zoned or "false"
    return [
        f"count_if(NOT (CASE WHEN {gone} THEN true ELSE {way.plain} END))",
        f"count_if(CASE WHEN {gone} THEN false ELSE {zoned} END)" if way.zoned else "0",
        f"count_if(CASE WHEN {gone} THEN false ELSE NOT {zoned} END)" if way.zoned else "0",
    ]


def _decided(way: Way | None, answers: Sequence[int]) -> Way | None:
    odd, zoned, naive = answers
    if way is None or odd or (zoned and naive):
        return None
    return Way(ZONED, way.value.replace(f" AS {MOMENT})", " AS TIMESTAMPTZ)")) if zoned else way


def _gone(source: _Source, index: int) -> str:
    """SQL: is the cell of that column a missing value."""
    x = f"c{source.places[index]}"
    return (None if index in source.types else missing(source.missing[index], x)) or f"({x} = '')"


def _body(path: Path) -> tuple[int, tuple[int, ...]]:
    """The bytes behind the header, and how many of them are quotation marks, line feeds and carriage returns."""
    _labels, head = header_of(path)
    found = [0] * len(_STRUCTURE)
    with path.open("rb") as file:
        file.seek(head)
        while chunk := file.read(_CHUNK):
            for index, each in enumerate(_STRUCTURE):
                found[index] += chunk.count(each.encode())
    return path.stat().st_size - head, tuple(found)


def _structure(text: str) -> str:
    """SQL: how many such characters stand in the cells themselves."""
    bare = text
    for each in _STRUCTURE:
        bare = f"replace({bare}, {engine.text(each)}, '')"
    return f"coalesce(sum(CASE WHEN regexp_matches({text}, '[\"\\r\\n]') THEN strlen({text}) - strlen({bare}) ELSE 0 END), 0)"


def _typed(source: _Source, cells: str, ways: Sequence[Way | None]) -> Typed:
    columns, values = [], []
    for index, (field, way) in enumerate(zip(source.fields, ways, strict=True)):
        assert way is not None, "slow columns have been written anew"
        columns.append(Column(field.name, way.type, field))
        value = way.value if source.places[index] < 0 else f"CASE WHEN {_gone(source, index)} THEN NULL ELSE {way.value} END"
        values.append(f"{value} AS v{index}")
    return Typed(
        columns=tuple(columns),
        relation=f"(SELECT {', '.join(values)} FROM {cells})",
        rows=source.rows,
        bytes=source.path.stat().st_size,
    )


def _held(source: _Source, values: Sequence[Sequence[Any]]) -> Typed:
    columns = tuple(Column(each.name, usual(each), each) for each in source.fields)
    size = source.path.stat().st_size
    return Typed(columns=columns, relation=few.relation(columns), rows=source.rows, bytes=size, held=tuple(values))


def _written_anew(source: _Source, target: Path, writers: Mapping[int, Slow], table: Resource) -> _Source:
    """The same table with every cell in quotation marks, and those of slow columns in the plain way."""
    places = {source.places[index]: index for index in writers}
    longest = 0
    with source.path.open(encoding="utf-8", newline="") as given, target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([f"c{index}" for index in range(source.width)])
        rows = csv.reader(given)
        next(rows, None)
        for number, cells in enumerate((each for each in rows if each), start=2):
            for place, index in places.items():
                try:
                    cells[place] = writers[index].write(cells[place])
                except ValueError:
                    raise Refusal(_uncastable(table, source.fields[index], number, cells[place])) from None
            longest = max(longest, writer.writerow(cells))
    types = dict(source.types) | {index: each.type for index, each in writers.items()}
    return replace(source, path=target, types=types, longest=longest * 4)  # no character takes more than 4 bytes


def _uncastable(table: Resource, field: Field, row: int, cell: str) -> Finding:
    place = Place(file=f"{table.name}.csv", resource=table.name, field=field.name, row=row)
    return Finding(code="cell-uncastable", place=place, found=cell[:200], expected=field.type)
