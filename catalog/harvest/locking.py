"""One process at a time for each source, on this computer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import Conflict
from catalog.settings import Settings


@contextmanager
def alone(settings: Settings, name: str) -> Iterator[None]:
    """Hold a source: the lock goes with the process, however that ends. Raises Conflict("harvest-running")."""
    folder = Path(settings.home) / "harvest"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            import fcntl
        except ImportError:  # Windows: the operator's own timetable has to see to it
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("harvest-running", source=name) from error
        yield
