"""Standards as frozen values, and the matching of a file's header against one of their tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from catalog.errors import NotFound
from catalog.model import Field, ForeignKey, Obligation, Source, Text
from catalog.values import fold

Order = Literal["verified", "one-header", "list-only"]
"""How sure the order of columns is: two independent headers agree, one published header, or lists of names alone."""
Obligations = Literal["verified", "unknown"]
Form = Literal["plain", "prefixed", "package"]
"""Plain column names (form C), prefixed names with a companion table (form D), or several tables in one package."""
Origin = Literal["national", "observed"]
"""A standard that the state laid down, or one that this catalogue made after published data."""

_NO_TEXT = Text()
OBLIGATIONS: tuple[Obligation, ...] = ("mandatory", "recommended", "optional")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: ``field`` as a table declares it, and what a table does not say.

    ``identifier`` is our English name, unique in its table; ``aliases`` are other spellings of the header; ``order`` counts
    from 1; ``suggested`` are values that are expected but not enforced; ``condition`` says when the column has to be filled
    where that depends on other columns; ``code`` marks text that a spreadsheet must not take for a number or a date.
    """

    field: Field
    identifier: str
    order: int
    aliases: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    condition: Text = _NO_TEXT
    code: bool = False

    @property
    def name(self) -> str:
        """The header, exactly as the standard writes it."""
        return self.field.name

    @property
    def obligation(self) -> Obligation | None:
        """None where it is not known."""
        return self.field.definition.obligation

    def spellings(self) -> tuple[str, ...]:
        """Every header that stands for the column: the name, our identifier, the aliases."""
        return (self.name, self.identifier, *self.aliases)


@dataclass(frozen=True, kw_only=True)
class HeaderMatch:
    """How a header answers to a table: every header that was recognised, and what is left on either side.

    ``ambiguous`` names the columns that several headers claim; those are in no other part. ``missing`` has a key for each
    obligation and "unknown". ``order_ok`` looks at the recognised columns only.
    """

    mapping: Mapping[str, Column]
    unknown: tuple[str, ...]
    missing: Mapping[str, tuple[Column, ...]]
    ambiguous: Mapping[str, tuple[str, ...]]
    order_ok: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """One table of a standard. ``file`` is the file name that the standard prescribes, "" where it prescribes none.

    ``obligation`` is that of the whole table within its package, ``condition`` says on what it depends. ``fields_match`` is
    Table Schema's: "superset" where files may lack optional columns and have them in any order.
    """

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    file: str = ""
    obligation: Obligation = "mandatory"
    condition: Text = _NO_TEXT
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    fields_match: str = "exact"

    def header(self) -> tuple[str, ...]:
        """The exact header."""
        return tuple(each.name for each in self.columns)

    def column(self, name: str) -> Column | None:
        """The column with exactly that header or identifier, or None."""
        return next((each for each in self.columns if name in (each.name, each.identifier)), None)

    def match_header(self, header: Sequence[str]) -> HeaderMatch:
        """Recognise each header after ``values.fold``: the exact name first, then the other spellings."""
        claims: dict[str, list[str]] = {}
        columns: dict[str, Column] = {}
        unknown = []
        for text in header:
            column = self._by_name.get(_folded(text)) or self._by_spelling.get(_folded(text))
            if column is None:
                unknown.append(text)
            else:
                claims.setdefault(column.name, []).append(text)
                columns[column.name] = column
        mapping = {texts[0]: columns[name] for name, texts in claims.items() if len(texts) == 1}
        orders = [each.order for each in mapping.values()]
        return HeaderMatch(
            mapping=mapping,
            unknown=tuple(unknown),
            missing={
                kind: tuple(each for each in self.columns if each.name not in claims and (each.obligation or "unknown") == kind)
                for kind in (*OBLIGATIONS, "unknown")
            },
            ambiguous={name: tuple(texts) for name, texts in claims.items() if len(texts) > 1},
            order_ok=orders == sorted(orders),
        )

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {_folded(each.name): each for each in self.columns}

    @cached_property
    def _by_spelling(self) -> Mapping[str, Column]:
        return {_folded(spelling): each for each in self.columns for spelling in each.spellings()}


def _folded(header: str) -> str:
    """A header as it is compared; a byte order mark before the first one is not part of it."""
    return fold(header.removeprefix("\ufeff"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How sure a standard is, so that nothing doubtful is enforced. ``evidence`` says what it was read from."""

    order: Order
    obligations: Obligations
    evidence: Text
    doubts: tuple[Text, ...] = ()

    @property
    def order_enforced(self) -> bool:
        """Whether the order of columns may be held against a table."""
        return self.order == "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """The table of another standard that ``column`` points at: its ``reference`` column."""

    standard: str
    column: str
    reference: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Standard:
    """One edition of a standard. ``number`` is that of the sheet it comes from, "" where it has none."""

    slug: str
    edition: str
    title: Text
    description: Text
    tables: tuple[Table, ...]
    status: Status
    source: Source
    number: str = ""
    origin: Origin = "national"
    form: Form = "plain"
    companion: Companion | None = None
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the first table; a standard of one table has no others."""
        return self.tables[0].columns

    def table(self, name: str = "") -> Table:
        """The table of that name, without one the first. NotFound("standard-table-unknown")."""
        for each in self.tables:
            if name in ("", each.name):
                return each
        known = ", ".join(each.name for each in self.tables)
        raise NotFound("standard-table-unknown", standard=self.slug, found=name, expected=known)

    def match_header(self, header: Sequence[str], table: str = "") -> HeaderMatch:
        """``Table.match_header`` of the first table, or of the one named."""
        return self.table(table).match_header(header)
