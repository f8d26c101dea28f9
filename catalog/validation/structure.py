"""The bytes of a table: are they plain RFC 4180, how many records are there, where does each one lie.

Every reader agrees about a file whose quotation marks all stand where RFC 4180 puts them and whose line ends are all of
one kind; only such a file is screened as it is. Whatever else there is raises ``Unplain``, and a slower lane takes it.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]

WINDOW = 4 << 20
LONGEST_RECORD = 1 << 20
"""In bytes. DuckDB's own limit is set to the same."""

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
    """``records`` counts blank lines too; ``blanks`` are their indices from 0.

    ``overhead`` is the number of bytes that belong to no cell although they stand between the delimiters: quotation marks.
    ``marks`` are in order, the first at the beginning of the file (behind its byte order mark), the last at its end.
    """

    path: Path
    crlf: bool
    records: int
    blanks: Positions
    overhead: int
    terminated: bool
    marks: tuple[Mark, ...]

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
                ends = np.append(window.ends, len(window.data))  # a last record may have no line end
                starts = np.append(0, ends)
                for index in (wanted[first:last] - mark.records).tolist():
                    yield window.data[starts[index] : ends[index]]

    def before(self, record: int) -> tuple[int, int]:
        """Bytes and overhead of the first ``record`` records."""
        window = _Window.of(b"".join(self.slices(np.arange(record, dtype=np.int64))), final=True)
        return len(window.data), window.overhead


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of the file that holds whole records: where they end, and its quotation marks."""

    data: bytes
    ends: Positions
    marks: Positions

    @classmethod
    def of(cls, data: bytes, *, final: bool) -> "_Window":
        """What is whole in ``data``, which begins with a record; all of it where the file ends there."""
        array = np.frombuffer(data, dtype=np.uint8)
        marks = np.flatnonzero(array == _QUOTE)
        ends = _outside(np.flatnonzero(array == _LF) + 1, marks, len(data))
        if final:
            return cls(data, ends, marks)
        cut = int(ends[-1]) if len(ends) else 0
        return cls(data[:cut], ends, marks[: np.searchsorted(marks, cut)])

    @property
    def records(self) -> int:
        """How many there are, the last one of a file with it that does not end with a line end."""
        return len(self.ends) + (bool(self.data) and not (len(self.ends) and self.ends[-1] == len(self.data)))

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
    records: int = 0
    overhead: int = 0

    def take(self, window: _Window) -> Positions:
        """Count a window; answers the indices of its blank lines."""
        if b"\0" in window.data:
            raise Unplain("NUL")
        self._check_line_ends(window.data)
        if len(window.marks):
            self._check_quotes(window)
        lengths = np.diff(window.ends, prepend=0)
        blanks = np.flatnonzero(lengths == (2 if self.crlf else 1)) + self.records
        self.records += window.records
        return blanks

    def _check_line_ends(self, data: bytes) -> None:
        returns = data.count(b"\r")
        same = returns == data.count(b"\r\n") == data.count(b"\n") if self.crlf else not returns
        if not same:
            raise Unplain("line ends of two kinds")

    def _check_quotes(self, window: _Window) -> None:
        """Each opening mark after a delimiter, line end or the mark that it doubles; each closing one before the like."""
        marks = window.marks
        if len(marks) % 2:
            raise Unplain("quotation marks that do not pair")
        array = np.frombuffer(window.data, dtype=np.uint8)
        opening, closing = marks[0::2], marks[1::2]
        before = array[np.maximum(opening - 1, 0)]
        after = array[np.minimum(closing + 1, len(array) - 1)]
        line_end = _CR if self.crlf else _LF
        good = (before == self.delimiter) | (before == _LF) | (before == _QUOTE) | (opening == 0)
        also = (after == self.delimiter) | (after == line_end) | (after == _QUOTE) | (closing == len(array) - 1)
        if not (good.all() and also.all()):
            raise Unplain("a quotation mark inside a cell")
        self.overhead += window.overhead


def structure_of(path: Path, *, delimiter: str) -> Structure:
    """Read the file once. Raises Unplain where it is not of the plain form, OSError as reading does."""
    if len(delimiter) != 1 or not delimiter.isascii():
        raise Unplain("a delimiter outside ASCII")
    with path.open("rb") as file:
        head = file.read(WINDOW)
        offset = len(_BOM) if head.startswith(_BOM) else 0
        end = head.find(b"\n")
        tally = _Tally(crlf=end > 0 and head[end - 1] == _CR, delimiter=ord(delimiter))
        file.seek(offset)
        marks, blanks, last = [Mark(offset, 0)], [np.empty(0, dtype=np.int64)], b"\n"
        for window in _windows(file.read):
            blanks.append(tally.take(window))
            offset += len(window.data)
            marks.append(Mark(offset, tally.records))
            last = window.data[-1:]
    return Structure(
        path=path,
        crlf=tally.crlf,
        records=tally.records,
        blanks=np.concatenate(blanks),
        overhead=tally.overhead,
        terminated=last == b"\n",
        marks=tuple(marks),
    )


def _windows(read: Callable[[int], bytes]) -> Iterator[_Window]:
    """The file in pieces of whole records."""
    rest = b""
    while chunk := read(WINDOW):
        window = _Window.of(rest + chunk, final=False)
        rest = (rest + chunk)[len(window.data) :]
        if len(rest) > LONGEST_RECORD:
            raise Unplain("a record that is too long")
        if window.data:
            yield window
    if rest:
        yield _Window.of(rest, final=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """What stock says about the bytes of a file."""

    md5: str
    sha256: str
    bytes: int


def hashes_of(path: Path) -> Hashes:
    """Both hashes in one reading; hashlib and the disk leave the interpreter to other threads."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    buffer = bytearray(1 << 20)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(buffer):
            md5.update(view[:read])
            sha256.update(view[:read])
            size += read
    return Hashes(md5=md5.hexdigest(), sha256=sha256.hexdigest(), bytes=size)
