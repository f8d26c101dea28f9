"""The dashboard of a dataset: its declared views on one page, a finder of rows, and for each row where its values come from."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal, format_percent
from flask import Blueprint, Response, g
from markupsafe import Markup

from catalog import media, query
from catalog.errors import Finding, NotFound
from catalog.messages import both
from catalog.messages.wording import _
from catalog.model import Publication, Resource, View
from catalog.web import api, parameters, presenting, profiles, rows, signposts
from catalog.web.codelists import codelists_of
from catalog.web.negotiation import format_of, language
from catalog.web.operations import Operation
from catalog.web.pages import links
from catalog.web.parameters import takes_any
from catalog.web.presenting import Links, Shown, Subject
from catalog.web.responses import Link, Manners, answer, content_of, html, json_bytes, page, remembered
from catalog.web.site import Site, site
from catalog.web.views.finding import Finder, cell, key_of
from catalog.web.views.tracing import Tracer
from catalog.web.views.viewing import Viewing, figures_of, specs_url
from catalog.words import said

blueprint = Blueprint("dashboard", __name__)
blueprint.add_app_template_filter(profiles.drawing, "drawing")
_UNITS = {
    "person": _("people"),
    "household": _("households"),
    "organization": _("organizations"),
    "procurement": _("procurements"),
    "prefecture": _("prefectures"),
    "JPY": _("yen"),
    "yen": _("yen"),
    "bed": _("beds"),
    "fixture": _("fixtures"),
    "degree": _("degrees"),
    "metre": _("m"),
    "millimetre": _("mm"),
    "second": _("seconds"),
    "minute": _("minutes"),
    "day": _("days"),
    "fiscal-year": _("fiscal year"),
    "ordinal": _("in order"),
}

OPERATIONS = (
    Operation(
        path="/dashboard/{dataset}.json",
        endpoint="dashboard.dashboard",
        tag="datasets",
        summary=_("The declared views of a dataset, with their numbers and the rows behind each"),
        description=_(
            "The filters of the finder are parameters, written as those for rows: population__gte=100000&sort=-population."
        ),
    ),
)
_OFFERED = (media.HTML, media.JSON)
_NEGOTIATED = ("Accept", "Accept-Language")


@blueprint.get("/dashboard/<slug:dataset>")
@blueprint.get("/dashboard/<slug:dataset>.<any(json):suffix>")
@takes_any
def dashboard(dataset: str, suffix: str = "") -> Response:
    """The declared views of the latest version; the query is the finder's."""
    publication = site().store.latest(dataset)
    view = _finder_view(publication)
    finder = Finder(publication, view) if view is not None else None
    asked = finder.asked(g.query) if finder is not None else parameters.read(g.query, ())
    if suffix or format_of(_OFFERED) is media.JSON:
        where = api.links()
        views = _views(site(), publication.id, publication.version, where)
        return _json(publication, _shown(publication, views, finder, asked, where), suffix)
    where = links()

    def make() -> bytes:
        views = _views(site(), publication.id, publication.version, where, "")
        shown = _shown(publication, views, finder, asked, where)
        fixed = remembered(lambda: html("views/_all.html", dashboard=shown), "views", publication.version)
        return html("dashboard.html", dashboard=shown, views=Markup(fixed.body.decode()))  # noqa: S704  a page of ours

    key = ("dashboard", publication.version, tuple(sorted(asked.items())))
    return page(remembered(make, *key), Manners(vary=_NEGOTIATED, links=_links(publication)))


@lru_cache(maxsize=32)
def _views(here: Site, dataset: str, version: int, where: Links, own_page: str | None = None) -> tuple[Shown, ...]:
    """What a version's views show: it follows from the version alone. ``own_page`` as ``Viewing`` has it."""
    publication = here.store.publication(dataset, version)
    return tuple(Viewing(Subject(publication, where, codelists_of(publication)), own_page).views())


@blueprint.get("/dashboard/<slug:dataset>/<path:key>")
def case(dataset: str, key: str) -> Response:
    """One row of the finder's table: each value with its definition, its rules, and the raw records behind it where open."""
    publication = site().store.latest(dataset)
    view = _finder_view(publication)
    table = publication.package.resource(view.table) if view is not None else None
    if table is None or not key_of(table):
        raise NotFound("case-unknown", dataset=dataset, key=key[:100])
    if format_of(_OFFERED) is media.JSON:
        return _json(publication, _case(Subject(publication, api.links(), codelists_of(publication)), table, key), "")
    subject = Subject(publication, links(), codelists_of(publication))
    content = remembered(lambda: html("case.html", case=_case(subject, table, key)), "case", publication.version, key)
    return page(content, Manners(vary=_NEGOTIATED, links=_links(publication)))


@blueprint.app_template_filter("figure")
def figure(number: float) -> str:
    """A number with its groups of three and all its digits."""
    return str(format_decimal(number, format="#,##0.##########", locale=language()))


@blueprint.app_template_filter("share")
def share(part: float | None) -> str:
    """A part of a whole in per cent; a dash where there is no whole."""
    return "–" if part is None else str(format_percent(part, format="0.#%", locale=language()))


@blueprint.app_template_global("unit")
def unit(name: str) -> str:
    """A unit in the reader's language; as the definition spells it where it is an unusual one."""
    return said(_UNITS[name]).within(language()) if name in _UNITS else name


@blueprint.app_template_global("views_of")
def drawn_views(dataset: str, version: int) -> Shown | None:
    """What the page of a dataset shows of its views: those that are drawn; None where it declares none."""
    publication = site().store.publication(dataset, version)
    if not figures_of(publication):
        return None
    shown = _views(site(), dataset, version, links())
    return {"url": links().pages.dashboard(dataset), "count": len(shown), "views": [each for each in shown if each["pictures"]]}


def _finder_view(publication: Publication) -> View | None:
    """The finder, None where the package declares none or the version was published without figures."""
    known = figures_of(publication)
    return next((each for each in publication.package.views if each.kind == "finder" and each.name in known), None)


def _shown(publication: Publication, views: Sequence[Shown], finder: Finder | None, asked: dict[str, Any], where: Links) -> Shown:
    found = None
    if finder is not None:
        own = next(each for each in views if each["name"] == finder.view.name)
        fields = {each["name"]: each for each in own["fields"]}
        found = finder.shown(asked, Subject(publication, where, codelists_of(publication)), fields)
    return {
        **_around(publication, where),
        "figures": [each for each in views if each["kind"] == "figure"],
        "views": [each for each in views if each["kind"] != "figure"],
        "finder": found,
        "vegaLite": specs_url(publication, where),
        "notice": None if views else presenting.text(both(Finding(code="dashboard-none", details={"dataset": publication.id}))),
    }


def _around(publication: Publication, where: Links) -> Shown:
    package = publication.package
    return {
        "id": publication.id,
        "version": publication.version,
        "title": presenting.title_of(package),
        "sample": package.sample,
        "url": where.pages.dashboard(publication.id),
        "dataset": where.pages.dataset(publication.id),
        "modified": publication.modified,
        "publisher": presenting.agent(publication.publisher, where),
        "sources": [{"title": each.title or each.path, "path": each.path} for each in package.sources],
        "json": where.files.dashboard(publication.id, suffix=media.JSON.suffix),
        "open": package.raw is not None and package.raw.open,
    }


def _links(publication: Publication) -> tuple[Link, ...]:
    return (Link(site().public.dataset(publication.id), "collection"), *signposts.licenses(publication))


def _json(publication: Publication, shown: Shown, suffix: str) -> Response:
    manners = Manners(vary=() if suffix else ("Accept",), links=_links(publication))
    return answer(content_of(json_bytes(shown)), media.JSON.content_type, manners)


# One row


def _case(subject: Subject, table: Resource, key: str) -> Shown:
    publication = subject.publication
    row = _row(publication, table, key)
    if row is None:
        raise NotFound("case-unknown", dataset=publication.id, key=key[:100])
    beside = [each for each in publication.package.tables() if _is_beside(each, table)]
    parts = [_part(subject, table, row, ())]
    for other in beside:
        more = _row(publication, other, key)
        parts += [_part(subject, other, more, tuple(row))] if more is not None else []
    return {
        **_around(publication, subject.links),
        "key": key,
        "name": _name_of(table, row) or key,
        "self": subject.links.pages.dashboard(publication.id, key),
        "parts": parts,
    }


def _name_of(table: Resource, row: dict[str, Any]) -> str:
    """What a row is called: the text of the column that is defined as a title or name."""
    named = (
        each for each in (table.schema.fields if table.schema else ()) if each.definition.property.endswith(("/title", "/name"))
    )
    return next((str(row[each.name]) for each in named if row.get(each.name)), "")


def _is_beside(other: Resource, table: Resource) -> bool:
    """Whether each row of another table says more about one row of this: its own key points there."""
    if other is table or other.schema is None or not key_of(other):
        return False
    return any(
        each.resource == table.name and each.fields == other.schema.primary_key and each.reference_fields == (key_of(table),)
        for each in other.schema.foreign_keys
    )


def _row(publication: Publication, table: Resource, key: str) -> dict[str, Any] | None:
    limits, served = rows.limits_of(site()), rows.served(publication, table)
    try:
        asked = [(f"{key_of(table)}__exact", key), ("limit", "1")]
        question = query.parse(asked, served.columns, terms=limits.terms, beside=())
    except query.BadQuestion:  # a key of another type than the column's names no row
        return None
    return next(iter(query.answer(served.parquet, question, limits, served.ndjson, served.identity).rows), None)


def _part(subject: Subject, table: Resource, row: dict[str, Any], told: Sequence[str]) -> Shown:
    """The values of one table, each with what it comes from; columns that are ``told`` already are left out."""
    viewing = Viewing(subject)
    raw = subject.publication.package.raw
    traceable = raw is not None and raw.open and bool(table.derivation) and subject.publication.file(_raw_path(table)) is not None
    tracer = Tracer(subject) if traceable else None
    record = tracer.origin(table, row.get(key_of(table))) if tracer is not None else None
    fields = [each for each in (table.schema.fields if table.schema else ()) if each.name not in told]
    return {
        "table": {
            "name": table.name,
            "title": presenting.text(table.title),
            "url": subject.links.pages.schema(subject.publication.id, table.name),
        },
        "traced": record is not None,
        "cells": [
            {
                "field": viewing.field(table, each.name),
                **cell(table, each.name, row.get(each.name), subject),
                "inputs": tracer.inputs(table, each, record) if tracer is not None and record is not None else [],
            }
            for each in fields
        ],
    }


def _raw_path(table: Resource) -> str:
    return f"raw/{table.derivation.get('from', '')}.parquet"
