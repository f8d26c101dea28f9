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
_WITHOUT_LOCKS = "unix-none"


def for_medium(url: URL) -> URL:
    """How a file has to be opened that may lie on a medium that takes nothing; ``url`` itself where it does not.

    SQLite would make two files beside a WAL database, and can read it there only where both were left. Where there is no log,
    the file is all there is and cannot change (sqlite.org/uri.html, "immutable"). Where the program that wrote it ended without
    tidying up and only the log came along, each connection keeps the index of the log to itself, as it does for the one program
    that has a database to itself (sqlite.org/wal.html, "Use of WAL Without Shared-Memory"); there is nobody to lock out.
    """
    path = Path(url.database or "").absolute()
    if not hasattr(os, "statvfs") or not path.is_file() or not os.statvfs(path).f_flag & os.ST_RDONLY:
        return url
    log, index = (path.with_name(path.name + ending) for ending in ("-wal", "-shm"))
    if not log.exists() or not log.stat().st_size:
        how = {"immutable": "1"}
    elif not index.exists():
        how = {"vfs": _WITHOUT_LOCKS}
    else:
        return url
    return url.set(database=f"file:{quote(path.as_posix())}", query={"uri": "true", "mode": "ro", **how})


def takes_nothing(engine: Engine) -> bool:
    """Whether the database is opened as one that cannot change."""
    return engine.url.query.get("mode") == "ro"


def tune(engine: Engine) -> None:
    """Make every connection of ``engine`` durable, checked, patient, and begun by us."""
    if engine.url.query.get("vfs") == _WITHOUT_LOCKS:
        event.listen(engine, "connect", _alone)
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


def _alone(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)
