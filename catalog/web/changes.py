"""The stream of changes over HTTP (``dcat.eventstream``): a root that grows, pages that close and are then kept for good."""

from flask import Blueprint, Response, g

from catalog import media
from catalog.dcat import eventstream
from catalog.errors import NotFound
from catalog.media import Format
from catalog.store import RENDERED_FOR
from catalog.web.feeds import check_whole
from catalog.web.negotiation import format_of
from catalog.web.parameters import Integer, takes
from catalog.web.responses import REVALIDATE, Link, Manners, answer, content_of, remembered
from catalog.web.site import site

blueprint = Blueprint("changes", __name__)

OFFERED = (media.JSON_LD, media.TRIG)
PAGE = Integer("page", 1, 999_999_999)
CLOSED = "public, max-age=604800, immutable"
"""A page to which no member will be added; the time is the one that DCAT-AP Feeds asks for."""


@blueprint.get("/changes")
@takes(PAGE)
def negotiated_changes() -> Response:
    """The IRI of the stream: its root in the format that Accept likes best."""
    return _page(format_of(OFFERED), ("Accept",))


@blueprint.get("/changes.<any(jsonld,trig):suffix>")
@takes(PAGE)
def changes(suffix: str) -> Response:
    """The root, or a page of members, in the format of the suffix."""
    return _page(next(each for each in OFFERED if each.name == suffix), ())


def _page(format_: Format, vary: tuple[str, ...]) -> Response:
    check_whole(site().store.meta(RENDERED_FOR) or "")
    number = g.asked.get(PAGE.name, 0)
    return _members(format_, number, vary) if number else _root(format_, vary)


def _root(format_: Format, vary: tuple[str, ...]) -> Response:
    """The description of the stream, with a way to each of its pages; made once for each state of the stream."""
    stream = site().store.feed
    followed = stream.followed()

    def make() -> bytes:
        return eventstream.root(format_, site().public, stream.spans(), followed.total)

    location = site().local.changes(format_.suffix)
    manners = Manners(cache=REVALIDATE, vary=vary, location=location)
    return answer(remembered(make, format_.name, followed), format_.content_type, manners)


def _members(format_: Format, number: int, vary: tuple[str, ...]) -> Response:
    bounds, events = site().store.feed.events(number)
    if not events:
        raise NotFound("page-unknown")
    public = site().public
    links = [Link(public.changes(format_.suffix), "collection", format_.media_type)]
    if bounds.following:
        links.append(Link(public.changes(format_.suffix, page=bounds.following), "next", format_.media_type))
    manners = Manners(
        cache=CLOSED if bounds.following else REVALIDATE,
        vary=vary,
        links=tuple(links),
        modified=events[-1].at,
        location=site().local.changes(format_.suffix, page=number),
    )
    return answer(content_of(eventstream.page(format_, public, bounds, events)), format_.content_type, manners)
