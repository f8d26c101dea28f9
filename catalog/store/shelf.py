"""The feed in the database, inside one write transaction: its pages as ranges of ids, their bytes, and the event stream.

It answers for ``dcat.paging.Shelf`` and ``dcat.eventstream.Log``, which know when to cut, join and tell.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, delete, func, insert, select, update

from catalog import media
from catalog.dcat import binding
from catalog.dcat.binding import Bound
from catalog.dcat.eventstream import News, moment
from catalog.dcat.paging import FIRST, Around, Page, Sheet
from catalog.store.database import datasets, documents, events, feed_pages
from catalog.store.records import CATALOG_KEY, Document, bound_of, document_of, later, page_key, part_format
from catalog.store.selection import Selection

_LIVE = feed_pages.c.live.is_(True)
_FORMATS = tuple(each.name for each in media.RDF)
_DESCRIBED = media.N_TRIPLES.name
_HERE = select(func.max(feed_pages.c.start)).where(_LIVE, feed_pages.c.start <= bindparam("id")).scalar_subquery()
_BEFORE = select(func.max(feed_pages.c.start)).where(_LIVE, feed_pages.c.start < _HERE).scalar_subquery()
_AFTER = select(func.min(feed_pages.c.start)).where(_LIVE, feed_pages.c.start > bindparam("id")).scalar_subquery()
_AROUND = select(feed_pages).where(_LIVE, feed_pages.c.start.in_([_BEFORE, _HERE, _AFTER]))
_LAST = select(feed_pages).where(_LIVE).order_by(feed_pages.c.start.desc()).limit(1)
_TOTAL = select(func.sum(feed_pages.c.datasets)).where(_LIVE)
_RESIZE = update(feed_pages).where(feed_pages.c.number == bindparam("page")).values(datasets=bindparam("count"))
_UNDER = select(documents).where(documents.c.key.in_(bindparam("keys", expanding=True))).order_by(documents.c.key)
_OF_PAGE = documents.c.key == bindparam("under")
_BOUND = select(documents).where(_OF_PAGE, documents.c.format.in_(_FORMATS))
_PARTS = select(documents.c.format, documents.c.body).where(_OF_PAGE, documents.c.format.not_in(_FORMATS))
_STATES = select(documents.c.format, documents.c.etag, documents.c.modified).where(_OF_PAGE)
_DROP = delete(documents).where(_OF_PAGE, documents.c.format == bindparam("gone"))
_AMONG: BindParameter[str] = bindparam("ids", expanding=True)
_LATEST = select(func.max(events.c.sequence)).where(events.c.dataset.in_(_AMONG)).group_by(events.c.dataset)
_TOLD = select(events.c.dataset, events.c.etag).where(events.c.sequence.in_(_LATEST))
_TOLD_LAST = select(events.c.at).order_by(events.c.sequence.desc()).limit(1)
_TELL, _KEEP = insert(events), insert(documents)
"""Questions of every publication, made once: to put one together takes as long as to ask it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The same of those that stand in the feed: ids in order (from "start" on, before "end"), descriptions ("ids")."""

    onward: Select[str]
    between: Select[str]
    described: Select[Any]


@lru_cache(maxsize=8)
def _asked(standing: Selection) -> _Asked:
    stands = standing.condition()
    onward = select(datasets.c.id).where(stands, datasets.c.id >= bindparam("start")).order_by(datasets.c.id)
    of_dataset = select(documents).join(datasets, datasets.c.id == documents.c.key).where(documents.c.format == _DESCRIBED)
    return _Asked(onward, onward.where(datasets.c.id < bindparam("end")), of_dataset.where(stands, documents.c.key.in_(_AMONG)))


class Shelf:
    """``standing`` selects the datasets that stand in the feed."""

    def __init__(self, connection: Connection, standing: Selection) -> None:
        self._connection = connection
        self._standing = standing.condition()
        self._asked = _asked(standing)

    def pages(self) -> tuple[Page, ...]:
        """The live pages in their order."""
        rows = self._connection.execute(select(feed_pages).where(_LIVE).order_by(feed_pages.c.start))
        return tuple(page_row(row) for row in rows)

    def around(self, dataset: str) -> Around:
        """The live page whose range an id is in, and those before and after it."""
        rows = self._connection.execute(_AROUND, {"id": dataset}).all()
        found = sorted((page_row(row) for row in rows), key=lambda page: page.start)
        place = max((place for place, each in enumerate(found) if each.start <= dataset), default=None)
        if place is None:
            return Around(None, None, None)
        after = found[place + 1] if place + 1 < len(found) else None
        return Around(found[place - 1] if place else None, found[place], after)

    def last(self) -> Page:
        """The live page of the highest ids."""
        return page_row(self._connection.execute(_LAST).one())

    def total(self) -> int:
        """How many datasets stand on all live pages."""
        return int(self._connection.scalar(_TOTAL) or 0)

    def between(self, start: str, end: str) -> Sequence[str]:
        """The ids that stand in the feed from ``start`` on and before ``end`` ("": up to the last), in order."""
        if end:
            return self._connection.scalars(self._asked.between, {"start": start, "end": end}).all()
        return self._connection.scalars(self._asked.onward, {"start": start}).all()

    def resize(self, page: Page, datasets: int) -> Page:
        """A live page with so many datasets from now on."""
        if page.datasets == datasets:
            return page
        self._connection.execute(_RESIZE, {"page": page.number, "count": datasets})
        return replace(page, datasets=datasets)

    def open(self, start: str, datasets: int) -> Page:
        """The live page that begins there: known, taken up again, or with the next number."""
        known = self._connection.scalar(select(feed_pages.c.number).where(feed_pages.c.start == start))
        if known is None:
            highest = self._connection.scalar(select(func.max(feed_pages.c.number)))
            known = FIRST if highest is None else highest + 1
            self._connection.execute(insert(feed_pages).values(number=known, start=start, datasets=datasets, live=True))
        else:
            changed = update(feed_pages).where(feed_pages.c.number == known).values(datasets=datasets, live=True)
            self._connection.execute(changed)
        return Page(number=known, start=start, datasets=datasets)

    def retire(self, page: Page) -> None:
        """Take a page out of the walk."""
        self._connection.execute(update(feed_pages).where(feed_pages.c.number == page.number).values(datasets=0, live=False))
        self._connection.execute(delete(documents).where(documents.c.key == page_key(page.number)))

    def catalog(self) -> tuple[Document, ...]:
        """The catalogue's own description in every format."""
        return tuple(document_of(row) for row in self._connection.execute(_UNDER, {"keys": [CATALOG_KEY]}).all())

    def fragments(self, datasets: Collection[str]) -> tuple[Document, ...]:
        """The descriptions of these datasets in every format, in order of id."""
        rows = self._connection.execute(_UNDER, {"keys": sorted(datasets)}).all() if datasets else ()
        return tuple(document_of(row) for row in rows)

    def tags(self, datasets: Collection[str]) -> dict[tuple[str, str], str]:
        """The ETags of the descriptions of these datasets by format and id."""
        asked = select(documents.c.format, documents.c.key, documents.c.etag).where(documents.c.key.in_(datasets))
        return {(row.format, row.key): row.etag for row in self._connection.execute(asked)}

    def bound(self, page: Page, *, proven: bool) -> dict[str, Bound]:
        """What is kept of a page, by format; ``proven``: with those parts only that can be unpacked to what they were."""
        under = {"under": page_key(page.number)}
        rows = self._connection.execute(_BOUND, under).all()
        found = {row.format: bound for row in rows if (bound := bound_of(row)) is not None}
        if not proven:
            return found
        bodies = {row.format: row.body for row in self._connection.execute(_PARTS, under)}
        return {
            name: replace(bound, parts=binding.proven(bound, (bodies.get(part_format(name, each), b"") for each in bound.parts)))
            for name, bound in found.items()
        }

    def put(self, page: Page, sheets: Collection[Sheet], modified: str) -> None:
        """Keep a page; the same bytes keep their time, others get a later one than those before."""
        key = page_key(page.number)
        before = {row.format: row for row in self._connection.execute(_STATES, {"under": key})}
        rows, standing = [], set()
        for each in sheets:
            name, tag, known, at = each.bound.format, each.bound.etag, before.get(each.bound.format), modified
            if known is not None:
                at = known.modified if known.etag == tag else later(known.modified, modified)
            rows.append(_row(key, name, each.bound.text(), tag, at))
            for part in each.bound.parts:
                if part.number in each.bodies:
                    rows.append(_row(key, part_format(name, part), each.bodies[part.number], part.etag, at))
                else:
                    standing.add(part_format(name, part))
        gone = [{"under": key, "gone": each} for each in before.keys() - standing]
        if gone:
            self._connection.execute(_DROP, gone)
        self._connection.execute(_KEEP, rows)

    def described(self, datasets: Collection[str]) -> dict[str, Document]:
        """The descriptions of those of these datasets that stand in the feed, by id."""
        return {row.key: document_of(row) for row in self._connection.execute(self._asked.described, {"ids": list(datasets)})}

    def told(self, datasets: Collection[str]) -> dict[str, str]:
        """The ETags of the descriptions that followers know, by id; "" where they were told that it went."""
        return {row.dataset: row.etag for row in self._connection.execute(_TOLD, {"ids": list(datasets)})}

    def tell(self, news: Sequence[News], at: str) -> None:
        """Append to the stream; its times never go back."""
        if not news:
            return
        at = max(self._connection.scalar(_TOLD_LAST) or "", moment(at))
        rows = []
        for each in news:
            etag, body = (each.description.etag, each.description.stored) if each.description else ("", None)
            rows.append({"dataset": each.dataset, "kind": each.kind, "at": at, "etag": etag, "body": body})
        self._connection.execute(_TELL, rows)

    def untold(self) -> list[str]:
        """The datasets of which followers know something else than what stands in the feed, in order of id."""
        latest = select(func.max(events.c.sequence)).group_by(events.c.dataset)
        known = self._connection.execute(
            select(events.c.dataset, events.c.etag).where(events.c.sequence.in_(latest), events.c.etag != "")
        )
        told = {row.dataset: row.etag for row in known}
        asked = select(documents.c.key, documents.c.etag).join(datasets, datasets.c.id == documents.c.key)
        standing = self._connection.execute(asked.where(self._standing, documents.c.format == _DESCRIBED))
        now = {row.key: row.etag for row in standing}
        return sorted(each for each in told.keys() | now.keys() if told.get(each) != now.get(each))


def _row(key: str, format_: str, stored: bytes, etag: str, modified: str) -> dict[str, Any]:
    return Document(key=key, format=format_, stored=stored, etag=etag, modified=modified).row()


def page_row(row: Row[Any]) -> Page:
    """A row of the table of pages."""
    return Page(number=row.number, start=row.start, datasets=row.datasets, live=row.live)
