"""How the feed is cut: every dataset on one page, few pages changed by a change, no link that goes wrong under a reader."""

import gzip
import hashlib
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat import paging
from catalog.dcat.binding import Bound, runs
from catalog.dcat.framing import frame
from catalog.dcat.paging import FIRST, Around, Feed, Page, Sheet
from catalog.errors import StoreError

ADDRESSES = Addresses("https://data.example.jp")


@dataclass
class Piece:
    key: str
    format: str
    body: bytes

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass
class Memory:
    """A shelf without a database. ``versions`` are the datasets that stand in the feed."""

    versions: dict[str, int] = field(default_factory=dict)
    known: dict[int, Page] = field(default_factory=dict)
    kept: dict[tuple[int, str], Bound] = field(default_factory=dict)
    parts: dict[tuple[int, str, int], bytes] = field(default_factory=dict)
    put_last: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def bodies(self) -> dict[tuple[int, str], bytes]:
        """Each page in each format as it is read."""
        return {
            (page, name): gzip.decompress(bound.gzip(self.parts[page, name, each.number] for each in bound.parts))
            for (page, name), bound in self.kept.items()
        }

    def pages(self) -> list[Page]:
        return sorted((each for each in self.known.values() if each.live), key=lambda each: each.start)

    def holding(self, dataset: str) -> Page | None:
        return next((each for each in reversed(self.pages()) if each.start <= dataset), None)

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        before = [each for each in self.pages() if each.start < page.start]
        after = [each for each in self.pages() if each.start > page.start]
        return (before[-1] if before else None), (after[0] if after else None)

    def around(self, dataset: str) -> Around:
        page = self.holding(dataset)
        before, after = self.neighbours(page) if page else (None, None)
        return Around(before, page, after)

    def resize(self, page: Page, datasets: int) -> Page:
        self.known[page.number] = replace(page, datasets=datasets)
        return self.known[page.number]

    def between(self, start: str, end: str) -> list[str]:
        return [each for each in sorted(self.versions) if each >= start and (not end or each < end)]

    def last(self) -> Page:
        return self.pages()[-1]

    def total(self) -> int:
        return sum(each.datasets for each in self.pages())

    def members(self, page: Page) -> list[str]:
        after = self.neighbours(page)[1]
        return [each for each in sorted(self.versions) if each >= page.start and (after is None or each < after.start)]

    def open(self, start: str, datasets: int) -> Page:
        number = next((each.number for each in self.known.values() if each.start == start), len(self.known) + 1)
        self.known[number] = Page(number=number, start=start, datasets=datasets)
        return self.known[number]

    def retire(self, page: Page) -> None:
        self.known[page.number] = replace(page, datasets=0, live=False)
        self.kept = {key: bound for key, bound in self.kept.items() if key[0] != page.number}

    def catalog(self) -> list[Piece]:
        return [Piece("@catalog", each.name, frame(each.name, [b""])) for each in media.RDF]

    def fragments(self, datasets: Collection[str]) -> Sequence[Piece]:
        texts = {each: b"<%s> <v> <%d> .\n" % (each.encode(), self.versions[each]) for each in sorted(datasets)}
        return [Piece(key, each.name, frame(each.name, [text])) for key, text in texts.items() for each in media.RDF]

    def tags(self, datasets: Collection[str]) -> dict[tuple[str, str], str]:
        return {(each.format, each.key): each.etag for each in self.fragments(datasets)}

    def bound(self, page: Page, *, proven: bool) -> dict[str, Bound]:
        assert proven in (True, False)
        return {name: bound for (number, name), bound in self.kept.items() if number == page.number}

    def put(self, page: Page, sheets: Collection[Sheet], modified: str) -> None:
        assert modified
        for each in sheets:
            name = each.bound.format
            self.kept[page.number, name] = each.bound
            self.parts |= {(page.number, name, number): body for number, body in each.bodies.items()}
            self.put_last += [(page.number, name, part.start) for part in each.bound.parts if part.number in each.bodies]

    def read(self, number: int) -> tuple[list[str], int]:
        """A page as it is served, whether live or taken up: its datasets, and the number of the next, 0 on the last."""
        after = self.neighbours(self.known[number])[1]
        return self.members(self.known[number]), after.number if after else 0


def feed_of(size: int, at: int = 0) -> Feed:
    return Feed(
        addresses=ADDRESSES, size=size, issued="2026-01-01T00:00:00Z", modified=f"2026-01-01T00:{at // 60:02}:{at % 60:02}Z"
    )


def change(shelf: Memory, size: int, name: str, at: int, *, away: bool) -> None:
    if away and name in shelf.versions:
        del shelf.versions[name]
    else:
        shelf.versions[name] = shelf.versions.get(name, 0) + 1
    paging.keep(shelf, feed_of(size, at), [name])


def walk(shelf: Memory) -> list[list[str]]:
    number, pages = FIRST, []
    while number:
        members, number = shelf.read(number)
        pages.append(members)
    return pages


names = st.text("abc", min_size=1, max_size=3)
changes = st.lists(st.tuples(names, st.booleans()), max_size=60)
sizes = st.integers(1, 5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, sizes)
def test_after_any_change_each_dataset_stands_on_one_page_that_is_not_too_full(steps: list[tuple[str, bool]], size: int) -> None:
    shelf = Memory()
    for at, (name, away) in enumerate(steps):
        change(shelf, size, name, at, away=away)
        pages = walk(shelf)
        assert [each for page in pages for each in page] == sorted(shelf.versions)
        assert all(len(page) <= size for page in pages)
        assert all(pages) or len(pages) == 1, "no page is empty but that of an empty catalogue"
        assert [each.datasets for each in shelf.pages()] == [len(page) for page in pages]
        assert shelf.total() == len(shelf.versions)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, sizes)
def test_a_change_rewrites_at_most_three_pages(steps: list[tuple[str, bool]], size: int) -> None:
    shelf = Memory()
    for at, (name, away) in enumerate(steps):
        before = dict(shelf.bodies)
        change(shelf, size, name, at, away=away)
        for format_ in media.RDF:
            mine = {number for number, named in before.keys() | shelf.bodies.keys() if named == format_.name}
            changed = [each for each in mine if before.get((each, format_.name)) != shelf.bodies.get((each, format_.name))]
            assert len(changed) <= 3, (changed, steps[: at + 1])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, changes, sizes, st.integers(1, 4))
def test_who_walks_meanwhile_loses_nothing_and_meets_nothing_twice(
    first: list[tuple[str, bool]], then: list[tuple[str, bool]], size: int, pace: int
) -> None:
    shelf = Memory()
    for at, (name, away) in enumerate([("a", False), *first]):
        change(shelf, size, name, at, away=away)
    stood, met, number = set(shelf.versions), [], FIRST
    while number:
        members, number = shelf.read(number)
        met += members
        for name, away in then[:pace]:
            change(shelf, size, name, 0, away=away)
            stood &= set(shelf.versions)
        then = then[pace:]
    assert len(met) == len(set(met))
    assert stood <= set(met)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, sizes)
def test_rendering_all_anew_changes_nothing_where_nothing_is_badly_cut(steps: list[tuple[str, bool]], size: int) -> None:
    shelf = Memory()
    for at, (name, away) in enumerate(steps):
        change(shelf, size, name, at, away=away)
    paging.rebuild(shelf, feed_of(size, len(steps)))
    once = dict(shelf.bodies)
    paging.rebuild(shelf, feed_of(size, len(steps)))
    assert shelf.bodies == once
    assert [each for page in walk(shelf) for each in page] == sorted(shelf.versions)
    for page, following in zip(walk(shelf), walk(shelf)[1:], strict=False):
        assert len(page) + len(following) > size or min(len(page), len(following)) >= (size + 1) // 2


@given(st.sets(names), st.lists(st.sets(names), max_size=3), sizes)
def test_any_ranges_can_be_balanced(members: set[str], starts: list[set[str]], size: int) -> None:
    plan = paging.balanced([each for some in starts for each in some], sorted(members), size)
    assert plan[0][0] == ""
    assert [start for start, _some in plan] == sorted({start for start, _some in plan})
    assert [each for _start, some in plan for each in some] == sorted(members)
    for (start, some), end in zip(plan, [*(start for start, _some in plan[1:]), "~"], strict=True):
        assert len(some) <= size
        assert all(start <= each < end for each in some)


def test_another_page_size_cuts_again_and_every_number_still_leads_somewhere() -> None:
    shelf = Memory()
    for number in range(40):
        change(shelf, 10, f"d{number:02}", number, away=False)
    assert len(walk(shelf)) == 7
    numbers = set(shelf.known)
    paging.rebuild(shelf, feed_of(100))
    assert [len(each) for each in walk(shelf)] == [40]
    assert {number for number, _format in shelf.bodies} == {FIRST}
    for number in numbers:
        members, following = shelf.read(number)
        assert members == [each for each in sorted(shelf.versions) if each >= shelf.known[number].start]
        assert following == 0
    paging.rebuild(shelf, feed_of(10))
    assert [len(each) for each in walk(shelf)] == [10, 10, 10, 10]


def test_a_number_that_was_taken_up_comes_back_with_its_start() -> None:
    shelf = Memory(dict.fromkeys("abcd", 1))
    paging.rebuild(shelf, feed_of(2))
    assert [(each.number, each.start) for each in shelf.pages()] == [(1, ""), (2, "c")]
    paging.rebuild(shelf, feed_of(8))
    assert [each.number for each in shelf.pages()] == [1]
    paging.rebuild(shelf, feed_of(2))
    assert [(each.number, each.start) for each in shelf.pages()] == [(1, ""), (2, "c")]


def test_a_page_without_one_of_its_descriptions_is_not_written() -> None:
    class Torn(Memory):
        def fragments(self, datasets: Collection[str]) -> Sequence[Piece]:
            return super().fragments(sorted(datasets)[1:])

    with pytest.raises(StoreError, match="description-stale"):
        paging.rebuild(Torn({"a": 1, "b": 1}), feed_of(2))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, sizes)
def test_what_is_kept_in_parts_is_what_would_be_written_whole(steps: list[tuple[str, bool]], size: int) -> None:
    shelf, whole = Memory(), Memory()
    for at, (name, away) in enumerate(steps):
        change(shelf, size, name, at, away=away)
    whole.versions, whole.known = dict(shelf.versions), dict(shelf.known)
    paging.rebuild(whole, feed_of(size, max(0, len(steps) - 1)))
    if steps and whole.known == shelf.known:  # otherwise it has been cut anew
        assert whole.bodies == shelf.bodies
        assert {key: bound.etag for key, bound in whole.kept.items()} == {key: bound.etag for key, bound in shelf.kept.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes, st.lists(changes, max_size=3), sizes)
def test_some_changes_at_once_are_as_good_as_one_by_one(
    first: list[tuple[str, bool]], portions: list[list[tuple[str, bool]]], size: int
) -> None:
    shelf = Memory()
    for at, (name, away) in enumerate([("a", False), *first]):
        change(shelf, size, name, at, away=away)
    for portion in portions:
        for name, away in portion:
            if away:
                shelf.versions.pop(name, None)
            else:
                shelf.versions[name] = shelf.versions.get(name, 0) + 1
        paging.keep(shelf, feed_of(size), {name for name, _away in portion} or {"a"})
        assert [each for page in walk(shelf) for each in page] == sorted(shelf.versions)
        assert all(len(page) <= size for page in walk(shelf))
        whole = Memory(dict(shelf.versions), dict(shelf.known))
        paging.rebuild(whole, feed_of(size))
        if whole.known == shelf.known:
            assert whole.bodies == shelf.bodies


def test_a_part_of_as_many_others_is_not_taken_for_the_same() -> None:
    beginning = next(f"b{number}" for number in range(99) if zlib.crc32(f"b{number}".encode()) % 12 == 0)
    shelf = Memory(dict.fromkeys(["a1", "a2", beginning, "c"], 1))
    paging.rebuild(shelf, feed_of(100))
    del shelf.versions["a2"], shelf.versions[beginning]
    paging.keep(shelf, feed_of(100), {"a2", beginning})
    assert b"<a2>" not in shelf.bodies[FIRST, "nt"]
    assert b"<c> <v> <1>" in shelf.bodies[FIRST, "nt"]


def test_a_change_compresses_the_head_and_the_few_datasets_beside_it() -> None:
    names = [f"dataset-{number:03}" for number in range(90)]
    shelf = Memory(dict.fromkeys(names, 1))
    paging.rebuild(shelf, feed_of(100))
    assert len(runs(names)) > 3
    for away in (False, True):
        shelf.put_last.clear()
        if away:
            del shelf.versions["dataset-044"]
        else:
            shelf.versions["dataset-044"] += 1
        paging.keep(shelf, feed_of(100, 1), ["dataset-044"])
        for format_ in media.RDF:
            written = [start for _page, name, start in shelf.put_last if name == format_.name]
            assert len([each for each in written if each]) in (1, 2, 3)
    before = dict(shelf.kept)
    paging.rebuild(shelf, feed_of(100, 1))
    assert shelf.kept == before


def test_a_change_elsewhere_writes_nothing_of_the_first_page_but_its_head() -> None:
    names = [f"dataset-{number:03}" for number in range(90)]
    shelf = Memory(dict.fromkeys(names, 1))
    paging.rebuild(shelf, feed_of(50))
    shelf.put_last.clear()
    shelf.versions["dataset-080"] += 1
    paging.keep(shelf, feed_of(50, 1), ["dataset-080"])
    assert {start for page, _name, start in shelf.put_last if page == FIRST} == {""}
    assert any(start for page, _name, start in shelf.put_last if page != FIRST)


def test_a_part_is_compressed_again_where_the_dataset_before_it_has_changed() -> None:
    names = [f"dataset-{number:03}" for number in range(90)]
    shelf = Memory(dict.fromkeys(names, 1))
    paging.rebuild(shelf, feed_of(100))
    one, other, third = runs(names)[3:6]
    shelf.put_last.clear()
    shelf.versions[one[-1]] += 1
    paging.keep(shelf, feed_of(100, 1), [one[-1]])
    assert {start for _page, _name, start in shelf.put_last} == {"", one[0], other[0]}
    assert b"<%s> <v> <2>" % one[-1].encode() in shelf.bodies[FIRST, "nt"]
    assert third[0].encode() in shelf.bodies[FIRST, "nt"]
