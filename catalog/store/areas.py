"""Which areas the datasets belong to: an index that is written when a version becomes the latest, and read by code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, distinct, func, insert, or_, select

from catalog.model import Text
from catalog.store.database import Database, areas, datasets, uses
from catalog.store.portions import portions
from catalog.store.selection import VISIBLE

Role = Literal["publisher", "spatial", "rows", "table"]
"""Published by it; says that it covers it; has rows about it by a column's definition; has a table about it as a whole."""
_PREFECTURE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLine:
    """One way in which a dataset belongs to an area. ``rows`` are those of the table ``resource``; ``field`` tells them."""

    code: str
    role: Role
    resource: str = ""
    field: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaUse:
    """The same, with the dataset as it is now."""

    line: AreaLine
    dataset: str
    title: Text
    publisher: str
    publisher_name: Text
    themes: tuple[str, ...]
    sample: bool
    modified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """How many datasets belong to an area, how many of them it has published, and when the last of them changed."""

    code: str
    datasets: int
    published: int
    modified: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A table whose rows are about several areas."""

    dataset: str
    resource: str
    areas: int


class Areas:
    """What ``Store.areas`` answers. Methods raise StoreError as those of ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def held(self, code: str) -> tuple[AreaUse, ...]:
        """Every way in which a visible dataset belongs to an area, the dataset that changed last first.

        To a prefecture also belongs what has rows about its municipalities, but not what these have published themselves.
        """
        whose = [areas.c.code == code]
        if code[_PREFECTURE:-1] == "000":
            low, high = f"{code[:_PREFECTURE]}0000", f"{code[:_PREFECTURE]}9999"
            others = or_(datasets.c.publisher_id < low, datasets.c.publisher_id > high, datasets.c.publisher_id == code)
            whose = [or_(areas.c.code == code, and_(areas.c.code.between(low, high), areas.c.role == "rows", others))]
        asked = (
            select(areas, *_OF_DATASET)
            .join(datasets, datasets.c.id == areas.c.dataset)
            .where(VISIBLE, *whose)
            .order_by(datasets.c.modified.desc(), areas.c.dataset, areas.c.role, areas.c.resource, areas.c.code)
        )
        with self._database.reading() as connection:
            return tuple(_use(row) for row in connection.execute(asked))

    def standards(self, code: str) -> frozenset[str]:
        """The standards that datasets follow which the area has published, or which say that they cover it."""
        asked = (
            select(uses.c.name)
            .distinct()
            .join(areas, areas.c.dataset == uses.c.dataset)
            .join(datasets, datasets.c.id == uses.c.dataset)
            .where(VISIBLE, areas.c.code == code, areas.c.role.in_(("publisher", "spatial")), uses.c.kind == "standard")
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(asked))

    def counts(self, low: str = "", high: str = "", *, samples: bool = True) -> tuple[AreaCount, ...]:
        """Every area that a visible dataset belongs to, in order of code; with ``low`` and ``high``, those between the two."""
        wanted: list[ColumnElement[bool]] = [VISIBLE]
        if high:
            wanted.append(areas.c.code.between(low, high))
        if not samples:
            wanted.append(datasets.c.sample.is_(False))
        published = func.sum(case((areas.c.role == "publisher", 1), else_=0))
        asked = (
            select(areas.c.code, func.count(distinct(areas.c.dataset)), published, func.max(datasets.c.modified))
            .join(datasets, datasets.c.id == areas.c.dataset)
            .where(*wanted)
            .group_by(areas.c.code)
            .order_by(areas.c.code)
        )
        with self._database.reading() as connection:
            rows = connection.execute(asked).all()
        return tuple(AreaCount(code=row[0], datasets=row[1], published=row[2], modified=row[3]) for row in rows)

    def spread(self, limit: int) -> tuple[Spread, ...]:
        """The tables whose rows are about several areas, those about the most first."""
        many = func.count()
        asked = (
            select(areas.c.dataset, areas.c.resource, many)
            .join(datasets, datasets.c.id == areas.c.dataset)
            .where(VISIBLE, areas.c.role == "rows")
            .group_by(areas.c.dataset, areas.c.resource)
            .having(many > 1)
            .order_by(many.desc(), areas.c.dataset, areas.c.resource)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(Spread(row[0], row[1], row[2]) for row in connection.execute(asked))


def enter(connection: Connection, lines: Mapping[str, Iterable[AreaLine]]) -> None:
    """Replace what is known of some datasets."""
    for some in portions(lines):
        connection.execute(delete(areas).where(areas.c.dataset.in_(some)))
    rows = [
        {"code": each.code, "dataset": dataset, "role": each.role, "resource": each.resource, "field": each.field,
         "rows": each.rows}
        for dataset, of_dataset in lines.items()
        for each in of_dataset
    ]  # fmt: skip
    if rows:
        connection.execute(insert(areas), rows)


_OF_DATASET = (
    datasets.c.title_ja, datasets.c.title_en, datasets.c.publisher_id, datasets.c.publisher_name_ja,
    datasets.c.publisher_name_en, datasets.c.themes, datasets.c.sample, datasets.c.modified,
)  # fmt: skip


def _use(row: Row[Any]) -> AreaUse:
    return AreaUse(
        line=AreaLine(code=row.code, role=row.role, resource=row.resource, field=row.field, rows=row.rows),
        dataset=row.dataset,
        title=Text(row.title_ja, row.title_en),
        publisher=row.publisher_id,
        publisher_name=Text(row.publisher_name_ja, row.publisher_name_en),
        themes=tuple(row.themes),
        sample=row.sample,
        modified=row.modified,
    )
