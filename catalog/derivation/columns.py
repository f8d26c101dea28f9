"""Columns of values for set-at-a-time work: each distinct text is looked at once, each row is a number.

Numbers are whole multiples of a power of ten, never binary floats: what goes in as 0.1 comes out as 0.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from catalog.model import Field

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.object_]

_DATE = "%Y-%m-%d"
_MONTH = len("2022-04")


class Unfit(Exception):
    """Some labels are not of the type asked for. ``labels`` are their numbers; ``code`` and ``expected`` are the finding's."""

    def __init__(self, code: str, labels: Indices, expected: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.labels = labels
        self.expected = expected


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """``labels[codes]``; code -1 is an empty cell."""

    codes: Indices
    labels: Labels

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def missing(self) -> Mask:
        """Which cells are empty."""
        return self.codes < 0

    def take(self, index: Indices) -> "Texts":
        """The cells at these positions; -1 gives an empty cell."""
        return Texts(_taken(self.codes, index, -1), self.labels)

    def only(self, mask: Mask) -> "Texts":
        """The cells where ``mask`` holds; the others become empty."""
        return Texts(np.where(mask, self.codes, -1), self.labels)

    def used(self) -> Indices:
        """The labels that occur."""
        return np.flatnonzero(np.bincount(self.codes[self.codes >= 0], minlength=len(self.labels)))

    def where(self, holds: Mask, *, empty: bool = False) -> Mask:
        """For each cell whether its label ``holds``; ``empty`` is the answer for an empty cell."""
        return np.append(holds, empty)[self.codes]

    def text(self) -> Labels:
        """Each cell as text; "" where it is empty."""
        return np.append(self.labels, np.array([""], dtype=object))[self.codes]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """``values / 10 ** scale``; a missing one has the value 0."""

    values: Indices
    missing: Mask
    scale: int = 0

    def __len__(self) -> int:
        return len(self.values)

    def take(self, index: Indices) -> "Numbers":
        """The numbers at these positions; -1 gives a missing one."""
        return Numbers(_taken(self.values, index, 0), _taken(self.missing, index, True), self.scale)

    def scaled(self, scale: int) -> "Numbers":
        """The same numbers with at least ``scale`` decimals. Raises Unfit where they grow too large."""
        if scale <= self.scale:
            return self
        factor = 10 ** (scale - self.scale)
        if max(self._largest(), 1) * factor > LARGEST:
            raise Unfit("value-too-large", np.array([], dtype=np.int64))
        return Numbers(self.values * factor, self.missing, scale)

    def _largest(self) -> int:
        return int(np.abs(self.values).max(initial=0))

    def can_be_summed(self) -> bool:
        """Whether no sum of these can leave the range of exact numbers."""
        return self._largest() * max(len(self.values), 1) <= _MOST

    def texts(self) -> Texts:
        """Written out: ``5000000``, ``0.1``, ``-3``; no exponent, no zeros after the last decimal."""
        distinct, codes = np.unique(self.values, return_inverse=True)
        labels = distinct.astype(str).astype(object) if not self.scale else _decimals(distinct, self.scale)
        return Texts(np.where(self.missing, -1, codes.astype(np.int64)), labels)


DIGITS = 18
LARGEST = 10**DIGITS
"""Beyond this no number is taken, so that no step of the way leaves the range of 64 bits."""

_MOST = int(np.iinfo(np.int64).max)


def _taken(values: npt.NDArray[Any], index: Indices, otherwise: int | bool) -> npt.NDArray[Any]:
    return np.append(values, np.array([otherwise], dtype=values.dtype))[index]


def _decimals(values: Indices, scale: int) -> Labels:
    written = (f"{Decimal(int(each)).scaleb(-scale):f}" for each in values)
    return objects([each.rstrip("0").rstrip(".") if "." in each else each for each in written])


def objects(values: Sequence[object]) -> Labels:
    """An array of Python objects, one-dimensional whatever they are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def texts_of(cells: Any, missing: Sequence[str] = ("",)) -> Texts:
    """A column of text; cells equal to one of ``missing`` are empty."""
    codes, distinct = pd.factorize(cells)
    labels = np.asarray(distinct, dtype=object)
    codes = codes.astype(np.int64)
    empty = np.isin(labels, np.array(list(missing), dtype=object)) if len(labels) else np.array([], dtype=bool)
    if empty.any():
        renumbered = np.cumsum(~empty) - 1
        codes = np.append(np.where(empty, -1, renumbered), -1)[codes]
        labels = labels[~empty]
    return Texts(codes, labels)


def mapped(texts: Texts, change: Callable[[str], str]) -> Texts:
    """Each label changed; labels that become equal become one."""
    changed, codes = np.unique(objects([change(each) for each in texts.labels]), return_inverse=True)
    return Texts(np.append(codes.astype(np.int64), -1)[texts.codes], changed)


# ------------------------------------------------------------------------------------------------ casting


def numbers_of(texts: Texts, column: Field) -> Numbers:
    """The cells as numbers, by the options of the column. Raises Unfit("value-not-numeric") and Unfit("value-too-large")."""
    used = texts.used()
    cleaned = _cleaned(texts.labels[used], column)
    if column.type == "integer":
        return _spread(_integers(cleaned, used), used, texts, 0)
    numbers = [_number(each) for each in cleaned]
    _refuse("value-not-numeric", used, [each is None for each in numbers])
    parts = [_digits(each) for each in numbers if each is not None]
    _refuse("value-too-large", used, [each is None for each in parts])
    exact = [each for each in parts if each is not None]
    scale = max((-exponent for _value, exponent in exact), default=0)
    scale = max(scale, 0)
    shifted = [value * 10 ** (exponent + scale) for value, exponent in exact]
    _refuse("value-too-large", used, [abs(each) > LARGEST for each in shifted])
    return _spread(np.array(shifted, dtype=np.int64), used, texts, scale)


def _refuse(code: str, used: Indices, wrong: list[bool]) -> None:
    if any(wrong):
        raise Unfit(code, used[np.array(wrong, dtype=bool)])


def _integers(labels: Labels, used: Indices) -> Indices:
    """Whole numbers, read as stock frictionless does: by ``int``."""
    try:
        values = labels.astype(np.int64)
    except (ValueError, OverflowError):
        _refuse("value-not-numeric", used, [not _is_whole(each) for each in labels])
        raise Unfit("value-too-large", used[np.array([abs(int(each)) > LARGEST for each in labels], dtype=bool)]) from None
    _refuse("value-too-large", used, list((values > LARGEST) | (values < -LARGEST)))
    return values


def _is_whole(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _digits(number: Decimal) -> tuple[int, int] | None:
    """(value, exponent) without zeros at the end; None where that is more than can be exact."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "infinite numbers are refused before"
    text = "".join(map(str, digits))
    short = text.rstrip("0")
    exponent += len(text) - len(short)
    if not short:
        return 0, 0
    if len(short.lstrip("0")) > DIGITS or abs(exponent) > DIGITS:
        return None
    return (-int(short) if sign else int(short)), exponent


def _spread(values: Indices, used: Indices, texts: Texts, scale: int) -> Numbers:
    by_label = np.zeros(len(texts.labels) + 1, dtype=np.int64)
    by_label[used] = values
    return Numbers(by_label[texts.codes], texts.missing, scale)


def _cleaned(labels: Labels, column: Field) -> Labels:
    """The labels without group marks and, where numbers are not bare, without what stands around them (Table Schema)."""
    group, point = column.options.get("groupChar", ""), column.options.get("decimalChar", ".")
    bare = column.options.get("bareNumber", True)
    if not group and point == "." and bare:
        return labels
    series = pd.Series(labels, dtype=object).astype(str)
    if not bare:
        series = series.str.replace(r"^[^-\d]+|\D+$", "", regex=True)
    if group:
        series = series.str.replace(group, "", regex=False)
    if point != ".":
        series = series.str.replace(point, ".", regex=False)
    return series.to_numpy(dtype=object)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def booleans_of(texts: Texts, column: Field) -> Texts:
    """The cells as ``true`` and ``false``. Raises Unfit("value-not-boolean")."""
    yes = tuple(column.options.get("trueValues", ("true", "True", "TRUE", "1")))
    no = tuple(column.options.get("falseValues", ("false", "False", "FALSE", "0")))
    used = texts.used()
    wrong = used[[texts.labels[each] not in (*yes, *no) for each in used]] if len(used) else used
    if len(wrong):
        raise Unfit("value-not-boolean", wrong, ", ".join((*yes, *no)))
    return mapped(texts, lambda each: "true" if each in yes else "false")


def times_of(texts: Texts, column: Field, wanted: str) -> Texts:
    """The cells as ISO dates or months, which sort as text. A date becomes a month where ``wanted`` is "yearmonth".

    Raises Unfit("value-not-a-time"), and Unfit("derivation-type") where a month cannot be a day.
    """
    kind = column.type if column.type in {"date", "yearmonth"} else wanted
    pattern = _DATE if column.format in {"default", "any"} or kind == "yearmonth" else column.format
    if kind == "yearmonth" and wanted == "date":
        raise Unfit("derivation-type", np.array([], dtype=np.int64), wanted)
    used = texts.used()
    series = pd.Series(texts.labels[used], dtype=object).astype(str).str.strip()
    days = pd.to_datetime(series + "-01" if kind == "yearmonth" else series, format=pattern, errors="coerce")
    wrong = used[days.isna().to_numpy()]
    if len(wrong):
        raise Unfit("value-not-a-time", wrong, kind)
    written = days.dt.strftime(_DATE).to_numpy(dtype=object) if len(used) else objects([])
    length = _MONTH if "yearmonth" in {kind, wanted} else None
    labels = objects([""] * len(texts.labels))
    labels[used] = written
    return mapped(Texts(texts.codes, labels), lambda each: each[:length])
