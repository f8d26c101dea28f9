"""The door to the harness, the warm worker, and the table at the end of the run."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import TABLE, Sources, Victim, Worker, printed, template

from catalog.settings import Settings


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    warm = Worker()
    yield warm
    warm.close()


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return Sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory, sources: Sources) -> Settings:
    """A catalogue that no test touches: each has a copy."""
    return template(tmp_path_factory.mktemp("original"), sources)


@pytest.fixture
def victim(original: Settings, worker: Worker, sources: Sources, tmp_path: Path) -> Iterator[Victim]:
    yield Victim.copied(original, tmp_path / "home", worker, sources)
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was done to catalogues, and how it ended."""
    if TABLE:
        terminalreporter.section("faults")
        terminalreporter.write_line(printed())
