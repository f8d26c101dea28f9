"""What a union is made of, as frozen values: the tables that are in, those that are not and why, and who has none yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from catalog.errors import Finding
from catalog.model import Agent, Field, License, Publication, Resource, Text
from catalog.standards import Column, Standard, Table
from catalog.vocabulary.codelists import Concept

DATASET, PUBLISHER, VERSION = "source_dataset", "source_publisher", "source_version"
SOURCES = (DATASET, PUBLISHER, VERSION)
"""The columns that a union has besides those of the standard: where a row comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Where a column of the union comes from in one table.

    ``allowed`` holds the only texts that the standard has for the column, where the table may have others; None: all of them
    fit. ``codes`` maps codes of the table's own list to those of the standard's list; None: they are the same.
    """

    column: Column
    field: Field
    allowed: tuple[str, ...] | None = None
    codes: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Member:
    """One published table that stands in the union. ``edition`` is the one of the standard that it declares.

    ``missing`` names the columns of the standard's current edition that it lacks, by obligation; ``findings`` say what of the
    table could not be taken over.
    """

    publication: Publication
    table: Resource
    edition: str
    parts: tuple[Part, ...]
    missing: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...] = ()

    @property
    def dataset(self) -> str:
        """The id of its dataset."""
        return self.publication.id

    @property
    def publisher(self) -> Agent:
        """Who published it."""
        return self.publication.publisher

    @property
    def sample(self) -> bool:
        """Whether its rows are invented."""
        return self.publication.package.sample

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.publication.rows.get(self.table.name, 0)

    @cached_property
    def by_column(self) -> Mapping[str, Part]:
        """The parts by the names of the standard's columns."""
        return {each.column.name: each for each in self.parts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """A dataset that follows the standard and stands not in the union; ``finding`` says why."""

    dataset: str
    title: Text
    publisher: Agent | None
    sample: bool
    finding: Finding


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """All about the union of one table of a standard, short of its rows. ``members`` are in order of dataset.

    ``samples``: whether invented rows stand in it. ``digest`` names what it holds: the same digest, the same rows.
    ``publishers`` are the ids of all who publish in this catalogue; ``prefecture`` the one that is asked about, "" for theirs.
    """

    standard: Standard
    table: Table
    members: tuple[Member, ...]
    omitted: tuple[Omitted, ...]
    samples: bool
    publishers: tuple[str, ...]
    prefecture: str
    digest: str
    resource: Resource

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(each.rows for each in self.members)

    @property
    def modified(self) -> str:
        """When a member was published last; "" where there is none."""
        return max((each.publication.modified for each in self.members), default="")

    @property
    def licenses(self) -> tuple[License, ...]:
        """The licences of the members, each once."""
        return tuple(dict.fromkeys(each for member in self.members for each in member.publication.package.licenses))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Values of a member's column that the standard does not have: they stand as missing in the union."""

    dataset: str
    column: str
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A prefecture: which of its local governments have such a dataset, and which municipalities have none yet.

    ``code`` has two digits (JIS X 0401); ``sample``: it is an invented one.
    """

    code: str
    name: Text
    sample: bool
    publishing: tuple[Concept, ...]
    wanted: tuple[Concept, ...]
