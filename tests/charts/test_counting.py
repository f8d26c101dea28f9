"""The figures of views over small tables."""

from pathlib import Path
from typing import Any

import pytest
from format_samples import parquet_of, table

from catalog.charts import Counted, narrowed, thaw
from catalog.charts.counting import count
from catalog.charts.nouns import freeze
from catalog.model import Condition, Definition, Field, Measure, Text, View
from catalog.vocabulary.codelists import CodeList, Concept

ANSWERS = CodeList(
    name="answers",
    title=Text("回答", "Answers"),
    description=Text(),
    concepts=tuple(
        Concept(code=code, codelist="answers", label=Text(ja, code))
        for code, ja in (("yes", "有"), ("no", "無"), ("no-data", "データなし"))
    ),
)
FIELDS = (
    Field(name="area", type="string"),
    Field(
        name="answer",
        type="string",
        constraints={"enum": ["yes", "no", "no-data"]},
        definition=Definition(codelist="answers", derivation=({"rule": "no-data", "from": "x", "values": [""]},)),
    ),
    Field(name="people", type="integer"),
    Field(name="month", type="yearmonth"),
    Field(name="day", type="date"),
)
ROWS = [
    ["north", "yes", "10", "2021-03", "2021-03-31"],
    ["north", "no", "20", "2021-04", "2021-04-01"],
    ["south", "no-data", "5", "2022-03", "2022-03-31"],
    ["south", "yes", "", "", ""],
    ["", "no", "7", "2023-01", "2023-01-01"],
]


def counted(folder: Path, rows: list[list[str]] | None = None, **view: Any) -> Counted:
    resource = table(*FIELDS)
    values = {"name": "v", "kind": "bars", "table": "t", "title": Text("題", "T")} | view
    parquet = parquet_of(folder, resource, ROWS if rows is None else rows)
    found = count(View(**values), resource, parquet, {"answers": ANSWERS})
    assert thaw(freeze([found])) == (found,)
    return found


def cells(found: Counted) -> dict[str, tuple[Any, ...]]:
    assert found.by is not None
    return {each.label.en or "-": row for each, row in zip(found.by.categories, found.values, strict=True)}


def test_no_data_is_a_state_of_its_own_and_comes_last(tmp_path: Path) -> None:
    found = counted(tmp_path, by="area", across="answer")
    assert found.across is not None
    assert [(each.value, each.no_data) for each in found.across.categories] == [("yes", False), ("no", False), ("no-data", True)]
    assert [(each.value, each.no_data) for each in found.by.categories] == [("north", False), ("south", False), (None, True)]  # type: ignore[union-attr]
    assert cells(found) == {"north": (1, 1, 0), "south": (1, 0, 1), "No data": (0, 1, 0)}
    assert found.total == 5


def test_a_figure_says_what_it_can_say_nothing_of(tmp_path: Path) -> None:
    found = counted(tmp_path, kind="figure", where=(Condition(field="answer", values=("no",)),))
    assert found.total == 2
    assert [(each.field, each.count, each.query) for each in found.unknown] == [("answer", 1, (("answer__exact", "no-data"),))]
    summed = counted(tmp_path, kind="figure", measure=Measure(function="sum", field="people"))
    assert summed.total == 42
    assert [(each.count, each.query) for each in summed.unknown] == [(1, (("people__isnull", "true"),))]
    assert counted(tmp_path, kind="figure", measure=Measure(function="max", field="month")).text == "2023-01"
    assert counted(tmp_path, kind="figure", measure=Measure(function="distinct", field="area")).total == 2


def test_codes_without_rows_are_shown_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = [["north", "no", "1", "", ""]]
    assert cells(counted(tmp_path, rows, by="answer", zeros=True)) == {"yes": (0,), "no": (1,), "no-data": (0,)}
    assert cells(counted(tmp_path, rows, by="answer")) == {"no": (1,)}


def test_groups_have_their_own_totals(tmp_path: Path) -> None:
    found = counted(tmp_path, by="answer", group="area")
    assert [(each.category.value, each.total) for each in found.groups] == [("north", 2), ("south", 2), (None, 1)]
    assert found.by is not None
    assert [(each.group, each.value) for each in found.by.categories][:2] == [("north", "yes"), ("north", "no")]
    assert narrowed(found, found.by.categories[0]) == (("area__exact", "north"), ("answer__exact", "yes"))


@pytest.mark.parametrize(
    ("unit", "by", "labels"),
    [
        ("year", "month", ["2021", "2022", "2023", "-"]),
        ("fiscal-year", "month", ["2020", "2021", "2022", "-"]),
        ("fiscal-year", "day", ["2020", "2021", "2022", "-"]),
    ],
)
def test_times_stand_in_spans(tmp_path: Path, unit: str, by: str, labels: list[str]) -> None:
    found = counted(tmp_path, kind="timeline", by=by, unit=unit)
    assert found.by is not None
    assert [each.value or "-" for each in found.by.categories] == labels
    assert sum(row[0] or 0 for row in found.values) == 5


def test_months_between_are_shown_and_their_questions_end_in_time(tmp_path: Path) -> None:
    found = counted(tmp_path, kind="timeline", by="day", unit="month")
    assert found.by is not None
    assert len(found.by.categories) == 23 + 1
    assert found.by.categories[0].query == (("day__gte", "2021-03-01"), ("day__lt", "2021-04-01"))
    assert found.by.categories[9].label == Text("2021年12月", "2021-12")
    assert found.by.categories[9].query == (("day__gte", "2021-12-01"), ("day__lt", "2022-01-01"))


def test_a_long_time_ends_in_what_is_earlier(tmp_path: Path) -> None:
    rows = [["", "", "", f"{year}-01", ""] for year in range(1800, 2000)]
    found = counted(tmp_path, rows, kind="timeline", by="month", unit="year")
    assert found.by is not None
    assert len(found.by.categories) == 121
    first = found.by.categories[0]
    assert (first.rest, first.query, found.values[0]) == (1, (("month__lt", "1880-01"),), (80,))


def test_many_values_are_folded_and_the_rest_is_counted(tmp_path: Path) -> None:
    rows = [[f"a{number:03d}", "yes", "1", "", ""] for number in range(100) for _again in range(1 + (number < 50))]
    found = counted(tmp_path, rows, by="area", sort="value")
    assert found.by is not None
    assert len(found.by.categories) == 41
    rest = found.by.categories[-1]
    assert (rest.rest, found.values[-1]) == (60, (150 - 80,))
    assert narrowed(found, rest) is None
    assert found.total == 150


def test_a_finder_knows_its_ranges_and_choices(tmp_path: Path) -> None:
    found = counted(tmp_path, kind="finder", filters=("people", "answer"), columns=("area",))
    people, answer = found.filters
    assert (people.minimum, people.maximum, people.missing) == (5, 20, 1)
    assert [each.value for each in answer.choices] == ["yes", "no", "no-data"]


def test_an_empty_table_has_figures(tmp_path: Path) -> None:
    assert counted(tmp_path, [], by="area").values == ()
    assert counted(tmp_path, [], kind="figure").total == 0
    assert counted(tmp_path, [], kind="figure", measure=Measure(function="sum", field="people")).total is None
    assert counted(tmp_path, [], kind="timeline", by="month", unit="month").values == ()
    assert counted(tmp_path, [], kind="finder", filters=("people",), columns=("area",)).filters[0].minimum is None
