"""CSV that is made from the canonical one: other headers, labels instead of codes, a form that Excel opens.

Cells stay as the steward wrote them; where only the header differs, the rest is copied byte for byte.
"""

import codecs
import csv
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from catalog.formats.labels import Labels
from catalog.formats.reading import header_of

_CHUNK = 1 << 20
_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_FORMULA = re.compile(r".(?!$)(?![0-9][0-9.,]*$)", re.DOTALL)
"""Behind such a sign, what a spreadsheet would work out: neither the sign alone nor a number."""


def write_csv(
    canonical: Path, target: Path, *, headers: Sequence[str] = (), labels: Mapping[int, Labels] | None = None, excel: bool = False
) -> None:
    """Write the table of a canonical CSV anew. ``headers`` and the keys of ``labels`` go by the places of its columns.

    ``excel``: with a byte order mark, and an apostrophe before every text that Excel would take for a formula.
    """
    with canonical.open("rb") as given, target.open("wb") as sink:
        if excel:
            sink.write(codecs.BOM_UTF8)
        old, size = header_of(canonical)
        text = io.TextIOWrapper(sink, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(headers or old)
        given.seek(size)
        if not labels and not excel:
            shutil.copyfileobj(given, sink, _CHUNK)
        else:
            rows = csv.reader(io.TextIOWrapper(given, encoding="utf-8", newline=""))
            writer.writerows(_changed(each, labels or {}, excel=excel) for each in rows if each)
        text.flush()


def _changed(cells: list[str], labels: Mapping[int, Labels], *, excel: bool) -> list[str]:
    for place, known in labels.items():
        cells[place] = known.get(cells[place], cells[place])
    return [safe(each) for each in cells] if excel else cells


def safe(cell: str) -> str:
    """The cell, behind an apostrophe where a spreadsheet would work it out."""
    return f"'{cell}" if cell.startswith(_SIGNS) and _FORMULA.match(cell) else cell
