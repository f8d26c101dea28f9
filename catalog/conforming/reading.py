"""The bytes of a city's file -> sheets of text cells, exactly as they were written; nothing is repaired here.

A CSV's encoding is decided, never guessed: what a byte order mark says, else UTF-8 where every byte is UTF-8, else CP932.
Its delimiter is decided by the header: each candidate is one ``Sheet``, and the one whose header is recognised is taken.
Workbooks are the business of ``workbooks``.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TextIO

from catalog.conforming.workbooks import is_workbook, open_workbook
from catalog.errors import Finding, Place, Refusal
from catalog.media import XLSX
from catalog.settings import Settings
from catalog.tables import refuse_other_formats

HEAD_ROWS = 20
"""Rows among which the header is looked for."""
FILE_BYTES = 200_000_000
"""Largest file that is cleaned."""
CELLS = 5_000_000
"""Most cells of a table: 100,000 rows of 50 columns. All of them are in memory at once."""
DELIMITERS = (",", "\t", ";")
"""In the order of preference where none of them gives a better header."""

Rows = list[list[str]]
_JIS_ESCAPE = re.compile(rb"\x1b[$(][@BJ]")
_UNDEFINED = re.compile("[\uf8f0-\uf8f3]")
"""What Python makes of bytes that CP932 leaves undefined (0xA0, 0xFD, 0xFE, 0xFF)."""
_THREE_BYTES = re.compile("[\u0800-\ufffc]")
_AROUND = 500_000
_SNIFFED = 1024
_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""What a workbook begins with, and what one begins with that a password protects."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, or a text file cut by one delimiter. ``head`` holds its first rows; ``rows()`` reads all."""

    name: str
    delimiter: str
    head: Rows
    rows: Callable[[], Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a file holds. ``encoding`` is "" for a workbook; ``metadata`` are the cells of its sheet メタデータ, if it has one.

    The sheets of a text file are ways to cut the same text, ``uncut`` is why it cannot be cut in another way; the sheets of
    a workbook are different tables.
    """

    file: str
    kind: Literal["csv", "xlsx"]
    encoding: str
    sheets: tuple[Sheet, ...]
    metadata: Rows
    uncut: tuple[Finding, ...] = ()


def read(name: str, data: bytes, settings: Settings) -> Source:
    """Read a file; ``name`` is only shown.

    Raises Refusal: ``table-empty``, ``file-too-large``, ``not-a-table``, ``clean-encoding``, ``clean-encoding-two``,
    ``clean-binary``, ``clean-workbook-damaged``, ``quote-invalid``, ``cell-too-long``, ``too-many-columns``,
    ``clean-too-many-cells``, and those of ``workbooks.open_workbook``.
    """
    place = Place(file=name)
    if len(data) > FILE_BYTES:
        raise Refusal(Finding(code="file-too-large", place=place, expected=f"{FILE_BYTES:,}"))
    if not data.strip(b" \t\r\n\0"):
        raise Refusal(Finding(code="table-empty", place=place))
    if is_workbook(data):
        book = open_workbook(data, place, settings, CELLS)
        sheets = tuple(_of_workbook(title, rows) for title, rows in book.sheets.items())
        return Source(file=name, kind="xlsx", encoding="", sheets=sheets, metadata=book.metadata)
    if name.lower().endswith(XLSX.suffix) and data.startswith(_CONTAINERS):
        raise Refusal(Finding(code="clean-workbook-damaged", place=place))
    refuse_other_formats(data[:_SNIFFED], place)
    encoding = encoding_of(data, place)
    sheets, uncut = _cuts(data, encoding, place, settings)
    return Source(file=name, kind="csv", encoding=encoding, sheets=sheets, metadata=[], uncut=uncut)


def encoding_of(data: bytes, place: Place) -> str:
    """The encoding that all of the bytes are text in. Refusal: ``clean-encoding``, ``clean-encoding-two``, ``clean-binary``."""
    encoding = _decided(data, place)
    text = data.decode(encoding)
    if "\0" in text:
        raise Refusal(Finding(code="clean-binary", place=place))
    if encoding == "utf-8" and _JIS_ESCAPE.search(data):  # made of ASCII bytes, so it would pass as UTF-8, unreadable
        raise Refusal(Finding(code="clean-encoding", place=place, found="ISO-2022-JP"))
    if encoding == "cp932" and (undefined := _UNDEFINED.search(text)):
        raise Refusal(Finding(code="clean-encoding", place=place, found=undefined[0].encode("cp932").hex()))
    if encoding == "cp932" and _decodes(data, "euc_jp"):
        raise Refusal(Finding(code="clean-encoding-two", place=place, found="CP932, EUC-JP"))
    return encoding


def _decided(data: bytes, place: Place) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    elif data.startswith(codecs.BOM_UTF8):
        candidates = ("utf-8-sig",)
    else:
        candidates = ("utf-8", "cp932")
    positions = []
    for encoding in candidates:
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            positions.append(error.start)
            if encoding == "utf-8" and _is_damaged(data, error.start):
                break
        else:
            return encoding
    position = positions[0]
    raise Refusal(Finding(code="clean-encoding", place=place, found=f"0x{data[position]:02X} ({position:,})"))


def _is_damaged(data: bytes, position: int) -> bool:
    """Whether bytes that are not UTF-8 throughout are UTF-8 all the same, but for some: cut off, or pasted together.

    Most such bytes are CP932 as well, of characters that nobody wrote. The characters of three bytes that Japanese consists
    of are next to impossible in real CP932, where nearly every character is invalid UTF-8.
    """
    start = data.rfind(b"\n", 0, max(0, position - _AROUND)) + 1
    text = data[start : position + _AROUND].decode("utf-8", errors="replace")
    invalid = text.count("\ufffd")
    return len(_THREE_BYTES.findall(text)) > invalid


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _cuts(data: bytes, encoding: str, place: Place, settings: Settings) -> tuple[tuple[Sheet, ...], tuple[Finding, ...]]:
    """One sheet for each delimiter by which the quotation marks of the first rows pair, and what is wrong by the others."""
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for delimiter in DELIMITERS:

        def records(delimiter: str = delimiter) -> Iterator[list[str]]:
            text = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
            return _records(text, delimiter, place, settings)

        try:
            head = list(islice(records(), HEAD_ROWS))
        except Refusal as refusal:
            if any(each.code != "quote-invalid" for each in refusal.findings):
                raise
            findings += refusal.findings
            continue
        sheets.append(Sheet("", delimiter, head, lambda records=records: list(records())))  # type: ignore[misc] # bound early
    if not sheets:
        raise Refusal(findings[0])
    return tuple(sheets), tuple(findings)


def _records(text: TextIO, delimiter: str, place: Place, settings: Settings) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), settings.max_cell_bytes + 1))  # one setting a process: only ever raised
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    cells = row = 0
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise Refusal(_unreadable(error, place, row + 1, settings)) from None
        if record is None:
            return
        row += 1
        cells += len(record)
        where = Place(file=place.file, row=row)
        if long := _too_long(record, settings.max_cell_bytes):
            found, most = f"{long:,}", f"{settings.max_cell_bytes:,}"
            raise Refusal(Finding(code="cell-too-long", place=where, found=found, expected=most))
        if len(record) > settings.max_columns:
            found, most = f"{len(record):,}", f"{settings.max_columns:,}"
            raise Refusal(Finding(code="too-many-columns", place=where, found=found, expected=most))
        if cells > CELLS:
            raise Refusal(Finding(code="clean-too-many-cells", place=where, expected=f"{CELLS:,}"))
        yield record


def _too_long(record: list[str], most: int) -> int:
    """The bytes of a cell that is longer than it may be, else 0. No character takes more than four in UTF-8."""
    if len(max(record, key=len, default="")) * 4 <= most:
        return 0
    longest = max(len(cell.encode()) for cell in record)
    return longest if longest > most else 0


def _unreadable(error: csv.Error, place: Place, row: int, settings: Settings) -> Finding:
    """``csv`` names its reasons in English prose only; a field beyond the limit is told from unpaired quotation marks by it."""
    where = Place(file=place.file, row=row)
    if "field limit" in str(error):
        most = f"{settings.max_cell_bytes:,}"
        return Finding(code="cell-too-long", place=where, found=f"> {most}", expected=most)
    return Finding(code="quote-invalid", place=where)


def _of_workbook(title: str, rows: Rows) -> Sheet:
    return Sheet(title, "", rows[:HEAD_ROWS], lambda: rows)
