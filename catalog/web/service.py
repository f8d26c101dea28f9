"""What every web server answers: our stylesheet, robots.txt, sitemap.xml, and whether we are well."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from importlib.resources import files
from itertools import islice

from flask import Blueprint, Response, current_app, g
from markupsafe import escape

from catalog import media
from catalog.dcat import shipped
from catalog.dcat.edition import edition
from catalog.errors import NotFound, StoreError
from catalog.store import RENDERED_FOR, Address
from catalog.web.listing import LIMIT, every
from catalog.web.parameters import Identifier, Integer, takes
from catalog.web.responses import IMMUTABLE, NEVER, REVALIDATE, Content, Manners, answer, content_of
from catalog.web.site import site

log = logging.getLogger(__name__)
blueprint = Blueprint("service", __name__)

STOPPING = "stopping"
"""The extension of an application that tells whether its server is about to stop."""
_NO_FILE = "0" * 64
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_STATIC: dict[str, Content] = {
    each.name: content_of(each.read_bytes()) for each in files(__package__).joinpath("static").iterdir() if each.is_file()
}
SITEMAP_LENGTH = 10_000
"""Addresses in one sitemap; the protocol allows 50,000."""
PART = Integer("part", 1, 10_000)
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def static_address(name: str) -> str:
    """The address of a file of ours, with its content in it: it may be kept for ever."""
    return site().local.static(name) + f"?v={_STATIC[name].etag[:12]}"


@blueprint.get("/static/<name>")
@takes(Identifier("v"))
def static(name: str) -> Response:
    """A file of ours."""
    if name not in _STATIC:
        raise NotFound("page-unknown")
    content = _STATIC[name]
    kept = IMMUTABLE if g.asked.get("v") == content.etag[:12] else REVALIDATE
    return answer(content, _TYPES["." + name.rpartition(".")[2]], Manners(cache=kept))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Everything may be read."""
    text = f"User-agent: *\nAllow: /\nSitemap: {site().public.path('sitemap.xml')}\n"
    return answer(content_of(text.encode()), media.TEXT.content_type, Manners())


@blueprint.get("/sitemap.xml")
@takes(PART)
def sitemap() -> Response:
    """The pages for search engines: an index of parts where one sitemap cannot hold them, else the pages themselves."""
    count = sum(1 for _each in _entries())
    lines = _index(count) if count > SITEMAP_LENGTH and PART.name not in g.asked else _pages(g.asked.get(PART.name, 1))
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines, ""])
    return answer(content_of(text.encode()), media.XML.media_type, Manners())


def _index(count: int) -> Iterator[str]:
    yield f"<sitemapindex {_SITEMAP}>"
    for part in range(1, -(-count // SITEMAP_LENGTH) + 1):
        yield f"<sitemap><loc>{escape(site().public.path('sitemap.xml', part=part))}</loc></sitemap>"
    yield "</sitemapindex>"


def _pages(part: int) -> Iterator[str]:
    public, languages = site().public, site().settings.language_codes()
    yield f'<urlset {_SITEMAP} xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    for path, modified in islice(_entries(), (part - 1) * SITEMAP_LENGTH, part * SITEMAP_LENGTH):
        twins = [
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(public.path(code, *path))}"/>' for code in languages
        ]
        last = f"<lastmod>{modified}</lastmod>" if modified else ""
        yield f"<url><loc>{escape(public.path(*path))}</loc>{last}{''.join(twins)}</url>"
    yield "</urlset>"


def _entries() -> Iterator[tuple[tuple[str, ...], str]]:
    """The path of every page that search engines should know, in segments, and when it changed, where that is known."""
    store, samples = site().store, site().settings.samples_in_feed
    yield from ((("dataset", each.id), each.modified) for each in every(store, samples=samples))
    for kind in ("schema", "codelist"):
        yield from (((kind, each.address.removeprefix(f"{kind}/")), each.modified) for each in _addresses(kind, samples=samples))
    yield from ((("standard", each), "") for each in shipped.editions().names())
    yield from ((("standard", each, "coverage"), "") for each in shipped.editions().names())
    yield from ((("codelist", each), "") for each in shipped.vocabulary().names())
    yield ("standards",), ""
    yield ("help",), ""
    yield ("areas",), ""
    yield from ((("area", each.code), each.modified) for each in store.areas.counts(samples=samples))
    yield ("api",), ""


def _addresses(kind: str, *, samples: bool) -> Iterator[Address]:
    """Every flat address of a kind, read a thousand at a time."""
    after = ""
    while found := site().store.addresses(kind, after=after, limit=LIMIT.maximum, samples=samples):
        yield from found
        after = found[-1].address


@blueprint.get("/healthz")
def healthz() -> Response:
    """Well while this process answers at all: where it does not, it should be started again."""
    return answer(content_of(b"ok\n"), media.TEXT.content_type, Manners(cache=NEVER))


@blueprint.get("/readyz")
def readyz() -> Response:
    """Ready while requests should be sent here; why not, stands in the log alone."""
    reason = _unready()
    if not reason:
        return answer(content_of(b"ready\n"), media.TEXT.content_type, Manners(cache=NEVER))
    log.warning("not ready: %s", reason)
    response = Response(b"not ready\n", HTTPStatus.SERVICE_UNAVAILABLE, content_type=media.TEXT.content_type)
    response.headers.update({"Cache-Control": NEVER, "Retry-After": "5"})
    return response


def _unready() -> str:
    """Why this process should be sent nothing; "" where it may."""
    here = site()
    if current_app.extensions.get(STOPPING, bool)():
        return "stopping"
    try:
        if here.store.meta(RENDERED_FOR) != edition(here.settings):
            return "rendered for other settings"
        here.store.files.size(_NO_FILE)
    except StoreError as error:
        return f"{error.code} {error.details}"
    return ""
