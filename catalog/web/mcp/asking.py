"""Rows of a published table for a language model: the same question, limits and answer as the REST address has."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from catalog import query
from catalog.errors import CatalogError, Finding, NotFound
from catalog.model import Publication, Resource
from catalog.query import Answer, Question
from catalog.web import rows
from catalog.web.parameters import BadQuery
from catalog.web.presenting import Shown
from catalog.web.rows import Served
from catalog.web.site import site

MOST, USUAL = 200, 50
"""Rows in one answer: at most, and where nothing is said. Fewer than over REST, for a model reads every one of them."""
LONGEST = 60_000
"""Bytes of the rows of one answer; where more are asked for, fewer rows are told, and the cursor goes on behind them."""
_LISTS = ("columns", "sort", "group_by", "aggregate")
_SHOWN = 100


def answered(publication: Publication, asked: Mapping[str, Any]) -> Shown:
    """The answer to the arguments of ``query_rows``. BadQuery, BadQuestion, NotFound, Busy."""
    served = rows.served(publication, _table(publication, asked.get("table", "")))
    pairs = tuple(_pairs(asked))
    question, found = _ask(served, pairs, asked.get("limit", USUAL))
    if (fitting := _fitting(found.lines)) < len(found.lines):
        question, found = _ask(served, pairs, fitting)
    return {
        "table": served.about["source"]["table"],
        "rows": found.rows,
        "count": found.count,
        "count_is_exact": found.count_is_exact,
        "limit": found.limit,
        "cursor": found.cursor or None,
        "definitions": _definitions(served, question),
        "schema": served.schema,
        "rowsApi": served.address,
    }


def _ask(served: Served, pairs: tuple[tuple[str, str], ...], limit: int) -> tuple[Question, Answer]:
    limits = rows.limits_of(site())
    asked = [*pairs, ("limit", str(limit))]
    question = query.parse(asked, served.columns, terms=limits.terms, areas=served.areas)
    return question, query.answer(served.parquet, question, limits, served.ndjson, served.identity)


def _definitions(served: Served, question: Question) -> dict[str, str]:
    """The page that defines each column of the answer; that of a figure is its column's, the table's for a number of rows."""
    if not question.grouped:
        return {each.name: served.definitions.get(each.name, served.schema) for each in question.columns}
    figures = {each.name: each.column.name if each.column else "" for each in question.measures}
    columns = {each.name: each.name for each in question.groups} | figures
    return {name: served.definitions.get(column, served.schema) for name, column in columns.items()}


def _fitting(lines: Iterable[bytes]) -> int:
    """How many of the rows may be told, at least one."""
    size = count = 0
    for each in lines:
        size += len(each)
        if size > LONGEST and count:
            break
        count += 1
    return count


def _pairs(asked: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The arguments as the query string of the REST address would have them."""
    yield from asked.get("filters", ())
    for name in _LISTS:
        if asked.get(name):
            yield name, _listed(asked[name])
    if asked.get("cursor"):
        yield "cursor", asked["cursor"]


def _listed(names: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def _table(publication: Publication, name: str) -> Resource:
    """The table of that name, or the only one. BadQuery names those that there are."""
    tables = {each.name: each for each in publication.package.tables()}
    if not name and len(tables) != 1:
        raise mistake("parameter-missing", "table", "", expected=", ".join(tables))
    if name and name not in tables:
        raise unknown_table(name, tables)
    return tables[name] if name else next(iter(tables.values()))


def latest(dataset: str) -> Publication:
    """The latest version of a dataset. BadQuery where there is none, or no longer one."""
    try:
        return site().store.latest(dataset)
    except NotFound as error:
        raise named(error, "dataset", dataset) from error


def named(error: CatalogError, parameter: str, found: str) -> BadQuery:
    """An error as a mistake of an argument."""
    details = {**error.details, "parameter": parameter}
    return BadQuery([Finding(code=error.code, found=found[:_SHOWN], details=details)])


def unknown_table(name: str, known: Iterable[str]) -> BadQuery:
    """A table that the dataset does not have."""
    return mistake("parameter-not-choice", "table", name, expected=", ".join(known))


def mistake(code: str, parameter: str, found: str, *, expected: str) -> BadQuery:
    """One argument that is wrong."""
    details = {"parameter": parameter, "expected": expected}
    return BadQuery([Finding(code=code, found=found[:_SHOWN], expected=expected, details=details)])
