"""How the feed is cut into pages and kept in step with what is published. No rdflib here.

A page is a range of dataset ids: it begins at its ``start`` and ends where the next one begins. Its number is the lasting
name of that start, so a link to it stays right while a harvester walks: a page that grows too full gives its upper half
to a page with a new number, one that grows too empty takes up the page after it, whose number then leads to the rest of
the larger page. A change of one dataset rewrites the page that holds it and the first (which alone tells totals and
dates), and where it splits or joins one more; all others keep every byte. Of the pages that change, only the parts do that
have to (``binding``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat import binding, edition, feed
from catalog.dcat.binding import Bound, Part
from catalog.errors import StoreError

FIRST = 1
"""The number of the first page, which has no start: nothing is before it."""

Progress = Callable[[int, int], None]
Work = Callable[[Callable[["_Fresh"], Mapping[int, bytes]], Sequence["_Fresh"]], Iterable[Mapping[int, bytes]]]
"""Does something with each of several, perhaps at the same time, as ``map`` does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A range of ids. ``datasets`` stand on it; one that is not ``live`` was taken up by the page before."""

    number: int
    start: str
    datasets: int = 0
    live: bool = True


@dataclass(frozen=True, slots=True)
class Around:
    """A page and its neighbours, each None where there is none."""

    before: Page | None
    page: Page | None
    after: Page | None


class Fragment(Protocol):
    """A dataset's (or the catalogue's) rendered description in one format."""

    @property
    def key(self) -> str:
        """The id of the dataset."""
        ...

    @property
    def format(self) -> str:
        """Its name in ``media``."""
        ...

    @property
    def body(self) -> bytes:
        """The document."""
        ...

    @property
    def etag(self) -> str:
        """The SHA-256 of the document."""
        ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page in a format as it shall be kept: ``bodies`` are the new parts by number, compressed; the others are there."""

    bound: Bound
    bodies: Mapping[int, bytes]


class Shelf(Protocol):
    """Where pages and descriptions are kept. It knows which datasets stand in the feed."""

    def pages(self) -> Sequence[Page]:
        """The live pages in their order."""
        ...

    def around(self, dataset: str) -> Around:
        """The live page whose range an id is in, and those before and after it."""
        ...

    def last(self) -> Page:
        """The live page of the highest ids."""
        ...

    def total(self) -> int:
        """How many datasets stand on all live pages."""
        ...

    def between(self, start: str, end: str) -> Sequence[str]:
        """The ids that stand in the feed from ``start`` on and before ``end`` ("": up to the last), in order."""
        ...

    def resize(self, page: Page, datasets: int) -> Page:
        """A live page with so many datasets from now on."""
        ...

    def open(self, start: str, datasets: int) -> Page:
        """The live page that begins there: known, taken up again, or new."""
        ...

    def retire(self, page: Page) -> None:
        """Take a page out of the walk; its number stays known."""
        ...

    def catalog(self) -> Sequence[Fragment]:
        """The catalogue's own description in every format."""
        ...

    def fragments(self, datasets: Collection[str]) -> Sequence[Fragment]:
        """The descriptions of these datasets in every format, in order of id."""
        ...

    def tags(self, datasets: Collection[str]) -> Mapping[tuple[str, str], str]:
        """The ETags of the descriptions of these datasets by format and id."""
        ...

    def bound(self, page: Page, *, proven: bool) -> Mapping[str, Bound]:
        """What is kept of a page, by format; ``proven``: with those parts only that can be unpacked to what they were."""
        ...

    def put(self, page: Page, sheets: Collection[Sheet], modified: str) -> None:
        """Keep a page; the same bytes keep their time."""
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


def keep(shelf: Shelf, kept: Feed, changed: Collection[str]) -> None:
    """Bring the pages in step after some datasets came, changed or went. Those of the others are not looked at.

    Raises StoreError where a description is missing, or was rendered by another edition of this program.
    """
    tasks: dict[int, _Cut] = {}
    for each in sorted(changed):
        around = shelf.around(each)
        if around.page is None:
            rebuild(shelf, kept)
            return
        if around.page.number not in tasks:
            tasks |= {written[0].number: written for written in _settled(shelf, around, around.page, kept.size)}
    if FIRST not in tasks:
        first = shelf.around("")
        assert first.page is not None, "the first page is never retired"
        tasks[FIRST] = first.page, _members(shelf, first.page, first.after), first.after
    for written in tasks.values():
        _put(_write(_Task(shelf, kept, *written), map, changed=frozenset(changed)))


_Cut = tuple[Page, Sequence[str], Page | None]
"""A page, its ids, and the page after it."""


def _members(shelf: Shelf, page: Page, after: Page | None) -> Sequence[str]:
    return shelf.between(page.start, after.start if after else "")


def _settled(shelf: Shelf, around: Around, page: Page, size: int) -> list[_Cut]:
    """Split or join the page where it needs that; the pages whose bytes change."""
    before, after = around.before, around.after
    members = _members(shelf, page, after)
    if len(members) <= size:
        if after and _fit(len(members), after.datasets, size):
            return _joined(shelf, page, after, size)
        if before and _fit(before.datasets, len(members), size):
            return _joined(shelf, before, page, size)
    return _cut_up(shelf, page, members, after, size)


def _joined(shelf: Shelf, page: Page, after: Page, size: int) -> list[_Cut]:
    """The page with the one after it taken up; that may hold more than was told, where several datasets change at once."""
    shelf.retire(after)
    following = shelf.around(page.start).after
    return _cut_up(shelf, page, _members(shelf, page, following), following, size)


def _cut_up(shelf: Shelf, page: Page, members: Sequence[str], after: Page | None, size: int) -> list[_Cut]:
    """The page, or where it is too full as few as there can be in its place."""
    if len(members) <= size:
        return [(shelf.resize(page, len(members)), members, after)]
    cut = _cut(page.start, members, size)
    pages = [shelf.open(start, len(some)) for start, some in cut]
    return list(zip(pages, (some for _start, some in cut), [*pages[1:], after], strict=True))


def _fit(one: int, other: int, size: int) -> bool:
    """Whether two neighbours are better one page: one of them is less than half full, and there is room for both."""
    return min(one, other) < (size + 1) // 2 and one + other <= size


def rebuild(shelf: Shelf, kept: Feed, progress: Progress = lambda _done, _all: None) -> None:
    """Write every page anew. Pages that need not be cut otherwise keep their ranges and numbers, and so their bytes.

    Raises as ``keep``.
    """
    plan = balanced([each.start for each in shelf.pages()], shelf.between("", ""), kept.size)
    wanted = {start for start, _members in plan}
    for each in shelf.pages():
        if each.start not in wanted:
            shelf.retire(each)
    pages = [shelf.open(start, len(members)) for start, members in plan]

    before: _Written | None = None
    with ThreadPoolExecutor() as threads:  # they compress a page while the next one is put together
        for done, (page, (_start, members), following) in enumerate(zip(pages, plan, [*pages[1:], None], strict=True), start=1):
            written = _write(_Task(shelf, kept, page, members, following), threads.map)
            if before:
                _put(before)
            before = written
            progress(done, len(pages))
        if before:
            _put(before)


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


@dataclass(frozen=True, slots=True)
class _Task:
    """A page to be written: its ids, and the page after it."""

    shelf: Shelf
    kept: Feed
    page: Page
    members: Sequence[str]
    following: Page | None


_FORMATS = tuple(each.name for each in media.RDF)
_Place = tuple[str, str, int]
"""A part by its format, the id that it begins with, and how many ids it has."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The ids of a part, and the one before them on the page, "" for none: its end is what the part can point back at."""

    ids: Sequence[str]
    before: str

    def made_of(self) -> Iterator[str]:
        """Every id whose description the part is made of, as it is compressed."""
        yield from filter(None, (self.before, *self.ids))

    def place(self, format_: str) -> _Place:
        """Where the part stands."""
        return format_, self.ids[0], len(self.ids)


@dataclass(frozen=True, slots=True)
class _Text:
    """A description, unpacked once: it may stand in one part, and before another."""

    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Material:
    """What a page is made of: its runs, the parts of it that stay, the descriptions for the others by format and id.

    ``way`` is how all of it is written.
    """

    runs: Sequence[_Run]
    standing: Mapping[_Place, Part]
    texts: Mapping[tuple[str, str], _Text]
    heads: Mapping[str, bytes]
    way: str


@dataclass(slots=True)
class _Fresh:
    """The parts of a page in a format that have to be compressed: number, text, and what stands before it."""

    parts: list[tuple[int, bytes, bytes]]

    def compressed(self) -> Mapping[int, bytes]:
        """As they are kept, by number."""
        return {number: binding.compress(text, before) for number, text, before in self.parts}


@dataclass(frozen=True, slots=True)
class _Written:
    """A page that can be kept as soon as its new parts are compressed."""

    task: _Task
    bounds: Sequence[Bound]
    bodies: Iterable[Mapping[int, bytes]]


def _write(task: _Task, work: Work, *, changed: Collection[str] = ()) -> _Written:
    """Write what is not written yet. ``changed``: no other dataset has changed; none: anything may have, or be damaged."""
    before, runs, way = task.shelf.bound(task.page, proven=not changed), _runs(task.members), edition.writing()
    standing = _others(task, before, runs, changed) if changed else _same(task, before, runs, way)
    lacking = {each for run in runs if any(run.place(name) not in standing for name in _FORMATS) for each in run.made_of()}
    texts = {(each.format, each.key): _Text(each.etag, each.body) for each in task.shelf.fragments(lacking)}
    material = _Material(runs, standing, texts, _heads(task), way)
    sheets = [_sheet(task, before.get(name, Bound(name)), material) for name in _FORMATS]
    return _Written(task, [bound for bound, _fresh in sheets], work(_Fresh.compressed, [fresh for _bound, fresh in sheets]))


def _put(written: _Written) -> None:
    sheets = [Sheet(bound, bodies) for bound, bodies in zip(written.bounds, written.bodies, strict=True)]
    written.task.shelf.put(written.task.page, sheets, written.task.kept.modified)


def _runs(members: Sequence[str]) -> list[_Run]:
    cut = binding.runs(members)
    return [_Run(ids, before[-1]) for ids, before in zip(cut, [("",), *cut], strict=False)]


def _others(task: _Task, before: Mapping[str, Bound], runs: Sequence[_Run], changed: Collection[str]) -> dict[_Place, Part]:
    """The parts that stay where some datasets have changed: those between whose ends, or right before, nothing did."""
    ends = [*(run.ids[0] for run in runs[1:]), task.following.start if task.following else None]
    same = {
        (run.ids[0], len(run.ids))
        for run, end in zip(runs, ends, strict=False)
        if not any((run.before or task.page.start) <= each and (end is None or each < end) for each in changed)
    }
    kept = ((name, each) for name, bound in before.items() for each in bound.parts)
    return {(name, each.start, each.datasets): each for name, each in kept if (each.start, each.datasets) in same}


def _same(task: _Task, before: Mapping[str, Bound], runs: Iterable[_Run], way: str) -> dict[_Place, Part]:
    """The parts that are made of what they would be made of today."""
    tags = task.shelf.tags(task.members)
    now = {
        run.place(name): binding.source_of([way, *(tags.get((name, each), "") for each in run.made_of())])
        for run in runs
        for name in _FORMATS
    }
    kept = {(name, each.start, each.datasets): each for name, bound in before.items() for each in bound.parts}
    return {place: each for place, each in kept.items() if each.source == now.get(place)}


def _sheet(task: _Task, before: Bound, material: _Material) -> tuple[Bound, _Fresh]:
    """A page in a format, with what is new in it."""
    name, number, head = before.format, before.following, material.heads[before.format]
    fresh = _Fresh([])
    begun = binding.part(number, (), "", head)
    parts = [next((each for each in before.parts if each.etag == begun.etag), begun)]
    if parts == [begun]:
        fresh.parts.append((begun.number, head, b""))
    for run in material.runs:
        part = material.standing.get(run.place(name))
        if part is None:
            found = {each: material.texts[name, each] for each in run.made_of() if (name, each) in material.texts}
            if len(found) != len(list(run.made_of())):
                raise StoreError("description-stale", format=name)
            source = binding.source_of([material.way, *(each.etag for each in found.values())])
            end = feed.ending(name, found.pop(run.before).body) if run.before else b""
            text = feed.part(name, task.kept.addresses, {each: found[each].body for each in run.ids})
            part = binding.part(number + len(fresh.parts), run.ids, source, text)
            fresh.parts.append((part.number, text, end))
        parts.append(part)
    return binding.bind(name, parts, number + len(fresh.parts)), fresh


def _heads(task: _Task) -> dict[str, bytes]:
    """How the page begins, by format."""
    catalogs = {each.format: each.body for each in task.shelf.catalog()}
    first = task.page.number == FIRST
    last, total = (task.shelf.last(), task.shelf.total()) if first else (None, None)
    heads = {}
    for format_ in media.RDF:
        if format_.name not in catalogs:
            raise StoreError("description-stale", format=format_.name)
        view = feed.View(
            catalog=task.kept.addresses.catalog(),
            page=task.kept.address(format_, task.page.number),
            first=task.kept.address(format_, FIRST),
            next=task.kept.address(format_, task.following.number) if task.following else "",
            last=task.kept.address(format_, last.number) if last else "",
            items_per_page=task.kept.size,
            total=total,
            issued=task.kept.issued if first else "",
            modified=task.kept.modified if first else "",
        )
        heads[format_.name] = feed.head(format_.name, catalogs[format_.name], view)
    return heads
