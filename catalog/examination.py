"""Everything that can be found out about an open package: stock's report, then our own findings.

A door: rdflib, pandas and frictionless are imported only where a package is really examined.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog import media
from catalog.addresses import Addresses
from catalog.errors import Finding, Refusal
from catalog.model import Agent, FileRole, Json, Package, Publication, StoredFile, Text
from catalog.settings import Settings
from catalog.standards import Standards, check_package
from catalog.tables import check_bytes
from catalog.validation import Outcome, validate_package
from catalog.validation.doubts import doubts_of

if TYPE_CHECKING:
    from catalog.vocabulary.codelists import CodeList, Vocabulary

NO_REPORT: Json = {
    "valid": False,
    "stats": {"tasks": 0, "errors": 0, "warnings": 0},
    "warnings": [],
    "errors": [],
    "tasks": [],
}
"""What stands in the place of a frictionless report where stock was not asked."""

Step = Callable[[str], None]
"""Told the name of each step as it begins: "validate", "derive", "write"."""


def examine(package: Package, settings: Settings, step: Step = lambda _name: None) -> Outcome:
    """Validate the package and the raw records beside it; hold it against its code lists, standards and derivations.

    The report is the package's own; whatever concerns ``raw/`` and the definitions stands in the findings.
    """
    step("validate")
    if unreadable := _unreadable(package):
        return Outcome(report=NO_REPORT, findings=unreadable, lanes={})
    outcome, judged = _judged(package, settings)
    findings = [*outcome.findings, *judged, *_in_raw(package), *_of_codes(package)]
    findings += [*check_package(package, standards()), *doubts_of(package)]
    findings += _undescribable(package, outcome.report, settings)
    if outcome.valid and not any(each.severity == "error" for each in findings):
        step("derive")
        findings += _underived(package)
    return replace(outcome, findings=tuple(findings))


def _unreadable(package: Package) -> tuple[Finding, ...]:
    """What no validator should be asked about: stock would guess, or report each cell of something that is no table."""
    assert package.root is not None, "a package is examined while its folder is open"
    findings: list[Finding] = []
    for table in package.tables():
        try:
            check_bytes(package.root.joinpath(*PurePosixPath(table.path).parts), table)
        except Refusal as refusal:
            findings += refusal.findings
    return tuple(findings)


@cache
def standards() -> Standards:
    """The shipped standards, read once."""
    return Standards.load()


@cache
def _shipped_vocabulary() -> "Vocabulary":
    from catalog.vocabulary.reading import load

    return load()


def vocabulary_for(package: Package) -> "Vocabulary":
    """The shipped code lists and the package's own."""
    from catalog.vocabulary.checking import vocabulary_of

    return vocabulary_of(package, _shipped_vocabulary())


def codelists_used(package: Package) -> tuple["CodeList", ...]:
    """The lists that the fields of a package name, and those of its raw records where they are open; each once, by name."""
    from catalog.vocabulary.checking import coded_fields

    vocabulary = vocabulary_for(package)
    shown = [package, package.raw] if package.raw is not None and package.raw.open else [package]
    names = {each.name for one in shown for each in coded_fields(one)}
    return tuple(vocabulary.codelist(name) for name in sorted(names & set(vocabulary.names())))


def _in_raw(package: Package) -> Iterator[Finding]:
    if package.raw is not None:
        for finding in validate_package(package.raw).problems():
            yield replace(finding, place=replace(finding.place, file=f"raw/{finding.place.file}"))


def _of_codes(package: Package) -> tuple[Finding, ...]:
    """The code lists themselves, and the codes in the descriptor."""
    from catalog.vocabulary.checking import check_areas, check_schema_codelists

    return (*check_schema_codelists(package, _shipped_vocabulary()), *check_areas(package, _shipped_vocabulary()))


def _judged(package: Package, settings: Settings) -> tuple[Outcome, tuple[Finding, ...]]:
    """What validation says, and our own findings about the cells, which are looked for while validation reads them."""
    from catalog.validation.judging import Judge, scan_again

    judge = Judge(package, settings, standards(), vocabulary_for(package))
    outcome = validate_package(package, ask=judge.ask)
    scanned = {name: seen for name, seen in outcome.sightings.items() if seen or outcome.lanes[name] != "stock"}
    return outcome, judge.findings(scanned, partial(scan_again, package))


def _underived(package: Package) -> tuple[Finding, ...]:
    from catalog.derivation import is_derived

    if not is_derived(package):
        return ()
    from catalog.derivation.published import check

    return check(package, vocabulary_for(package))


def _undescribable(package: Package, report: Json, settings: Settings) -> tuple[Finding, ...]:
    """What would keep the description out of the feed, or stand there otherwise, told before anything is published."""
    from catalog.dcat.projection import dataset_of, unlike
    from catalog.dcat.shapes import check as check_shapes

    told = tuple(unlike(package))
    try:
        dataset = dataset_of(_draft(package, report, settings), Addresses(settings.public_url()), settings)
    except Refusal as refusal:
        return told + refusal.findings
    return told + check_shapes(dataset)


def _draft(package: Package, report: Json, settings: Settings) -> Publication:
    """The publication as it would be, but for its number, its times and the bytes of its files."""
    operator = Agent(id=settings.publisher_id, name=Text(settings.publisher_name_ja, settings.publisher_name_en))
    given = {each.path: each.name for each in package.resources}
    files = [_file(f"source/{path}", "source", given.get(path, "")) for path in package.files]
    files += [_file(f"{each.name}{media.CSV.suffix}", "table", each.name) for each in package.tables()]
    return Publication(
        id=package.name,
        version=1,
        package=package,
        publisher=package.publisher or operator,
        files=(*files, _file(f"{package.name}{media.ZIP.suffix}", "package")),
        report=report,
        rows={each.name: 0 for each in package.tables()},
        issued="2000-01-01T00:00:00Z",
        modified="2000-01-01T00:00:00Z",
    )


def _file(path: str, role: FileRole, resource: str = "") -> StoredFile:
    format_ = media.of_path(path)
    return StoredFile(
        path=path, sha256="0" * 64, bytes=0, media_type=format_.media_type, role=role, format=format_.name, resource=resource
    )
