"""Which format and which language a request wants: the address decides first, then its headers (RFC 9110, section 12)."""

import re
from collections.abc import Sequence

from flask import g, request
from werkzeug.datastructures import LanguageAccept, MIMEAccept

from catalog.media import HTML, Format
from catalog.web.embedding import embedded
from catalog.web.site import site

PROBLEM_TYPE = "application/problem+json"
VARY_FORMAT = ("Accept", "Accept-Language")
VARY_LANGUAGE = ("Accept-Language",)
_PREFIX = re.compile(r"/(ja|en)(?=/|$)")


def format_of(offers: Sequence[Format]) -> Format:
    """The offered format that Accept likes best; the first where it likes several alike, or none.

    Parameters of the client's types (``;charset=``, ``;profile=``) are left aside: we have one form of each type.
    What is embedded is always the page.
    """
    if embedded():
        return HTML
    by_type = {each.media_type: each for each in offers}
    return by_type[_accepted().best_match(by_type, default=offers[0].media_type)]


def prefers_html() -> bool:
    """Whether an error is better told as a page: only to those who ask for HTML more than for anything."""
    return _accepted().best_match([PROBLEM_TYPE, "application/json", HTML.media_type]) == HTML.media_type


def _accepted() -> MIMEAccept:
    return MIMEAccept([(value.partition(";")[0].strip(), quality) for value, quality in request.accept_mimetypes])


def fixed_language() -> str:
    """The language that the address fixes by its first segment, or ""."""
    found = _PREFIX.match(request.path)
    return found.group(1) if found and found.group(1) in site().settings.language_codes() else ""


def language() -> str:
    """The reader's language: by address, then by Accept-Language, then the catalogue's first."""
    found: str | None = g.get("language")  # asked for by every text of a page
    if found is None:
        found = g.language = fixed_language() or _preferred_language()
    return found


def _preferred_language() -> str:
    codes = site().settings.language_codes()
    accepted: LanguageAccept = request.accept_languages
    return accepted.best_match(codes, default=codes[0])


def bare_path() -> str:
    """The path without the language that it fixes: what the twins of a page share."""
    fixed = fixed_language()
    return (request.path[len(fixed) + 1 :] or "/") if fixed else request.path
