"""Opening, migrating, refusing; what the database says when it cannot."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from store_samples import publication, publish, rendered, targets

from catalog.errors import CatalogError, SettingsError, StoreError
from catalog.messages import both
from catalog.settings import Settings
from catalog.store import Store, database, migrations, sqlite

WORKER = Path(__file__).parent / "store_samples.py"


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), str(home), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def race(home: Path, *commands: tuple[str, ...]) -> list[str]:
    """Start processes, let them go when all have come to the line, and answer with what they print."""
    processes = [start(home, *each) for each in commands]
    while len(list(home.glob("ready-*"))) < len(processes):
        assert all(each.poll() is None for each in processes)
        time.sleep(0.01)
    (home / "go").touch()
    return [finish(each) for each in processes]


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return output


def file_of(settings: Settings) -> Path:
    return Path(settings.home) / "catalog.sqlite3"


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index is SQLite's own, in tables of its own."""
    return not (kind == "table" and (name or "").startswith("search_words"))


def test_the_scripts_make_the_tables_that_the_queries_use(store: Store) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _ours})
        differences = compare_metadata(context, database.METADATA)
    assert differences == []
    with store._database.reading() as connection:
        made = {
            name
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        }
    assert made == {index.name for table in database.METADATA.tables.values() for index in table.indexes}


def test_every_script_is_a_known_revision() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert tuple(each.revision for each in reversed(list(scripts.walk_revisions()))) == database.REVISIONS


def test_the_connection_is_durable_and_checked(store: Store) -> None:
    with store._database.reading() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_four_processes_may_start_at_once_on_nothing(tmp_path: Path) -> None:
    assert all(output.startswith("0 ") for output in race(tmp_path, *[("open",)] * 4))
    assert finish(start(tmp_path, "open")) == "0 False\n", "an up-to-date store is opened without Alembic"


def test_an_up_to_date_store_opens_at_once(settings: Settings) -> None:
    Store.open(settings).close()
    start_ = time.perf_counter()
    Store.open(settings).close()
    assert time.perf_counter() - start_ < 0.3


def test_a_database_of_a_newer_program_is_refused_and_left_alone(settings: Settings) -> None:
    with Store.open(settings) as store:
        publish(store, publication())
        with store._database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError) as caught:
        Store.open(settings)
    assert caught.value.code == "store-newer"
    assert "9999" in both(caught.value).ja
    raw = sqlite3.connect(file_of(settings))
    left = raw.execute("SELECT version_num, (SELECT count(*) FROM versions) FROM alembic_version").fetchone()
    raw.close()
    assert left == ("9999", 1)


def test_an_interrupted_migration_is_done_again_from_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = migrations.upgrade

    def interrupted(*arguments: object) -> None:
        upgrade(*arguments)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(migrations, "upgrade", interrupted)
    with pytest.raises(StoreError, match="store-full"):
        Store.open(settings)
    monkeypatch.undo()
    with Store.open(settings) as store:
        assert store.count() == 0


def test_a_restored_copy_without_wal_gets_it_back(store: Store, settings: Settings) -> None:
    store.close()
    connection = sqlite3.connect(file_of(settings))
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    with Store.open(settings) as opened, opened._database.reading() as reading:
        assert reading.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_another_first_start_in_the_way_is_waited_for(settings: Settings) -> None:
    """SQLite itself gives up at once here: changing to WAL does not wait for a writer."""
    Path(settings.home).mkdir()
    other = sqlite3.connect(file_of(settings), isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE unrelated (x)")
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.rollback)
    timer.start()
    with Store.open(settings) as store:
        assert store.count() == 0
    timer.join()
    other.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_said_so(settings: Settings, content: bytes) -> None:
    Path(settings.home).mkdir()
    file_of(settings).write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Store.open(settings)
    assert (caught.value.code, caught.value.details) == ("store-unreadable", {"reason": "SQLITE_NOTADB"})
    assert file_of(settings).read_bytes() == content


def test_a_folder_in_the_way_is_said_so(settings: Settings) -> None:
    file_of(settings).mkdir(parents=True)
    with pytest.raises(StoreError) as caught:
        Store.open(settings)
    assert (caught.value.code, caught.value.details) == ("store-denied", {"reason": "SQLITE_CANTOPEN"})


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "nonsense", "nonsense://secret@host/db", "postgresql+nothing://u:secret@h/d"]
)
def test_a_database_url_that_cannot_be_used(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Store.open(Settings(home=str(tmp_path / "home"), database=url))
    assert caught.value.code == "setting-invalid"
    assert "secret" not in str(caught.value.details)


def test_the_settings_say_where_everything_lies(tmp_path: Path) -> None:
    url = f"sqlite:///{(tmp_path / 'db' / 'own.sqlite3').as_posix()}"
    with Store.open(Settings(home=str(tmp_path / "home"), database=url, files=str(tmp_path / "bytes"))):
        assert (tmp_path / "db" / "own.sqlite3").is_file()
        assert (tmp_path / "bytes").is_dir()
        assert not (tmp_path / "home").exists()


def fails_with(settings: Settings, statement: str) -> CatalogError:
    """What a publication meets after ``statement`` was executed on the writer's connection."""
    with Store.open(settings) as store:
        publish(store, publication(version=1))
        large = publication(version=2, note="x" * 1_000_000)
        with pytest.raises(StoreError) as caught, store.writing() as writing:  # noqa: PT012  either statement may be the one
            writing._connection.exec_driver_sql(statement)
            writing.add(large, rendered("parks", 2), targets("parks", 2))
    with Store.open(settings) as store:
        assert store.latest("parks").version == 1, "the old state is served"
        publish(store, publication(version=2))
        assert store.latest("parks").version == 2, "and the next publication works"
    return caught.value


def test_a_full_disk(settings: Settings) -> None:
    error = fails_with(settings, "PRAGMA max_page_count=1")
    assert (error.code, error.details) == ("store-full", {"reason": "SQLITE_FULL"})
    assert "SQLITE_FULL" in both(error).en


def test_a_read_only_database(settings: Settings) -> None:
    error = fails_with(settings, "PRAGMA query_only=ON")
    assert (error.code, error.details) == ("store-denied", {"reason": "SQLITE_READONLY"})


def test_a_writer_that_never_ends_is_given_up_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    with Store.open(settings) as store, store.writing():
        with pytest.raises(StoreError) as caught, store.writing():
            pass
        assert (caught.value.code, caught.value.details) == ("store-locked", {"reason": "SQLITE_BUSY"})
        assert store.count() == 0


def test_writers_of_one_process_go_in_one_by_one_whatever_becomes_of_them(settings: Settings) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write(store: Store, number: int) -> None:
        with suppress(ZeroDivisionError), store.writing() as writing:
            inside.append(number)
            most.append(len(inside))
            writing.set_meta(f"key-{number}", "x")
            inside.remove(number)
            assert 6 // (number % 3)

    with Store.open(settings) as store:
        threads = [threading.Thread(target=write, args=(store, number)) for number in range(12)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert max(most) == 1
        assert [number for number in range(12) if store.meta(f"key-{number}")] == [each for each in range(12) if each % 3]


def test_only_so_many_connections(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(settings) as store:
        pool = store._database._engine.pool
        monkeypatch.setattr(pool, "_timeout", 0.05)
        held = [store._database._engine.connect() for _ in range(15)]
        with pytest.raises(StoreError) as caught:
            store.count()
        for each in held:
            each.close()
        assert (caught.value.code, store.count()) == ("store-locked", 0)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_kill_before_the_commit_leaves_the_old_state(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "home"))
    with Store.open(settings) as store:
        source = tmp_path / "first"
        source.write_bytes(b"id,name\n1,a\n")
        store.files.put(source)
        publish(store, publication(version=1))
    process = start(tmp_path, "die")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -9, errors
    with Store.open(settings) as store:
        assert store.latest("parks") == publication(version=1)
        assert (len(store.versions("parks")), len(store.changes())) == (1, 1)
        assert store.lookup("schema/parks-parks-v2") is None
        assert [(each.code, each.severity) for each in store.verify()] == [("blob-orphan", "note")]
        publish(store, publication(version=2, content=b"id,name\n2,b\n"))
        assert store.verify() == (), "the orphan's bytes belong to a version now"


def test_eight_processes_publish_one_dataset(tmp_path: Path) -> None:
    Store.open(Settings(home=str(tmp_path / "home"))).close()
    names, count = [f"p{number}" for number in range(8)], 5
    race(tmp_path, *[("publish", name, str(count)) for name in names])
    with Store.open(Settings(home=str(tmp_path / "home"))) as store:
        history = store.versions("parks")
        assert [each.version for each in history] == list(range(len(names) * count, 0, -1))
        assert sorted(each.note for each in history) == sorted(f"{name} {n}" for name in names for n in range(count))
        assert [each.version for each in store.changes()] == list(range(1, len(names) * count + 1))
        assert store.verify() == ()
