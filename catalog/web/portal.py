"""What the front page and the operator's page say of the whole catalogue, as plain values."""

from functools import lru_cache
from typing import Any

from catalog import media
from catalog.dcat import shipped
from catalog.search import Query, Search, Slice
from catalog.store import CATALOG_KEY, RENDERED_FOR, SHAPES_ALL, SHAPES_LAST, Held, Store
from catalog.web import presenting
from catalog.web.presenting import Links, Shown
from catalog.web.site import Site, site

NEWEST = 6
_STANDARDS = 8
_ALSO_WELCOMED = ("aed-location", "designated-emergency-evacuation-site", "public-toilet", "gtfs-jp")
"""Standards that an empty catalogue names first: those that most cities publish."""


def front(links: Links) -> Shown:
    """The front page: counters, standards with their datasets, what is newest, one command."""
    here = site()
    found = _overview(here.store, here.store.position())
    standards = [each | {"url": links.pages.standard(each["id"])} for each in found["standards"]]
    best = next((each["id"] for each in standards if each["count"]), "")
    return {
        "counts": found["counts"],
        "updated": updated(here),
        "standards": standards,
        "command": f"curl -O {here.public.records(best, media.CSV.suffix)}" if best else "",
        "newest": [presenting.summary(each, links) for each in found["newest"]],
    }


def status(links: Links) -> Shown:
    """The operator's page: counts, the last publication, the state and the age of the feed."""
    here = site()
    found = _overview(here.store, here.store.position())
    head = here.store.document(CATALOG_KEY, media.TURTLE.name)
    followed = here.store.feed.followed()
    newest = found["newest"][:1]
    return {
        "counts": found["counts"],
        "valid": found["valid"],
        "changes": here.store.position(),
        "last": presenting.summary(newest[0], links) if newest else None,
        "feed": {
            "pages": here.store.feed.pages(),
            "modified": head.modified if head else "",
            "events": followed.total,
            "whole": here.store.meta(RENDERED_FOR) is not None,
            "checkedLast": Held.of(here.store.meta(SHAPES_LAST)),
            "checkedAll": Held.of(here.store.meta(SHAPES_ALL)),
        },
    }


def updated(here: Site) -> str:
    """When something was last published or withdrawn: the catalogue's own description is written again each time."""
    document = here.store.document(CATALOG_KEY, media.TURTLE.name)
    return document.modified if document else ""


@lru_cache(maxsize=8)
def _overview(store: Store, _position: int) -> dict[str, Any]:
    """What takes a look at every dataset: made anew when something is published or withdrawn (``Store.position``)."""
    found = Search(store).find(Query(), part=Slice(order="updated", limit=NEWEST), counted=("standard", "valid"))
    publishers = store.publishers()
    total, real = store.count(), store.count(samples=False)
    counts = {name: {each.value: each.count for each in facet.values} for name, facet in found.facets.items()}
    valid = counts.get("valid", {})
    return {
        "counts": {
            "datasets": total,
            "samples": total - real,
            "publishers": len(publishers),
            "valid": round(100 * (total - valid.get("false", 0)) / total) if total else None,
        },
        "valid": valid,
        "standards": _standards(counts.get("standard", {})),
        "newest": store.searching.summaries([each.dataset for each in found.hits]),
    }


def _standards(counts: dict[str, int]) -> list[Shown]:
    """Those that are used most, then some that every city could publish."""
    names = dict.fromkeys([*sorted(counts, key=lambda each: (-counts[each], each)), *_ALSO_WELCOMED])
    known = ((name, shipped.standard(name)) for name in names)
    return [
        {"id": name, "title": presenting.text(each.title), "count": counts.get(name, 0)}
        for name, each in known
        if each is not None
    ][:_STANDARDS]
