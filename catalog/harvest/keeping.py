"""Records into the catalogue and out of it: the datasets, the search, the feed and what is known of the source, together.

Each call is one transaction: after a crash the catalogue holds what the report of the run says, and the run goes on there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from catalog import publishing, search
from catalog.errors import Conflict, Finding, Refusal
from catalog.harvest.describing import Place, id_of, other_id, publication_of
from catalog.harvest.records import Page, Record, Refused
from catalog.messages import as_json
from catalog.model import Publication
from catalog.settings import Settings
from catalog.store import (
    Gathering,
    Head,
    LineRow,
    PageRow,
    RecordRow,
    RunRow,
    Store,
    Version,
    Writing,
    later,
)

CREATED, UPDATED, UNCHANGED, WAITING = "created", "updated", "unchanged", "waiting"
DUPLICATE, OWN, REFUSED, REPEATED, HELD_BACK, WITHDRAWN = "duplicate", "own", "refused", "repeated", "held-back", "withdrawn"
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where records go. ``rehearsed``: everything is done and taken back."""

    store: Store
    settings: Settings
    place: Place
    run: int
    rehearsed: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of some records: how many of each kind, and a line for each that needs one. ``changed`` are datasets."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[LineRow] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def add(self, outcome: str, identifier: str, dataset: str = "", findings: Iterable[Finding] = ()) -> None:
        """Count a record, and tell of it unless nothing has happened to it."""
        self.counts[outcome] += 1
        if outcome not in (UNCHANGED, OWN):
            told = tuple(as_json(each) for each in findings)
            self.lines.append(LineRow(outcome=outcome, identifier=identifier, dataset=dataset, findings=told))


class _Rehearsed(Exception):
    """The end of a rehearsal."""


def take(context: Context, page: Page, known: PageRow, going: RunRow) -> Outcome:
    """Take in the records of a page: all of them, or none where the store fails.

    ``known`` is what is to be known of the page afterwards, ``going`` where the run goes on, with the counts before this page.
    Raises StoreError, Conflict("edition-changed").
    """
    outcome = Outcome()
    with suppress(_Rehearsed), context.store.writing() as writing:
        _Taking(context, writing, outcome, known.address).all(page)
        writing.gathering().put_page(context.place.source, known)
        _write_down(context, writing, outcome, going)
    return outcome


def leave(context: Context, pages: Sequence[PageRow], going: RunRow) -> Outcome:
    """Pages that have not changed since they were last ``seen``: their records are there still. ``going`` as in ``take``."""
    outcome = Outcome()
    with suppress(_Rehearsed), context.store.writing() as writing:
        for each in pages:
            now_seen = replace(each, seen=context.run)
            outcome.counts[UNCHANGED] += writing.gathering().page_seen(context.place.source, now_seen, each.seen)
        _write_down(context, writing, outcome, going)
    return outcome


def _write_down(context: Context, writing: Writing, outcome: Outcome, going: RunRow) -> None:
    """How far the run has come, and what there is to report, in the transaction that did it."""
    writing.gathering().go_on(replace(going, counts=dict(Counter(going.counts) + outcome.counts)))
    writing.gathering().tell(context.run, outcome.lines)
    if context.rehearsed:
        raise _Rehearsed


def withdraw(context: Context, records: Sequence[RecordRow], reason: str) -> Outcome:
    """Take back what its source no longer has."""
    outcome = Outcome()
    with suppress(_Rehearsed), context.store.writing() as writing:
        at = now()
        for each in records:
            head = writing.head(each.dataset)
            if head is not None and not head.withdrawn:
                writing.withdraw(each.dataset, at, reason)
                search.remove(writing, each.dataset)
                outcome.changed.append(each.dataset)
            outcome.add(WITHDRAWN, each.identifier, each.dataset)
        writing.gathering().forget(records)
        if outcome.changed:
            publishing.show_all(writing, context.settings, outcome.changed, at)
        writing.gathering().tell(context.run, outcome.lines)
        if context.rehearsed:
            raise _Rehearsed
    return outcome


class _Taking:
    """One page on its way in."""

    def __init__(self, context: Context, writing: Writing, outcome: Outcome, page: str) -> None:
        self._context = context
        self._writing = writing
        self._gathering: Gathering = writing.gathering()
        self._outcome = outcome
        self._page = page
        self._source = context.place.source
        self._rows: dict[str, RecordRow] = {}
        self._seen: list[str] = []
        self._heads: dict[str, Head] = {}
        self._versions: list[Version] = []

    def all(self, page: Page) -> None:
        """Everything on it. Each record is judged by itself; what can be published goes in together."""
        identifiers = [each.identifier for each in page.records] + [each.identifier for each in page.refused if each.identifier]
        known = self._gathering.known(self._source, identifiers)
        twins = self._twins(page.records)
        self._heads = self._writing.heads(_ids(page.records, known, self._source))
        for refused in page.refused:
            self._refuse(refused, known.get(refused.identifier))
        for record in page.records:
            self._one(record, known.get(record.identifier), twins)
        self._gathering.put(tuple(self._rows.values()), [each for each in self._rows if each not in known])
        self._gathering.seen(self._source, self._seen, self._page, self._context.run)
        self._gathering.gone(self._source, page.gone, self._context.run)
        if self._versions:
            context = self._context
            publishing.enter_all(self._writing, self._versions, context.settings, context.store.files.open)
            publishing.show_all(self._writing, context.settings, self._outcome.changed, now())

    def _twins(self, records: Sequence[Record]) -> dict[str, RecordRow]:
        """What other sources have of these, by identifier, IRI and content."""
        names = list({name for each in records for name in (each.identifier, each.iri) if name})
        contents = list({each.content for each in records if each.content})
        found: dict[str, RecordRow] = {}
        for each in self._gathering.elsewhere(self._source, names, contents):
            found |= {name: each for name in (each.identifier, each.iri, each.content) if name}
        return found

    def _refuse(self, refused: Refused, known: RecordRow | None) -> None:
        """What was taken in of it before stays as it is: it is there still, only not to be read today."""
        self._outcome.add(REFUSED, refused.identifier, known.dataset if known else "", refused.findings)
        if known:
            self._seen.append(refused.identifier)
        elif refused.identifier and refused.identifier not in self._rows:
            self._rows[refused.identifier] = self._row(refused.identifier, REFUSED)

    def _row(self, identifier: str, outcome: str) -> RecordRow:
        return RecordRow(source=self._source, identifier=identifier, outcome=outcome, page=self._page, seen=self._context.run)

    def _one(self, record: Record, known: RecordRow | None, twins: Mapping[str, RecordRow]) -> None:
        if record.identifier in self._rows or (known is not None and known.seen == self._context.run and not known.gone):
            finding = Finding(code="harvest-repeated", severity="warning", found=record.title)
            self._outcome.add(REPEATED, record.identifier, findings=[finding])
        elif known is not None and known.digest == record.digest:
            self._seen.append(record.identifier)
            self._outcome.add(UNCHANGED, record.identifier, known.dataset)
        elif self._is_ours(record):
            self._put(record, OWN, known)
            self._outcome.add(OWN, record.identifier)
        elif (twin := _twin(record, twins)) and not (known and known.dataset and known.outcome != WITHDRAWN):
            details = {"source": twin.source, "dataset": twin.dataset}
            self._put(record, DUPLICATE, None)
            self._outcome.add(
                DUPLICATE, record.identifier, twin.dataset, [Finding(code="harvest-duplicate", severity="note", details=details)]
            )
        else:
            self._publish(record, known)

    def _is_ours(self, record: Record) -> bool:
        base = self._context.settings.public_url() + "/"
        return record.iri.startswith(base) or record.identifier.startswith(base)

    def _publish(self, record: Record, known: RecordRow | None) -> None:
        try:
            dataset, head = self._place_of(record, known)
            if head is not None and head.withdrawn and known is not None and known.outcome != WITHDRAWN:
                self._put(record, known.outcome, known)
                self._outcome.add(HELD_BACK, record.identifier, dataset, [Finding(code="harvest-held-back", severity="note")])
                return
            if known is not None and known.files.get("taken"):
                waiting = {**known.files, "described": record.description}
                self._put(record, WAITING, replace(known, files=waiting))
                self._outcome.counts[WAITING] += 1
                return
            publication = numbered(publication_of(record, self._context.place, dataset), head)
            self._prepare(publication, head)
        except (Refusal, Conflict) as error:
            findings = error.findings if isinstance(error, Refusal) and error.findings else (error.finding(),)
            self._refuse(Refused(identifier=record.identifier, findings=findings), known)
            return
        outcome = CREATED if head is None or head.withdrawn else UPDATED
        self._put(record, outcome, known, dataset)
        self._outcome.changed.append(dataset)
        self._outcome.add(outcome, record.identifier, dataset)

    def _place_of(self, record: Record, known: RecordRow | None) -> tuple[str, Head | None]:
        """The id of its dataset, and where that stands. One that belongs to something else is not taken."""
        if known is not None and known.dataset:
            return known.dataset, self._heads.get(known.dataset)
        dataset = id_of(record, self._source)
        head = self._heads.get(dataset)
        if head is not None:
            dataset = other_id(record, self._source)
            head = self._heads.get(dataset)
            if head is not None and not head.withdrawn:
                raise Refusal(Finding(code="harvest-id-taken", found=dataset))
        return dataset, head

    def _prepare(self, publication: Publication, head: Head | None) -> None:
        """Describe it, so that whatever speaks against it is known before anything is written."""
        if head is not None and head.publisher != publication.publisher.id:
            expected = {"dataset": publication.id, "found": publication.publisher.id, "expected": head.publisher}
            raise Conflict("publisher-mismatch", **expected)
        context = self._context
        try:
            self._versions.append(publishing.described(publication, context.settings, context.store.files.open))
        except ValueError as error:
            raise Refusal(Finding(code="harvest-record", found=type(error).__name__)) from error
        self._heads[publication.id] = Head(
            number=publication.version,
            withdrawn=False,
            publisher=publication.publisher.id,
            digest=publication.digest,
            issued=publication.issued,
            modified=publication.modified,
        )

    def _put(self, record: Record, outcome: str, known: RecordRow | None, dataset: str = "") -> None:
        self._rows[record.identifier] = RecordRow(
            source=self._source,
            identifier=record.identifier,
            iri=record.iri,
            dataset=dataset or (known.dataset if known else ""),
            outcome=outcome,
            page=self._page,
            digest=record.digest,
            content=record.content,
            files=known.files if known else {},
            seen=self._context.run,
        )


def _ids(records: Sequence[Record], known: Mapping[str, RecordRow], source: str) -> set[str]:
    """The ids that the datasets of these records have or could have."""
    found = set()
    for each in records:
        row = known.get(each.identifier)
        found |= {row.dataset} if row and row.dataset else {id_of(each, source), other_id(each, source)}
    return found


def _twin(record: Record, twins: Mapping[str, RecordRow]) -> RecordRow | None:
    return next((twins[name] for name in (record.identifier, record.iri, record.content) if name and name in twins), None)


def numbered(publication: Publication, head: Head | None) -> Publication:
    """With the number and the times of the next version."""
    at = now()
    return replace(
        publication,
        version=(head.number if head else 0) + 1,
        issued=head.issued if head else at,
        modified=later(at, head.modified) if head else at,
    )


def now() -> str:
    """The moment as the store writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
