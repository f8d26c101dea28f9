"""The file that the engine reads: the table itself where its bytes are plain, else a copy of it that is.

``fast``: the file as it is, or decoded strictly to UTF-8 first (DuckDB reads nothing else without an extension).
``slow``: the records as Python's ``csv`` gives them, which is how stock reads them, written anew; what the engine could not
take (ragged rows, blank lines) is set aside with its cells.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catalog.errors import Refusal
from catalog.tables import Dialect, read_table
from catalog.validation.limits import LONGEST_RECORD
from catalog.validation.sql import Uncovered
from catalog.validation.structure import Positions, Structure, Unplain, structure_of
from catalog.validation.subjects import LIMITS, Lane, Subject

_UTF8 = frozenset({"utf-8", "utf-8-sig"})
_DELIMITERS = frozenset(",;\t|")
_GLOB = frozenset("*?[]{}")
_ASIDE = 100_000
"""So many rows may be set aside; a table with more of them has nothing to gain from a screen."""

_BATCH = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """``rows`` of data as stock counts them. A position counts them from 0.

    ``aside``: the positions that the engine will not answer for: blank lines, and what ``cells_aside`` holds.
    ``numbers``: the record number of each position; None where they are consecutive, from ``head + 1``.
    """

    path: Path
    delimiter: str
    structure: Structure
    head: int
    width: int
    lane: Lane
    rows: int
    aside: Positions
    numbers: Positions | None = None
    cells_aside: Mapping[int, list[str]] = field(default_factory=dict)

    def numbered(self, positions: Positions) -> Positions:
        """The record numbers of these positions, as stock counts them: from 1, with everything before the data."""
        return positions + (self.head + 1) if self.numbers is None else self.numbers[positions]

    def fetch(self, positions: Positions) -> Iterator[list[str]]:
        """The cells at these positions (ascending), as ``csv.reader`` gives them to stock."""
        for start in range(0, len(positions), _BATCH):
            yield from self._fetched(positions[start : start + _BATCH])

    def _fetched(self, positions: Positions) -> Iterator[list[str]]:
        if self.numbers is None:
            yield from self._parsed(positions + self.head)
            return
        ranks = positions - np.searchsorted(self.aside, positions)
        kept = self._parsed(ranks[~np.isin(positions, self.aside)])
        for position in positions.tolist():
            cells = self.cells_aside.get(position)
            yield next(kept) if cells is None else cells

    def _parsed(self, records: Positions) -> Iterator[list[str]]:
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
        text = b"".join(self.structure.slices(records)).decode()
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)


def plain_of(subject: Subject, target: Path, sought: Collection[bytes] = ()) -> Plain:
    """The table as the engine can read it; a copy, where it needs one, is written to ``target``. Raises Uncovered.

    ``sought`` are sequences of bytes of which its structure tells whether they are there.
    """
    try:
        return _as_it_is(subject, target, sought)
    except (Unplain, UnicodeDecodeError):
        return _written_anew(subject, target, sought)


def _as_it_is(subject: Subject, target: Path, sought: Collection[bytes]) -> Plain:
    head = _head(subject)
    path = subject.path
    if subject.encoding not in _UTF8 or _GLOB.intersection(str(path.absolute())):
        path = _decoded(subject, target)
    structure = structure_of(path, delimiter=subject.dialect.delimiter, sought=sought)
    rows = structure.records - head
    if rows < 0:
        raise Unplain("fewer records than the header has")
    return Plain(
        path=path,
        delimiter=subject.dialect.delimiter,
        structure=structure,
        head=head,
        width=len(subject.columns),
        lane="fast",
        rows=rows,
        aside=structure.blanks[structure.blanks >= head] - head,
    )


def _head(subject: Subject) -> int:
    """Records before the data, comments right behind the header with them. Raises Unplain for a dialect of another kind."""
    dialect = subject.dialect
    usual = Dialect(
        delimiter=dialect.delimiter,
        header=dialect.header,
        header_rows=dialect.header_rows,
        header_join=dialect.header_join,
        comment_rows=dialect.comment_rows,
    )
    if dialect != usual or dialect.delimiter not in _DELIMITERS:
        raise Unplain("an unusual dialect")
    head = subject.head
    while head + 1 in dialect.comment_rows:
        head += 1
    if any(row > head for row in dialect.comment_rows):
        raise Unplain("comments among the data")
    return head


def _decoded(subject: Subject, target: Path) -> Path:
    with (
        subject.path.open(encoding=subject.encoding, errors="strict", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        while text := source.read(1 << 20):
            if text.startswith("\ufeff"):
                raise Unplain("a byte order mark in the text")
            sink.write(text)
    return target


def _written_anew(subject: Subject, target: Path, sought: Collection[bytes]) -> Plain:
    width = len(subject.columns)
    aside: dict[int, list[str]] = {}
    numbers: list[int] = []
    try:
        rows = read_table(subject.path, subject.resource, **LIMITS).rows
        with target.open("w", encoding="utf-8", newline="") as sink:
            writer = csv.writer(sink, lineterminator="\n")
            for number, cells in rows:
                if len(cells) != width or any("\r" in cell for cell in cells):
                    aside[len(numbers)] = cells
                    if len(aside) > _ASIDE:
                        raise Uncovered("too many ragged rows")
                else:
                    writer.writerow(cells)
                numbers.append(number)
        structure = structure_of(target, delimiter=",", sought=sought)
    except (Refusal, Unplain, UnicodeError) as reason:
        raise Uncovered(str(reason)) from None
    if structure.records != len(numbers) - len(aside) or len(structure.blanks):
        raise Uncovered("rows that do not add up")
    return Plain(
        path=target,
        delimiter=",",
        structure=structure,
        head=0,
        width=width,
        lane="slow",
        rows=len(numbers),
        aside=np.fromiter(aside, dtype=np.int64, count=len(aside)),
        numbers=np.array(numbers, dtype=np.int64),
        cells_aside=aside,
    )
