"""Strict JSON (RFC 8259, I-JSON RFC 7493): what can be written again to JSON, XML and RDF, and means one thing only."""

import codecs
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalog.datapackage.complaints import Complaints, pointer
from catalog.errors import Place

DEPTH = 100
"""Deepest nesting of objects and lists; a real descriptor has about ten."""

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that no text of a descriptor may hold: XML cannot carry them. Tab and line ends may stand in long texts."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_DIGITS = 400


class _Unrepresentable(str):
    """A number as it was written that no reader would read the same: NaN, Infinity, 1e999, thousands of digits."""

    __slots__ = ()


class _Repeating(dict[str, Any]):
    """An object some of whose keys were given more than once."""

    repeated: list[str]


def parse_object(data: bytes, place: Place, complaints: Complaints) -> dict[str, Any] | None:
    """The object that the bytes of a file hold, or None with the reasons in ``complaints``. Never raises for what they are."""
    before = len(complaints.findings)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        complaints.add("json-encoding", place, found=f"0x{data.removeprefix(codecs.BOM_UTF8)[error.start]:02X}")
        return None
    if _depth(text) > DEPTH:
        complaints.add("json-depth", place, expected=str(DEPTH))
        return None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_Unrepresentable, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        line, column = str(error.lineno), str(error.colno)
        if found := text[error.pos : error.pos + 20].strip():
            complaints.add("json-invalid", place, found=found, line=line, column=column)
        else:
            complaints.add("json-incomplete", place, line=line)
        return None
    for code, where, found in _faults(value, ""):
        complaints.add(code, replace(place, pointer=where), found=found)
    if not isinstance(value, dict):
        complaints.add("not-object", place, found=value)
    return value if len(complaints.findings) == before else None


def _depth(text: str) -> int:
    """The deepest nesting, without recursion (``json`` recurses, and would stop the program on hostile input)."""
    deepest = depth = 0
    for token in _TOKENS.finditer(text):
        character = token[0][0]
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEPTH:
                break
        elif character in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _value in pairs)
    repeating = _Repeating(found)
    repeating.repeated = [name for name, count in counts.items() if count > 1]
    return repeating


def _float(text: str) -> float | _Unrepresentable:
    value = float(text)
    return value if math.isfinite(value) else _Unrepresentable(text)


def _integer(text: str) -> int | _Unrepresentable:
    return int(text) if len(text) <= _DIGITS else _Unrepresentable(text)


def _faults(value: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """(code, pointer, what was found) for everything that parses and still cannot be kept."""
    match value:
        case _Unrepresentable():
            yield "json-number", where, str(value)
        case str():
            yield from _faults_of_text(value, where)
        case list():
            for index, item in enumerate(value):
                yield from _faults(item, pointer(where, index))
        case dict():
            for name in getattr(value, "repeated", ()):
                yield "json-duplicate-key", where, name
            for name, item in value.items():
                yield from _faults_of_text(name, where)
                yield from _faults(item, pointer(where, name))


def _faults_of_text(text: str, where: str) -> Iterator[tuple[str, str, str]]:
    if _SURROGATES.search(text):
        yield "json-surrogate", where, text
    if CONTROLS.search(text):
        yield "text-control", where, text
