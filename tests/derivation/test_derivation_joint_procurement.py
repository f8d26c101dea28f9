"""The sample package: the fixed readings of the definitions as rows, and the published tables as what follows from them.

The oracle below reads the records one by one and knows nothing of rules; where it and the package agree on every cell, the
rules say what section 1-1 to 4-4 say.
"""

import csv
import importlib.util
import json
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from catalog.datapackage import open_package
from catalog.derivation import explain
from catalog.derivation.engine import derive
from catalog.derivation.published import check, write
from catalog.settings import Settings
from catalog.values import is_local_government_code
from catalog.vocabulary.reading import load

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "datapackages/joint-procurement"
BANDS = [(5, "under-5m"), (10, "5m-10m"), (30, "10m-30m"), (50, "30m-50m"), (100, "50m-100m"), (500, "100m-500m")]
SILENT = {"", "不明", "unknown", "-", "ー"}
COUNTED = {"municipality", "special-ward"}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def raw():
    return {path.stem: rows(path) for path in (PACKAGE / "raw/data").iterdir()}


@pytest.fixture(scope="module")
def published():
    return {path.stem: rows(path) for path in (PACKAGE / "data").iterdir()}


@pytest.fixture(scope="module")
def vocabulary():
    return load()


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(PACKAGE, tmp_path / PACKAGE.name))


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("make_joint_procurement", ROOT / "scripts/make_joint_procurement.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def checked(folder, vocabulary):
    with open_package(folder, Settings()) as package:
        return check(package, vocabulary)


# ------------------------------------------------------------------------------------------------ the oracle


def band(yen):
    if yen == "":
        return ""
    return next((code for millions, code in BANDS if int(yen) < millions * 1_000_000), "500m-or-more")


def spoken(answer):
    said = unicodedata.normalize("NFKC", answer).strip()
    return None if said in SILENT else said


def expected(raw):
    """(cases, status) as the definitions have them, by case."""
    area = {row["code"]: row["area"] for row in raw["system_types"]}
    places = {row["code"]: row for row in raw["local_governments"]}
    members, months = defaultdict(list), defaultdict(list)
    for row in raw["participants"]:
        members[row["case_id"]].append(row)
    for row in raw["introductions"]:
        months[row["case_id"]] += [row["month"]] if row["month"] not in {"", "不明"} else []
    joint = [row for row in raw["cases"] if row["operators"] == "1" and row["common_specification"] == "true"]
    often = Counter(row["system_type"] for row in joint)
    cases, status = {}, {}
    for row in joint:
        case = row["case_id"]
        type_ = row["system_type"] if often[row["system_type"]] >= 2 else f"{area[row['system_type']]}-others"
        towns = {each["local_government"] for each in members[case] if each["kind"] in COUNTED}
        staffed = towns | {each["local_government"] for each in members[case] if each["kind"] == "prefecture"}
        common = {"case_id": case, "prefecture": row["prefecture"], "area": area[row["system_type"]], "system_type": type_}
        cases[case] = common | {
            "title": row["title"],
            "system_type_original": row["system_type"],
            "joint_use": row["joint_use"],
            "municipalities": str(len(towns)),
            "population": str(sum(int(places[each]["population"]) for each in towns) // 10_000 * 10_000),
            "employees": str(sum(int(places[each]["employees"]) for each in staffed) // 100 * 100),
            "initial_cost": band(row["initial_cost"]),
            "annual_cost": band(row["annual_cost"]),
        }
        share, subsidies = spoken(row["prefectural_share"]), spoken(row["subsidies"])
        national = {"国の補助金", "国の交付金"}
        status[case] = common | {
            "environment": spoken(row["environment"]) or "no-data",
            "introduced": min(months[case], default=row["delivery_deadline"][:7]),
            "introduction_basis": "actual" if months[case] else "deadline" if row["delivery_deadline"] else "",
            "prefectural_share": "no-data" if share is None else "yes" if share in {"全部", "一部"} else "no",
            "subsidies": "no-data" if subsidies is None else "yes" if national & set(subsidies.split(";")) else "no",
        }
    return cases, status


def test_every_published_cell_is_what_the_definitions_say(raw, published):
    cases, status = expected(raw)
    assert {row["case_id"]: row for row in published["cases"]} == cases
    assert {row["case_id"]: row for row in published["status"]} == status


def test_system_types_are_counted_nationwide(raw, published):
    cases, _status = expected(raw)
    wanted = defaultdict(list)
    for row in cases.values():
        wanted[row["area"], row["system_type"]].append(row["prefecture"])
    assert {
        (row["area"], row["system_type"]): (int(row["procurements"]), int(row["prefectures"]))
        for row in published["system_types"]
    } == {key: (len(found), len(set(found))) for key, found in wanted.items()}
    others = [row["system_type"] for row in published["system_types"] if row["system_type"].endswith("-others")]
    assert others == ["general-affairs-others", "operations-others", "tools-others"], "one in each of the three areas"


# ------------------------------------------------------------------------------------------------ edges as rows


@pytest.fixture(scope="module")
def noted(raw, published):
    """The rows placed by hand: find(part of the note) -> (raw, case, status); case and status None where dropped."""
    cases = {row["case_id"]: row for row in published["cases"]}
    status = {row["case_id"]: row for row in published["status"]}

    def find(part):
        (row,) = [each for each in raw["cases"] if part in each["note"]]
        return row, cases.get(row["case_id"]), status.get(row["case_id"])

    return find


def kinds(raw, row):
    return [each["kind"] for each in raw["participants"] if each["case_id"] == row["case_id"]]


def test_1_1_one_operator_and_one_specification(noted, raw, published):
    two, case, status = noted("事業者が2つ")
    assert (two["operators"], two["common_specification"], case, status) == ("2", "true", None, None)
    none, case, status = noted("一つの仕様がない")
    assert (none["operators"], none["common_specification"], case, status) == ("1", "false", None, None)
    assert len(raw["cases"]) - len(published["cases"]) == 2
    shared, case, _status = noted("共同利用。")
    assert shared["joint_use"] == case["joint_use"] == "true"


def test_2_1_a_type_with_one_record_folds(noted, published):
    for part, area in (("「その他（ツール）」にまとめる", "tools"), ("「その他（事業部門）」", "operations")):
        rows_ = [each for each in published["cases"] if each["system_type"] == f"{area}-others"]
        assert rows_, part
    row, case, _status = noted("1-1に当たる記録が全国で1件だけ")
    assert (case["system_type"], case["system_type_original"]) == ("general-affairs-others", row["system_type"])
    dropped, _case, _status = noted("事業者が2つ")
    assert dropped["system_type"] == row["system_type"], "its twin is no joint procurement, so it does not count"
    folded = Counter(each["system_type_original"] for each in published["cases"] if each["system_type"].endswith("-others"))
    assert set(folded.values()) == {1}
    assert sum(each["system_type"] == "tools-others" for each in published["cases"]) == 2, "two types, one others"


def test_2_1_is_counted_before_any_filter(published):
    """In single prefectures most types have one record; they keep their names all the same."""
    alone = Counter((row["prefecture"], row["system_type_original"]) for row in published["cases"])
    kept = [
        row for row in published["cases"]
        if alone[row["prefecture"], row["system_type_original"]] == 1 and row["system_type"] == row["system_type_original"]
    ]  # fmt: skip
    assert len(kept) > 20


def test_3_1_who_counts(noted, raw):
    row, case, _status = noted("特別区が参加")
    assert (kinds(raw, row).count("special-ward"), case["municipalities"]) == (4, "4")
    row, case, _status = noted("一部事務組合、広域連合")
    assert {"partial-affairs-association", "wide-area-union", "other"} < set(kinds(raw, row))
    assert int(case["municipalities"]) == kinds(raw, row).count("municipality") == 4
    row, case, _status = noted("2度に分けて参加")
    assert (kinds(raw, row).count("municipality"), case["municipalities"]) == (4, "3")


def test_3_2_sum_then_down(noted):
    assert noted("9,999人")[1]["population"] == "0"
    assert noted("6,000人")[1]["population"] == "10000"


def test_3_3_the_prefecture_counts_for_employees_only(noted, raw):
    row, case, _status = noted("県が参加。")
    assert kinds(raw, row).count("prefecture") == 1
    assert int(case["municipalities"]) == kinds(raw, row).count("municipality")
    prefecture = next(each for each in raw["local_governments"] if each["code"] == row["prefecture"])
    assert prefecture["population"] == ""
    assert int(case["employees"]) >= int(prefecture["employees"]) // 100 * 100


def test_3_4_bounds_and_no_answer(noted):
    row, case, _status = noted("ちょうど500万円")
    assert (row["initial_cost"], case["initial_cost"]) == ("5000000", "5m-10m")
    assert (row["annual_cost"], case["annual_cost"]) == ("4999999", "under-5m")
    _row, case, _status = noted("費用の回答がない")
    assert (case["initial_cost"], case["annual_cost"]) == ("", "")
    row, case, _status = noted("0円")
    assert (row["initial_cost"], case["initial_cost"]) == ("0", "under-5m")
    assert (row["annual_cost"], case["annual_cost"]) == ("500000000", "500m-or-more")


def test_4_1_when_it_was_introduced(noted):
    status = noted("納入期限の年月を導入時期")[2]
    assert (status["introduced"], status["introduction_basis"]) == ("2022-03", "deadline")
    status = noted("2回の導入")[2]
    assert (status["introduced"], status["introduction_basis"]) == ("2022-10", "actual")
    status = noted("導入の年月も納入期限も")[2]
    assert (status["introduced"], status["introduction_basis"]) == ("", "")


def test_4_2_and_4_3(noted):
    assert noted("共同利用。")[2]["prefectural_share"] == "yes"
    assert noted("共同利用。")[2]["subsidies"] == "yes", "national money beside other subsidies"
    assert noted("だけを活用")[2]["prefectural_share"] == "yes"
    assert noted("だけを活用")[2]["subsidies"] == "no", "only other subsidies"


def test_4_4_no_data_for_exactly_three_columns(raw, published):
    spellings = {"environment": set(), "prefectural_share": set(), "subsidies": set()}
    by_case = {row["case_id"]: row for row in raw["cases"]}
    for row in published["status"]:
        for column, found in spellings.items():
            if row[column] == "no-data":
                found.add(by_case[row["case_id"]][column])
    for found in spellings.values():
        assert {"", "不明", "unknown", "-", "－", "ー", "　不明　"} <= found
    others = [
        (table, column)
        for table in ("cases", "status", "system_types")
        for row in published[table]
        for column, value in row.items()
        if value == "no-data" and column not in spellings
    ]
    assert others == []


# ------------------------------------------------------------------------------------------------ the package


def test_about_two_hundred_cases_in_a_dozen_prefectures(published):
    assert len(published["cases"]) == len(published["status"]) == 200
    assert len({row["prefecture"] for row in published["cases"]}) == 12


def test_no_code_is_that_of_a_real_place(raw, vocabulary):
    codes = {row["code"] for row in raw["local_governments"]}
    assert codes == set(vocabulary.codelist("municipality-sample").codes)
    assert all(is_local_government_code(each) for each in codes)
    assert not codes & set(vocabulary.codelist("local-government").codes)
    names = {row["code"]: row["name"] for row in raw["local_governments"]}
    assert all(vocabulary.codelist("municipality-sample").find(code).label.ja == name for code, name in names.items())


def descriptors():
    return [json.loads((PACKAGE / path).read_text(encoding="utf-8")) for path in ("datapackage.json", "raw/datapackage.json")]


def test_it_says_that_it_is_a_sample():
    package, raw = descriptors()
    for each in (package, raw):
        assert each["catalog"]["sample"] is True
        assert each["title"].startswith("【見本】")
        assert each["catalog"]["translations"]["en"]["title"].startswith("[Sample]")
    assert raw["catalog"]["open"] is True


def test_every_column_is_defined_and_derived(vocabulary):
    package, raw = descriptors()
    fields = [(table["name"], field) for table in package["resources"] for field in table["schema"]["fields"]]
    for name, field in fields:
        definition = field["definition"]
        assert definition["section"] in {"1-1", "2-1", "3", "3-1", "3-2", "3-3", "3-4", "4", "4-1", "4-2", "4-3", "4-4"}, name
        assert definition["derivation"], field["name"]
    sections = {field["definition"]["section"] for _name, field in fields}
    assert sections >= {"1-1", "2-1", "3-1", "3-2", "3-3", "3-4", "4-1", "4-2", "4-3", "4-4"}
    every = [field for each in (package, raw) for table in each["resources"] for field in table["schema"]["fields"]]
    for field in every:
        english = field["definition"]["translations"]["en"]
        assert all((field["title"], field["description"], english["title"], english["description"]))
        assert field["definition"]["source"]
        assert field["definition"]["obligation"] in {"mandatory", "recommended", "optional"}
        listed = field["definition"].get("codelist")
        if listed and "enum" in field.get("constraints", {}):
            assert set(field["constraints"]["enum"]) <= set(vocabulary.codelist(listed).codes), field["name"]


def test_every_coded_cell_is_in_its_list(raw, published, vocabulary):
    for descriptor, data in zip(descriptors(), (published, raw), strict=True):
        for table in descriptor["resources"]:
            for field in table["schema"]["fields"]:
                listed = field["definition"].get("codelist")
                if listed:
                    cells = {row[field["name"]] for row in data[table["name"]]} - {""}
                    assert cells <= set(vocabulary.codelist(listed).codes), (table["name"], field["name"])


def test_the_explanations_speak_of_columns_and_codes_by_their_names(vocabulary):
    with open_package(PACKAGE, Settings()) as package:
        told = explain(package.resource("cases"), package.raw, vocabulary.codelist)
        assert explain(package.raw.resource("cases")) is None
    assert "「事業者の数」が「1」" in told.table.ja
    (total, down) = told.columns["population"]
    assert "「参加団体」の「種別」が「市町村」「特別区」のいずれか" in total[1].ja
    assert down[1].en == "Rounded down to a multiple of 10,000."
    assert "“Scale of cost”" in told.columns["initial_cost"][0][1].en
    assert "“Others (tools)” for “Tools”" in told.columns["system_type"][1][1].en


@pytest.mark.parametrize("path", ["datapackage.json", "raw/datapackage.json"])
def test_stock_frictionless_calls_it_valid(path):
    command = [sys.executable, "-m", "frictionless", "validate", str(PACKAGE / path), "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert json.loads(answer.stdout)["valid"]


def test_the_check_is_clean_and_catches_one_changed_number(copy, vocabulary):
    assert checked(copy, vocabulary) == ()
    file = copy / "data/cases.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(",600000,", ",610000,", 1), encoding="utf-8")
    (finding,) = checked(copy, vocabulary)
    assert (finding.code, finding.found, finding.expected) == ("derivation-differs", "610000", "600000")
    assert (finding.place.resource, finding.place.field, finding.place.row) == ("cases", "population", 2)


def test_a_changed_record_is_caught_and_derived_anew(copy, vocabulary):
    file = copy / "raw/data/cases.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("5000000,4999999", "4999999,5000000", 1), encoding="utf-8")
    assert [(each.place.field, each.found, each.expected) for each in checked(copy, vocabulary)] == [
        ("initial_cost", "5m-10m", "under-5m"),
        ("annual_cost", "under-5m", "5m-10m"),
    ]
    with open_package(copy, Settings()) as package:
        write(package, derive(package, vocabulary))
    assert checked(copy, vocabulary) == ()


def test_a_changed_rule_changes_the_tables(copy, vocabulary):
    file = copy / "datapackage.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"step": 10000', '"step": 1000'), encoding="utf-8")
    assert {each.place.field for each in checked(copy, vocabulary)} == {"population"}


def test_a_blank_type_is_an_error(copy, vocabulary):
    file = copy / "raw/data/cases.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",chat-tool,", ",,", 1), encoding="utf-8")
    blank = [each.place for each in checked(copy, vocabulary) if each.code == "value-blank"]
    assert [(each.file, each.field, each.row) for each in blank] == [("raw/data/cases.csv", "system_type", 2)]


def test_the_generator_writes_the_same_records_again(generator, tmp_path):
    generator.write_raw(tmp_path)
    for path in sorted((PACKAGE / "raw/data").iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_other_seeds_give_other_records_with_the_same_edges(generator, tmp_path):
    generator.write_raw(tmp_path, count=60, seed=1)
    made = rows(tmp_path / "cases.csv")
    assert len(made) == 62
    noted_ = [row["note"] for row in made if row["note"]]
    assert noted_ == [row["note"] for row in rows(PACKAGE / "raw/data/cases.csv") if row["note"]]
    assert (tmp_path / "participants.csv").read_bytes() != (PACKAGE / "raw/data/participants.csv").read_bytes()
