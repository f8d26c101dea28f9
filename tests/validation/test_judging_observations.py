"""The SQL of each question, its twin in Python, its hints and the question that stands for all sights of a column agree."""

import csv
from contextlib import suppress
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.model import Definition, Field, Resource, Schema, Text
from catalog.validation import asking, small, subjects, watching
from catalog.validation.observations import SOUGHT, Hint, Predicate
from catalog.validation.recognising import Column, columns_of
from catalog.validation.scanning import Observation
from catalog.validation.sights import Sight, holding, is_of_other_forms, sights_of
from catalog.validation.sql import literal
from catalog.validation.structure import structure_of
from catalog.validation.watching import Watch
from catalog.vocabulary.codelists import CodeList, Concept

ODD = [
    "", " ", "\u3000", "a ", " a", "\ta", "a\n", "\n", "a\nb", "合　計", "山 田", "A B", "1", "-1", "+1", "01", "1.5",
    "1.", ".5", "-0", "0.0", "00", "１２", "１.５", "1．5", "1，000", "1,000", "12円", "12 円", "約100人", "¥1,000",
    "5%", "１２円", "12kg", "3LDK", "9:00", "９：００", "24:00", "24:00:00", "24時", "2021-04-01", "2021/4/1",
    "2021.4.1", "2021年4月1日", "2021-4-1", "２０２１年４月１日", "R3.4.1", "r03.04.01", "Ｒ３．４．１",
    "令和3年4月1日", "令和元年", "令和３年度", "平成 2年 3月 4日", "昭和47.4.1", "S47/4/1", "M1-2-3", "R3.4/1",
    "H.3.4.1", "34.5", "135.2", "45", "46", "46.0001", "122", "154.5", "154.6", "1e2", "nan", "inf", " 35 ",
    "35.0000000000000001", "999999999999999", "270008", "270009", "27000", "02000", "92011", "1016", "011002", "11002",
    "999997", "999999", "２７０００８", "1.23E+12", "1.23456E+11", "1E5", "7000012050002", "6000012050002",
    "1234567890123", "000000", "600000", "60-0001", "0612345678", "612345678", "6123456789", "-", "－", "ー", "ｰ", "--",
    "なし", "無し", "N/A", "null", "Null", "無", "〃", "同上", "○", "◯", "×", "△", "レ", "○×", "ｱｲｳ", "ｶﾞ",
    "テスト", "縺ゅ＞縺�", "譚ｱ莠ｬ驛ｽ", "ãã\u0082", "æ\u0097¥æ\u009c¬", "ƒeƒXƒg", "東京ï¿½", "???", "??", "①",
    "㈱山田", "10㎡", "Ⅳ", "№1", "\ue000", "\uf8ff", "a\u200bb", "\u00a0", "\ufeffa", "#N/A", "#REF!", "####", "##",
    "#1", "=A1+1", "=", "= a", "その他", "その他（祭り）", "その他:x", "その他 (x)", "※注意", "注）x", "(注1) x",
    "出典：x", "出典", "合計", "総　計", "小計", "計", "合計額", "'", "''", "有", "無", "a", "b", "c", "é", "ä½",
    "\U0001f600", "𠮷", "\U0010ffff",
]  # fmt: skip
PIECES = [
    "令和",
    "平成",
    "年",
    "月",
    "日",
    "元",
    "その他",
    "合",
    "計",
    "縺",
    "繧",
    "ｱ",
    "ﾞ",
    "㈱",
    "①",
    "○",
    "なし",
    "※",
    "注",
    "出典",
    "：",
    "同上",
]
PIECES += [
    *" \u3000\t\n-－ー.．,，/／:：%円約¥¥()（）#=+?'\"_~〜",
    *"0123456789０１９ＡｚAEeRＲSsHhkg",
    "\u200b",
    "\u00a0",
    "\ufffd",
    "\u0085",
    "é",
    "ã",
    "ƒ",
]
CELLS = st.one_of(
    st.sampled_from(ODD),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8),
    st.from_regex(r"[0-9]{4,7}|[0-9]{12,14}|-?[0-9]{1,4}\.[0-9]{0,4}", fullmatch=True),
)
NEARLY_PLAIN = st.from_regex("[-+]?[0-9]{1,4}([-:.T][0-9]{2}){0,6}Z?", fullmatch=True)
CODES = ("010006", "011002", "092011", "270008", "271004", "13 0001", "it's")


def codelist() -> CodeList:
    concepts = tuple(Concept(code=each, codelist="municipality", label=Text("ja", "en")) for each in CODES)
    return CodeList(name="municipality", title=Text(), description=Text(), concepts=concepts)


def columns() -> tuple[Column, ...]:
    """One column of every kind."""
    schema_org = "https://schema.org/"
    fields = (
        Field(name="備考", type="string"),
        Field(name="code", type="string", definition=Definition(codelist="municipality", obligation="mandatory")),
        Field(name="corporate", type="string", definition=Definition(property="http://imi.go.jp/ns/core/2#法人番号")),
        Field(name="緯度", type="number", definition=Definition(unit="degree", obligation="recommended")),
        Field(name="経度", type="number", missing_values=("", "-", "it's")),
        Field(name="人数", type="integer"),
        Field(name="開始日", type="date"),
        Field(name="登録日", type="string"),
        Field(name="利用開始時間", type="string"),
        Field(name="時刻", type="time"),
        Field(name="郵便番号", type="string", definition=Definition(property=schema_org + "postalCode")),
        Field(name="電話番号", type="string", definition=Definition(property=schema_org + "telephone")),
        Field(name="区分", type="string", options={"categories": ["a", {"value": "it's", "label": "b"}]}),
        Field(name="階級", type="integer", options={"categories": [1, 2, {"value": 30}]}),
        Field(name="flag", type="boolean", missing_values=(), options={"trueValues": ["1"], "falseValues": [""]}),
        Field(name="note", type="any", missing_values=("", "なし"), definition=Definition(obligation="mandatory")),
    )
    resource = Resource(name="t", path="t.csv", schema=Schema(fields=fields))
    return columns_of(resource, [each.name for each in fields])


@cache
def watched() -> tuple[tuple[Column, tuple[Sight, ...]], ...]:
    return tuple((each, sights_of(each, codelist() if each.codelist else None)) for each in columns())


@cache
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def filled(sql: str, values: tuple[str, ...]) -> str:
    listed = f"(TRY_CAST(cell AS ENUM ({', '.join(map(literal, values))})) IS NOT NULL)" if values else "false"
    return sql.replace("{listed}", listed).replace("{cell}", "cell")


def answers(questions: list[tuple[str, tuple[str, ...]]], cells: list[str]) -> list[tuple[bool, ...]]:
    wanted = ", ".join(f"coalesce({filled(sql, values)}, false)" for sql, values in questions)
    return database().execute(f"SELECT {wanted} FROM (SELECT unnest($1) AS cell)", [cells]).fetchall()


def predicates() -> list[tuple[str, Predicate]]:
    known: dict[str, tuple[str, Predicate]] = {}
    for column, sights in watched():
        for each in sights:
            known.setdefault(each.predicate.sql, (f"{column.field.name}: {each.code}", each.predicate))
    return list(known.values())


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=60))
@example(ODD)
def test_sql_and_python_say_the_same(cells: list[str]) -> None:
    asked = predicates()
    rows = answers([(each.sql, each.values) for _, each in asked], cells)
    for cell, row in zip(cells, rows, strict=True):
        for (name, predicate), said in zip(asked, row, strict=True):
            assert said is predicate.holds(cell), (name, cell)


def hinted(predicate: Predicate) -> str:
    if predicate.hints:
        return " OR ".join(f"({each.sql})" for each in predicate.hints)
    return f"regexp_matches({{cell}}, {literal(predicate.pattern)})" if predicate.pattern else "true"


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=60))
@example(ODD)
def test_a_hint_is_true_wherever_its_predicate_is(cells: list[str]) -> None:
    asked = predicates()
    for cell, row in zip(cells, answers([(hinted(each), each.values) for _, each in asked], cells), strict=True):
        for (name, predicate), said in zip(asked, row, strict=True):
            assert said or not predicate.holds(cell), (name, cell)


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=40))
@example(ODD)
def test_the_bytes_that_a_predicate_needs_are_in_every_cell_that_it_is_true_of(cells: list[str]) -> None:
    for name, predicate in predicates():
        for cell in filter(predicate.holds, cells):
            assert any(may_hold(each, cell) for each in asking.hints_of(predicate)), (name, cell)


def may_hold(hint: Hint, cell: str) -> bool:
    assert SOUGHT.issuperset(hint.needs)
    content = cell.encode()
    return not hint.needs or any(each in content for each in hint.needs)


@settings(max_examples=6, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=60))
@example(ODD)
def test_the_question_of_a_column_is_all_its_sights_together(cells: list[str]) -> None:
    for column, sights in filter(lambda each: each[1], watched()):
        known = frozenset(hint for each in sights for hint in asking.hints_of(each.predicate))
        parts = list(asking.screening(column, sights, known))
        assert sorted(each.code for _, together in parts for each in together) == sorted(each.code for each in sights)
        questions = [*(question for question, _ in parts), *(asking.alone(column, each, limit=1) for each in sights)]
        rows = answers([(_of(each).predicate, _of(each).values) for each in questions], cells)
        for cell, row in zip(cells, rows, strict=True):
            for (question, together), said in zip(parts, row, strict=False):
                held = bool(holding(column, together, cell))
                loosely = said and _of(question).of_type  # of rows that are not clean, and then the cells are looked at
                assert loosely or said is held, (column.field.name, cell)
            for sight, said in zip(sights, row[len(parts) :], strict=True):
                assert said is bool(holding(column, [sight], cell)), (column.field.name, sight.code, cell)


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS | NEARLY_PLAIN, min_size=1, max_size=60))
@example(ODD)
def test_nothing_is_seen_in_a_plain_value_of_a_type(cells: list[str]) -> None:
    typed = [each for each in watched() if is_of_other_forms(*each)]
    assert typed
    for column, sights in typed:
        assert not Watch(column, sights, plain=True).looks
        read = small.Cells(subjects.Column(name="x", type=column.field.type, missing=tuple(column.missing))).value
        for cell in cells:
            with suppress(small.Doubt, ValueError):
                read(cell)
                assert not holding(column, sights, cell), (column.field.name, cell)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS | NEARLY_PLAIN, max_size=20), max_size=3), st.integers(0, 5))
@example([ODD, ["x", "y"], ODD], 3)
@example([["1", "2"], ["1", " 2"]], 10)
def test_cells_that_are_looked_at_together_show_what_each_shows_alone(portions: list[list[str]], remembered: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "_REMEMBERED", remembered)
        for column, sights in watched():
            together, alone = Watch(column, sights), Watch(column, sights)
            assert together.looks is bool(sights)
            for cells in portions:
                held = [holding(column, sights, cell) for cell in cells]
                assert [alone.of(cell) for cell in cells] == held
                assert list(together.among(cells)) == [(place, sight) for place, each in enumerate(held) for sight in each]


def _of(question: Any) -> Observation:
    assert isinstance(question, Observation)
    return question


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=20))
@example([("1", "1.0"), ("01", "1"), ("+1", "1.00"), ("-0", "0"), ("0", "-0.0"), ("x", ""), ("x", "")])
def test_keys_are_compared_alike(rows: list[tuple[str, str]]) -> None:
    fields = (Field(name="a", type="integer"), Field(name="b", type="number"))
    key = columns_of(Resource(name="t", path="t.csv", schema=Schema(fields=fields)), ["a", "b"])
    sql = asking.repetition(key, limit=1).key.replace("{column:0}", "a").replace("{column:1}", "b")
    first, second = [each[0] for each in rows], [each[1] for each in rows]
    made = database().execute(f"SELECT {sql} FROM (SELECT unnest($1) AS a, unnest($2) AS b)", [first, second]).fetchall()
    keys = [None if "" in row else tuple(map(asking.canonical, fields, row)) for row in rows]
    assert [each[0] is None for each in made] == [each is None for each in keys]
    for left in range(len(rows)):
        for right in range(left):
            assert (made[left] == made[right]) is (keys[left] == keys[right]), (rows[left], rows[right])


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=20), st.booleans())
@example(["x", "a\nb"], True)
@example(["その", "他　"], False)
def test_what_a_file_lacks_is_in_none_of_its_cells(tmp_path_factory: pytest.TempPathFactory, cells: list[str], bom: bool) -> None:
    path = tmp_path_factory.mktemp("structure") / "t.csv"
    kept = [each for each in cells if not {"\r", "\0"}.intersection(each)]
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["a"], *([each] for each in kept)])
    lacking = structure_of(path, delimiter=",", sought=SOUGHT).lacking
    found = {each for each in SOUGHT if any(each in cell.encode() for cell in kept)}
    assert found.isdisjoint(lacking)
    assert SOUGHT - lacking <= found


def test_hints_are_ruled_out_by_what_a_file_lacks() -> None:
    hints = [Hint("x", (b"\xef", b"=")), Hint("y")]
    assert asking.possible(hints, {b"\xef", b"="}) == frozenset(hints[1:])
    assert asking.possible(hints, {b"="}) == frozenset(hints)


def test_the_odd_cells_have_an_example_and_a_near_miss_of_every_predicate() -> None:
    for name, predicate in predicates():
        assert {predicate.holds(cell) for cell in ODD} == {True, False}, name
