"""The raw tables in memory: read when first needed, cast by their schema, joined over their foreign keys."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pandas as pd

from catalog.derivation.columns import (
    LARGEST,
    Indices,
    Labels,
    Mask,
    Numbers,
    Texts,
    Unfit,
    booleans_of,
    numbers_of,
    objects,
    texts_of,
)
from catalog.derivation.conditions import Scalar, spelled
from catalog.derivation.paths import Hop, Route
from catalog.derivation.plan import Test
from catalog.derivation.reading import read_cells
from catalog.errors import Finding, Place, Refusal
from catalog.model import Field, Package, Resource

SHOWN = 10
"""At most so many findings of one kind are reported for a column."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where values stand in a file, so that a finding can name the row: ``rows`` are record numbers."""

    file: str
    resource: str
    field: str
    rows: Indices

    def place(self, position: int) -> Place:
        """The place of one value."""
        return Place(file=self.file, resource=self.resource, field=self.field, row=int(self.rows[position]))

    def refusal(self, texts: Texts, unfit: Unfit) -> Refusal:
        """Findings for the first rows that hold unfit labels."""
        if not len(unfit.labels):
            place = Place(file=self.file, resource=self.resource, field=self.field)
            return Refusal(Finding(code=unfit.code, place=place, expected=unfit.expected))
        return self.refuse(unfit.code, np.isin(texts.codes, unfit.labels), texts.text(), unfit.expected)

    def refuse(self, code: str, wrong: Mask, found: Labels, expected: str = "", **details: str) -> Refusal:
        """Findings for the first rows where ``wrong`` holds."""
        positions = np.flatnonzero(wrong)[:SHOWN]
        return Refusal(
            *(
                Finding(code=code, place=self.place(each), found=str(found[each]), expected=expected, details=details)
                for each in positions
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """One raw table: a column of text for each field of its schema."""

    resource: Resource
    columns: dict[str, Texts]
    rows: Indices
    file: str

    def __len__(self) -> int:
        return len(self.rows)

    def field(self, name: str) -> Field:
        """The field of that name."""
        assert self.resource.schema is not None
        return next(each for each in self.resource.schema.fields if each.name == name)

    def origin(self, name: str, index: Indices | None = None) -> Origin:
        """Where the values of a column stand, at the positions ``index`` (row 0 where there is none)."""
        rows = self.rows if index is None else np.append(self.rows, 0)[index]
        return Origin(self.file, self.resource.name, name, rows)


@dataclass(slots=True)
class Records:
    """The raw package as columns. ``limits``: most columns, most bytes in a cell."""

    package: Package
    limits: tuple[int, int]
    _tables: dict[str, RawTable] = field(default_factory=dict)
    _parents: dict[tuple[str, tuple[str, ...], str], Indices] = field(default_factory=dict)

    def table(self, name: str) -> RawTable:
        """A raw table. Raises Refusal where it cannot be read."""
        if name not in self._tables:
            self._tables[name] = self._read(self.package.resource(name))
        return self._tables[name]

    def _read(self, resource: Resource) -> RawTable:
        assert resource.schema is not None
        assert self.package.root is not None
        file = f"raw/{resource.path}"
        place = Place(file=file, resource=resource.name)
        names = resource.schema.names()
        try:
            cells = read_cells(self.package.root / resource.path, resource, names, place, self.limits)
        except Refusal as refusal:
            raise Refusal(*(replace(each, place=replace(each.place, file=file)) for each in refusal.findings)) from None
        columns = {}
        for each in resource.schema.fields:
            missing = resource.schema.missing_values if each.missing_values is None else each.missing_values
            columns[each.name] = texts_of(cells.columns[each.name], missing)
        return RawTable(resource, columns, cells.rows, file)

    # -------------------------------------------------------------------------------------------- foreign keys

    def parents(self, hop: Hop) -> Indices:
        """For each record of the child, the position of the record that its foreign key names; -1 where the key is empty.

        Raises Refusal: ``derivation-key-unmatched``, ``derivation-key-repeated``.
        """
        known = (hop.child, hop.key.fields, hop.parent)
        if known not in self._parents:
            self._parents[known] = self._matched(hop)
        return self._parents[known]

    def _matched(self, hop: Hop) -> Indices:
        child, parent = self.table(hop.child), self.table(hop.parent)
        pairs = list(zip(hop.key.fields, hop.key.reference_fields, strict=True))
        keys = np.zeros(len(parent), dtype=np.int64)
        wanted = np.zeros(len(child), dtype=np.int64)
        lacking = np.zeros(len(parent), dtype=bool)
        unmatched = np.zeros(len(child), dtype=bool)
        empty = np.ones(len(child), dtype=bool)
        for own, other in pairs:
            ours, theirs = child.columns[own], parent.columns[other]
            codes = np.append(pd.Index(theirs.labels).get_indexer(pd.Index(ours.labels)), -1).astype(np.int64)[ours.codes]
            size = len(theirs.labels) + 1
            keys, wanted = keys * size + theirs.codes, wanted * size + codes
            lacking |= theirs.missing
            unmatched |= codes < 0
            empty &= ours.missing
            if len(pairs) > 1:  # kept small, so that the next column cannot lead out of the range of 64 bits
                both = pd.factorize(np.concatenate([keys, wanted]))[0].astype(np.int64)
                keys, wanted = both[: len(parent)], both[len(parent) :]
        self._unique(hop, keys, lacking)
        present = np.flatnonzero(~lacking)
        found = pd.Index(keys[present]).get_indexer(pd.Index(wanted))
        positions = np.append(present, -1)[found].astype(np.int64)
        positions[unmatched] = -1
        lost = (positions < 0) & ~empty
        if lost.any():
            shown = _spelled([child.columns[own] for own, _other in pairs])
            raise child.origin(", ".join(hop.key.fields)).refuse("derivation-key-unmatched", lost, shown, hop.parent)
        return positions

    def _unique(self, hop: Hop, keys: Indices, lacking: Mask) -> None:
        parent = self.table(hop.parent)
        repeated = pd.Series(keys).duplicated().to_numpy() & ~lacking
        if repeated.any():
            shown = _spelled([parent.columns[each] for each in hop.key.reference_fields])
            origin = parent.origin(", ".join(hop.key.reference_fields))
            raise origin.refuse("derivation-key-repeated", repeated, shown)

    def climb(self, index: Indices, hops: tuple[Hop, ...]) -> Indices:
        """Follow foreign keys upwards from the records at ``index``; -1 where a key is empty."""
        for hop in hops:
            index = np.append(self.parents(hop), -1)[index]
        return index

    def ancestors(self, route: Route) -> tuple[Indices, ...]:
        """For each record of the route's grain: its record in ``source`` and in each table on the way down, last itself."""
        levels = [np.arange(len(self.table(route.grain)), dtype=np.int64)]
        for hop in reversed(route.down):
            levels.append(self.climb(levels[-1], (replace(hop, down=False),)))
        return tuple(reversed(levels))

    # -------------------------------------------------------------------------------------------- values and conditions

    def passes(self, test: Test, levels: tuple[Indices, ...]) -> Mask:
        """For each record of a grain (``levels`` are its ancestors) whether it meets the condition."""
        route, condition = test.at.route, test.condition
        index = self.climb(levels[test.at.anchor], route.up)
        texts = self.table(route.table).columns[route.field.name].take(index)
        mask = np.ones(len(texts), dtype=bool)
        if condition.values:
            mask &= texts.where(self._equal(route.table, route.field, condition.values))
        if condition.excluded:
            mask &= ~texts.where(self._equal(route.table, route.field, condition.excluded))
        if condition.present is not None:
            mask &= texts.missing != condition.present
        return mask

    def _equal(self, table: str, column: Field, values: tuple[Scalar, ...]) -> Mask:
        """For each label of a raw column whether it is one of ``values``, compared by the type of the column."""
        raw = self.table(table)
        labels = raw.columns[column.name].labels
        each_once = Texts(np.arange(len(labels), dtype=np.int64), labels)
        if column.type in NUMERIC:
            numbers = self.cast(raw, column, each_once, numbers_of)
            wanted = [Decimal(str(each)).scaleb(numbers.scale) for each in values]
            return np.isin(numbers.values, [int(each) for each in wanted if abs(each) <= LARGEST and each == int(each)])
        if column.type == "boolean":
            labels = self.cast(raw, column, each_once, booleans_of).text()
        return np.isin(labels, np.array([spelled(each) for each in values], dtype=object))

    def cast(self, raw: RawTable, column: Field, texts: Texts, reader: "Caster[_Cast]") -> "_Cast":
        """Cells of a raw column by its type; ``texts`` has the column's own labels. Refusal names the rows that do not fit."""
        try:
            return reader(texts, column)
        except Unfit as unfit:
            raise raw.origin(column.name).refusal(raw.columns[column.name], unfit) from None


_Cast = TypeVar("_Cast", Texts, Numbers)
Caster = Callable[[Texts, Field], _Cast]
NUMERIC = frozenset({"integer", "number"})


def _spelled(columns: list[Texts]) -> Labels:
    """The cells of several columns as one text a row."""
    return objects([", ".join(each) for each in zip(*(column.text() for column in columns), strict=True)])
