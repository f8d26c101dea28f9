"""Is a large table so dirty that stock soon comes to its limit of errors? Then reading all of it first gains nothing.

A guess from three pieces of the part that stock would read, without numpy or DuckDB. It decides who reads, never what is found.
"""

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from catalog.tables import formatting
from catalog.validation import small
from catalog.validation.sql import Uncovered
from catalog.validation.subjects import Column, Subject

SMALLEST = 4 << 20
"""Bytes below which the engine reads a whole table about as soon as stock starts."""

SHARE = 20
"""Stock reads one row in the time in which the engine reads so many."""

_PIECE, _PIECES = 64 << 10, 3
_ENCODINGS = frozenset({"utf-8", "utf-8-sig", "cp932", "euc_jp"})  # in these, a byte that looks like a line feed is one


def stops_soon(subject: Subject, limit_errors: int) -> bool:
    """Whether stock will stop in the first part of the table, as far as a few rows of it tell."""
    size = subject.path.stat().st_size
    if not limit_errors or size < SMALLEST or subject.encoding not in _ENCODINGS:
        return False
    readers = [_reader(each) for each in subject.columns]
    found = []
    for place in range(_PIECES):
        rows = _rows(subject, size // SHARE * place // (_PIECES - 1))
        doubtful = sum(_is_doubtful(cells, readers) for cells in rows)
        found.append(doubtful / _PIECE * size / SHARE)
        if found[-1] < limit_errors / 2:
            return False
    return sum(found) / _PIECES >= limit_errors


def _rows(subject: Subject, offset: int) -> list[list[str]]:
    """The whole rows of a piece."""
    lines = _piece(subject.path, offset).splitlines(keepends=True)[1 + (0 if offset else subject.head) : -1]
    text = [line.decode(subject.encoding.removesuffix("-sig"), errors="replace") for line in lines]
    return list(csv.reader(text, **formatting(subject.dialect)))


def _piece(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(_PIECE)


def _reader(column: Column) -> Callable[[str], Any]:
    try:
        return small.Cells(column).value
    except (Uncovered, small.Doubt, ArithmeticError, TypeError, ValueError, re.error):
        return str  # of a kind that is not known here: taken for clean


def _is_doubtful(cells: Sequence[str], readers: Sequence[Callable[[str], Any]]) -> bool:
    if len(cells) != len(readers):
        return True
    try:
        for read, cell in zip(readers, cells, strict=True):
            read(cell)
    except (small.Doubt, ArithmeticError, TypeError, ValueError):
        return True
    return False
