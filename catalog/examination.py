"""Everything that can be found out about an open package: stock's report, then our own findings.

A door: rdflib, pandas and frictionless are imported only where a package is really examined.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog.addresses import Addresses
from catalog.errors import Finding, Place, Refusal
from catalog.model import Agent, Json, Package, Publication, Resource, Text
from catalog.settings import Settings
from catalog.standards import Standards, check_package
from catalog.tables import check_bytes, read_rows
from catalog.validation import Outcome, validate_package

if TYPE_CHECKING:
    from catalog.vocabulary.checking import CodedField
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
    outcome = validate_package(package)
    findings = [*outcome.findings, *_in_raw(package), *_of_codes(package, settings)]
    findings += check_package(package, standards())
    findings += _undescribable(package, settings)
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
    """The lists that the fields of a package name, each once, by name."""
    from catalog.vocabulary.checking import coded_fields

    vocabulary = vocabulary_for(package)
    return tuple(vocabulary.codelist(name) for name in sorted({each.name for each in coded_fields(package)}))


def _in_raw(package: Package) -> Iterator[Finding]:
    if package.raw is not None:
        for finding in validate_package(package.raw).problems():
            yield replace(finding, place=replace(finding.place, file=f"raw/{finding.place.file}"))


def _of_codes(package: Package, settings: Settings) -> Iterator[Finding]:
    """The lists themselves, then the codes of columns whose list is too long to stand in an ``enum``."""
    from catalog.vocabulary.checking import check_areas, check_schema_codelists, coded_fields

    found = [*check_schema_codelists(package, _shipped_vocabulary()), *check_areas(package, _shipped_vocabulary())]
    yield from found
    if any(each.severity == "error" for each in found):
        return
    for table in package.tables():
        columns = [each for each in coded_fields(package) if each.resource == table and "enum" not in each.field.constraints]
        if columns:
            yield from _unlisted(package, table, columns, settings)


def _unlisted(package: Package, table: Resource, columns: list["CodedField"], settings: Settings) -> Iterator[Finding]:
    from catalog.vocabulary.checking import check_values

    assert table.schema is not None, "a coded column stands in a schema"
    assert package.root is not None, "a package is examined while its folder is open"
    path = package.root.joinpath(*PurePosixPath(table.path).parts)
    records = read_rows(path, table, max_columns=settings.max_columns, max_cell_bytes=settings.max_cell_bytes)
    places = [(each, table.schema.names().index(each.field.name)) for each in columns]
    first: dict[str, dict[str, int]] = {each.field.name: {} for each in columns}
    for number, record in enumerate(records, start=1):
        for column, place in places:
            if number > 1 and place < len(record):
                first[column.field.name].setdefault(record[place], number)
    vocabulary = vocabulary_for(package)
    for column, place in places:
        missing = column.field.missing_values if column.field.missing_values is not None else table.schema.missing_values
        values = {value: row for value, row in first[column.field.name].items() if value not in missing}
        where = Place(file=table.path, resource=table.name, field=column.field.name, column=place + 1)
        yield from check_values(vocabulary.codelist(column.name), values, where)


def _underived(package: Package) -> tuple[Finding, ...]:
    from catalog.derivation import is_derived

    if not is_derived(package):
        return ()
    from catalog.derivation.published import check

    return check(package, vocabulary_for(package))


def _undescribable(package: Package, settings: Settings) -> tuple[Finding, ...]:
    """What would keep the description out of the feed, told before anything is published."""
    from catalog.dcat.projection import dataset_of

    operator = Agent(id=settings.publisher_id, name=Text(settings.publisher_name_ja, settings.publisher_name_en))
    draft = Publication(
        id=package.name,
        version=1,
        package=package,
        publisher=package.publisher or operator,
        files=(),
        report={},
        issued="2000-01-01T00:00:00Z",
        modified="2000-01-01T00:00:00Z",
    )
    try:
        dataset_of(draft, Addresses(settings.public_url()), settings)
    except Refusal as refusal:
        return refusal.findings
    return ()
