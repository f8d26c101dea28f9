"""Everything that can be found out about an open package: stock's report, then our own findings.

A door: rdflib, pandas and frictionless are imported only where a package is really examined.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog import media
from catalog.addresses import Addresses
from catalog.endless import doubts
from catalog.errors import Finding, Refusal
from catalog.model import Agent, FileRole, Json, Package, Publication, Resource, StoredFile, Text
from catalog.sandbox import Limits, Sandbox, confined
from catalog.settings import Settings
from catalog.standards import Standards, check_package
from catalog.tables import SHEETS, check_bytes
from catalog.validation import Outcome, scan_again, validate_package
from catalog.validation.doubts import doubts_of
from catalog.validation.hashing import Hashes
from catalog.validation.limits import LIMIT_ERRORS
from catalog.validation.scanning import Question

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

SECONDS = 4
"""Least time that a child has; with its start, ten seconds hold. A second is added for each megabyte of the tables."""

_DESCRIBING = "catalog.dcat.projection"
"""What a description is made with, once the tables are read."""

Step = Callable[[str], None]
"""Told the name of each step as it begins: "validate", "derive", "write"."""


def examine(
    package: Package,
    settings: Settings,
    step: Step = lambda _name: None,
    *,
    vouching: bool = False,
    hashes: Mapping[str, Future[Hashes]] | None = None,
    limit_errors: int = LIMIT_ERRORS,
) -> Outcome:
    """Validate the package and the raw records beside it; hold it against its code lists, standards and derivations.

    The report is the package's own; whatever concerns ``raw/`` and the definitions stands in the findings. A package that
    might keep the validator busy without end is examined in a limited child. Raises Refusal where that was stopped.
    With ``vouching``, a description that surely keeps the shapes is not held against them one by one. ``hashes``: those of the
    tables, where somebody works them out already. ``limit_errors``: so many of one table are told, 0 is all; what comes after
    the last of them is not judged either.
    """
    step("validate")
    if unreadable := _unreadable(package, whole=False):
        return Outcome(report=NO_REPORT, findings=unreadable, lanes={})
    slow = () if confined() else (*doubts(package), *(doubts(package.raw) if package.raw is not None else ()))
    if not slow:
        return examine_here(package, settings, step, vouching=vouching, hashes=hashes, limit_errors=limit_errors)
    if unreadable := _unreadable(package):
        return Outcome(report=NO_REPORT, findings=unreadable, lanes={})
    try:
        with closing(Sandbox(warm_up, processes=1)) as sandbox:
            here = partial(examine_here, limit_errors=limit_errors)
            outcome: Outcome = sandbox.run(here, package, settings, limits=_limits(package, settings))
    except Refusal as refusal:
        raise Refusal(*refusal.findings, *slow) from None
    return replace(outcome, findings=(*outcome.findings, *slow))


def _limits(package: Package, settings: Settings) -> Limits:
    """What a child may use that examines the package: more than a stranger's file has where the tables are large."""
    assert package.root is not None, "a package is examined while its folder is open"
    size = sum(package.root.joinpath(*PurePosixPath(each.path).parts).stat().st_size for each in package.tables())
    seconds = SECONDS + size // 1_000_000
    limits = Limits(seconds=seconds, cpu_seconds=4 * seconds, memory=settings.check_memory_bytes)
    return replace(limits, file_size=max(limits.file_size, 4 * size))


def warm_up() -> None:
    """Import what an examination needs, before children are forked."""
    from catalog.dcat import projection, shapes  # noqa: F401  imported for what it takes
    from catalog.derivation import published  # noqa: F401  the same
    from catalog.validation import judging, lanes, stock  # noqa: F401  the same

    shipped_vocabulary()
    standards()


def examine_here(
    package: Package,
    settings: Settings,
    step: Step = lambda _name: None,
    *,
    vouching: bool = False,
    hashes: Mapping[str, Future[Hashes]] | None = None,
    limit_errors: int = LIMIT_ERRORS,
) -> Outcome:
    """The examination itself, of tables that can be read, in this process."""
    outcome, judged = _judged(package, settings, hashes, limit_errors)
    if outcome.refused:
        return outcome
    findings = [
        *outcome.findings,
        *(each for each in judged if each not in outcome.findings),
        *_in_raw(package),
        *_of_codes(package),
    ]
    findings += [*check_package(package, _followed(package)), *doubts_of(package)]
    findings += _undescribable(package, outcome.report, settings, vouching=vouching)
    if outcome.valid and not any(each.severity == "error" for each in findings):
        step("derive")
        findings += _underived(package)
    return replace(outcome, findings=tuple(findings), sightings={})


def _unreadable(package: Package, *, whole: bool = True) -> tuple[Finding, ...]:
    """What no validator should be asked about: stock would guess, or report each cell of something that is no table.

    What is proven clean has been decoded on the way, so the whole of a file is looked at only where stock is needed.
    """
    assert package.root is not None, "a package is examined while its folder is open"
    findings: list[Finding] = []
    for table in package.tables():
        if table.format in SHEETS:
            continue  # looked at when the package was opened
        try:
            check_bytes(package.root.joinpath(*PurePosixPath(table.path).parts), table, whole=whole)
        except Refusal as refusal:
            findings += refusal.findings
    return tuple(findings)


@cache
def standards() -> Standards:
    """The shipped standards, read once."""
    return Standards.load()


def _followed(package: Package) -> Standards:
    """The shipped standards; none of them is read for a package whose tables follow none."""
    return standards() if any(each.standard for each in package.tables()) else Standards(())


def shipped_vocabulary() -> "Vocabulary":
    """The shipped code lists; each is read once, when it is asked for."""
    from catalog.dcat.shipped import vocabulary

    return vocabulary()


def vocabulary_for(package: Package) -> "Vocabulary":
    """The shipped code lists and the package's own."""
    from catalog.vocabulary.checking import vocabulary_of

    return vocabulary_of(package, shipped_vocabulary())


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

    return (*check_schema_codelists(package, shipped_vocabulary()), *check_areas(package, shipped_vocabulary()))


def _judged(
    package: Package, settings: Settings, hashes: Mapping[str, Future[Hashes]] | None, limit_errors: int
) -> tuple[Outcome, tuple[Finding, ...]]:
    """What validation says, and our own findings about the cells, which are looked for while validation reads them."""
    from catalog.validation.judging import Judge

    judge = Judge(package, settings, _followed(package), partial(vocabulary_for, package))
    look = partial(_unreadable, package)
    with ThreadPoolExecutor(1) as pool:

        def ask(table: Resource, labels: tuple[str, ...], lacking: Collection[bytes]) -> Sequence[Question]:
            pool.submit(import_module, _DESCRIBING)  # the engine reads next, and has no use for the interpreter
            return judge.ask(table, labels, lacking)

        outcome = validate_package(package, limit_errors=limit_errors, ask=ask, before_stock=look, hashes=hashes)
    if outcome.refused:
        return outcome, ()
    return outcome, judge.findings(outcome.sightings, partial(scan_again, package), outcome.last_rows, outcome.plain)


def _underived(package: Package) -> tuple[Finding, ...]:
    if not package.is_derived():
        return ()
    from catalog.derivation.published import check

    return check(package, vocabulary_for(package))


def _undescribable(package: Package, report: Json, settings: Settings, *, vouching: bool) -> tuple[Finding, ...]:
    """What would keep the description out of the feed, or stand there otherwise, told before anything is published."""
    from catalog.dcat.projection import dataset_of, unlike
    from catalog.dcat.vouching import vouched

    told = tuple(unlike(package))
    try:
        dataset = dataset_of(_draft(package, report, settings), Addresses(settings.public_url()), settings)
    except Refusal as refusal:
        return told + refusal.findings
    if vouching and vouched(dataset):
        return told
    from catalog.dcat.shapes import check as check_shapes

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
