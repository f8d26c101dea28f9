"""Immutable, numbered publications: what is published, and the one way to change it.

    with Store.open(settings) as store:
        store.latest("public-toilet")
        with store.writing() as writing:
            writing.add(publication, documents, addresses)

Reading never waits for a writer. Writing is one transaction at a time, visible as a whole or not at all. Bytes lie in
``store.files`` by their content; the database row is the only thing that makes them visible.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, select

from catalog.dcat.packing import Packed
from catalog.errors import Conflict, Finding, NotFound, Withdrawn
from catalog.model import Agent, Change, Publication, Text
from catalog.settings import Settings
from catalog.store import copying, records
from catalog.store.areas import Areas
from catalog.store.database import Database, addresses, changes, datasets, documents, meta, uses, versions
from catalog.store.database import files as named_files
from catalog.store.entering import Entering
from catalog.store.feed import Feed
from catalog.store.files import Files, LocalFiles, files_at
from catalog.store.harvests import Gathering, Harvests, LineRow, PageRow, RecordRow, RunRow, SourceRow
from catalog.store.misses import Misses
from catalog.store.records import (
    CATALOG_KEY,
    DESCRIBED_FOR,
    IDENTITY,
    ISSUED,
    RENDERED_FOR,
    SHAPES_ALL,
    SHAPES_LAST,
    WRITTEN_AS,
    Address,
    Description,
    Document,
    Head,
    Held,
    Summary,
    Target,
    Use,
    Version,
    VersionRow,
    agent_of,
    document_of,
    later,
    page_key,
    summary_of,
)
from catalog.store.searching import Searching
from catalog.store.selection import VISIBLE, Selection
from catalog.store.trust import Entry, Token, Trust
from catalog.store.verification import verify
from catalog.store.writing import Writing

__all__ = [
    "CATALOG_KEY",
    "DESCRIBED_FOR",
    "IDENTITY",
    "ISSUED",
    "RENDERED_FOR",
    "SHAPES_ALL",
    "SHAPES_LAST",
    "WRITTEN_AS",
    "Address",
    "Description",
    "Document",
    "Entry",
    "Feed",
    "Files",
    "Gathering",
    "Harvests",
    "Head",
    "Held",
    "LineRow",
    "LocalFiles",
    "PageRow",
    "RecordRow",
    "RunRow",
    "Selection",
    "SourceRow",
    "Store",
    "Summary",
    "Target",
    "Token",
    "Trust",
    "Use",
    "Version",
    "VersionRow",
    "Writing",
    "later",
    "page_key",
]

_META = select(meta.c.value).where(meta.c.key == bindparam("name"))
_LATEST = select(datasets.c.latest, datasets.c.withdrawn_at, datasets.c.withdrawn_reason).where(
    datasets.c.id == bindparam("dataset")
)
_METAS = select(meta.c.key, meta.c.value)
"""Questions that are often asked, made once: to put one together takes as long as to ask it."""
_REMEMBERED = 256
"""Publications kept in memory as values; a version never changes, so none of them can be stale."""


class Store:
    """The store of one catalogue; safe to share between threads.

    ``files`` holds the bytes, ``feed`` is what harvesters walk, ``searching`` what can be found, ``misses`` what was not;
    ``trust`` answers about tokens and the audit log, ``harvests`` about other catalogues that datasets are collected from.

    Every method raises StoreError where the database or the disk fails: store-full, store-locked, store-denied, store-unreadable.
    """

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self.files = files
        self.feed = Feed(database)
        self.searching = Searching(database)
        self.misses = Misses(database)
        self.areas = Areas(database)
        self.harvests = Harvests(database)
        self.trust = Trust(database)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._record)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the store that the settings name; make it, or bring it up to date, where that is needed.

        Raises SettingsError for a database or place of files that cannot be used, StoreError("store-newer") for a database
        that a later program has changed, and as every method.
        """
        files = files_at(settings.files_url(), Path(settings.home) / "cache" / "files")
        return cls(Database(settings.database_url()), files)

    def close(self) -> None:
        """Give back the connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One write transaction: committed when the block ends, rolled back when it raises. A second writer waits for it."""
        with self._database.writing() as connection:
            yield Writing(connection)

    def latest(self, dataset: str) -> Publication:
        """The version that is the latest now. Raises NotFound("dataset-unknown"), Withdrawn("dataset-withdrawn")."""
        return self._remembered(dataset, self._latest_number(dataset))

    def latest_of(self, ids: Sequence[str]) -> tuple[Publication, ...]:
        """The latest versions of some datasets in order of id, some hundreds at most; those that are not visible are left out."""
        latest = and_(versions.c.dataset == datasets.c.id, versions.c.number == datasets.c.latest)
        asked = select(datasets.c.id, datasets.c.latest, versions.c.record).join(versions, latest)
        rows = self._rows(asked.where(datasets.c.id.in_(ids)).order_by(datasets.c.id)) if ids else []
        return tuple(records.load(row.record, row.id, row.latest) for row in rows)

    def stored_descriptions(self, after: str = "", limit: int = 100) -> tuple[Description, ...]:
        """How visible datasets are described, in order of id, those after the id ``after``."""
        asked = select(datasets.c.id, datasets.c.latest).where(VISIBLE, datasets.c.id > after).order_by(datasets.c.id)
        with self._database.reading() as connection:
            latest = {row.id: row.latest for row in connection.execute(asked.limit(limit))}
            rows = connection.execute(select(documents).where(documents.c.key.in_(latest))).all()
        found: dict[str, dict[str, Packed]] = {each: {} for each in latest}
        for row in rows:
            found[row.key][row.format] = Packed(row.etag, row.body)
        return tuple(Description(dataset=each, version=latest[each], documents=found[each]) for each in latest)

    def publication(self, dataset: str, version: int) -> Publication:
        """One version of a visible dataset. Raises as ``latest``, and NotFound("version-unknown")."""
        self._latest_number(dataset)
        return self._remembered(dataset, version)

    def owner(self, dataset: str) -> str | None:
        """The id of the publisher that a dataset belongs to, withdrawn or not; None where it was never published."""
        rows = self._rows(select(datasets.c.publisher_id).where(datasets.c.id == dataset))
        return str(rows[0][0]) if rows else None

    def versions(self, dataset: str) -> tuple[VersionRow, ...]:
        """The history of a visible dataset, the newest version first. Raises as ``latest``."""
        self._latest_number(dataset)
        held = named_files.c
        same = and_(held.dataset == versions.c.dataset, held.number == versions.c.number, held.path == f"{dataset}.zip")
        wanted = select(*(each for each in versions.c if each is not versions.c.record), exists().where(same).label("packaged"))
        rows = self._rows(wanted.where(versions.c.dataset == dataset).order_by(versions.c.number.desc()))
        return tuple(
            VersionRow(
                version=row.number,
                issued=row.issued,
                package_version=row.package_version,
                digest=row.digest,
                note=row.note,
                breaking=row.breaking,
                valid=row.valid,
                packaged=bool(row.packaged),
                follows=bool(row.packaged and before is not None and before.packaged),
            )
            for row, before in zip(rows, [*rows[1:], None], strict=True)
        )

    def summaries(self, after: str = "", limit: int = 100, samples: bool = True, publisher: str = "") -> tuple[Summary, ...]:
        """Visible datasets in order of id, those after the id ``after``; of one publisher, or without samples, where asked."""
        asked = select(datasets).where(_visible(samples=samples), datasets.c.id > after)
        if publisher:
            asked = asked.where(datasets.c.publisher_id == publisher)
        return tuple(summary_of(row) for row in self._rows(asked.order_by(datasets.c.id).limit(limit)))

    def count(self, samples: bool = True) -> int:
        """How many datasets are visible."""
        return int(self._rows(select(func.count()).select_from(datasets).where(_visible(samples=samples)))[0][0])

    def publishers(self) -> tuple[tuple[Agent, int], ...]:
        """Who publishes visible datasets, in order of id, and how many; named as in the dataset that each published last."""
        ranked = (
            select(
                datasets,
                func.count().over(partition_by=datasets.c.publisher_id).label("published"),
                func.row_number()
                .over(partition_by=datasets.c.publisher_id, order_by=(datasets.c.modified.desc(), datasets.c.id))
                .label("rank"),
            )
            .where(VISIBLE)
            .subquery()
        )
        rows = self._rows(select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.publisher_id))
        return tuple((agent_of(row), row.published) for row in rows)

    def publisher(self, agent: str) -> Agent:
        """The publisher of that id. Raises NotFound("publisher-unknown") where it has no visible dataset."""
        newest = (datasets.c.modified.desc(), datasets.c.id)
        rows = self._rows(select(datasets).where(VISIBLE, datasets.c.publisher_id == agent).order_by(*newest).limit(1))
        if not rows:
            raise NotFound("publisher-unknown", publisher=agent)
        return agent_of(rows[0])

    def document(self, key: str, format: str) -> Document | None:  # noqa: A002  the field's own name; nobody needs the builtin here
        """The description of a dataset (its id) or of the catalogue ("@catalog") in a format, by its name in ``media``."""
        rows = self._rows(select(documents).where(documents.c.key == key, documents.c.format == format))
        return document_of(rows[0]) if rows else None

    def documents(
        self,
        format: str,  # noqa: A002  as above
        after: str = "",
        limit: int = 100,
        samples: bool = True,
    ) -> tuple[Document, ...]:
        """The descriptions of visible datasets in a format, in order of id, those after the id ``after``."""
        asked = (
            select(documents)
            .join(datasets, datasets.c.id == documents.c.key)
            .where(documents.c.format == format, _visible(samples=samples), datasets.c.id > after)
            .order_by(datasets.c.id)
            .limit(limit)
        )
        return tuple(document_of(row) for row in self._rows(asked))

    def changes(self, after: int = 0, limit: int = 100) -> tuple[Change, ...]:
        """The change log in order of commit, what came after the number ``after``."""
        asked = select(changes).where(changes.c.sequence > after).order_by(changes.c.sequence).limit(limit)
        return tuple(
            Change(sequence=row.sequence, dataset=row.dataset, version=row.number, kind=row.kind, at=row.at)
            for row in self._rows(asked)
        )

    def position(self) -> int:
        """How far the change log has come: as long as it is the same, so is everything that is published."""
        return int(self._rows(select(func.coalesce(func.max(changes.c.sequence), 0)))[0][0])

    def lookup(self, address: str) -> Target | None:
        """What a flat address ("schema/<id>-<table>") leads to; those of a withdrawn dataset say so."""
        asked = select(addresses, datasets.c.latest).join(datasets, datasets.c.id == addresses.c.dataset)
        rows = self._rows(asked.where(addresses.c.address == address))
        return _target(rows[0]) if rows else None

    def addresses(self, kind: str, after: str = "", limit: int = 100, samples: bool = True) -> tuple[Address, ...]:
        """The flat addresses of a kind ("schema", "codelist") that visible datasets have, in their order, those after ``after``.

        Numbered ones are left out: they are older states of the same.
        """
        begin = after or f"{kind}/"
        asked = (
            select(addresses, datasets.c.latest, datasets.c.modified)
            .join(datasets, datasets.c.id == addresses.c.dataset)
            .where(_visible(samples=samples), addresses.c.kind == kind, addresses.c.version == 0, addresses.c.address > begin)
            .order_by(addresses.c.address)
            .limit(limit)
        )
        return tuple(Address(address=row.address, target=_target(row), modified=row.modified) for row in self._rows(asked))

    def uses(self, kind: str, name: str, *, withdrawn: bool = False, limit: int | None = None) -> tuple[Use, ...]:
        """Where visible datasets go by a code list (kind "codelist") or a standard (kind "standard") of that name, by dataset.

        ``withdrawn``: where those did that were taken back. ``limit``: the first of them, where not all are wanted.
        """
        asked = (
            select(uses, datasets.c.title_ja, datasets.c.title_en, datasets.c.sample)
            .join(datasets, datasets.c.id == uses.c.dataset)
            .where(datasets.c.latest.is_(None) if withdrawn else VISIBLE, uses.c.kind == kind, uses.c.name == name)
            .order_by(uses.c.dataset, uses.c.resource, uses.c.field)
            .limit(limit)
        )
        return tuple(
            Use(
                dataset=row.dataset,
                title=Text(row.title_ja, row.title_en),
                sample=row.sample,
                resource=row.resource,
                field=row.field,
            )
            for row in self._rows(asked)
        )

    def meta(self, key: str) -> str | None:
        """What the catalogue remembers about itself under that key."""
        with self._database.reading() as connection:
            rows = connection.execute(_META, {"name": key}).all()
        return str(rows[0][0]) if rows else None

    def metas(self) -> dict[str, str]:
        """Everything that it remembers, by its key."""
        with self._database.reading() as connection:
            return {row.key: row.value for row in connection.execute(_METAS)}

    def verify(self, progress: Callable[[int, int], None] | None = None) -> tuple[Finding, ...]:
        """Read every version and every byte of it again. ``progress`` is told bytes done and bytes in all.

        Findings: record-unreadable, record-differs, latest-missing, blob-missing, blob-size, blob-hash, blob-unreadable,
        database-damaged (as warnings where it is of a withdrawn dataset);
        and as notes blob-orphan (bytes that no version names: left by an interrupted publication, or of one under way).
        """
        return verify(self._database, self.files, progress)

    def snapshot(self, target: Path, progress: copying.Progress) -> dict[str, int]:
        """Write every row, as they stand together now, into a new SQLite file. Publishing goes on meanwhile.

        Answers with the SHA-256 and number of bytes of everything that a version in it names. ``progress`` is told rows.
        """
        copied = Database(_sqlite(target))
        try:
            with self._database.reading() as source, copied.writing() as connection:
                copying.copy(source, connection, progress)
                return copying.blobs(connection)
        finally:
            copied.close()

    @staticmethod
    def named_in(snapshot: Path) -> dict[str, int]:
        """What ``snapshot`` answered with when it wrote that file, or a copy of it; the file may be brought up to date."""
        read = Database(_sqlite(snapshot))
        try:
            with read.reading() as connection:
                return copying.blobs(connection)
        finally:
            read.close()

    def load(self, source: Path, progress: copying.Progress) -> None:
        """Take every row of a snapshot, in one transaction; what it names is in ``files`` already.

        Raises Conflict("restore-not-empty") where something was published here, StoreError("store-newer") for a snapshot
        of a later program. The file may be brought up to date: give a copy.
        """
        read = Database(_sqlite(source))
        try:
            with self._database.writing() as connection, read.reading() as rows:
                if not copying.empty(connection):
                    raise Conflict("restore-not-empty")
                copying.copy(rows, connection, progress)
                Entering(connection).enter_again()
        finally:
            read.close()
        self._remembered.cache_clear()

    def _rows(self, asked: Select[Any]) -> list[Row[Any]]:
        with self._database.reading() as connection:
            return list(connection.execute(asked).all())

    def _latest_number(self, dataset: str) -> int:
        with self._database.reading() as connection:
            row = connection.execute(_LATEST, {"dataset": dataset}).one_or_none()
        if row is None:
            raise NotFound("dataset-unknown", dataset=dataset)
        if row.latest is None:
            raise Withdrawn("dataset-withdrawn", dataset=dataset, at=row.withdrawn_at, reason=row.withdrawn_reason)
        return int(row.latest)

    def _record(self, dataset: str, version: int) -> Publication:
        wanted = and_(versions.c.dataset == dataset, versions.c.number == version)
        rows = self._rows(select(versions.c.record).where(wanted))
        if not rows:
            raise NotFound("version-unknown", dataset=dataset, version=version)
        return records.load(rows[0].record, dataset, version)


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path.absolute().as_posix()}"


def _visible(*, samples: bool) -> ColumnElement[bool]:
    return VISIBLE if samples else and_(VISIBLE, datasets.c.sample.is_(False))


def _target(row: Row[Any]) -> Target:
    return Target(
        kind=row.kind,
        dataset=row.dataset,
        version=row.version,
        resource=row.resource,
        name=row.name,
        withdrawn=row.latest is None,
    )
