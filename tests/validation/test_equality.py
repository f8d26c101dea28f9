"""The standing proof: random packages, each read by screen and stock together and by stock alone, with equal reports."""

from collections import Counter
from pathlib import Path

import pytest
from validation_samples import difference, write_case

from catalog.datapackage import open_package
from catalog.settings import Settings
from catalog.validation import screening, structure

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
    """Small files read as large ones are: cut into parts, in several windows."""
    if request.param == "in parts":
        monkeypatch.setattr(structure, "WINDOW", 700)
        monkeypatch.setattr(screening, "PARALLEL", 600)
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


@pytest.mark.long
@pytest.mark.usefixtures("sized")
def test_reports_equal_stocks_in_the_long_run(tmp_path: Path) -> None:
    compared(tmp_path, LONG, wild=False)
