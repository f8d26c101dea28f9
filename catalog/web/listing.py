"""A page of the list of datasets, by id: each begins after the last id of the one before, so that none is lost or doubled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from catalog.store import Store, Summary
from catalog.web.parameters import Identifier, Integer
from catalog.web.site import site

AFTER = Identifier("after")
LIMIT = Integer("limit", 1, 1000)
PUBLISHER = Identifier("publisher")


@dataclass(frozen=True, slots=True)
class Listed:
    """Some datasets; ``following`` is the query of the next page with its question mark, "" on the last."""

    summaries: tuple[Summary, ...]
    following: str


def listed(asked: Mapping[str, Any], publisher: str = "") -> Listed:
    """The datasets that the parameters AFTER, LIMIT and PUBLISHER ask for; ``publisher`` where the address names it."""
    limit = asked.get(LIMIT.name, site().settings.page_size)
    found = site().store.summaries(
        after=asked.get(AFTER.name, ""), limit=limit + 1, publisher=publisher or asked.get(PUBLISHER.name, "")
    )
    shown = found[:limit]
    if len(found) == len(shown):
        return Listed(shown, "")
    return Listed(shown, "?" + urlencode({**asked, AFTER.name: shown[-1].id}))


def every(store: Store, *, samples: bool) -> Iterator[Summary]:
    """Every visible dataset by id, read a thousand at a time."""
    after = ""
    while found := store.summaries(after=after, limit=LIMIT.maximum, samples=samples):
        yield from found
        after = found[-1].id
