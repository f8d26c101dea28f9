"""JSON: the same values that the pages are rendered from, with absolute addresses."""

from collections.abc import Mapping

from flask import Blueprint, Response, g

from catalog import media
from catalog.model import Publication
from catalog.vocabulary.codelists import CodeList
from catalog.web import presenting, signposts
from catalog.web.listing import AFTER, LIMIT, PUBLISHER, listed
from catalog.web.parameters import takes
from catalog.web.presenting import Links, Shown, Subject
from catalog.web.responses import Content, Link, Manners, answer, content_of, json_bytes, remembered
from catalog.web.site import site

blueprint = Blueprint("api", __name__)


def links() -> Links:
    """Absolute addresses throughout."""
    return Links(pages=site().public, files=site().public)


@blueprint.get("/datasets.json")
@takes(AFTER, LIMIT, PUBLISHER)
def datasets() -> Response:
    """The list of datasets by id; ``next`` is the address of the following page, null on the last."""
    found = listed(g.asked)
    following = site().public.datasets(suffix=media.JSON.suffix) + found.following if found.following else ""
    count = None if PUBLISHER.name in g.asked else site().store.count()
    shown = presenting.listing(found.summaries, count, following, links())
    manners = Manners(links=(Link(following, "next", media.JSON.media_type),) if following else ())
    return answer(content_of(json_bytes(shown)), media.JSON.content_type, manners)


def dataset(publication: Publication, codelists: Mapping[str, CodeList], *, negotiated: bool) -> Response:
    """Everything about a version; ``negotiated`` where Accept chose this form."""

    def make() -> bytes:
        return json_bytes(presenting.dataset(Subject(publication, links(), codelists)))

    location = site().local.dataset(publication.id, suffix=media.JSON.suffix)
    content = remembered(make, "json", publication.id, publication.version)
    return _about(publication, content, negotiated=negotiated, location=location)


def versions(publication: Publication, shown: Shown, *, negotiated: bool) -> Response:
    """The history of a dataset."""
    return _about(publication, content_of(json_bytes(shown)), negotiated=negotiated)


def report(publication: Publication, *, negotiated: bool) -> Response:
    """The validation report of a version."""
    shown = presenting.report(publication, links())
    return _about(publication, content_of(json_bytes(shown)), negotiated=negotiated)


def _about(publication: Publication, content: Content, *, negotiated: bool, location: str = "") -> Response:
    manners = Manners(vary=("Accept",) if negotiated else (), links=signposts.of_description(publication), location=location)
    return answer(content, media.JSON.content_type, manners)
