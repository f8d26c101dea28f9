"""What the engine is asked of every row of a table, as SQL expressions over the columns ``c0``, ``c1`` … (all VARCHAR).

The answers: ``clean`` (nothing is wrong with the row, and not all of its cells are missing), ``size`` (the bytes of its
cells), ``key0`` … (a number that is equal where keys are; 0 where a row has none or it is not known) and, of questions that
come from elsewhere, ``flags0`` …, ``doubts0`` … (of rows that are not clean, and may use the name ``clean``), ``asked0`` ….
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.validation.predicates import Cell, cell, key_of, whole_number
from catalog.validation.scanning import Observation, Question
from catalog.validation.sql import Types, Uncovered, joined
from catalog.validation.subjects import Column, Reference, Subject

FLAGS = 31
"""Observations that share an INTEGER, a bit each."""

_NUMBERS = frozenset({"integer", "number"})
_TEXTS = frozenset({"any", "string"})

Cells = Sequence[Cell] | Mapping[int, Cell]
"""By position; of a mapping, only the columns of a key are asked for."""

Members = Callable[[Reference], str]
"""Answers the ENUM type of the keys that a foreign key may name, "" where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """``expressions`` by name. ``keys``: the columns of each ``key…``.

    ``answers``: the name of the answer to each question, and its bit (None for a repetition, whose answer is a key).
    ``values``: what expressions use by name, for the engine works out every mention of it anew.
    """

    expressions: Mapping[str, str]
    values: Mapping[str, str]
    keys: tuple[tuple[int, ...], ...] = ()
    answers: tuple[tuple[str, int | None], ...] = ()

    def sql(self, source: str) -> str:
        """The query, of a table with the columns ``c0``, ``c1`` …."""
        values = ", ".join(["*", *(f"{sql} AS {name}" for name, sql in self.values.items())])
        proven = f"SELECT *, {self.expressions['clean']} AS clean FROM (SELECT {values} FROM {source})"  # noqa: S608  made of literals
        rest = ", ".join(f"{sql} AS {name}" for name, sql in self.expressions.items() if name != "clean")
        return f"SELECT clean, {rest} FROM ({proven})"  # noqa: S608  the same


class Asking:
    """Puts a query together. ``longest`` is the length of the longest record of the file in bytes."""

    def __init__(self, subject: Subject, types: Types, longest: int) -> None:
        self._subject = subject
        self._types = types
        self._counter = "USMALLINT" if longest < 1 << 16 else "UINTEGER"
        self._values: dict[str, str] = {}
        self._tests: list[str] = []
        self._flags: list[str] = []
        self._doubts: list[str] = []
        self._others: dict[str, str] = {}
        self._keys: list[tuple[int, ...]] = []
        self._answers: list[tuple[str, int | None]] = []

    def prove(self, members: Members) -> None:
        """Ask for proof of every column and key. Raises Uncovered where one is of a kind that nothing can be proven of."""
        subject = self._subject
        whole = {index: f"v{index}" for index, column in enumerate(subject.columns) if column.type == "integer"}
        self._values = {name: whole_number(f"c{index}") for index, name in whole.items()}
        cells = [cell(column, f"c{index}", self._types, whole.get(index, "")) for index, column in enumerate(subject.columns)]
        self._tests = [each.clean for each in cells if each.clean != "true"]
        if subject.primary_key:
            self._key(subject.primary_key, cells)
            self._test(_with_key(subject, cells, subject.primary_key))
        for index in subject.unique:
            self._key((index,), cells)
            self._test(f"({cells[index].missing} OR {cells[index].text} IS NOT NULL)")
        if not (subject.primary_key or any(each.present for each in cells)):
            self._test(joined("OR", [f"NOT {each.missing}" for each in cells], "true"))
        for reference in subject.references:
            self._test(_referring(subject, cells, reference, members))

    def doubt(self) -> None:
        """Prove nothing: every row is a suspect."""
        self._tests = ["false"]

    def ask(self, questions: Sequence[Question]) -> None:
        """Questions from elsewhere."""
        for number, each in enumerate(questions):
            if isinstance(each, Observation):
                column = self._subject.columns[each.column]
                plain = column.format == "default" and not column.options and each.of_type == column.type
                name, flags = ("doubts", self._doubts) if plain else ("flags", self._flags)
                place, bit = divmod(len(flags), FLAGS)
                flags.append(self._filled(each, each.predicate))
                self._answers.append((f"{name}{place}", bit))
            else:
                self._others[f"asked{number}"] = _hashed(self._filled(each, each.key))
                self._answers.append((f"asked{number}", None))

    def select(self) -> Select:
        """All that is asked."""
        sizes = joined("+", [f"strlen(c{index})" for index in range(len(self._subject.columns))], "0")
        asked = {"clean": f"coalesce({joined('AND', self._tests, 'true')}, false)", "size": f"({sizes})::{self._counter}"}
        asked |= {f"flags{place}": sql for place, sql in enumerate(_bits(self._flags))}
        asked |= {f"doubts{place}": f"(CASE WHEN clean THEN 0 ELSE {sql} END)" for place, sql in enumerate(_bits(self._doubts))}
        return Select(expressions=asked | self._others, values=self._values, keys=tuple(self._keys), answers=tuple(self._answers))

    def _test(self, sql: str) -> None:
        if sql != "true":
            self._tests.append(sql)

    def _key(self, columns: tuple[int, ...], cells: Cells) -> None:
        sql = _hashed(key_sql(self._subject, cells, columns))
        only = cells[columns[0]]
        if len(columns) == 1 and only.certain:
            sql = f"(CASE WHEN {only.missing} THEN 0::UBIGINT ELSE hash({only.text}) | 1 END)"
        self._others[f"key{len(self._keys)}"] = sql
        self._keys.append(columns)

    def _filled(self, question: Question, text: str) -> str:
        if isinstance(question, Observation) and "{listed}" in text:
            text = text.replace("{listed}", self._types.member("{cell}", question.values))
        text = text.replace("{cell}", f"{{column:{question.column}}}")
        for index in range(len(self._subject.columns)):
            if "{column:" not in text:
                break
            text = text.replace(f"{{column:{index}}}", f"c{index}")
        if "{column:" in text:
            raise ValueError(f"question {question.code} names a column that the table does not have")
        return f"({text})"


def _bits(flags: Sequence[str]) -> Iterator[str]:
    """Sums of powers of two, of so many flags each as an integer holds."""
    for first in range(0, len(flags), FLAGS):
        some = flags[first : first + FLAGS]
        summed = joined("+", [f"(CASE WHEN {sql} THEN {1 << bit} ELSE 0 END)" for bit, sql in enumerate(some)], "0")
        yield f"({summed})::{_narrowest(len(some))}"


def _narrowest(bits: int) -> str:
    return next(type_ for width, type_ in ((8, "UTINYINT"), (16, "USMALLINT"), (FLAGS, "UINTEGER")) if bits <= width)


def key_sql(subject: Subject, cells: Cells, columns: Sequence[int]) -> str:
    """A text that is equal for two rows where their keys are; NULL where it is not known (or the only cell is missing)."""
    for index in columns:
        if not cells[index].text:
            raise Uncovered(f"a key of type {subject.columns[index].type}")
    if len(columns) == 1:
        return cells[columns[0]].key
    parts = [
        f"(CASE WHEN {cells[index].missing} THEN '~' ELSE strlen({cells[index].text}) || ':' || {cells[index].text} END)"
        for index in columns
    ]
    return joined("||", parts, "''")


def _with_key(subject: Subject, cells: Cells, columns: Sequence[int]) -> str:
    """SQL: does the row have a key, and is it known."""
    if len(columns) == 1 and cells[columns[0]].present:
        return "true" if cells[columns[0]].certain else f"({cells[columns[0]].text} IS NOT NULL)"
    missing = joined("AND", [cells[index].missing for index in columns], "true")
    return f"({key_sql(subject, cells, columns)} IS NOT NULL AND NOT {missing})"


def key_text(columns: Sequence[Column], values: Sequence[Any]) -> str | None:
    """The same text, of values that stock has read; None where no canonical row can have this key."""
    if len(columns) == 1:
        return key_of(columns[0], values[0])
    parts = []
    for column, value in zip(columns, values, strict=True):
        text = key_of(column, value)
        if text is None and value is not None:
            return None
        parts.append("~" if text is None else f"{len(text.encode())}:{text}")
    return "".join(parts)


def comparable(one: Column, other: Column) -> bool:
    """Whether values of the two columns are equal exactly where their key texts are."""
    if one.type == other.type:
        return one.format == other.format or one.type in _TEXTS
    return {one.type, other.type} <= _NUMBERS or {one.type, other.type} <= _TEXTS


def _hashed(key: str) -> str:
    """A number that is not 0; 0 for NULL (of which ``hash`` makes a number too)."""
    return f"(CASE WHEN {key} IS NULL THEN 0::UBIGINT ELSE hash({key}) | 1 END)"


def _referring(subject: Subject, cells: Sequence[Cell], reference: Reference, members: Members) -> str:
    missing = joined("AND", [cells[index].missing for index in reference.columns], "true")
    key = key_sql(subject, cells, reference.columns)
    if len(reference.columns) == 1:
        key = cells[reference.columns[0]].text
    name = members(reference)
    return f"(CASE WHEN TRY_CAST({key} AS {name}) IS NOT NULL THEN true ELSE {missing} END)" if name else missing
