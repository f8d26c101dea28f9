"""Every row of one database into another, whatever the two are: what a backup is made of, and restored from."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Row, Table, delete, func, insert, select, text

from catalog.errors import StoreError
from catalog.store.database import METADATA, datasets, files

_AT_ONCE = 500
"""Rows that are written with one statement."""

Progress = Callable[[int, int], None]
"""Is told how much is done, and how much there is."""


def rows_in(connection: Connection) -> int:
    """How many rows there are to copy."""
    return sum(int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in METADATA.sorted_tables)


def empty(connection: Connection) -> bool:
    """Whether no dataset was ever published here."""
    return connection.scalar(select(func.count()).select_from(datasets)) == 0


def copy(source: Connection, target: Connection, progress: Progress) -> None:
    """Replace every row of ``target`` by those of ``source``, table by table, each after those that it points at.

    Both stand in a transaction: one consistent state is read, and nothing of it shows before the caller commits.
    """
    total, done = rows_in(source), 0
    for table in reversed(METADATA.sorted_tables):
        target.execute(delete(table))
    for table in METADATA.sorted_tables:
        for some in _portions(source, table):
            target.execute(insert(table), [dict(row._mapping) for row in some])  # noqa: SLF001  SQLAlchemy's public name for it
            done += len(some)
            progress(done, total)
        _go_on_counting(target, table)


def blobs(connection: Connection) -> dict[str, int]:
    """The SHA-256 of everything that some version names, in order, with the number of its bytes."""
    asked = select(files.c.sha256, files.c.bytes).distinct().order_by(files.c.sha256)
    return {row.sha256: row.bytes for row in connection.execute(asked)}


def _portions(source: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    asked = select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
    try:
        yield from source.execute(asked).partitions(_AT_ONCE)
    except ValueError as error:  # a text that is no JSON, where JSON stands: the file was damaged or written by hand
        raise StoreError("store-unreadable", reason=table.name) from error


def _go_on_counting(target: Connection, table: Table) -> None:
    """PostgreSQL gives numbers from a counter of its own, which rows that bring theirs do not move."""
    counted = table.autoincrement_column
    if target.dialect.name != "postgresql" or counted is None or not isinstance(counted.type, Integer):
        return
    highest = target.scalar(select(func.max(counted)))
    if highest is not None:
        asked = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
        target.execute(asked, {"table": table.name, "column": counted.name, "highest": highest})
