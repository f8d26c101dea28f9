"""``clean_bytes``: a messy file of a city -> a package of a standard, its change log and its findings. Nothing is written."""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from catalog import messages
from catalog.conforming.changes import Change, by_rule, log
from catalog.conforming.conformed import Conformed, Work, conform
from catalog.conforming.headers import Edition, first_row, locate, shown
from catalog.conforming.metadata import Metadata, is_sample, merged, read_sheet
from catalog.conforming.packaging import Made, package
from catalog.conforming.reading import Source, read
from catalog.conforming.repairs import Decisions
from catalog.errors import Finding, Place, Refusal
from catalog.model import Json
from catalog.settings import Settings
from catalog.standards import Standard, Standards
from catalog.values import cell_name
from catalog.vocabulary.codelists import Vocabulary

CHANGES, SUMMARY = "changes.csv", "cleaning.json"
_CANDIDATES = 3
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What files are held against: the standards, the code lists, and the limits of the settings."""

    standards: Standards
    vocabulary: Vocabulary
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the steward says. All of it may be left out where the file is a filled-in template of ``catalog new``.

    ``standard`` and ``edition``: "" for those that the template names; without an edition the newest one is taken that the
    file satisfies. ``sheet``: which of several tables of a workbook. ``metadata``: texts by the keys of the sheet メタデータ
    (docs/standards.md), before which they take precedence: ``name``, ``title``, ``publisher.id``, ``license``,
    ``contact.name`` … ``columns``: header of the file -> column of the standard. ``decisions``: (column, text) -> text.
    """

    standard: str = ""
    edition: str = ""
    sheet: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What came of a file. ``files`` are those of the package, by path; ``records()`` are kept beside it.

    ``columns`` and ``rows`` are the table again; ``source_rows`` the record of the file that each row was, from 1.
    ``findings`` of severity "error" name cells that were left as they were and that a validator refuses.
    """

    name: str
    publisher: str
    standard: str
    edition: str
    files: Mapping[str, bytes]
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    source_rows: list[int]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    summary: Json

    @property
    def valid(self) -> bool:
        """Whether nothing was left that a validator refuses."""
        return not any(each.severity == "error" for each in self.findings)

    def records(self) -> dict[str, bytes]:
        """The change log and the summary. They lie beside the package and do not belong to it: they are not published."""
        summary = json.dumps(self.summary, ensure_ascii=False, indent=2) + "\n"
        return {CHANGES: log(self.changes), SUMMARY: summary.encode()}


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one edition made of the file: a table, or why there is none."""

    standard: Standard
    conformed: Conformed | None
    refused: tuple[Finding, ...] = ()

    def reasons(self) -> tuple[Finding, ...]:
        """What keeps the file from satisfying the edition."""
        return self.conformed.errors() if self.conformed else self.refused


def clean_bytes(name: str, data: bytes, options: Options, library: Library) -> Cleaned:
    """Make the file ``name`` with these bytes a table and package of a standard. Pure: nothing is read or written elsewhere.

    Raises Refusal with every reason found, where no table comes of it (docs/conforming.md lists the codes),
    NotFound("standard-unknown" or "edition-unknown").
    """
    with _uncollected():
        return _clean(name, data, options, library)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: it would walk through millions of cells again and again, among which there are no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _clean(name: str, data: bytes, options: Options, library: Library) -> Cleaned:
    place = Place(file=name)
    source = read(name, data, library.settings)
    sheet, doubts = read_sheet(source.metadata, place)
    metadata = merged(sheet, options.metadata)
    slug = options.standard or metadata.get("standard.id", "")
    if not slug:
        raise Refusal(_candidates(source, library.standards))
    editions = _editions(slug, options, metadata, library.standards)
    if len(editions[0].tables) > 1:
        raise Refusal(Finding(code="clean-standard-package", place=place, found=slug))
    attempts = _attempts(source, editions, options, metadata, library)
    chosen = next((each for each in attempts if each.conformed and not each.reasons()), None) or next(
        (each for each in attempts if each.conformed), None
    )
    if chosen is None or chosen.conformed is None:
        raise Refusal(*attempts[0].refused)
    made = package(chosen.conformed, chosen.standard, metadata, (library.standards, library.vocabulary), place)
    if errors := [each for each in made.findings if each.severity == "error"]:
        raise Refusal(*doubts, *errors)
    findings = (*doubts, *made.findings, *_older(chosen, attempts, place), *chosen.conformed.findings)
    return _cleaned(source, chosen.standard, chosen.conformed, made, findings)


def _editions(slug: str, options: Options, metadata: Metadata, standards: Standards) -> list[Standard]:
    """The edition that was asked for, or all of them, the newest first."""
    edition = options.edition or (metadata.get("standard.edition", "") if metadata.get("standard.id") == slug else "")
    if edition:
        return [standards.standard(slug, edition)]
    return [standards.standard(slug, each) for each in reversed(standards.editions(slug))]


def _attempts(source: Source, editions: list[Standard], options: Options, metadata: Metadata, library: Library) -> list[_Attempt]:
    """Try each edition until one is satisfied."""
    attempts: list[_Attempt] = []
    for standard in editions:
        slug = standard.slug
        known = (library.standards.standard(slug, each) for each in reversed(library.standards.editions(slug)))
        others = tuple(each.table() for each in known if each.edition != standard.edition)
        edition = Edition(standard, others, options.columns)
        work = Work(
            file=source.file,
            edition=edition,
            vocabulary=library.vocabulary,
            decisions=options.decisions,
            sample=is_sample(metadata),
        )
        try:
            attempts.append(_Attempt(standard, conform(locate(source, edition, options.sheet), work)))
        except Refusal as refusal:
            attempts.append(_Attempt(standard, None, refusal.findings))
        if not attempts[-1].reasons():
            break
    return attempts


def _older(chosen: _Attempt, attempts: list[_Attempt], place: Place) -> Iterator[Finding]:
    """Say that an older edition was taken, and which columns kept the newest from being it."""
    newest = attempts[0]
    if newest is chosen:
        return
    columns = dict.fromkeys(each.place.field or each.expected for each in newest.reasons())
    details = {"standard": chosen.standard.slug, "columns": shown(columns)}
    yield Finding(
        code="clean-edition-older",
        severity="warning",
        place=place,
        found=chosen.standard.edition,
        expected=newest.standard.edition,
        details=details,
    )


def _candidates(source: Source, standards: Standards) -> Finding:
    """Which standards the headers of the file would fit, most of them first."""
    place = Place(file=source.file)
    scores = []
    for standard in standards.current():
        if len(standard.tables) > 1:
            continue
        try:
            located = locate(source, Edition(standard, (), {}))
        except Refusal:
            continue
        named = len([each for each in located.labels if each])
        score = located.recognised.score()
        if score >= named * _HALF:
            scores.append((score, named, standard.slug))
    best = sorted(scores, reverse=True)[:_CANDIDATES]
    header = shown(first_row(source.sheets[0].head))
    if not best:
        return Finding(code="clean-standard-none", place=place, found=header, expected=", ".join(standards.names()))
    expected = ", ".join(f"{slug} ({score}/{named})" for score, named, slug in best)
    return Finding(code="clean-standard-needed", place=place, found=header, expected=expected)


def _cleaned(source: Source, standard: Standard, conformed: Conformed, made: Made, findings: tuple[Finding, ...]) -> Cleaned:
    located = conformed.located
    places = {column.name: place for place, column in located.recognised.columns.items()}
    changes = conformed.changes
    summary = {
        "name": made.name,
        "publisher": made.publisher,
        "standard": {"id": standard.slug, "edition": standard.edition},
        "source": {
            "file": source.file,
            "kind": source.kind,
            "encoding": source.encoding,
            "delimiter": located.sheet.delimiter,
            "sheet": located.sheet.name,
            "header": located.row,
            "titles": list(conformed.titles),
        },
        "rows": len(conformed.rows),
        "blankRows": conformed.blank_rows,
        "columns": [
            {
                "name": each.name,
                "from": located.labels[places[each.name]],
                "cell": cell_name(located.row, places[each.name] + 1),
            }
            for each in conformed.columns
        ],
        "leftOut": [{"from": label, "column": column, "filled": filled} for column, label, filled in conformed.left_out],
        "changedCells": len(changes),
        "changes": by_rule(changes),
        "valid": not any(each.severity == "error" for each in findings),
        "findings": [messages.as_json(each) for each in findings],
    }
    return Cleaned(
        name=made.name,
        publisher=made.publisher,
        standard=standard.slug,
        edition=standard.edition,
        files=made.files,
        columns=tuple(each.name for each in conformed.columns),
        rows=conformed.rows,
        source_rows=conformed.source_rows,
        changes=changes,
        findings=findings,
        summary=summary,
    )
