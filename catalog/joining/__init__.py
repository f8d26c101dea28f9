"""Rows of two published tables side by side, on columns whose definitions say that they hold the same.

    on = on_of("area_code:prefecture", left, right)
    answer(asked(pairs, left, right, on), limits)
    partners(store, publication, table, "area_code", 20)

What is shared is a code list, a column of a standard, or a foreign key of one package (``catalog.meaning``). A join is bounded
as questions to one table are, and by the rows that come of it. No HTTP here; docs/across-fields.md describes it for readers.
"""

from catalog.joining.answering import MOST_JOINED, Cardinality, Counted, answer, digest_of
from catalog.joining.nouns import FORMATS, HOWS, SIDES, Chosen, Joining, On, Side, SideName
from catalog.joining.parsing import WORDS, asked, on_of
from catalog.joining.partners import Partner, partners

__all__ = [
    "FORMATS",
    "HOWS",
    "MOST_JOINED",
    "SIDES",
    "WORDS",
    "Cardinality",
    "Chosen",
    "Counted",
    "Joining",
    "On",
    "Partner",
    "Side",
    "SideName",
    "answer",
    "asked",
    "digest_of",
    "on_of",
    "partners",
]
