"""The first derivation of a package, when its tables are not there yet."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli import app
from catalog.datapackage import open_package
from catalog.derivation.opening import open_for_derivation
from catalog.errors import Refusal
from catalog.settings import Settings

PACKAGE = Path(__file__).resolve().parents[2] / "datapackages/joint-procurement"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "joint-procurement"
    shutil.copytree(PACKAGE, target)
    shutil.rmtree(target / "data")
    return target


def test_the_first_derivation_writes_what_is_published(folder: Path) -> None:
    done = CliRunner().invoke(app, ["derive", str(folder)])
    assert done.exit_code == 0, done.output
    for path in sorted((PACKAGE / "data").iterdir()):
        assert (folder / "data" / path.name).read_bytes() == path.read_bytes()


def test_nothing_is_left_behind_where_the_package_is_not_derived_after_all(folder: Path, settings: Settings) -> None:
    with open_for_derivation(folder, settings) as package:
        assert package.tables()
    assert list((folder / "data").iterdir()) == []


def test_another_missing_file_is_still_missing(folder: Path, settings: Settings) -> None:
    (folder / "raw/data/cases.csv").unlink()
    with pytest.raises(Refusal), open_for_derivation(folder, settings):
        pass
    with pytest.raises(Refusal), open_package(folder, settings):
        pass


def test_a_zip_is_not_derived_into(tmp_path: Path, folder: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "p"), "zip", folder)
    done = CliRunner().invoke(app, ["derive", archive])
    assert done.exit_code == 2
