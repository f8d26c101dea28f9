"""Our own findings about cells: each with a case that raises it and a near miss that does not, in both ways of reading."""

import csv
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from catalog import messages
from catalog.errors import Finding
from catalog.messages import judging as wordings
from catalog.model import Definition, Field, Package, Resource, Schema, StandardRef, Text
from catalog.settings import Settings
from catalog.standards import Standards
from catalog.tables import read_table
from catalog.validation import judging
from catalog.validation.judging import Judge
from catalog.validation.scanning import Located, Observation, Question, Sighting
from catalog.validation.sights import RULES
from catalog.validation.sql import literal
from catalog.vocabulary.codelists import Vocabulary
from catalog.vocabulary.reading import load

STANDARDS = Standards.load()
SHIPPED = load()
DATABASE = duckdb.connect()
SCHEMA_ORG = "https://schema.org/"

TEXT = Field(name="x", type="string")
INTEGER = Field(name="x", type="integer")
DATE = Field(name="x", type="date")
DATE_TEXT = Field(name="開始日", type="string")
TIME_TEXT = Field(name="利用開始時間", type="string")
CODE = Field(name="x", type="string", definition=Definition(codelist="municipality"))
PREFECTURE = Field(name="x", type="string", definition=Definition(codelist="prefecture"))
CORPORATE = Field(name="x", type="string", definition=Definition(property="http://imi.go.jp/ns/core/2#法人番号"))
POSTAL = Field(name="x", type="string", definition=Definition(property=SCHEMA_ORG + "postalCode"))
TELEPHONE = Field(name="x", type="string", definition=Definition(property=SCHEMA_ORG + "telephone"))
LATITUDE = Field(name="緯度", type="number", definition=Definition(unit="degree"))
LONGITUDE = Field(name="x", type="number", definition=Definition(unit="degree", property=SCHEMA_ORG + "longitude"))
BOUNDED = Field(name="緯度", type="number", constraints={"minimum": 20, "maximum": 46})
MANDATORY = Field(name="x", type="string", definition=Definition(obligation="mandatory"))
FLAG = Field(
    name="x",
    type="boolean",
    missing_values=(),
    options={"trueValues": ["1"], "falseValues": [""]},
    definition=Definition(obligation="mandatory"),
)
CATEGORIES = Field(name="x", type="string", options={"categories": ["a", {"value": "b", "label": "B"}]})
CLASSES = Field(name="x", type="integer", options={"categories": [1, 2]})


def package(folder: Path, fields: Sequence[Field], rows: Iterable[Sequence[str]], **schema: Any) -> Package:
    """A package of one table ``t``; its first column counts, so that rows are never empty and nothing is a first column."""
    about = {"standard": schema.pop("standard", None), "encoding": schema.pop("encoding", "utf-8")}
    every = (Field(name="番号", type="string"), *fields)
    (folder / "t.csv").unlink(missing_ok=True)
    with (folder / "t.csv").open("w", encoding=about["encoding"], newline="") as file:
        writer = csv.writer(file)
        writer.writerow([each.name for each in every])
        writer.writerows([str(number), *row] for number, row in enumerate(rows, start=1))
    table = Resource(name="t", path="t.csv", schema=Schema(fields=every, **schema), **about)
    return Package(name="p", title=Text("p"), resources=(table,), root=folder)


def judge(given: Package, lists: Vocabulary = SHIPPED) -> tuple[Finding, ...]:
    """The same findings from a scan as row by row."""
    by_rows = read(given, lists)
    scanned = Judge(given, Settings(), STANDARDS, lambda: lists)
    table = given.tables()[0]
    assert given.root is not None
    path = given.root / table.path
    labels = read_table(path, table, max_columns=100, max_cell_bytes=10_000).labels
    answers = scan(path, table, scanned.ask(table, labels))
    assert scanned.findings({"t": answers}, partial(scan, path)) == by_rows
    return by_rows


def read(given: Package, lists: Vocabulary = SHIPPED) -> tuple[Finding, ...]:
    """The findings of a table that nothing has scanned."""
    return Judge(given, Settings(), STANDARDS, lambda: lists).findings({}, lambda _table, _questions, _last: None)


def scan(path: Path, table: Resource, questions: Sequence[Question], _last: int = 0) -> tuple[Sighting, ...]:
    """Answers questions by asking DuckDB about each row, as the screen does about whole files."""
    content = read_table(path, table, max_columns=100, max_cell_bytes=10_000)
    rows = [Located(row, tuple(cells)) for row, cells in content.rows if len(cells) == len(content.labels)]
    columns = [[each.row for each in rows], [list(each.cells) for each in rows]]
    DATABASE.execute("CREATE OR REPLACE TABLE t AS SELECT unnest($1) AS row, unnest($2) AS cells", columns)
    found = []
    for question in questions:
        if isinstance(question, Observation):
            listed = f"(TRY_CAST({{cell}} AS ENUM ({', '.join(map(literal, question.values))})) IS NOT NULL)"
            sql = question.predicate.replace("{listed}", listed).replace("{cell}", f"cells[{question.column + 1}]")
            hits = DATABASE.execute(f"SELECT row FROM t WHERE {sql} ORDER BY row").fetchall()
        else:
            key = question.key
            for column in range(len(content.labels)):
                key = key.replace(f"{{column:{column}}}", f"cells[{column + 1}]")
            keyed = f"SELECT row, {key} AS key, row_number() OVER (PARTITION BY {key} ORDER BY row) AS n FROM t"
            hits = DATABASE.execute(f"SELECT row FROM ({keyed}) WHERE n > 1 AND key IS NOT NULL ORDER BY row").fetchall()
        by_row = {each.row: each for each in rows}
        located = tuple(by_row[row] for (row,) in hits[: question.limit])
        if hits:
            found.append(Sighting(question, len(hits), located))
    return tuple(found)


class Case(NamedTuple):
    code: str
    field: Field
    wrong: str
    right: str
    expected: str = ""
    severity: str = "warning"


CASES = [
    Case("mandatory-empty", MANDATORY, "", "a", severity="error"),
    Case("mandatory-empty", MANDATORY, "　 ", "-", severity="error"),
    Case("local-government-check-digit", CODE, "270009", "271004", "270008", "error"),
    Case("code-five-digits", CODE, "27100", "271004", "271004", "error"),
    Case("code-leading-zero", CODE, "11002", "011002", "011002", "error"),
    Case("code-leading-zero", POSTAL, "600000", "0600000", "0600000"),
    Case("code-leading-zero", TELEPHONE, "878888126", "087-888-8126", "0878888126"),
    Case("code-exponent", TEXT, "1.23E+12", "1.23E12"),
    Case("code-unknown", CODE, "大きい市", "271004", severity="error"),
    Case("code-unknown", PREFECTURE, "48", "47", severity="error"),
    Case("code-is-name", CODE, "堺市", "271403", "271403", "error"),
    Case("code-unassigned", CODE, "999997", "271004"),
    Case("corporate-check-digit", CORPORATE, "6000012050002", "7000012050002", "7000012050002", "error"),
    Case("category-unknown", CATEGORIES, "c", "b", "a, b", "error"),
    Case("category-unknown", CLASSES, "3", "02", "1, 2", "error"),
    Case("coordinate-swapped", LATITUDE, "135.1", "35.1", "20 … 46"),
    Case("coordinate-swapped", LONGITUDE, "35.1", "135.1", "122 … 154.5"),
    Case("coordinate-swapped", BOUNDED, "135.1", "35.1", "20 … 46"),
    Case("coordinate-outside", LATITUDE, "52.5", "45.5", "20 … 46"),
    Case("coordinate-zero", LONGITUDE, "0.0", "", "122 … 154.5"),
    Case("time-24", TIME_TEXT, "24:00", "23:59", severity="note"),
    Case("wareki-date", DATE_TEXT, "R02.07.21", "2020-07-21", "2020-07-21"),
    Case("wareki-date", DATE, "令和2年7月21日", "2020-07-21", "2020-07-21"),
    Case("wareki-date", DATE_TEXT, "平成30年度", "通年", "YYYY-MM-DD"),
    Case("date-not-iso", DATE_TEXT, "2020/7/1", "2020-07-01", "2020-07-01"),
    Case("date-not-iso", DATE, "2020年13月1日", "2020-07-01", "YYYY-MM-DD"),
    Case("full-width", CODE, "２７１００４", "271004", "271004"),
    Case("full-width", TIME_TEXT, "9：00", "09:00", "9:00"),
    Case("full-width.number", INTEGER, "１２", "12", "12"),
    Case("unit-in-number", INTEGER, "1,200円", "1200", "1200"),
    Case("none-mark.number", INTEGER, "－", "-1"),
    Case("none-mark", TEXT, "なし", "なしの木"),
    Case("none-mark", DATE, "-", "2020-01-01"),
    Case("ditto-mark", TEXT, "〃", "同上寺"),
    Case("circle-mark", TEXT, "○", "○○公園"),
    Case("other-with-detail", TEXT, "その他（祭り）", "その他", severity="note"),
    Case("spreadsheet-error", TEXT, "#N/A", "#1"),
    Case("spreadsheet-error", INTEGER, "#REF!", "1"),
    Case("formula", TEXT, "=SUM(A1:A3)", "a=b"),
    Case("half-width-kana", TEXT, "ｶﾗｵｹ店", "カラオケ店", "カラオケ店"),
    Case("cell-blanks", TEXT, "大阪　", "大 阪 府", "大阪"),
    Case("cell-blanks", INTEGER, " 5", "5", "5"),
    Case("cell-spaced", TEXT, "合　計", "山田　太郎", "合計", "note"),
    Case("cell-newline", TEXT, "a\nb", "a b", severity="note"),
    Case("mojibake", TEXT, "大阪\ufffd", "大阪?"),
    Case("mojibake", TEXT, "大阪市".encode().decode("latin-1"), "Ålesund"),
    Case("mojibake", TEXT, "こんにちは".encode().decode("cp932", "replace"), "縺れた糸"),
    Case("mojibake", TEXT, "テスト".encode("cp932").decode("cp1252"), "100 ƒ"),
    Case("mojibake", TEXT, "????市", "本当?"),
    Case("private-character", TEXT, "渡\ue123", "渡邉"),
    Case("invisible-character", TEXT, "大\u200b阪", "大阪"),
    Case("platform-character", TEXT, "㈱山田", "髙島", "(株)山田", "note"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.code} {each.field.type} {each.wrong!a}")
def test_each_finding_has_its_case_and_a_near_miss(tmp_path: Path, case: Case) -> None:
    found = [each for each in judge(package(tmp_path, [case.field], [[case.right], [case.wrong]])) if each.code == case.code]
    assert [(each.severity, each.place.row, each.place.column) for each in found] == [(case.severity, 3, 2)]
    finding = found[0]
    assert (finding.place.file, finding.place.resource, finding.place.field) == ("t.csv", "t", case.field.name)
    assert finding.found == case.wrong
    if case.expected:
        assert finding.expected == case.expected
    if case.code in RULES:
        assert finding.details["rule"] == RULES[case.code]
    for language in ("ja", "en"):
        told = messages.word(finding, language)
        assert "?" not in told.replace(finding.found, "")
        assert RULES.get(case.code, "") in told
    assert case.code not in {each.code for each in judge(package(tmp_path, [case.field], [[case.right]]))}


def test_every_code_of_a_cell_has_its_case() -> None:
    of_cells = judging_codes() | {"code-unknown", "code-unassigned"}
    elsewhere = {"recommended-empty", "note-row", "total-row"}
    assert of_cells - {each.code for each in CASES} == elsewhere


def judging_codes() -> set[str]:
    others = set(wordings._DEFINITIONS) | {"more-cells", "unique-key"}
    return set(wordings.WORDINGS) - others


# -- first columns, empty cells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "wrong", "right"),
    [("note-row", "※1月1日現在", "1※"), ("note-row", "出典：統計課", "出典"), ("total-row", "合　計", "合計表")],
)
def test_rows_that_are_no_records_are_told_by_the_first_column(tmp_path: Path, code: str, wrong: str, right: str) -> None:
    given = package(tmp_path, [TEXT], [["a"]])
    (tmp_path / "t.csv").write_text(f"番号,x\n{wrong},\n{right},※a\n", encoding="utf-8")
    found = [each for each in judge(given) if each.code == code]
    assert [(each.place.row, each.place.column) for each in found] == [(2, 1)]


def test_recommended_cells_are_told_once_a_column(tmp_path: Path) -> None:
    fields = [Field(name=name, type="string", definition=Definition(obligation="recommended")) for name in ("a", "b")]
    found = judge(package(tmp_path, fields, [["", "1"], ["", "2"], ["", "3"]]))
    assert [(each.code, each.severity, each.place.field, each.place.row) for each in found] == [
        ("recommended-empty", "warning", "a", 0)
    ]
    assert "3件" in messages.word(found[0], "ja")


def test_optional_cells_may_be_empty(tmp_path: Path) -> None:
    optional = Field(name="a", type="string", definition=Definition(obligation="optional"))
    assert judge(package(tmp_path, [optional, TEXT], [["", ""], ["", ""]])) == ()


def test_an_empty_cell_of_a_flag_is_its_value(tmp_path: Path) -> None:
    assert judge(package(tmp_path, [FLAG], [[""], ["1"]])) == ()


def test_stock_tells_of_empty_required_cells_itself(tmp_path: Path) -> None:
    required = Field(name="x", type="string", constraints={"required": True}, definition=Definition(obligation="mandatory"))
    assert judge(package(tmp_path, [required], [[""]])) == ()


def test_what_is_missing_says_nothing(tmp_path: Path) -> None:
    marked = Field(name="x", type="integer", missing_values=("", "-", "なし"))
    assert judge(package(tmp_path, [marked], [["-"], ["なし"], [""]])) == ()
    by_schema = package(tmp_path, [INTEGER], [["-"]], missing_values=("", "-"))
    assert judge(by_schema) == ()


@pytest.mark.parametrize(("edition", "severity"), [("20260801", "error"), ("2020", "warning")])
def test_a_standard_that_is_not_sure_of_its_obligations_makes_no_error(tmp_path: Path, edition: str, severity: str) -> None:
    given = package(tmp_path, [MANDATORY], [[""]], standard=StandardRef(id="public-toilet", edition=edition))
    assert [each.severity for each in judge(given)] == [severity]


# -- what a column is taken for -------------------------------------------------------------------------------------------


def test_a_standard_says_which_columns_are_codes(tmp_path: Path) -> None:
    standard = StandardRef(id="public-toilet", edition="20260801")
    code = Field(name="全国地方公共団体コード", type="string")
    found = judge(package(tmp_path, [code], [["37201"], ["372013"], ["372014"]], standard=standard))
    assert [(each.code, each.severity) for each in found] == [
        ("local-government-check-digit", "error"),
        ("code-five-digits", "warning"),
    ]
    assert judge(package(tmp_path, [code], [["37201"], ["372014"]])) == (), "a name alone is not believed"


def test_without_a_definition_digits_are_only_digits(tmp_path: Path) -> None:
    assert judge(package(tmp_path, [Field(name="code", type="string")], [["270009"], ["27100"], ["1234567890123"]])) == ()


@pytest.mark.parametrize(
    ("type_", "categories", "right", "wrong"),
    [
        ("integer", [1.0, "2", {"value": 30}], ["1", "02", "+30", "x"], ["3", "-1"]),
        ("integer", ["a"], ["x"], ["1"]),
        ("number", [1.5], ["1.50", "2"], []),
        ("string", ["a", {"label": "b"}], ["a"], ["b", "A"]),
    ],
)
def test_categories_are_compared_by_value(
    tmp_path: Path, type_: str, categories: list[Any], right: list[str], wrong: list[str]
) -> None:
    field = Field(name="x", type=type_, options={"categories": categories})
    found = judge(package(tmp_path, [field], [[each] for each in (*right, *wrong)]))
    assert [each.found for each in found if each.code == "category-unknown"] == wrong


def test_a_declared_list_judges_its_marks(tmp_path: Path) -> None:
    marks = Field(name="x", type="string", constraints={"enum": ["○", "×", "なし"]})
    assert judge(package(tmp_path, [marks], [["○"], ["なし"]])) == ()


def test_stock_tells_which_bound_is_broken(tmp_path: Path) -> None:
    assert judge(package(tmp_path, [BOUNDED], [["52.5"]])) == ()


def test_a_bare_number_may_be_declared_to_have_its_unit(tmp_path: Path) -> None:
    money = Field(name="x", type="number", options={"bareNumber": False})
    assert judge(package(tmp_path, [money], [["¥100"], ["50%"]])) == ()


def test_dates_of_a_declared_form_are_left_alone(tmp_path: Path) -> None:
    slashes = Field(name="x", type="date", format="%Y/%m/%d")
    japanese = Field(name="指定年月日（和暦）日", type="string")
    formed = Field(name="開始日", type="string", constraints={"pattern": "[0-9/]+"})
    assert judge(package(tmp_path, [slashes, japanese, formed], [["2020/1/1", "R2.7.21", "2020/1/1"]])) == ()


def test_a_code_that_looks_like_an_era_is_none(tmp_path: Path) -> None:
    assert judge(package(tmp_path, [TEXT], [["S47-4-1"], ["M1.2.3"]])) == ()


def test_columns_are_found_by_name_where_their_order_is_free(tmp_path: Path) -> None:
    given = package(tmp_path, [CODE, INTEGER], [["271004", "1"]], fields_match="superset")
    (tmp_path / "t.csv").write_text("x,番号\n27100,1\n", encoding="utf-8")
    found = judge(given)
    assert [(each.code, each.place.row, each.place.column) for each in found] == [("code-five-digits", 2, 1)]


# -- keys -----------------------------------------------------------------------------------------------------------------


def test_a_unique_key_that_stock_does_not_enforce(tmp_path: Path) -> None:
    fields = [Field(name="a", type="string"), Field(name="b", type="integer")]
    rows = [["x", "1"], ["x", "2"], ["x", "01"], ["x", ""], ["x", ""], ["y", "1"], ["x", "+2"]]
    found = judge(package(tmp_path, fields, rows, unique_keys=(("a", "b"),)))
    assert [(each.code, each.severity, each.place.row, each.place.field, each.found) for each in found] == [
        ("unique-key", "error", 4, "a", "x, 01"),
        ("unique-key", "error", 8, "a", "x, +2"),
    ]
    assert "a, b" in messages.word(found[0], "ja")
    assert judge(package(tmp_path, fields, rows[:2], unique_keys=(("a", "b"),))) == ()


# -- many cells -----------------------------------------------------------------------------------------------------------


def test_the_same_text_is_told_once_and_the_others_are_counted(tmp_path: Path) -> None:
    rows = [["なし"], ["-"], ["なし"], ["a"], ["なし"]]
    found = judge(package(tmp_path, [TEXT], rows))
    assert [(each.code, each.place.row, each.found) for each in found] == [
        ("none-mark", 2, "なし"),
        ("none-mark", 3, "-"),
        ("more-cells", 0, "2"),
    ]
    last = found[-1]
    assert (last.severity, last.details["kind"], last.details["rows"]) == ("warning", "none-mark", "4, 6")
    assert messages.word(last, "ja") == "この項目には、同じ指摘（none-mark）があと2件あります。該当する行：4, 6"


def test_no_more_than_twenty_cells_of_a_column_are_told(tmp_path: Path) -> None:
    found = judge(package(tmp_path, [MANDATORY], [[""]] * 45))
    assert [each.code for each in found] == ["mandatory-empty"] * 20 + ["more-cells"]
    assert [each.place.row for each in found[:3]] == [2, 3, 4]
    assert (found[-1].severity, found[-1].details["count"]) == ("error", "25")
    assert found[-1].details["rows"] == ", ".join(map(str, range(22, 42))) + " …"


def test_where_much_is_found_each_kind_is_counted_by_another_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.validation.asking.FEW", 10)
    rows = [[f"2710{number:02}"] for number in range(60)] + [["９９９９９"], ["27100"], ["堺市"], ["999997"]]
    given = package(tmp_path, [CODE, CATEGORIES], [[*row, "c"] for row in rows])
    found = judge(given)
    codes = {each.code for each in found}
    assert {"local-government-check-digit", "code-five-digits", "code-is-name", "code-unassigned", "category-unknown"} <= codes
    total = {each.details["kind"]: each.details["count"] for each in found if each.code == "more-cells"}
    assert total["category-unknown"] == "63"
    wrong = sum(each.code == "local-government-check-digit" for each in found)
    assert wrong == 20
    assert found == read(given)


def test_where_another_scan_fails_the_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.validation.asking.FEW", 1)
    given = package(tmp_path, [TEXT], [["なし"], ["-"], ["〃"]])
    table = given.tables()[0]
    judged = Judge(given, Settings(), STANDARDS, lambda: SHIPPED)
    answers = scan(tmp_path / "t.csv", table, judged.ask(table, ("番号", "x")))
    assert judged.findings({"t": answers}, lambda _table, _questions, _last: None) == read(given)


def test_a_missing_value_that_no_cell_can_have_is_none(tmp_path: Path) -> None:
    odd = Field(name="x", type="string", missing_values=("a\0b", ""), definition=Definition(obligation="recommended"))
    assert [each.code for each in judge(package(tmp_path, [odd], [["なし"], [""]]))] == ["recommended-empty", "none-mark"]


def test_ragged_and_empty_rows_are_left_to_stock(tmp_path: Path) -> None:
    given = package(tmp_path, [MANDATORY], [["a"]])
    (tmp_path / "t.csv").write_text("番号,x\n1\n\n1,a,\n2,\n", encoding="utf-8")
    assert [(each.code, each.place.row) for each in read(given)] == [("mandatory-empty", 5)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_other_encodings_are_judged_alike(tmp_path: Path, encoding: str) -> None:
    given = package(tmp_path, [TEXT, INTEGER], [["ｶﾗｵｹ", "１"], ["㈱山田", "2"]], encoding=encoding)
    assert [each.code for each in judge(given)] == ["half-width-kana", "platform-character", "full-width.number"]


def test_a_file_that_cannot_be_read_is_told_and_the_next_table_judged(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text('番号,x\n1,"a\n', encoding="utf-8")
    good = package(tmp_path, [MANDATORY], [[""]])
    bad = Resource(name="bad", path="bad.csv", schema=good.resources[0].schema)
    both = Package(name="p", title=Text("p"), resources=(bad, good.resources[0]), root=tmp_path)
    assert [each.code for each in read(both)] == ["quote-invalid", "mandatory-empty"]


def test_long_cells_are_cut_in_findings(tmp_path: Path) -> None:
    found = judge(package(tmp_path, [TEXT], [["\ue000" + "あ" * 500]]))
    assert len(found[0].found) == judging._SHOWN + 1


def test_an_unknown_list_is_told_elsewhere(tmp_path: Path) -> None:
    unknown = Field(name="x", type="string", definition=Definition(codelist="not-there"))
    assert judge(package(tmp_path, [unknown], [["a"]])) == ()


# -- published tables that are known to be dirty --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("takamatsu-aed_location.csv", {"cell-newline"}),
        ("takamatsu-evacuation_space.csv", {"circle-mark"}),
        ("takamatsu-public_toilet.csv", {"code-five-digits", "none-mark", "time-24"}),
        ("takamatsu-public_wireless_lan.csv", {"code-five-digits"}),
    ],
)
def test_real_tables_show_what_is_known_of_them(shared: Path, name: str, codes: set[str]) -> None:
    source = shared / "standards/real" / name
    with source.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    types: dict[str, Callable[[str], Field]] = {
        "latitude": lambda name: Field(name=name, type="number"),
        "longitude": lambda name: Field(name=name, type="number"),
        "prefCode": lambda name: Field(name=name, type="string", definition=Definition(codelist="municipality")),
    }
    fields = tuple(types.get(each, lambda name: Field(name=name, type="string"))(each) for each in header)
    table = Resource(name="t", path=name, schema=Schema(fields=fields))
    given = Package(name="p", title=Text("p"), resources=(table,), root=source.parent)
    assert codes <= {each.code for each in read(given)}
