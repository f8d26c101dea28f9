r"""What can be seen of a single cell: each question as an SQL predicate for whole columns and as its twin in Python.

The SQL is DuckDB's over ``{cell}``, a VARCHAR that is never NULL; regular expressions are written so that RE2 and ``re``
read them alike: classes are spelled out, no anchors, no ``\d \w \s``. A twin takes the cell as it stands in the file.
``tests/validation/test_judging_observations.py`` holds the two against each other on odd cells.

Most cells of a large table have nothing to be told of. Hints let that be proved at little cost.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from catalog.validation.sql import literal
from catalog.values import is_corporate_number, is_local_government_code

_HALF_KANA = "\uff61-\uff9f"
_PRIVATE = "\ue000-\uf8ff"
_ENCLOSED, _SQUARED = "\u2116\u2121\u2160-\u217f\u2460-\u24ff\u2776-\u2793", "\u3200-\u33ff"
_KANA_KANJI = "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff"
_INVISIBLE = "\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff"
_HIGH = "\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"
_NONE = (
    "-", "--", "‐", "‑", "–", "—", "―", "−", "－", "ー", "ｰ", "なし", "無し", "ナシ", "該当なし", "該当無し",
    "N/A", "n/a", "NULL", "null",
)  # fmt: skip
_CIRCLES = "○◯〇●◎△▲▽▼×✕✖☓✗✓✔◆◇■□☆★"
_ERAS = "明治|大正|昭和|平成|令和"
_TWO, _MARK, _GAP = "[0-9０-９]{1,2}", "[-.．/／]", "[ \u3000]{0,2}"
_AMOUNT = "[0-9０-９][0-9０-９,，.．]*"
_CODE5, _CODE6, _CORPORATE = "[0-9]{5}", "[0-9]{6}", "[0-9]{13}"
_DEGREES = "-?[0-9]{1,15}(?:[.][0-9]{1,15})?"
LATITUDES, LONGITUDES = (20.0, 46.0), (122.0, 154.5)
"""Where Japan is, in degrees. The two do not overlap, so a swap can always be told."""


Bytes = tuple[bytes, ...]
"""Sequences of bytes of UTF-8."""


class Hint(NamedTuple):
    """SQL that is cheap, and true wherever a predicate is.

    Where ``needs`` is not empty, every file with such a cell has one of these sequences (all are in ``SOUGHT``).
    """

    sql: str
    needs: Bytes = ()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question to a cell, twice: ``sql`` over ``{cell}`` (``{listed}``: it is one of ``values``), and ``holds``.

    One of the ``hints`` is true wherever the predicate is. Where there is a ``pattern``, the predicate is true exactly of the
    cells in which that regular expression is found; without hints it stands for one, with its ``needs``.
    """

    sql: str
    holds: Callable[[str], bool]
    hints: tuple[Hint, ...] = ()
    pattern: str = ""
    needs: Bytes = ()
    values: tuple[str, ...] = ()


_SHORT = 4
_FEW_BYTES = Hint(f"strlen({{cell}}) <= {_SHORT}")
"""Cells that are compared with every mark."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def searching(pattern: str, *hints: Hint, needs: Bytes = ()) -> Predicate:
    """The pattern occurs in the cell."""
    sql = f"regexp_matches({{cell}}, {literal(pattern)})"
    return Predicate(sql, lambda cell: bool(_compiled(pattern).search(cell)), hints, pattern, needs)


def whole(pattern: str, *hints: Hint, needs: Bytes = ()) -> Predicate:
    """The cell is of that form from end to end."""
    sql = f"regexp_full_match({{cell}}, {literal(pattern)})"
    return Predicate(sql, lambda cell: bool(_compiled(pattern).fullmatch(cell)), hints, f"^(?:{pattern})$", needs)


def one_of(texts: Iterable[str]) -> Predicate:
    """The cell is one of a few texts."""
    known = frozenset(texts)
    longer = sorted(each for each in known if len(each.encode()) > _SHORT)
    hints = [_FEW_BYTES]
    if longer:
        lengths = [len(each.encode()) for each in longer]
        between = f"strlen({{cell}}) BETWEEN {min(lengths)} AND {max(lengths)} AND {{cell}} >= {literal(longer[0])}"
        hints.append(Hint(f"{between} AND regexp_full_match({{cell}}, {literal('|'.join(longer))})"))
    pattern = "|".join(map(re.escape, sorted(known)))
    sql = f"regexp_full_match({{cell}}, {literal(pattern)})"  # one call is planned sooner than many comparisons
    return Predicate(sql, known.__contains__, tuple(hints), f"^(?:{pattern})$")


def none_of(texts: Iterable[str]) -> Predicate:
    """The cell is none of many texts."""
    known = frozenset(texts)
    return Predicate("NOT {listed}", lambda cell: cell not in known, (Hint("NOT {listed}"),), values=tuple(sorted(known)))


_BLANKS = (" ", "\t", "\u3000")
_SPACE, _TAB, _WIDE_SPACE = (b" ",), (b"\t",), ("\u3000".encode(),)
_SPACED = (Hint("contains({cell}, ' ')", _SPACE), Hint("strlen({cell}) <= 30 AND contains({cell}, '\u3000')", _WIDE_SPACE))
"""In a long text of kana the ideographic space is dear to look for: its first byte is theirs."""

SPACE_AT_AN_END = (
    Hint("{cell} < '!'", _SPACE + _TAB),
    Hint("ends_with({cell}, ' ')", _SPACE),
    Hint("ends_with({cell}, '\t')", _TAB),
)
_NOT_A_DAY = (
    Hint("strlen({cell}) <> 10"),
    Hint("{cell} > ':'"),
    Hint("contains({cell}, '/')", (b"/",)),
    Hint("contains({cell}, '.')", (b".",)),
)
_AFTER_DIGITS = (Hint("{cell} > ':'"),)
"""What begins with a letter."""

_EF = (b"\xef",)
NOT_NUMERIC = Hint("TRY_CAST({cell} AS DOUBLE) IS NULL")


def blank_ends(*hints: Hint) -> Predicate:
    """The cell begins or ends with a blank."""
    pattern = "^{0}|{0}$".format(f"[{''.join(_BLANKS)}]")
    sql = f"regexp_matches({{cell}}, {literal(pattern)})"
    return Predicate(sql, lambda cell: cell.startswith(_BLANKS) or cell.endswith(_BLANKS), hints, pattern)


BLANK_ENDS_OF_DAY = blank_ends(*_NOT_A_DAY, *SPACE_AT_AN_END)
BLANK_ENDS = blank_ends(
    *_SPACED,
    Hint("strlen({cell}) > 30 AND ends_with({cell}, '\u3000')", _WIDE_SPACE),
    Hint("{cell} >= '\u3000' AND {cell} < '\u3001'", _WIDE_SPACE),
    Hint("contains({cell}, '\t')", _TAB),
)
BLANKS_BETWEEN = whole(f"[{_KANA_KANJI}](?:[ \u3000]{{1,2}}[{_KANA_KANJI}]){{1,3}}", *_SPACED)
LINE_BREAK = searching("\n", Hint("contains({cell}, chr(10))", (b"\n",)))
HALF_WIDTH_KANA = searching(f"[{_HALF_KANA}]", needs=_EF)
PRIVATE = searching(f"[{_PRIVATE}]", needs=(b"\xee", b"\xef"))
_SQUARES = tuple(bytes((0xE3, each)) for each in range(0x88, 0x90))
PLATFORM = searching(
    f"[{_ENCLOSED}{_SQUARED}]",
    Hint(f"regexp_matches({{cell}}, '[{_ENCLOSED}]')", (b"\xe2",)),
    Hint(f"regexp_matches({{cell}}, '[{_SQUARED}]')", _SQUARES),
)
INVISIBLE = searching(f"[{_INVISIBLE}]", needs=(b"\xc2", b"\xe2", b"\xef"))
MOJIBAKE = searching(
    f"[\ufffd\u0080-\u009f]|[?]{{3}}"  # characters that were lost, or that no text has
    f"|[縺繧繝][^\n]{{0,3}}[{_HALF_KANA}]|(?:[\u4e00-\u9fff][{_HALF_KANA}]){{2}}"  # UTF-8 read as CP932
    f"|[ãäåæçèé][{_HIGH}]{{1,2}}[ãäåæçèé][{_HIGH}]"  # UTF-8 read as Latin-1 or CP1252
    "|[\u201a\u0192][^\u0100-\u017f\u2e80-\uffff\n][\u201a\u0192]",  # CP932 read as CP1252
    needs=(b"?", b"\xef", b"\xc2", b"\xc3", b"\xc6", b"\xe2"),
)
SPREADSHEET_ERROR = whole(
    "#(?:N/A|VALUE!|REF!|DIV/0!|NAME[?]|NUM!|NULL!|SPILL!|CALC!)|#{3,}", Hint("{cell} >= '#' AND {cell} < '$'", (b"#",))
)
FORMULA = whole("=[A-Za-z0-9+(-][^\n]*", Hint("{cell} >= '=' AND {cell} < '>'", (b"=",)))
EXPONENT = whole("[0-9](?:[.][0-9]{1,14})?[Ee][+][0-9]{2,3}", Hint("contains({cell}, '+')", (b"+",)))
NONE_MARK = one_of(_NONE)
DITTO_MARK = one_of(("〃", "仝", "々", "″", "同上"))
CIRCLE_MARK = whole(f"[{_CIRCLES}]", _FEW_BYTES)
_OTHER = ("その他".encode(),)
OTHER_DETAIL = whole("その他[ \u3000]*[（(：:][^\n]+", Hint("{cell} >= 'その他' AND {cell} < 'その他\U0010ffff'", _OTHER))
NOTE_ROW = whole(
    "[※＊][^\n]*|[(（]?注[0-9０-９]*[)）:：][^\n]*|(?:出典|資料|備考|注記|注意)[:：][^\n]*",
    Hint("{cell} > '~'"),
    Hint("{cell} >= '(' AND {cell} < ')'"),
)
TOTAL_ROW = whole("[合総小][ \u3000]*計|計", Hint("strlen({cell}) <= 24 AND ends_with({cell}, '計')"))

WIDE_IN_CODE = searching("[０-９Ａ-Ｚａ-ｚ]", needs=_EF)
WIDE_IN_TIME = searching("[０-９]|[0-9][：／．－]", needs=_EF)
WAREKI = whole(
    f"(?:(?:{_ERAS})[.．]?|[MTSHRmtshrＭＴＳＨＲ][.．]?){_GAP}(?:元|{_TWO})"
    f"(?:{_MARK}{_TWO}{_MARK}{_TWO}|年{_GAP}{_TWO}月{_GAP}{_TWO}日)"
    f"|(?:{_ERAS})(?:元|{_TWO})年(?:度|{_TWO}月)?",
    *_AFTER_DIGITS,
)
LOOSE_DATE = whole(
    f"[0-9０-９]{{4}}(?:[/／.．]{_TWO}[/／.．]{_TWO}|年{_GAP}{_TWO}月{_GAP}{_TWO}日|-[0-9]-[0-9]{{1,2}}|-[0-9]{{2}}-[0-9])",
    *_NOT_A_DAY,
)
MIDNIGHT = whole("24:00(?::00)?", Hint("{cell} >= '24' AND {cell} < '25'"))
LOST_ZERO_POSTAL = whole("[0-9]{6}|[0-9]{2}-[0-9]{4}", Hint("strlen({cell}) <= 7"))
LOST_ZERO_TELEPHONE = whole("[1-9][0-9]{8,9}", Hint("strlen({cell}) <= 10"))


SOUGHT = frozenset({*(bytes((each,)) for each in b" \t\n/.?#=+\xc2\xc3\xc6\xe2\xee\xef"), *_WIDE_SPACE, *_OTHER, *_SQUARES})
"""What a file is searched for while it is cut into records: whatever hints need. A line feed counts within a cell only."""


def _weighted(weights: Iterable[tuple[int, int]]) -> str:
    return " + ".join(f"{weight} * {{cell}}[{place}]::INTEGER" for place, weight in weights)


_CHECK6 = f"right((11 - ({_weighted(zip(range(1, 6), (6, 5, 4, 3, 2), strict=True))}) % 11)::VARCHAR, 1)"
_CHECK13 = f"(9 - ({_weighted((place, 1 + (13 - place) % 2) for place in range(2, 14))}) % 9)::VARCHAR"

WRONG_CHECK_DIGIT = Predicate(
    f"CASE WHEN regexp_full_match({{cell}}, '{_CODE6}') THEN {{cell}}[6] <> {_CHECK6} ELSE false END",
    lambda cell: bool(_compiled(_CODE6).fullmatch(cell)) and not is_local_government_code(cell),
)
"""Six digits that are no local-government code (``values.local_government_check_digit``)."""

LOCAL_GOVERNMENT = Predicate(
    f"CASE WHEN regexp_full_match({{cell}}, '{_CODE6}') THEN {{cell}}[6] = {_CHECK6} ELSE false END", is_local_government_code
)
"""Six digits with the right check digit."""

NO_LOCAL_GOVERNMENT = Predicate(f"NOT {LOCAL_GOVERNMENT.sql}", lambda cell: not is_local_government_code(cell))
FIVE_DIGITS = whole(_CODE5)

WRONG_CORPORATE_NUMBER = Predicate(
    f"CASE WHEN regexp_full_match({{cell}}, '{_CORPORATE}') THEN {{cell}}[1] <> {_CHECK13} ELSE false END",
    lambda cell: bool(_compiled(_CORPORATE).fullmatch(cell)) and not is_corporate_number(cell),
)
"""Thirteen digits that are no corporate number (``values.corporate_number_check_digit``)."""


def excluding(predicate: Predicate, *others: Predicate) -> Predicate:
    """The predicate, where none of the others is true."""
    sql = " AND ".join([predicate.sql, *(f"NOT ({each.sql})" for each in others)])

    def holds(cell: str) -> bool:
        return predicate.holds(cell) and not any(each.holds(cell) for each in others)

    return replace(predicate, sql=f"({sql})", holds=holds, hints=predicate.hints, pattern="")


def of_listed(predicate: Predicate, codes: Iterable[str]) -> Predicate:
    """The same predicate, which is true of none of the codes: with a list at hand that is soon seen."""
    known = tuple(sorted(frozenset(codes)))
    return replace(predicate, hints=(Hint("NOT {listed}"),), values=known) if known else predicate


def five_digits(codes: Iterable[str], *, zero_lost: bool) -> Predicate:
    """Five digits: those that a lost zero makes one of ``codes``, or the others, that lack their check digit."""
    known = frozenset(each for each in codes if _compiled("0[0-9]{5}").fullmatch(each))
    fits = f"TRY_CAST('0' || {{cell}} AS ENUM ({', '.join(map(literal, sorted(known)))})) IS NOT NULL" if known else "false"
    sql = f"(regexp_full_match({{cell}}, '{_CODE5}') AND {'' if zero_lost else 'NOT '}({fits}))"

    def holds(cell: str) -> bool:
        return bool(_compiled(_CODE5).fullmatch(cell)) and ("0" + cell in known) is zero_lost

    return Predicate(sql, holds, (Hint("strlen({cell}) = 5"),))


def numbers(hint: Hint = NOT_NUMERIC) -> dict[str, Predicate]:
    """What stands in columns of numbers and is none. ``hint`` is true of every cell that no program reads as a number."""
    return {
        "blank-ends": blank_ends(hint, *SPACE_AT_AN_END),
        "wide": searching("[０-９]|[0-9][．，]|[＋－][0-9]", hint),
        "unit": whole(f"[約¥￥$]{_AMOUNT}|約?[-+]?{_AMOUNT}[ \u3000]?[^-+0-9０-９,，.．:：/／~〜～ー－_\n \u3000]{{1,10}}", hint),
        "error": replace(SPREADSHEET_ERROR, hints=(hint,)),
        "none": replace(NONE_MARK, hints=(hint,)),
        "ditto": replace(DITTO_MARK, hints=(hint,)),
    }


def outside_of(own: tuple[float, float]) -> Hint:
    """No number, or one that is not in the range."""
    return Hint(f"coalesce(TRY_CAST({{cell}} AS DOUBLE) NOT BETWEEN {own[0]} AND {own[1]}, true)")


def coordinate(own: tuple[float, float], other: tuple[float, float]) -> dict[str, Predicate]:
    """A latitude or longitude in degrees that is zero, in the range of the other one (``swapped``), or in neither."""
    lower, upper = own
    hint = (outside_of(own),)
    tests: dict[str, tuple[str, Callable[[float], bool]]] = {
        "zero": ("{value} = 0", lambda value: value == 0),
        "swapped": (f"{{value}} BETWEEN {other[0]} AND {other[1]}", lambda value: other[0] <= value <= other[1]),
        "outside": (
            f"{{value}} <> 0 AND {{value}} NOT BETWEEN {lower} AND {upper} AND {{value}} NOT BETWEEN {other[0]} AND {other[1]}",
            lambda value: value != 0 and not lower <= value <= upper and not other[0] <= value <= other[1],
        ),
    }
    return {name: _of_degrees(sql, test, hint) for name, (sql, test) in tests.items()}


def _of_degrees(sql: str, test: Callable[[float], bool], hints: tuple[Hint, ...]) -> Predicate:
    filled = sql.replace("{value}", "TRY_CAST({cell} AS DOUBLE)")
    return Predicate(
        f"CASE WHEN regexp_full_match({{cell}}, {literal(_DEGREES)}) THEN {filled} ELSE false END",
        lambda cell: bool(_compiled(_DEGREES).fullmatch(cell)) and test(float(cell)),
        hints,
    )


def empty(missing: Iterable[str]) -> Predicate:
    """The cell is missing by the schema; where a cell of nothing is missing, so is one that holds nothing but blanks."""
    known = frozenset(missing)
    blank = "[ \t\u3000\r\n]+"
    alike = " OR ".join(f"{{cell}} = {literal(each)}" for each in sorted(known)) or "false"
    if "" not in known:
        return Predicate(f"({alike})", known.__contains__)
    return Predicate(
        f"({alike} OR regexp_full_match({{cell}}, {literal(blank)}))",
        lambda cell: cell in known or bool(_compiled(blank).fullmatch(cell)),
        (Hint(f"({{cell}} < '!' OR starts_with({{cell}}, '\u3000') OR {alike})"),),
    )


def no_category(categories: Iterable[str], *, integers: bool) -> Predicate:
    """The cell is none of the categories (Data Package v2); of whole numbers the value counts, not how it is written."""
    if not integers:
        return none_of(categories)
    pattern = "[-+]?[0-9]{1,30}"
    known = frozenset(str(int(each)) for each in categories if _compiled(pattern).fullmatch(each))
    listed = f"TRY_CAST({{cell}}::HUGEINT::VARCHAR AS ENUM ({', '.join(map(literal, sorted(known)))}))" if known else "NULL"
    sql = f"CASE WHEN regexp_full_match({{cell}}, '{pattern}') THEN {listed} IS NULL ELSE false END"
    return Predicate(sql, lambda cell: bool(_compiled(pattern).fullmatch(cell)) and str(int(cell)) not in known)
