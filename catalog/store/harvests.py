"""Sources that the operator collects from, the runs, and what is known of each page and record of a source.

``Harvests`` is what ``Store.harvests`` answers; ``Gathering`` writes, in the transaction that takes the datasets in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, insert, or_, select, update

from catalog.errors import Conflict, NotFound
from catalog.store.database import Database, harvest_lines, harvest_pages, harvest_records, harvest_runs, harvest_sources
from catalog.store.portions import portions

WITHDRAWN = "withdrawn"
"""What came of a record whose copy was taken back: the id stays its own, should it come again."""
_WITH_FILES = ("created", "updated", "waiting", "filed", "tried")
"""What came of records whose files are not known yet, or may have changed."""
_LIVES: ColumnElement[bool] = and_(harvest_records.c.dataset != "", harvest_records.c.outcome != WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source as it is kept. ``options`` are plain values."""

    name: str
    kind: str
    address: str
    options: Mapping[str, Any] = field(default_factory=dict)
    added: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run. ``ended`` "": under way, or interrupted, to go on at ``waiting``. ``counts`` by what came of records."""

    number: int
    source: str
    started: str
    ended: str = ""
    outcome: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """What came of one record, or of one page ("" as its dataset). ``findings`` are plain values, as ``messages.as_json``."""

    outcome: str
    identifier: str
    dataset: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A page of a source as it was last read. ``seen`` is the number of that run."""

    address: str
    etag: str = ""
    modified: str = ""
    digest: str = ""
    following: tuple[str, ...] = ()
    total: int | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A record of a source. ``dataset`` is its copy here ("": none); ``files`` what is known of the file that it names."""

    source: str
    identifier: str
    iri: str = ""
    dataset: str = ""
    outcome: str = ""
    page: str = ""
    digest: str = ""
    content: str = ""
    files: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False
    seen: int = 0


class Harvests:
    """What ``Store.harvests`` answers. Methods raise StoreError as those of ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sources(self) -> tuple[SourceRow, ...]:
        """Every source in order of its name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(harvest_sources).order_by(harvest_sources.c.name)).all()
        return tuple(_source(row) for row in rows)

    def source(self, name: str) -> SourceRow:
        """The source of that name. Raises NotFound("harvest-source-unknown")."""
        with self._database.reading() as connection:
            row = connection.execute(select(harvest_sources).where(harvest_sources.c.name == name)).one_or_none()
        if row is None:
            raise NotFound("harvest-source-unknown", source=name)
        return _source(row)

    def runs(self, source: str, limit: int = 1) -> tuple[RunRow, ...]:
        """The runs of a source, the newest first."""
        asked = select(harvest_runs).where(harvest_runs.c.source == source).order_by(harvest_runs.c.number.desc())
        with self._database.reading() as connection:
            return tuple(_run(row) for row in connection.execute(asked.limit(limit)))

    def lines(self, run: int, after: int = 0, limit: int = 1000) -> tuple[tuple[int, LineRow], ...]:
        """The report of a run in its order, with the number of each line: those after the line ``after``."""
        asked = select(harvest_lines).where(harvest_lines.c.run == run, harvest_lines.c.sequence > after)
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(harvest_lines.c.sequence).limit(limit)).all()
        return tuple((row.sequence, _line(row)) for row in rows)

    def held(self, source: str) -> int:
        """How many datasets of a source are kept here."""
        mine = and_(harvest_records.c.source == source, _LIVES)
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).select_from(harvest_records).where(mine)) or 0)

    def known(self, source: str) -> int:
        """How many records a source had when it was last read whole, whatever came of them."""
        mine = and_(harvest_records.c.source == source, harvest_records.c.outcome != WITHDRAWN, harvest_records.c.gone.is_(False))
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).select_from(harvest_records).where(mine)) or 0)

    def page(self, source: str, address: str) -> PageRow | None:
        """What is known of a page."""
        same = and_(harvest_pages.c.source == source, harvest_pages.c.address == address)
        with self._database.reading() as connection:
            row = connection.execute(select(harvest_pages).where(same)).one_or_none()
        return _page(row) if row else None

    def with_files(self, source: str, run: int, after: str, limit: int) -> tuple[RecordRow, ...]:
        """Records of a source that were there in that run and whose files are to be looked at, in order of their identifiers."""
        asked = select(harvest_records).where(harvest_records.c.source == source, harvest_records.c.seen == run)
        asked = asked.where(_LIVES, harvest_records.c.outcome.in_(_WITH_FILES), harvest_records.c.identifier > after)
        with self._database.reading() as connection:
            return tuple(_record(row) for row in connection.execute(asked.order_by(harvest_records.c.identifier).limit(limit)))

    def vanished(self, source: str, run: int, *, stream: bool) -> tuple[RecordRow, ...]:
        """Records that are kept as datasets and were not there in that run; of a stream, those that it says are gone."""
        missing: ColumnElement[bool] = harvest_records.c.gone.is_(True)
        if not stream:
            missing = or_(missing, harvest_records.c.seen < run)
        asked = select(harvest_records).where(harvest_records.c.source == source, _LIVES, missing)
        with self._database.reading() as connection:
            return tuple(_record(row) for row in connection.execute(asked.order_by(harvest_records.c.dataset)))


class Gathering:
    """What a harvest writes, inside one transaction. Only ``Writing.gathering`` makes one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_source(self, source: SourceRow) -> None:
        """Keep a new source. Raises Conflict("harvest-source-taken")."""
        if self._connection.scalar(select(harvest_sources.c.name).where(harvest_sources.c.name == source.name)):
            raise Conflict("harvest-source-taken", source=source.name)
        values = {"kind": source.kind, "address": source.address, "options": dict(source.options), "added": source.added}
        self._connection.execute(insert(harvest_sources).values(name=source.name, **values))

    def change_source(self, source: SourceRow, at: str, *, anew: bool) -> None:
        """Keep a source otherwise. The next run asks for every page, with ``anew`` for every record too; one on its way ends."""
        values = {"kind": source.kind, "address": source.address, "options": dict(source.options)}
        self._connection.execute(update(harvest_sources).where(harvest_sources.c.name == source.name).values(**values))
        if anew:
            self._connection.execute(update(harvest_records).where(harvest_records.c.source == source.name).values(digest=""))
        self._end(source.name, at)

    def remove_source(self, name: str, at: str) -> None:
        """Forget a source; what is known of its records, and its reports, stay."""
        self._connection.execute(delete(harvest_sources).where(harvest_sources.c.name == name))
        self._end(name, at)

    def _end(self, source: str, at: str) -> None:
        self._connection.execute(delete(harvest_pages).where(harvest_pages.c.source == source))
        open_ = and_(harvest_runs.c.source == source, harvest_runs.c.ended == "")
        self._connection.execute(update(harvest_runs).where(open_).values(ended=at, outcome="incomplete", waiting=[]))

    def settle_kind(self, source: str, kind: str) -> None:
        """Remember what a source has turned out to be."""
        self._connection.execute(update(harvest_sources).where(harvest_sources.c.name == source).values(kind=kind))

    def begin(self, source: str, at: str, waiting: Sequence[str]) -> int:
        """A new run; its number."""
        values = {"source": source, "started": at, "ended": "", "outcome": "", "counts": {}, "waiting": list(waiting)}
        made = insert(harvest_runs).values(**values).returning(harvest_runs.c.number)
        return int(self._connection.scalar(made) or 0)

    def go_on(self, run: RunRow) -> None:
        """Write down how far a run has come, or how it ended."""
        values = {"ended": run.ended, "outcome": run.outcome, "counts": dict(run.counts), "waiting": list(run.waiting)}
        self._connection.execute(update(harvest_runs).where(harvest_runs.c.number == run.number).values(**values))

    def tell(self, run: int, lines: Iterable[LineRow]) -> None:
        """Add to the report of a run."""
        rows = [
            {"run": run, "outcome": each.outcome, "identifier": each.identifier, "dataset": each.dataset,
             "findings": [dict(one) for one in each.findings]}
            for each in lines
        ]  # fmt: skip
        if rows:
            self._connection.execute(insert(harvest_lines), rows)

    def known(self, source: str, identifiers: Sequence[str]) -> dict[str, RecordRow]:
        """What is known of these records of a source, by identifier."""
        found: dict[str, RecordRow] = {}
        for some in portions(identifiers):
            asked = select(harvest_records).where(harvest_records.c.source == source, harvest_records.c.identifier.in_(some))
            found |= {row.identifier: _record(row) for row in self._connection.execute(asked)}
        return found

    def elsewhere(self, source: str, names: Sequence[str], contents: Sequence[str]) -> tuple[RecordRow, ...]:
        """Records of other sources that are kept as datasets and have one of these identifiers, IRIs or contents."""
        found: list[RecordRow] = []
        lives = and_(harvest_records.c.source != source, _LIVES)
        columns = harvest_records.c
        for some in portions(names):
            asked = select(harvest_records).where(lives, or_(columns.identifier.in_(some), columns.iri.in_(some)))
            found += [_record(row) for row in self._connection.execute(asked)]
        for some in portions(contents):
            asked = select(harvest_records).where(lives, columns.content.in_(some))
            found += [_record(row) for row in self._connection.execute(asked)]
        return tuple(found)

    def put(self, records: Sequence[RecordRow], fresh: Sequence[str]) -> None:
        """Write what is known of records; those of the identifiers ``fresh`` are new."""
        rows, new = {each.identifier: _columns(each) for each in records}, frozenset(fresh)
        if inserted := [rows[each] for each in fresh]:
            self._connection.execute(insert(harvest_records), inserted)
        known = [row | {"of": row["source"], "named": name} for name, row in rows.items() if name not in new]
        if known:
            same = and_(harvest_records.c.source == bindparam("of"), harvest_records.c.identifier == bindparam("named"))
            self._connection.execute(update(harvest_records).where(same), known)

    def seen(self, source: str, identifiers: Sequence[str], page: str, run: int) -> None:
        """These records stand on that page still, as they did."""
        for some in portions(identifiers):
            mine = and_(harvest_records.c.source == source, harvest_records.c.identifier.in_(some))
            self._connection.execute(update(harvest_records).where(mine).values(page=page, seen=run, gone=False))

    def page_seen(self, source: str, page: PageRow, before: int) -> int:
        """A page is what it was in the run ``before``: so are the records that stood on it then. How many they are."""
        here = and_(harvest_records.c.source == source, harvest_records.c.page == page.address)
        stood = and_(here, harvest_records.c.seen == before, harvest_records.c.gone.is_(False))
        found = self._connection.execute(update(harvest_records).where(stood).values(seen=page.seen))
        self.put_page(source, page)
        return int(found.rowcount)

    def put_page(self, source: str, page: PageRow) -> None:
        """Write down what is known of a page."""
        same = and_(harvest_pages.c.source == source, harvest_pages.c.address == page.address)
        self._connection.execute(delete(harvest_pages).where(same))
        values = {"etag": page.etag, "modified": page.modified, "digest": page.digest, "following": list(page.following)}
        row = {"source": source, "address": page.address, "total": page.total, "seen": page.seen, **values}
        self._connection.execute(insert(harvest_pages).values(**row))

    def gone(self, source: str, names: Sequence[str], run: int) -> None:
        """The source says itself that it has taken these back, by identifier or IRI."""
        for some in portions(names):
            named = or_(harvest_records.c.identifier.in_(some), harvest_records.c.iri.in_(some))
            mine = and_(harvest_records.c.source == source, named)
            self._connection.execute(update(harvest_records).where(mine).values(gone=True, seen=run))

    def forget(self, records: Sequence[RecordRow]) -> None:
        """These have been withdrawn. What other sources have of the same is looked at again when they next run."""
        for each in records:
            same = and_(harvest_records.c.source == each.source, harvest_records.c.identifier == each.identifier)
            self._connection.execute(update(harvest_records).where(same).values(outcome=WITHDRAWN, digest="", content=""))
            also = and_(harvest_records.c.outcome == "duplicate", harvest_records.c.dataset == "")
            twins = or_(harvest_records.c.identifier == each.identifier, harvest_records.c.content == each.content)
            waiting = self._connection.scalars(select(harvest_records.c.source).where(also, twins).distinct()).all()
            self._connection.execute(update(harvest_records).where(also, twins).values(digest=""))
            self._connection.execute(delete(harvest_pages).where(harvest_pages.c.source.in_(waiting)))


def _columns(record: RecordRow) -> dict[str, Any]:
    return {
        "source": record.source,
        "identifier": record.identifier,
        "iri": record.iri,
        "dataset": record.dataset,
        "outcome": record.outcome,
        "page": record.page,
        "digest": record.digest,
        "content": record.content,
        "files": dict(record.files),
        "gone": record.gone,
        "seen": record.seen,
    }


def _source(row: Row[Any]) -> SourceRow:
    return SourceRow(name=row.name, kind=row.kind, address=row.address, options=row.options, added=row.added)


def _run(row: Row[Any]) -> RunRow:
    return RunRow(
        number=row.number,
        source=row.source,
        started=row.started,
        ended=row.ended,
        outcome=row.outcome,
        counts=row.counts,
        waiting=tuple(row.waiting),
    )


def _line(row: Row[Any]) -> LineRow:
    return LineRow(outcome=row.outcome, identifier=row.identifier, dataset=row.dataset, findings=tuple(row.findings))


def _page(row: Row[Any]) -> PageRow:
    return PageRow(
        address=row.address,
        etag=row.etag,
        modified=row.modified,
        digest=row.digest,
        following=tuple(row.following),
        total=row.total,
        seen=row.seen,
    )


def _record(row: Row[Any]) -> RecordRow:
    return RecordRow(
        source=row.source,
        identifier=row.identifier,
        iri=row.iri,
        dataset=row.dataset,
        outcome=row.outcome,
        page=row.page,
        digest=row.digest,
        content=row.content,
        files=row.files,
        gone=row.gone,
        seen=row.seen,
    )
