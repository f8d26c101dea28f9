"""The newcomer's page: how a data package becomes a published version. The only module that writes to the store.

``publish`` reads as the sentence it is: open, prepare, store the files, number, describe, make visible. Bytes are stored
by content before the one database transaction; the transaction alone makes a version visible. A crash anywhere leaves
the old state served, and at most files that no row names.

What writes RDF is imported when it is first used: whoever serves pages imports this module, and seldom publishes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO

from catalog import areas, dcat, media, search
from catalog.addresses import Addresses
from catalog.datapackage import open_package
from catalog.dcat import edition, eventstream, paging, shipped
from catalog.dcat.packing import pack, unpack
from catalog.errors import Conflict, NotFound, Refusal
from catalog.intake import digest_of, prepare
from catalog.model import Agent, Package, Prepared, Publication, Text
from catalog.revisions import unexplained
from catalog.settings import Settings
from catalog.store import (
    CATALOG_KEY,
    DESCRIBED_FOR,
    IDENTITY,
    ISSUED,
    RENDERED_FOR,
    SHAPES_LAST,
    WRITTEN_AS,
    Description,
    Entry,
    Files,
    Head,
    Held,
    Selection,
    Store,
    Target,
    Version,
    Writing,
    later,
)
from catalog.store.faults import translated
from catalog.store.portions import portions
from catalog.vocabulary.codelists import FOLDER, CodeList
from catalog.vocabulary.snapshots import thaw

_AT_ONCE = 100
"""Descriptions that are put in place with one statement."""

Progress = Callable[[int, int], None]
"""Is told how many are done, and how many there are."""


def _silent(_done: int, _all: int) -> None:
    """The progress of what nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it; ``created`` is False where the same bytes were published already."""

    publication: Publication
    created: bool


def publish(
    source: Path,
    settings: Settings,
    store: Store,
    *,
    note: str = "",
    breaking: str = "",
    actor: str = "",
    step: Callable[[str], None] = lambda _name: None,
) -> Published:
    """Publish a folder or zip as the next version of its dataset, or find that it is published already.

    ``actor`` is who does it, for the audit log. Raises Refusal or InvalidData with every finding, Conflict where another
    publisher owns the id, an address is taken or somebody else published the dataset meanwhile, StoreError where the store
    cannot be written; in each case the catalogue stays as it was.
    """
    settings = in_step(store, settings)
    step("open")
    with open_package(source, settings) as package, TemporaryDirectory(prefix="catalog-") as workspace:
        begun = begin(package, store, breaking)
        raw = digest_of(package.raw) if package.raw else ""
        if (same := begun.same(digest_of(package), raw)) is not None:
            return Published(publication=same, created=False)
        with translated():  # the folder for temporary files may be full, too
            prepared = prepare(package, settings, Path(workspace), step)
        step("store")
        return commit(prepared, begun, settings, store, Purpose(note=note, breaking=breaking, actor=actor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why a version is published, and by whom: a correction, the reason of a breaking change, an actor of the audit log."""

    note: str = ""
    breaking: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """What stood when the work on a new version began; None where nothing did. The new version is held against it."""

    latest: Publication | None

    def same(self, digest: str, raw_digest: str) -> Publication | None:
        """The published version, where it holds these very bytes."""
        latest = self.latest
        return latest if latest and (latest.digest, latest.raw_digest) == (digest, raw_digest) else None

    @property
    def number(self) -> int:
        """That of the version, 0 for none."""
        return self.latest.version if self.latest else 0


def begin(package: Package, store: Store, breaking: str) -> Begun:
    """What a new version is held against.

    Readers of the published one are told why a column goes; without a reason it does not: raises Refusal.
    """
    try:
        latest = store.latest(package.name)
    except NotFound:
        return Begun(None)
    if findings := unexplained(latest.package, package, breaking):
        raise Refusal(*findings)
    return Begun(latest)


def commit(prepared: Prepared, begun: Begun, settings: Settings, store: Store, purpose: Purpose) -> Published:
    """Store the files, then make the version visible in one transaction. Raises as ``publish``."""
    store.files.put_all(prepared.contents.values())
    with store.writing() as writing:
        if (same := _overtaken(writing, store, prepared, begun, purpose)) is not None:
            return Published(publication=same, created=False)
        _make_sure(prepared, store.files)
        publication = _make_visible(writing, prepared, settings, purpose, store.files.open)
    return Published(publication=publication, created=True)


def rehearse(prepared: Prepared, begun: Begun, settings: Settings, store: Store, purpose: Purpose) -> None:
    """Do everything that ``commit`` does but store files, and take it back. Raises as ``commit``."""
    places = {each.sha256: prepared.contents[each.path] for each in prepared.files}
    with suppress(_Rehearsed), store.writing() as writing:
        if _overtaken(writing, store, prepared, begun, purpose) is None:
            _make_visible(writing, prepared, settings, purpose, lambda sha256: places[sha256].open("rb"))
        raise _Rehearsed


class _Rehearsed(Exception):
    """The end of a rehearsal."""


def _overtaken(writing: Writing, store: Store, prepared: Prepared, begun: Begun, purpose: Purpose) -> Publication | None:
    """What another process has published since the work began: the same bytes, or Conflict("published-meanwhile")."""
    head = writing.head(prepared.package.name)
    standing = head.number if head and not head.withdrawn else 0
    if standing == begun.number:
        return None
    same = begin(prepared.package, store, purpose.breaking).same(prepared.digest, prepared.raw_digest)
    if same is None:
        raise Conflict("published-meanwhile", dataset=prepared.package.name, version=standing)
    return same


def _log(writing: Writing, actor: str, action: str, dataset: str, version: int, details: Mapping[str, str]) -> None:
    """A line of the audit log, in the transaction that it tells of."""
    writing.record(Entry(actor=actor, action=action, dataset=dataset, version=version, details=details, at=_now()))


def _make_sure(prepared: Prepared, files: Files) -> None:
    """Store again what is no longer there: a clean-up may have come between the files and this transaction.

    It throws away what no version names, as the one writer; from here on it waits until this version names them.
    """
    for each in prepared.files:
        if files.size(each.sha256) != each.bytes:
            files.put(prepared.contents[each.path])


def withdraw(dataset: str, settings: Settings, store: Store, *, reason: str = "", actor: str = "") -> None:
    """Take a dataset back: it answers "gone" from now on, and its versions stay numbered. NotFound where it is unknown."""
    settings = in_step(store, settings)
    at = _now()
    with store.writing() as writing:
        writing.withdraw(dataset, at, reason)
        search.remove(writing, dataset)
        show(writing, settings, dataset, at)
        head = writing.head(dataset)
        _log(writing, actor, "withdraw", dataset, head.number if head else 0, {"reason": reason} if reason else {})


def as_served(store: Store, settings: Settings) -> Settings:
    """These settings, with the base URL, names and texts that the catalogue is rendered for.

    Those are set where it is served and rendered anew. Whoever publishes from another folder or account, perhaps without
    that configuration, must not give the one feed two base URLs.
    """
    return _as_rendered(store.meta(IDENTITY), settings)


def _as_rendered(identity: str | None, settings: Settings) -> Settings:
    shown = edition.identity(settings)
    kept = json.loads(identity or "{}").items()
    changed = {name: value for name, value in kept if name in shown and value != getattr(settings, name)}
    return replace(settings, **changed) if changed else settings


def at_its_address(store: Store, settings: Settings) -> Settings:
    """These settings; where they name no base URL, with the one that the catalogue is rendered for."""
    return settings if settings.base_url else replace(settings, base_url=as_served(store, settings).base_url)


def in_step(store: Store, settings: Settings) -> Settings:
    """These settings as the catalogue is served with, once everything in it is as they and the program would have it."""
    kept = store.metas()
    settings = _as_rendered(kept.get(IDENTITY), settings)
    wanted = {search.EDITION: search.edition(settings), areas.EDITION: areas.edition(), RENDERED_FOR: edition.edition(settings)}
    if not wanted.items() <= kept.items():
        refresh(store, settings)
    return settings


def refresh(store: Store, settings: Settings, progress: Progress = _silent) -> bool:
    """Render every stored description again if a setting that shows in one, or the program, has changed; True if so."""
    search.refresh(store, settings)
    areas.refresh(store)
    if store.meta(RENDERED_FOR) == edition.edition(settings):
        return False
    reindex(store, settings, progress)
    return True


def reindex(store: Store, settings: Settings, progress: Progress = _silent, *, everything: bool = False) -> int:
    """Bring every description and every feed page to these settings and this program; the number of datasets.

    A publication is described again where a setting or the program has changed what there is to say; its statements are
    written again where a document is damaged or is written otherwise today (``everything``: in any case). What is right
    keeps its bytes. Rendering goes first, beside the store; one transaction then puts everything in place: whatever
    interrupts it, the old feed is served, whole. Followers of the event stream are told what reads differently afterwards;
    under another base URL the stream begins anew. Raises Refusal where a dataset cannot be described any more,
    Conflict("edition-changed") where another process has done the same meanwhile.
    """
    count, before = store.count(), _state(store)
    described, written = before[0] == edition.describing(settings), before[1] == edition.writing() and not everything
    tasks = _tasks(store, settings, described=described, written=written)
    with translated(), dcat.bulk.Spool() as spool:  # it is a temporary file, whose disk may be full
        for done, each in enumerate(dcat.bulk.described(tasks, settings, count), start=1):
            spool.put(each)
            progress(done, count)
        with store.writing() as writing:
            if _state(writing) != before:
                raise Conflict("edition-changed")
            at = _now()
            count = _put_in_place(store, writing, settings, spool, at, anew=described or not written)
            catalog = {name: pack(body) for name, body in dcat.render_catalog(settings).items()}
            writing.replace_documents({CATALOG_KEY: catalog}, at, anew=not written)
            if json.loads(writing.meta(IDENTITY) or "{}").get("base_url") != settings.public_url():
                writing.forget_events()
            writing.set_meta(RENDERED_FOR, edition.edition(settings))
            writing.set_meta(DESCRIBED_FOR, edition.describing(settings))
            writing.set_meta(WRITTEN_AS, edition.writing())
            writing.set_meta(IDENTITY, json.dumps(edition.identity(settings), ensure_ascii=False))
            shelf = writing.shelf(standing(settings))
            eventstream.tell_all(shelf, at)
            paging.rebuild(shelf, _feed(writing, settings, writing.modified(CATALOG_KEY)))
    return count


def _state(kept: Store | Writing) -> tuple[str | None, str | None]:
    """What the stored descriptions follow from, and how they are written."""
    return kept.meta(DESCRIBED_FOR), kept.meta(WRITTEN_AS)


def _tasks(store: Store, settings: Settings, *, described: bool, written: bool) -> Iterator[dcat.bulk.Task]:
    """What there is to do for each dataset, in order of id.

    ``described``: what is stored says what we would say; ``written``: it is written as we would write it.
    """
    after = ""
    while portion := store.stored_descriptions(after=after):
        tasks = {each.dataset: _task(each, written=written) if described else None for each in portion}
        missing = store.latest_of([each for each, task in tasks.items() if task is None])
        publications = {each.id: _for_operator(each, settings) for each in missing}
        for dataset, task in tasks.items():
            if found := task or publications.get(dataset):  # it may have been withdrawn meanwhile
                yield found
        after = portion[-1].dataset


def _task(stored: Description, *, written: bool) -> dcat.bulk.Kept | dcat.bulk.Stored | None:
    """What there is to do with a description that says the right thing; None where its statements are lost."""
    statements = stored.documents.get(media.N_TRIPLES.name)
    if statements is None or unpack(statements) is None:
        return None
    if written and _all_whole(stored.documents):
        return dcat.bulk.Kept(stored.dataset, stored.version)
    return dcat.bulk.Stored(stored.dataset, stored.version, statements)


def _all_whole(documents: dcat.bulk.Documents) -> bool:
    return documents.keys() == {each.name for each in media.RDF} and all(unpack(each) is not None for each in documents.values())


def _put_in_place(store: Store, writing: Writing, settings: Settings, spool: dcat.bulk.Spool, at: str, *, anew: bool) -> int:
    """Put what was rendered where readers find it; the number of datasets.

    ``anew``: also where the statements are the same as before.
    """
    visible = writing.visible()
    for some in portions(visible, _AT_ONCE):
        described = {}
        for dataset in some:
            if not spool.keeps(dataset, visible[dataset]):
                described[dataset] = spool.take(dataset, visible[dataset]) or _described(store, dataset, settings)
        writing.replace_documents(described, at, anew=anew)
    return len(visible)


def show(writing: Writing, settings: Settings, dataset: str, at: str) -> None:
    """Bring the feed in step with a dataset that came, changed or went at that time: its page, the first one, the stream.

    Raises as ``show_all``.
    """
    show_all(writing, settings, (dataset,), at)


def show_all(writing: Writing, settings: Settings, datasets: Iterable[str], at: str) -> None:
    """The same for some datasets: each page that one of them is on is written once.

    Raises Conflict("edition-changed") where the feed is not rendered for these settings.
    """
    if writing.meta(RENDERED_FOR) != edition.edition(settings):
        raise Conflict("edition-changed")
    modified = writing.set_documents(CATALOG_KEY, dcat.render_catalog(settings), at)
    if writing.meta(ISSUED) is None:
        writing.set_meta(ISSUED, at)
    shelf = writing.shelf(standing(settings))
    changed = sorted(datasets)
    eventstream.tell(shelf, changed, at)
    if changed:
        paging.keep(shelf, _feed(writing, settings, modified), changed)


def standing(settings: Settings) -> Selection:
    """The datasets that stand in the feed."""
    return Selection(samples=settings.samples_in_feed)


def _feed(writing: Writing, settings: Settings, modified: str) -> paging.Feed:
    return paging.Feed(
        addresses=Addresses(settings.public_url()),
        size=settings.page_size,
        issued=writing.meta(ISSUED) or "",
        modified=modified,
    )


def _described(store: Store, dataset: str, settings: Settings) -> dcat.bulk.Documents:
    """What was published while all the others were rendered."""
    outcome = dcat.bulk.describe(_for_operator(store.latest(dataset), settings), settings)
    if outcome.documents is None:
        raise Refusal(*outcome.findings)
    return outcome.documents


def _for_operator(publication: Publication, settings: Settings) -> Publication:
    return publication if publication.package.publisher else replace(publication, publisher=operator(settings))


def operator(settings: Settings) -> Agent:
    """The publisher of packages that name none."""
    name = Text(ja=settings.publisher_name_ja, en=settings.publisher_name_en)
    return Agent(id=settings.publisher_id, name=name, uri=settings.publisher_uri)


def _numbered(prepared: Prepared, head: Head | None, settings: Settings, purpose: Purpose) -> Publication:
    now = _now()
    return Publication(
        id=prepared.package.name,
        version=(head.number if head else 0) + 1,
        package=replace(prepared.package, root=None, raw=_kept(prepared.package.raw)),
        publisher=prepared.package.publisher or operator(settings),
        files=prepared.files,
        report=prepared.report,
        findings=prepared.findings,
        digest=prepared.digest,
        raw_digest=prepared.raw_digest,
        rows=prepared.rows,
        validator=prepared.validator,
        box=prepared.box,
        issued=head.issued if head else now,
        modified=later(now, head.modified) if head else now,
        note=purpose.note,
        breaking=purpose.breaking,
    )


def _kept(raw: Package | None) -> Package | None:
    """Raw records are described in the publication only where the steward declared them open."""
    return replace(raw, root=None) if raw is not None and raw.open else None


def _make_visible(
    writing: Writing, prepared: Prepared, settings: Settings, purpose: Purpose, read: Callable[[str], BinaryIO]
) -> Publication:
    publication = _numbered(prepared, writing.head(prepared.package.name), settings, purpose)
    stored = enter(writing, publication, settings, read)
    show(writing, settings, stored.id, stored.modified)
    passed = Held(at=stored.modified, datasets=1, faults=0, dataset=stored.id)  # ``prepare`` refuses all others
    writing.set_meta(SHAPES_LAST, passed.text())
    told = {"digest": publication.digest, "note": purpose.note, "breaking": purpose.breaking}
    details = {name: value for name, value in told.items() if value}
    _log(writing, purpose.actor, "publish", stored.id, stored.version, details)
    return stored


def enter(writing: Writing, publication: Publication, settings: Settings, read: Callable[[str], BinaryIO]) -> Publication:
    """Make a version the latest, with everything by which it is found but the feed, which ``show`` brings in step for many.

    Raises Refusal where it cannot be described, Conflict where its id or an address belongs to something else.
    """
    return enter_all(writing, (described(publication, settings, read),), settings, read)[0]


def described(publication: Publication, settings: Settings, read: Callable[[str], BinaryIO]) -> Version:
    """A version with its descriptions and the addresses that it claims. Raises as ``enter``."""
    documents = dcat.render(dcat.dataset_of(publication, Addresses(settings.public_url()), settings))
    return Version(publication=publication, documents=documents, addresses=addresses_of(publication, read))


def enter_all(
    writing: Writing, versions: Sequence[Version], settings: Settings, read: Callable[[str], BinaryIO]
) -> tuple[Publication, ...]:
    """``enter`` for versions of different datasets, the last one as the newest. Raises Conflict."""
    stored = writing.add_all(versions)
    areas.index_all(writing, stored, read)
    search.index_all(writing, stored, settings, read)
    return stored


def addresses_of(publication: Publication, read: Callable[[str], BinaryIO]) -> dict[str, Target]:
    """Every flat address that this version claims, as the path after the first slash, decoded.

    ``read`` opens the bytes of the version by their SHA-256, its code lists among them. Raises Conflict: address-shipped (a
    code list or standard of the product has it), address-twice (two definitions of the package would share it).
    """
    found: dict[str, Target] = {}
    for address, target in _claims(publication, read):
        if shipped.known(address):
            raise Conflict("address-shipped", address=address, dataset=publication.id)
        if address in found:
            raise Conflict("address-twice", address=address, dataset=publication.id)
        found[address] = target
    return found


def _claims(publication: Publication, read: Callable[[str], BinaryIO]) -> Iterator[tuple[str, Target]]:
    id_ = publication.id
    for table in publication.package.tables():
        schema = f"schema/{id_}-{table.name}"
        yield schema, Target(kind="schema", dataset=id_, resource=table.name)
        numbered = Target(kind="schema", dataset=id_, version=publication.version, resource=table.name)
        yield f"{schema}-v{publication.version}", numbered
        assert table.schema is not None, "a table has a schema"
        for field in table.schema.fields:
            target = Target(kind="field", dataset=id_, resource=table.name, name=field.name)
            yield f"field/{id_}-{table.name}-{field.name}", target
    for name, format_ in distributions_of(publication):
        yield f"distribution/{id_}-{name}-{format_}", Target(kind="distribution", dataset=id_, resource=name, name=format_)
    for codelist in _own_codelists(publication, read):
        yield f"codelist/{codelist.name}", Target(kind="codelist", dataset=id_, resource=codelist.name)
        for concept in codelist.concepts:
            if concept.codelist == codelist.name:
                target = Target(kind="concept", dataset=id_, resource=codelist.name, name=concept.code)
                yield f"concept/{codelist.name}-{concept.code}", target


def _own_codelists(publication: Publication, read: Callable[[str], BinaryIO]) -> Iterator[CodeList]:
    """The lists that the package brought itself, as this version keeps them; those of the product have their addresses."""
    for each in publication.files:
        name = PurePosixPath(each.path).stem
        if each.role == "codelist" and f"{FOLDER}/{name}.ttl" in publication.package.files:
            with read(each.sha256) as stream:
                yield thaw(stream.read())


def distributions_of(publication: Publication) -> tuple[tuple[str, str], ...]:
    """(name, format) of each distribution: a table in every format that is stored of it, a file as it is, the package as zip."""
    tables = tuple((each.resource, each.format) for each in publication.files if each.role == "table")
    files = tuple((each.name, media.of_path(each.path).name) for each in publication.package.resources if each.role == "file")
    package = (("package", media.ZIP.name),) if publication.files else ()  # of what was collected there may be a description only
    return (*tables, *files, *package)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
