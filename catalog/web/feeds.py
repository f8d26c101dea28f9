"""RDF over HTTP: the stored document of a dataset, the stored pages of the catalogue, selections of it, and the whole.

Bytes only, never graphs. What is served was rendered for the settings of this server, or nothing is: harvesters delete what
they no longer find, so no feed at all is better than a half or a foreign one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, redirect
from werkzeug.wrappers import Response as Redirect

from catalog import media
from catalog.dcat import authorities, feed, shipped
from catalog.dcat.edition import edition
from catalog.dcat.paging import FIRST
from catalog.errors import Finding, NotFound, StoreError, Withdrawn
from catalog.media import Format
from catalog.store import CATALOG_KEY, ISSUED, RENDERED_FOR, Document, Selection, later
from catalog.web import signposts
from catalog.web.negotiation import format_of
from catalog.web.parameters import BadQuery, Choice, Identifier, Integer, Moment, Words, takes
from catalog.web.responses import REVALIDATE, Content, Link, Manners, answer, content_of
from catalog.web.site import site

blueprint = Blueprint("feeds", __name__)
"""Addresses for machines: they exist once, without a language."""

PAGE = Integer("page", 1, 999_999_999)
"""A page of the whole feed, by its lasting number (``dcat.paging``)."""
SINCE = Moment("modified_since")
WORDS = Words("q", 200)
PUBLISHER = Identifier("publisher")
THEME = Choice("theme", tuple(sorted(authorities.THEMES)))
STANDARD = Identifier("standard")
AFTER = Identifier("after")
"""Where a page of a selection begins: after this dataset id."""
_ASKED = (SINCE, WORDS, PUBLISHER, THEME, STANDARD)
_OFFERED = (*media.RDF, media.HTML)


def dataset_document(dataset: str, format_: Format, *, negotiated: bool) -> Response:
    """The description of the latest version of a dataset, or what is left of a withdrawn one. NotFound for any other."""
    check_whole(site().store.meta(RENDERED_FOR) or "")
    try:
        publication = site().store.latest(dataset)
    except Withdrawn as gone:
        return _tombstone(dataset, gone, format_, negotiated=negotiated)
    document = site().store.document(dataset, format_.name)
    if document is None:  # withdrawn this very moment
        raise NotFound("page-unknown")
    manners = Manners(
        vary=("Accept",) if negotiated else (),
        links=signposts.of_description(publication),
        modified=document.modified,
        location=site().local.dataset(dataset, suffix=format_.suffix),
    )
    return answer(document, format_.content_type, manners)


def _tombstone(dataset: str, gone: Withdrawn, format_: Format, *, negotiated: bool) -> Response:
    body = feed.tombstone(format_.name, site().public.dataset(dataset), gone.details["at"], gone.details["reason"])
    response = Response(body, HTTPStatus.GONE, content_type=format_.content_type)
    response.headers["Cache-Control"] = REVALIDATE
    response.vary.update(("Accept",) if negotiated else ())
    return response


def check_whole(rendered_for: str) -> None:
    """StoreError where the stored descriptions are not those of this server's settings and program."""
    if rendered_for != edition(site().settings):
        raise StoreError("feed-not-ready")


def standing() -> Selection:
    """The datasets that stand in the feed."""
    return Selection(samples=site().settings.samples_in_feed)


@blueprint.get("/catalog.<graph:suffix>")
@takes(PAGE, AFTER, *_ASKED)
def catalog(suffix: str) -> Response:
    """One page of the feed in the format of the suffix."""
    return _page(_graph(suffix), g.asked, negotiated=False)


@blueprint.get("/catalog")
@takes(PAGE, AFTER, *_ASKED)
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
    vary = ("Accept",) if negotiated else ()
    if not asked.keys() - {PAGE.name}:
        return _stored_page(format_, asked.get(PAGE.name, FIRST), vary)
    if PAGE.name in asked:
        other = next(each for each in asked if each != PAGE.name)
        raise BadQuery([Finding(code="parameter-conflict", details={"parameter": PAGE.name, "other": other})])
    return _selected_page(format_, asked, vary)


def _stored_page(format_: Format, number: int, vary: tuple[str, ...]) -> Response:
    """A page of the whole feed, as it was rendered when something on it changed."""
    served, public = site().store.feed.served(number, format_.name), site().public
    check_whole(served.rendered_for)
    if served.page is None:
        raise NotFound("page-unknown")
    following = public.catalog(format_.suffix, page=served.following.number) if served.following else ""
    shown = "" if number == FIRST else number
    manners = Manners(
        vary=vary,
        links=_links(format_, following),
        modified=served.document.modified if served.document else "",
        location=site().local.catalog(format_.suffix, page=shown),
    )
    if served.document is not None:
        return answer(served.document, format_.content_type, manners)
    end = served.following.start if served.following else ""  # taken up by the page before: what is left of it, until the next
    documents = _bodies(_described(format_, site().store.feed.between(served.page.start, end, standing())))
    view = replace(_view(format_, documents, public.catalog(format_.suffix, page=shown), following), datasets=(), services=())
    rest = Content(*feed.in_parts(format_.name, _head(format_).body, public, documents, view))
    return answer(rest, format_.content_type, manners)


def _selected_page(format_: Format, asked: Mapping[str, Any], vary: tuple[str, ...]) -> Response:
    """A page of a part of the feed, joined for this request: it begins after the last dataset of the page before."""
    check_whole(site().store.meta(RENDERED_FOR) or "")
    store, size, selection = site().store, site().settings.page_size, _selection(asked)
    after = asked.get(AFTER.name, "")
    ids = store.feed.select(selection, after=after, limit=size + 1)
    described = _described(format_, ids[:size])
    documents = _bodies(described)
    query = {each.name: asked.get(each.name, "") for each in _ASKED} | {WORDS.name: " ".join(asked.get(WORDS.name, ()))}
    address = site().public.catalog(format_.suffix, **query, after=after)
    following = site().public.catalog(format_.suffix, **query, after=ids[size - 1]) if len(ids) > size else ""
    view = _view(format_, documents, address, following, first=site().public.catalog(format_.suffix, **query))
    modified = ""
    if not after:
        modified = _head(format_).modified
        view = replace(view, total=store.feed.count(selection), issued=store.meta(ISSUED) or "", modified=modified)
    manners = Manners(
        vary=vary,
        links=_links(format_, following, view.first),
        modified=later(modified, *(each.modified for each in described)),
        location=site().local.catalog(format_.suffix, **query, after=after),
    )
    return answer(content_of(_joined(format_, documents, view)), format_.content_type, manners)


def _selection(asked: Mapping[str, Any]) -> Selection:
    """What is asked for. NotFound where it names a publisher or standard that never was: an empty feed would say "all gone"."""
    publisher, standard = asked.get(PUBLISHER.name, ""), asked.get(STANDARD.name, "")
    if publisher and publisher != site().operator.id and not site().store.feed.has_published(publisher):
        raise NotFound("publisher-unknown", publisher=publisher)
    if standard:
        shipped.editions().editions(standard)
    return replace(
        standing(),
        publisher=publisher,
        theme=asked.get(THEME.name, ""),
        standard=standard,
        modified_since=asked.get(SINCE.name, ""),
        words=asked.get(WORDS.name, ()),
    )


def _described(format_: Format, ids: Sequence[str]) -> tuple[Document, ...]:
    return site().store.feed.described(format_.name, ids)


def _bodies(documents: Sequence[Document]) -> dict[str, bytes]:
    return {each.key: each.body for each in documents}


def _head(format_: Format) -> Document:
    head = site().store.document(CATALOG_KEY, format_.name)
    if head is None:
        raise StoreError("feed-not-ready")
    return head


def _view(format_: Format, documents: Mapping[str, bytes], address: str, following: str, first: str = "") -> feed.View:
    public = site().public
    return feed.View(
        catalog=public.catalog(),
        datasets=[public.dataset(each) for each in documents],
        services=feed.services(public, documents),
        page=address,
        first=first or public.catalog(format_.suffix),
        next=following,
        items_per_page=site().settings.page_size,
    )


def _joined(format_: Format, documents: Mapping[str, bytes], view: feed.View) -> bytes:
    return feed.page(format_.name, _head(format_).body, [*documents.values()], view)


def _links(format_: Format, following: str, first: str = "") -> tuple[Link, ...]:
    begin = Link(first or site().public.catalog(format_.suffix), "first", format_.media_type)
    return (begin, Link(following, "next", format_.media_type)) if following else (begin,)
