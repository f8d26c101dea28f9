"""A table up to the row where stock stopped: it had found as many errors as it tells of one table.

What comes after that row is not in its report, so our own findings are not about it either; and they cost what those of a
short table cost, however long the file is.
"""

import csv
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from catalog.errors import Finding, Place
from catalog.model import Json
from catalog.tables import formatting
from catalog.validation.limits import LONGEST_RECORD
from catalog.validation.subjects import Subject

_WARNING = "reached error limit: "
"""Stock 5.21, ``Resource.validate``."""


def last_rows(report: Json) -> dict[str, int]:
    """The tables of a report that is cut by its limit of errors, each with the last row (a record number) that was read."""
    return {
        task["name"]: max(1, *(each.get("rowNumber") or 1 for each in task["errors"]))
        for task in report["tasks"]
        if any(each.startswith(_WARNING) for each in task["warnings"])
    }


def told(report: Json) -> tuple[Finding, ...]:
    """A finding (``report-cut``) for each of them."""
    rows = last_rows(report)
    return tuple(
        Finding(
            code="report-cut",
            severity="warning",
            place=Place(file=task["place"], resource=task["name"], row=rows[task["name"]]),
            found=f"{len(task['errors']):,}",
        )
        for task in report["tasks"]
        if task["name"] in rows
    )


def beginning(subject: Subject, last: int, target: Path) -> Subject:
    """The table up to this record, copied to ``target``. Raises UnicodeError and csv.Error as reading does."""
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    with (
        subject.path.open(encoding=subject.encoding, errors="strict", newline="") as source,
        target.open("w", encoding=subject.encoding, errors="strict", newline="") as sink,
    ):
        records = csv.reader(_copied(source, sink), **formatting(subject.dialect))
        for _cells in itertools.islice(records, last):
            pass
    return replace(subject, path=target)


def _copied(lines: Iterable[str], sink: TextIO) -> Iterator[str]:
    """``csv`` asks for no more lines than its records have."""
    for line in lines:
        sink.write(line)
        yield line
