"""Files of records into columns of text: a fast lane for plain files, and ``tables`` for every other one.

The fast lane is taken only where it provably reads what ``tables`` reads: UTF-8, one header row, rows of equal length (by
the number of delimiters, or where cells are quoted by a strict pass of ``csv``). Any doubt goes to ``tables``, with its findings.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from catalog.derivation.columns import Indices, objects
from catalog.errors import Finding, Place, Refusal
from catalog.model import Resource
from catalog.tables import Dialect, dialect_of, read_table

_DOUBTFUL = (b"\0", b"\x1b")
_SHOWN = 10
_HEADER_ROW = 1


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The columns of a file by name, as text, with the record number of each row (from 1, the header is one)."""

    columns: dict[str, Any]
    rows: Indices

    def __len__(self) -> int:
        return len(self.rows)


def read_cells(path: Path, resource: Resource, names: Sequence[str], place: Place, limits: tuple[int, int]) -> Cells:
    """The named columns of a table. ``limits``: most columns, most bytes in a cell.

    Raises Refusal with the findings of ``tables``, ``derivation-header``, ``derivation-row-ragged`` and
    ``derivation-file-missing``.
    """
    if not path.is_file():
        raise Refusal(Finding(code="derivation-file-missing", place=place))
    frame = _fast(path, resource)
    labels = [str(each).strip() for each in frame.iloc[0]] if frame is not None else []
    if frame is None or not _each_once(labels, names):
        return _careful(path, resource, names, place, limits)
    rows = np.arange(_HEADER_ROW + 1, len(frame) + 1, dtype=np.int64)
    return Cells({name: frame.iloc[1:, labels.index(name)] for name in names}, rows)


def _fast(path: Path, resource: Resource) -> pd.DataFrame | None:
    dialect = dialect_of(resource)
    if dialect != Dialect(delimiter=dialect.delimiter) or resource.encoding != "utf-8" or len(dialect.delimiter) != 1:
        return None
    data = path.read_bytes()
    if any(each in data for each in _DOUBTFUL):
        return None
    try:
        frame = pd.read_csv(
            io.BytesIO(data),
            sep=dialect.delimiter,
            header=None,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            encoding="utf-8-sig",
        )
    except (ValueError, pd.errors.ParserError):
        return None
    return frame if _even(data, dialect.delimiter, frame) else None


def _even(data: bytes, delimiter: str, frame: pd.DataFrame) -> bool:
    """Whether every row has as many cells as the frame: pandas fills short rows up and says nothing."""
    height, width = frame.shape
    if b'"' not in data:
        return data.count(delimiter.encode()) == height * (width - 1) and not (width == 1 and bool((frame[0] == "").any()))
    try:
        records = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter, strict=True)
        return set(map(len, records)) == {width}
    except csv.Error:
        return False


def _careful(path: Path, resource: Resource, names: Sequence[str], place: Place, limits: tuple[int, int]) -> Cells:
    table = read_table(path, resource, max_columns=limits[0], max_cell_bytes=limits[1])
    if not _each_once(table.labels, names):
        here = Place(file=place.file, resource=place.resource, row=_HEADER_ROW)
        raise Refusal(Finding(code="derivation-header", place=here, found=", ".join(table.labels), expected=", ".join(names)))
    numbered = list(table.rows)
    width = len(table.labels)
    ragged = [(number, len(cells)) for number, cells in numbered if len(cells) != width]
    if ragged:
        raise Refusal(*(_ragged(number, found, width, place) for number, found in ragged[:_SHOWN]))
    by_column = list(zip(*(cells for _number, cells in numbered), strict=True)) or [()] * width
    rows = np.array([number for number, _cells in numbered], dtype=np.int64)
    return Cells({name: objects(by_column[table.labels.index(name)]) for name in names}, rows)


def _each_once(labels: Sequence[str], names: Sequence[str]) -> bool:
    return all(labels.count(name) == 1 for name in names)


def _ragged(number: int, found: int, width: int, place: Place) -> Finding:
    here = Place(file=place.file, resource=place.resource, row=number)
    return Finding(code="derivation-row-ragged", place=here, found=str(found), expected=str(width))
