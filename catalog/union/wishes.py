"""How a union can be had, what names the bytes, and what is said beside the rows. Light: nothing is made here."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from catalog import media, words
from catalog.addresses import Addresses
from catalog.download import FORMATS, PLAIN, Options
from catalog.download.variants import EDITION, located
from catalog.errors import Finding
from catalog.media import Format
from catalog.messages import both
from catalog.model import Text
from catalog.union.areas import areas_of
from catalog.union.nouns import Coverage

_REVISION = 1
"""Grows when the same union comes to be written otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the union is wanted. ``base_url`` is what addresses inside it begin with."""

    format: Format
    options: Options = PLAIN
    base_url: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is the CSV as it is made, which need not be whole before it can be read."""
        return self.format is media.CSV and self.options == PLAIN


def offered(coverage: Coverage) -> tuple[Format, ...]:
    """The formats that the union can have: GeoJSON where the standard has coordinates."""
    placed = located(coverage.resource)
    return tuple(each for each in FORMATS if placed or each is not media.GEOJSON)


def key(coverage: Coverage, wish: Wish) -> str:
    """Names the bytes: of these members in this form. Lower-case hex."""
    parts = [_REVISION, EDITION, version("duckdb"), coverage.digest, wish.format.name, wish.base_url, asdict(wish.options)]
    wanted = [] if coverage.members else [coverage.publishers, coverage.samples]
    return hashlib.sha256(json.dumps([*parts, *wanted]).encode()).hexdigest()


def told(coverage: Coverage, base_url: str) -> dict[str, Any]:
    """What a JSON answer says beside the rows: what they follow, where they come from, under which licences."""
    standard, addresses = coverage.standard, Addresses(base_url)
    return {
        "standard": {"id": standard.slug, "edition": standard.edition, "title": _both(standard.title)},
        "table": coverage.table.name,
        "sample": coverage.samples and any(each.sample for each in coverage.members),
        "sources": sources(coverage),
        "licenses": [{"name": each.name, "title": each.title or each.name, "path": each.path} for each in coverage.licenses],
        "definitions": addresses.standard(standard.slug),
        "coverage": addresses.coverage(standard.slug, media.JSON.suffix),
        **({} if coverage.members else _nobody(coverage)),
    }


def _nobody(coverage: Coverage) -> dict[str, Any]:
    """What a union without rows says: that nobody has published such a dataset yet, and who might."""
    return {
        "notice": _both(both(Finding(code="union-empty", details={"standard": coverage.standard.slug}))),
        "wanted": [
            {"code": each.code, "name": _both(each.label), "prefecture": area.code}
            for area in areas_of(coverage)
            for each in area.wanted
        ],
    }


def sources(coverage: Coverage) -> list[dict[str, Any]]:
    """Each member, with its version and publisher."""
    return [
        {
            "dataset": each.dataset,
            "version": each.publication.version,
            "publisher": {"id": each.publisher.id, "name": _both(each.publisher.name)},
            "title": _both(words.sample(each.publication.package.title) if each.sample else each.publication.package.title),
            "rows": each.rows,
        }
        for each in coverage.members
    ]


def _both(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
