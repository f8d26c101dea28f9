"""A package held against the code lists that its definitions name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from catalog.errors import Finding, NotFound, Place, Refusal, Severity
from catalog.model import Field, Package, Resource
from catalog.values import is_local_government_code, local_government_check_digit
from catalog.vocabulary import soundness
from catalog.vocabulary.codelists import ENUM_LIMIT, FOLDER, CodeList, Vocabulary

LOCAL_GOVERNMENT = frozenset({"local-government", "municipality", "municipality-sample"})
"""Lists whose codes carry a check digit: a code that they lack may be newer than they are."""

_INVENTED = "municipality-sample"
_DESCRIPTOR = "datapackage.json"
_DIGITS = 6
_SHOWN = 20


class CodedField(NamedTuple):
    """A column whose values are codes. ``place`` is its definition in the descriptor."""

    resource: Resource
    field: Field
    name: str
    place: Place


def vocabulary_of(package: Package, vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with the package's own lists (``codelists/`` in its folder)."""
    return vocabulary.with_folder(package.root / FOLDER) if package.root else vocabulary


def coded_fields(package: Package) -> tuple[CodedField, ...]:
    """The columns of the package's tables that name a code list, in order."""
    return tuple(
        CodedField(
            resource=resource,
            field=field,
            name=field.definition.codelist,
            place=Place(
                file=_DESCRIPTOR, resource=resource.name, field=field.name, pointer=f"/resources/{index}/schema/fields/{place}"
            ),
        )
        for index, resource in enumerate(package.resources)
        if resource.schema
        for place, field in enumerate(resource.schema.fields)
        if field.definition.codelist
    )


def check_schema_codelists(package: Package, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """What is wrong with the package's own lists, and with the lists and ``enum`` of its fields; its raw package's too.

    Errors: a list that is not there, an ``enum`` with codes that its list lacks, invented municipalities outside a sample.
    """
    wider = vocabulary_of(package, vocabulary)
    findings = list(soundness.of_folder(package.root / FOLDER, wider)) if package.root else []
    for coded in coded_fields(package):
        findings += _of_field(coded, wider, sample=package.sample)
    if package.raw:
        raw = replace(package.raw, sample=package.sample or package.raw.sample)
        findings += [replace(each, place=_within(each.place, "raw/")) for each in check_schema_codelists(raw, wider)]
    return tuple(findings)


def check_areas(package: Package, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """The area codes of the package (``catalog.spatial``) held against the list of local governments."""
    if not package.spatial:
        return ()
    lists = [vocabulary.codelist(_INVENTED)] if package.sample else []
    known = vocabulary.codelist("local-government")
    findings: list[Finding] = []
    for index, code in enumerate(package.spatial):
        if not any(each.contains(code) for each in lists):
            place = Place(file=_DESCRIPTOR, pointer=f"/catalog/spatial/{index}")
            findings += check_values(known, {code: 0}, place)
    return tuple(findings)


def check_values(
    codelist: CodeList, values: Mapping[str, int], place: Place, *, on: date | None = None, limit: int = 1000
) -> tuple[Finding, ...]:
    """A finding for each value that the list lacks, and, where a day is given, that is not valid on it.

    ``values`` maps each distinct value to the first row that has it. A local-government code that is not in the list
    but has the right check digit is a warning only, for municipalities change more often than lists.
    """
    findings: list[Finding] = []
    for value, row in values.items():
        if len(findings) == limit:
            break
        if not codelist.contains(value, on):
            findings.append(_unlisted(codelist, value, replace(place, row=row)))
    return tuple(findings)


def _of_field(coded: CodedField, vocabulary: Vocabulary, *, sample: bool) -> list[Finding]:
    try:
        codelist = vocabulary.codelist(coded.name)
    except NotFound as error:
        pointer = coded.place.pointer + "/definition/codelist"
        place = replace(coded.place, pointer=pointer)
        return [
            Finding(code=error.code, place=place, found=coded.name, expected=error.details["expected"], details=error.details)
        ]
    except Refusal:  # the list's own findings say why
        return []
    found: list[Finding] = []
    if codelist.sample and not sample:
        found.append(_finding("codelist-sample", coded, "/definition/codelist", found=coded.name))
    if codelist.name in LOCAL_GOVERNMENT and sample and not codelist.sample:
        found.append(_finding("codelist-real-in-sample", coded, "/definition/codelist", severity="warning", found=coded.name))
    values = [str(each) for each in coded.field.constraints.get("enum") or ()]
    if extra := [each for each in values if not codelist.contains(each)]:
        unused = [each for each in codelist.codes if each not in values]
        found.append(
            _finding("enum-outside-codelist", coded, "/constraints/enum", found=_listed(extra), expected=_listed(unused))
        )
    return found


def _finding(
    code: str, coded: CodedField, below: str, *, severity: Severity = "error", found: str = "", expected: str = ""
) -> Finding:
    place = replace(coded.place, pointer=coded.place.pointer + below)
    details = {"codelist": coded.name}
    return Finding(code=code, severity=severity, place=place, found=found, expected=expected, details=details)


def _unlisted(codelist: CodeList, value: str, place: Place) -> Finding:
    details = {"codelist": codelist.name}
    known = codelist.find(value)
    if known:
        days = f"{known.valid_from or ''} … {known.valid_until or ''}"
        return Finding(code="code-not-valid", severity="warning", place=place, found=value, expected=days, details=details)
    if codelist.name in LOCAL_GOVERNMENT and is_local_government_code(value):
        return Finding(code="code-unassigned", severity="warning", place=place, found=value, details=details)
    if named := codelist.match(value):
        return Finding(code="code-is-name", place=place, found=value, expected=named.code, details=details)
    near = _listed(_near(codelist, value))
    none = {} if near else {"expected@ja": "なし", "expected@en": "nothing like it"}
    return Finding(code="code-unknown", place=place, found=value, expected=near, details=details | none)


def _near(codelist: CodeList, value: str) -> Sequence[str]:
    """Codes that may be meant: digits that a spreadsheet dropped at either end, else a slip of the pen."""
    if codelist.name in LOCAL_GOVERNMENT:
        guesses = {value.zfill(_DIGITS)} | {code for code in map(_with_check_digit, (value, value[:-1])) if code}
        return sorted(guess for guess in guesses if codelist.contains(guess))
    if len(codelist.codes) > ENUM_LIMIT:
        return ()
    return get_close_matches(value, codelist.codes, n=3) or codelist.codes


def _with_check_digit(text: str) -> str:
    try:
        return text + local_government_check_digit(text)
    except ValueError:
        return ""


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")


def _within(place: Place, folder: str) -> Place:
    return replace(place, file=folder + place.file)
