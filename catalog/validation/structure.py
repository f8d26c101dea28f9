"""The bytes of a table: are they plain RFC 4180, how many records are there, where does each one lie.

Every reader agrees about a file whose quotation marks all stand where RFC 4180 puts them and whose line ends are all of
one kind; only such a file is screened as it is. Whatever else there is raises ``Unplain``, and a slower lane takes it.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.validation.limits import LONGEST_RECORD, MOST_CELLS

Positions = npt.NDArray[np.int64]

WINDOW = 2 << 20
_QUOTE, _LF, _CR = 34, 10, 13
_BOM = b"\xef\xbb\xbf"


class Unplain(Exception):
    """The bytes are not of the plain form; the argument says what was met."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where a record begins: its offset in the file and how many records lie before it."""

    offset: int
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """``records`` counts blank lines too; ``blanks`` are their indices from 0. ``longest`` is a length in bytes.

    ``overhead`` is the number of bytes that belong to no cell although they stand between the delimiters: quotation marks.
    ``marks`` are in order, the first at the beginning of the file (behind its byte order mark), the last at its end.
    ``lacking`` are those of the sequences sought that stand nowhere in it; a line feed is sought within cells only.
    """

    path: Path
    crlf: bool
    records: int
    blanks: Positions
    longest: int
    overhead: int
    terminated: bool
    marks: tuple[Mark, ...]
    lacking: frozenset[bytes] = frozenset()

    @property
    def size(self) -> int:
        """Bytes without a byte order mark."""
        return self.marks[-1].offset - self.marks[0].offset

    def slices(self, wanted: Positions) -> Iterator[bytes]:
        """The bytes of the records with these indices (from 0, ascending), each with its line end."""
        with self.path.open("rb") as file:
            for mark, end in zip(self.marks, self.marks[1:], strict=False):
                first, last = np.searchsorted(wanted, (mark.records, end.records))
                if first == last:
                    continue
                file.seek(mark.offset)
                window = _Window.of(file.read(end.offset - mark.offset), final=True)
                ends = np.append(window.ends, window.size)  # a last record may have no line end
                starts = np.append(0, ends)
                for index in (wanted[first:last] - mark.records).tolist():
                    yield bytes(window.data[starts[index] : ends[index]])

    def before(self, record: int) -> tuple[int, int]:
        """Bytes and overhead of the first ``record`` records."""
        window = _Window.of(b"".join(self.slices(np.arange(record, dtype=np.int64))), final=True)
        return window.size, window.overhead


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of the file that holds whole records, the first ``size`` bytes of ``data``: where they end, its quotation marks.

    ``folded``: there are line feeds in cells. The bytes are those of a buffer that the next piece is read into.
    """

    data: bytes | bytearray
    size: int
    ends: Positions
    marks: Positions
    folded: bool

    @classmethod
    def of(cls, data: bytes | bytearray, size: int | None = None, *, final: bool) -> "_Window":
        """What is whole in ``data``, which begins with a record; all of it where the file ends there."""
        size = len(data) if size is None else size
        array = np.frombuffer(data, dtype=np.uint8)[:size]
        marks = np.flatnonzero(array == _QUOTE)
        feeds = np.flatnonzero(array == _LF) + 1
        ends = _outside(feeds, marks, size)
        folded = len(ends) < len(feeds)
        if final:
            return cls(data, size, ends, marks, folded)
        cut = int(ends[-1]) if len(ends) else 0
        return cls(data, cut, ends, marks[: np.searchsorted(marks, cut)], folded)

    @property
    def array(self) -> npt.NDArray[np.uint8]:
        """Its bytes as numbers."""
        return np.frombuffer(self.data, dtype=np.uint8)[: self.size]

    def has(self, sequence: bytes) -> bool:
        """Whether the bytes stand somewhere in it."""
        return self.data.find(sequence, 0, self.size) >= 0

    def count(self, sequence: bytes) -> int:
        """How often they do."""
        return self.data.count(sequence, 0, self.size)

    @property
    def records(self) -> int:
        """How many there are, the last one of a file with it that does not end with a line end."""
        return len(self.ends) + (bool(self.size) and not (len(self.ends) and self.ends[-1] == self.size))

    @property
    def overhead(self) -> int:
        """Quotation marks that are part of no cell; of a doubled one, half."""
        doubled = self.marks[2::2] == self.marks[1:-1:2] + 1
        return len(self.marks) - int(np.count_nonzero(doubled))


def _outside(ends: Positions, marks: Positions, length: int) -> Positions:
    """Those line ends that stand outside quotation marks."""
    if not len(marks):
        return ends
    opening, closing = marks[0::2], marks[1::2]
    if len(closing) < len(opening):
        closing = np.append(closing, length)
    first, last = np.searchsorted(ends, opening, "right"), np.searchsorted(ends, closing, "right")
    if (first == last).all():
        return ends
    inside = np.zeros(len(ends) + 1, dtype=np.int8)
    np.add.at(inside, first, 1)
    np.add.at(inside, last, -1)
    outside: Positions = ends[np.cumsum(inside[:-1]) == 0]
    return outside


@dataclass(slots=True)
class _Tally:
    crlf: bool
    delimiter: int
    sought: set[bytes]
    records: int = 0
    longest: int = 0
    overhead: int = 0

    def take(self, window: _Window) -> Positions:
        """Count a window; answers the indices of its blank lines."""
        if window.has(b"\0"):
            raise Unplain("NUL")
        self._check_line_ends(window)
        if len(window.marks):
            self._check_quotes(window)
        self.sought -= set(_met(window, self.sought))
        lengths = np.diff(np.append(window.ends, window.size), prepend=0)  # the last is 0, or a record without line end
        self.longest = max(self.longest, int(lengths.max()))
        for index in np.flatnonzero(lengths > MOST_CELLS).tolist():
            start = int(window.ends[index - 1]) if index else 0
            if window.data.count(self.delimiter, start, start + int(lengths[index])) > MOST_CELLS:
                raise Unplain("a record of too many cells")
        blanks = np.flatnonzero(lengths[:-1] == (2 if self.crlf else 1)) + self.records
        self.records += window.records
        return blanks

    def _check_line_ends(self, window: _Window) -> None:
        """A lone line feed is part of a cell; spreadsheets write such, whatever the line ends are."""
        if self.crlf:
            paired = window.count(b"\r") == window.count(b"\r\n") and bool((window.array[window.ends - 2] == _CR).all())
        else:
            paired = not window.has(b"\r")
        if not paired:
            raise Unplain("line ends of two kinds")

    def _check_quotes(self, window: _Window) -> None:
        """Each opening mark after a delimiter, line end or the mark that it doubles; each closing one before the like."""
        marks = window.marks
        if len(marks) % 2:
            raise Unplain("quotation marks that do not pair")
        array = window.array
        opening, closing = marks[0::2], marks[1::2]
        before = array[np.maximum(opening - 1, 0)]
        after = array[np.minimum(closing + 1, len(array) - 1)]
        line_end = _CR if self.crlf else _LF
        good = (before == self.delimiter) | (before == _LF) | (before == _QUOTE) | (opening == 0)
        also = (after == self.delimiter) | (after == line_end) | (after == _QUOTE) | (closing == len(array) - 1)
        if not (good.all() and also.all()):
            raise Unplain("a quotation mark inside a cell")
        self.overhead += window.overhead


def _met(window: _Window, sought: Collection[bytes]) -> Iterator[bytes]:
    """Those of the sequences that the window has. What begins alike is looked for in the places of the first byte only."""
    for first, alike in groupby(sorted(sought), key=lambda each: each[:1]):
        if first == b"\n":
            yield from alike if window.folded else ()
        elif window.has(first):
            array = window.array
            places: Positions | None = None
            for sequence in alike:
                if len(sequence) == 1:
                    yield sequence
                    continue
                if places is None:
                    places = np.flatnonzero(array == first[0])
                    seconds = array.take(places + 1, mode="clip")
                    known = np.bincount(seconds, minlength=256)
                if known[sequence[1]] and _stands(array, places[seconds == sequence[1]], sequence):
                    yield sequence


def _stands(array: npt.NDArray[np.uint8], places: Positions, sequence: bytes) -> bool:
    """Whether the sequence stands at one of the places, whose first two bytes are right."""
    for offset, byte in enumerate(sequence[2:], start=2):
        places = places[array.take(places + offset, mode="clip") == byte]
    return bool(len(places))


def structure_of(path: Path, *, delimiter: str, sought: Collection[bytes] = ()) -> Structure:
    """Read the file once, looking for ``sought`` besides. Raises Unplain where its form is not plain, OSError as reading does."""
    if len(delimiter) != 1 or not delimiter.isascii():
        raise Unplain("a delimiter outside ASCII")
    with path.open("rb") as file:
        head = file.read(WINDOW)
        offset = len(_BOM) if head.startswith(_BOM) else 0
        end = head.find(b"\n")
        tally = _Tally(crlf=end > 0 and head[end - 1] == _CR, delimiter=ord(delimiter), sought=set(sought))
        file.seek(offset)
        marks, blanks, last = [Mark(offset, 0)], [np.empty(0, dtype=np.int64)], b"\n"
        for window in _windows(file.readinto):
            blanks.append(tally.take(window))
            offset += window.size
            marks.append(Mark(offset, tally.records))
            last = bytes(window.data[window.size - 1 : window.size])
    return Structure(
        path=path,
        crlf=tally.crlf,
        records=tally.records,
        blanks=np.concatenate(blanks),
        longest=tally.longest,
        overhead=tally.overhead,
        terminated=last == b"\n",
        marks=tuple(marks),
        lacking=frozenset(tally.sought),
    )


def _windows(readinto: Callable[[memoryview], int]) -> Iterator[_Window]:
    """The file in pieces of whole records, all of them in one buffer: fresh memory for each would take longer than reading."""
    buffer = bytearray(LONGEST_RECORD + WINDOW)
    view, rest = memoryview(buffer), 0
    while read := readinto(view[rest : rest + WINDOW]):
        size = rest + read
        window = _Window.of(buffer, size, final=False)
        if window.size:
            yield window
        rest = size - window.size
        if rest > LONGEST_RECORD:
            raise Unplain("a record that is too long")
        view[:rest] = view[window.size : size]
    if rest:
        yield _Window.of(buffer, rest, final=True)
