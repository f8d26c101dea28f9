"""A typed table as an Excel workbook (xlsx): the rows, the definition of each column, where the data comes from.

Codes and everything else that is text stay text, and no text becomes a formula, a link or a number. Numbers that Excel would
round (it has 15 digits) and dates that it does not know (before March 1900) are written as text. Memory does not grow with the
rows. The same table gives the same bytes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from catalog import media, words
from catalog.errors import Finding, Place, Refusal
from catalog.formats import engine
from catalog.formats.columns import MOMENT, ZONED, Column
from catalog.formats.reading import Typed
from catalog.model import Field, Resource
from catalog.vocabulary.codelists import CodeList

ROWS, COLUMNS = media.SHEET_ROWS, media.SHEET_COLUMNS
LONGEST = 32_767
"""Characters of a cell."""

_DEFINITIONS, _ABOUT = "項目定義 Definitions", "このデータについて About"
_CUT = "…"
_DIGITS = 15
_AT_ONCE = 1_000
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_FIRST_DAY = date(1900, 3, 1)
_NAME = 31
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_WIDTHS = (28, 30, 30, 16, 12, 14, 30, 60, 60)
_HEADER = (
    "列名 Name",
    "項目名",
    "Title",
    "形式 Type",
    "単位 Unit",
    "区分 Obligation",
    "選べる値 Allowed values",
    "説明",
    "Description",
)
_SHOWN = 100
"""So many allowed values are written out."""

Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Formats:
    """The cell formats of a workbook."""

    bold: Any
    wrapped: Any
    day: Any
    moment: Any
    clock: Any


def write_sheets(
    table: Typed,
    resource: Resource,
    target: Path,
    *,
    names: Sequence[str] = (),
    facts: Facts = (),
    codelist: Callable[[str], CodeList | None] = lambda _name: None,
) -> None:
    """Write the workbook. ``facts`` are what the last sheet tells, label and text; ``codelist`` finds the lists of the fields.

    Raises Refusal("sheet-too-long", "sheet-too-wide") where Excel has no room for the table.
    """
    refuse_too_large(resource, table.rows, len(table.columns))
    options = {"constant_memory": True, "tmpdir": str(target.parent), "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"title": str(resource.title) or resource.name, "created": _MADE})
    formats = _Formats(
        bold=book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        day=book.add_format({"num_format": "yyyy-mm-dd"}),
        moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        clock=book.add_format({"num_format": "hh:mm:ss"}),
    )
    sheet = book.add_worksheet(_sheet_name(resource))
    cut = _write_rows(sheet, table, names or [each.name for each in table.columns], formats)
    _write_definitions(book, [each.field for each in table.columns], names, codelist, formats)
    if cut:
        facts = (*facts, ("注意", f"{LONGEST:,}字を超える{cut:,}個のセルは、途中までを収めています。全文はCSVにあります。"))
        facts = (*facts, ("Note", f"{cut:,} cells of more than {LONGEST:,} characters are cut; the CSV has all of them."))
    _write_facts(book, facts, formats)
    book.close()


def refuse_too_large(resource: Resource, rows: int, columns: int) -> None:
    """Raise Refusal where Excel has no room for so many rows or columns."""
    place = Place(resource=resource.name)
    findings = []
    if rows >= ROWS:
        findings.append(Finding(code="sheet-too-long", place=place, found=f"{rows:,}", expected=f"{ROWS - 1:,}"))
    if columns > COLUMNS:
        findings.append(Finding(code="sheet-too-wide", place=place, found=f"{columns:,}", expected=f"{COLUMNS:,}"))
    if findings:
        raise Refusal(*findings)


def _sheet_name(resource: Resource) -> str:
    name = _NOT_IN_NAME.sub("", resource.title.ja)[:_NAME].strip()
    return name if name and name.lower() != "history" and name not in (_DEFINITIONS, _ABOUT) else resource.name[:_NAME]


def _write_rows(sheet: Worksheet, table: Typed, names: Sequence[str], formats: _Formats) -> int:
    """Write the header and the rows; the number of cells that were cut."""
    for place, name in enumerate(names):
        sheet.set_column(place, place, min(max(len(name) * 2, 10), 40))
    sheet.freeze_panes(1, 0)
    cut = 0
    for place, name in enumerate(names):
        cut += _write_text(sheet, 0, place, name, formats.bold)
    writers = [_writer(each, formats) for each in table.columns]
    for number, row in enumerate(_rows(table), start=1):
        for place, (value, write) in enumerate(zip(row, writers, strict=True)):
            if value is not None:
                cut += write(sheet, number, place, value)
    return cut


def _rows(table: Typed) -> Iterator[tuple[Any, ...]]:
    """The values; times with a zone as ISO texts, which the engine's Python side cannot make without another library."""
    values = ", ".join(
        f"replace((v{index} AT TIME ZONE 'UTC')::VARCHAR, ' ', 'T') || 'Z'" if each.type == ZONED else f"v{index}"
        for index, each in enumerate(table.columns)
    )
    found = engine.connection().execute(f"SELECT {values} FROM {table.relation}", table.held or None)
    while rows := found.fetchmany(_AT_ONCE):
        yield from rows


_Write = Callable[[Worksheet, int, int, Any], bool]
"""Write a value to a cell (row, column); True where it had to be cut."""


def _writer(column: Column, formats: _Formats) -> _Write:
    if column.type in ("BIGINT", "INTEGER", "DOUBLE") or column.type.startswith("DECIMAL"):
        return _write_number
    if column.type == "BOOLEAN":
        return _write_boolean
    shown = {"DATE": formats.day, MOMENT: formats.moment, "TIME": formats.clock}.get(column.type)
    if shown is None:
        return _write_text
    return lambda sheet, row, place, value: _write_time(sheet, row, place, value, shown)


def _write_text(sheet: Worksheet, row: int, place: int, value: Any, shown: Any = None) -> bool:
    text = str(value)
    long = len(text) > LONGEST
    sheet.write_string(row, place, text[: LONGEST - 1] + _CUT if long else text, shown)
    return long


def _write_number(sheet: Worksheet, row: int, place: int, value: Any) -> bool:
    """As a number where Excel keeps it whole. A number that a file has in many digits is text there too."""
    if isinstance(value, int | Decimal):
        whole = len(Decimal(value).normalize().as_tuple().digits) <= _DIGITS
    else:
        whole = isfinite(value) and float(f"{value:.16G}") == value  # as the workbook's library writes it
    if not whole or not isfinite(value):
        return _write_text(sheet, row, place, value)
    sheet.write_number(row, place, value)
    return False


def _write_boolean(sheet: Worksheet, row: int, place: int, value: Any) -> bool:
    sheet.write_boolean(row, place, value)
    return False


def _write_time(sheet: Worksheet, row: int, place: int, value: Any, shown: Any) -> bool:
    """As a date or time where Excel has it: days since 1900, and no part of a second."""
    known = isinstance(value, time) or (value.date() if isinstance(value, datetime) else value) >= _FIRST_DAY
    if not known or getattr(value, "microsecond", False):
        return _write_text(sheet, row, place, value.isoformat())
    sheet.write_datetime(row, place, value, shown)
    return False


def _write_definitions(
    book: Workbook,
    fields: Sequence[Field],
    names: Sequence[str],
    codelist: Callable[[str], CodeList | None],
    formats: _Formats,
) -> None:
    """One row a column, in both languages: what it is called in this file, what may stand in it, what it means."""
    sheet = book.add_worksheet(_DEFINITIONS)
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    for place, text in enumerate(_HEADER):
        _write_text(sheet, 0, place, text, formats.bold)
    for row, field in enumerate(fields, start=1):
        name = names[row - 1] if names and names[row - 1] != field.name else ""
        told = _told(field, codelist(field.definition.codelist) if field.definition.codelist else None)
        for place, text in enumerate((f"{field.name}\n{name}".strip(), *told)):
            _write_text(sheet, row, place, text, formats.wrapped)


def _told(field: Field, codelist: CodeList | None) -> tuple[str, ...]:
    allowed = words.allowed_values(field, codelist)
    lines = [f"{code}: {label.ja} / {label.en}" if label.en else f"{code}: {label.ja}" for code, label in allowed[:_SHOWN]]
    if len(allowed) > _SHOWN:
        lines.append(_CUT)
    if codelist is not None and not allowed:
        lines.append(f"{codelist.title.ja} / {codelist.title.en} ({codelist.name})")
    type_, obligation = words.type_of(field), words.obligation_of(field)
    return (
        field.title.ja,
        field.title.en,
        f"{type_.ja}\n{type_.en}",
        field.definition.unit,
        f"{obligation.ja}\n{obligation.en}".strip(),
        "\n".join(lines),
        field.description.ja,
        field.description.en,
    )


def _write_facts(book: Workbook, facts: Facts, formats: _Formats) -> None:
    sheet = book.add_worksheet(_ABOUT)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for row, (label, text) in enumerate(facts):
        _write_text(sheet, row, 0, label, formats.bold)
        _write_text(sheet, row, 1, text, formats.wrapped)
