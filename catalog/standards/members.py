"""The shape of the files in ``vocab/standards``: which members an object may have, which it must have, of what kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.errors import Finding, Place
from catalog.model import Text


@dataclass(slots=True)
class Problems:
    """What was found wrong with one file."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, pointer: str = "", found: object = "", expected: str = "", **details: str) -> None:
        """Note a finding at a JSON pointer."""
        place = Place(file=self.file, pointer=pointer)
        self.findings.append(Finding(code=code, place=place, found=str(found), expected=expected, details=details))


@dataclass(frozen=True, slots=True)
class Shape:
    """The members of an object."""

    required: Mapping[str, "Kind"] = field(default_factory=dict)
    optional: Mapping[str, "Kind"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: its name in a finding and its test; ``shape`` is that of an object, or of the objects of a list."""

    name: str
    holds: Callable[[Any], bool]
    shape: Shape | None = None


def check(value: Any, shape: Shape, problems: Problems, pointer: str = "") -> bool:
    """Whether ``value`` is an object of that shape; what is not goes to ``problems``."""
    before = len(problems.findings)
    if not isinstance(value, dict):
        problems.add("standard-member-invalid", pointer, value, "{}")
        return False
    known = {**shape.required, **shape.optional}
    for name in shape.required:
        if name not in value:
            problems.add("standard-member-missing", pointer, "", name)
    for name, member in value.items():
        where = f"{pointer}/{name}"
        kind = known.get(name)
        if kind is None:
            problems.add("standard-member-unknown", where, name, ", ".join(known))
        elif not kind.holds(member):
            problems.add("standard-member-invalid", where, member, kind.name)
        elif kind.shape is not None:
            _check_within(member, kind.shape, problems, where)
    return len(problems.findings) == before


def _check_within(member: Any, shape: Shape, problems: Problems, pointer: str) -> None:
    if isinstance(member, dict):
        check(member, shape, problems, pointer)
        return
    for index, each in enumerate(member):
        if isinstance(each, dict):
            check(each, _shape_of_column(each) if shape is COLUMN else shape, problems, f"{pointer}/{index}")


def _shape_of_column(raw: Mapping[str, Any]) -> Shape:
    """A column is written out, taken from the shared ones, or borrowed from another edition."""
    return _USE if "use" in raw else _BORROW if "edition" in raw else COLUMN


def text_of(raw: Mapping[str, str]) -> Text:
    """A text in both languages."""
    return Text(ja=raw.get("ja", ""), en=raw.get("en", ""))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_both(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= {"ja", "en"} and all(isinstance(each, str) for each in value.values())


def _is_lists(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_texts(each) for each in value.values())


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict | str) for each in value)


def _is_both_each(value: Any) -> bool:
    return isinstance(value, list) and all(_is_both(each) for each in value)


def _one_of(*values: str) -> Kind:
    return Kind(" | ".join(values), lambda value: value in values)


_TEXT = Kind("text", _is_text)
_TEXTS = Kind("[text, …]", _is_texts)
_BOTH = Kind('{"ja": text, "en": text}', _is_both)
_BOTH_EACH = Kind('[{"ja": text, "en": text}, …]', _is_both_each)
_FLAG = Kind("true | false", lambda value: isinstance(value, bool))
_OBJECT = Kind("{}", lambda value: isinstance(value, dict))
_KEYS = Kind("[[text, …], …]", lambda value: isinstance(value, list) and all(map(_is_texts, value)))
_OBLIGATION = _one_of("mandatory", "recommended", "optional")

_COLUMN_MEMBERS = {
    "id": _TEXT, "name": _TEXT, "title": _BOTH, "description": _BOTH, "type": _TEXT, "format": _TEXT, "delimiter": _TEXT,
    "trueValues": _TEXTS, "falseValues": _TEXTS, "missingValues": _TEXTS, "example": _TEXT, "constraints": _OBJECT,
    "suggested": _TEXTS, "code": _FLAG, "unit": _TEXT, "codelist": _TEXT, "property": _TEXT, "condition": _BOTH,
    "aliases": _TEXTS,
}  # fmt: skip
_WRITTEN_OUT = ("name", "title", "description", "type")
COLUMN = Shape(
    {name: _COLUMN_MEMBERS[name] for name in _WRITTEN_OUT},
    {name: kind for name, kind in _COLUMN_MEMBERS.items() if name not in _WRITTEN_OUT},
)
_USE = Shape({"use": _TEXT}, _COLUMN_MEMBERS)
_BORROW = Shape({"edition": _TEXT, "columns": _TEXTS})
_REFERENCE = Shape({"resource": _TEXT, "fields": _TEXTS})
_FOREIGN_KEY = Shape({"fields": _TEXTS, "reference": Kind("{}", _OBJECT.holds, _REFERENCE)})
_OBLIGATIONS = Shape({}, {"mandatory": _TEXTS, "recommended": _TEXTS})
_TABLE = Shape(
    {"name": _TEXT, "columns": Kind("[column, …]", _is_items, COLUMN)},
    {
        "file": _TEXT, "title": _BOTH, "description": _BOTH, "obligation": _OBLIGATION, "condition": _BOTH,
        "primaryKey": _TEXTS, "uniqueKeys": _KEYS,
        "foreignKeys": Kind("[{}, …]", _is_objects, _FOREIGN_KEY), "aliases": Kind("{text: [text, …]}", _is_lists),
        "obligations": Kind("{}", _OBJECT.holds, _OBLIGATIONS), "fieldsMatch": _one_of("exact", "superset"),
    },
)  # fmt: skip
_STATUS = Shape(
    {
        "order": _one_of("verified", "one-header", "list-only"),
        "obligations": _one_of("verified", "unknown"),
        "evidence": _BOTH,
        "doubts": _BOTH_EACH,
    }
)
STANDARD = Shape(
    {
        "edition": _TEXT,
        "number": _TEXT,
        "title": _BOTH,
        "description": _BOTH,
        "origin": _one_of("national", "observed"),
        "form": _one_of("plain", "prefixed", "package"),
        "source": Kind("{}", _OBJECT.holds, Shape({"title": _TEXT, "path": _TEXT, "version": _TEXT})),
        "status": Kind("{}", _OBJECT.holds, _STATUS),
        "keywords": _TEXTS,
        "themes": _TEXTS,
        "tables": Kind("[{}, …]", lambda value: _is_objects(value) and bool(value), _TABLE),
    },
    {"companion": Kind("{}", _OBJECT.holds, Shape({"standard": _TEXT, "column": _TEXT, "reference": _TEXT}))},
)
BLOCKS = Shape({"columns": _OBJECT, "blocks": Kind("{text: [text, …]}", _is_lists)})
