"""Declared views as plain values: what the dashboard is rendered from is what its JSON says (``presenting``).

Every number carries where its rows are; columns lead to their definitions, and say by which rules they came about.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlencode

from catalog.charts import FIGURES, SPECS, Axis, Category, Counted, Number, Pairs, narrowed, picture_path, thaw
from catalog.derivation import Explanation, explain
from catalog.model import Field, Publication, Resource, View
from catalog.query import MOST, USUAL, WORDS
from catalog.store import Store
from catalog.web.presenting import Links, Shown, Subject, text
from catalog.web.site import site

MISSING = "(no data)"
"""What a finder is asked with for a missing value."""
_ROUNDING = ("round-down", "fold-rare", "band")
"""Rules that change what a number seems to say: they are told under the figure itself."""


def figures_of(publication: Publication) -> Mapping[str, Counted]:
    """The figures of every view by name, as the version has kept them; none where it was published without."""
    kept = publication.file(FIGURES)
    return _thawed(site().store, kept.sha256) if kept is not None else {}


@lru_cache(maxsize=64)
def _thawed(store: Store, sha256: str) -> Mapping[str, Counted]:
    with store.files.open(sha256) as stream:
        return {each.view: each for each in thaw(stream.read())}


class Viewing:
    """The views of one version, shown. ``explained`` are the tables' derivations in words, worked out once each."""

    def __init__(self, subject: Subject, own_page: str | None = None) -> None:
        """``own_page`` is the dashboard's address in links to itself: "" where they stand on its page.

        That page shows the latest version, and its links ask the latest; elsewhere they name the version.
        """
        self.subject = subject
        self.publication = subject.publication
        self._own_page = subject.links.pages.dashboard(subject.publication.id) if own_page is None else own_page
        self._pinned = [("version", str(subject.publication.version))] if own_page is None else []
        self._explained: dict[str, Explanation | None] = {}
        self._finder = next((each for each in self.publication.package.views if each.kind == "finder"), None)

    def views(self) -> list[Shown]:
        """All of them, in the order of the package."""
        figures = figures_of(self.publication)
        return [self.view(each, figures[each.name]) for each in self.publication.package.views if each.name in figures]

    def view(self, view: View, counted: Counted) -> Shown:
        """One view with its figures."""
        links, id_ = self.subject.links, self.publication.id
        table = self.publication.package.resource(view.table)
        fields = [self.field(table, name) for name in _columns(view)]
        return {
            "name": view.name,
            "kind": view.kind,
            "url": f"{links.pages.dashboard(id_)}#{anchor(view)}",
            "title": text(view.title),
            "description": text(view.description),
            "note": text(view.note),
            "table": {
                "name": table.name,
                "title": text(table.title),
                "url": links.pages.schema(id_, table.name),
                "rows": self.publication.rows.get(table.name),
            },
            "measure": {"function": view.measure.function, "field": view.measure.field, "unit": self._unit(table, view)},
            "fields": fields,
            "rules": [each for each in fields if each["roundings"]],
            "total": counted.total,
            "value": counted.text,
            "unknown": [
                {"field": self.field(table, each.field), "count": each.count, **self._where(view, each.query)}
                for each in counted.unknown
            ],
            **self._where(view, self._answering(view, counted.query)),
            **self._crossed(view, table, counted),
            "pictures": self._pictures(view, counted),
        }

    def _crossed(self, view: View, table: Resource, counted: Counted) -> Shown:
        if counted.by is None:
            return {"by": None, "across": None, "groups": [], "cells": []}
        columns = counted.across.categories if counted.across else (None,)
        return {
            "by": self._axis(view, table, counted, counted.by),
            "across": self._axis(view, table, counted, counted.across) if counted.across else None,
            "groups": [
                {
                    **_category(each.category),
                    "total": each.total,
                    **self._where(view, narrowed(counted, each.category), each.total),
                }
                for each in counted.groups
            ],
            "cells": [
                [self._cell(view, counted, row, column, value) for column, value in zip(columns, values, strict=True)]
                for row, values in zip(counted.by.categories, counted.values, strict=True)
            ],
        }

    def _axis(self, view: View, table: Resource, counted: Counted, axis: Axis) -> Shown:
        rows = axis is counted.by
        sums: list[Number | None] = list(counted.sums()) if rows else [_sum(each) for each in zip(*counted.values, strict=True)]
        added = view.measure.function in ("count", "sum")
        return {
            "field": self.field(table, axis.field),
            "categories": [
                _category(each) | {"total": total if added else None, **self._where(view, narrowed(counted, each), total)}
                for each, total in zip(axis.categories, sums, strict=True)
            ],
        }

    def _cell(self, view: View, counted: Counted, row: Category, column: Category | None, value: Number | None) -> Shown:
        return {"value": value, **self._where(view, narrowed(counted, row, column), value)}

    def _where(self, view: View, query: Pairs | None, count: Number | None = None) -> Shown:
        """Where the rows of a number are: for programs, as CSV, and, where the finder can be asked so, on the page.

        ``count`` is how many there are, where that is known: few need not be asked for by the most that can be had.
        """
        if query is None:
            return {"rows": None, "csv": None, "page": None}
        address = self.subject.links.files.rows(self.publication.id, view.table)
        asked = [*((_short(name), value) for name, value in query), *self._pinned]
        rows = self.publication.rows.get(view.table, MOST) if count is None or view.measure.function != "count" else count
        limit = [("limit", str(MOST))] if rows > USUAL else []
        return {
            "rows": f"{address}?{urlencode(asked)}",
            "csv": f"{address}?{urlencode([*asked, ('format', 'csv'), *limit])}",
            "page": self._page(view, query),
        }

    def _page(self, view: View, query: Pairs) -> str | None:
        """The finder's own list of these rows, if it is about the same table and can be asked for them."""
        finder = self._finder
        if finder is None or finder.table != view.table or finder.where != view.where:
            return None
        base = {name for name, _value in figures_of(self.publication)[finder.name].query}
        found = []
        for name, value in query:
            field, _, operator = name.rpartition("__")
            if name in base:
                continue
            if field not in finder.filters or operator not in ("exact", "isnull"):
                return None
            found.append((exactly(field), MISSING if operator == "isnull" else value))
        return f"{self._own_page}?{urlencode(found)}#{anchor(finder)}" if found else None

    def _answering(self, view: View, query: Pairs) -> Pairs:
        """What shows how a figure comes about: the largest first, or every different value."""
        measure = view.measure
        if view.kind != "figure":
            return query
        match measure.function:
            case "max" | "min":
                return (*query, ("sort", f"-{measure.field}" if measure.function == "max" else measure.field))
            case "distinct":
                return (*query, ("group_by", measure.field))
            case _:
                return query

    def _unit(self, table: Resource, view: View) -> str:
        return self._field(table, view.measure.field).definition.unit if view.measure.function in ("sum", "min", "max") else ""

    def _pictures(self, view: View, counted: Counted) -> Shown:
        """By language and size; heights and widths in pixels, so that the page keeps their place."""
        id_, version = self.publication.id, self.publication.version
        files = self.subject.links.files
        found: Shown = {}
        for each in counted.pictures:
            url = files.download(id_, version, picture_path(view.name, each.language, each.size))
            found.setdefault(each.language, {})[each.size] = {"url": url, "width": each.width, "height": each.height}
        return found

    # Columns

    def field(self, table: Resource, name: str) -> Shown:
        """A column in brief: where it is defined, and by which rules it comes about."""
        field = self._field(table, name)
        rules = self.rules(table, name)
        return {
            "name": name,
            "title": text(field.title) if field.title else {"ja": name, "en": name},
            "url": self.subject.links.pages.field(self.publication.id, table.name, name),
            "section": field.definition.section,
            "unit": field.definition.unit,
            "description": text(field.description),
            "derivation": [each for _rule, each in rules],
            "roundings": [each for rule, each in rules if rule in _ROUNDING],
        }

    def rules(self, table: Resource, name: str) -> list[tuple[str, Shown]]:
        """The rules of a column by name, each as a sentence."""
        if table.name not in self._explained:
            self._explained[table.name] = explain(table, self.publication.package.raw, self.subject.codelist)
        explained = self._explained[table.name]
        return [(rule.name, text(words)) for rule, words in explained.columns.get(name, ())] if explained else []

    def _field(self, table: Resource, name: str) -> Field:
        assert table.schema is not None, "views are of tables"
        return next(each for each in table.schema.fields if each.name == name)


def specs_url(publication: Publication, links: Links) -> str:
    """The charts in Vega-Lite, "" where none is drawn."""
    drawn = publication.file(SPECS) is not None
    return links.files.download(publication.id, publication.version, SPECS) if drawn else ""


def anchor(view: View) -> str:
    """Where a view stands on the dashboard: no name of a view is one of the page's own anchors."""
    return f"v-{view.name}"


def exactly(column: str) -> str:
    """The parameter that asks for one value of a column: its name, unless the rows API means something else by that."""
    return f"{column}__exact" if column in (*WORDS, "version") or "__" in column else column


def _short(parameter: str) -> str:
    """A parameter of the rows API without the operator that goes without saying."""
    column, _, operator = parameter.rpartition("__")
    return exactly(column) if operator == "exact" else parameter


def _columns(view: View) -> list[str]:
    """The columns that a view is about, each once; those of the finder's table stand in its own list."""
    named = [view.by, view.across, view.group, view.measure.field, *(each.field for each in view.where)]
    named += [*view.columns, *view.filters]
    return list(dict.fromkeys(each for each in named if each))


def _category(category: Category) -> Shown:
    return {
        "value": category.value,
        "label": text(category.label),
        "noData": category.no_data,
        "rest": category.rest,
        "group": category.group,
    }


def _sum(numbers: Iterable[Number | None]) -> Number:
    return sum(each or 0 for each in numbers)
