"""What ``catalog derive`` is going to do, worked out and checked from the descriptors alone: no record is read here.

Every rule of every derived table is resolved against the raw package - columns, foreign keys, types, code lists - and all
that is wrong is reported together, each with its JSON pointer.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.derivation.conditions import DESCRIPTOR, EVERY, Condition, Where, shown, step_of, where_of
from catalog.derivation.paths import Anchored, Map, Path, PathError, Route
from catalog.derivation.rules import Band, Count, Earliest, Flag, FoldRare, Rule, Sum, read_rules
from catalog.errors import Finding, Place, Refusal
from catalog.model import Field, Package, Resource

_NUMERIC = {"integer", "number"}


@dataclass(frozen=True, slots=True)
class Test:
    """A condition with the way to the column that it tests."""

    condition: Condition
    at: Anchored


@dataclass(frozen=True, slots=True)
class Step:
    """A rule with the ways to the columns that it reads, by the path's text."""

    rule: Rule
    routes: Mapping[str, Route]
    tests: tuple[Test, ...] = ()

    def route(self, path: Path) -> Route:
        """The way of one of the rule's paths."""
        return self.routes[path.text]


@dataclass(frozen=True, slots=True)
class Column:
    """A published column and how it is made."""

    field: Field
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """A derived table: one row for each record of ``source`` that passes ``tests``, or for each group of them."""

    resource: Resource
    source: str
    tests: tuple[Test, ...]
    where: Where
    group_by: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All derived tables of a package, and the raw package that they come from."""

    package: Package
    raw: Package
    tables: tuple[TablePlan, ...]


def is_derived(package: Package) -> bool:
    """Whether any table or column of the package says how it is derived."""
    return package.is_derived()


def plan_of(package: Package, codelists: Collection[str]) -> Plan:
    """The plan of a package; ``codelists`` are the names that a rule may use. Raises Refusal with all findings."""
    if not is_derived(package):
        raise Refusal(Finding(code="derivation-nothing", place=Place(file=DESCRIPTOR)))
    if package.raw is None:
        raise Refusal(Finding(code="derivation-raw-missing", place=Place(file=DESCRIPTOR)))
    planner = _Planner(package, package.raw, Map(package.raw), codelists)
    tables = tuple(planner.tables())
    if planner.findings:
        raise Refusal(*planner.findings)
    return Plan(package=package, raw=package.raw, tables=tables)


def _fields(resource: Resource) -> tuple[Field, ...]:
    return resource.schema.fields if resource.schema else ()


@dataclass(slots=True)
class _Planner:
    package: Package
    raw: Package
    map: Map
    codelists: Collection[str]
    findings: list[Finding] = field(default_factory=list)

    def tables(self) -> Iterator[TablePlan]:
        for number, resource in enumerate(self.package.resources):
            pointer = f"/resources/{number}"
            if resource.derivation:
                table = _TablePlanner(self, resource, pointer).table()
                if table is not None:
                    yield table
            else:
                for index, each in enumerate(_fields(resource)):
                    if each.definition.derivation:
                        self.add("derivation-table-missing", resource, _field_pointer(pointer, index), field=each.name)

    def add(self, code: str, resource: Resource, pointer: str, *, field: str = "", **facts: str) -> None:
        found, expected = facts.pop("found", ""), facts.pop("expected", "")
        place = Place(file=DESCRIPTOR, resource=resource.name, field=field, pointer=pointer)
        self.findings.append(Finding(code=code, place=place, found=found, expected=expected, details=facts))


def _field_pointer(pointer: str, index: int) -> str:
    return f"{pointer}/schema/fields/{index}/definition/derivation"


@dataclass(slots=True)
class _TablePlanner:
    planner: _Planner
    resource: Resource
    pointer: str

    @property
    def derivation(self) -> Mapping[str, Any]:
        return self.resource.derivation

    def table(self) -> TablePlan | None:
        pointer = f"{self.pointer}/catalog/derivation"
        before = len(self.planner.findings)
        for name in self.derivation:
            if name not in {"from", "groupBy", "where"}:
                self._add("derivation-table-key", step_of(pointer, name), found=name)
        source = self.derivation.get("from")
        if not isinstance(source, str) or source not in self.planner.map.schemas:
            known = ", ".join(self.planner.map.schemas)
            self._add("derivation-table-from", step_of(pointer, "from"), found=shown(source or ""), expected=known)
            return None
        group_by = self._group_by(step_of(pointer, "groupBy"))
        where, tests = self._where(source, step_of(pointer, "where"))
        columns = tuple(self._columns(source, group_by))
        if len(self.planner.findings) > before:
            return None
        return TablePlan(resource=self.resource, source=source, tests=tests, where=where, group_by=group_by, columns=columns)

    def _add(self, code: str, pointer: str, **facts: str) -> None:
        self.planner.add(code, self.resource, pointer, **facts)

    def _group_by(self, pointer: str) -> tuple[str, ...]:
        value = self.derivation.get("groupBy", [])
        names = [each.name for each in _fields(self.resource)]
        if not isinstance(value, list | tuple) or ("groupBy" in self.derivation and not value):
            self._add("derivation-table-group", pointer, found=shown(value), expected=", ".join(names))
            return ()
        for number, each in enumerate(value):
            if each not in names or each in value[:number]:
                self._add("derivation-table-group", step_of(pointer, number), found=shown(each), expected=", ".join(names))
        return tuple(each for each in value if each in names)

    def _where(self, source: str, pointer: str) -> tuple[Where, tuple[Test, ...]]:
        if "where" not in self.derivation:
            return EVERY, ()
        where, findings = where_of(self.derivation["where"], pointer)
        self.planner.findings += [self._named(each) for each in findings]
        schema = self.planner.map.schemas[source]
        grain = Route(source=source, hops=(), table=source, field=schema.fields[0])
        return where, self._tests(where, grain, "")

    def _named(self, finding: Finding, field_name: str = "") -> Finding:
        place = Place(file=DESCRIPTOR, resource=self.resource.name, field=field_name, pointer=finding.place.pointer)
        return Finding(code=finding.code, place=place, found=finding.found, expected=finding.expected, details=finding.details)

    def _columns(self, source: str, group_by: Sequence[str]) -> Iterator[Column]:
        for index, each in enumerate(_fields(self.resource)):
            pointer = _field_pointer(self.pointer, index)
            if not each.definition.derivation:
                self._add("derivation-field-missing", pointer.removesuffix("/derivation"), field=each.name)
                continue
            single = isinstance(self._written(index), Mapping)
            rules, findings = read_rules(each.definition.derivation, pointer, single=single)
            self.planner.findings += [self._named(one, each.name) for one in findings]
            many = bool(group_by) and each.name not in group_by
            yield Column(each, tuple(self._step(source, rule, each.name, many=many) for rule in rules))

    def _written(self, index: int) -> Any:
        """The derivation as the descriptor spells it: one object, or a list of them."""
        for resource in self.planner.package.descriptor.get("resources", []):
            if isinstance(resource, Mapping) and resource.get("name") == self.resource.name:
                fields = resource.get("schema", {}).get("fields", [])
                return fields[index].get("definition", {}).get("derivation") if index < len(fields) else None
        return None

    def _step(self, source: str, rule: Rule, name: str, *, many: bool) -> Step:
        routes = {}
        for path in rule.paths():
            route = self._route(source, path, rule, name)
            if route is None:
                continue
            routes[path.text] = route
            several = isinstance(rule, Sum | Count | Earliest | Flag)
            if not several and (route.down or many):
                self._add("derivation-path-many", rule.pointer, field=name, rule=rule.name, path=path.text)
        if isinstance(rule, Band) and rule.codelist not in self.planner.codelists:
            known = ", ".join(sorted(self.planner.codelists))
            pointer = step_of(rule.pointer, "codelist")
            self._add("derivation-codelist-unknown", pointer, field=name, found=rule.codelist, expected=known)
        if many and isinstance(rule, FoldRare) and rule.within is None and rule.from_ is None:
            self._add("derivation-path-many", rule.pointer, field=name, rule=rule.name, path="")
        tests: tuple[Test, ...] = ()
        if isinstance(rule, Sum | Count) and rule.of.text in routes:
            tests = self._tests(rule.where, routes[rule.of.text], name)
        return Step(rule, routes, tests)

    def _route(self, source: str, path: Path, rule: Rule, name: str) -> Route | None:
        try:
            return self.planner.map.route(source, path)
        except PathError as error:
            self._add(error.code, rule.pointer, field=name, **error.details)
            return None

    def _tests(self, where: Where, grain: Route, name: str) -> tuple[Test, ...]:
        tests = []
        for condition in where.conditions:
            try:
                at = self.planner.map.anchored(grain, condition.path)
            except PathError as error:
                self._add(error.code, condition.pointer, field=name, **error.details)
                continue
            self._typed(condition, at.route.field, name)
            tests.append(Test(condition, at))
        return tuple(tests)

    def _typed(self, condition: Condition, column: Field, name: str) -> None:
        for value in (*condition.values, *condition.excluded):
            boolean = isinstance(value, bool)
            number = isinstance(value, int | float) and not boolean
            if column.type == "boolean":
                fits = boolean
            elif column.type in _NUMERIC:
                fits = number
            else:
                fits = isinstance(value, str)
            if not fits:
                facts = {"found": shown(value), "path": condition.path.text, "type": column.type}
                self._add("derivation-where-type", condition.pointer, field=name, **facts)
