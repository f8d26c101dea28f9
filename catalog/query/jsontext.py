"""SQL that writes values as JSON text, exactly as the files of JSON lines have them."""

import json

from catalog.formats import Column as Typed
from catalog.formats.jsontext import value_of
from catalog.model import Field
from catalog.query.columns import Column
from catalog.query.questions import Measure


def written(column: Column, sql: str) -> str:
    """SQL of a column's value as JSON text, NULL where it is missing."""
    if column.kind == "other":
        return f"to_json({sql})::VARCHAR"
    return value_of(Typed(column.name, column.type, Field(name=column.name, type=column.field_type)), sql)


def figure(measure: Measure, sql: str) -> str:
    """SQL of a measure's value as JSON text."""
    if measure.column is None or measure.function == "count":
        return f"{sql}::VARCHAR"
    if measure.function in ("min", "max"):
        return written(measure.column, sql)
    double = measure.function == "avg" or measure.column.kind == "double"
    return value_of(Typed(measure.name, "DOUBLE" if double else "DECIMAL", Field(name=measure.name)), sql)


def key(text: str) -> str:
    """A name as JSON, with its colon."""
    return json.dumps(text, ensure_ascii=False) + ":"
