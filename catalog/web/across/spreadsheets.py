"""Small tables as CSV for a spreadsheet: UTF-8 with a byte order mark, and no text that would be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    """As RFC 4180 has it. Numbers stand as they are; None is an empty cell."""
    memory = io.StringIO(newline="")
    writer = csv.writer(memory)
    writer.writerow(header)
    writer.writerows([_cell(each) for each in row] for row in rows)
    return ("\ufeff" + memory.getvalue()).encode()


def _cell(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
