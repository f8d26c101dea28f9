"""What a question to two tables is made of, as frozen values."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from catalog.meaning import Shared
from catalog.model import Publication, Resource
from catalog.query import Column
from catalog.query.questions import Term

SideName = Literal["left", "right"]
SIDES: tuple[SideName, ...] = ("left", "right")
How = Literal["inner", "left"]
HOWS: tuple[How, ...] = ("inner", "left")
Format = Literal["json", "ndjson", "csv"]
FORMATS: tuple[Format, ...] = ("json", "ndjson", "csv")
DOT = "."
"""Between the side and the column, in questions and in answers: no two columns of an answer have one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two tables. ``areas`` names the fields that say which area a row is about."""

    name: SideName
    publication: Publication
    table: Resource
    parquet: Path
    columns: tuple[Column, ...]
    areas: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Names the rows: they never change."""
        return f"{self.publication.id}/{self.table.name}/{self.publication.version}"

    def called(self, column: str) -> str:
        """What a column of it is called beside those of the other table."""
        return f"{self.name}{DOT}{column}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column of one of the two."""

    side: SideName
    column: Column

    @property
    def name(self) -> str:
        """What questions and answers call it."""
        return f"{self.side}{DOT}{self.column.name}"


@dataclass(frozen=True, slots=True)
class Sorting:
    """What rows are sorted by. Missing values come last either way."""

    by: Chosen
    descending: bool = False


@dataclass(frozen=True, slots=True)
class On:
    """The columns that have to be equal, and what says that they mean the same."""

    left: Column
    right: Column
    shared: Shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A question to two tables. With ``how`` "left", rows of the left one that nothing belongs to stay, with empty columns."""

    left: Side
    right: Side
    on: On
    how: How = "inner"
    left_terms: tuple[Term, ...] = ()
    right_terms: tuple[Term, ...] = ()
    keys: tuple[Sorting, ...] = ()
    columns: tuple[Chosen, ...] = ()
    limit: int = 100
    cursor: str = ""
    format: Format = "json"

    def sides(self) -> Iterator[tuple[Side, Column, tuple[Term, ...]]]:
        """Each table with its column of the join and its conditions."""
        yield self.left, self.on.left, self.left_terms
        yield self.right, self.on.right, self.right_terms

    def told(self) -> list[object]:
        """The sequence of rows that the answer is a page of, as values: not its columns, format or limit."""
        return [
            [self.left.identity, self.right.identity, self.on.left.name, self.on.right.name, self.how],
            [[each.told for each in terms] for _side, _column, terms in self.sides()],
            [(each.by.name, each.descending) for each in self.keys],
        ]
