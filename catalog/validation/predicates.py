"""For each type of Table Schema: SQL that is true of a cell only if stock frictionless 5.21 surely finds no fault with it.

One direction only: a cell of which it is not true is shown to stock. The forms that are written here are the common ones;
what stock takes beyond them (``１２``, ``1_000``, ``2024-1-2``) is left to it. ``tests/validation`` holds every predicate
against stock's own readers.

``key`` is a text that is equal for two cells exactly where stock's values are equal, or NULL where that is not known.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.model import Json
from catalog.validation.patterns import is_safe
from catalog.validation.sql import Types, Uncovered, joined, literal
from catalog.validation.subjects import Column

BOUNDS: Mapping[str, str] = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
_BOUNDED = frozenset({"required", "unique", "enum", *BOUNDS})
_ANY = frozenset({"required", "unique", "enum"})
_CONSTRAINTS = {"string": _ANY | {"minLength", "maxLength", "pattern"}} | dict.fromkeys(("any", "boolean", "geopoint"), _ANY)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_MOMENT = re.compile(rf"{_DATE.pattern}T{_TIME.pattern}Z?")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_EXACT_DIGITS = 15
"""Two decimal numbers of so many digits never share a double (IEEE 754, binary64)."""

_STRPTIME = re.compile(r"(?:%[YmdHMS]|[^%\\\r\n\t\v\f])*")
_WORDS = r"[A-Za-z $€£¥￥%％℃\x{3041}-\x{30FA}\x{4E00}-\x{9FFF}]*"
"""What stands round a number with ``bareNumber`` false; no digit of any script is among it."""

STRING_FORMATS: Mapping[str, str] = {
    "email": r"[a-z0-9]+([._-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}",
    "uri": r"https?://[0-9A-Za-z._~:/?#@!$&()*+,;=%-]+",
    "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
}
_LONGEST_EMAIL = 64


@dataclass(frozen=True, slots=True)
class Form:
    """How the cells of a column are recognised. ``x`` is the SQL of the cell, which is not missing.

    ``valid``: surely read as a value. ``key``: see above, "" where columns of the type are not compared. ``bounded`` turns the
    bounds of the schema into SQL; ``member`` turns a value of ``enum`` into a text that a cell may have. ``usual`` makes SQL of
    the bounds that is cheap, and true only of valid cells within them.
    """

    valid: str
    key: str = ""
    bounded: Callable[[Json], str] | None = None
    usual: Callable[[Json], str] | None = None
    member: Callable[[Any], str | None] = lambda value: value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """SQL about one cell: is it ``missing``, is it surely without fault (``clean``).

    ``text`` is its key where it is not missing, NULL where that is not known, "" where columns of the type are no keys.
    ``certain``: the text is known of every cell. ``present``: what is clean is not missing.
    """

    missing: str
    clean: str
    text: str
    certain: bool
    present: bool

    @property
    def key(self) -> str:
        """The text, NULL for a missing cell too."""
        return f"(CASE WHEN {self.missing} THEN NULL ELSE {self.text} END)" if self.text else ""


def whole_number(x: str) -> str:
    """SQL: the cell as a whole number; NULL where it is none to the engine, which takes more for one than stock does."""
    return f"TRY_CAST({x} AS BIGINT)"


def cell(column: Column, x: str, types: Types, whole: str = "") -> Cell:
    """What is asked of a column. ``whole`` is the name of its ``whole_number``, where that is worked out already.

    Raises Uncovered where nothing can be proven.
    """
    if unknown := set(column.constraints) - _CONSTRAINTS.get(column.type, _BOUNDED):
        raise Uncovered(f"constraint {min(unknown)}")
    maker = _FORMS.get(column.type)
    if maker is None:
        raise Uncovered(f"type {column.type}")
    form = _integer(column, x, whole) if column.type == "integer" else maker(column, x)
    missing = types.member(x, column.missing)
    tests = [_bounded(column, form), *_constrained(column, x, form, types)]
    valid = joined("AND", [each for each in tests if each != "true"], "true")
    required = bool(column.constraints.get("required"))
    if required:
        clean = valid if _excludes_missing(column) else f"({valid} AND NOT {missing})"
    else:
        clean = "true" if valid == "true" else f"(CASE WHEN {valid} THEN true ELSE {missing} END)"
    return Cell(missing=missing, clean=clean, text=form.key, certain=form.key == x, present=required)


def _excludes_missing(column: Column) -> bool:
    """Whether no missing value is a valid one, so that it need not be asked again."""
    if column.type == "string" and "pattern" in column.constraints:
        stock = re.compile(f"^{column.constraints['pattern']}$")
        return not any(stock.match(each) for each in column.missing)
    if column.type in ("any", "string", "boolean"):
        return False
    return not any(sign.isdigit() for each in column.missing for sign in each)


def _bounded(column: Column, form: Form) -> str:
    """Surely a value, and within the bounds."""
    bounds = {name: value for name, value in column.constraints.items() if name in BOUNDS and value is not None}
    proof = form.valid
    if bounds:
        if form.bounded is None:
            raise Uncovered(f"bounds of {column.type}")
        within = form.bounded(bounds)
        proof = within if proof == "true" else f"({proof} AND {within})"
    return f"(CASE WHEN {form.usual(bounds)} THEN true ELSE {proof} END)" if form.usual else proof


def _constrained(column: Column, x: str, form: Form, types: Types) -> list[str]:
    tests = []
    constraints = {name: value for name, value in column.constraints.items() if value is not None}
    if "minLength" in constraints:
        tests.append(f"length({x}) >= {_count(constraints['minLength'])}")
    if "maxLength" in constraints:
        tests.append(f"length({x}) <= {_count(constraints['maxLength'])}")
    if "pattern" in constraints:
        tests.append(_matched(x, constraints["pattern"]))
    if "enum" in constraints:
        values = (form.member(each) for each in constraints["enum"])
        tests.append(types.member(x, [each for each in values if each is not None]))
    return tests


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Uncovered("a length that is no whole number")
    return value


def _matched(x: str, pattern: Any) -> str:
    if not isinstance(pattern, str) or not is_safe(pattern):
        raise Uncovered("a pattern that the engine may read otherwise")
    return f"regexp_full_match({x}, {literal(pattern)})"


def _matches(x: str, pattern: str) -> str:
    return f"regexp_full_match({x}, {literal(pattern)})"


def _any(_column: Column, x: str) -> Form:
    return Form(valid="true", key=x)


def _string(column: Column, x: str) -> Form:
    if column.format == "default":
        return Form(valid="true", key=x)
    pattern = STRING_FORMATS.get(column.format)
    if pattern is None:
        raise Uncovered(f"format {column.format}")
    short = f"strlen({x}) <= {_LONGEST_EMAIL} AND " if column.format == "email" else ""
    valid = f"({short}{_matches(x, pattern)})"
    return Form(valid=valid, key=f"(CASE WHEN {valid} THEN {x} END)")


def _integer(column: Column, x: str, whole: str = "") -> Form:
    if column.options.get("bareNumber", True) is not True:
        if any(name in column.constraints for name in BOUNDS):
            raise Uncovered("bounds of numbers among words")
        return Form(valid=_matches(x, f"{_WORDS}-?[0-9]{{1,18}}{_WORDS}"), member=lambda _value: None)
    value = whole or whole_number(x)
    return Form(
        valid=f"(CASE WHEN {value}::VARCHAR = {x} THEN true ELSE {_matches(x, ' *[+-]?[0-9]{1,18} *')} END)",
        key=f"(CASE WHEN {value}::VARCHAR = {x} THEN {x} END)",
        bounded=lambda bounds: _between(value, bounds),
        member=lambda each: _or_none(lambda: str(_whole(each))),
    )


def _between(value: str, bounds: Json) -> str:
    """One comparison for all bounds of whole numbers."""
    least = [_whole(bounds[name]) + step for name, step in (("minimum", 0), ("exclusiveMinimum", 1)) if name in bounds]
    most = [_whole(bounds[name]) - step for name, step in (("maximum", 0), ("exclusiveMaximum", 1)) if name in bounds]
    return f"{value} BETWEEN {max(least, default=-(10**18))} AND {min(most, default=10**18)}"


def _whole(value: Any) -> int:
    """A bound or a member of ``enum`` as stock reads it for an integer."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**18:
        raise Uncovered("a bound that is no plain whole number")
    return value


def _or_none(read: Callable[[], str]) -> str | None:
    try:
        return read()
    except Uncovered:
        return None


def _number(column: Column, x: str) -> Form:
    if {"groupChar", "decimalChar", "bareNumber"} & set(column.options):
        return _written_number(column, x)
    bounded = any(name in column.constraints for name in BOUNDS)
    exponent = "" if bounded else "([eE][+-]?[0-9]{1,2})?"
    return Form(
        valid=_matches(x, r" *[+-]?[0-9]+(\.[0-9]*)?" + exponent + " *"),
        key="" if column.options.get("floatNumber") else _number_key(x),
        bounded=lambda bounds: _compared(x, bounds),
        usual=lambda bounds: _inside(x, bounds),
        member=lambda value: _or_none(lambda: _decimal(value)),
    )


def _inside(x: str, bounds: Json) -> str:
    """A positive number of any form that stock reads too, strictly within the bounds, where rounding to doubles plays no part.

    The engine takes ``+-5`` for -5, so of numbers below zero nothing is told; NaN and infinity are beyond all numbers.
    """
    least = [float(_decimal(value)) for name, value in bounds.items() if BOUNDS[name][0] == ">"]
    most = [float(_decimal(value)) for name, value in bounds.items() if BOUNDS[name][0] == "<"]
    above, below = math.nextafter(max([0.0, *least]), math.inf), math.nextafter(min([1e300, *most]), -math.inf)
    return f"TRY_CAST({x} AS DOUBLE) BETWEEN '{above!r}'::DOUBLE AND '{below!r}'::DOUBLE"  # of texts, which are rounded rightly


def _number_key(x: str) -> str:
    """Without leading zeros, without zeros at the end of a fraction: one text for each number."""
    plain = f"regexp_full_match({x}, '-?(0|[1-9][0-9]*)([.][0-9]+)?') AND {x} NOT LIKE '-0%'"
    return f"(CASE WHEN {plain} THEN (CASE WHEN contains({x}, '.') THEN rtrim(rtrim({x}, '0'), '.') ELSE {x} END) END)"


def _written_number(column: Column, x: str) -> Form:
    """A number with signs of its own: stock takes the group sign out, then makes the decimal sign a point."""
    group, decimal = str(column.options.get("groupChar", "")), str(column.options.get("decimalChar", "."))
    if len(group) > 1 or len(decimal) != 1 or group == decimal or any(each in "0123456789+-eE" for each in group + decimal):
        raise Uncovered("unusual signs in numbers")
    words = "" if column.options.get("bareNumber", True) is True else _WORDS
    bounds = [value for name, value in column.constraints.items() if name in BOUNDS]
    if bounds and (words or any(isinstance(each, str) for each in bounds)):
        raise Uncovered("bounds of numbers with signs of their own")
    number = f"replace({x}, {literal(group)}, '')" if group else x
    point = f"replace({number}, {literal(decimal)}, '.')" if decimal != "." else number
    valid = _matches(point, words + r"-?[0-9]+(\.[0-9]+)?" + words)
    if decimal != ".":
        valid = f"(NOT contains({number}, '.') AND {valid})"
    return Form(
        valid=valid,
        key="" if words or column.options.get("floatNumber") else f"(CASE WHEN {valid} THEN {_number_key(point)} END)",
        bounded=lambda bounds: _compared(point, bounds),
        member=lambda _value: None,
    )


def _decimal(value: Any) -> str:
    """A bound as plain decimal text of few digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Uncovered("a bound that is no number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Uncovered("a bound that is no number") from None
    if not number.is_finite():
        raise Uncovered("a bound that is not finite")
    text = format(number, "f") if abs(number.adjusted()) < _EXACT_DIGITS else ""
    if not text or len(text) > _EXACT_DIGITS:
        raise Uncovered("a bound of many digits")
    return text


def _compared(x: str, bounds: Json) -> str:
    """Decimals compared by their doubles: rounding keeps the order, so a strict difference is a real one.

    Where the number in the cell has few digits, as the bounds have, the doubles are equal only if the numbers are.
    """
    value = f"TRY_CAST({x} AS DOUBLE)"
    exact = [f"{value} {BOUNDS[name]} {_decimal(bound)}::DOUBLE" for name, bound in bounds.items()]
    strict = [f"{value} {BOUNDS[name][0]} {_decimal(bound)}::DOUBLE" for name, bound in bounds.items()]
    return f"(CASE WHEN strlen({x}) <= {_EXACT_DIGITS} THEN {' AND '.join(exact)} ELSE {' AND '.join(strict)} END)"


def _boolean(column: Column, x: str) -> Form:
    if "enum" in column.constraints:
        raise Uncovered("enum of boolean")
    yes = column.options.get("trueValues", ("true", "True", "TRUE", "1"))
    no = column.options.get("falseValues", ("false", "False", "FALSE", "0"))
    if not all(isinstance(each, str) for each in (*yes, *no)):
        raise Uncovered("a boolean that is no text")
    texts = Types()
    if len({*yes, *no}) > 8:  # noqa: PLR2004  compared one by one, in the key as well
        raise Uncovered("many ways to write a boolean")
    is_no = texts.member(x, no)  # stock reads a value that stands in both lists as false
    return Form(
        valid=texts.member(x, (*yes, *no)), key=f"(CASE WHEN {is_no} THEN 'no' WHEN {texts.member(x, yes)} THEN 'yes' END)"
    )


def _date(column: Column, x: str) -> Form:
    if column.format == "default":
        valid = f"(strlen({x}) = 10 AND {x} >= '0001' AND {x} = TRY_CAST({x} AS DATE)::VARCHAR)"
        return _by_text(x, valid, _read_with(_DATE, date.fromisoformat))
    return _by_format(column, x, "Ymd")


def _datetime(column: Column, x: str) -> Form:
    if column.format != "default":
        return _by_format(column, x, "YmdHM", "S")
    bounds = [value for name, value in column.constraints.items() if name in BOUNDS]
    zones = {str(each).endswith("Z") for each in bounds}
    if len(zones) > 1:
        raise Uncovered("bounds with and without a zone")
    day = f"TRY_CAST({x}[1:10] AS DATE) IS NOT NULL AND {x} >= '0001'"
    clock = _TIME.pattern
    pattern = rf"{_DATE.pattern}[T ]{clock}(\.[0-9]{{1,6}})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?"
    forms = [  # strptime takes fewer digits than a part may have, and blanks round the whole: neither fits that length and end
        (f"strlen({x}) = 20 AND ends_with({x}, 'Z')", "%Y-%m-%dT%H:%M:%SZ"),
        (f"{x} LIKE '____-__-__T__:__:__' AND strlen({x}) = 19", "%Y-%m-%dT%H:%M:%S"),
    ]
    if zones:
        zone = zones.pop()
        pattern = rf"{_DATE.pattern}T{clock}" + ("Z" if zone else "")
        forms = forms[:1] if zone else forms[1:]
    common = " ".join(f"WHEN {shape} THEN try_strptime({x}, '{form}') IS NOT NULL" for shape, form in forms)
    valid = f"({x} >= '0001' AND (CASE {common} ELSE {_matches(x, pattern)} AND {day} END))"
    canonical = f"(CASE WHEN {_matches(x, _MOMENT.pattern)} AND {day} THEN {x} END)"
    form = _by_text(x, valid, _read_with(_MOMENT, datetime.fromisoformat))
    return Form(valid=form.valid, key=canonical, bounded=form.bounded, member=form.member)


def _time(column: Column, x: str) -> Form:
    if column.format != "default":
        return _by_format(column, x, "HM", "S")
    return _by_text(x, _matches(x, _TIME.pattern), _read_with(_TIME, time.fromisoformat))


def _year(_column: Column, x: str) -> Form:
    def read(value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9999:  # noqa: PLR2004  four digits
            return f"{value:04d}"
        return _read_with(_YEAR, int)(value)

    return _by_text(x, _matches(x, _YEAR.pattern), read)


def _yearmonth(_column: Column, x: str) -> Form:
    return _by_text(x, _matches(x, _MONTH.pattern), _read_with(_MONTH, str))


def _read_with(form: re.Pattern[str], read: Callable[[str], object]) -> Callable[[Any], str]:
    """A reader of bounds: a text of the canonical form that is a value."""

    def check(value: Any) -> str:
        try:
            if isinstance(value, str) and form.fullmatch(value) and read(value) is not None:
                return value
        except ValueError:
            pass
        raise Uncovered("a bound of another form")

    return check


def _by_text(x: str, valid: str, read: Callable[[Any], str]) -> Form:
    """Texts of a fixed width, whose order is that of their values; only the canonical form is valid."""
    return Form(
        valid=valid,
        key=f"(CASE WHEN {valid} THEN {x} END)",
        bounded=lambda bounds: " AND ".join(f"{x} {BOUNDS[name]} {literal(read(each))}" for name, each in bounds.items()),
        member=lambda value: _or_none(lambda: read(value)),
    )


def _by_format(column: Column, x: str, needed: str, optional: str = "") -> Form:
    """A strptime format of fixed width: a cell is valid if it is what the engine itself would write."""
    form = column.format
    used = re.findall("%(.)", form)
    known = set(needed) <= set(used) <= {*needed, *optional} and len(set(used)) == len(used)
    if not _STRPTIME.fullmatch(form) or not known or _has_digit(form):
        raise Uncovered(f"format {form}")
    text = literal(form)
    value = f"try_strptime({x}, {text})"
    valid = f"(strftime({value}, {text}) = {x})"
    if "%Y" in form:
        valid = f"({valid} AND {value} >= TIMESTAMP '1000-01-01' AND {value} < TIMESTAMP '10000-01-01')"

    def read(bound: Any) -> str:
        try:
            moment = datetime.strptime(bound, form)  # noqa: DTZ007  stock reads it so
        except (TypeError, ValueError):
            raise Uncovered("a bound of another form") from None
        if moment.strftime(form) != bound:
            raise Uncovered("a bound of another form")
        return str(bound)

    return Form(
        valid=valid,
        key=f"(CASE WHEN {valid} THEN {x} END)",
        bounded=lambda bounds: " AND ".join(
            f"{value} {BOUNDS[name]} strptime({literal(read(each))}, {text})" for name, each in bounds.items()
        ),
        member=lambda each: _or_none(lambda: read(each)),
    )


def _has_digit(form: str) -> bool:
    """Whether a digit stands in the text of the format, where it could be taken for one of a value."""
    return any(each.isdigit() for each in re.sub("%.", "", form))


def _geopoint(column: Column, x: str) -> Form:
    if column.format != "default" or "enum" in column.constraints:
        raise Uncovered("geopoint of another form")
    shape = _matches(x, r"-?[0-9]{1,3}(\.[0-9]+)?, ?-?[0-9]{1,2}(\.[0-9]+)?")
    longitude, latitude = (f"TRY_CAST(split_part({x}, ',', {part}) AS DOUBLE)" for part in (1, 2))
    return Form(valid=f"({shape} AND abs({longitude}) < 180 AND abs({latitude}) < 90)")


_FORMS: Mapping[str, Callable[[Column, str], Form]] = {
    "any": _any,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "year": _year,
    "yearmonth": _yearmonth,
    "geopoint": _geopoint,
}


def key_of(column: Column, value: Any) -> str | None:
    """The same text as the SQL key, of a value that stock has read; None where no canonical cell has this value."""
    writer = _WRITERS.get(column.type)
    return None if writer is None or value is None else writer(column, value)


def _write_number(_column: Column, value: Any) -> str | None:
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 1000:  # noqa: PLR2004  no cell has so many digits
        return None
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if number == 0 else text


def _write_moment(column: Column, value: Any) -> str | None:
    if column.format != "default":
        return str(value.strftime(column.format))
    if value.microsecond:
        return None
    if value.tzinfo is None:
        return str(value.strftime("%Y-%m-%dT%H:%M:%S")).rjust(19, "0")
    try:
        return str(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")).rjust(20, "0")
    except OverflowError:
        return None


def _write_time(column: Column, value: Any) -> str | None:
    if value.tzinfo is not None or (value.microsecond and column.format == "default"):
        return None
    return str(value.strftime("%H:%M:%S" if column.format == "default" else column.format))


def _write_date(column: Column, value: Any) -> str:
    return str(value.isoformat() if column.format == "default" else value.strftime(column.format))


def _write_month(_column: Column, value: Any) -> str:
    return f"{value[0]:04d}-{value[1]:02d}"


_WRITERS: Mapping[str, Callable[[Column, Any], str | None]] = {
    "any": lambda _column, value: str(value),
    "string": lambda _column, value: str(value),
    "integer": lambda _column, value: str(value),
    "number": _write_number,
    "boolean": lambda _column, value: "yes" if value else "no",
    "date": _write_date,
    "datetime": _write_moment,
    "time": _write_time,
    "year": lambda _column, value: f"{value:04d}",
    "yearmonth": _write_month,
}
