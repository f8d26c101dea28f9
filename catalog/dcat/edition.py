"""Under which conditions descriptions were rendered: what they say of the catalogue itself, and the program that wrote them.

Descriptions of two editions never stand in one feed: it names one base URL, one operator, one way of writing. No rdflib here.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

from catalog import __version__
from catalog.dcat.framing import PREFIXES
from catalog.settings import Settings

WAY_OF_DESCRIBING = 1
"""Counted up where other statements are made without a new version of the program."""
WAY_OF_WRITING = 5
"""Counted up where the same statements are written otherwise, or put together to other pages."""
_OF_PAGES = ("samples_in_feed", "page_size")
"""Settings that show in no description, only in which of them stand on which page."""

_SETTINGS = (
    "title_ja", "title_en", "description_ja", "description_en", "license", "languages", "publisher_id", "publisher_name_ja",
    "publisher_name_en", "publisher_uri", "samples_in_feed", "page_size",
)  # fmt: skip


def identity(settings: Settings) -> Mapping[str, str | int | bool]:
    """Every setting that shows in a description or a feed page, by name; ``base_url`` is the effective one."""
    return {"base_url": settings.public_url(), **{each: getattr(settings, each) for each in _SETTINGS}}


@lru_cache(maxsize=8)
def edition(settings: Settings) -> str:
    """A digest of these settings and of the program: descriptions with another one have to be rendered anew."""
    return _digest(sorted(identity(settings).items()), describing(settings), writing())


def describing(settings: Settings) -> str:
    """A digest of everything that the statements about a publication follow from, but for the publication itself."""
    shown = sorted((name, value) for name, value in identity(settings).items() if name not in _OF_PAGES)
    return _digest(shown, __version__, WAY_OF_DESCRIBING)


def writing() -> str:
    """A digest of how statements are written as documents."""
    return _digest(WAY_OF_WRITING, sorted(PREFIXES.items()))


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
