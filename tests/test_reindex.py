"""Rendering everything anew: the same bytes where nothing changed, the old feed where it was interrupted."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Graph
from rdflib.compare import isomorphic
from sqlalchemy import NullPool, create_engine, delete, select, update

from catalog.addresses import Addresses
from catalog.cli import app
from catalog.dcat import binding, bulk, dataset_of, edition, render, rendering
from catalog.dcat.packing import plain
from catalog.errors import Conflict, Refusal, StoreError
from catalog.model import Agent, License, Package, Publication, Text
from catalog.publishing import as_served, at_its_address, publish, refresh, reindex, show, standing, withdraw
from catalog.settings import Settings
from catalog.store import CATALOG_KEY, RENDERED_FOR, Document, Store, database, page_key
from catalog.store.records import part_format

EVERY_DATABASE = True

Build = Callable[..., Path]
PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
FORMATS = tuple(PARSERS)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def small(dataset: str, version: int = 1, **changes: object) -> Publication:
    """A publication without tables: quick to render."""
    publisher = Agent(id="270008", name=Text("大阪府"))
    title = Text(f"{dataset}の一覧")
    package = Package(name=dataset, title=title, keywords=("駅",), publisher=publisher, **changes)  # type: ignore[arg-type]
    return Publication(
        id=dataset,
        version=version,
        package=package,
        publisher=publisher,
        files=(),
        report={},
        issued="2026-04-01T00:00:00Z",
        modified="2026-04-01T00:00:00Z",
    )


def rendered(publication: Publication, settings: Settings) -> dict[str, bytes]:
    return render(dataset_of(publication, Addresses(settings.public_url()), settings))


def fill(store: Store, settings: Settings, names: list[str]) -> None:
    refresh(store, settings)
    for name in names:
        with store.writing() as writing:
            stored = writing.add(small(name), rendered(small(name), settings), {})
            show(writing, settings, stored.id, stored.modified)


def everything(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    """The ETag and time of every document."""
    return {each: (document.etag, document.modified) for each, document in documents(store).items()}


def documents(store: Store) -> dict[tuple[str, str], Document]:
    """Every description, and every page as readers get it."""
    found = {}
    for format_ in FORMATS:
        for key in [CATALOG_KEY, *(each.id for each in store.summaries(limit=10_000))]:
            found[key, format_] = store.document(key, format_)
        for number in range(1, 100):
            found[page_key(number), format_] = store.feed.served(number, format_).document
    return {each: document for each, document in found.items() if document is not None}


NAMES = [f"d{number:02}" for number in range(12)]


def test_rendering_anew_what_did_not_change_changes_nothing(store: Store, settings: Settings) -> None:
    settings = replace(settings, page_size=5)
    fill(store, settings, NAMES)
    before, followed = everything(store), store.feed.followed()
    time.sleep(1.1)  # times are whole seconds: another one would show
    done: list[tuple[int, int]] = []
    assert reindex(store, settings, lambda *each: done.append(each)) == 12
    assert everything(store) == before
    assert store.feed.followed() == followed
    assert done == [(number, 12) for number in range(1, 13)]


def spoil(settings: Settings, key: str, format_: str, *, body: bytes | None) -> None:
    """What a bad disk does, or somebody's hand in the database."""
    engine = create_engine(settings.database_url(), poolclass=NullPool)
    with engine.begin() as connection:
        here = (database.documents.c.key == key, database.documents.c.format == format_)
        connection.execute(
            delete(database.documents).where(*here) if body is None else update(database.documents).where(*here).values(body=body)
        )


def part_of(settings: Settings, format_: str, place: int | None) -> str:
    """The format under which a part of the first page is kept, by its place; the list of all of them for None."""
    engine = create_engine(settings.database_url(), poolclass=NullPool)
    asked = select(database.documents.c.body).where(
        database.documents.c.key == page_key(1), database.documents.c.format == format_
    )
    with engine.begin() as connection:
        bound = binding.Bound.of(connection.execute(asked).scalar_one())
    return format_ if place is None else part_format(format_, bound.parts[place])


def bodies(store: Store) -> dict[tuple[str, str], bytes]:
    return {each: document.body for each, document in documents(store).items()}


def without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendering.quick is not None, "the tests' environment has the extra [fast]"
    monkeypatch.setattr(rendering, "quick", None)


def test_bytes_stay_whichever_way_rendered_last(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(settings, page_size=3)
    fill(store, settings, NAMES)
    before, followed = bodies(store), store.feed.followed()
    without_the_extra(monkeypatch)
    reindex(store, settings)
    assert bodies(store) == before
    reindex(store, replace(settings, title_ja="別の名前"))
    datasets = {each: body for each, body in before.items() if not each[0].startswith("@")}
    assert {each: body for each, body in bodies(store).items() if each in datasets} == datasets, "they say the same"
    reindex(store, settings)
    etags = everything(store)
    fill(store, settings, ["d04x"])
    changed = {key for key, etag in everything(store).items() if etags.get(key, etag) != etag}
    assert {key for key, _format in changed} <= {CATALOG_KEY, *(page_key(each) for each in range(1, 7))}
    assert len({key for key, _format in changed if key != CATALOG_KEY}) <= 3
    assert store.feed.followed().total == followed.total + 1


def test_everything_is_written_again_where_that_is_asked_for(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(settings, page_size=5)
    fill(store, settings, NAMES)
    before, followed = bodies(store), store.feed.followed()
    without_the_extra(monkeypatch)
    reindex(store, settings, everything=True)
    after = bodies(store)
    assert after.keys() == before.keys()
    for (key, format_), body in after.items():
        same = format_ == "nt" and not key.startswith("@page")
        assert (body == before[key, format_]) is same or format_ == "nt", (key, format_)
        graphs = [Graph().parse(data=each, format=PARSERS[format_]) for each in (body, before[key, format_])]
        assert key == page_key(1) or isomorphic(*graphs), (key, format_)  # the first page tells the time
    assert store.feed.followed() == followed, "nothing is told: nothing is said otherwise"
    monkeypatch.undo()
    reindex(store, settings, everything=True)
    again = {each: body for each, body in bodies(store).items() if each[0] != page_key(1)}
    assert again.items() <= before.items(), "each way has its bytes"


@pytest.mark.parametrize("extra", [True, False])
@pytest.mark.parametrize(
    ("format_", "part", "damage"),
    [("ttl", None, b"no list"), ("rdf", 0, b"no part"), ("jsonld", 1, None), ("nt", 1, binding.compress(b"other"))],
)
def test_damage_is_mended(
    store: Store,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    format_: str,
    part: str,
    damage: bytes | None,
    *,
    extra: bool,
) -> None:
    if not extra:
        without_the_extra(monkeypatch)
    fill(store, settings, NAMES[:4])
    before, times = bodies(store), everything(store)
    other = store.document("d03", format_)
    assert other is not None
    spoil(settings, "d00", format_, body=b"no gzip")
    spoil(settings, "d01", format_, body=None)
    spoil(settings, "d02", format_, body=other.stored)
    spoil(settings, page_key(1), part_of(settings, format_, part), body=damage)
    if part is None or damage is None:  # its list, or what that names, is not there: never half a page
        with pytest.raises(StoreError, match="feed-not-ready"):
            store.feed.served(1, format_)
    reindex(store, settings)
    assert bodies(store) == before
    assert {key: etag for key, (etag, _at) in everything(store).items()} == {key: etag for key, (etag, _at) in times.items()}
    served = store.feed.served(1, format_).document
    assert served is not None
    assert plain(served.zstd) == plain(served.compressed) == served.body == before[page_key(1), format_]


def test_only_what_has_to_be_is_described_again(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, settings, NAMES)
    asked: list[str] = []
    original = bulk.describe

    def noted(task: bulk.Task, settings: Settings) -> bulk.Described:
        asked.append(type(task).__name__)
        return original(task, settings)

    monkeypatch.setattr(bulk, "describe", noted)

    def kinds(settings: Settings, **how: bool) -> set[str]:
        asked.clear()
        reindex(store, settings, **how)
        assert len(asked) == 12
        return set(asked)

    assert kinds(settings) == {"Kept"}
    assert kinds(replace(settings, page_size=5)) == {"Kept"}, "pages are cut again, descriptions stay"
    assert kinds(replace(settings, samples_in_feed=False)) == {"Kept"}
    assert kinds(settings, everything=True) == {"Stored"}
    assert kinds(replace(settings, base_url="https://new.example.jp")) == {"Publication"}
    monkeypatch.setattr(edition, "WAY_OF_WRITING", edition.WAY_OF_WRITING + 1)
    edition.edition.cache_clear()
    assert kinds(replace(settings, base_url="https://new.example.jp")) == {"Stored"}
    monkeypatch.setattr(edition, "WAY_OF_DESCRIBING", edition.WAY_OF_DESCRIBING + 1)
    edition.edition.cache_clear()
    assert kinds(replace(settings, base_url="https://new.example.jp")) == {"Publication"}
    edition.edition.cache_clear()


def test_of_two_that_render_anew_at_once_one_gives_way(store: Store, settings: Settings) -> None:
    fill(store, settings, NAMES)
    moved, named = replace(settings, base_url="https://new.example.jp"), replace(settings, title_ja="別の名前")

    def meanwhile(done: int, _count: int) -> None:
        if done == 3:
            reindex(store, named)

    with pytest.raises(Conflict, match="edition-changed"):
        reindex(store, moved, meanwhile)
    assert store.meta(RENDERED_FOR) == edition.edition(named)
    assert not any(b"new.example.jp" in body for body in bodies(store).values())


def test_another_page_size_cuts_the_feed_again(store: Store, settings: Settings) -> None:
    fill(store, settings, NAMES)
    assert store.feed.pages() == 1
    for size, pages in ((5, 3), (100, 1), (1, 12)):
        assert refresh(store, replace(settings, page_size=size)) is True
        assert store.feed.pages() == pages


KILL = """
import os, sys
from dataclasses import replace
from catalog import publishing
from catalog.dcat import paging
from catalog.settings import load
from catalog.store import Store
from catalog.store.writing import Writing

where, home, base = sys.argv[1:]
settings = replace(load({"home": home, "base_url": base}), page_size=5)


def die(*_arguments, **_names):
    os.kill(os.getpid(), 9)


if where == "rendering":
    def progress(done, count):
        if done == 7:
            die()
else:
    def progress(done, count):
        pass
    calls = [0]
    module, name, after = {
        "documents": (Writing, "replace_documents", 2),
        "stream": (publishing.eventstream, "_news", 3),
        "pages": (paging, "_write", 2),
    }[where]
    original = getattr(module, name)

    def counted(*arguments, **names):
        calls[0] += 1
        if calls[0] == after:
            die()
        return original(*arguments, **names)

    setattr(module, name, counted)
with Store.open(settings) as store:
    publishing.reindex(store, settings, progress)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("where", ["rendering", "documents", "stream", "pages"])
def test_a_kill_leaves_the_old_feed_whole(store: Store, settings: Settings, where: str) -> None:
    settings = replace(settings, page_size=5)
    fill(store, settings, NAMES)
    before, followed = everything(store), store.feed.followed()
    moved = replace(settings, base_url="https://new.example.jp")
    killed = subprocess.run([sys.executable, "-c", KILL, where, settings.home, moved.base_url], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr.decode()
    assert everything(store) == before
    assert store.feed.followed() == followed
    assert store.meta(RENDERED_FOR) == edition.edition(settings)
    served = store.feed.served(1, "ttl")
    assert served.document is not None
    assert b"new.example.jp" not in served.document.body
    assert refresh(store, moved) is True
    assert store.meta(RENDERED_FOR) == edition.edition(moved)
    assert all(b"data.example.jp" not in each for each in bodies(store).values())


def test_what_was_published_while_it_rendered_is_in_it(store: Store, settings: Settings) -> None:
    fill(store, settings, NAMES)
    moved = replace(settings, base_url="https://new.example.jp")

    def meanwhile(done: int, _count: int) -> None:
        if done == 5:
            fill(store, settings, ["e"])
            withdraw("d03", settings, store)
            with store.writing() as writing:
                changed = small("d01", 2, description=Text("新しい説明"))
                writing.add(changed, rendered(changed, settings), {})
                show(writing, settings, "d01", "2026-05-01T00:00:00Z")

    assert reindex(store, moved, meanwhile) == 12
    document = store.document("d01", "ttl")
    assert document is not None
    assert "新しい説明".encode() in document.body
    assert store.document("d03", "ttl") is None
    served = store.feed.served(1, "ttl")
    assert served.document is not None
    assert b"<https://new.example.jp/dataset/e>" in served.document.body
    assert b"dataset/d03" not in served.document.body
    assert store.feed.count(standing(moved)) == 12


def test_several_processes_render_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publications = [small(each) for each in NAMES]
    alone = list(bulk.described(iter(publications), settings, 12))
    monkeypatch.setattr(bulk, "WORTHWHILE", 1)
    monkeypatch.setattr(bulk, "_AHEAD", 1)
    monkeypatch.setattr(bulk, "_PORTION", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert list(bulk.described(iter(publications), settings, 12)) == alone
    assert [each.dataset for each in alone] == NAMES


def test_one_that_cannot_be_described_stops_it_and_is_named(store: Store, settings: Settings) -> None:
    fill(store, settings, NAMES)
    before = everything(store)
    with store.writing() as writing:  # as if an earlier program had let it pass
        bad = small("bad", licenses=(License(name="", path="not an address"),))
        writing.add(bad, rendered(small("bad"), settings), {})
        show(writing, settings, "bad", "2026-04-02T00:00:00Z")
    with pytest.raises(Refusal) as caught:
        reindex(store, replace(settings, title_ja="別の名前"))
    assert [(each.code, each.place.file) for each in caught.value.findings] == [("description-invalid", "bad/datapackage.json")]
    assert store.meta(RENDERED_FOR) == edition.edition(settings)
    after = everything(store)
    assert all(after[key] == value for key, value in before.items() if not key[0].startswith("@"))


def test_who_publishes_without_configuration_keeps_the_address_of_the_feed(
    package_folder: Build, settings: Settings, store: Store
) -> None:
    served = replace(settings, title_ja="大阪のデータ", page_size=7)
    refresh(store, served)
    bare = Settings(home=settings.home, database=settings.database)
    assert as_served(store, bare) == replace(served, max_columns=bare.max_columns)
    publish(package_folder(), bare, store)
    document = store.document("small", "ttl")
    assert document is not None
    assert b"<https://data.example.jp/dataset/small>" in document.body
    assert store.meta(RENDERED_FOR) == edition.edition(served)
    withdraw("small", bare, store)
    assert store.meta(RENDERED_FOR) == edition.edition(served)
    assert at_its_address(store, bare) == replace(bare, base_url="https://data.example.jp")
    assert at_its_address(store, replace(bare, base_url="https://x.example.jp")).base_url == "https://x.example.jp"


def test_nothing_is_shown_in_a_feed_of_other_settings(store: Store, settings: Settings) -> None:
    fill(store, settings, ["a"])
    other = replace(settings, base_url="https://new.example.jp")
    with pytest.raises(Conflict, match="edition-changed"), store.writing() as writing:  # noqa: PT012  either statement may be the one
        writing.add(small("b"), rendered(small("b"), other), {})
        show(writing, other, "b", "2026-04-02T00:00:00Z")
    assert store.count() == 1


def test_publishing_into_a_feed_of_an_earlier_program_renders_it_first(
    package_folder: Build, settings: Settings, store: Store
) -> None:
    fill(store, settings, ["a"])
    with store.writing() as writing:
        writing.set_meta(RENDERED_FOR, "of an earlier program")
    publish(package_folder(), settings, store)
    assert store.meta(RENDERED_FOR) == edition.edition(settings)
    served = store.feed.served(1, "nt")
    assert served.document is not None
    assert b"dataset/small>" in served.document.body
    assert b"dataset/a>" in served.document.body


def test_the_command_says_what_it_did(store: Store, settings: Settings) -> None:
    fill(store, settings, ["a", "b"])
    ran = CliRunner().invoke(app, ["reindex", "--home", settings.home])
    assert (ran.exit_code, ran.output.count("2件")) == (0, 1), ran.output
    document = store.document("a", "ttl")
    assert document is not None
    assert b"https://data.example.jp/dataset/a" in document.body, "the address stays where none is given"
    ran = CliRunner().invoke(app, ["reindex", "--home", settings.home, "--base-url", "https://new.example.jp"])
    assert ran.exit_code == 0, ran.output
    document = store.document("a", "ttl")
    assert document is not None
    assert b"https://new.example.jp/dataset/a" in document.body
    ran = CliRunner().invoke(app, ["reindex", "--home", settings.home, "--base-url", "not an address"])
    assert (ran.exit_code, "not an address" in ran.output) == (2, True)
