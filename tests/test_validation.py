import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.datapackage import open_package
from catalog.settings import Settings
from catalog.validation import validate_package

Build = Callable[..., Path]

DIRTY = "A01,x\nA01,-5\nB2,3\n\n,7\nC03,1,9\nD04\n"


def stock_report(folder: Path) -> dict[str, Any]:
    """What the unmodified command says, run times aside."""
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    for stats in (report["stats"], *(task["stats"] for task in report["tasks"])):
        stats.pop("seconds", None)
    return report


@pytest.mark.parametrize("rows", ["A01,5\n", DIRTY, ""], ids=["clean", "dirty", "empty"])
def test_the_report_is_what_the_stock_command_says(package_folder: Build, settings: Settings, rows: str) -> None:
    folder = package_folder(rows=rows)
    with open_package(folder, settings) as package:
        outcome = validate_package(package)
    assert outcome.report == stock_report(folder)


def test_each_error_becomes_a_fact_with_its_place(package_folder: Build, settings: Settings) -> None:
    with open_package(package_folder(rows=DIRTY), settings) as package:
        problems = validate_package(package).problems()
    found = {(each.code, each.place.row, each.place.field) for each in problems}
    assert ("stock.type-error", 2, "passengers") in found
    assert ("stock.constraint-error.minimum", 3, "passengers") in found
    assert ("stock.constraint-error.pattern", 4, "code") in found
    assert ("stock.primary-key.same", 3, "") in found
    assert ("stock.blank-row", 5, "") in found
    assert all(each.place.file == "data/stations.csv" and each.place.resource == "stations" for each in problems)


def test_where_stock_itself_fails_the_steward_gets_a_finding(package_folder: Build, settings: Settings) -> None:
    bound = {"minimum": "2020-01-01T00:00:00Z"}  # stock cannot compare a time with a zone to one without
    fields = [{"name": "code", "type": "datetime", "constraints": bound}, {"name": "passengers", "type": "string"}]
    resource = {"name": "stations", "path": "data/stations.csv", "schema": {"fields": fields}}
    folder = package_folder(rows="2021-01-01T00:00:00,2\n", resources=[resource])
    with open_package(folder, settings) as package:
        outcome = validate_package(package)
    assert not outcome.valid
    assert [each.code for each in outcome.findings] == ["validator-stopped"]


def test_no_path_of_the_machine_stands_in_a_report(package_folder: Build, settings: Settings) -> None:
    folder = package_folder(rows=DIRTY)
    with open_package(folder, settings) as package:
        outcome = validate_package(package)
    assert str(folder) not in json.dumps(outcome.report)
