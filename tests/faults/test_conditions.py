"""A full disk, a medium that takes nothing, a damaged file, a locked database, a clock that goes back, a newer program."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harness import DONE, HARMED, REFUSED, STANDING, Sources, Victim, Worker, count

from catalog import maintenance, publishing
from catalog.errors import StoreError
from catalog.publishing import as_served, publish
from catalog.settings import Settings
from catalog.store import Store, sqlite
from catalog.web import create_app

READ = (
    "/",
    f"/dataset/{HARMED}",
    "/catalog.ttl",
    f"/download/{HARMED}/1/stations.csv",
    f"/download/{HARMED}/latest/stations.xlsx",
    f"/api/v1/datasets/{HARMED}/tables/stations/rows?limit=2",
    "/datasets?q=%E9%A7%85",
    "/datasets?q=nothing-is-called-this",
    "/catalog/dump.nt.gz",
)


NOBODY = 65_534
"""The number of an account that owns nothing (Linux: overflowuid)."""


def mounts(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"may not mount here: {done.stderr.strip()[:200]}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 24 MB."""
    if not sys.platform.startswith("linux"):
        pytest.skip("tmpfs is of Linux")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounts("-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def fill(folder: Path) -> Path:
    """Take all the room there is, to the last byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4_096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


def statuses(settings: Settings, store: Store) -> dict[str, int]:
    client = create_app(replace(as_served(store, settings), count_searches=True), store).test_client()
    found = {}
    for path in READ:
        with client.get(path) as answer:
            assert len(answer.data) >= 0
            found[path] = answer.status_code
    return found


def test_a_full_disk(original: Settings, worker: Worker, sources: Sources, small_disk: Path, tmp_path: Path) -> None:
    victim = Victim.copied(original, small_disk / "home", worker, sources)
    with Store.open(victim.settings) as store:
        assert set(statuses(victim.settings, store).values()) == {200}
        ballast = fill(small_disk)
        assert set(statuses(victim.settings, store).values()) == {200}, "reads keep answering"
        answer = victim.publish(temporary=str(tmp_path))
        assert (answer["code"], answer["told"]["code"]) == (REFUSED, "store-full")
        answer = victim.withdraw()
        assert (answer["code"], answer["told"]["code"]) == (REFUSED, "store-full")
        assert set(statuses(victim.settings, store).values()) == {200}
    with Store.open(victim.settings) as store:
        assert set(statuses(victim.settings, store).values()) == {200}, "after a start on the full disk, too"
    ballast.unlink()
    victim.whole()
    victim.goes_on()
    count("publish, withdraw", "disk full", "store-full", 2)
    count("reads", "disk full", "200", 3 * len(READ))


def test_no_room_for_temporary_files(victim: Victim, small_disk: Path) -> None:
    """The folder for temporary files is full; the one of the catalogue is not."""
    ballast = fill(small_disk)
    answer = victim.publish(temporary=str(small_disk))
    assert answer["code"] == REFUSED, answer
    count("publish", "temporary folder full", answer["told"]["code"])
    ballast.unlink()
    victim.whole()
    victim.goes_on()


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are of POSIX")
@pytest.mark.parametrize("size", [4_096, 65_536, 250_000])
def test_files_that_may_not_grow(victim: Victim, size: int) -> None:
    """What a quota does, and what needs no root: no file may have more bytes than that."""
    answer = victim.publish(limits={"RLIMIT_FSIZE": size})
    assert answer["code"] in (DONE, REFUSED), answer
    if answer["code"] == REFUSED:
        assert answer["told"]["code"] in {"store-full", "store-unreadable", "engine-failed"}
    count("publish", "no large files", answer["told"]["code"] if answer["code"] else "done")
    victim.whole()
    victim.goes_on()


LEFT = {
    "nothing": (),
    "the log of a program that is at work": ("-wal", "-shm"),
    "the log of a program that was killed, and its index": ("-wal", "-shm"),
    "the log of a program that was killed": ("-wal",),
}
"""What lies beside the database file."""


@pytest.mark.parametrize("left", LEFT)
def test_a_medium_that_takes_nothing(original: Settings, worker: Worker, sources: Sources, small_disk: Path, left: str) -> None:
    victim = Victim.copied(original, small_disk / "home", worker, sources)
    database = Path(victim.settings.home, "catalog.sqlite3")
    if LEFT[left]:
        assert victim.run("publish", folder=str(sources.make(HARMED)))["code"] == DONE
        victim.version += 1
    if LEFT[left] == ("-wal",):
        database.with_name(f"{database.name}-shm").unlink()
    held = sqlite3.connect(database) if "at work" in left else None
    if held is not None:
        held.execute("SELECT count(*) FROM meta").fetchone()
    assert {each.name for each in database.parent.glob(f"{database.name}-*")} == {database.name + each for each in LEFT[left]}
    sealed = small_disk.with_name("sealed")
    sealed.mkdir()
    mounts("--bind", str(small_disk), str(sealed))
    mounts("-o", "remount,bind,ro", str(sealed))
    try:
        settings = replace(victim.settings, home=str(sealed / "home"))
        with Store.open(settings) as store:
            found = statuses(settings, store)
            assert set(found.values()) == {200}, found
            assert store.latest(HARMED).version == victim.version
            with pytest.raises(StoreError) as caught:
                publish(sources.make("other"), settings, store)
            assert caught.value.code == "store-denied"
            assert {each.code for each in store.verify() if each.severity != "note"} == set()
        count("reads", f"read-only medium, left there: {left}", "200", len(READ))
        count("publish", "read-only medium", caught.value.code)
    finally:
        subprocess.run(["umount", "--lazy", str(sealed)], check=False)
        if held is not None:
            held.close()
    victim.whole()
    victim.goes_on()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become another account")
@pytest.mark.parametrize("left", [each for each in LEFT if "at work" not in each])
def test_a_folder_that_another_account_may_only_read(victim: Victim, left: str) -> None:
    """It may be written to meanwhile by the one that may: it is read as SQLite says, or one sentence tells why not."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(shutil.copytree(victim.settings.home, Path(name, "home")))
        theirs = Victim(replace(victim.settings, home=str(home)), victim.worker, victim.sources)
        if LEFT[left]:
            assert theirs.run("publish", folder=str(victim.sources.make(HARMED)))["code"] == DONE
        if LEFT[left] == ("-wal",):
            (home / "catalog.sqlite3-shm").unlink()
        Path(name).chmod(0o755)
        for each in (home, *home.rglob("*")):
            each.chmod(0o555 if each.is_dir() else 0o444)
        answer = theirs.run("open_only", user=NOBODY)
        told = answer["told"]["code"] if answer["code"] == REFUSED else answer["told"]["value"]
        assert told == (STANDING + 1 if "index" in left else "store-denied"), answer
        answer = theirs.run("withdraw", dataset=HARMED, user=NOBODY)
        assert (answer["code"], answer["told"]["code"]) == (REFUSED, "store-denied"), answer
        count("withdraw, as an account that may only read", f"left there: {left}", "store-denied")


@pytest.mark.parametrize("harm", ["truncated", "emptied", "changed", "gone"])
def test_a_damaged_file_is_found_and_mended(victim: Victim, tmp_path: Path, harm: str) -> None:
    assert victim.run("backup", folder=str(tmp_path / "saved"))["code"] == DONE
    with Store.open(victim.settings) as store:
        table = next(each for each in store.latest(HARMED).files if each.path == "stations.csv")
        path = store.files.path(table.sha256)
        whole = path.read_bytes()
        path.chmod(0o644)
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes({"truncated": whole[:-7], "emptied": b"", "changed": b"X" + whole[1:]}[harm])
        found = {each.code for each in store.verify() if each.severity == "error"}
        assert found == {{"gone": "blob-missing", "changed": "blob-hash"}.get(harm, "blob-size")}
        client = create_app(as_served(store, victim.settings), store).test_client()
        with client.get("/datasets.json") as answer:
            assert answer.status_code == 200, "the others are served"
        assert publishing.publish(victim.sources.make("unharmed"), victim.settings, store).created
        publishing.withdraw("unharmed", victim.settings, store)
    with Store.open(victim.settings) as store:
        assert maintenance.repair(store, "cli:faults", tmp_path / "saved") == ()
        assert store.files.path(table.sha256).read_bytes() == whole
    victim.whole()
    victim.goes_on()
    count("verify --repair", f"stored file {harm}", "found and mended")


def test_a_locked_database(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program holds the lock for longer than we are willing to wait; readers do not notice."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    other = sqlite3.connect(Path(victim.settings.home, "catalog.sqlite3"), isolation_level=None)
    with Store.open(victim.settings) as store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            publish(victim.sources.make(HARMED), victim.settings, store)
        assert caught.value.code == "store-locked"
        assert set(statuses(victim.settings, store).values()) == {200}
        other.execute("ROLLBACK")
        other.close()
    count("publish", "database locked", "store-locked")
    count("reads", "database locked", "200", len(READ))
    victim.whole()
    victim.goes_on()


class Backwards(datetime):
    """A clock that has jumped back by ten years."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=3_650)


def test_a_clock_that_jumps_back(victim: Victim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions go by order, not by time; what is newer never has an earlier time than what was there."""
    with Store.open(victim.settings) as store:
        before = store.latest(HARMED)
        with monkeypatch.context() as patch:
            patch.setattr(publishing, "datetime", Backwards)
            after = publish(victim.sources.make(HARMED), victim.settings, store).publication
            publishing.withdraw("standing-0", victim.settings, store)
            again = publish(victim.sources.make("standing-0"), victim.settings, store).publication
        assert (after.version, again.version) == (before.version + 1, 2)
        assert after.modified >= before.modified
        assert after.issued == before.issued
        assert [each.sequence for each in store.changes()] == sorted(each.sequence for each in store.changes())
        times = [each.at for each in store.feed.events(store.feed.spans()[0].page)[1]] if store.feed.spans() else []
        assert times == sorted(times)
        assert datetime.fromisoformat(again.modified) > datetime.now(UTC) - timedelta(days=1)
    victim.version += 1
    victim.whole()
    victim.goes_on()
    count("publish, withdraw", "clock ten years back", "in order", 3)


def test_several_publishers_at_once(victim: Victim) -> None:
    """Versions have no gap; who lost is told, and nothing of his is left."""
    workers = [Worker() for _each in range(2)]
    folders = []
    for number in range(len(workers) * 4):
        folder = victim.sources.make(f"{HARMED}")
        folders.append(Path(shutil.copytree(folder, folder.with_name(f"at-once-{number}"))))
    answers = []

    def work(worker: Worker, mine: list[Path]) -> None:
        answers.extend(worker.run("publish", victim.settings, folder=str(each)) for each in mine)

    threads = [threading.Thread(target=work, args=(each, folders[number :: len(workers)])) for number, each in enumerate(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in workers:
        each.close()
    done = sorted(each["told"]["value"] for each in answers if each["code"] == DONE)
    lost = [each["told"]["code"] for each in answers if each["code"] == REFUSED]
    assert done == list(range(2, 2 + len(done)))
    assert len(done) + len(lost) == len(folders)
    assert set(lost) <= {"published-meanwhile"}, lost
    count("publish", "two at once", "published", len(done))
    count("publish", "two at once", "told that they lost", len(lost))
    victim.version += len(done)
    victim.whole()
    victim.goes_on()


def test_a_database_of_a_newer_product_is_refused_at_the_start(victim: Victim) -> None:
    """In one sentence, without a traceback, and with nothing changed."""
    file = Path(victim.settings.home, "catalog.sqlite3")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    command = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]
    environment = {
        **os.environ,
        "CATALOG_HOME": victim.settings.home,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LANG": "ja_JP.UTF-8",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    told = done.stdout + done.stderr
    assert done.returncode == 1, told
    assert "Traceback" not in told
    assert "9999" in told
    assert victim.settings.home not in told
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
    connection.close()
    count("serve", "database of a newer program", "refused")
