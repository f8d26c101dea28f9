"""JSON: the same values that the pages are rendered from, with absolute addresses."""

from collections.abc import Mapping

from flask import Blueprint, Response, g

from catalog import media
from catalog.model import Publication
from catalog.vocabulary.codelists import CodeList
from catalog.web import presenting, searching, signposts
from catalog.web.codelists import codelists_of
from catalog.web.listing import AFTER, LIMIT, PUBLISHER, listed
from catalog.web.parameters import Integer, takes
from catalog.web.presenting import Links, Shown, Subject
from catalog.web.responses import Content, Link, Manners, answer, content_of, json_bytes, remembered
from catalog.web.site import site

blueprint = Blueprint("api", __name__)

VERSION = Integer("version", 1, 999_999_999)
"""Which version is asked; without it, the latest."""


def links() -> Links:
    """Absolute addresses throughout."""
    return Links(pages=site().public, files=site().public)


@blueprint.get("/datasets.json")
@takes(*searching.PARAMETERS)
def datasets() -> Response:
    """The list of datasets by id, and search; ``next`` is the address of the following page, null on the last."""
    return _page(searching.json(links()))


@blueprint.get("/api/v1/datasets")
@takes(AFTER, LIMIT, PUBLISHER)
def datasets_of_api() -> Response:
    """The same list, at an address that stays with version 1 of the API."""
    return _listed(site().public.api_datasets())


def _listed(address: str) -> Response:
    found = listed(g.asked)
    following = address + found.following if found.following else ""
    count = None if PUBLISHER.name in g.asked else site().store.count()
    return _page(presenting.listing(found.summaries, count, following, links()))


def _page(shown: Shown) -> Response:
    following = shown["next"]
    manners = Manners(links=(Link(following, "next", media.JSON.media_type),) if following else ())
    return answer(content_of(json_bytes(shown)), media.JSON.content_type, manners)


@blueprint.get("/api/v1/datasets/<slug:dataset>")
@takes(VERSION)
def dataset_of_api(dataset: str) -> Response:
    """Everything about the latest version of a dataset, or about the one that is asked for."""
    store, wanted = site().store, g.asked.get(VERSION.name)
    publication = store.latest(dataset) if wanted is None else store.publication(dataset, wanted)
    here = links()

    def make() -> bytes:
        tables = {each.name: here.files.rows(publication.id, each.name) for each in publication.package.tables()}
        shown = presenting.dataset(Subject(publication, here, codelists_of(publication)))
        return json_bytes(shown | {"rows": tables, "openapi": here.files.openapi(publication.id)})

    return _about(publication, remembered(make, "api", publication.id, publication.version), negotiated=False)


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
