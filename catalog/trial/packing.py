"""A package made of a lone table that follows no standard: its descriptor, and what the form still lacks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from catalog.conforming.metadata import describe
from catalog.errors import Finding, Place
from catalog.model import Text
from catalog.scaffolding.plan import PROFILE, VERSION
from catalog.scaffolding.publishers import findings_of, is_code
from catalog.scaffolding.workbook import METADATA
from catalog.vocabulary.codelists import Vocabulary

DRAFT = "draft"
"""What a package is called that is only checked."""

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST = 100
_LABELS = {
    "title": Text("タイトル", "Title of the dataset"),
    "publisher.id": Text("公開する団体のID", "Id of the publisher"),
    "publisher.name": Text("公開する団体", "Name of the publisher"),
    "license": Text("利用条件", "Terms of use"),
}


def lacking(metadata: Mapping[str, str], *needed: str) -> Iterator[Finding]:
    """What has to be written before a package can be made: without ``needed``, all that a table of no standard needs."""
    for key in needed or _LABELS:
        if not metadata.get(key):
            yield Finding(
                code="form-missing",
                place=Place(file=METADATA),
                details={"label@ja": _LABELS[key].ja, "label@en": _LABELS[key].en},
            )
    if publisher := metadata.get("publisher.id", ""):
        for each in findings_of(publisher, sample=False):
            yield replace(each, place=Place(file=METADATA))


def descriptor(
    metadata: Mapping[str, str], schema: Mapping[str, Any], path: str, what: str, vocabulary: Vocabulary
) -> tuple[dict[str, Any], list[Finding]]:
    """The descriptor (Data Package v2), and what is wrong with the metadata. ``what`` the table is called without a title."""
    publisher = metadata.get("publisher.id", "")
    resource = {"name": "table", "title": metadata.get("title", what), "path": path, "encoding": "utf-8", "schema": schema}
    catalog: dict[str, Any] = {"translations": {"en": {"title": "", "description": ""}}}
    written: dict[str, Any] = {
        "$schema": PROFILE,
        "name": metadata.get("name") or _name(publisher, what),
        "title": what,
        "description": "",
        "version": VERSION,
        "catalog": catalog,
        "resources": [resource],
    }
    if publisher:
        catalog["publisher"] = {"id": publisher, "name": metadata.get("publisher.name", publisher)}
        if is_code(publisher):
            catalog["spatial"] = [publisher]
    findings = describe(written, metadata, vocabulary)
    return _full(written), findings


def _name(publisher: str, what: str) -> str:
    """The publisher and ``what`` the table is, as far as that is ASCII."""
    stem = _NOT_IN_SLUG.sub("-", what.lower()).strip("-") or "table"
    return f"{publisher}-{stem}"[:_LONGEST].strip("-") if publisher else DRAFT


def _full(value: dict[str, Any]) -> dict[str, Any]:
    """Only members that say something."""
    members = {key: _full(each) if isinstance(each, dict) else each for key, each in value.items()}
    return {key: each for key, each in members.items() if each not in ("", {}, [])}
