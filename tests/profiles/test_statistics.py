"""Profiles of columns: what they say, and that both ways of counting say the same."""

import time
from pathlib import Path
from typing import Any

import format_samples as samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import statistics
from catalog.formats import typed
from catalog.model import Definition, Field, Resource, Text
from catalog.statistics import BINS, Profile, freeze, profile, thaw
from catalog.validation.casting import reader
from catalog.vocabulary.codelists import CodeList, Concept

STATES = CodeList(
    name="state",
    title=Text("状態", "States"),
    description=Text(),
    concepts=(
        Concept(code="a", codelist="state", label=Text("開", "open")),
        Concept(code="b", codelist="state", label=Text("閉")),
    ),
)


def profiled(folder: Path, rows: list[list[str]], *fields: Field) -> tuple[Profile, ...]:
    table = samples.table(*fields)
    return profile(samples.parquet_of(folder, table, rows), table, {"state": STATES})


def test_a_coded_column_shows_its_values_with_their_labels(tmp_path: Path) -> None:
    state = Field(name="s", type="string", definition=Definition(codelist="state"))
    (found,) = profiled(tmp_path, [["a"], ["a"], ["b"], [""]], state)
    assert (found.rows, found.empty, found.distinct, found.exact, found.minimum, found.maximum) == (4, 1, 2, True, "a", "b")
    assert [(each.value, each.count, each.label.ja) for each in found.bars] == [("a", 2, "開"), ("b", 1, "閉")]
    assert found.others == 0


def test_many_numbers_are_spanned_by_whole_numbers(tmp_path: Path) -> None:
    (found,) = profiled(tmp_path, [[str(each)] for each in range(100)], Field(name="n", type="integer"))
    assert (found.minimum, found.maximum, found.distinct) == ("0", "99", 100)
    assert sum(each.count for each in found.bars) == 100
    assert [(each.value, each.until, each.count) for each in found.bars] == [
        (str(start), str(start + 10), 10) for start in range(0, 100, 10)
    ]


def test_dates_are_spanned_by_days_and_names_are_not_counted(tmp_path: Path) -> None:
    rows = [[f"2021-01-{day:02d}", f"name {day}"] for day in range(1, 31)]
    dates, names = profiled(tmp_path, rows, Field(name="d", type="date"), Field(name="n", type="string"))
    assert (dates.bars[0].value, dates.bars[0].until, dates.bars[0].count) == ("2021-01-01", "2021-01-04", 3)
    assert names.bars == ()
    assert names.distinct == 30


def test_numbers_too_far_apart_or_too_close_are_not_spanned(tmp_path: Path) -> None:
    far = [[f"{place}e307"] for place in range(-15, 16)]
    close = [[f"{place}e-310"] for place in range(1, 40)]
    for rows in (far, close):
        (found,) = profiled(tmp_path, rows, Field(name="n", type="number"))
        assert found.distinct == len(rows)
        assert found.bars == ()


def test_an_empty_table_has_a_profile(tmp_path: Path) -> None:
    (found,) = profiled(tmp_path, [], Field(name="n", type="integer"))
    assert (found.rows, found.empty, found.distinct, found.bars, found.minimum) == (0, 0, 0, (), "")


def test_what_was_frozen_is_thawed(tmp_path: Path) -> None:
    found = profiled(tmp_path, [["1"], ["2"]], Field(name="n", type="number"))
    assert thaw(freeze(found)) == found
    assert freeze(found) == freeze(thaw(freeze(found)))


CELLS = {
    "integer": st.integers(-(10**9), 10**9).map(str),
    "number": st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr)
    | st.sampled_from(["0.1", "1e308", "-1e308", "5e-324"]),
    "string": st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=300).filter(
        lambda text: text.strip() == text
    ),
    "boolean": st.sampled_from(["true", "false"]),
    "date": st.dates().map(str),
    "yearmonth": st.dates().map(lambda each: f"{each:%Y-%m}".zfill(7)),
    "year": st.integers(1000, 9999).map(str),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4), st.integers(0, 30))
def test_counting_in_memory_is_counting_in_the_engine(tmp_path: Path, data: Any, types: list[str], count: int) -> None:
    fields = [Field(name=f"c{place}", type=each) for place, each in enumerate(types)]
    rows = [[data.draw(CELLS[each] | st.just("")) for each in types] for _row in range(count)]
    table: Resource = samples.table(*fields)
    parquet = samples.parquet_of(tmp_path, table, [row for row in rows if any(row)] if len(types) == 1 else rows)
    in_memory = profile(parquet, table, {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "_FEW", -1)
        in_engine = profile(parquet, table, {})
    assert in_memory == in_engine
    with typed(parquet.with_suffix(".csv"), table, in_memory[0].rows, reader) as values:
        assert profile(parquet, table, {}, values) == in_engine
    for each in in_memory:
        assert len(each.bars) <= BINS
        if each.bars:
            assert sum(bar.count for bar in each.bars) + each.others == each.rows - each.empty


def test_a_wide_table_takes_several_statements(tmp_path: Path) -> None:
    fields = [Field(name=f"c{place}", type="integer") for place in range(250)]
    table: Resource = samples.table(*fields)
    parquet = samples.parquet_of(tmp_path, table, [[str(place) for place in range(250)] for _row in range(100)])
    found = profile(parquet, table, {})
    assert [each.field for each in found] == [each.name for each in fields]
    assert {each.distinct for each in found} == {1}


def test_a_small_table_is_cheap(tmp_path: Path) -> None:
    table: Resource = samples.table(Field(name="a", type="string"), Field(name="b", type="integer"), Field(name="c", type="date"))
    parquet = samples.parquet_of(tmp_path, table, [[f"x{n % 7}", str(n), f"2021-01-{n % 28 + 1:02d}"] for n in range(100)])
    profile(parquet, table, {})
    spent = min(_seconds(lambda: profile(parquet, table, {})) for _time in range(5))
    assert spent < 0.02  # 2 ms on a quiet machine


def _seconds(work: Any) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
