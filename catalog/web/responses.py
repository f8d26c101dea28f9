"""Answers with their HTTP manners: strong ETags of content, conditions, compression, caching, links (RFC 9110, 9111, 8288)."""

import hashlib
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Literal, Protocol
from urllib.parse import quote

from flask import Response, render_template, request
from werkzeug.exceptions import PreconditionFailed

from catalog.dcat.packing import gzipped, zstd
from catalog.media import HTML
from catalog.web.embedding import embedded
from catalog.web.negotiation import language
from catalog.web.site import site

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
NEVER = "no-store"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_EMBEDDED_POLICY = _POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_EXPOSED = (
    "Accept-Ranges, Catalog-Count, Catalog-Join, Content-Disposition, Content-Length, Content-Location, Content-Range, ETag, "
    "Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _EXPOSED,
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-Match, If-Modified-Since, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the Link header. ``target`` is absolute; ``type`` the media type behind it, where it is known."""

    target: str
    rel: str
    type: str = ""

    def __str__(self) -> str:
        target = quote(self.target, safe="/:?#[]@!$&'()*+,;=%-._~")
        return f'<{target}>; rel="{self.rel}"' + (f'; type="{self.type}"' if self.type else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How an answer may be kept and what it hangs together with. ``vary`` names the request headers that chose it."""

    cache: str = REVALIDATE
    vary: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    modified: str = ""
    location: str = ""


class Body(Protocol):
    """Some content in its codings. A ``store.Document`` is one, with a compressed form ready."""

    @property
    def body(self) -> bytes:
        """The plain bytes."""
        ...

    @property
    def compressed(self) -> bytes:
        """The same as gzip (RFC 1952)."""
        ...

    @property
    def zstd(self) -> bytes:
        """The same as Zstandard (RFC 8878)."""
        ...

    @property
    def etag(self) -> str:
        """The SHA-256 of ``body``."""
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that have just been made. Known by their ETag, so that the cache of compressed ones need not look at them."""

    etag: str
    body: bytes = field(compare=False)

    @property
    def compressed(self) -> bytes:
        """Compressed once for as long as it is asked for."""
        return _compressed(self)

    @property
    def zstd(self) -> bytes:
        """The same as Zstandard, compressed once too."""
        return _zstd(self)


@lru_cache(maxsize=128)
def _compressed(content: Content) -> bytes:
    return gzipped(content.body)


@lru_cache(maxsize=128)
def _zstd(content: Content) -> bytes:
    return zstd(content.body)


def content_of(body: bytes) -> Content:
    """Bytes with their strong validator: their SHA-256."""
    return Content(hashlib.sha256(body).hexdigest(), body)


def answer(body: Body, content_type: str, manners: Manners, *, compressible: bool = True) -> Response:
    """Some content as an answer: compressed as the client takes it, 304 where it has it already.

    ``compressible`` is False for what is compressed by its own format. Raises PreconditionFailed by If-Match.
    """
    response = Response(content_type=content_type)
    asked = coding() if compressible else ""
    dress(response, manners, f"{body.etag}-{asked}" if asked else body.etag)
    if compressible:
        response.vary.add("Accept-Encoding")
    if asked:
        response.headers["Content-Encoding"] = asked
    if meet_conditions(response).status_code != HTTPStatus.NOT_MODIFIED:
        response.set_data(_coded(body, asked))
    return response


def coding() -> Literal["", "gzip", "zstd"]:
    """The content coding of the answer (RFC 9110, 12.5.3): Zstandard where it is named and liked no less than gzip."""
    accepted = request.accept_encodings
    named = max((quality for name, quality in accepted if name.lower() == "zstd"), default=0)
    if named and named >= accepted["gzip"]:
        return "zstd"
    return "gzip" if accepted["gzip"] > 0 else ""


def _coded(body: Body, asked: Literal["", "gzip", "zstd"]) -> bytes:
    if asked == "zstd":
        return body.zstd
    return body.compressed if asked == "gzip" else body.body


def dress(response: Response, manners: Manners, etag: str) -> None:
    """Put the headers of ``manners`` on a response."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = manners.cache
    response.vary.update(manners.vary)
    if manners.links:
        response.headers["Link"] = ", ".join(map(str, manners.links))
    if manners.location:
        response.headers["Content-Location"] = manners.location
    if manners.modified:
        response.last_modified = datetime.fromisoformat(manners.modified)


def meet_conditions(response: Response) -> Response:
    """Answer If-None-Match and If-Modified-Since by 304. Raises PreconditionFailed where If-Match fails."""
    response.make_conditional(request)
    if response.status_code == PreconditionFailed.code:
        response.close()
        raise PreconditionFailed
    return response


@dataclass(frozen=True, slots=True)
class _Making:
    """What is asked for, and how it is made where it is not remembered."""

    parts: tuple[Hashable, ...]
    make: Callable[[], bytes] = field(compare=False)


def remembered(make: Callable[[], bytes], *parts: Hashable) -> Content:
    """What ``make`` gives, made once. It must follow from ``parts``, the path, the reader's language and embedding alone."""
    return _remembered(_Making((site(), request.path, language(), embedded(), *parts), make))


@lru_cache(maxsize=128)
def _remembered(making: _Making) -> Content:
    return content_of(making.make())


def html(template: str, **values: Any) -> bytes:
    """A page in the reader's language."""
    return render_template(template, **values).encode()


def page(content: Content | bytes, manners: Manners | None = None) -> Response:
    """A page as an answer."""
    body = content_of(content) if isinstance(content, bytes) else content
    response = answer(body, HTML.content_type, manners or Manners(vary=("Accept-Language",)))
    response.headers["Content-Language"] = language()
    if embedded():
        response.headers["Content-Security-Policy"] = _EMBEDDED_POLICY
    return response


def allow_images(response: Response, origin: str) -> None:
    """Let a page show pictures of one more origin."""
    policy = response.headers.get("Content-Security-Policy", _POLICY)
    response.headers["Content-Security-Policy"] = policy.replace("img-src 'self'", f"img-src 'self' {origin}")


def json_bytes(value: Any) -> bytes:
    """A JSON value as UTF-8 with one line break at its end."""
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def secure(response: Response) -> Response:
    """The headers that every answer has; an answer that has set its own policy keeps it."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS":
        for name, value in _PREFLIGHT.items():
            response.headers.setdefault(name, value)
    return response
