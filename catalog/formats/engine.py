"""One DuckDB a process, one connection of it a thread: bounded, without extensions, told only what this package writes.

Opening the engine costs twenty times what writing a small table does, so it is kept. What a descriptor or a cell says goes
into a statement as a quoted literal (``text``, ``name``); the configuration is locked once it stands.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from catalog.errors import StoreError

MEMORY = 2_000
"""Megabytes that the engine may use, of all threads together; beyond them it writes to the temporary folder.

It takes what a few thousand rows of a table need, so that only tables of thousands of columns come near.
"""

_threads = threading.local()


def connection() -> duckdb.DuckDBPyConnection:
    """The connection of this thread. A child that was forked gets an engine of its own."""
    process = os.getpid()
    if getattr(_threads, "process", None) != process:
        _threads.process = process
        _threads.connection = _engine(process).cursor()
    kept: duckdb.DuckDBPyConnection = _threads.connection
    return kept


@cache
def _engine(_process: int) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": "1",  # a row after the other, so that the order of the file is kept; work beside it needs the other cores
        "memory_limit": f"{MEMORY}MB",
        "temp_directory": str(Path(tempfile.gettempdir()) / f"catalog-formats-{_process}"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "enable_external_file_cache": "false",  # it would keep what it has read, and files are read once
    }
    engine = duckdb.connect(config=config)
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET enable_progress_bar = false")
    engine.execute("SET lock_configuration = true")
    return engine


@contextmanager
def faults() -> Iterator[None]:
    """Turn what the engine refuses into StoreError("engine-failed"): no room in memory or on the disk, a file that is damaged.

    What it says of it may hold paths of the machine, and stays in the chain of exceptions.
    """
    try:
        yield
    except duckdb.Error as error:
        raise StoreError("engine-failed", reason=type(error).__name__) from error


def text(value: str) -> str:
    """A text as an SQL literal. A NUL, which the engine cannot be told, is left out: no cell that is published has one."""
    return "'" + value.replace("\0", "").encode(errors="replace").decode().replace("'", "''") + "'"


def name(value: str) -> str:
    """A name as SQL."""
    return '"' + value.replace("\0", "").encode(errors="replace").decode().replace('"', '""') + '"'


def source(path: Path) -> str:
    """A path to read as SQL: what the engine would take for a pattern of names stands for itself."""
    escaped = "".join(f"[{each}]" if each in "*?[" else each for each in str(path.absolute()))
    return text(escaped)


def target(path: Path) -> str:
    """A path to write as SQL."""
    return text(str(path.absolute()))


def rows(path: Path) -> str:
    """The rows of a Parquet file as SQL."""
    return f"read_parquet({source(path)}, hive_partitioning = false)"
