"""A table as stock frictionless will read it: where its bytes are, how they are cut, what each column must hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from catalog.errors import Refusal
from catalog.model import Field, Json, Package, Resource, Schema
from catalog.tables import SHEETS, Dialect, dialect_of, effective_encoding, read_table
from catalog.validation.limits import MOST_CELLS

Lane = Literal["fast", "slow", "stock"]
"""How a table was read; docs/validation.md."""

LIMITS = {"max_columns": MOST_CELLS, "max_cell_bytes": 16_000_000}
"""Beyond them neither the screen nor stock is asked (``bulk``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the data: the field that stock reads it with."""

    name: str
    type: str = "any"
    format: str = "default"
    constraints: Json = field(default_factory=dict)
    missing: tuple[str, ...] = ("",)
    options: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key: positions of columns here, names of columns in ``table`` ("" is this table itself)."""

    columns: tuple[int, ...]
    table: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """``columns`` are those that stock expects in each row, ``labels`` what the header says ("" where there is none).

    ``resource`` tells ``tables`` how to read it. ``faultless_header``: stock has nothing to say about the header.
    ``primary_key`` is empty where a column of it is not in the data: stock checks none then.
    """

    name: str
    path: Path
    place: str
    resource: Resource
    encoding: str
    dialect: Dialect
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    faultless_header: bool
    fields: int
    primary_key: tuple[int, ...] = ()
    references: tuple[Reference, ...] = ()
    hash: str = ""
    bytes: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(each.name for each in self.columns)

    @property
    def unique(self) -> tuple[int, ...]:
        """Positions of the columns whose values must not repeat."""
        return tuple(index for index, each in enumerate(self.columns) if each.constraints.get("unique"))

    @property
    def head(self) -> int:
        """Records before the data."""
        return self.dialect.header_rows[-1] if self.dialect.header else 0


def subjects_of(package: Package) -> Mapping[str, Subject | None]:
    """Each table of a package that our loader has opened, by name; None where stock has to look at it itself."""
    return {each.name: subject_of(package, each) for each in package.tables()}


def path_of(package: Package, table: Resource) -> Path:
    """Where the bytes of a table are."""
    assert package.root is not None, "a package is validated while its folder is open"
    return package.root.joinpath(*PurePosixPath(table.path).parts)


def subject_of(package: Package, table: Resource) -> Subject | None:
    """One of them."""
    assert table.schema is not None, "a table has a schema"
    if table.format in SHEETS:
        return None
    path = path_of(package, table)
    dialect = dialect_of(table)
    try:
        encoding = effective_encoding(path, table.encoding)
        labels = read_table(path, table, **LIMITS).labels if dialect.header else ()
    except (Refusal, OSError):
        return None
    columns = expected(table.schema, labels) if table.dialect.get("headerCase", True) else None
    if columns is None:
        return None
    names = [each.name for each in columns]
    return Subject(
        name=table.name,
        path=path,
        place=table.path,
        resource=table,
        encoding=encoding,
        dialect=dialect,
        labels=labels,
        columns=columns,
        faultless_header=not labels or labels == table.schema.names(),
        fields=len(table.schema.fields),
        primary_key=positions(names, table.schema.primary_key),
        references=tuple(
            Reference(columns=found, table="" if key.resource == table.name else key.resource, others=key.reference_fields)
            for key in table.schema.foreign_keys
            if (found := positions(names, key.fields))
        ),
        hash=table.hash,
        bytes=table.bytes or 0,
    )


def positions(names: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """Where the wanted names stand; nothing where one of them is missing."""
    return tuple(names.index(each) for each in wanted) if set(wanted) <= set(names) else ()


def expected(schema: Schema, labels: tuple[str, ...]) -> tuple[Column, ...] | None:
    """The columns that stock 5.21 expects under a header; None where it would refuse the header or where it is no plain case.

    ``Header.get_expected_fields``: "exact" pairs by order, every other way by name; a label without a field is read as "any".
    """
    if not labels:
        return tuple(_column(each, schema) for each in schema.fields)
    if len(set(labels)) < len(labels):
        return None
    fields: Sequence[Field | None]
    if schema.fields_match == "exact":
        fields = [*schema.fields, *[None] * len(labels)][: len(labels)]
    else:
        by_name = {each.name: each for each in schema.fields}
        fields = [by_name.get(label) for label in labels]
    columns = tuple(
        Column(name=label) if found is None else _column(found, schema) for label, found in zip(labels, fields, strict=True)
    )
    return columns if len({each.name for each in columns}) == len(columns) else None


def _column(found: Field, schema: Schema) -> Column:
    return Column(
        name=found.name,
        type=found.type,
        format=found.format,
        constraints=found.constraints,
        missing=schema.missing_values if found.missing_values is None else found.missing_values,
        options=found.options,
    )
