"""How to put one of our pages into another page: an iframe, and the same for those who ask for it by oEmbed 1.0."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import quoteattr

from flask import Blueprint, Response, g

from catalog import media
from catalog.errors import Finding, NotFound
from catalog.web import definitions, presenting
from catalog.web.embedding import EMBED
from catalog.web.negotiation import bare_path, fixed_language, language
from catalog.web.parameters import BadQuery, Choice, Integer, Parameter, takes
from catalog.web.presenting import Shown
from catalog.web.responses import Manners, answer, content_of, json_bytes
from catalog.web.site import site

blueprint = Blueprint("oembed", __name__)

WIDTH, HEIGHT = 800, 600
_LONGEST = 4_000
_KEPT = 86_400
_DEFINITIONS = {"schema": "table", "field": "field", "codelist": "codelist"}
"""Kinds of definitions that can be embedded, each with the value of its page that has the title."""


@dataclass(frozen=True, slots=True)
class Page(Parameter):
    """The address of a page of this catalogue."""

    def read(self, text: str) -> str:
        """The path below the base URL, percent-decoded, without query."""
        parts, base = urlsplit(text), urlsplit(site().public.base_url)
        own = (parts.scheme in ("http", "https"), parts.netloc, parts.path.startswith(base.path + "/"))
        if len(text) > _LONGEST or own != (True, base.netloc, True):
            raise ValueError(text)
        return unquote(parts.path.removeprefix(base.path), errors="strict")

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """How our addresses begin."""
        return "parameter-not-address", {"expected": site().public.home()}


URL = Page("url")
FORMAT = Choice("format", ("json",))
MAX_WIDTH = Integer("maxwidth", 1, 100_000)
MAX_HEIGHT = Integer("maxheight", 1, 100_000)


@blueprint.get("/oembed")
@takes(URL, FORMAT, MAX_WIDTH, MAX_HEIGHT)
def oembed() -> Response:
    """How to embed the page at ``url``. NotFound where no page of ours that can be embedded stands there."""
    if URL.name not in g.asked:
        raise BadQuery([Finding(code="parameter-missing", details={"parameter": URL.name, "expected": site().public.home()})])
    path = g.asked[URL.name]
    fixed = next((each for each in site().settings.language_codes() if path.startswith(f"/{each}/")), "")
    reader = fixed or language()
    kind, _, rest = path.removeprefix(f"/{fixed}" if fixed else "").removeprefix("/").partition("/")
    title = _title(kind, rest)
    width, height = min(WIDTH, g.asked.get(MAX_WIDTH.name, WIDTH)), min(HEIGHT, g.asked.get(MAX_HEIGHT.name, HEIGHT))
    shown: Shown = {
        "type": "rich",
        "version": "1.0",
        "title": shown_title(title, reader),
        "provider_name": site().title.within(reader),
        "provider_url": site().public.home(),
        "cache_age": _KEPT,
        "html": iframe(site().public.path(*filter(None, (fixed, kind, rest))), shown_title(title, reader), width, height),
        "width": width,
        "height": height,
    }
    if kind == "dataset" and _fits(g.asked):
        picture = site().public.path(*filter(None, (fixed, "dataset", rest, "card.png")))
        shown |= {"thumbnail_url": picture, "thumbnail_width": 1200, "thumbnail_height": 630}
    manners = Manners(vary=("Accept-Language",))
    return answer(content_of(json_bytes(shown)), media.OEMBED.media_type, manners)


def _fits(asked: Mapping[str, int]) -> bool:
    """Whether the card keeps to the sizes that were asked for; oEmbed wants a thumbnail within them."""
    return asked.get(MAX_WIDTH.name, 1200) >= 1200 and asked.get(MAX_HEIGHT.name, 630) >= 630  # noqa: PLR2004  the card's size


def shown_title(title: Mapping[str, str], reader: str) -> str:
    """A title in the reader's language, else in the other."""
    return title[reader] or title["ja"] or title["en"]


def _title(kind: str, rest: str) -> Mapping[str, str]:
    """The title of a page that can be embedded. NotFound("embed-unknown"); Withdrawn."""
    if kind == "dataset" and "/" not in rest and "." not in rest:
        title: Mapping[str, str] = presenting.title_of(site().store.latest(rest).package)
        return title
    if kind not in _DEFINITIONS:
        raise NotFound("embed-unknown")
    shown = definitions.thing_of(kind, rest).values()[_DEFINITIONS[kind]]
    found: Mapping[str, str] = shown["title"]
    return found if any(found.values()) else {"ja": shown["name"], "en": shown["name"]}


def iframe(address: str, title: str, width: int, height: int) -> str:
    """The markup that shows a page within another one. It may open links in windows of their own, and nothing else."""
    source = f"{address}?{EMBED.name}=1"
    return (
        f'<iframe src={quoteattr(source)} title={quoteattr(title)} width="{width}" height="{height}" loading="lazy"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox" style="border:0;max-width:100%"></iframe>'
    )


@blueprint.app_template_global("oembed_address")
def address() -> str:
    """Where a program learns how to embed the page of the current request."""
    fixed, path = fixed_language(), bare_path()
    page = site().public.path(*filter(None, (fixed, *path.strip("/").split("/"))))
    return site().public.oembed(url=page, format="json")


@blueprint.app_template_global("iframe")
def of_page(dataset: str, title: Mapping[str, str]) -> str:
    """The markup for the page of a dataset, in the language that the reader has before them."""
    return iframe(site().public.path(language(), "dataset", dataset), shown_title(title, language()), WIDTH, HEIGHT)
