"""Where everything in a chart stands, worked out before it is drawn: widths of texts, lines, ticks, the legend.

The drawing program would measure texts with the fonts of the machine it runs on. Here a text is as wide as ``measuring``
says, generously, so that nothing overlaps whatever font the reader has, and the same figures give the same bytes everywhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.charts.nouns import Category, Number
from catalog.measuring import lines, shortened, width

SIZE = 13
"""Of letters, in pixels; a chart is never shown larger than it is drawn."""
LINE = 17
_SAFETY = 1.12
"""Readers' fonts differ: so much wider than worked out a text may be."""
_KEY, _GAP, _BETWEEN = 14, 6, 18


_SMALLEST = 1e-12
"""Less is drawn as nothing."""


def room(text: str, size: float = SIZE) -> float:
    """Pixels that a text may take."""
    return width(text) * size * _SAFETY


def wrapped(text: str, pixels: float, most: int = 3) -> list[str]:
    """A label in lines that are no longer than so many pixels: where rules of line breaking would pass that, it is cut."""
    longest = max(pixels, SIZE) / (SIZE * _SAFETY)
    return [shortened(each, longest) for each in lines(text, longest, most)]


def said(number: Number | None) -> str:
    """A number with groups of three, as both languages write it; a dash for none."""
    if number is None:
        return "–"
    return f"{number:,}" if isinstance(number, int) else f"{number:,.10g}"


def ticks(largest: Number, most: int) -> list[Number]:
    """Round numbers from 0 to just above the largest: steps of 1, 2 or 5 times a power of ten, whole ones for counts."""
    if largest < _SMALLEST:
        return [0, 1]
    power = 10.0 ** math.floor(math.log10(largest / most))
    step: Number = next(each * power for each in (1, 2, 5, 10, 20) if largest / (each * power) <= most)
    if step > 1 or isinstance(largest, int):
        step = max(1, round(step))
    return [
        step * each if isinstance(step, int) else float(f"{step * each:.10g}") for each in range(math.ceil(largest / step) + 1)
    ]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend: its place, from the left and top of the chart."""

    text: str
    place: int
    x: float
    y: float


def legend(labels: Sequence[str], across: float) -> tuple[list[Key], float]:
    """The entries, line by line, and the height that they take."""
    found, x, y = [], 0.0, 0.0
    for place, label in enumerate(labels):
        shown = wrapped(label, across - _KEY - _GAP, 1)[0]
        wide = _KEY + _GAP + room(shown)
        if x and x + wide > across:
            x, y = 0.0, y + LINE + 4
        found.append(Key(shown, place, x, y))
        x += wide + _BETWEEN
    return found, y + LINE + 10 if found else 0.0


def every(count: int, step: float, needed: float) -> int:
    """Label each so-many-th of ``count`` places ``step`` pixels apart, for labels that need so much room."""
    return next((each for each in (1, 2, 3, 4, 6, 12, 24, 60) if each * step >= needed), max(count, 1))


def labelled(categories: Sequence[Category], language: str) -> list[str]:
    """The labels in one language."""
    return [each.label.within(language) for each in categories]
