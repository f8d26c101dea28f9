"""Standards written down: as Table Schema (Data Package v2) for a package, as plain data for commands, pages and the API."""

from collections.abc import Mapping
from typing import Any

from catalog.model import Text
from catalog.standards.nouns import Column, Standard, Table
from catalog.standards.reading import Standards


def schema_json(
    standard: Standard, table: Table, *, codelists: Mapping[str, str] | None = None, present: frozenset[str] | None = None
) -> dict[str, Any]:
    """The Table Schema of a table, with our ``definition`` of each field. Stock frictionless accepts it as it is.

    ``codelists`` puts another list in the place of one (samples have their own municipalities). ``present`` names the tables
    of the package: foreign keys to others are left out.
    """
    schema: dict[str, Any] = {"fields": [_field(each, standard, codelists or {}) for each in table.columns]}
    if table.fields_match != "exact":
        schema["fieldsMatch"] = table.fields_match
    if table.primary_key:
        schema["primaryKey"] = list(table.primary_key)
    if table.unique_keys:
        schema["uniqueKeys"] = [list(each) for each in table.unique_keys]
    keys = [
        {"fields": list(each.fields), "reference": {"resource": each.resource, "fields": list(each.reference_fields)}}
        for each in table.foreign_keys
        if present is None or not each.resource or each.resource in present
    ]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def _field(column: Column, standard: Standard, codelists: Mapping[str, str]) -> dict[str, Any]:
    field = column.field
    own = field.definition
    written: dict[str, Any] = {
        "name": field.name,
        "title": field.title.ja,
        "description": field.description.ja + column.condition.ja,
        "type": field.type,
        "format": field.format,
        "example": field.example,
        **field.options,
        "constraints": dict(field.constraints),
        "definition": _full(
            {
                "translations": {"en": _full({"title": field.title.en, "description": _joined(field, column)})},
                "section": f"{standard.number}-{column.order}" if standard.number.isdigit() else "",
                "source": f"{standard.source.title}、{standard.source.version}",
                "obligation": own.obligation or "",
                "unit": own.unit,
                "codelist": codelists.get(own.codelist, own.codelist),
                "property": own.property,
            }
        ),
    }
    if written["format"] == "default":
        del written["format"]
    written = _full(written)
    if field.missing_values is not None:
        written["missingValues"] = list(field.missing_values)
    return written


def _joined(field: Any, column: Column) -> str:
    return " ".join(each for each in (field.description.en, column.condition.en) if each)


def _full(members: dict[str, Any]) -> dict[str, Any]:
    """Only what says something."""
    return {name: value for name, value in members.items() if value not in ("", {}, [])}


def listing(standards: Standards) -> list[dict[str, Any]]:
    """One row a standard, for the terminal and for JSON: the current edition, and which others there are."""
    return [
        {
            "id": each.slug,
            "title": _both(each.title),
            "edition": each.edition,
            "editions": list(standards.editions(each.slug)),
            "number": each.number,
            "origin": each.origin,
            "form": each.form,
            "tables": len(each.tables),
            "columns": sum(len(table.columns) for table in each.tables),
            "order": each.status.order,
            "obligations": each.status.obligations,
        }
        for each in standards.current()
    ]


def as_json(standard: Standard) -> dict[str, Any]:
    """The whole of one edition as plain data."""
    return _full(
        {
            "id": standard.slug,
            "edition": standard.edition,
            "number": standard.number,
            "title": _both(standard.title),
            "description": _both(standard.description),
            "origin": standard.origin,
            "form": standard.form,
            "source": {
                "title": standard.source.title,
                "path": standard.source.path,
                "version": standard.source.version,
            },
            "status": {
                "order": standard.status.order,
                "obligations": standard.status.obligations,
                "evidence": _both(standard.status.evidence),
                "doubts": [_both(each) for each in standard.status.doubts],
            },
            "companion": {
                "standard": standard.companion.standard,
                "column": standard.companion.column,
                "reference": standard.companion.reference,
            }
            if standard.companion
            else {},
            "keywords": list(standard.keywords),
            "themes": list(standard.themes),
            "tables": [_table(each, standard) for each in standard.tables],
        }
    )


def _table(table: Table, standard: Standard) -> dict[str, Any]:
    schema = schema_json(standard, table)
    return _full(
        {
            "name": table.name,
            "file": table.file,
            "title": _both(table.title),
            "description": _both(table.description),
            "obligation": table.obligation,
            "condition": _both(table.condition) if table.condition else {},
            "columns": [_column(each, field) for each, field in zip(table.columns, schema["fields"], strict=True)],
            "fieldsMatch": table.fields_match,
            "primaryKey": schema.get("primaryKey", []),
            "uniqueKeys": schema.get("uniqueKeys", []),
            "foreignKeys": schema.get("foreignKeys", []),
        }
    )


def _column(column: Column, field: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in field.items() if name not in ("title", "description")}
    return _full(
        {
            "order": column.order,
            "id": column.identifier,
            "title": _both(column.field.title),
            "description": _both(column.field.description),
            "condition": _both(column.condition) if column.condition else {},
            "aliases": list(column.aliases),
            "suggested": list(column.suggested),
            "field": own,
        }
    )


def _both(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
