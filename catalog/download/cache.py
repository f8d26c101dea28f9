"""What is made on request, kept by what it is made from: a folder of files, bounded in size, that may be emptied at any time.

    cache = Cache(folder, max_bytes)
    path = cache.get(key, make)

A file is visible under its key only when it is whole: it is written beside and renamed. A key is asked for by many and made
by one; the others wait for it. What was not asked for longest goes first.

Where the folder takes nothing any more (a full disk, a read-only medium), files are made in a temporary one of this process.
"""

import errno
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from catalog.errors import Busy, StoreError

Make = Callable[[Path], None]
"""Writes the file to a path, in a folder of its own where it may leave others beside."""

MAKERS = 2
"""Files that are made at the same time in one process, whatever cache they belong to."""
PATIENCE = 20.0
"""Seconds that somebody waits for a file that others are making, or for a place to make one."""
_AGAIN = 30
_LEFT_OVER = 3600.0
"""Seconds after which an unfinished file is nobody's."""
_KEY = re.compile(r"[0-9a-f]{8,64}[0-9a-z.-]{0,40}")
_MAKING = ".making-"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})
_NO_ROOM_TOLD = frozenset({"store-full", "store-denied", "engine-failed"})
"""The same, as those tell it who write the file."""

_places = threading.BoundedSemaphore(MAKERS)


class Cache:
    """Files by key: lower-case hex that names their content's origin, and perhaps a suffix. Safe to share between threads."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._guard = threading.Lock()
        self._locks: dict[str, _Lock] = {}
        self._spare: Path | None = None

    def get(self, key: str, make: Make) -> Path:
        """The file of that key, made if there is none. Raises Busy where others take too long, and whatever ``make`` raises.

        Another process may remove the file at any time: whoever reads it later than at once uses ``open``.
        """
        found = self.find(key)
        if found is not None:
            return found
        with self._alone(key):
            return self.find(key) or self._made(key, make)

    def open(self, key: str, make: Make) -> BinaryIO:
        """The same file, open to read: it stays readable, whoever removes its name."""
        while True:
            try:
                return self.get(key, make).open("rb")
            except FileNotFoundError:
                continue

    def find(self, key: str) -> Path | None:
        """The file of that key, None where it has not been made. It counts as asked for."""
        name = _name(key)
        return next((found for folder in self._folders() if (found := _asked_for(folder / name)) is not None), None)

    def _folders(self) -> Iterator[Path]:
        yield self._folder
        if self._spare is not None:
            yield Path(self._spare.name)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One maker for each key, and so many of all keys."""
        with self._guard:
            lock = self._locks.setdefault(key, _Lock())
            lock.waiting += 1
        try:
            if not lock.acquire(timeout=PATIENCE):
                raise Busy("download-busy", seconds=_AGAIN)
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._guard:
                lock.waiting -= 1
                if not lock.waiting:
                    del self._locks[key]

    def _made(self, key: str, make: Make) -> Path:
        with _place():
            try:
                path = _made_in(self._folder, key, make)
            except (OSError, StoreError) as error:
                if not _takes_nothing(error):
                    raise
                return _made_in(self._aside(), key, make)
        self._make_room(path)
        return path

    def _aside(self) -> Path:
        with self._guard:
            if self._spare is None:
                self._spare = Path(tempfile.mkdtemp(prefix="catalog-cache-"))
                weakref.finalize(self, shutil.rmtree, self._spare, ignore_errors=True)  # at the latest when the program ends
            return self._spare

    def _make_room(self, newest: Path) -> None:
        """Remove what was asked for longest ago until the rest has room, and what was left unfinished; never the newest."""
        found = []
        for each in self._folder.iterdir():
            if each.name.startswith(_MAKING):
                if time.time() - _modified(each) > _LEFT_OVER:
                    _remove(each)
            else:
                found += [(file, *_state(file)) for file in each.iterdir()]
        used = sum(size for _file, _asked, size in found)
        for file, _asked, size in sorted(found, key=lambda each: each[1]):
            if used <= self._max_bytes:
                return
            if file != newest:
                file.unlink(missing_ok=True)
                used -= size


class _Lock:
    """A lock that knows how many want it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.waiting = 0
        self.acquire, self.release = self._lock.acquire, self._lock.release


_within = threading.local()


@contextmanager
def _place() -> Iterator[None]:
    """A place among the makers; whoever has one needs no other for what it makes on the way."""
    if getattr(_within, "place", False):
        yield
        return
    if not _places.acquire(timeout=PATIENCE):
        raise Busy("download-busy", seconds=_AGAIN)
    _within.place = True
    try:
        yield
    finally:
        _within.place = False
        _places.release()


def _made_in(parent: Path, key: str, make: Make) -> Path:
    path = parent / _name(key)
    folder = parent / f"{_MAKING}{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    try:
        unfinished = folder / "file"
        make(unfinished)
        path.parent.mkdir(exist_ok=True)
        unfinished.replace(path)
    finally:
        _remove(folder)
    return path


def _takes_nothing(error: OSError | StoreError) -> bool:
    """Whether it is the folder that cannot take the file."""
    return error.errno in _NO_ROOM if isinstance(error, OSError) else error.code in _NO_ROOM_TOLD


def _name(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError(key)
    return Path(key[:2]) / key


def _asked_for(path: Path) -> Path | None:
    """The file, if it is there; where its medium lets it, it remembers that it was asked for."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return None
    except OSError:
        return path if path.is_file() else None
    return path


def _remove(folder: Path) -> None:
    for each in folder.iterdir():
        each.unlink(missing_ok=True)
    folder.rmdir()


def _modified(path: Path) -> float:
    return _state(path)[0]


def _state(path: Path) -> tuple[float, int]:
    """When it was asked for last, and its bytes; of what has just gone, now and none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return time.time(), 0
    return found.st_mtime, found.st_size
