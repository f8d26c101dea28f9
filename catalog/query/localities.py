"""The area that a row is about, as SQL: its code in the first of some columns that is filled, with six digits, five or two.

Which columns these are, their definitions say (``catalog.meaning``), not this module.
"""

from collections.abc import Sequence

from catalog.query.columns import Column

_DIGITS = 5
"""Of a local-government code those without the check digit; of a prefecture the last three are zeros."""


def code_of(columns: Sequence[Column]) -> str:
    """SQL of the area of a row as five digits; NULL where none of the columns has a code."""
    value = _first(columns)
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9]{{5,6}}') THEN left({value}, {_DIGITS})"
        f" WHEN regexp_full_match({value}, '[0-9]{{2}}') THEN {value} || '000' END"
    )


def within(columns: Sequence[Column], code: str) -> tuple[str, tuple[str, ...]]:
    """SQL of rows about an area, with what is bound. ``code`` has six digits; a prefecture has all that begins alike."""
    value = _first(columns)
    if code[2:_DIGITS] == "000":
        return f"starts_with({value}, ?)", (code[:2],)
    return f"{value} IN (?, ?)", (code, code[:_DIGITS])


def _first(columns: Sequence[Column]) -> str:
    names = ", ".join(each.sql for each in columns)
    return f"coalesce({names})" if len(columns) > 1 else names
