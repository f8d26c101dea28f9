"""Holding what is stored against the shapes: what is right passes, a fault is found and told, and the result is kept."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli import app
from catalog.dcat.packing import pack, plain
from catalog.inspection import hold_against_shapes
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import SHAPES_ALL, SHAPES_LAST, Held, Store
from catalog.web import create_app

Build = Callable[..., Path]


@pytest.fixture
def store(settings: Settings, package_folder: Build) -> Iterator[Store]:
    with Store.open(settings) as opened:
        publish(package_folder(), settings, opened)
        yield opened


def break_a_rule(settings: Settings, store: Store) -> None:
    """As if an earlier program had published it."""
    document = store.document("small", "nt")
    assert document is not None
    packed = pack(plain(document.stored).replace(b"dateTime> .", b"date> ."))
    with closing(sqlite3.connect(Path(settings.home, "catalog.sqlite3"))) as connection, connection:
        where = "WHERE key = 'small' AND format = 'nt'"
        connection.execute(f"UPDATE documents SET body = ?, etag = ? {where}", (packed.stored, packed.etag))


def test_what_was_published_has_passed_and_that_is_remembered(store: Store) -> None:
    last = Held.of(store.meta(SHAPES_LAST))
    assert last is not None
    assert (last.dataset, last.datasets, last.faults, last.at) == ("small", 1, 0, store.latest("small").modified)
    assert Held.of(store.meta(SHAPES_ALL)) is None
    done: list[tuple[int, int]] = []
    checked = hold_against_shapes(store, lambda *each: done.append(each))
    assert (checked.findings, checked.held.datasets, checked.held.faults, done) == ((), 1, 0, [(1, 1)])
    assert Held.of(store.meta(SHAPES_ALL)) == checked.held


@pytest.mark.filterwarnings("ignore:.*")  # rdflib warns of the ill-typed literal, which is the point here
def test_a_fault_is_named_with_its_dataset(settings: Settings, store: Store) -> None:
    break_a_rule(settings, store)
    checked = hold_against_shapes(store)
    assert checked.held.faults == len(checked.findings) > 0
    assert {each.place.file for each in checked.findings} == {"small/datapackage.json"}
    assert {each.details["path"] for each in checked.findings} >= {"dct:issued", "dct:modified"}


@pytest.mark.filterwarnings("ignore:.*")
def test_the_command_and_the_page_tell_the_result(settings: Settings, store: Store) -> None:
    client = create_app(settings, store).test_client()
    before = client.get("/ja/harvest").text
    assert "最後の公開時の検査" in before
    assert "まだ行っていません" in before
    ran = CliRunner().invoke(app, ["shapes", "--home", settings.home])
    assert (ran.exit_code, "1件の記述を検査しました。規則に合わない箇所：0件" in ran.output) == (0, True), ran.output
    passed = client.get("/ja/harvest").text
    assert "まだ行っていません" not in passed
    assert passed.count("問題なし") == 2
    break_a_rule(settings, store)
    ran = CliRunner().invoke(app, ["shapes", "--json", "--home", settings.home])
    told = json.loads(ran.output)
    assert (ran.exit_code, told["datasets"], told["faults"]) == (1, 1, len(told["findings"]))
    assert f"規則に合わない箇所：{told['faults']}件" in client.get("/ja/harvest").text
    assert "rules broken" in client.get("/en/harvest").text
