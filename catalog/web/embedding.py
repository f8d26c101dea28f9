"""Pages within pages of others: ``?embed=1`` leaves out our frame around a page, and lets any site frame it.

Only views that are decorated may be framed, and only when they are asked for so: every other answer forbids it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request

from catalog.errors import Finding
from catalog.web import parameters
from catalog.web.parameters import BadQuery, Choice

EMBED = Choice("embed", ("1",))
_View = TypeVar("_View", bound=Callable[..., Any])


def embeddable(view: _View) -> _View:
    """Decorate a view whose page others may embed; stands above its ``takes``."""
    return parameters.takes(*parameters.of_view(view), EMBED)(view)


def embedded() -> bool:
    """Whether the current request is for a page to be shown within another one."""
    return EMBED.name in g.get("asked", {})


def may_be_embedded(endpoint: str | None = None) -> bool:
    """Whether the page of an endpoint (that of the current request) may be embedded."""
    view = current_app.view_functions.get(endpoint or request.endpoint or "")
    return view is not None and EMBED in parameters.of_view(view)


def refuse_if_embedded() -> None:
    """BadQuery where a document for machines is asked for in the form that is shown within pages."""
    if embedded():
        raise BadQuery([Finding(code="embed-not-page", details={"parameter": EMBED.name})])
