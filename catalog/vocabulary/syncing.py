"""Write the codes of code lists into the ``enum`` of a descriptor, and leave every other character of the file as it is.

Stock frictionless knows ``enum`` and not our ``codelist``; so the codes stand in both, and this keeps them the same.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from json import JSONDecoder
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from catalog.errors import CatalogError, Finding, Place, Refusal
from catalog.vocabulary.codelists import ENUM_LIMIT, FOLDER, Vocabulary

DESCRIPTOR = "datapackage.json"
_WIDTH = 120
_INDENT = re.compile(r"\n([ \t]+)")
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR_TYPES = frozenset({"", "any", "string", "integer", "number", "year"})
"""Field types of which one cell is one code; ``enum`` of a list or an object would be about the whole cell."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A descriptor before and after. ``file`` is relative to the folder that was synced.

    ``notes`` are findings about each ``enum`` that stays narrower than its list.
    """

    file: str
    before: str
    after: str
    notes: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after

    def diff(self) -> str:
        """What changes, as a unified diff; "" where nothing does."""
        lines = unified_diff(self.before.splitlines(), self.after.splitlines(), self.file, self.file, lineterm="")
        return "".join(f"{line}\n" for line in lines)


def sync(folder: Path, vocabulary: Vocabulary, *, whole: bool = False) -> tuple[Edit, ...]:
    """The edits that bring the ``enum`` of each coded field in step with its list; nothing is written (``write`` does).

    A field without an ``enum`` gets the codes of its list, and codes that the list lacks go. A steward may allow fewer
    codes than the list has: such an ``enum`` stays, with a note, unless ``whole`` asks for every code.

    ``folder`` holds a ``datapackage.json``; the package's own ``codelists`` count too, and schemas in files of their own
    and the ``raw`` package are synced with it. Fields of lists of more than 100 codes are left as they are. Raises Refusal
    with every list that is not there or not sound, and where a descriptor is not JSON.
    """
    wider = vocabulary.with_folder(folder / FOLDER)
    edits = _edits(folder, "", wider, whole=whole)
    if (folder / "raw" / DESCRIPTOR).is_file():
        edits += _edits(folder, "raw/", wider.with_folder(folder / "raw" / FOLDER), whole=whole)
    return tuple(edits)


def write(folder: Path, edits: tuple[Edit, ...]) -> None:
    """Put the edits into the files, each replaced as a whole. OSError where the folder cannot be written."""
    for edit in edits:
        if edit.changed:
            path = folder / edit.file
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(edit.after.encode())
                Path(name).chmod(path.stat().st_mode & 0o777)
                Path(name).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise


def _edits(folder: Path, within: str, vocabulary: Vocabulary, *, whole: bool) -> list[Edit]:
    """The edits of one descriptor and of the schema files that it names."""
    text, descriptor = _load(folder, within + DESCRIPTOR)
    edits = [_edited(within + DESCRIPTOR, text, _coded(descriptor), vocabulary, whole=whole)]
    for path in sorted(set(_schema_files(descriptor))):
        text, schema = _load(folder, within + path)
        edits.append(_edited(within + path, text, _coded_fields(schema, ""), vocabulary, whole=whole))
    return edits


def _edited(file: str, before: str, coded: Iterable["_Coded"], vocabulary: Vocabulary, *, whole: bool) -> Edit:
    changes: list[_Change] = []
    findings: list[Finding] = []
    notes: list[Finding] = []
    spans = _spans(before)
    for pointer, field in coded:
        name = field["definition"]["codelist"]
        place = Place(file=file, field=str(field.get("name", "")), pointer=pointer)
        try:
            listed = vocabulary.codelist(name).codes
        except Refusal as error:
            findings += error.findings
            continue
        except CatalogError as error:
            expected = error.details.get("expected", "")
            findings.append(Finding(code=error.code, place=place, found=name, expected=expected, details=error.details))
            continue
        codes = _wanted(field, listed, whole=whole)
        if codes:
            changes += _change(before, spans, pointer, field, codes)
        if codes and len(codes) < len(listed):
            left_out = ", ".join(each for each in listed if each not in codes)
            notes.append(Finding(code="enum-narrower", severity="note", place=place, found=left_out, details={"codelist": name}))
    if findings:
        raise Refusal(*findings)
    after = before
    for change in sorted(changes, reverse=True):
        after = after[: change.start] + change.text + after[change.end :]
    return Edit(file, before, after, tuple(notes))


def _wanted(field: dict[str, Any], listed: Sequence[str], *, whole: bool) -> list[str]:
    """The codes that the field's ``enum`` ought to have; none where it is no business of ours."""
    constraints = field.get("constraints")
    held = constraints.get("enum") if isinstance(constraints, dict) else None
    if len(listed) > ENUM_LIMIT or not isinstance(constraints, dict | None) or not isinstance(held, list | None):
        return []
    kept = [str(each) for each in held or () if str(each) in listed]
    return list(listed) if whole or not kept else kept


def _load(folder: Path, file: str) -> tuple[str, Any]:
    try:
        text = (folder / file).read_bytes().decode("utf-8")  # a byte order mark and line ends stay as they are
        return text, json.loads(text.removeprefix("\ufeff"))
    except OSError as error:
        finding = Finding(code="sync-unreadable", place=Place(file=file), found=error.strerror or "")
    except (ValueError, RecursionError) as error:
        finding = Finding(code="sync-not-json", place=Place(file=file), found=str(error))
    raise Refusal(finding)


_Coded = tuple[str, dict[str, Any]]
"""A field that names a code list, after the pointer to it."""


def _coded(descriptor: Any) -> Iterator[_Coded]:
    for index, resource in enumerate(_items(descriptor, "resources")):
        if isinstance(resource, dict):
            yield from _coded_fields(resource.get("schema"), f"/resources/{index}/schema")


def _coded_fields(schema: Any, pointer: str) -> Iterator[_Coded]:
    """Only fields of which a cell is one code."""
    for place, field in enumerate(_items(schema, "fields")):
        definition = field.get("definition") if isinstance(field, dict) else None
        named = isinstance(definition, dict) and isinstance(definition.get("codelist"), str)
        if named and field.get("type", "") in _SCALAR_TYPES:
            yield f"{pointer}/fields/{place}", field


def _schema_files(descriptor: Any) -> Iterator[str]:
    """Paths of schemas that lie in the package. Any other the strict loader refuses; here it is no business of ours."""
    for resource in _items(descriptor, "resources"):
        schema = resource.get("schema") if isinstance(resource, dict) else None
        if isinstance(schema, str) and ":" not in schema:
            path = PurePosixPath(schema)
            if not path.is_absolute() and ".." not in path.parts:
                yield schema


def _items(value: Any, name: str) -> list[Any]:
    items = value.get(name) if isinstance(value, dict) else None
    return items if isinstance(items, list) else []


class _Change(NamedTuple):
    """Characters from ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str


class _Span(NamedTuple):
    """Where a value stands; ``members`` is the number of things in it."""

    start: int
    end: int
    members: int = 0


def _change(text: str, spans: dict[str, _Span], pointer: str, field: dict[str, Any], codes: list[str]) -> list[_Change]:
    """One member replaced or added; nothing where the codes are there already."""
    constraints = field.get("constraints")
    if constraints is None:
        return [_added(text, spans[pointer], "constraints", {"enum": codes})]
    if "enum" not in constraints:
        return [_added(text, spans[f"{pointer}/constraints"], "enum", codes)]
    if [str(each) for each in constraints["enum"] or ()] == codes:
        return []
    span = spans[f"{pointer}/constraints/enum"]
    return [_Change(span.start, span.end, _array(codes, text, span))]


def _added(text: str, span: _Span, name: str, value: Any) -> _Change:
    """A member at the end of an object, set as its other members are: each on its line, or all on one."""
    written = f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
    if not span.members:
        return _Change(span.start, span.end, "{" + written + "}")
    last = len(text[: span.end - 1].rstrip(" \t\r\n"))
    opening = _SPACE.match(text, span.start + 1)
    lead = opening[0] if opening and "\n" in opening[0] else " "
    if "\n" in lead and len(lead) + len(written) > _WIDTH:
        step = _INDENT.search(text)
        lines = json.dumps(value, ensure_ascii=False, indent=step[1] if step else None)
        written = f"{json.dumps(name)}: {lines}".replace("\n", lead)
    return _Change(last, last, "," + lead + written)


def _array(codes: list[str], text: str, span: _Span) -> str:
    """The list of codes in the manner of the one it replaces: on one line, or a line for each."""
    opening = _SPACE.match(text, span.start + 1)
    closing = text[len(text[: span.end - 1].rstrip(" \t\r\n")) : span.end - 1]
    if opening and "\n" in opening[0] and span.members:
        return "[" + opening[0] + ("," + opening[0]).join(json.dumps(each, ensure_ascii=False) for each in codes) + closing + "]"
    return json.dumps(codes, ensure_ascii=False)


def _spans(text: str) -> dict[str, _Span]:
    """Pointer -> where its value stands in ``text``, which is valid JSON."""
    spans: dict[str, _Span] = {}
    _walk(text, _skip(text, len(text) - len(text.removeprefix("\ufeff"))), "", spans)
    return spans


def _walk(text: str, start: int, pointer: str, spans: dict[str, _Span]) -> int:
    """Note the value that begins at ``start`` and everything in it; the place after it."""
    if text[start] not in "{[":
        _value, end = JSONDecoder().raw_decode(text, start)
        spans[pointer] = _Span(start, end)
        return end
    members, place = 0, _skip(text, start + 1)
    while text[place] not in "}]":
        name = str(members)
        if text[start] == "{":
            name, place = JSONDecoder().raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)  # the colon
        place = _skip(text, _walk(text, place, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", spans))
        members += 1
        if text[place] == ",":
            place = _skip(text, place + 1)
    spans[pointer] = _Span(start, place + 1, members)
    return place + 1


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
