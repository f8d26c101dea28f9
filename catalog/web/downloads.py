"""Tables in the forms that an address can ask for: its parameters, who makes them, how the page and the JSON list them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from catalog import media
from catalog.addresses import Addresses
from catalog.download import CODES, LABELS, Cache, Options, Variant, cache_of, maker, offered, variant
from catalog.errors import Finding, NotFound
from catalog.model import Publication, Resource
from catalog.settings import Settings
from catalog.web.parameters import BadQuery, Choice
from catalog.web.site import site

if TYPE_CHECKING:
    from catalog.download.making import Maker

LABELLED, CODED, EXCEL = Choice("labels", LABELS), Choice("codes", CODES), Choice("excel", ("1",))
PARAMETERS = (LABELLED, CODED, EXCEL)
"""Of a table in any format; ``excel`` of CSV only."""

Shown = dict[str, Any]


def wanted(publication: Publication, file: str, asked: Mapping[str, Any]) -> Variant | None:
    """The table that is asked for, None where ``file`` is another file of the version.

    Raises BadQuery where that one has no such form, NotFound("table-without-places") for a map of a table without coordinates.
    """
    options = Options(labels=asked.get("labels", "name"), codes=asked.get("codes", "code"), excel="excel" in asked)
    found = variant(publication, file, options, site().settings.public_url())
    if found is None:
        if publication.file(file) is not None:
            _refuse(asked, "parameter-not-of-file")
        elif any(file == f"{each.name}{media.GEOJSON.suffix}" for each in publication.package.tables()):
            raise NotFound("table-without-places", dataset=publication.id, file=file)
    elif options.excel and found.format is not media.CSV:
        _refuse({"excel": asked["excel"]}, "parameter-of-csv")
    return found


def _refuse(asked: Mapping[str, Any], code: str) -> None:
    if asked:
        raise BadQuery([Finding(code=code, found=str(value), details={"parameter": name}) for name, value in asked.items()])


def makers() -> "Maker":
    """Who makes the files of this site."""
    return maker(site().store.files, _cache(site().settings))


@lru_cache(maxsize=8)
def _cache(settings: Settings) -> Cache:
    """One cache a home folder: it knows who is making what."""
    return cache_of(settings)


def shown(publication: Publication, table: Resource, files: Addresses) -> list[Shown]:
    """Every form of a table; bytes and SHA-256 of those that are stored, None of those that are made when they are asked for.

    The addresses: ``url`` gives the same for ever, ``latest`` that of the newest version; ``excel`` the CSV that Excel opens.
    """
    return [_shown(each, files) for each in offered(publication, table)]


def _shown(each: Variant, files: Addresses) -> Shown:
    stored, id_, version = each.stored, each.publication.id, each.publication.version
    return {
        "path": each.file,
        "role": "table",
        "resource": each.table.name,
        "format": each.format.name,
        "label": each.format.label,
        "mediaType": each.format.media_type,
        "url": files.download(id_, version, each.file),
        "latest": files.download(id_, "latest", each.file),
        "bytes": stored.bytes if stored else None,
        "sha256": stored.sha256 if stored else None,
        "options": [parameter.name for parameter in PARAMETERS if parameter is not EXCEL or each.format is media.CSV],
    }
