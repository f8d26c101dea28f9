"""What the API can be asked, as values: OpenAPI and the page about the API are both written from them.

A module with addresses that answer in JSON describes them beside its views, in a tuple ``OPERATIONS``; which query parameters an
address takes is asked of the view itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.media import JSON
from catalog.messages.wording import _
from catalog.model import Text
from catalog.query import USUAL
from catalog.web.parameters import Choice, Identifier, Integer, Line, Moment, Parameter
from catalog.words import said

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address and what it answers. ``path`` is an OpenAPI template; ``endpoint`` the view behind it.

    ``schema`` names a schema of ``SCHEMAS``, or is one; ``summary`` and ``description`` are marked texts. Whatever is no GET
    writes, and takes a token; ``others`` are what else a parameter may choose as an answer, ``accepts`` the media types of the
    body that it takes, ``done`` the statuses of success; ``problem`` is the schema of errors where they are no problem+json.
    """

    path: str
    endpoint: str
    tag: str
    summary: str
    description: str = ""
    schema: str | Json = "object"
    media_type: str = JSON.media_type
    others: Mapping[str, Json] = field(default_factory=dict)
    parameters: tuple[Json, ...] = field(default=())
    method: str = "get"
    accepts: tuple[str, ...] = ()
    done: tuple[str, ...] = ("200",)
    problem: str = ""

    @property
    def writes(self) -> bool:
        """Whether it takes a token."""
        return self.method != "get"

    @property
    def id(self) -> str:
        """A name for programs that write clients."""
        return self.endpoint.replace(".", "_") + "_" + "".join(each for each in self.path if each.isalnum())


TAGS: Mapping[str, str] = {
    "rows": _("Rows of tables"),
    "datasets": _("Datasets"),
    "versions": _("Versions and what changed"),
    "descriptions": _("Descriptions in other vocabularies"),
    "standards": _("Standards across publishers"),
    "areas": _("Areas, and tables put together"),
    "search": _("Search"),
    "ckan": _("CKAN action API (read)"),
    "publishing": _("Publishing, with a token"),
}

PATHS: Mapping[str, str] = {
    "dataset": _("Id of a dataset."),
    "table": _("Name of a table, as the dataset lists it."),
    "slug": _("Name of a standard."),
    "action": _("Name of an action, such as package_search."),
    "code": _("Six-digit code of a municipality or prefecture."),
}
"""The parts of paths."""

QUERIES: Mapping[str, str] = {
    "after": _("The list begins after this id; “next” of an answer has it already."),
    "limit": _("How many at most."),
    "publisher": _("Only what this publisher has published."),
    "version": _("Number of a version; without it, the latest."),
    "before": _("The list begins before this version; “next” of an answer has it already."),
    "from": _("Number of the older version."),
    "to": _("Number of the newer version."),
    "table": _("Name of a table; without it, the first."),
    "edition": _("Edition of the standard; without it, the current one."),
    "page": _("Number of the page."),
    "accessed": _("The day of access that the citation names."),
    "url": _("Address of a page of this catalogue."),
    "format": _("Format of the answer."),
    "maxwidth": _("Widest that the embedded page may be, in pixels."),
    "maxheight": _("Highest that the embedded page may be, in pixels."),
    "q": _("Words to look for."),
    "samples": _("1: with invented rows; 0: without. Left out, they come only where there is nothing else."),
    "prefecture": _("Two digits of a prefecture."),
    "labels": _("What columns are called: their names, or their titles in a language."),
    "codes": _("What coded cells hold: codes, or their labels in a language."),
    "note": _("A correction that the version carries: what was wrong, and since when."),
    "breaking": _("Why a column goes, is renamed or gets another type; without a reason it does not."),
    "reason": _("Why the dataset is withdrawn; readers are told."),
    "excel": _("1: CSV that Excel opens with the right characters."),
}


def both(text: Text) -> str:
    """A text in both languages, for documents that have room for one."""
    return text.ja if text.ja == text.en or not text.en else f"{text.ja}\n\n{text.en}" if text.ja else text.en


def told(marked: str, **details: Any) -> str:
    """A marked text in both languages."""
    return both(said(marked, **details))


def short(marked: str) -> str:
    """A marked text in both languages, on one line."""
    text = said(marked)
    return f"{text.ja} / {text.en}"


def query_parameter(value: Parameter) -> Json:
    """A query parameter of a view."""
    described = {"description": told(QUERIES[value.name])} if value.name in QUERIES else {}
    return {"name": value.name, "in": "query", "required": False, **described, "schema": _schema_of(value)}


def _schema_of(value: Parameter) -> Json:
    match value:
        case Integer(minimum=minimum, maximum=maximum):
            return {"type": "integer", "minimum": minimum, "maximum": maximum}
        case Choice(values=values):
            return {"type": "string", "enum": list(values)}
        case Identifier():
            return {"type": "string", "pattern": "^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$"}
        case Line(maximum=maximum):
            return {"type": "string", "maxLength": maximum}
        case Moment():
            return {"type": "string", "examples": ["2026-04-01", "2026-04-01T09:00:00Z"]}
    return {"type": "string"}


def reference(name: str) -> Json:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(required: Mapping[str, Json], *, closed: bool = False, **more: Json) -> Json:
    """The schema of an object; ``closed`` where it has no other members."""
    made: Json = {"type": "object", "required": list(required), "properties": {**required, **more}}
    return made | ({"additionalProperties": False} if closed else {})


def listed(of: Json) -> Json:
    """The schema of a list."""
    return {"type": "array", "items": of}


STRING: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
NUMBER: Json = {"type": "integer", "minimum": 1}
FLAG: Json = {"type": "boolean"}
ADDRESS: Json = {"type": "string", "format": "uri-reference"}
NEXT: Json = {"type": ["string", "null"], "description": told(_("Address of the next page; null on the last."))}
TEXT = reference("Text")

LIMIT: Json = record(
    {
        "rows": COUNT,
        "limit": NUMBER,
        "maximum": NUMBER,
        "more": FLAG,
        "notice": {"anyOf": [TEXT, {"type": "null"}]},
    },
    closed=True,
)


OF_DATASET: Json = {"version": NUMBER, "source": {"type": "object"}}
OF_STANDARD: Json = {"standard": {"type": "object"}, "table": STRING, "sample": FLAG, "sources": listed({"type": "object"})}
"""What an answer about rows says of where they come from."""


def rows_schema(row: Json, about: Json) -> Json:
    """The schema of an answer with rows of that schema."""
    return record(
        {
            **about,
            "limit": {**LIMIT, "description": told(_("How many rows these are, and whether there are more."))},
            "count": {**COUNT, "description": told(_("How many rows meet the conditions."))},
            "count_is_exact": {
                **FLAG,
                "description": told(_("False where counting would have taken too long: then there are at least so many.")),
            },
            "next": NEXT,
            "rows": listed(row),
            "license": {"type": ["string", "null"]},
            "definitions": {"type": "object", "additionalProperties": ADDRESS},
            "downloads": {"type": "object", "additionalProperties": ADDRESS},
        },
        licenses=listed({"type": "object"}),
    )


_SUMMARY: Json = record(
    {
        "id": STRING,
        "version": NUMBER,
        "url": ADDRESS,
        "title": TEXT,
        "description": TEXT,
        "publisher": reference("Agent"),
        "issued": STRING,
        "modified": STRING,
        "sample": FLAG,
        "keywords": {"type": "object"},
        "themes": listed({"type": "object"}),
    }
)
_FIELD: Json = record({"name": STRING, "title": TEXT, "type": STRING, "url": ADDRESS, "definition": {"type": "object"}})
_DOWNLOAD: Json = record(
    {"format": STRING, "url": ADDRESS, "bytes": {"type": ["integer", "null"]}, "sha256": {"type": ["string", "null"]}}
)
_TABLE: Json = record(
    {
        "name": STRING,
        "title": TEXT,
        "fields": listed(_FIELD),
        "primaryKey": listed(STRING),
        "downloads": listed(_DOWNLOAD),
        "schema": ADDRESS,
    }
)
_ROW_ONCE: Json = record({"row": {"type": "object"}, "times": NUMBER}, closed=True)
_CELL: Json = record({"before": {}, "after": {}}, closed=True)
_CHANGED: Json = record({"key": {"type": "object"}, "cells": {"type": "object", "additionalProperties": _CELL}}, closed=True)
_FINDING: Json = record({"code": STRING, "severity": {"enum": ["error", "warning", "note"]}, "message": TEXT})

SCHEMAS: Mapping[str, Json] = {
    "Text": {
        **record({"ja": STRING, "en": STRING}),
        "description": told(_("A text in Japanese and in English; either may be empty.")),
    },
    "Agent": record({"id": STRING, "name": TEXT, "url": ADDRESS}),
    "Problem": record(
        {"type": STRING, "title": STRING, "status": {"type": "integer"}, "detail": STRING, "code": STRING},
        errors=listed(record({"code": STRING, "message": STRING}, parameter=STRING, found=STRING, expected=STRING)),
    ),
    "Summary": _SUMMARY,
    "Datasets": record({"datasets": listed(reference("Summary")), "next": NEXT, "count": {"type": ["integer", "null"]}}),
    "Found": record({"query": STRING, "kind": STRING, "count": COUNT, "results": listed({"type": "object"}), "next": NEXT}),
    "Dataset": record(
        {
            "id": STRING,
            "version": NUMBER,
            "url": ADDRESS,
            "title": TEXT,
            "description": TEXT,
            "publisher": reference("Agent"),
            "tables": listed(_TABLE),
            "licenses": listed({"type": "object"}),
            "files": listed(_DOWNLOAD),
            "report": {"type": "object"},
            "findings": listed(_FINDING),
        }
    ),
    "Rows": rows_schema({"type": "object"}, OF_DATASET),
    "RowsOfStandard": rows_schema({"type": "object"}, OF_STANDARD),
    "Versions": record(
        {
            "id": STRING,
            "title": TEXT,
            "next": NEXT,
            "versions": listed(record({"version": NUMBER, "issued": STRING, "valid": FLAG})),
        }
    ),
    "Report": record(
        {"id": STRING, "version": NUMBER, "valid": FLAG, "findings": listed(_FINDING), "report": {"type": "object"}}
    ),
    "Diff": record(
        {
            "id": STRING,
            "table": STRING,
            "from": NUMBER,
            "to": NUMBER,
            "key": listed(STRING),
            "columns": {"type": "object"},
            "counts": record({"added": COUNT, "removed": COUNT, "changed": COUNT, "unchanged": COUNT}, closed=True),
            "limit": record({"limit": NUMBER, "maximum": NUMBER, "more": FLAG}, closed=True),
            "added": listed(_ROW_ONCE),
            "removed": listed(_ROW_ONCE),
            "changed": listed(_CHANGED),
        }
    ),
    "CkanProblem": {"anyOf": [reference("CkanAnswer"), STRING]},
    "CkanAnswer": record({"help": STRING, "success": FLAG}, result={}, error={"type": "object"}),
    "object": {"type": "object"},
}

ROWS_WORDS: Mapping[str, tuple[str, Json]] = {
    "sort": (
        _("Columns to sort by, separated by commas; a minus sign in front sorts downwards. Missing values come last."),
        {"type": "string"},
    ),
    "columns": (_("Columns of the answer, separated by commas; without it, all of them."), {"type": "string"}),
    "group_by": (
        _("Columns whose values make groups, separated by commas: the answer has one row for each group."),
        {"type": "string"},
    ),
    "aggregate": (
        _("Figures of each group, separated by commas: count, or a column with __sum, __avg, __min, __max or __count."),
        {"type": "string"},
    ),
    "limit": (
        _("How many rows at most. The answer says so where there are more."),
        {"type": "integer", "minimum": 1, "maximum": 1000, "default": USUAL},
    ),
    "cursor": (_("Where the answer goes on; “next” of an answer has it already."), {"type": "string"}),
    "format": (_("Format of the answer."), {"type": "string", "enum": ["json", "ndjson", "csv", "geojson"], "default": "json"}),
    "version": (QUERIES["version"], {"type": "integer", "minimum": 1, "maximum": 999_999_999}),
}
"""The parameters of rows that are no columns."""


def area_word(name: str) -> Json:
    """The parameter that asks for the rows of an area, as a table calls it."""
    text = _(
        "Only rows about this municipality or prefecture: its local-government code with six digits (five without the check"
        " digit, two of a prefecture). A prefecture means all of its municipalities. The columns whose definitions say that they"
        " hold such codes are asked; of a table without one this is an error."
    )
    return {"name": name, "in": "query", "required": False, "description": told(text), "schema": STRING}


def rows_word(name: str, schema: Json | None = None, **more: Any) -> Json:
    """One of them as OpenAPI writes it; ``schema`` where the table is known and says more."""
    text, usual = ROWS_WORDS[name]
    return {"name": name, "in": "query", "required": False, "description": told(text), "schema": schema or usual, **more}
