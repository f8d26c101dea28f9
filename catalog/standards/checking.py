"""Whether a table can stand beside others of its standard: columns by name or alias, types, obligation.

Only what is verified is enforced (``Status``): a missing mandatory column is an error, a missing recommended one a warning,
everything else a note. The values themselves are checked by validation, from the constraints in the table's own schema.
"""

from collections.abc import Iterator

from catalog.errors import Finding, NotFound, Place, Severity
from catalog.model import Field, ForeignKey, Package, Resource
from catalog.standards.nouns import Column, HeaderMatch, Standard, Table
from catalog.standards.reading import Standards

DESCRIPTOR = "datapackage.json"

_FITTING = {
    "number": ("number", "integer"),
    "list": ("list", "string", "any"),
}
"""The types a field may have where the standard has the key's; anything can be written as text."""
_TEXT = ("string", "any")
"""The types of codes: as a number a code would lose its leading zero."""

_MISSING: dict[str, tuple[str, Severity]] = {
    "mandatory": ("standard-mandatory-missing", "error"),
    "recommended": ("standard-recommended-missing", "warning"),
}
_MISSING_TOGETHER = {"optional": "standard-optional-missing", "unknown": "standard-columns-missing"}


def check_package(package: Package, standards: Standards) -> tuple[Finding, ...]:
    """Every table of a package that declares a standard, held against it; an unknown standard or edition is an error."""
    findings: list[Finding] = []
    followed: dict[Standard, list[Resource]] = {}
    for resource in package.tables():
        if resource.standard is None:
            continue
        try:
            standard = standards.standard(resource.standard.id, resource.standard.edition)
        except NotFound as error:
            findings.append(
                Finding(
                    code=error.code,
                    place=Place(file=DESCRIPTOR, resource=resource.name),
                    found=error.details["found"],
                    expected=error.details["expected"],
                    details=error.details,
                )
            )
            continue
        followed.setdefault(standard, []).append(resource)
        findings += check_table(resource, standard)
    for standard, resources in followed.items():
        findings += _absent_tables(standard, resources)
        findings += _companion(standard, resources, package)
    return tuple(findings)


def check_table(resource: Resource, standard: Standard) -> tuple[Finding, ...]:
    """What keeps a table from being united with others of its standard. A resource without a schema has no columns."""
    place = Place(resource=resource.name)
    table = table_of(resource, standard)
    if table is None:
        known = ", ".join(each.name for each in standard.tables)
        details = {"standard": standard.slug}
        return (Finding(code="standard-table-unknown", place=place, found=resource.name, expected=known, details=details),)
    fields = resource.schema.fields if resource.schema else ()
    match = table.match_header([each.name for each in fields])
    if not match.mapping and not match.ambiguous:
        return (Finding(code="standard-no-column", place=place, details={"standard": standard.slug}),)
    by_name = {each.name: each for each in fields}
    return (
        *_ambiguous(match, place),
        *_missing(match, place, standard),
        *_types(match, by_name, resource.name),
        *_order(match, place, standard),
        *_others(match, place),
    )


def table_of(resource: Resource, standard: Standard) -> Table | None:
    """A standard of one table takes any resource; one of several finds the table by the resource's or the file's name."""
    if len(standard.tables) == 1:
        return standard.tables[0]
    file = resource.path.rsplit("/", 1)[-1]
    return next((each for each in standard.tables if each.name == resource.name or each.file == file), None)


def _ambiguous(match: HeaderMatch, place: Place) -> Iterator[Finding]:
    for name, headers in match.ambiguous.items():
        yield Finding(code="standard-header-ambiguous", place=place, found=", ".join(headers), expected=name)


def _missing(match: HeaderMatch, place: Place, standard: Standard) -> Iterator[Finding]:
    details = {"standard": standard.slug}
    for kind, columns in match.missing.items():
        if kind in _MISSING:
            code, severity = _MISSING[kind]
            for column in columns:
                yield Finding(code=code, severity=severity, place=place, expected=column.name, details=details)
        elif columns:
            names = ", ".join(each.name for each in columns)
            yield Finding(code=_MISSING_TOGETHER[kind], severity="note", place=place, expected=names, details=details)


def _types(match: HeaderMatch, fields: dict[str, Field], resource: str) -> Iterator[Finding]:
    for header, column in match.mapping.items():
        given, wanted = fields[header].type, column.field.type
        if not fits(given, column):
            place = Place(resource=resource, field=header)
            yield Finding(code="standard-type", severity="warning", place=place, found=given, expected=wanted)


def fits(given: str, column: Column) -> bool:
    """Whether a column of that type can be united with the standard's."""
    if column.field.type == "string":
        return given in _TEXT or not column.code
    return given in _FITTING.get(column.field.type, (column.field.type,))


def _order(match: HeaderMatch, place: Place, standard: Standard) -> Iterator[Finding]:
    if standard.status.order_enforced and not match.order_ok:
        headers = list(match.mapping)
        orders = [each.order for each in match.mapping.values()]
        first = next(index for index in range(1, len(orders)) if orders[index] < orders[index - 1])
        yield Finding(
            code="standard-order", severity="warning", place=place, found=headers[first], details={"before": headers[first - 1]}
        )


def _others(match: HeaderMatch, place: Place) -> Iterator[Finding]:
    if match.unknown:
        yield Finding(code="standard-columns-other", severity="note", place=place, found=", ".join(match.unknown))


def _absent_tables(standard: Standard, resources: list[Resource]) -> Iterator[Finding]:
    present = {table_of(each, standard) for each in resources}
    for table in standard.tables:
        if table not in present and table.obligation != "optional":
            mandatory = table.obligation == "mandatory"
            yield Finding(
                code="standard-table-missing",
                severity="error" if mandatory else "warning",
                place=Place(file=DESCRIPTOR),
                expected=table.file or table.name,
                details={"standard": standard.slug},
            )


def _companion(standard: Standard, resources: list[Resource], package: Package) -> Iterator[Finding]:
    """Form D keeps part of a record in a common table: it has to be there, and to be pointed at by a foreign key."""
    companion = standard.companion
    if companion is None:
        return
    others = {each.name for each in package.tables() if each.standard and each.standard.id == companion.standard}
    details = {"standard": standard.slug}
    if not others:
        yield Finding(
            code="standard-companion-missing",
            severity="warning",
            place=Place(file=DESCRIPTOR),
            expected=companion.standard,
            details=details,
        )
        return
    for resource in resources:
        keys = resource.schema.foreign_keys if resource.schema else ()
        if not any(_points(key, companion.column, others) for key in keys):
            yield Finding(
                code="standard-companion-key",
                severity="warning",
                place=Place(resource=resource.name, field=companion.column),
                expected=" | ".join(sorted(others)),
                details=details,
            )


def _points(key: ForeignKey, column: str, others: set[str]) -> bool:
    return key.fields == (column,) and key.resource in others
