"""A file as a whole: what is logged, what is left, what the package says, and that cleaning twice changes nothing."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from conforming_samples import CITY, CLEAN, HEADER, LIBRARY, cleaned, codes, refused, workbook
from frictionless import Package as StockPackage
from frictionless import system
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from catalog.conforming import Cleaned, Options, clean, clean_bytes, write
from catalog.datapackage import open_package
from catalog.errors import Finding, NotFound, Refusal
from catalog.examination import examine
from catalog.messages import WORDINGS, word
from catalog.model import Agent, Text
from catalog.scaffolding import Options as TemplateOptions
from catalog.scaffolding import new
from catalog.settings import Settings

MESSY = (
    "高槻市の公衆トイレ,,,,,,,,,,\r\n"
    "名称,住所,設置位置,緯度,経度,男性トイレ総数,利用開始時間,車椅子使用者用トイレ有無,市区町村コード,備考,担当\r\n"
    "　駅前ﾄｲﾚ,大阪府高槻市紺屋町１－１,１階,135.617,34.851,２,９：００,○,27207,なし,管財課\r\n"
    "公園,大阪府高槻市1-2,-,0,0,1,２４：００,×,27207,,公園課\r\n"
    ",,,,,,,,,,\r\n"
    '城跡,大阪府高槻市1-3,2階,34.85,135.61,多数,9時頃,△,272078,"1\r\n2",\r\n'
)  # fmt: skip


def table_of(done: Cleaned) -> list[list[str]]:
    (path,) = [each for each in done.files if each.endswith(".csv")]
    return list(csv.reader(io.StringIO(done.files[path].decode("utf-8-sig"), newline="")))


def descriptor_of(done: Cleaned) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.files["datapackage.json"])
    return found


def stock(folder: Path) -> list[list[Any]]:
    with system.use_context(trusted=False):
        flattened: list[list[Any]] = (
            StockPackage(str(folder / "datapackage.json")).validate().flatten(["type", "rowNumber", "cell"])
        )
    return flattened


def valid_in_the_catalogue(folder: Path, given: Settings) -> bool:
    with open_package(folder, given) as package:
        return examine(package, given).valid


def test_a_messy_file_becomes_a_table_of_the_standard_and_every_change_is_logged(tmp_path: Path) -> None:
    done = cleaned(MESSY.encode("cp932"), metadata={"publisher.id": ""}, edition="2020")
    assert table_of(done) == [
        [
            "都道府県コード又は市区町村コード", "名称", "住所", "設置位置", "緯度", "経度", "男性トイレ総数",
            "車椅子使用者用トイレ有無", "利用開始時間", "備考",
        ],
        ["272078", "駅前トイレ", "大阪府高槻市紺屋町1－1", "1階", "34.851", "135.617", "2", "有", "09:00", "なし"],
        ["272078", "公園", "大阪府高槻市1-2", "-", "", "", "1", "無", "24:00", ""],
        ["272078", "城跡", "大阪府高槻市1-3", "2階", "34.85", "135.61", "多数", "△", "9時頃", "1\n2"],
    ]  # fmt: skip
    assert (done.name, done.publisher, done.source_rows) == (f"{CITY}-public-toilet", CITY, [3, 4, 6])
    log = {each.cell: (each.field, each.before, each.after, each.rules) for each in done.changes if each.row > 2}
    assert log == {
        "A3": ("名称", "　駅前ﾄｲﾚ", "駅前トイレ", ("blank", "kana")),
        "B3": ("住所", "大阪府高槻市紺屋町１－１", "大阪府高槻市紺屋町1－1", ("width",)),
        "C3": ("設置位置", "１階", "1階", ("width",)),
        "D3": ("緯度", "135.617", "34.851", ("swap",)),
        "E3": ("経度", "34.851", "135.617", ("swap",)),
        "F3": ("男性トイレ総数", "２", "2", ("width",)),
        "G3": ("利用開始時間", "９：００", "09:00", ("width", "time")),
        "H3": ("車椅子使用者用トイレ有無", "○", "有", ("flag",)),
        "I3": ("都道府県コード又は市区町村コード", "27207", "272078", ("code-check-digit",)),
        "D4": ("緯度", "0", "", ("zero-coordinate",)),
        "E4": ("経度", "0", "", ("zero-coordinate",)),
        "G4": ("利用開始時間", "２４：００", "24:00", ("width",)),
        "H4": ("車椅子使用者用トイレ有無", "×", "無", ("flag",)),
        "I4": ("都道府県コード又は市区町村コード", "27207", "272078", ("code-check-digit",)),
        "J6": ("備考", "1\r\n2", "1\n2", ("line-break",)),
    }
    left = {
        (each.place.field, each.place.row, each.place.column, each.found) for each in done.findings if each.code == "clean-left"
    }
    assert left == {("男性トイレ総数", 6, 6, "多数"), ("利用開始時間", 6, 7, "9時頃"), ("車椅子使用者用トイレ有無", 6, 8, "△")}
    assert not done.valid
    write(done, tmp_path / "out")
    assert {tuple(each[1:]) for each in stock(tmp_path / "out")} == {(4, "多数"), (4, "△"), (4, "9時頃")}, "just what was left"


def test_a_clean_table_is_taken_by_stock_and_by_the_catalogue(tmp_path: Path) -> None:
    done = cleaned(f"{HEADER}\n{CLEAN}\n駅裏,大阪府高槻市2,-,,,,,×,,\n", metadata={"license": "CC0", "contact.name": "管財課"})
    assert (done.edition, done.valid, codes(done.findings)) == ("20260801", True, [])
    files = write(done, tmp_path / "deep" / "out")
    assert files == ("datapackage.json", "data/public_toilet.csv", "changes.csv", "cleaning.json")
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["out"]
    assert stock(tmp_path / "deep" / "out") == []
    assert valid_in_the_catalogue(tmp_path / "deep" / "out", LIBRARY.settings)
    with open_package(tmp_path / "deep" / "out", LIBRARY.settings) as package:
        assert package.files == ("data/public_toilet.csv", "datapackage.json"), "the records are no part of the package"


def test_the_records_say_what_was_done() -> None:
    done = cleaned(MESSY, edition="2020")
    records = done.records()
    lines = list(csv.DictReader(io.StringIO(records["changes.csv"].decode("utf-8-sig"), newline="")))
    assert len(lines) == len(done.changes)
    assert lines[-1] == {"row": "6", "cell": "J6", "column": "備考", "before": "1\r\n2", "after": "1\n2", "rules": "line-break"}
    summary = json.loads(records["cleaning.json"])
    assert summary["changes"] == {
        "width": 5, "code-check-digit": 2, "flag": 2, "swap": 2, "zero-coordinate": 2, "header": 1, "blank": 1, "kana": 1,
        "time": 1, "line-break": 1,
    }  # fmt: skip

    assert summary["columns"][0] == {"name": "都道府県コード又は市区町村コード", "from": "市区町村コード", "cell": "I2"}
    assert (summary["rows"], summary["blankRows"], summary["source"]["encoding"]) == (3, 1, "utf-8")
    assert summary["findings"][0]["message"]["ja"]


def test_only_columns_of_the_file_stand_in_the_table() -> None:
    """An added flag column would say "no" of every row."""
    text = "名称,住所,緯度,経度,津波\n学校,大阪府高槻市1,34.8,135.6,1\n"
    done = cleaned(text, standard="designated-emergency-evacuation-site", edition="2020")
    schema = descriptor_of(done)["resources"][0]["schema"]
    assert [each["name"] for each in schema["fields"]] == list(done.columns)
    assert "災害種別_洪水" not in done.columns


def test_rows_that_hold_only_marks_are_left_out_and_logged() -> None:
    done = cleaned("名称,住所\n駅前,大阪府\n-,ー\n", edition="2020")
    assert (done.rows, done.source_rows) == ([("駅前", "大阪府")], [2])
    assert [each.cell for each in done.changes if each.row == 3] == ["A3", "B3"]


# editions


def test_the_newest_edition_that_the_file_satisfies_is_taken() -> None:
    filled = "名称,住所,設置位置\n駅前,大阪府,広場\n"
    assert (cleaned(filled).edition, codes(cleaned(filled).findings)) == ("20260801", [])
    gaps = cleaned(filled + "公園,大阪府,\n")
    (finding,) = [each for each in gaps.findings if each.code == "clean-edition-older"]
    assert (gaps.edition, gaps.valid, finding.severity, finding.details["columns"]) == ("2020", True, "warning", "設置位置")
    asked = cleaned(filled + "公園,大阪府,\n公園,大阪府,\n", edition="20260801")
    (finding,) = asked.findings
    assert (finding.code, finding.place.row, finding.details) == ("clean-required", 3, {"count": "2", "rows": "3, 4"})


def test_where_no_edition_is_satisfied_the_newest_is_kept() -> None:
    done = cleaned("名称,住所,設置位置,緯度\n駅前,大阪府,広場,不詳\n")
    assert (done.edition, codes(done.findings)) == ("20260801", ["clean-left"])


def test_an_unknown_standard_or_edition() -> None:
    for options in ({"standard": "no-such"}, {"edition": "1999"}):
        with pytest.raises(NotFound):
            cleaned("名称,住所,設置位置\n駅前,大阪府,広場\n", **options)


# what is left to the steward


@pytest.mark.parametrize(
    ("column", "text", "code", "severity"),
    [
        ("緯度", "348.51", "clean-left", "error"),
        ("緯度", "134.85", "clean-left", "error"),
        ("男性トイレ総数", "-1", "clean-left", "error"),
        ("市区町村コード", "12203", "clean-code-two", "error"),
        ("市区町村コード", "272079", "clean-code-unknown", "error"),
        ("市区町村コード", "999997", "clean-code-unknown", "warning"),
        ("ID", "1.23457E+12", "clean-exponent", "warning"),
        ("高度の種別", "海抜", "clean-suggested", "note"),
        ("設置位置", "", "clean-required", "error"),
        ("画像", "www.example.jp", "clean-left", "error"),
    ],
)
def test_what_cannot_be_decided_is_left_and_said(column: str, text: str, code: str, severity: str) -> None:
    values = {"名称": "駅前", "住所": "大阪府", "設置位置": "広場", "緯度": "", "経度": ""} | {column: text}
    row = ",".join(values.values())
    done = cleaned(f"{','.join(values)}\n{row}\n{row}\n", edition="20260801")
    (finding,) = [each for each in done.findings if each.place.field]
    assert (finding.code, finding.severity, finding.found, finding.details["count"]) == (code, severity, text, "2")
    assert all(text in row for row in done.rows)
    assert done.valid is (severity != "error")


def test_half_a_repair_is_not_made() -> None:
    done = cleaned("名称,住所,設置位置,利用開始時間,緯度\n駅前,大阪府,広場,　９：００～,１３５．１\n")
    assert done.rows[0][3:] == ("１３５．１", "　９：００～") or done.rows[0][-1] == "　９：００～"
    assert not [each for each in done.changes if each.row == 2]


def test_full_width_coordinates_are_still_swapped_back() -> None:
    done = cleaned("名称,住所,設置位置,緯度,経度\n駅前,大阪府,広場,１３５．１,３４．１\n")
    assert {each.cell: (each.after, each.rules) for each in done.changes if each.row == 2} == {
        "D2": ("34.1", ("width", "swap")),
        "E2": ("135.1", ("width", "swap")),
    }


def test_a_decision_settles_a_text_wherever_it_stands() -> None:
    text = "名称,住所,設置位置,車椅子使用者用トイレ有無\n駅前,大阪府,広場,△\n公園,大阪府,広場,△\n"
    done = cleaned(text, decisions={("車椅子使用者用トイレ有無", "△"): "無"})
    assert (done.valid, {row[-1] for row in done.rows}) == (True, {"無"})
    assert {each.rules for each in done.changes if each.row > 1} == {("decision",)}


def test_rows_that_are_short_or_look_like_notes_are_said() -> None:
    done = cleaned("名称,住所,設置位置,緯度,経度\n駅前,大阪府,広場\n※2020年現在\n", edition="2020")
    told = {each.code: (each.severity, each.place.row) for each in done.findings}
    assert told == {"clean-row-short": ("warning", 2), "clean-row-note": ("warning", 3)}


def test_a_table_without_rows() -> None:
    done = cleaned("名称,住所,設置位置\n")
    assert (codes(done.findings), done.rows, table_of(done)) == (["clean-no-rows"], [], [["名称", "所在地_連結表記", "設置位置"]])


def test_keys_that_are_missing_or_used_twice() -> None:
    done = cleaned("通し番号,施設名称,施設所在地\n1,あ,大阪府\n1,い,大阪府\n,う,大阪府\n", standard="sticker-shop")
    assert [(each.code, each.place.row) for each in done.findings if "key" in each.code] == [
        ("clean-key-twice", 3), ("clean-key-empty", 4),
    ]  # fmt: skip


def test_findings_without_end_are_cut() -> None:
    rows = "".join(f"駅前,大阪府,広場,{number}度\n" for number in range(1_100))
    done = cleaned("名称,住所,設置位置,緯度\n" + rows)
    assert len(done.findings) == 1_001
    assert (done.findings[-1].code, done.findings[-1].severity, done.findings[-1].found) == ("clean-more", "error", "100")


# publisher and metadata


def test_the_publisher_comes_from_the_data_where_they_name_one() -> None:
    rows = "全国地方公共団体コード,名称,住所,設置位置\n{},駅前,大阪府,広場\n{},公園,大阪府,広場\n"
    assert cleaned(rows.format("27207", "272078"), metadata={"publisher.id": ""}).name == "272078-public-toilet"
    noted = cleaned(rows.format("27207", "272078") + "※ 参考,,,\n", metadata={"publisher.id": ""})
    assert (noted.name, noted.valid) == ("272078-public-toilet", False)
    assert [each.place.row for each in noted.findings if each.code == "clean-row-note"] == [4]
    several = refused(lambda: cleaned(rows.format("272078", "272035"), metadata={"publisher.id": ""}))
    assert [(each.code, each.found) for each in several] == [("clean-publisher-several", "272035, 272078")]
    other = cleaned(rows.format("272035", "272035"))
    assert [(each.code, each.severity, each.found) for each in other.findings] == [
        ("clean-publisher-differs", "warning", "272035")
    ]


TABLE = "名称,住所,設置位置\n駅前,大阪府,広場\n"


def test_options_describe_the_package() -> None:
    about = {
        "name": "toilets-takatsuki", "title": "公衆トイレ", "translations.en.title": "Toilets", "description": "説明",
        "version": "2",
        "keywords": "トイレ；観光", "publisher.name": "高槻市役所", "license": "CC0 1.0", "contact.name": "管財課",
        "contact.telephone": "072-674-7111", "frequency": "毎日", "themes": "HEAL", "spatial": "272078",
        "temporal.start": "令和2年4月1日", "temporal.end": "2021-03-31",
    }  # fmt: skip
    found = descriptor_of(cleaned(TABLE, metadata=about))
    catalog = found["catalog"]
    assert (found["name"], found["title"], found["version"]) == ("toilets-takatsuki", "公衆トイレ", "2")
    assert found["keywords"] == ["トイレ", "観光"]
    assert found["licenses"] == [
        {"name": "CC0-1.0", "title": "CC0 1.0 全世界", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}
    ]
    assert catalog["publisher"] == {"id": CITY, "name": "高槻市役所", "translations": {"en": {"name": "Takatsuki City"}}}
    assert catalog["contact"] == {"name": "管財課", "telephone": "072-674-7111"}
    assert (catalog["frequency"], catalog["themes"], catalog["spatial"]) == ("DAILY", ["HEAL"], ["272078"])
    assert catalog["temporal"] == {"start": "2020-04-01", "end": "2021-03-31"}
    assert catalog["translations"]["en"]["title"] == "Toilets"


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"license": "自由"}, ["clean-metadata-value"]),
        ({"frequency": "ときどき"}, ["clean-metadata-value"]),
        ({"sample": "たぶん"}, ["clean-metadata-value"]),
        ({"name": "Toilets!"}, ["dataset-name"]),
        ({"contact.name": "課", "contact.email": "no"}, ["email-invalid"]),
        ({"contact.telephone": "1"}, ["property-missing"]),
        ({"temporal.start": "去年"}, ["date-invalid"]),
        ({"spatial": "大阪"}, ["spatial-code"]),
        ({"publisher.id": "272079"}, ["publisher-check-digit"]),
        ({"sample": "はい"}, ["sample-publisher-real"]),
        ({"title": "二行\nの題名", "license": "x"}, ["clean-metadata-value", "text-control"]),
    ],
)
def test_metadata_that_cannot_be_used_are_refused_together(about: dict[str, str], expected: list[str]) -> None:
    assert codes(refused(lambda: cleaned(TABLE, metadata=about))) == expected


def test_a_sample_is_marked_and_has_invented_codes() -> None:
    found = cleaned("全国地方公共団体コード,名称,住所,設置位置\n81201,駅前,朝凪県,広場\n", metadata={"publisher.id": "812013"})
    descriptor = descriptor_of(found)
    assert (found.rows[0][0], descriptor["catalog"]["sample"], found.valid) == ("812013", True, True)
    assert descriptor["resources"][0]["schema"]["fields"][0]["definition"]["codelist"] == "municipality-sample"


def _template(folder: Path, fill: list[str], about: dict[str, str]) -> bytes:
    """A template of ``catalog new`` as a steward fills it in: one row, and some values of the sheet メタデータ."""
    standard = LIBRARY.standards.standard("public-toilet")
    new(
        standard,
        folder,
        Agent(id=CITY, name=Text("高槻市", "Takatsuki City")),
        LIBRARY.standards,
        TemplateOptions(vocabulary=LIBRARY.vocabulary),
    )
    book = CalamineWorkbook.from_path(folder / "template.xlsx")
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    first = book.sheet_names[0]
    header = sheets[first][0]
    sheets[first].append(
        [dict(zip(("名称", "所在地_連結表記", "設置位置", "緯度"), fill, strict=True)).get(each, "") for each in header]
    )
    for row in sheets["メタデータ"]:
        row[2] = about.get(row[1], row[2])
    return workbook(*sheets.values(), names=tuple(sheets))


def test_a_filled_in_template_needs_no_options(tmp_path: Path) -> None:
    about = {
        "title": "高槻市のトイレ",
        "license": "公共データ利用規約（第1.0版）",
        "contact.name": "管財課",
        "frequency": "年1回",
    }
    data = _template(tmp_path / "new", ["駅前", "大阪府高槻市", "広場", "34.85"], about)
    done = clean_bytes("template.xlsx", data, Options(), LIBRARY)
    found = descriptor_of(done)
    assert (done.name, done.edition, done.valid) == ("272078-public-toilet", "20260801", True)
    assert (found["title"], found["licenses"][0]["name"]) == ("高槻市のトイレ", "PDL-1.0")
    assert found["catalog"]["contact"] == {"name": "管財課"}
    assert len(done.columns) == 39
    assert done.changes == ()
    write(done, tmp_path / "out")
    assert stock(tmp_path / "out") == []
    assert valid_in_the_catalogue(tmp_path / "out", LIBRARY.settings)


def test_options_come_before_the_sheet_and_another_publisher_is_another_dataset(tmp_path: Path) -> None:
    data = _template(tmp_path / "new", ["駅前", "大阪府", "広場", "34.85"], {"表のキー": "x"})
    done = clean_bytes("t.xlsx", data, Options(metadata={"publisher.id": "272035", "title": "豊中"}), LIBRARY)
    found = descriptor_of(done)
    assert (done.name, found["title"], found["catalog"]["publisher"]["name"]) == ("272035-public-toilet", "豊中", "豊中市")
    assert found["catalog"]["spatial"] == ["272035"]


def test_a_key_of_the_sheet_that_means_nothing_is_said() -> None:
    sheet = [["項目", "キー", "値", "説明"], ["題名", "表題", "トイレ", ""], ["標準", "standard.id", "public-toilet", ""]]
    data = workbook([["名称", "住所", "設置位置"], ["駅前", "大阪府", "広場"]], sheet, names=("表", "メタデータ"))
    done = cleaned(data, "t.xlsx", standard="")
    assert [(each.code, each.found, each.place.row) for each in done.findings] == [("clean-metadata-unknown", "表題", 2)]


# reading and writing


def test_clean_reads_a_file_and_write_refuses_a_folder_in_use(tmp_path: Path) -> None:
    file = tmp_path / "city.csv"
    file.write_text(TABLE, encoding="utf-8")
    done = clean(file, Options(standard="public-toilet", metadata={"publisher.id": CITY}), LIBRARY)
    with pytest.raises(Refusal) as caught:
        write(done, tmp_path)
    assert codes(caught.value.findings) == ["folder-not-empty"]
    assert [each.name for each in tmp_path.iterdir()] == ["city.csv"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert len(write(done, empty)) == 4


@pytest.mark.parametrize("path", ["missing.csv", "."])
def test_a_file_that_cannot_be_read(path: str, tmp_path: Path) -> None:
    assert codes(refused(lambda: clean(tmp_path / path, Options(standard="public-toilet"), LIBRARY))) == ["clean-file"]


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(300_000_000)
    assert codes(refused(lambda: clean(tmp_path / "huge.csv", Options(), LIBRARY))) == ["file-too-large"]


def test_every_finding_is_worded_in_both_languages() -> None:
    for code in (each for each in WORDINGS if each.startswith("clean-")):
        details = {"count": "1", "rows": "2", "cell": "A1", "key": "k", "standard": "s", "edition": "e", "columns": "c"}
        finding = Finding(code=code, found="X", expected="Y", details=details)
        ja, en = word(finding, "ja"), word(finding, "en")
        assert ja != en, code
        assert not any(sign in en for sign in ("%(", "?s")), code


# what holds for any table

_CELLS = st.sampled_from([
    "", " ", "-", "なし", "○", "×", "△", "有", "無", "１２", "1,234", "0", "34.85", "135.6", "１３５．６", "27207", "12203",
    "=1+1", "2.72078E+05", "９：００", "24:00", "1700", "令和2年4月1日", "2020/4/1", "ｶﾞｽ", "　駅前　", "1\r\n2", "3.5",
    "※注", "'", '"',
])  # fmt: skip
_HEADERS = [
    "名称", "住所", "設置位置", "緯度", "経度", "男性トイレ総数", "利用開始時間", "車椅子使用者用トイレ有無",
    "全国地方公共団体コード", "ID", "備考", "画像", "担当課",
]  # fmt: skip
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(_HEADERS), st.lists(st.lists(_CELLS | _TEXT, min_size=13, max_size=13), max_size=6))
def test_the_log_is_the_whole_difference_and_cleaning_twice_changes_nothing(header: list[str], body: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *body])
    done = cleaned(text.getvalue(), edition="2020")
    applied = dict(enumerate(csv.reader(io.StringIO(text.getvalue(), newline="")), start=1))
    for change in done.changes:
        assert change.before == applied[change.row][change.column - 1] != change.after
        assert change.rules
        applied[change.row][change.column - 1] = change.after
    places = [applied[1].index(name) for name in done.columns]
    assert done.rows == [tuple(applied[number][place] for place in places) for number in done.source_rows], "the log reproduces"
    (path,) = [each for each in done.files if each.endswith(".csv")]
    again = cleaned(done.files[path], edition="2020")
    assert (again.changes, again.rows, again.columns) == ((), done.rows, done.columns)
    assert again.files[path] == done.files[path]


_MENDABLE = {
    "名称": ["駅前", "　ｶﾞﾗｽ館 "],
    "住所": ["大阪府１－２", "-"],
    "男性トイレ総数": ["2", "１，２３４", "3.0", "-", "不明"],
    "利用開始時間": ["9:00", "９時半", "24：00", "1700", "ー"],
    "車椅子使用者用トイレ有無": ["○", "有り", "×", "なし", "無", ""],
    "全国地方公共団体コード": ["27207", "272078.0", "2.72078E+05", "２７２０７８"],
    "画像": ["https://example.jp/1.jpg", "ｈｔｔｐｓ://example.jp/", "－"],
    "備考": ["なし", "1\r\n2", '"引用"', "=1+1"],
}


_PLACES = st.sampled_from([("34.85", "135.6"), ("３４．８５", "135.6"), ("135.6", "34.85"), ("0", "0"), ("", "なし")])
_ROWS = st.tuples(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in _MENDABLE.items()}), _PLACES)


@settings(max_examples=15, deadline=None)
@given(st.lists(_ROWS, min_size=1))
def test_what_is_mended_is_valid_for_stock(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[dict[str, str], tuple[str, str]]]
) -> None:
    rows = [row | {"緯度": north, "経度": east} for row, (north, east) in drawn]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*_MENDABLE, "緯度", "経度"])
    writer.writeheader()
    writer.writerows(rows)
    done = cleaned(text.getvalue(), edition="2020")
    assert done.valid, done.findings
    folder = tmp_path_factory.mktemp("cleaned") / "out"
    write(done, folder)
    assert stock(folder) == []
