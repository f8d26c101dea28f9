"""Our own findings where people meet them: in the examination of a package, on the terminal, as JSON."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from catalog.datapackage import open_package
from catalog.errors import Place
from catalog.examination import examine, standards, vocabulary_for
from catalog.messages import where
from catalog.settings import Settings
from catalog.validation import scan_again, small, validate_package
from catalog.validation.judging import Judge

Build = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[2]


def catalog(*arguments: str | Path, language: str = "ja_JP.UTF-8") -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CATALOG_", "LC_", "LANG"))}
    command = [sys.executable, "-c", "from catalog.cli import main; main()", *map(str, arguments)]
    environment = plain | {"PYTHONIOENCODING": "utf-8", "LANG": language}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=120)


def test_warnings_do_not_make_a_package_invalid_and_errors_do(package_folder: Build, settings: Settings) -> None:
    with open_package(package_folder("wide", rows="A01,１２\nA02, 5\n"), settings) as package:
        outcome = examine(package, settings)
    assert outcome.valid
    assert [(each.code, each.severity, each.place.row) for each in outcome.findings] == [
        ("cell-blanks", "warning", 3),
        ("full-width.number", "warning", 2),
    ]
    code = {"name": "code", "type": "string", "definition": {"codelist": "municipality-sample"}}
    count = {"name": "passengers", "type": "integer"}
    resource = {"name": "stations", "path": "data/stations.csv", "schema": {"fields": [code, count]}}
    with open_package(package_folder("codes", rows="990002,1\n", resources=[resource]), settings) as package:
        outcome = examine(package, settings)
    assert not outcome.valid
    assert [each.code for each in outcome.findings if each.severity == "error"] == ["local-government-check-digit"]


@pytest.mark.parametrize("content", [b"<!DOCTYPE html>\n<html><body>code,passengers</body></html>\n", b"PK\x03\x04" + bytes(40)])
def test_html_and_zip_bytes_behind_a_csv_name_are_refused(package_folder: Build, settings: Settings, content: bytes) -> None:
    folder = package_folder()
    (folder / "data/stations.csv").write_bytes(content)
    with open_package(folder, settings) as package:
        outcome = examine(package, settings)
    assert not outcome.valid
    assert [each.code for each in outcome.problems()] == ["not-a-table"]


def test_findings_beyond_fifty_are_counted_the_gravest_first(package_folder: Build) -> None:
    rows = "".join(f"A{number:02},－{number}\n" for number in range(40)) + "".join(f"B{number:02}, 1\n" for number in range(30))
    done = catalog("validate", package_folder(rows=rows))
    lines = [each for each in done.stdout.splitlines() if each.startswith(("直して", "確認して", "参考"))]
    assert len(lines) == 51
    assert all(each.startswith("直してください: data/stations.csv 表 stations ") for each in lines[:40])
    assert all("[stock.type-error]" in each for each in lines[:40])
    assert all(each.startswith("確認してください") for each in lines[40:])
    assert lines[50] == "確認してください: ほかに13件（full-width.number 12, more-cells 1）"
    assert done.returncode == 1
    assert "40" in done.stdout.splitlines()[-1]


def test_few_findings_are_told_in_full_in_both_languages(package_folder: Build) -> None:
    folder = package_folder(rows="A01,１２\n")
    japanese, english = catalog("validate", folder), catalog("validate", folder, language="en_US.UTF-8")
    assert (japanese.returncode, english.returncode) == (0, 0)
    assert "確認してください: data/stations.csv 表 stations 2行目 項目「passengers」 セル B2: 「１２」に全角の" in japanese.stdout
    assert "（機械可読性のルール L2-01）" in japanese.stdout
    assert (
        "Please check: data/stations.csv table stations row 2 field passengers cell B2: “１２” has full-width" in english.stdout
    )


def test_findings_stand_in_the_json_with_both_wordings(package_folder: Build) -> None:
    answer = json.loads(catalog("validate", package_folder(rows="A01,１２\n"), "--json").stdout)
    assert answer["valid"] is True
    finding = answer["findings"][0]
    assert (finding["code"], finding["severity"], finding["found"], finding["expected"]) == (
        "full-width.number",
        "warning",
        "１２",
        "12",
    )
    assert finding["place"] == {"file": "data/stations.csv", "resource": "stations", "field": "passengers", "row": 2, "column": 2}


FEW = ["なし", "大阪　", "ｶﾗｵｹ", "R2.7.21", "合 計", "㈱山田", "#N/A", "a\nb", "", "○", "令和2年7月21日"]
MANY = ["なし", "-", "〃", "ｱ", " b", "", "①"] * 200


@pytest.mark.parametrize(("cells", "dialect"), [(FEW, {}), (FEW, {"delimiter": ";"}), (FEW, {"quoteChar": "'"}), (MANY, {})])
def test_a_scan_and_a_reading_row_by_row_find_the_same(
    package_folder: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch, cells: list[str], dialect: dict[str, str]
) -> None:
    monkeypatch.setattr(small, "LARGEST", -1)
    fields = [
        {"name": "コード", "type": "string", "definition": {"codelist": "municipality-sample"}},
        {"name": "開始日", "type": "string", "definition": {"obligation": "mandatory"}},
        {"name": "人数", "type": "integer", "definition": {"unit": "person"}},
    ]
    schema = {"fields": fields, "uniqueKeys": [["コード", "人数"]]}
    resource = {"name": "stations", "path": "data/stations.csv", "schema": schema, "dialect": dialect}
    folder = package_folder(resources=[resource])
    codes, numbers = ["990001", "990002", "99000", "９９０００１", "大月浜市"], ["1", "１", "2円", "－", " 3"]
    with (folder / "data/stations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=dialect.get("delimiter", ","), quotechar=dialect.get("quoteChar", '"'))
        writer.writerow(["コード", "開始日", "人数"])
        writer.writerows([codes[row % 5], cell, numbers[row % 4]] for row, cell in enumerate(cells))
    with open_package(folder, settings) as package:
        judge = Judge(package, settings, standards(), partial(vocabulary_for, package))
        outcome = validate_package(package, ask=judge.ask)
        by_rows = judge.findings({}, partial(scan_again, package))
        assert len({each.code for each in by_rows}) > 10
        assert outcome.sightings["stations"]
        scanned = Judge(package, settings, standards(), partial(vocabulary_for, package))
        sightings = validate_package(package, ask=scanned.ask).sightings
        assert scanned.findings(sightings, partial(scan_again, package)) == by_rows
        assert [each for each in examine(package, settings).findings if each.place.file == "data/stations.csv"] == list(by_rows)


@pytest.mark.parametrize(("column", "name"), [(1, "A7"), (26, "Z7"), (27, "AA7"), (52, "AZ7"), (703, "AAA7"), (16384, "XFD7")])
def test_cells_have_the_names_of_spreadsheets(column: int, name: str) -> None:
    assert where(Place(row=7, column=column), "ja") == f"7行目 セル {name}"
    assert where(Place(column=column), "ja") == ""


@pytest.mark.parametrize("folder", sorted((ROOT / "datapackages").iterdir()), ids=lambda each: each.name)
def test_our_own_packages_have_no_errors_and_only_true_warnings(folder: Path, settings: Settings) -> None:
    with open_package(folder, settings) as package:
        findings = examine(package, settings).problems()
    if folder.name.startswith("81"):  # invented cities, whose tables lack on purpose what real ones lack
        told = {each.code for each in findings if each.severity != "note"}
        assert told <= {"recommended-empty", "standard-recommended-missing", "standard-table-missing"}
    else:
        assert {each.code for each in findings} <= {"recommended-empty"}
    assert not [each for each in findings if each.severity == "error"]
