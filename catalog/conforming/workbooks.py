"""An .xlsx workbook -> rows of text, through calamine, once ``catalog.workbooks`` has seen that it can be read."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from catalog.errors import Finding, Place, Refusal
from catalog.scaffolding.workbook import CHOICES, DEFINITIONS, METADATA
from catalog.settings import Settings
from catalog.workbooks import DAMAGED, SIGNATURE, guard

_PARTS = ("xl/workbook.xml", "[Content_Types].xml")


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets that may hold a table, by name, and the rows of the sheet メタデータ of a filled-in template."""

    sheets: dict[str, list[list[str]]]
    metadata: list[list[str]]


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip with the parts of an Excel workbook."""
    if not data.startswith(SIGNATURE):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except DAMAGED:
        return False
    return names.issuperset(_PARTS)


def open_workbook(data: bytes, place: Place, settings: Settings, cells: int) -> Workbook:
    """Read every sheet; ``cells`` is the most that one may span.

    Raises Refusal: ``clean-workbook-bomb``, ``clean-workbook-large``, ``clean-workbook-span``, ``clean-workbook-cells``,
    ``clean-workbook-damaged``, ``clean-workbook-empty``.
    """
    guard(io.BytesIO(data), place, settings, cells)
    sheets = _sheets(data, place)
    metadata = sheets.pop(METADATA, [])
    for name in (DEFINITIONS, CHOICES):
        sheets.pop(name, None)
    if not any(any(any(row) for row in rows) for rows in sheets.values()):
        raise Refusal(Finding(code="clean-workbook-empty", place=place))
    return Workbook(sheets, metadata)


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
