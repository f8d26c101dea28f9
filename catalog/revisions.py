"""How definitions changed between two versions of a package, field by field.

Removing, renaming or retyping a column (or a table) breaks whoever reads it, and needs a reason (docs/design.md,
"Versions"); everything else is shown as a difference and needs none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from catalog.errors import Finding, Place
from catalog.model import Field, Package, Resource, Text

Kind = Literal["table-added", "table-removed", "added", "removed", "retyped", "changed"]
_BREAKING: frozenset[Kind] = frozenset({"table-removed", "removed", "retyped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One difference: ``attribute`` of ``field`` of ``table`` was ``before`` and is ``after``.

    Attributes are named as the descriptor names them (``type``, ``title``, ``constraints``, ``definition.unit`` …).
    """

    kind: Kind
    table: str
    field: str = ""
    attribute: str = ""
    before: str = ""
    after: str = ""

    @property
    def breaking(self) -> bool:
        """Whether readers of the old version would stumble over it."""
        return self.kind in _BREAKING


def compare(before: Package, after: Package) -> tuple[Revision, ...]:
    """Every difference between the table definitions of two versions, in the order of the tables and fields."""
    old, new = ({each.name: each for each in package.tables()} for package in (before, after))
    found = [Revision(kind="table-removed", table=name) for name in old if name not in new]
    for name, table in new.items():
        if name in old:
            found.extend(_in_table(old[name], table))
        else:
            found.append(Revision(kind="table-added", table=name))
    return tuple(found)


def unexplained(before: Package, after: Package, reason: str) -> tuple[Finding, ...]:
    """A finding for each breaking difference that nobody gave a reason for."""
    if reason.strip():
        return ()
    return tuple(
        Finding(
            code=f"breaking-change.{each.kind}",
            place=Place(file="datapackage.json", resource=each.table, field=each.field),
            found=each.after,
            expected=each.before,
        )
        for each in compare(before, after)
        if each.breaking
    )


def _in_table(before: Resource, after: Resource) -> Iterator[Revision]:
    old, new = ({each.name: each for each in table.schema.fields} if table.schema else {} for table in (before, after))
    for name in old:
        if name not in new:
            yield Revision(kind="removed", table=after.name, field=name)
    for name, field in new.items():
        if name in old:
            yield from _in_field(after.name, old[name], field)
        else:
            yield Revision(kind="added", table=after.name, field=name)


def _in_field(table: str, before: Field, after: Field) -> Iterator[Revision]:
    old, new = _attributes(before), _attributes(after)
    for attribute in old:
        if old[attribute] != new[attribute]:
            kind: Kind = "retyped" if attribute in ("type", "format") else "changed"
            yield Revision(
                kind=kind, table=table, field=after.name, attribute=attribute, before=old[attribute], after=new[attribute]
            )


def _attributes(field: Field) -> dict[str, str]:
    definition = field.definition
    return {
        "type": field.type,
        "format": field.format,
        "title": _worded(field.title),
        "description": _worded(field.description),
        "constraints": _pairs(dict(field.constraints)),
        "options": _pairs(dict(field.options)),
        "missingValues": " ".join(repr(each) for each in field.missing_values or ()),
        "definition.section": definition.section,
        "definition.source": definition.source,
        "definition.obligation": definition.obligation or "",
        "definition.unit": definition.unit,
        "definition.codelist": definition.codelist,
        "definition.property": definition.property,
        "definition.derivation": "; ".join(_pairs(dict(rule)) for rule in definition.derivation),
    }


def _worded(text: Text) -> str:
    return " / ".join(each for each in (text.ja, text.en) if each)


def _pairs(values: dict[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())
