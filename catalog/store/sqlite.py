"""SQLite's own ways: the only place with SQL that another database would not understand.

WAL lets readers pass while a writer works; ``synchronous=FULL`` makes a commit survive a power cut; a write transaction
takes its lock at once (BEGIN IMMEDIATE), for one that reads first and writes later fails without waiting. The driver's own
transaction handling is switched off as SQLAlchemy's documentation describes ("Transactions with SQLite").
"""

import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 30.0
BEGIN = "catalog_begin"
"""Execution option of a connection: the statement that begins its transactions; empty for none."""


def sealed(path: Path) -> bool:
    """Whether the database lies on a medium that takes nothing, and nobody left a log beside it that belongs to it.

    SQLite itself can read a WAL database there only where the two files beside it are left; it would make them.
    """
    if not hasattr(os, "statvfs") or not path.is_file() or not os.statvfs(path).f_flag & os.ST_RDONLY:
        return False
    log = path.with_name(path.name + "-wal")
    return not log.exists() or not log.stat().st_size


def as_it_is(url: URL) -> URL:
    """The same for a file that cannot change: without a lock, without a file beside it (sqlite.org/uri.html, "immutable")."""
    path = Path(url.database or "").absolute().as_posix()
    return url.set(database=f"file:{quote(path)}", query={"immutable": "1", "uri": "true"})


def opened_as_it_is(engine: Engine) -> bool:
    """Whether the database is one of those."""
    return "immutable" in engine.url.query


def tune(engine: Engine) -> None:
    """Make every connection of ``engine`` durable, checked, patient, and begun by us."""
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)


def write_ahead(engine: Engine) -> None:
    """Switch the file to WAL, which stays with it. Several first starts at once get in each other's way: try again."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            with engine.connect().execution_options(**{BEGIN: ""}) as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def damage(connection: Connection) -> tuple[str, ...]:
    """What SQLite's own check finds wrong with the file; empty when it is sound."""
    lines = tuple(str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check"))
    return () if lines == ("ok",) else lines


def _connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)
