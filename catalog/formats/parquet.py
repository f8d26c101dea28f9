"""A typed table as Parquet, the definitions of its columns in the file's own metadata."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.formats import engine
from catalog.formats.reading import Typed
from catalog.model import Field, Resource, Text

DEFINITIONS = "definitions"
"""The key of the file's metadata under which the definitions stand, as JSON."""

_GROUP_BYTES = 48 << 20
_GROUP_ROWS = (2048, 122_880)
"""Rows of a row group: those of one vector of the engine, and what it takes by itself."""


def write_parquet(table: Typed, resource: Resource, target: Path, names: Sequence[str] = ()) -> None:
    """Write every row, in order, typed. ``resource`` says what the columns mean; ``names`` are used instead of theirs."""
    names = names or [each.name for each in table.columns]
    values = ", ".join(f"v{index} AS {engine.name(each)}" for index, each in enumerate(names))
    least, most = _GROUP_ROWS
    group = min(max(_GROUP_BYTES * max(table.rows, 1) // max(table.bytes, 1), least), most)
    metadata = engine.text(json.dumps(definitions(resource), ensure_ascii=False, separators=(",", ":")))
    engine.connection().execute(
        f"COPY (SELECT {values} FROM {table.relation}) TO {engine.target(target)} "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {group}, KV_METADATA {{{DEFINITIONS}: {metadata}}})",
        table.held or None,
    )


def definitions(resource: Resource) -> dict[str, Any]:
    """What the columns of a table mean, as JSON: names and texts in both languages, units, code lists, missing values."""
    schema = resource.schema
    return {
        "table": resource.name,
        "title": _text(resource.title),
        "primaryKey": list(schema.primary_key) if schema else [],
        "fields": [_field(each) for each in (schema.fields if schema else ())],
    }


def _field(field: Field) -> dict[str, Any]:
    definition = field.definition
    told = {
        "name": field.name,
        "type": field.type,
        "format": field.format if field.format != "default" else "",
        "title": _text(field.title),
        "description": _text(field.description),
        "constraints": dict(field.constraints),
        "unit": definition.unit,
        "codelist": definition.codelist,
        "obligation": definition.obligation or "",
        "section": definition.section,
        "source": definition.source,
        "property": definition.property or field.rdf_type,
    }
    return {name: value for name, value in told.items() if value}


def _text(value: Text) -> dict[str, str]:
    return {language: text for language, text in (("ja", value.ja), ("en", value.en)) if text}
