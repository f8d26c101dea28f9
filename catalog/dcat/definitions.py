"""Definitions as linked data: a table's schema, a column, a standard, from what is published and what is shipped.

A schema is a ``csvw:Schema`` and a ``dct:Standard`` (distributions conform to it); a column is a ``csvw:Column`` and an
``rdf:Property`` (CSV on the Web vocabulary, W3C 2015). No rdflib here: ``rendering`` makes documents of these nouns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from catalog import standards, words
from catalog.addresses import Addresses
from catalog.dcat import cleaning
from catalog.dcat.framing import expand
from catalog.dcat.nouns import Column, Standard, TableSchema
from catalog.model import Field, Publication, Resource, Schema, Text

_DATATYPES = {
    "string": "xsd:string", "number": "xsd:decimal", "integer": "xsd:integer", "boolean": "xsd:boolean",
    "date": "xsd:date", "time": "xsd:time", "datetime": "xsd:dateTime", "year": "xsd:gYear",
    "yearmonth": "xsd:gYearMonth", "duration": "xsd:duration", "any": "xsd:string", "list": "xsd:string",
    "geopoint": "xsd:string", "geojson": "csvw:JSON", "object": "csvw:JSON", "array": "csvw:JSON",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What stands outside the definition itself, by column name: derivations in words, how it changed; who uses it."""

    derivations: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    history: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    used_by: frozenset[str] = frozenset()


def schema_of(
    publication: Publication, table: Resource, addresses: Addresses, told: Told, *, numbered: bool = False
) -> TableSchema:
    """The schema of a published table: of the latest version, or the numbered one that never changes."""
    id_, schema = publication.id, table.schema or Schema(fields=())
    unnumbered = addresses.schema(id_, table.name)
    return TableSchema(
        iri=addresses.schema(id_, table.name, publication.version) if numbered else unnumbered,
        title=table.title or Text(ja=table.name),
        description=table.description,
        version=str(publication.version),
        version_of=unnumbered if numbered else "",
        previous=addresses.schema(id_, table.name, publication.version - 1) if numbered and publication.version > 1 else "",
        version_notes=publication.breaking or publication.note,
        issued=datetime.fromisoformat(publication.modified) if publication.modified else None,
        part_of=addresses.dataset(id_),
        conforms_to=_followed(table, addresses),
        references=frozenset(addresses.schema(id_, key.resource or table.name) for key in schema.foreign_keys),
        primary_key=frozenset(schema.primary_key),
        columns=frozenset(column_of(publication, table, each, addresses, told, alone=False) for each in schema.fields),
        used_by=told.used_by,
    )


def _followed(table: Resource, addresses: Addresses) -> frozenset[Standard]:
    if table.standard is None:
        return frozenset()
    name = f"{table.standard.id} {table.standard.edition}".strip()
    return frozenset({Standard(iri=addresses.standard(table.standard.id), title=Text(en=name))})


def column_of(
    publication: Publication, table: Resource, definition: Field, addresses: Addresses, told: Told, *, alone: bool = True
) -> Column:
    """One column of a published table; ``alone`` names the schema that it belongs to."""
    schema = table.schema or Schema(fields=())
    iri = addresses.field(publication.id, table.name, definition.name)
    belongs = Standard(iri=addresses.schema(publication.id, table.name), title=table.title or Text(ja=table.name))
    found = _column(iri, definition, schema, addresses)
    return replace(
        found,
        position=schema.names().index(definition.name) + 1,
        derivation=frozenset(told.derivations.get(definition.name, ())),
        history=frozenset(told.history.get(definition.name, ())),
        schema=belongs if alone else None,
        used_by=told.used_by if alone else frozenset(),
    )


def _column(iri: str, definition: Field, schema: Schema, addresses: Addresses) -> Column:
    meaning = definition.definition
    missing = schema.missing_values if definition.missing_values is None else definition.missing_values
    return Column(
        iri=iri,
        name=definition.name,
        label=definition.title or Text(ja=definition.name),
        definition=definition.description,
        datatype=expand(_DATATYPES.get(definition.type, "xsd:string")),
        required=bool(definition.constraints.get("required")),
        property_url=cleaning.address(meaning.property) if meaning.property else "",
        unit=meaning.unit,
        example=definition.example,
        citation=" ".join(each for each in (meaning.section, meaning.source) if each),
        nulls=frozenset(each for each in missing if each),
        rules=frozenset(
            {words.type_of(definition), *words.constraints_of(definition), words.obligation_of(definition)} - {Text()}
        ),
        codelist=addresses.codelist(meaning.codelist) if meaning.codelist else "",
    )


def standard_of(standard: standards.Standard, addresses: Addresses, used_by: frozenset[str] = frozenset()) -> TableSchema:
    """A standard with its columns; those of a standard of several tables are named ``<table>-<column>``."""
    status = standard.status
    return TableSchema(
        iri=addresses.standard(standard.slug),
        title=standard.title,
        description=standard.description,
        version=standard.edition,
        sources=frozenset({source} if (source := cleaning.address(standard.source.path)) else ()),
        citation=Text(ja=standard.source.title, en=standard.source.title),
        notes=frozenset({status.evidence, *status.doubts} - {Text()}),
        primary_key=frozenset(standard.tables[0].primary_key) if len(standard.tables) == 1 else frozenset(),
        columns=frozenset(
            standard_column_of(standard, table, column, addresses, alone=False)
            for table in standard.tables
            for column in table.columns
        ),
        used_by=used_by,
    )


def standard_column_of(
    standard: standards.Standard, table: standards.Table, column: standards.Column, addresses: Addresses, *, alone: bool = True
) -> Column:
    """One column of a standard, with the other spellings of its header."""
    name = standard_column_name(standard, table, column)
    found = _column(addresses.standard_field(standard.slug, name), column.field, Schema(fields=()), addresses)
    belongs = Standard(iri=addresses.standard(standard.slug), title=standard.title)
    return replace(found, position=column.order, aliases=frozenset(column.aliases), schema=belongs if alone else None)


def standard_column_name(standard: standards.Standard, table: standards.Table, column: standards.Column) -> str:
    """What a column is called in the addresses of its standard."""
    return column.name if len(standard.tables) == 1 else f"{table.name}-{column.name}"
