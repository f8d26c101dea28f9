"""Keeping what is published: nothing that a version names is ever lost, and what comes back is what was saved."""

import json
import sqlite3
from pathlib import Path

import pytest

from catalog import maintenance
from catalog.errors import Conflict, Refusal
from catalog.publishing import publish, withdraw
from catalog.search import Search
from catalog.settings import Settings
from catalog.store import Store

EVERY_DATABASE = True


@pytest.fixture
def store(settings: Settings, package_folder):
    with Store.open(settings) as opened:
        publish(package_folder("one"), settings, opened)
        publish(package_folder("two"), settings, opened)
        withdraw("two", settings, opened, reason="試験")
        yield opened


def orphan(store: Store, tmp_path: Path, text: str = "nobody names this") -> str:
    source = tmp_path / "orphan"
    source.write_text(text, encoding="utf-8")
    return store.files.put(source)[0]


def damage(store: Store, text: bytes = b"broken") -> str:
    file = next(each for each in store.latest("one").files if each.role == "table")
    path = store.files.path(file.sha256)
    path.chmod(0o644)
    path.write_bytes(text)
    return file.sha256


def codes(findings) -> list[str]:
    """Each code once: the canonical form of a table may be the very file that the steward gave, and is then named twice."""
    return list(dict.fromkeys(each.code for each in findings))


def test_gc_takes_what_no_version_names_and_nothing_else(store, tmp_path):
    before = set(store.files.all())
    lost = orphan(store, tmp_path)
    assert maintenance.collect(store, "cli:test", dry_run=True) == maintenance.Collected(files=1, bytes=17)
    assert store.files.exists(lost)
    assert maintenance.collect(store, "cli:test") == maintenance.Collected(files=1, bytes=17)
    assert set(store.files.all()) == before
    assert maintenance.collect(store, "cli:test") == maintenance.Collected(files=0, bytes=0)
    assert [each.action for each in store.trust.audit() if each.action == "gc"] == ["gc"]


def test_gc_keeps_the_files_of_withdrawn_datasets(store, settings, package_folder):
    kept = set(store.files.all())
    maintenance.collect(store, "cli:test")
    assert set(store.files.all()) == kept
    assert publish(package_folder("two"), settings, store).publication.version == 2


def test_a_publication_survives_a_gc_between_its_files_and_its_transaction(settings, package_folder, monkeypatch):
    with Store.open(settings) as store:
        taken = store.writing

        def gc_first():
            monkeypatch.setattr(store, "writing", taken)
            maintenance.collect(store, "cli:test")
            return taken()

        publish(package_folder("three"), settings, store)
        monkeypatch.setattr(store, "writing", gc_first)
        publish(package_folder("four", rows="Z09,5\n"), settings, store)
        assert store.verify() == ()
        assert store.latest("four").version == 1


def test_repair_throws_orphans_away(store, tmp_path):
    lost = orphan(store, tmp_path)
    assert maintenance.repair(store, "cli:test") == ()
    assert not store.files.exists(lost)


def test_repair_cannot_invent_bytes_but_takes_them_from_a_backup(store, tmp_path):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    sha256 = damage(store)
    assert codes(maintenance.repair(store, "cli:test")) == ["blob-size"]
    assert maintenance.repair(store, "cli:test", tmp_path / "saved") == ()
    assert store.verify() == ()
    assert store.files.exists(sha256)


def test_what_is_withdrawn_is_mended_too_for_a_backup_holds_it(store, settings, tmp_path):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    damage(store)
    withdraw("one", settings, store)
    assert {each.severity for each in store.verify()} == {"warning"}
    with pytest.raises(Refusal):
        maintenance.backup(store, tmp_path / "next", "cli:test")
    assert maintenance.repair(store, "cli:test", tmp_path / "saved") == ()
    assert maintenance.backup(store, tmp_path / "next", "cli:test").files


def test_repair_does_not_take_damaged_bytes(store, tmp_path):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    sha256 = damage(store)
    bad = tmp_path / "saved" / "files" / sha256[:2] / sha256[2:]
    bad.chmod(0o644)
    bad.write_bytes(b"broken too")
    assert codes(maintenance.repair(store, "cli:test", tmp_path / "saved")) == ["blob-size"]


def test_a_backup_comes_back_as_it_was(store, tmp_path, elsewhere):
    saved = maintenance.backup(store, tmp_path / "saved", "cli:test")
    assert saved.files == len(set(store.files.all()))
    with Store.open(elsewhere) as restored:
        back = maintenance.restore(restored, tmp_path / "saved", "cli:test")
        assert (back.rows, back.files, back.bytes, back.at) == (saved.rows, saved.files, saved.bytes, saved.at)
        assert restored.verify() == ()
        assert restored.latest("one") == store.latest("one")
        assert restored.changes() == store.changes()
        assert restored.feed.pages() == store.feed.pages()
        assert restored.document("one", "ttl") == store.document("one", "ttl")
        assert restored.trust.audit()[0].action == "restore"


def test_publishing_goes_on_after_a_restore(store, tmp_path, package_folder, elsewhere):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    with Store.open(elsewhere) as restored:
        maintenance.restore(restored, tmp_path / "saved", "cli:test")
        assert publish(package_folder("two"), elsewhere, restored).publication.version == 2
        assert publish(package_folder("three"), elsewhere, restored).created
        assert [each.sequence for each in restored.changes()] == [1, 2, 3, 4, 5]
        assert publish(package_folder("one", rows="Z01,9\n"), elsewhere, restored).publication.version == 2
        withdraw("three", elsewhere, restored)


def test_what_was_restored_is_found(store, tmp_path, elsewhere):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    with Store.open(elsewhere) as restored:
        maintenance.restore(restored, tmp_path / "saved", "cli:test")
        found = [each.dataset for each in Search(restored).find("小さな見本").hits if each.kind == "dataset"]
        assert found == ["one"]


def test_a_second_backup_renews_the_first(store, settings, tmp_path, package_folder, elsewhere):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    publish(package_folder("three"), settings, store)
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    assert len(list((tmp_path / "saved").glob("*.sqlite3"))) == 1
    assert not list((tmp_path / "saved").glob(".part-*"))
    with Store.open(elsewhere) as restored:
        maintenance.restore(restored, tmp_path / "saved", "cli:test")
        assert restored.count() == 2


def test_an_interrupted_backup_leaves_the_one_before(store, settings, tmp_path, package_folder, monkeypatch, elsewhere):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    publish(package_folder("three"), settings, store)
    monkeypatch.setattr(maintenance, "_replace", lambda *_all: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        maintenance.backup(store, tmp_path / "saved", "cli:test")
    with Store.open(elsewhere) as restored:
        maintenance.restore(restored, tmp_path / "saved", "cli:test")
        assert restored.count() == 1


def test_a_first_backup_that_was_interrupted_is_made_again(store, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(maintenance, "_replace", lambda *_all: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            maintenance.backup(store, tmp_path / "saved", "cli:test")
    (tmp_path / "saved" / ".part-of-one-that-was-killed").mkdir()
    assert maintenance.backup(store, tmp_path / "saved", "cli:test").files


def test_a_backup_is_brought_back_into_an_empty_catalogue_only(store, tmp_path):
    maintenance.backup(store, tmp_path / "saved", "cli:test")
    with pytest.raises(Conflict) as caught:
        maintenance.restore(store, tmp_path / "saved", "cli:test")
    assert caught.value.code == "restore-not-empty"


def test_a_damaged_backup_is_refused_and_nothing_comes_of_it(store, tmp_path, elsewhere):
    saved = tmp_path / "saved"
    maintenance.backup(store, saved, "cli:test")
    file = next(each for each in (saved / "files").rglob("*") if each.is_file())
    good = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(good[:-1])
    with Store.open(elsewhere) as restored:
        with pytest.raises(Refusal) as caught:
            maintenance.restore(restored, saved, "cli:test")
        assert codes(caught.value.findings) == ["backup-file-damaged"]
        assert restored.count() == 0
        file.write_bytes(good)
        database = next(saved.glob("*.sqlite3"))
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE datasets SET title_ja = 'x'")
        connection.close()
        with pytest.raises(Refusal) as caught:
            maintenance.restore(restored, saved, "cli:test")
        assert codes(caught.value.findings) == ["backup-damaged"]
        assert restored.count() == 0


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"format": 2}', "\udcff"])
def test_what_is_no_backup_is_refused(settings, tmp_path, content):
    folder = tmp_path / "folder"
    folder.mkdir()
    if content is not None:
        (folder / maintenance.MANIFEST).write_text(content, encoding="utf-8", errors="surrogateescape")
    with Store.open(settings) as store, pytest.raises(Refusal) as caught:
        maintenance.restore(store, folder, "cli:test")
    assert codes(caught.value.findings) == ["backup-unknown"]


def test_a_folder_with_something_else_is_not_written_to(store, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        maintenance.backup(store, folder, "cli:test")
    assert codes(caught.value.findings) == ["backup-folder"]
    assert [each.name for each in folder.iterdir()] == ["letter.txt"]


def test_a_damaged_store_is_not_saved_as_if_it_were_whole(store, tmp_path):
    sha256 = damage(store)
    with pytest.raises(Refusal) as caught:
        maintenance.backup(store, tmp_path / "saved", "cli:test")
    assert [(each.code, each.found) for each in caught.value.findings] == [("backup-file-damaged", sha256)]
    assert not (tmp_path / "saved" / maintenance.MANIFEST).exists()


def test_the_manifest_says_what_is_in_it(store, tmp_path):
    saved = maintenance.backup(store, tmp_path / "saved", "cli:test")
    told = json.loads((tmp_path / "saved" / maintenance.MANIFEST).read_text(encoding="utf-8"))
    assert (told["rows"], told["files"], told["bytes"], told["at"]) == (saved.rows, saved.files, saved.bytes, saved.at)
