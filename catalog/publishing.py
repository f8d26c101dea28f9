"""The newcomer's page: how a data package becomes a published version. The only module that writes to the store.

``publish`` reads as the sentence it is: open, prepare, store the files, number, describe, make visible. Bytes are stored
by content before the one database transaction; the transaction alone makes a version visible. A crash anywhere leaves
the old state served, and at most files that no row names.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog import __version__, media
from catalog.addresses import Addresses
from catalog.datapackage import open_package
from catalog.dcat import dataset_of, render, render_catalog
from catalog.dcat.framing import PREFIXES
from catalog.errors import NotFound, Refusal
from catalog.intake import digest_of, prepare
from catalog.model import Agent, Package, Prepared, Publication, Text
from catalog.revisions import unexplained
from catalog.settings import Settings
from catalog.store import CATALOG_KEY, Head, Store, Target, Writing, later

RENDERED_FOR = "rendered-for"
"""Store key: what the stored descriptions were rendered for (base URL, catalogue texts, operator)."""
ISSUED = "issued"
"""Store key: when something was published here for the first time, the catalogue's own dct:issued."""


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
    step: Callable[[str], None] = lambda _name: None,
) -> Published:
    """Publish a folder or zip as the next version of its dataset, or find that it is published already.

    Raises Refusal or InvalidData with every finding, Conflict where another publisher owns the id or an address is
    taken, StoreError where the store cannot be written; in each case the catalogue stays as it was.
    """
    step("open")
    with open_package(source, settings) as package, TemporaryDirectory(prefix="catalog-") as workspace:
        if (same := _published_already(package, store)) is not None:
            return Published(publication=same, created=False)
        _refuse_unexplained(package, store, breaking)
        prepared = prepare(package, settings, Path(workspace), step)
        step("store")
        for path in prepared.contents.values():
            store.files.put(path)
        with store.writing() as writing:
            if (same := _published_already(package, store)) is not None:  # by another process, while this one prepared
                return Published(publication=same, created=False)
            publication = _numbered(prepared, writing.head(package.name), settings, note=note, breaking=breaking)
            _make_visible(writing, publication, settings)
    return Published(publication=publication, created=True)


def _refuse_unexplained(package: Package, store: Store, breaking: str) -> None:
    """Readers of the published version are told why a column went; without a reason, it does not go."""
    try:
        published = store.latest(package.name).package
    except NotFound:
        return
    if findings := unexplained(published, package, breaking):
        raise Refusal(*findings)


def _published_already(package: Package, store: Store) -> Publication | None:
    try:
        latest = store.latest(package.name)
    except NotFound:
        return None
    raw = digest_of(package.raw) if package.raw else ""
    return latest if (latest.digest, latest.raw_digest) == (digest_of(package), raw) else None


def withdraw(dataset: str, settings: Settings, store: Store, *, reason: str = "") -> None:
    """Take a dataset back: it answers "gone" from now on, and its versions stay numbered. NotFound where it is unknown."""
    at = _now()
    with store.writing() as writing:
        writing.withdraw(dataset, at, reason)
        _describe_catalog(writing, settings, at)


def refresh(store: Store, settings: Settings, progress: Callable[[int, int], None] = lambda _done, _all: None) -> bool:
    """Render every stored description again if the base URL, the catalogue's texts or the operator changed; True if so.

    One transaction: until it commits, the old descriptions are served whole.
    """
    if store.meta(RENDERED_FOR) == rendered_for(settings):
        return False
    with store.writing() as writing:
        datasets = [each.id for each in store.summaries(limit=store.count() or 1)]
        newest = ""
        for number, dataset in enumerate(datasets, start=1):
            publication = _for_operator(store.latest(dataset), settings)
            writing.set_documents(dataset, _describe(publication, settings), publication.modified)
            newest = later(newest, publication.modified) if newest else publication.modified
            progress(number, len(datasets))
        _describe_catalog(writing, settings, newest or _now())
    return True


def rendered_for(settings: Settings) -> str:
    """A digest of everything but the data that stands in a description: settings, and the edition of this program."""
    names = ("title_ja", "title_en", "description_ja", "description_en", "license")
    parts = [settings.public_url(), *(getattr(settings, each) for each in names), repr(operator(settings))]
    parts += [__version__, *PREFIXES.items()]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def operator(settings: Settings) -> Agent:
    """The publisher of packages that name none."""
    name = Text(ja=settings.publisher_name_ja, en=settings.publisher_name_en)
    return Agent(id=settings.publisher_id, name=name, uri=settings.publisher_uri)


def _numbered(prepared: Prepared, head: Head | None, settings: Settings, *, note: str, breaking: str) -> Publication:
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
        issued=head.issued if head else now,
        modified=later(now, head.modified) if head else now,
        note=note,
        breaking=breaking,
    )


def _kept(raw: Package | None) -> Package | None:
    """Raw records are described in the publication only where the steward declared them open."""
    return replace(raw, root=None) if raw is not None and raw.open else None


def _make_visible(writing: Writing, publication: Publication, settings: Settings) -> None:
    writing.add(publication, _describe(publication, settings), addresses_of(publication))
    _describe_catalog(writing, settings, publication.modified)


def _describe(publication: Publication, settings: Settings) -> Mapping[str, bytes]:
    return render(dataset_of(publication, Addresses(settings.public_url()), settings))


def _describe_catalog(writing: Writing, settings: Settings, modified: str) -> None:
    writing.set_documents(CATALOG_KEY, render_catalog(settings), modified)
    writing.set_meta(RENDERED_FOR, rendered_for(settings))
    if writing.meta(ISSUED) is None:
        writing.set_meta(ISSUED, modified)


def _for_operator(publication: Publication, settings: Settings) -> Publication:
    return publication if publication.package.publisher else replace(publication, publisher=operator(settings))


def addresses_of(publication: Publication) -> dict[str, Target]:
    """Every flat address that this version claims, as the path after the first slash, decoded."""
    found: dict[str, Target] = {}
    id_ = publication.id
    for table in publication.package.tables():
        schema = f"schema/{id_}-{table.name}"
        found[schema] = Target(kind="schema", dataset=id_, resource=table.name)
        found[f"{schema}-v{publication.version}"] = Target(
            kind="schema", dataset=id_, version=publication.version, resource=table.name
        )
        assert table.schema is not None, "a table has a schema"
        for field in table.schema.fields:
            found[f"field/{id_}-{table.name}-{field.name}"] = Target(
                kind="field", dataset=id_, resource=table.name, name=field.name
            )
    for name, format_ in distributions_of(publication.package):
        found[f"distribution/{id_}-{name}-{format_}"] = Target(kind="distribution", dataset=id_, resource=name, name=format_)
    return found


def distributions_of(package: Package) -> tuple[tuple[str, str], ...]:
    """(name, format) of each distribution: a table as csv, a file as it is, and the package as zip."""
    tables = tuple((each.name, media.CSV.name) for each in package.tables())
    files = tuple((each.name, media.of_path(each.path).name) for each in package.resources if each.role == "file")
    return (*tables, *files, ("package", media.ZIP.name))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
