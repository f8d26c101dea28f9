"""The feed in the database, inside one write transaction: its pages as ranges of ids, their bytes, and the event stream.

It answers for ``dcat.paging.Shelf`` and ``dcat.eventstream.Log``, which know when to cut, join and tell.
"""

import gzip
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from catalog import media
from catalog.dcat.eventstream import Described, Kind, moment
from catalog.dcat.paging import FIRST, Page
from catalog.store.database import datasets, documents, events, feed_pages
from catalog.store.records import CATALOG_KEY, Document, coded, document_of, later, page_key
from catalog.store.selection import Selection

_LIVE = feed_pages.c.live.is_(True)
_DESCRIBED = media.N_TRIPLES.name


class Shelf:
    """``standing`` selects the datasets that stand in the feed."""

    def __init__(self, connection: Connection, standing: Selection) -> None:
        self._connection = connection
        self._standing = standing.condition()

    def pages(self) -> tuple[Page, ...]:
        """The live pages in their order."""
        rows = self._connection.execute(select(feed_pages).where(_LIVE).order_by(feed_pages.c.start))
        return tuple(page_row(row) for row in rows)

    def holding(self, dataset: str) -> Page | None:
        """The live page whose range an id is in."""
        return self._one(feed_pages.c.start <= dataset, feed_pages.c.start.desc())

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """The live pages before and after."""
        before = self._one(feed_pages.c.start < page.start, feed_pages.c.start.desc())
        return before, self._one(feed_pages.c.start > page.start, feed_pages.c.start.asc())

    def last(self) -> Page:
        """The live page of the highest ids."""
        page = self._one(feed_pages.c.start >= "", feed_pages.c.start.desc())
        assert page is not None, "asked while a page is written"
        return page

    def _one(self, condition: Any, order: Any) -> Page | None:
        row = self._connection.execute(select(feed_pages).where(_LIVE, condition).order_by(order).limit(1)).one_or_none()
        return page_row(row) if row else None

    def total(self) -> int:
        """How many datasets stand on all live pages."""
        return int(self._connection.scalar(select(func.sum(feed_pages.c.datasets)).where(_LIVE)) or 0)

    def members(self, page: Page | None = None) -> Sequence[str]:
        """The ids of a page's range that stand in the feed; of the whole feed without a page."""
        asked = select(datasets.c.id).where(self._standing).order_by(datasets.c.id)
        if page is not None:
            asked = asked.where(datasets.c.id >= page.start)
            if after := self.neighbours(page)[1]:
                asked = asked.where(datasets.c.id < after.start)
        return self._connection.scalars(asked).all()

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

    def catalog(self, format_: str) -> Document | None:
        """The catalogue's own description."""
        return self._document(CATALOG_KEY, format_)

    def fragments(self, format_: str, datasets: Collection[str]) -> tuple[Document, ...]:
        """The descriptions of these datasets in order of id."""
        asked = select(documents).where(documents.c.format == format_, documents.c.key.in_(datasets)).order_by(documents.c.key)
        return tuple(document_of(row) for row in self._connection.execute(asked).all())

    def put(self, pages: Iterable[tuple[Page, Mapping[str, bytes]]], modified: str) -> None:
        """Keep the bytes of some pages by format; the same bytes keep their time, others get a later one than those before."""
        waiting: deque[Future[tuple[Document, Document]]] = deque()
        with ThreadPoolExecutor() as threads:  # compressing is most of the work, and lets the next page be made meanwhile
            for page, bodies in pages:
                key = page_key(page.number)
                waiting.extend(threads.submit(coded, key, name, body, modified) for name, body in bodies.items())
                while len(waiting) > len(bodies):
                    self._put(*waiting.popleft().result())
            for each in waiting:
                self._put(*each.result())

    def _put(self, *codings: Document) -> None:
        for now in codings:
            before = self._document(now.key, now.format)
            if before is None:
                self._connection.execute(insert(documents).values(**now.row()))
            elif before.stored != now.stored:
                at = before.modified if before.etag == now.etag else later(before.modified, now.modified)
                same = and_(documents.c.key == now.key, documents.c.format == now.format)
                self._connection.execute(update(documents).where(same).values(now.row() | {"modified": at}))

    def described(self, dataset: str) -> Document | None:
        """The description of a dataset that stands in the feed."""
        asked = select(documents).join(datasets, datasets.c.id == documents.c.key).where(self._standing)
        row = self._connection.execute(asked.where(documents.c.key == dataset, documents.c.format == _DESCRIBED)).one_or_none()
        return document_of(row) if row else None

    def told(self, dataset: str) -> str:
        """The ETag of the description that followers know; "" where they know none."""
        asked = select(events.c.etag).where(events.c.dataset == dataset).order_by(events.c.sequence.desc())
        return self._connection.scalar(asked.limit(1)) or ""

    def tell(self, dataset: str, kind: Kind, at: str, description: Described | None) -> None:
        """Append to the stream; its times never go back."""
        last = self._connection.scalar(select(events.c.at).order_by(events.c.sequence.desc()).limit(1)) or ""
        values = {"dataset": dataset, "kind": kind, "at": max(last, moment(at))}
        etag, body = (description.etag, description.compressed) if description else ("", None)
        self._connection.execute(insert(events).values(**values, etag=etag, body=body))

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

    def _document(self, key: str, format_: str) -> Document | None:
        asked = select(documents).where(and_(documents.c.key == key, documents.c.format == format_))
        row = self._connection.execute(asked).one_or_none()
        return document_of(row) if row else None


def page_row(row: Row[Any]) -> Page:
    """A row of the table of pages."""
    return Page(number=row.number, start=row.start, datasets=row.datasets, live=row.live)


def gunzipped(body: bytes | None) -> bytes:
    """An event's description, which a "delete" has not."""
    return gzip.decompress(body) if body else b""
