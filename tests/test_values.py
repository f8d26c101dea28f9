"""Check digits, folding and Japanese dates."""

import csv
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.values import (
    cell_name,
    column_letters,
    column_number,
    corporate_number_check_digit,
    fold,
    is_corporate_number,
    is_local_government_code,
    local_government_check_digit,
    wareki_date,
)

digits = st.text("0123456789", min_size=5, max_size=5)
twelve = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize(
    "code",
    ["011002", "090000", "132136", "111007", "122238", "104256", "172065", "162019", "131113", "082015", "221384", "270008"],
)
def test_codes_of_real_places_pass(code):
    assert is_local_government_code(code)
    assert local_government_check_digit(code[:5]) == code[5]


@pytest.mark.parametrize(
    "text", ["", "11002", "0110021", "011003", "01100２", "０１１００２", " 011002", "01100a", "011002\n", "-11002"]
)
def test_other_texts_do_not(text):
    assert not is_local_government_code(text)


@given(digits)
def test_one_check_digit_for_each_five(code5):
    right = [digit for digit in "0123456789" if is_local_government_code(code5 + digit)]
    assert right == [local_government_check_digit(code5)]


@given(digits, st.integers(0, 4), st.integers(1, 9))
def test_a_changed_digit_is_found_but_for_the_known_weakness(code5, place, step):
    """Eleven remainders share ten digits: 0 (11 - 0 = 11) and 10 (11 - 10 = 1) both give the digit 1, no others meet."""
    changed = code5[:place] + str((int(code5[place]) + step) % 10) + code5[place + 1 :]
    remainders = {sum(int(d) * w for d, w in zip(each, (6, 5, 4, 3, 2), strict=True)) % 11 for each in (code5, changed)}
    assert is_local_government_code(changed + local_government_check_digit(code5)) == (remainders == {0, 10})


def test_every_published_code_passes(shared: Path):
    with (shared / "standards/municipalities.csv").open(encoding="utf-8") as file:
        codes = [row["code6"] for row in csv.DictReader(file)]
    assert len(codes) == 1916
    assert all(map(is_local_government_code, codes))


def test_corporate_numbers():
    assert is_corporate_number("7000012050002")  # the National Tax Agency itself
    assert is_corporate_number("4000020270008")  # Osaka Prefecture: 4 + 000020 + its local-government code
    assert not is_corporate_number("8000012050002")
    assert not is_corporate_number("7000012050002 ")
    assert not is_corporate_number("700001205000")
    assert not is_corporate_number("７000012050002")


@given(twelve)
def test_one_check_digit_for_each_twelve(base):
    right = [digit for digit in "0123456789" if is_corporate_number(digit + base)]
    assert right == [corporate_number_check_digit(base)]
    assert right != ["0"]


@given(twelve, st.integers(0, 11), st.integers(1, 8))
def test_a_digit_changed_by_less_than_nine_is_found(base, place, step):
    digit = (int(base[place]) + step) % 10
    difference = digit - int(base[place])
    changed = base[:place] + str(digit) + base[place + 1 :]
    weight = 2 if (11 - place) % 2 else 1
    assert is_corporate_number(corporate_number_check_digit(base) + changed) == (difference * weight % 9 == 0)


def test_check_digits_of_no_number():
    for text in ("1234", "1234５", "123456", "abcde"):
        with pytest.raises(ValueError, match=text):
            local_government_check_digit(text)
    with pytest.raises(ValueError, match="70000"):
        corporate_number_check_digit("70000")


def test_folding():
    assert fold("年１回") == fold("年 1 回") == fold("年\u30001回\n") == "年1回"
    assert fold("ＣＣ ＢＹ 4.0") == fold("cc-by 4.0").replace("-", "") == "ccby4.0"
    assert fold("㈱") == "(株)"
    assert fold("ﾃﾞｰﾀ") == "データ"


@given(st.text("年月回１1ＡaアA ー-\u3000\t"))
def test_white_space_and_width_do_not_tell_texts_apart(text):
    assert fold("\u3000".join(text)) == fold(text) == fold(unicodedata.normalize("NFKC", text))
    assert not any(character.isspace() for character in fold(text))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和2年7月21日", date(2020, 7, 21)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("明治6年1月1日", date(1873, 1, 1)),
        ("R02.07.21", date(2020, 7, 21)),
        ("S38.01.14", date(1963, 1, 14)),
        ("S47.4.1", date(1972, 4, 1)),
        ("h8/4/1", date(1996, 4, 1)),
        ("Ｒ２－７－２１", date(2020, 7, 21)),
        ("令和　２年　７月　１日", date(2020, 7, 1)),
        ("㋿2年7月21日", date(2020, 7, 21)),
        ("平成32年3月31日", date(2020, 3, 31)),
        ("平成4年2月29日", date(1992, 2, 29)),
    ],
)
def test_japanese_dates(text, day):
    assert wareki_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020-07-21",
        "令和元年4月30日",
        "平成元年1月7日",
        "明治5年12月2日",
        "令和0年1月1日",
        "令和2年13月1日",
        "令和2年2月30日",
        "令和3年2月29日",
        "R2.7/21",
        "令和2年7月",
        "令和2.7.21日",
        "X2.7.21",
        "R123.1.1",
        "R2.7.21頃",
    ],
)
def test_what_is_no_japanese_date(text):
    assert wareki_date(text) is None


@given(st.dates(date(1873, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_back_from_the_era_it_is_in(day):
    eras = [("明治", 1868, date(1868, 10, 23)), ("大正", 1912, date(1912, 7, 30)), ("昭和", 1926, date(1926, 12, 25)),
            ("平成", 1989, date(1989, 1, 8)), ("令和", 2019, date(2019, 5, 1))]  # fmt: skip
    name, first, _day = next(era for era in reversed(eras) if era[2] <= day)
    year = day.year - first + 1
    assert wareki_date(f"{name}{year}年{day.month}月{day.day}日") == (day if year < 100 else None)


@pytest.mark.parametrize(("row", "column", "name"), [(12, 4, "D12"), (1, 26, "Z1"), (3, 703, "AAA3"), (1, 16_384, "XFD1")])
def test_cells_are_called_as_in_spreadsheets(row, column, name):
    assert cell_name(row, column) == name
    assert column_number(name) == column_number(column_letters(column)) == column
    assert cell_name(row, 0) == cell_name(0, column) == ""


@given(st.integers(1, 100_000))
def test_letters_of_columns_are_numbers_in_another_writing(column):
    assert column_number(column_letters(column)) == column
    assert column_letters(column).isascii()
