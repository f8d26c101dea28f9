"""Tables that cities and a prefecture really published: what becomes of each of them (docs/conforming.md has the figures)."""

from pathlib import Path
from typing import Any

import pytest
from conforming_samples import LIBRARY, codes, refused
from frictionless import Package as StockPackage
from frictionless import system

from catalog.conforming import Cleaned, Options, clean, write
from catalog.datapackage import open_package
from catalog.examination import examine

TAKAMATSU = "372013"
HAZARDS = ("崖崩れ、土石流及び地滑り", "内水氾濫", "地震", "津波", "高潮")
UNDECIDED = {(f"災害種別_{each}", "△") for each in HAZARDS}


@pytest.fixture
def real(shared: Path) -> Path:
    folder = shared / "standards/real"
    if not folder.is_dir():
        pytest.skip("the published tables are not there")
    return folder


def takamatsu(real: Path, name: str, standard: str, **options: Any) -> Cleaned:
    given = Options(standard=standard, metadata={"publisher.id": TAKAMATSU}, **options)
    return clean(real / f"takamatsu-{name}.csv", given, LIBRARY)


@pytest.mark.parametrize(
    ("name", "standard", "size", "changes"),
    [
        ("aed_location", "aed-location", ("20260801", 450, 11),
         {"header": 11, "blank": 35, "line-break": 2, "width": 74, "time": 206}),
        ("public_toilet", "public-toilet", ("2020", 169, 32), {"header": 32, "code-check-digit": 169}),
        ("public_wireless_lan", "public-wireless-lan", ("20260801", 3, 18), {"header": 18, "width": 3, "code-check-digit": 3}),
        ("evacuation_space", "designated-emergency-evacuation-site", ("2020", 195, 14),
         {"header": 14, "width": 10, "flag": 1043, "none": 23, "decision": 116}),
    ],
)  # fmt: skip
def test_tables_of_takamatsu_conform(
    name: str, standard: str, size: tuple[str, int, int], changes: dict[str, int], real: Path, tmp_path: Path
) -> None:
    decisions = dict.fromkeys(UNDECIDED, "") if "evacuation" in standard else {}
    done = takamatsu(real, name, standard, decisions=decisions)
    assert (done.edition, len(done.rows), len(done.columns)) == size
    assert done.summary["changes"] == changes
    assert done.valid, done.findings
    assert done.summary["leftOut"][0]["from"] == "#property"
    write(done, tmp_path / "out")
    with system.use_context(trusted=False):
        report = StockPackage(str(tmp_path / "out/datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    with open_package(tmp_path / "out", LIBRARY.settings) as package:
        outcome = examine(package, LIBRARY.settings)
    assert outcome.valid, outcome.problems()


def test_what_takamatsu_has_to_decide_itself(real: Path) -> None:
    done = takamatsu(real, "evacuation_space", "designated-emergency-evacuation-site")
    left = [each for each in done.findings if each.severity == "error"]
    assert {(each.place.field, each.found) for each in left} == UNDECIDED
    assert sum(int(each.details["count"]) for each in left) == 116
    assert all(each.code == "clean-left" for each in left)
    (older,) = [each for each in done.findings if each.code == "clean-edition-older"]
    assert older.details["columns"] == "市区町村コード, 災害種別_洪水, 災害種別_火山現象, 指定避難所との重複"
    newest = refused(
        lambda: takamatsu(real, "evacuation_space", "designated-emergency-evacuation-site", edition="20260801")
    )  # fmt: skip
    assert [(each.code, each.expected) for each in newest] == [
        ("standard-mandatory-missing", name) for name in older.details["columns"].split(", ")
    ]


def test_no_name_address_or_phone_loses_its_hyphens(real: Path) -> None:
    hyphens = "-ー－−〜～‐"
    for name, standard in (("aed_location", "aed-location"), ("public_wireless_lan", "public-wireless-lan")):
        for change in takamatsu(real, name, standard).changes:
            if change.field in ("名称", "所在地_連結表記", "電話番号", "設置位置") and change.row > 1:
                kept = [[each for each in text if each in hyphens] for text in (change.before, change.after)]
                assert kept[0] == kept[1], change


def test_tables_of_osaka_follow_no_standard(real: Path) -> None:
    files = sorted(real.glob("osaka-covid19-*.cp932.csv"))
    assert len(files) == 6
    for file in files:
        (finding,) = refused(lambda file=file: clean(file, Options(), LIBRARY))  # type: ignore[misc] # bound early
        assert finding.code == "clean-standard-none"
        header = file.read_text(encoding="cp932").splitlines()[0]
        assert finding.found == header.replace(",", ", "), "read as CP932, and named in full"
        asked = refused(lambda file=file: clean(file, Options(standard="public-toilet"), LIBRARY))  # type: ignore[misc] # as above
        assert codes(asked) == ["clean-header-missing", *["standard-mandatory-missing"] * 3]
        assert [each.expected for each in asked[1:]] == ["名称", "所在地_連結表記", "設置位置"]
