"""A row of a published table back to the raw records that it was derived from, where those are open.

The way is the rules' own: from one record down to its children over foreign keys, then up to what they name
(``derivation.paths``). Records are asked of the typed files that the version keeps of its raw tables.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog import query
from catalog.derivation.conditions import Condition, Where
from catalog.derivation.paths import Hop, Map, PathError, Route
from catalog.derivation.rules import Copy, Count, Rule, Sum, rules_of
from catalog.errors import Refusal
from catalog.model import Field, Package, Resource
from catalog.web.presenting import Shown, Subject, text
from catalog.web.rows import limits_of
from catalog.web.site import site
from catalog.web.views.finding import key_of, spelled

MOST = 200
"""Raw records that are shown of one table; how many there are is said."""
_AT_ONCE = 90
"""Keys in one question: the rows API's own limit is 100."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Records on the way from the row's own record to one of its grain; the last is the one that is read."""

    records: tuple[Record, ...]

    @property
    def grain(self) -> Record:
        """The record that is walked."""
        return self.records[-1]


class Tracer:
    """Raw records of one version."""

    def __init__(self, subject: Subject) -> None:
        assert subject.publication.package.raw is not None, "only derived tables with open records are traced"
        self._subject = subject
        self._publication = subject.publication
        self._raw: Package = subject.publication.package.raw
        self._map = Map(self._raw)
        self._asked: dict[tuple[Any, ...], list[Record]] = {}

    def origin(self, table: Resource, key: Any) -> Record | None:
        """The raw record that a row was made of; None for rows that stand for several."""
        source = str(table.derivation.get("from", ""))
        name = key_of(table)
        fields = {each.name: each for each in (table.schema.fields if table.schema else ())}
        if not name or table.derivation.get("groupBy") or source not in self._map.schemas:
            return None
        rules = _rules(fields[name])
        if len(rules) != 1 or not isinstance(rules[0], Copy) or rules[0].from_.stops:
            return None
        return next(iter(self._records(source, (rules[0].from_.column,), [(spelled(key),)])), None)

    def inputs(self, table: Resource, field: Field, record: Record) -> list[Shown]:
        """The raw records behind one published value, table by table; those that a rule leaves out are marked."""
        source = str(table.derivation["from"])
        reads: dict[tuple[Hop, ...], list[Route]] = {}
        tests: dict[tuple[Hop, ...], Where] = {}
        for rule in _rules(field):
            for path in rule.paths():
                try:
                    route = self._map.route(source, path)
                except PathError:  # it was checked when the package was published; a column of another table is no path
                    continue
                reads.setdefault(route.down, []).append(route)
                if isinstance(rule, Sum | Count) and path is rule.of:
                    tests[route.down] = rule.where
        return [self._shown(source, down, routes, tests.get(down, Where()), record) for down, routes in reads.items()]

    def _shown(self, source: str, down: tuple[Hop, ...], routes: Sequence[Route], where: Where, record: Record) -> Shown:
        lines = [Line((record,))]
        for hop in down:
            lines = list(self._children(lines, hop))
        shown = lines[:MOST]
        grain = down[-1].child if down else source
        resource = self._raw.resource(grain)
        own = self._own_columns(grain, down, routes, where)
        columns = [(resource, name) for name in own]
        cells = [[each.grain.get(name) for name in own] for each in shown]
        for route in {each.table: each for each in routes if each.up}.values():
            names = list(dict.fromkeys(each.field.name for each in routes if each.table == route.table))
            reached = self._up([each.grain for each in shown], route.up)
            columns += [(self._raw.resource(route.table), name) for name in names]
            cells = [[*row, *((one or {}).get(name) for name in names)] for row, one in zip(cells, reached, strict=True)]
        counted = [self._meets(routes[0], where, each) for each in shown]
        return {
            "table": {"name": grain, "title": text(resource.title)},
            "file": self._file(resource),
            "columns": [{"name": name, "title": text(_field(where_, name).title)} for where_, name in columns],
            "rows": [
                {
                    "counted": kept,
                    "cells": [self._cell(where_, name, value) for (where_, name), value in zip(columns, row, strict=True)],
                }
                for row, kept in zip(cells, counted, strict=True)
            ],
            "count": len(lines),
            "tested": bool(where),
        }

    def _own_columns(self, grain: str, down: tuple[Hop, ...], routes: Sequence[Route], where: Where) -> list[str]:
        """Of the row's own record, what is read; of its children everything but the key that leads back to it."""
        read = [each.field.name for each in routes if not each.up]
        if not down:
            tested = [each.path.column for each in where.conditions if not each.path.stops]
            return list(dict.fromkeys((*read, *tested, *(name for each in routes for name in _from(each.up)))))
        schema = self._map.schemas[grain]
        return [each.name for each in schema.fields if each.name not in down[-1].key.fields or each.name in read]

    # Walking

    def _children(self, lines: Sequence[Line], hop: Hop) -> Iterator[Line]:
        wanted = {_key(each.grain, hop.key.reference_fields): each for each in lines}
        for child in self._records(hop.child, hop.key.fields, list(wanted)):
            if (parent := wanted.get(_key(child, hop.key.fields))) is not None:
                yield Line((*parent.records, child))

    def _up(self, records: Sequence[Record | None], hops: Sequence[Hop]) -> list[Record | None]:
        """The record that each names; None where it names none."""
        for hop in hops:
            keys = [_key(each, hop.key.fields) if each is not None else () for each in records]
            wanted = list(dict.fromkeys(each for each in keys if each and all(each)))
            found = {
                _key(each, hop.key.reference_fields): each for each in self._records(hop.parent, hop.key.reference_fields, wanted)
            }
            records = [found.get(each) for each in keys]
        return list(records)

    def _meets(self, route: Route, where: Where, line: Line) -> bool:
        """Whether a record counts. An empty cell equals no value, and is another than each."""
        for each in where.conditions:
            anchored = self._map.anchored(route, each.path)
            reached = self._up([line.records[anchored.anchor]], anchored.route.up)[0] or {}
            if not _holds(each, reached.get(anchored.route.field.name)):
                return False
        return True

    def _records(self, table: str, columns: Sequence[str], keys: Sequence[tuple[str, ...]]) -> list[Record]:
        """Records whose ``columns`` have one of these values, in the order of the table; asked for once."""
        wanted = (table, tuple(columns), tuple(keys))
        if wanted not in self._asked:
            self._asked[wanted] = list(self._read(*wanted))
        return self._asked[wanted]

    def _read(self, table: str, columns: Sequence[str], keys: Sequence[tuple[str, ...]]) -> Iterator[Record]:
        stored = self._publication.file(f"raw/{table}.parquet")
        assert stored is not None, "a version with open records keeps its raw tables"
        parquet, limits = site().store.files.path(stored.sha256), limits_of(site())
        known = query.columns_of(parquet, self._map.schemas[table], limits)
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            listed = [(f"{name}__in", _listed(dict.fromkeys(key[place] for key in part))) for place, name in enumerate(columns)]
            question = query.parse([*listed, ("limit", str(query.MOST))], known, terms=len(columns) * (_AT_ONCE + 2), beside=())
            wanted = set(part)
            for record in query.answer(parquet, question, limits, None, stored.sha256).rows:
                if _key(record, columns) in wanted:
                    yield record

    # Showing

    def _file(self, resource: Resource) -> str:
        """The raw table as the steward gave it."""
        path = f"source/raw/{resource.path}"
        publication = self._publication
        return self._subject.links.files.download(publication.id, publication.version, path) if publication.file(path) else ""

    def _cell(self, resource: Resource, name: str, value: Any) -> Shown:
        codelist = self._subject.codelists.get(_field(resource, name).definition.codelist)
        concept = codelist.find(spelled(value)) if codelist is not None and value is not None else None
        return {"value": value, "label": text(concept.label) if concept else None}


def _rules(field: Field) -> tuple[Rule, ...]:
    try:
        return rules_of(field.definition.derivation)
    except Refusal:
        return ()


def _field(resource: Resource, name: str) -> Field:
    assert resource.schema is not None, "raw tables have schemas"
    return next(each for each in resource.schema.fields if each.name == name)


def _from(hops: Sequence[Hop]) -> tuple[str, ...]:
    """The columns of the first record that lead on."""
    return hops[0].key.fields if hops else ()


def _key(record: Record, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(spelled(record.get(each)) for each in columns)


def _listed(values: Mapping[str, None]) -> str:
    memory = io.StringIO()
    csv.writer(memory, lineterminator="").writerow(values)
    return memory.getvalue()


def _holds(condition: Condition, value: Any) -> bool:
    cell = None if value is None else spelled(value)
    if condition.values and cell not in {spelled(each) for each in condition.values}:
        return False
    if condition.excluded and cell in {spelled(each) for each in condition.excluded}:
        return False
    return condition.present is None or condition.present is (cell is not None)
