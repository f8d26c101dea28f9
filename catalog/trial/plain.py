"""A lone table of which nobody has said what it is: its header, its shape, and how its columns read.

Nothing is guessed that is not in the cells: a column is a number or a date where every cell is one, and where nearly every
cell is one, the others are pointed out, for a person to judge.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from catalog.errors import Finding, Place
from catalog.trial.nouns import Column

SHARE = 0.95
"""Of the filled cells, how many have to read alike before the others are pointed out."""
ENOUGH = 20
"""Filled cells below which a share says nothing."""
SHOWN = 20
"""Cells of one column that are pointed out."""
SETTLED = 1_000
"""Cells of text after which a column is text, where they are more than half of those so far."""
BELOW = 20
"""Rows that tell whether the first one is a title."""
WIDE = 3
"""Cells that a row below a title has at least."""

_KINDS = re.compile(
    r"(?P<code>0[0-9]+)|(?P<integer>-?(?:0|[1-9][0-9]{0,17}))|(?P<number>-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18})"
    r"|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
)
_TEXT = "string"


@dataclass(slots=True)
class _Reading:
    """What the cells of one column look like, and the first of those that look like nothing in particular."""

    kinds: Counter[str] = field(default_factory=Counter)
    others: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    settled: bool = False

    def add(self, row: int, cell: str) -> None:
        """Count a filled cell. A column that is mostly text is text: its cells are no longer looked at."""
        if self.settled:
            self.kinds[_TEXT] += 1
            return
        kind = kind_of(cell)
        self.kinds[kind] += 1
        if kind in (_TEXT, "date"):
            held = self.others.setdefault(kind, [])
            if len(held) < SHOWN:
                held.append((row, cell))
            texts = self.kinds[_TEXT]
            self.settled = texts >= SETTLED and 2 * texts > self.filled

    @property
    def filled(self) -> int:
        return self.kinds.total()

    @property
    def numbers(self) -> int:
        return self.kinds["integer"] + self.kinds["number"]

    def type(self) -> str:
        """The type that every filled cell has; text with a leading zero is a code, so the column is text."""
        if not self.filled:
            return ""
        if self.numbers == self.filled:
            return "number" if self.kinds["number"] else "integer"
        return "date" if self.kinds["date"] == self.filled else _TEXT

    def outliers(self) -> tuple[str, list[tuple[int, str]]]:
        """What nearly all cells are, and those that are not."""
        if self.filled >= ENOUGH and not self.kinds["code"]:
            if self.filled > self.numbers >= SHARE * self.filled:
                return "number", sorted(self.others.get(_TEXT, []) + self.others.get("date", []))[:SHOWN]
            if self.filled > self.kinds["date"] >= SHARE * self.filled:
                return "date", self.others.get(_TEXT, [])
        return "", []


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """``labels`` as the file has them, ``names`` made of them so that each is there once."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: int
    findings: tuple[Finding, ...]

    def schema(self) -> dict[str, Any]:
        """A Table Schema that every cell keeps."""
        return {
            "fields": [
                {"name": each.name, "title": label or each.name, "type": each.type or _TEXT}
                for each, label in zip(self.columns, self.labels, strict=True)
            ]
        }


def kind_of(cell: str) -> str:
    """``integer``, ``number``, ``date``, ``code`` (digits with a leading zero) or ``string``."""
    found = _KINDS.fullmatch(cell)
    kind = (found.lastgroup or _TEXT) if found else _TEXT
    if kind == "date":
        try:
            date.fromisoformat(cell)
        except ValueError:
            return _TEXT
    return kind


def read(records: Iterable[Sequence[str]], place: Place, target: Path) -> Plain:
    """Read a table once and write it to ``target`` as UTF-8 CSV, row for row, under names that a schema can have.

    ``place`` names the file. Raises Refusal as ``records`` does.
    """
    numbered = iter(records)
    labels = tuple(cell.strip() for cell in next(numbered, ()))
    names = unique(labels)
    findings = list(_of_header(labels, place))
    readings = [_Reading() for _ in names]
    rows, widest = 0, 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for rows, cells in enumerate(numbered, start=1):
            writer.writerow(cells)
            for reading, cell in zip(readings, cells, strict=False):
                if cell:
                    reading.add(rows + 1, cell)
            if rows <= BELOW:
                widest = max(widest, sum(map(bool, cells)))
    if sum(bool(label) for label in labels) == 1 and widest >= WIDE:
        findings = [Finding(code="header-not-first", place=_at(place, 1, 1), found=next(filter(None, labels)))]
    findings += _outliers(readings, names, place)
    columns = tuple(
        Column(name=name, position=position, type=reading.type(), filled=reading.filled)
        for position, (name, reading) in enumerate(zip(names, readings, strict=True), start=1)
    )
    return Plain(labels=labels, names=names, columns=columns, rows=rows, findings=tuple(findings))


def unique(labels: Sequence[str]) -> tuple[str, ...]:
    """Names for columns: the labels, an empty one by its number, a repeated one with a number behind it."""
    names: list[str] = []
    taken = set(labels)
    for position, label in enumerate(labels, start=1):
        name, count = label or f"column_{position}", 1
        while name in names or (name != label and name in taken):
            count += 1
            name = f"{label or f'column_{position}'}_{count}"
        names.append(name)
    return tuple(names)


def _at(place: Place, row: int, column: int, name: str = "") -> Place:
    return Place(file=place.file, resource=place.resource, field=name, row=row, column=column)


def _of_header(labels: Sequence[str], place: Place) -> Iterator[Finding]:
    if not any(labels):
        yield Finding(code="table-empty", place=place)
        return
    for column, label in enumerate(labels, start=1):
        if not label:
            yield Finding(code="stock.blank-label", place=_at(place, 1, column))
        elif label in labels[: column - 1]:
            yield Finding(code="stock.duplicate-label", place=_at(place, 1, column, label), found=label)


def _outliers(readings: Sequence[_Reading], names: Sequence[str], place: Place) -> Iterator[Finding]:
    for column, (reading, name) in enumerate(zip(readings, names, strict=True), start=1):
        kind, cells = reading.outliers()
        for row, cell in cells:
            where = _at(place, row, column, name)
            yield Finding(code=f"column-outlier.{kind}", severity="warning", place=where, found=cell[:200])
