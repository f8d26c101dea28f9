"""The one transaction in which everything about a dataset changes. Only ``Store.writing`` makes a ``Writing``."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from catalog import media
from catalog.dcat.packing import Packed
from catalog.errors import Conflict, NotFound, Withdrawn
from catalog.model import Publication
from catalog.store import areas, records, trust
from catalog.store.areas import AreaLine
from catalog.store.database import addresses, changes, datasets, documents, events, files, meta, uses, versions
from catalog.store.entering import Entering
from catalog.store.harvests import Gathering
from catalog.store.records import Head, Target, later
from catalog.store.selection import Selection
from catalog.store.shelf import Shelf
from catalog.store.trust import Entry, Token

_STATEMENTS = media.N_TRIPLES.name
"""The format whose bytes follow from the statements alone."""
_MANY = 500
"""Values in one ``IN``: below the limits of every database."""
_HEAD = (
    select(datasets, versions.c.digest)
    .join(versions, and_(versions.c.dataset == datasets.c.id, versions.c.number == datasets.c.last_number))
    .where(datasets.c.id == bindparam("id"))
)
_MODIFIED = select(documents.c.modified).where(documents.c.key == bindparam("under"))
_DROP = delete(documents).where(documents.c.key == bindparam("under"))
_META = select(meta.c.value).where(meta.c.key == bindparam("name"))
_SET_META = update(meta).where(meta.c.key == bindparam("name")).values(value=bindparam("said"))
"""Questions of every publication, made once: to put one together takes as long as to ask it."""


class Writing:
    """What a writer may do. Nothing is visible to anybody before the block of ``Store.writing`` ends without an exception.

    It is the guard of the store's promises: versions number 1, 2, 3 … without a gap, a dataset stays with its publisher,
    an address with its dataset, and ``modified`` never decreases, whatever the clock does.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._entering = Entering(connection)

    def head(self, dataset: str) -> Head | None:
        """Where the dataset stands, withdrawn or not; None where it was never published."""
        row = self._connection.execute(_HEAD, {"id": dataset}).one_or_none()
        if row is None:
            return None
        return Head(
            number=row.last_number,
            withdrawn=row.latest is None,
            publisher=row.publisher_id,
            digest=row.digest,
            issued=row.issued,
            modified=row.modified,
        )

    def add(self, publication: Publication, documents: Mapping[str, bytes], addresses: Mapping[str, Target]) -> Publication:
        """Make a version the latest: its record, files, descriptions (by format name), addresses, and a line of the change log.

        The bytes of ``publication.files`` are in ``Store.files`` already. Answers with the publication as it is stored:
        its ``modified`` is no earlier than that of the version before.
        Raises Conflict: publisher-mismatch, version-order (its number is not the next one), address-taken.
        """
        head = self.head(publication.id)
        _check(publication, head)
        stored = replace(publication, modified=later(head.modified, publication.modified)) if head else publication
        self._set_dataset(stored, head)
        self._add_version(stored)
        self._put_documents(stored.id, documents, stored.modified)
        self._set_addresses(addresses)
        self._set_uses(stored)
        kind = "create" if head is None or head.withdrawn else "update"
        self._log(stored.id, stored.version, kind, stored.modified)
        return stored

    def withdraw(self, dataset: str, at: str, reason: str = "") -> None:
        """Take the dataset back: its versions, files and descriptions answer "withdrawn" from now on; its addresses stay its own.

        Raises NotFound("dataset-unknown"), Withdrawn("dataset-withdrawn").
        """
        head = self._visible(dataset)
        at = later(head.modified, at)
        self._connection.execute(
            update(datasets)
            .where(datasets.c.id == dataset)
            .values(latest=None, withdrawn_at=at, withdrawn_reason=reason, modified=at)
        )
        self._connection.execute(delete(documents).where(documents.c.key == dataset))
        self._log(dataset, head.number, "delete", at)

    def set_documents(self, key: str, rendered: Mapping[str, bytes], modified: str) -> None:
        """Replace the descriptions of a visible dataset, or of a key that begins with "@" (the catalogue's own).

        Raises NotFound("dataset-unknown"), Withdrawn("dataset-withdrawn").
        """
        if not key.startswith("@"):
            self._visible(key)
        self._put_documents(key, rendered, modified)

    def _put_documents(self, key: str, rendered: Mapping[str, bytes], modified: str) -> None:
        modified = later(*self._connection.scalars(_MODIFIED, {"under": key}), modified)
        self._connection.execute(_DROP, {"under": key})
        self._insert(documents, (records.rendered(key, name, body, modified).row() for name, body in rendered.items()))

    def shelf(self, standing: Selection) -> Shelf:
        """The feed, where the datasets of that selection stand in it."""
        return Shelf(self._connection, standing)

    def entering(self) -> Entering:
        """What can be found by search, where it is entered and taken out."""
        return self._entering

    def gathering(self) -> Gathering:
        """What is collected from other catalogues."""
        return Gathering(self._connection)

    def replace_documents(self, packed: Mapping[str, Mapping[str, Packed]], modified: str, *, anew: bool) -> None:
        """Put descriptions, by key and format name, in the place of those that say something else.

        The same N-Triples are the same description: it keeps its bytes and its time, but for ``anew``, where only equal
        bytes keep their time. The keys are of visible datasets, or the catalogue's own.
        """
        columns = (documents.c.key, documents.c.format, documents.c.etag, documents.c.modified)
        known: dict[str, dict[str, str]] = {key: {} for key in packed}
        times = dict.fromkeys(packed, "")
        for row in self._connection.execute(select(*columns).where(documents.c.key.in_(packed))).all():
            known[row.key][row.format], times[row.key] = row.etag, later(times[row.key], row.modified)
        rows = []
        for key, formats in packed.items():
            etags = {name: each.etag for name, each in formats.items()}
            unsaid = etags.keys() == known[key].keys() and etags[_STATEMENTS] == known[key][_STATEMENTS]
            if unsaid and not anew:
                continue
            at = times[key] if etags == known[key] else later(modified, times[key])
            rows += [records.packed_document(key, name, each, at).row() for name, each in formats.items()]
        self._connection.execute(delete(documents).where(documents.c.key.in_({row["key"] for row in rows})))
        self._insert(documents, rows)

    def modified(self, key: str) -> str:
        """When the descriptions under a key were written; "" where there are none."""
        return later("", *self._connection.scalars(_MODIFIED, {"under": key}))

    def forget_events(self) -> None:
        """Begin the event stream anew, for its members have other IRIs now. Numbers go on: no page is twice another."""
        self._connection.execute(delete(events))

    def visible(self) -> dict[str, int]:
        """The number of the latest version of every visible dataset, by id, in order."""
        asked = select(datasets.c.id, datasets.c.latest).where(datasets.c.latest.is_not(None)).order_by(datasets.c.id)
        return {row.id: row.latest for row in self._connection.execute(asked)}

    def meta(self, key: str) -> str | None:
        """A value that the catalogue remembers about itself."""
        return self._connection.scalar(_META, {"name": key})

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value."""
        if not self._connection.execute(_SET_META, {"name": key, "said": value}).rowcount:
            self._connection.execute(insert(meta).values(key=key, value=value))

    def set_areas(self, dataset: str, lines: Iterable[AreaLine]) -> None:
        """Replace the areas that a dataset belongs to; of a withdrawn one they stay, and are not shown."""
        areas.enter(self._connection, dataset, lines)

    def named(self, hashes: Iterable[str]) -> set[str]:
        """Which of these SHA-256 some version names."""
        found: set[str] = set()
        remaining = iter(hashes)
        while some := list(islice(remaining, _MANY)):
            found |= set(self._connection.scalars(select(files.c.sha256).where(files.c.sha256.in_(some))))
        return found

    def record(self, entry: Entry) -> None:
        """Add a line to the audit log, of what this transaction does."""
        trust.record(self._connection, entry)

    def add_token(self, token: Token, digest: str) -> None:
        """Keep a new token; ``digest`` is the SHA-256 of its secret."""
        trust.add_token(self._connection, token, digest)

    def revoke_token(self, token: str, at: str) -> Token:
        """Make a token good for nothing. Raises NotFound("token-id-unknown")."""
        return trust.revoke_token(self._connection, token, at)

    def touch_token(self, token: str, at: str) -> None:
        """Remember when a token was last used."""
        trust.touch_token(self._connection, token, at)

    def _visible(self, dataset: str) -> Head:
        head = self.head(dataset)
        if head is None:
            raise NotFound("dataset-unknown", dataset=dataset)
        if head.withdrawn:
            raise Withdrawn("dataset-withdrawn", dataset=dataset, at=head.modified)
        return head

    def _set_dataset(self, publication: Publication, head: Head | None) -> None:
        package, publisher = publication.package, publication.publisher
        values = {
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
        if head is None:
            issued = publication.issued or publication.modified
            self._connection.execute(insert(datasets), {"id": publication.id, "issued": issued, **values})
        else:
            self._connection.execute(update(datasets).where(datasets.c.id == publication.id).values(**values))

    def _add_version(self, publication: Publication) -> None:
        self._connection.execute(
            insert(versions),
            {
                "dataset": publication.id,
                "number": publication.version,
                "digest": publication.digest,
                "issued": publication.modified,
                "package_version": publication.package.version,
                "note": publication.note,
                "breaking": publication.breaking,
                "valid": bool(publication.report.get("valid", True)),
                "record": records.dump(publication),
            },
        )
        self._insert(
            files,
            (
                {
                    "dataset": publication.id,
                    "number": publication.version,
                    "path": each.path,
                    "sha256": each.sha256,
                    "bytes": each.bytes,
                    "media_type": each.media_type,
                }
                for each in publication.files
            ),
        )

    def _set_addresses(self, targets: Mapping[str, Target]) -> None:
        """Add and move what differs. An address that a later version no longer names keeps its last target."""
        known = self._targets(list(targets))
        for address, target in targets.items():
            if address in known and known[address].dataset != target.dataset:
                raise Conflict("address-taken", address=address, dataset=known[address].dataset)
        self._insert(
            addresses, ({"address": address} | _columns(target) for address, target in targets.items() if address not in known)
        )
        for address, target in targets.items():
            if address in known and known[address] != target:
                self._connection.execute(update(addresses).where(addresses.c.address == address).values(**_columns(target)))

    def _set_uses(self, publication: Publication) -> None:
        """Replace what the dataset goes by; of a withdrawn one it stays, and is not shown."""
        self._connection.execute(delete(uses).where(uses.c.dataset == publication.id))
        found = []
        for table in publication.package.tables():
            if table.standard is not None:
                found.append({"kind": "standard", "name": table.standard.id, "resource": table.name, "field": ""})
            for field in table.schema.fields if table.schema else ():
                if field.definition.codelist:
                    coded = {"kind": "codelist", "name": field.definition.codelist}
                    found.append(coded | {"resource": table.name, "field": field.name})
        self._insert(uses, ({"dataset": publication.id} | each for each in found))

    def _targets(self, wanted: list[str]) -> dict[str, Target]:
        found: dict[str, Target] = {}
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            for row in self._connection.execute(select(addresses).where(addresses.c.address.in_(some))):
                found[row.address] = Target(
                    kind=row.kind, dataset=row.dataset, version=row.version, resource=row.resource, name=row.name
                )
        return found

    def _log(self, dataset: str, number: int, kind: str, at: str) -> None:
        self._connection.execute(insert(changes), {"dataset": dataset, "number": number, "kind": kind, "at": at})

    def _insert(self, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert some rows, or none."""
        if listed := [dict(each) for each in rows]:
            self._connection.execute(insert(table), listed)


def _check(publication: Publication, head: Head | None) -> None:
    if head and head.publisher != publication.publisher.id:
        raise Conflict("publisher-mismatch", dataset=publication.id, found=publication.publisher.id, expected=head.publisher)
    following = head.number + 1 if head else 1
    if publication.version != following:
        raise Conflict("version-order", dataset=publication.id, found=publication.version, expected=following)


def _columns(target: Target) -> dict[str, str | int]:
    return {
        "dataset": target.dataset,
        "kind": target.kind,
        "version": target.version,
        "resource": target.resource,
        "name": target.name,
    }
