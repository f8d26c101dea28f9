"""The code lists that a publication used, as it has kept them: a list that is edited later changes nothing that was published."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from catalog.model import Publication
from catalog.store import Store
from catalog.vocabulary.codelists import CodeList
from catalog.vocabulary.snapshots import thaw
from catalog.web.site import site

_REMEMBERED = 64


def codelists_of(publication: Publication) -> Mapping[str, CodeList]:
    """By name, those that the version holds. Raises StoreError where one cannot be read."""
    kept = [each for each in publication.files if each.role == "codelist"]
    return {PurePosixPath(each.path).stem: _thawed(site().store, each.sha256) for each in kept}


@lru_cache(maxsize=_REMEMBERED)
def _thawed(store: Store, sha256: str) -> CodeList:
    with store.files.open(sha256) as stream:
        return thaw(stream.read())
