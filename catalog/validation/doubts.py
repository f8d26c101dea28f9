"""Doubts about a definition itself: what a reader of the data will miss, and what a publisher should think of twice.

Nothing here looks at a cell, and nothing here is an error: the descriptor may be right as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog.errors import Finding, Place, Severity
from catalog.model import Field, Package, Resource, Schema
from catalog.tables import dialect_of
from catalog.validation.sights import RULES
from catalog.values import fold
from catalog.vocabulary.checking import LOCAL_GOVERNMENT

_DESCRIPTOR = "datapackage.json"
_NUMBERS = frozenset({"integer", "number"})
_SHOWN = 20
_WIDE = 4
"""So many columns that differ in nothing but a year or month hold values where a column should."""

_PERSONAL = re.compile(
    "氏名|姓名|生年月日|個人番号|マイナンバー|世帯主|保護者名|患者(?!数)|続柄"
    "|(?:自宅|本人|個人|携帯)の?(?:住所|電話|番号|メール|fax)"
    "|(?:代表者|申請者|届出者|営業者|開設者|担当者|責任者|受給者|利用者)の?(?:名|氏|住所|電話|連絡先|メール)"
    "|(?:full|first|last|family|given|maiden)[_-]?name|person(?:al|s)?[_-]?(?:name|phone|address|email)"
    "|date[_-]?of[_-]?birth|birth[_-]?(?:date|day)|my[_-]?number|applicants?[_-]?(?:name|address)|home[_-]?(?:address|phone)"
    "|(?:mobile|cell)[_-]?(?:phone|number)"
)
_PERIOD = re.compile("(?:19|20)[0-9]{2}(?:年度?)?|(?:平成|令和|[hr])[0-9]{1,2}(?:年度?)?|(?:1[0-2]|[1-9])月")
_AREA_NAME = re.compile(".*(?:市区町村|市町村|自治体|地方公共団体)名?")
_SHORT_CODE = re.compile("[0-9A-Za-z]{1,3}")


def doubts_of(package: Package) -> tuple[Finding, ...]:
    """Warnings and notes about the descriptor of a package."""
    found: list[Finding] = []
    if not package.licenses:
        found.append(Finding(code="license-missing", severity="warning", place=Place(file=_DESCRIPTOR, pointer="/licenses")))
    written = {each["name"]: each for each in package.descriptor["resources"]}
    for index, resource in enumerate(package.resources):
        if resource.schema is not None and resource.role == "table":
            found += _of_table(resource, resource.schema, written[resource.name]["schema"], f"/resources/{index}")
    return tuple(found)


def _of_table(resource: Resource, schema: Schema, raw: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    place = Place(file=_DESCRIPTOR, resource=resource.name, pointer=pointer + "/schema/fields")
    for index, field in enumerate(schema.fields):
        if _is_personal(field) and raw["fields"][index].get("definition", {}).get("personal") is not False:
            where = Place(file=_DESCRIPTOR, resource=resource.name, field=field.name, pointer=f"{place.pointer}/{index}")
            yield _doubt("personal-suspected", where, field.name, severity="warning")
    together = {
        "fields-undescribed": (each for each in schema.fields if not each.description.ja),
        "fields-without-english": (each for each in schema.fields if not each.title.en),
        "unit-missing": (each for each in schema.fields if _lacks_unit(each, schema)),
        "codes-unexplained": (each for each in schema.fields if _lacks_codelist(each)),
        "missing-unexplained": _with_unexplained_marks(schema, raw),
    }
    for code, fields in together.items():
        if names := [each.name for each in fields]:
            yield _doubt(code, place, _listed(names))
    yield from _of_header(resource, pointer)
    if resource.standard is None:
        yield from _of_columns(schema, place)


def _doubt(code: str, place: Place, found: str, *, severity: Severity = "note") -> Finding:
    details = {"rule": RULES[code]} if code in RULES else {}
    return Finding(code=code, severity=severity, place=place, found=found, details=details)


def _is_personal(field: Field) -> bool:
    """By its name or a title; ``personal: false`` in the definition says that somebody has thought of it."""
    return any(_PERSONAL.search(fold(text)) for text in (field.name, field.title.ja, field.title.en))


def _lacks_unit(field: Field, schema: Schema) -> bool:
    """An amount without its unit. Keys count nothing, and codes have their list."""
    keys = {*schema.primary_key, *(name for key in schema.unique_keys for name in key)}
    keys |= {name for key in schema.foreign_keys for name in key.fields}
    return (
        field.type in _NUMBERS
        and not field.definition.unit
        and not field.definition.codelist
        and field.name not in keys
        and not field.constraints.get("unique")
        and not field.options.get("categories")
    )


def _lacks_codelist(field: Field) -> bool:
    """Short codes that only the publisher can read."""
    values = [str(each) for each in field.constraints.get("enum") or ()]
    return bool(values) and not field.definition.codelist and all(_SHORT_CODE.fullmatch(each) for each in values)


def _with_unexplained_marks(schema: Schema, raw: Mapping[str, Any]) -> Iterator[Field]:
    """Columns of numbers with a mark for "no value" that has no label (v2) and that the description does not mention."""
    for field, own in zip(schema.fields, raw["fields"], strict=True):
        marks = [each for each in own.get("missingValues", raw.get("missingValues", [])) if isinstance(each, str) and each]
        if field.type in _NUMBERS and any(each not in field.description.ja for each in marks):
            yield field


def _of_header(resource: Resource, pointer: str) -> Iterator[Finding]:
    dialect = dialect_of(resource)
    place = Place(file=_DESCRIPTOR, resource=resource.name, pointer=pointer + "/dialect")
    if not dialect.header:
        yield _doubt("header-none", place, "")
    elif dialect.header_rows[0] != 1:
        yield _doubt("header-late", place, str(dialect.header_rows[0]))
    if dialect.header and len(dialect.header_rows) > 1:
        yield _doubt("header-rows", place, str(len(dialect.header_rows)))


def _of_columns(schema: Schema, place: Place) -> Iterator[Finding]:
    """The shape of a table. A standard that prescribes one knows why."""
    names = schema.names()
    stems: dict[str, list[str]] = {}
    for name in names:
        stem, found = _PERIOD.subn("*", fold(name))
        if found:
            stems.setdefault(stem, []).append(name)
    for wide in (each for each in stems.values() if len(each) >= _WIDE):
        yield _doubt("wide-table", place, _listed(wide))
    areas = [name for name in names if _AREA_NAME.fullmatch(name)]
    if areas and not any(each.definition.codelist in LOCAL_GOVERNMENT for each in schema.fields):
        yield _doubt("area-code-missing", place, _listed(areas))


def _listed(names: Iterable[str]) -> str:
    several = list(names)
    return ", ".join(several[:_SHOWN]) + (" …" if len(several) > _SHOWN else "")
