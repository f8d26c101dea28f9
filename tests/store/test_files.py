"""Bytes by content: written once, whole and durable or not at all, and never by a name from outside."""

import errno
import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest

from catalog.errors import NotFound, StoreError
from catalog.store.files import CHUNK, LocalFiles

CONTENT = b"\x00\xff\r\n" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()

posix = pytest.mark.skipif(os.name != "posix", reason="folders are synced, and modes kept, on POSIX only")


@pytest.fixture
def kept(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "deep" / "files")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.csv"
    path.write_bytes(CONTENT)
    return path


def staged(kept: LocalFiles) -> list[Path]:
    return list(kept._staging.iterdir())


def test_bytes_come_back_by_their_hash(kept: LocalFiles, source: Path, tmp_path: Path) -> None:
    assert kept.put(source) == (SHA256, len(CONTENT))
    with kept.open(SHA256) as stream:
        assert stream.read() == CONTENT
    assert kept.path(SHA256) == tmp_path / "deep" / "files" / SHA256[:2] / SHA256[2:]
    assert (kept.exists(SHA256), kept.size(SHA256), list(kept.all()), staged(kept)) == (True, len(CONTENT), [SHA256], [])


def test_many_sizes_and_their_order(kept: LocalFiles, tmp_path: Path) -> None:
    hashes = []
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1):
        path = tmp_path / str(size)
        path.write_bytes(b"a" * size)
        sha256, stored = kept.put(path)
        assert (sha256, stored) == (hashlib.sha256(b"a" * size).hexdigest(), size)
        assert kept.path(sha256).read_bytes() == b"a" * size
        hashes.append(sha256)
    (kept._root / "ab").mkdir(exist_ok=True)
    (kept._root / "ab" / "not-a-hash").touch()
    assert list(kept.all()) == sorted(hashes)


@pytest.mark.skipif(sys.platform != "linux", reason="it reads the names of open files from /proc")
def test_several_are_synced_before_they_are_named_and_each_folder_once(
    kept: LocalFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [tmp_path / f"source-{number}" for number in range(20)]
    for number, each in enumerate(sources):
        each.write_bytes(b"%d" % (number % 18))  # two are there twice
    done: list[tuple[str, str]] = []
    fsync, rename = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append(("sync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        fsync(handle)

    def renamed(path: Path, target: Path) -> Path:
        done.append(("rename", str(target)))
        assert ("sync", str(path)) in done, "whole on the disk before it has its name"
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    kept.put_all(sources)
    last = max(place for place, (what, _name) in enumerate(done) if what == "rename")
    after = [name for what, name in done[last + 1 :]]
    folders = {str(kept.path(each).parent) for each in kept.all()}
    assert sorted(after) == sorted([*folders, str(kept._root)])
    assert len(list(kept.all())) == 18
    assert staged(kept) == []


def test_what_is_here_is_not_copied_again_but_looks_new(kept: LocalFiles, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.put(source)
    os.utime(kept.path(SHA256), (1, 1))
    inode = kept.path(SHA256).stat().st_ino
    monkeypatch.setattr(LocalFiles, "_copy", lambda *_: pytest.fail("copied"))
    assert kept.put(source) == (SHA256, len(CONTENT))
    assert kept.path(SHA256).stat().st_ino == inode
    assert kept.path(SHA256).stat().st_mtime > 1


def test_a_file_cut_short_is_replaced(kept: LocalFiles, source: Path) -> None:
    kept.put(source)
    path = kept.path(SHA256)
    path.unlink()
    path.write_bytes(CONTENT[:-1])
    kept.put(source)
    assert kept.path(SHA256).read_bytes() == CONTENT


@posix
def test_stored_files_are_read_only(kept: LocalFiles, source: Path) -> None:
    source.chmod(0o777)
    kept.put(source)
    assert stat.S_IMODE(kept.path(SHA256).stat().st_mode) & 0o333 == 0


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, SHA256.upper(), SHA256 + "\n", SHA256[:-1], "１" * 64])
def test_only_a_hash_makes_a_path(kept: LocalFiles, source: Path, name: str) -> None:
    kept.put(source)
    for method in (kept.path, kept.open, kept.exists, kept.size, kept.delete):
        with pytest.raises(NotFound) as caught:
            method(name)
        assert caught.value.code == "file-unknown"


def test_what_is_deleted_is_gone(kept: LocalFiles, source: Path) -> None:
    kept.put(source)
    kept.delete(SHA256)
    kept.delete(SHA256)
    assert (kept.exists(SHA256), kept.size(SHA256), list(kept.all())) == (False, None, [])
    with pytest.raises(StoreError) as caught:
        kept.open(SHA256)
    assert (caught.value.code, caught.value.details) == ("store-file-missing", {"sha256": SHA256})


def test_a_source_that_cannot_be_opened_is_not_the_stores_fault(kept: LocalFiles, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kept.put(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("fault", "code"),
    [(errno.ENOSPC, "store-full"), (errno.EROFS, "store-denied"), (errno.EIO, "store-unreadable")],
)
@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_failing_disk_leaves_nothing_half(
    kept: LocalFiles, source: Path, monkeypatch: pytest.MonkeyPatch, fault: int, code: str, call: str
) -> None:
    def failing(*_arguments: object, **_options: object) -> None:
        raise OSError(fault, os.strerror(fault), "/srv/secret/path")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        with pytest.raises(StoreError) as caught:
            kept.put(source)
    assert (caught.value.code, caught.value.details) == (code, {"reason": errno.errorcode[fault]})
    assert staged(kept) == []
    assert all(kept.path(each).read_bytes() == CONTENT for each in kept.all()), "what is visible is whole"
    assert kept.put(source) == (SHA256, len(CONTENT))


@pytest.mark.skipif(sys.platform != "linux", reason="the recorder reads the names of open files from /proc")
def test_the_order_of_syncs(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File before its name, name before anything that relies on it: what survives a power cut is whole."""
    log: list[str] = []
    root = tmp_path / "deep" / "files"
    fsync, replace, mkdir = os.fsync, os.replace, os.mkdir

    def name(path: str | Path) -> str:
        return Path(path).relative_to(tmp_path).as_posix()

    def record_sync(handle: int) -> None:
        log.append(f"sync {name(Path(f'/proc/self/fd/{handle}').readlink())}")
        fsync(handle)

    def record_replace(before: str | Path, after: str | Path) -> None:
        log.append(f"rename {name(before)} {name(after)}")
        replace(before, after)

    def record_mkdir(path: str | Path, *rest: int) -> None:
        log.append(f"make {name(path)}")
        mkdir(path, *rest)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(os, "replace", record_replace)
    monkeypatch.setattr(os, "mkdir", record_mkdir)
    kept = LocalFiles(root)
    assert log == ["make deep", "sync .", "make deep/files", "sync deep", "make deep/files/staging", "sync deep/files"]
    log.clear()
    kept.put(source)
    staging = log[0].removeprefix("sync ")
    folder, target = f"deep/files/{SHA256[:2]}", f"deep/files/{SHA256[:2]}/{SHA256[2:]}"
    assert staging.startswith("deep/files/staging/")
    assert log == [
        f"sync {staging}",
        f"make {folder}",
        "sync deep/files",
        f"rename {staging} {target}",
        f"sync {folder}",
        "sync deep/files",
    ]
