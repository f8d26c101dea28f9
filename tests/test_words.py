"""Definitions in words."""

import pytest

from catalog import words
from catalog.model import Field, ForeignKey, Resource, Schema, Text
from catalog.vocabulary.codelists import ENUM_LIMIT, CodeList, Concept


@pytest.mark.parametrize(
    ("field", "ja", "en"),
    [
        (Field(name="a", type="string"), "文字列", "text"),
        (Field(name="a", type="date"), "日付（YYYY-MM-DD）", "date (YYYY-MM-DD)"),
        (Field(name="a", type="date", format="%Y/%m/%d"), "日付（%Y/%m/%d）", "date (%Y/%m/%d)"),
        (Field(name="a", type="string", format="email"), "文字列（メールアドレス）", "text (e-mail address)"),
        (Field(name="a", type="exotic"), "exotic", "exotic"),
    ],
)
def test_a_type_is_said_in_words(field: Field, ja: str, en: str) -> None:
    assert words.type_of(field) == Text(ja, en)


@pytest.mark.parametrize(
    ("constraints", "ja", "en"),
    [
        ({"required": True}, "空欄不可", "never empty"),
        ({"unique": True}, "重複不可", "each value once"),
        ({"minLength": 2}, "2文字以上", "at least 2 characters"),
        ({"maximum": "5.5"}, "5.5以下", "5.5 or less"),
        ({"exclusiveMaximum": 3}, "3未満", "less than 3"),
        ({"pattern": "100%"}, "形式：100%", "matches the pattern 100%"),
        ({"jsonSchema": {"a": 1}}, "jsonSchema: {'a': 1}", "jsonSchema: {'a': 1}"),
    ],
)
def test_a_constraint_is_said_in_words(constraints: dict[str, object], ja: str, en: str) -> None:
    assert words.constraints_of(Field(name="a", constraints=constraints)) == (Text(ja, en),)


def test_what_is_not_required_is_not_said() -> None:
    assert words.constraints_of(Field(name="a", constraints={"required": False, "unique": False, "enum": ["x"]})) == ()


def test_allowed_values_take_their_labels_from_categories() -> None:
    categories = [{"value": "y", "label": "はい"}, {"value": "n", "label": "いいえ"}, "u"]
    yes, no = ("y", Text("はい", "はい")), ("n", Text("いいえ", "いいえ"))
    assert words.allowed_values(Field(name="a", options={"categories": categories})) == (yes, no, ("u", Text()))
    assert words.allowed_values(Field(name="a", constraints={"enum": ["n"]}, options={"categories": categories})) == (no,)


def _codelist(count: int) -> CodeList:
    concepts = tuple(
        Concept(code=str(number), codelist="n", label=Text(f"{number}番", f"no {number}")) for number in range(count)
    )
    return CodeList(name="n", title=Text("番号"), description=Text("番号"), concepts=concepts)


def test_allowed_values_take_their_labels_from_the_code_list() -> None:
    few, many = _codelist(3), _codelist(ENUM_LIMIT + 1)
    assert [code for code, _ in words.allowed_values(Field(name="a"), few)] == ["0", "1", "2"]
    chosen = Field(name="a", constraints={"enum": ["2", "x"]})
    assert words.allowed_values(chosen, few) == (("2", Text("2番", "no 2")), ("x", Text()))
    assert words.allowed_values(Field(name="a"), many) == (), "too many to be read"
    assert words.allowed_values(chosen, many)[0] == ("2", Text("2番", "no 2"))


def test_a_column_without_missing_values_of_its_own_has_those_of_the_table() -> None:
    table = Resource(name="t", path="t.csv", schema=Schema(fields=(), missing_values=("", "-")))
    assert words.missing_of(Field(name="a"), table) == ("", "-")
    assert words.missing_of(Field(name="a", missing_values=()), table) == ()


def test_keys_are_sentences() -> None:
    schema = Schema(fields=(), primary_key=("a", "b"), unique_keys=(("c",),))
    assert [each.en for each in words.keys_of(schema)] == ["a, b identifies a row.", "No two rows are alike in c."]
    key = ForeignKey(fields=("project_id",), resource="projects", reference_fields=("id",))
    assert words.foreign_key(key, "areas") == Text(
        "project_id の値は、表 projects の id にある値に限ります。",
        "Each value of project_id is found in id of the table projects.",
    )
    assert "areas" in words.foreign_key(ForeignKey(fields=("a",), resource="", reference_fields=("b",)), "areas").en


def test_codes_are_said_where_they_are_usual() -> None:
    assert words.frequency_of("ANNUAL") == Text("年1回", "once a year")
    assert words.frequency_of("TRIDECENNIAL") == Text("TRIDECENNIAL", "TRIDECENNIAL")
    assert words.themes_of(["TRAN", "X"]) == (Text("交通", "Transport"), Text("X", "X"))


def test_a_sample_is_marked_once_in_each_language_that_it_has() -> None:
    assert words.sample(Text("駅", "")) == Text("【見本】駅", "")
    assert words.sample(Text("【見本】駅", "[Sample] Stations")) == Text("【見本】駅", "[Sample] Stations")
