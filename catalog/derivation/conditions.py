"""The ``where`` of a rule or of a table: which records count. Values, not code; every condition must hold.

where     = { path: test, … }
test      = value | [value, …] | { "not": value | [value, …], "present": true | false }
An empty cell equals no value; ``not`` is the plain complement, so it holds for an empty cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.derivation.labels import PLAIN, Labels, filled, joined, listed
from catalog.derivation.paths import Path, path_of
from catalog.errors import Finding, Place
from catalog.messages.derivation import SENTENCES
from catalog.model import Text

Scalar = str | int | float | bool
DESCRIPTOR = "datapackage.json"


def step_of(pointer: str, key: str | int) -> str:
    """The JSON pointer (RFC 6901) one step further down."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def shown(value: Any) -> str:
    """A JSON value as the descriptor spells it, short enough for a message."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 100 else text[:100] + "…"  # noqa: PLR2004  a line of a terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A test of one column: the cell is one of ``values``, is none of ``excluded``, is ``present`` or not."""

    path: Path
    values: tuple[Scalar, ...] = ()
    excluded: tuple[Scalar, ...] = ()
    present: bool | None = None
    pointer: str = ""

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """The condition in words, without a full stop."""
        column = labels.column(self.path)
        parts = []
        for name, values in (("is", self.values), ("is-not", self.excluded)):
            if values:
                words = listed(labels.value(self.path, spelled(each)) for each in values)
                parts.append(filled(SENTENCES[name if len(values) == 1 else f"{name}-one-of"], column=column, values=words))
        if self.present is not None:
            parts.append(filled(SENTENCES["is-present" if self.present else "is-empty"], column=column))
        return joined(parts, SENTENCES["and"])


def spelled(value: Scalar) -> str:
    """A value as a canonical CSV cell spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions that must all hold; none means every record."""

    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def sentence(self, labels: Labels = PLAIN) -> Text:
        """All conditions in words, without a full stop."""
        return joined([each.sentence(labels) for each in self.conditions], SENTENCES["and"])


EVERY = Where()


def where_of(value: Any, pointer: str) -> tuple[Where, tuple[Finding, ...]]:
    """Read a ``where`` object; what cannot be read is a finding at its pointer."""
    if not isinstance(value, Mapping) or not value:
        return EVERY, (_finding("derivation-wants-where", pointer, value),)
    findings: list[Finding] = []
    conditions = [_condition(str(name), test, step_of(pointer, name), findings) for name, test in value.items()]
    return Where(tuple(conditions)), tuple(findings)


def _condition(name: str, test: Any, pointer: str, findings: list[Finding]) -> Condition:
    path = path_of(name)
    if not isinstance(test, Mapping):
        return Condition(path=path, values=_values(test, pointer, findings), pointer=pointer)
    unknown = [each for each in test if each not in {"not", "present"}]
    findings += [_finding("derivation-wants-test", step_of(pointer, each), each) for each in unknown]
    if not test:
        findings.append(_finding("derivation-wants-test", pointer, {}))
    present = test.get("present")
    if "present" in test and not isinstance(present, bool):
        findings.append(_finding("derivation-wants-boolean", step_of(pointer, "present"), present))
        present = None
    excluded = _values(test["not"], step_of(pointer, "not"), findings) if "not" in test else ()
    return Condition(path=path, excluded=excluded, present=present, pointer=pointer)


def _values(value: Any, pointer: str, findings: list[Finding]) -> tuple[Scalar, ...]:
    several = list(value) if isinstance(value, list | tuple) else [value]
    wrong = [each for each in several if not isinstance(each, str | int | float) or each == ""]
    if wrong or not several:
        findings.append(_finding("derivation-wants-test", pointer, wrong[0] if wrong else value))
        return ()
    return tuple(several)


def _finding(code: str, pointer: str, found: Any) -> Finding:
    return Finding(code=code, place=Place(file=DESCRIPTOR, pointer=pointer), found=shown(found))
