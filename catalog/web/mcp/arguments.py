"""The arguments of a tool: described to clients as JSON Schema, and read by the same description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from catalog.errors import Finding
from catalog.messages import translate
from catalog.web.parameters import BadQuery

LONGEST = 1_000
"""Characters of one text."""
_MOST = 100
"""Members of one list or object."""
_SHOWN = 100
_TYPES: Mapping[str, str] = {"texts": "array", "conditions": "object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument. ``about`` is a marked text; a number lies between ``minimum`` and ``maximum``."""

    name: str
    about: str
    type: Literal["string", "integer", "texts", "conditions"] = "string"
    required: bool = False
    minimum: int = 1
    maximum: int = 1
    choices: tuple[str, ...] = ()

    def schema(self, language: str) -> dict[str, Any]:
        """As JSON Schema 2020-12."""
        described: dict[str, Any] = {
            "type": _TYPES.get(self.type, self.type),
            "description": translate(self.about, language),
        }
        if self.type == "integer":
            described |= {"minimum": self.minimum, "maximum": self.maximum}
        if self.type == "string":
            described |= {"enum": list(self.choices)} if self.choices else {"maxLength": LONGEST}
        if self.type == "texts":
            described |= {"items": {"type": "string", "maxLength": LONGEST}, "maxItems": _MOST}
        if self.type == "conditions":
            described |= {"additionalProperties": {"type": ["string", "number", "boolean"]}, "maxProperties": _MOST}
        return described

    def read(self, value: Any) -> Any:
        """The value. Raises ValueError where it is none."""
        match self.type:
            case "string":
                if not isinstance(value, str) or len(value) > LONGEST or (self.choices and value not in self.choices):
                    raise ValueError(value)
                return value
            case "integer":
                if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
                    raise ValueError(value)
                return value
            case "texts":
                if not isinstance(value, list) or len(value) > _MOST:
                    raise ValueError(value)
                return tuple(_text(each) for each in value)
            case "conditions":
                if not isinstance(value, dict) or len(value) > _MOST:
                    raise ValueError(value)
                return tuple((_text(name), _plain(each)) for name, each in value.items())

    def wanted(self) -> str:
        """What a value must be, in JSON's words."""
        match self.type:
            case "string":
                return ", ".join(self.choices) or f"string (<= {LONGEST})"
            case "integer":
                return f"integer {self.minimum}-{self.maximum}"
            case "texts":
                return f"array of strings (<= {_MOST})"
            case "conditions":
                return '{"COLUMN__OPERATOR": "VALUE"}'


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(value)
    return value


def _plain(value: Any) -> str:
    """A value as a query string would spell it: models write numbers and truth values bare."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return _text(value)


def schema_of(arguments: Sequence[Argument], language: str) -> dict[str, Any]:
    """The arguments of a tool as one JSON Schema."""
    return {
        "type": "object",
        "properties": {each.name: each.schema(language) for each in arguments},
        "required": [each.name for each in arguments if each.required],
        "additionalProperties": False,
    }


def read(given: Mapping[str, Any], arguments: Sequence[Argument]) -> dict[str, Any]:
    """The values by name; what is not given is left out. Raises BadQuery with every mistake, each by its argument's name."""
    known = {each.name: each for each in arguments}
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, value in given.items():
        if name not in known:
            findings.append(_finding("argument-unknown", name, expected=", ".join(known)))
            continue
        try:
            values[name] = known[name].read(value)
        except ValueError:
            findings.append(_finding("argument-invalid", name, str(value), expected=known[name].wanted()))
    missing = (each for each in arguments if each.required and each.name not in given)
    findings += [_finding("parameter-missing", each.name, expected=each.wanted()) for each in missing]
    if findings:
        raise BadQuery(findings)
    return values


def _finding(code: str, name: str, found: str = "", *, expected: str) -> Finding:
    details = {"parameter": name[:_SHOWN], "expected": expected}
    return Finding(code=code, found=found[:_SHOWN], expected=expected, details=details)
