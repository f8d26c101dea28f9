"""What can be asked: four tools, each over the function that its page or REST address uses, with the same limits.

Every answer names its source, version and licence, leads to the definitions of what it tells, and says that published texts
are data. Mistakes name the argument; they are answers too, so that a model can mend its question.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog import media
from catalog.errors import Busy, CatalogError, NotFound, Refusal, StoreError, UsageError
from catalog.messages import both, translate
from catalog.messages.machines import QUOTED
from catalog.messages.wording import _
from catalog.model import Publication
from catalog.search import FACETS, KINDS, Search
from catalog.store.searching import Hit, Slice
from catalog.web import api, definitions, presenting
from catalog.web.codelists import codelists_of
from catalog.web.mcp import asking
from catalog.web.mcp.arguments import Argument, read, schema_of
from catalog.web.mcp.trimming import Trimmer
from catalog.web.negotiation import language
from catalog.web.parameters import BadQuery
from catalog.web.presenting import Shown, Subject
from catalog.web.site import site
from catalog.words import said

MOST_HITS, USUAL_HITS = 50, 10
_FIELD = ("name", "title", "type", "typeInWords", "constraintsInWords", "allowedValues", "missingValues", "example")
_ABOUT = ("description", "keywords", "sample", "themes", "spatial", "temporal", "frequency", "sources", "note", "breaking")
_TABLE = ("name", "title", "description", "rows", "schema", "standard", "primaryKey", "keysInWords", "derivationInWords")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "schema": ("table", "dataset"),
    "field": ("field", "values", "table", "standard", "dataset"),
    "codelist": ("codelist", "dataset"),
    "concept": ("concept", "codelist", "dataset"),
    "standard": ("standard",),
}
"""What of a definition's page is told, by the first part of its address."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool answers; ``failed`` where it is what was wrong with the question."""

    value: Shown
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool. ``title`` and ``about`` are marked texts; ``answers`` are the members of its answer, as JSON Schema."""

    name: str
    title: str
    about: str
    arguments: tuple[Argument, ...]
    answers: Mapping[str, Shown]
    work: Callable[[Mapping[str, Any]], Shown]

    def described(self) -> Shown:
        """As the list of tools tells it."""
        return {
            "name": self.name,
            "title": translate(self.title, language()),
            "description": translate(self.about, language()),
            "inputSchema": schema_of(self.arguments, language()),
            "outputSchema": {
                "type": "object",
                "properties": {**_COMMON, **self.answers},
                "required": ["notice", *self.answers],
            },
            "annotations": {
                "title": translate(self.title, language()),
                "readOnlyHint": True,
                "destructiveHint": False,
                "idempotentHint": True,
                "openWorldHint": False,
            },
        }

    def call(self, given: Mapping[str, Any]) -> Outcome:
        """The answer to some arguments; what the store cannot do at all is no answer (StoreError)."""
        try:
            found = self.work(read(given, self.arguments))
        except StoreError:
            raise
        except CatalogError as error:
            return Outcome(_mistake(error), failed=True)
        trimmer = Trimmer()
        told = {"notice": said(QUOTED).within(language()), **trimmer.of(found)}
        return Outcome(told | {"truncated": trimmer.cut})


def _mistake(error: CatalogError) -> Shown:
    """An error as problem details have it, in both languages."""
    findings = error.findings if isinstance(error, Refusal | BadQuery) else ()
    message = both(error)
    told: Shown = {"code": error.code, "message": {"ja": message.ja, "en": message.en}}
    if isinstance(error, Busy):
        told["retryAfterSeconds"] = error.details.get("seconds", "")
    if findings:
        told["errors"] = [
            {
                "code": each.code,
                "parameter": each.details.get("parameter", ""),
                "found": each.found,
                "expected": each.expected,
                "message": {"ja": both(each).ja, "en": both(each).en},
            }
            for each in findings
        ]
        told["message"] = {name: " ".join(each["message"][name] for each in told["errors"]) for name in ("ja", "en")}
    return told


def source_of(publication: Publication) -> Shown:
    """Where an answer comes from: what to name beside it."""
    public, id_ = site().public, publication.id
    return {
        "dataset": id_,
        "title": presenting.title_of(publication.package),
        "url": public.dataset(id_),
        "version": publication.version,
        "published": publication.modified,
        "valid": bool(publication.report.get("valid")),
        "publisher": presenting.text((publication.publisher if publication.package.publisher else site().operator).name),
        "licenses": [{"name": each.name or each.title, "url": each.path} for each in publication.package.licenses],
        "cite": public.citation(id_, media.TEXT.suffix, version=publication.version),
    }


# search


def _search(asked: Mapping[str, Any]) -> Shown:
    facets = {name: asked[name] for name in FACETS if name in asked}
    offset = asked.get("offset", 0)
    part = Slice(offset=offset, limit=asked.get("limit", USUAL_HITS))
    try:
        found = Search(site().store).find(asked.get("query", ""), facets, kind=asked.get("kind", KINDS[0]), part=part, counted=())
    except UsageError as error:
        raise asking.named(error, "query", asked.get("query", "")) from error
    except ValueError as error:  # the month
        raise asking.mistake("search-month", "updated", asked.get("updated", ""), expected="") from error
    return {
        "total": found.total,
        "offset": offset,
        "kinds": dict(found.kinds),
        "results": [_hit(each) for each in found.hits],
    }


def _hit(hit: Hit) -> Shown:
    url = f"{site().public.base_url}/{hit.path}"
    return {
        "kind": hit.kind,
        "dataset": hit.dataset,
        "url": url,
        "title": presenting.text(hit.title),
        "partOf": presenting.text(hit.note),
        "description": presenting.text(hit.description),
        "sample": hit.sample,
    }


# describe_dataset


def _describe(asked: Mapping[str, Any]) -> Shown:
    publication = asking.latest(asked["dataset"])
    shown = presenting.dataset(Subject(publication, api.links(), codelists_of(publication)))
    wanted = asked.get("table", "")
    names = [each["name"] for each in shown["tables"]]
    if wanted and wanted not in names:
        raise asking.unknown_table(wanted, names)
    return {
        "source": source_of(publication),
        **{name: shown[name] for name in _ABOUT},
        "contact": shown["contact"],
        "tables": [_table(publication, each, fields=not wanted or each["name"] == wanted) for each in shown["tables"]],
    }


def _table(publication: Publication, table: Shown, *, fields: bool) -> Shown:
    """A table; without ``fields`` only what it is called and how many rows it has."""
    told = {name: table[name] for name in _TABLE} | {"rowsApi": site().public.rows(publication.id, table["name"])}
    downloads = [{name: each[name] for name in ("format", "url", "bytes", "sha256")} for each in table["downloads"]]
    return told | {"downloads": downloads, "fields": [_field(each) for each in table["fields"]]} if fields else told


def _field(field: Shown) -> Shown:
    definition = field["definition"]
    return {
        **{name: field[name] for name in _FIELD},
        "meaning": {"ja": definition["ja"], "en": definition["en"]},
        "unit": definition["unit"],
        "obligation": definition["obligation"],
        "codelist": definition["codelistUrl"],
        "derivation": definition["derivationInWords"],
        "definition": field["url"],
    }


# get_definition


def _definition(asked: Mapping[str, Any]) -> Shown:
    address = asked["address"].removeprefix(site().public.base_url).split("?")[0].strip("/")
    kind, _slash, rest = address.partition("/")
    if kind not in _PARTS or not rest:
        raise asking.mistake(
            "parameter-not-definition", "address", asked["address"], expected=", ".join(f"{each}/…" for each in _PARTS)
        )
    try:
        values = definitions.thing_of(kind, rest).values()
    except NotFound as error:
        if error.code != "page-unknown":
            raise
        raise asking.mistake("definition-unknown", "address", asked["address"], expected="search, describe_dataset") from error
    told: Shown = {name: values[name] for name in _PARTS[kind] if values.get(name)}
    around = values.get("dataset")
    if around:
        told["source"] = source_of(site().store.publication(around["id"], around["version"]))
    return {"kind": kind, "url": site().public.path(kind, rest), **told}


# query_rows


def _rows(asked: Mapping[str, Any]) -> Shown:
    publication = asking.latest(asked["dataset"])
    return {"source": source_of(publication), **asking.answered(publication, asked)}


_BOTH: Shown = {"type": "object", "properties": {"ja": {"type": "string"}, "en": {"type": "string"}}}
_SOURCE: Shown = {
    "type": "object",
    "properties": {
        "dataset": {"type": "string"},
        "title": _BOTH,
        "url": {"type": "string", "format": "uri"},
        "version": {"type": "integer"},
        "published": {"type": "string", "format": "date-time"},
        "valid": {"type": "boolean"},
        "publisher": _BOTH,
        "licenses": {"type": "array", "items": {"type": "object"}},
        "cite": {"type": "string", "format": "uri"},
    },
    "required": ["dataset", "url", "version", "licenses"],
}
_COMMON: Mapping[str, Shown] = {
    "notice": {"type": "string"},
    "truncated": {"type": "boolean"},
}
_OBJECTS: Shown = {"type": "array", "items": {"type": "object"}}
_DATASET = Argument(name="dataset", about=_("The id of a dataset, as search tells it."), required=True)
_ABOUTS: Mapping[str, str] = {
    "standard": _("Only what follows this standard, such as public-toilet."),
    "area": _("Only about this area, by its six-digit local-government code."),
    "publisher": _("Only of this publisher, by its id."),
    "format": _("Only with a file of this format, such as csv or geojson."),
    "license": _("Only under this licence, such as CC-BY-4.0."),
    "theme": _("Only of this theme, by its code of the EU's list, such as TRAN."),
    "valid": _("“true” for what is valid, “false” for what has errors."),
    "updated": _("Updated in this year or month, or in a range: 2026, 2026-04, 2026-01..2026-06."),
    "sample": _("“true” for samples, whose data are made up; “false” for real data."),
    "keyword": _("Only with this keyword."),
}

TOOLS: Mapping[str, Tool] = {
    each.name: each
    for each in (
        Tool(
            name="search",
            title=_("Search the catalogue"),
            about=_(
                "Find datasets, columns (kind “field”), codes (“term”) and standards by words in Japanese or English. Start"
                " here, then read describe_dataset."
            ),
            arguments=(
                Argument(name="query", about=_("Words, apart by blanks. Left out: everything.")),
                Argument(name="kind", about=_("What to find; datasets where it is left out."), choices=KINDS),
                *(Argument(name=each, about=_ABOUTS[each]) for each in FACETS),
                Argument(
                    name="limit",
                    about=_("How many results to tell."),
                    type="integer",
                    maximum=MOST_HITS,
                ),
                Argument(name="offset", about=_("How many results to leave out."), type="integer", minimum=0, maximum=10_000),
            ),
            answers={
                "total": {"type": "integer"},
                "offset": {"type": "integer"},
                "kinds": {"type": "object"},
                "results": _OBJECTS,
            },
            work=_search,
        ),
        Tool(
            name="describe_dataset",
            title=_("Describe a dataset"),
            about=_(
                "What a dataset holds: its tables, and of every column the name in the file, type, unit, allowed codes and"
                " definition. Read it before query_rows: units and codes are told here."
            ),
            arguments=(
                _DATASET,
                Argument(name="table", about=_("Tell the columns of this table only.")),
            ),
            answers={"source": _SOURCE, "tables": _OBJECTS},
            work=_describe,
        ),
        Tool(
            name="query_rows",
            title=_("Ask for rows"),
            about=_(
                "Rows of one table, filtered, sorted and counted as the REST API does it; at most 200 at a time, and the answer"
                " says how many there are and where they go on. Each column's definition is linked."
            ),
            arguments=(
                _DATASET,
                Argument(name="table", about=_("The table; may be left out where the dataset has one.")),
                Argument(
                    name="filters",
                    about=_(
                        "Conditions that all hold: {“COLUMN__OPERATOR”: “VALUE”}. Operators: exact, not, in (values apart by"
                        " commas), contains, startswith, gt, gte, lt, lte, isnull, near (lat,lon,metres), bbox."
                    ),
                    type="conditions",
                ),
                Argument(name="columns", about=_("Names of the columns to tell; all where it is left out."), type="texts"),
                Argument(name="sort", about=_("Columns to sort by, the largest first behind a minus sign."), type="texts"),
                Argument(name="group_by", about=_("Columns to group by; rows become groups."), type="texts"),
                Argument(
                    name="aggregate",
                    about=_("Figures of each group or of all: count, COLUMN__sum, COLUMN__avg, COLUMN__min, COLUMN__max."),
                    type="texts",
                ),
                Argument(
                    name="limit", about=_("How many rows to tell; 50 where it is left out."), type="integer", maximum=asking.MOST
                ),
                Argument(name="cursor", about=_("Where the answer goes on: “cursor” of the answer before.")),
            ),
            answers={
                "source": _SOURCE,
                "table": {"type": "string"},
                "rows": _OBJECTS,
                "count": {"type": "integer"},
                "count_is_exact": {"type": "boolean"},
                "cursor": {"type": ["string", "null"]},
                "definitions": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            work=_rows,
        ),
        Tool(
            name="get_definition",
            title=_("Look up a definition"),
            about=_("What a column, table, code list, code or standard means, by the address that other answers name."),
            arguments=(
                Argument(
                    name="address",
                    about=_("Its address: field/…, schema/…, codelist/…, concept/… or standard/…"),
                    required=True,
                ),
            ),
            answers={"kind": {"type": "string"}, "url": {"type": "string", "format": "uri"}},
            work=_definition,
        ),
    )
}
