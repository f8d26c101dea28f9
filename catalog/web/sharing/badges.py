"""The badge: a small picture that says that a dataset was validated, and when, for pages and READMEs elsewhere.

Its text keeps to the width that is worked out for it (``textLength``), whatever face the reader's machine has.
"""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response

from catalog import media, words
from catalog.dcat import cleaning
from catalog.measuring import width
from catalog.messages.wording import _
from catalog.model import Publication
from catalog.web import presenting
from catalog.web.negotiation import language
from catalog.web.responses import Link, Manners, answer, remembered
from catalog.web.shaping import TIME_ZONE
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("badges", __name__)

_SIZE = 11
_HEIGHT = 22
_PAD = 7
_LABEL_COLOUR, _GOOD, _BAD = "#3b464d", "#1b6b3a", "#a4161a"
"""White on each has a contrast of at least 6 to 1."""
_FACES = "Verdana, 'Hiragino Sans', 'Yu Gothic UI', Meiryo, 'Noto Sans JP', 'Noto Sans CJK JP', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two fields of the badge."""

    text: str
    colour: str
    width: float
    left: float = 0

    @classmethod
    def of(cls, text: str, colour: str, left: float = 0) -> "Half":
        """As wide as its text."""
        return cls(text, colour, round(width(text) * _SIZE) + 2 * _PAD, left)

    def drawn(self) -> str:
        """The field with its text in the middle."""
        middle, length = self.left + self.width / 2, self.width - 2 * _PAD
        return (
            f'<rect x="{self.left:g}" width="{self.width:g}" height="{_HEIGHT}" fill="{self.colour}"/>'
            f'<text x="{middle:g}" y="15" textLength="{length:g}" lengthAdjust="spacingAndGlyphs">{escape(self.text)}</text>'
        )


@blueprint.get("/dataset/<slug:dataset>/badge.svg")
def badge(dataset: str) -> Response:
    """The badge of the latest version."""
    publication = site().store.latest(dataset)
    content = remembered(lambda: _drawn(publication), "badge", publication.version)
    manners = Manners(vary=("Accept-Language",), links=(Link(site().public.dataset(dataset), "describes"),))
    response = answer(content, media.SVG.content_type, manners)
    response.headers["Content-Language"] = language()
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _drawn(publication: Publication) -> bytes:
    valid = bool(publication.report.get("valid"))
    day = datetime.fromisoformat(publication.modified).astimezone(TIME_ZONE).date().isoformat()
    about = said(_("Data validation"))
    label = (words.sample(about) if publication.package.sample else about).within(language())
    verdict = said(_verdict(publication)).within(language())
    left = Half.of(label, _LABEL_COLOUR)
    colour = _LABEL_COLOUR if not publication.report else _GOOD if valid else _BAD
    right = Half.of(f"{verdict} {day}", colour, left.width)
    title = presenting.title_of(publication.package)
    name = cleaning.line(title[language()] or title["ja"] or title["en"])
    said_whole = said(
        _("%(title)s, version %(version)s: %(verdict)s (%(day)s)"),
        title=name,
        version=publication.version,
        verdict=verdict,
        day=day,
    ).within(language())
    whole = left.width + right.width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}" height="{_HEIGHT}" viewBox="0 0 {whole:g} {_HEIGHT}"'
        f' role="img" aria-label={quoteattr(said_whole)} xml:lang="{language()}">'
        f"<title>{escape(said_whole)}</title>"
        f'<clipPath id="round"><rect width="{whole:g}" height="{_HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#round)" fill="#fff" text-anchor="middle" font-family="{_FACES}" font-size="{_SIZE}">'
        f"{left.drawn()}{right.drawn()}</g></svg>\n"
    ).encode()


def _verdict(publication: Publication) -> str:
    """What validation says; of what was collected there may be a description only."""
    if not publication.report:
        return _("Description only")
    return _("Valid") if publication.report.get("valid") else _("Has errors")
