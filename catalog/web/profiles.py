"""The profiles of columns that a version has kept: how full, how many values, how spread (``catalog.statistics``)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from catalog.model import Publication
from catalog.statistics import FOLDER, Profile, thaw
from catalog.store import Store
from catalog.web.site import site

Shown = dict[str, Any]
_HIGH, _WIDE = 24, 8
"""Pixels of the mini distribution: its height, and the width of a bar with the gap behind it, which the stylesheet cuts."""


def profile_of(publication: Publication, table: str, field: str) -> Profile | None:
    """The profile of one column; None where the version was published without. Raises StoreError where it cannot be read."""
    kept = publication.file(f"{FOLDER}{table}.json")
    return _thawed(site().store, kept.sha256).get(field) if kept is not None else None


@lru_cache(maxsize=256)
def _thawed(store: Store, sha256: str) -> Mapping[str, Profile]:
    with store.files.open(sha256) as stream:
        return {each.field: each for each in thaw(stream.read())}


def shown(publication: Publication, table: str, field: str) -> Shown | None:
    """A profile as plain values; ``until`` is empty for the bar of a single value, ``drawing`` a path as SVG writes it."""
    found = profile_of(publication, table, field)
    if found is None:
        return None
    return {
        "rows": found.rows,
        "empty": found.empty,
        "emptyShare": round(found.empty / found.rows, 4) if found.rows else None,
        "distinct": found.distinct,
        "distinctIsExact": found.exact,
        "minimum": found.minimum,
        "maximum": found.maximum,
        "distribution": [
            {"value": each.value, "until": each.until, "label": {"ja": each.label.ja, "en": each.label.en}, "count": each.count}
            for each in found.bars
        ],
        "others": found.others,
    }


def drawing(profile: Mapping[str, Any]) -> Shown | None:
    """The mini distribution of a shown profile as one SVG path, with its size; None where there is none."""
    counts = [each["count"] for each in profile["distribution"]]
    if not counts or max(counts) == 0:
        return None
    tops = [_HIGH - (max(1, round(_HIGH * each / max(counts))) if each else 0) for each in counts]
    return {
        "path": f"M0 {_HIGH}" + "".join(f"V{top}h{_WIDE}" for top in tops) + f"V{_HIGH}",
        "width": len(counts) * _WIDE,
        "height": _HIGH,
    }
