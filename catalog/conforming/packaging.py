"""A conformed table -> the files of a data package, as ``catalog new`` would begin it, with the columns that the file has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from catalog.conforming.changes import table as csv_table
from catalog.conforming.conformed import Conformed
from catalog.conforming.metadata import describe, is_sample
from catalog.errors import Finding, Place
from catalog.model import Agent, Text
from catalog.scaffolding.plan import planned
from catalog.scaffolding.publishers import findings_of
from catalog.standards import Standard, Standards
from catalog.values import is_local_government_code
from catalog.vocabulary.codelists import Vocabulary

DESCRIPTOR = "datapackage.json"
MANAGING = "local-government"
"""The code list of columns that name the body which manages the data; those of ``municipality`` say where something lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The package: its name, its publisher's id, its files by path; ``findings`` are about both and the metadata."""

    name: str
    publisher: str
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def publisher_of(conformed: Conformed, metadata: Mapping[str, str], place: Place) -> tuple[str, list[Finding]]:
    """Who publishes: whom the metadata name, else the one body whose code the rows have. "" where neither says.

    What is no code of a local government, such as a note below the table, names nobody; it is told of as a cell.
    """
    named = metadata.get("publisher.id", "")
    found = sorted(filter(is_local_government_code, conformed.values(MANAGING)))
    if not named:
        if len(found) == 1:
            return found[0], []
        code = "clean-publisher-several" if found else "clean-publisher-missing"
        return "", [Finding(code=code, place=place, found=", ".join(found[:3]))]
    if found and found != [named] and named.isdigit():
        others = ", ".join(each for each in found[:3] if each != named)
        return named, [Finding(code="clean-publisher-differs", severity="warning", place=place, found=others, expected=named)]
    return named, []


def package(
    conformed: Conformed, standard: Standard, metadata: Mapping[str, str], library: tuple[Standards, Vocabulary], place: Place
) -> Made:
    """The package. Nothing is written; where a finding is an error, the files are not to be written either."""
    standards, vocabulary = library
    sample = is_sample(metadata)
    publisher, findings = publisher_of(conformed, metadata, place)
    if not publisher:
        return Made(name="", publisher="", files={}, findings=tuple(findings))
    findings += findings_of(publisher, sample=sample)
    agent = Agent(id=publisher, name=_name_of(publisher, metadata, vocabulary))
    alone = replace(standard, companion=None)
    plan = planned(alone, agent, standards, (), sample=sample)
    descriptor = plan.descriptor
    descriptor["name"] = metadata.get("name", plan.name)
    findings += describe(descriptor, metadata, vocabulary)
    _narrow(descriptor["resources"][0]["schema"], {each.name for each in conformed.columns})
    path = plan.tables[0].path
    header = [each.name for each in conformed.columns]
    return Made(
        name=descriptor["name"],
        publisher=publisher,
        files={
            DESCRIPTOR: (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode(),
            path: csv_table(header, conformed.rows, mark=plan.tables[0].mark),
        },
        findings=tuple(findings),
    )


def _name_of(publisher: str, metadata: Mapping[str, str], vocabulary: Vocabulary) -> Text:
    area = vocabulary.area(publisher)
    known = area.label if area else Text(ja=publisher, en=publisher)
    return Text(
        ja=metadata.get("publisher.name", known.ja),
        en=metadata.get("publisher.translations.en.name", "" if "publisher.name" in metadata and not area else known.en),
    )


def _narrow(schema: dict[str, Any], present: set[str]) -> None:
    """Only the columns that the file has: an added one would say of every row that its value is empty, a flag that it is "no"."""
    schema["fields"] = [each for each in schema["fields"] if each["name"] in present]
    if not present.issuperset(schema.get("primaryKey", [])):
        del schema["primaryKey"]
    for key in ("uniqueKeys", "foreignKeys"):
        named = [each for each in schema.pop(key, []) if present.issuperset(each if key == "uniqueKeys" else each["fields"])]
        if named:
            schema[key] = named
