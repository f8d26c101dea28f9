"""The figures of a view -> a Vega-Lite chart (https://vega.github.io/vega-lite/), in one language, as wide as it is shown.

Texts go in as data and are never read as expressions. Legend and labels are laid out by ``layout`` and stand at fixed places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.charts.layout import LINE, SIZE, Key, every, labelled, legend, room, said, ticks, wrapped
from catalog.charts.nouns import Category, Counted, Number
from catalog.charts.palette import FACES, GROUND, INK, NO_DATA, QUIET, SERIES
from catalog.charts.palette import LINE as RULE

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTHS = {"wide": 720, "narrow": 340}
DRAWN = ("bars", "timeline")
"""Kinds that have a picture; the others are numbers and tables by themselves."""
_AXIS = 26
_TOP = 8
_TICKS = {"wide": 8, "narrow": 4}
_HEIGHT = {"wide": 260, "narrow": 200}
_SHARE = 0.34
"""The part of the width that labels beside bars may take."""
_BAR, _EDGE = 16, 6


def spec(counted: Counted, language: str, size: str) -> Spec:
    """The chart of a view that is drawn."""
    return _bars(counted, language, size) if counted.kind == "bars" else _timeline(counted, language, size)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a bar chart, from above: where each stands, its label in lines of text, its row (None: a group's name).

    ``left`` is the room for labels beside the bars; on a narrow chart they stand above their bars instead, and it is 0.
    """

    left: int
    step: float
    down: float
    labels: tuple[tuple[list[str], int | None], ...]

    @classmethod
    def of(cls, entries: Sequence[tuple[str, int | None]], size: str) -> "_Lines":
        """Each line as high as the longest label asks for."""
        beside = size == "wide"
        most = WIDTHS[size] * _SHARE if beside else WIDTHS[size] - 2 * _EDGE
        told = tuple((wrapped(text, most), row) for text, row in entries)
        height = max((len(lines) for lines, _row in told), default=1) * LINE
        if not beside:
            return cls(0, height + _BAR + 12, (height + 4) / 2, told)
        label = min(max((room(text) for text, _row in entries), default=0), most)
        return cls(round(label) + 12, max(_BAR + 10, height + 6), 0, told)

    @property
    def height(self) -> float:
        """Of all lines together."""
        return self.step * max(len(self.labels), 1)

    def middle(self, place: int) -> float:
        """The height of the middle of a bar."""
        return (place + 0.5) * self.step + self.down

    def texts(self, *, groups: bool) -> list[tuple[float, float, list[str]]]:
        """The labels of the bars, or the names of the groups, where they stand."""
        found = []
        for place, (lines, row) in enumerate(self.labels):
            if (row is None) is groups:
                above = 0 if groups else self.down and (_BAR + 6 + len(lines) * LINE) / 2
                found.append((-self.left if groups or self.down else -8.0, self.middle(place) - above, lines))
        return found


def size_of(chart: Spec) -> tuple[int, int]:
    """Width and height of the whole picture, in pixels."""
    padding = chart["padding"]
    return round(chart["width"] + padding["left"] + padding["right"]), round(chart["height"] + padding["top"] + padding["bottom"])


def _bars(counted: Counted, language: str, size: str) -> Spec:
    entries = _entries(counted, language)
    shown = _Lines.of(entries, size)
    sums = counted.sums()
    scale = ticks(max(sums, default=0), _TICKS[size])
    right = round(max(room(said(each)) for each in (*sums, 0))) + 8
    keys, head = _legend(counted, language, WIDTHS[size])
    inner = WIDTHS[size] - shown.left - right - _EDGE
    rows = [(place, row) for place, (_text, row) in enumerate(entries) if row is not None]
    gap = (shown.step - _BAR) / shown.step
    domain = [f"r{place}" for place in range(max(len(entries), 1))]
    y = {
        "field": "id",
        "type": "nominal",
        "axis": None,
        "scale": {"domain": domain, "paddingInner": gap, "paddingOuter": gap / 2},
    }
    ends = [(inner * sums[row] / scale[-1] + 6, shown.middle(place), [said(sums[row])]) for place, row in rows]
    layers = [
        _marks(
            _segments(counted, [(f"r{place}", row) for place, row in rows]),
            {"y": y} | _along("x", scale, grid=size == "wide"),
            down=shown.down,
        ),
        _texts(shown.texts(groups=False), "left" if shown.down else "right"),
        _texts(shown.texts(groups=True), "left", bold=True),
        _texts(ends, "left"),
        *_legend_layers(counted, keys, -shown.left, -head),
    ]
    padding = {"left": shown.left + _EDGE, "right": right, "top": round(head) + _TOP, "bottom": _AXIS}
    return _whole(layers, inner, shown.height, padding)


def _entries(counted: Counted, language: str) -> list[tuple[str, int | None]]:
    """The lines of a bar chart: labels with the place of their row, and between them the names of the groups."""
    assert counted.by is not None, "bars have a column that they stand for"
    labels = labelled(counted.by.categories, language)
    if not counted.groups:
        return list(zip(labels, range(len(labels)), strict=True))
    entries: list[tuple[str, int | None]] = []
    for group in counted.groups:
        entries.append((group.category.label.within(language), None))
        members = [place for place, each in enumerate(counted.by.categories) if each.group == group.category.value]
        entries += [(labels[place], place) for place in members]
    return entries


def _timeline(counted: Counted, language: str, size: str) -> Spec:
    assert counted.by is not None, "a timeline has a column of times"
    wide, height = WIDTHS[size], _HEIGHT[size]
    categories = counted.by.categories
    labels = labelled(categories, language)
    sums = counted.sums()
    scale = ticks(max(sums, default=0), 5)
    left = round(max(room(said(each)) for each in scale)) + 10
    first, last = (room(labels[0]) / 2, room(labels[-1]) / 2) if labels else (0.0, 0.0)
    left = max(left, round(first))
    right = round(max(12.0, last))
    keys, head = _legend(counted, language, wide)
    inner = wide - left - right
    slots = _slots(categories)
    step = inner / max(slots[-1] + 1 if slots else 1, 1)
    domain = [f"r{each}" for each in range((slots[-1] + 1) if slots else 1)]
    x = {"field": "id", "type": "nominal", "axis": None, "scale": {"domain": domain, "paddingInner": 0.2, "paddingOuter": 0.1}}
    rows = [(f"r{slot}", row) for row, slot in enumerate(slots)]
    named = _named(categories, labels, slots, step)
    narrow = max((room(said(each)) for each in sums), default=0) > step
    layers = [
        _marks(_segments(counted, rows), {"x": x} | _along("y", scale)),
        _texts([((slot + 0.5) * step, height + 14, [text]) for slot, text in named], "center"),
        _texts(
            [
                ((slot + 0.5) * step, height * (1 - sums[row] / scale[-1]) - 9, [said(sums[row])])
                for row, slot in enumerate(slots)
                if sums[row]
            ]
            if not narrow
            else [],
            "center",
        ),
        *_legend_layers(counted, keys, -left, -head - LINE),
    ]
    return _whole(layers, inner, height, {"left": left, "right": right, "top": round(head) + _TOP + LINE, "bottom": _AXIS})


def _slots(categories: Sequence[Category]) -> list[int]:
    """The place of each span; "no data" stands apart, after a gap, for it is no time."""
    gap = 1 + len(categories) // 24
    return [place + gap if each.no_data and place else place for place, each in enumerate(categories)]


def _named(categories: Sequence[Category], labels: Sequence[str], slots: Sequence[int], step: float) -> list[tuple[int, str]]:
    """The spans whose names there is room for: at even distances, counted from January, and "no data" always."""
    times = [place for place, each in enumerate(categories) if not each.no_data]
    nth = every(len(times), step, max((room(labels[each]) + 8 for each in times), default=0))
    shown = [place for place in times if _ordinal(categories[place], place) % nth == 0]
    silent = [place for place, each in enumerate(categories) if each.no_data]
    for each in silent:
        reach = slots[each] * step - room(labels[each]) / 2 - 8
        shown = [place for place in shown if slots[place] * step + room(labels[place]) / 2 <= reach]
    return [(slots[place], labels[place]) for place in (*shown, *silent)]


def _ordinal(category: Category, place: int) -> int:
    """Months count from a January, so that names stand at the beginnings of years."""
    year, between, month = (category.value or "").partition("-")
    return int(year) * 12 + int(month) - 1 if between and month.isdecimal() else place


def _segments(counted: Counted, rows: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """The parts of the bars: where each begins and ends, and how it is filled."""
    assert counted.by is not None, "bars have a column that they stand for"
    found = []
    for id_, row in rows:
        start: Number = 0
        for place, value in enumerate(counted.values[row]):
            if value:
                fill = _fill(counted, place) if counted.across else _plain(counted.by.categories[row])
                found.append({"id": id_, "from": start, "to": start + value, "fill": fill, "stroke": _outline(fill)})
                start += value
    return found


def _fill(counted: Counted, place: int) -> str:
    assert counted.across is not None, "only what is split has several fills"
    categories = counted.across.categories
    said_ = [each for each in range(len(categories)) if not categories[each].no_data]
    return NO_DATA if categories[place].no_data else SERIES[said_.index(place) % len(SERIES)]


def _plain(category: Category) -> str:
    return NO_DATA if category.no_data else SERIES[0]


def _outline(fill: str) -> str:
    """Parts are kept apart by the colour of the ground; what is hatched has a border, for it has no colour of its own."""
    return QUIET if fill == NO_DATA else GROUND


def _legend(counted: Counted, language: str, wide: float) -> tuple[list[Key], float]:
    return legend(labelled(counted.across.categories, language), wide - 2 * _EDGE) if counted.across else ([], 0.0)


def _legend_layers(counted: Counted, keys: Sequence[Key], left: float, top: float) -> list[Spec]:
    """Squares with their names, above the chart."""
    if not keys:
        return []
    fills = [_fill(counted, each.place) for each in keys]
    squares = [
        {
            "x": left + each.x,
            "y": top + each.y,
            "x2": left + each.x + 14,
            "y2": top + each.y + 14,
            "fill": fill,
            "stroke": _outline(fill),
        }
        for each, fill in zip(keys, fills, strict=True)
    ]
    places = {name: _fixed(name) for name in ("x", "y")} | {name: {"field": name} for name in ("x2", "y2")}
    return [
        _marks(squares, places, kind="rect"),
        _texts([(left + each.x + 20, top + each.y + 7, [each.text]) for each in keys], "left"),
    ]


def _marks(values: list[dict[str, Any]], places: Spec, kind: str = "bar", down: float = 0) -> Spec:
    colours = {name: {"field": name, "type": "nominal", "scale": None, "legend": None} for name in ("fill", "stroke")}
    return {"data": {"values": values}, "mark": {"type": kind, "strokeWidth": 1, "yOffset": down}, "encoding": places | colours}


def _along(axis: str, scale: Sequence[Number], *, grid: bool = True) -> Spec:
    """The direction in which bars are as long as their numbers."""
    shown = {
        "values": list(scale),
        "format": ",.10~g",
        "title": None,
        "domain": False,
        "ticks": False,
        "grid": grid,
        "gridColor": RULE,
        "labelColor": QUIET,
        "labelFont": FACES,
        "labelFontSize": 12,
        "labelPadding": 6,
        "labelOverlap": False,
        "labelFlush": False,
    }
    domain = {"domain": [0, scale[-1]], "nice": False}
    return {axis: {"field": "from", "type": "quantitative", "scale": domain, "axis": shown}, f"{axis}2": {"field": "to"}}


def _fixed(name: str) -> Spec:
    """A place in pixels from the upper left corner of the bars."""
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def _texts(texts: Sequence[tuple[float, float, list[str]]], align: str, *, bold: bool = False) -> Spec:
    """Texts at places, each of one or several lines, its middle at that height."""
    values = [{"x": round(x, 1), "y": round(y - (len(lines) - 1) * LINE / 2, 1), "t": lines} for x, y, lines in texts]
    mark = {
        "type": "text", "align": align, "baseline": "middle", "fontSize": SIZE, "font": FACES, "fill": INK, "lineHeight": LINE,
        "fontWeight": "bold" if bold else "normal", "clip": False,
    }  # fmt: skip
    places = {name: _fixed(name) for name in ("x", "y")}
    return {"data": {"values": values}, "mark": mark, "encoding": {**places, "text": {"field": "t"}}}


def _whole(layers: Sequence[Spec], wide: float, high: float, padding: dict[str, int]) -> Spec:
    return {
        "$schema": SCHEMA,
        "width": wide,
        "height": high,
        "autosize": {"type": "none"},
        "padding": padding,
        "background": None,
        "config": {"view": {"stroke": None}, "aria": False},
        "layer": [each for each in layers if each["data"]["values"]] or list(layers[:1]),
    }
