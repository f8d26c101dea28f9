"""The constraints of a field, as far as stock frictionless would stop on them instead of reporting them.

A bound that is no value of the field's type, a pattern that does not compile: stock raises TypeError or re.error in the
middle of validation (seen with 5.21). What it reports itself (a constraint that a type does not know) is left to it.
"""

import re
import warnings
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.datapackage.complaints import printable
from catalog.datapackage.objects import Node
from catalog.model import Json

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
LONGEST_PATTERN = 5_000
COMPOSITE = frozenset({"array", "geojson", "list", "object"})
"""Types whose values cannot be told apart as keys: stock stops on them ("unhashable type")."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")


def read_constraints(field: Node) -> Json:
    """The constraints as they are written, checked."""
    node = field.child("constraints")
    node.flag("required")
    if node.flag("unique") and field.value.get("type") in COMPOSITE:
        node.refuse("key-type", "unique", found=field.place.field, expected=str(field.value["type"]))
    lengths = [node.count(key) for key in ("minLength", "maxLength")]
    if None not in lengths and lengths[0] > lengths[1]:  # type: ignore[operator] # neither is None
        node.refuse("constraint-invalid", "maxLength", found=lengths[1])
    if "enum" in node and not node.items("enum"):
        node.refuse("constraint-invalid", "enum", found=node.value["enum"])
    _check_pattern(node)
    for key in BOUNDS:
        if key in node and not _is_bound(node.value[key], field.value):
            node.refuse("constraint-invalid", key, found=node.value[key], expected=str(field.value.get("type", "string")))
    return node.value


def _check_pattern(node: Node) -> None:
    """Stock puts the pattern between ^ and $ and hands it to ``re``."""
    pattern = node.text("pattern")
    if len(pattern) > LONGEST_PATTERN:
        node.refuse("pattern-invalid", "pattern", found=pattern, reason=f"> {LONGEST_PATTERN:,}")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a later Python may read otherwise is still a pattern of this one
            re.compile(f"^{pattern}$")
    except (re.error, RecursionError, OverflowError) as error:
        node.refuse("pattern-invalid", "pattern", found=pattern, reason=printable(str(error)))


def _is_bound(value: Any, field: Json) -> bool:
    """Whether the bound reads as a value of the field's type; types without an order are stock's to refuse."""
    check = _READERS.get(str(field.get("type", "string")))
    if check is None:
        return True
    try:
        return not isinstance(value, bool) and check(value, field)
    except (ValueError, TypeError, InvalidOperation, OverflowError, re.error):  # strptime makes a pattern of its format
        return False


def _integer(value: Any, _field: Json) -> bool:
    return value.is_integer() if isinstance(value, float) else int(value) is not None


def _number(value: Any, field: Json) -> bool:
    if isinstance(value, str) and any(key in field for key in ("decimalChar", "groupChar", "bareNumber")):
        return False  # how stock reads a text then depends on all three; a JSON number is plain
    return Decimal(str(value) if isinstance(value, float) else value).is_finite()


def _year(value: Any, _field: Json) -> bool:
    return 0 <= value <= 9999 if isinstance(value, int) else bool(_YEAR.fullmatch(value))  # noqa: PLR2004  years of four digits


def _yearmonth(value: Any, _field: Json) -> bool:
    return bool(_MONTH.fullmatch(value))


def _moment(form: re.Pattern[str], read: Callable[[str], Any]) -> Callable[[Any, Json], bool]:
    """A reader of dates and times: ISO 8601, or the field's own strptime format."""

    def check(value: Any, field: Json) -> bool:
        format_ = field.get("format", "default")
        if format_ in ("default", "any"):
            return bool(form.fullmatch(value) and read(value) is not None)
        return datetime.strptime(value, str(format_).removeprefix("fmt:")) is not None  # noqa: DTZ007  read, not kept

    return check


_READERS: dict[str, Callable[[Any, Json], bool]] = {
    "integer": _integer,
    "number": _number,
    "year": _year,
    "yearmonth": _yearmonth,
    "date": _moment(_DATE, date.fromisoformat),
    "time": _moment(_TIME, time.fromisoformat),
    "datetime": _moment(re.compile(f"{_DATE.pattern}T{_TIME.pattern}"), datetime.fromisoformat),
}
