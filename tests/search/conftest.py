"""Stores with made-up entries: with the full-text index, without as on a database that has none, and on PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from catalog.model import Text
from catalog.settings import Settings
from catalog.store import Store, grams
from catalog.store.entering import Entry

Enter = Callable[..., None]


@pytest.fixture(params=["bigrams", "lines", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The same tests for both ways of finding: by SQLite's index, and by looking through the texts, there and on PostgreSQL."""
    if request.param == "lines":
        monkeypatch.setattr(grams, "_DATABASES", frozenset())
    database = str(request.getfixturevalue("postgresql")()) if request.param == "postgresql" else ""
    with Store.open(Settings(home=str(tmp_path), database=database)) as opened:
        yield opened


@pytest.fixture
def enter(store: Store) -> Enter:
    """``enter("id", "title", marks=…, bodies=…, publisher="a")`` puts a dataset into the index."""

    def one(
        dataset: str, title: str, *, kind: str = "dataset", marks: Sequence[str] = (), bodies: Sequence[str] = (), **facets: str
    ) -> None:
        entry = Entry(
            kind=kind,  # type: ignore[arg-type]
            dataset=dataset,
            path=f"{kind}/{dataset}",
            title=Text(title),
            names=(title,),
            marks=tuple(marks),
            bodies=tuple(bodies),
            facets={name: tuple(value.split()) for name, value in facets.items()},
        )
        with store.writing() as writing:
            writing.entering().remove(dataset)
            writing.entering().enter([entry])

    return one
