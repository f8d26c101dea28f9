"""The first rows of the tables of a version, as its page shows them: read from the JSON lines that were kept at publish.

Reading a few lines costs the same of a table with ten rows and of one with five million.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from catalog import media
from catalog.model import Publication, StoredFile
from catalog.values import wareki_year
from catalog.web.presenting import Shown
from catalog.web.site import site

COLUMNS = 20
"""Columns of a table that are shown; the files and the API have all of them."""
_ROWS, _FEWEST = 10, 3
_CELLS = 300
"""Cells of all tables of a page together: what is read on a page has to stay light."""
_TABLES = 6
"""Tables of a page whose first rows are shown."""
_LONGEST_CELL = 40
_LONGEST_LINE = 500_000
"""Bytes of a row that are read; where one is longer the preview ends before it."""
_NUMBERS = ("integer", "number")


def previews(publication: Publication, tables: list[Shown]) -> dict[str, Shown]:
    """By table name: the columns that are shown, and the first rows; a table whose rows were not kept is left out.

    A cell is ``{"text", "figure", "era"}``; ``text`` is None where it is empty.
    """
    found: dict[str, Shown] = {}
    room = _CELLS // max(1, min(len(tables), _TABLES))
    for table in tables[:_TABLES]:
        kept = publication.file(f"{table['name']}{media.NDJSON.suffix}")
        if kept is not None and table["fields"]:
            columns = table["fields"][:COLUMNS]
            rows = [
                [_cell(row.get(each["name"]), each) for each in columns]
                for row in _read(kept, max(_FEWEST, min(_ROWS, room // len(columns))))
            ]
            found[table["name"]] = {"columns": columns, "rows": rows, "hidden": len(table["fields"]) - len(columns)}
    return found


def rows_of(publication: Publication, table: str, count: int) -> list[Mapping[str, Any]]:
    """The first rows of a table as objects; none where they were not kept."""
    kept = publication.file(f"{table}{media.NDJSON.suffix}")
    return list(_read(kept, count)) if kept is not None else []


def _read(kept: StoredFile, count: int) -> Iterator[Mapping[str, Any]]:
    with site().store.files.open(kept.sha256) as stream:
        yield from _lines(stream, count)


def _lines(stream: BinaryIO, count: int) -> Iterator[Mapping[str, Any]]:
    for _number in range(count):
        line = stream.readline(_LONGEST_LINE)
        if not line or (len(line) == _LONGEST_LINE and not line.endswith(b"\n")):
            return
        yield json.loads(line, parse_float=Decimal)


def _cell(value: Any, field: Shown) -> Shown:
    if value is None:
        return {"text": None, "figure": False, "era": ""}
    return {"text": _text(value, field), "figure": field["type"] in _NUMBERS, "era": _era(value, field)}


def _text(value: Any, field: Shown) -> str:
    """As the file spells it; numbers that have a unit in groups of three, as amounts are read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return f"{value:,}" if field["definition"]["unit"] else str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + "…"


def _era(value: Any, field: Shown) -> str:
    if field["type"] != "date":
        return ""
    try:
        return wareki_year(date.fromisoformat(str(value)))
    except ValueError:
        return ""
