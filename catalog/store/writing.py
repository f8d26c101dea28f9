"""The one transaction in which everything about a dataset changes. Only ``Store.writing`` makes a ``Writing``."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from catalog import media
from catalog.dcat.packing import Packed, etag_of
from catalog.errors import NotFound, Withdrawn
from catalog.model import Publication
from catalog.store import adding, areas, records, trust
from catalog.store.areas import AreaLine
from catalog.store.database import changes, datasets, documents, events, files, meta, versions
from catalog.store.entering import Entering
from catalog.store.harvests import Gathering
from catalog.store.portions import portions
from catalog.store.records import Head, Target, Version, later
from catalog.store.selection import Selection
from catalog.store.shelf import Shelf
from catalog.store.trust import Entry, Token

_STATEMENTS = media.N_TRIPLES.name
"""The format whose bytes follow from the statements alone."""
_HEAD = (
    select(datasets, versions.c.digest)
    .join(versions, and_(versions.c.dataset == datasets.c.id, versions.c.number == datasets.c.last_number))
    .where(datasets.c.id.in_(bindparam("ids", expanding=True)))
)
_MODIFIED = select(documents.c.modified).where(documents.c.key == bindparam("under"))
_STATES = select(documents.c.format, documents.c.etag, documents.c.modified).where(documents.c.key == bindparam("under"))
_RETIME = update(documents).where(documents.c.key == bindparam("under")).values(modified=bindparam("at"))
_DROP = delete(documents).where(documents.c.key == bindparam("under"))
_METAS = select(meta.c.key, meta.c.value)
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
        self._heads: dict[str, Head | None] = {}
        self._metas: dict[str, str] | None = None

    def head(self, dataset: str) -> Head | None:
        """Where the dataset stands, withdrawn or not; None where it was never published."""
        return self.heads((dataset,)).get(dataset)

    def heads(self, several: Collection[str]) -> dict[str, Head]:
        """Where these datasets stand; those that were never published are left out.

        Each is asked about once: while this transaction lasts, nobody else changes it.
        """
        for some in portions([each for each in several if each not in self._heads]):
            self._heads |= dict.fromkeys(some)
            self._heads |= {row.id: _head(row) for row in self._connection.execute(_HEAD, {"ids": some})}
        return {each: head for each in several if (head := self._heads[each]) is not None}

    def add(self, publication: Publication, documents: Mapping[str, bytes], addresses: Mapping[str, Target]) -> Publication:
        """Make a version the latest: its record, files, descriptions (by format name), addresses, and a line of the change log.

        The bytes of ``publication.files`` are in ``Store.files`` already. Answers with the publication as it is stored:
        its ``modified`` is no earlier than that of the version before.
        Raises Conflict: publisher-mismatch, version-order (its number is not the next one), address-taken.
        """
        return self.add_all((Version(publication=publication, documents=documents, addresses=addresses),))[0]

    def add_all(self, several: Sequence[Version]) -> tuple[Publication, ...]:
        """The same for versions of different datasets, as many statements for some hundred as for one."""
        stored = adding.add(self._connection, several, self.heads([each.publication.id for each in several]))
        for each in stored:
            del self._heads[each.id]
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
        self._connection.execute(_DROP, {"under": dataset})
        self._log(dataset, head.number, "delete", at)
        del self._heads[dataset]

    def set_documents(self, key: str, rendered: Mapping[str, bytes], modified: str) -> str:
        """Replace the descriptions of a visible dataset, or of a key that begins with "@" (the catalogue's own).

        Answers with their time, which never decreases. Raises NotFound("dataset-unknown"), Withdrawn("dataset-withdrawn").
        """
        if not key.startswith("@"):
            self._visible(key)
        known = self._connection.execute(_STATES, {"under": key}).all()
        at = later(modified, *(row.modified for row in known))
        if {row.format: row.etag for row in known} == {name: etag_of(body) for name, body in rendered.items()}:
            self._connection.execute(_RETIME, {"under": key, "at": at})
        else:
            self._connection.execute(_DROP, {"under": key})
            rows = (records.rendered(key, name, body, at).row() for name, body in rendered.items())
            adding.put(self._connection, documents, rows)
        return at

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
        adding.put(self._connection, documents, rows)

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
        return self._remembered().get(key)

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value."""
        remembered = self._remembered()
        if key in remembered:
            self._connection.execute(_SET_META, {"name": key, "said": value})
        else:
            self._connection.execute(insert(meta), {"key": key, "value": value})
        remembered[key] = value

    def _remembered(self) -> dict[str, str]:
        """Every value by its key, asked for once."""
        if self._metas is None:
            self._metas = {row.key: row.value for row in self._connection.execute(_METAS)}
        return self._metas

    def set_areas(self, lines: Mapping[str, Iterable[AreaLine]]) -> None:
        """Replace the areas that these datasets belong to; of a withdrawn one they stay, and are not shown."""
        areas.enter(self._connection, lines)

    def named(self, hashes: Iterable[str]) -> set[str]:
        """Which of these SHA-256 some version names."""
        asked = (select(files.c.sha256).where(files.c.sha256.in_(some)) for some in portions(list(hashes)))
        return {each for one in asked for each in self._connection.scalars(one)}

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

    def _log(self, dataset: str, number: int, kind: str, at: str) -> None:
        self._connection.execute(insert(changes), {"dataset": dataset, "number": number, "kind": kind, "at": at})


def _head(row: Row[Any]) -> Head:
    return Head(
        number=row.last_number,
        withdrawn=row.latest is None,
        publisher=row.publisher_id,
        digest=row.digest,
        issued=row.issued,
        modified=row.modified,
    )
