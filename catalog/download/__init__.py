"""A table in any format: ``variant`` says what an address asks for, a ``Maker`` has its bytes, ``Cache`` keeps what was made.

    wanted = variant(publication, "stations.xlsx", Options(labels="ja"))
    path = maker(files, cache).path(wanted)

Nothing heavy is imported until something has to be made.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from catalog.download.cache import Cache
from catalog.download.variants import CODES, FORMATS, LABELS, PLAIN, Options, Variant, offered, variant
from catalog.settings import Settings
from catalog.store import Files

if TYPE_CHECKING:
    from catalog.download.making import Maker

__all__ = ["CODES", "FORMATS", "LABELS", "PLAIN", "Cache", "Options", "Variant", "cache_of", "maker", "offered", "variant"]

FOLDER = "cache"


def cache_of(settings: Settings, name: str = "downloads") -> Cache:
    """A cache in the home folder, one folder a name; each has the room that the settings give."""
    return Cache(Path(settings.home).absolute() / FOLDER / name, settings.max_cache_bytes)


def maker(files: Files, cache: Cache) -> "Maker":
    """Who makes the files of that place, and keeps them in that cache."""
    from catalog.download.making import Maker

    return Maker(files, cache)
