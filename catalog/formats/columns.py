"""The columns of a table as typed: what each is called, of which SQL type its values are, which field defines it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.formats import engine
from catalog.model import Field, Resource, Schema

NESTED = frozenset({"array", "geojson", "list", "object"})
"""Types of Table Schema whose values are kept as JSON, in a column of texts."""

_USUAL: Mapping[str, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "time": "TIME",
    "year": "INTEGER",
}
TEXT, MOMENT, ZONED = "VARCHAR", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a typed file.

    ``type`` is DuckDB's name: BIGINT, DECIMAL(p,s), DOUBLE, BOOLEAN, DATE, TIMESTAMP, TIMESTAMP WITH TIME ZONE (in UTC), TIME,
    INTEGER, VARCHAR. ``name`` is that in the file: of two fields whose names differ by case only, the second has a number.
    """

    name: str
    type: str
    field: Field

    @property
    def nested(self) -> bool:
        """Whether the texts are JSON."""
        return self.field.type in NESTED


def fields(schema: Schema, labels: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields of a typed table: those of the schema, then one of any value for every column that it leaves undefined."""
    extra = () if schema.fields_match == "exact" else tuple(each for each in labels if each not in schema.names())
    return (*schema.fields, *(Field(name=each) for each in extra))


def columns(table: Resource) -> tuple[Column, ...]:
    """The columns with the types that they usually have: a date a DATE. What a file holds, ``columns_in`` says."""
    return tuple(Column(each.name, usual(each), each) for each in (table.schema.fields if table.schema else ()))


def usual(field: Field) -> str:
    """The type that values of a field usually have."""
    return _USUAL.get(field.type, TEXT)


def columns_in(parquet: Path, table: Resource) -> tuple[Column, ...]:
    """The columns of a typed file of this table, in order, with the types that it really has."""
    described = engine.connection().execute(f"DESCRIBE SELECT * FROM {engine.rows(parquet)}").fetchall()
    ordered = table.schema.fields if table.schema else ()
    known = {each.name: each for each in ordered}
    return tuple(
        Column(name, type_, known.get(name) or _renamed(name, ordered[position : position + 1]))
        for position, (name, type_, *_rest) in enumerate(described)
    )


def _renamed(name: str, there: tuple[Field, ...]) -> Field:
    """The field at that place, if the engine has only put a number behind its name; else one of any value."""
    return there[0] if there and name.startswith(f"{there[0].name}_") else Field(name=name)
