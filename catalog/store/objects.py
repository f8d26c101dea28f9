"""Published bytes in an object store (S3 and what speaks like it), by their content, as ``LocalFiles`` keeps them in a folder.

An object appears under its name only when it is whole: that is what the service promises of a PUT and of a completed
multipart upload. The hash of the bytes is their name, so an object that is there already is the same one.

``obstore`` was chosen by measurement (docs/decisions): a fifth of the processor time of the usual client on small objects.
"""

import contextlib
import hashlib
import io
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from catalog.errors import NotFound, SettingsError, StoreError
from catalog.store.faults import translated

SCHEME = "s3"
OPTIONS = frozenset({"endpoint", "region"})
"""What may follow the address as a query: of the service, where it is not Amazon's own."""
MOST_COPIED = 4_000_000_000
"""Bytes of copies that are kept on this machine for readers that want a path."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class ObjectFiles:
    """``s3://bucket/prefix?endpoint=…&region=…``; who we are is told by the usual environment (AWS_ACCESS_KEY_ID …).

    ``copies`` is a folder of this machine.
    """

    def __init__(self, location: str, copies: Path) -> None:
        """Raises SettingsError for an address that cannot be meant."""
        parts = urlsplit(location)
        options = dict(parse_qsl(parts.query))
        if not parts.netloc or set(options) - OPTIONS:
            expected = "s3://BUCKET/PREFIX?endpoint=…&region=…"
            raise SettingsError("setting-invalid", name="files", origin="files", found=f"{SCHEME}:…", expected=expected)
        self._prefix = parts.path.strip("/")
        self._copies = copies.absolute()
        plain = options.get("endpoint", os.environ.get("AWS_ENDPOINT_URL", "")).startswith("http:")
        self._store = S3Store(
            parts.netloc, client_options={"allow_http": plain}, virtual_hosted_style_request=False, **cast(Any, options)
        )

    def put(self, source: Path) -> tuple[str, int]:
        """Hash, and send what is not there yet."""
        with source.open("rb") as stream:
            sha256, size = _digest(stream)
            if self.size(sha256) != size:
                stream.seek(0)
                with _told():
                    obstore.put(self._store, self._key(sha256), stream)
        return sha256, size

    def put_all(self, sources: Iterable[Path]) -> None:
        """One after the other: each is durable when it is there."""
        for each in sources:
            self.put(each)

    def open(self, sha256: str) -> BinaryIO:
        """The object, read piece by piece as it is asked for; it can be read from any place."""
        try:
            with _told():
                return io.BufferedReader(cast(Any, _Reader(obstore.open_reader(self._store, self._key(sha256)))), _CHUNK)
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise StoreError("store-file-missing", sha256=sha256) from error
            raise

    def path(self, sha256: str) -> Path:
        """A copy on this machine: fetched once, hashed on the way, and kept until others need the room."""
        target = self._copies / sha256[:2] / sha256[2:]
        key = self._key(sha256)
        with translated():
            if target.exists():
                os.utime(target)
                return target
            target.parent.mkdir(parents=True, exist_ok=True)
            staged = target.with_name(f".{secrets.token_hex(8)}")
            try:
                hashed = hashlib.sha256()
                with staged.open("xb") as file, _told():
                    for chunk in obstore.get(self._store, key).stream(_CHUNK):
                        hashed.update(chunk)
                        file.write(chunk)
                if hashed.hexdigest() == sha256:
                    staged.replace(target)
            finally:
                staged.unlink(missing_ok=True)
            if not target.exists():
                raise StoreError("store-file-missing", sha256=sha256)
        self._make_room(target)
        return target

    def exists(self, sha256: str) -> bool:
        """Whether the object is there."""
        return self.size(sha256) is not None

    def size(self, sha256: str) -> int | None:
        """Its size in bytes."""
        try:
            with _told():
                return int(obstore.head(self._store, self._key(sha256))["size"])
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise

    def delete(self, sha256: str) -> None:
        """Remove the object, and the copy of it."""
        with _told(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, self._key(sha256))
        with translated():
            (self._copies / sha256[:2] / sha256[2:]).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """Every object whose name is one of ours, in order: the service lists them so."""
        prefix = f"{self._prefix}/" if self._prefix else ""
        with _told():
            for some in obstore.list(self._store, prefix=self._prefix or None, chunk_size=1_000):
                for each in some:
                    name = each["path"].removeprefix(prefix).replace("/", "")
                    if _SHA256.fullmatch(name):
                        yield name

    def _key(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise NotFound("file-unknown")
        return "/".join(filter(None, (self._prefix, sha256[:2], sha256[2:])))

    def _make_room(self, kept: Path) -> None:
        """Throw away the copies that were not asked for the longest, where there are too many bytes of them."""
        with translated():
            found = sorted((each.stat().st_mtime, each.stat().st_size, each) for each in self._copies.glob("??/*"))
            total = sum(size for _time, size, _path in found)
            for _time, size, path in found:
                if total <= MOST_COPIED:
                    return
                if path != kept:
                    path.unlink(missing_ok=True)
                    total -= size


class _Reader(io.RawIOBase):
    """The object's reader as Python's own buffers want one."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _told():
            data = memoryview(self._reader.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _told():
            return int(self._reader.seek(offset, whence))

    def tell(self) -> int:
        return int(self._reader.tell())


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What the service says no to, as facts of the store; its own text may hold names of buckets, and stays in the chain."""
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise StoreError("store-denied", reason=type(error).__name__) from error
    except (BaseError, FileNotFoundError) as error:
        raise StoreError("store-unreadable", reason=type(error).__name__) from error


def _digest(stream: BinaryIO) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        hashed.update(chunk)
        size += len(chunk)
    return hashed.hexdigest(), size
