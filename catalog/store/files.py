"""Published bytes by their content: written once, found by SHA-256, never by a name that someone gave.

A file is visible under its hash only when it is whole and on the disk: it is copied beside, synced, renamed, and the
folder that names it is synced, in that order.
"""

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from catalog.errors import NotFound, SettingsError, StoreError
from catalog.store.faults import translated

CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOLDER = re.compile(r"[0-9a-f]{2}")
_REST = re.compile(r"[0-9a-f]{62}")


class Files(Protocol):
    """A place that keeps bytes by their SHA-256, in lower-case hex.

    Every method raises StoreError where the place fails, and NotFound("file-unknown") for a text that is no SHA-256.
    """

    def put(self, source: Path) -> tuple[str, int]:
        """Keep the bytes of ``source``, durably; answer with their SHA-256 and number. OSError where it cannot be opened."""
        ...

    def put_all(self, sources: Iterable[Path]) -> None:
        """Keep the bytes of several; all of them are durable when it answers, and it takes less time than one after the other."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, to read. StoreError("store-file-missing") where there are none."""
        ...

    def path(self, sha256: str) -> Path:
        """A file of this machine with these bytes, for readers that want a path. StoreError("store-file-missing")."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether there are bytes of that hash."""
        ...

    def size(self, sha256: str) -> int | None:
        """Their number, None where there are none."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget them; nothing happens where there are none."""
        ...

    def all(self) -> Iterator[str]:
        """The hash of everything that is kept, in order."""
        ...


def files_at(location: str, copies: Path) -> Files:
    """The place that the setting ``files`` names: a folder, or an object store (``s3://…``).

    ``copies`` is a folder of this machine for copies of what lies elsewhere. Raises SettingsError for a kind of place that
    this program does not know, or that takes an extra which is not installed.
    """
    scheme, mark, _rest = location.partition("://")
    if not mark:
        return LocalFiles(Path(location))
    if scheme.lower() != "s3":
        raise SettingsError("setting-invalid", name="files", origin="files", found=f"{scheme}:…", expected="FOLDER, s3://…")
    try:
        from catalog.store.objects import ObjectFiles  # noqa: PLC0415  an extra: most catalogues need no object store
    except ModuleNotFoundError as error:
        raise SettingsError("extra-missing", name="files", extra="s3") from error
    return ObjectFiles(location, copies)


class LocalFiles:
    """A folder: ``ab/cdef…`` for the hash ``abcdef…``, and ``staging`` for what is not whole yet."""

    def __init__(self, root: Path, *, writable: bool = True) -> None:
        """Make the folder where it is missing; not where it is only read, and may stand on a medium that takes nothing."""
        self._root = root.absolute()
        self._staging = self._root / "staging"
        if writable:
            with translated():
                _make(self._staging)

    def put(self, source: Path) -> tuple[str, int]:
        """Copy, sync, rename, sync the folder. Bytes that are here already are not copied again."""
        sha256, size = self._placed(source)
        self._name_for_good([sha256])
        return sha256, size

    def put_all(self, sources: Iterable[Path]) -> None:
        """The same for several, each folder synced once, after the last rename."""
        self._name_for_good([self._placed(each)[0] for each in sources])

    def _placed(self, source: Path) -> tuple[str, int]:
        """Copy, sync, rename; the name of the file is not durable yet."""
        with source.open("rb") as stream, translated():
            sha256, size = _digest(stream)
            if self.size(sha256) == size:
                os.utime(self._target(sha256))  # a clean-up by age must see that they are wanted again
                return sha256, size
            stream.seek(0)
            return self._copy(stream)

    def _name_for_good(self, hashes: Iterable[str]) -> None:
        """Also of what was here: the process that renamed it may not have come to this point."""
        folders = {self._target(each).parent for each in hashes}
        with translated():
            for folder in sorted(folders):
                _sync(folder)
            if folders:
                _sync(self._root)

    def open(self, sha256: str) -> BinaryIO:
        """The file, open to read."""
        try:
            with translated():
                return self._target(sha256).open("rb")
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise StoreError("store-file-missing", sha256=sha256) from error
            raise

    def path(self, sha256: str) -> Path:
        """Where the file is."""
        target = self._target(sha256)
        with translated():
            if not target.exists():
                raise StoreError("store-file-missing", sha256=sha256)
        return target

    def exists(self, sha256: str) -> bool:
        """Whether the file is here."""
        return self.size(sha256) is not None

    def size(self, sha256: str) -> int | None:
        """Its size in bytes."""
        target = self._target(sha256)
        with translated():
            try:
                return target.stat().st_size
            except FileNotFoundError:
                return None

    def delete(self, sha256: str) -> None:
        """Remove the file."""
        with translated():
            self._target(sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """Walk the folders."""
        with translated():
            for folder in sorted(_names(self._root, _FOLDER)):
                for rest in sorted(_names(self._root / folder, _REST)):
                    yield folder + rest

    def _target(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound("file-unknown")
        return self._root / sha256[:2] / sha256[2:]

    def _copy(self, source: BinaryIO) -> tuple[str, int]:
        """Hash again while copying: the name belongs to the bytes that were written, whatever happened to the source."""
        staged = self._staging / secrets.token_hex(16)
        try:
            with staged.open("xb") as target:
                sha256, size = _digest(source, target)
                target.flush()
                if os.name == "posix":
                    os.fchmod(target.fileno(), stat.S_IMODE(os.fstat(target.fileno()).st_mode) & 0o444)
                os.fsync(target.fileno())
            final = self._target(sha256)
            _make(final.parent)
            staged.replace(final)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        return sha256, size


def _digest(source: BinaryIO, target: BinaryIO | None = None) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        hashed.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return hashed.hexdigest(), size


def _names(folder: Path, pattern: re.Pattern[str]) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if pattern.fullmatch(entry.name)]


def _make(folder: Path) -> None:
    """Make a folder and those above it, and have each remembered by the one that names it."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable. Windows cannot sync a folder; its file systems journal names by themselves."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
