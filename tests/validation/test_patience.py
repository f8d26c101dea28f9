"""Patterns that may never end, asked by stock frictionless where no limited child is around it."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package as StockPackage

from catalog.datapackage import open_package
from catalog.settings import Settings
from catalog.validation import patience, validate_package

ENDLESS = r"((a*)*)*\2$"
ROWS = ["aaa", "b", "a" * 60 + "b", "aaaa", "a" * 70 + "b"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    (tmp_path / "data.csv").write_text("\n".join(["a", *ROWS, ""]), encoding="utf-8")
    schema = {"fields": [{"name": "a", "type": "string", "constraints": {"pattern": ENDLESS}}]}
    resource = {"name": "data", "path": "data.csv", "type": "table", "encoding": "utf-8", "schema": schema}
    descriptor = {"name": "patient", "title": "題", "resources": [resource]}
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return tmp_path


def told(report: dict[str, Any]) -> list[tuple[str, int | None]]:
    (task,) = report["tasks"]
    assert not task["valid"]
    assert not report["valid"]
    assert report["stats"]["errors"] == task["stats"]["errors"] == len(task["errors"])
    return [(each["type"], each.get("rowNumber")) for each in task["errors"]]


EXPECTED = [("constraint-error", 3), ("resource-error", None)]


def test_a_package_is_validated_but_for_those_cells(folder: Path) -> None:
    begin = time.monotonic()
    with open_package(folder, Settings()) as package:
        outcome = validate_package(package)
    assert time.monotonic() - begin < 10
    assert told(outcome.report) == EXPECTED
    (_pattern, given_up) = outcome.problems()
    assert (given_up.code, given_up.place.file, given_up.found) == ("pattern-not-judged", "data.csv", ENDLESS)
    assert (given_up.expected, given_up.details["count"]) == ("0.5", "2")


def test_so_is_one_by_the_stock_command_with_the_plugin(folder: Path) -> None:
    assert told(StockPackage(str(folder / "datapackage.json")).validate().to_dict()) == EXPECTED


def test_where_no_alarm_can_be_set_such_cells_are_not_asked(folder: Path) -> None:
    found: list[dict[str, Any]] = []
    worker = threading.Thread(target=lambda: found.append(StockPackage(str(folder / "datapackage.json")).validate().to_dict()))
    worker.start()
    worker.join(10)
    assert told(found[0]) == EXPECTED


def test_afterwards_stock_is_as_it_was(folder: Path) -> None:
    before = patience.stock_field.check_pattern
    StockPackage(str(folder / "datapackage.json")).validate()
    assert patience.stock_field.check_pattern is before
