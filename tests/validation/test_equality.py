"""The standing proof: random packages, each read by screen and stock together and by stock alone, with equal reports."""

import csv
import json
import random
from collections import Counter
from pathlib import Path

import pytest
from validation_samples import by_stock, difference, write_case

from catalog.datapackage import open_package
from catalog.settings import Settings
from catalog.validation import screening, small, structure

SHORT, LONG = range(120), range(1000, 3000)
LIMITS = (1000, 1, 3, 10)
FAST = 0.6


def compared(folder: Path, seeds: range, *, wild: bool) -> Counter[str]:
    lanes: Counter[str] = Counter()
    for seed in seeds:
        case = folder / str(seed)
        write_case(case, seed, wild=wild)
        with open_package(case, Settings()) as package:
            differs, outcome = difference(package, LIMITS[seed % 4] if seed % 3 == 0 else 1000)
        assert not differs, f"seed {seed}: {differs[:2000]}"
        lanes.update(outcome.lanes.values())
    return lanes


@pytest.fixture(params=["whole", "in parts"])
def sized(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files read as large ones are: by the engine, in one piece, or cut into parts, in several windows."""
    monkeypatch.setattr(small, "LARGEST", -1)
    if request.param == "in parts":
        monkeypatch.setattr(structure, "WINDOW", 700)
        monkeypatch.setattr(screening, "PARALLEL", 600)
        monkeypatch.setattr(screening, "PART", 4_000)
        monkeypatch.setattr(screening, "BUFFER", 4096)


@pytest.mark.usefixtures("sized")
def test_reports_equal_stocks_and_most_tables_are_fast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lanes = compared(tmp_path, SHORT, wild=False)
    with capsys.disabled():
        print(f"\nlanes: {dict(lanes)}")  # noqa: T201  how many went where is part of the proof
    assert lanes["fast"] >= FAST * lanes.total()


@pytest.mark.usefixtures("sized")
def test_reports_equal_stocks_for_types_that_the_screen_leaves_to_stock(tmp_path: Path) -> None:
    assert compared(tmp_path, SHORT[:60], wild=True)["stock"] > 0


def test_reports_equal_stocks_where_small_tables_are_read_in_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compared(tmp_path / "dirty", SHORT[:60], wild=True)
    lanes: Counter[str] = Counter()
    for seed in SHORT[60:]:
        case = tmp_path / str(seed)
        write_case(case, seed, without={})
        with open_package(case, Settings()) as package:
            report = by_stock(package, limit_errors=1_000_000).report
        faulty = {each["name"]: {error.get("rowNumber", 0) - 2 for error in each["errors"]} for each in report["tasks"]}
        write_case(case, seed, without=faulty)
        with open_package(case, Settings()) as package:
            differs, outcome = difference(package)
        assert not differs, f"seed {seed}: {differs[:2000]}"
        if outcome.valid:
            lanes.update(outcome.lanes.values())
    with capsys.disabled():
        print(f"\nlanes of small packages without fault: {dict(lanes)}")  # noqa: T201  the same
    assert lanes["fast"] >= FAST * lanes.total() > 0


@pytest.mark.usefixtures("sized")
def test_rows_of_every_kind_are_told_apart_in_files_of_many_buffers(tmp_path: Path) -> None:
    r = random.Random(8)
    rows = [[f"k{number}", f"{r.randint(0, 999)}", f"施設{number % 97}"] for number in range(20_000)]
    for _ in range(120):
        kind, row = r.randrange(5), r.choice(rows)
        if kind < 3:
            row[kind % 3] = ("k7", "x", 'a,"b"\n二行')[kind]
        elif kind == 3:
            row.append("")
        elif len(row) > 2:
            row.pop()
    with (tmp_path / "data.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["id", "n", "name"], *rows])
    fields = [{"name": "id", "type": "string"}, {"name": "n", "type": "integer"}, {"name": "name", "type": "string"}]
    resource = {"name": "data", "path": "data.csv", "schema": {"fields": fields, "primaryKey": ["id"]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [resource]}), encoding="utf-8")
    with open_package(tmp_path, Settings()) as package:
        differs, outcome = difference(package)
    assert not differs, differs[:2000]
    assert outcome.lanes == {"data": "fast"}


@pytest.mark.long
@pytest.mark.usefixtures("sized")
def test_reports_equal_stocks_in_the_long_run(tmp_path: Path) -> None:
    compared(tmp_path, LONG, wild=False)


@pytest.mark.long
def test_reports_equal_stocks_in_the_long_run_of_small_tables(tmp_path: Path) -> None:
    compared(tmp_path, LONG, wild=True)
