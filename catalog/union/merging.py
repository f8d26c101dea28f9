"""Members -> one typed table: set-wise SQL over their Parquet files, cut into columns of the standard's current edition.

What comes out is a ``formats.Typed``: whatever writes a table in some format writes a union as well. A column has the type
that the standard gives it; only where a member holds values that this type cannot, the wider one that loses nothing.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.download.making import Maker
from catalog.formats import Column, Typed, columns, columns_in, engine
from catalog.formats.columns import MOMENT, TEXT, ZONED
from catalog.formats.engine import name, text
from catalog.model import Field
from catalog.union.nouns import SOURCES, Coverage, LeftOut, Member, Part

NUMBER = "DOUBLE"
_WHOLE, _LARGE = "BIGINT", "DECIMAL(38,0)"
_SHOWN = 20
"""Different values of one column that are told; the rest is counted."""
_LISTS = ("list", "array")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The union as SQL: its columns, and a SELECT of them for each member, in order of dataset."""

    columns: tuple[Column, ...]
    selects: tuple[str, ...]
    rows: int
    bytes: int

    def typed(self) -> Typed:
        """All of it as one table."""
        numbered = ", ".join(f"v{index}" for index in range(len(self.columns)))
        every = " UNION ALL ".join(self.selects or (_nothing(self.columns),))
        return Typed(columns=self.columns, relation=f"({every}) AS united({numbered})", rows=self.rows, bytes=self.bytes)


def merged(coverage: Coverage, maker: Maker) -> Merged:
    """The rows of every member, in order of dataset and then of their files."""
    parts = [_Rows(each, maker.parquet(each.publication, each.table)) for each in coverage.members]
    told = columns(coverage.resource)
    typed = (*(_column(each, parts) for each in told[: -len(SOURCES)]), *told[-len(SOURCES) :])
    return Merged(
        columns=typed,
        selects=tuple(each.select(typed) for each in parts),
        rows=coverage.rows,
        bytes=sum(each.path.stat().st_size for each in parts),
    )


def csv_parts(coverage: Coverage, maker: Maker) -> Iterator[bytes]:
    """The union as CSV (RFC 4180, UTF-8), piece by piece: the header, then the rows of each member.

    Yes and no are written as the standard writes them, but a "no" is never an empty cell: that is a missing value, of a
    city that does not say.
    """
    found = merged(coverage, maker)
    yield _line([each.field.name for each in found.columns])
    numbered = ", ".join(f"v{index}" for index in range(len(found.columns)))
    texts = ", ".join(_cell(each, f"v{index}") for index, each in enumerate(found.columns))
    with TemporaryDirectory(prefix="catalog-union-") as folder:
        part = Path(folder) / "part.csv"
        for select in found.selects:
            copied = f"COPY (SELECT {texts} FROM ({select}) AS one({numbered})) TO {engine.target(part)}"
            engine.connection().execute(f"{copied} (FORMAT csv, HEADER false, NEW_LINE '\\r\\n')")
            with part.open("rb") as written:
                while chunk := written.read(_CHUNK):
                    yield chunk


def _line(cells: Sequence[str]) -> bytes:
    memory = io.StringIO(newline="")
    csv.writer(memory).writerow(cells)
    return memory.getvalue().encode()


def _cell(column: Column, value: str) -> str:
    """A typed value as a cell; NULL is an empty one, and so is an empty text."""
    if column.field.type in _LISTS and column.type == TEXT:
        delimiter = text(str(column.field.options.get("delimiter", ",")))
        value = f"array_to_string(from_json({value}, '[\"VARCHAR\"]'), {delimiter})" if column.field.type == "list" else value
    return f"nullif({_as_text(column, value)}, '')"


def left_out(coverage: Coverage, maker: Maker) -> tuple[LeftOut, ...]:
    """The values that the standard does not have, by member and column; only tables that may have such are looked into."""
    return tuple(
        found for member in coverage.members for found in _left_out(member, maker.parquet(member.publication, member.table))
    )


@lru_cache(maxsize=2_000)
def _left_out(member: Member, path: Path) -> tuple[LeftOut, ...]:
    found = []
    rows = _Rows(member, path)
    for part in member.parts:
        if part.allowed is None and part.codes is None:
            continue
        given, kept = rows.given(part), rows.kept(part)
        lost = f"{given} IS NOT NULL AND {kept} IS NULL"
        asked = f"SELECT {given}, count(*) FROM {rows.source} WHERE {lost} GROUP BY 1 ORDER BY 2 DESC, 1"
        values = dict(engine.connection().execute(asked).fetchall())
        if values:
            shown = dict(list(values.items())[:_SHOWN])
            rest = sum(values.values()) - sum(shown.values())
            found.append(LeftOut(dataset=member.dataset, column=part.column.name, values=shown | ({"…": rest} if rest else {})))
    return tuple(found)


class _Rows:
    """One member's file, and the SQL of its values."""

    def __init__(self, member: Member, path: Path) -> None:
        self.member = member
        self.path = path
        self.source = engine.rows(path)
        assert member.table.schema is not None, "its columns were recognised"
        self._columns = _columns_of(path, member)

    def held(self, part: Part) -> Column:
        """The column that the file holds for a part."""
        return self._columns[part.field.name]

    def select(self, wanted: Sequence[Column]) -> str:
        """The rows, with these columns, of which the last say where a row comes from."""
        parts, publication = self.member.by_column, self.member.publication
        values = [
            self._value(parts[each.name], each) if each.name in parts else f"CAST(NULL AS {each.type})"
            for each in wanted[: -len(SOURCES)]
        ]
        values += [text(publication.id), text(publication.publisher.id), f"CAST({publication.version} AS {_WHOLE})"]
        return f"SELECT {', '.join(values)} FROM {self.source}"

    def given(self, part: Part) -> str:
        """A value as the text that the table has for it."""
        column = self.held(part)
        return _as_text(column, name(column.name))

    def kept(self, part: Part) -> str:
        """The same text as the standard has it, NULL where the standard has none."""
        value = self.given(part)
        if part.codes is not None:
            pairs = " ".join(f"WHEN {text(old)} THEN {text(new)}" for old, new in part.codes.items())
            value = f"(CASE {value} {pairs} END)" if pairs else "CAST(NULL AS VARCHAR)"
        if part.allowed is not None:
            allowed = ", ".join(map(text, part.allowed))
            value = f"(CASE WHEN list_contains([{allowed}], {value}) THEN {value} END)"
        return value

    def _value(self, part: Part, wanted: Column) -> str:
        held = self.held(part)
        if part.allowed is not None or part.codes is not None:
            return f"CAST({self.kept(part)} AS {wanted.type})"
        if part.column.field.type in _LISTS and part.field.type not in _LISTS:
            delimiter = text(str(part.column.field.options.get("delimiter", ",")))
            return f"to_json(string_split({name(held.name)}, {delimiter}))::VARCHAR"
        if wanted.type == TEXT and held.type != TEXT:
            return _as_text(held, name(held.name))
        cast = "TRY_CAST" if wanted.type == NUMBER else "CAST"  # a text of digits beyond all doubles
        return f"{cast}({name(held.name)} AS {wanted.type})"


@lru_cache(maxsize=2_000)
def _columns_of(path: Path, member: Member) -> Mapping[str, Column]:
    """The columns that a file really has, by the names of their fields. Stored files never change."""
    return {each.field.name: each for each in columns_in(path, member.table)}


def _column(wanted: Column, rows: Sequence[_Rows]) -> Column:
    """A column of the union with the type that holds the values of every member."""
    held: set[str] = set()
    for each in rows:
        part = each.member.by_column.get(wanted.name)
        if part is not None and part.allowed is None and part.codes is None and part.field.type == part.column.field.type:
            held.add(each.held(part).type)
    return Column(wanted.name, _united(wanted.type, held), wanted.field)


def _united(usual: str, held: set[str]) -> str:
    """The type of all: the usual one where every member has it, a larger whole number, else text, which holds everything.

    Numbers are doubles whatever their digits: the type of a coordinate must not hang on one city's seventeenth digit.
    """
    if usual in (TEXT, NUMBER) or held <= {usual}:
        return usual
    if len(held) == 1:
        return held.pop()
    return _LARGE if held == {_WHOLE, _LARGE} else TEXT


def _as_text(column: Column, value: str) -> str:
    """A typed value as its table would write it."""
    if column.type == TEXT:
        return value
    if column.type == "BOOLEAN":
        yes, no = (_first(column.field, key, usual) for key, usual in (("trueValues", "true"), ("falseValues", "false")))
        return f"nullif(CASE WHEN {value} THEN {text(yes)} WHEN NOT {value} THEN {text(no)} END, '')"
    if column.type in (MOMENT, ZONED):
        zone = "Z" if column.type == ZONED else ""
        return f"(replace({value}::TIMESTAMP::VARCHAR, ' ', 'T') || '{zone}')"
    return f"CAST({value} AS VARCHAR)"


def _first(field: Field, key: str, usual: str) -> str:
    return str(next(iter(field.options.get(key, ())), usual))


def _nothing(wanted: Sequence[Column]) -> str:
    """No rows, with the columns."""
    return f"SELECT {', '.join(f'CAST(NULL AS {each.type})' for each in wanted)} WHERE false"
