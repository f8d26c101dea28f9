"""The pages for people. Each stands at its address, and under /ja and /en in that language for certain."""

from functools import partial

from flask import Blueprint, Response, g, redirect
from werkzeug.wrappers import Response as Redirect

from catalog import media
from catalog.addresses import Addresses
from catalog.errors import NotFound
from catalog.model import Agent, Publication
from catalog.search import Query
from catalog.web import (
    api,
    feeds,
    history,
    maps,
    markdown,
    portal,
    presenting,
    previewing,
    projections,
    quality,
    searching,
    signposts,
    twins,
)
from catalog.web.codelists import codelists_of
from catalog.web.embedding import embeddable, refuse_if_embedded
from catalog.web.listing import AFTER, LIMIT, listed
from catalog.web.negotiation import VARY_FORMAT, fixed_language, format_of, language
from catalog.web.parameters import Integer, takes
from catalog.web.presenting import Links, Shown, Subject
from catalog.web.responses import REVALIDATE, Manners, html, page, remembered
from catalog.web.site import site

blueprint = Blueprint("pages", __name__)

_OFFERED = (media.HTML, *media.RDF, media.JSON, media.MARKDOWN)
_OFFERED_BESIDE = (media.HTML, media.JSON)
_NEGOTIATED = ("Accept", "Accept-Language")
_VERSIONS_SHOWN = 50
_FIELDS_SHOWN = 60
"""Definitions on the page of a dataset: with more, it would be too heavy for a telephone."""
_README = 2_000
"""Characters of a README on the page of a dataset; the file has all of it."""
BEFORE = Integer("before", 2, 999_999_999)
"""The list of versions goes on with those before this one."""


def links() -> Links:
    """Paths: pages stay in the language that the address fixes, files and documents have none. ``api.links`` for machines."""
    if g.get("absolute", False):
        return api.links()
    local, fixed = site().local, fixed_language()
    return Links(pages=Addresses(f"{local.base_url}/{fixed}") if fixed else local, files=local)


@blueprint.get("/")
def home() -> Response | Redirect:
    """What this is, what there is, and where each of its users begins. Programs that want RDF are led to the feed."""
    wanted = format_of((media.HTML, *media.RDF))
    if wanted.rdf:
        found = redirect(site().local.catalog(wanted.suffix), code=303)
        found.headers["Cache-Control"] = REVALIDATE
        found.vary.update(VARY_FORMAT)
        return found
    front = remembered(lambda: html("home.html", front=portal.front(links())), "home", site().store.position())
    return page(front, Manners(vary=VARY_FORMAT))


@blueprint.get("/datasets")
@takes(*searching.PARAMETERS)
def datasets() -> Response:
    """The list of datasets, and search. A search with words is made each time: those that find nothing are counted."""

    def make() -> bytes:
        return html("datasets.html", listing=searching.page(links()))

    if searching.Q.name in g.asked:
        return page(make())
    return page(remembered(make, "datasets", site().store.position(), tuple(sorted(g.query))))


@blueprint.get("/dataset/<slug:dataset>")
@blueprint.get("/dataset/<slug:dataset>.<graph:suffix>")
@blueprint.get("/dataset/<slug:dataset>.<any(json, md):suffix>")
@embeddable
def dataset(dataset: str, suffix: str = "") -> Response:
    """A dataset in the form that the suffix or Accept asks for."""
    wanted = media.by_name(suffix) or format_of(_OFFERED)
    if wanted is not media.HTML:
        refuse_if_embedded()
    if wanted.rdf:
        return feeds.dataset_document(dataset, wanted, negotiated=not suffix)
    publication = site().store.latest(dataset)
    if wanted is media.JSON:
        return api.dataset(publication, codelists_of(publication), negotiated=not suffix)
    if wanted is media.MARKDOWN:
        return twins.dataset(publication, negotiated=not suffix)
    rows, late = site().store.versions(dataset), quality.overdue(publication)

    def make() -> bytes:
        found = presenting.versions(publication, rows, links())
        shown = presenting.dataset(subject_of(publication))
        values = {
            "versions": found["versions"],
            "prose": _prose(publication),
            "structured": projections.structured(publication),
            "previews": previewing.previews(publication, shown["tables"]),
            "places": maps.places(publication, links()),
            "leaflet": maps.address,
            "points": quality.points(publication, late=late),
            "lines": _lines(shown["tables"]),
        }
        return html("dataset.html", dataset=shown, **values)

    manners = Manners(vary=_NEGOTIATED, links=signposts.of_dataset_page(publication))
    return maps.allow(page(remembered(make, "html", publication.version, rows, late), manners))


def _lines(tables: list[Shown]) -> dict[str, int]:
    """How many fields of each table are defined on the page itself: the first ones; the table's own page has all of them."""
    left, lines = _FIELDS_SHOWN, {}
    for each in tables:
        lines[each["name"]] = min(left, len(each["fields"]))
        left -= lines[each["name"]]
    return lines


def subject_of(publication: Publication) -> Subject:
    """A version as pages show it."""
    return Subject(publication, links(), codelists_of(publication))


def _prose(publication: Publication) -> Shown:
    """The texts that are Markdown, as HTML: the description in the reader's language, and the package's README."""
    description = publication.package.description
    base = site().local.download(publication.id, publication.version, "source/")
    known = frozenset(publication.package.files)
    return {
        "description": markdown.render(description.within(language())),
        "language": description.language(language()),
        "readme": markdown.render(_beginning(publication.package.readme), base=base, known=known),
        "cut": len(publication.package.readme) > _README,
    }


def _beginning(readme: str) -> str:
    """As much of a README as a page can carry: whole paragraphs."""
    if len(readme) <= _README:
        return readme
    end = readme.rfind("\n\n", 0, _README)
    return readme[: end if end > 0 else _README]


@blueprint.get("/dataset/<slug:dataset>/versions")
@blueprint.get("/dataset/<slug:dataset>/versions.<any(json):suffix>")
@takes(BEFORE)
def versions(dataset: str, suffix: str = "") -> Response:
    """The versions, the newest first, each with what it changed in the definitions."""
    publication = site().store.latest(dataset)
    before = g.asked.get(BEFORE.name, publication.version + 1)
    rows = [each for each in site().store.versions(dataset) if each.version < before]
    shown, changes = rows[:_VERSIONS_SHOWN], partial(history.changes_of, dataset)
    following = f"?{BEFORE.name}={shown[-1].version}" if len(rows) > len(shown) else ""
    if suffix or format_of(_OFFERED_BESIDE) is media.JSON:
        told = presenting.versions(publication, shown, api.links(), changes)
        told["next"] = site().public.versions(dataset) + media.JSON.suffix + following if following else None
        return api.versions(publication, told, negotiated=not suffix)
    told = presenting.versions(publication, shown, links(), changes)
    told["next"] = links().pages.versions(dataset) + following if following else None
    return page(html("versions.html", history=told, continued=BEFORE.name in g.asked), Manners(vary=_NEGOTIATED))


@blueprint.get("/dataset/<slug:dataset>/report")
@blueprint.get("/dataset/<slug:dataset>/report.<any(json):suffix>")
def report(dataset: str, suffix: str = "") -> Response:
    """What validation found in the latest version."""
    publication = site().store.latest(dataset)
    if suffix or format_of(_OFFERED_BESIDE) is media.JSON:
        return api.report(publication, negotiated=not suffix)
    shown = presenting.report(publication, links())
    return page(html("report.html", report=shown, findings=publication.findings), Manners(vary=_NEGOTIATED))


@blueprint.get("/dataset/<slug:dataset>/<any(contact, provenance, rights):part>")
def part(dataset: str, part: str) -> Redirect:
    """The IRI of a dataset's contact point, or of a statement about it: described where the dataset is."""
    site().store.latest(dataset)
    return _see(links().pages.dataset(dataset) + ("#contact" if part == "contact" else "#about"))


@blueprint.get("/dataset/<slug:dataset>/service")
def service(dataset: str) -> Redirect:
    """The IRI of the interface that asks the rows of a dataset: where it is described."""
    site().store.latest(dataset)
    return _see(site().local.openapi(dataset))


@blueprint.get("/distribution/<path:address>")
def distribution(address: str) -> Redirect:
    """A distribution's IRI (or its checksum's): it is described where the dataset is."""
    publication = _at(f"distribution/{address.removesuffix('-checksum')}")
    return _see(links().pages.dataset(publication.id) + "#downloads")


def _at(address: str) -> Publication:
    """The dataset that a flat address belongs to. NotFound, or Withdrawn with its dataset."""
    target = site().store.lookup(address)
    if target is None:
        raise NotFound("page-unknown")
    publication = site().store.latest(target.dataset)
    if target.resource not in {*(each.name for each in publication.package.resources), "package"}:
        raise NotFound("page-unknown")
    return publication


def _see(address: str) -> Redirect:
    """Status 303: the IRI names a thing, and its description is elsewhere."""
    found = redirect(address, code=303)
    found.headers["Cache-Control"] = "no-cache"
    return found


@blueprint.get("/publisher/<slug:publisher>")
@takes(AFTER, LIMIT)
def publisher(publisher: str) -> Response:
    """A publisher and its datasets."""
    agent = _agent(publisher)
    found = listed(g.asked, publisher)
    following = links().pages.publisher(publisher) + found.following if found.following else ""
    shown = presenting.listing(found.summaries, None, following, links())
    continued = AFTER.name in g.asked
    count = searching.search().count(Query(), {"publisher": publisher})
    return page(
        html("publisher.html", publisher=presenting.agent(agent, links()), listing=shown, count=count, continued=continued)
    )


def _agent(publisher: str) -> Agent:
    """Who publishes here, or runs the catalogue and publishes nothing yet. NotFound("publisher-unknown")."""
    operator = site().operator
    try:
        return site().store.publisher(publisher)
    except NotFound:
        if publisher == operator.id:
            return operator
        raise


@blueprint.get("/status")
def status() -> Response:
    """How the catalogue is: how much it holds, when it last changed, the state of its feed."""
    return page(html("status.html", status=portal.status(links())))
