"""A CSV that is read while it is made: the first rows are there before the last member has been looked at."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.download import Cache
from catalog.download.making import Maker
from catalog.errors import CatalogError
from catalog.union.merging import csv_parts
from catalog.union.nouns import Coverage


def streamed(coverage: Coverage, maker: Maker, cache: Cache, key: str) -> Iterator[bytes]:
    """The union as CSV, piece by piece; once it is whole, the cache has it under ``key``."""
    with TemporaryDirectory(prefix="catalog-union-") as folder:
        spool = Path(folder) / "spool.csv"
        with spool.open("wb") as sink:
            for piece in csv_parts(coverage, maker):
                sink.write(piece)
                yield piece
        with suppress(CatalogError, OSError):  # the reader has everything; whether it is kept is not his concern
            cache.get(key, lambda target: _move(spool, target))


def _move(spool: Path, target: Path) -> None:
    shutil.move(spool, target)
