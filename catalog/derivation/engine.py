"""Published tables from raw records: each rule applied to a whole column at once (pandas and numpy).

``derive`` answers with tables of text; ``published`` writes and compares them. Every rule has its function here, found by
the rule's class.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import singledispatch
from math import ceil
from typing import Protocol

import numpy as np
import pandas as pd

from catalog.derivation.columns import (
    Indices,
    Labels,
    Mask,
    Numbers,
    Texts,
    Unfit,
    booleans_of,
    mapped,
    numbers_of,
    objects,
    times_of,
)
from catalog.derivation.plan import Column, Step, TablePlan, Test, plan_of
from catalog.derivation.records import NUMERIC, Origin, Records
from catalog.derivation.rules import Band, Copy, Count, Earliest, Flag, FoldRare, NoData, RoundDown, Rule, Sum
from catalog.errors import Finding, Place, Refusal
from catalog.model import Field, Package, Resource
from catalog.vocabulary.codelists import CodeList, in_bands

LIMITS = (2_000, 1_000_000)
"""Most columns of a table and most bytes in a cell, where the caller names no others."""

Progress = Callable[[int, int, str], None]
"""Told how many columns are done, of how many, and the name of the table at work."""


class CodeLists(Protocol):
    """What derivation needs of a vocabulary: ``vocabulary.Vocabulary`` is one."""

    def names(self) -> tuple[str, ...]:
        """The names of all lists."""

    def codelist(self, name: str) -> CodeList:
        """The list of that name."""


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A published table as it should be: ``columns`` of text, in the order of the schema."""

    resource: Resource
    columns: tuple[list[str], ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        assert self.resource.schema is not None
        return self.resource.schema.names()

    def __len__(self) -> int:
        return len(self.columns[0])

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The rows, without the header."""
        return zip(*self.columns, strict=True)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A column in the making: its values, where they came from, and the codes of those that are settled."""

    values: Texts | Numbers
    origin: Origin
    settled: Texts | None = None


def derive(
    package: Package, vocabulary: CodeLists, *, limits: tuple[int, int] = LIMITS, progress: Progress | None = None
) -> dict[str, Derived]:
    """Every derived table of the package, by name, from its raw records.

    Raises Refusal with findings: of the rules (all of them, before a record is read), or of the records.
    """
    plan = plan_of(package, vocabulary.names())
    records = Records(plan.raw, limits)
    steps = _Steps(progress, sum(len(each.columns) for each in plan.tables))
    derived: dict[str, Derived] = {}
    findings: list[Finding] = []
    for table in plan.tables:
        steps.table = table.resource.name
        try:
            derived[table.resource.name] = _table(table, records, vocabulary, steps)
        except Refusal as refusal:
            findings += refusal.findings
    if findings:
        raise Refusal(*(each for number, each in enumerate(findings) if each not in findings[:number]))
    return derived


@dataclass(slots=True)
class _Steps:
    report: Progress | None
    total: int
    done: int = 0
    table: str = ""

    def advance(self) -> None:
        self.done += 1
        if self.report is not None:
            self.report(self.done, self.total, self.table)


def _table(table: TablePlan, records: Records, vocabulary: CodeLists, steps: _Steps) -> Derived:
    levels = (np.arange(len(records.table(table.source)), dtype=np.int64),)
    chosen = np.ones(len(levels[0]), dtype=bool)
    for test in table.tests:
        chosen &= records.passes(test, levels)
    rows = np.flatnonzero(chosen)
    single = Units.of_rows(table, records, vocabulary, rows, len(chosen))
    keys = [column for column in table.columns if not table.group_by or column.field.name in table.group_by]
    made: dict[str, Texts] = {}
    findings: list[Finding] = []
    _make(keys, single, made, findings, steps)
    if table.group_by and not findings:
        groups, firsts = _groups([(made[name], _order(vocabulary, table, name)) for name in table.group_by], len(rows))
        made = {name: texts.take(firsts) for name, texts in made.items()}
        grouped = Units.of_groups(table, records, vocabulary, (rows, groups), (len(chosen), len(firsts)))
        rest = [column for column in table.columns if column.field.name not in table.group_by]
        _make(rest, grouped, made, findings, steps)
    if findings:
        raise Refusal(*findings)
    return Derived(table.resource, tuple(made[column.field.name].text().tolist() for column in table.columns))


def _make(columns: Sequence[Column], units: "Units", made: dict[str, Texts], findings: list[Finding], steps: _Steps) -> None:
    for column in columns:
        try:
            made[column.field.name] = _column(column, units)
        except Refusal as refusal:
            findings += refusal.findings
        steps.advance()


def _order(vocabulary: CodeLists, table: TablePlan, name: str) -> tuple[str, ...]:
    """The codes of a column in the order of its code list; none where it has no list."""
    column = next(each.field for each in table.columns if each.field.name == name)
    named = column.definition.codelist
    return vocabulary.codelist(named).codes if named in vocabulary.names() else ()


def _groups(keys: list[tuple[Texts, tuple[str, ...]]], size: int) -> tuple[Indices, Indices]:
    """(the group of each row, the first row of each group); groups in the order of the code lists, else of the text."""
    combined = np.zeros(size, dtype=np.int64)
    for texts, order in keys:
        ranked = _ranked([str(each) for each in texts.labels], order)
        rank = np.empty(len(ranked) + 1, dtype=np.int64)
        rank[ranked] = np.arange(len(ranked))
        rank[-1] = len(ranked)
        combined = np.unique(combined * (len(ranked) + 1) + rank[texts.codes], return_inverse=True)[1].astype(np.int64)
    _distinct, firsts = np.unique(combined, return_index=True)
    return combined, firsts.astype(np.int64)


def _ranked(labels: list[str], order: tuple[str, ...]) -> list[int]:
    """The numbers of the labels in the order of ``order``; those that it lacks follow, as text."""
    place = {code: number for number, code in enumerate(order)}
    return sorted(range(len(labels)), key=lambda one: (place.get(labels[one], len(place)), labels[one]))


# ------------------------------------------------------------------------------------------------ what rules read


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Records of a grain that belong to a row: their unit, the position of the value in its table, the values, the origin."""

    units: Indices
    index: Indices
    texts: Texts
    origin: Origin
    table: str
    field: Field

    def only(self, mask: Mask) -> "Gathered":
        """Those where ``mask`` holds."""
        kept = np.flatnonzero(mask)
        origin = replace(self.origin, rows=self.origin.rows[kept])
        return replace(self, units=self.units[kept], index=self.index[kept], texts=self.texts.take(kept), origin=origin)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The rows of a table in the making.

    ``of_source``: the row that a source record counts for, -1 for none; ``rows``: the one source record of each row, None
    where rows are groups.
    """

    table: TablePlan
    records: Records
    vocabulary: CodeLists
    of_source: Indices
    count: int
    rows: Indices | None = field(default=None)

    @classmethod
    def of_rows(cls, table: TablePlan, records: Records, vocabulary: CodeLists, rows: Indices, size: int) -> "Units":
        """One row for each of the source records ``rows``, out of ``size``."""
        of_source = np.full(size, -1, dtype=np.int64)
        of_source[rows] = np.arange(len(rows))
        return cls(table, records, vocabulary, of_source, len(rows), rows)

    @classmethod
    def of_groups(
        cls, table: TablePlan, records: Records, vocabulary: CodeLists, groups: tuple[Indices, Indices], sizes: tuple[int, int]
    ) -> "Units":
        """One row for each group: ``groups`` are the source records and their group, ``sizes`` all records and all groups."""
        of_source = np.full(sizes[0], -1, dtype=np.int64)
        of_source[groups[0]] = groups[1]
        return cls(table, records, vocabulary, of_source, sizes[1])

    def published(self, column: str) -> Origin:
        """The rows of the published table itself, for values that come from no single raw row."""
        rows = np.arange(2, self.count + 2, dtype=np.int64)
        return Origin(self.table.resource.path, self.table.resource.name, column, rows)

    def read(self, step: Step, path: str) -> State:
        """The one value of each row at the end of a path."""
        assert self.rows is not None, "the plan lets only rules that take several records stand in a grouped column"
        route = step.routes[path]
        index = self.records.climb(self.rows, route.up)
        raw = self.records.table(route.table)
        texts = raw.columns[route.field.name].take(index)
        return State(texts, raw.origin(route.field.name, index))

    def gather(self, step: Step, path: str, tests: Sequence[Test] = ()) -> Gathered:
        """The records at the end of a path that count for any row and pass the tests."""
        route = step.routes[path]
        levels = self.records.ancestors(route)
        units = np.append(self.of_source, -1)[levels[0]]
        kept = units >= 0
        for test in tests:
            kept &= self.records.passes(test, levels)
        chosen = np.flatnonzero(kept)
        index = self.records.climb(chosen, route.up)
        raw = self.records.table(route.table)
        texts = raw.columns[route.field.name].take(index)
        return Gathered(units[chosen], index, texts, raw.origin(route.field.name, index), route.table, route.field)


def _column(column: Column, units: Units) -> Texts:
    """All rules of a column, then its text."""
    state: State | None = None
    for step in column.steps:
        state = apply(step.rule, step, units, Before(state, column.field))
    assert state is not None, "a column without rules is refused by the plan"
    return _rendered(state, column.field, units)


@dataclass(frozen=True, slots=True)
class Before:
    """What the rules before left (None at the start), and the published column."""

    state: State | None
    field: Field

    def or_read(self, units: Units, step: Step, path: str | None) -> State:
        """What the rule works on: the result of the rule before, else the raw column at ``path``."""
        if self.state is not None:
            return self.state
        assert path is not None, "rules_of refuses a first rule without from"
        return units.read(step, path)


def _rendered(state: State, column: Field, units: Units) -> Texts:
    """The text of each cell; types and ``required`` of the published column are held."""
    origin = units.published(column.name)
    values = state.values
    if isinstance(values, Texts) and column.type in NUMERIC and len(values.used()):
        raise _type_refusal(origin, "text", column.type)
    if isinstance(values, Numbers):
        whole = not values.scale or not (values.values % 10**values.scale).any()
        if column.type not in _HOLDING_NUMBERS or (column.type == "integer" and not whole):
            raise _type_refusal(origin, "integer" if whole else "number", column.type)
        values = values.texts()
    if state.settled is not None:
        values = _overlaid(values, state.settled)
    if column.constraints.get("required") and values.missing.any():
        raise origin.refuse("derivation-value-missing", values.missing, values.text())
    return values


_HOLDING_NUMBERS = NUMERIC | {"string", "any", "year"}


def _type_refusal(origin: Origin, found: str, expected: str) -> Refusal:
    place = Place(file=origin.file, resource=origin.resource, field=origin.field)
    return Refusal(Finding(code="derivation-type", place=place, found=found, expected=expected))


def _overlaid(values: Texts, settled: Texts) -> Texts:
    """``settled`` where it has a value, else ``values``."""
    codes = np.where(settled.missing, values.codes, settled.codes + len(values.labels))
    return mapped(Texts(codes, np.concatenate([values.labels, settled.labels])), str)


def _numeric(state: State, column: Field) -> Numbers:
    """The values of a state as numbers; settled ones are missing."""
    if isinstance(state.values, Numbers):
        return state.values
    try:
        return numbers_of(state.values, column)
    except Unfit as unfit:
        raise state.origin.refusal(state.values, unfit) from None


def _textual(state: State) -> Texts:
    return state.values.texts() if isinstance(state.values, Numbers) else state.values


# ------------------------------------------------------------------------------------------------ the rules


@singledispatch
def apply(rule: Rule, step: Step, units: Units, before: Before) -> State:
    """Apply one rule to a whole column. Raises Refusal naming the records that it cannot take."""
    raise NotImplementedError(rule, step, units, before)  # a rule registers its own below; a new one without is a mistake of ours


@apply.register
def _copy(rule: Copy, step: Step, units: Units, before: Before) -> State:
    state = before.or_read(units, step, rule.from_.text)
    raw = step.route(rule.from_).field
    assert isinstance(state.values, Texts)
    if raw.type in NUMERIC:
        return replace(state, values=_numeric(state, raw))
    if raw.type == "boolean":
        try:
            return replace(state, values=booleans_of(state.values, raw))
        except Unfit as unfit:
            raise state.origin.refusal(state.values, unfit) from None
    return state


@apply.register
def _sum(rule: Sum, step: Step, units: Units, before: Before) -> State:
    gathered = units.gather(step, rule.of.text, step.tests)
    if rule.distinct:
        key = gathered.units * (len(units.records.table(gathered.table)) + 1) + gathered.index + 1
        known = gathered.index >= 0
        first = np.zeros(len(key), dtype=bool)
        first[np.unique(key, return_index=True)[1]] = True
        gathered = gathered.only(first | ~known)
    numbers = _numeric(State(gathered.texts, gathered.origin), gathered.field)
    if not numbers.can_be_summed():
        raise gathered.origin.refusal(gathered.texts, Unfit("value-too-large", np.array([], dtype=np.int64)))
    total = np.zeros(units.count, dtype=np.int64)
    np.add.at(total, gathered.units, numbers.values)
    unknown = np.zeros(units.count, dtype=bool)
    unknown[gathered.units[numbers.missing]] = True
    total[unknown] = 0
    return State(Numbers(total, unknown, numbers.scale), units.published(before.field.name))


@apply.register
def _count(rule: Count, step: Step, units: Units, before: Before) -> State:
    gathered = units.gather(step, rule.of.text, step.tests)
    gathered = gathered.only(~gathered.texts.missing)
    counted = gathered.units
    if rule.distinct:
        size = max(len(gathered.texts.labels), 1)
        counted = pd.unique(gathered.units * size + gathered.texts.codes) // size
    total = np.bincount(counted, minlength=units.count).astype(np.int64)
    return State(Numbers(total, np.zeros(units.count, dtype=bool)), units.published(before.field.name))


@apply.register
def _round_down(rule: RoundDown, step: Step, units: Units, before: Before) -> State:
    state = before.or_read(units, step, rule.from_.text if rule.from_ else None)
    exponent = rule.step.as_tuple().exponent
    assert isinstance(exponent, int), "a step is a finite number"
    try:
        numbers = _numeric(state, _source(rule, step)).scaled(max(-exponent, 0))
    except Unfit as unfit:
        raise state.origin.refusal(_textual(state), unfit) from None
    step_value = int(rule.step.scaleb(numbers.scale))
    down = np.floor_divide(numbers.values, step_value) * step_value
    return replace(state, values=Numbers(down, numbers.missing, numbers.scale))


@apply.register
def _band(rule: Band, step: Step, units: Units, before: Before) -> State:
    state = before.or_read(units, step, rule.from_.text if rule.from_ else None)
    numbers = _numeric(state, _source(rule, step))
    concepts = in_bands(units.vocabulary.codelist(rule.codelist).concepts)
    if not concepts:
        place = Place(file="datapackage.json", resource=units.table.resource.name, field=before.field.name, pointer=rule.pointer)
        raise Refusal(Finding(code="derivation-codelist-unbounded", place=place, found=rule.codelist))
    lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    lower = np.array([_bound(each.lower, numbers.scale, lowest) for each in concepts], dtype=np.int64)
    upper = np.array([_bound(each.upper, numbers.scale, highest) for each in concepts], dtype=np.int64)
    place_of = np.searchsorted(lower, numbers.values, side="right").astype(np.int64) - 1
    outside = ((place_of < 0) | (numbers.values >= upper[place_of])) & ~numbers.missing
    if outside.any():
        raise state.origin.refuse("value-outside-bands", outside, numbers.texts().text(), codelist=rule.codelist)
    labels = objects([each.code for each in concepts])
    return replace(state, values=Texts(np.where(numbers.missing, -1, place_of), labels))


_NUMBER = Field(name="", type="number")


def _source(rule: RoundDown | Band, step: Step) -> Field:
    """The column whose options say how numbers are written; after another rule they are plain."""
    return step.route(rule.from_).field if rule.from_ else _NUMBER


def _bound(value: Decimal | None, scale: int, otherwise: int) -> int:
    """A bound at the scale of the values, rounded up: a value is below a bound exactly when it is below the next whole one."""
    if value is None:
        return otherwise
    return max(min(ceil(value.scaleb(scale)), np.iinfo(np.int64).max), np.iinfo(np.int64).min)


@apply.register
def _fold_rare(rule: FoldRare, step: Step, units: Units, before: Before) -> State:
    state = before.or_read(units, step, rule.from_.text if rule.from_ else None)
    values = _textual(state)
    open_ = np.ones(len(values), dtype=bool) if state.settled is None else state.settled.missing
    blank = values.missing & open_
    if blank.any():
        raise state.origin.refuse("value-blank", blank, values.text(), rule=rule.name)
    within = Texts(np.zeros(len(values), dtype=np.int64), objects([""]))
    if rule.within is not None:
        read = units.read(step, rule.within.text)
        within = _textual(read)
        if (within.missing & open_).any():
            raise read.origin.refuse("value-blank", within.missing & open_, within.text(), rule=rule.name)
    pairs = within.codes * (len(values.labels) + 1) + values.codes
    distinct, inverse = np.unique(np.where(open_, pairs, -1), return_inverse=True)
    counts = np.bincount(inverse[open_], minlength=len(distinct))
    rare = open_ & (counts[inverse] < rule.minimum)
    targets = _targets(rule, within, rare, state.origin)
    folded = np.where(rare, len(values.labels) + within.codes, values.codes)
    return replace(state, values=mapped(Texts(folded, np.concatenate([values.labels, targets])), str))


def _targets(rule: FoldRare, within: Texts, rare: Mask, origin: Origin) -> Labels:
    """The code that rare values become, for each label of ``within``. Raises Refusal where one is wanted and not given."""
    if isinstance(rule.into, str):
        return objects([rule.into] * len(within.labels))
    lacking = np.array([each not in rule.into for each in within.labels], dtype=bool)
    wanted = rare & within.where(lacking)
    if wanted.any():
        raise origin.refuse("derivation-fold-target", wanted, within.text(), ", ".join(rule.into))
    return objects([rule.into.get(each, "") for each in within.labels])


@apply.register
def _no_data(rule: NoData, step: Step, units: Units, before: Before) -> State:
    state = before.or_read(units, step, rule.from_.text if rule.from_ else None)
    values = _textual(state)
    silent = {_normal(each) for each in rule.values}
    matching = np.array([_normal(each) in silent for each in values.labels], dtype=bool)
    settled = values.where(matching, empty="" in silent)
    if state.settled is not None:
        settled &= state.settled.missing
    overlay = Texts(np.where(settled, 0, -1), objects([rule.into]))
    if state.settled is not None:
        overlay = _overlaid(overlay, state.settled)
    return replace(state, values=values.only(~settled), settled=overlay)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


@apply.register
def _earliest(rule: Earliest, step: Step, units: Units, before: Before) -> State:
    wanted = before.field.type if rule.give is None else "yearmonth"
    first = _first(units, step, rule.from_.text, wanted)
    second = _first(units, step, rule.else_.text, wanted) if rule.else_ else None
    if second is None:
        second = Texts(np.full(units.count, -1, dtype=np.int64), objects([]))
    if rule.give is not None:
        first = Texts(np.where(first.missing, -1, 0), objects([rule.give.first]))
        second = Texts(np.where(second.missing, -1, 0), objects([rule.give.second]))
    return State(_overlaid(second, first), units.published(before.field.name))


def _first(units: Units, step: Step, path: str, wanted: str) -> Texts:
    """The earliest time at the end of a path for each row; empty where none is known."""
    gathered = units.gather(step, path)
    try:
        times = times_of(gathered.texts, gathered.field, wanted)
    except Unfit as unfit:
        raise gathered.origin.refusal(gathered.texts, unfit) from None
    latest = len(times.labels)
    ranks = np.full(units.count, latest, dtype=np.int64)
    np.minimum.at(ranks, gathered.units, np.where(times.missing, latest, times.codes))  # labels are sorted
    return Texts(np.where(ranks == latest, -1, ranks), times.labels)


@apply.register
def _flag(rule: Flag, step: Step, units: Units, before: Before) -> State:
    if rule.from_ is None:
        assert before.state is not None, "rules_of refuses a first rule without from"
        state = before.state
        values = _textual(state)
        return replace(state, values=_yes_no(rule, np.where(values.missing, 1, np.where(_fits(rule, values), 2, 0))))
    gathered = units.gather(step, rule.from_.text)
    texts = gathered.texts
    if gathered.field.type == "boolean":
        try:
            texts = booleans_of(texts, gathered.field)
        except Unfit as unfit:
            raise gathered.origin.refusal(texts, unfit) from None
    answers = np.zeros(units.count, dtype=np.int64)
    np.maximum.at(answers, gathered.units, np.where(texts.missing, 1, np.where(_fits(rule, texts), 2, 0)))
    return State(_yes_no(rule, answers), units.published(before.field.name))


def _fits(rule: Flag, texts: Texts) -> Mask:
    wanted = set(rule.any_of)
    answers = ((each.split(rule.separator) if rule.separator else [each]) for each in texts.labels)
    return texts.where(np.array([any(one.strip() in wanted for one in several) for several in answers], dtype=bool))


def _yes_no(rule: Flag, answers: Indices) -> Texts:
    """0 no, 1 unknown, 2 yes: a yes anywhere is yes; without one, an unknown answer leaves it open."""
    codes = np.array([1, -1, 0], dtype=np.int64)[answers]
    return Texts(codes, objects([rule.yes, rule.no]))
