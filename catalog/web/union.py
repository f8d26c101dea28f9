"""One standard dataset of all publishers: its rows as files and for questions, and who has published it and who has not.

``/standard/<slug>/records.<format>``, ``/api/v1/standards/<slug>/rows``, ``/standard/<slug>/coverage``.
"""

from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from catalog import meaning, media, query, union
from catalog.dcat import shipped
from catalog.dcat.definitions import standard_column_name
from catalog.download import FORMATS, Cache, Options, cache_of
from catalog.errors import Finding, NotFound
from catalog.settings import Settings
from catalog.store.faults import translated
from catalog.union import Coverage, Wish
from catalog.web import api, coverage, files, parameters, rows, vocabularies
from catalog.web.downloads import CODED, EXCEL, LABELLED, makers
from catalog.web.negotiation import language
from catalog.web.pages import links
from catalog.web.parameters import BadQuery, Choice, Parameter, takes, takes_any
from catalog.web.presenting import Shown, text
from catalog.web.responses import Link, Manners, answer, html, json_bytes, page, remembered
from catalog.web.rows import Served
from catalog.web.site import site

blueprint = Blueprint("union", __name__)
pages = Blueprint("coverage", __name__)

SAMPLES = Choice("samples", ("0", "1"))
"""Whether invented rows are wanted; without it, only where there is nothing else."""
_SUFFIXES = ", ".join(each.name for each in FORMATS)


class Table(Parameter):
    """One of the tables of a standard; which there are, the standard says."""

    def read(self, text: str) -> str:
        """The name."""
        if not text or len(text) > 100:  # noqa: PLR2004  no table is called so
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, dict[str, str]]:
        """What it is."""
        return "parameter-not-id", {}


class Prefecture(Parameter):
    """The two digits of a prefecture, real or invented."""

    def read(self, text: str) -> str:
        """The digits."""
        if text not in union.known_prefectures(samples=True):
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, dict[str, str]]:
        """The digits there are."""
        return "parameter-not-choice", {"expected": ", ".join(union.known_prefectures(samples=False))}


TABLE, PREFECTURE = Table("table"), Prefecture("prefecture")


@blueprint.get(f"/standard/<slug:slug>/records.<any({_SUFFIXES}):suffix>")
@takes(LABELLED, CODED, EXCEL, SAMPLES, TABLE)
def records(slug: str, suffix: str) -> Response:
    """The rows of every dataset that follows the standard, as one file."""
    about = _about(slug, g.asked)
    wanted = media.by_name(suffix)
    assert wanted is not None, "the address has one of these"
    if wanted not in union.offered(about):
        known = ", ".join(each.name for each in union.offered(about))
        raise NotFound("union-format", standard=slug, found=suffix, expected=known)
    if "excel" in g.asked and wanted is not media.CSV:
        raise BadQuery([Finding(code="parameter-of-csv", found="1", details={"parameter": EXCEL.name})])
    options = Options(labels=g.asked.get("labels", "name"), codes=g.asked.get("codes", "code"), excel="excel" in g.asked)
    wish = Wish(format=wanted, options=options, base_url=site().settings.public_url())
    return _send(about, wish)


def _about(slug: str, asked: dict[str, Any], prefecture: str = "") -> Coverage:
    """The union that is asked for. NotFound("standard-unknown"), BadQuery for a table that the standard does not have."""
    samples = None if SAMPLES.name not in asked else asked[SAMPLES.name] == "1"
    table = asked.get(TABLE.name, "")
    try:
        return union.coverage(site().store, site().settings, slug, table=table, samples=samples, prefecture=prefecture)
    except NotFound as error:
        if error.code != "standard-table-unknown":
            raise
        details = {"parameter": TABLE.name, "expected": str(error.details["expected"])}
        raise BadQuery(
            [Finding(code="parameter-not-choice", found=table, expected=details["expected"], details=details)]
        ) from None


def _send(about: Coverage, wish: Wish) -> Response:
    key, cache = union.key(about, wish), _cache(site().settings)
    manners = Manners(links=_links(about), modified=about.modified)
    found = cache.find(key)
    if wish.plain and found is None and request.method == "GET" and "Range" not in request.headers:
        body = _body(about, wish, key)
        response = files.begin(body, manners)
        if response.status_code == HTTPStatus.OK:
            response.headers.pop("Content-Length", None)  # how much it will be is not known yet
            response.response = union.streamed(about, makers(), cache, key)
        return response
    return files.send(_body(about, wish, key, found), manners)


def _body(about: Coverage, wish: Wish, key: str, found: Path | None = None) -> files.Body:
    return files.Body(
        content_type=wish.format.content_type,
        codable=wish.format.compressible and about.rows > 0,
        disposition=_disposition(about, wish),
        etag=key,
        size=found.stat().st_size if found is not None else None,
        path=partial(_made, about, wish, key),
    )


def _made(about: Coverage, wish: Wish, key: str) -> Path:
    with translated():
        return _cache(site().settings).get(key, partial(union.write, about, makers(), wish))


@lru_cache(maxsize=8)
def _cache(settings: Settings) -> Cache:
    return cache_of(settings, "unions")


def _disposition(about: Coverage, wish: Wish) -> str:
    """To be saved, never shown (RFC 6266): in ASCII by the standard and its edition, else by its Japanese title."""
    standard = about.standard
    name = standard.slug if about.table is standard.tables[0] else f"{standard.slug}_{about.table.name}"
    tail = f"_{standard.edition}{wish.options.suffix}{wish.format.suffix}"
    own = f"{standard.title.ja}_{about.table.name}{tail}" if len(standard.tables) > 1 else f"{standard.title.ja}{tail}"
    return f"attachment; filename=\"{name}{tail}\"; filename*=UTF-8''{quote(own, safe='')}"


def _links(about: Coverage) -> tuple[Link, ...]:
    """From the rows: what defines their columns, where they come from, under which licences."""
    public, slug = site().public, about.standard.slug
    return (
        Link(public.standard(slug), "describedby", media.HTML.media_type),
        Link(public.coverage(slug, media.JSON.suffix), "describedby", media.JSON.media_type),
        Link(public.coverage(slug), "collection"),
        *(Link(each.path, "license") for each in about.licenses if each.path.startswith(("http://", "https://"))),
    )


# Questions


@blueprint.get("/api/v1/standards")
def standards() -> Response:
    """Every standard, how many datasets follow it, and where their rows are."""
    known = shipped.editions()
    followers = {each: len({use.dataset for use in site().store.uses("standard", each)}) for each in known.names()}

    def make() -> bytes:
        shown = [vocabularies.standard_in_brief(each, api.links(), followers[each.slug]) for each in known.current()]
        public = site().public
        for each in shown:
            each["rows"] = public.standard_rows(each["id"])
            each["coverage"] = public.coverage(each["id"], media.JSON.suffix)
        return json_bytes({"standards": shown})

    return answer(remembered(make, "json", tuple(followers.items())), media.JSON.content_type, Manners())


@blueprint.get("/api/v1/standards/<slug:slug>/rows")
@takes_any
def standard_rows(slug: str) -> Response:
    """Rows of every dataset that follows the standard, or figures of groups of them."""
    names = {SAMPLES.name, TABLE.name}
    pairs = [each for each in g.query if each[0] in names]
    about = _about(slug, parameters.read(pairs, (SAMPLES, TABLE)))
    return rows.respond(_served(about, tuple(pairs)), tuple(each for each in g.query if each[0] not in names))


def _served(about: Coverage, pairs: tuple[tuple[str, str], ...]) -> Served:
    """The union as a table to be asked. A cursor goes on only as long as its members are the same."""
    public, standard = site().public, about.standard
    slug, base = standard.slug, site().settings.public_url()
    parquet, ndjson = (_file(about, Wish(format=each, base_url=base)) for each in (media.PARQUET, media.NDJSON))
    query_ = dict(pairs)
    told = union.told(about, base)
    licenses = told["licenses"]
    return Served(
        parquet=parquet,
        ndjson=ndjson,
        columns=query.columns_of(parquet, about.resource.schema, rows.limits_of(site())),
        identity=about.digest,
        address=public.standard_rows(slug),
        pinned=pairs,
        name=slug,
        schema=public.standard(slug),
        definitions={
            each.name: public.standard_field(slug, standard_column_name(standard, about.table, each))
            for each in about.table.columns
        },
        downloads={each.name: public.records(slug, each.suffix, **query_) for each in union.offered(about)},
        about={
            "version": None,
            "license": (licenses[0]["path"] or licenses[0]["name"]) if licenses else None,
            **told,
        },
        links=_links(about),
        areas=tuple(each.name for each in meaning.area_fields(about.resource)),
    )


def whole(slug: str, table: str = "") -> tuple[Coverage, Served]:
    """The rows of a standard as a table to be asked, for those who ask it by themselves. Raises as ``_about``, StoreError."""
    pairs = ((TABLE.name, table),) if table else ()
    about = _about(slug, dict(pairs))
    return about, _served(about, pairs)


def _file(about: Coverage, wish: Wish) -> Path:
    return _made(about, wish, union.key(about, wish))


# Coverage


@pages.get("/standard/<slug:slug>/coverage")
@takes(SAMPLES, TABLE, PREFECTURE)
def coverage_page(slug: str) -> Response:
    """Who has published a dataset of the standard, what it lacks, and who has not yet, for people."""
    about = _about(slug, g.asked, g.asked.get(PREFECTURE.name, ""))

    def make() -> bytes:
        return html("coverage.html", coverage=_shown(about, links()), asked=g.asked, prefectures=_choices(about))

    manners = Manners(vary=("Accept-Language",), links=_links(about))
    return page(remembered(make, "html", *_key(about)), manners)


@blueprint.get("/standard/<slug:slug>/coverage.<any(json, csv):suffix>")
@takes(SAMPLES, TABLE, PREFECTURE)
def coverage_document(slug: str, suffix: str) -> Response:
    """The same for programs, and as a table for a spreadsheet (in the reader's language)."""
    about = _about(slug, g.asked, g.asked.get(PREFECTURE.name, ""))
    if suffix == media.JSON.name:
        content = remembered(lambda: json_bytes(_shown(about, api.links())), "json", *_key(about))
        return answer(content, media.JSON.content_type, Manners(links=_links(about)))
    content = remembered(lambda: coverage.table(_shown(about, api.links()), language()), "csv", *_key(about))
    response = answer(content, media.CSV.content_type, Manners(vary=("Accept-Language",), links=_links(about)))
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}_coverage.csv"'
    return response


def _shown(about: Coverage, places: Any) -> Shown:
    lost = union.left_out(about, makers()) if about.members else ()
    return coverage.coverage(about, lost, places, g.asked.get(SAMPLES.name, ""))


def _key(about: Coverage) -> tuple[Any, ...]:
    left = tuple((each.dataset, each.finding.code) for each in about.omitted)
    return (about.table.name, about.digest, about.samples, about.publishers, left, tuple(sorted(g.asked.items())))


def _choices(about: Coverage) -> list[Shown]:
    return [{"code": code, "name": text(name)} for code, name in union.prefectures(samples=about.samples)]


def state(slug: str) -> tuple[str, bool]:
    """What the section follows from."""
    about = _about(slug, {})
    return about.digest, about.samples


def section(slug: str) -> Shown:
    """What the page of a standard says of its union: in figures, and city by city."""
    about = _about(slug, {})
    return coverage.brief(about, links()) | {"members": coverage.members(about, links())}
