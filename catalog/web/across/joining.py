"""Two published tables side by side: ``/api/v1/join``, and what a column can be joined with.

Every answer names version, licence and source of both, and what their columns have in common.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from urllib.parse import urlencode

from flask import Blueprint, Response, g

from catalog import joining, meaning, media, query, words
from catalog.errors import NotFound, Withdrawn
from catalog.joining import Counted, Joining, Partner, Side, SideName
from catalog.media import Format
from catalog.messages.wording import _
from catalog.model import Publication, Resource, Text
from catalog.query import Answer, BadQuestion
from catalog.query.questions import mistake
from catalog.web import parameters, rows
from catalog.web.api import links as absolute
from catalog.web.operations import ADDRESS, COUNT, LIMIT, NEXT, STRING, Json, Operation, listed, record, told
from catalog.web.parameters import Integer, Parameter, takes_any
from catalog.web.presenting import Links, Shown, text
from catalog.web.responses import REVALIDATE, Content, Link, Manners, answer, content_of, json_bytes, remembered
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("joining", __name__)

FORM = 1
"""Changes when answers change their shape."""
PARTNERS = 20
"""Columns that a column is said to be joinable with, on a page; its address for programs tells more."""
PARTNERS_TOLD = 100
_LOOKED_AT = 10
"""Datasets that are looked at for joins to begin with."""
_TABLE = re.compile(r"([a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?)/([a-z][a-z0-9_]{0,99})")
_MEDIA: Mapping[str, Format] = {each.name: each for each in (media.JSON, media.NDJSON, media.CSV)}
_SHARED = {
    "codelist": _("the code list"),
    "standard": _("the standard’s definition"),
    "key": _("the foreign key to the table"),
}


class TableOf(Parameter):
    """A table as ``<dataset>/<table>``."""

    def read(self, text: str) -> tuple[str, str]:
        """Dataset and table."""
        found = _TABLE.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return found[1], found[2]

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What one looks like."""
        return "join-not-table", {}


class Columns(Parameter):
    """The two columns; which there are, the tables say."""

    def read(self, text: str) -> str:
        """As it is."""
        if not text:
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What it has to be."""
        return "join-missing", {}


LEFT, RIGHT, ON = TableOf("left"), TableOf("right"), Columns("on")
VERSIONS = (Integer("left_version", 1, 999_999_999), Integer("right_version", 1, 999_999_999))
_OWN = (LEFT, RIGHT, ON, *VERSIONS)
_NEEDED = (LEFT.name, RIGHT.name, ON.name)


@blueprint.get("/api/v1/join")
@takes_any
def join() -> Response:
    """Rows of two tables that belong together; without a question, some that can be put together."""
    if not g.query:
        return answer(remembered(_joinable, "joinable", site().store.position()), media.JSON.content_type, Manners())
    names = {each.name for each in _OWN}
    own = parameters.read([each for each in g.query if each[0] in names], _OWN)
    if missing := [mistake("join-missing", each) for each in _NEEDED if each not in own]:
        raise BadQuestion(*missing)
    left, right = (_side(name, own) for name in joining.SIDES)
    on = joining.on_of(own[ON.name], left, right)
    pairs = tuple(each for each in g.query if each[0] not in names)
    limits = rows.limits_of(site())
    asked = joining.asked(pairs, left, right, on, terms=limits.terms, beside=sorted(names))
    found = _Answered(asked, own[ON.name], tuple(each for each in pairs if each[0] != "cursor"))
    format_ = _MEDIA[asked.format]
    response = answer(found, format_.content_type, Manners(cache=REVALIDATE, links=found.links))
    if found.answered:
        found.tell(response)
    if asked.format != media.JSON.name:
        response.headers["Content-Disposition"] = f'inline; filename="{_file_name(asked)}{format_.suffix}"'
    return response


def _joinable() -> bytes:
    """Some joins to begin with: of the tables about the most areas, then of the first datasets."""
    store = site().store
    names = [*(each.dataset for each in store.areas.spread(_LOOKED_AT)), *(each.id for each in store.summaries(limit=_LOOKED_AT))]
    found = (each for publication in store.latest_of(list(dict.fromkeys(names))) for each in _of_publication(publication))
    return json_bytes({"joins": list(islice(found, PARTNERS))})


def _of_publication(publication: Publication) -> Iterator[Shown]:
    for table in publication.package.tables():
        for name in meaning.meanings(table):
            some, _more = offered(publication, table, name, 1)
            yield from shown(publication, table, name, some, absolute())


def _side(name: SideName, own: Mapping[str, tuple[str, str]]) -> Side:
    """The table that a side names. BadQuestion where nothing of that name is published: a parameter is wrong, not the address."""
    dataset, table_name = own[name]
    version = own.get(f"{name}_version")
    try:
        publication = rows.version_of(dataset, int(str(version)) if version is not None else None)
        table = rows.table_of(publication, table_name)
    except (NotFound, Withdrawn) as error:
        parameter = f"{name}_version" if error.code == "version-unknown" else name
        known = str(error.details.get("expected", "")) or "–"
        raise BadQuestion(mistake("join-unknown", parameter, f"{dataset}/{table_name}", expected=known)) from error
    served = rows.served(publication, table)
    return Side(
        name=name, publication=publication, table=table, parquet=served.parquet, columns=served.columns, areas=served.areas
    )


def _file_name(asked: Joining) -> str:
    return "_".join(f"{each.publication.id}_{each.table.name}_v{each.publication.version}" for each in (asked.left, asked.right))


class _Answered:
    """A question to two tables, answered when its body is wanted."""

    def __init__(self, asked: Joining, on: str, pairs: tuple[tuple[str, str], ...]) -> None:
        self.asked = asked
        self._on = on
        self._pairs = pairs

    @property
    def etag(self) -> str:
        """Of both versions and the question."""
        asked = self.asked
        told_ = [FORM, site().public.base_url, joining.digest_of(asked), asked.limit, asked.cursor, asked.format]
        told_ += [[each.name for each in asked.columns], self._on, self._pairs]
        return hashlib.sha256(json.dumps(told_).encode()).hexdigest()

    @property
    def answered(self) -> bool:
        """Whether the body was wanted."""
        return "found" in self.__dict__

    @cached_property
    def found(self) -> tuple[Answer, Counted]:
        """The answer, and how the join turned out."""
        return joining.answer(self.asked, rows.limits_of(site()))

    @property
    def following(self) -> str:
        """The address of the next page, "" on the last; it names both versions."""
        page, _counted = self.found
        if not page.cursor:
            return ""
        pinned = [(f"{each.name}_version", str(each.publication.version)) for each in self.sides]
        fixed = [*((each.name, f"{each.publication.id}/{each.table.name}") for each in self.sides), (ON.name, self._on)]
        return f"{site().public.join()}?{urlencode([*fixed, *self._pairs, *pinned, ('cursor', page.cursor)])}"

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both tables."""
        return self.asked.left, self.asked.right

    @property
    def links(self) -> tuple[Link, ...]:
        """To the definitions and licences of both."""
        public = site().public
        schemas = (public.schema(each.publication.id, each.table.name, each.publication.version) for each in self.sides)
        paths = (one.path for each in self.sides for one in each.publication.package.licenses)
        licences = dict.fromkeys(each for each in paths if each.startswith(("http://", "https://")))
        described = (Link(each, "describedby", media.HTML.media_type) for each in schemas)
        return (*described, *(Link(each, "license") for each in licences))

    def tell(self, response: Response) -> None:
        """What an answer says beside its body: CSV has no room for it."""
        page, counted = self.found
        response.headers["Catalog-Count"] = str(page.count)
        response.headers["Catalog-Join"] = counted.cardinality
        if following := self.following:
            link = str(Link(following, "next", _MEDIA[self.asked.format].media_type))
            response.headers["Link"] = ", ".join((link, response.headers["Link"]))

    @cached_property
    def body(self) -> bytes:
        """The answer in the format that was asked for."""
        page, counted = self.found
        if self.asked.format == media.CSV.name:
            return query.csv_of(page)
        if self.asked.format == media.NDJSON.name:
            return query.ndjson(page)
        head = json_bytes(self._head(page, counted))[:-3]
        lines = b"\n" + b",\n".join(page.lines) + b"\n " if page.lines else b""
        return head + b',\n "rows": [' + lines + b"],\n" + json_bytes(self._about())[2:]

    @property
    def compressed(self) -> bytes:
        """As gzip."""
        return self._content.compressed

    @property
    def zstd(self) -> bytes:
        """As Zstandard."""
        return self._content.zstd

    @cached_property
    def _content(self) -> Content:
        return content_of(self.body)

    def _head(self, page: Answer, counted: Counted) -> Shown:
        more = bool(page.cursor)
        limit = {"rows": len(page.lines), "limit": page.limit, "maximum": query.MOST, "more": more}
        return {
            "limit": limit | {"notice": text(self._cut(page)) if more else None},
            "count": page.count,
            "count_is_exact": True,
            "next": self.following or None,
            "how": self.asked.how,
            "cardinality": counted.cardinality,
            "notice": text(said(_MANY)) if counted.cardinality == "many-to-many" else None,
            "unmatched": counted.unmatched,
        }

    @staticmethod
    def _cut(page: Answer) -> Text:
        return said(
            _("These are %(shown)s of %(count)s rows. “next” leads to the following ones."),
            shown=f"{len(page.lines):,}",
            count=f"{page.count:,}",
        )

    def _about(self) -> Shown:
        on = self.asked.on
        return {
            "on": {
                "left": site().public.field(self.asked.left.publication.id, self.asked.left.table.name, on.left.field_name),
                "right": site().public.field(self.asked.right.publication.id, self.asked.right.table.name, on.right.field_name),
                "shared": shared(on.shared, self.asked.left.publication, absolute()),
            },
            **{each.name: rows.about(each.publication, each.table) for each in self.sides},
            "definitions": {each.name: self._definition(each.side, each.column.field_name) for each in self.asked.columns},
        }

    def _definition(self, side: SideName, field: str) -> str:
        where = self.asked.left if side == "left" else self.asked.right
        public, id_ = site().public, where.publication.id
        return public.field(id_, where.table.name, field) if field else public.schema(id_, where.table.name)


_MANY = _(
    "Several rows of the one table belong to several rows of the other: rows stand here more than once, and sums of them would"
    " count things more than once."
)


# What can be joined


def shared(common: meaning.Shared, publication: Publication, links: Links) -> Shown:
    """What two columns have in common, with its address."""
    match common.kind:
        case "codelist":
            url = links.pages.codelist(common.name)
        case "standard":
            url = links.pages.path("field", common.name)
        case "key":
            url = links.pages.schema(publication.id, common.name)
    return {"kind": common.kind, "inWords": text(said(_SHARED[common.kind])), "name": common.name, "url": url}


def offered(publication: Publication, table: Resource, field: str, most: int = PARTNERS) -> tuple[tuple[Partner, ...], bool]:
    """What a column can be joined with, and whether there is more. Follows from an index, whatever the catalogue's size."""
    found = joining.partners(site().store, publication, table, field, most + 1)
    return found[:most], len(found) > most


def shown(publication: Publication, table: Resource, field: str, found: tuple[Partner, ...], links: Links) -> list[Shown]:
    """The same, with the address of each join."""
    left = f"{publication.id}/{table.name}"
    return [_partner(each, f"{field}:{each.field}", left, publication, links) for each in found]


def _partner(value: Partner, on: str, left: str, publication: Publication, links: Links) -> Shown:
    title = words.sample(value.title) if value.sample else value.title
    asked = {"left": left, "right": f"{value.dataset}/{value.table}", "on": on}
    return {
        "dataset": {"id": value.dataset, "title": text(title), "url": links.pages.dataset(value.dataset)},
        "table": value.table,
        "field": value.field,
        "url": links.pages.field(value.dataset, value.table, value.field),
        "shared": shared(value.shared, publication, links),
        "join": links.files.join(**asked),
        "csv": links.files.join(**asked, format=media.CSV.name),
    }


@blueprint.get("/api/v1/datasets/<slug:dataset>/tables/<table>/joins")
def joins(dataset: str, table: str) -> Response:
    """What each column of a table can be joined with."""
    publication = site().store.latest(dataset)
    found = rows.table_of(publication, table)
    columns = []
    for name in meaning.meanings(found):
        some, more = offered(publication, found, name, PARTNERS_TOLD)
        if some:
            columns.append({"field": name, "with": shown(publication, found, name, some, absolute()), "more": more})
    told_ = {"dataset": dataset, "table": table, "version": publication.version, "joins": columns}
    return answer(content_of(json_bytes(told_)), media.JSON.content_type, Manners())


def _asked(name: str, described: str, *, schema: Json = STRING) -> Json:
    return {"name": name, "in": "query", "required": False, "description": told(described), "schema": schema}


_SIDE: Json = record({"version": COUNT, "license": {"type": ["string", "null"]}, "licenses": listed({"type": "object"})})
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/join",
        endpoint="joining.join",
        tag="areas",
        summary=_("Rows of two tables that belong together, by columns that hold the same"),
        description=_(
            "The definitions of the two columns have to share a code list, an identifier of a standard, or a foreign key. Codes"
            " of areas meet with five digits and with six. Conditions have the side in front: left.<column>__<operator>=value."
            " More than 1,000,000 rows are refused. Without any parameter, some joins are told."
        ),
        parameters=(
            _asked("left", _("The one table, as <dataset>/<table>.")),
            _asked("right", _("The other table, as <dataset>/<table>.")),
            _asked("on", _("Column of left, a colon, column of right; one name where both have it.")),
            _asked("how", _("left keeps rows that nothing belongs to."), schema={"type": "string", "enum": list(joining.HOWS)}),
            _asked("columns", _("Columns of the answer, with their side: left.a,right.b.")),
            _asked("sort", _("Columns to sort by, with their side; a minus sign in front sorts downwards.")),
            _asked("limit", _("How many at most."), schema={"type": "integer", "minimum": 1, "maximum": query.MOST}),
            _asked("cursor", _("Where the answer goes on; “next” of an answer has it already.")),
            _asked("format", _("Format of the answer."), schema={"type": "string", "enum": list(joining.FORMATS)}),
            *(
                _asked(each.name, _("Number of a version; without it, the latest."), schema={"type": "integer", "minimum": 1})
                for each in VERSIONS
            ),
        ),
        schema={
            "type": "object",
            "properties": {
                "limit": LIMIT,
                "count": COUNT,
                "next": NEXT,
                "cardinality": {"enum": ["one-to-one", "one-to-many", "many-to-one", "many-to-many"]},
                "unmatched": COUNT,
                "rows": listed({"type": "object"}),
                "on": {"type": "object"},
                "left": _SIDE,
                "right": _SIDE,
                "definitions": {"type": "object", "additionalProperties": ADDRESS},
                "joins": listed({"type": "object"}),
            },
        },
    ),
    Operation(
        path="/api/v1/datasets/{dataset}/tables/{table}/joins",
        endpoint="joining.joins",
        tag="areas",
        summary=_("What the columns of a table can be joined with"),
    ),
)
