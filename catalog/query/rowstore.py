"""Rows by their numbers from a file of JSON lines: one seek a row, where Parquet would have to open whole row groups.

Only the place of every ``STEP``-th row is kept in memory (half a megabyte for a million rows), found once in a process.
"""

import mmap
from array import array
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

STEP = 16
_OPEN = 64


class RowStore:
    """The lines of a file by number, the first is 0. The file does not change; it stays mapped until nobody uses it."""

    def __init__(self, path: Path) -> None:
        """OSError where the file cannot be read."""
        self._places = array("Q", [0])
        if path.stat().st_size == 0:  # an empty file cannot be mapped
            self._map: mmap.mmap | bytes = b""
            return
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        end, count = 0, 0
        find = self._map.find
        while (end := find(b"\n", end) + 1) > 0:
            count += 1
            if count % STEP == 0:
                self._places.append(end)

    def lines(self, numbers: Sequence[int]) -> tuple[bytes, ...]:
        """The lines of these numbers, in their order, without line breaks. IndexError where there is no such line."""
        return tuple(map(self._line, numbers))

    def _line(self, number: int) -> bytes:
        block, rest = divmod(number, STEP)
        begin = self._places[block]
        end = self._places[block + 1] if block + 1 < len(self._places) else len(self._map)
        return self._map[begin:end].split(b"\n", rest + 1)[rest].removesuffix(b"\r")


@lru_cache(maxsize=_OPEN)
def _opened(path: Path, _inode: int, _size: int) -> RowStore:
    return RowStore(path)


def opened(path: Path) -> RowStore:
    """The row store of a file, kept open."""
    found = path.stat()
    return _opened(path, found.st_ino, found.st_size)
