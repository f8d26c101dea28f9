"""Versions as projections see them, remembered: the page of a dataset, its links and its other forms all start from one."""

from dataclasses import replace
from functools import lru_cache

from catalog.model import Publication
from catalog.projections import Record, record_of
from catalog.web.site import Site, site

_REMEMBERED = 64


def record(publication: Publication) -> Record:
    """A version of the site that answers the current request."""
    return _record(site(), publication.id, publication.version)


@lru_cache(maxsize=_REMEMBERED)
def _record(here: Site, dataset: str, version: int) -> Record:
    return described(here, here.store.publication(dataset, version))


def described(here: Site, publication: Publication) -> Record:
    """The same, made anew: for those who go through the whole catalogue."""
    if publication.package.publisher is None:  # the operator's, who may have another name by now
        publication = replace(publication, publisher=here.operator)
    return record_of(publication, here.public, here.settings)
