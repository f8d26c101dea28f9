"""Versions into the tables: one statement a table, be it one version or some hundred of different datasets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from catalog.errors import Conflict
from catalog.model import Publication
from catalog.store import records
from catalog.store.database import addresses, changes, datasets, documents, files, uses, versions
from catalog.store.portions import portions
from catalog.store.records import Head, Target, Version, later

_Row = dict[str, Any]
_UPDATE = update(datasets).where(datasets.c.id == bindparam("of"))
_KNOWN = select(addresses).where(addresses.c.address.in_(bindparam("wanted", expanding=True)))
_MOVE = update(addresses).where(addresses.c.address == bindparam("at"))


def add(connection: Connection, several: Sequence[Version], heads: Mapping[str, Head]) -> tuple[Publication, ...]:
    """Make them the latest versions of their datasets, which stand as ``heads`` say. As ``Writing.add_all``."""
    targets = _targets(several)
    moved = _moved(connection, targets)
    stored = tuple(_next(each.publication, heads.get(each.publication.id)) for each in several)
    known = [each for each in stored if each.id in heads]
    new = ({"id": each.id, "issued": each.issued or each.modified} | _dataset(each) for each in stored if each.id not in heads)
    put(connection, datasets, new)
    if known:
        connection.execute(_UPDATE, [{"of": each.id} | _dataset(each) for each in known])
    put(connection, versions, map(_version, stored))
    put(connection, files, (row for each in stored for row in _files(each)))
    _describe(connection, several, stored, [each.id for each in known])
    put(connection, addresses, ({"address": at} | _target(target) for at, target in targets.items() if at not in moved))
    if again := [{"at": at} | _target(targets[at]) for at, differs in moved.items() if differs]:
        connection.execute(_MOVE, again)
    put(connection, changes, (_change(each, heads.get(each.id)) for each in stored))
    return stored


def put(connection: Connection, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert some rows, or none."""
    if listed := [dict(each) for each in rows]:
        connection.execute(insert(table), listed)


def _next(publication: Publication, head: Head | None) -> Publication:
    """The version as it is stored. Raises Conflict where it is not the next one of its dataset."""
    if head and head.publisher != publication.publisher.id:
        raise Conflict("publisher-mismatch", dataset=publication.id, found=publication.publisher.id, expected=head.publisher)
    following = head.number + 1 if head else 1
    if publication.version != following:
        raise Conflict("version-order", dataset=publication.id, found=publication.version, expected=following)
    return replace(publication, modified=later(head.modified, publication.modified)) if head else publication


def _targets(several: Sequence[Version]) -> dict[str, Target]:
    """What all the addresses lead to. Raises Conflict where two datasets claim one."""
    found: dict[str, Target] = {}
    for each in several:
        for address, target in each.addresses.items():
            _check_owner(address, target, found.setdefault(address, target))
    return found


def _moved(connection: Connection, targets: Mapping[str, Target]) -> dict[str, bool]:
    """The addresses that are known, and whether they lead elsewhere from now on. One that is no longer named stays.

    Raises Conflict where one belongs to another dataset.
    """
    found = {}
    for some in portions(targets):
        for row in connection.execute(_KNOWN, {"wanted": some}):
            known = Target(kind=row.kind, dataset=row.dataset, version=row.version, resource=row.resource, name=row.name)
            _check_owner(row.address, targets[row.address], known)
            found[row.address] = known != targets[row.address]
    return found


def _check_owner(address: str, wanted: Target, known: Target) -> None:
    if known.dataset != wanted.dataset:
        raise Conflict("address-taken", address=address, dataset=known.dataset)


def _describe(connection: Connection, several: Sequence[Version], stored: Sequence[Publication], known: Sequence[str]) -> None:
    """The descriptions, and what the datasets go by, in the place of those of the versions before."""
    times = {each.id: each.modified for each in stored}
    for some in portions(known):
        asked = select(documents.c.key, documents.c.modified).where(documents.c.key.in_(some))
        for row in connection.execute(asked):
            times[row.key] = later(row.modified, times[row.key])
        connection.execute(delete(documents).where(documents.c.key.in_(some)))
        connection.execute(delete(uses).where(uses.c.dataset.in_(some)))
    rendered = (
        records.rendered(each.publication.id, name, body, times[each.publication.id])
        for each in several
        for name, body in each.documents.items()
    )
    put(connection, documents, (each.row() for each in rendered))
    put(connection, uses, (row for each in stored for row in _uses(each)))


def _dataset(publication: Publication) -> _Row:
    package, publisher = publication.package, publication.publisher
    return {
        "publisher_id": publisher.id,
        "publisher_name_ja": publisher.name.ja,
        "publisher_name_en": publisher.name.en,
        "publisher_uri": publisher.uri,
        "latest": publication.version,
        "last_number": publication.version,
        "withdrawn_at": None,
        "withdrawn_reason": "",
        "title_ja": package.title.ja,
        "title_en": package.title.en,
        "description_ja": package.description.ja,
        "description_en": package.description.en,
        "keywords": list(package.keywords),
        "keywords_en": list(package.keywords_en),
        "themes": list(package.themes),
        "sample": package.sample,
        "modified": publication.modified,
    }


def _version(publication: Publication) -> _Row:
    return {
        "dataset": publication.id,
        "number": publication.version,
        "digest": publication.digest,
        "issued": publication.modified,
        "package_version": publication.package.version,
        "note": publication.note,
        "breaking": publication.breaking,
        "valid": bool(publication.report.get("valid", True)),
        "record": records.dump(publication),
    }


def _files(publication: Publication) -> Iterator[_Row]:
    for each in publication.files:
        yield {
            "dataset": publication.id,
            "number": publication.version,
            "path": each.path,
            "sha256": each.sha256,
            "bytes": each.bytes,
            "media_type": each.media_type,
        }


def _uses(publication: Publication) -> Iterator[_Row]:
    """What the dataset goes by; of a withdrawn one it stays, and is not shown."""
    for table in publication.package.tables():
        of_table = {"dataset": publication.id, "resource": table.name}
        if table.standard is not None:
            yield of_table | {"kind": "standard", "name": table.standard.id, "field": ""}
        for field in table.schema.fields if table.schema else ():
            if field.definition.codelist:
                yield of_table | {"kind": "codelist", "name": field.definition.codelist, "field": field.name}


def _change(publication: Publication, head: Head | None) -> _Row:
    kind = "create" if head is None or head.withdrawn else "update"
    return {"dataset": publication.id, "number": publication.version, "kind": kind, "at": publication.modified}


def _target(target: Target) -> _Row:
    return {
        "dataset": target.dataset,
        "kind": target.kind,
        "version": target.version,
        "resource": target.resource,
        "name": target.name,
    }
