"""Whether the store still holds what it promises: every visible version whole, by reading every byte of it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Row, and_, func, select

from catalog.errors import Finding, Place, StoreError
from catalog.store import records
from catalog.store.database import Database, datasets, files, versions
from catalog.store.faults import translated
from catalog.store.files import CHUNK, Files

Progress = Callable[[int, int], None]


def verify(database: Database, kept: Files, progress: Progress | None = None) -> tuple[Finding, ...]:
    """All findings; see ``Store.verify``. Transactions are short, so that publishing goes on meanwhile."""
    present = list(kept.all())  # before the rows are read: what is published in between is then no orphan
    reader = _Reader(kept, progress, _total(database))
    findings = [Finding(code="database-damaged", found=line) for line in database.damage()]
    findings += _latest_missing(database)
    for dataset, number in _visible(database):
        findings += _version(database, dataset, number, reader)
    named = _named(database)
    findings += [
        Finding(code="blob-orphan", severity="note", details={"sha256": sha256}) for sha256 in present if sha256 not in named
    ]
    return tuple(findings)


@dataclass(slots=True)
class _Reader:
    """Reads each blob once, however many versions name it."""

    kept: Files
    progress: Progress | None
    total: int
    done: int = 0
    seen: dict[tuple[str, int], tuple[str, str] | None] = field(default_factory=dict)

    def fault(self, sha256: str, size: int) -> tuple[str, str] | None:
        """The code of what is wrong with a blob and what was found, or None."""
        if (sha256, size) not in self.seen:
            self.seen[sha256, size] = self._read(sha256, size)
        return self.seen[sha256, size]

    def _read(self, sha256: str, size: int) -> tuple[str, str] | None:
        end, hashed = self.done + size, hashlib.sha256()
        try:
            found = self.kept.size(sha256)
            if found == size:
                for chunk in self._chunks(sha256):
                    hashed.update(chunk)
                    self._advance(len(chunk))
        except StoreError as error:  # a bad block of the disk is what verify is for: go on with the next
            self._advance(end - self.done)
            return "blob-unreadable", error.details.get("reason", error.code)
        if found != size:
            self._advance(size)
            return ("blob-missing", "") if found is None else ("blob-size", str(found))
        return None if hashed.hexdigest() == sha256 else ("blob-hash", hashed.hexdigest())

    def _chunks(self, sha256: str) -> Iterator[bytes]:
        with translated(), self.kept.open(sha256) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def _advance(self, count: int) -> None:
        self.done += count
        if self.progress:
            self.progress(self.done, self.total)


def _version(database: Database, dataset: str, number: int, reader: _Reader) -> Iterator[Finding]:
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
        if fault := reader.fault(row.sha256, row.bytes):
            yield _blob(row, fault, details)


def _blob(row: Row[tuple[object, ...]], fault: tuple[str, str], details: dict[str, str]) -> Finding:
    code, found = fault
    expected = str(row.bytes) if code == "blob-size" else row.sha256
    details = details | {"sha256": row.sha256}
    return Finding(code=code, place=Place(file=row.path), found=found, expected=expected, details=details)


def _visible(database: Database) -> list[tuple[str, int]]:
    with database.reading() as connection:
        rows = connection.execute(
            select(versions.c.dataset, versions.c.number)
            .join(datasets, datasets.c.id == versions.c.dataset)
            .where(datasets.c.latest.is_not(None))
            .order_by(versions.c.dataset, versions.c.number)
        )
        return [(row.dataset, row.number) for row in rows]


def _latest_missing(database: Database) -> list[Finding]:
    with database.reading() as connection:
        rows = connection.execute(
            select(datasets.c.id, datasets.c.latest)
            .outerjoin(versions, and_(versions.c.dataset == datasets.c.id, versions.c.number == datasets.c.latest))
            .where(datasets.c.latest.is_not(None), versions.c.number.is_(None))
            .order_by(datasets.c.id)
        )
        return [Finding(code="latest-missing", details={"dataset": row.id, "version": str(row.latest)}) for row in rows]


def _total(database: Database) -> int:
    blobs = (
        select(files.c.sha256, files.c.bytes)
        .distinct()
        .join(datasets, datasets.c.id == files.c.dataset)
        .where(datasets.c.latest.is_not(None))
        .subquery()
    )
    with database.reading() as connection:
        return int(connection.scalar(select(func.coalesce(func.sum(blobs.c.bytes), 0))) or 0)


def _named(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.scalars(select(files.c.sha256).distinct()))
