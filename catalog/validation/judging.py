"""Our own findings about the cells of a package, after stock's: what is legal for stock and still wrong, or doubtful.

``Judge.ask`` puts its questions into the scan that the screen makes anyway; ``Judge.findings`` turns the answers into
findings. A table that was not scanned is read once more, some rows at a time, and judged by the same predicates in Python.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalog.errors import Finding, NotFound, Place, Refusal
from catalog.model import Package, Resource
from catalog.settings import Settings
from catalog.standards import Standards
from catalog.tables import SHEETS, read_table
from catalog.validation import asking, read_sheet
from catalog.validation.recognising import Column, columns_of
from catalog.validation.scanning import Located, Question, Sighting
from catalog.validation.sights import RULES, Sight, sights_of
from catalog.validation.subjects import path_of
from catalog.validation.watching import Watch
from catalog.vocabulary.checking import check_values
from catalog.vocabulary.codelists import CodeList, Vocabulary

LISTED = 20
"""So many cells of a column are told one by one for each code; a last finding counts the others."""

_CELLS, _CHARACTERS = 60_000, 4_000_000
"""So many of a table are judged together, and held in memory."""

_LOCATED = 200
_SHOWN = 200
_BY_LIST = frozenset({"code-unknown", "code-unassigned"})

Rescan = Callable[[Resource, Sequence[Question], int], Iterable[Sighting] | None]
"""Scan a table once more, up to a record (0: all of it), for the questions that its first answers raise; None if it cannot be."""


@dataclass(slots=True)
class Seen:
    """In how many cells something was seen, and the first of them as (row, what stands there)."""

    count: int = 0
    places: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: int, found: str) -> None:
        """One more cell."""
        self.count += 1
        if len(self.places) < _LOCATED:
            self.places.append((row, found))


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a question is about: sights of one column, or the columns of a unique key."""

    columns: tuple[Column, ...]
    sights: tuple[Sight, ...] = ()

    def found(self, cells: Sequence[str]) -> str:
        """What stands in its columns."""
        return ", ".join(cells[each.position] for each in self.columns)


@dataclass(slots=True)
class _Plan:
    """What is looked for in a table, the questions asked about it, and what was seen: by column and sight, or by key."""

    resource: Resource
    sights: Mapping[Column, tuple[Sight, ...]]
    keys: tuple[tuple[Column, ...], ...]
    subjects: list[_Subject] = field(default_factory=list)
    seen: dict[tuple[Column, str], Seen] = field(default_factory=dict)
    repeated: dict[tuple[Column, ...], Seen] = field(default_factory=dict)

    def question(self, question: Question, subject: _Subject) -> Question:
        """The question, marked so that its answer can be told from others."""
        self.subjects.append(subject)
        return replace(question, details={"subject": str(len(self.subjects) - 1)})

    def subject(self, question: Question) -> _Subject:
        """What an answered question was about."""
        return self.subjects[int(question.details["subject"])]

    def note(self, column: Column, sight: Sight, row: int, cell: str) -> None:
        """A sight was seen."""
        self.seen.setdefault((column, sight.code), Seen()).add(row, cell)


class Judge:
    """Judges the tables of one package, whose folder is open.

    ``vocabulary`` answers the code lists, the package's own with them; it is asked only where a column has one.
    """

    def __init__(self, package: Package, settings: Settings, standards: Standards, vocabulary: Callable[[], Vocabulary]) -> None:
        self._package = package
        self._settings = settings
        self._standards = standards
        self._vocabulary = vocabulary
        self._plans: dict[str, _Plan] = {}

    def ask(self, resource: Resource, labels: Sequence[str], lacking: Collection[bytes] = ()) -> tuple[Question, ...]:
        """What is to be asked of a table while it is scanned (``scanning.Ask``)."""
        plan = self._plans[resource.name] = self._planned(resource, labels)
        hints = {hint for sights in plan.sights.values() for each in sights for hint in asking.hints_of(each.predicate)}
        known = asking.possible(hints, lacking)
        of_columns = [
            plan.question(question, _Subject((column,), together))
            for column, sights in plan.sights.items()
            for question, together in asking.screening(column, sights, known)
        ]
        of_keys = [plan.question(asking.repetition(key, limit=_LOCATED), _Subject(key)) for key in plan.keys]
        return (*of_columns, *of_keys)

    def findings(
        self,
        sightings: Mapping[str, Iterable[Sighting]],
        rescan: Rescan,
        last_rows: Mapping[str, int] | None = None,
        plain: Collection[str] = (),
    ) -> tuple[Finding, ...]:
        """What was seen in every table of the package, told. ``sightings``: the answers for the tables that were scanned.

        ``last_rows``: the tables of which only the beginning is judged, as it was in the scan. ``plain``: those whose cells are
        known to be plain values of their types.
        """
        found: list[Finding] = []
        for table in self._package.tables():
            try:
                plan, last = self._plans.get(table.name), (last_rows or {}).get(table.name, 0)
                if plan is None or table.name not in sightings or not self._take(plan, sightings[table.name], rescan, last):
                    plan = self._read(table, last, plain=table.name in plain)
            except Refusal as refusal:
                found += refusal.findings
            else:
                found += self._told(plan)
        return tuple(found)

    def _planned(self, resource: Resource, labels: Sequence[str]) -> _Plan:
        columns = columns_of(resource, labels, self._standards)
        unverified = self._unverified(resource)
        by_name = {each.field.name: each for each in columns}
        keys = resource.schema.unique_keys if resource.schema else ()
        return _Plan(
            resource=resource,
            sights={each: sights_of(each, self._codelist(each.codelist), unverified=unverified) for each in columns},
            keys=tuple(tuple(by_name[name] for name in key) for key in keys if key and all(name in by_name for name in key)),
        )

    def _unverified(self, resource: Resource) -> bool:
        if resource.standard is None:
            return False
        try:
            return self._standards.standard(resource.standard.id, resource.standard.edition).status.obligations != "verified"
        except NotFound:
            return False

    def _codelist(self, name: str) -> CodeList | None:
        try:
            return self._vocabulary().codelist(name) if name else None
        except (NotFound, Refusal):  # the check of the lists themselves says so
            return None

    # -- answers of a scan -----------------------------------------------------------------------------------------------

    def _take(self, plan: _Plan, sightings: Iterable[Sighting], rescan: Rescan, last: int) -> bool:
        """Few cells are told apart here; of many, each sight is counted by another scan. False where that cannot be done."""
        many: list[Question] = []
        for sighting in sightings:
            subject = plan.subject(sighting.question)
            if not subject.sights:
                rows = [(each.row, subject.found(each.cells)) for each in sighting.located]
                plan.repeated[subject.columns] = Seen(sighting.count, rows)
            elif sighting.count > len(sighting.located):
                column = subject.columns[0]
                many += [
                    plan.question(asking.alone(column, each, limit=_LOCATED), _Subject((column,), (each,)))
                    for each in subject.sights
                ]
            else:
                self._tell_apart(plan, subject, sighting.located)
        counted = rescan(plan.resource, many, last) if many else ()
        for sighting in counted or ():
            subject = plan.subject(sighting.question)
            places = [(each.row, subject.found(each.cells)) for each in sighting.located]
            plan.seen[subject.columns[0], subject.sights[0].code] = Seen(sighting.count, places)
        return counted is not None

    def _tell_apart(self, plan: _Plan, subject: _Subject, located: Iterable[Located]) -> None:
        column = subject.columns[0]
        _look(plan, column, Watch(column, subject.sights), [(each.row, each.cells) for each in located])

    # -- read once more --------------------------------------------------------------------------------------------------

    def _read(self, resource: Resource, last: int, *, plain: bool) -> _Plan:
        """Blank lines, and rows that are too short or too long, are left to stock."""
        if resource.format in SHEETS:
            table = read_sheet(self._package, resource)
        else:
            limits = {"max_columns": self._settings.max_columns, "max_cell_bytes": self._settings.max_cell_bytes}
            table = read_table(path_of(self._package, resource), resource, **limits)
        plan = self._planned(resource, table.labels)
        watches = {column: Watch(column, sights, plain=plain) for column, sights in plan.sights.items()}
        keys: dict[tuple[Column, ...], set[tuple[str, ...]]] = {each: set() for each in plan.keys}
        rows = itertools.takewhile(lambda each: each[0] <= last, table.rows) if last else table.rows
        whole = ((row, cells) for row, cells in rows if len(cells) == len(table.labels))
        for some in _portions(whole):
            for column, watch in watches.items():
                if watch.looks:
                    _look(plan, column, watch, some)
            for key, earlier in keys.items():
                _compare(plan, key, earlier, some)
        return plan

    # -- telling ---------------------------------------------------------------------------------------------------------

    def _told(self, plan: _Plan) -> Iterator[Finding]:
        for column, sights in plan.sights.items():
            place = _place(plan.resource, column)
            for sight in sights:
                if seen := plan.seen.get((column, sight.code)):
                    yield from self._told_of(sight, seen, place, self._codelist(column.codelist))
        for key, seen in plan.repeated.items():
            details = {"fields": ", ".join(each.field.name for each in key)}
            place = _place(plan.resource, key[0])
            told = [
                Finding(code=asking.UNIQUE_KEY, place=replace(place, row=row), found=_cut(found), details=details)
                for row, found in seen.places[:LISTED]
            ]
            yield from _with_rest(told, seen, place)

    def _told_of(self, sight: Sight, seen: Seen, place: Place, codelist: CodeList | None) -> Iterator[Finding]:
        details = {**_rule(sight.code), "count": f"{seen.count:,}"}
        if sight.code == "recommended-empty":
            yield _finding(sight, place, "", details)
        elif sight.severity == "note":
            row, cell = seen.places[0]
            yield _finding(sight, replace(place, row=row), cell, details)
        elif sight.code in _BY_LIST and codelist is not None:
            told = [check_values(codelist, {cell: row}, place)[0] for row, cell in _distinct(seen.places)]
            yield from _with_rest(told, seen, place)
        else:
            places = seen.places[:LISTED] if sight.of_missing else _distinct(seen.places)
            told = [_finding(sight, replace(place, row=row), cell, details) for row, cell in places]
            yield from _with_rest(told, seen, place)


def _portions(rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    """The rows, as many together as there is room for."""
    some: list[tuple[int, list[str]]] = []
    cells = characters = 0
    for each in rows:
        some.append(each)
        cells += len(each[1])
        characters += sum(map(len, each[1]))
        if cells >= _CELLS or characters >= _CHARACTERS:
            yield some
            some, cells, characters = [], 0, 0
    if some:
        yield some


def _look(plan: _Plan, column: Column, watch: Watch, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Note whatever is seen in a column of these rows."""
    cells = [each[column.position] for _row, each in rows]
    for place, sight in watch.among(cells):
        plan.note(column, sight, rows[place][0], cells[place])


def _compare(
    plan: _Plan, key: tuple[Column, ...], earlier: set[tuple[str, ...]], rows: Iterable[tuple[int, Sequence[str]]]
) -> None:
    """Note the rows that have the key of an earlier one."""
    for row, cells in rows:
        if any(cells[each.position] in each.missing for each in key):
            continue
        value = tuple(asking.canonical(each.field, cells[each.position]) for each in key)
        if value in earlier:
            plan.repeated.setdefault(key, Seen()).add(row, ", ".join(cells[each.position] for each in key))
        earlier.add(value)


def _distinct(places: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """The first row of each of the first texts."""
    first: dict[str, int] = {}
    for row, cell in places:
        first.setdefault(cell, row)
    return [(row, cell) for cell, row in first.items()][:LISTED]


def _finding(sight: Sight, place: Place, cell: str, details: Mapping[str, str]) -> Finding:
    return Finding(
        code=sight.code,
        severity=sight.severity,
        place=place,
        found=_cut(cell),
        expected=_cut(sight.expected(cell)),
        details=details,
    )


def _with_rest(told: list[Finding], seen: Seen, place: Place) -> Iterator[Finding]:
    """What is told one by one, and a last finding of the same severity that counts the others."""
    yield from told
    if rest := seen.count - len(told):
        rows = {each.place.row for each in told}
        others = [str(row) for row, _cell in seen.places if row not in rows][:LISTED]
        shown = ", ".join(others) + (" …" if len(others) < rest else "")
        kind = told[-1]
        details = {"kind": kind.code, "count": f"{rest:,}", "rows": shown}
        yield Finding(code="more-cells", severity=kind.severity, place=place, found=f"{rest:,}", details=details)


def _rule(code: str) -> dict[str, str]:
    return {"rule": RULES[code]} if code in RULES else {}


def _place(resource: Resource, column: Column) -> Place:
    return Place(file=resource.path, resource=resource.name, field=column.field.name, column=column.position + 1)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
