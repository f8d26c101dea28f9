"""Pages as they are kept: parts that were compressed each by itself, bound to one gzip file when a page is sent.

A change of one dataset compresses the few datasets beside it and the head of its page again, and no more, however many
stand on the page. Parts are raw DEFLATE (RFC 1951) that ends on a byte without an end of the stream: one after the other, with
a last block behind them, they are the content of one gzip member (RFC 1952), which every reader can unpack. A part may repeat
what stands right before it, as far as that is of the dataset before: descriptions are much alike. No rdflib here.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Self

from catalog.dcat.framing import CLOSES

_LEVEL = 3
"""The next ones take twice the time: what is alike is so close together that a longer search finds little more."""
_WINDOW = 1 << zlib.MAX_WBITS
"""Bytes back to which DEFLATE can point."""
_RUN = 4
"""Datasets in a part, more or less: with fewer, less is compressed again; with more, a page is sooner put together."""
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""A gzip member without name and time, of an unknown system (RFC 1952, 2.3)."""
_POLYNOMIAL, _ONE, _ORDER = 0xEDB88320, 1 << 31, 2**32 - 1
"""CRC-32 (RFC 1952, 8) as a polynomial over GF(2), the lowest power in the highest bit; its period divides 2**32 - 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the bytes of a page. ``start`` is the id of its first dataset, "" for the head, which has none.

    ``source`` tells what it was made of; ``etag`` is the SHA-256 of its plain bytes, ``size`` their number, ``crc`` their CRC-32,
    ``shift`` what that of the bytes before is multiplied by.
    """

    number: int
    start: str
    datasets: int
    source: str
    etag: str
    size: int
    crc: int
    shift: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A page in a format: its parts in their order, with the size and CRC-32 of the whole.

    No number is given twice to parts of a page: ``following`` is the next one.
    """

    format: str
    parts: tuple[Part, ...] = ()
    following: int = 0
    size: int = 0
    crc: int = 0

    @property
    def etag(self) -> str:
        """The page's tag."""
        return tag_of(each.etag for each in self.parts)

    def text(self) -> bytes:
        """As it is kept."""
        parts = [_FIELDS(each) for each in self.parts]
        told = [self.format, parts, self.following, self.size, self.crc]
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def of(cls, text: bytes) -> Self:
        """What ``text`` wrote. ValueError, KeyError or TypeError where it is something else."""
        format_, parts, following, size, crc = json.loads(text)
        return cls(format_, tuple(Part(*each) for each in parts), following, size, crc)

    def gzip(self, bodies: Iterable[bytes]) -> bytes:
        """The page as one gzip file. ``bodies`` are the compressed parts in their order."""
        ends = struct.pack("<II", self.crc, self.size & 0xFFFFFFFF)
        return b"".join([_HEADER, *bodies, _last(CLOSES[self.format]), ends])


_FIELDS = attrgetter(*(each.name for each in fields(Part)))


def bind(format_: str, parts: Sequence[Part], following: int) -> Bound:
    """These parts as a page, with the end that every page of the format has."""
    close, crc, size = CLOSES[format_], 0, 0
    for each in parts:
        crc, size = _product(each.shift, crc) ^ each.crc, size + each.size
    return Bound(format_, tuple(parts), following, size + len(close), zlib.crc32(close, crc))


def part(number: int, run: Sequence[str], source: str, body: bytes) -> Part:
    """What there is to know of a part; ``run`` are the ids of its datasets."""
    start = run[0] if run else ""
    return Part(number, start, len(run), source, _tag(body), len(body), zlib.crc32(body), _shift(len(body)))


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def runs(members: Sequence[str]) -> list[Sequence[str]]:
    """Sorted ids in parts. Where one begins follows from its id alone: one id more or less changes two of them at most."""
    begins = [place for place, each in enumerate(members) if place == 0 or zlib.crc32(each.encode()) % _RUN == 0]
    return [members[begin:end] for begin, end in pairwise([*begins, len(members)])]


def tag_of(tags: Iterable[str]) -> str:
    """The tag of a page: the SHA-256 of the SHA-256 of its head and its parts."""
    return hashlib.sha256(" ".join(tags).encode()).hexdigest()


def source_of(tags: Iterable[str]) -> str:
    """What a part is made of, told by the tags of that."""
    return hashlib.sha256(" ".join(tags).encode()).hexdigest()[:32]


def compress(body: bytes, before: bytes = b"") -> bytes:
    """A part as it is kept. ``before`` stands right before it on the page, whatever else does: it can be pointed at."""
    way = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before[-_WINDOW:])
    return way.compress(body) + way.flush(zlib.Z_SYNC_FLUSH)


def proven(bound: Bound, bodies: Iterable[bytes]) -> tuple[Part, ...]:
    """The parts of a page that are what they were; ``bodies`` are they, compressed, in their order. Behind damage none is."""
    way, found = zlib.decompressobj(-zlib.MAX_WBITS), []
    for each, body in zip(bound.parts, bodies, strict=True):
        try:
            plain = way.decompress(body)
        except zlib.error:
            break
        if (_tag(plain), len(plain), zlib.crc32(plain)) != (each.etag, each.size, each.crc):
            break
        found.append(each)
    return tuple(found)


@lru_cache(maxsize=8)
def _last(close: bytes) -> bytes:
    way = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return way.compress(close) + way.flush(zlib.Z_FINISH)


def _product(one: int, other: int) -> int:
    """Of two polynomials, modulo that of CRC-32 (as in zlib's crc32_combine)."""
    found = 0
    while one:
        if one & _ONE:
            found ^= other
        one = (one << 1) & _ORDER
        other = (other >> 1) ^ (_POLYNOMIAL if other & 1 else 0)
    return found


def _shift(size: int) -> int:
    """What the CRC-32 of some bytes is multiplied by where so many follow: x to the power of 8 a byte."""
    found = _ONE
    for place in range(0, size.bit_length(), 8):
        found = _product(_power(size >> place & 0xFF, place + 3), found)
    return found


@cache
def _power(byte: int, place: int) -> int:
    """The polynomial x to the power of ``byte`` times 2 to the power of ``place``, modulo the same."""
    found = _ONE
    for bit in range(8):
        if byte >> bit & 1:
            found = _product(_square(place + bit), found)
    return found


@cache
def _square(times: int) -> int:
    """The polynomial x, squared so many times, modulo the same."""
    return _ONE >> 1 if times == 0 else _product(_square(times - 1), _square(times - 1))
