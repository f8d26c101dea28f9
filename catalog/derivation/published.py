"""Derived tables as files: written all together or not at all, and compared with what stands there.

A derived table is UTF-8 CSV with LF line ends. ``check`` compares cells as text, so that another spelling of the same
number is a difference, while line ends, quotation marks and a byte order mark are not.
"""

import csv
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from catalog.derivation.columns import Labels, Mask, objects
from catalog.derivation.engine import LIMITS, CodeLists, Derived, Progress, derive
from catalog.derivation.plan import is_derived
from catalog.derivation.reading import Cells, read_cells
from catalog.derivation.records import SHOWN
from catalog.errors import Finding, Place, Refusal
from catalog.model import Package
from catalog.tables import Dialect, dialect_of

_SEPARATOR = "\x1f"


def write(package: Package, tables: Mapping[str, Derived]) -> tuple[Path, ...]:
    """Write the data files of derived tables into the package's folder, and answer their paths.

    Every file is complete before the first takes its place; none is synced, as a lost one is derived anew.
    Raises Refusal("derivation-form") where a table declares a form that is not plain UTF-8 CSV.
    """
    assert package.root is not None, "only a package that lies in a folder can be written"
    findings = tuple(each for table in tables.values() for each in _unwritable(table))
    if findings:
        raise Refusal(*findings)
    prepared: list[tuple[Path, Path]] = []
    try:
        for table in tables.values():
            target = package.root / table.resource.path
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
            prepared.append((Path(name), target))
            _fill(handle, table)
            prepared[-1][0].chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        for temporary, target in prepared:
            temporary.replace(target)
    finally:
        for temporary, _target in prepared:
            temporary.unlink(missing_ok=True)
    return tuple(target for _temporary, target in prepared)


def _unwritable(table: Derived) -> tuple[Finding, ...]:
    resource = table.resource
    place = Place(file="datapackage.json", resource=resource.name)
    if resource.encoding != "utf-8":
        return (Finding(code="derivation-form", place=place, found=resource.encoding),)
    if dialect_of(resource) != Dialect():
        return (Finding(code="derivation-form", place=place, found=", ".join(resource.dialect) or resource.format),)
    return ()


def _fill(handle: int, table: Derived) -> None:
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.header)
        writer.writerows(table.rows())


def check(
    package: Package, vocabulary: CodeLists, *, limits: tuple[int, int] = LIMITS, progress: Progress | None = None
) -> tuple[Finding, ...]:
    """What is wrong with the published tables: nothing, or findings that name the first rows that differ.

    A package without derived tables has nothing to prove. Where the raw records are absent that is a warning
    (``derivation-unproven``); rules and records that cannot be used are findings too, never an exception.
    """
    if not is_derived(package):
        return ()
    if package.raw is None:
        return (Finding(code="derivation-unproven", severity="warning", place=Place(file="datapackage.json")),)
    try:
        tables = derive(package, vocabulary, limits=limits, progress=progress)
    except Refusal as refusal:
        return refusal.findings
    return tuple(each for table in tables.values() for each in _compared(package, table, limits))


def _compared(package: Package, table: Derived, limits: tuple[int, int]) -> tuple[Finding, ...]:
    assert package.root is not None, "only a package that lies in a folder can be checked"
    resource = table.resource
    place = Place(file=resource.path, resource=resource.name)
    try:
        cells = read_cells(package.root / resource.path, resource, table.header, place, limits)
    except Refusal as refusal:
        return tuple(
            replace(each, code="derivation-header-differs") if each.code == "derivation-header" else each
            for each in refusal.findings
        )
    return _Comparison.of(table, cells, place).findings()


@dataclass(frozen=True, slots=True, eq=False)
class _Comparison:
    """Published and derived columns of a table, its rows found by the primary key where it has one, else by position."""

    table: Derived
    place: Place
    published: dict[str, Labels]
    derived: dict[str, Labels]
    rows: Labels
    published_keys: pd.Index
    derived_keys: pd.Index

    @classmethod
    def of(cls, table: Derived, cells: Cells, place: Place) -> "_Comparison":
        published = {name: np.asarray(cells.columns[name], dtype=object) for name in table.header}
        derived = {name: objects(column) for name, column in zip(table.header, table.columns, strict=True)}
        key = table.resource.schema.primary_key if table.resource.schema else ()
        keys = _keys(published, key, len(cells)), _keys(derived, key, len(table))
        return cls(table, place, published, derived, objects(list(cells.rows)), *keys)

    def findings(self) -> tuple[Finding, ...]:
        repeated = self.published_keys.duplicated()
        found = self.derived_keys.get_indexer(self.published_keys)
        extra = (found < 0) | repeated
        lost = ~self.derived_keys.isin(self.published_keys)
        return (*self._rows(extra, lost), *self._cells(np.flatnonzero(~extra), found[~extra]))

    def _rows(self, extra: Mask, lost: Mask) -> list[Finding]:
        findings = []
        total = {"total": f"{int(extra.sum()):,}"}
        for position in np.flatnonzero(extra)[:SHOWN]:
            place = replace(self.place, row=int(self.rows[position]))
            found = _shown(self.published, position)
            findings.append(Finding(code="derivation-row-extra", place=place, found=found, details=total))
        total = {"total": f"{int(lost.sum()):,}"}
        for position in np.flatnonzero(lost)[:SHOWN]:
            expected = _shown(self.derived, position)
            findings.append(Finding(code="derivation-row-missing", place=self.place, expected=expected, details=total))
        return findings

    def _cells(self, ours: "np.typing.NDArray[np.intp]", theirs: "np.typing.NDArray[np.intp]") -> list[Finding]:
        """Cells that differ in rows that both have, in the order of the published file."""
        differing: list[tuple[int, int, str]] = []
        total = 0
        for number, name in enumerate(self.table.header, start=1):
            wrong = np.flatnonzero(self.published[name][ours] != self.derived[name][theirs])
            total += len(wrong)
            differing += [(int(each), number, name) for each in wrong[:SHOWN]]
        return [
            Finding(
                code="derivation-differs",
                place=replace(self.place, field=name, row=int(self.rows[ours[each]]), column=number),
                found=str(self.published[name][ours[each]]),
                expected=str(self.derived[name][theirs[each]]),
                details={"total": f"{total:,}"},
            )
            for each, number, name in sorted(differing)[:SHOWN]
        ]


def _keys(columns: Mapping[str, Labels], key: tuple[str, ...], size: int) -> pd.Index:
    if not key:
        return pd.Index(np.arange(size))
    return pd.Index(objects([_SEPARATOR.join(each) for each in zip(*(columns[name] for name in key), strict=True)]))


def _shown(columns: Mapping[str, Labels], position: int) -> str:
    return ", ".join(str(column[position]) for column in columns.values())
