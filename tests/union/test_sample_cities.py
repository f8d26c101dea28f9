"""The three invented cities: the committed packages are what the script makes, and say of themselves that they are invented."""

import importlib.util
import json
import re
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from python_calamine import load_workbook

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ROOT / "datapackages"
FOLDERS = sorted(PACKAGES.glob("81*"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    found = importlib.util.spec_from_file_location("make_sample_cities", ROOT / "scripts/make_sample_cities.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


def test_the_committed_packages_are_what_the_script_makes(script: ModuleType) -> None:
    made = dict(script.packages())
    assert sorted(made) == [each.name for each in FOLDERS]
    for name, files in made.items():
        committed = {
            path.relative_to(PACKAGES / name).as_posix(): path for path in (PACKAGES / name).rglob("*") if path.is_file()
        }
        assert sorted(committed) == sorted(files)
        for path, body in files.items():
            if path.endswith(".xlsx"):  # how well its parts are compressed is up to zlib
                assert cells(committed[path]) == cells(body), path
            else:
                assert committed[path].read_bytes() == body, path


def cells(workbook: Path | bytes) -> list[list[object]]:
    if isinstance(workbook, bytes):
        return load_workbook(BytesIO(workbook)).get_sheet_by_index(0).to_python()
    return load_workbook(str(workbook)).get_sheet_by_index(0).to_python()


def test_their_raw_files_differ_in_encoding_edition_and_spelling() -> None:
    raw = {path.relative_to(PACKAGES).as_posix(): path.read_bytes() for path in PACKAGES.glob("81*/raw/*")}
    toilets = {name.partition("-")[0]: body for name, body in raw.items() if "public-toilet" in name}
    assert sorted(toilets) == ["812013", "812021", "812030"]
    with pytest.raises(UnicodeDecodeError):
        toilets["812013"].decode()
    old = toilets["812013"].decode("cp932").splitlines()
    assert old[0].startswith("月浜市")
    assert "令和５年４月１日" in old[1]
    assert old[2].startswith("都道府県コード又は市区町村コード,NO")
    assert toilets["812021"].startswith(b"PK")
    book = cells(toilets["812021"])
    assert any(isinstance(cell, str) and re.fullmatch("[０-９]+", cell) for row in book for cell in row)
    new = toilets["812030"]
    assert new.startswith("\ufeff全国地方公共団体コード".encode())
    swapped = [line.split(",") for line in new.decode("utf-8-sig").splitlines()[1:]]
    assert any(each[10].startswith("145.") for each in swapped)
    assert any(each[10] in ("", "0") for each in swapped)


def test_every_committed_table_is_within_japan_and_out_at_sea() -> None:
    for folder in FOLDERS:
        text = "".join(path.read_text(encoding="utf-8") for path in (folder / "data").iterdir())
        found = [float(each) for each in re.findall(r"\b(?:33|145)\.\d{3,6}\b", text)]
        assert all(33.0 <= each <= 33.3 or 145.0 <= each <= 145.3 for each in found)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: each.name)
def test_each_says_that_it_is_invented(folder: Path) -> None:
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["name"] == folder.name
    assert descriptor["catalog"]["sample"] is True
    assert descriptor["title"].startswith("【見本】")
    assert descriptor["catalog"]["translations"]["en"]["title"].startswith("[Sample] ")
    assert descriptor["catalog"]["publisher"]["id"] == folder.name[:6]
    assert "架空" in descriptor["description"]
    lists = {
        field.get("definition", {}).get("codelist")
        for each in descriptor["resources"]
        for field in each.get("schema", {}).get("fields", [])
    }
    assert not lists & {"municipality", "local-government"}
    assert "実在しません" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_feed_in_the_zip_is_the_tables_beside_it() -> None:
    folder = PACKAGES / "812021-gtfs-jp"
    with zipfile.ZipFile(folder / "gtfs-jp.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.name: path.read_bytes() for path in (folder / "data").iterdir()
        }
