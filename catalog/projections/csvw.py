"""CSV on the Web (W3C, Metadata Vocabulary for Tabular Data, 2015): a published CSV with its definitions.

Beside ``x.csv`` a program looks for ``x.csv-metadata.json``, then for ``csv-metadata.json``, which has all tables of the version
with the keys between them. Only what CSVW can say is said: a pattern of a date that Unicode's date patterns lack, or two words
for true, makes the column text.
"""

import re
from collections.abc import Mapping
from typing import Any

from catalog import words
from catalog.dcat import cleaning
from catalog.model import Field, ForeignKey, Resource, Schema, Text
from catalog.projections.record import File, Record, Shown, only, without_empty

CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "ja"}]
_BASES: Mapping[str, str] = {
    "string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean", "date": "date", "time": "time",
    "datetime": "datetime", "year": "gYear", "yearmonth": "gYearMonth", "duration": "duration", "object": "json",
    "array": "json", "geojson": "json", "list": "string",
}  # fmt: skip
_DATE_DIRECTIVES: Mapping[str, str] = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss"}
_DATE_FORMATS = frozenset({
    "yyyy-MM-dd", "yyyyMMdd", "dd-MM-yyyy", "dd.MM.yyyy", "MM-dd-yyyy", "MM.dd.yyyy", "dd/MM/yyyy", "MM/dd/yyyy",
    "HH:mm:ss", "HHmmss", "HH:mm", "HHmm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm",
})  # fmt: skip
"""The date, time and date-time formats of the Model for Tabular Data (section 6.4.4), as far as strptime can say them."""
_DATED = frozenset({"date", "time", "datetime"})
_BOUNDS: Mapping[str, str] = {
    "minimum": "minimum", "maximum": "maximum", "exclusiveMinimum": "minExclusive", "exclusiveMaximum": "maxExclusive",
}  # fmt: skip
_LENGTHS = ("minLength", "maxLength")
_VARIABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
_PLAIN_NUMBER = frozenset({"decimalChar", "groupChar"})


def table(record: Record, file: File) -> Shown:
    """One table; the keys of its own rows only, since no other table stands in this document."""
    return {"@context": CONTEXT, **_table(record, file, others=frozenset())}


def tables(record: Record) -> Shown:
    """Every table of the version, with the keys between them."""
    files = [each for each in record.files if each.schema is not None]
    names = frozenset(each.resource.name for each in files if each.resource is not None)
    return without_empty(
        {
            "@context": CONTEXT,
            "dc:title": texts(record.dataset.title),
            "dc:license": only([{"@id": each} for each in record.license_addresses()]),
            "tables": [_table(record, each, others=names) for each in files],
        }
    )


def _table(record: Record, file: File, *, others: frozenset[str]) -> Shown:
    resource, schema = file.resource, file.schema
    assert resource is not None, "a table is a resource"
    assert schema is not None, "a table has a schema"
    columns = _columns(record, resource, schema)
    publication, addresses = record.publication, record.addresses
    return without_empty(
        {
            "url": f"{resource.name}.csv",
            "dc:title": texts(file.distribution.title),
            "dc:description": texts(file.distribution.description),
            "dc:license": only([{"@id": each} for each in record.license_addresses()]),
            "dc:publisher": {"@id": record.publisher.iri},
            "dc:issued": {"@value": publication.issued, "@type": "xsd:dateTime"},
            "dc:modified": {"@value": publication.modified, "@type": "xsd:dateTime"},
            "dc:isPartOf": {"@id": record.dataset.iri},
            "dialect": {"encoding": "utf-8", "header": True},
            "tableSchema": without_empty(
                {
                    "@id": addresses.schema(publication.id, resource.name, publication.version),
                    "columns": columns,
                    "primaryKey": [name_of(each) for each in schema.primary_key],
                    "foreignKeys": [
                        _foreign_key(each, resource.name)
                        for each in schema.foreign_keys
                        if (each.resource or resource.name) in others | {resource.name}
                    ],
                }
            ),
        }
    )


def _columns(record: Record, resource: Resource, schema: Schema) -> list[Shown]:
    """The columns as they stand in the file, which may have more or fewer than the definition where that allows it."""
    fields = {each.name: each for each in schema.fields}
    tasks = {each.get("name"): each for each in record.publication.report.get("tasks", ())}
    header = tasks.get(resource.name, {}).get("labels") or list(fields)
    return [_column(record, resource, fields[each]) if each in fields else {"titles": each} for each in header]


def _column(record: Record, resource: Resource, column: Field) -> Shown:
    definition = column.definition
    iri = record.addresses.field(record.publication.id, resource.name, column.name)
    return without_empty(
        {
            "name": name_of(column.name),
            "titles": column.name,
            "dc:title": texts(column.title),
            "dc:description": texts(column.description),
            "datatype": _datatype(column),
            "separator": str(column.options.get("delimiter") or ",") if column.type == "list" else None,
            "required": True if column.constraints.get("required") else None,
            "null": _nulls(column, resource),
            "propertyUrl": cleaning.address(definition.property) or iri,
            "dc:source": " ".join(filter(None, (definition.section, definition.source))),
            "dc:conformsTo": {"@id": record.addresses.codelist(definition.codelist)} if definition.codelist else None,
            "rdfs:isDefinedBy": {"@id": iri},
            "schema:unitText": definition.unit,
        }
    )


def name_of(column: str) -> str:
    """A column's name as URI templates can hold it (RFC 6570, section 2.3); a Japanese one is percent-encoded."""
    if _VARIABLE.fullmatch(column):
        return column
    return "".join(
        each if each.isascii() and each.isalnum() else "".join(f"%{octet:02X}" for octet in each.encode()) for each in column
    )


def _nulls(column: Field, resource: Resource) -> str | list[str] | None:
    found = list(words.missing_of(column, resource))
    return None if found == [""] else only(found) if found else None


def _foreign_key(key: ForeignKey, table: str) -> Shown:
    return {
        "columnReference": [name_of(each) for each in key.fields],
        "reference": {
            "resource": f"{key.resource or table}.csv",
            "columnReference": [name_of(each) for each in key.reference_fields],
        },
    }


def _datatype(column: Field) -> Any:
    """A built-in datatype, or one derived from it by the constraints."""
    base, format_ = _base(column)
    found: Shown = {"base": base, "format": format_}
    if base == "string":
        found["format"] = _regex(column)
        found |= {name: column.constraints.get(name) for name in _LENGTHS}
    elif base != "boolean":
        found |= {ours: _text(column.constraints.get(theirs)) for theirs, ours in _BOUNDS.items()}
    found = without_empty(found)
    return found["base"] if len(found) == 1 else found


def _base(column: Field) -> tuple[str, Any]:
    """The base and its format; string where CSVW has no format for how the values are written."""
    base, options = _BASES.get(column.type, "string"), column.options
    if column.type in ("integer", "number"):
        if options.get("bareNumber") is False:
            return "string", None
        marks = {name: str(options[name]) for name in _PLAIN_NUMBER if options.get(name)}
        return base, marks or None
    if column.type == "boolean":
        true, false = ([str(each) for each in options.get(name, ())] for name in ("trueValues", "falseValues"))
        if not (true or false):
            return base, None
        return (base, f"{true[0]}|{false[0]}") if len(true) == len(false) == 1 else ("string", None)
    if column.type in _DATED and column.format != "default":
        pattern = column.format
        for directive, letters in _DATE_DIRECTIVES.items():
            pattern = pattern.replace(directive, letters)
        return (base, pattern) if pattern in _DATE_FORMATS else ("string", None)
    return base, None


def _regex(column: Field) -> str | None:
    """A pattern, or an enumeration as one; CSVW knows no list of values."""
    allowed = column.constraints.get("enum")
    if allowed and column.type == "string":
        return "|".join(re.escape(str(each)) for each in allowed)
    return str(column.constraints["pattern"]) if "pattern" in column.constraints else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def texts(value: Text) -> Any:
    """A text as the values of a common property: one a language."""
    found = [{"@value": text, "@language": language} for language, text in (("ja", value.ja), ("en", value.en)) if text]
    return only(found) if found else None
