"""The finder of a dashboard: a plain form whose fields are parameters of the rows API, and the rows that answer it.

Empty fields ask for nothing. What is sent besides them is a mistake, and so is a value that the column cannot have.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from catalog import query
from catalog.charts import Filter, Pairs
from catalog.model import Publication, Resource, View
from catalog.web import parameters, rows
from catalog.web.parameters import Choice, Parameter
from catalog.web.presenting import Shown, Subject, text
from catalog.web.site import site
from catalog.web.views.viewing import MISSING, anchor, exactly, figures_of

LIMIT = 10
"""Rows on one page of the answer."""
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,15})?")
_NUMERIC = ("integer", "number")


@dataclass(frozen=True, slots=True)
class Bound(Parameter):
    """One end of a range of numbers, in the digits 0-9."""

    def read(self, text: str) -> str:
        """The number as it is written."""
        if not _NUMBER.fullmatch(text.strip()):
            raise ValueError(text)
        return text.strip()

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What a number looks like."""
        return "parameter-not-number", {}


@dataclass(frozen=True, slots=True)
class Cursor(Parameter):
    """Where the list goes on; the answering of questions looks into it."""

    def read(self, text: str) -> str:
        """The cursor as it is."""
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """Nothing is refused here."""
        return "query-cursor", {}


class Finder:
    """The finder that a version declares: what it can be asked, and its answers."""

    def __init__(self, publication: Publication, view: View) -> None:
        self.view = view
        self.publication = publication
        self.table: Resource = publication.package.resource(view.table)
        self.counted = figures_of(publication)[view.name]

    def parameters(self) -> tuple[Parameter, ...]:
        """What the form can send."""
        found: list[Parameter] = []
        for each in self.counted.filters:
            if each.choices:
                offered = (MISSING if one.value is None else one.value for one in each.choices)
                found.append(Choice(exactly(each.field), tuple(offered)))
            else:
                found += [Bound(f"{each.field}__gte"), Bound(f"{each.field}__lte")]
        sorts = tuple(sign + each for each in self.view.columns for sign in ("", "-"))
        return (*found, Choice("sort", sorts), Cursor("cursor"))

    def asked(self, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """What a query string asks for. Raises BadQuery."""
        return parameters.read([each for each in pairs if each[1].strip()], self.parameters())

    def shown(self, asked: Mapping[str, str], subject: Subject, fields: Mapping[str, Shown]) -> Shown:
        """The form and the rows that answer it; ``fields`` are the columns in brief, by name.

        Raises Busy, BadQuestion (a cursor of another question).
        """
        limits = rows.limits_of(site())
        served = rows.served(self.publication, self.table)
        pairs = self._pairs(asked)
        wanted = [*pairs, ("limit", str(LIMIT))] + [(name, asked[name]) for name in ("cursor",) if name in asked]
        question = query.parse(wanted, served.columns, terms=limits.terms, beside=())
        found = query.answer(served.parquet, question, limits, served.ndjson, served.identity)
        pages, files, id_ = subject.links.pages, subject.links.files, self.publication.id
        address, api = pages.dashboard(id_), files.rows(id_, self.table.name)
        stays = {name: value for name, value in asked.items() if name not in ("cursor", "sort")}
        version = ("version", str(self.publication.version))
        following = f"{address}?{urlencode(dict(asked) | {'cursor': found.cursor})}#{anchor(self.view)}" if found.cursor else None
        return {
            "name": self.view.name,
            "action": f"{address}#{anchor(self.view)}",
            "filters": [self._filter(fields, each, asked) for each in self.counted.filters],
            "asked": bool(stays),
            "columns": [self._column(fields, name, asked, f"{address}?", stays) for name in self.view.columns],
            "rows": [self._row(each, subject) for each in found.rows],
            "count": found.count,
            "countIsExact": found.count_is_exact,
            "next": following,
            "continued": "cursor" in asked,
            "api": f"{api}?{urlencode([*pairs, version])}",
            "csv": f"{api}?{urlencode([*pairs, version, ('format', 'csv'), ('limit', '1000')])}",
            "all": f"{address}#{anchor(self.view)}",
        }

    def _pairs(self, asked: Mapping[str, str]) -> Pairs:
        """As the rows API is asked; the view's own conditions first."""
        merged = dict(self.counted.query)
        for name, value in asked.items():
            if value == MISSING:
                merged[f"{name.removesuffix('__exact')}__isnull"] = "true"
            elif name not in ("cursor", "sort"):
                merged[name if "__" in name else f"{name}__exact"] = value
        sort = asked.get("sort", self.view.sort)
        return (*merged.items(), *([("sort", sort)] if sort else []))

    def _filter(self, fields: Mapping[str, Shown], each: Filter, asked: Mapping[str, str]) -> Shown:
        field = fields[each.field]
        if not each.choices:
            low, high = f"{each.field}__gte", f"{each.field}__lte"
            ends = {"low": {"name": low, "value": asked.get(low, "")}, "high": {"name": high, "value": asked.get(high, "")}}
            return {"field": field, "kind": "range", "minimum": each.minimum, "maximum": each.maximum, **ends, "choices": []}
        name = exactly(each.field)
        choices = [
            {"value": MISSING if one.value is None else one.value, "label": text(one.label), "noData": one.no_data}
            for one in each.choices
        ]
        return {"field": field, "kind": "choice", "name": name, "value": asked.get(name, ""), "choices": choices}

    def _column(
        self, fields: Mapping[str, Shown], name: str, asked: Mapping[str, str], address: str, stays: Mapping[str, str]
    ) -> Shown:
        """A column of the answer, with the address that sorts by it; a second time, the other way round."""
        sort = asked.get("sort", self.view.sort)
        turned = f"-{name}" if sort == name else name
        order = {"": "none", name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        sorting = f"{address}{urlencode(dict(stays) | {'sort': turned})}#{anchor(self.view)}"
        return {"field": fields[name], "order": order, "sorted": sorting, "numeric": self._is_numeric(name)}

    def _is_numeric(self, name: str) -> bool:
        field = next(each for each in self.table.schema.fields if each.name == name) if self.table.schema else None
        return field is not None and field.type in _NUMERIC and not field.definition.codelist

    def _row(self, row: Mapping[str, Any], subject: Subject) -> Shown:
        cells = [cell(self.table, name, row.get(name), subject) for name in self.view.columns]
        key = key_of(self.table)
        value = row.get(key) if key else None
        url = subject.links.pages.dashboard(self.publication.id, spelled(value)) if value is not None else None
        return {"url": url, "key": spelled(value), "cells": cells}


def key_of(table: Resource) -> str:
    """The one column that names a row, "" where it takes several or none."""
    keys = table.schema.primary_key if table.schema else ()
    return keys[0] if len(keys) == 1 else ""


def cell(table: Resource, name: str, value: Any, subject: Subject) -> Shown:
    """A value of a published table as readers see it: by its code list, and "no data" as what it is."""
    field = next(each for each in table.schema.fields if each.name == name) if table.schema else None
    assert field is not None, "the loader has found the column in the table"
    codelist = subject.codelists.get(field.definition.codelist)
    concept = codelist.find(str(value)) if codelist is not None and value is not None else None
    silent = {str(each.get("into", "no-data")) for each in field.definition.derivation if each.get("rule") == "no-data"}
    return {
        "value": value,
        "label": text(concept.label) if concept else None,
        "noData": value is None or spelled(value) in silent,
        "unit": field.definition.unit if field.type in _NUMERIC else "",
    }


def spelled(value: Any) -> str:
    """A value of a row as an address and a cell spell it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
