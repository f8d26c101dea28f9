"""Keeping what is published: mend the store, give back its room, save it elsewhere, bring it back.

Each of these may run while the catalogue is served and written to. None touches bytes that a version names, but for
putting back good ones where they were damaged.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from catalog.errors import Conflict, Finding, NotFound, Refusal, StoreError
from catalog.store import Entry, Files, LocalFiles, Store

FORMAT = 1
MANIFEST, FILES = "catalog-backup.json", "files"
"""A backup is a folder with these two and the SQLite file that the manifest names."""
_DATABASES, _PART = "catalog-*.sqlite3", ".part-"

DAMAGED = frozenset({"blob-missing", "blob-size", "blob-hash", "blob-unreadable"})
"""Findings of ``Store.verify`` that good bytes from a backup mend."""

_CHUNK = 1 << 20

Progress = Callable[[int, int], None]
"""Is told how much is done, and how much there is."""


def _silent(_done: int, _all: int) -> None:
    """The progress of what nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was, or would be, thrown away."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a backup holds: rows of the database, files, and their bytes."""

    rows: int
    files: int
    bytes: int
    at: str


def collect(store: Store, actor: str, *, dry_run: bool = False) -> Collected:
    """Throw away stored bytes that no version names.

    What is left over is looked for without keeping anybody waiting; then, as the one writer, what is named meanwhile is
    left alone. A publication that stored its bytes before makes sure of them again in its own transaction.
    """
    kept = list(store.files.all())
    with store.writing() as writing:
        named = writing.named(kept)
        orphans = [each for each in kept if each not in named]
        sizes = {each: store.files.size(each) or 0 for each in orphans}
        collected = Collected(files=len(orphans), bytes=sum(sizes.values()))
        if dry_run or not orphans:
            return collected
        for each in orphans:
            store.files.delete(each)
        details = {"files": str(collected.files), "bytes": str(collected.bytes)}
        writing.record(Entry(actor=actor, action="gc", details=details, at=_now()))
    return collected


def repair(store: Store, actor: str, backup: Path | None = None, progress: Progress = _silent) -> tuple[Finding, ...]:
    """Mend what ``Store.verify`` finds, and answer with what it finds afterwards.

    Bytes that no version names are thrown away. Damaged ones are replaced by those of a backup, where one is given and has
    them whole. Raises as ``restore`` for a folder that is no backup.
    """
    if backup is not None:
        _manifest(backup)
    found = store.verify(progress)
    if any(each.code == "blob-orphan" for each in found):
        collect(store, actor)
    if backup is not None:
        source = LocalFiles(backup / FILES, writable=False)
        for sha256 in sorted({each.details["sha256"] for each in found if each.code in DAMAGED}):
            if _hash_of(source, sha256) == sha256:
                store.files.delete(sha256)
                store.files.put(source.path(sha256))
    return store.verify(progress) if found else found


def backup(store: Store, folder: Path, actor: str, progress: Progress = _silent) -> Saved:
    """Save everything that is published into a folder: a new one, or one that holds an earlier backup, which is renewed.

    What an earlier one that was interrupted has left there is no hindrance.

    Every file is compared with its hash on the way. The earlier backup stays whole until the new one is. ``progress`` is
    told bytes. Raises Refusal (backup-folder, and every damaged file) and StoreError.
    """
    if folder.exists() and not (folder / MANIFEST).is_file() and not all(map(_ours, folder.iterdir())):
        raise Refusal(Finding(code="backup-folder", found=folder.name))
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=_PART, dir=folder) as staging:
        snapshot, counted = Path(staging) / "snapshot", _Counter()
        blobs = store.snapshot(snapshot, counted.count)
        _save(store.files, LocalFiles(folder / FILES), blobs, progress)
        saved = Saved(rows=counted.done, files=len(blobs), bytes=sum(blobs.values()), at=_now())
        _replace(folder, snapshot, saved)
    with store.writing() as writing:
        writing.record(Entry(actor=actor, action="backup", details={"files": str(saved.files)}, at=saved.at))
    return saved


def restore(store: Store, folder: Path, actor: str, progress: Progress = _silent) -> Saved:
    """Bring back what a backup holds into a store in which nothing was published yet.

    Every file is compared with its hash before a row names it; until the last row is there, nothing shows.
    Raises Refusal (backup-unknown, backup-damaged, backup-file-damaged), Conflict("restore-not-empty"), StoreError.
    """
    told = _manifest(folder)
    if store.changes(limit=1):
        raise Conflict("restore-not-empty")
    with TemporaryDirectory(prefix="catalog-") as staging:
        copied = Path(staging) / "snapshot"
        if not _copied(folder, told["database"], copied):
            raise Refusal(Finding(code="backup-damaged", found=_database(told["database"])))
        _save(LocalFiles(folder / FILES, writable=False), store.files, store.named_in(copied), progress)
        store.load(copied, _silent)
    with store.writing() as writing:
        writing.record(Entry(actor=actor, action="restore", details={"backup": told["at"]}, at=_now()))
    return Saved(rows=told["rows"], files=told["files"], bytes=told["bytes"], at=told["at"])


@dataclass(slots=True)
class _Counter:
    """Remembers how far a progress came."""

    done: int = 0

    def count(self, done: int, _all: int) -> None:
        self.done = done


def _ours(path: Path) -> bool:
    """Whether a backup made that."""
    return path.name == FILES or path.name.startswith(_PART) or path.match(_DATABASES)


def _replace(folder: Path, snapshot: Path, saved: Saved) -> None:
    """Put the database and then the manifest that names it in place; the rename of the latter makes the backup the new one."""
    sha256 = _hashed(snapshot)
    told = {"format": FORMAT, "at": saved.at, "rows": saved.rows, "files": saved.files, "bytes": saved.bytes, "database": sha256}
    manifest = snapshot.with_name(MANIFEST)
    manifest.write_text(json.dumps(told, indent=2), encoding="utf-8")
    for path in (snapshot, manifest):
        _sync(path)
    snapshot.replace(folder / _database(sha256))
    manifest.replace(folder / MANIFEST)
    for each in folder.glob(_DATABASES):
        if each.name != _database(sha256):
            each.unlink()


def _database(sha256: str) -> str:
    return _DATABASES.replace("*", sha256[:12])


def _copied(folder: Path, sha256: str, target: Path) -> bool:
    """Copy the database of a backup; whether it is the one that was saved."""
    try:
        shutil.copyfile(folder / _database(sha256), target)
    except OSError:
        return False
    return _hashed(target) == sha256


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _manifest(folder: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises Refusal("backup-unknown") for a folder that is none."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise Refusal(Finding(code="backup-unknown", found=folder.name)) from error
    if (
        not isinstance(told, dict)
        or told.get("format") != FORMAT
        or not {"at", "rows", "files", "bytes", "database"} <= set(told)
    ):
        raise Refusal(Finding(code="backup-unknown", found=folder.name))
    return told


def _save(source: Files, target: Files, blobs: dict[str, int], progress: Progress) -> None:
    """Copy what is not there whole already. Raises Refusal with every file that is not what its name says."""
    total, done, damaged = sum(blobs.values()), 0, []
    for sha256, size in blobs.items():
        if target.size(sha256) != size or _hash_of(target, sha256) != sha256:
            if _hash_of(source, sha256) != sha256:
                damaged.append(Finding(code="backup-file-damaged", found=sha256))
            else:
                target.delete(sha256)
                target.put(source.path(sha256))
        done += size
        progress(done, total)
    if damaged:
        raise Refusal(*damaged)


def _hash_of(files: Files, sha256: str) -> str:
    """The SHA-256 of the bytes that are kept under that name; "" where they are missing or cannot be read."""
    try:
        with files.open(sha256) as stream:
            return _digest(stream)
    except (StoreError, NotFound, OSError):
        return ""


def _hashed(path: Path) -> str:
    with path.open("rb") as stream:
        return _digest(stream)


def _digest(stream: BinaryIO) -> str:
    hashed = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        hashed.update(chunk)
    return hashed.hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
