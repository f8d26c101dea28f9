"""What may be asked of a table while the screen reads it: SQL predicates over its cells, counted in the same pass.

The nouns only; ``screening`` answers them. SQL is DuckDB's, every cell is a VARCHAR, never NULL, exactly as
``csv.reader`` gives it (not stripped, "" where the cell is empty).

Placeholders, replaced literally (so that braces of a regular expression need no care):

- ``{cell}``: the cell of ``column``;
- ``{column:3}``: the cell of the fourth column of the same row;
- ``{listed}``: whether the cell of ``column`` is one of ``values`` (any number of them, at the cost of one).

A predicate must not contain a subquery, a join or ``IN`` with more than two literals (use ``values``): the rows must keep
their order, or their numbers would be wrong.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.errors import Severity
from catalog.model import Resource

LOCATED = 100
"""How many rows of an observation are looked up, unless it says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A question to every row: is ``predicate`` true of it? ``column`` counts from 0 in the records of the file.

    ``code``, ``severity`` and ``details`` are the asker's; they come back with the answer. A row where the predicate is
    NULL (a failed TRY_CAST, for instance) is one where it is not true. ``of_type``: no cell that is surely clean by this type
    is one of which it is true.
    """

    code: str
    severity: Severity = "error"
    column: int
    predicate: str
    values: tuple[str, ...] = ()
    of_type: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    limit: int = LOCATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """A question to the whole table, which rows have a ``key`` that an earlier row has too.

    ``key`` is an SQL expression of type VARCHAR (``{column:1}``; for several columns
    ``length({column:1}) || ':' || {column:1} || {column:2}``), and rows where it is NULL are left out.
    """

    code: str
    severity: Severity = "error"
    column: int
    key: str
    details: Mapping[str, str] = field(default_factory=dict)
    limit: int = LOCATED


Question = Observation | Repetition


@dataclass(frozen=True, slots=True)
class Located:
    """A row: ``row`` counts records from 1 with the header in, as frictionless does; ``cells`` as ``csv.reader`` gives them."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer: in how many rows, and the first of them. Ragged rows (too short, too long) are never counted."""

    question: Question
    count: int
    located: tuple[Located, ...]


Ask = Callable[[Resource, tuple[str, ...], Collection[bytes]], Sequence[Question]]
"""Told a table, the labels of its header and which of ``observations.SOUGHT`` it lacks, answers what is to be asked of it."""
