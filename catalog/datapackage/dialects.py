"""Table Dialect (Data Package v2; CSV Dialect in v1) of a table of text, as flat members that ``tables`` reads.

Frictionless also writes the members that are CSV's own into an object ``csv``; both forms are taken.
"""

from typing import Any

from catalog.datapackage.objects import Node
from catalog.media import XLSX
from catalog.model import Json
from catalog.tables import Dialect

CSV_KEYS = ("delimiter", "lineTerminator", "quoteChar", "doubleQuote", "escapeChar", "skipInitialSpace")
"""Members that concern the characters; frictionless keeps them in an object of their own."""

SHEET_KEYS = ("sheet", "preserveFormatting", "adjustFloatingPointError", "stringified")
"""Members that frictionless keeps in an object ``excel``; of ``ods`` it knows the first. Merged cells are not filled here."""

_TABLE_KEYS = ("header", "headerRows", "headerJoin", "headerCase", "commentChar", "commentRows", "skipBlankRows")
_DESCRIPTIVE = ("$schema", "name", "type", "title", "description", "caseSensitiveHeader", "csvddfVersion")
_ELSEWHERE = ("nullSequence", "property", "itemType", "itemKeys", "sheetNumber", "sheetName", "table")
_CHARACTERS = {"delimiter": 1, "quoteChar": 0, "escapeChar": 1, "commentChar": 1}
_FLAGS = ("doubleQuote", "skipInitialSpace", "header", "headerCase", "skipBlankRows")
_LAST_HEADER_ROW = 100  # frictionless looks for the header in a sample of so many rows
_LAST_COMMENT_ROW = 1_000_000


def read_dialect(node: Node) -> dict[str, Any]:
    """The members that were declared, checked. Everything that is wrong is noted on ``node``."""
    node.only((*CSV_KEYS, *_TABLE_KEYS, *_DESCRIPTIVE, *_ELSEWHERE, "csv"), code="dialect-key-unknown")
    for key in _ELSEWHERE:
        if key in node:
            node.refuse("dialect-unsupported", key, found=key)
    nested = node.child("csv")
    if nested:
        nested.only(CSV_KEYS, code="dialect-key-unknown")
    declared = _members(node) | _members(nested)
    _distinct(node, declared)
    return declared


def read_sheet_dialect(node: Node, format_: str) -> dict[str, Any]:
    """The same of a sheet: which one it is, where its header stands."""
    kind = "excel" if format_ == XLSX.name else format_
    node.only((*_TABLE_KEYS, *_DESCRIPTIVE, *_ELSEWHERE, kind), code="dialect-key-unknown")
    for key in _ELSEWHERE:
        if key in node:
            node.refuse("dialect-unsupported", key, found=key)
    nested = node.child(kind)
    known = SHEET_KEYS if kind == "excel" else SHEET_KEYS[:1]
    nested.only(known, code="dialect-key-unknown")
    declared = _members(node) | {key: nested.flag(key) for key in known[1:] if key in nested}
    if "sheet" in nested:
        declared["sheet"] = _sheet(nested)
    return declared


def explicit_sheet(dialect: Dialect, declared: Json, format_: str) -> dict[str, Any]:
    """The dialect of a sheet as frictionless is told it."""
    kind = "excel" if format_ == XLSX.name else format_
    return _whole(dialect, declared) | {kind: {key: declared[key] for key in SHEET_KEYS if key in declared}}


def explicit(dialect: Dialect, declared: Json) -> dict[str, Any]:
    """The dialect as frictionless is told it: every member, so that it guesses nothing from a sample of the file."""
    csv: dict[str, Any] = {
        "delimiter": dialect.delimiter,
        "lineTerminator": declared.get("lineTerminator", "\r\n"),
        "quoteChar": dialect.quote_char,
        "doubleQuote": dialect.double_quote,
        "skipInitialSpace": dialect.skip_initial_space,
    }
    if dialect.escape_char:
        csv["escapeChar"] = dialect.escape_char
    return _whole(dialect, declared) | {"csv": csv}


def _whole(dialect: Dialect, declared: Json) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "header": dialect.header,
        "headerJoin": dialect.header_join,
        "headerCase": declared.get("headerCase", True),
        "commentRows": list(dialect.comment_rows),
        "skipBlankRows": dialect.skip_blank_rows,
    }
    if dialect.header:
        whole["headerRows"] = list(dialect.header_rows)
    if dialect.comment_char:
        whole["commentChar"] = dialect.comment_char
    return whole


def _members(node: Node) -> dict[str, Any]:
    declared: dict[str, Any] = {}
    for key in (*CSV_KEYS, *_TABLE_KEYS):
        if key not in node:
            continue
        if key in _FLAGS:
            declared[key] = node.flag(key)
        elif key in _CHARACTERS:
            declared[key] = _character(node, key)
        elif key == "headerRows":
            declared[key] = _rows(node, key, _LAST_HEADER_ROW, least=1)
        elif key == "commentRows":
            declared[key] = _rows(node, key, _LAST_COMMENT_ROW, least=0)
        else:
            declared[key] = node.text(key)
    return declared


def _sheet(node: Node) -> str | int:
    """Its name, or its number from 1."""
    value = node.value["sheet"]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    return node.line("sheet")


def _distinct(node: Node, declared: dict[str, Any]) -> None:
    """Delimiter, quote and escape characters must differ, and none may be a space that is skipped."""
    roles = {"delimiter": ",", "quoteChar": '"', "escapeChar": ""}
    used = [character for key, default in roles.items() if (character := declared.get(key, default))]
    if len(set(used)) < len(used) or (declared.get("skipInitialSpace") and " " in used):
        node.refuse("dialect-character", found=" ".join(used))


def _character(node: Node, key: str) -> str:
    """One character that is no line end; "" where nothing is quoted."""
    text = node.text(key)
    fits = len(text) == 1 or (not text and _CHARACTERS[key] == 0)
    if isinstance(node.value[key], str) and (not fits or text in ("\r", "\n")):
        node.refuse("dialect-character", key, found=text)
    return text


def _rows(node: Node, key: str, last: int, *, least: int) -> list[int]:
    """Row numbers from 1, each greater than the one before."""
    rows = node.items(key)
    numbers = [each for each in rows if isinstance(each, int) and not isinstance(each, bool) and 1 <= each <= last]
    if len(numbers) != len(rows) or numbers != sorted(set(numbers)) or len(numbers) < least:
        node.refuse("dialect-rows", key, found=node.value[key], expected=str(last))
    return numbers or [1]
