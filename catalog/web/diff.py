"""What differs between two versions of a table, row by row, as a page and as JSON."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, g

from catalog import media, query
from catalog.errors import NotFound
from catalog.model import Publication, Resource
from catalog.query import Comparison, Difference, Side
from catalog.web import pages, presenting, signposts
from catalog.web.history import find_table
from catalog.web.negotiation import VARY_FORMAT, format_of
from catalog.web.parameters import Integer, Parameter, takes
from catalog.web.presenting import Links, Shown
from catalog.web.responses import Manners, answer, content_of, html, json_bytes, page
from catalog.web.rows import limits_of, typed_file
from catalog.web.site import Site, site

blueprint = Blueprint("diff", __name__)


@dataclass(frozen=True, slots=True)
class TableName(Parameter):
    """The name of a table."""

    def read(self, text: str) -> str:
        """The name as it is."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", text):
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What a name looks like."""
        return "parameter-not-table", {}


FROM, TO = Integer("from", 1, 999_999_999), Integer("to", 1, 999_999_999)
TABLE = TableName("table")
LIMIT = Integer("limit", 1, 1_000)
"""Differences of each kind that are shown; the counts are of all."""
_USUAL = 100
_OFFERED = (media.HTML, media.JSON)


@dataclass(frozen=True, slots=True)
class _Two:
    """Two versions of one table, and how they differ."""

    before: Publication
    after: Publication
    table: Resource
    comparison: Comparison
    limit: int

    def shown(self, links: Links) -> Shown:
        """What is said beside the rows."""
        found, id_ = self.comparison, self.after.id
        here: dict[str, str | int] = {FROM.name: self.before.version, TO.name: self.after.version, TABLE.name: self.table.name}
        old = {each.name: each.type for each in _fields(self.before, self.table.name)}
        new = {each.name: each.type for each in _fields(self.after, self.table.name)}
        kinds = ("added", "removed", "changed")
        return {
            "id": id_,
            "url": links.pages.dataset(id_),
            "title": presenting.title_of(self.after.package),
            "table": self.table.name,
            "tableTitle": presenting.text(self.table.title),
            "from": self.before.version,
            "to": self.after.version,
            "key": list(found.key),
            "columns": {
                "added": list(found.columns_added),
                "removed": list(found.columns_removed),
                "retyped": [{"name": each, "before": old.get(each, ""), "after": new.get(each, "")} for each in found.retyped],
            },
            "counts": dict(found.counts),
            "limit": {
                "limit": self.limit,
                "maximum": LIMIT.maximum,
                "more": any(found.counts[each] > self.limit for each in kinds),
            },
            "definitions": links.pages.schema(id_, self.table.name),
            "downloads": [
                links.files.download(id_, each.version, f"{self.table.name}.csv") for each in (self.before, self.after)
            ],
            "versions": links.pages.versions(id_),
            "address": links.files.diff(id_, media.JSON.suffix, **here),
        }


@blueprint.get("/dataset/<slug:dataset>/diff")
@blueprint.get("/dataset/<slug:dataset>/diff.<any(json):suffix>")
@takes(FROM, TO, TABLE, LIMIT)
def diff(dataset: str, suffix: str = "") -> Response:
    """What differs: between the last two versions of the first table, where nothing else is asked for."""
    two = _asked(dataset)
    if suffix or format_of(_OFFERED) is media.JSON:
        public = site().public
        manners = Manners(vary=() if suffix else ("Accept",), links=signposts.of_description(two.after))
        body = _json(two, two.shown(Links(pages=public, files=public)))
        return answer(content_of(body), media.JSON.content_type, manners)
    found = two.comparison
    listed = listed_of(found)
    tables = [each.name for each in two.after.package.tables()]
    shown = two.shown(pages.links()) | {"tables": tables, "latest": site().store.latest(dataset).version}
    return page(html("diff.html", diff=shown, listed=listed), Manners(vary=VARY_FORMAT))


def _asked(dataset: str) -> _Two:
    store = site().store
    latest = store.latest(dataset)
    to = g.asked.get(TO.name, latest.version)
    since = g.asked.get(FROM.name, max(1, to - 1))
    if latest.version == 1 and since == to:
        raise NotFound("diff-versions", dataset=dataset)
    before, after = store.publication(dataset, since), store.publication(dataset, to)
    tables = after.package.tables()
    name = g.asked.get(TABLE.name, tables[0].name if tables else "")
    limit = g.asked.get(LIMIT.name, _USUAL)
    table = [_find(each, name) for each in (before, after)][-1]
    return _Two(before, after, table, _compared(site(), before.id, (since, to), name, limit), limit)


def _find(publication: Publication, name: str) -> Resource:
    found = find_table(publication, name)
    if found is None:
        known = ", ".join(each.name for each in publication.package.tables())
        raise NotFound("diff-table-missing", dataset=publication.id, version=publication.version, table=name, expected=known)
    return found


@lru_cache(maxsize=64)
def _compared(here: Site, dataset: str, versions: tuple[int, int], name: str, limit: int) -> Comparison:
    """Both versions stay as they are, and so does what differs."""
    sides = []
    for version in versions:
        publication = here.store.publication(dataset, version)
        table = _find(publication, name)
        sides.append(Side(typed_file(publication, table, media.PARQUET), table.schema))
    return query.compare(sides[0], sides[1], limits_of(here), limit)


def _fields(publication: Publication, name: str) -> Iterable[Any]:
    schema = _find(publication, name).schema
    return schema.fields if schema is not None else ()


def _json(two: _Two, shown: Shown) -> bytes:
    """The rows are put in as the texts that they are: a decimal keeps all of its digits."""
    found = two.comparison
    parts = {
        "added": [_row(each.after, each.times) for each in found.added],
        "removed": [_row(each.before, each.times) for each in found.removed],
        "changed": [_change(each, found.key) for each in found.changed],
    }
    lists = ",\n".join(f' "{kind}": [\n{_lines(rows)}\n ]' for kind, rows in parts.items())
    return json_bytes(shown)[:-3] + f",\n{lists}\n}}\n".encode()


def _lines(rows: Iterable[str]) -> str:
    return ",\n".join(f"  {each}" for each in rows)


def _row(cells: Mapping[str, str], times: int) -> str:
    return f'{{"row": {query.as_object(cells)}, "times": {times}}}'


def _change(difference: Difference, key: tuple[str, ...]) -> str:
    before, after = difference.before, difference.after
    cells = {each: f'{{"before": {before[each]}, "after": {after[each]}}}' for each in difference.columns}
    return f'{{"key": {query.as_object({each: after[each] for each in key})}, "cells": {query.as_object(cells)}}}'


def listed_of(found: Comparison) -> dict[str, list[Shown]]:
    """The rows of each kind, as a page shows them."""
    return {"added": _rows(found.added), "removed": _rows(found.removed), "changed": _changes(found)}


def _rows(differences: Iterable[Difference]) -> list[Shown]:
    """Rows that are in one version only, as a page shows them: without columns that are empty in all of them."""
    rows = [({name: _plain(value) for name, value in (each.after or each.before).items()}, each.times) for each in differences]
    filled = {name for cells, _times in rows for name, value in cells.items() if value is not None}
    return [
        {"cells": {name: value for name, value in cells.items() if name in filled or not filled}, "times": times}
        for cells, times in rows
    ]


def _changes(found: Comparison) -> list[Shown]:
    """Rows that changed, cell by cell."""
    return [
        {
            "key": [_plain(each.after[name]) for name in found.key],
            "cells": [
                {"column": name, "before": _plain(each.before[name]), "after": _plain(each.after[name])} for name in each.columns
            ],
        }
        for each in found.changed
    ]


def _plain(text: str) -> str | None:
    """A JSON value as people read it; None where there is none."""
    value = json.loads(text, parse_float=str, parse_int=str)
    if value is None or isinstance(value, str):
        return value
    return text
