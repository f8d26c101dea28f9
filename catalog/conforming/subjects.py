"""What kind of values a column of a standard holds, and whether a text is one of them.

Everything is read from the column's type, constraints, code list, property and identifier; no column is named here.
What ``accepts`` takes, stock frictionless 5.21 takes as well (``fields/*.py``); it takes less where stock is lenient.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal

from catalog.errors import NotFound
from catalog.scaffolding.plan import SAMPLE_LISTS
from catalog.standards import Column
from catalog.values import is_corporate_number, is_local_government_code
from catalog.vocabulary.codelists import CodeList, Vocabulary

Kind = Literal[
    "number", "integer", "date", "time", "boolean", "list", "choice", "area-code", "corporate-number", "pattern", "code",
    "phone", "uri", "email", "naming", "prose",
]  # fmt: skip
"""``naming``: names and parts of addresses. ``prose``: any other text, in which "none" may be what the steward has to say."""

TYPED: frozenset[Kind] = frozenset({
    "number", "integer", "date", "time", "boolean", "choice", "area-code", "corporate-number", "pattern", "code", "uri", "email",
})  # fmt: skip
"""Kinds whose values are written in ASCII or chosen from a list: there a wide character means the same as the narrow one."""
TEXTS: frozenset[Kind] = frozenset({"naming", "prose", "list"})
EVERY: frozenset[Kind] = TYPED | TEXTS | {"phone"}

PAIRS = (("有", "無"), ("可", "不可"))
"""Values that answer yes and no."""
AXES = {"https://schema.org/latitude": "latitude", "https://schema.org/longitude": "longitude"}
_PHONES = ("https://schema.org/telephone", "https://schema.org/faxNumber")
_NAMES = tuple(f"https://schema.org/{each}" for each in ("name", "alternateName", "address", "addressRegion", "addressLocality"))
_NAMING_WORDS = frozenset({
    "name", "kana", "address", "prefecture", "city", "ward", "district", "town", "section", "lot", "building", "floor",
})  # fmt: skip
_DIGITS6, _DIGITS13 = "[0-9]{6}", "[0-9]{13}"
_TIMES = ("09:30", "24:00")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_SHAPES = {"date": "YYYY-MM-DD", "time": "hh:mm", "uri": "https://…", "email": "name@example.jp"}


@dataclass(frozen=True, eq=False)
class Subject:
    """A column of the standard as the rules see it. ``areas`` is the code list of an area code."""

    column: Column
    kind: Kind
    areas: CodeList | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The header of the standard."""
        return self.column.name

    @cached_property
    def axis(self) -> str:
        """``latitude``, ``longitude`` or ""."""
        return AXES.get(self.column.field.definition.property, "")

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values to choose from; ``enforced`` says whether others are wrong."""
        return tuple(map(str, self.column.field.constraints.get("enum") or self.column.suggested))

    @cached_property
    def enforced(self) -> bool:
        """Whether the schema refuses values that are not in ``values``."""
        return "enum" in self.column.field.constraints

    @cached_property
    def answers(self) -> tuple[str, str] | None:
        """The values for yes and no, where the column is such a question."""
        if self.kind == "boolean":
            return str(self.column.field.options["trueValues"][0]), ""
        return next((pair for pair in PAIRS if set(pair) <= set(self.values)), None)

    @cached_property
    def required(self) -> bool:
        """Whether the schema refuses an empty cell."""
        return bool(self.column.field.constraints.get("required"))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of the schema, to be matched in full."""
        return re.compile(self.column.field.constraints.get("pattern", r"(?s:.*)"))

    @cached_property
    def format(self) -> str:
        """The ``strftime`` format of a date."""
        declared = self.column.field.format
        return "%Y-%m-%d" if declared == "default" else declared

    @cached_property
    def expected(self) -> str:
        """What a cell has to hold, in as few words as need no translation."""
        if self.values:
            return " | ".join(self.values)
        field = self.column.field
        if self.kind == "boolean":
            return " | ".join(str(each) or '""' for each in (*field.options["trueValues"], *field.options["falseValues"]))
        bounds = [str(field.constraints.get(name, "")) for name in ("minimum", "maximum")]
        if any(bounds):
            return f"{field.type} ({' … '.join(bounds).strip()})"
        shape = _SHAPES.get(self.kind) or field.constraints.get("pattern") or field.example
        return str(shape or field.type)

    def accepts(self, text: str) -> bool:
        """Whether a filled cell is a value of the column, so that the schema takes it."""
        match self.kind:
            case "integer" | "number":
                shape = _INTEGER if self.kind == "integer" else _NUMBER
                return bool(shape.fullmatch(text)) and self._within(Decimal(text))
            case "date":
                return self._is_day(text)
            case "boolean":
                options = self.column.field.options
                return text in options["trueValues"] or text in options["falseValues"]
            case "uri" | "email":
                return bool((_URI if self.kind == "uri" else _EMAIL).fullmatch(text))
            case "choice":
                return not self.enforced or text in self.values
        return bool(self.pattern.fullmatch(text))

    def _within(self, value: Decimal) -> bool:
        constraints = self.column.field.constraints
        low, high = constraints.get("minimum"), constraints.get("maximum")
        return (low is None or value >= Decimal(str(low))) and (high is None or value <= Decimal(str(high)))

    def _is_day(self, text: str) -> bool:
        if self.format == "%Y-%m-%d" and not _DATE.fullmatch(text):
            return False
        try:
            datetime.strptime(text, self.format)  # noqa: DTZ007  a day has no zone
        except ValueError:
            return False
        return True

    def is_area(self, text: str) -> bool:
        """Whether the text is a code of the list, its check digit being right."""
        return is_local_government_code(text) and self.areas is not None and self.areas.contains(text)

    def proves(self, text: str) -> bool:
        """Whether the check digit says that a code is whole."""
        return self.is_area(text) if self.kind == "area-code" else is_corporate_number(text)


def subject_of(column: Column, vocabulary: Vocabulary, *, sample: bool) -> Subject:
    """The column as the rules see it; a sample has a list of municipalities of its own."""
    kind = _kind_of(column)
    if kind != "area-code":
        return Subject(column, kind)
    name = column.field.definition.codelist or "local-government"
    try:
        return Subject(column, kind, vocabulary.codelist(SAMPLE_LISTS.get(name, name) if sample else name))
    except NotFound:
        return Subject(column, kind)


def _kind_of(column: Column) -> Kind:
    """The first that applies."""
    field = column.field
    match field.type:
        case "number" | "integer" | "date" | "boolean" | "list":
            return field.type
    pattern = str(field.constraints.get("pattern", ""))
    kinds: tuple[tuple[Kind, bool], ...] = (
        ("choice", bool(field.constraints.get("enum") or column.suggested)),
        ("area-code", pattern == _DIGITS6),
        ("corporate-number", pattern == _DIGITS13),
        ("time", bool(pattern) and all(re.fullmatch(pattern, each) for each in _TIMES)),
        ("pattern", bool(pattern)),
        ("uri", field.format == "uri"),
        ("email", field.format == "email"),
        ("phone", field.definition.property in _PHONES),
        ("code", column.code),
        ("naming", _is_naming(column)),
    )
    return next((kind for kind, applies in kinds if applies), "prose")


def _is_naming(column: Column) -> bool:
    return column.field.definition.property in _NAMES or not _NAMING_WORDS.isdisjoint(column.identifier.split("_"))
