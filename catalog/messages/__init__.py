"""The wording of facts in Japanese and English (gettext; the source language of the catalogue is English).

A fact carries a code and details; ``WORDINGS`` says, for each code, what is wrong and how to mend it.
Translation happens in ``word``, for the reader's language. Details that a fact lacks
show as "?", so that a wording can never raise.
"""

import gettext
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from catalog.errors import CatalogError, Finding, Place
from catalog.messages import (
    across,
    check,
    conforming,
    dcat,
    derivation,
    descriptor,
    downloads,
    harvest,
    judging,
    machines,
    query,
    revisions,
    search,
    settings,
    standards,
    stock,
    store,
    trust,
    union,
    views,
    vocabulary,
    web,
)
from catalog.messages.wording import Wording, _
from catalog.model import Text
from catalog.values import cell_name

LOCALES = Path(__file__).parent.parent / "locale"
DOMAIN = "messages"


_PARTS = (
    across,
    check,
    conforming,
    dcat,
    derivation,
    descriptor,
    downloads,
    harvest,
    judging,
    machines,
    query,
    search,
    settings,
    standards,
    stock,
    store,
    revisions,
    trust,
    union,
    views,
    vocabulary,
    web,
)
WORDINGS: dict[str, Wording] = {code: wording for part in _PARTS for code, wording in part.WORDINGS.items()}
_TIERS: dict[str, str] = {"error": _("Please mend"), "warning": _("Please check"), "note": _("Note")}


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The compiled texts of a language; English falls back to the texts in the code."""
    return gettext.translation(DOMAIN, LOCALES, [language], fallback=True)


def translate(text: str, language: str) -> str:
    """One marked text in ``language``."""
    return translations(language).gettext(text) if text else ""


class _Details(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def word(fact: Finding | CatalogError, language: str) -> str:
    """The fact as a sentence or two: what is wrong, then how to mend it."""
    wording = _wording(fact.code)
    if wording is None:
        return fact.details.get("message", fact.code)
    details = _Details(_within(fact.details, language))
    if isinstance(fact, Finding):
        details = _Details({"found": fact.found, "expected": fact.expected, **_parts(fact.place), **details})
    filled = [translate(each, language) % details for each in wording if each]
    return ("" if language == "ja" else " ").join(filled)


def _within(details: Mapping[str, str], language: str) -> dict[str, str]:
    """The details in one language: ``rule@ja`` and ``rule@en`` are the detail ``rule``, the others are the same in both."""
    parts = [(*name.partition("@"), value) for name, value in details.items()]
    return {name: value for name, _at, wanted, value in parts if wanted in ("", language)}


def _wording(code: str) -> Wording | None:
    """The wording of a code, or of the more general code before its last dot."""
    while code and code not in WORDINGS:
        code = code.rpartition(".")[0]
    return WORDINGS.get(code)


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as every machine-readable answer writes it (docs/contracts.md)."""
    place = {name: value for name, value in asdict(finding.place).items() if value}
    message = both(finding)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "place": place,
        "found": finding.found,
        "expected": finding.expected,
        "message": {"ja": message.ja, "en": message.en},
    }


def both(fact: Finding | CatalogError) -> Text:
    """The wording in both languages."""
    return Text(ja=word(fact, "ja"), en=word(fact, "en"))


def tier(severity: str, language: str) -> str:
    """The heading under which findings of a severity are shown."""
    return translate(_TIERS[severity], language)


def where(place: Place, language: str) -> str:
    """A place as people read it: file, table, row and column, the cell as a spreadsheet names it, or the pointer."""
    patterns: Mapping[str, str] = {
        "resource": _("table %(resource)s"),
        "row": _("row %(row)s"),
        "field": _("field %(field)s"),
        "cell": _("cell %(cell)s"),
        "pointer": "%(pointer)s",
    }
    parts = _parts(place) | {"cell": cell_name(place.row, place.column)}
    worded = [place.file] if place.file else []
    worded += [translate(pattern, language) % parts for name, pattern in patterns.items() if parts.get(name)]
    return " ".join(worded)


def _parts(place: Place) -> dict[str, str]:
    parts = {
        "file": place.file,
        "resource": place.resource,
        "field": place.field,
        "row": str(place.row or ""),
        "column": str(place.column or ""),
        "pointer": place.pointer,
    }
    return {name: value for name, value in parts.items() if value}
