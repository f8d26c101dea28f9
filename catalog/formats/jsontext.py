"""A typed table as JSON text (RFC 8259, GeoJSON: RFC 7946): each row as one object on one line, written by the engine."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from catalog.formats import engine, few
from catalog.formats.columns import MOMENT, TEXT, ZONED, Column
from catalog.formats.coordinates import Coordinates
from catalog.formats.reading import Typed

_WRITTEN = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER e'\\x01')"
"""One column of texts, as they are; no JSON has a control character in it."""

_CHUNK = 1 << 20
_TOGETHER = 1_000
"""Columns that are written in one go."""

_SHAPES = "(Point|LineString|Polygon|MultiPoint|MultiLineString|MultiPolygon|GeometryCollection)"


def write_ndjson(table: Typed, target: Path, names: Sequence[str] = ()) -> None:
    """Write each row as one line of JSON. ``names`` are used instead of those of the columns."""
    if table.held:
        target.write_bytes(few.lines(table.columns, table.held, names or [each.name for each in table.columns]))
        return
    _write_lines(table, _line("'{'", _members(table, names), "'}'"), target)


def write_json(table: Typed, target: Path, envelope: Mapping[str, Any], names: Sequence[str] = ()) -> None:
    """Write one object: the members of ``envelope``, then ``rows``, a list of the rows as objects."""
    _write_enclosed(table, _line("'{'", _members(table, names), "'}'"), target, envelope, "rows")


def write_geojson(
    table: Typed, target: Path, envelope: Mapping[str, Any], where: Coordinates, names: Sequence[str] = (), key: int = -1
) -> None:
    """Write a FeatureCollection, with the members of ``envelope`` as foreign ones (RFC 7946, 6.1).

    Every row is a Feature that has all its columns as properties, whose geometry is null where the row has no place on the
    globe; ``key`` is the position of the column that gives its id.
    """
    id_ = f"'\"id\":', coalesce({value_of(table.columns[key], f'v{key}')}, 'null'), ','" if key >= 0 else "''"
    geometry = f"coalesce({_geometry(table.columns, where)}, 'null')"
    head = f'\'{{"type":"Feature",\', {id_}, \'"geometry":\', {geometry}, \',"properties":{{\''
    line = _line(head, _members(table, names), "'}}'")
    _write_enclosed(table, line, target, {"type": "FeatureCollection", **envelope}, "features")


def _geometry(columns: Sequence[Column], where: Coordinates) -> str:
    """SQL of the geometry of a row as JSON text, NULL where it has none."""
    if where.shape >= 0:
        shape = f"v{where.shape}"
        type_ = f"json_extract_string({shape}, '$.type')"
        return (
            f"(CASE WHEN regexp_full_match({type_}, '{_SHAPES}') THEN {shape} "
            f"WHEN {type_} = 'Feature' THEN json_extract({shape}, '$.geometry')::VARCHAR END)"
        )
    if where.point >= 0:
        return f'(\'{{"type":"Point","coordinates":[\' || v{where.point} || \']}}\')'
    latitude, longitude = (f"v{each}" for each in (where.latitude, where.longitude))
    written = [value_of(columns[each], f"v{each}") for each in (where.longitude, where.latitude)]
    on_earth = " AND ".join(
        f"TRY_CAST({each} AS DOUBLE) BETWEEN -{most} AND {most}" for each, most in ((latitude, 90), (longitude, 180))
    )
    point = f"'{{\"type\":\"Point\",\"coordinates\":[' || {written[0]} || ',' || {written[1]} || ']}}'"
    return f"(CASE WHEN {on_earth} THEN {point} END)"


def _write_enclosed(table: Typed, line: Sequence[str], target: Path, envelope: Mapping[str, Any], member: str) -> None:
    """Write the lines as the list that is the last member of an object."""
    lines = target.with_name(f"{target.name}.lines")
    try:
        _write_lines(table, line, lines)
        with lines.open("rb") as given, target.open("wb") as sink:
            head = json.dumps(envelope, ensure_ascii=False, allow_nan=False)[:-1]
            sink.write(f'{head}{", " if envelope else ""}"{member}": ['.encode())
            first = True
            while chunk := given.read(_CHUNK):
                # A line break stands between rows only. That of the last row is left for the end.
                text = chunk[:-1] if given.peek(1) == b"" else chunk
                sink.write((b"\n" if first else b"") + text.replace(b"\n", b",\n"))
                first = False
            sink.write(b"\n]}\n")
    finally:
        lines.unlink(missing_ok=True)


def _members(table: Typed, names: Sequence[str]) -> list[str]:
    """SQL of the members of a row's object, each two texts: ``"name":`` and the value."""
    names = names or [each.name for each in table.columns]
    return [
        f"{engine.text(json.dumps(name, ensure_ascii=False) + ':')}, coalesce({value_of(each, f'v{index}')}, 'null')"
        for index, (each, name) in enumerate(zip(table.columns, names, strict=True))
    ]


def _line(head: str, members: Sequence[str], tail: str) -> list[str]:
    """SQL of the pieces of a line, with so many members each: the engine takes room for every one of a piece."""
    pieces = [", ',', ".join(members[start : start + _TOGETHER]) for start in range(0, len(members), _TOGETHER)] or ["''"]
    comma = "','"
    texts = [f"{head if place == 0 else comma}, {piece}" for place, piece in enumerate(pieces)]
    texts[-1] += f", {tail}"
    return [f"concat({each})" for each in texts]


def _write_lines(table: Typed, line: Sequence[str], target: Path) -> None:
    """Write one line a row, put together from the texts that the pieces of SQL give."""
    if len(line) == 1:
        _copy(table, line[0], target)
        return
    parts = [target.with_name(f"{target.name}.{place}") for place in range(len(line))]
    try:
        for piece, part in zip(line, parts, strict=True):
            _copy(table, piece, part)
        with ExitStack() as stack:
            files = [stack.enter_context(each.open("rb")) for each in parts]
            sink = stack.enter_context(target.open("wb"))
            for texts in zip(*files, strict=True):
                sink.writelines((*(each[:-1] for each in texts), b"\n"))
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _copy(table: Typed, text: str, target: Path) -> None:
    written = f"COPY (SELECT {text} FROM {table.relation}) TO {engine.target(target)} {_WRITTEN}"
    engine.connection().execute(written, table.held or None)


def value_of(column: Column, value: str) -> str:
    """SQL of a value as JSON text: numbers as numbers, NaN and infinities as texts, dates and times in ISO 8601."""
    if column.type == TEXT:
        return value if column.nested else f"to_json({value})::VARCHAR"
    if column.type == "DOUBLE":
        text = f"to_json({value})::VARCHAR"
        odd = f"CASE WHEN isnan({value}) THEN '\"NaN\"' WHEN {value} > 0 THEN '\"Infinity\"' ELSE '\"-Infinity\"' END"
        return f"(CASE WHEN isfinite({value}) THEN {text} WHEN {value} IS NULL THEN NULL ELSE {odd} END)"
    if column.type in (MOMENT, ZONED):
        return f"('\"' || {_moment(column, value)} || '\"')"
    if column.type in ("DATE", "TIME"):
        return f"('\"' || {value}::VARCHAR || '\"')"
    return f"{value}::VARCHAR"


def _moment(column: Column, value: str) -> str:
    """SQL of a date and time in ISO 8601, the part of a second only where there is one, in UTC where there is a zone."""
    zone = "Z" if column.type == ZONED else ""
    text = f"({value} AT TIME ZONE 'UTC')" if column.type == ZONED else value
    return f"(replace({text}::VARCHAR, ' ', 'T') || '{zone}')"
