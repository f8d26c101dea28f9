"""A catalogue that collects from a portal on this computer, and the door to ``harvest_samples``."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.harvest import readers, runs, sources
from catalog.harvest.fetching import Bounds
from catalog.sandbox import Sandbox
from catalog.settings import Settings
from catalog.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from harvest_samples import Portal, serving


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serving() as found:
        yield found


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def warm() -> Iterator[Sandbox]:
    """One warm process for all tests: starting it takes longer than what is asked of it."""
    sandbox = Sandbox(readers.warm_up, processes=1, queue=0)
    yield sandbox
    sandbox.close()


@pytest.fixture(autouse=True)
def shared_sandbox(warm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs use it, and leave it open."""

    class Shared:
        run = staticmethod(warm.run)

        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def close(self) -> None:
            pass

    monkeypatch.setattr(runs, "Sandbox", Shared)


Collect = Callable[..., runs.Ran]


@pytest.fixture
def collect(portal: Portal, settings: Settings, store: Store) -> Collect:
    """Run the source "far", added at ``path`` when it is first run."""

    def run(path: str = "/feed", *, name: str = "far", bounds: Bounds = Bounds(seconds=5), **options: Any) -> runs.Ran:  # noqa: B008
        known = [each.name for each in sources.all_of(store)]
        if name not in known:
            given = {each: options.pop(each) for each in ("kind", "publisher", "license") if each in options}
            sources.add(sources.Source(name=name, address=portal.address + path, hosts=("127.0.0.1",), **given), store)
        watch = runs.Watch(pause=lambda _seconds: None, bounds=bounds)
        return runs.run(name, settings, store, runs.Options(**options), watch)

    return run
