"""Markdown of strangers as HTML that can do no harm: raw HTML is shown as text, what remains passes a list of allowed tags.

Both are needed: the renderer with ``html=False`` keeps markup out, the sanitiser keeps out what a renderer lets through.
"""

import posixpath
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

LONGEST = 20_000
"""Characters that are rendered; the rest is left out, and said so (nested brackets cost more than linear time)."""

_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "div": {"class", "tabindex"}}
_SCHEMES = {"http", "https", "mailto"}
_HEADING = re.compile(r"h([1-6])")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
Resolve = Callable[[str], str]


def render(text: str, *, below: int = 2, base: str = "", known: frozenset[str] = frozenset()) -> Markup:
    """Markdown as safe HTML, its headings put below a heading of level ``below``.

    A relative link to one of the ``known`` files of the package leads to it under ``base``; other relative links are
    no links any more.
    """
    return _render(text[:LONGEST], below, base, known)


@lru_cache(maxsize=256)
def _render(text: str, below: int, base: str, known: frozenset[str]) -> Markup:
    tokens = _PARSER.parse(text)
    for token in tokens:
        if found := _HEADING.fullmatch(token.tag):
            token.tag = f"h{min(6, int(found.group(1)) + below)}"
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")

    def kept(tag: str, attribute: str, value: str) -> str | None:
        return _target(value, base, known) if (tag, attribute) == ("a", "href") else value

    return Markup(  # noqa: S704  sanitised by nh3 in the same expression
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=kept,
            url_schemes=_SCHEMES,
            link_rel="noopener nofollow",
        )
    )


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """Markdown as one line of plain text, for excerpts."""
    inline = (token for token in _PARSER.parse(text[:LONGEST]) if token.type == "inline")
    words = ("".join(_said(child) for child in token.children or ()) for token in inline)
    return " ".join(" ".join(words).split())


def _said(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content


def _target(href: str, base: str, known: frozenset[str]) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme:
        return href
    path = posixpath.normpath(unquote(parts.path)) if parts.path and not parts.netloc else ""
    return base + quote(path) if path in known and base else None
