"""What columns hold: by their definitions, never by their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.meaning import area_code, area_fields, is_prefecture, meanings, shared
from catalog.model import Definition, Field, ForeignKey, Resource, Schema, StandardRef
from catalog.values import local_government_check_digit


def table(*fields: Field, standard: StandardRef | None = None, keys: tuple[ForeignKey, ...] = (), name: str = "t") -> Resource:
    return Resource(name=name, path=f"{name}.csv", schema=Schema(fields=fields, foreign_keys=keys), standard=standard)


def column(name: str, codelist: str = "", type_: str = "string") -> Field:
    return Field(name=name, type=type_, definition=Definition(codelist=codelist))


def test_the_name_of_a_column_says_nothing() -> None:
    assert area_fields(table(column("全国地方公共団体コード"), column("市区町村コード"))) == ()


def test_where_something_lies_comes_before_who_answers_for_it() -> None:
    fields = column("a", "prefecture"), column("b", "local-government"), column("c", "municipality"), column("d", "cost-band")
    assert [each.name for each in area_fields(table(*fields))] == ["c", "b", "a"]


def test_a_code_that_is_a_number_has_lost_its_zeros() -> None:
    assert area_fields(table(column("code", "municipality", "integer"))) == ()


def test_the_standard_speaks_where_the_column_does_not() -> None:
    old = StandardRef(id="public-toilet", edition="2020")
    found = table(column("都道府県コード又は市区町村コード"), column("名称"), standard=old)
    assert meanings(found)["都道府県コード又は市区町村コード"].codelist == "local-government"
    assert [each.name for each in area_fields(found)] == ["都道府県コード又は市区町村コード"]
    assert area_fields(table(*found.schema.fields, standard=StandardRef(id="public-toilet", edition="1999"))) == ()  # type: ignore[union-attr]


def test_samples_have_one_list_and_the_standard_tells_place_from_body() -> None:
    names = "全国地方公共団体コード", "所在地_全国地方公共団体コード"
    found = table(*(column(each, "municipality-sample") for each in names), standard=StandardRef(id="public-toilet"))
    assert [each.name for each in area_fields(found)] == [names[1], names[0]]


def test_columns_share_a_code_list_an_identifier_of_a_standard_or_a_key() -> None:
    one, other = table(column("a", "cost-band")), table(column("b", "cost-band"), name="u")
    found = shared(one, "a", other, "b")
    assert found is not None
    assert (found.kind, found.name, found.area) == ("codelist", "cost-band", False)
    municipality, government = table(column("a", "municipality")), table(column("b", "local-government"))
    area = shared(municipality, "a", government, "b")
    assert area is not None
    assert area.area
    assert shared(municipality, "a", table(column("b", "municipality-sample")), "b") is None, "invented codes are no real ones"
    assert shared(one, "a", other, "c") is None

    old, new = StandardRef(id="public-toilet", edition="2020"), StandardRef(id="public-toilet")
    wifi = StandardRef(id="public-wireless-lan")
    corporate = column("法人番号"), column("名称")
    left = table(*corporate, standard=wifi)
    same = shared(left, "法人番号", table(*corporate, standard=wifi, name="u"), "法人番号")
    assert same is not None
    assert same.kind == "standard"
    assert shared(left, "名称", table(*corporate, standard=wifi, name="u"), "名称") is None, "names may be alike by chance"
    numbers = shared(table(column("NO"), standard=old), "NO", table(column("ID"), standard=new), "ID")
    assert numbers is None, "every city numbers its own rows"

    key = ForeignKey(fields=("x",), resource="u", reference_fields=("y",))
    pointing, target = table(column("x"), keys=(key,)), table(column("y"), name="u")
    for sides in ((pointing, "x", target, "y"), (target, "y", pointing, "x")):
        assert shared(*sides) is None
        found = shared(*sides, same_dataset=True)
        assert found is not None
        assert (found.kind, found.name) == ("key", "u")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("271004", "271004"), ("27100", "271004"), ("27", "270008"), ("01", "010006"), ("271005", ""), ("2710", ""), ("", ""),
        ("２７１００４", ""), (" 271004", ""), ("27100a", ""), ("812013", "812013"), ("-7", ""),
    ],
)  # fmt: skip
def test_codes_have_six_digits_five_or_two(text: str, code: str) -> None:
    assert area_code(text) == code


@given(st.text(alphabet="0123456789", min_size=5, max_size=5))
def test_a_code_is_its_own_code(code5: str) -> None:
    code = code5 + local_government_check_digit(code5)
    assert area_code(code5) == area_code(code) == code
    assert is_prefecture(code) == code5.endswith("000")
