"""The sample cities over HTTP: published once, read by all tests of this folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "areas"))

from across_samples import catalogue

from catalog.store import Store
from catalog.web import create_app


@pytest.fixture(scope="session")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = catalogue(tmp_path_factory.mktemp("cities"))
    with Store.open(settings) as store:
        yield create_app(settings, store)
