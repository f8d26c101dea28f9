"""The store of each test, and the door to ``store_samples`` (which is a program as well, started by some tests)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.settings import Settings
from catalog.store import Store

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty store of its own."""
    with Store.open(settings) as opened:
        yield opened
