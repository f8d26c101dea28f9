"""What has to be true of every standard before it is used: columns that cannot be mistaken for each other, both languages."""

from collections import Counter
from collections.abc import Iterator

from catalog.errors import Finding, Place
from catalog.model import Text
from catalog.standards.nouns import Column, Standard, Table
from catalog.values import fold


def findings_of(standard: Standard, file: str) -> list[Finding]:
    """Everything that is wrong with a standard by itself."""
    findings = list(_untranslated(standard, file))
    for table in standard.tables:
        place = Place(file=file, resource=table.name)
        findings += _repeated(table, place)
        findings += _ambiguous(table, place)
        findings += _keys(standard, table, place)
    if standard.companion and standard.tables[0].column(standard.companion.column) is None:
        place = Place(file=file, pointer="/companion/column")
        findings.append(Finding(code="standard-column-unknown", place=place, found=standard.companion.column))
    return findings


def _repeated(table: Table, place: Place) -> Iterator[Finding]:
    for name, count in Counter(fold(each.name) for each in table.columns).items():
        if count > 1:
            yield Finding(code="standard-column-repeated", place=place, found=name)
    for identifier, count in Counter(each.identifier for each in table.columns).items():
        if count > 1:
            yield Finding(code="standard-column-repeated", place=place, found=identifier)


def _ambiguous(table: Table, place: Place) -> Iterator[Finding]:
    """A spelling that stands for two columns would let a file's header mean either."""
    claimed: dict[str, Column] = {}
    for column in table.columns:
        for spelling in dict.fromkeys(fold(each) for each in column.spellings()):
            other = claimed.setdefault(spelling, column)
            if other is not column:
                written = next(each for each in column.spellings() if fold(each) == spelling)
                yield Finding(
                    code="standard-alias-ambiguous", place=place, found=written, expected=f"{other.name} / {column.name}"
                )


def _keys(standard: Standard, table: Table, place: Place) -> Iterator[Finding]:
    own = set(table.header())
    named = [*table.primary_key, *(name for key in table.unique_keys for name in key)]
    tables = {each.name: each for each in standard.tables} | {"": table}
    for key in table.foreign_keys:
        named += key.fields
        target = tables.get(key.resource)
        if target is None:
            yield Finding(code="standard-key-table", place=place, found=key.resource)
        else:
            for name in set(key.reference_fields) - set(target.header()):
                yield Finding(code="standard-column-unknown", place=place, found=f"{key.resource}.{name}")
    for name in dict.fromkeys(named):
        if name not in own:
            yield Finding(code="standard-column-unknown", place=place, found=name)


def _untranslated(standard: Standard, file: str) -> Iterator[Finding]:
    for where, text in _texts(standard):
        if not (text.ja.strip() and text.en.strip()):
            yield Finding(code="standard-text-missing", place=Place(file=file), found=text.ja or text.en, details={"text": where})


def _texts(standard: Standard) -> Iterator[tuple[str, Text]]:
    yield "title", standard.title
    yield "description", standard.description
    yield "evidence", standard.status.evidence
    for doubt in standard.status.doubts:
        yield "doubt", doubt
    for table in standard.tables:
        yield f"{table.name}: title", table.title
        yield f"{table.name}: description", table.description
        if table.condition:
            yield f"{table.name}: condition", table.condition
        for column in table.columns:
            yield f"{column.name}: title", column.field.title
            yield f"{column.name}: description", column.field.description
            if column.condition:
                yield f"{column.name}: condition", column.condition
