"""Random questions, against a model of the same rows in plain Python: rows, order, paging and figures."""

import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_samples import Sample, shown

from catalog.query import BadQuestion, answer, parse

quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Rows = list[dict[str, Any]]

TEXTS = ("避難所", "コロナ", "ab", "AB", "a,b", "O'Brien", 'quote"d', "１０", "10", "x' OR '1'='1", "", "所", "%", "_", "2020-06")
SORTABLE = ("番号", "名称", "city", "amount", "huge", "price", "exact", "open", "day", "at", "sent", "hour", "month")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda cell, value: cell is not None and cell == value,
    "not": lambda cell, value: cell is None or cell != value,
    "gt": lambda cell, value: cell is not None and cell > value,
    "gte": lambda cell, value: cell is not None and cell >= value,
    "lt": lambda cell, value: cell is not None and cell < value,
    "lte": lambda cell, value: cell is not None and cell <= value,
}


def spelled(value: Any) -> str:
    """A cell as a client writes it."""
    told = shown("", value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, Decimal) else str(told)


@st.composite
def conditions(  # noqa: PLR0911  a kind of condition a return
    draw: st.DrawFn, rows: Rows
) -> tuple[tuple[str, str], Callable[[dict[str, Any]], bool]]:
    """One condition and what it means."""
    name = draw(st.sampled_from(SORTABLE))
    kind = draw(st.sampled_from(["compare", "compare", "isnull", "in", "text", "off"]))
    cells = [row[name] for row in rows if row[name] is not None]
    value = draw(st.sampled_from(cells))
    if kind == "isnull":
        wanted = draw(st.booleans())
        return (f"{name}__isnull", "true" if wanted else "false"), lambda row: (row[name] is None) == wanted
    if kind == "in":
        values = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=4))
        text = ",".join('"' + spelled(each).replace('"', '""') + '"' for each in values)
        return (f"{name}__in", text), lambda row: row[name] in values
    if kind == "text":
        name, text = draw(st.sampled_from(["名称", "city", "month"])), draw(st.sampled_from(TEXTS))
        operator = draw(st.sampled_from(["contains", "startswith", "exact", "not", "gt"]))
        tests: dict[str, Callable[[str], bool]] = {
            "contains": lambda cell: text in cell,
            "startswith": lambda cell: cell.startswith(text),
        }
        if operator in tests:
            return (f"{name}__{operator}", text), lambda row: row[name] is not None and tests[operator](row[name])
        return (f"{name}__{operator}", text), lambda row: COMPARE[operator](row[name], text)
    operator = draw(st.sampled_from(["exact", "not"] if name == "open" else list(COMPARE)))
    if kind == "off" and name in ("exact", "price"):  # a value between those that the column can hold
        number = draw(st.decimals(-6, 6, places=4))
        return (f"{name}__{operator}", str(number)), lambda row: COMPARE[operator](row[name], number)
    if kind == "off" and name in ("amount", "huge"):  # or beyond all of them
        number = draw(st.sampled_from([10**40, -(10**40), 2**63, -(2**63) - 1]))
        return (f"{name}__{operator}", str(number)), lambda row: COMPARE[operator](row[name], number)
    parameter = name if operator == "exact" and draw(st.booleans()) else f"{name}__{operator}"
    return (parameter, spelled(value)), lambda row: COMPARE[operator](row[name], value)


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[str, bool]]:
    names = draw(st.lists(st.sampled_from(SORTABLE), max_size=3, unique=True))
    return [(each, draw(st.booleans())) for each in names]


def ordered(rows: Rows, keys: list[tuple[str, bool]]) -> Rows:
    """Stable sorts, the last key first; missing values come last either way."""
    for name, descending in reversed(keys):
        filled = sorted((row for row in rows if row[name] is not None), key=lambda row: row[name], reverse=descending)
        if descending:  # equal rows keep the order of the table
            filled = sorted(filled, key=lambda row: _Reversed(row[name]))
        rows = filled + [row for row in rows if row[name] is None]
    return rows


class _Reversed:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Reversed") -> bool:
        return bool(other.value < self.value)


@quick
@given(data=st.data())
def test_rows_order_and_pages_are_those_of_the_model(table: Sample, data: st.DataObject) -> None:
    asked = data.draw(st.lists(conditions(table.rows), max_size=3, unique_by=lambda each: each[0][0]))
    keys = data.draw(orders())
    columns = data.draw(st.lists(st.sampled_from([each.name for each in table.columns]), max_size=3, unique=True))
    limit = data.draw(st.sampled_from([1, 7, 100, 1000]) if len(asked) > 1 else st.sampled_from([60, 100, 1000]))
    stored = data.draw(st.sampled_from([table.ndjson, None]))
    pairs = [each[0] for each in asked] + [("limit", str(limit))]
    pairs += [("sort", ",".join(("-" if descending else "") + name for name, descending in keys))] if keys else []
    pairs += [("columns", ",".join(columns))] if columns else []
    wanted = ordered([row for row in table.rows if all(test(row) for _pair, test in asked)], keys)

    found: Rows = []
    cursor = ""
    while True:
        question = parse([*pairs, ("cursor", cursor)] if cursor else pairs, table.columns)
        page = answer(table.parquet, question, table.limits, stored)
        assert (page.count, page.count_is_exact) == (len(wanted), True)
        assert len(page.lines) <= limit
        found += page.rows
        cursor = page.cursor
        if not cursor or len(found) > len(wanted):
            break
    names = columns or [each.name for each in table.columns]
    assert found == [{name: shown(name, row[name]) for name in names} for row in wanted]


@quick
@given(data=st.data())
def test_figures_of_groups_are_those_of_the_model(table: Sample, data: st.DataObject) -> None:
    asked = data.draw(st.lists(conditions(table.rows), max_size=2, unique_by=lambda each: each[0][0]))
    groups = data.draw(st.lists(st.sampled_from(["city", "amount", "open", "day", "sent", "price"]), max_size=2, unique=True))
    measures = data.draw(st.lists(st.sampled_from(sorted(FIGURES)), min_size=0 if groups else 1, max_size=3, unique=True))
    limit = data.draw(st.sampled_from([3, 1000]))
    pairs = [each[0] for each in asked] + [("limit", str(limit))]
    pairs += [("group_by", ",".join(groups))] if groups else []
    pairs += [("aggregate", ",".join(measures))] if measures else []
    rows = [row for row in table.rows if all(test(row) for _pair, test in asked)]
    members: dict[tuple[Any, ...], Rows] = {} if groups else {(): rows}
    for row in rows if groups else ():
        members.setdefault(tuple(row[name] for name in groups), []).append(row)
    wanted = [
        dict(zip(groups, key, strict=True)) | {each: FIGURES[each](held) for each in measures or ["count"]}
        for key, held in members.items()
    ]
    wanted = ordered(wanted, [(name, False) for name in groups])

    found: Rows = []
    cursor = ""
    while True:
        page = answer(table.parquet, parse([*pairs, ("cursor", cursor)] if cursor else pairs, table.columns), table.limits)
        assert (page.count, page.count_is_exact) == (len(wanted), True)
        found += page.rows
        cursor = page.cursor
        if not cursor:
            break
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert list(one) == list(other)
        for name, value in other.items():
            told = shown(name, value)
            assert one[name] == told or math.isclose(one[name], told, rel_tol=1e-9, abs_tol=1e-9), name


def filled(rows: Rows, name: str) -> list[Any]:
    return [row[name] for row in rows if row[name] is not None]


def whole(figure: Callable[[list[Any]], Any], name: str) -> Callable[[Rows], Any]:
    """None of no values."""
    return lambda rows: figure(filled(rows, name)) if filled(rows, name) else None


FIGURES: dict[str, Callable[[Rows], Any]] = {
    "count": len,
    "名称__count": lambda rows: len(filled(rows, "名称")),
    "amount__sum": whole(sum, "amount"),
    "amount__avg": whole(lambda values: sum(values) / len(values), "amount"),
    "huge__sum": whole(sum, "huge"),
    "exact__sum": whole(sum, "exact"),
    "exact__avg": whole(lambda values: float(sum(values)) / len(values), "exact"),
    "緯度__sum": whole(math.fsum, "緯度"),
    "day__min": whole(min, "day"),
    "sent__max": whole(max, "sent"),
    "名称__max": whole(max, "名称"),
    "huge__min": whole(min, "huge"),
}


@quick
@given(
    latitude=st.floats(34, 35.5), longitude=st.floats(135, 136), metres=st.integers(0, 60_000), limit=st.sampled_from([13, 1000])
)
def test_nearness_is_that_of_the_model(table: Sample, latitude: float, longitude: float, metres: int, limit: int) -> None:
    latitude, longitude = round(latitude, 4), round(longitude, 4)

    def away(row: dict[str, Any]) -> float:
        one, other = math.radians(latitude), math.radians(row["緯度"])
        part = math.sin((other - one) / 2) ** 2
        part += math.cos(one) * math.cos(other) * math.sin(math.radians(row["経度"] - longitude) / 2) ** 2
        return 2 * 6_371_008.8 * math.asin(math.sqrt(part))

    known = [row for row in table.rows if row["緯度"] is not None and row["経度"] is not None]
    wanted = sorted((row for row in known if away(row) <= metres), key=lambda row: row["番号"])
    found: Rows = []
    cursor = ""
    while True:
        pairs = [("__near", f"{latitude},{longitude},{metres}"), ("limit", str(limit)), ("columns", "番号")]
        page = answer(table.parquet, parse([*pairs, ("cursor", cursor)] if cursor else pairs, table.columns), table.limits)
        found += page.rows
        cursor = page.cursor
        if not cursor:
            break
    assert sorted(row["番号"] for row in found) == [row["番号"] for row in wanted]
    order = [table.rows[row["番号"]] for row in found]
    for one, other in pairwise(order):
        nearer = away(other) - away(one)
        assert nearer > -1e-6, "the nearest come first"
        if (one["緯度"], one["経度"]) == (other["緯度"], other["経度"]):
            assert one["番号"] < other["番号"], "rows at the same place keep the order of the table"


@quick
@given(text=st.text(max_size=30))
def test_any_text_is_a_value_or_a_mistake_and_never_sql(table: Sample, text: str) -> None:
    for parameter in (
        "名称",
        "名称__contains",
        "名称__in",
        "amount",
        "price",
        "at",
        "sent",
        "__near",
        "sort",
        "columns",
        "cursor",
    ):
        with suppress(BadQuestion):  # anything else would be a mistake of ours
            answer(table.parquet, parse([(parameter, text)], table.columns), table.limits, table.ndjson)
