"""Stock frictionless's errors as facts in our form, so that one wording serves terminal, page and API.

Types and notes: frictionless 5.21, ``frictionless/errors``. Nothing is lost: the report itself stands beside.
"""

import ast
import re
from typing import Any

from catalog.errors import Finding, Place
from catalog.messages import translate
from catalog.messages.stock import OTHER_TYPE, PATTERNS, TYPES
from catalog.model import Json

PREFIX = "stock."
_CONSTRAINT = re.compile(r'^constraint "(?P<name>[^"]+)" is "(?P<value>.*)"$', re.DOTALL)
_TYPE = re.compile(r'^type is "(?P<type>[^"]*)"$')
_FOREIGN_KEY = re.compile(
    r'^for "(?P<fields>.*)": values "(?P<values>.*)" not found in the lookup table "(?P<table>.*)" as "(?P<reference>.*)"$',
    re.DOTALL,
)
_SAME_ROW = re.compile(r"^the same as in the row at position (?P<other>\d+)$")
_GIVEN_UP = re.compile(
    r'^(?P<code>pattern-not-judged): pattern "(?P<pattern>.*)" takes longer than (?P<seconds>[0-9.]+) seconds; (?P<count>[0-9]+)',
    re.DOTALL,
)
"""Ours, not stock's (``patience``)."""
_NO_KEY = 'cells composing the primary keys are all "None"'
_SHOWN = 200


def findings_of(report: Json) -> tuple[Finding, ...]:
    """Each error of a frictionless report as a finding of code ``stock.<type>`` (``stock.constraint-error.<constraint>``)."""
    found = [finding_of(error, Place(file="datapackage.json")) for error in report["errors"]]
    for task in report["tasks"]:
        place = Place(file=task["place"], resource=task["name"])
        found += [finding_of(error, place) for error in task["errors"]]
    return tuple(found)


def finding_of(error: dict[str, Any], place: Place) -> Finding:
    """One error of a report as a finding."""
    note = str(error.get("note", ""))
    code, expected = PREFIX + error["type"], note
    details = {"note": _shown(note), "message": _shown(error["message"])}
    if constraint := _CONSTRAINT.match(note):
        code, expected = f"{code}.{constraint['name']}", _listed(constraint["value"])
        details |= _of_pattern(expected) if constraint["name"] == "pattern" else {}
    elif type_ := _TYPE.match(note):
        expected = type_["type"].removesuffix("/default")
        details |= _of_type(expected)
    elif key := _FOREIGN_KEY.match(note):
        code = f"{code}.absent"
        details |= {name: _shown(value) for name, value in key.groupdict().items()}
    elif same := _SAME_ROW.match(note):
        code = f"{code}.same"
        details |= same.groupdict()
    elif given_up := _GIVEN_UP.match(note):
        return Finding(
            code=given_up["code"],
            place=place,
            found=_shown(given_up["pattern"]),
            expected=given_up["seconds"],
            details={"count": given_up["count"]},
        )
    elif note == _NO_KEY:
        code = f"{code}.empty"
    return Finding(
        code=code,
        place=Place(
            file=place.file,
            resource=place.resource,
            field=error.get("fieldName", "") or "",
            row=error.get("rowNumber", 0) or _header_row(error),
            column=error.get("fieldNumber", 0) or 0,
        ),
        found=_shown(error.get("cell", error.get("label", ""))),
        expected=_shown(expected),
        details=details,
    )


def _of_type(type_: str) -> dict[str, str]:
    """What a value of the type is, in both languages; a wording takes it in the place of ``expected``."""
    return _in_words(TYPES.get(type_, OTHER_TYPE), {"type": type_})


def _of_pattern(pattern: str) -> dict[str, str]:
    """The same of a pattern that can be said in words."""
    found = ((re.fullmatch(expression, pattern), text) for expression, text in PATTERNS)
    return next((_in_words(text, match.groupdict()) for match, text in found if match), {})


def _in_words(text: str, values: dict[str, str]) -> dict[str, str]:
    return {f"expected@{language}": translate(text, language) % values for language in ("ja", "en")}


def _listed(value: str) -> str:
    """The values of an ``enum``, which stock writes as a Python list."""
    try:
        values = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
    return ", ".join(map(str, values)) if isinstance(values, list) else value


def _header_row(error: dict[str, Any]) -> int:
    numbers = error.get("rowNumbers") or [0]
    return int(numbers[0])


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
