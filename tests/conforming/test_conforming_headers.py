"""Where the header is, whatever stands above it; which spellings count; what is too doubtful to be taken."""

import pytest
from conforming_samples import CLEAN, HEADER, LIBRARY, cleaned, codes, refused, workbook

from catalog.errors import Finding

TWO = "名称,住所,設置位置\n"


def test_titles_and_notes_above_the_header_are_left_out_and_said() -> None:
    found = cleaned(f"高槻市 公衆トイレ一覧,,,\n令和2年4月1日現在\n\n{HEADER}\n{CLEAN}\n")
    (note,) = [each for each in found.findings if each.code == "clean-title-rows"]
    assert (note.severity, note.expected, note.found) == ("note", "3", "高槻市 公衆トイレ一覧, 令和2年4月1日現在")
    assert found.source_rows == [5]
    assert found.summary["source"]["titles"] == ["高槻市 公衆トイレ一覧", "令和2年4月1日現在"]


@pytest.mark.parametrize(
    "header", ["名称,住所,設置位置", "name,address,installationPosition", " 名 称 ,所在地_連結標記,設置位置"]
)
def test_spellings_of_both_editions_are_recognised(header: str) -> None:
    found = cleaned(f"{header}\n駅前,大阪府,広場\n")
    assert found.columns == ("名称", "所在地_連結表記", "設置位置")
    assert found.rows == [("駅前", "大阪府", "広場")]


def test_a_spelling_that_only_another_edition_knows_stands_for_the_same_column() -> None:
    found = cleaned("prefCode,identification,name,address,katagaki\n27207,1,駅前,大阪府,\n", edition="2020")
    assert found.columns[:4] == ("都道府県コード又は市区町村コード", "NO", "名称", "住所")
    assert [each.before for each in found.changes if each.rules == ("header",)] == [
        "prefCode", "identification", "name", "address", "katagaki",
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_the_one_by_which_the_header_is_read(delimiter: str) -> None:
    found = cleaned(f"{HEADER}\n{CLEAN}\n".replace(",", delimiter))
    assert (found.summary["source"]["delimiter"], len(found.columns)) == (delimiter, 10)


def test_a_header_of_two_rows_is_joined() -> None:
    rows = [
        ["公衆トイレ", "", "", "", "", ""],
        ["名称", "所在地", "", "", "設置位置", "備考"],
        ["", "連結表記", "都道府県", "市区町村", "", ""],
        ["駅前", "大阪府高槻市1", "大阪府", "高槻市", "広場", ""],
    ]
    found = cleaned(workbook(rows), "city.xlsx")
    assert found.columns == ("名称", "所在地_連結表記", "所在地_都道府県", "所在地_市区町村", "設置位置", "備考")
    assert found.rows == [("駅前", "大阪府高槻市1", "大阪府", "高槻市", "広場", "")]
    assert [each.before for each in found.changes] == []


def test_columns_that_the_standard_lacks_are_left_out_and_listed() -> None:
    found = cleaned("名称,住所,設置位置,担当課,,空き,\n駅前,大阪府,広場,管財課,123,,\n")
    assert found.columns == ("名称", "所在地_連結表記", "設置位置")
    told = {each.code: (each.severity, each.found, each.details) for each in found.findings if "column" in each.code}
    assert told["clean-column-unnamed"] == ("warning", "", {"cell": "E1", "count": "1"})
    left = [(each.found, each.details["cell"]) for each in found.findings if each.code == "clean-column-left-out"]
    assert left == [("担当課", "D1"), ("空き", "F1")]
    assert found.summary["leftOut"][0] == {"from": "担当課", "column": "D", "filled": 1}
    assert b"\xe7\xae\xa1\xe8\xb2\xa1" not in found.files["data/public_toilet.csv"]


def test_most_columns_unknown_is_worth_a_warning() -> None:
    found = cleaned("名称,住所,設置位置,あ,い,う,え\n駅前,大阪府,広場,1,2,3,4\n")
    assert [(each.found, each.expected) for each in found.findings if each.code == "clean-columns-few"] == [("3", "7")]


def refusal(text: str | bytes, **options: object) -> tuple[Finding, ...]:
    return refused(lambda: cleaned(text, **options))  # type: ignore[arg-type] # forwarded as they are


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (TWO + TWO + "駅前,大阪府,広場\n", {}, ["clean-headers-several"]),
        ("名称,住所,設置位置,緯度\nname,address,installationPosition,x\n", {}, ["clean-headers-several"]),
        ("名称,住所,所在地_連結表記,設置位置\n1,2,3,4\n", {}, ["standard-header-ambiguous"]),
        ("名称,名称,住所,設置位置\n1,2,3,4\n", {}, ["standard-header-ambiguous"]),
        ("日付,人数\n2020-01-01,3\n", {}, ["clean-header-missing", *["standard-mandatory-missing"] * 3]),
        ("名称\n駅前\n", {"edition": "20260801"}, ["standard-mandatory-missing"] * 2),
        ("ただの文\n名称について\n", {}, ["clean-header-missing", *["standard-mandatory-missing"] * 3]),
        ("名称,緯度\n駅前,35\n", {"edition": "20260801"}, ["standard-mandatory-missing"] * 2),
        (TWO + "駅前,大阪府,広場\n", {"columns": {"名称": "無い列"}}, ["clean-column-unknown"]),
        (TWO + "駅前,大阪府,広場\n", {"decisions": {("無い列", "a"): "b"}}, ["clean-column-unknown"]),
        (TWO + "駅前,大阪府,広場\n", {"sheet": "表"}, ["clean-sheet-unknown"]),
        (TWO + "駅前,大阪府,1階,2階\n", {}, ["clean-row-long"]),
        ('名称,住所,設置位置\n駅前,"大阪府" 広場,x\n', {}, ["quote-invalid"]),
        ("a,b\n1,2\n", {"standard": "gtfs-jp"}, ["clean-standard-package"]),
    ],
)
def test_what_cannot_be_a_table_of_the_standard_is_refused(text: str, options: dict[str, object], expected: list[str]) -> None:
    assert codes(refusal(text, **options))[: len(expected)] == expected


def test_the_refusal_of_a_long_row_names_the_row() -> None:
    found = refusal(TWO + "駅前,大阪府,広場\n公園,大阪府,1階,2階\n公園,大阪府,1階,,\n")
    assert [(each.place.row, each.found, each.expected) for each in found] == [(3, "4", "3")]


def test_sheets_are_chosen_by_their_header_or_by_name() -> None:
    rows = [["名称", "住所", "設置位置"], ["駅前", "大阪府", "広場"]]
    notes = [["この表について"], ["お読みください"]]
    one = workbook(notes, rows, names=("はじめに", "一覧"))
    assert cleaned(one, "city.xlsx").summary["source"]["sheet"] == "一覧"
    two = workbook(rows, rows, names=("2023", "2024"))
    (finding,) = refused(lambda: cleaned(two, "city.xlsx"))
    assert (finding.code, finding.found) == ("clean-sheets-several", "2023, 2024")
    assert cleaned(two, "city.xlsx", sheet="2024").summary["source"]["sheet"] == "2024"


def test_the_steward_may_assign_columns() -> None:
    found = cleaned("施設,場所,設置位置\n駅前,大阪府,広場\n", columns={"施設": "名称", " 場所": "full_address"})
    assert found.rows == [("駅前", "大阪府", "広場")]
    twice = refused(lambda: cleaned("名称,別名,住所,設置位置\n1,2,3,4\n", columns={"別名": "名称"}))
    assert codes(twice) == ["standard-header-ambiguous"]


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        (f"{HEADER}\n{CLEAN}\n", "clean-standard-needed", "public-toilet (10/10)"),
        ("日付,相談件数\n2020-01-29,194\n", "clean-standard-none", ", ".join(LIBRARY.standards.names())),
    ],
)
def test_without_a_standard_the_fitting_ones_are_proposed(text: str, code: str, expected: str) -> None:
    (finding,) = refused(lambda: cleaned(text, standard=""))
    assert finding.code == code
    assert finding.expected.startswith(expected)
