"""Table Schema (Data Package v1 and v2) -> ``model.Schema``, and the form of it that frictionless is handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.datapackage.additions import definition, in_both
from catalog.datapackage.constraints import COMPOSITE, read_constraints
from catalog.datapackage.objects import Node
from catalog.datapackage.profiles import check_profiles
from catalog.model import Field, ForeignKey, Schema, Text

TYPES = (
    "any", "array", "boolean", "date", "datetime", "duration", "geojson", "geopoint", "integer", "list", "number", "object",
    "string", "time", "year", "yearmonth",
)  # fmt: skip
FIELDS_MATCH = ("exact", "equal", "subset", "superset", "partial")
UNTYPED = "string"
"""The type of a field that names none: the text of v1 says so, and stock does so for v2 as well."""

_TEXT_LISTS = ("trueValues", "falseValues")
_OPTION_TEXTS = ("decimalChar", "groupChar", "delimiter", "itemType")
_OPTION_FLAGS = ("bareNumber", "floatNumber", "categoriesOrdered")
_OPTION_LISTS = ("categories",)
_OPTION_OBJECTS = ("arrayItem",)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a schema may hold: so many fields, and personal ones only in raw records that are not open."""

    max_columns: int
    personal_allowed: bool


def read_schema(node: Node, limits: Limits) -> Schema:
    """The schema; everything that is wrong is noted on ``node``, and keys name columns that exist."""
    count = len(node.items("fields"))
    if count > limits.max_columns:
        node.refuse("too-many-columns", "fields", found=f"{count:,}", expected=f"{limits.max_columns:,}")
        return Schema(fields=())
    if not count and isinstance(node.value.get("fields", []), list):
        node.refuse("fields-missing", "fields")
    fields = _fields(node, limits)
    types = {each.name: each.type for each in fields}
    return Schema(
        fields=fields,
        missing_values=missing_values(node) if "missingValues" in node else ("",),
        primary_key=_primary_key(node, types),
        unique_keys=_unique_keys(node, types),
        foreign_keys=tuple(_foreign_key(each, types) for each in node.children("foreignKeys")),
        fields_match=_fields_match(node),
        title=Text(ja=node.line("title")),
        description=Text(ja=node.text("description")),
    )


def missing_values(node: Node) -> tuple[str, ...]:
    """``missingValues`` as texts, or as objects of a value and its label (v2)."""
    found = []
    for index, item in enumerate(node.items("missingValues")):
        value = item.get("value") if isinstance(item, dict) else item
        if isinstance(value, str):
            found.append(value)
        else:
            node.refuse("not-text", "missingValues", index, found=item)
    return tuple(found)


def _fields(node: Node, limits: Limits) -> tuple[Field, ...]:
    fields: list[Field] = []
    taken: set[str] = set()
    for index, item in enumerate(node.items("fields")):
        if not isinstance(item, dict):
            node.refuse("field-not-object", "fields", index, found=item)
            continue
        each = Node(item, node.at("fields", index), node.complaints)
        name = each.need("name")
        if name != name.strip():
            each.refuse("field-name-space", "name", found=name)
        if name and name in taken:
            each.refuse("field-name-duplicate", "name", found=name)
        taken.add(name)
        fields.append(_field(each.within(field=name), name, limits))
    return tuple(fields)


def _field(node: Node, name: str, limits: Limits) -> Field:
    type_ = node.line("type") or UNTYPED
    if type_ not in TYPES:
        node.refuse("field-type-unknown", "type", found=type_, expected=", ".join(TYPES))
    check_profiles(node)
    own, english = definition(node, personal_allowed=limits.personal_allowed)
    return Field(
        name=name,
        type=type_,
        format=(node.line("format") or "default").removeprefix("fmt:"),
        title=in_both(node, english, "title"),
        description=in_both(node, english, "description", lines=True),
        example=_example(node.value.get("example", "")),
        constraints=read_constraints(node),
        missing_values=missing_values(node) if "missingValues" in node else None,
        rdf_type=node.address("rdfType"),
        options=_options(node),
        definition=own,
    )


def _example(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def _options(node: Node) -> dict[str, Any]:
    """The type's own properties, of the right shape: stock would stop on another one."""
    for key in _TEXT_LISTS:
        if key in node and not all(isinstance(each, str) for each in node.items(key)):
            node.refuse("not-text", key, found=node.value[key])
    for key in _OPTION_TEXTS:
        node.text(key)
    for key in _OPTION_FLAGS:
        node.flag(key)
    for key in _OPTION_LISTS:
        node.items(key)
    for key in _OPTION_OBJECTS:
        node.child(key)
    known = (*_TEXT_LISTS, *_OPTION_TEXTS, *_OPTION_FLAGS, *_OPTION_LISTS, *_OPTION_OBJECTS)
    return {key: node.value[key] for key in known if key in node}


def _fields_match(node: Node) -> str:
    text = node.text("fieldsMatch")
    if text and text not in FIELDS_MATCH:
        node.refuse("fields-match-unknown", "fieldsMatch", found=text, expected=", ".join(FIELDS_MATCH))
    return text or "exact"


def _primary_key(node: Node, types: Mapping[str, str]) -> tuple[str, ...]:
    return _known(node, _one_or_more(node, "primaryKey"), types, "primary-key-field", "primaryKey")


def _unique_keys(node: Node, types: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """``uniqueKeys`` (v2): a list of keys."""
    keys = []
    for index, item in enumerate(node.items("uniqueKeys")):
        if isinstance(item, str | list):
            part = Node({"key": item}, node.at("uniqueKeys", index), node.complaints)
            keys.append(_known(node, _one_or_more(part, "key"), types, "unique-key-field", "uniqueKeys", index))
        else:
            node.refuse("not-list", "uniqueKeys", index, found=item)
    return tuple(keys)


def _foreign_key(node: Node, types: Mapping[str, str]) -> ForeignKey:
    """``reference.resource`` "" (v1) or left out (v2) is the table itself. Whether the other table exists is seen later."""
    if "reference" not in node:
        node.refuse("property-missing", "reference", expected="reference")
    reference = node.child("reference")
    own = _known(node, _one_or_more(node, "fields"), types, "foreign-key-field", "fields")
    others = _one_or_more(reference, "fields")
    if not own or len(own) != len(others):
        node.refuse("foreign-key-length", found=f"{len(own)} / {len(others)}")
    return ForeignKey(fields=own, resource=reference.line("resource"), reference_fields=others)


def _one_or_more(node: Node, key: str) -> tuple[str, ...]:
    """A key as one name or as a list of names (v1 took both)."""
    return (node.line(key),) if isinstance(node.value.get(key), str) else node.lines(key)


def _known(node: Node, found: tuple[str, ...], types: Mapping[str, str], code: str, *where: str | int) -> tuple[str, ...]:
    """The same names; those that are no field of this schema, or of no type for a key, are noted."""
    for name in found:
        if name not in types:
            node.refuse(code, *where, found=name)
        elif types[name] in COMPOSITE:
            node.refuse("key-type", *where, found=name, expected=types[name])
    return found


def stock_schema(raw: Mapping[str, Any], schema: Schema, own_name: str) -> dict[str, Any]:
    """The schema as frictionless is handed it: nothing left to look up, keys as lists, every field with its type."""
    fields = [_without_profile(item) | {"type": field.type} for item, field in zip(raw["fields"], schema.fields, strict=True)]
    whole = _without_profile(raw) | {"fields": fields}
    if schema.primary_key:
        whole["primaryKey"] = list(schema.primary_key)
    if schema.foreign_keys:
        whole["foreignKeys"] = [
            {
                "fields": list(key.fields),
                "reference": {
                    "resource": "" if key.resource == own_name else key.resource,
                    "fields": list(key.reference_fields),
                },
            }
            for key in schema.foreign_keys
        ]
    return whole


def _without_profile(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key not in ("$schema", "profile", "profiles")}
