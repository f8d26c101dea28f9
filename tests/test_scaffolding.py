"""New packages: stock frictionless takes them, the workbook can be read, nothing is left behind by a refusal."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package as StockPackage
from frictionless import system
from python_calamine import CalamineWorkbook

from catalog import scaffolding
from catalog.datapackage import open_package
from catalog.errors import NotFound, Refusal
from catalog.messages import word
from catalog.model import Agent, Text
from catalog.scaffolding import Options, Scaffold, new
from catalog.settings import Settings
from catalog.standards import Standards, check_package
from catalog.vocabulary.reading import load

STANDARDS = Standards.load()
VOCABULARY = load()
CITY = Agent(id="272078", name=Text(ja="高槻市", en="Takatsuki City"))
INVENTED = Agent(id="812013", name=Text(ja="月浜市", en="Tsukihama City"))


def made(slug: str, folder: Path, publisher: Agent = CITY, edition: str = "", **options: Any) -> Scaffold:
    wanted = Options(**{"vocabulary": VOCABULARY} | options)
    return new(STANDARDS.standard(slug, edition), folder, publisher, STANDARDS, wanted)


def descriptor_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def table_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def sheets_of(folder: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(folder / "template.xlsx")
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("slug", ["public-toilet", "gtfs-jp", "aed-location", "tourism-point-data-model"])
def test_the_stock_command_says_valid(slug: str, tmp_path: Path) -> None:
    made(slug, tmp_path / "new")
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"],
        cwd=tmp_path / "new", capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "INVALID" not in done.stdout


@pytest.mark.parametrize("edition", [(each.slug, each.edition) for each in STANDARDS], ids="-".join)
def test_every_standard_gives_a_package_that_stock_and_our_loader_take(
    edition: tuple[str, str], tmp_path: Path, settings: Settings
) -> None:
    slug, day = edition
    every = tuple(each.name for each in STANDARDS.standard(slug, day).tables)
    made(slug, tmp_path / "new", INVENTED, day, sample=True, tables=every)
    with system.use_context(trusted=False):
        report = StockPackage(str(tmp_path / "new/datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    assert {task.stats.get("rows") for task in report.tasks} == {1}
    with open_package(tmp_path / "new", settings) as package:
        assert package.sample
        assert check_package(package, STANDARDS) == ()


def test_what_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "deep/new"
    scaffold = made("public-toilet", folder)
    assert scaffold == Scaffold(
        name="272078-public-toilet", standard="public-toilet", edition="20260801", tables=("public_toilet",),
        files=("datapackage.json", "data/public_toilet.csv", "README.md", "template.xlsx"),
    )  # fmt: skip
    assert sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()) == sorted(scaffold.files)
    assert [each.name for each in folder.parent.iterdir()] == ["new"]
    assert table_of(folder / "data/public_toilet.csv") == [list(STANDARDS.standard("public-toilet").tables[0].header())]
    descriptor = descriptor_of(folder)
    assert descriptor["title"] == "公衆トイレ一覧（高槻市）"
    assert descriptor["catalog"]["publisher"] == {
        "id": "272078", "name": "高槻市", "translations": {"en": {"name": "Takatsuki City"}},
    }  # fmt: skip
    assert "sample" not in descriptor["catalog"]
    assert "contact" not in descriptor["catalog"], "nothing is invented for the steward"
    assert descriptor["resources"][0]["catalog"]["standard"] == {"id": "public-toilet", "edition": "20260801"}
    code = descriptor["resources"][0]["schema"]["fields"][0]
    assert (code["name"], code["type"], code["definition"]["codelist"]) == (
        "全国地方公共団体コード", "string", "local-government",
    )  # fmt: skip


def test_the_guide_speaks_japanese_first_and_shows_status(tmp_path: Path) -> None:
    made("aed-location", tmp_path / "new")
    guide = (tmp_path / "new/README.md").read_text(encoding="utf-8")
    japanese, english = guide.split("\n---\n")
    assert japanese.startswith("# AED設置箇所一覧（高槻市）")
    assert english.strip().startswith("# AED locations (Takatsuki City)")
    for doubt in STANDARDS.standard("aed-location").status.doubts:
        assert doubt.ja in japanese
        assert doubt.en in english
    assert "## 必須の項目" not in guide
    made("public-toilet", tmp_path / "other")
    assert "## 必須の項目\n\n- 公衆トイレ一覧: 名称、所在地_連結表記、設置位置\n" in (tmp_path / "other/README.md").read_text(
        encoding="utf-8"
    )


def test_gtfs_has_its_required_files_and_those_that_are_asked_for(tmp_path: Path) -> None:
    made("gtfs-jp", tmp_path / "new", Agent(id="mihon-bus", name=Text(ja="みほん交通")), tables=("shapes",))
    descriptor = descriptor_of(tmp_path / "new")
    assert descriptor["name"] == "mihon-bus-gtfs-jp"
    assert "spatial" not in descriptor["catalog"]
    assert [each["path"] for each in descriptor["resources"]] == [
        f"data/{name}.txt"
        for name in (
            "feed_info", "agency", "stops", "routes", "trips", "stop_times", "calendar", "fare_attributes", "translations",
            "shapes",
        )
    ]  # fmt: skip
    trips = next(each for each in descriptor["resources"] if each["name"] == "trips")["schema"]
    assert [each["reference"]["resource"] for each in trips["foreignKeys"]] == ["routes", "shapes"]
    assert not (tmp_path / "new/data/stops.txt").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_feed_with_fewer_columns_in_another_order_is_valid_and_a_dangling_stop_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    made("gtfs-jp", folder, INVENTED, sample=True)
    (folder / "data/stops.txt").write_text("stop_name,stop_id,zone_id\n月浜駅前,S1,Z1\n", encoding="utf-8")
    assert StockPackage(str(folder / "datapackage.json")).validate().valid
    (folder / "data/stops.txt").write_text("stop_name,stop_id,zone_id\n月浜駅前,S2,Z1\n", encoding="utf-8")
    report = StockPackage(str(folder / "datapackage.json")).validate()
    assert {tuple(each) for each in report.flatten(["type"])} == {("foreign-key",)}


def test_form_d_comes_with_its_companion_and_the_key_to_it(tmp_path: Path) -> None:
    scaffold = made("tourism-point-data-model", tmp_path / "new")
    assert scaffold.tables == ("tourism_point", "feature_point")
    own, other = descriptor_of(tmp_path / "new")["resources"]
    assert own["schema"]["foreignKeys"] == [
        {"fields": ["地物・地点_ID"], "reference": {"resource": "feature_point", "fields": ["地物・地点_ID"]}}
    ]
    assert other["catalog"]["standard"]["id"] == "feature-point-data-model"
    made("tourism-point-data-model", tmp_path / "again")  # the standard itself was not changed by the first one
    assert len(descriptor_of(tmp_path / "again")["resources"][0]["schema"]["foreignKeys"]) == 1


def test_a_sample_names_only_invented_municipalities(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new", INVENTED, sample=True)
    descriptor = descriptor_of(tmp_path / "new")
    assert descriptor["catalog"]["sample"] is True
    lists = {each["definition"].get("codelist") for each in descriptor["resources"][0]["schema"]["fields"]}
    assert lists == {None, "municipality-sample"}
    header, row = table_of(tmp_path / "new/data/public_toilet.csv")
    assert all(VOCABULARY.codelist("municipality-sample").find(row[header.index(name)]) for name in header if "コード" in name)
    made("public-toilet", tmp_path / "empty", INVENTED)
    assert descriptor_of(tmp_path / "empty")["catalog"]["sample"] is True
    assert len(table_of(tmp_path / "empty/data/public_toilet.csv")) == 1


def test_a_publisher_without_a_name_has_that_of_its_code(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new", Agent(id="272078", name=Text()))
    assert descriptor_of(tmp_path / "new")["catalog"]["publisher"]["name"] == "高槻市"
    made("public-toilet", tmp_path / "other", Agent(id="mihon", name=Text()), vocabulary=None)
    assert descriptor_of(tmp_path / "other")["catalog"]["publisher"]["name"] == "mihon"


# the workbook


def test_the_workbook_has_header_dictionary_metadata_and_choices(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new")
    sheets = sheets_of(tmp_path / "new")
    assert list(sheets) == ["公衆トイレ一覧", "項目定義", "メタデータ", "選択肢"]
    standard = STANDARDS.standard("public-toilet")
    assert sheets["公衆トイレ一覧"] == [list(standard.tables[0].header())]
    head, *rows = sheets["項目定義"]
    defined = [dict(zip(head, row, strict=True)) for row in rows]
    assert [each["項目名"] for each in defined] == list(standard.tables[0].header())
    assert [each["区分"] for each in defined[:4]] == ["推奨", "推奨", "任意", "必須"]
    assert defined[17]["選べる値"] == "階数、標高、地表高"
    assert all(each["説明"] and each["Description"] for each in defined)
    values = {row[1]: row[2] for row in sheets["メタデータ"]}
    assert values["name"] == "272078-public-toilet"
    assert {"title", "publisher.id", "license", "contact.name", "standard.id", "frequency"} <= set(values)
    assert (values["standard.id"], values["standard.edition"], values["contact.name"]) == ("public-toilet", "20260801", "")


def test_licence_and_frequency_are_labels_of_their_lists(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new")
    sheets = sheets_of(tmp_path / "new")
    values = {row[1]: row[2] for row in sheets["メタデータ"]}
    licence = VOCABULARY.codelist("licence").match(values["license"])
    assert licence is not None
    assert licence.code == "CC-BY-4.0"
    offered = {row[index] for row in sheets["選択肢"][1:] for index in range(len(row))}
    assert {each.label.ja for each in VOCABULARY.codelist("update-frequency").concepts} <= offered


def test_choices_of_municipalities_are_those_of_the_prefecture(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new")
    head, *rows = sheets_of(tmp_path / "new")["選択肢"]
    place = head.index("市区町村")
    offered = [row[place] for row in rows if row[place]]
    assert "272078" in offered
    assert all(code.startswith("27") for code in offered)
    made("public-toilet", tmp_path / "other", Agent(id="mihon", name=Text(ja="みほん")))
    assert "市区町村" not in sheets_of(tmp_path / "other")["選択肢"][0]


def sheet_xml(folder: Path, number: int = 1) -> str:
    with zipfile.ZipFile(folder / "template.xlsx") as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_the_workbook_freezes_the_header_offers_lists_and_keeps_codes_as_text(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new")
    xml = sheet_xml(tmp_path / "new")
    assert 'ySplit="1"' in xml
    assert 'state="frozen"' in xml
    assert xml.count("<dataValidation ") == 2 + 2 + 1 + 11 + 3  # codes, coordinates, kind of height, counts, 有/無
    assert 'type="decimal"' in xml
    with zipfile.ZipFile(tmp_path / "new/template.xlsx") as book:
        assert "xl/comments1.xml" in book.namelist()
        comments = book.read("xl/comments1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "【必須】名称" in comments
    assert '<col min="1" max="1" width="24.7109375" style="1"' in xml
    assert re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])[1] == "49"


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    scaffold = made("designated-emergency-evacuation-site", first)
    made("designated-emergency-evacuation-site", second)
    assert all((first / each).read_bytes() == (second / each).read_bytes() for each in scaffold.files)


def test_sample_rows_stand_in_the_workbook_too_codes_as_text(tmp_path: Path) -> None:
    made("public-toilet", tmp_path / "new", INVENTED, sample=True)
    header, row = sheets_of(tmp_path / "new")["公衆トイレ一覧"]
    cells = dict(zip(header, row, strict=True))
    assert (cells["全国地方公共団体コード"], cells["利用終了時間"], cells["緯度"], cells["男性トイレ総数"]) == (
        "812013", "24:00", 35.0, 4.0,
    )  # fmt: skip


def test_several_tables_have_a_sheet_each(tmp_path: Path) -> None:
    made("gtfs-jp", tmp_path / "new")
    sheets = sheets_of(tmp_path / "new")
    assert list(sheets)[:3] == ["feed_info", "agency", "stops"]
    assert list(sheets)[-3:] == ["項目定義", "メタデータ", "選択肢"]


# refusals


def refused(slug: str, folder: Path, publisher: Agent = CITY, **options: Any) -> list[str]:
    with pytest.raises(Refusal) as caught:
        made(slug, folder, publisher, **options)
    for finding in caught.value.findings:
        for language in ("ja", "en"):
            assert str(folder.parent) not in word(finding, language)
            assert "?" not in word(finding, language)
    return [each.code for each in caught.value.findings]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/mine.txt").write_text("mine", encoding="utf-8")
    assert refused("public-toilet", tmp_path / "new") == ["folder-not-empty"]
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["mine.txt"]
    assert refused("public-toilet", tmp_path / "new/mine.txt") == ["folder-not-empty"]
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert refused("public-toilet", tmp_path / "link") == ["folder-not-empty"]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_an_empty_folder_is_filled_even_while_one_stands_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    made("public-toilet", Path())
    assert Path("datapackage.json").is_file()
    assert [each.name for each in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("exists", [True, False])
def test_nothing_is_left_behind_when_writing_fails(exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new"
    if exists:
        folder.mkdir()
    rename, calls = scaffolding.os.rename, []

    def failing(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == (3 if exists else 1):
            raise OSError(28, "No space left on device")
        rename(source, target)

    monkeypatch.setattr(scaffolding.os, "rename", failing)
    assert refused("public-toilet", folder) == ["folder-unwritable"]
    assert [each.name for each in tmp_path.iterdir()] == (["new"] if exists else [])
    assert not exists or list(folder.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert refused("public-toilet", tmp_path / "file/below/new") == ["folder-unwritable"]


def test_ids_with_wrong_digits_are_refused_with_the_right_one(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    nobody = Text(ja="だれか")
    assert refused("public-toilet", folder, Agent(id="272079", name=nobody)) == ["publisher-check-digit"]
    assert refused("public-toilet", folder, Agent(id="1000020270008", name=nobody)) == ["corporate-check-digit"]
    assert refused("public-toilet", folder, Agent(id="高槻市", name=nobody)) == ["publisher-id-invalid"]
    assert not folder.exists()
    made("public-toilet", folder, Agent(id="4000020270008", name=nobody))
    assert descriptor_of(folder)["name"] == "4000020270008-public-toilet"


def test_invented_rows_never_stand_beside_a_real_code_and_all_reasons_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/mine.txt").write_text("mine", encoding="utf-8")
    assert refused("public-toilet", tmp_path / "new", sample=True) == ["sample-publisher-real", "folder-not-empty"]


def test_a_table_that_the_standard_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        made("gtfs-jp", tmp_path / "new", tables=("stop_time",))
    assert caught.value.code == "standard-table-unknown"
    assert list(tmp_path.iterdir()) == []
