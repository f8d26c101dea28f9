"""Rows that stock cannot speak of within bounds: each error holds the whole row, and there is one for each cell too many.

A line of 100,000 commas, 100 KB, made it take minutes and gigabytes; so do the hundreds of empty columns that a spreadsheet
may write behind a table. Such rows are told by us, and stock is not asked.
"""

import contextlib
import csv
import itertools
import math
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog.errors import Finding, Place, Refusal
from catalog.model import Package, Resource
from catalog.tables import SHEETS, Dialect, dialect_of, effective_encoding, formatting
from catalog.validation.limits import LONGEST_RECORD, MOST_CELLS
from catalog.validation.sheets import records

if TYPE_CHECKING:
    from catalog.validation.screening import Screened

CELLS = 2_000_000
"""Cells that stock may copy for the errors of rows that are too long: a few seconds."""
CHARACTERS = 100_000_000
"""Characters that the errors of one row may come to."""

_Record = tuple[int, list[str]]
_NEVER = "\n\n"
"""Stands in no line."""


def bulky(package: Package, screened: "Mapping[str, Screened]", limit_errors: int) -> tuple[Finding, ...]:
    """A finding (``too-many-columns``, ``row-too-long``, ``cells-beyond``) for each table that stock cannot be asked about."""
    found = (_of_table(each, _records(package, each, screened.get(each.name)), limit_errors) for each in package.tables())
    return tuple(each for each in found if each is not None)


def _of_table(table: Resource, records: Iterator[_Record], limit_errors: int) -> Finding | None:
    width = len(table.schema.fields) if table.schema else 0
    copied = errors = 0
    counts_short = _is_regular(table)
    for number, cells in records:
        beyond = len(cells) - width
        if beyond <= 0:
            if number == 1:
                counts_short = counts_short and not beyond
            elif beyond:
                errors += counts_short
                if 0 < limit_errors <= errors:
                    return None
            continue
        place = Place(file=table.path, resource=table.name, row=number)
        if len(cells) > max(MOST_CELLS, width):
            return Finding(code="too-many-columns", place=place, found=str(len(cells)), expected=str(max(MOST_CELLS, width)))
        if beyond * sum(map(len, cells)) > CHARACTERS:
            return Finding(code="row-too-long", place=place, expected=str(CHARACTERS // beyond))
        copied += beyond * len(cells)
        if copied > CELLS:
            return Finding(code="cells-beyond", place=place, found=str(len(cells)), expected=str(width))
        errors += beyond if any(cells) else 1  # of a row without a value stock says nothing but that
        if 0 < limit_errors <= errors:
            return None
    return None


def _is_regular(table: Resource) -> bool:
    """Whether stock finds a fault with every row that is too short, unless the header is too short itself."""
    usual = Dialect(delimiter=dialect_of(table).delimiter)
    return (
        table.format not in SHEETS
        and dialect_of(table) == usual
        and table.schema is not None
        and table.schema.fields_match == "exact"
    )


def _records(package: Package, table: Resource, screened: "Screened | None") -> Iterator[_Record]:
    """The rows that stock will read, the header with them, as leniently as it reads them."""
    if table.format in SHEETS:
        with contextlib.suppress(Refusal):  # stock stops there too
            yield from ((number, [str(cell or "") for cell in cells]) for number, cells in records(package, table))
        return
    assert package.root is not None, "a package is validated while its folder is open"
    path = package.root.joinpath(*PurePosixPath(table.path).parts)
    dialect = dialect_of(table)
    few = screened is not None and len(screened.suspects) <= screened.rows // 2
    last = (dialect.header_rows[-1] if dialect.header else 0) if few else math.inf
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    width = len(table.schema.fields) if table.schema else 0
    with (
        contextlib.suppress(csv.Error),  # stock stops there too
        path.open(encoding=effective_encoding(path, table.encoding), errors="replace", newline="") as file,
    ):
        yield from _wide(file, dialect, width, last)
    if screened is not None and few:
        yield from zip(screened.plain.numbered(screened.aside).tolist(), screened.fetch(screened.aside), strict=True)


def _wide(lines: Iterator[str], dialect: Dialect, width: int, last: float) -> Iterator[_Record]:
    """Those of the first ``last`` records that may not have ``width`` cells: the first of all, and all that have more or less.

    A line without quotation marks and escapes is a record, and cutting it would take ten times as long as counting.
    """
    between = max(width, 1) - 1
    delimiter, quote, escape = dialect.delimiter, dialect.quote_char or _NEVER, dialect.escape_char or _NEVER
    for number, line in enumerate(lines, start=1):
        if number > last:
            return
        if quote in line or escape in line:
            yield number, next(csv.reader(itertools.chain((line,), lines), **formatting(dialect)))
        elif number == 1 or line.count(delimiter) != between:
            yield number, next(csv.reader((line,), **formatting(dialect)))
