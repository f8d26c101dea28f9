"""Packages that wait for their sender's word: between the page that shows what would be published and the one that does it.

They lie in the home folder for an hour at most, a few at a time, under a name that nobody can guess and only the token that
sent them may use.
"""

import re
import secrets
import time
from pathlib import Path

from catalog.errors import Conflict
from catalog.settings import Settings
from catalog.store.faults import translated

SECONDS = 3_600
MOST = 50
_NAME = re.compile(r"[0-9a-f]{10}-[0-9a-f]{32}\.zip")
_HELD = re.compile(r"[0-9a-f]{32}")


class Held:
    """The packages that wait in one catalogue's home folder."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.home).absolute() / "cache" / "held"

    def keep(self, token: str, package: bytes) -> str:
        """Keep a package for the token of that id; answer with what it is asked for by. Raises StoreError."""
        held = secrets.token_hex(16)
        path = self._folder / f"{token}-{held}.zip"
        with translated():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._tidy()
            path.touch(mode=0o600, exist_ok=False)
            path.write_bytes(package)
        return held

    def path(self, token: str, held: str) -> Path:
        """Where it lies. Raises Conflict("held-gone") where it does not, any more or for that token."""
        path = self._folder / f"{token}-{held}.zip"
        if not _HELD.fullmatch(held) or not path.is_file() or time.time() - path.stat().st_mtime > SECONDS:
            raise Conflict("held-gone")
        return path

    def forget(self, token: str, held: str) -> None:
        """It was published, or is not wanted."""
        self.path(token, held).unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Throw away what waited too long, and the oldest where there are too many."""
        waiting = [each for each in self._folder.iterdir() if _NAME.fullmatch(each.name)]
        ages = sorted(((_age(each), each) for each in waiting), key=lambda pair: pair[0])
        for number, (age, path) in enumerate(ages):
            if age > SECONDS or number >= MOST - 1:
                path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another worker was tidying too
        return 0.0
