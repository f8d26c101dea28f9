"""A catalogue that collects from a portal on this computer, and the door to ``harvest_samples``."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.harvest import filing, readers, runs, sources
from catalog.harvest.fetching import Bounds
from catalog.publishing import refresh
from catalog.sandbox import Sandbox
from catalog.settings import Settings
from catalog.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from harvest_samples import Portal, serving


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serving() as found:
        yield found


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An empty catalogue in which everything is entered that comes with the program: half a second a test."""
    settings = Settings(home=str(tmp_path_factory.mktemp("fresh") / "home"), base_url="https://data.example.jp")
    with Store.open(settings) as opened:
        refresh(opened, settings)
    return settings


@pytest.fixture
def store(settings: Settings, fresh: Settings) -> Iterator[Store]:
    assert settings.base_url == fresh.base_url, "else everything is entered anew"
    shutil.copytree(fresh.home, settings.home)
    with Store.open(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def warm() -> Iterator[dict[Any, Sandbox]]:
    """The warm processes of all tests: starting one takes longer than what is asked of it."""
    sandboxes = {each: Sandbox(each, processes=1, queue=0) for each in (readers.warm_up, filing.warm_up)}
    yield sandboxes
    for each in sandboxes.values():
        each.close()


@pytest.fixture(autouse=True)
def shared_sandbox(warm: dict[Any, Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs use them, and leave them open."""

    class Shared:
        def __init__(self, warm_up: Any, **_: Any) -> None:
            self.run = warm[warm_up].run

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
