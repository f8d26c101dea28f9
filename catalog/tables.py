"""From the bytes of a CSV or TSV file to rows of text: strictly decoded, streamed, in bounded memory.

Cells are read with the same rules as stock frictionless 5.21 (``formats/csv``, ``dialect``), so that what was validated
is what is published; only guessing is left out: nothing here depends on a sample of the file. Formats: RFC 4180 and
Table Dialect (Data Package v2). Findings of this module are worded in ``messages.descriptor``.
"""

import codecs
import contextlib
import csv
import io
import itertools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, TextIO, TypedDict

from catalog.errors import Finding, Place, Refusal
from catalog.media import ODS, TSV, XLSX
from catalog.model import Resource

ENCODINGS = frozenset({
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "ascii", "cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213",
    "euc_jp", "euc_jis_2004", "euc_jisx0213", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3",
    "iso2022_jp_ext", "iso8859-1", "iso8859-15", "cp1252",
})  # fmt: skip
"""The text encodings that a table may declare: Python also knows codecs that are no encoding of text (zlib, rot13 …)."""

SHEETS = frozenset({XLSX.name, ODS.name})
"""Formats of tables that stock frictionless alone reads (``validation.sheets``)."""

ROW_CHARACTERS = 16_777_216
"""Longest row that is held in memory, in characters; far beyond any real one, short of what a limited child may use."""

_ALIASES = {"windows-31j": "cp932", "cswindows31j": "cp932", "x-sjis": "cp932"}  # IANA and WHATWG names that Python 3.11 lacks
_UTF8 = frozenset({"utf-8", "utf-8-sig"})
_CHUNK = 1 << 16
_HEAD = 1024
_SAMPLE = 100  # records, as many as frictionless looks for a header in
_OTHER_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "ZIP, XLSX, ODS"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"SQLite format 3\0", "SQLite"),
    (b"PAR1", "Parquet"),
)
_MARKUP = re.compile(rb"\s*<(!doctype\s+html|html|head|body|\?xml)[\s>]", re.IGNORECASE)
_PROPOSALS = ("utf-16", "euc_jp", "cp932")  # in this order: as CP932 most EUC-JP bytes decode too (to half-width katakana)
_JIS_ESCAPE = re.compile(rb"\x1b[$(][@BJ]")
_UNDECLARED = (";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the text is cut into cells; names and defaults of Table Dialect, plus what frictionless adds to it.

    ``header_rows`` and ``comment_rows`` count records from 1; ``quote_char`` "" means that nothing is quoted.
    """

    delimiter: str = ","
    quote_char: str = '"'
    double_quote: bool = True
    escape_char: str = ""
    skip_initial_space: bool = False
    header: bool = True
    header_rows: tuple[int, ...] = (1,)
    header_join: str = " "
    comment_char: str = ""
    comment_rows: tuple[int, ...] = ()
    skip_blank_rows: bool = False


class Formatting(TypedDict):
    """What ``csv.reader`` is told."""

    delimiter: str
    quotechar: str | None
    doublequote: bool
    escapechar: str | None
    skipinitialspace: bool
    quoting: Literal[0, 3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``labels`` as the header gives them (stripped, header rows joined); ``rows`` with their record number, from 1."""

    labels: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]


def codec(name: str) -> str:
    """The canonical name of a declared encoding (``Windows-31J`` is ``cp932``), or "" where it is none that we read."""
    try:
        known = codecs.lookup(_ALIASES.get(name.lower(), name)).name
    except (LookupError, ValueError):
        return ""
    return known if known in ENCODINGS else ""


def effective_encoding(path: Path, declared: str) -> str:
    """The codec that reads the file without its byte order mark: ``utf-8-sig`` or ``utf-16`` where it has one."""
    with path.open("rb") as file:
        head = file.read(3)
    if declared in _UTF8:
        return "utf-8-sig" if head == codecs.BOM_UTF8 else "utf-8"
    if declared.startswith("utf-16") and head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return declared


def dialect_of(resource: Resource) -> Dialect:
    """The dialect that a table declares, the defaults filled in; a TSV is cut at tabs."""
    declared = resource.dialect
    return Dialect(
        delimiter=declared.get("delimiter", "\t" if resource.format == TSV.name else ","),
        quote_char=declared.get("quoteChar", '"'),
        double_quote=declared.get("doubleQuote", True),
        escape_char=declared.get("escapeChar", ""),
        skip_initial_space=declared.get("skipInitialSpace", False),
        header=declared.get("header", True),
        header_rows=tuple(declared.get("headerRows", (1,))),
        header_join=declared.get("headerJoin", " "),
        comment_char=declared.get("commentChar", ""),
        comment_rows=tuple(declared.get("commentRows", ())),
        skip_blank_rows=declared.get("skipBlankRows", False),
    )


def formatting(dialect: Dialect) -> Formatting:
    """The arguments of ``csv.reader`` for a dialect (frictionless: ``doubleQuote`` counts only beside an escape character)."""
    return Formatting(
        delimiter=dialect.delimiter,
        quotechar=dialect.quote_char or None,
        doublequote=dialect.double_quote if dialect.escape_char else True,
        escapechar=dialect.escape_char or None,
        skipinitialspace=dialect.skip_initial_space,
        quoting=csv.QUOTE_MINIMAL if dialect.quote_char else csv.QUOTE_NONE,
    )


def read_rows(path: Path, resource: Resource, *, max_columns: int, max_cell_bytes: int) -> Iterator[list[str]]:
    """Every record of the file as text: header, comments and blank lines (``[]``) with it, so that counting agrees with stock.

    Raises Refusal, at the record where it is found: ``not-a-table``, ``encoding-invalid``, ``nul-byte``,
    ``cell-too-long``, ``row-too-long``, ``too-many-columns``, ``quote-invalid``, ``delimiter-undeclared``.
    """
    place = Place(file=resource.path, resource=resource.name)
    dialect = dialect_of(resource)
    limit = max(2 * max_cell_bytes, min(max_columns * max_cell_bytes, ROW_CHARACTERS))
    csv.field_size_limit(max(csv.field_size_limit(), limit + 1))  # one setting a process: only ever raised, ours is in _Lines
    with path.open("rb") as file:
        head = file.read(_HEAD)
        refuse_other_formats(head, place)
        _refuse_jis(head, path, resource, place)
        file.seek(0)
        encoding = effective_encoding(path, resource.encoding)
        lines = _Lines(io.TextIOWrapper(file, encoding, errors="strict", newline=""), limit)
        reader = csv.reader(lines, strict=True, **formatting(dialect))
        number = 0
        while True:
            try:
                cells = next(reader, None)
            except UnicodeDecodeError:
                raise Refusal(_undecodable(path, resource, place)) from None
            except csv.Error as error:
                raise Refusal(_unreadable(lines, dialect, replace(place, row=number + 1), error, max_cell_bytes)) from None
            if cells is None:
                return
            number += 1
            if problem := _problem(cells, lines, max_columns, max_cell_bytes):
                raise Refusal(_placed(problem, replace(place, row=number)))
            if number == 1:
                _refuse_other_delimiter(cells, resource, place)
            lines.next_record()
            yield cells


def check_bytes(path: Path, resource: Resource, *, whole: bool = True) -> None:
    """Look at every byte and at no cell, to see that this is text of the encoding that it should have.

    Without ``whole``, only at what other formats and JIS give away at once.
    Raises Refusal: ``not-a-table``, ``encoding-invalid``.
    """
    place = Place(file=resource.path, resource=resource.name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    refuse_other_formats(head, place)
    _refuse_jis(head, path, resource, place)
    if whole and not _decodes(path, effective_encoding(path, resource.encoding)):
        raise Refusal(_undecodable(path, resource, place))


def read_table(path: Path, resource: Resource, *, max_columns: int, max_cell_bytes: int) -> Table:
    """The header and the rows of data as stock frictionless takes them: comments left out, blank rows if the dialect says so.

    Without a header the labels are the names of the schema's fields. Raises Refusal as ``read_rows`` does, and
    ``table-empty`` where there is no header to read.
    """
    records = enumerate(read_rows(path, resource, max_columns=max_columns, max_cell_bytes=max_cell_bytes), start=1)
    return table_of(records, resource)


def table_of(records: Iterator[tuple[int, list[str]]], resource: Resource) -> Table:
    """The same, of the records of a file as text, each with its number. Raises Refusal: ``table-empty``."""
    dialect = dialect_of(resource)
    if not dialect.header:
        return Table(labels=resource.schema.names() if resource.schema else (), rows=_content(records, dialect))
    labels: list[list[str]] = []
    for number, cells in records:
        if number in dialect.header_rows and not _is_comment(number, cells, dialect):
            labels.append([cell.strip() for cell in cells])
        if number >= dialect.header_rows[-1]:
            break
    if not any(labels):
        raise Refusal(Finding(code="table-empty", place=Place(file=resource.path, resource=resource.name)))
    return Table(labels=_joined(labels, dialect.header_join), rows=_content(records, dialect))


def header_row(path: Path, resource: Resource, *, max_columns: int, max_cell_bytes: int) -> int:
    """The number of the first record that the dialect does not declare a comment: where the header is, if nothing else is said.

    Looked for in the first 100 records; 1 where there is none among them, or where they cannot be read.
    """
    dialect = dialect_of(resource)
    records = enumerate(read_rows(path, resource, max_columns=max_columns, max_cell_bytes=max_cell_bytes), start=1)
    with contextlib.suppress(Refusal):  # whoever reads the table is told
        for number, cells in itertools.islice(records, _SAMPLE):
            if not _is_comment(number, cells, dialect):
                return number
    return 1


def write_canonical(path: Path, resource: Resource, target: Path, *, max_columns: int, max_cell_bytes: int) -> int:
    """Write the table to ``target`` as UTF-8 CSV with a header in row 1, and answer the number of rows of data.

    A file that has this form already is copied byte for byte; any other is written with commas and CRLF (RFC 4180),
    its comments and blank lines left out. Blank lines are not counted. Raises Refusal as ``read_table`` does.
    """
    table = read_table(path, resource, max_columns=max_columns, max_cell_bytes=max_cell_bytes)
    rows = (cells for _number, cells in table.rows if cells)
    if _is_canonical(path, resource):
        count = sum(1 for _cells in rows)
        shutil.copyfile(path, target)
        return count
    with target.open("w", encoding="utf-8", newline="") as file:
        return _write(file, table.labels, rows)


def _write(file: TextIO, labels: tuple[str, ...], rows: Iterator[list[str]]) -> int:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(labels)
    count = 0
    for cells in rows:
        writer.writerow(cells)
        count += 1
    return count


def _is_canonical(path: Path, resource: Resource) -> bool:
    return (
        dialect_of(resource) == Dialect()
        and effective_encoding(path, resource.encoding) in ("utf-8", "ascii")
        and not _has_lone_return(path)
    )


def _has_lone_return(path: Path) -> bool:
    """Whether a carriage return stands without its line feed: an old line end that other readers take for text."""
    returns = pairs = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            returns += chunk.count(b"\r")
            pairs += (last + chunk).count(b"\r\n")
            last = chunk[-1:] if chunk.endswith(b"\r") else b""
    return returns != pairs


def _content(records: Iterator[tuple[int, list[str]]], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    if not (dialect.comment_char or dialect.comment_rows or dialect.skip_blank_rows):
        return records
    return _without_comments(records, dialect)


def _without_comments(records: Iterator[tuple[int, list[str]]], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    for number, cells in records:
        if _is_comment(number, cells, dialect) or (dialect.skip_blank_rows and not any(cells)):
            continue
        yield number, cells


def _is_comment(number: int, cells: list[str], dialect: Dialect) -> bool:
    marked = bool(dialect.comment_char and cells and cells[0].startswith(dialect.comment_char))
    return marked or number in dialect.comment_rows


def _joined(rows: list[list[str]], separator: str) -> tuple[str, ...]:
    """Several header rows as one: texts of a column joined, one that only repeats the row above left out."""
    labels: list[str] = []
    previous: dict[int, str] = {}
    for cells in rows:
        for index, cell in enumerate(cells):
            if previous.get(index) == cell:
                continue
            previous[index] = cell
            if index >= len(labels):
                labels.append(cell)
            else:
                labels[index] = separator.join([labels[index], cell])
    return tuple(labels)


class _TooLong(csv.Error):
    """A row grows past the limit. ``line`` is the part of it that was read last."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class _Lines:
    """The lines of a text for ``csv.reader``, bounded: a record may be long, or have many lines, but not without end."""

    def __init__(self, text: TextIO, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.next_record()

    def next_record(self) -> None:
        """Begin to count anew."""
        self.length = 0
        self.has_nul = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.limit + 1)
        if not line:
            raise StopIteration
        self.length += len(line)
        if self.length > self.limit:
            raise _TooLong(line)
        self.has_nul = self.has_nul or "\0" in line
        return line


def _problem(cells: list[str], lines: _Lines, max_columns: int, max_cell_bytes: int) -> Finding | None:
    """What is wrong with a record, its row not set yet. Rows that are short as a whole are cleared without looking at cells."""
    if len(cells) > max_columns:
        return Finding(code="too-many-columns", found=str(len(cells)), expected=str(max_columns))
    if lines.has_nul:
        return Finding(code="nul-byte", place=Place(column=next(n for n, cell in enumerate(cells, 1) if "\0" in cell)))
    if lines.length * 4 > max_cell_bytes:  # no character takes more than 4 bytes in UTF-8
        return _long_cell(cells, max_cell_bytes)
    return None


def _long_cell(cells: list[str], max_cell_bytes: int) -> Finding | None:
    for column, cell in enumerate(cells, start=1):
        size = len(cell.encode())
        if size > max_cell_bytes:
            return Finding(code="cell-too-long", place=Place(column=column), found=f"{size:,}", expected=f"{max_cell_bytes:,}")
    return None


def _placed(finding: Finding, place: Place) -> Finding:
    return replace(finding, place=replace(place, column=finding.place.column))


def _unreadable(lines: _Lines, dialect: Dialect, place: Place, error: csv.Error, max_cell_bytes: int) -> Finding:
    """Why ``csv`` stopped: a record too long to hold, or quotation marks that do not pair."""
    if not isinstance(error, _TooLong):
        return Finding(code="quote-invalid", place=place)
    cells = next(csv.reader([error.line], **formatting(dialect)), [])
    if long := _long_cell(cells, max_cell_bytes):
        return _placed(long, place)
    return Finding(code="row-too-long", place=place, expected=f"{lines.limit:,}")


def refuse_other_formats(head: bytes, place: Place) -> None:
    """Refusal("not-a-table") where the first bytes are those of a zip, a PDF, a page or another thing that is no text table."""
    name = next((name for magic, name in _OTHER_FORMATS if head.startswith(magic)), "")
    if not name and _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        name = "HTML, XML"
    if name:
        raise Refusal(Finding(code="not-a-table", place=place, found=name))


def _refuse_jis(head: bytes, path: Path, resource: Resource, place: Place) -> None:
    """ISO-2022-JP is made of ASCII bytes, so it would pass as UTF-8, and nobody could read it."""
    if resource.encoding in _UTF8 and (escape := _JIS_ESCAPE.search(head)):
        raise Refusal(_misread(path, resource, place, escape.start(), "0x1B", ("iso2022_jp",)))


def _refuse_other_delimiter(cells: list[str], resource: Resource, place: Place) -> None:
    """One cell where the schema has several columns, and another delimiter would give just as many: say so at once."""
    wanted = len(resource.schema.fields) if resource.schema else 0
    if "delimiter" in resource.dialect or len(cells) != 1 or wanted < 2:  # noqa: PLR2004  one column needs no delimiter
        return
    for delimiter in _UNDECLARED:
        if cells[0].count(delimiter) + 1 == wanted:
            shown = "\\t" if delimiter == "\t" else delimiter
            raise Refusal(Finding(code="delimiter-undeclared", place=replace(place, row=1), found=shown))


class _Head(io.RawIOBase):
    """The first ``size`` bytes of a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typed as any buffer; io hands memoryviews
        chunk = self._file.read(min(len(buffer), self._left))
        buffer[: len(chunk)] = chunk
        self._left -= len(chunk)
        return len(chunk)


def _undecodable(path: Path, resource: Resource, place: Place) -> Finding:
    """Where the bytes stop being text of the encoding, and which encoding they may have instead."""
    offset, found = _first_bad_byte(path, resource.encoding)
    return _misread(path, resource, place, offset, found, _PROPOSALS)


def _misread(path: Path, resource: Resource, place: Place, offset: int, found: str, proposals: tuple[str, ...]) -> Finding:
    row, column = _record_at(path, resource, offset)
    proposal = next((each for each in proposals if each != resource.encoding and _decodes(path, each)), "-")
    return Finding(
        code="encoding-invalid",
        place=replace(place, row=row, column=column),
        found=found,
        expected=resource.encoding,
        details={"offset": f"{offset:,}", "proposal": proposal},
    )


def _first_bad_byte(path: Path, encoding: str) -> tuple[int, str]:
    """Its offset from 0 and its value; the end of the file where a character is cut off there."""
    decoder = codecs.getincrementaldecoder("utf-8" if encoding in _UTF8 else encoding)("strict")
    position = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            position += len(chunk)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return position - len(error.object) + error.start, f"0x{error.object[error.start]:02X}"
            assert chunk, "the same bytes failed to decode a moment ago"


def _record_at(path: Path, resource: Resource, offset: int) -> tuple[int, int]:
    """Row and column of a byte, both from 1."""
    encoding = effective_encoding(path, resource.encoding)
    row, cells = 0, [""]
    with path.open("rb") as file:
        head = io.BufferedReader(_Head(file, offset + 1))
        text = io.TextIOWrapper(head, encoding, errors="replace", newline="")
        for row, cells in enumerate(csv.reader(text, **formatting(dialect_of(resource))), start=1):  # noqa: B007  the last is wanted
            pass
    return max(row, 1), max(len(cells), 1)


def _decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in that encoding; UTF-16 only where its byte order mark says so."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        if encoding == "utf-16" and file.read(2) not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return False
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
