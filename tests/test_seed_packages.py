"""The two packages of real content: what they say is what was announced, in our own words, and stock frictionless agrees."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalog.datapackage import open_package
from catalog.settings import Settings
from catalog.vocabulary import reading as vocabulary

ROOT = Path(__file__).resolve().parent.parent
SMART_CITY = ROOT / "datapackages/smart-city-projects-2020"
OSAKA = ROOT / "datapackages/osaka-ict-partnerships-2020"
PACKAGES = (SMART_CITY, OSAKA)
each_package = pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)

PROJECTS = [  # representative, its kind, codes of the areas; in the order of the announcement
    ("Higashimurayama City", "municipality", ["132136"]),
    ("Misono Town Management Association, Inc.", "association", ["111007", "122238"]),
    ("Tsumagoi Village", "municipality", ["104256"]),
    ("Kaga City", "municipality", ["172065"]),
    ("The Kansai Electric Power Co., Inc.", "company", ["162019"]),
    ("Kajima Corporation", "company", ["131113"]),
    ("Ibaraki Robots Sports Entertainment Inc.", "company", ["082015"]),
]
AREA_NAMES = {
    "132136": ("東村山市", "東京都"),
    "111007": ("さいたま市", "埼玉県"),
    "122238": ("鴨川市", "千葉県"),
    "104256": ("嬬恋村", "群馬県"),
    "172065": ("加賀市", "石川県"),
    "162019": ("富山市", "富山県"),
    "131113": ("大田区", "東京都"),
    "082015": ("水戸市", "茨城県"),
}
FOUNDATIONS = [
    ("act", "2016-12-14", "day", "promulgated-and-enforced"),
    ("report", "2017-01", "month", "body-established"),
    ("strategy", "2019-12-20", "day", "cabinet-decision"),
    ("policy", "2020-03-24", "day", "agreement"),
]
PARTNERS = [
    ("株式会社ぐるなび", "company", 3),
    ("Code for OSAKA", "group", 2),
    ("サイボウズ株式会社", "company", 2),
    ("ジョルダン株式会社", "company", 2),
    ("日本電気株式会社", "company", 3),
    ("ByteDance株式会社", "company", 1),
    ("Plug and Play Japan株式会社", "company", 2),
    ("株式会社ユーザベース", "company", 3),
]
PROPER_NAMES = [  # and titles, which a citation repeats
    "大阪府 8つのICT企業・団体と事業連携協定",
    "ICT企業・団体との事業連携協定の締結について",
    "大阪スマートシティパートナーズフォーラム",
    "大阪コロナ追跡システム",
    "感染防止宣言ステッカー",
    "新型コロナウイルス感染症",
    "「自治体リバースピッチ@東京」",
    "「WestShip」",
]


def descriptor(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"data/{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def fields(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(table["name"], field) for table in descriptor(folder)["resources"] for field in table["schema"]["fields"]]


def has_right_check_digit(code: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return int(code[5]) == (11 - total % 11) % 10


def texts(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


@each_package
def test_stock_frictionless_says_valid(folder: Path) -> None:
    command = [sys.executable, "-m", "frictionless", "validate", f"datapackages/{folder.name}/datapackage.json", "--json"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    report = json.loads(answer.stdout)
    assert (answer.returncode, report["valid"], report["errors"]) == (0, True, [])
    assert [task["name"] for task in report["tasks"]] == [table["name"] for table in descriptor(folder)["resources"]]
    assert {task["name"]: task["stats"]["rows"] for task in report["tasks"]} == {
        table["name"]: len(rows(folder, table["name"])) for table in descriptor(folder)["resources"]
    }


@each_package
@pytest.mark.parametrize(
    "breakage", ["an unknown code", "a repeated key", "a reference to nothing", "a missing value"], ids=lambda text: text
)
def test_stock_frictionless_notices(folder: Path, breakage: str, tmp_path: Path) -> None:
    """The constraints are there and bite: each lie put into the data is found by its own kind of error."""
    coded, referring = ("projects", "areas") if folder == SMART_CITY else ("partners", "cooperation")
    kind, key = ("representative_kind", "project_id") if folder == SMART_CITY else ("kind", "partner_id")
    table = referring if breakage == "a reference to nothing" else coded
    content = rows(folder, table)
    if breakage == "an unknown code":
        content[0][kind], expected = "guild", "constraint-error"
    elif breakage == "a repeated key":
        content[1][key], expected = content[0][key], "primary-key"
    elif breakage == "a reference to nothing":
        content[0][key], expected = "nobody", "foreign-key"
    else:
        content[0][kind], expected = "", "constraint-error"
    (tmp_path / "data").mkdir()
    for source in (folder / "data").iterdir():
        (tmp_path / "data" / source.name).write_bytes(source.read_bytes())
    with (tmp_path / f"data/{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)
    from frictionless import Package  # noqa: PLC0415  heavy, and needed by this test alone

    report = Package.from_descriptor(descriptor(folder), basepath=str(tmp_path)).validate()
    assert expected in {error.type for task in report.tasks for error in task.errors}


@each_package
def test_every_field_is_defined_in_both_languages(folder: Path) -> None:
    for table, field in fields(folder):
        place = f"{table}.{field['name']}"
        definition = field["definition"]
        english = definition["translations"]["en"]
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", field["title"]), place
        assert re.search(r"[ぁ-ん].*。$", field["description"]), place
        assert english["title"].isascii(), place
        assert re.search(r"^[A-Z].*[.]$", english["description"]), place
        assert definition["section"], place
        assert definition["source"], place
        assert field["example"], place
        required = field.get("constraints", {}).get("required", False)
        assert definition["obligation"] == ("mandatory" if required else "optional"), place
        assert not definition.get("personal"), place
        if field["type"] in ("integer", "number"):
            assert definition["unit"], place
        if "codelist" in definition:
            assert field["constraints"].get("enum") or definition["codelist"] == "municipality", place
        if "enum" in field.get("constraints", {}):
            assert definition["codelist"], place
        if "property" in definition:
            assert re.match(
                r"(https://schema\.org|http://purl\.org/dc/terms|http://www\.w3\.org/ns)/\S+$", definition["property"]
            )


@each_package
def test_every_column_in_the_data_is_declared_and_the_examples_occur_or_fit(folder: Path) -> None:
    for table in descriptor(folder)["resources"]:
        content = rows(folder, table["name"])
        assert list(content[0]) == [field["name"] for field in table["schema"]["fields"]]
        for field in table["schema"]["fields"]:
            assert field["example"] in {row[field["name"]] for row in content}, (table["name"], field["name"])


@each_package
def test_the_descriptor_says_who_what_when_where(folder: Path) -> None:
    package = descriptor(folder)
    ours = package["catalog"]
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["name"] == folder.name
    assert package["version"] == "1.1.0"
    assert package["licenses"][0]["path"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "publisher" not in ours  # the operator of the catalogue; the ministry or prefecture is the source
    assert ours["contact"] == {"name": "このカタログの運営者"}
    assert "sample" not in ours
    assert ours["frequency"] == "NOT_PLANNED"
    assert set(ours["themes"]) <= {"GOVE", "HEAL", "REGI", "TECH", "TRAN"}
    assert all(re.search(r"[ぁ-んァ-ヶ一-龠]", text) for text in (package["title"], package["description"]))
    assert all(ours["translations"]["en"][name] for name in ("title", "description", "keywords"))
    for keyword in package["keywords"] + ours["translations"]["en"]["keywords"]:
        assert not re.search(r"[・、，,/／()（）\[\]]", keyword), keyword
    for resource in package["resources"]:
        assert resource["title"]
        assert resource["description"]
        assert set(resource["catalog"]["translations"]["en"]) == {"title", "description"}
    assert "@" not in re.sub(r"ピッチ@東京|@(ja|en)\b|@prefix", "", texts(folder)), "an e-mail address"


def test_sources_and_periods() -> None:
    smart, osaka = descriptor(SMART_CITY), descriptor(OSAKA)
    assert [source.get("path") for source in smart["sources"]] == ["https://www.soumu.go.jp/"]
    assert [source.get("path") for source in osaka["sources"]] == ["https://www.pref.osaka.lg.jp/", None]
    assert smart["catalog"]["temporal"] == {"start": "2020-04-17", "end": "2020-06-30"}
    assert osaka["catalog"]["temporal"] == {"start": "2020-07-21", "end": "2020-07-21"}
    assert sorted(smart["catalog"]["spatial"]) == sorted(AREA_NAMES)
    assert osaka["catalog"]["spatial"] == ["270008"]
    assert not [name for table, name in _columns(SMART_CITY) if "call" in name]  # the call is the package's, not each row's


def _columns(folder: Path) -> list[tuple[str, str]]:
    return [(table, field["name"]) for table, field in fields(folder)]


@each_package
def test_the_csv_files_are_plain(folder: Path) -> None:
    for path in (folder / "data").iterdir():
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.endswith(b"\n")
        assert not re.search(r"(^|,)[ 　]|[ 　](,|$)", content.decode("utf-8").replace(", ", ""), re.MULTILINE)


def test_projects_and_areas_are_those_announced() -> None:
    projects, areas = rows(SMART_CITY, "projects"), rows(SMART_CITY, "areas")
    where: dict[str, list[str]] = {}
    for area in areas:
        where.setdefault(area["project_id"], []).append(area["area_code"])
    found = [(row["representative_en"], row["representative_kind"], where[row["project_id"]]) for row in projects]
    assert found == PROJECTS
    assert [row["position"] for row in projects] == list("1234567")
    assert {row["status"] for row in projects} == {"candidate"}
    assert len(areas) == 8
    assert {row["area_code"]: row["area_ja"] for row in areas} == {code: name for code, (name, _) in AREA_NAMES.items()}
    for row in areas:
        assert has_right_check_digit(row["area_code"])
        assert row["prefecture_code"] == row["area_code"][:2]
    assert has_right_check_digit("270008")
    assert not has_right_check_digit("270009")


def test_translated_themes_say_that_they_are_ours() -> None:
    theme = next(field for table, field in fields(SMART_CITY) if field["name"] == "theme_ja")
    assert "訳はこのカタログによる" in theme["description"]
    assert "translation is this catalogue’s" in theme["definition"]["translations"]["en"]["description"]


def test_the_date_of_the_commission_is_not_given_as_that_of_the_report() -> None:
    foundations = rows(SMART_CITY, "foundations")
    assert [(row["kind"], row["date"], row["date_precision"], row["date_event"]) for row in foundations] == FOUNDATIONS
    for row in foundations:
        pattern = {"day": "{}", "month": "{}-01"}[row["date_precision"]]
        assert date.fromisoformat(pattern.format(row["date"]))
    of_a_body = [row for row in foundations if row["date_event"] == "body-established"]
    assert [row["foundation_id"] for row in of_a_body] == ["working-group-report"]
    assert all(row["body_ja"] and row["body_en"] for row in of_a_body)
    event = next(field for table, field in fields(SMART_CITY) if field["name"] == "date_event")
    assert "文書の日付ではありません" in event["description"]


def test_partners_and_their_eighteen_activities_are_those_announced() -> None:
    partners, cooperation = rows(OSAKA, "partners"), rows(OSAKA, "cooperation")
    activities = Counter(row["partner_id"] for row in cooperation)
    assert [(row["name_ja"], row["kind"], activities[row["partner_id"]]) for row in partners] == PARTNERS
    assert [row["position"] for row in partners] == list("12345678")
    assert len(cooperation) == 18
    order = [row["partner_id"] for row in partners]
    expected = [(partner, n) for partner in order for n in range(1, activities[partner] + 1)]
    assert [(row["partner_id"], int(row["position"])) for row in cooperation] == expected
    assert all(row["activity_id"] == f"{row['partner_id']}-{row['position']}" for row in cooperation)


def test_only_the_transport_data_is_under_study_and_nothing_is_called_done() -> None:
    states = {row["activity_id"]: row["state"] for row in rows(OSAKA, "cooperation")}
    assert [activity for activity, state in states.items() if state == "under-study"] == ["jorudan-2"]
    assert set(states.values()) == {"agreed", "under-study"}
    assert "交通データ" in next(row["activity_ja"] for row in rows(OSAKA, "cooperation") if row["activity_id"] == "jorudan-2")


def test_every_field_of_cooperation_is_used_and_coverage_stands_only_where_stated() -> None:
    cooperation = rows(OSAKA, "cooperation")
    field = next(field for table, field in fields(OSAKA) if field["name"] == "field")
    assert {row["field"] for row in cooperation} == set(field["constraints"]["enum"])
    assert {row["activity_id"]: row["coverage"] for row in cooperation if row["coverage"]} == {
        "gurunavi-1": "prefecture",
        "code-for-osaka-2": "prefecture",
        "cybozu-1": "prefectural-government",
        "jorudan-1": "municipalities",
        "nec-3": "prefectural-government",
        "plug-and-play-japan-2": "municipalities",
    }


@each_package
def test_the_packages_own_code_lists_are_sound_and_equal_to_their_enums(folder: Path) -> None:
    used = {field["definition"]["codelist"]: field["constraints"]["enum"] for _, field in fields(folder) if _has_enum(field)}
    own = sorted((folder / "codelists").glob("*.ttl"))
    assert {path.stem for path in own} == set(used) - set(vocabulary.load().names())
    for path in own:
        codelist, findings = vocabulary.read(path)
        assert not findings
        assert codelist is not None
        assert list(codelist.codes) == used[path.stem]
        for text in (codelist.title, codelist.description):
            assert text.ja
            assert text.en
        for concept in codelist.concepts:
            assert all((concept.label.ja, concept.label.en, concept.definition.ja, concept.definition.en))


@each_package
def test_every_code_in_the_data_is_in_its_list(folder: Path) -> None:
    lists = vocabulary.load().with_folder(folder / "codelists")
    assert not lists.clashes(folder / "codelists")
    coded = [(table, field) for table, field in fields(folder) if "codelist" in field["definition"]]
    assert len(coded) >= 4
    for table, field in coded:
        codelist = lists.codelist(field["definition"]["codelist"])
        assert set(field["constraints"].get("enum", ())) <= set(codelist.codes), field["name"]
        values = {row[field["name"]] for row in rows(folder, table)}
        assert values - set(codelist.codes) <= (set() if field["constraints"].get("required") else {""}), field["name"]
    ours = descriptor(folder)["catalog"]
    assert all(lists.area(code) for code in ours["spatial"])
    assert lists.codelist("update-frequency").contains(ours["frequency"])
    assert set(ours["themes"]) <= set(lists.codelist("dataset-theme").codes)


def test_the_areas_have_the_names_of_the_shipped_list() -> None:
    lists = vocabulary.load()
    for row in rows(SMART_CITY, "areas"):
        municipality = lists.codelist("municipality").find(row["area_code"])
        prefecture = lists.codelist("prefecture").find(row["prefecture_code"])
        assert municipality is not None
        assert municipality.label.ja == row["area_ja"]
        assert prefecture is not None
        assert prefecture.label.ja == AREA_NAMES[row["area_code"]][1]


def _has_enum(field: dict[str, Any]) -> bool:
    return "enum" in field.get("constraints", {})


@each_package
def test_our_loader_reads_them(folder: Path) -> None:
    with open_package(folder, Settings()) as package:
        assert package.name == folder.name
        assert package.publisher is None
        assert package.spatial == tuple(descriptor(folder)["catalog"]["spatial"])
        assert [table.name for table in package.tables()] == [table["name"] for table in descriptor(folder)["resources"]]
        for table in package.tables():
            assert table.schema is not None
            for field in table.schema.fields:
                assert all((field.title.ja, field.title.en, field.description.ja, field.description.en))
                assert field.definition.obligation
        assert package.readme


# -- against the announcements themselves, where they are at hand ---------------------------------------------------------


def _announcement(shared: Path, number: str) -> str:
    return next((shared / "seeds").glob(f"{number}_*.txt")).read_text(encoding="utf-8")


def test_names_stand_as_announced(shared: Path) -> None:
    english, japanese = _announcement(shared, "000"), _announcement(shared, "002")
    for row in rows(SMART_CITY, "projects"):
        assert row["theme_en"] in english
        assert row["representative_en"] in english
    for row in rows(SMART_CITY, "areas"):
        assert row["area_en"] in english
    for row in rows(OSAKA, "partners"):
        assert row["name_ja"] in japanese


def test_codes_are_those_of_the_official_list(shared: Path) -> None:
    with (shared / "standards/municipalities.csv").open(encoding="utf-8") as file:
        names = {row["code6"]: (row["name_ja"], row["pref_ja"]) for row in csv.DictReader(file)}
    with (shared / "standards/prefectures.csv").open(encoding="utf-8") as file:
        prefectures = {row["code2"]: row["name_ja"] for row in csv.DictReader(file)}
    for row in rows(SMART_CITY, "areas"):
        assert names[row["area_code"]] == AREA_NAMES[row["area_code"]] == (row["area_ja"], prefectures[row["prefecture_code"]])
    assert prefectures["27"] == "大阪府"


def test_no_person_of_the_announcement_is_in_the_data(shared: Path) -> None:
    attendees = _announcement(shared, "002").partition("意見交換出席者】")[2].partition("民間との連携")[0]
    persons = re.findall(r"^・.* (\S+・\S+|\S+ \S+)\s*$", attendees, re.MULTILINE)
    assert len(persons) == 9
    ours = re.sub(r"\s", "", texts(OSAKA))
    for person in persons:
        family_name = re.split("[ ・]", person)[0]
        assert len(family_name) >= 2
        assert family_name not in ours, "a person's name"


def test_no_sentence_is_copied(shared: Path) -> None:
    """No long run of the announcements' text, proper names apart, stands in ours."""
    seen, ours = _announcement(shared, "002"), texts(OSAKA)
    quoted = [field["definition"]["section"] for _, field in fields(OSAKA)] + [name for name, _, _ in PARTNERS]
    for name in [*quoted, *PROPER_NAMES]:
        seen, ours = seen.replace(name, "☆"), ours.replace(name, "★")
    assert not _slices(seen, 14) & _slices(ours, 14)
    names = {row["theme_en"] for row in rows(SMART_CITY, "projects")} | {
        row["name_en"] for row in rows(SMART_CITY, "foundations")
    }
    names |= {"Ministry of Internal Affairs and Communications", "Commission on ICT Town Development"}
    english, own_english = _announcement(shared, "000"), texts(SMART_CITY)
    title = english.partition("Nomination")[2].partition("\n")[0]
    for name in [*sorted(names, key=len, reverse=True), title]:
        english, own_english = english.replace(name, "|"), own_english.replace(name, " ")
    assert not _runs(english, 7) & _runs(own_english, 7)


def _slices(text: str, length: int) -> set[str]:
    packed = re.sub(r"\s+", "", text)
    return {packed[at : at + length] for at in range(len(packed) - length + 1)}


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
