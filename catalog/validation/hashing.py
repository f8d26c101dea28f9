"""What stock says about the bytes of a file, worked out beside everything else; nothing heavy is imported here."""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog.model import Package
from catalog.validation.subjects import path_of

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
    buffer = bytearray(_BUFFER)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while read := file.readinto(buffer):
            md5.update(view[:read])
            sha256.update(view[:read])
            size += read
    return Hashes(md5=md5.hexdigest(), sha256=sha256.hexdigest(), bytes=size)


@contextmanager
def hashed(package: Package) -> Iterator[Mapping[str, Future[Hashes]]]:
    """The tables of an open package by name, hashed one after the other from now on."""
    with ThreadPoolExecutor(1) as pool:
        yield {each.name: pool.submit(hashes_of, path_of(package, each)) for each in package.tables()}
