"""OpenAPI 3.1 of the whole API, and of each dataset: there the parameters are the real columns, with what they mean."""

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version as version_of_package
from typing import Any

from flask import Blueprint, Response, current_app, g

from catalog import media, query, words
from catalog.addresses import Addresses
from catalog.dcat import shipped
from catalog.messages.wording import _
from catalog.model import Field, Publication, Resource, Text
from catalog.query import Column, Question
from catalog.query.columns import Kind
from catalog.web import parameters, rows, union
from catalog.web.api import VERSION
from catalog.web.history import find_field
from catalog.web.negotiation import PROBLEM_TYPE
from catalog.web.operations import (
    OF_DATASET,
    PATHS,
    ROWS_WORDS,
    SCHEMAS,
    STRING,
    TAGS,
    Json,
    Operation,
    area_word,
    both,
    listed,
    query_parameter,
    reference,
    rows_schema,
    rows_word,
    short,
    told,
)
from catalog.web.parameters import takes
from catalog.web.responses import Link, Manners, answer, content_of, json_bytes, remembered
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("openapi", __name__)

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "/dataset/{dataset}"
_OWN = "/api/v1/datasets/{dataset}"
_ROWS = f"{_OWN}/tables/{{table}}/rows"
_CONDITIONS: Json = {
    "name": "conditions",
    "in": "query",
    "style": "form",
    "explode": True,
    "description": told(
        _(
            "Conditions on columns: <column>=value, or <column>__<operator>=value. The document of each dataset names its columns"
            " and their operators."
        )
    ),
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}
_PROFILE = "https://www.rfc-editor.org/info/rfc9727"
_LOOKED_AT = 20
"""Datasets that are looked through for examples."""
_OPERATORS: Mapping[str, str] = {
    "exact": _("%(column)s is this value."),
    "not": _("%(column)s is another value, or missing."),
    "in": _("%(column)s is one of these values."),
    "contains": _("%(column)s contains this text."),
    "startswith": _("%(column)s begins with this text."),
    "gt": _("%(column)s is greater than this value."),
    "gte": _("%(column)s is this value or greater."),
    "lt": _("%(column)s is less than this value."),
    "lte": _("%(column)s is this value or less."),
    "isnull": _("%(column)s is missing (true) or not (false)."),
    "near": _("Rows within some metres of a point: latitude, longitude, metres. The nearest come first."),
    "bbox": _("Rows inside a box of degrees: west, south, east, north."),
}
_SCHEMAS_OF_KINDS: Mapping[Kind, Json] = {
    "number": {"type": "number"},
    "double": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
_PROBLEMS: Mapping[str, str] = {
    "400": _("The question cannot be asked so; “errors” names each parameter and what is allowed."),
    "404": _("There is nothing of that name."),
    "410": _("It was published, and has been withdrawn."),
    "414": _("The address is too long."),
    "429": _("Too many requests from this address; Retry-After says when to come back."),
    "503": _("The answer would cost too much, or too much is being asked at the moment."),
}
_PROBLEMS_OF_WRITES: Mapping[str, str] = {
    "401": _("No token, or one that is unknown, has expired or was revoked."),
    "403": _("The token is for another publisher, or not for this action."),
    "409": _("Another dataset has an address that this one would take, or somebody published it meanwhile."),
    "413": _("The body is too large."),
    "415": _("The body is no zip."),
    "422": _("The package has errors: “errors” names each with its place. Nothing was stored."),
}
_DONE: Mapping[str, str] = {"200": _("The answer"), "201": _("A new version is published.")}
_BEARER = _("A token that the operator of the catalogue has made for a publisher (RFC 6750).")
_SECURITY = "publisher"
"""The security scheme of what writes."""
_TEXTS: dict[str, Json] = {each.media_type: {"schema": STRING} for each in (media.NDJSON, media.CSV)}
_PLACES: dict[str, Json] = {media.GEOJSON.media_type: {"schema": {"type": "object"}}}
"""What rows are also answered as; as places, where they have any."""

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path=_ROWS,
        endpoint="rows.rows",
        tag="rows",
        schema="Rows",
        others=_TEXTS | _PLACES,
        summary=_("Rows of a table, or figures of groups of rows"),
        parameters=(*map(rows_word, ROWS_WORDS), area_word(query.AREA), _CONDITIONS),
    ),
    Operation(
        path="/api/v1/datasets",
        endpoint="api.datasets_of_api",
        tag="datasets",
        schema="Datasets",
        summary=_("The list of datasets"),
    ),
    Operation(
        path=_OWN,
        endpoint="api.dataset_of_api",
        tag="datasets",
        schema="Dataset",
        summary=_("A dataset: its tables, the definition of every column, its downloads"),
    ),
    Operation(
        path=f"{_OWN}/openapi.json",
        endpoint="openapi.of_dataset",
        tag="datasets",
        summary=_("What can be asked of a dataset, with its columns as parameters (OpenAPI)"),
        media_type=media.OPENAPI.media_type,
    ),
    Operation(
        path="/api/openapi.json",
        endpoint="openapi.whole",
        tag="datasets",
        summary=_("This document"),
        media_type=media.OPENAPI.media_type,
    ),
    Operation(
        path="/.well-known/api-catalog",
        endpoint="openapi.api_catalog",
        tag="datasets",
        summary=_("The list of the APIs of this server (RFC 9727)"),
        media_type=media.LINKSET.media_type,
    ),
    Operation(
        path="/datasets.json",
        endpoint="api.datasets",
        tag="datasets",
        schema={"anyOf": [reference("Datasets"), reference("Found")]},
        summary=_("The list of datasets, as the page shows it"),
    ),
    Operation(
        path=f"{_ID}.json",
        endpoint="pages.dataset",
        tag="datasets",
        schema="Dataset",
        summary=_("A dataset, as its page shows it"),
    ),
    Operation(
        path=f"{_ID}/versions.json",
        endpoint="pages.versions",
        tag="versions",
        schema="Versions",
        summary=_("The versions of a dataset, and what each changed in the definitions"),
    ),
    Operation(
        path=f"{_ID}/diff.json",
        endpoint="diff.diff",
        tag="versions",
        schema="Diff",
        summary=_("What differs between two versions of a table, row by row"),
    ),
    Operation(
        path=f"{_ID}/report.json",
        endpoint="pages.report",
        tag="versions",
        schema="Report",
        summary=_("What validation found in the latest version"),
    ),
    Operation(
        path=f"{_ID}/citation.json",
        endpoint="citing.citation",
        tag="descriptions",
        schema=listed({"type": "object"}),
        summary=_("How to cite a dataset (CSL-JSON)"),
        media_type=media.CSL.media_type,
    ),
    Operation(
        path=f"{_ID}/snippets.json",
        endpoint="snippets.snippets",
        tag="descriptions",
        summary=_("Programs that read the tables of a dataset"),
    ),
    Operation(
        path=f"{_ID}/croissant.json",
        endpoint="projections.machine_learning",
        tag="descriptions",
        media_type=media.CROISSANT.media_type,
        summary=_("A dataset for machine learning (Croissant)"),
    ),
    Operation(
        path=f"{_ID}/datapackage.json",
        endpoint="projections.datapackage",
        tag="descriptions",
        media_type=media.DATA_PACKAGE.media_type,
        summary=_("A dataset as a data package (Frictionless)"),
    ),
    Operation(
        path=f"{_ID}/linkset.json",
        endpoint="projections.linkset",
        tag="descriptions",
        media_type=media.LINKSET.media_type,
        summary=_("Every link from and to a dataset (RFC 9264)"),
    ),
    Operation(
        path="/download/{dataset}/latest/csv-metadata.json",
        endpoint="projections.tables",
        tag="descriptions",
        media_type=media.CSVW.media_type,
        summary=_("The tables of a dataset in CSV on the Web"),
    ),
    Operation(
        path="/api/v1/standards",
        endpoint="union.standards",
        tag="standards",
        summary=_("The standards, and how many datasets follow each"),
    ),
    Operation(
        path="/api/v1/standards/{slug}/rows",
        endpoint="union.standard_rows",
        tag="standards",
        schema="RowsOfStandard",
        others=_TEXTS | _PLACES,
        summary=_("Rows of every dataset that follows a standard, or figures of groups of rows"),
        parameters=(
            *(rows_word(each) for each in ROWS_WORDS if each != VERSION.name),
            *map(query_parameter, (union.SAMPLES, union.TABLE)),
            area_word(query.AREA),
            _CONDITIONS,
        ),
    ),
    Operation(
        path="/standard/{slug}/coverage.json",
        endpoint="union.coverage_document",
        tag="standards",
        summary=_("Which datasets follow a standard, which lack a column, and which bodies have none yet"),
    ),
    Operation(
        path="/standard/{slug}/records.json",
        endpoint="union.records",
        tag="standards",
        summary=_("The rows of every dataset that follows a standard, as one file"),
    ),
    Operation(
        path="/api/3/action/{action}",
        endpoint="ckan.act",
        tag="ckan",
        schema="CkanAnswer",
        problem="CkanProblem",
        summary=_("An action of CKAN that reads"),
        description=_("Parameters, answers and errors are those of CKAN 2.11; help_show lists the actions that there are."),
    ),
    Operation(
        path="/data.json",
        endpoint="projections.open_data",
        tag="descriptions",
        summary=_("The whole catalogue in Project Open Data"),
    ),
)


def operations() -> tuple[Operation, ...]:
    """Every address that answers in JSON: those above, then those that other modules describe beside their views."""
    modules = {each.import_name for each in current_app.blueprints.values()} - {__name__}
    return (*OPERATIONS, *(each for name in sorted(modules) for each in getattr(sys.modules[name], "OPERATIONS", ())))


@blueprint.get("/api/openapi.json")
def whole() -> Response:
    """The whole API. Its examples are of the first dataset, so that they can be tried."""
    found = examples()

    def make() -> bytes:
        return json_bytes(_document(_paths(found), said(_("API of this catalogue")), _about_api()))

    return answer(remembered(make, "openapi", tuple(found.items())), media.OPENAPI.content_type, Manners())


@blueprint.get("/api/v1/datasets/<slug:dataset>/openapi.json")
@takes(VERSION)
def of_dataset(dataset: str) -> Response:
    """What can be asked of one dataset."""
    publication = rows.version_of(dataset, g.asked.get(VERSION.name))

    def make() -> bytes:
        package = publication.package
        title = words.sample(package.title) if package.sample else package.title
        paths = {Addresses().rows(publication.id, each.name): {"get": _rows_of(publication, each)} for each in package.tables()}
        return json_bytes(_document(paths, title, package.description, version=str(publication.version)))

    public = site().public
    links = (Link(public.dataset(publication.id), "describes"), Link(public.api(), "service-doc", media.HTML.media_type))
    body = remembered(make, "openapi-of-dataset", publication.id, publication.version)
    return answer(body, media.OPENAPI.content_type, Manners(links=links))


@blueprint.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """Every API as links: its description for machines, its page for people."""
    public = site().public
    rows = [
        {
            "anchor": public.api_dataset(each.id),
            "service-desc": [{"href": public.openapi(each.id), "type": media.OPENAPI.media_type}],
            "service-doc": [{"href": public.dataset(each.id), "type": media.HTML.media_type}],
        }
        for each in site().store.summaries(limit=query.MOST)
    ]
    whole = {
        "anchor": public.api(),
        "service-desc": [{"href": public.openapi(), "type": media.OPENAPI.media_type}],
        "service-doc": [{"href": public.api(), "type": media.HTML.media_type}],
        "status": [{"href": public.path("healthz"), "type": media.TEXT.media_type}],
    }
    content_type = f'{media.LINKSET.media_type}; profile="{_PROFILE}"'
    return answer(content_of(json_bytes({"linkset": [whole, *rows]})), content_type, Manners())


def _about_api() -> Text:
    return said(
        _(
            "Everything can be read without a key, from any web page (CORS). Each answer about rows names its version, its"
            " licence and the definitions of its columns; one answer has 1,000 rows at most, and says so where there are more."
        )
    )


def _document(paths: Json, title: Text, description: Text, version: str = "") -> Json:
    here = site()
    settings = here.settings
    names = {"ja": title.ja, "en": title.en}
    return {
        "openapi": "3.1.1",
        "jsonSchemaDialect": _DIALECT,
        "info": {
            "title": " / ".join(dict.fromkeys(filter(None, names.values()))),
            "description": both(description),
            "version": version or version_of_package("opendata-catalog"),
            "license": {"name": settings.license, "url": settings.license},
            "contact": {"name": str(here.operator.name), "url": here.public.home()},
        },
        "servers": [{"url": here.public.base_url}],
        "externalDocs": {"url": here.public.api(), "description": short(_("About the API"))},
        "tags": [{"name": name, "description": short(text)} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {name: dict(schema) for name, schema in SCHEMAS.items()},
            "responses": {f"problem{status}": _problem(text) for status, text in {**_PROBLEMS, **_PROBLEMS_OF_WRITES}.items()},
            "securitySchemes": {_SECURITY: {"type": "http", "scheme": "bearer", "description": told(_BEARER)}},
        },
    }


def _problem(text: str) -> Json:
    return {"description": told(text), "content": {PROBLEM_TYPE: {"schema": reference("Problem")}}}


def _paths(examples: Mapping[str, str]) -> Json:
    paths: dict[str, Json] = {}
    for each in operations():
        paths.setdefault(each.path, {})[each.method] = _operation(each, examples)
    return paths


def _operation(operation: Operation, examples: Mapping[str, str]) -> Json:
    parts: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": told(PATHS[name]) if name in PATHS else name,
            "schema": STRING,
            **({"example": examples[name]} if name in examples else {}),
        }
        for name in sorted(parts_of(operation.path))
    ]
    schema = reference(operation.schema) if isinstance(operation.schema, str) else operation.schema
    return {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": short(operation.summary),
        **({"description": told(operation.description)} if operation.description else {}),
        "parameters": [*parts, *parameters_of(operation)],
        **({"requestBody": _body(operation.accepts)} if operation.accepts else {}),
        "responses": _responses(
            {operation.media_type: {"schema": schema}, **operation.others}, operation.done, writes=operation.writes
        )
        | _other_problems(operation.problem),
        **({"security": [{_SECURITY: []}]} if operation.writes else {}),
    }


def _other_problems(schema: str) -> Json:
    """Errors in the shape of another API."""
    content = {media.JSON.media_type: {"schema": reference(schema)}}
    return {status: {"description": told(text), "content": content} for status, text in _PROBLEMS.items()} if schema else {}


def _body(accepted: Sequence[str]) -> Json:
    """A file, as it is."""
    content = {each: {"schema": {"type": "string", "format": "binary"}} for each in accepted}
    return {"required": True, "description": told(_("The zip of a data package.")), "content": content}


def parts_of(path: str) -> set[str]:
    """The names of what stands in braces in a path."""
    return set(re.findall(r"\{(\w+)\}", path))


def parameters_of(operation: Operation) -> tuple[Json, ...]:
    """The query parameters of an address: those that its view takes, where the operation does not say more."""
    view = current_app.view_functions[operation.endpoint]
    return operation.parameters or tuple(map(query_parameter, parameters.of_view(view)))


def _responses(content: Json, done: Sequence[str] = ("200",), *, writes: bool = False) -> Json:
    told_of = {**_PROBLEMS, **_PROBLEMS_OF_WRITES} if writes else _PROBLEMS
    problems = {status: {"$ref": f"#/components/responses/problem{status}"} for status in sorted(told_of)}
    return {status: {"description": short(_DONE[status]), "content": content} for status in done} | problems


def examples() -> dict[str, str]:
    """A dataset, a table and a standard that there are."""
    found = {"slug": next(iter(shipped.editions().names()), ""), "action": "package_list", "code": "271004"}
    for summary in site().store.summaries(limit=_LOOKED_AT):
        tables = site().store.latest(summary.id).package.tables()
        if tables:
            return found | {"dataset": summary.id, "table": tables[0].name}
    return found


def _rows_of(publication: Publication, table: Resource) -> Json:
    """The rows of one table: a parameter for every column and operator."""
    served = rows.served(publication, table)
    sample = _first_row(served)
    fields = {each.name: find_field(table, each.field_name) for each in served.columns}
    conditions = [
        _condition(each, operator, fields[each.name], sample.get(each.name))
        for each in served.columns
        for operator in each.operators
    ]
    row = {each.name: _described(_row_schema(each), fields[each.name]) for each in served.columns}
    title = table.title or Text(ja=table.name, en=table.name)
    return {
        "operationId": f"rows_{table.name}",
        "tags": ["rows"],
        "summary": " / ".join(dict.fromkeys(filter(None, (title.ja, title.en)))),
        "description": both(table.description),
        "parameters": [*conditions, *_words(served.columns), *_areas(served)],
        "responses": _responses(
            {
                media.JSON.media_type: {"schema": rows_schema({"type": "object", "properties": row}, OF_DATASET)},
                **_TEXTS,
                **(_PLACES if query.places_of(served.columns) else {}),
            }
        ),
        "externalDocs": {"url": served.schema, "description": short(_("Definitions of the columns"))},
    }


def _first_row(served: rows.Served) -> Mapping[str, Any]:
    """Real values make the best examples."""
    question = Question(table=served.columns, columns=served.columns, limit=1)
    found = query.answer(served.parquet, question, rows.limits_of(site()), served.ndjson, served.identity).rows
    return found[0] if found else {}


def _words(columns: Sequence[Column]) -> list[Json]:
    """The parameters that are no columns, with the names that this table has for them."""
    measures = [each.name for each in query.measures_of(columns)]
    ordered = [each.name for each in columns if each.ordered or each.kind == "boolean"]
    named = {
        "sort": [*ordered, *(f"-{each}" for each in ordered)],
        "columns": [each.name for each in columns],
        "group_by": [each.name for each in columns if each.groupable],
        "aggregate": measures,
    }
    found = []
    for name in ROWS_WORDS:
        if name not in named:
            found.append(rows_word(name))
        elif name == "sort":  # groups are sorted by their figures, too
            found.append(rows_word(name, listed({"anyOf": [{"enum": named[name]}, STRING]}), style="form", explode=False))
        else:
            found.append(rows_word(name, listed({"type": "string", "enum": named[name]}), style="form", explode=False))
    return found


def _areas(served: rows.Served) -> list[Json]:
    """The parameter for an area, of a table whose definitions know one."""
    known = query.area_columns(served.columns, served.areas)
    return [area_word(query.area_word(served.columns))] if known else []


def _condition(column: Column, operator: str, field: Field | None, sample: Any) -> Json:
    """One parameter of one column."""
    title = field.title if field and field.title else Text(ja=column.name, en=column.name)
    meaning = said(_OPERATORS[operator], column=title)
    description = field.description if field and operator == "exact" else Text()
    schema, lists = _value_schema(column, operator)
    texts = [both(each) for each in (meaning, description) if each]
    made = {
        "name": column.name if operator == "exact" and column.name not in ROWS_WORDS else f"{column.name}__{operator}",
        "in": "query",
        "required": False,
        "description": "\n\n".join(texts),
        "schema": schema,
    }
    if lists:
        made |= {"style": "form", "explode": False}
    example = _example(operator, sample if sample is not None else field.example if field else "")
    return made | ({} if example is None else {"example": example})


def _value_schema(column: Column, operator: str) -> tuple[Json, bool]:
    """What a parameter takes, and whether it is a list with commas."""
    value = _SCHEMAS_OF_KINDS.get(column.kind, STRING)
    if column.whole:
        value = {"type": "integer"}
    match operator:
        case "in":
            return listed(value), True
        case "isnull":
            return {"type": "boolean"}, False
        case "near" | "bbox":
            count = 3 if operator == "near" else 4
            return {"type": "array", "items": {"type": "number"}, "minItems": count, "maxItems": count}, True
        case "contains" | "startswith":
            return STRING, False
    return value, False


def _example(operator: str, value: Any) -> Any:
    """A value that finds something, from the first row of the table."""
    match operator:
        case "isnull":
            return False
        case "near":
            return [34.6937, 135.5023, 500]
        case "bbox":
            return [135.4, 34.6, 135.6, 34.8]
    if value in (None, "") or isinstance(value, dict | list):
        return None
    if operator in ("contains", "startswith"):
        return str(value)[:2]
    return [value] if operator == "in" else value


def _row_schema(column: Column) -> Json:
    """A column's values as rows have them. Numbers that JSON cannot write are texts."""
    if column.kind in ("json", "other"):
        return {}
    if column.kind == "double":
        return {"anyOf": [{"type": ["number", "null"]}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
    schema = {"type": "integer"} if column.whole else _SCHEMAS_OF_KINDS.get(column.kind, STRING)
    return {**schema, "type": [schema["type"], "null"]}


def _described(schema: Json, field: Field | None) -> Json:
    if field is None:
        return schema
    texts = [both(each) for each in (field.title, field.description) if each]
    return schema | ({"description": "\n\n".join(texts)} if texts else {})
