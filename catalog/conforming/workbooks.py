"""An .xlsx workbook -> rows of text, through calamine, which builds a whole sheet in memory before anybody can look.

So everything that makes a sheet large is looked at first, in the bytes: the sizes in the zip's directory, then the sizes
that really come out, then where the cells stand (two cells in opposite corners span 17 thousand million), then how much text
the cells share. ECMA-376 part 1, 18.3 (sheets) and 18.4 (shared strings).
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from catalog.errors import Finding, Place, Refusal
from catalog.scaffolding.workbook import CHOICES, DEFINITIONS, METADATA
from catalog.settings import Settings
from catalog.values import column_number

FLOOR = 10_000_000
"""Bytes that any workbook may unpack to, whatever its ratio."""
UNPACKED_BYTES = 1_000_000_000
SHARED_BYTES = 1_000_000_000
"""Text of all cells together: a string that cells share is written once in the file, and once a cell in memory."""

_CHUNK = 1 << 20
_SIGNATURE = b"PK\x03\x04"
_END, _TAIL = b"PK\x05\x06", 65_557
"""The record that ends a zip, and how far before the end it may begin; with two of them, programs read different zips."""
_PARTS = ("xl/workbook.xml", "[Content_Types].xml")
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
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets that may hold a table, by name, and the rows of the sheet メタデータ of a filled-in template."""

    sheets: dict[str, list[list[str]]]
    metadata: list[list[str]]


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip with the parts of an Excel workbook."""
    if not data.startswith(_SIGNATURE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except _DAMAGED:
        return False
    return names.issuperset(_PARTS)


def open_workbook(data: bytes, place: Place, settings: Settings, cells: int) -> Workbook:
    """Read every sheet; ``cells`` is the most that one may span.

    Raises Refusal: ``clean-workbook-bomb``, ``clean-workbook-large``, ``clean-workbook-span``, ``clean-workbook-cells``,
    ``clean-workbook-damaged``, ``clean-workbook-empty``.
    """
    if data[-_TAIL:].count(_END) != 1:
        raise Refusal(Finding(code="clean-workbook-damaged", place=place))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _guard(archive, len(data), place, settings, cells)
    except _DAMAGED:
        raise Refusal(Finding(code="clean-workbook-damaged", place=place)) from None
    sheets = _sheets(data, place)
    metadata = sheets.pop(METADATA, [])
    for name in (DEFINITIONS, CHOICES):
        sheets.pop(name, None)
    if not any(any(any(row) for row in rows) for rows in sheets.values()):
        raise Refusal(Finding(code="clean-workbook-empty", place=place))
    return Workbook(sheets, metadata)


def _guard(archive: zipfile.ZipFile, packed: int, place: Place, settings: Settings, cells: int) -> None:
    limit = min(UNPACKED_BYTES, max(FLOOR, packed * settings.max_zip_ratio))
    too_large = Finding(code="clean-workbook-bomb", place=place, expected=str(settings.max_zip_ratio))
    if limit == UNPACKED_BYTES:
        too_large = Finding(code="clean-workbook-large", place=place, expected=f"{UNPACKED_BYTES:,}")
    infos = archive.infolist()
    if len(infos) > settings.max_package_files or sum(each.file_size for each in infos) > limit:
        raise Refusal(too_large)
    spent = 0
    count = 0
    for info in infos:
        span = _Span()
        for piece in _pieces(archive, info):
            if span.first and piece.startswith(_UTF16):  # in which no tag could be seen
                raise Refusal(Finding(code="clean-workbook-damaged", place=place))
            spent += len(piece)
            if spent > limit:  # the directory may lie about the sizes
                raise Refusal(too_large)
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


def _sheets(data: bytes, place: Place) -> dict[str, list[list[str]]]:
    """Every visible sheet as text, its first row being row 1 of the sheet."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            each.name
            for each in book.sheets_metadata
            if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
        ]
        return {name: _texts(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names}
    except BaseException as error:  # calamine is written in Rust, whose panics are no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise Refusal(Finding(code="clean-workbook-damaged", place=place)) from None


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    for index, row in enumerate(rows):  # in place: a large sheet is not held twice
        rows[index] = [value if type(value) is str else _text(value) for value in row]
    return rows


def _text(value: Any) -> str:
    """A cell as it would be typed: whole numbers without a decimal point, dates and times in ISO 8601 (times to the minute)."""
    text = str(value)
    match value:
        case bool():
            text = text.upper()
        case float():
            text = str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            text = value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
        case time():
            text = value.isoformat("auto" if value.second or value.microsecond else "minutes")
        case timedelta():
            text = _hours(value)
    return text


def _hours(value: timedelta) -> str:
    """A length of time is how a spreadsheet holds 24:00."""
    seconds = round(value.total_seconds())
    text = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text
