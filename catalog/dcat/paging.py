"""How the feed is cut into pages and kept in step with what is published. No rdflib here.

A page is a range of dataset ids: it begins at its ``start`` and ends where the next one begins. Its number is the lasting
name of that start, so a link to it stays right while a harvester walks: a page that grows too full gives its upper half
to a page with a new number, one that grows too empty takes up the page after it, whose number then leads to the rest of
the larger page. A change of one dataset rewrites the page that holds it and the first (which alone tells totals and
dates), and where it splits or joins one more; all others keep every byte.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat import feed
from catalog.errors import StoreError

FIRST = 1
"""The number of the first page, which has no start: nothing is before it."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A range of ids. ``datasets`` stand on it; one that is not ``live`` was taken up by the page before."""

    number: int
    start: str
    datasets: int = 0
    live: bool = True


class Fragment(Protocol):
    """A dataset's (or the catalogue's) rendered description in one format."""

    @property
    def key(self) -> str:
        """The id of the dataset."""
        ...

    @property
    def body(self) -> bytes:
        """The document."""
        ...


class Shelf(Protocol):
    """Where pages and descriptions are kept. It knows which datasets stand in the feed."""

    def pages(self) -> Sequence[Page]:
        """The live pages in their order."""
        ...

    def holding(self, dataset: str) -> Page | None:
        """The live page whose range an id is in; None where there are no pages."""
        ...

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """The live pages before and after."""
        ...

    def last(self) -> Page:
        """The live page of the highest ids."""
        ...

    def total(self) -> int:
        """How many datasets stand on all live pages."""
        ...

    def members(self, page: Page | None = None) -> Sequence[str]:
        """The ids of a page's range that stand in the feed, in order; of the whole feed without a page."""
        ...

    def open(self, start: str, datasets: int) -> Page:
        """The live page that begins there: known, taken up again, or new."""
        ...

    def retire(self, page: Page) -> None:
        """Take a page out of the walk; its number stays known."""
        ...

    def catalog(self, format_: str) -> Fragment | None:
        """The catalogue's own description."""
        ...

    def fragments(self, format_: str, datasets: Collection[str]) -> Sequence[Fragment]:
        """The descriptions of these datasets in order of id."""
        ...

    def put(self, pages: Iterable[tuple[Page, Mapping[str, bytes]]], modified: str) -> None:
        """Keep the bytes of some pages by format; the same bytes keep their time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What all pages share. ``size`` datasets fill a page; ``issued`` and ``modified`` are times of the catalogue."""

    addresses: Addresses
    size: int
    issued: str
    modified: str

    def address(self, format_: media.Format, number: int) -> str:
        """Where a page is: the first without a number, as the catalogue's own address has none."""
        return self.addresses.catalog(format_.suffix, page="" if number == FIRST else number)


def keep(shelf: Shelf, kept: Feed, dataset: str) -> None:
    """Bring the pages in step after a dataset came, changed or went. The pages of the others are not looked at.

    Raises StoreError where a description is missing, or was rendered by another edition of this program.
    """
    page = shelf.holding(dataset)
    if page is None:
        rebuild(shelf, kept)
        return
    touched = {each.number: each for each in _settled(shelf, page, kept.size)}
    first = shelf.holding("")
    assert first is not None, "the first page is never retired"
    pages = (touched | {FIRST: first}).values()
    written = (_written(shelf, kept, each, shelf.members(each), shelf.neighbours(each)[1]) for each in pages)
    shelf.put(written, kept.modified)


def _settled(shelf: Shelf, page: Page, size: int) -> list[Page]:
    """Split or join the page where it needs that; the pages whose bytes change."""
    members = shelf.members(page)
    if len(members) > size:
        return [shelf.open(start, len(some)) for start, some in _cut(page.start, members, size)]
    before, after = shelf.neighbours(page)
    if after and _fit(len(members), after.datasets, size):
        shelf.retire(after)
        return [shelf.open(page.start, len(members) + after.datasets)]
    if before and _fit(before.datasets, len(members), size):
        shelf.retire(page)
        return [shelf.open(before.start, before.datasets + len(members))]
    return [shelf.open(page.start, len(members))]


def _fit(one: int, other: int, size: int) -> bool:
    """Whether two neighbours are better one page: one of them is less than half full, and there is room for both."""
    return min(one, other) < (size + 1) // 2 and one + other <= size


def rebuild(shelf: Shelf, kept: Feed, progress: Progress = lambda _done, _all: None) -> None:
    """Write every page anew. Pages that need not be cut otherwise keep their ranges and numbers, and so their bytes.

    Raises as ``keep``.
    """
    plan = balanced([each.start for each in shelf.pages()], shelf.members(), kept.size)
    wanted = {start for start, _members in plan}
    for each in shelf.pages():
        if each.start not in wanted:
            shelf.retire(each)
    pages = [shelf.open(start, len(members)) for start, members in plan]

    def written() -> Iterator[tuple[Page, Mapping[str, bytes]]]:
        for done, (page, (_start, members), following) in enumerate(zip(pages, plan, [*pages[1:], None], strict=True), start=1):
            yield _written(shelf, kept, page, members, following)
            progress(done, len(pages))

    shelf.put(written(), kept.modified)


def balanced(starts: Sequence[str], members: Sequence[str], size: int) -> list[tuple[str, Sequence[str]]]:
    """Cut sorted ids into ranges, each with its start, at the starts that there are. The first range has the start "".

    None holds more than ``size``, and none less than half of it if it can be joined with the one before.
    """
    plan: list[tuple[str, Sequence[str]]] = []
    for start, some in _ranges(starts, members):
        for begin, piece in _cut(start, some, size):
            if plan and _fit(len(plan[-1][1]), len(piece), size):
                plan[-1] = (plan[-1][0], [*plan[-1][1], *piece])
            else:
                plan.append((begin, piece))
    return plan


def _ranges(starts: Sequence[str], members: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    bounds = sorted({"", *starts})
    position = 0
    for start, end in zip(bounds, [*bounds[1:], None], strict=True):
        begin = position
        while position < len(members) and (end is None or members[position] < end):
            position += 1
        yield start, members[begin:position]


def _cut(start: str, members: Sequence[str], size: int) -> list[tuple[str, Sequence[str]]]:
    """A range as few ranges as there can be, of one length or one less."""
    count = max(1, -(-len(members) // size))
    bounds = [len(members) * each // count for each in range(count + 1)]
    pieces = [members[begin:end] for begin, end in pairwise(bounds)]
    return list(zip([start, *(each[0] for each in pieces[1:])], pieces, strict=True))


def _written(
    shelf: Shelf, kept: Feed, page: Page, members: Sequence[str], following: Page | None
) -> tuple[Page, Mapping[str, bytes]]:
    bodies = {}
    for format_ in media.RDF:
        catalog = shelf.catalog(format_.name)
        fragments = shelf.fragments(format_.name, members)
        if catalog is None or [each.key for each in fragments] != list(members):
            raise StoreError("description-stale", format=format_.name)
        documents = {each.key: each.body for each in fragments}
        view = _view(shelf, kept, page, format_, documents, following)
        bodies[format_.name] = feed.page(format_.name, catalog.body, [*documents.values()], view)
    return page, bodies


def _view(
    shelf: Shelf, kept: Feed, page: Page, format_: media.Format, documents: Mapping[str, bytes], following: Page | None
) -> feed.View:
    first = page.number == FIRST
    return feed.View(
        catalog=kept.addresses.catalog(),
        datasets=[kept.addresses.dataset(each) for each in documents],
        services=feed.services(kept.addresses, documents),
        page=kept.address(format_, page.number),
        first=kept.address(format_, FIRST),
        next=kept.address(format_, following.number) if following else "",
        last=kept.address(format_, shelf.last().number) if first else "",
        items_per_page=kept.size,
        total=shelf.total() if first else None,
        issued=kept.issued if first else "",
        modified=kept.modified if first else "",
    )
