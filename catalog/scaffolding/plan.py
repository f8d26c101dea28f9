"""What a new package will hold, before anything is written: its descriptor and, table by table, path, schema and rows."""

from dataclasses import dataclass
from typing import Any

from catalog.model import Agent
from catalog.scaffolding.publishers import is_code, is_invented
from catalog.standards import Column, Standard, Standards, Table, schema_json

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENSE = {
    "name": "CC-BY-4.0",
    "title": "クリエイティブ・コモンズ 表示 4.0 国際",
    "path": "https://creativecommons.org/licenses/by/4.0/deed.ja",
}
VERSION = "1.0"
SAMPLE_LISTS = {"municipality": "municipality-sample", "local-government": "municipality-sample"}
"""Code lists that samples may not use, and what they use instead: no invented row stands beside a real code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTable:
    """A table of the package. ``mark``: whether its file begins with a byte order mark. ``rows`` are empty or one sample."""

    standard: Standard
    table: Table
    path: str
    schema: dict[str, Any]
    rows: tuple[tuple[str, ...], ...]
    mark: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The package: ``standard`` is the one that was asked for, ``tables`` may belong to its companion too."""

    name: str
    standard: Standard
    publisher: Agent
    tables: tuple[PlannedTable, ...]
    descriptor: dict[str, Any]
    sample: bool


def planned(standard: Standard, publisher: Agent, standards: Standards, extra: tuple[str, ...], *, sample: bool) -> Plan:
    """The package of ``standard`` with its mandatory tables and the ``extra`` ones, and with its companion."""
    invented = sample or is_invented(publisher.id)
    wanted = {standard.table(name).name for name in extra}
    chosen = [(standard, each) for each in standard.tables if each.obligation == "mandatory" or each.name in wanted]
    if standard.companion:
        other = standards.standard(standard.companion.standard)
        chosen.append((other, other.table()))
    present = frozenset(table.name for _, table in chosen)
    tables = tuple(_planned_table(own, table, present, sample=sample, invented=invented) for own, table in chosen)
    _point_at_companion(tables, standard)
    name = f"{publisher.id}-{standard.slug}"
    return Plan(
        name=name,
        standard=standard,
        publisher=publisher,
        tables=tables,
        descriptor=_descriptor(name, standard, publisher, tables, invented=invented),
        sample=invented,
    )


def _planned_table(standard: Standard, table: Table, present: frozenset[str], *, sample: bool, invented: bool) -> PlannedTable:
    return PlannedTable(
        standard=standard,
        table=table,
        path=f"data/{table.file or f'{table.name}.csv'}",
        schema=schema_json(standard, table, codelists=SAMPLE_LISTS if invented else {}, present=present),
        rows=(tuple(_example(each, table, present) for each in table.columns),) if sample else (),
        mark=not table.file,
    )


def _point_at_companion(tables: tuple[PlannedTable, ...], standard: Standard) -> None:
    """Form D: the own table points at the companion by a foreign key, which is known only now that both are chosen."""
    companion = standard.companion
    if companion:
        other = next(each for each in tables if each.standard.slug == companion.standard)
        key = {
            "fields": [companion.column],
            "reference": {"resource": other.table.name, "fields": [companion.reference]},
        }
        tables[0].schema.setdefault("foreignKeys", []).append(key)


def _example(column: Column, table: Table, present: frozenset[str]) -> str:
    """The example, except where it would point at a row that the sample does not have."""
    for key in table.foreign_keys:
        if column.name in key.fields and key.resource not in present - {table.name}:
            return ""
    return column.field.example


def _descriptor(
    name: str, standard: Standard, publisher: Agent, tables: tuple[PlannedTable, ...], *, invented: bool
) -> dict[str, Any]:
    english = publisher.name.en
    catalog: dict[str, Any] = {
        "publisher": {"id": publisher.id, "name": publisher.name.ja or english},
        "translations": {
            "en": {
                "title": f"{standard.title.en} ({english})" if english else standard.title.en,
                "description": standard.description.en,
                "keywords": [standard.title.en],
            }
        },
        "themes": list(standard.themes),
    }
    if english:
        catalog["publisher"]["translations"] = {"en": {"name": english}}
    if publisher.uri:
        catalog["publisher"]["uri"] = publisher.uri
    if is_code(publisher.id):
        catalog["spatial"] = [publisher.id]
    if invented:
        catalog["sample"] = True
    return {
        "$schema": PROFILE,
        "name": name,
        "title": f"{standard.title.ja}（{publisher.name.ja or english}）",
        "description": standard.description.ja,
        "version": VERSION,
        "keywords": list(standard.keywords),
        "licenses": [LICENSE],
        "catalog": catalog,
        "resources": [_resource(each) for each in tables],
    }


def _resource(planned_table: PlannedTable) -> dict[str, Any]:
    table, standard = planned_table.table, planned_table.standard
    resource = {
        "name": table.name,
        "title": table.title.ja,
        "description": table.description.ja,
        "path": planned_table.path,
        "format": "csv",
        "mediatype": "text/csv",
        "catalog": {
            "translations": {"en": {"title": table.title.en, "description": table.description.en}},
            "standard": {"id": standard.slug, "edition": standard.edition},
        },
        "schema": planned_table.schema,
    }
    return resource if planned_table.mark else resource | {"encoding": "utf-8"}
