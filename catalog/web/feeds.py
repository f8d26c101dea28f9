"""RDF over HTTP: the stored document of a dataset, and pages of the catalogue joined from them. Bytes only, never graphs."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from flask import Blueprint, Response, g, redirect
from werkzeug.wrappers import Response as Redirect

from catalog import media
from catalog.dcat import feed
from catalog.errors import Finding, NotFound, StoreError
from catalog.media import Format
from catalog.model import Publication
from catalog.store import CATALOG_KEY, later
from catalog.web import signposts
from catalog.web.listing import every
from catalog.web.negotiation import format_of
from catalog.web.parameters import BadQuery, Identifier, Integer, takes
from catalog.web.responses import Link, Manners, answer, content_of
from catalog.web.site import site

blueprint = Blueprint("feeds", __name__)
"""Addresses for machines: they exist once, without a language."""

AFTER = Identifier("after")
"""Where a page begins: after this dataset id. Links to the next page use it, so that what is published or withdrawn while
somebody reads the pages makes him lose or double nothing."""
PAGE = Integer("page", 1, 1_000_000)
"""The same pages by number, as they are at this moment."""
_OFFERED = (*media.RDF, media.HTML)


def dataset_document(publication: Publication, format_: Format, *, negotiated: bool) -> Response:
    """The description of the latest version of a dataset. NotFound where the store has none."""
    document = site().store.document(publication.id, format_.name)
    if document is None:
        raise NotFound("page-unknown")
    manners = Manners(
        vary=("Accept",) if negotiated else (),
        links=signposts.of_description(publication),
        modified=document.modified,
        location=site().local.dataset(publication.id, suffix=format_.suffix),
    )
    return answer(document, format_.content_type, manners)


@blueprint.get("/catalog.<graph:suffix>")
@takes(PAGE, AFTER)
def catalog(suffix: str) -> Response:
    """One page of the feed in the format of the suffix."""
    return _page(_graph(suffix), g.asked, negotiated=False)


@blueprint.get("/catalog")
@takes(PAGE, AFTER)
def negotiated_catalog() -> Response | Redirect:
    """The IRI of the catalogue: the feed in the format that Accept likes best, or the list of datasets for people."""
    wanted = format_of(_OFFERED)
    if wanted.rdf:
        return _page(wanted, g.asked, negotiated=True)
    found = redirect(site().local.datasets(), code=303)
    found.headers["Cache-Control"] = "no-cache"
    found.vary.update(("Accept",))
    return found


def _graph(suffix: str) -> Format:
    return next(each for each in media.RDF if each.name == suffix)


def _page(format_: Format, asked: Mapping[str, Any], *, negotiated: bool) -> Response:
    store, settings, public = site().store, site().settings, site().public
    head = store.document(CATALOG_KEY, format_.name)
    if head is None:  # harvesters delete what they no longer find: rather no feed than an empty one
        raise StoreError("feed-not-ready")
    after = _beginning(asked)
    found = store.documents(format_.name, after=after, limit=settings.page_size + 1, samples=settings.samples_in_feed)
    shown = found[: settings.page_size]
    address = public.catalog(format_.suffix, after=after)
    view = feed.View(
        catalog=public.catalog(),
        datasets=[public.dataset(each.key) for each in shown],
        page=address,
        first=public.catalog(format_.suffix),
        next=public.catalog(format_.suffix, after=shown[-1].key) if len(found) > len(shown) else "",
        items_per_page=settings.page_size,
        total=None if after else store.count(samples=settings.samples_in_feed),
        modified="" if after else head.modified,
    )
    body = feed.page(format_.name, head.body, [each.body for each in shown], view)
    manners = Manners(
        vary=("Accept",) if negotiated else (),
        links=_links(view, format_),
        modified=later(*(each.modified for each in shown), "" if after else head.modified),
        location=site().local.catalog(format_.suffix, after=after),
    )
    return answer(content_of(body), format_.content_type, manners)


def _beginning(asked: Mapping[str, Any]) -> str:
    """The id after which the page begins, "" for the first. NotFound past the last page."""
    if PAGE.name in asked and AFTER.name in asked:
        raise BadQuery([Finding(code="parameter-conflict", details={"parameter": AFTER.name, "other": PAGE.name})])
    before = (asked.get(PAGE.name, 1) - 1) * site().settings.page_size
    if before == 0:
        return str(asked.get(AFTER.name, ""))
    bounds = list(islice(every(site().store, samples=site().settings.samples_in_feed), before - 1, before + 1))
    match bounds:
        case [last_before, _first_on_it]:
            return last_before.id
        case _:
            raise NotFound("page-unknown")


def _links(view: feed.View, format_: Format) -> tuple[Link, ...]:
    following = (Link(view.next, "next", format_.media_type),) if view.next else ()
    return (Link(view.first, "first", format_.media_type), *following)
