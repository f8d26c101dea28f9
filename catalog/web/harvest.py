"""A page for those who run a harvester: what to read, how much there is, what to paste into CKAN and udata."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from catalog import media
from catalog.addresses import Addresses
from catalog.store import CATALOG_KEY, RENDERED_FOR, SHAPES_ALL, SHAPES_LAST, Held
from catalog.web.changes import OFFERED as STREAMS
from catalog.web.dumps import FORMATS as DUMPS
from catalog.web.feeds import check_whole, standing
from catalog.web.responses import html, page
from catalog.web.site import site

blueprint = Blueprint("harvest", __name__)

_SOURCE = "open-data-catalog"
"""The name of a harvest source: CKAN makes an address of it, so it is ASCII; its operator will choose a better one."""


@dataclass(frozen=True, slots=True)
class Address:
    """An absolute address, and what is behind it."""

    url: str
    type: str


@blueprint.get("/harvest")
def harvest() -> Response:
    """Addresses, counts, last change, settings."""
    store, public = site().store, site().public
    check_whole(store.meta(RENDERED_FOR) or "")
    head = store.document(CATALOG_KEY, media.TURTLE.name)
    return page(
        html(
            "harvest.html",
            feeds=[Address(public.catalog(each.suffix), each.media_type) for each in media.RDF],
            dumps=[Address(public.dump(each.suffix), each.media_type) for each in DUMPS],
            streams=[Address(public.changes(each.suffix), each.media_type) for each in STREAMS],
            examples=_examples(public),
            datasets=store.feed.count(standing()),
            page_count=store.feed.pages(),
            followed=store.feed.followed(),
            updated=head.modified if head else "",
            held_all=Held.of(store.meta(SHAPES_ALL)),
            held_last=Held.of(store.meta(SHAPES_LAST)),
            ckan=_json(_ckan(public)),
            udata=_json(_udata(public)),
        )
    )


def _examples(public: Addresses) -> list[str]:
    """One for each way to ask for a part."""
    asked: list[dict[str, str]] = [
        {"modified_since": "2026-04-01"},
        {"q": "大阪"},
        {"publisher": "270008"},
        {"theme": "TRAN"},
        {"standard": "public-toilet"},
    ]
    return [public.catalog(media.TURTLE.suffix, **each) for each in asked]


def _ckan(public: Addresses) -> dict[str, Any]:
    """What ckanext-harvest's action ``harvest_source_create`` takes; ``config`` is itself JSON, for ckanext-dcat."""
    settings = site().settings
    return {
        "name": _SOURCE,
        "title": settings.title_ja or settings.title_en,
        "url": public.catalog(media.TURTLE.suffix),
        "source_type": "dcat_rdf",
        "frequency": "DAILY",
        "config": json.dumps({"rdf_format": media.TURTLE.media_type}),
    }


def _udata(public: Addresses) -> dict[str, Any]:
    """What udata's ``POST /api/1/harvest/sources/`` takes."""
    settings = site().settings
    return {
        "name": settings.title_ja or settings.title_en,
        "url": public.catalog(media.TURTLE.suffix),
        "backend": "dcat",
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
