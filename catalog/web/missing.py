"""Counting what was sought in vain, beside the requests: none waits for it, and none fails by it."""

import logging
import time
from collections import Counter
from datetime import datetime
from threading import Lock, Thread
from typing import cast

from flask import Flask, current_app

from catalog.errors import StoreError
from catalog.search.entries import JAPAN
from catalog.store import Store
from catalog.store.misses import LONGEST
from catalog.web.site import site

EXTENSION = "catalog-missing"
_BETWEEN = 1.0
"""Seconds between two writes, so that many searches are one."""
_WAITING = 500
"""Different texts that wait to be written; more of them within a second are nobody's honest searches."""
_DIGITS = 7
"""So many digits in all may be a telephone number or an id of somebody."""
_LOG = logging.getLogger(__name__)


class Recorder:
    """Counts texts and writes them down now and then, in a thread that is there only while there is something to write."""

    def __init__(self, store: Store, between: float = _BETWEEN) -> None:
        self._store = store
        self._between = between
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._thread: Thread | None = None

    def note(self, text: str) -> None:
        """Count a text, unless it may tell of somebody or is too long to name a kind of data."""
        if not text or len(text) > LONGEST or "@" in text or sum(map(str.isdigit, text)) >= _DIGITS:
            return
        with self._lock:
            if text in self._counts or len(self._counts) < _WAITING:
                self._counts[text] += 1
            if self._thread is None and self._counts:
                self._thread = Thread(target=self._write, name="missed searches", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Come back when everything is written."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _write(self) -> None:
        while True:
            time.sleep(self._between)
            with self._lock:
                counts, self._counts = self._counts, Counter()
                if not counts:
                    self._thread = None
                    return
            try:
                self._store.misses.add(datetime.now(JAPAN).date().isoformat(), counts)
            except StoreError as error:  # a full disk or a read-only copy: searching goes on
                _LOG.warning("missed searches are not counted: %s", error.code)


def prepare(app: Flask, store: Store) -> None:
    """Let an application count."""
    app.extensions[EXTENSION] = Recorder(store)


def note(text: str) -> None:
    """Count a text in the current application, where its operator wants to know."""
    if site().settings.count_searches:
        cast(Recorder, current_app.extensions[EXTENSION]).note(text)
