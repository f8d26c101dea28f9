"""``verify`` finds what went wrong with bytes, records and rows, and nothing where nothing did."""

import errno
import io
from pathlib import Path

import pytest
from store_samples import publication, publish, put

from catalog.errors import Finding, Place
from catalog.messages import both
from catalog.store import Store

EVERY_DATABASE = True

FIRST, SECOND = b"id,name\n1,a\n", b"id,name\n1,a\n2,b\n"
A, B = publication(content=FIRST).digest, publication(content=SECOND).digest


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Two datasets of which one has two versions; the first bytes are named twice."""
    put(store, tmp_path, FIRST)
    put(store, tmp_path, SECOND)
    publish(store, publication("parks", 1, FIRST))
    publish(store, publication("parks", 2, SECOND))
    publish(store, publication("trees", 1, FIRST))
    return store


def execute(store: Store, statement: str) -> None:
    with store._database.writing() as connection:
        connection.exec_driver_sql(statement)


def facts(store: Store) -> list[tuple[str, str, str]]:
    found = store.verify()
    assert all("?" not in both(each).ja + both(each).en for each in found)
    return [(each.code, each.details.get("dataset", ""), each.details.get("version", "")) for each in found]


def test_a_sound_store_has_no_findings_and_reports_its_progress(filled: Store) -> None:
    told: list[tuple[int, int]] = []
    assert filled.verify(lambda done, total: told.append((done, total))) == ()
    assert [total for _done, total in told] == [len(FIRST + SECOND)] * 2
    assert told[0][0] in (len(FIRST), len(SECOND)), "whichever of the two is read first"
    assert told[1][0] == len(FIRST + SECOND)


def test_an_empty_store_is_sound(store: Store) -> None:
    assert store.verify() == ()


def test_a_flipped_bit_is_found_in_every_version_that_holds_it(filled: Store) -> None:
    path = filled.files.path(A)
    path.chmod(0o644)
    path.write_bytes(FIRST.replace(b"a", b"c"))
    assert facts(filled) == [("blob-hash", "parks", "1"), ("blob-hash", "trees", "1")]
    finding = filled.verify()[0]
    assert (finding.place, finding.expected, finding.severity) == (Place(file="parks.csv"), A, "error")


def test_a_file_cut_short_and_one_lost(filled: Store) -> None:
    filled.files.path(A).chmod(0o644)
    filled.files.path(A).write_bytes(FIRST[:-1])
    filled.files.delete(B)
    told: list[int] = []
    found = filled.verify(lambda done, _total: told.append(done))
    assert [(each.code, each.found, each.expected) for each in found] == [
        ("blob-size", str(len(FIRST) - 1), str(len(FIRST))),
        ("blob-missing", "", B),
        ("blob-size", str(len(FIRST) - 1), str(len(FIRST))),
    ]
    assert told[-1] == len(FIRST + SECOND), "progress reaches its end all the same"


def test_a_bad_block_does_not_end_the_check(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    opened = filled.files.open
    monkeypatch.setattr(filled.files, "open", lambda sha256: Failing() if sha256 == A else opened(sha256))
    told: list[int] = []
    found = filled.verify(lambda done, _total: told.append(done))
    assert [(each.code, each.found, each.details["dataset"]) for each in found] == [
        ("blob-unreadable", "EIO", "parks"),
        ("blob-unreadable", "EIO", "trees"),
    ]
    assert told[-1] == len(FIRST + SECOND)


def test_bytes_without_a_version_are_only_noted(filled: Store, tmp_path: Path) -> None:
    sha256, _ = put(filled, tmp_path, b"never published")
    assert filled.verify() == (Finding(code="blob-orphan", severity="note", details={"sha256": sha256}),)


def test_a_withdrawn_dataset_is_promised_to_nobody_and_a_backup_holds_it(filled: Store) -> None:
    with filled.writing() as writing:
        writing.withdraw("parks", "2026-06-01T00:00:00Z")
    assert filled.verify() == ()
    filled.files.delete(B)
    assert {(each.code, each.severity) for each in filled.verify()} == {("blob-missing", "warning")}
    assert {each[1] for each in facts(filled)} == {"parks"}


def test_damaged_records(filled: Store) -> None:
    execute(filled, "UPDATE versions SET record = substr(record, 2) WHERE dataset = 'parks' AND number = 1")
    execute(filled, "UPDATE versions SET record = replace(record, '\"bytes\":12', '\"bytes\":13') WHERE dataset = 'trees'")
    assert facts(filled) == [("record-unreadable", "parks", "1"), ("record-differs", "trees", "1")]


def test_a_latest_version_that_does_not_exist(filled: Store) -> None:
    execute(filled, "UPDATE datasets SET latest = 9 WHERE id = 'parks'")
    assert facts(filled) == [("latest-missing", "parks", "9")]


def test_the_databases_own_check_is_asked(filled: Store, database: str) -> None:
    if database:
        pytest.skip("PostgreSQL has no check of its own that a client can ask for")
    assert filled._database.damage() == ()
    with filled._database.writing() as connection:  # an index that no longer agrees with its table
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = replace(sql, '(sha256)', '(path)') WHERE name = 'ix_files_sha256'"
        )
    filled._database._engine.dispose()
    assert {code for code, _, _ in facts(filled)} == {"database-damaged"}
