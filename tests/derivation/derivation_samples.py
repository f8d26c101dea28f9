"""Small packages made on the spot: raw tables from rows, published tables from rules, and what derivation makes of them."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.derivation.engine import derive
from catalog.errors import Finding, Refusal
from catalog.model import Definition, Field, ForeignKey, Package, Resource, Schema, Text
from catalog.vocabulary.codelists import CodeList, Concept

Row = Sequence[object]


def codelist(name: str, *bands: tuple[str, int | None, int | None]) -> CodeList:
    concepts = tuple(
        Concept(
            code=code,
            codelist=name,
            label=Text(ja=f"{code}の名", en=f"name of {code}"),
            position=number,
            lower=None if lower is None else Decimal(lower),
            upper=None if upper is None else Decimal(upper),
        )
        for number, (code, lower, upper) in enumerate(bands)
    )
    return CodeList(name=name, title=Text(ja=f"{name}の表", en=f"list {name}"), description=Text(), concepts=concepts)


class Lists:
    """A vocabulary of the lists that are given."""

    def __init__(self, *lists: CodeList) -> None:
        self.lists = {each.name: each for each in lists}

    def names(self) -> tuple[str, ...]:
        return tuple(self.lists)

    def codelist(self, name: str) -> CodeList:
        return self.lists[name]


COSTS = codelist("cost", ("low", 0, 5_000_000), ("middle", 5_000_000, 10_000_000), ("high", 10_000_000, None))
SIZES = codelist("size", ("minus", None, 0), ("plus", 0, 10))
LETTERS = codelist("letters", ("c", None, None), ("a", None, None), ("b", None, None))
LISTS = Lists(COSTS, SIZES, LETTERS)


def column(name: str, type_: str = "string", /, **options: Any) -> Field:
    return Field(name=name, type=type_, **options)


def key(fields: str, table: str, others: str) -> ForeignKey:
    return ForeignKey(fields=tuple(fields.split()), resource=table, reference_fields=tuple(others.split()))


def raw_table(name: str, *fields: Field, keys: Sequence[ForeignKey] = (), **options: Any) -> Resource:
    return Resource(name=name, path=f"data/{name}.csv", schema=Schema(fields=fields, foreign_keys=tuple(keys)), **options)


def published_table(
    name: str, derivation: Mapping[str, Any], rules: Mapping[str, Any], *, key_: Sequence[str] = (), **fields: Mapping[str, Any]
) -> Resource:
    """``rules`` by column; ``fields`` give a column's type, constraints or code list where they are not plain text."""
    made = []
    for column_name, chain in rules.items():
        options = dict(fields.get(column_name, {}))
        derived = tuple(chain) if isinstance(chain, list) else (chain,)
        definition = Definition(derivation=derived, codelist=options.pop("codelist", ""))
        made.append(Field(name=column_name, definition=definition, **options))
    schema = Schema(fields=tuple(made), primary_key=tuple(key_))
    return Resource(name=name, path=f"data/{name}.csv", schema=schema, derivation=derivation)


def package(folder: Path, raw: Mapping[Resource | str, Any], *tables: Resource) -> Package:
    """A package in ``folder``; ``raw`` is a list of (table, rows)."""
    raw_resources = []
    for resource, rows in raw.items() if isinstance(raw, Mapping) else raw:
        write_rows(folder / "raw" / resource.path, resource.schema.names(), rows)
        raw_resources.append(resource)
    raw_package = Package(name="sample-raw", title=Text(ja="元の記録"), resources=tuple(raw_resources), root=folder / "raw")
    return Package(name="sample", title=Text(ja="見本"), resources=tables, raw=raw_package, root=folder)


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


@contextmanager
def packaged(raw: Sequence[tuple[Resource, Sequence[Row]]], *tables: Resource) -> Iterator[Package]:
    """The same in a folder of its own, for tests that make many."""
    with tempfile.TemporaryDirectory() as folder:
        yield package(Path(folder), raw, *tables)


def derived(raw: Sequence[tuple[Resource, Sequence[Row]]], *tables: Resource) -> list[tuple[str, ...]]:
    """The rows of the first table."""
    with packaged(raw, *tables) as made:
        return list(derive(made, LISTS)[tables[0].name].rows())


def refused(raw: Sequence[tuple[Resource, Sequence[Row]]], *tables: Resource) -> tuple[Finding, ...]:
    """The findings that derivation refuses with."""
    with packaged(raw, *tables) as made:
        try:
            derive(made, LISTS)
        except Refusal as refusal:
            return refusal.findings
    raise AssertionError("derivation was not refused")


# A case with its participants, their places and its introductions: the shape of most examples.
CASES = raw_table(
    "cases",
    column("id"),
    column("type"),
    column("cost", "integer"),
    column("answer"),
    column("deadline", "date"),
    column("joint", "boolean"),
    column("home"),
    keys=[key("type", "types", "code"), key("home", "places", "code")],
)
TYPES = raw_table("types", column("code"), column("area"))
PLACES = raw_table("places", column("code"), column("people", "integer"), column("weight", "number"))
MEMBERS = raw_table(
    "members",
    column("case"),
    column("place"),
    column("kind"),
    keys=[key("case", "cases", "id"), key("place", "places", "code")],
)
STARTS = raw_table("starts", column("case"), column("month", "yearmonth"), keys=[key("case", "cases", "id")])
TYPE_ROWS = [("x", "one"), ("y", "one"), ("z", "two"), ("w", "two")]


def country(
    cases: Sequence[Row] = (),
    members: Sequence[Row] = (),
    places: Sequence[Row] = (),
    starts: Sequence[Row] = (),
) -> list[tuple[Resource, Sequence[Row]]]:
    """The raw package of a case study; rows that are left out are none. A short case is filled up with empty cells."""
    filled = [(*case, *("",) * (7 - len(case))) for case in cases]
    return [(CASES, filled), (TYPES, TYPE_ROWS), (PLACES, places), (MEMBERS, members), (STARTS, starts)]
