"""What a column of a published table can be joined with: columns that hold the same, found by index, never by looking at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from catalog.errors import NotFound, Withdrawn
from catalog.meaning import Meaning, Shared, alike, meanings, shared, table_named
from catalog.model import Publication, Resource, Text
from catalog.store import Store

_LOOKED_AT = 4
"""How many more uses are looked at than are wanted: some are of the table itself, or lead to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A column of another table. ``title`` is that of its dataset."""

    dataset: str
    title: Text
    sample: bool
    table: str
    field: str
    shared: Shared


def partners(store: Store, publication: Publication, table: Resource, field: str, most: int) -> tuple[Partner, ...]:
    """Columns that the column can be joined with, ``most`` of them: of its own package first, then by dataset."""
    meaning = meanings(table).get(field)
    if meaning is None:
        return ()
    found: dict[tuple[str, str, str], Partner] = {}
    for each in islice(_candidates(store, publication, table, meaning, most * _LOOKED_AT), most * _LOOKED_AT):
        found.setdefault((each.dataset, each.table, each.field), each)
        if len(found) == most:
            break
    return tuple(found.values())


def _candidates(store: Store, publication: Publication, table: Resource, meaning: Meaning, most: int) -> Iterator[Partner]:
    name = meaning.field.name
    for other in publication.package.tables():
        if other.name != table.name:
            for each in other.schema.names() if other.schema else ():
                if common := shared(table, name, other, each, same_dataset=True):
                    yield _partner(publication, other, each, common)
    if meaning.codelist:
        yield from _by_codelist(store, publication, meaning, most)
    if meaning.identifies:
        yield from _by_standard(store, publication, table, meaning, most)


def _by_codelist(store: Store, publication: Publication, meaning: Meaning, most: int) -> Iterator[Partner]:
    for codelist in alike(meaning.codelist):
        for use in store.uses("codelist", codelist, limit=most):
            if use.dataset != publication.id:
                common = Shared("codelist", codelist, area=meaning.area)
                title, sample = use.title, use.sample
                yield Partner(dataset=use.dataset, title=title, sample=sample, table=use.resource, field=use.field, shared=common)


def _by_standard(store: Store, publication: Publication, table: Resource, meaning: Meaning, most: int) -> Iterator[Partner]:
    assert table.standard is not None, "the column was recognised by it"
    for use in store.uses("standard", table.standard.id, limit=most):
        if use.dataset == publication.id:
            continue
        try:
            other = store.latest(use.dataset)
        except (NotFound, Withdrawn):  # just now
            continue
        follower = table_named(other, use.resource)
        for name, each in meanings(follower).items() if follower else ():
            if follower and each.column == meaning.column:
                yield _partner(other, follower, name, Shared("standard", meaning.address))


def _partner(publication: Publication, table: Resource, field: str, common: Shared) -> Partner:
    package = publication.package
    return Partner(
        dataset=publication.id, title=package.title, sample=package.sample, table=table.name, field=field, shared=common
    )
