"""Whether stock frictionless 5.21 would find a descriptor's metadata valid, told without importing it.

A list of what is known to be valid, member by member, of the descriptor that our own loader has made: anything beyond it
answers False, and stock looks at the metadata itself. Rules: ``metadata_profile`` and ``metadata_validate`` of its Package,
Resource, Schema and Field.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from catalog.model import Json
from catalog.validation.predicates import BOUNDS

_V2 = "https://datapackage.org/profiles/2.0/datapackage.json"
_SAFE_PATH = re.compile(r"[^~$%:\\/][^$%:\\]*")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])")
_STRING_FORMATS = frozenset({"default", "email", "uri", "binary", "uuid", "wkt"})
_FIELDS_MATCH = frozenset({"exact", "equal", "subset", "superset", "partial"})
_EXCLUSIVE = frozenset({"exclusiveMinimum", "exclusiveMaximum"})
_LENGTHS = frozenset({"minLength", "maxLength"})

_BOUNDED = frozenset({"required", "unique", "enum", *BOUNDS})
_PLAIN = frozenset({"required", "unique", "enum"})
_CONSTRAINTS: Mapping[str, frozenset[str]] = {
    "string": _PLAIN | {"pattern", *_LENGTHS},
    **dict.fromkeys(("any", "boolean", "geopoint"), _PLAIN),
    **dict.fromkeys(("integer", "number", "date", "datetime", "time", "year", "yearmonth"), _BOUNDED),
}

Check = Callable[[Any], bool]


def vouched(descriptor: Json) -> bool:
    """Whether stock surely finds no fault with the metadata of this package. False means that it is not known."""
    is_v2 = descriptor.get("$schema") == _V2
    resources = descriptor["resources"]
    return _fits(descriptor, _PACKAGE) and all(_fits(each, _RESOURCE) and _schema(each["schema"], is_v2) for each in resources)


def _schema(schema: Json, is_v2: bool) -> bool:
    return (
        _fits(schema, _SCHEMA)
        and all(_field(each, is_v2) for each in schema["fields"])
        and _missing_values(schema.get("missingValues", []), is_v2)
    )


def _field(field: Json, is_v2: bool) -> bool:
    known = _CONSTRAINTS.get(field["type"])
    constraints = field.get("constraints", {})
    return (
        known is not None
        and _fits(field, _FIELD)
        and set(constraints) <= known
        and (is_v2 or not _EXCLUSIVE.intersection(constraints))
        and _fits(constraints, _CONSTRAINT)
        and (field["type"] != "string" or field.get("format", "default").removeprefix("fmt:") in _STRING_FORMATS)
        and _missing_values(field.get("missingValues", []), is_v2)
        and _example(field)
    )


def _example(field: Json) -> bool:
    """Stock reads the example with the type and format alone."""
    example = field.get("example")
    if not example:
        return True
    if field["type"] in ("string", "any"):
        return isinstance(example, str) and field.get("format", "default") == "default"
    return field["type"] in ("integer", "number") and type(example) is int


def _missing_values(values: Any, is_v2: bool) -> bool:
    """Texts, or (v2) objects whose values and labels are each unique."""
    if all(isinstance(each, str) for each in values):
        return True
    if not is_v2 or not all(isinstance(each, dict) and _fits(each, _MISSING) and "value" in each for each in values):
        return False
    texts, labels = [each["value"] for each in values], [each["label"] for each in values if "label" in each]
    return len(set(texts)) == len(texts) and len(set(labels)) == len(labels)


def _fits(value: Json, checks: Mapping[str, Check]) -> bool:
    return all(key in checks and checks[key](each) for key, each in value.items())


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _anything(_value: Any) -> bool:
    return True


def _objects(texts: Iterable[str]) -> Check:
    """A list of objects; those members are texts, an address of e-mail is not among them, the rest is no matter of stock's."""
    names = tuple(texts)

    def check(value: Any) -> bool:
        return isinstance(value, list) and all(
            isinstance(each, dict) and not each.get("email") and all(isinstance(each.get(name, ""), str) for name in names)
            for each in value
        )

    return check


_persons = _objects(("title", "path", "email", "organisation", "role"))
_named = _objects(("name", "path", "title"))


def _licenses(value: Any) -> bool:
    return _named(value) and all(each.get("path") or each.get("name") for each in value)


def _created(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(_MOMENT.fullmatch(value) and datetime.fromisoformat(value))
    except ValueError:
        return False


def _path(value: Any) -> bool:
    return isinstance(value, str) and bool(_SAFE_PATH.fullmatch(value)) and ".." not in value


_PACKAGE: Mapping[str, Check] = {
    "$schema": lambda value: value == _V2,
    **dict.fromkeys(("name", "id", "title", "description", "homepage", "image", "version"), _text),
    "licenses": _licenses,
    "sources": _persons,
    "contributors": _persons,
    "keywords": _texts,
    "created": _created,
    "resources": _list,
    "catalog": _anything,
}
_RESOURCE: Mapping[str, Check] = {
    **dict.fromkeys(("name", "type", "title", "description", "homepage", "format", "encoding", "mediatype", "hash"), _text),
    "path": _path,
    "bytes": _count,
    "licenses": _licenses,
    "sources": _persons,
    "dialect": _anything,  # every member of it is written by the loader
    "schema": _anything,  # has its own check
    "catalog": _anything,
}
_SCHEMA: Mapping[str, Check] = {
    **dict.fromkeys(("title", "description"), _text),
    "fields": _list,
    "missingValues": _list,
    "primaryKey": _texts,
    "foreignKeys": _list,  # written by the loader
    "uniqueKeys": _anything,
    "fieldsMatch": lambda value: value in _FIELDS_MATCH,
}
_FIELD: Mapping[str, Check] = {
    **dict.fromkeys(("name", "type", "title", "description", "format", "rdfType", "decimalChar", "groupChar"), _text),
    **dict.fromkeys(("bareNumber", "floatNumber"), _flag),
    **dict.fromkeys(("trueValues", "falseValues"), _texts),
    **dict.fromkeys(("example", "categories", "categoriesOrdered", "definition"), _anything),
    "missingValues": _list,
    "constraints": lambda value: isinstance(value, dict),
}
_CONSTRAINT: Mapping[str, Check] = {
    **dict.fromkeys(("required", "unique"), _flag),
    **dict.fromkeys(_LENGTHS, _count),
    **dict.fromkeys(BOUNDS, _anything),
    "pattern": _text,
    "enum": _list,
}
_MISSING: Mapping[str, Check] = {"value": _text, "label": _text}
