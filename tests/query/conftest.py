"""The door to ``query_samples``, and its table, written once."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from query_samples import Sample


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(tmp_path_factory.mktemp("query") / "a=b [1]*", 500)
