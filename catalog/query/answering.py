"""A question -> its answer: rows as JSON texts, how many there are, and where it goes on."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from catalog.errors import Busy
from catalog.query import cursors, rowstore
from catalog.query.columns import Column
from catalog.query.engine import Limits, Row, Turn, engine
from catalog.query.jsontext import key
from catalog.query.questions import BadQuestion, Question, mistake
from catalog.query.statements import Statement, Statements

_COUNTING = 0.6
"""The part of the time that is left which counting may take: the rows themselves are there by then."""
_COUNTS_KEPT = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One page. ``lines`` are the rows, each a JSON object in UTF-8 with the keys ``names`` (``extra`` keys may follow).

    ``count`` is the number of all rows (or groups) that the question asks for, at least so many where it is not
    ``count_is_exact``; ``cursor`` is where the next page begins, "" behind the last. ``numbers`` are those of the rows in the
    file, from 0; groups have none.
    """

    lines: tuple[bytes, ...]
    names: tuple[str, ...]
    count: int
    count_is_exact: bool
    cursor: str
    limit: int
    extra: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as values; a decimal becomes the nearest binary fraction."""
        found = [json.loads(each) for each in self.lines]
        for each in found:
            for name in self.extra:
                each.pop(name, None)
        return found


def answer(parquet: Path, question: Question, limits: Limits, rows: Path | None = None, version: str = "") -> Answer:
    """Answer a question to the Parquet file whose columns it was parsed with.

    ``rows`` are the same rows as JSON lines: whole rows are taken from there, which is much cheaper. ``version`` names what
    cursors are bound to; where it is empty, the file as it is. Raises BadQuestion for a cursor of something else, or figures
    that are too large to be written down, and Busy (query-slow, query-memory, query-crowded) at the limits.
    """
    digest = hashlib.sha256(f"{version or identity_of(parquet)}\n{question.digest()}".encode()).hexdigest()
    position = _position(question, digest)
    statements = Statements(str(parquet), question)
    with engine(limits).turn() as turn:
        try:
            if question.grouped:
                return _of_groups(turn, statements, question, digest, (position or 0) + question.skip)
            return _Rows(turn, statements, question, parquet, rows).page(digest, position)
        except duckdb.OutOfRangeException as error:
            raise BadQuestion(mistake("query-overflow", "aggregate")) from error


def identity_of(parquet: Path) -> str:
    """What tells a file from another that has come to its path. Not its time: caches touch what they are asked for."""
    found = parquet.stat()
    return f"{parquet}\n{found.st_size}\n{found.st_ino}"


def _position(question: Question, digest: str) -> int | None:
    if not question.cursor:
        return None
    position = cursors.take(question.cursor, digest)
    if position is None:
        raise BadQuestion(mistake("query-cursor", "cursor", question.cursor))
    return position


def _of_groups(turn: Turn, statements: Statements, question: Question, digest: str, offset: int) -> Answer:
    asked = statements.groups(offset)
    found = turn.rows(asked.sql, asked.values)
    names = (*(each.name for each in question.groups), *(each.name for each in question.measures))
    shown = found[: question.limit]
    return Answer(
        lines=tuple(_lines(names, shown)),
        names=names,
        count=found[0][0] if found else offset,
        count_is_exact=bool(found) or offset == 0,
        cursor=cursors.give(digest, offset + len(shown)) if len(found) > len(shown) else "",
        limit=question.limit,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """A question about rows."""

    turn: Turn
    statements: Statements
    question: Question
    parquet: Path
    stored: Path | None

    def page(self, digest: str, position: int | None) -> Answer:
        """The page behind a position, None for the first."""
        question = self.question
        whole = self.stored is not None and question.whole
        drawn = question.place.columns if question.place else ()
        extra = tuple(each for each in drawn if each not in question.columns)
        columns = (*question.columns, *extra)
        found = self._found(() if whole else columns, position)
        shown = found[: question.limit]
        names = tuple(each.name for each in columns)
        if self.stored is not None and whole:
            lines = rowstore.opened(self.stored).lines([row[0] for row in shown])
        else:
            lines = tuple(_lines(names, shown))
        count, exact = self._count(found, position)
        return Answer(
            lines=lines,
            names=tuple(each.name for each in question.columns),
            count=count,
            count_is_exact=exact,
            cursor=cursors.give(digest, shown[-1][0]) if len(found) > len(shown) else "",
            limit=question.limit,
            extra=tuple(each.name for each in extra),
            numbers=tuple(row[0] for row in shown),
        )

    def _found(self, columns: Sequence[Column], position: int | None) -> list[Row]:
        anchor: Row = ()
        if position is not None and (self.question.keys or self.question.near):
            asked = self.statements.anchor(position)
            last = self.turn.rows(asked.sql, asked.values)
            if not last:
                raise BadQuestion(mistake("query-cursor", "cursor", self.question.cursor))
            anchor = last[0]
        asked = self.statements.page(columns, anchor, position)
        return self.turn.rows(asked.sql, asked.values)

    def _count(self, found: Sequence[Row], position: int | None) -> tuple[int, bool]:
        if position is None and not self.question.skip and len(found) <= self.question.limit:
            return len(found), True
        return _COUNTS.get(self.turn, self.parquet, self.statements.count(), at_least=len(found))


def _lines(names: Sequence[str], rows: Sequence[Row]) -> Iterator[bytes]:
    """Rows of JSON texts, the first value of each being no column, as JSON objects."""
    keys = [key(each) for each in names]
    for row in rows:
        cells = (begin + ("null" if value is None else value) for begin, value in zip(keys, row[1:], strict=True))
        yield f"{{{','.join(cells)}}}".encode()


class _Counts:
    """How many rows meet conditions, remembered: every page of an answer says it."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, Statement], int] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, turn: Turn, parquet: Path, asked: Statement, *, at_least: int) -> tuple[int, bool]:
        """The count, and whether it is exact: (``at_least``, False) where counting takes too long."""
        wanted = (identity_of(parquet), asked)
        with self._guard:
            if wanted in self._known:
                self._known.move_to_end(wanted)
                return self._known[wanted], True
        try:
            count = int(turn.rows(asked.sql, asked.values, share=_COUNTING)[0][0])
        except Busy:
            return at_least, False
        with self._guard:
            self._known[wanted] = count
            if len(self._known) > _COUNTS_KEPT:
                self._known.popitem(last=False)
        return count, True


_COUNTS = _Counts()
