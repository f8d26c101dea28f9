"""Workbooks (.xlsx, .ods) looked at before anything opens them: programs build a whole sheet in memory.

Everything that makes a sheet large is found in the bytes: the sizes in the zip's directory, then the sizes that really come
out, then where the cells stand (two cells in opposite corners span 17 thousand million), then how much text the cells share.
ECMA-376 part 1, 18.3 (sheets) and 18.4 (shared strings); OpenDocument 1.3 part 3, 9.1 (tables) and 19.675 (repetitions).
"""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from catalog.errors import Finding, Place, Refusal
from catalog.settings import Settings
from catalog.values import column_number

FLOOR = 10_000_000
"""Bytes that any workbook may unpack to, whatever its ratio."""
UNPACKED_BYTES = 1_000_000_000
SHARED_BYTES = 1_000_000_000
"""Text of all cells together: a string that cells share is written once in the file, and once a cell in memory."""
SPARSE = 1_000_000
"""Cells that a sheet may span, however few of them hold anything."""

_CHUNK = 1 << 20
SIGNATURE = b"PK\x03\x04"
_END, _TAIL = b"PK\x05\x06", 65_557
"""The record that ends a zip, and how far before the end it may begin; with two of them, programs read different zips."""
_STRINGS = "xl/sharedstrings.xml"
_SHEETS = "xl/worksheets/"
_USUAL = b'<c r="'  # how nearly every program begins a cell; only other forms are looked at tag by tag
_UNUSUAL = re.compile(rb"<c[>\t\r\n/]|<\w+:c[\s>/]")
_COLUMNS = re.compile(rb'<c r="([A-Z]+)')
_ROWS = re.compile(rb'<c r="[A-Z]+([0-9]+)')
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^<>]*|)>")
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)([0-9]+)["']""")
_SHARED = re.compile(rb"<(?:\w+:)?c(\s[^<>]*)>\s*<(?:\w+:)?v>\s*([0-9]+)")
_IS_SHARED = re.compile(rb"""\st\s*=\s*["']s["']""")
_STRING_END = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises for a damaged zip; NotImplementedError is its word for a compression it does not know."""
DAMAGED = (*DAMAGED_ZIP, OSError)
"""What a damaged workbook raises."""

_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<]*?\br\s*=\s*["']([0-9]+)""")
_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\s[^<]*?\bref\s*=\s*["'](?:[A-Z]+[0-9]+:)?([A-Z]+)[0-9]""")
_ODS_TAG = re.compile(rb"<(?:\w+:)?(table-row|table-cell|covered-table-cell)(?=[\s/>])([^<]*)")
_REPEATED = re.compile(rb"""number-(?:columns|rows)-repeated\s*=\s*["']\s*([0-9]+)""")
_ENDLESS = 32
"""So many repetitions of a row or cell, and ezodf, with which frictionless reads .ods, takes it once."""
_ENCODING = re.compile(rb"""^<\?xml[^>]*\sencoding\s*=\s*["']([^"'>]*)""")
_ENCODINGS = (b"utf-8", b"us-ascii", b"iso-8859-1")
_DTD = (b"<!DOCTYPE", b"<!ENTITY")


def guard(file: IO[bytes], place: Place, settings: Settings, cells: int) -> None:
    """Raise Refusal where reading the workbook would take too much; ``cells`` is the most that a sheet of it may span.

    ``clean-workbook-bomb``, ``clean-workbook-large``, ``clean-workbook-span``, ``clean-workbook-cells``,
    ``clean-workbook-damaged``.
    """
    with _opened(file, place, settings) as (archive, limit):
        _guard_cells(archive, limit, place, cells)


def guard_table(path: Path, format_: str, place: Place, settings: Settings) -> None:
    """The same, for a sheet that frictionless will read as a table, with openpyxl (``xlsx``) or ezodf (``ods``).

    They make a row of every number that is passed over, each as wide as the sheet says that it is, and they read DTDs.
    """
    with path.open("rb") as file, _opened(file, place, settings) as (archive, limit):
        spent = 0
        for info in archive.infolist():
            sheet = _OdsSheet() if format_ == "ods" else _XlsxSheet()
            for number, piece in enumerate(_pieces(archive, info)):
                spent += len(piece)
                if spent > limit.bytes:
                    raise Refusal(limit.exceeded)
                if (not number and not _is_plain(piece)) or any(each in piece for each in _DTD):
                    raise Refusal(Finding(code="clean-workbook-damaged", place=place))
                sheet.take(piece)
            most = max(SPARSE, 4 * sheet.count)
            if sheet.height * sheet.width > most:
                found = f"{sheet.height:,} x {sheet.width:,}"
                raise Refusal(Finding(code="clean-workbook-span", place=place, found=found, expected=f"{most:,}"))
        if format_ != "ods":
            _guard_cells(archive, limit, place, 1 << 34)


def _is_plain(piece: bytes) -> bool:
    """Whether the tags of a part can be seen in its bytes."""
    declared = _ENCODING.match(piece.removeprefix(b"\xef\xbb\xbf"))
    return not piece.startswith(_UTF16) and (declared is None or declared[1].lower() in _ENCODINGS)


class _XlsxSheet:
    """How far openpyxl will walk: to the last row that is named, over the columns that the sheet says it has."""

    def __init__(self) -> None:
        self.count = self.height = self.width = 0
        self._span = _Span()

    def take(self, piece: bytes) -> None:
        """Look at some bytes of XML."""
        self._span.take(piece)
        self.count = self._span.count
        rows = max(map(int, _ROW.findall(piece)), default=0)
        columns = max((column_number(each.decode("ascii")) for each in _DIMENSION.findall(piece)), default=0)
        for attributes in _CELL.findall(piece) if self._span.unusual else ():
            self.count += 1
            for column, row in _REFERENCE.findall(attributes):
                rows, columns = max(rows, int(row)), max(columns, column_number(column.decode("ascii")))
        self.height = max(self.height, rows, self._span.height())
        self.width = max(self.width, columns, self._span.width())


class _OdsSheet:
    """The cells that ezodf will make of all sheets, each row of them as wide as the widest."""

    def __init__(self) -> None:
        self.count = self.height = self.width = 0
        self._row = 0

    def take(self, piece: bytes) -> None:
        """Look at some bytes of XML."""
        for tag, rest in _ODS_TAG.findall(piece):
            times = max((int(each) for each in _REPEATED.findall(rest) if 0 < int(each) < _ENDLESS), default=1)
            if tag == b"table-row":
                self._row = 0
                self.height += times
            else:
                self.count += 1
                self._row += times
                self.width = max(self.width, self._row)


@dataclass(frozen=True, slots=True)
class _Limit:
    """Bytes that a workbook may unpack to, and what is said of one that is larger."""

    bytes: int
    exceeded: Finding


@contextmanager
def _opened(file: IO[bytes], place: Place, settings: Settings) -> Iterator[tuple[zipfile.ZipFile, _Limit]]:
    """The zip, and what it may unpack to. Raises Refusal where it is damaged, there or later."""
    damaged = Refusal(Finding(code="clean-workbook-damaged", place=place))
    packed = file.seek(0, io.SEEK_END)
    file.seek(max(0, packed - _TAIL))
    if file.read().count(_END) != 1:
        raise damaged
    limit = min(UNPACKED_BYTES, max(FLOOR, packed * settings.max_zip_ratio))
    too_large = Finding(code="clean-workbook-bomb", place=place, expected=str(settings.max_zip_ratio))
    if limit == UNPACKED_BYTES:
        too_large = Finding(code="clean-workbook-large", place=place, expected=f"{UNPACKED_BYTES:,}")
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            if len(infos) > settings.max_package_files or sum(each.file_size for each in infos) > limit:
                raise Refusal(too_large)
            yield archive, _Limit(limit, too_large)
    except DAMAGED:
        raise damaged from None


def _guard_cells(archive: zipfile.ZipFile, limit: _Limit, place: Place, cells: int) -> None:
    spent = 0
    count = 0
    for info in archive.infolist():
        span = _Span()
        for piece in _pieces(archive, info):
            if span.first and piece.startswith(_UTF16):  # in which no tag could be seen
                raise Refusal(Finding(code="clean-workbook-damaged", place=place))
            spent += len(piece)
            if spent > limit.bytes:  # the directory may lie about the sizes
                raise Refusal(limit.exceeded)
            span.take(piece)
        if span.reach() > cells or span.unusual:
            span = _exact(archive, info, place)
        if span.reach() > cells:
            found = f"{span.height():,} x {span.width():,}"
            raise Refusal(Finding(code="clean-workbook-span", place=place, found=found, expected=f"{cells:,}"))
        count += span.count
    _guard_shared(archive, count, place)


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part, each piece ending before a ``<``, so that no tag is cut."""
    rest = b""
    with archive.open(info) as part:
        while chunk := part.read(_CHUNK):
            head, mark, tail = (rest + chunk).rpartition(b"<")
            if head:
                yield head
            rest = mark + tail
            if len(rest) > _CHUNK:  # one tag of more than a megabyte; cutting it loses no reference that calamine could read
                yield rest
                rest = b""
    yield rest


class _Span:
    """How far the cells of a part reach, those that hold nothing but a format included, and how many there are."""

    def __init__(self) -> None:
        self.rows: set[bytes] = set()
        self.columns: set[bytes] = set()
        self.count = 0
        self.unusual = False
        self.first = True

    def take(self, piece: bytes) -> None:
        """Look at the cells in some bytes of XML; ``unusual`` is set where one is written in an unusual way."""
        self.first = False
        count = piece.count(_USUAL)
        self.count += count
        if count != piece.count(b"<c ") or _UNUSUAL.search(piece):
            self.unusual = True
        if count:
            self.columns.update(_COLUMNS.findall(piece))
            self.rows.update(_ROWS.findall(piece))

    def height(self) -> int:
        """The last row."""
        return max(map(int, self.rows), default=0)

    def width(self) -> int:
        """The last column: A is 1, XFD 16,384."""
        return max((column_number(letters.decode("ascii")) for letters in self.columns), default=0)

    def reach(self) -> int:
        """Cells of the rectangle from A1 that holds them all, which is what is read."""
        return self.height() * self.width()


def _exact(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place) -> _Span:
    """The same, tag by tag: in any form of XML, without the cells that only have a format, which calamine leaves out.

    Raises Refusal where a cell does not say where it stands.
    """
    span = _Span()
    for piece in _pieces(archive, info):
        for attributes in _CELL.findall(piece):
            if attributes.endswith(b"/"):
                continue
            references = _REFERENCE.findall(attributes)
            if not references:
                raise Refusal(Finding(code="clean-workbook-cells", place=place))
            for column, row in references:
                span.columns.add(column)
                span.rows.add(row)
            span.count += 1
    return span


def _guard_shared(archive: zipfile.ZipFile, count: int, place: Place) -> None:
    """Raise Refusal where the strings that cells share would grow too large, each being copied for every cell."""
    name = next((each for each in archive.namelist() if each.lower() == _STRINGS), "")
    if not name:
        return
    lengths = [len(each) for each in _STRING_END.split(archive.read(name))]
    if max(lengths, default=0) * count <= SHARED_BYTES:
        return
    total = 0
    for info in archive.infolist():
        if info.filename.lower().startswith(_SHEETS):
            cells = _SHARED.findall(archive.read(info))
            used = Counter(index for attributes, index in cells if _IS_SHARED.search(attributes))
            total += sum(lengths[int(index)] * times for index, times in used.items() if int(index) < len(lengths))
    if total > SHARED_BYTES:
        raise Refusal(Finding(code="clean-workbook-large", place=place, expected=f"{SHARED_BYTES:,}"))
