"""What the engine is asked of every row of a table, as SQL expressions over the columns ``c0``, ``c1`` … (all VARCHAR).

The questions are dealt out to as many readers as there are threads, each with columns of its own, for reading is cheap
and asking is not. The answers of reader ``n``: ``clean<n>`` (nothing is wrong with its columns), ``blank<n>`` (all of them are
missing), ``size<n>`` (their bytes); and, each from one of the readers, ``key<k>`` (a number that is equal where keys are; 0
where a row has none or it is not known) and the answers to questions from elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.validation.predicates import Cell, cell, key_of
from catalog.validation.scanning import Observation, Question
from catalog.validation.sql import Types, Uncovered, joined
from catalog.validation.subjects import Column, Reference, Subject

FLAGS = 31
"""Observations that share an INTEGER, a bit each."""

_NUMBERS = frozenset({"integer", "number"})
_TEXTS = frozenset({"any", "string"})
_COSTS: Mapping[str, int] = {
    "any": 1,
    "string": 2,
    "boolean": 3,
    "integer": 7,
    "date": 7,
    "datetime": 9,
    "number": 12,
    "geopoint": 20,
}
_COST, _COST_OF_PATTERN = 8, 10

Cells = Sequence[Cell] | Mapping[int, Cell]
"""By position; of a mapping, only the columns of a key are asked for."""

Members = Callable[[Reference], str]
"""Answers the ENUM type of the keys that a foreign key may name, "" where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """``readers``: what each of them is asked, by name. ``keys``: the columns of each ``key<k>``.

    ``answers``: the name of the answer to each question, and its bit (None for a repetition, whose answer is a key).
    """

    readers: tuple[Mapping[str, str], ...]
    keys: tuple[tuple[int, ...], ...] = ()
    answers: tuple[tuple[str, int | None], ...] = ()


@dataclass(slots=True)
class _Reader:
    columns: list[int] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    cost: int = 0

    def expressions(self, number: int) -> dict[str, str]:
        """Everything it is asked."""
        asked = {
            f"clean{number}": f"coalesce({joined('AND', self.tests, 'true')}, false)",
            f"blank{number}": f"coalesce({joined('AND', self.missing, 'true')}, false)",
            f"size{number}": joined("+", [f"strlen(c{index})" for index in self.columns], "0") + "::INTEGER",
        }
        for first in range(0, len(self.flags), FLAGS):
            bits = [f"(CASE WHEN {sql} THEN {1 << bit} ELSE 0 END)" for bit, sql in enumerate(self.flags[first : first + FLAGS])]
            asked[f"flags{number}_{first // FLAGS}"] = joined("+", bits, "0") + "::INTEGER"
        return asked | self.others


class Asking:
    """Deals the questions out. ``readers`` is how many there may be."""

    def __init__(self, subject: Subject, types: Types, readers: int) -> None:
        self._subject = subject
        self._types = types
        self._readers = [_Reader() for _number in range(min(readers, len(subject.columns)))]
        self._reader_of: dict[int, _Reader] = {}
        costs = {index: _cost(column) for index, column in enumerate(subject.columns)}
        for index in sorted(costs, key=lambda each: -costs[each]):
            reader = min(self._readers, key=lambda each: each.cost)
            reader.columns.append(index)
            reader.cost += costs[index]
            self._reader_of[index] = reader
        self._keys: list[tuple[int, ...]] = []
        self._answers: list[tuple[str, int | None]] = []

    def prove(self, members: Members) -> None:
        """Ask for proof of every column and key. Raises Uncovered where one is of a kind that nothing can be proven of."""
        subject = self._subject
        cells = [cell(column, f"c{index}", self._types) for index, column in enumerate(subject.columns)]
        for index, each in enumerate(cells):
            reader = self._reader_of[index]
            reader.missing.append(each.missing)
            if each.clean != "true":
                reader.tests.append(each.clean)
        if subject.primary_key:
            key = self._key(subject.primary_key, cells)
            missing = joined("AND", [cells[index].missing for index in subject.primary_key], "true")
            self._test(subject.primary_key, f"({key} IS NOT NULL AND NOT {missing})")
        for index in subject.unique:
            self._test((index,), f"({cells[index].missing} OR {self._key((index,), cells)} IS NOT NULL)")
        for reference in subject.references:
            self._test(reference.columns, _referring(subject, cells, reference, members))

    def doubt(self) -> None:
        """Prove nothing: every row is a suspect."""
        self._readers[0].tests.append("false")

    def ask(self, questions: Sequence[Question]) -> None:
        """Questions from elsewhere."""
        for number, each in enumerate(questions):
            reader = self._reader_of.get(each.column)
            if reader is None:
                raise ValueError(f"question {each.code} is about a column that the table does not have")
            if isinstance(each, Observation):
                place, bit = divmod(len(reader.flags), FLAGS)
                reader.flags.append(self._filled(each, each.predicate))
                self._answers.append((f"flags{self._readers.index(reader)}_{place}", bit))
            else:
                reader.others[f"asked{number}"] = _hashed(self._filled(each, each.key))
                self._answers.append((f"asked{number}", None))

    def select(self) -> Select:
        """All that is asked."""
        readers = tuple(reader.expressions(number) for number, reader in enumerate(self._readers))
        return Select(readers=readers, keys=tuple(self._keys), answers=tuple(self._answers))

    def _test(self, columns: Sequence[int], sql: str) -> None:
        self._reader_of[columns[0]].tests.append(sql)

    def _key(self, columns: tuple[int, ...], cells: Cells) -> str:
        key = key_sql(self._subject, cells, columns)
        self._reader_of[columns[0]].others[f"key{len(self._keys)}"] = _hashed(key)
        self._keys.append(columns)
        return key

    def _filled(self, question: Question, text: str) -> str:
        if isinstance(question, Observation) and "{listed}" in text:
            text = text.replace("{listed}", self._types.member("{cell}", question.values))
        text = text.replace("{cell}", f"{{column:{question.column}}}")
        for index in self._reader_of:
            if "{column:" not in text:
                break
            text = text.replace(f"{{column:{index}}}", f"c{index}")
        if "{column:" in text:
            raise ValueError(f"question {question.code} names a column that the table does not have")
        return f"({text})"


def _cost(column: Column) -> int:
    return _COSTS.get(column.type, _COST) + (_COST_OF_PATTERN if "pattern" in column.constraints else 0)


def key_sql(subject: Subject, cells: Cells, columns: Sequence[int]) -> str:
    """A text that is equal for two rows where their keys are; NULL where it is not known (or the only cell is missing)."""
    for index in columns:
        if not cells[index].key:
            raise Uncovered(f"a key of type {subject.columns[index].type}")
    if len(columns) == 1:
        return cells[columns[0]].key
    parts = [
        f"(CASE WHEN {cells[index].missing} THEN '~' ELSE strlen({cells[index].key}) || ':' || {cells[index].key} END)"
        for index in columns
    ]
    return joined("||", parts, "''")


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
    key = key_sql(subject, cells, reference.columns)
    missing = joined("AND", [cells[index].missing for index in reference.columns], "true")
    name = members(reference)
    return f"({missing} OR TRY_CAST({key} AS {name}) IS NOT NULL)" if name else missing
