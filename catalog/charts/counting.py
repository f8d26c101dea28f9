"""A declared view and a published table -> its figures, worked out by DuckDB from the typed file, a set at a time.

Whatever the size of the table, a view stays readable: of many values the largest are shown, and the others stand together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.charts import periods
from catalog.charts.categories import Values, query_of
from catalog.charts.nouns import Axis, Category, Counted, Filter, Group, Number, Unknown
from catalog.formats import columns_in, engine
from catalog.model import Condition, Field, Measure, Resource, View
from catalog.vocabulary.codelists import CodeList

MOST = {"bars": 40, "matrix": 100}
"""Categories of ``by``, with the rest as one more."""
MOST_ACROSS = {"bars": 6, "timeline": 6, "matrix": 40}
_NUMERIC = ("integer", "number")
_ADDED = ("count", "sum")
_BEFORE_SILENT = 0.5
"""The rank of the rest: behind every value, before "no data"."""
_CHOICES = 300
"""Choices of a filter: more than people look through."""

_Key = tuple[str | None, bool]
"""A value, and whether it stands for the rest."""


def count(view: View, table: Resource, parquet: Path, codelists: Mapping[str, CodeList]) -> Counted:
    """The figures of a view over a table's typed file. Raises as ``engine.faults``."""
    with engine.faults():
        counting = _Counting(view, table, parquet, codelists)
        match view.kind:
            case "figure":
                return counting.figure()
            case "finder":
                return counting.finder()
            case _:
                return counting.crossed()


@dataclass(frozen=True, slots=True)
class _Dimension:
    """A column that rows are told apart by, as SQL. ``kept`` are its values where there are too many; None: all."""

    values: Values
    sql: str
    kept: tuple[str | None, ...] | None = None
    distinct: int = 0

    @property
    def key(self) -> str:
        """SQL of the value that is shown, NULL where it is missing or one of the rest."""
        return self.sql if self.kept is None else f"CASE WHEN {self._is_kept} THEN {self.sql} END"

    @property
    def rest(self) -> str:
        """SQL of whether it is one of the rest."""
        return "false" if self.kept is None else f"({self.sql} IS NOT NULL AND NOT {self._is_kept})"

    @property
    def _is_kept(self) -> str:
        listed = ", ".join(engine.text(each) for each in self.kept or () if each is not None)
        return f"coalesce({self.sql} IN ({listed}), false)" if listed else "false"


class _Counting:
    """One view over one table."""

    def __init__(self, view: View, table: Resource, parquet: Path, codelists: Mapping[str, CodeList]) -> None:
        self._view = view
        self._fields = {each.name: each for each in (table.schema.fields if table.schema else ())}
        self._columns = {each.field.name: each for each in reversed(columns_in(parquet, table))}
        self._rows = engine.rows(parquet)
        self._codelists = codelists
        self._query = query_of(view.where)

    # Figures

    def figure(self) -> Counted:
        found = self._ask(f"SELECT {self._measure(self._view.measure)} FROM {self._rows} {self._where()}")[0][0]
        field = self._fields.get(self._view.measure.field)
        timely = field is not None and field.type not in _NUMERIC and self._view.measure.function != "distinct"
        return Counted(
            view=self._view.name,
            kind=self._view.kind,
            query=self._query,
            total=None if timely else _number(found),
            text=str(found) if timely and found is not None else "",
            unknown=tuple(self._unknown()),
        )

    def _unknown(self) -> list[Unknown]:
        """Rows that have no data in a column that the figure asks of: they are not "no", and are told apart."""
        found = []
        for asked in self._view.where:
            if asked.values and not self._values(asked.field).silent.intersection(asked.values):
                others = tuple(each for each in self._view.where if each is not asked)
                found += self._silent(asked.field, others)
        measure = self._view.measure
        if measure.field and measure.function != "distinct":
            found += self._silent(measure.field, self._view.where)
        return found

    def _silent(self, name: str, where: Sequence[Condition]) -> list[Unknown]:
        sql, values = self._text(name), self._values(name)
        listed = ", ".join(engine.text(each) for each in sorted(values.silent))
        missing, silent = self._ask(
            f"SELECT count(*) FILTER (WHERE {sql} IS NULL), count(*) FILTER (WHERE {sql} IN ({listed or 'NULL'})) "
            f"FROM {self._rows} {self._where(where)}"
        )[0]
        code = Condition(field=name, values=tuple(sorted(values.silent)))
        asked = ((missing, Condition(field=name, present=False)), (silent, code))
        return [Unknown(field=name, count=each, query=query_of((*where, which))) for each, which in asked if each]

    # Charts and tables

    def crossed(self) -> Counted:
        """Rows counted by one column or by two."""
        view = self._view
        by, across = self._by(), self._across()
        group = self._dimension(view.group) if view.group else None
        chosen = [by.key, by.rest, *([across.key, across.rest] if across else ["NULL", "false"]), group.sql if group else "NULL"]
        cells: dict[tuple[_Key, str | None], dict[_Key, Number | None]] = {}
        statement = f"SELECT {', '.join(chosen)}, {self._measure(view.measure)} FROM {self._rows} {self._where()} GROUP BY ALL"
        for value, rest, other, other_rest, grouped, number in self._ask(statement):
            cells.setdefault(((value, rest), grouped), {})[(other, other_rest)] = _number(number)
        rows = self._ordered_rows(by, group, cells)
        columns = self._ordered(across, {each for row in cells.values() for each in row}) if across else ()
        empty = 0 if view.measure.function in ("count", "distinct") else None
        keys: list[_Key] = [_key(each) for each in columns] or [(None, False)]
        values = tuple(tuple(cells.get((_key(row), row.group), {}).get(key, empty) for key in keys) for row in rows)
        return Counted(
            view=view.name,
            kind=view.kind,
            query=self._query,
            by=Axis(field=view.by, categories=rows),
            across=Axis(field=view.across, categories=columns) if across else None,
            groups=self._groups(group, rows, values),
            values=values,
            total=_number(self._ask(f"SELECT {self._measure(view.measure)} FROM {self._rows} {self._where()}")[0][0]),
        )

    def _by(self) -> _Dimension:
        if self._view.kind == "timeline":
            field = self._fields[self._view.by]
            sql = periods.bucket(engine.name(self._columns[field.name].name), field.type, self._view.unit)
            latest = self._ask(
                f"SELECT DISTINCT {sql} AS t FROM {self._rows} {self._where()} "
                f"ORDER BY t DESC NULLS LAST LIMIT {periods.MOST + 1}"
            )
            kept = None if len(latest) <= periods.MOST else tuple(each[0] for each in latest[: periods.MOST])
            return _Dimension(self._values(field.name), sql, kept)
        return self._folded(self._dimension(self._view.by), MOST[self._view.kind])

    def _across(self) -> _Dimension | None:
        if not self._view.across:
            return None
        return self._folded(self._dimension(self._view.across), MOST_ACROSS[self._view.kind])

    def _dimension(self, name: str) -> _Dimension:
        return _Dimension(self._values(name), self._text(name))

    def _folded(self, dimension: _Dimension, most: int) -> _Dimension:
        """The dimension with its largest values only, where it has more than ``most``."""
        sql = dimension.sql
        distinct = self._ask(f"SELECT count(DISTINCT {sql}) FROM {self._rows} {self._where()}")[0][0]
        if distinct <= most:
            return dimension
        largest = self._ask(
            f"SELECT {sql} FROM {self._rows} {self._where()} GROUP BY 1 HAVING {sql} IS NOT NULL "
            f"ORDER BY {self._measure(self._view.measure)} DESC NULLS LAST, 1 LIMIT {most}"
        )
        return replace(dimension, kept=tuple(each[0] for each in largest), distinct=distinct)

    # The order of categories

    def _ordered_rows(
        self, by: _Dimension, group: _Dimension | None, cells: Mapping[tuple[_Key, str | None], Mapping[_Key, Number | None]]
    ) -> tuple[Category, ...]:
        if self._view.kind == "timeline":
            return periods.categories(self._fields[self._view.by], self._view.unit, {key for key, _group in cells})
        grouped = {grouped for _key, grouped in cells}
        ranked = sorted(grouped, key=lambda each: (group.values.rank(each), each or "")) if group else [None]
        sums = {key: sum(each or 0 for each in row.values()) for key, row in cells.items()}
        found: list[Category] = []
        for each in ranked:
            own = {key: total for (key, where), total in sums.items() if where == each}
            found += [replace(one, group=each) for one in self._ordered(by, set(own), own)]
        return tuple(found)

    def _ordered(
        self, dimension: _Dimension, keys: set[_Key], sizes: Mapping[_Key, Number] | None = None
    ) -> tuple[Category, ...]:
        """Categories in the order of their codes, or the largest first; the rest and "no data" come last."""
        values, view = dimension.values, self._view
        split = view.kind != "matrix" and view.across == values.field.name
        zeros = (split or (view.zeros and not view.group)) and dimension.kept is None and len(values.known) <= MOST["bars"]
        wanted = keys | ({(each, False) for each in values.known} if zeros else set())
        sizes = sizes or {}
        by_size = view.sort == "value" or not values.known

        def rank(key: _Key) -> tuple[Any, ...]:
            value, rest = key
            late, place = values.rank(value)
            return (_BEFORE_SILENT if rest else late, -sizes.get(key, 0) if by_size else place, value or "")

        ordered = sorted(wanted, key=rank)
        return tuple(
            values.rest(dimension.distinct - len(dimension.kept or ())) if rest else values.category(value)
            for value, rest in ordered
        )

    def _groups(
        self, group: _Dimension | None, rows: Sequence[Category], values: Sequence[Sequence[Number | None]]
    ) -> tuple[Group, ...]:
        if group is None:
            return ()
        added = self._view.measure.function in _ADDED
        found: dict[str | None, Number] = {}
        for row, numbers in zip(rows, values, strict=True):
            found[row.group] = found.get(row.group, 0) + sum(each or 0 for each in numbers)
        return tuple(Group(category=group.values.category(each), total=total if added else None) for each, total in found.items())

    # Finders

    def finder(self) -> Counted:
        total = self._ask(f"SELECT count(*) FROM {self._rows} {self._where()}")[0][0]
        filters = tuple(self._filter(self._fields[each]) for each in self._view.filters)
        return Counted(view=self._view.name, kind=self._view.kind, query=self._query, total=total, filters=filters)

    def _filter(self, field: Field) -> Filter:
        sql = self._text(field.name)
        if field.type in _NUMERIC and not field.definition.codelist:
            number = self._amount(field)
            low, high, missing = self._ask(
                f"SELECT min({number}), max({number}), count(*) - count({sql}) FROM {self._rows} {self._where()}"
            )[0]
            return Filter(field=field.name, minimum=_number(low), maximum=_number(high), missing=missing)
        values = self._values(field.name)
        statement = f"SELECT DISTINCT {sql} FROM {self._rows} {self._where()} LIMIT {_CHOICES}"
        present = {each[0] for each in self._ask(statement)} | set(values.known if field.constraints.get("enum") else ())
        ordered = sorted(present, key=lambda each: (values.rank(each), each or ""))
        return Filter(field=field.name, missing=int(None in present), choices=tuple(values.category(each) for each in ordered))

    # SQL

    def _ask(self, statement: str) -> list[Any]:
        return engine.connection().execute(statement).fetchall()

    def _values(self, name: str) -> Values:
        field = self._fields[name]
        return Values.of(field, self._codelists.get(field.definition.codelist), self._view)

    def _text(self, name: str) -> str:
        return f"CAST({engine.name(self._columns[name].name)} AS VARCHAR)"

    def _amount(self, field: Field) -> str:
        """A column as numbers: some stand as text in the typed file, because no type of its own holds them exactly."""
        column = self._columns[field.name]
        name = engine.name(column.name)
        return f"TRY_CAST({name} AS DOUBLE)" if column.type == "VARCHAR" and field.type in _NUMERIC else name

    def _measure(self, measure: Measure) -> str:
        if measure.function == "count":
            return "count(*)"
        amount = self._amount(self._fields[measure.field])
        return f"count(DISTINCT {amount})" if measure.function == "distinct" else f"{measure.function}({amount})"

    def _where(self, conditions: Sequence[Condition] | None = None) -> str:
        tests = [part for each in (self._view.where if conditions is None else conditions) for part in self._tests(each)]
        return f"WHERE {' AND '.join(tests)}" if tests else ""

    def _tests(self, asked: Condition) -> list[str]:
        """As the rows API reads the same question: a missing value meets "not" and nothing else."""
        column = self._columns[asked.field]
        name = engine.name(column.name)

        def typed(value: str) -> str:
            return f"TRY_CAST({engine.text(value)} AS {column.type})"

        tests = [f"{name} IN ({', '.join(map(typed, asked.values))})"] if asked.values else []
        tests += [f"{name} IS DISTINCT FROM {typed(each)}" for each in asked.excluded]
        tests += [f"{name} >= {typed(asked.minimum)}"] if asked.minimum else []
        tests += [f"{name} <= {typed(asked.maximum)}"] if asked.maximum else []
        if asked.present is not None:
            tests.append(f"{name} IS {'NOT ' if asked.present else ''}NULL")
        return tests


def _key(category: Category) -> _Key:
    return (None, True) if category.rest else (category.value, False)


def _number(value: Any) -> Number | None:
    """A figure as JSON has it: whole where it is whole."""
    if value is None or value != value:  # noqa: PLR0124  NaN is what differs from itself
        return None
    if isinstance(value, Decimal | float):
        return int(value) if value == int(value) else float(value)
    return int(value)
