"""A limit for patterns that may keep stock frictionless busy without end, where no limited child does.

Stock asks patterns of Python's ``re``, which tries one way after another but lets signals through while it does. Cells that
take too long are counted, and told as an error of the table, ``pattern-not-judged``: in the stock command with the plugin, and
where somebody calls ``validate_package`` himself.
"""

import math
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from re import Pattern
from typing import Any

from frictionless import Report, errors
from frictionless.schema import field as stock_field

from catalog.endless import STEPS, growth
from catalog.sandbox import confined

CODE = "pattern-not-judged"
SECONDS = 5.0
"""For all cells together that are asked of patterns of this kind."""
_SHORT = 8
"""Characters of a cell that no pattern takes long over, by the second or so."""

_stock = stock_field.check_pattern


class _Overdue(Exception):
    """The time is up."""


@contextmanager
def patient() -> Iterator["Patience"]:
    """Within this context what stock reads is read with the limit; the limited child has one of its own."""
    patience = Patience()
    if confined() or stock_field.check_pattern is not _stock:
        yield patience
        return
    stock_field.check_pattern = patience.check  # cell readers look it up by its name when they are made
    try:
        yield patience
    finally:
        stock_field.check_pattern = _stock


class Patience:
    """Stock's question to a cell, with the time that is left."""

    def __init__(self) -> None:
        self._left = SECONDS
        self._given_up: Counter[str] = Counter()

    def check(self, pattern: Pattern[str], cell: str | None) -> bool:
        """Whether the cell fits, or might: what is not found out in time is counted."""
        if cell is None or not _may_last(pattern.pattern, len(cell)):
            return bool(_stock(pattern, cell))
        begin = time.monotonic()
        if self._left > 0 and _can_be_stopped():
            with suppress(_Overdue), _alarm(self._left):
                return bool(_stock(pattern, cell))
        self._left -= time.monotonic() - begin
        self._given_up[pattern.pattern[1:-1]] += 1
        return True

    def tell(self, report: Report) -> Report:
        """Add an error for each pattern that was given up to the report of the one table that was read."""
        for task in report.tasks:
            for pattern, count in self._given_up.items():
                note = f'{CODE}: pattern "{pattern}" takes longer than {SECONDS:g} seconds; {count} cells are not judged'
                task.errors.append(errors.ResourceError(note=note))
            if self._given_up:
                task.valid = report.valid = False
                task.stats["errors"] = len(task.errors)
                report.stats["errors"] = len(task.errors)
        return report


def _may_last(pattern: str, length: int) -> bool:
    power = _growth(pattern)
    return power > 1 and length > _SHORT and (power == math.inf or length**power > STEPS)


_growth = cache(growth)


def _can_be_stopped() -> bool:
    """Whether an alarm can be set: POSIX, on the thread that gets signals, where nobody else waits for one."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(_number: int, _frame: Any) -> None:
        raise _Overdue

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
