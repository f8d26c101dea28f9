"""The feed as readers meet it: pages, selections of datasets, the event stream, and the whole in one consistent view."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, literal, select

from catalog.dcat.eventstream import PAGE, Bounds, Event, Span, page_of
from catalog.dcat.packing import plain
from catalog.dcat.paging import FIRST, Page
from catalog.errors import StoreError
from catalog.store.database import Database, datasets, documents, events, feed_pages, meta
from catalog.store.records import CATALOG_KEY, RENDERED_FOR, Document, bound_of, document_of, page_key, part_format
from catalog.store.selection import TEXTS, Selection

_ASKED, _NEXT = feed_pages.alias("asked"), feed_pages.alias("next")
_BEYOND = select(func.min(feed_pages.c.start)).where(feed_pages.c.live.is_(True), feed_pages.c.start > _ASKED.c.start)
_PARTS = documents.alias("parts")
_SERVED = select(
    meta.c.value,
    *(each.label(f"page_{each.name}") for each in _ASKED.c),
    *(each.label(f"next_{each.name}") for each in _NEXT.c),
    documents.c.format,
    documents.c.body,
    documents.c.etag,
    documents.c.modified,
    _PARTS.c.format.label("part"),
    _PARTS.c.body.label("part_body"),
).select_from(
    select(literal(1).label("one"))
    .subquery()
    .outerjoin(meta, meta.c.key == RENDERED_FOR)
    .outerjoin(_ASKED, _ASKED.c.number == bindparam("number"))
    .outerjoin(_NEXT, _NEXT.c.start == _BEYOND.scalar_subquery())
    .outerjoin(documents, and_(documents.c.key == bindparam("key"), documents.c.format == bindparam("format")))
    .outerjoin(_PARTS, and_(_PARTS.c.key == bindparam("key"), _PARTS.c.format.like(bindparam("parts"))))
)
"""A page, the one after it, its parts and the edition of all, with one question: it is asked for each page of each walk."""
_SOME = 500
"""Rows that are read at once where words are looked for."""
_AT_ONCE = 100
"""Descriptions that are read at once for a dump."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far the event stream has come: how many members it has, and the number of the last."""

    total: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """``page`` is None for a number that was never given, ``document`` also for a page that was taken up by another.

    ``rendered_for`` is the edition of everything that is stored, "" where nothing is.
    """

    rendered_for: str
    page: Page | None
    following: Page | None
    document: Document | None


class Feed:
    """What ``Store.feed`` answers. Methods raise StoreError as those of ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def served(self, number: int, format_: str) -> Served:
        """All that an answer about a page needs, in one view of the store. StoreError("feed-not-ready") where it is damaged."""
        key = page_key(number)
        with self._database.reading() as connection:
            rows = connection.execute(_SERVED, {"number": number, "key": key, "format": format_, "parts": f"{format_}/%"}).all()
        row, document = rows[0], None
        if row.etag is not None:
            document = Document(key=key, format=format_, stored=_bound(rows), etag=row.etag, modified=row.modified)
        page, following = _page(row, "page"), _page(row, "next")
        return Served(rendered_for=row.value or "", page=page, following=following, document=document)

    def pages(self) -> int:
        """How many pages a harvester walks."""
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).where(feed_pages.c.live.is_(True))) or 0)

    def between(self, start: str, end: str, selection: Selection) -> tuple[str, ...]:
        """The ids that are not before ``start``, and before ``end`` where it is not empty."""
        asked = select(datasets.c.id).where(selection.condition(), datasets.c.id >= start)
        if end:
            asked = asked.where(datasets.c.id < end)
        with self._database.reading() as connection:
            return tuple(connection.scalars(asked.order_by(datasets.c.id)))

    def select(self, selection: Selection, after: str = "", limit: int = 100) -> tuple[str, ...]:
        """The ids of a selection in order, those after the id ``after``."""
        found: list[str] = []
        for each in self._matching(selection, after):
            found.append(each)
            if len(found) == limit:
                break
        return tuple(found)

    def count(self, selection: Selection) -> int:
        """How many datasets a selection has."""
        if selection.words:
            return sum(1 for _each in self._matching(selection, ""))
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).select_from(datasets).where(selection.condition())) or 0)

    def _matching(self, selection: Selection, after: str) -> Iterator[str]:
        while True:
            asked = select(*TEXTS).where(selection.condition(), datasets.c.id > after).order_by(datasets.c.id).limit(_SOME)
            with self._database.reading() as connection:
                rows = connection.execute(asked).all()
            yield from selection.found_in(rows)
            if len(rows) < _SOME:
                return
            after = rows[-1].id

    def has_published(self, agent: str) -> bool:
        """Whether a publisher has ever published here; what it has withdrawn counts."""
        with self._database.reading() as connection:
            asked = select(datasets.c.id).where(datasets.c.publisher_id == agent).limit(1)
            return connection.execute(asked).first() is not None

    def described(self, format_: str, ids: Collection[str]) -> tuple[Document, ...]:
        """The descriptions of some visible datasets in order of id; one that is withdrawn meanwhile is left out."""
        asked = select(documents).where(documents.c.format == format_, documents.c.key.in_(ids)).order_by(documents.c.key)
        with self._database.reading() as connection:
            return tuple(document_of(row) for row in connection.execute(asked))

    def followed(self) -> Followed:
        """How far the event stream has come."""
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.max(events.c.sequence)).select_from(events)).one()
        return Followed(total=row[0], last=row[1] or 0)

    def spans(self) -> tuple[Span, ...]:
        """The pages of the event stream in their order."""
        number = (events.c.sequence + (PAGE - 1)) // PAGE
        asked = select(number.label("page"), func.min(events.c.at).label("begins"), func.max(events.c.at).label("ends"))
        with self._database.reading() as connection:
            rows = connection.execute(asked.group_by(number).order_by(number)).all()
        return tuple(Span(page=row.page, begins=row.begins, ends=row.ends) for row in rows)

    def events(self, page: int) -> tuple[Bounds, tuple[Event, ...]]:
        """A page of the event stream with its neighbours; no events where there is none of that number."""
        first, last = (page - 1) * PAGE + 1, page * PAGE
        asked = select(events).where(events.c.sequence.between(first, last)).order_by(events.c.sequence)
        with self._database.reading() as connection:
            rows = connection.execute(asked).all()
            before = connection.scalar(select(func.max(events.c.sequence)).where(events.c.sequence < first))
            after = connection.scalar(select(func.min(events.c.sequence)).where(events.c.sequence > last))
        bounds = Bounds(page=page, previous=page_of(before or 0), following=page_of(after or 0))
        return bounds, tuple(
            Event(sequence=row.sequence, dataset=row.dataset, kind=row.kind, at=row.at, body=_body(row.body)) for row in rows
        )

    @contextmanager
    def whole(self, format_: str, selection: Selection) -> Iterator["Whole"]:
        """Everything in one view of the store: what is published meanwhile does not show."""
        with self._database.reading() as connection:
            yield Whole(connection, format_, selection)


def _body(stored: bytes | None) -> bytes:
    """An event's description, which a "delete" has not."""
    return plain(stored) if stored else b""


def _page(row: Any, prefix: str) -> Page | None:
    number, start, datasets, live = (getattr(row, f"{prefix}_{each}") for each in ("number", "start", "datasets", "live"))
    return None if number is None else Page(number=number, start=start, datasets=datasets, live=live)


def _bound(rows: Sequence[Any]) -> bytes:
    """A page as gzip, of the rows of its parts."""
    bound, bodies = bound_of(rows[0]), {row.part: row.part_body for row in rows}
    if bound is None:
        raise StoreError("feed-not-ready")
    names = [part_format(bound.format, each) for each in bound.parts]
    if not bodies.keys() >= set(names):
        raise StoreError("feed-not-ready")
    return bound.gzip(bodies[each] for each in names)


class Whole:
    """The catalogue's own description, and those of a selection's datasets, some at a time."""

    def __init__(self, connection: Connection, format_: str, selection: Selection) -> None:
        self._connection = connection
        self._format = format_
        self._condition = selection.condition()

    def state(self) -> str:
        """A text that changes whenever a description in this view does: each change is told, and shows on the first page."""
        first = select(documents.c.etag).where(documents.c.key == page_key(FIRST), documents.c.format == self._format)
        return f"{self._connection.scalar(select(func.max(events.c.sequence)))} {self._connection.scalar(first)}"

    def meta(self, key: str) -> str:
        """What the catalogue remembers under a key."""
        return self._connection.scalar(select(meta.c.value).where(meta.c.key == key)) or ""

    def catalog(self) -> Document | None:
        """The catalogue's own description."""
        asked = select(documents).where(documents.c.key == CATALOG_KEY, documents.c.format == self._format)
        row = self._connection.execute(asked).one_or_none()
        return document_of(row) if row else None

    def descriptions(self) -> Iterator[tuple[Document, ...]]:
        """The datasets' descriptions in order of id."""
        after = ""
        while True:
            asked = select(documents).join(datasets, datasets.c.id == documents.c.key).where(self._condition)
            asked = asked.where(documents.c.format == self._format, datasets.c.id > after)
            rows = self._connection.execute(asked.order_by(datasets.c.id).limit(_AT_ONCE)).all()
            if not rows:
                return
            yield tuple(document_of(row) for row in rows)
            after = rows[-1].key
