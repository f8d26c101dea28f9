"""What a view that takes a body needs: a limit of its own, and to know that the form was ours.

Every other view takes none. There are no cookies and no logins, so what a foreign page could make a browser send has no
right that its sender lacks; it is refused all the same, for it would work our processors on somebody else's behalf.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge

from catalog.settings import Settings
from catalog.web.site import site

MAX_BODY = 16_000
"""Bytes of a body that nobody reads; a longer one is refused before it is taken."""
MAX_TEXTS = 64_000
"""Bytes that a form with a file may have besides it."""
MAX_PARTS = 40

_OWN = frozenset({"same-origin", "none"})
_View = TypeVar("_View", bound=Callable[..., Any])


def takes_file(largest: Callable[[Settings], int]) -> Callable[[_View], _View]:
    """Decorate a view that takes a form with a file; ``largest`` tells the most bytes of that file."""

    def mark(view: _View) -> _View:
        view.__dict__["largest"] = largest
        return view

    return mark


def takes_a_body(view: Callable[..., Any] | None) -> bool:
    """Whether the current request brings a view a file."""
    return view is not None and "largest" in vars(view) and request.method in {"POST", "PUT"}


def check_body(view: Callable[..., Any] | None) -> None:
    """Limit the body of the current request by what its view takes. Raises RequestEntityTooLarge, Forbidden."""
    most = MAX_BODY
    if view is not None and takes_a_body(view):
        refuse_other_sites()
        most = vars(view)["largest"](site().settings) + MAX_TEXTS
        request.max_form_parts = MAX_PARTS
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge


def refuse_other_sites() -> None:
    """Refuse a form that another site made a browser send. Programs that are no browsers send neither header.

    Fetch Metadata (W3C) where the browser knows it, else Origin (RFC 6454) against what we are called.
    """
    fetched = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetched in _OWN or (fetched is None and origin is None):
        return
    if fetched is None and origin in (_origin(site().settings.public_url()), _origin(request.host_url)):
        return
    raise Forbidden


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
