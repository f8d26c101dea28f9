"""Files of standard datasets: fetched, made a table of their standard, checked, and published beside their description.

Only where the licence says that files may be passed on, where the dataset is recognised as one of a standard, and where one
file of it can be meant. Whatever does not conform stays what it was, a description, with what was found shown beside it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from catalog import publishing, reception
from catalog.conforming import Library, Options, clean_bytes
from catalog.conforming.reading import FILE_BYTES
from catalog.dcat import cleaning, taking
from catalog.dcat.nouns import Dataset, Distribution
from catalog.errors import CatalogError, Conflict, Finding, NotFound, Refusal
from catalog.harvest import keeping
from catalog.harvest.describing import licence_ids, package_of, publication_of
from catalog.harvest.fetching import Fetcher, Unreachable, Validators
from catalog.harvest.keeping import Context, Outcome
from catalog.harvest.records import Record
from catalog.model import Origin, Publication
from catalog.publishing import Purpose
from catalog.reception import take_over, unpack_and_prepare
from catalog.sandbox import Limits, Sandbox
from catalog.settings import Settings
from catalog.standards import Standard, Standards
from catalog.store import RecordRow, Store
from catalog.vocabulary.reading import load as vocabulary

FILED, DESCRIBED, TRIED = "filed", "described", "tried"
LICENCES = frozenset({"CC-BY-4.0", "CC-BY-3.0", "CC-BY-2.1-JP", "CC-BY-SA-4.0", "CC0-1.0", "PDL-1.0", "ODC-BY-1.0", "GJSTU-2.0"})
"""Licences under which a file may be passed on in another form."""
_OPEN = re.compile(r"https?://(?:www\.)?opendefinition\.org/licenses/(?:cc-by|cc-by-sa|cc-zero|odc-by|odc-odbl)/?")
"""The same in CKAN's list, which names no version of them."""
_LICENCES = "licenses"
"""The key of what is no text of a template's sheet: the licences as the description names them."""
_TABLES = ("csv", "xlsx")
_PORTION = 50
_SHOWN = 50
"""Findings about a file that are kept with the description."""
_CHANGED = "収集元の表の変更 / the table was changed at its source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be a table of a standard."""

    standard: str
    address: str
    name: str


def take(context: Context, fetcher: Fetcher, sandbox: Sandbox) -> Iterator[Outcome]:
    """Look at the files of every record that is new or changed, and again at those that were looked at before."""
    after = ""
    while rows := context.store.harvests.with_files(context.place.source, context.run, after, _PORTION):
        for row in rows:
            yield _Filing(context, row, fetcher, sandbox).outcome()
        after = rows[-1].identifier


def candidate(dataset: Dataset) -> Candidate | None:
    """The file that is a table of a standard; None where the dataset is none of one, or has no table.

    Of several it is the only one that names what it conforms to. Raises Refusal("harvest-file-which") where that does not tell.
    """
    slug = recognised(dataset)
    for wanted in _TABLES if slug else ():
        given = [each for each in dataset.distributions if each.download_url and _format(each) == wanted]
        files = {each.download_url for each in given}
        told = {each.download_url for each in given if each.conforms_to} if len(files) > 1 else files
        if len(told) == 1:
            address = told.pop()
            name = unquote(urlsplit(address).path.rpartition("/")[2]) or f"{slug}.{wanted}"
            return Candidate(standard=slug, address=address, name=name)
        if files:
            details = {"standard": slug, "format": wanted.upper()}
            raise Refusal(Finding(code="harvest-file-which", severity="note", found=str(len(files)), details=details))
    return None


def recognised(dataset: Dataset) -> str:
    """The standard that a dataset says it is one of, as BODIK recognises it: by its pair of tags, else by its title."""
    tagged, titled = set(), set()
    keywords = cleaning.keywords(dataset.keywords)
    for each in _standards():
        if len(each.keywords) > 1 and cleaning.keywords(each.keywords) <= keywords:
            tagged.add(each.slug)
        if each.title.ja and each.title.ja in dataset.title.ja:
            titled.add(each.slug)
    found = tagged or titled
    return found.pop() if len(found) == 1 else ""


@cache
def _standards() -> tuple[Standard, ...]:
    library = Standards.load()
    return tuple(library.standard(slug, edition) for slug in library.names() for edition in library.editions(slug))


def _format(distribution: Distribution) -> str:
    said = f"{distribution.media_type} {distribution.format.label if distribution.format else ''}".lower()
    path = urlsplit(distribution.download_url).path.lower()
    if "csv" in said or path.endswith(".csv"):
        return "csv"
    return "xlsx" if "spreadsheetml" in said or "xlsx" in said or path.endswith(".xlsx") else ""


class _Filing:
    """One record whose file is looked at."""

    def __init__(self, context: Context, row: RecordRow, fetcher: Fetcher, sandbox: Sandbox) -> None:
        self._context = context
        self._row = row
        self._fetcher = fetcher
        self._sandbox = sandbox
        self._outcome = Outcome()

    def outcome(self) -> Outcome:
        """What came of it."""
        with suppress(NotFound):  # the operator has withdrawn it meanwhile
            latest = self._context.store.latest(self._row.dataset)
            if latest.package.origin is not None:
                self._look(latest, latest.package.origin)
        return self._outcome

    def _look(self, latest: Publication, origin: Origin) -> None:
        described = self._row.files.get("described") or origin.described
        dataset = taking.loaded(described)
        try:
            found = candidate(dataset)
        except Refusal as refusal:
            self._only_described(described, refusal.findings, {})
            return
        if found is None:
            self._settle(DESCRIBED, {}) if not self._row.files.get("described") else self._only_described(described, (), {})
            return
        licences = licence_ids(dataset)
        if not licences or not all(each in LICENCES or _OPEN.fullmatch(each) for each in licences):
            told = ", ".join(each or "–" for each in licences) or "–"
            self._only_described(described, (Finding(code="harvest-licence", severity="note", found=told),), {})
            return
        self._file(latest, dataset, described, found)

    def _file(self, latest: Publication, dataset: Dataset, described: str, found: Candidate) -> None:
        known = self._row.files
        fresh = self._row.outcome in (FILED, TRIED) and known.get("address") == found.address
        validators = Validators(etag=known.get("etag", ""), modified=known.get("modified", "")) if fresh else Validators()
        state = {"address": found.address}
        with TemporaryDirectory(prefix="catalog-harvest-") as name:
            folder = Path(name).resolve()
            file = folder / "file"
            try:
                with file.open("wb") as sink:
                    answer = self._fetcher.download(found.address, sink, FILE_BYTES, validators)
                digest = _sha256(file)
                if answer.unchanged or (fresh and known.get("digest") == digest):
                    return
                state = {"address": found.address, "digest": digest}
                state |= {"etag": answer.validators.etag, "modified": answer.validators.modified}
                version = self._published(latest, dataset, described, found, folder)
            except (Unreachable, Refusal, Conflict) as error:
                self._only_described(described, (self._against(found), *_findings(error)), state)
                return
        self._settle(FILED, {**state, "taken": True})
        if version:
            self._outcome.add(FILED, self._row.identifier, self._row.dataset)
            self._tell()

    def _published(self, latest: Publication, dataset: Dataset, described: str, found: Candidate, folder: Path) -> int:
        """Clean and check the file in the child, and publish what came of it. The version; 0 where it is published already."""
        settings, row = self._context.settings, self._row
        workspace = folder / "workspace"
        workspace.mkdir()
        known = replace(settings, home="", database="", files="")
        limits = Limits(
            seconds=settings.publish_seconds,
            cpu_seconds=4 * settings.publish_seconds,
            memory=settings.publish_memory_bytes,
            file_size=max(settings.max_package_bytes, Limits().file_size),
        )
        said = package_of(dataset, row.dataset)
        told = {**_metadata(dataset, latest), _LICENCES: json.dumps([asdict(each) for each in said.licenses])}
        asked = (str(folder / "file"), found, told, known, str(workspace))
        answer = self._sandbox.run(clean_and_prepare, *asked, limits=limits, workspace=workspace)
        prepared = take_over(answer, workspace)
        place = self._context.place
        origin = Origin(
            source=place.source,
            catalog=place.address,
            iri=row.iri,
            identifier=row.identifier,
            described=described,
            taken=True,
        )
        package = replace(
            prepared.package, publisher=latest.publisher, origin=origin, landing_page=said.landing_page, contact=said.contact,
            spatial=said.spatial, themes=said.themes, frequency=said.frequency, temporal=said.temporal, licenses=said.licenses,
        )  # fmt: skip
        if latest.digest == prepared.digest and latest.package.origin == origin:
            return 0
        begun = publishing.begin(package, self._context.store, _CHANGED)
        purpose = Purpose(breaking=_CHANGED if _narrower(latest, package.tables()) else "", actor=f"harvest:{place.source}")
        made = publishing.commit(replace(prepared, package=package), begun, settings, self._context.store, purpose)
        return made.publication.version

    def _only_described(self, described: str, findings: tuple[Finding, ...], state: Mapping[str, Any]) -> None:
        """Keep it as a description, with what was found beside it: a new version, where something else was found before."""
        row, context = self._row, self._context
        record = Record(
            identifier=row.identifier, iri=row.iri, title="", description=described, digest=row.digest, content=row.content
        )
        made = replace(publication_of(record, context.place, row.dataset), findings=findings[:_SHOWN])
        with context.store.writing() as writing:
            latest = _latest(context.store, row.dataset)
            if latest is not None and (latest.findings, latest.package.origin) != (made.findings, made.package.origin):
                stored = publishing.enter(
                    writing, keeping.numbered(made, writing.head(row.dataset)), context.settings, context.store.files.open
                )
                publishing.show_all(writing, context.settings, (stored.id,), stored.modified)
        self._settle(TRIED if state else DESCRIBED, state)
        if findings:
            self._outcome.add(DESCRIBED, row.identifier, row.dataset, findings)
            self._tell()

    def _against(self, found: Candidate) -> Finding:
        return Finding(code="harvest-file", severity="warning", found=found.name, details={"standard": found.standard})

    def _settle(self, outcome: str, files: Mapping[str, Any]) -> None:
        with self._context.store.writing() as writing:
            writing.gathering().put((replace(self._row, outcome=outcome, files=files),), ())

    def _tell(self) -> None:
        with self._context.store.writing() as writing:
            writing.gathering().tell(self._context.run, self._outcome.lines)


def clean_and_prepare(file: str, found: Candidate, metadata: Mapping[str, str], settings: Settings, workspace: str) -> Any:
    """The file as a checked package of its standard, with the log of every change; runs in the child.

    Raises Refusal with everything that speaks against it: what could not be made a value of its column, and what
    validation finds in the table that was made.
    """
    library = Library(standards=Standards.load(), vocabulary=vocabulary(), settings=settings)
    options = Options(standard=found.standard, metadata={key: each for key, each in metadata.items() if key != _LICENCES})
    cleaned = clean_bytes(found.name, Path(file).read_bytes(), options, library)
    if not cleaned.valid:
        raise Refusal(*(each for each in cleaned.findings if each.severity == "error"))
    folder = Path(workspace) / "package"
    changes = cleaned.records()["changes.csv"]
    for path, body in {**cleaned.files, "changes.csv": changes}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["resources"].append(_CHANGE_LOG)
    descriptor["licenses"] = [{name: text for name, text in each.items() if text} for each in json.loads(metadata[_LICENCES])]
    descriptor["sources"] = [{"title": found.name, "path": found.address}]
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, indent=2), encoding="utf-8")
    return unpack_and_prepare(str(folder), settings, workspace)


_CHANGE_LOG: Mapping[str, Any] = {
    "name": "changes",
    "path": "changes.csv",
    "title": "整形の記録",
    "description": "元のファイルから直したすべてのセル（元の行、セル、項目、直す前、直した後、規則）。",
    "catalog": {
        "role": "file",
        "translations": {
            "en": {"title": "Log of changes", "description": "Every cell that differs from the original file, with the rule."}
        },
    },
}


def warm_up() -> None:
    """Check a small package, and load what cleaning a file needs, once."""
    reception.warm_up()
    vocabulary()
    _standards()


def _metadata(dataset: Dataset, latest: Publication) -> dict[str, str]:
    """What the description says, under the keys of a template's sheet."""
    found = {
        "name": latest.id,
        "title": dataset.title.ja or dataset.title.en,
        "translations.en.title": dataset.title.en,
        "description": dataset.description.ja or dataset.description.en,
        "translations.en.description": dataset.description.en,
        "publisher.id": latest.publisher.id,
        "publisher.name": latest.publisher.name.ja or latest.publisher.name.en,
        "sample": "true" if latest.package.sample else "",
    }
    return {name: value for name, value in found.items() if value}


def _findings(error: CatalogError) -> tuple[Finding, ...]:
    return error.findings if isinstance(error, Refusal) and error.findings else (error.finding(),)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _narrower(latest: Publication, tables: Any) -> bool:
    """Whether the published version had columns that are no longer there."""
    now = {(table.name, name) for table in tables for name in (table.schema.names() if table.schema else ())}
    before = {(each.name, name) for each in latest.package.tables() for name in (each.schema.names() if each.schema else ())}
    return not before <= now


def _latest(store: Store, dataset: str) -> Publication | None:
    try:
        return store.latest(dataset)
    except NotFound:
        return None
