"""What a cell may be meant to say: proposals, worked out from the cell alone. Never written anywhere, only shown.

"" is no proposal. Japanese dates are read by ``values.wareki_date``; widths are folded by Unicode NFKC.
"""

import re
import unicodedata
from collections.abc import Callable, Container
from datetime import date

from catalog.values import corporate_number_check_digit, local_government_check_digit, wareki_date

_ISO = "YYYY-MM-DD"
_HALF_KANA = re.compile("[\uff61-\uff9f]+")
_NOT_NUMERIC = re.compile(r"[^-+0-9.]")
_DIGITS = re.compile("[0-9]+")
_BASE = 5


def nothing(_cell: str) -> str:
    """No proposal."""
    return ""


def same(text: str) -> Callable[[str], str]:
    """The same proposal whatever the cell is."""
    return lambda _cell: text


def folded(cell: str) -> str:
    """In the usual widths: ``１２`` as 12, ``㎡`` as m2."""
    return unicodedata.normalize("NFKC", cell)


def stripped(cell: str) -> str:
    """Without the blanks at its ends."""
    return cell.strip(" \t\u3000")


def closed_up(cell: str) -> str:
    """Without the blanks between its characters."""
    return re.sub("[ \u3000]", "", cell)


def full_kana(cell: str) -> str:
    """Its half-width kana in full width, all else as it is."""
    return _HALF_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), cell)


def number(cell: str) -> str:
    """The number without its unit."""
    return _NOT_NUMERIC.sub("", folded(cell).replace(",", "")).strip(".")


def iso_date(cell: str) -> str:
    """A date of either calendar as ISO 8601, or the form to write it in."""
    if day := wareki_date(re.sub(r"^([A-Za-z])[.]", r"\1", folded(cell))):
        return day.isoformat()
    parts = [int(each) for each in _DIGITS.findall(folded(cell))]
    try:
        return date(*parts).isoformat()
    except (TypeError, ValueError, OverflowError):
        return _ISO


def zero_before(cell: str) -> str:
    """With the zero that a spreadsheet took away."""
    return "0" + cell


def local_government_code(known: Container[str]) -> Callable[[str], str]:
    """Five or six digits as a code with its check digit: the ones that ``known`` has, or else what arithmetic says."""

    def proposal(cell: str) -> str:
        base = cell[:_BASE]
        whole = base + local_government_check_digit(base)
        guesses = [each for each in (whole, "0" + cell) if each in known]
        return " / ".join(guesses) or whole

    return proposal


def corporate_number(cell: str) -> str:
    """With the check digit that its other digits ask for."""
    return corporate_number_check_digit(cell[1:]) + cell[1:]
