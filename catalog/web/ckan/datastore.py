"""``datastore_search``: rows of a table in CKAN's shape, asked with ``query`` over the table's Parquet file.

Rows have an ``_id`` as with CKAN, their number in the table from 1; it belongs to the version, as the rows do. Ranks and
``full_text`` of PostgreSQL are not known here.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from catalog import query
from catalog.errors import Finding
from catalog.messages import word
from catalog.model import Field, Publication
from catalog.query import Answer, BadQuestion, Column, Question
from catalog.query.questions import Term
from catalog.search import folded
from catalog.web import rows
from catalog.web.ckan.asked import Given
from catalog.web.ckan.errors import Invalid
from catalog.web.site import site

MOST, USUAL = 32_000, 100
"""Rows in one answer, as with CKAN."""
_FURTHEST = 200_000
"""Rows from the beginning that can be reached by an offset; whoever wants all of a larger table downloads it."""
_ID = "_id"
_TYPES: Mapping[str, str] = {
    "BIGINT": "int8", "INTEGER": "int4", "DOUBLE": "float8", "BOOLEAN": "bool", "DATE": "date", "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz", "TIME": "time",
}  # fmt: skip
_FORMS = ("objects", "lists", "csv", "tsv")
_KNOWN = frozenset({
    "resource_id", "id", "filters", "q", "plain", "distinct", "language", "limit", "offset", "fields", "sort", "include_total",
    "total_estimation_threshold", "records_format",
})  # fmt: skip


def search(given: Given, publication: Publication, table: str, resource: str) -> dict[str, Any]:
    """The rows. Raises Invalid, and Busy as ``query.answer``."""
    unknown = given.values.keys() - _KNOWN
    if unknown:
        raise Invalid(**{name: ["Unexpected parameter"] for name in sorted(unknown)})
    served = rows.served(publication, rows.table_of(publication, table))
    form = given.text("records_format", _FORMS[0])
    if form not in _FORMS:
        raise Invalid(records_format=[f"Value must be one of {list(_FORMS)}"])
    limit, offset = given.number("limit", USUAL, MOST), given.number("offset", 0, _FURTHEST + 1)
    if offset > _FURTHEST:
        raise Invalid(offset=[f"Rows behind {_FURTHEST} are only in the whole file"])
    columns = {each.name: each for each in (*_numbers(served.columns), *served.columns)}
    names = given.names("fields") or list(columns)
    if strange := [each for each in names if each not in columns]:
        raise Invalid(fields=[f'field "{each[:100]}" not in table' for each in strange])
    asked = replace(_question(given, served.columns, columns, names), limit=max(limit, 1), skip=offset)
    identity = f"{served.identity}/ckan"
    found = query.answer(served.parquet, asked, rows.limits_of(site()), rows=served.ndjson, version=identity)
    result: dict[str, Any] = {
        "resource_id": resource,
        "fields": [_field(columns[each], publication, table) for each in names],
        "records_format": form,
        "records": _formed(_records(found, names)[:limit], names, form),
        "limit": limit,
        "offset": offset,
        "_links": _links(given, resource, limit, offset),
    }
    if given.flag("include_total", default=True):
        result |= {"total": found.count, "total_was_estimated": not found.count_is_exact}
    return result


def _numbers(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The column ``_id``, which no file has; a table that has one of its own keeps that."""
    return () if any(each.name == _ID for each in columns) else (query.row_id(columns, _ID),)


def _records(found: Answer, names: Sequence[str]) -> list[dict[str, Any]]:
    """The rows with the columns in the order in which they were asked for; groups have no numbers."""
    numbers = found.numbers or (-1,) * len(found.lines)
    records = zip(found.rows, numbers, strict=True)
    return [{name: row[name] if name in row else number + 1 for name in names} for row, number in records]


def _question(given: Given, stored: Sequence[Column], columns: Mapping[str, Column], names: Sequence[str]) -> Question:
    """``stored`` are the columns of the file, ``columns`` those and the rows' numbers, ``names`` what is to be shown."""
    listed, shown = tuple(columns.values()), tuple(each for each in stored if each.name in names)
    question = _parsed([("sort", _sort(given, columns))] if given.names("sort") else [], listed)
    if given.flag("distinct") and len(shown) == len(set(names)):  # with its number, every row is another
        keys = tuple(each for each in question.keys if each.by in shown)
        question = replace(question, groups=shown, keys=keys)
    terms = [*_filters(given.mapping("filters"), listed), *_texts(given, {each.name: each for each in stored})]
    whole = len(shown) == len(stored)
    return replace(question, columns=shown or tuple(stored[:1]), whole=whole, terms=(*question.terms, *terms))


def _parsed(pairs: Sequence[tuple[str, str]], columns: Sequence[Column], name: str = "") -> Question:
    try:
        return query.parse(pairs, columns)
    except BadQuestion as error:
        complaints: dict[str, list[str]] = {}
        for each in error.findings:
            complaints.setdefault(name or each.details.get("parameter", "query"), []).append(_worded(each))
        raise Invalid(**complaints) from error


def _worded(finding: Finding) -> str:
    return word(finding, "en")


def _filters(filters: Mapping[str, Any], columns: Sequence[Column]) -> Iterable[Term]:
    """Each column equals its value, or one of several."""
    known = {each.name for each in columns}
    for name, value in filters.items():
        if name not in known:
            raise Invalid(filters=[f'field "{name[:100]}" not in table'])
        values = value if isinstance(value, list) else [value]
        if not all(each is None or isinstance(each, str | int | float) for each in values):
            raise Invalid(filters=[f'"{name[:100]}": only values and lists of values can be filtered by'])
        terms = [_equal(name, each, columns) for each in values]
        sql = " OR ".join(f"({each.sql})" for each in terms) or "FALSE"
        told = ("filters", f"{name}={values}")
        yield Term(f"({sql})", tuple(each for term in terms for each in term.values), told)


def _equal(name: str, value: Any, columns: Sequence[Column]) -> Term:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    pair = (f"{name}__isnull", "true") if value is None else (f"{name}__exact", text)
    return _parsed([pair], columns, "filters").terms[0]


def _texts(given: Given, by_name: Mapping[str, Column]) -> Iterable[Term]:
    """Words that stand in any column, or with an object in the columns that it names; without regard to case."""
    asked = given.values.get("q")
    if asked in (None, "", {}):
        return
    if isinstance(asked, str) and not asked.lstrip().startswith("{"):
        wanted = [(word_, tuple(by_name.values())) for word_ in asked.split()]
    else:
        unknown = [each for each in given.mapping("q") if each not in by_name]
        if unknown:
            raise Invalid(q=[f'field "{each[:100]}" not in table' for each in unknown])
        wanted = [(word_, (by_name[name],)) for name, text in given.mapping("q").items() for word_ in str(text).split()]
    for word_, columns in wanted:
        looked = folded(word_.removesuffix(":*"))
        sql = " OR ".join(f"contains(lower(CAST({each.sql} AS VARCHAR)), ?)" for each in columns)
        yield Term(f"({sql})", (looked,) * len(columns), ("q", looked))


def _sort(given: Given, by_name: Mapping[str, Column]) -> str:
    """``a desc, b`` in our grammar."""
    keys = []
    for each in given.names("sort"):
        name, _, direction = each.rpartition(" ") if each.lower().endswith((" asc", " desc")) else (each, "", "")
        name = name.strip().strip('"')
        if name not in by_name:
            raise Invalid(sort=[f'field "{name[:100]}" not in table'])
        keys.append(("-" if direction.lower() == "desc" else "") + _quoted(name))
    return ",".join(keys)


def _quoted(name: str) -> str:
    if "," in name:
        raise Invalid(sort=[f'"{name[:100]}": a name with a comma cannot be asked for here'])
    return name


def _field(column: Column, publication: Publication, table: str) -> dict[str, Any]:
    """A column as CKAN's data dictionary tells it: title and description are ``info``."""
    if not column.field_name:
        return {"id": column.name, "type": "int" if column.name == _ID else _type(column)}
    schema = rows.table_of(publication, table).schema
    field = next(each for each in schema.fields if each.name == column.field_name) if schema else Field(name="")
    info = {"label": str(field.title), "notes": str(field.description)}
    return {"id": column.name, "type": _type(column)} | ({"info": info} if any(info.values()) else {})


def _type(column: Column) -> str:
    return _TYPES.get(column.type, "numeric" if column.type.startswith("DECIMAL") else "text")


def _formed(records: Sequence[Mapping[str, Any]], names: Sequence[str], form: str) -> Any:
    if form == "objects":
        return list(records)
    lists = [[each[name] for name in names] for each in records]
    if form == "lists":
        return lists
    written = io.StringIO()
    csv.writer(written, delimiter="," if form == "csv" else "\t", lineterminator="\n").writerows(lists)
    return written.getvalue()


def _links(given: Given, resource: str, limit: int, offset: int) -> dict[str, str]:
    told = {name: value for name, value in given.values.items() if name not in ("offset", "id") and isinstance(value, str | int)}
    begin = "/api/3/action/datastore_search?"
    same = told | {"resource_id": resource}
    return {"start": begin + urlencode(same), "next": begin + urlencode(same | {"offset": offset + limit})}
