"""How to cite a version of a dataset: a sentence in both languages, BibTeX and CSL-JSON.

The answer follows from the version alone, so that it stays the same for ever; the day on which somebody read the data stands in
it only where the request gives that day (``accessed``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import Blueprint, Response, g

from catalog import media, words
from catalog.dcat import cleaning
from catalog.media import Format
from catalog.messages.wording import _
from catalog.model import Publication, Text
from catalog.web import signposts
from catalog.web.parameters import Integer, Parameter, takes
from catalog.web.records import record
from catalog.web.responses import Link, Manners, answer, json_bytes, remembered
from catalog.web.shaping import TIME_ZONE
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("citing", __name__)

VERSION = Integer("version", 1, 999_999_999)
_AUTHORS = 20
_IN_BIBTEX: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: f"\\{each}" for each in "#$%&_"},
}
"""BibTeX counts braces even behind a backslash, so that a lone one has to be written by its name."""
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


@dataclass(frozen=True, slots=True)
class Day(Parameter):
    """A date in ISO 8601."""

    def read(self, text: str) -> date:
        """The date; only as YYYY-MM-DD, of the several forms that ISO 8601 knows."""
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What one looks like."""
        return "parameter-not-day", {}


ACCESSED = Day("accessed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a citation says. ``licence`` is empty where the package states none; ``accessed`` None where nobody gave it."""

    dataset: str
    version: int
    title: Text
    authors: tuple[Text, ...]
    publisher: Text
    issued: date
    licence: str
    address: str
    accessed: date | None = None

    def sentence(self) -> Text:
        """The whole as one text."""
        return Text(ja=self._sentence("ja"), en=self._sentence("en"))

    def _sentence(self, language: str) -> str:
        between = "・" if language == "ja" else ", "
        told = said(
            _("%(authors)s. “%(title)s”, version %(version)s (%(day)s). %(publisher)s. %(licence)s%(address)s%(accessed)s"),
            authors=between.join(each.within(language) for each in self.authors),
            title=self.title.within(language),
            version=self.version,
            day=_day(self.issued, language),
            publisher=self.publisher.within(language),
            licence=said(_("%(licence)s. "), licence=self.licence) if self.licence else "",
            address=self.address,
            accessed=said(_(" (accessed %(day)s)"), day=_day(self.accessed, language)) if self.accessed else "",
        )
        return told.within(language)

    def bibtex(self) -> str:
        """An entry that BibTeX, pBibTeX, upBibTeX and biber read: Japanese as it is (UTF-8), markup escaped."""
        fields = {
            "author": " and ".join(f"{{{_bibtex(each.within('ja'))}}}" for each in self.authors),
            "title": f"{{{_bibtex(self.title.within('ja'))}}}",
            "version": str(self.version),
            "year": str(self.issued.year),
            "month": str(self.issued.month),
            "date": self.issued.isoformat(),
            "publisher": f"{{{_bibtex(self.publisher.within('ja'))}}}",
            "url": self.address.translate(_IN_ADDRESS),
            "urldate": self.accessed.isoformat() if self.accessed else "",
            "note": _bibtex(self.licence),
            "langid": "japanese" if self.title.language("ja") == "ja" else "english",
        }
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        return f"@misc{{{self.dataset}-v{self.version},\n{body}}}\n"

    def csl(self) -> dict[str, Any]:
        """The item as citation managers exchange it (CSL-JSON 1.0.2)."""
        item: dict[str, Any] = {
            "id": f"{self.dataset}-v{self.version}",
            "type": "dataset",
            "title": self.title.within("ja"),
            "author": [{"literal": each.within("ja")} for each in self.authors],
            "publisher": self.publisher.within("ja"),
            "version": str(self.version),
            "issued": _parts(self.issued),
            "URL": self.address,
            "language": self.title.language("ja"),
        }
        return (
            item
            | ({"note": self.licence} if self.licence else {})
            | ({"accessed": _parts(self.accessed)} if self.accessed else {})
        )


def _day(value: date, language: str) -> str:
    return str(format_date(value, "long", locale=language))


def _parts(value: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[value.year, value.month, value.day]]}


def _bibtex(text: str) -> str:
    return "".join(_IN_BIBTEX.get(each, each) for each in text)


def citation_of(publication: Publication, accessed: date | None = None) -> Citation:
    """How to cite a version. Its author is who made the data, the publisher where nobody is named."""
    title = words.sample(publication.package.title) if publication.package.sample else publication.package.title
    licences = (each.name or each.title or each.path for each in publication.package.licenses)
    return Citation(
        dataset=publication.id,
        version=publication.version,
        title=_line(title),
        authors=tuple(_line(each.name) for each in record(publication).creators[:_AUTHORS]),
        publisher=_line(site().title),
        issued=datetime.fromisoformat(publication.modified).astimezone(TIME_ZONE).date(),
        licence=", ".join(cleaning.line(each) for each in licences),
        address=site().public.dataset(publication.id),
        accessed=accessed,
    )


def _line(text: Text) -> Text:
    return Text(ja=cleaning.line(text.ja), en=cleaning.line(text.en))


@blueprint.app_template_global("citation_of")
def _of_page(dataset: str, version: int) -> dict[str, str]:
    """The citation as the page of a version shows it."""
    found = citation_of(site().store.publication(dataset, version))
    sentence = found.sentence()
    return {"ja": sentence.ja, "en": sentence.en, "bibtex": found.bibtex()}


@blueprint.get("/dataset/<slug:dataset>/citation.<any(txt, bib, json):suffix>")
@takes(VERSION, ACCESSED)
def citation(dataset: str, suffix: str) -> Response:
    """How to cite the latest version, or the one that ``version`` names."""
    store, version = site().store, g.asked.get(VERSION.name)
    publication = store.publication(dataset, version) if version else store.latest(dataset)
    accessed = g.asked.get(ACCESSED.name)
    format_ = {"txt": media.TEXT, "bib": media.BIBTEX, "json": media.CSL}[suffix]
    content = remembered(
        lambda: _written(citation_of(publication, accessed), format_), "citation", publication.version, accessed, suffix
    )
    lasting = site().local.citation(dataset, f".{suffix}", version=publication.version)
    links = (Link(site().public.dataset(dataset), "describes"), *signposts.licenses(publication))
    return answer(content, format_.content_type, Manners(links=links, location="" if version or accessed else lasting))


def _written(found: Citation, format_: Format) -> bytes:
    if format_ is media.BIBTEX:
        return found.bibtex().encode()
    if format_ is media.CSL:
        return json_bytes([found.csl()])
    sentence = found.sentence()
    return f"{sentence.ja}\n\n{sentence.en}\n".encode()
