"""Rows of an area: by the columns that are defined as its code, with six digits, five or two."""

from pathlib import Path

import duckdb
import pytest

from catalog.model import Field, Schema
from catalog.query import BadQuestion, Column, Limits, answer, area_word, columns_of, parse

ROWS = [
    (0, "271004", None), (1, "27100", "131016"), (2, None, "271004"), (3, "270008", None), (4, "27", None), (5, "131016", None),
    (6, None, None), (7, "012025", None), (8, "12025", None),
]  # fmt: skip


def made(folder: Path, *names: str) -> tuple[Path, tuple[Column, ...], Limits]:
    path, limits = folder / "t.parquet", Limits(folders=(folder,))
    with duckdb.connect() as database:
        database.execute(f'CREATE TABLE t (n BIGINT, "{names[0]}" VARCHAR, "{names[1]}" VARCHAR)')
        database.executemany("INSERT INTO t VALUES (?, ?, ?)", ROWS)
        database.execute(f"COPY t TO '{path}'")
    fields = (Field(name="n", type="integer"), *(Field(name=each, type="string") for each in names))
    return path, columns_of(path, Schema(fields=fields), limits), limits


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("271004", [0, 1, 2]), ("27100", [0, 1, 2]), ("27", [0, 1, 2, 3, 4]), ("270008", [0, 1, 2, 3, 4]), ("131016", [5]),
        ("012025", [7]), ("01", [7]), ("281000", []),
    ],
)  # fmt: skip
def test_the_first_column_that_is_filled_tells_the_area(tmp_path: Path, asked: str, found: list[int]) -> None:
    path, columns, limits = made(tmp_path, "place", "body")
    for word in ("area", "__area"):
        question = parse([(word, asked), ("columns", "n")], columns, areas=("place", "body"))
        assert [each["n"] for each in answer(path, question, limits).rows] == found


def test_a_column_that_is_called_area_keeps_its_name(tmp_path: Path) -> None:
    path, columns, limits = made(tmp_path, "place", "area")
    assert area_word(columns) == "__area"
    question = parse([("area", "131016"), ("columns", "n")], columns, areas=("place",))
    assert [each["n"] for each in answer(path, question, limits).rows] == [1], "the column is asked, which has that very text"
    question = parse([("__area", "131016"), ("columns", "n")], columns, areas=("place",))
    assert [each["n"] for each in answer(path, question, limits).rows] == [5]


@pytest.mark.parametrize("text", ["271005", "2710", "", "大阪市", "２７", "271004 ", "271004,131016"])
def test_what_is_no_code_is_refused(tmp_path: Path, text: str) -> None:
    _path, columns, _limits = made(tmp_path, "place", "body")
    with pytest.raises(BadQuestion) as caught:
        parse([("area", text)], columns, areas=("place",))
    assert [(each.code, each.details["parameter"]) for each in caught.value.findings] == [("query-area-unfit", "area")]


def test_a_table_without_codes_cannot_be_asked_so(tmp_path: Path) -> None:
    _path, columns, _limits = made(tmp_path, "place", "body")
    for areas in ((), ("n",), ("nothing",)):
        with pytest.raises(BadQuestion) as caught:
            parse([("area", "271004")], columns, areas=areas)
        assert [each.code for each in caught.value.findings] == ["query-area-missing"]


def test_ways_to_write_one_code_are_one_question(tmp_path: Path) -> None:
    _path, columns, _limits = made(tmp_path, "place", "body")
    questions = [parse([("area", each)], columns, areas=("place",)) for each in ("271004", "27100")]
    assert questions[0].digest() == questions[1].digest()
    assert questions[0].digest() != parse([("area", "27")], columns, areas=("place",)).digest()
