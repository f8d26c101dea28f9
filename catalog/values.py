"""Pure functions on single values: check digits, folding of widths and case, dates of the Japanese calendar, names of cells.

Nothing here knows a table, a code list or a file; whatever reads a value may use it.
"""

import re
import unicodedata
from datetime import date
from string import ascii_uppercase

_LOCAL_GOVERNMENT_WEIGHTS = (6, 5, 4, 3, 2)
_CODE5 = re.compile(r"[0-9]{5}")
_CODE6 = re.compile(r"[0-9]{6}")
_CORPORATE12 = re.compile(r"[0-9]{12}")
_CORPORATE13 = re.compile(r"[0-9]{13}")
_SPACE = re.compile(r"\s+")


def local_government_check_digit(code5: str) -> str:
    """The sixth digit of a local-government code (MIC: 11 less the weighted sum modulo 11, of which the last digit counts).

    ``code5`` is the prefecture (JIS X 0401) and the body within it (JIS X 0402). ValueError where it is not five ASCII digits.
    """
    if not _CODE5.fullmatch(code5):
        raise ValueError(code5)
    weighted = sum(int(digit) * weight for digit, weight in zip(code5, _LOCAL_GOVERNMENT_WEIGHTS, strict=True))
    return str(11 - weighted % 11)[-1]


def is_local_government_code(text: str) -> bool:
    """Whether ``text`` is six ASCII digits of which the last is the right check digit. It may still be unassigned."""
    return bool(_CODE6.fullmatch(text)) and local_government_check_digit(text[:5]) == text[5]


def corporate_number_check_digit(base12: str) -> str:
    """The first digit of a corporate number (National Tax Agency: 9 less the sum modulo 9).

    ``base12`` is the basic number; counted from its right end, digits in even places count twice.
    ValueError where it is not twelve ASCII digits.
    """
    if not _CORPORATE12.fullmatch(base12):
        raise ValueError(base12)
    weighted = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base12)))
    return str(9 - weighted % 9)


def is_corporate_number(text: str) -> bool:
    """Whether ``text`` is thirteen ASCII digits of which the first is the right check digit."""
    return bool(_CORPORATE13.fullmatch(text)) and corporate_number_check_digit(text[1:]) == text[0]


def fold(text: str) -> str:
    """``text`` as it is compared with a label: Unicode NFKC, without case and without white space.

    ``年１回`` and ``年 1 回`` fold alike, as do ``ＣＣ ＢＹ`` and ``cc by``. Never a form to store or to show.
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text).casefold())


def column_letters(column: int) -> str:
    """How spreadsheets call a column, counted from 1: 4 is D, 703 is AAA; "" for 0."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters


def column_number(cell: str) -> int:
    """The column of a cell or of its letters, counted from 1: 4 of D12 and of D; 0 where there are no letters."""
    number = 0
    for letter in filter(ascii_uppercase.__contains__, cell):
        number = len(ascii_uppercase) * number + ascii_uppercase.index(letter) + 1
    return number


def cell_name(row: int, column: int) -> str:
    """A cell as spreadsheets call it (D12); "" where row or column are not known, which count from 1."""
    return f"{column_letters(column)}{row}" if row and column else ""


# (kanji, letter, first day): the proclamations and laws that began each era. Before 1873 the calendar was lunisolar.
_ERAS: tuple[tuple[str, str, date], ...] = (
    ("明治", "M", date(1868, 10, 23)),
    ("大正", "T", date(1912, 7, 30)),
    ("昭和", "S", date(1926, 12, 25)),
    ("平成", "H", date(1989, 1, 8)),
    ("令和", "R", date(2019, 5, 1)),
)
_ERA_OF = {name: first for kanji, letter, first in _ERAS for name in (kanji, letter)}
_GREGORIAN_SINCE = date(1873, 1, 1)
_WAREKI = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[MTSHR])(?P<year>元|[0-9]{1,2})"
    r"(?:年(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日"
    r"|(?P<mark>[./-])(?P<month2>[0-9]{1,2})(?P=mark)(?P<day2>[0-9]{1,2}))"
)


def wareki_date(text: str) -> date | None:
    """The day that a date of the Japanese calendar names, or None where ``text`` is no such date.

    Reads ``令和2年7月21日``, ``平成元年1月8日``, ``R02.07.21``, ``S38/1/14`` in any width, with spaces. A day before its
    era began is None, and so is one before 1873, when the calendar was another. A day after the era ended is read:
    papers written ahead name the year of the era they were written in (平成32年 is 2020).
    """
    folded = _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()
    found = _WAREKI.fullmatch(folded)
    if found is None:
        return None
    first = _ERA_OF[found["era"]]
    year = 1 if found["year"] == "元" else int(found["year"])
    try:
        day = date(first.year + year - 1, int(found["month"] or found["month2"]), int(found["day"] or found["day2"]))
    except ValueError:
        return None
    return day if year and day >= max(first, _GREGORIAN_SINCE) else None


def wareki_year(day: date) -> str:
    """The year of a day in the Japanese calendar (令和8年, 平成元年), "" before 1873, when the calendar was another."""
    if day < _GREGORIAN_SINCE:
        return ""
    kanji, first = next((kanji, first) for kanji, _letter, first in reversed(_ERAS) if day >= first)
    year = day.year - first.year + 1
    return f"{kanji}{'元' if year == 1 else year}年"
