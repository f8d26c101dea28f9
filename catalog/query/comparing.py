"""Two versions of a table, row by row: what was added, what was removed, which cells changed.

Rows are the same where their primary keys are; without a key, equal rows are counted on both sides. What is compared is a
hash of 128 bits for each row, so that a million rows fit into memory; only the rows that are shown are read as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.model import Schema
from catalog.query.columns import Column, columns_of
from catalog.query.engine import Limits, Turn, engine
from catalog.query.jsontext import key, written
from catalog.query.statements import numbered

_KINDS = {"added": "a IS NULL", "removed": "b IS NULL", "changed": "a IS NOT NULL AND b IS NOT NULL AND differs"}


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the table."""

    parquet: Path
    schema: Schema | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not the same. ``before`` and ``after`` are its cells as JSON texts by column, {} where there is no such row.

    ``columns`` are those that differ; ``times`` tells how many equal rows it stands for (more than one without a key only).
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    columns: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The counts are of all rows, the differences at most as many of each kind as were asked for.

    ``key`` is empty where whole rows were compared, by the columns that both versions have; ``retyped`` holds names.
    """

    key: tuple[str, ...]
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    retyped: tuple[str, ...]
    counts: Mapping[str, int]
    added: tuple[Difference, ...]
    removed: tuple[Difference, ...]
    changed: tuple[Difference, ...]


def compare(before: Side, after: Side, limits: Limits, show: int = 100) -> Comparison:
    """Tell two versions apart; ``show`` differences of each kind are read. Raises as ``Engine.turn``."""
    old, new = columns_of(before.parquet, before.schema, limits), columns_of(after.parquet, after.schema, limits)
    pairs = _pairs(old, new)
    names = {each.name for each, _other in pairs}
    keys = [each.schema.primary_key if each.schema is not None else () for each in (before, after)]
    shared = keys[0] if keys[0] == keys[1] and set(keys[0]) <= names else ()
    with engine(limits).turn() as turn:
        work = _Work(turn, (before.parquet, after.parquet), (old, new), pairs, shared)
        work.join()
        counts = work.counts()
        differences = {kind: work.differences(kind, show) if counts[kind] else () for kind in _KINDS}
    return Comparison(
        key=shared,
        columns_added=tuple(each.name for each in new if each.name not in names),
        columns_removed=tuple(each.name for each in old if each.name not in names),
        retyped=tuple(each.name for each, other in pairs if _kind(each) != _kind(other)),
        counts=counts,
        **differences,
    )


def _kind(column: Column) -> tuple[str, str]:
    return column.kind, column.field_type


def _pairs(old: Sequence[Column], new: Sequence[Column]) -> list[tuple[Column, Column]]:
    by_name = {each.name: each for each in new}
    return [(each, by_name[each.name]) for each in old if each.name in by_name]


@dataclass(frozen=True, slots=True)
class _Work:
    """One comparison being made; index 0 is the older version, 1 the newer."""

    turn: Turn
    files: tuple[Path, Path]
    columns: tuple[Sequence[Column], Sequence[Column]]
    pairs: Sequence[tuple[Column, Column]]
    key: tuple[str, ...]

    def join(self) -> None:
        """Make the table ``joined``: the row numbers a and b of the two versions, whether they differ, and how often."""
        if self.key:
            on = " AND ".join(f"a.k{number} IS NOT DISTINCT FROM b.k{number}" for number in range(len(self.key)))
            differs, times = "(a.h, a.i) IS DISTINCT FROM (b.h, b.i)", "1"
        else:
            on, differs, times = "a.h = b.h AND a.i = b.i", "false", "coalesce(b.n, 0) - coalesce(a.n, 0)"
        sql = (
            "CREATE TEMP TABLE joined AS SELECT a.r AS a, b.r AS b, a.n AS an, b.n AS bn,"
            f" {differs} AS differs, {times} AS times FROM ({self._side(0)}) a FULL JOIN ({self._side(1)}) b ON {on}"
        )
        self.turn.rows(sql, [str(each) for each in self.files])

    def _side(self, side: int) -> str:
        """The rows of one version: number, hash, and the key or, without one, how many rows are equal."""
        cells = ", ".join(_comparable(pair, side) for pair in self.pairs)
        number, file = numbered(self.columns[side])
        hashed = f"hash({cells}) AS h, hash('second', {cells}) AS i" if self.pairs else "0 AS h, 0 AS i"
        if not self.key:
            return f"SELECT min({number}) AS r, count(*) AS n, {hashed} FROM {file} GROUP BY ALL"
        by_name = {pair[side].name: pair for pair in self.pairs}
        keys = ", ".join(f"{_comparable(by_name[each], side)} AS k{place}" for place, each in enumerate(self.key))
        return f"SELECT {number} AS r, 1 AS n, {hashed}, {keys} FROM {file}"

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind."""
        if self.key:
            filters = [*_KINDS.values(), "a IS NOT NULL AND b IS NOT NULL AND NOT differs"]
            counted = ", ".join(f"count(*) FILTER ({each})" for each in filters)
        else:
            same = "least(coalesce(an, 0), coalesce(bn, 0))"
            figures = ("greatest(times, 0)", "greatest(-times, 0)", "0", same)
            counted = ", ".join(f"coalesce(sum({each}), 0)::BIGINT" for each in figures)
        found = self.turn.rows(f"SELECT {counted} FROM joined")[0]
        return dict(zip((*_KINDS, "unchanged"), found, strict=True))

    def differences(self, kind: str, show: int) -> tuple[Difference, ...]:
        """The first rows of a kind, in the order of the newer version (removed ones: of the older)."""
        where = _KINDS[kind] if self.key else f"times {'>' if kind == 'added' else '<'} 0"
        order = "a" if kind == "removed" else "b"
        rows = self.turn.rows(f"SELECT a, b, abs(times) FROM joined WHERE {where} ORDER BY {order} LIMIT {show}")
        wanted = [[row[side] for row in rows if row[side] is not None] for side in (0, 1)]
        old = self._read(0, wanted[0]) if kind != "added" else {}
        new = self._read(1, wanted[1]) if kind != "removed" else {}
        return tuple(self._difference(old.get(a, {}), new.get(b, {}), times) for a, b, times in rows)

    def _difference(self, before: Mapping[str, str], after: Mapping[str, str], times: int) -> Difference:
        columns = [old.name for old, _new in self.pairs if before and after and before[old.name] != after[old.name]]
        return Difference(before, after, tuple(columns), times)

    def _read(self, side: int, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
        """Whole rows by their numbers."""
        columns = self.columns[side]
        number, file = numbered(columns)
        texts = ", ".join([number, *(written(each, each.sql) for each in columns)])
        sql = f"SELECT {texts} FROM {file} WHERE {number} IN ({', '.join(map(str, numbers)) or 'NULL'})"
        names = [each.name for each in columns]
        return {
            row[0]: {name: "null" if value is None else value for name, value in zip(names, row[1:], strict=True)}
            for row in self.turn.rows(sql, [str(self.files[side])])
        }


def _comparable(pair: tuple[Column, Column], side: int) -> str:
    """A cell in a form that both versions have: as it is where the types are equal, numbers as numbers, the rest as text."""
    column = pair[side]
    if pair[0].type == pair[1].type:
        return column.sql
    numbers = all(each.kind in ("number", "double") for each in pair)
    return f"CAST({column.sql} AS {'DOUBLE' if numbers else 'VARCHAR'})"


def as_object(cells: Mapping[str, str]) -> str:
    """Cells as one JSON object."""
    return "{" + ",".join(key(name) + value for name, value in cells.items()) + "}"
