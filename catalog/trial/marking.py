"""The marked workbook: every table as it was read, with a colour and a note on each cell that something was found about.

Cells are always text: nothing that a stranger wrote becomes a formula, a link or a number. A home of xlsxwriter.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from catalog import media
from catalog.errors import Finding, Place, Severity
from catalog.messages import tier, translate, where, word
from catalog.messages.wording import _
from catalog.trial.nouns import Mended, in_words
from catalog.values import cell_name

LONGEST = 32_767
"""Characters of one cell, a limit of the format."""
LONGEST_NOTE = 1_000
MOST_NOTES = 5_000
"""Notes in one workbook: Excel draws each as a shape, and slows down."""
MOST_CELLS = 400_000
"""Cells of a table that is written as a whole; of a larger one only the rows that something was found about."""
MOST_ROWS, MOST_COLUMNS = media.SHEET_ROWS, media.SHEET_COLUMNS
LONGEST_NAME = 31
NOWHERE = "?"
"""No resource is called so."""

_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Fixed, so that the same file gives the same workbook."""
_RED, _YELLOW, _BLUE, _GREY = "#F8C9C4", "#FFEB9C", "#D5E8F7", "#E3E8EB"
_FILLS = {"error": _RED, "warning": _YELLOW, "note": _GREY, "change": _BLUE}
_WEIGHT: Sequence[Severity] = ("note", "warning", "error")

_FINDINGS, _CHANGES = _("Findings"), _("Changes")
_LEGEND = (
    ("error", _("Red: please mend.")),
    ("warning", _("Yellow: please check.")),
    ("change", _("Blue: brought into the form of the standard; the note has the new value.")),
)
_FINDING_HEADER = (
    (_("Tier"), 18), (_("Place"), 36), (_("Cell"), 9), (_("What was found, and how to mend it"), 90), (_("Code"), 30),
)  # fmt: skip
_CHANGE_HEADER = ((_("Cell of your file"), 16), (_("Field"), 28), (_("Before"), 36), (_("After"), 36), (_("Rule"), 60))
_ROW_OF_TABLE = _("Row")
_BECOMES, _BECOMES_EMPTY = _("Becomes “%(after)s”."), _("Becomes an empty cell.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: ``records`` with their numbers, from 1, the header with them, whose number is ``header``; ``rows`` of data.

    ``changes`` are by (row, column). A table whose ``resource`` is NOWHERE has no findings.
    """

    name: str
    resource: str
    rows: int
    labels: tuple[str, ...]
    records: Iterable[tuple[int, Sequence[str]]]
    header: int = 1
    changes: Mapping[tuple[int, int], Mended] = field(default_factory=dict)


def workbook(
    sheets: Sequence[Sheet], findings: Sequence[Finding], changes: Sequence[Mended], target: Path, language: str
) -> None:
    """Write the workbook. Row by row, so that its size does not count in memory."""
    options = {"constant_memory": True, "tmpdir": str(target.parent), "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(target), options)
    book.set_properties({"created": _MADE})
    style = _Style(book, language)
    taken: set[str] = set()
    _write_findings(book.add_worksheet(_name(style.say(_FINDINGS), taken)), findings, style)
    for sheet in sheets:
        _write_table(book.add_worksheet(_name(sheet.name, taken)), sheet, findings, style)
    if changes:
        _write_changes(book.add_worksheet(_name(style.say(_CHANGES), taken)), changes, style)
    book.close()


class _Style:
    """The formats of a workbook, its language, and how many notes it may still have."""

    def __init__(self, book: Workbook, language: str) -> None:
        self.language = language
        self.notes = MOST_NOTES
        text = {"num_format": "@", "valign": "top"}
        self.text = book.add_format(text)
        self.wrapped = book.add_format({**text, "text_wrap": True})
        self.header = book.add_format({**text, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF2F4"})
        self.fills = {name: book.add_format({**text, "bg_color": fill, "border": 1}) for name, fill in _FILLS.items()}

    def say(self, text: str) -> str:
        """A marked text in the reader's language."""
        return translate(text, self.language)


def safe(text: str) -> str:
    """A text that a workbook can hold: what XML forbids is replaced, what is too long is cut, and both can be seen."""
    clean = _NOT_IN_XML.sub("\ufffd", text)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def _name(wanted: str, taken: set[str]) -> str:
    """A sheet name that is allowed and not there yet (case does not count)."""
    base = _NOT_IN_NAME.sub("", safe(wanted)).strip()[:LONGEST_NAME] or "Sheet"
    name, count = base, 1
    while name.casefold() in taken or name.casefold() == "history":  # Excel keeps that one for itself
        count += 1
        name = f"{base[: LONGEST_NAME - 5]} ({count})"
    taken.add(name.casefold())
    return name


def _write_list(sheet: Worksheet, header: Sequence[tuple[str, int]], style: _Style) -> None:
    for column, (title, width) in enumerate(header):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, style.say(title), style.header)
    sheet.freeze_panes(1, 0)


def _write_findings(sheet: Worksheet, findings: Sequence[Finding], style: _Style) -> None:
    _write_list(sheet, _FINDING_HEADER, style)
    ordered = sorted(findings, key=lambda each: -_WEIGHT.index(each.severity))[: MOST_ROWS - 10]
    for row, each in enumerate(ordered, start=1):
        cell = cell_name(each.place.row, each.place.column)
        place = where(each.place, style.language)
        values = (place, cell, word(each, style.language), each.code)
        sheet.write_string(row, 0, tier(each.severity, style.language), style.fills[each.severity])
        for column, value in enumerate(values, start=1):
            sheet.write_string(row, column, safe(value), style.wrapped)
    for row, (kind, text) in enumerate(_LEGEND, start=len(ordered) + 2):
        sheet.write_string(row, 0, "", style.fills[kind])
        sheet.write_string(row, 1, style.say(text), style.text)


def _write_changes(sheet: Worksheet, changes: Sequence[Mended], style: _Style) -> None:
    _write_list(sheet, _CHANGE_HEADER, style)
    for row, each in enumerate(changes[: MOST_ROWS - 1], start=1):
        rule = in_words(each.rules, style.language)
        for column, value in enumerate((each.cell, each.field, each.before, each.after, rule)):
            sheet.write_string(row, column, safe(value), style.wrapped)


def _write_table(sheet: Worksheet, table: Sheet, findings: Sequence[Finding], style: _Style) -> None:
    """The header stays in sight. Of a table that is too large, only rows with marks, their numbers in a column before them."""
    marks = _marks(table, findings, style)
    whole = table.rows * len(table.labels) <= MOST_CELLS
    shift = 0 if whole else 1
    sheet.freeze_panes(table.header if whole else 1, shift)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
    sheet.set_column(shift, min(shift + len(table.labels), MOST_COLUMNS) - 1, 18)
    shown = ((number, cells) for number, cells in table.records if whole or number == table.header or number in marks)
    for line, (number, cells) in zip(range(MOST_ROWS), shown, strict=False):
        if shift:
            sheet.write_string(line, 0, str(number) if number != table.header else style.say(_ROW_OF_TABLE), style.header)
        marked = marks.get(number, {})
        plain = style.header if number == table.header else style.text
        for column in range(1, min(max([len(cells), *marked]), MOST_COLUMNS - shift) + 1):
            text = safe(cells[column - 1]) if column <= len(cells) else ""
            kind, note = marked.get(column, ("", ""))
            sheet.write_string(line, column - 1 + shift, text, style.fills.get(kind, plain))
            if note and style.notes:
                style.notes -= 1
                sheet.write_comment(line, column - 1 + shift, safe(note)[:LONGEST_NOTE], {"x_scale": 2.5, "y_scale": 1.5})


def _marks(table: Sheet, findings: Sequence[Finding], style: _Style) -> dict[int, dict[int, tuple[str, str]]]:
    """By row and column: the colour, and the note. What is worst gives the colour, every text stands in the note."""
    marks: dict[int, dict[int, tuple[str, str]]] = {}

    def mark(row: int, column: int, kind: str, text: str) -> None:
        former = marks.setdefault(row, {}).get(column, ("", ""))[1]
        marks[row][column] = (kind, f"{text}\n{former}" if former else text)

    ordered = sorted(findings, key=lambda each: _WEIGHT.index(each.severity))
    for each in ordered:
        if each.severity == "note" and (cell := _cell(each.place, table)):
            mark(*cell, each.severity, word(each, style.language))
    for (row, column), change in table.changes.items():
        after = style.say(_BECOMES) % {"after": change.after} if change.after else style.say(_BECOMES_EMPTY)
        mark(row, column, "change", f"{after}\n{in_words(change.rules, style.language)}")
    for each in ordered:
        if each.severity != "note" and (cell := _cell(each.place, table)):
            mark(*cell, each.severity, word(each, style.language))
    return marks


def _cell(place: Place, table: Sheet) -> tuple[int, int] | None:
    """The row and column of a place in this table: of a row as a whole its first cell, of a column its header."""
    if place.resource != table.resource or not (place.row or place.column or place.field):
        return None
    column = place.column or (table.labels.index(place.field) + 1 if place.field in table.labels else 0)
    return (place.row or table.header, column or 1) if place.row or column else None
