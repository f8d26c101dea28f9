"""Workbooks: cells as text, and everything that would make reading one costly stopped before it is read."""

import contextlib
import io
import zipfile
from datetime import datetime, time

import pytest
import xlsxwriter
from conforming_samples import LIBRARY, PLACE, codes, refused, with_part, workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import workbooks
from catalog.conforming.reading import read
from catalog.conforming.workbooks import Workbook, is_workbook, open_workbook
from catalog.errors import Refusal
from catalog.scaffolding.workbook import METADATA

SHEET = "xl/worksheets/sheet1.xml"


def opened(data: bytes, cells: int = 5_000_000) -> Workbook:
    return open_workbook(data, PLACE, LIBRARY.settings, cells)


def sheet_of(data: bytes) -> list[list[str]]:
    (rows,) = opened(data).sheets.values()
    return rows


def test_cells_are_what_would_be_typed() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("表")

    def form(text: str) -> object:
        return book.add_format({"num_format": text})

    sheet.write_row(1, 1, ["text", 1, 1.5, 372013, 34.34092807514213, -0.5])
    sheet.write_boolean(2, 1, True)
    sheet.write_datetime(2, 2, datetime(2020, 1, 2), form("yyyy/m/d"))  # noqa: DTZ001  a cell has no zone
    sheet.write_datetime(2, 3, datetime(2020, 1, 2, 3, 4, 5), form("yyyy/m/d h:mm:ss"))  # noqa: DTZ001  as above
    sheet.write_datetime(2, 4, time(9, 0), form("h:mm"))
    sheet.write_number(2, 5, 1.0, form("[h]:mm"))
    sheet.write_number(2, 6, 0.75 + 30 / 86400, form("[h]:mm:ss"))
    sheet.write_number(3, 1, 44013, form('ggge"年"m"月"d"日"'))
    book.close()
    assert sheet_of(buffer.getvalue()) == [
        ["", "", "", "", "", "", ""],
        ["", "text", "1", "1.5", "372013", "34.34092807514213", "-0.5"],
        ["", "TRUE", "2020-01-02", "2020-01-02 03:04:05", "09:00", "24:00", "18:00:30"],
        ["", "2020-07-01", "", "", "", "", ""],
    ]


def test_hidden_sheets_are_not_read_and_those_of_the_template_are_told_apart() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet("データ").write(0, 0, "名称")
    hidden = book.add_worksheet("作業用")
    hidden.write(0, 0, "名称")
    hidden.hide()
    for name in ("項目定義", "選択肢", METADATA):
        book.add_worksheet(name).write(0, 0, name)
    book.close()
    found = opened(buffer.getvalue())
    assert found.sheets == {"データ": [["名称"]]}
    assert found.metadata == [[METADATA]]


def test_an_empty_workbook_is_refused() -> None:
    assert codes(refused(lambda: opened(workbook([[]])))) == ["clean-workbook-empty"]


def test_a_far_cell_is_stopped_before_the_sheet_is_built() -> None:
    far = workbook([["a"]])
    far = with_part(
        far, SHEET, lambda xml: xml.replace(b"</row>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    )
    (finding,) = refused(lambda: opened(far))
    assert (finding.code, finding.found) == ("clean-workbook-span", "1,048,576 x 16,384")


@pytest.mark.parametrize(
    "cell",
    [
        b"<c s='0' r='XFD1048576'><v>1</v></c>",
        b'<c\nr = "XFD1048576" ><v>1</v></c>',
        b'<c t="n" s="1" r="XFD1048576"><v>1</v></c>',
    ],
)
def test_a_far_cell_is_found_however_it_is_written(cell: bytes) -> None:
    far = with_part(workbook([["a"]]), SHEET, lambda xml: xml.replace(b"</row>", b"</row><row>" + cell + b"</row>"))
    assert codes(refused(lambda: opened(far))) == ["clean-workbook-span"]


def test_cells_that_only_have_a_format_do_not_count() -> None:
    formatted = b'</row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert sheet_of(with_part(workbook([["a"]]), SHEET, lambda xml: xml.replace(b"</row>", formatted))) == [["a"]]


def test_cells_with_a_namespace_prefix_are_read() -> None:
    def prefixed(xml: bytes) -> bytes:
        for name in (b"worksheet", b"sheetData", b"row", b"c", b"v"):
            for opening, closing in ((b"<", b" "), (b"<", b">"), (b"</", b">")):
                xml = xml.replace(opening + name + closing, opening + b"x:" + name + closing)
        return xml.replace(b"xmlns=", b"xmlns:x=")

    data = with_part(workbook([["a", "b"], ["c"]]), SHEET, prefixed)
    assert sheet_of(data) == [["a", "b"], ["c", ""]]


def test_cells_without_a_place_are_refused() -> None:
    data = with_part(workbook([["a"]]), SHEET, lambda xml: xml.replace(b'<c r="A1"', b"<c"))
    assert codes(refused(lambda: opened(data))) == ["clean-workbook-cells"]


def test_a_bomb_is_refused_by_its_directory_and_a_lying_directory_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    padded = with_part(workbook([["a"]]), SHEET, lambda xml: xml + b" " * 20_000_000)
    assert codes(refused(lambda: opened(padded))) == ["clean-workbook-bomb"]
    size = (20_000_000 + len(zipfile.ZipFile(io.BytesIO(workbook([["a"]]))).read(SHEET))).to_bytes(4, "little")
    assert size in padded
    assert codes(refused(lambda: opened(padded.replace(size, (900).to_bytes(4, "little"))))) == ["clean-workbook-damaged"]
    monkeypatch.setattr(workbooks, "UNPACKED_BYTES", 1_000)
    assert codes(refused(lambda: opened(workbook([["a"]])))) == ["clean-workbook-large"]


def test_strings_that_cells_share_are_counted_once_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook([["あ" * 1_000] * 20, ["い"] * 30])
    monkeypatch.setattr(workbooks, "SHARED_BYTES", 60_000)
    assert codes(refused(lambda: opened(data))) == ["clean-workbook-large"]
    monkeypatch.setattr(workbooks, "SHARED_BYTES", 70_000)
    assert len(sheet_of(data)) == 2


def test_tags_without_end_take_no_time() -> None:
    hostile = b"<c " * 300_000 + b'<c r="A1" ' + b' r="A1"' * 100_000 + b"/>" + b"<c r='" * 100_000
    data = with_part(workbook([["a"]]), SHEET, lambda xml: xml.replace(b"</sheetData>", hostile + b"</sheetData>"))
    assert refused(lambda: opened(data))


def test_damage_is_named() -> None:
    good = workbook([["名称", "住所"]])
    for data in (
        with_part(good, SHEET, lambda xml: xml[: len(xml) // 2] + b"<<<"),
        with_part(good, SHEET, lambda xml: xml.decode().encode("utf-16")),
        with_part(good, "xl/workbook.xml", lambda _xml: b"<nothing"),
        good + b"PK\x05\x06" + bytes(18),
        good[: len(good) - 30],
    ):
        found = refused(lambda data=data: read("city.xlsx", data, LIBRARY.settings))  # type: ignore[misc] # bound early
        assert codes(found)[0] in ("clean-workbook-damaged", "not-a-table", "clean-workbook-empty"), found
    assert is_workbook(good)


def test_another_zip_is_no_workbook() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.csv", "a,b")
    assert not is_workbook(buffer.getvalue())
    assert codes(refused(lambda: read("city.zip", buffer.getvalue(), LIBRARY.settings))) == ["not-a-table"]


_GOOD = workbook([["名称", "住所", "設置位置"], ["駅前", "大阪府", "広場"]])
_DAMAGE = st.tuples(st.integers(0, 5_000), st.binary(min_size=1, max_size=3))
_PARTS = (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(_PARTS), st.lists(st.tuples(st.integers(0, 5_000), st.binary(min_size=1, max_size=3)), min_size=1, max_size=4)
)
def test_any_damage_inside_is_read_or_refused(part: str, damage: list[tuple[int, bytes]]) -> None:
    def change(xml: bytes) -> bytes:
        for place, content in damage:
            at = place % len(xml)
            xml = xml[:at] + content + xml[at + len(content) :]
        return xml

    with contextlib.suppress(Refusal):
        for sheet in read("city.xlsx", with_part(_GOOD, part, change), LIBRARY.settings).sheets:
            assert all(isinstance(cell, str) for row in sheet.rows() for cell in row)
