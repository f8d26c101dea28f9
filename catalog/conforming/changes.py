"""The change log: one line for each cell that is not as it was in the file, in the order of the file."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.values import cell_name

HEADER = ("row", "cell", "column", "before", "after", "rules")
BOM = "\ufeff"
"""Tells a spreadsheet that a CSV is UTF-8."""


@dataclass(frozen=True, slots=True)
class Change:
    """A changed cell. ``row`` and ``column`` count from 1 in the source, title and header rows with them, as a spreadsheet does.

    ``field`` is the column of the standard, ``rules`` the ids of the rules in the order in which they changed the cell.
    """

    row: int
    column: int
    field: str
    before: str
    after: str
    rules: tuple[str, ...]

    @property
    def cell(self) -> str:
        """The name that a spreadsheet gives the cell: D12."""
        return cell_name(self.row, self.column)


def log(changes: Iterable[Change]) -> bytes:
    """The change log as CSV (RFC 4180, UTF-8 with a byte order mark)."""
    rows = ((str(each.row), each.cell, each.field, each.before, each.after, ";".join(each.rules)) for each in changes)
    return table(HEADER, rows)


def table(header: Iterable[str], rows: Iterable[Iterable[str]], *, mark: bool = True) -> bytes:
    """CSV (RFC 4180), UTF-8, with a byte order mark where it is wanted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return ((BOM if mark else "") + text.getvalue()).encode()


def by_rule(changes: Iterable[Change]) -> dict[str, int]:
    """How many cells each rule changed, the most first."""
    return dict(Counter(rule for each in changes for rule in each.rules).most_common())
