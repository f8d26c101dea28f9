"""Any search as an Atom feed (RFC 4287), the newest first, page by page (RFC 5005): what is new is what was published.

The id of an entry is the IRI of the dataset, its time that of the latest version.
"""

from xml.etree import ElementTree as ET

from flask import Blueprint, Response

from catalog import media, words
from catalog.addresses import Addresses
from catalog.dcat import cleaning
from catalog.messages.wording import _
from catalog.model import Text
from catalog.search import KINDS
from catalog.store import ISSUED, Summary, later
from catalog.web.listing import LIMIT
from catalog.web.negotiation import fixed_language, language
from catalog.web.parameters import takes
from catalog.web.responses import Link, Manners, answer, content_of
from catalog.web.searching import FILTERS, PAGE, Asked, Q, asked, search, summaries_of
from catalog.web.site import site

blueprint = Blueprint("atom", __name__)

_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_LENGTH = 50
_NEVER = "1970-01-01T00:00:00Z"
"""The time of a feed in which nothing has ever stood."""


@blueprint.get("/datasets.atom")
@takes(Q, *FILTERS, PAGE, LIMIT)
def datasets() -> Response:
    """A page of the feed of a search."""
    wanted = asked()
    wanted = Asked(
        text=wanted.text,
        query=wanted.query,
        facets=wanted.facets,
        sort="updated",
        page=wanted.page,
        limit=wanted.limit or _LENGTH,
    )
    facets = dict(wanted.facets)
    if not site().settings.samples_in_feed:
        facets.setdefault("sample", "false")
    found = search().find(wanted.query, facets, kind=KINDS[0], part=wanted.part(), counted=())
    body = _feed(wanted, found.total, summaries_of(found, site().store))
    links = tuple(
        Link(target, rel, media.ATOM.media_type) for rel, target in _pages(wanted, found.total).items() if rel == "next"
    )
    manners = Manners(vary=("Accept-Language",), links=links)
    response = answer(content_of(body), f"{media.ATOM.media_type}; charset=utf-8", manners)
    response.headers["Content-Language"] = language()
    return response


def _pages(wanted: Asked, total: int) -> dict[str, str]:
    """The addresses of this page and of those around it, in the language that the address fixes."""
    last = max(-(-total // wanted.length()), 1)
    found = {"self": _address(wanted, wanted.page), "first": _address(wanted, 1), "last": _address(wanted, last)}
    if wanted.page > 1:
        found["previous"] = _address(wanted, min(wanted.page - 1, last))
    if wanted.page < last:
        found["next"] = _address(wanted, wanted.page + 1)
    return found


def _address(wanted: Asked, page: int) -> str:
    limit = "" if wanted.limit == _LENGTH else wanted.limit
    return _public().datasets(media.ATOM.suffix, **wanted.parameters(sort="", limit=limit, page=page if page > 1 else ""))


def _public() -> Addresses:
    fixed = fixed_language()
    return Addresses(f"{site().public.base_url}/{fixed}" if fixed else site().public.base_url)


def _feed(wanted: Asked, total: int, summaries: tuple[Summary, ...]) -> bytes:
    feed = ET.Element("feed", {"xmlns": _ATOM, "xmlns:opensearch": _OPENSEARCH, "xml:lang": language()})
    _add(feed, "id", _address(wanted, 1))
    _add(feed, "title", _title(wanted))
    _add(feed, "subtitle", site().description.within(language()))
    newest = later("", *(each.modified for each in summaries)) or site().store.meta(ISSUED) or _NEVER
    _add(feed, "updated", newest)
    _add_author(feed, site().operator.name, site().operator.uri or site().public.publisher(site().operator.id))
    for rel, target in _pages(wanted, total).items():
        _link(feed, rel, target, media.ATOM.media_type)
    _link(feed, "alternate", _public().datasets("", **wanted.parameters(sort="", limit="")), media.HTML.media_type)
    _link(feed, "search", site().public.path("opensearch.xml"), "application/opensearchdescription+xml")
    _add(feed, "icon", site().public.static("icon.svg"))
    _add(feed, "opensearch:totalResults", str(total))
    _add(feed, "opensearch:startIndex", str((wanted.page - 1) * wanted.length() + 1))
    _add(feed, "opensearch:itemsPerPage", str(wanted.length()))
    for each in summaries:
        _add_entry(feed, each)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _title(wanted: Asked) -> str:
    """The catalogue's name, with what is looked for in it."""
    sought = " ".join(filter(None, (wanted.text.strip(), *(f"{name}={value}" for name, value in wanted.facets.items()))))
    if not sought:
        return site().title.within(language())
    return words.said(_("%(catalogue)s: %(sought)s"), catalogue=site().title, sought=sought).within(language())


def _add_entry(feed: ET.Element, value: Summary) -> None:
    reader, public = language(), site().public
    entry = ET.SubElement(feed, "entry")
    title = words.sample(value.title) if value.sample else value.title
    _add(entry, "id", public.dataset(value.id))
    _add(entry, "title", title.within(reader))
    _add(entry, "updated", value.modified)
    _add(entry, "published", value.issued)
    _add_author(entry, value.publisher.name, value.publisher.uri or public.publisher(value.publisher.id))
    _link(entry, "alternate", _public().dataset(value.id), media.HTML.media_type)
    for format_ in (*media.RDF, media.JSON):
        _link(entry, "alternate", public.dataset(value.id, format_.suffix), format_.media_type)
    _link(entry, "version-history", public.versions(value.id, media.ATOM.suffix), media.ATOM.media_type)
    _link(entry, "enclosure", public.download(value.id, "latest", f"{value.id}.zip"), media.ZIP.media_type)
    for each in value.keywords_en if reader == "en" and value.keywords_en else value.keywords:
        ET.SubElement(entry, "category", {"term": cleaning.text(each)})
    _add(entry, "summary", value.description.within(reader))


def _add_author(parent: ET.Element, name: Text, uri: str) -> None:
    author = ET.SubElement(parent, "author")
    _add(author, "name", name.within(language()))
    _add(author, "uri", uri)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = cleaning.text(text)


def _link(parent: ET.Element, rel: str, target: str, type_: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": target, "type": type_})
