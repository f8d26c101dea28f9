"""Sheets of .xlsx and .ods as tables of a package: stock's report, our findings, and the CSV that is published."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import ezodf
import openpyxl
import pytest
from click.testing import CliRunner
from frictionless import Package as StockPackage

from catalog.cli import app
from catalog.datapackage import open_package
from catalog.errors import Refusal
from catalog.examination import examine
from catalog.intake import prepare
from catalog.settings import Settings
from catalog.validation.plugin import switched_off

FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "constraints": {"required": True}},
    {"name": "opened", "type": "date"},
    {"name": "count", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "area", "type": "number"},
    {"name": "free", "type": "boolean"},
    {"name": "note", "type": "string"},
]
NAMES = [each["name"] for each in FIELDS]
CLEAN: list[list[Any]] = [
    ["A1", date(2020, 1, 2), 10, 0.5, True, "駅前,北口"],
    ["A2", date(2021, 12, 31), 0, 1200, False, None],
    ["A3", None, None, None, None, "改行\nあり"],
]
DIRTY: list[list[Any]] = [
    ["A1", "2020-01-02", -1, "x", True, "○"],
    ["A1", datetime(2020, 1, 2, 3, 4), 1.5, 2, "yes", "なし"],  # noqa: DTZ001  as a sheet has it
    [None, None, None, None, None, None],
    [5, date(2020, 1, 2), "7", 1, 1, "　x"],
]
LICENSE = {"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}

Write = Callable[[Path, list[list[Any]]], None]


def write_xlsx(path: Path, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    book.active.append(["説明のシート"])
    sheet = book.create_sheet("施設")
    for row in rows:
        sheet.append(row)
    book.save(path)


def write_ods(path: Path, rows: list[list[Any]]) -> None:
    book = ezodf.newdoc("ods", str(path))
    book.sheets += ezodf.Sheet("説明", size=(1, 1))
    sheet = ezodf.Sheet("施設", size=(len(rows), max(map(len, rows))))
    book.sheets += sheet
    for place, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet[place, column].set_value(cell.isoformat(), "date")
            elif cell is not None:
                sheet[place, column].set_value(cell)
    book.save()


WRITERS: dict[str, Write] = {"xlsx": write_xlsx, "ods": write_ods}


def made(folder: Path, ending: str, rows: list[list[Any]], title_row: bool = True, **table: Any) -> Path:
    """A package whose table is the sheet 施設, with a title over the header; and a CSV that refers to it."""
    folder.mkdir()
    WRITERS[ending](folder / f"data.{ending}", [*([["施設の一覧"]] if title_row else []), NAMES, *rows])
    (folder / "uses.csv").write_text("facility\nA1\nA2\nA9\n" if rows is DIRTY else "facility\nA1\nA2\n", encoding="utf-8")
    kind = "excel" if ending == "xlsx" else "ods"
    dialect = {"headerRows": [2] if title_row else [1], kind: {"sheet": "施設"}}
    schema = {"fields": FIELDS, "primaryKey": ["id"]}
    resource = {"name": "data", "type": "table", "path": f"data.{ending}", "dialect": dialect, "schema": schema} | table
    key = {"fields": ["facility"], "reference": {"resource": "data", "fields": ["id"]}}
    uses = {
        "name": "uses",
        "type": "table",
        "path": "uses.csv",
        "encoding": "utf-8",
        "schema": {"fields": [{"name": "facility", "type": "string"}], "foreignKeys": [key]},
    }
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "facilities",
        "title": "施設",
        "licenses": [LICENSE],
        "resources": [resource, uses],
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    for stats in (report["stats"], *(task["stats"] for task in report["tasks"])):
        stats.pop("seconds", None)
    return report


@pytest.mark.parametrize("rows", [CLEAN, DIRTY], ids=["clean", "dirty"])
@pytest.mark.parametrize("ending", WRITERS)
def test_the_report_is_stocks_through_both_doors(tmp_path: Path, ending: str, rows: list[list[Any]]) -> None:
    folder = made(tmp_path / "p", ending, rows)
    with switched_off():
        expected = without_times(StockPackage(str(folder / "datapackage.json")).validate().to_dict())
    assert expected["valid"] is (rows is CLEAN)
    with open_package(folder, Settings()) as package:
        outcome = examine(package, Settings())
    assert outcome.report == expected
    assert outcome.lanes["data"] == "stock"
    assert without_times(StockPackage(str(folder / "datapackage.json")).validate().to_dict()) == expected


@pytest.mark.parametrize("ending", WRITERS)
def test_cells_are_judged_where_they_stand(tmp_path: Path, ending: str) -> None:
    folder = made(tmp_path / "p", ending, DIRTY)
    with open_package(folder, Settings()) as package:
        findings = examine(package, Settings()).findings
    found = {
        (each.code, each.place.row, each.place.field, each.found) for each in findings if each.place.file == f"data.{ending}"
    }
    assert ("none-mark", 4, "note", "なし") in found
    assert ("cell-blanks", 6, "note", "　x") in found


@pytest.mark.parametrize("ending", WRITERS)
def test_what_is_published_are_stocks_values(tmp_path: Path, ending: str) -> None:
    folder = made(tmp_path / "p", ending, CLEAN)
    workspace = tmp_path / "w"
    workspace.mkdir()
    with open_package(folder, Settings()) as package:
        prepared = prepare(package, Settings(), workspace)
    with prepared.contents["data.csv"].open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            NAMES,
            ["A1", "2020-01-02", "10", "0.5", "true", "駅前,北口"],
            ["A2", "2021-12-31", "0", "1200", "false", ""],
            ["A3", "", "", "", "", "改行\nあり"],
        ]
    assert prepared.rows["data"] == len(CLEAN)
    assert prepared.contents[f"source/data.{ending}"].read_bytes() == (folder / f"data.{ending}").read_bytes()
    with duckdb.connect() as connection:
        values = connection.execute("SELECT * FROM read_parquet(?)", [str(prepared.contents["data.parquet"])]).fetchall()
    assert [list(map(str, each)) for each in values] == [
        ["A1", "2020-01-02", "10", "0.5", "True", "駅前,北口"],
        ["A2", "2021-12-31", "0", "1200.0", "False", "None"],
        ["A3", "None", "None", "None", "None", "改行\nあり"],
    ]


def test_a_sheet_is_found_by_its_number_and_without_a_header_by_the_fields(tmp_path: Path) -> None:
    folder = made(tmp_path / "p", "xlsx", CLEAN, dialect={"header": False, "commentRows": [1, 2], "excel": {"sheet": 2}})
    with open_package(folder, Settings()) as package:
        assert examine(package, Settings()).report["valid"]
        (tmp_path / "w").mkdir()
        prepared = prepare(package, Settings(), tmp_path / "w")
    assert prepared.contents["data.csv"].read_text(encoding="utf-8").splitlines()[0] == ",".join(NAMES)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "csv"}, "table-spreadsheet"),
        ({"format": "ods"}, "table-spreadsheet"),
        ({"path": "data.xlsm"}, "table-spreadsheet"),
        ({"path": "data.xls"}, "table-spreadsheet"),
        ({"dialect": {"excel": {"fillMergedCells": True}}}, "dialect-key-unknown"),
        ({"dialect": {"delimiter": ";"}}, "dialect-key-unknown"),
        ({"dialect": {"sheetName": "施設"}}, "dialect-unsupported"),
        ({"dialect": {"excel": {"sheet": 0}}}, "not-text"),
    ],
    ids=str,
)
def test_what_a_sheet_cannot_be(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    folder = made(tmp_path / "p", "xlsx", CLEAN, **change)
    with pytest.raises(Refusal) as caught, open_package(folder, Settings()):
        pass
    assert code in {each.code for each in caught.value.findings}


def test_a_bad_hash_is_told_as_of_any_table(tmp_path: Path) -> None:
    folder = made(tmp_path / "p", "xlsx", CLEAN, hash="sha256:" + "0" * 64, bytes=5)
    with open_package(folder, Settings()) as package:
        report = examine(package, Settings()).report
    assert [each["type"] for each in report["tasks"][0]["errors"]] == ["hash-count", "byte-count"]


@pytest.mark.parametrize("ending", WRITERS)
def test_a_zip_with_a_sheet_through_the_command(tmp_path: Path, ending: str) -> None:
    for name, rows in (("clean", CLEAN), ("dirty", DIRTY)):
        shutil.make_archive(str(tmp_path / name), "zip", made(tmp_path / f"{name}-folder", ending, rows))
    ran = CliRunner().invoke(app, ["validate", str(tmp_path / "clean.zip"), "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["valid"]) == (0, True)
    ran = CliRunner().invoke(app, ["validate", str(tmp_path / "dirty.zip"), "--json"])
    told = json.loads(ran.stdout)
    assert (ran.exit_code, told["lanes"]["data"]) == (1, "stock")
    assert {each["type"] for each in told["report"]["tasks"][0]["errors"]} >= {"type-error", "constraint-error"}
    places = [each["place"] for each in told["findings"] if each["code"] == "none-mark"]
    assert [(each["file"], each["row"], each["field"]) for each in places] == [(f"data.{ending}", 4, "note")]
