"""What stock says about the bytes of a file, worked out beside everything else; nothing heavy is imported here."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog.model import Package, Resource
from catalog.validation.limits import LIMIT_ERRORS
from catalog.validation.sampling import SMALLEST, stops_soon
from catalog.validation.subjects import path_of, subject_of

_BUFFER = 4 << 20
"""Bytes. Between two pieces the thread has to wait until the others let go of the interpreter, so they are large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """Of one file; ``bytes`` is its size."""

    md5: str
    sha256: str
    bytes: int


def hashes_of(path: Path) -> Hashes:
    """Both hashes in one reading; hashlib and the disk leave the interpreter to other threads."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        buffer = bytearray(min(_BUFFER, os.fstat(file.fileno()).st_size + 1))  # to clear more takes longer than to read
        view = memoryview(buffer)
        while read := file.readinto(buffer):
            md5.update(view[:read])
            sha256.update(view[:read])
            size += read
    return Hashes(md5=md5.hexdigest(), sha256=sha256.hexdigest(), bytes=size)


@contextmanager
def hashed(package: Package, *, limit_errors: int = LIMIT_ERRORS) -> Iterator[Mapping[str, Future[Hashes]]]:
    """The tables of an open package by name, hashed one after the other from now on.

    Without those of which stock will soon have had enough: it reads, and hashes, a small part of them.
    """
    with ThreadPoolExecutor(1) as pool:
        yield {
            each.name: pool.submit(hashes_of, path_of(package, each))
            for each in package.tables()
            if not _stops_soon(package, each, limit_errors)
        }


def _stops_soon(package: Package, table: Resource, limit_errors: int) -> bool:
    subject = subject_of(package, table) if path_of(package, table).stat().st_size >= SMALLEST else None
    return subject is not None and stops_soon(subject, limit_errors)
