"""Whether the store still holds what it promises: every version whole, by reading every byte of it.

What is wrong with a version of a withdrawn dataset is a warning: nobody is promised it, but a backup holds it, too.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock

from sqlalchemy import Row, and_, select

from catalog.errors import Finding, Place, Severity, StoreError
from catalog.store import records
from catalog.store.database import Database, datasets, files, versions
from catalog.store.faults import translated
from catalog.store.files import CHUNK, Files

Progress = Callable[[int, int], None]
_THREADS = 8
"""Files that are read at a time, where there are as many cores."""


def verify(database: Database, kept: Files, progress: Progress | None = None) -> tuple[Finding, ...]:
    """All findings; see ``Store.verify``. Transactions are short, so that publishing goes on meanwhile."""
    present = list(kept.all())  # before the rows are read: what is published in between is then no orphan
    faults = hashed(kept, _blobs(database), progress)
    findings = [Finding(code="database-damaged", found=line) for line in database.damage()]
    findings += _latest_missing(database)
    for dataset, number, severity in _versions(database):
        findings += (replace(each, severity=severity) for each in _version(database, dataset, number, faults))
    named = _named(database)
    findings += [
        Finding(code="blob-orphan", severity="note", details={"sha256": sha256}) for sha256 in present if sha256 not in named
    ]
    return tuple(findings)


Fault = tuple[str, str]
"""The code of what is wrong with a blob, and what was found."""


@dataclass(slots=True)
class _Count:
    """Bytes that were read, by all threads together."""

    progress: Progress | None
    total: int
    done: int = 0
    guard: Lock = field(default_factory=Lock)

    def add(self, count: int) -> None:
        with self.guard:
            self.done += count
            if self.progress:
                self.progress(self.done, self.total)


Blob = tuple[str, int]
"""SHA-256 and number of bytes, as a version names it."""


def hashed(kept: Files, blobs: Sequence[Blob], progress: Progress | None) -> dict[Blob, Fault | None]:
    """Read each blob once, however many versions name it; what is wrong with it.

    Hashing and reading leave Python to others, so some threads are as fast as the cores or the disk.
    """
    count = _Count(progress, sum(size for _sha256, size in blobs))
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1), thread_name_prefix="verify") as pool:
        try:
            return dict(zip(blobs, pool.map(lambda each: _fault(kept, each, count), blobs), strict=True))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _fault(kept: Files, blob: Blob, count: _Count) -> Fault | None:
    (sha256, size), done, found_hash = blob, 0, hashlib.sha256()
    try:
        found = kept.size(sha256)
        if found == size:
            with translated(), kept.open(sha256) as stream:
                while chunk := stream.read(CHUNK):
                    found_hash.update(chunk)
                    done += len(chunk)
                    count.add(len(chunk))
    except StoreError as error:  # a bad block of the disk is what verify is for: go on with the next
        count.add(size - done)
        return "blob-unreadable", error.details.get("reason", error.code)
    if found != size:
        count.add(size)
        return ("blob-missing", "") if found is None else ("blob-size", str(found))
    return None if found_hash.hexdigest() == sha256 else ("blob-hash", found_hash.hexdigest())


def _version(database: Database, dataset: str, number: int, faults: Mapping[Blob, Fault | None]) -> Iterator[Finding]:
    details = {"dataset": dataset, "version": str(number)}
    with database.reading() as connection:
        record = connection.scalar(select(versions.c.record).where(versions.c.dataset == dataset, versions.c.number == number))
        mine = and_(files.c.dataset == dataset, files.c.number == number)
        rows = connection.execute(select(files).where(mine).order_by(files.c.path)).all()
    try:
        publication = records.load(record or "", dataset, number)
    except StoreError as error:
        yield Finding(code=error.code, details=details)
    else:
        recorded = sorted((each.path, each.sha256, each.bytes) for each in publication.files)
        named = sorted((row.path, row.sha256, row.bytes) for row in rows)
        if (publication.id, publication.version, recorded) != (dataset, number, named):
            yield Finding(code="record-differs", details=details)
    for row in rows:
        if fault := faults.get((row.sha256, row.bytes)):
            yield _blob(row, fault, details)


def _blob(row: Row[tuple[object, ...]], fault: Fault, details: dict[str, str]) -> Finding:
    code, found = fault
    expected = str(row.bytes) if code == "blob-size" else row.sha256
    details = details | {"sha256": row.sha256}
    return Finding(code=code, place=Place(file=row.path), found=found, expected=expected, details=details)


def _versions(database: Database) -> list[tuple[str, int, Severity]]:
    """Every version, and how bad it would be if something were wrong with it."""
    with database.reading() as connection:
        rows = connection.execute(
            select(versions.c.dataset, versions.c.number, datasets.c.latest)
            .join(datasets, datasets.c.id == versions.c.dataset)
            .order_by(versions.c.dataset, versions.c.number)
        )
        return [(row.dataset, row.number, "warning" if row.latest is None else "error") for row in rows]


def _latest_missing(database: Database) -> list[Finding]:
    with database.reading() as connection:
        rows = connection.execute(
            select(datasets.c.id, datasets.c.latest)
            .outerjoin(versions, and_(versions.c.dataset == datasets.c.id, versions.c.number == datasets.c.latest))
            .where(datasets.c.latest.is_not(None), versions.c.number.is_(None))
            .order_by(datasets.c.id)
        )
        return [Finding(code="latest-missing", details={"dataset": row.id, "version": str(row.latest)}) for row in rows]


def _blobs(database: Database) -> list[Blob]:
    """What versions name."""
    asked = select(files.c.sha256, files.c.bytes).distinct().order_by(files.c.sha256, files.c.bytes)
    with database.reading() as connection:
        return [(row.sha256, row.bytes) for row in connection.execute(asked)]


def _named(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.scalars(select(files.c.sha256).distinct()))
