"""Two tables, put together: which rows belong together, how many there are, and one page of them.

First the pairs are counted, by the values that both have: what would be too many is refused before it is made. A page is then
found as pairs of row numbers, and only the rows on it are read as a whole.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from catalog.joining.nouns import Joining, Side, SideName
from catalog.query import Answer, BadQuestion, Column, Limits, cursors
from catalog.query.engine import Turn, engine
from catalog.query.jsontext import key, written
from catalog.query.localities import code_of
from catalog.query.questions import Term, mistake
from catalog.query.statements import numbered

MOST_JOINED = 1_000_000
"""Rows that may come of a join; more are a mistake in the question, not an answer."""
Cardinality = Literal["one-to-one", "one-to-many", "many-to-one", "many-to-many"]


@dataclass(frozen=True, slots=True)
class Counted:
    """How a join turns out. ``unmatched`` counts the rows of ``left`` that have nothing on the other side.

    ``left_most`` and ``right_most``: the most rows of a side that share one value.
    """

    rows: int
    unmatched: int
    left_most: int
    right_most: int

    @property
    def cardinality(self) -> Cardinality:
        """How many rows belong to how many."""
        if self.left_most > 1 and self.right_most > 1:
            return "many-to-many"
        return "many-to-one" if self.left_most > 1 else "one-to-many" if self.right_most > 1 else "one-to-one"


def digest_of(asked: Joining) -> str:
    """Names the sequence of rows that a question asks for."""
    return hashlib.sha256(json.dumps(asked.told(), ensure_ascii=True).encode()).hexdigest()


def answer(asked: Joining, limits: Limits) -> tuple[Answer, Counted]:
    """Answer a question to two tables.

    Raises BadQuestion: join-too-many, query-cursor (of something else); Busy (query-slow, query-memory, query-crowded).
    """
    digest = digest_of(asked)
    offset = cursors.take(asked.cursor, digest) if asked.cursor else 0
    if offset is None:
        raise BadQuestion(mistake("query-cursor", "cursor", asked.cursor))
    with engine(limits).turn() as turn:
        counted = _counted(turn, asked)
        if counted.rows > MOST_JOINED:
            raise BadQuestion(mistake("join-too-many", "on", f"{counted.rows:,}", maximum=f"{MOST_JOINED:,}"))
        pairs = _page(turn, asked, offset)
        lines = _lines(turn, asked, pairs)
    more = offset + len(pairs) < counted.rows and len(pairs) == asked.limit
    found = Answer(
        lines=lines,
        names=tuple(each.name for each in asked.columns),
        count=counted.rows,
        count_is_exact=True,
        cursor=cursors.give(digest, offset + len(pairs)) if more else "",
        limit=asked.limit,
    )
    return found, counted


def _source(asked: Joining, side: Side, column: Column, terms: Sequence[Term]) -> tuple[str, list[Any]]:
    """The rows of one side that meet its conditions: their numbers, what they are joined by, what they are sorted by."""
    number, file = numbered(side.columns)
    value = code_of((column,)) if asked.on.shared.area else column.sql
    keys = "".join(f", {each.by.column.sql} AS s{place}" for place, each in enumerate(asked.keys) if each.by.side == side.name)
    where = f" WHERE {' AND '.join(each.sql for each in terms)}" if terms else ""
    values: list[Any] = [str(side.parquet), *(value for each in terms for value in each.values)]
    return f"(SELECT {number} AS n, {value} AS k{keys} FROM {file}{where})", values


def _both(asked: Joining) -> tuple[str, str, list[Any]]:
    (left, bound), (right, more) = (_source(asked, *each) for each in asked.sides())
    return left, right, [*bound, *more]


def _counted(turn: Turn, asked: Joining) -> Counted:
    left, right, values = _both(asked)
    found = turn.rows(
        f"WITH l AS (SELECT k, count(*) AS c FROM {left} GROUP BY k), r AS (SELECT k, count(*) AS c FROM {right} GROUP BY k),"
        " both_sides AS (SELECT l.c AS lc, r.c AS rc FROM l JOIN r USING (k))"
        " SELECT coalesce(sum(lc::HUGEINT * rc), 0)::VARCHAR, coalesce(sum(lc), 0)::BIGINT, coalesce(max(lc), 0),"
        " coalesce(max(rc), 0), (SELECT coalesce(sum(c), 0)::BIGINT FROM l) FROM both_sides",
        values,
    )[0]
    joined, matched, left_most, right_most, of_left = (int(each) for each in found)
    unmatched = of_left - matched
    rows = joined + (unmatched if asked.how == "left" else 0)
    return Counted(rows=rows, unmatched=unmatched, left_most=left_most, right_most=right_most)


def _page(turn: Turn, asked: Joining, offset: int) -> list[tuple[int, int | None]]:
    """The numbers of the rows that belong together; ties keep the order of the tables."""
    left, right, values = _both(asked)
    order = [f"s{place} {'DESC' if each.descending else 'ASC'} NULLS LAST" for place, each in enumerate(asked.keys)]
    join = "LEFT JOIN" if asked.how == "left" else "JOIN"
    sql = (
        f"SELECT l.n, r.n FROM {left} AS l {join} {right} AS r ON l.k = r.k"
        f" ORDER BY {', '.join([*order, 'l.n', 'r.n'])} LIMIT {asked.limit} OFFSET {offset}"
    )
    return [(row[0], row[1]) for row in turn.rows(sql, values)]


def _lines(turn: Turn, asked: Joining, pairs: Sequence[tuple[int, int | None]]) -> tuple[bytes, ...]:
    """The rows as JSON objects, in the order of the columns that were asked for."""
    left = _texts(turn, asked, asked.left, {one for one, _other in pairs})
    right = _texts(turn, asked, asked.right, {other for _one, other in pairs if other is not None})
    keys = [key(each.name) for each in asked.columns]
    lines = []
    for one, other in pairs:
        sides: dict[SideName, Any] = {"left": iter(left[one]), "right": iter(right[other]) if other is not None else None}
        cells = (next(found) if (found := sides[each.side]) is not None else None for each in asked.columns)
        told = (begin + ("null" if cell is None else cell) for begin, cell in zip(keys, cells, strict=True))
        lines.append(f"{{{','.join(told)}}}".encode())
    return tuple(lines)


def _texts(turn: Turn, asked: Joining, side: Side, numbers: set[int]) -> dict[int, tuple[str | None, ...]]:
    """The chosen columns of some rows of one table as JSON texts, by their numbers."""
    chosen = [each.column for each in asked.columns if each.side == side.name]
    if not chosen or not numbers:
        return dict.fromkeys(numbers, ())
    number, file = numbered(side.columns)
    cells = ", ".join(f"{each.sql} AS v{place}" for place, each in enumerate(chosen))
    texts = ", ".join(written(each, f"v{place}") for place, each in enumerate(chosen))
    wanted = ", ".join(map(str, sorted(numbers)))
    rows = turn.rows(
        f"SELECT n, {texts} FROM (SELECT {number} AS n, {cells} FROM {file} WHERE {number} IN ({wanted}))", [str(side.parquet)]
    )
    return {row[0]: tuple(row[1:]) for row in rows}
