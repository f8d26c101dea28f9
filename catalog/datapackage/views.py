"""The ``views`` of a package: which charts, tables and figures are made of its published tables (docs/views.md).

Read strictly: a member that its kind does not know, a table or column that is not there, a column that cannot be shown so -
each is a finding with its pointer. What is counted is worked out elsewhere (``charts``).
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.datapackage.constraints import COMPOSITE
from catalog.datapackage.objects import Node
from catalog.model import Condition, Field, Function, Measure, Schema, Text, View, ViewKind

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?")
MOST = 40
"""Views of one package: each is drawn in both languages and two widths when the package is published."""
MOST_COLUMNS = 30
NUMERIC = frozenset({"integer", "number"})
TIMES = frozenset({"date", "datetime", "year", "yearmonth"})
_COMMON = ("name", "kind", "table", "title", "description", "note", "translations", "where")
_TRANSLATED = ("title", "description", "note")
_COUNTED = ("measure", "noData")
KINDS: Mapping[ViewKind, tuple[str, ...]] = {
    "figure": (*_COMMON, *_COUNTED),
    "bars": (*_COMMON, *_COUNTED, "by", "group", "split", "sort", "zeros"),
    "matrix": (*_COMMON, *_COUNTED, "rows", "columns", "zeros"),
    "timeline": (*_COMMON, *_COUNTED, "by", "unit", "split"),
    "finder": (*_COMMON, "filters", "columns", "sort"),
}
"""The members of each kind."""
FUNCTIONS: tuple[Function, ...] = ("sum", "min", "max", "distinct")
UNITS = ("month", "year", "fiscal-year")
SORTS = ("codes", "value")
_TESTS = ("not", "from", "to", "present")
_NUMBER = (int, float, Decimal)


def read_views(catalog: Node, tables: Mapping[str, Schema]) -> tuple[View, ...]:
    """The declared views in order; ``tables`` are the published tables by name."""
    nodes = catalog.children("views")
    if len(nodes) > MOST:
        catalog.refuse("view-too-many", "views", found=len(nodes), expected=str(MOST))
        return ()
    found = tuple(view for each in nodes if (view := _View(each, tables).read()) is not None)
    seen: set[str] = set()
    for index, each in enumerate(nodes):
        name = str(each.value.get("name", ""))
        if name and name in seen:
            catalog.refuse("view-name-duplicate", "views", index, "name", found=name)
        seen.add(name)
    finders = [index for index, each in enumerate(nodes) if each.value.get("kind") == "finder"]
    for index in finders[1:]:
        catalog.refuse("view-finder-second", "views", index, "kind", found="finder")
    return found


class _View:
    """One view while it is read."""

    def __init__(self, node: Node, tables: Mapping[str, Schema]) -> None:
        self._node = node
        self._tables = tables
        self._fields: Mapping[str, Field] = {}

    def read(self) -> View | None:
        """The view, or None where not even its kind or table is known."""
        node = self._node
        kind = next((each for each in KINDS if each == node.need("kind")), None)
        if kind is None:
            node.refuse("view-kind", "kind", found=node.value.get("kind", ""), expected=", ".join(KINDS))
            return None
        node.only(KINDS[kind])
        table = node.need("table")
        if table not in self._tables:
            node.refuse("view-table", "table", found=table, expected=", ".join(self._tables))
            return None
        self._fields = {each.name: each for each in self._tables[table].fields}
        return View(
            name=self._name(),
            kind=kind,
            table=table,
            **self._texts(),
            where=self._where(),
            measure=self._measure(),
            no_data=node.lines("noData"),
            **self._shape(kind),
        )

    def _name(self) -> str:
        name = self._node.need("name")
        if name and not SLUG.fullmatch(name):
            self._node.refuse("view-name", "name", found=name)
        return name

    def _texts(self) -> dict[str, Any]:
        node = self._node
        english = node.child("translations", ("en",)).child("en", _TRANSLATED)
        node.need("title")
        texts = {key: Text(ja=node.line(key), en=english.line(key)) for key in _TRANSLATED}
        if not texts["title"].en:
            node.refuse("property-missing", "translations", expected="translations.en.title")
        return texts

    def _shape(self, kind: ViewKind) -> dict[str, Any]:
        """What only this kind has."""
        match kind:
            case "figure":
                return {}
            case "bars":
                return {
                    "by": self._field("by", needed=True),
                    "group": self._field("group"),
                    "across": self._field("split"),
                    "sort": self._one_of("sort", SORTS) or SORTS[0],
                    "zeros": self._node.flag("zeros"),
                }
            case "matrix":
                by, across = self._field("rows", needed=True), self._field("columns", needed=True)
                return {"by": by, "across": across, "zeros": self._node.flag("zeros")}
            case "timeline":
                self._node.need("unit")
                by = self._field("by", TIMES, needed=True)
                return {"by": by, "unit": self._one_of("unit", UNITS), "across": self._field("split")}
            case "finder":
                return self._finder()

    def _finder(self) -> dict[str, Any]:
        filters, columns = self._several("filters"), self._several("columns")
        for index, name in enumerate(filters):
            field = self._fields[name]
            if not (field.type in NUMERIC or is_coded(field)):
                self._node.refuse("view-filter", "filters", index, found=name)
        if not columns and not self._node.value.get("columns"):
            self._node.refuse("property-missing", "columns", expected="columns")
        sort = self._node.line("sort")
        if sort and sort.removeprefix("-") not in columns:
            self._node.refuse("view-choice", "sort", found=sort, expected=", ".join(columns))
        return {"filters": filters, "columns": columns, "sort": sort}

    def _several(self, key: str) -> tuple[str, ...]:
        """Names of columns, each once and known."""
        names = self._node.lines(key)
        if len(names) > MOST_COLUMNS:
            self._node.refuse("view-too-many", key, found=len(names), expected=str(MOST_COLUMNS))
        for index, name in enumerate(names):
            if name in names[:index]:
                self._node.refuse("view-name-duplicate", key, index, found=name)
        return tuple(name for index, name in enumerate(names) if self._known(name, key, index))

    def _field(self, key: str, types: frozenset[str] | None = None, *, needed: bool = False) -> str:
        """The name of a column that rows can be told apart by, or whose type is one of ``types``."""
        name = self._node.need(key) if needed else self._node.line(key)
        if not name or not self._known(name, key):
            return ""
        type_ = self._fields[name].type
        if type_ in COMPOSITE or (types is not None and type_ not in types):
            self._node.refuse("view-field-type", key, found=name, expected=", ".join(sorted(types or ())), type=type_)
        return name

    def _known(self, name: str, *keys: str | int) -> bool:
        if name in self._fields:
            return True
        self._node.refuse("view-field", *keys, found=name, expected=", ".join(self._fields))
        return False

    def _one_of(self, key: str, words: Sequence[str]) -> Any:
        word = self._node.line(key)
        if word and word not in words:
            self._node.refuse("view-choice", key, found=word, expected=", ".join(words))
        return word

    def _measure(self) -> Measure:
        """``"count"``, or one function of one column: ``{"sum": "population"}``."""
        written = self._node.value.get("measure", "count")
        if written == "count":
            return Measure()
        if not isinstance(written, Mapping) or len(written) != 1 or next(iter(written)) not in FUNCTIONS:
            self._node.refuse("view-measure", "measure", found=written, expected=", ".join(("count", *FUNCTIONS)))
            return Measure()
        node = self._node.child("measure", FUNCTIONS)
        function = next(each for each in FUNCTIONS if each in written)
        name = node.need(function)
        if not name or not self._known(name, "measure", function):
            return Measure()
        type_ = self._fields[name].type
        allowed = NUMERIC | (TIMES if function in ("min", "max") and self._node.value.get("kind") == "figure" else frozenset())
        if type_ in COMPOSITE or (function != "distinct" and type_ not in allowed):
            self._node.refuse("view-field-type", "measure", function, found=name, expected=", ".join(sorted(allowed)), type=type_)
        return Measure(function=function, field=name)

    # Which rows count

    def _where(self) -> tuple[Condition, ...]:
        node = self._node.child("where")
        return tuple(found for name in node.value if (found := self._condition(node, name)) is not None)

    def _condition(self, node: Node, name: str) -> Condition | None:
        if not self._known(name, "where", name):
            return None
        field, written = self._fields[name], node.value[name]
        if field.type in COMPOSITE:
            node.refuse("view-field-type", name, found=name, expected="", type=field.type)
        if not isinstance(written, Mapping):
            return Condition(field=name, values=_spelled(node, field, written, name))
        test = node.child(name, _TESTS)
        if not written:
            node.refuse("view-where", name, found=written, expected=field.type)
        if isinstance(written.get("not"), list):
            test.refuse("view-where", "not", found=written["not"], expected=field.type)
        present = test.flag("present") if "present" in test else None
        bounds = {key: _spelled(test, field, written[key], key) for key in ("from", "to") if key in written}
        for key in bounds:
            if field.type not in NUMERIC | TIMES or isinstance(written[key], list):
                test.refuse("view-where", key, found=written[key], expected=", ".join(sorted(NUMERIC | TIMES)))
        return Condition(
            field=name,
            excluded=_spelled(test, field, written["not"], "not") if "not" in written else (),
            minimum="".join(bounds.get("from", ())),
            maximum="".join(bounds.get("to", ())),
            present=present,
        )


def is_coded(field: Field) -> bool:
    """Whether a column has few values that are known beforehand."""
    return bool(field.definition.codelist or field.constraints.get("enum") or field.type == "boolean")


def _spelled(node: Node, field: Field, written: Any, key: str) -> tuple[str, ...]:
    """One value or a list of them, as cells spell them; a value of another type than the column's is refused."""
    values = written if isinstance(written, list) else [written]
    for each in values:
        number = isinstance(each, _NUMBER) and not isinstance(each, bool)
        fits = {"boolean": isinstance(each, bool)} | dict.fromkeys((*NUMERIC, "year"), number)
        if not fits.get(field.type, isinstance(each, str) and each != ""):
            node.refuse("view-where", key, found=each, expected=field.type)
    if not values:
        node.refuse("view-where", key, found=written, expected=field.type)
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in values)
