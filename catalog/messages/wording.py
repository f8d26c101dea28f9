"""What a wording is. Each sibling module holds ``WORDINGS`` of one part of the product; the package joins them."""

from typing import NamedTuple


def _(text: str) -> str:
    """Mark a text for extraction; it is translated when it is shown."""
    return text


class Wording(NamedTuple):
    """``problem`` says what is wrong, ``mend`` what to do; both take the fact's details as %(name)s."""

    problem: str
    mend: str = ""
