"""Pictures: nothing overlaps, nothing is fetched, the same figures give the same bytes."""

import re
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.charts import WIDTHS, Axis, Category, Counted, Group
from catalog.charts.drawing import draw, possible
from catalog.charts.layout import LINE, SIZE, room, ticks
from catalog.charts.palette import DARK, GROUND
from catalog.charts.palette import LINE as RULE
from catalog.charts.specs import size_of, spec
from catalog.model import Text

WORDS = st.text(st.sampled_from("市区町村システム人口ABCdefgi 1234（）ー、WM"), min_size=1, max_size=40).filter(str.strip)


def category(label: str, *, value: str | None = "v", no_data: bool = False, group: str | None = None) -> Category:
    return Category(value=value, label=Text(label, label), no_data=no_data, group=group)


@st.composite
def bars(draw_: Any) -> Counted:
    labels = draw_(st.lists(WORDS, min_size=1, max_size=8))
    parts = draw_(st.lists(WORDS, max_size=4))
    groups = draw_(st.lists(WORDS, max_size=2))
    row = st.lists(st.integers(0, 10**7), min_size=max(len(parts), 1), max_size=max(len(parts), 1))
    rows = [category(each, group=f"g{place % len(groups)}" if groups else None) for place, each in enumerate(labels)]
    return Counted(
        view="v",
        kind="bars",
        by=Axis(field="f", categories=tuple(rows)),
        across=Axis(field="p", categories=tuple(category(each, no_data=not place) for place, each in enumerate(parts)))
        if parts
        else None,
        groups=tuple(Group(category=category(each, value=f"g{place}")) for place, each in enumerate(groups)),
        values=tuple(tuple(draw_(row)) for _each in labels),
    )


def timeline(months: int, largest: int, silent: int) -> Counted:
    labels = [f"{2015 + month // 12}-{month % 12 + 1:02d}" for month in range(months)]
    shown = [Category(value=each, label=Text(f"{each[:4]}年{int(each[5:])}月", each)) for each in labels]
    shown += [category("データなし", value=None, no_data=True)] * silent
    values = tuple((largest * (place % 5) // 4,) for place in range(len(shown)))
    return Counted(view="v", kind="timeline", by=Axis(field="f", categories=tuple(shown)), values=values)


def boxes(chart: dict[str, Any]) -> list[tuple[float, float, float, float]]:
    """Every text of ours as left, top, right, bottom, in pixels of the whole picture."""
    found = []
    left, top = chart["padding"]["left"], chart["padding"]["top"]
    for layer in chart["layer"]:
        if layer["mark"]["type"] == "text":
            for each in layer["data"]["values"]:
                wide, high = max(room(line) for line in each["t"]), len(each["t"]) * LINE
                x = each["x"] + left - {"left": 0, "right": 1, "center": 0.5}[layer["mark"]["align"]] * wide
                y = each["y"] + top - LINE / 2
                found.append((x, y + 1, x + wide, y + high - 1))
    return found


def assert_readable(chart: dict[str, Any]) -> None:
    width, height = size_of(chart)
    texts = boxes(chart)
    for left, top, right, bottom in texts:
        assert left >= -1
        assert top >= -1
        assert right <= width + 1
        assert bottom <= height + 1
    for one, other in combinations(texts, 2):
        apart = one[2] <= other[0] + 0.5 or other[2] <= one[0] + 0.5 or one[3] <= other[1] + 0.5 or other[3] <= one[1] + 0.5
        assert apart, (one, other)


@settings(max_examples=60, deadline=None)
@given(bars(), st.sampled_from(sorted(WIDTHS)))
def test_texts_of_bars_never_overlap_and_stay_inside(counted: Counted, size: str) -> None:
    chart = spec(counted, "ja", size)
    assert size_of(chart)[0] <= WIDTHS[size] + 1
    assert_readable(chart)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 120), st.integers(0, 10**9), st.integers(0, 1), st.sampled_from(sorted(WIDTHS)), st.sampled_from(["ja", "en"])
)
def test_texts_of_timelines_never_overlap(months: int, largest: int, silent: int, size: str, language: str) -> None:
    assert_readable(spec(timeline(months, largest, silent), language, size))


@given(st.integers(0, 10**12) | st.floats(1e-6, 1e9), st.integers(2, 8))
def test_ticks_are_even_and_reach_the_largest(largest: float, most: int) -> None:
    found = ticks(largest, most)
    assert found[0] == 0
    assert found[-1] >= largest * (1 - 1e-9)
    assert 2 <= len(found) <= most + 2
    steps = [after - before for before, after in pairwise(found)]
    assert max(steps) - min(steps) <= 1e-6 * max(found[-1], 1e-300)


def sample() -> Counted:
    parts = (category("有"), category("無"), category("データなし", value=None, no_data=True))
    return Counted(
        view="v",
        kind="bars",
        by=Axis(field="f", categories=(category("</text><script>alert(1)</script>"), category("&amp; 北"))),
        across=Axis(field="p", categories=parts),
        values=((3, 2, 1), (1, 0, 4)),
    )


def test_a_picture_is_whole_and_harmless() -> None:
    drawn = draw(spec(sample(), "ja", "wide"), "題 <b> & “x”", "ja")
    root = ET.fromstring(drawn)
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "ja"
    assert (root.attrib["width"], root.attrib["height"]) == tuple(map(str, size_of(spec(sample(), "ja", "wide"))))
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names <= {"svg", "title", "style", "defs", "pattern", "rect", "g", "path", "line", "text", "tspan"}
    text = drawn.decode()
    assert not re.search(r"(?:href|src|onload)=|@import|url\((?!#no-data\))|http://(?!www\.w3\.org/)|https://", text)
    assert "有" in "".join(root.itertext())
    assert text.count('fill="url(#no-data)"') == 3  # two parts and their key
    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', text))
    assert colours <= set(DARK), "a colour that a dark scheme does not exchange"


def test_the_same_figures_give_the_same_bytes() -> None:
    chart = spec(sample(), "en", "narrow")
    assert draw(chart, "t", "en") == draw(chart, "t", "en")


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_stand_out_from_the_ground_in_both_schemes() -> None:
    for light, dark in DARK.items():
        if light not in (GROUND, RULE):
            for colour, ground in ((light, GROUND), (dark, DARK[GROUND])):
                bright, dim = sorted((_luminance(colour), _luminance(ground)), reverse=True)
                assert (bright + 0.05) / (dim + 0.05) >= 3, colour


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of this kind")
def test_nothing_is_drawn_where_addresses_are_limited() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.RLIM_INFINITY));"
        "from catalog.charts.drawing import possible; print(possible())"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert found.stdout.strip() == "False"
    assert possible()


def test_letters_have_their_size() -> None:
    chart = spec(sample(), "ja", "wide")
    assert {each["mark"]["fontSize"] for each in chart["layer"] if each["mark"]["type"] == "text"} == {SIZE}
