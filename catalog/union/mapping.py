"""A published table of any edition -> the columns of the current one. By what the standard itself says, never by a guess.

A header is looked up in the edition that the table declares; its identifier finds the column of the current edition. Where that
has none, the header is looked up among the current edition's own names and other spellings.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from catalog.errors import Finding, Place
from catalog.model import Field, Resource
from catalog.standards import Column, Standard, Table, fits, table_of
from catalog.standards.nouns import OBLIGATIONS
from catalog.union.nouns import Part
from catalog.vocabulary.codelists import CodeList

Finder = Callable[[str], CodeList | None]
"""Finds a code list by name, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be mapped: a table that declares ``declared``, and the ``current`` edition's table.

    ``own`` finds code lists as the publication keeps them, ``known`` those of the standard.
    """

    table: Resource
    declared: Standard
    current: Table
    sample: bool
    own: Finder
    known: Finder


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What came of it. ``missing`` are columns of the current edition by obligation ("unknown" where it has none)."""

    parts: tuple[Part, ...]
    missing: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]


def mapped(subject: Subject) -> Mapped:
    """The columns of the table that have a place in the current edition, and what of the table has none."""
    claims = _claims(subject)
    findings = [_place(subject, each, "union-column-other") for each, column in claims.items() if column is None]
    parts = []
    for column in subject.current.columns:
        fields = [name for name, claimed in claims.items() if claimed is column]
        if len(fields) > 1:
            findings.append(_place(subject, ", ".join(fields), "union-columns-several", column.name))
        elif fields:
            field = _field(subject.table, fields[0])
            if fits(field.type, column):
                parts.append(_part(subject, field, column))
            else:
                findings.append(_place(subject, field.name, "union-column-type", column.field.type, found=field.type))
    present = {each.column.name for each in parts}
    return Mapped(parts=tuple(parts), missing=_missing(subject.current, present), findings=tuple(findings))


def current_table(table: Resource, declared: Standard, current: Standard) -> Table | None:
    """The table of the current edition that a published table stands for, or None."""
    found = table_of(table, declared)
    if found is None:
        return None
    if len(current.tables) == 1:
        return current.tables[0]
    return next((each for each in current.tables if each.name == found.name), None)


def _claims(subject: Subject) -> dict[str, Column | None]:
    """The column of the current edition that each header stands for."""
    names = subject.table.schema.names() if subject.table.schema else ()
    own = table_of(subject.table, subject.declared)
    declared = own.match_header(names) if own else None
    found: dict[str, Column | None] = {}
    for name in names:
        match = declared.mapping.get(name) if declared else None
        column = subject.current.column(match.identifier) if match else None
        found[name] = column or next(iter(subject.current.match_header([name]).mapping.values()), None)
    for several in declared.ambiguous.values() if declared else ():
        for name in several:  # the same column of the declared edition twice: both claim what the first one stands for
            found[name] = found[several[0]]
    return found


def _field(table: Resource, name: str) -> Field:
    assert table.schema is not None, "its names were asked for"
    return next(each for each in table.schema.fields if each.name == name)


def _place(subject: Subject, field: str, code: str, expected: str = "", found: str = "") -> Finding:
    place = Place(resource=subject.table.name, field=field)
    return Finding(code=code, severity="note", place=place, found=found or field, expected=expected)


def _missing(table: Table, present: set[str]) -> dict[str, tuple[str, ...]]:
    return {
        kind: tuple(each.name for each in table.columns if each.name not in present and (each.obligation or "unknown") == kind)
        for kind in (*OBLIGATIONS, "unknown")
    }


def _part(subject: Subject, field: Field, column: Column) -> Part:
    wanted = tuple(str(each) for each in column.field.constraints.get("enum", ()))
    given = tuple(str(each) for each in field.constraints.get("enum", ()))
    surely = not wanted or (given and set(given) <= set(wanted))
    return Part(column=column, field=field, allowed=None if surely else wanted, codes=_codes(subject, field, column))


def _codes(subject: Subject, field: Field, column: Column) -> dict[str, str] | None:
    """How the codes of a table's own list read in the standard's list; None where they are the same codes.

    Samples have lists of invented codes of their own (``municipality-sample``), which stand for the real ones as they are.
    """
    name, wanted = field.definition.codelist, column.field.definition.codelist
    if not name or not wanted or name == wanted:
        return None
    own, known = subject.own(name), subject.known(wanted)
    if own is None or known is None or (own.sample and subject.sample):
        return None
    return dict(_matches(own, known))


def _matches(own: CodeList, known: CodeList) -> Iterator[tuple[str, str]]:
    """Codes that stand in both lists as one concept, and those of which a list says that they match exactly (skos:exactMatch)."""
    wanted = {f"{each.codelist}-{each.code}": each.code for each in known.concepts}
    back: dict[str, set[str]] = {}
    for concept in known.concepts:
        for match in concept.exact_match:
            back.setdefault(_local(match), set()).add(concept.code)
    for each in own.concepts:
        same = known.find(each.code)
        if same is not None and same.codelist == each.codelist:
            yield each.code, same.code
            continue
        found = {wanted[_local(match)] for match in each.exact_match if _local(match) in wanted}
        found |= back.get(f"{each.codelist}-{each.code}", set())
        if len(found) == 1:
            yield each.code, found.pop()


def _local(iri: str) -> str:
    """The last part of the address of a concept: list and code."""
    return iri.rpartition("concept/")[2]
