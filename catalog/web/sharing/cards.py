"""The share card: the picture that others show where somebody shares the page of a dataset (Open Graph, 1200 x 630).

It is drawn as SVG and made a PNG on the server, for few who show such pictures take SVG. The letters come with a package of
ours, Noto Sans JP: what fonts a machine has does not matter, and the same card has the same bytes everywhere.
"""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

import pylopdf_fonts_jp
import resvg_py
from flask import Blueprint, Response, g

from catalog import media, words
from catalog.dcat import cleaning
from catalog.download import Cache, cache_of
from catalog.measuring import lines, shortened, width
from catalog.messages.wording import _
from catalog.model import Publication, Text
from catalog.web.negotiation import language
from catalog.web.parameters import takes
from catalog.web.responses import Manners, answer, remembered
from catalog.web.shaping import TIME_ZONE, number
from catalog.web.sharing.citing import VERSION
from catalog.web.site import Site, site
from catalog.words import said

blueprint = Blueprint("cards", __name__)

WIDTH, HEIGHT = 1200, 630
_EDGE = 72
_ROOM = WIDTH - 2 * _EDGE
_TITLES = ((72, 2), (60, 3), (48, 4))
"""Sizes of the title with the most lines of each: the first that holds the whole of it."""
_TOP, _TITLE_ROOM = 190, 250
_GROUND, _INK, _QUIET, _STRONG, _GOOD, _BAD, _NOTE, _NOTE_GROUND, _PANEL = (
    "#ffffff", "#1b2226", "#4d5a62", "#0b5394", "#1b6b3a", "#a4161a", "#7a4b00", "#fff6e0", "#f3f6f8",
)  # fmt: skip
_FAMILY = "Noto Sans JP"
_DRAWING = 1
"""Changes when the same SVG is drawn in another way."""


@blueprint.get("/dataset/<slug:dataset>/card.png")
@takes(VERSION)
def card(dataset: str) -> Response:
    """The card of the latest version, or of the one that ``version`` names."""
    store, version = site().store, g.asked.get(VERSION.name)
    publication = store.publication(dataset, version) if version else store.latest(dataset)
    content = remembered(lambda: drawn(publication), "card", publication.version)
    response = answer(content, media.PNG.content_type, Manners(vary=("Accept-Language",)), compressible=False)
    response.headers["Content-Language"] = language()
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.app_template_global("described")
def description(dataset: str, version: int) -> str:
    """What stands under the title where the page is shared: who publishes it, how much there is, under which licence."""
    publication = site().store.publication(dataset, version)
    parts = [_publisher(publication).within(language()), *_figures(publication), *_licences(publication)]
    return (" · " if language() == "en" else "・").join(filter(None, parts))


def drawn(publication: Publication) -> bytes:
    """The card as PNG, in the reader's language: drawn once, and kept by what is on it."""
    picture = svg(publication)
    key = hashlib.sha256(f"{_DRAWING}\n{picture}".encode()).hexdigest()
    with _cache(site()).open(key, lambda path: _draw(picture, path)) as file:
        return file.read()


@lru_cache(maxsize=8)
def _cache(here: Site) -> Cache:
    return cache_of(here.settings, "cards")


def _draw(picture: str, path: Path) -> None:
    drawing = resvg_py.svg_to_bytes(
        svg_string=picture,
        skip_system_fonts=True,
        font_files=[str(pylopdf_fonts_jp.sans_path())],
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )
    path.write_bytes(drawing)


def svg(publication: Publication) -> str:
    """The card as SVG."""
    package, reader = publication.package, language()
    title = words.sample(package.title) if package.sample else package.title
    size, rows = _fitted(cleaning.line(title.within(reader)))
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_GROUND}"/><rect width="24" height="{HEIGHT}" fill="{_STRONG}"/>'
    catalogue = shortened(cleaning.line(site().title.within(reader)), _ROOM / 30)
    first = _TOP + size * 0.9 + max(0, (_TITLE_ROOM - len(rows) * size * 1.3) / 2)
    parts = [
        ground,
        _text(_EDGE, 106, 30, catalogue, fill=_STRONG, bold=0.7),
        *(_text(_EDGE, first + place * size * 1.3, size, row, bold=size / 45) for place, row in enumerate(rows)),
        _text(_EDGE, 500, 32, shortened(_publisher(publication).within(reader), _ROOM / 32), fill=_QUIET),
        _chips(publication),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="{_FAMILY}" xml:lang="{title.language(reader)}">{"".join(parts)}</svg>'
    )


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest size in which the whole title can be told, and its lines; of a very long one, what fits."""
    for size, most in _TITLES:
        rows = lines(title, _ROOM / size, most + 1)
        if len(rows) <= most:
            return size, rows
    size, most = _TITLES[-1]
    return size, lines(title, _ROOM / size, most)


def _text(x: float, y: float, size: float, text: str, *, fill: str = _INK, bold: float = 0) -> str:
    """One line of text. The face has one weight; a stroke of its own colour makes it bolder."""
    stroke = f' stroke="{fill}" stroke-width="{bold:g}"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}"{stroke}>{escape(text)}</text>'


def _publisher(publication: Publication) -> Text:
    name = publication.publisher.name if publication.package.publisher else site().operator.name
    return Text(ja=cleaning.line(name.ja), en=cleaning.line(name.en))


def _figures(publication: Publication) -> list[str]:
    """How much there is."""
    tables = publication.package.tables()
    if not tables:
        return []
    rows = sum(publication.rows.get(each.name, 0) for each in tables)
    return [said(_("Tables: %(tables)s, rows: %(rows)s"), tables=number(len(tables)), rows=number(rows)).within(language())]


def _licences(publication: Publication) -> list[str]:
    names = (cleaning.line(each.name or each.title) for each in publication.package.licenses)
    return [each for each in names if each][:1]


def _chips(publication: Publication) -> str:
    """What is worth knowing before a click, each in a frame of its own; as many as there is room for."""
    valid = bool(publication.report.get("valid"))
    day = datetime.fromisoformat(publication.modified).astimezone(TIME_ZONE).date().isoformat()
    verdict = ("✓ " if valid else "") + said(_("Valid") if valid else _("Has errors")).within(language())
    version = said(_("Version %(number)s"), number=publication.version).within(language())
    chips = [(f"{verdict} {day}", _GOOD if valid else _BAD, _PANEL), (version, _INK, _PANEL)]
    if publication.package.sample:
        chips.insert(0, (said(_("Sample: made-up data")).within(language()), _NOTE, _NOTE_GROUND))
    chips += [(each, _INK, _PANEL) for each in (*_figures(publication), *_licences(publication))]
    drawn, left = [], float(_EDGE)
    for text, ink, ground in chips:
        room = width(text) * 26 + 44
        if left + room <= WIDTH - _EDGE:
            drawn.append(
                f'<rect x="{left:g}" y="536" width="{room:g}" height="54" rx="27" fill="{ground}" stroke="#c3ccd2"/>'
                + _text(left + 22, 572, 26, text, fill=ink)
            )
            left += room + 14
    return "".join(drawn)
