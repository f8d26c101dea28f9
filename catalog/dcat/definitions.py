"""Definitions as linked data: a table's schema, a column, a standard, from what is published and what is shipped.

A schema is a ``csvw:Schema`` and a ``dct:Standard`` (distributions conform to it); a column is a ``csvw:Column`` and an
``rdf:Property`` (CSV on the Web vocabulary, W3C 2015). No rdflib here: ``rendering`` makes documents of these nouns.
Texts are cleaned of what no RDF/XML document can hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from catalog import standards, words
from catalog.addresses import Addresses
from catalog.dcat import cleaning
from catalog.dcat.framing import expand
from catalog.dcat.nouns import Column, Standard, TableSchema
from catalog.messages.wording import _
from catalog.model import Field, Publication, Resource, Schema, Text
from catalog.words import Words, said

_DATATYPES = {
    "string": "xsd:string", "number": "xsd:decimal", "integer": "xsd:integer", "boolean": "xsd:boolean",
    "date": "xsd:date", "time": "xsd:time", "datetime": "xsd:dateTime", "year": "xsd:gYear",
    "yearmonth": "xsd:gYearMonth", "duration": "xsd:duration", "any": "xsd:string", "list": "xsd:string",
    "geopoint": "xsd:string", "geojson": "csvw:JSON", "object": "csvw:JSON", "array": "csvw:JSON",
}  # fmt: skip
_ORDERS: Mapping[str, str] = {
    "verified": _("Two independent sources give the same order of columns; a table with another order gets a warning."),
    "one-header": _("The order of columns was read from one published header only, so it is not enforced."),
    "list-only": _("Only lists of column names were found, so the order is this catalogue's reading and is not enforced."),
}
_OBLIGATIONS: Mapping[str, str] = {
    "verified": _("A source states which columns are mandatory and which are recommended."),
    "unknown": _("No source states which columns are mandatory, so none is demanded."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What stands outside the definition itself, by column name: derivations in words, how it changed; who uses it.

    ``previous`` is the number of the version before, where that had the table too.
    """

    derivations: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    history: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    used_by: frozenset[str] = frozenset()
    previous: int = 0


def schema_of(
    publication: Publication, table: Resource, addresses: Addresses, told: Told, *, numbered: bool = False
) -> TableSchema:
    """The schema of a published table: of the latest version, or the numbered one that never changes."""
    id_, schema = publication.id, table.schema or Schema(fields=())
    unnumbered = addresses.schema(id_, table.name)
    return TableSchema(
        iri=addresses.schema(id_, table.name, publication.version) if numbered else unnumbered,
        title=_titled(publication, table),
        description=_cleaned(table.description),
        version=str(publication.version),
        version_of=unnumbered if numbered else "",
        previous=addresses.schema(id_, table.name, told.previous) if numbered and told.previous else "",
        version_notes=cleaning.text(publication.breaking or publication.note),
        issued=datetime.fromisoformat(publication.modified) if publication.modified else None,
        part_of=addresses.dataset(id_),
        conforms_to=_followed(table, addresses),
        references=frozenset(addresses.schema(id_, key.resource or table.name) for key in schema.foreign_keys),
        primary_key=frozenset(map(cleaning.text, schema.primary_key)),
        columns=frozenset(column_of(publication, table, each, addresses, told, alone=False) for each in schema.fields),
        used_by=told.used_by,
    )


def _titled(publication: Publication, table: Resource) -> Text:
    """The title of a table; that of a sample says so."""
    title = _cleaned(table.title) or Text(ja=table.name)
    return words.sample(title) if publication.package.sample else title


def _cleaned(text: Text) -> Text:
    return Text(ja=cleaning.text(text.ja), en=cleaning.text(text.en))


def _all_cleaned(texts: Sequence[Text]) -> frozenset[Text]:
    return frozenset(map(_cleaned, texts)) - {Text()}


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
    found = _column(addresses.field(publication.id, table.name, definition.name), definition, schema, addresses)
    belongs = Standard(iri=addresses.schema(publication.id, table.name), title=_titled(publication, table))
    return replace(
        found,
        position=schema.names().index(definition.name) + 1,
        derivation=_all_cleaned(told.derivations.get(definition.name, ())),
        history=_all_cleaned(told.history.get(definition.name, ())),
        schema=belongs if alone else None,
        used_by=told.used_by if alone else frozenset(),
    )


def _column(iri: str, definition: Field, schema: Schema, addresses: Addresses) -> Column:
    meaning = definition.definition
    missing = schema.missing_values if definition.missing_values is None else definition.missing_values
    return Column(
        iri=iri,
        name=cleaning.text(definition.name),
        label=_cleaned(definition.title) or Text(ja=cleaning.text(definition.name)),
        definition=_cleaned(definition.description),
        datatype=expand(_DATATYPES.get(definition.type, "xsd:string")),
        required=bool(definition.constraints.get("required")),
        property_url=cleaning.address(meaning.property or definition.rdf_type),
        unit=cleaning.text(meaning.unit),
        example=cleaning.text(definition.example),
        citation=cleaning.text(" ".join(each for each in (meaning.section, meaning.source) if each)),
        nulls=frozenset(filter(None, map(_verbatim, missing))),
        rules=_all_cleaned((words.type_of(definition), *rules_of(definition), words.obligation_of(definition))),
        codelist=addresses.codelist(meaning.codelist) if meaning.codelist else "",
    )


def _verbatim(value: str) -> str:
    """Cleaned, but with the blanks at its ends: a code of "no value" may be nothing else."""
    return cleaning.text(f"|{value}|")[1:-1]


def rules_of(definition: Field) -> Words:
    """Every constraint in words, an enumeration too."""
    allowed = definition.constraints.get("enum") or ()
    listed = (said(_("one of: %(values)s"), values=words.listed(map(str, allowed))),) if allowed else ()
    return (*words.constraints_of(definition), *listed)


def standard_of(
    standard: standards.Standard, addresses: Addresses, used_by: frozenset[str] = frozenset(), *, dated: bool = False
) -> TableSchema:
    """A standard with its columns; those of a standard of several tables are named ``<table>-<column>``.

    ``dated`` describes the edition for itself, not as the one that the bare address stands for.
    """
    current = addresses.standard(standard.slug)
    tables, companion = standard.tables, standard.companion
    return TableSchema(
        iri=addresses.path("standard", standard.slug, edition=standard.edition) if dated else current,
        title=standard.title,
        description=standard.description,
        version=standard.edition,
        version_of=current if dated else "",
        references=frozenset({addresses.standard(companion.standard)} if companion else ()),
        sources=frozenset({source} if (source := cleaning.address(standard.source.path)) else ()),
        citation=Text(ja=standard.source.title, en=standard.source.title),
        notes=frozenset({*sureness_of(standard), standard.status.evidence, *standard.status.doubts} - {Text()}),
        primary_key=frozenset(tables[0].primary_key) if len(tables) == 1 else frozenset(),
        columns=frozenset(
            standard_column_of(standard, table, column, addresses, alone=False) for table in tables for column in table.columns
        ),
        used_by=used_by,
    )


def sureness_of(standard: standards.Standard) -> Words:
    """How sure the order and the obligation of the columns are, and what follows from that: a sentence each."""
    return said(_ORDERS[standard.status.order]), said(_OBLIGATIONS[standard.status.obligations])


def standard_column_of(
    standard: standards.Standard, table: standards.Table, column: standards.Column, addresses: Addresses, *, alone: bool = True
) -> Column:
    """One column of a standard, with the other spellings of its header."""
    name = standard_column_name(standard, table, column)
    found = _column(addresses.standard_field(standard.slug, name), column.field, Schema(fields=()), addresses)
    belongs = Standard(iri=addresses.standard(standard.slug), title=standard.title)
    return replace(
        found,
        position=column.order,
        citation=" ".join(filter(None, paragraph_of(standard, column))),
        aliases=frozenset(column.aliases),
        rules=found.rules | frozenset(conditions_of(column)),
        schema=belongs if alone else None,
    )


def paragraph_of(standard: standards.Standard, column: standards.Column) -> tuple[str, str]:
    """Where a standard defines a column: the paragraph, where its sheets are numbered, and the source."""
    section = f"{standard.number}-{column.order}" if standard.number.isdigit() else ""
    return section, " ".join(filter(None, (standard.source.title, standard.source.version)))


def conditions_of(column: standards.Column) -> Words:
    """What a standard asks of a column beyond what a table can declare: when it has to be filled, what is expected in it."""
    expected = (
        said(_("expected, not demanded: %(values)s"), values=words.listed(column.suggested)) if column.suggested else Text()
    )
    return tuple(each for each in (column.condition, expected) if each)


def standard_column_name(standard: standards.Standard, table: standards.Table, column: standards.Column) -> str:
    """What a column is called in the addresses of its standard."""
    return column.name if len(standard.tables) == 1 else f"{table.name}-{column.name}"
