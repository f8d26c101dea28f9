"""Rendered documents as they are stored and sent: compressed, with their tag. No rdflib here."""

import gzip
import hashlib
import threading
import zlib
from dataclasses import dataclass

import zstandard

_GZIP, _ZSTANDARD = 6, 3
"""Levels after which more time saves next to nothing."""
_MAGIC = b"\x28\xb5\x2f\xfd"
"""How a frame of Zstandard begins (RFC 8878, 3.1.1)."""


class _Tools(threading.local):
    """Zstandard's two, for each thread its own: to make one takes as long as to compress a description with it."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_ZSTANDARD)
        self.decompressor = zstandard.ZstdDecompressor()


_TOOLS = _Tools()


@dataclass(frozen=True, slots=True)
class Packed:
    """``etag`` is the SHA-256 of the plain bytes, ``stored`` the same as Zstandard (of an earlier program: as gzip)."""

    etag: str
    stored: bytes


def pack(body: bytes) -> Packed:
    """The same bytes give the same, whenever they are packed."""
    return Packed(etag_of(body), zstd(body))


def etag_of(body: bytes) -> str:
    """The tag of plain bytes."""
    return hashlib.sha256(body).hexdigest()


def unpack(packed: Packed) -> bytes | None:
    """The plain bytes; None where they are not those that were packed."""
    try:
        body = plain(packed.stored)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        return None
    return body if etag_of(body) == packed.etag else None


def gzipped(body: bytes) -> bytes:
    """Bytes as gzip (RFC 1952)."""
    return gzip.compress(body, compresslevel=_GZIP, mtime=0)


def zstd(body: bytes) -> bytes:
    """Bytes as Zstandard (RFC 8878)."""
    return _TOOLS.compressor.compress(body)


def plain(stored: bytes) -> bytes:
    """The bytes that were compressed in one of the two ways. What is neither raises what the libraries raise."""
    return _TOOLS.decompressor.decompress(stored) if is_zstd(stored) else gzip.decompress(stored)


def is_zstd(stored: bytes) -> bool:
    """Whether these are bytes as Zstandard."""
    return stored.startswith(_MAGIC)
