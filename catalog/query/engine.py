"""DuckDB, locked: it reads Parquet files below some folders, and nothing else of the world; every query has its limits.

Set once when an engine is made, before anything is asked: no extensions, no network, no files outside ``Limits.folders``, no
temporary files, and no way to change any of it. The order of the statements matters: folders before the door is closed,
the lock last.
"""

import atexit
import heapq
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from catalog.errors import Busy

Row = tuple[Any, ...]
_AGAIN = 10
"""Seconds after which it is worth asking a question again that had to wait or took too long."""
_AGAIN_RING = 0.02
"""Seconds after which an alarm rings again, until it is heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What answering may cost. ``folders`` hold the Parquet files; ``seconds`` and ``terms`` are for one question.

    ``memory_bytes`` is for all questions of this process together, of which ``at_once`` are worked on at a time; ``threads``
    share the work of one.
    """

    folders: tuple[Path, ...]
    seconds: float = 5.0
    memory_bytes: int = 300_000_000
    threads: int = 2
    at_once: int = 4
    terms: int = 100


class Engine:
    """One database in memory for all questions under the same limits; safe to share between threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = threading.BoundedSemaphore(limits.at_once)
        self._clock = _Clock()
        self._root = duckdb.connect(
            config={
                "threads": limits.threads,
                "memory_limit": f"{limits.memory_bytes}B",
                "max_temp_directory_size": "0B",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            }
        )
        folders = ", ".join(literal(f"{each.absolute().as_posix()}/") for each in limits.folders)
        for statement in (
            "SET TimeZone = 'UTC'",
            "SET parquet_metadata_cache = true",
            f"SET allowed_directories = [{folders}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self._root.execute(statement)

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """Time to ask in: ``limits.seconds`` for all statements together, waiting for it included.

        Raises Busy("query-crowded") where no turn came, Busy("query-slow") and Busy("query-memory") where a statement passes
        the limits.
        """
        until = time.monotonic() + self._limits.seconds
        if not self._turns.acquire(timeout=self._limits.seconds):
            raise Busy("query-crowded", seconds=_AGAIN)
        try:
            cursor = self._root.cursor()
            try:
                yield Turn(cursor, self._clock, until, self._limits)
            finally:
                cursor.close()
        finally:
            self._turns.release()


@dataclass(frozen=True, slots=True)
class Turn:
    """The statements of one question, until its time (``until``, of the monotonic clock) is over."""

    _cursor: duckdb.DuckDBPyConnection
    _clock: "_Clock"
    until: float
    limits: Limits

    def rows(self, sql: str, values: Sequence[Any] = (), share: float = 1.0) -> list[Row]:
        """What a statement gives. ``share`` of the time that is left may be spent on it. Raises as ``Engine.turn``."""
        now = time.monotonic()
        if now >= self.until:
            raise self._slow()
        with self._clock.at(now + max(0.0, self.until - now) * share, self._cursor.interrupt) as alarm:
            try:
                return self._cursor.execute(sql, list(values)).fetchall()
            except duckdb.InterruptException as error:
                if not alarm.rung:
                    raise
                raise self._slow() from error
            except duckdb.OutOfMemoryException as error:
                raise Busy("query-memory", seconds=_AGAIN, maximum=self.limits.memory_bytes // 1_000_000) from error

    def _slow(self) -> Busy:
        return Busy("query-slow", seconds=_AGAIN, maximum=f"{self.limits.seconds:g}")


@dataclass(order=True, slots=True)
class _Alarm:
    at: float
    number: int
    ring: Callable[[], None] | None = field(compare=False)
    """None as soon as it must not ring any more: the clock keeps an alarm until its time, and must keep nothing else."""
    rung: bool = field(default=False, compare=False)
    guard: threading.Lock = field(default_factory=threading.Lock, compare=False)


class _Clock:
    """One thread that rings alarms in their order: a thread for each statement would cost more than a quick statement."""

    def __init__(self) -> None:
        self._alarms: list[_Alarm] = []
        self._changed = threading.Condition()
        self._number = 0
        self._thread: threading.Thread | None = None

    @contextmanager
    def at(self, moment: float, ring: Callable[[], None]) -> Iterator[_Alarm]:
        """Ring at a moment of the monotonic clock, and on and on, until the block is left."""
        with self._changed:
            self._number += 1
            alarm = _Alarm(moment, self._number, ring)
            heapq.heappush(self._alarms, alarm)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="query-clock", daemon=True)
                self._thread.start()
            if self._alarms[0] is alarm:
                self._changed.notify()
        try:
            yield alarm
        finally:
            with alarm.guard:  # a ring that has begun is heard out: it must not meet the next statement of this cursor
                alarm.ring = None

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._alarms or self._alarms[0].at > time.monotonic():
                    self._changed.wait(self._alarms[0].at - time.monotonic() if self._alarms else None)
                alarm = heapq.heappop(self._alarms)
            with alarm.guard:
                if alarm.ring is None:
                    continue
                alarm.rung = True
                alarm.ring()
            with self._changed:  # DuckDB forgets an interrupt that comes before its statement has begun
                alarm.at = time.monotonic() + _AGAIN_RING
                heapq.heappush(self._alarms, alarm)


@lru_cache(maxsize=8)
def engine(limits: Limits) -> Engine:
    """The engine of these limits, made once in this process."""
    return Engine(limits)


atexit.register(engine.cache_clear)  # while the interpreter is whole: DuckDB complains of what is left after that


def literal(text: str) -> str:
    """A text of our own as an SQL literal. What a client sends is bound, never written."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'
