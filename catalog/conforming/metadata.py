"""What a data package says about itself, from the メタデータ sheet of a filled-in template, from a form or from a command.

All three are texts under the keys of that sheet (docs/standards.md), so one function reads them all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.datapackage import additions
from catalog.datapackage.complaints import Complaints
from catalog.datapackage.objects import Node
from catalog.errors import Finding, Place
from catalog.scaffolding.plan import LICENSE
from catalog.scaffolding.publishers import is_invented
from catalog.scaffolding.workbook import METADATA, YES_NO
from catalog.values import fold, wareki_date
from catalog.vocabulary.codelists import Vocabulary

KEYS = (
    "name", "title", "translations.en.title", "description", "translations.en.description", "version", "keywords",
    "publisher.id", "publisher.name", "publisher.translations.en.name", "license", "contact.name", "contact.telephone",
    "contact.email", "contact.url", "frequency", "themes", "spatial", "temporal.start", "temporal.end", "sample",
    "standard.id", "standard.edition",
)  # fmt: skip
"""Every key that is understood."""

Metadata = dict[str, str]
_KEY, _VALUE = "キー", "値"
_PLAIN = ("title", "description", "version")
_PUBLISHER = ("name", "spatial", "publisher.")
_YES = frozenset(map(fold, (YES_NO[0], "yes", "true", "1", "○")))
_NO = frozenset(map(fold, (YES_NO[1], "no", "false", "0", "×")))
_NOT_A_TEXT = "http://publications.europa.eu/"
"""Of the addresses of a licence those of the authority list are names, not the licence's text."""


def read_sheet(rows: list[list[str]], place: Place) -> tuple[Metadata, list[Finding]]:
    """The values of the sheet by key, and the keys that mean nothing. An empty value is as good as none."""
    head = next((index for index, row in enumerate(rows) if _KEY in row and _VALUE in row), None)
    if head is None:
        return {}, []
    key_at, value_at = rows[head].index(_KEY), rows[head].index(_VALUE)
    found: Metadata = {}
    findings = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        key, value = row[key_at].strip(), row[value_at].strip()
        if value and key in KEYS:
            found[key] = value
        elif value:
            where = Place(file=place.file, resource=METADATA, row=number)
            findings.append(Finding(code="clean-metadata-unknown", severity="warning", place=where, found=key))
    return found, findings


def merged(sheet: Mapping[str, str], options: Mapping[str, str]) -> Metadata:
    """Options over the sheet. Where they name another publisher, what the sheet says of its own does not apply."""
    chosen = {key: value.strip() for key, value in options.items() if value.strip()}
    kept = dict(sheet)
    if chosen.get("publisher.id", kept.get("publisher.id")) != kept.get("publisher.id"):
        kept = {key: value for key, value in kept.items() if not key.startswith(_PUBLISHER)}
    return kept | chosen


def is_sample(metadata: Mapping[str, str]) -> bool:
    """Whether the data are invented: the steward says so, or the publisher is an invented municipality."""
    return fold(metadata.get("sample", "")) in _YES or is_invented(metadata.get("publisher.id", ""))


def describe(descriptor: dict[str, Any], metadata: Mapping[str, str], vocabulary: Vocabulary) -> list[Finding]:
    """Write the metadata into a descriptor; answer what is wrong with them, found as the strict loader finds it."""
    place = Place(file=METADATA)
    catalog = descriptor["catalog"]
    for key in _PLAIN:
        descriptor[key] = metadata.get(key, descriptor[key])
    english = catalog["translations"]["en"]
    for key in ("title", "description"):
        english[key] = metadata.get(f"translations.en.{key}", english[key])
    for key, node in (("keywords", descriptor), ("themes", catalog), ("spatial", catalog)):
        if key in metadata:
            node[key] = _listed(metadata[key])
    for key in ("contact", "temporal"):
        if found := {name: metadata[f"{key}.{name}"] for name in _MEMBERS[key] if f"{key}.{name}" in metadata}:
            catalog[key] = found
    for name, text in catalog.get("temporal", {}).items():
        day = wareki_date(text)
        catalog["temporal"][name] = day.isoformat() if day else text
    return [*_coded(descriptor, metadata, vocabulary, place), *_complaints(descriptor, place)]


_MEMBERS = {"contact": additions.CONTACT_KEYS, "temporal": additions.TEMPORAL_KEYS}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.replace("；", ";").split(";") if each.strip()]


def _coded(descriptor: dict[str, Any], metadata: Mapping[str, str], vocabulary: Vocabulary, place: Place) -> Iterator[Finding]:
    """Values that are chosen from lists by their label or code."""
    text = metadata.get("sample", "")
    if text and fold(text) not in _YES | _NO:
        details = {"key": "sample"}
        yield Finding(code="clean-metadata-value", place=place, found=text, expected=" | ".join(YES_NO), details=details)
    text = metadata.get("license", "")
    if text and text != LICENSE["title"]:
        concept = vocabulary.codelist("licence").match(text)
        if concept:
            path = next((each for each in concept.exact_match if not each.startswith(_NOT_A_TEXT)), "")
            named = {"name": concept.code, "title": concept.label.ja, "path": path}
            descriptor["licenses"] = [{key: value for key, value in named.items() if value}]
        else:
            yield _unlisted("license", text, "licence", vocabulary, place)
    text = metadata.get("frequency", "")
    if text:
        concept = vocabulary.codelist("update-frequency").match(text)
        if concept:
            descriptor["catalog"]["frequency"] = concept.code
        else:
            yield _unlisted("frequency", text, "update-frequency", vocabulary, place)


def _unlisted(key: str, text: str, codelist: str, vocabulary: Vocabulary, place: Place) -> Finding:
    labels = ", ".join(each.label.ja for each in vocabulary.codelist(codelist).concepts)
    return Finding(code="clean-metadata-value", place=place, found=text, expected=labels, details={"key": key})


def _complaints(descriptor: dict[str, Any], place: Place) -> list[Finding]:
    complaints = Complaints()
    node = Node(descriptor, place, complaints)
    name = node.need("name")
    if not additions.SLUG.fullmatch(name):
        node.refuse("dataset-name", "name", found=name)
    for key in ("title", "version"):
        node.line(key)
    node.lines("keywords")
    catalog = node.child("catalog", additions.PACKAGE_KEYS)
    english = additions.translation(catalog, "package")
    english.line("title")
    additions.publisher(catalog)
    additions.contact(catalog)
    additions.temporal(catalog)
    additions.spatial(catalog)
    return complaints.findings
