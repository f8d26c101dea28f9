"""The places of a table, as a list that everybody can read and, where the operator has named a source of tiles, on a map.

Leaflet is served from the package that brings it; tiles come from elsewhere, so that nothing is asked of them unless a setting
says so, and only that one host is allowed by the policy of the page.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from urllib.parse import urlsplit

from flask import Blueprint, Response

from catalog import media
from catalog.errors import NotFound
from catalog.formats import Coordinates, coordinates_of
from catalog.model import Field, Publication, Resource
from catalog.web import previewing
from catalog.web.presenting import Links, Shown, text
from catalog.web.responses import IMMUTABLE, Content, Manners, allow_images, answer, content_of
from catalog.web.site import site

blueprint = Blueprint("maps", __name__)

LISTED = 20
"""Places that stand on the page; the map and the GeoJSON have more."""
MAPPED = 1_000
_TOLD = 8
"""Columns that a place tells of itself on the map."""
_CALLED = ("名称", "name", "title")
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".png": "image/png"}
_LEAFLET = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
_FILES: Mapping[str, Content] = {
    name: content_of(_LEAFLET.joinpath(*name.split("/")).read_bytes())
    for name in ("leaflet.js", "leaflet.css", *(f"images/{each.name}" for each in _LEAFLET.joinpath("images").iterdir()))
}


def address(name: str) -> str:
    """The address of a file of Leaflet's, with its content in it: it may be kept for ever."""
    return site().local.path("static", "leaflet", _FILES[name].etag[:12], *name.split("/"))


@blueprint.get("/static/leaflet/<edition>/<path:name>")
def leaflet(edition: str, name: str) -> Response:
    """A file of Leaflet. Pictures are asked for relative to the stylesheet, and so by its edition."""
    known = {each.etag[:12] for each in _FILES.values()}
    if name not in _FILES or edition not in known:
        raise NotFound("page-unknown")
    return answer(_FILES[name], _TYPES["." + name.rpartition(".")[2]], Manners(cache=IMMUTABLE))


def places(publication: Publication, links: Links) -> Shown | None:
    """The places of the first table that has some: the first of them, and what a map needs; None where no table has any."""
    for table in publication.package.tables():
        fields = table.schema.fields if table.schema else ()
        found = coordinates_of(fields)
        if found is not None and found.shape < 0 and publication.rows.get(table.name):
            return _shown(publication, table, found, links)
    return None


def _shown(publication: Publication, table: Resource, found: Coordinates, links: Links) -> Shown:
    assert table.schema is not None, "only a schema says which columns are coordinates"
    fields, settings = table.schema.fields, site().settings
    name = _name_of(fields)
    rows = previewing.rows_of(publication, table.name, LISTED)
    listed = [(str(row.get(name, "")), _position(row, fields, found)) for row in rows]
    rest = publication.rows.get(table.name, 0)
    return {
        "table": table.name,
        "title": text(table.title),
        "listed": [{"name": called, "position": position} for called, position in listed if position],
        "count": rest,
        "geojson": links.files.download(publication.id, publication.version, f"{table.name}{media.GEOJSON.suffix}"),
        "source": links.files.rows(
            publication.id, table.name, version=publication.version, format=media.GEOJSON.name, limit=min(MAPPED, rest)
        ),
        "tiles": settings.map_tiles,
        "credit": settings.map_credit,
        "creditUrl": settings.map_credit_url,
        "name": name,
        "titles": {
            language: json.dumps(
                {each.name: each.title.within(language) or each.name for each in fields[:_TOLD]}, ensure_ascii=False
            )
            for language in ("ja", "en")
        },
    }


def _name_of(fields: tuple[Field, ...]) -> str:
    """The column by which people call a place: one that is called so, else the first text."""
    texts = [each for each in fields if each.type == "string"]
    for wanted in _CALLED:
        for each in texts:
            if wanted == each.name.casefold() or each.name.casefold().endswith(f"_{wanted}"):
                return each.name
    return texts[0].name if texts else fields[0].name


def _position(row: Mapping[str, object], fields: tuple[Field, ...], found: Coordinates) -> str:
    """Latitude and longitude in degrees, "" where the row has none."""
    if found.point >= 0:
        value = row.get(fields[found.point].name)
        return str(value) if value is not None else ""
    pair = [row.get(fields[each].name) for each in (found.latitude, found.longitude)]
    return ", ".join(map(str, pair)) if None not in pair else ""


def allow(response: Response) -> Response:
    """Let the page load tiles from the one host that the setting names."""
    if tiles := site().settings.map_tiles:
        parts = urlsplit(tiles.replace("{s}", "*"))
        allow_images(response, f"{parts.scheme}://{parts.netloc}")
    return response
