"""A stranger's file, checked without being kept: what is wrong with it, the same with marks, or a package made of it.

``check_file`` is what the sandbox runs; a door: everything heavy is imported in the child. ``nouns`` passes between the
processes, ``checking`` finds out, ``plain`` reads a table of which nobody has said what it is, ``marking`` writes the
workbook, ``packing`` makes a package of a form.
"""

from catalog.settings import Settings
from catalog.trial.nouns import ABOUT, LICENSES, WANTS, Column, Order, Trial, for_child, in_words, shown

__all__ = [
    "ABOUT",
    "LICENSES",
    "WANTS",
    "Column",
    "Order",
    "Trial",
    "check_file",
    "for_child",
    "in_words",
    "shown",
    "warm_up",
]


def check_file(name: str, data: bytes, order: Order, settings: Settings) -> Trial:
    """Check a file that somebody has sent. ``name`` is only shown.

    Never raises for what the bytes are but Refusal, with every finding.
    """
    from catalog.trial.checking import check

    return check(name, data, order, settings)


def warm_up() -> None:
    """Import and read once what every check needs, before children are forked."""
    from catalog.trial import checking

    checking.warm_up()
