"""A view with its figures, frozen: what a chart is drawn from, and the same values that stand in the table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cattrs.preconf.json import JsonConverter, make_converter

from catalog.model import Language, Text, ViewKind

Number = int | float
Pairs = tuple[tuple[str, str], ...]
"""A question to the rows API (docs/rows-api.md): which rows a number counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One place on an axis: a value of a column, or a span of time. ``value`` None is a missing value.

    ``no_data`` says that it tells nothing, and so is counted by itself; ``rest`` is how many further values it stands for.
    """

    value: str | None
    label: Text
    no_data: bool = False
    rest: int = 0
    group: str | None = None
    query: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A column and its values, in the order in which they are shown."""

    field: str
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Bars that stand together. ``total`` is None where the measure cannot be added up."""

    category: Category
    total: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Rows that a figure can say nothing of, because ``field`` has no data."""

    field: str
    count: int
    query: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a finder can be asked of one column: a range of numbers, or one of its values."""

    field: str
    minimum: Number | None = None
    maximum: Number | None = None
    missing: int = 0
    choices: tuple[Category, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as it was drawn, in pixels; ``size`` is a name of ``specs.WIDTHS``."""

    language: Language
    size: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A view with its figures. ``values`` has a row for each category of ``by``, in it a number for each of ``across``.

    A view without ``across`` has one number a row; ``by`` is None for a figure (its number is ``total``) and for a finder.
    ``total`` is None where it cannot be worked out (no row has a value).
    """

    view: str
    kind: ViewKind
    query: Pairs = ()
    by: Axis | None = None
    across: Axis | None = None
    groups: tuple[Group, ...] = ()
    values: tuple[tuple[Number | None, ...], ...] = ()
    total: Number | None = None
    text: str = ""
    unknown: tuple[Unknown, ...] = ()
    filters: tuple[Filter, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def sums(self) -> tuple[Number, ...]:
        """The length of each bar: what its parts are together."""
        return tuple(sum(each or 0 for each in row) for row in self.values)


def narrowed(counted: Counted, category: Category, other: Category | None = None) -> Pairs | None:
    """The question to the rows API that a number of a view answers; None for the rest of many values, which it cannot ask.

    A parameter stands once: where the view and a span of time both have a beginning, the later one holds.
    """
    asked = dict(counted.query)
    for each in (category, other):
        if each is None:
            continue
        if not each.query:
            return None
        for name, value in (*_group_of(counted, each), *each.query):
            asked[name] = max(value, asked.get(name, "")) if name.endswith("__gte") else value
    return tuple(asked.items())


def _group_of(counted: Counted, category: Category) -> Pairs:
    """The question for a category's group, where its own is not enough because another group has the same value."""
    alike = [each for each in (counted.by.categories if counted.by else ()) if each.value == category.value]
    if len(alike) < 2:  # noqa: PLR2004  itself and another
        return ()
    return next((each.category.query for each in counted.groups if each.category.value == category.group), ())


def freeze(counted: Sequence[Counted]) -> bytes:
    """UTF-8 JSON; the same figures give the same bytes."""
    return _converter().dumps(tuple(counted), ensure_ascii=False, sort_keys=True).encode()


def thaw(frozen: bytes) -> tuple[Counted, ...]:
    """What ``freeze`` wrote."""
    return _converter().loads(frozen, tuple[Counted, ...])


@cache
def _converter() -> JsonConverter:
    return make_converter()
