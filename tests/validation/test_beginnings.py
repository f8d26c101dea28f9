"""A table with more errors than stock tells: our own findings are about what stock has read of it, in every way of reading."""

import csv
import io
import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.datapackage import open_package
from catalog.errors import Finding
from catalog.examination import examine
from catalog.settings import Settings
from catalog.tables import Dialect, formatting
from catalog.validation import asking, beginnings, bulk, hashing, judging, sampling, small
from catalog.validation.subjects import subjects_of

Build = Callable[..., Path]

LIMIT = 20
FIELDS = [{"name": name, "type": kind} for name, kind in (("番号", "string"), ("名称", "string"), ("人数", "integer"))]
NAMES = ["大浜", "ｶﾗｵｹ", "a\nb", "R2.7.21", "東,町", '"北"', "なし", "大阪　"]
RESOURCE = {"name": "stations", "path": "data/stations.csv", "schema": {"fields": FIELDS, "uniqueKeys": [["名称"]]}}


def rows(count: int) -> list[list[str]]:
    """Every fifth has an error for stock; full-width digits, which stock takes, are ours."""
    numbers = ["1", "１２", "3人", "4", "５"]
    return [[f"{row}", NAMES[row % 8] + (f"{row}" if row % 3 else ""), numbers[row % 5]] for row in range(count)]


def written(folder: Path, content: list[list[str]], encoding: str = "utf-8", line_end: str = "\n") -> Path:
    with (folder / "data/stations.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, lineterminator=line_end).writerows([["番号", "名称", "人数"], *content])
    return folder


def found(folder: Path, settings: Settings, limit_errors: int = LIMIT) -> tuple[list[dict[str, object]], list[Finding]]:
    """The errors of stock, and our own findings about the table."""
    with open_package(folder, settings) as package:
        outcome = examine(package, settings, limit_errors=limit_errors)
    return outcome.report["tasks"][0]["errors"], [each for each in outcome.findings if each.place.resource == "stations"]


def by_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "LARGEST", -1)


def by_stock_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of large tables that are dirty at once."""
    by_engine(monkeypatch)
    monkeypatch.setattr(hashing, "SMALLEST", 0)
    monkeypatch.setattr(hashing, "stops_soon", lambda _subject, limit: bool(limit))


def by_engine_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where so much is found that each kind is counted by another scan."""
    by_engine(monkeypatch)
    monkeypatch.setattr(asking, "FEW", 5)


def few_by_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "LARGEST", 1 << 30)
    monkeypatch.setattr(judging, "_CELLS", 20)
    monkeypatch.setattr(judging, "_CHARACTERS", 60)


def by_stock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where the engine is not worth its start for the other tables."""
    by_stock_first(monkeypatch)
    monkeypatch.setattr(small, "LARGEST", 0)


WAYS = (by_engine, by_stock_first, by_stock_alone, by_engine_again, few_by_few)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("encoding", "line_end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp932", "\r\n")])
def test_a_cut_table_is_judged_like_the_part_that_was_read(
    package_folder: Build,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[..., None],
    encoding: str,
    line_end: str,
) -> None:
    way(monkeypatch)
    resource = {**RESOURCE, "encoding": "cp932"} if encoding == "cp932" else RESOURCE
    folder = package_folder(resources=[resource])
    content = rows(2_000)
    errors, whole = found(written(folder, content, encoding, line_end), settings)
    last = errors[-1]["rowNumber"]
    assert isinstance(last, int)
    assert len(errors) == LIMIT
    errors_of_part, part = found(written(folder, content[: last - 1], encoding, line_end), settings)
    assert (errors, whole) == (errors_of_part, part)
    assert {"report-cut", "cell-newline", "unique-key", "full-width.number"} <= {each.code for each in whole}
    assert max(each.place.row for each in whole) == last
    cut = next(each for each in whole if each.code == "report-cut")
    assert (cut.severity, cut.place.row, cut.found) == ("warning", last, f"{LIMIT}")


@pytest.mark.parametrize("way", WAYS)
def test_without_a_limit_all_rows_are_judged(
    package_folder: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch, way: Callable[..., None]
) -> None:
    way(monkeypatch)
    folder = written(package_folder(resources=[RESOURCE]), rows(300))
    errors, findings = found(folder, settings, limit_errors=0)
    assert len(errors) == 60
    assert "report-cut" not in {each.code for each in findings}
    assert max(each.place.row for each in findings) > errors[LIMIT]["rowNumber"]  # type: ignore[operator]  # a number in a report


@pytest.mark.parametrize("way", [by_stock_first, by_stock_alone])
def test_a_guess_that_stock_would_stop_soon_may_be_wrong(
    package_folder: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch, way: Callable[..., None]
) -> None:
    folder = written(package_folder(resources=[RESOURCE]), rows(50))
    expected = found(folder, settings)
    way(monkeypatch)
    assert len(expected[0]) < LIMIT
    assert found(folder, settings) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_beginning_ends_with_the_record(package_folder: Build, settings: Settings, tmp_path: Path, encoding: str) -> None:
    content = rows(50)
    folder = written(package_folder(resources=[{**RESOURCE, "encoding": encoding}]), content, encoding)
    with open_package(folder, settings) as package:
        subject = subjects_of(package)["stations"]
        assert subject is not None
        copy = beginnings.beginning(subject, 12, tmp_path / "copy.csv")
    assert copy == replace(subject, path=tmp_path / "copy.csv")
    assert copy.path.read_bytes() == written(folder, content[:11], encoding).joinpath("data/stations.csv").read_bytes()


def test_a_report_that_is_not_cut_has_no_last_rows() -> None:
    tasks = [
        {"name": "a", "errors": [], "warnings": []},
        {"name": "b", "errors": [{}] * 3, "warnings": ["reached error limit: 3"]},
    ]
    assert beginnings.last_rows({"tasks": tasks}) == {"b": 1}


def test_the_guess_reads_a_few_pieces(package_folder: Build, settings: Settings) -> None:
    folder = written(package_folder(resources=[RESOURCE]), rows(400_000))
    with open_package(folder, settings) as package:
        subject = subjects_of(package)["stations"]
        assert subject is not None
        assert subject.path.stat().st_size > sampling.SMALLEST
        with hashing.hashed(package) as hashes:
            assert not hashes
        with hashing.hashed(package, limit_errors=0) as hashes:
            assert set(hashes) == {"stations"}


def test_rows_that_are_too_short_bring_stock_to_its_end_as_well(package_folder: Build, settings: Settings) -> None:
    folder = package_folder(resources=[RESOURCE])
    short, long = [[["x", "y"]] * LIMIT, [["1"] * (bulk.MOST_CELLS + 1)]]
    errors, findings = found(written(folder, [["1", "a", "1"], *short, *long]), settings)
    assert [each["type"] for each in errors] == ["missing-cell"] * LIMIT
    assert "report-cut" in {each.code for each in findings}
    for content, limit in (([*short[1:], *long], LIMIT), ([*short, *long], 0)):
        assert "too-many-columns" in {each.code for each in told(written(folder, content), settings, limit)}


def told(folder: Path, settings: Settings, limit_errors: int) -> tuple[Finding, ...]:
    with open_package(folder, settings) as package:
        return examine(package, settings, limit_errors=limit_errors).findings


CELLS = st.text(alphabet="ab,\"\n\r\\'あ", max_size=4)


@given(
    text=st.one_of(CELLS.map(lambda each: each * 3), st.text(alphabet="a,\"\n\r\\'", max_size=60)),
    dialect=st.sampled_from([Dialect(), Dialect(quote_char="'"), Dialect(quote_char=""), Dialect(escape_char="\\")]),
    width=st.integers(1, 4),
)
def test_no_row_that_is_too_long_is_overlooked(text: str, dialect: Dialect, width: int) -> None:
    def too_long(records: Iterable[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        found = []
        with suppress(csv.Error):
            found += [each for each in records if len(each[1]) > width]
        return found

    lines = io.StringIO(text, newline="")
    every = enumerate(csv.reader(io.StringIO(text, newline=""), **formatting(dialect)), start=1)
    assert too_long(bulk._wide(lines, dialect, width, math.inf)) == too_long(every)
