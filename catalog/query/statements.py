"""A question -> SQL statements: names from the columns of the file, every value bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.query.columns import FILE, Column
from catalog.query.engine import name
from catalog.query.jsontext import figure, written
from catalog.query.nearness import distance, distance_values
from catalog.query.questions import Measure, Question

_NUMBER = "file_row_number"
_NUMBERED = FILE.removesuffix(")") + f", {_NUMBER} = true)"
_COUNTED = "catalog row number"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with a place for each of ``values``."""

    sql: str
    values: tuple[Any, ...]


def numbered(columns: Sequence[Column]) -> tuple[str, str]:
    """The name of the row numbers, from 0, and the rows with them, their path to be bound. A column may have that name, too."""
    if all(each.sql.casefold() != name(_NUMBER) for each in columns):
        return _NUMBER, _NUMBERED
    return name(_COUNTED), f"(SELECT *, row_number() OVER () - 1 AS {name(_COUNTED)} FROM {FILE})"


def row_id(columns: Sequence[Column], called: str) -> Column:
    """The numbers of the rows in the file, from 1, to filter and sort by as if they were a column of that name."""
    return Column(called, f"({numbered(columns)[0]} + 1)", "BIGINT", "number")


class Statements:
    """The statements of one question to one file."""

    def __init__(self, path: str, question: Question) -> None:
        self._path = path
        self._question = question
        self._number, self._file = numbered(question.table)
        self._order = _orders(question)

    def count(self) -> Statement:
        """How many rows meet the conditions."""
        where, values = self._where()
        return Statement(f"SELECT count(*) FROM {self._file}{where}", (self._path, *values))

    def anchor(self, position: int) -> Statement:
        """By what the row of a cursor is sorted, each as text that casts back to the same value."""
        keys = ", ".join(f"CAST({sql} AS VARCHAR)" for sql, _type, _descending in self._order)
        bound = distance_values(*self._center()) if self._question.near else ()
        sql = f"SELECT {keys} FROM {self._file} WHERE {self._number} = ?"
        return Statement(sql, (*bound, self._path, position))

    def page(self, columns: Sequence[Column], anchor: Sequence[str | None] | None, position: int | None) -> Statement:
        """One row more than the limit: its number, then its values as JSON texts; those behind the row of ``position``."""
        where, values = self._where()
        if position is not None:
            behind, bound = self._behind(anchor or (), position)
            where = f"{where} AND {behind}" if where else f" WHERE {behind}"
            values = (*values, *bound)
        order, bound = self._sorted()
        chosen = "".join(f", {each.sql} AS v{place}" for place, each in enumerate(columns))
        rows = f"SELECT {self._number} AS n{chosen} FROM {self._file}{where} ORDER BY {order} LIMIT {self._question.limit + 1}"
        rows += f" OFFSET {self._question.skip}" if self._question.skip else ""
        texts = "".join(f", {written(each, f'v{place}')}" for place, each in enumerate(columns))
        sql = f"SELECT n{texts} FROM ({rows})" if columns else rows  # only what is given is written as JSON
        return Statement(sql, (self._path, *values, *bound))

    def groups(self, offset: int) -> Statement:
        """One group more than the limit, each with the number of all groups in front."""
        asked = self._question
        where, values = self._where()
        inner = [f"{each.sql} AS v{place}" for place, each in enumerate(asked.groups)]
        inner += [f"{_computed(each)} AS m{place}" for place, each in enumerate(asked.measures)]
        outer = [written(each, f"v{place}") for place, each in enumerate(asked.groups)]
        outer += [figure(each, f"m{place}") for place, each in enumerate(asked.measures)]
        grouping = f" GROUP BY {', '.join(each.sql for each in asked.groups)}" if asked.groups else ""
        aliases = {each.name: f"v{place}" for place, each in enumerate(asked.groups)}
        aliases |= {each.name: f"m{place}" for place, each in enumerate(asked.measures)}
        order = [f"{aliases[each.by.name]} {_direction(each.descending)}" for each in asked.keys]
        order += [f"{aliases[each.name]} {_direction(descending=False)}" for each in asked.groups]
        ordered = f" ORDER BY {', '.join(order)}" if order else ""
        groups = f"SELECT {', '.join(inner)} FROM {self._file}{where}{grouping}"
        page = f"SELECT *, count(*) OVER () AS n FROM ({groups}){ordered} LIMIT {asked.limit + 1} OFFSET {offset}"
        return Statement(f"SELECT n, {', '.join(outer)} FROM ({page})", (self._path, *values))

    def _where(self) -> tuple[str, tuple[Any, ...]]:
        terms = self._question.terms
        sql = " AND ".join(each.sql for each in terms)
        return (f" WHERE {sql}" if terms else ""), tuple(value for each in terms for value in each.values)

    def _center(self) -> tuple[float, float]:
        near = self._question.near
        return (near.latitude, near.longitude) if near else (0.0, 0.0)

    def _sorted(self) -> tuple[str, tuple[Any, ...]]:
        order = [f"{sql} {_direction(descending)}" for sql, _type, descending in self._order]
        bound = distance_values(*self._center()) if self._question.near else ()
        return ", ".join([*order, self._number]), bound

    def _behind(self, anchor: Sequence[str | None], position: int) -> tuple[str, tuple[Any, ...]]:
        """Rows that come after one: first those that a key puts there while the keys before it are equal, then by number."""
        equal: list[str] = []
        equal_values: list[Any] = []
        ways: list[str] = []
        values: list[Any] = []
        near = distance_values(*self._center()) if self._question.near else ()
        for (sql, type_, descending), value in zip(self._order, anchor, strict=True):
            if value is not None:
                after = f"({sql} {'<' if descending else '>'} CAST(? AS {type_}) OR {sql} IS NULL)"
                ways.append(" AND ".join([*equal, after]))
                values += [*equal_values, *near, value, *near]
            equal.append(f"{sql} IS NOT DISTINCT FROM CAST(? AS {type_})")
            equal_values += [*near, value]
        ways.append(" AND ".join([*equal, f"{self._number} > ?"]))
        values += [*equal_values, position]
        return "(" + " OR ".join(f"({each})" for each in ways) + ")", tuple(values)


def _orders(question: Question) -> tuple[tuple[str, str, bool], ...]:
    """What rows are sorted by: SQL, its type, and whether it descends. Nearness is the only key that has values to bind."""
    if question.grouped:
        return ()
    if question.near is not None and not question.keys:
        return ((distance(question.near.place), "DOUBLE", False),)
    by = [(each.by, each.descending) for each in question.keys]
    return tuple((column.sql, column.type, descending) for column, descending in by if isinstance(column, Column))


def _direction(descending: bool) -> str:
    return "DESC NULLS LAST" if descending else "ASC NULLS LAST"


def _computed(measure: Measure) -> str:
    """One figure. Sums of binary fractions are compensated (Kahan), so that threads that share the work give the same sum."""
    if measure.column is None:
        return "count(*)"
    column = measure.column
    if measure.function == "sum" and column.kind == "double":
        return f"fsum({column.sql})"
    if measure.function == "avg":
        return f"favg(CAST({column.sql} AS DOUBLE))"
    return f"{measure.function}({column.sql})"
