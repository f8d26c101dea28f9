"""What templates may ask for: the site, addresses, texts in the reader's language, numbers and times as people write them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, request

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat import authorities
from catalog.messages import tier, translations, where, word
from catalog.values import wareki_year
from catalog.web import markdown
from catalog.web.embedding import embedded, may_be_embedded
from catalog.web.negotiation import bare_path, fixed_language, language
from catalog.web.service import static_address
from catalog.web.site import site

TIME_ZONE = ZoneInfo("Asia/Tokyo")
"""Times are kept in UTC and shown in Japan's one zone, which the page names beside them."""
_UNITS = ("B", "kB", "MB", "GB", "TB")
_THOUSAND = 1000
_BRIEF: Mapping[str, int] = {"ja": 110, "en": 220}
"""Characters of a description where many are listed."""


def prepare(app: Flask) -> None:
    """Teach the templates of an application."""
    app.jinja_env.filters.update(within=within, size=size, number=number, day=day, era=era, moment=moment, ago=ago)
    app.jinja_env.filters.update(brief=brief, terms=terms)
    app.jinja_env.tests.update(linkable=linkable, japanese=japanese)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_common)
    _speak(app)


def _speak(app: Flask) -> None:
    """Texts of templates in the reader's language, looked up at once: Flask-Babel asks for the context of the request each time.

    A page of a dataset has several hundred of them.
    """

    def one(text: str) -> str:
        return translations(language()).gettext(text)

    def counted(singular: str, plural: str, count: int) -> str:
        return translations(language()).ngettext(singular, plural, count)

    app.jinja_env.install_gettext_callables(one, counted, newstyle=True)  # type: ignore[attr-defined]  # of the extension that Babel loads


def _common() -> dict[str, Any]:
    reader, here = language(), site()
    codes = here.settings.language_codes()
    local, fixed = here.local, fixed_language()
    return {
        "site": here,
        "language": reader,
        "other": "en" if reader == "ja" else "ja",
        "pages": Addresses(f"{local.base_url}/{fixed}") if fixed else local,
        "files": local,
        "twins": {each: twin(each) for each in codes},
        "public_twins": {each: twin(each, absolute=True) for each in codes},
        "public_path": here.public.base_url + quote(bare_path(), safe="/"),
        "here": quote(here.base_path + request.path, safe="/"),
        "static": static_address,
        "graphs": media.RDF,
        "embedded": embedded(),
        "embeddable": may_be_embedded(),
        "word": lambda finding: word(finding, reader),
        "where": lambda place: where(place, reader),
        "tier": lambda severity: tier(severity, reader),
    }


def twin(wanted: str, *, absolute: bool = False) -> str:
    """The address of this page in a language, with the same query."""
    base = site().public.base_url if absolute else site().base_path
    path = "" if bare_path() == "/" else quote(bare_path(), safe="/")
    query = quote(request.query_string, safe="=&%;,+:/-._~!$'()*@?")
    return f"{base}/{wanted}{path}" + (f"?{query}" if query else "")


def within(value: Mapping[str, str]) -> str:
    """A text in the reader's language, else in the other."""
    return value[language()] or value["en"] or value["ja"]


def terms(licence: Mapping[str, str]) -> str:
    """The name of a licence: as the publisher gives it, but in English for whoever does not read Japanese, where we know it."""
    known = authorities.license_named(licence["name"])
    if language() == "ja" or known is None or not japanese(licence["title"]):
        return licence["title"]
    return f"{known.title} ({licence['name']})"


def brief(value: Mapping[str, str]) -> Mapping[str, str]:
    """The beginning of a text that is Markdown, plain, in the language in which a reader sees it; the other is left empty."""
    reader = language()
    shown = reader if value[reader] else {"ja": "en", "en": "ja"}[reader]
    return {"ja": "", "en": ""} | {shown: _shortened(markdown.plain(value[shown]), _BRIEF[shown])}


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def size(count: int | None) -> str:
    """A number of bytes as people read it: 12.3 kB; a dash where it is not known."""
    if count is None:
        return "–"
    amount = float(count)
    for unit in _UNITS:
        if amount < _THOUSAND or unit == _UNITS[-1]:
            break
        amount /= _THOUSAND
    return f"{format_decimal(round(amount, 1) if unit != 'B' else count, locale=language())} {unit}"


def number(count: int | None) -> str:
    """A number with its groups of three; a dash where it is not known."""
    return "–" if count is None else _number(count, language())


def day(text: str) -> str:
    """An ISO 8601 date as people write it; what is no whole date (a year, a month) stays as it is."""
    return _day(text, language())


def moment(text: str) -> str:
    """An ISO 8601 time as people write it, in Japan's zone."""
    return _moment(text, language())


@lru_cache(maxsize=2048)  # a page has hundreds of numbers and times, most of them again and again
def _number(count: int, reader: str) -> str:
    return str(format_decimal(count, locale=reader))


@lru_cache(maxsize=2048)
def _day(text: str, reader: str) -> str:
    try:
        return str(format_date(date.fromisoformat(text), "long", locale=reader))
    except ValueError:
        return text


@lru_cache(maxsize=2048)
def _moment(text: str, reader: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(TIME_ZONE)
    return f"{format_date(local, 'long', locale=reader)} {format_time(local, 'H:mm', locale=reader)} JST"


def era(text: str) -> str:
    """The year of an ISO 8601 date or time in the Japanese calendar: for readers of Japanese, else ""; "" of no whole date."""
    if language() != "ja":
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return wareki_year((at.astimezone(TIME_ZONE) if at.tzinfo else at).date())


def ago(text: str) -> str:
    """How long ago an ISO 8601 time was: 3 hours."""
    at = datetime.fromisoformat(text)
    past = datetime.now(UTC) - (at if at.tzinfo else at.replace(tzinfo=UTC))
    return str(format_timedelta(max(past, timedelta()), granularity="minute", locale=language()))


def linkable(address: str) -> bool:
    """Whether an address that a package gives may become a link: only to the web, never a script."""
    return address.startswith(("http://", "https://"))


def japanese(text: str) -> bool:
    """Whether a text that is given in one language only has to be read out as Japanese: it has kana or kanji."""
    return any("\u3040" <= each <= "\u30ff" or "\u4e00" <= each <= "\u9fff" for each in text)
