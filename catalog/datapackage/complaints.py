"""Everything that is wrong with a package, collected, so that a steward mends it in one go."""

import re
from dataclasses import replace
from typing import Any

from catalog.errors import Finding, Place, Refusal

LIMIT = 1_000
"""Findings after which reading stops: nobody reads more, and hostile input must not fill the memory."""

_SHOWN = 120
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str, length: int = _SHOWN) -> str:
    """``text`` as it can be shown and stored anywhere: no control character, no lone surrogate, no endless value."""
    cut = text if len(text) <= length else text[:length] + "…"
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", cut)


def shown(value: Any) -> str:
    """A JSON value as a finding shows it."""
    match value:
        case str():
            return printable(value)
        case True | False:
            return str(value).lower()
        case None:
            return "null"
        case dict():
            return "{…}"
        case list():
            return "[…]"
    return printable(str(value))


def pointer(parent: str, key: str | int) -> str:
    """The JSON pointer (RFC 6901) of a member of the value at ``parent``."""
    return f"{parent}/{str(key).replace('~', '~0').replace('/', '~1')}"


class Complaints:
    """Collects findings. ``settle`` raises them as one Refusal, if there are any."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, code: str, place: Place, found: Any = "", expected: str = "", **details: str) -> None:
        """Note one fact; raises Refusal when there are too many to go on."""
        where = replace(
            place,
            file=printable(place.file),
            resource=printable(place.resource),
            field=printable(place.field),
            pointer=printable(place.pointer, 1_000),
        )
        self.findings.append(Finding(code=code, place=where, found=shown(found), expected=printable(expected), details=details))
        if len(self.findings) >= LIMIT:
            self.settle()

    def settle(self) -> None:
        """Raise Refusal with all that was found."""
        if self.findings:
            raise Refusal(*self.findings)
