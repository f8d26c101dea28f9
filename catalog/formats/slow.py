"""Columns that stock has to read: each value written down in the plain way, and the SQL type that holds all of them."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from decimal import Decimal
from math import isfinite
from typing import Any

from catalog.formats.casting import SIGN, Reader
from catalog.formats.columns import MOMENT, NESTED, TEXT, ZONED
from catalog.model import Field

_KEPT = 100_000
"""So many different cells of a column are remembered with their values."""

_DIGITS = 38
"""Digits of the widest DECIMAL."""

_BIGINT = range(-(2**63), 2**63)
_MINUTE = 60


class Slow:
    """One slow column, while its cells go by. ``write`` turns a cell into a sign and plain text, a missing one into ""."""

    def __init__(self, field: Field, reader: Reader) -> None:
        self._read = reader
        self._writer = _WRITERS.get(field.type, Texts)()
        self._texts: dict[str, str] = {}

    def write(self, cell: str) -> str:
        """The cell in the plain way. Raises ValueError where stock does not read it."""
        known = self._texts.get(cell)
        if known is None:
            value = self._read(cell)
            known = "" if value is None else SIGN + str(self._writer.write(value))
            if len(self._texts) < _KEPT:
                self._texts[cell] = known
        return known

    @property
    def type(self) -> str:
        """The type that holds every value that has been written."""
        return str(self._writer.type)


class Texts:
    """Values that are kept as they are spelled."""

    type = TEXT

    def write(self, value: Any) -> str:
        """The value as text."""
        return str(value)


class Integers:
    """BIGINT, else DECIMAL(38,0), else text."""

    def __init__(self) -> None:
        self.type = "BIGINT"

    def write(self, value: int) -> str:
        """Decimal digits."""
        if value not in _BIGINT and self.type == "BIGINT":
            self.type = f"DECIMAL({_DIGITS},0)"
        if abs(value) >= 10**_DIGITS:
            self.type = TEXT
        return str(value)


class Numbers:
    """DOUBLE where it gives every number back, else the DECIMAL that does, else text."""

    def __init__(self) -> None:
        self._whole, self._fraction = 1, 0
        self._double = self._decimal = True

    def write(self, value: Any) -> str:
        """Plain digits, or an exponent where those would be many."""
        if isinstance(value, float):
            return str(value)
        number = Decimal(value)
        if not number.is_finite():
            self._decimal = False
            return "NaN" if number.is_nan() else str(number)
        if not number:
            return "0"
        double = float(number)
        self._double = self._double and isfinite(double) and Decimal(repr(double)) == number
        _sign, digits, exponent = number.as_tuple()
        zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
        whole, fraction = max(number.adjusted() + 1, 1), max(-int(exponent) - zeros, 0)
        self._whole, self._fraction = max(self._whole, whole), max(self._fraction, fraction)
        return format(number, "f") if whole <= _DIGITS and fraction <= _DIGITS else str(number)

    @property
    def type(self) -> str:
        """Known when every value has been seen."""
        if self._double:
            return "DOUBLE"
        digits = self._whole + self._fraction
        return f"DECIMAL({digits},{self._fraction})" if self._decimal and digits <= _DIGITS else TEXT


class Booleans:
    """BOOLEAN."""

    type = "BOOLEAN"

    def write(self, value: bool) -> str:
        """As the engine reads it."""
        return "true" if value else "false"


class Dates:
    """DATE."""

    type = "DATE"

    def write(self, value: Any) -> str:
        """ISO 8601."""
        return str(value.isoformat())


class Moments:
    """TIMESTAMP, or in UTC where all have a zone, or text where only some have one."""

    def __init__(self) -> None:
        self._zoned = self._naive = self._beyond = False

    def write(self, value: Any) -> str:
        """ISO 8601, with the zone that it had."""
        offset = value.utcoffset()
        if offset is None:
            self._naive = True
            return str(value.isoformat())
        self._zoned = True
        try:
            value.astimezone(UTC)
        except OverflowError:
            self._beyond = True
        self._beyond = self._beyond or bool(offset.total_seconds() % _MINUTE)
        return str(value.isoformat())

    @property
    def type(self) -> str:
        """Known when every value has been seen."""
        if not self._zoned:
            return MOMENT
        return TEXT if self._naive or self._beyond else ZONED


class Times:
    """TIME, or text where one has a zone."""

    def __init__(self) -> None:
        self.type = "TIME"

    def write(self, value: Any) -> str:
        """ISO 8601."""
        if value.tzinfo is not None:
            self.type = TEXT
        return str(value.isoformat())


class Years(Texts):
    """INTEGER."""

    type = "INTEGER"


class Months:
    """Text: YYYY-MM."""

    type = TEXT

    def write(self, value: Any) -> str:
        """ISO 8601."""
        return f"{value[0]:04d}-{value[1]:02d}"


class Points:
    """Text: longitude, comma, latitude, in plain digits."""

    type = TEXT

    def write(self, value: Any) -> str:
        """Both, without spaces."""
        return ",".join(map(_digits, value))


class Nested:
    """Text: JSON (RFC 8259)."""

    type = TEXT

    def write(self, value: Any) -> str:
        """Compact JSON."""
        return as_json(value)


def as_json(value: Any) -> str:
    """A value as compact JSON: dates and numbers that JSON has no word for as texts."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_other)
    except ValueError:  # NaN or an infinity, which Python reads although JSON does not know them
        text = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), default=_other)
    return text if _encodable(text) else json.dumps(json.loads(text), separators=(",", ":"))


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        if value.is_nan():
            return "NaN"
        if value.is_finite() and value == value.to_integral_value() and value.adjusted() <= _DIGITS:
            return int(value)
        return float(value) if value.is_finite() and Decimal(repr(float(value))) == value else str(value)
    return value.isoformat()


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return str(Decimal(value)) if isinstance(value, float) and not isfinite(value) else value


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can escape
        return False
    return True


def _digits(value: Any) -> str:
    number = Decimal(value)
    return format(number, "f") if number.adjusted() >= -_DIGITS else str(number)


_WRITERS: Mapping[str, Callable[[], Any]] = {
    "integer": Integers,
    "number": Numbers,
    "boolean": Booleans,
    "date": Dates,
    "datetime": Moments,
    "time": Times,
    "year": Years,
    "yearmonth": Months,
    "geopoint": Points,
    **dict.fromkeys(NESTED, Nested),
}
