"""The rows of a table, asked for by query string: ``/api/v1/datasets/<id>/tables/<table>/rows``.

``respond`` answers for any table that is described as a ``Served``; nothing here knows where its files come from.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, g

from catalog import meaning, media, query
from catalog.dcat.packing import zstd
from catalog.download import Variant, offered
from catalog.errors import NotFound
from catalog.media import Format
from catalog.messages.wording import _
from catalog.model import Publication, Resource, Text
from catalog.query import Answer, Column, Limits, Question
from catalog.web import downloads, parameters, presenting, signposts
from catalog.web.api import VERSION
from catalog.web.history import find_table
from catalog.web.parameters import takes_any
from catalog.web.presenting import Links, Shown
from catalog.web.responses import NEVER, REVALIDATE, Link, Manners, answer, json_bytes
from catalog.web.site import Site, site
from catalog.words import said

blueprint = Blueprint("rows", __name__)

FORM = 1
"""Changes when answers change their shape: it stands in their ETags."""
_MEDIA: Mapping[str, Format] = {each.name: each for each in (media.JSON, media.NDJSON, media.CSV, media.GEOJSON)}

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A table to be asked, and what every answer says about it.

    ``identity`` names the content: cursors and ETags are bound to it. ``address`` is absolute, without a query; ``pinned``
    are parameters that every further page of an answer has to repeat. ``definitions`` lead from a column to the page that
    defines it, ``schema`` to the page of all; ``downloads`` from a format to the whole table. ``areas`` names the fields that
    say which area a row is about.
    """

    parquet: Path
    ndjson: Path | None
    columns: tuple[Column, ...]
    identity: str
    address: str
    pinned: tuple[tuple[str, str], ...]
    name: str
    schema: str
    definitions: Mapping[str, str]
    downloads: Mapping[str, str]
    about: Shown
    links: tuple[Link, ...]
    areas: tuple[str, ...] = ()


def limits_of(here: Site) -> Limits:
    """What answering a question may cost in a catalogue."""
    settings = here.settings
    return Limits(
        folders=(Path(settings.files_url()), Path(settings.home).absolute() / "cache"),
        seconds=settings.rows_seconds,
        memory_bytes=settings.rows_memory_bytes,
        at_once=settings.rows_at_once,
    )


@blueprint.get("/api/v1/datasets/<slug:dataset>/tables/<table>/rows")
@takes_any
def rows(dataset: str, table: str) -> Response:
    """Rows of a table, or figures of groups of them."""
    own = parameters.read([each for each in g.query if each[0] == VERSION.name], (VERSION,))
    publication = version_of(dataset, own.get(VERSION.name))
    asked = tuple(each for each in g.query if each[0] != VERSION.name)
    return respond(served(publication, table_of(publication, table)), asked)


def version_of(dataset: str, version: int | None) -> Publication:
    """That version, or the latest. Raises as ``Store.latest`` and ``Store.publication``."""
    store = site().store
    return store.latest(dataset) if version is None else store.publication(dataset, version)


def table_of(publication: Publication, name: str) -> Resource:
    """The table of that name. NotFound("table-unknown") with the names of those that there are."""
    found = find_table(publication, name)
    if found is None:
        known = ", ".join(each.name for each in publication.package.tables())
        raise NotFound("table-unknown", dataset=publication.id, table=name[:100], expected=known)
    return found


def typed_file(publication: Publication, table: Resource, format_: Format) -> Path:
    """A table in a typed format: as it was stored, or made for versions that were published without. Raises Busy."""
    return downloads.makers().path(Variant(publication=publication, table=table, format=format_))


def served(publication: Publication, table: Resource) -> Served:
    """A table of a version."""
    public = site().public
    parquet = typed_file(publication, table, media.PARQUET)
    columns = query.columns_of(parquet, table.schema, limits_of(site()))
    id_, version = publication.id, publication.version
    fields = {each.name: public.field(id_, table.name, each.field_name) for each in columns if each.field_name}
    schema = public.schema(id_, table.name, version)
    return Served(
        parquet=parquet,
        ndjson=typed_file(publication, table, media.NDJSON),
        columns=columns,
        identity=f"{id_}/{table.name}/{version}",
        address=public.rows(id_, table.name),
        pinned=((VERSION.name, str(version)),),
        name=f"{id_}_{table.name}_v{version}",
        schema=schema,
        definitions=fields,
        downloads={each.format.name: public.download(id_, version, each.file) for each in offered(publication, table)},
        about=about(publication, table),
        links=(
            Link(schema, "describedby", media.HTML.media_type),
            Link(public.csvw(id_, version, table.name), "describedby", media.CSVW.media_type),
            Link(public.openapi(id_), "service-desc", media.OPENAPI.media_type),
            Link(public.dataset(id_), "collection"),
            *signposts.licenses(publication),
        ),
        areas=tuple(each.name for each in meaning.area_fields(table)),
    )


def about(publication: Publication, table: Resource) -> Shown:
    """What every answer says of a table: its version, licences and source."""
    public, package = site().public, publication.package
    licenses = [{"name": each.name, "title": each.title or each.name, "path": each.path} for each in package.licenses]
    first = licenses[0] if licenses else {"name": "", "path": ""}
    return {
        "version": publication.version,
        "license": first["path"] or first["name"] or None,
        "licenses": licenses,
        "source": {
            "dataset": publication.id,
            "table": table.name,
            "title": presenting.title_of(package),
            "publisher": presenting.agent(publication.publisher, Links(pages=public, files=public)),
            "url": public.dataset(publication.id),
            "published": publication.modified,
            "sample": package.sample,
        },
    }


def respond(table: Served, pairs: Pairs) -> Response:
    """Answer a query string about a table, with its manners. Raises BadQuestion, Busy."""
    limits = limits_of(site())
    beside = [name for name, _value in table.pinned]
    question = query.parse(pairs, table.columns, terms=limits.terms, beside=beside, areas=table.areas)
    asked = _Asked(table, question, tuple(each for each in pairs if each[0] != "cursor"), limits)
    format_ = _MEDIA[question.format]
    response = answer(asked, format_.content_type, Manners(cache=REVALIDATE, links=table.links))
    if asked.answered:
        _tell(response, asked)
    if question.format in ("csv", "ndjson", "geojson"):
        response.headers["Content-Disposition"] = f'inline; filename="{table.name}{format_.suffix}"'
    return response


def _tell(response: Response, asked: "_Asked") -> None:
    """What an answer says beside its body: formats without room for it say it here only."""
    found = asked.page
    response.headers["Catalog-Count"] = f"{found.count}{'' if found.count_is_exact else '; at-least'}"
    if following := asked.following:
        link = str(Link(following, "next", _MEDIA[asked.question.format].media_type))
        response.headers["Link"] = ", ".join(filter(None, (link, response.headers.get("Link", ""))))
    if not found.count_is_exact:  # another time the same question may be counted to its end
        response.headers["Cache-Control"] = NEVER
        response.headers.pop("ETag", None)


class _Asked:
    """A question to a table, answered when its body is wanted: whoever has the answer already costs nothing."""

    def __init__(self, table: Served, question: Question, pairs: Pairs, limits: Limits) -> None:
        self.table = table
        self.question = question
        self._pairs = pairs
        self._limits = limits

    @property
    def etag(self) -> str:
        """Of the version and the question: the same always have the same answer."""
        asked = self.question
        told = [FORM, site().public.base_url, self.table.identity, asked.digest(), asked.limit, asked.cursor, asked.format]
        told += [[each.name for each in asked.columns], self._pairs]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def answered(self) -> bool:
        """Whether the body was wanted."""
        return "page" in self.__dict__

    @cached_property
    def page(self) -> Answer:
        """The answer."""
        table = self.table
        return query.answer(table.parquet, self.question, self._limits, table.ndjson, table.identity)

    @property
    def following(self) -> str:
        """The address of the next page, "" on the last; it names the version, so that a new one does not come between."""
        if not self.page.cursor:
            return ""
        return f"{self.table.address}?{urlencode([*self._pairs, *self.table.pinned, ('cursor', self.page.cursor)])}"

    @cached_property
    def body(self) -> bytes:
        """The answer in the format that was asked for."""
        found = self.page
        match self.question.format:
            case "csv":
                return query.csv_of(found)
            case "ndjson":
                return query.ndjson(found)
            case "geojson":
                assert self.question.place is not None, "parsing refuses GeoJSON of a table without places"
                return query.geojson(found, self.question.place, self._collection())
        head = self._head()
        tail = {**self.table.about, "definitions": self._definitions(), "downloads": dict(self.table.downloads)}
        rows = b"\n" + b",\n".join(found.lines) + b"\n " if found.lines else b""
        return json_bytes(head)[:-3] + b',\n "rows": [' + rows + b"],\n" + json_bytes(tail)[2:]

    @property
    def compressed(self) -> bytes:
        """Quickly, for it is made anew each time."""
        return gzip.compress(self.body, compresslevel=1, mtime=0)

    @property
    def zstd(self) -> bytes:
        """The same as Zstandard."""
        return zstd(self.body)

    def _head(self) -> Shown:
        found, following = self.page, self.following
        more = bool(following)
        limit = {"rows": len(found.lines), "limit": found.limit, "maximum": query.MOST, "more": more}
        return {
            "limit": limit | {"notice": presenting.text(self._notice()) if more else None},
            "count": found.count,
            "count_is_exact": found.count_is_exact,
            "next": following or None,
        }

    def _notice(self) -> Text:
        """That this is not everything, and where the rest is."""
        return said(
            _("These are %(shown)s of %(count)s rows. “next” leads to the following ones, “downloads” to the whole table."),
            shown=f"{len(self.page.lines):,}",
            count=f"{self.page.count:,}",
        )

    def _collection(self) -> Shown:
        """What an answer in GeoJSON says beside its features, named as OGC API - Features does."""
        found, following = self.page, self.following
        links = [{"rel": "next", "href": following, "type": media.GEOJSON.media_type}] if following else []
        links.append({"rel": "describedby", "href": self.table.schema, "type": media.HTML.media_type})
        matched = {"numberMatched": found.count} if found.count_is_exact else {}
        return {**matched, "numberReturned": len(found.lines), "links": links, **self.table.about}

    def _definitions(self) -> Shown:
        asked, known, schema = self.question, self.table.definitions, self.table.schema
        if not asked.grouped:
            return {each.name: known.get(each.name, schema) for each in asked.columns}
        found = {each.name: known.get(each.name, schema) for each in asked.groups}
        return found | {each.name: known.get(each.column.name, schema) if each.column else schema for each in asked.measures}
