"""Bytes of any file -> cells exactly as written, or a finding: never a guess, never a traceback."""

import pytest
from conforming_samples import LIBRARY, codes, refused
from hypothesis import given
from hypothesis import strategies as st

from catalog.conforming import reading
from catalog.conforming.reading import Source, read
from catalog.errors import Refusal
from catalog.settings import Settings

TEXT = "名称,住所\r\n駅前①,高槻市～\r\n"
ROWS = [["名称", "住所"], ["駅前①", "高槻市～"]]
SETTINGS = LIBRARY.settings


def opened(data: bytes, settings: Settings = SETTINGS) -> Source:
    return read("city.csv", data, settings)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("cp932"), "cp932"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
    ],
)
def test_the_encoding_is_decided_by_the_bytes(data: bytes, encoding: str) -> None:
    source = opened(data)
    assert (source.kind, source.encoding) == ("csv", encoding)
    assert source.sheets[0].rows() == ROWS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "table-empty"),
        (b" \r\n\r\n", "table-empty"),
        (b"\0\0\0\0", "table-empty"),
        (b"<!DOCTYPE html><html><body>404", "not-a-table"),
        (b"%PDF-1.7 ...", "not-a-table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not-a-table"),
        (b"PK\x03\x04 not a zip at all", "not-a-table"),
        ("名称,住所\n公園,大阪\n".encode("euc_jp"), "clean-encoding"),
        ("トイ,ト\n".encode("euc_jp"), "clean-encoding-two"),
        ("ﾄｲﾚﾄ,ﾄｲ\n".encode("cp932"), "clean-encoding-two"),
        ("名称,住所\n".encode("iso2022_jp"), "clean-encoding"),
        ("名称,住所\n".encode() + "公園".encode("cp932") + b"\xff\n", "clean-encoding"),
        (b"\xff\xfe" + "名称\n".encode("utf-16-le") + b"\0", "clean-encoding"),
        ("名称,住所\n".encode("utf-16-le"), "clean-binary"),
        ("名称,住所\n公園,大阪".encode()[:-1], "clean-encoding"),
        (("name,address\n" + "公園,大阪\n" * 200_000).encode()[:-2], "clean-encoding"),
        ("名称\n公園".encode("cp932") + b"\xa0\n", "clean-encoding"),
        (b"a,b\n1,\0\n", "clean-binary"),
        (b'"a,b\n', "quote-invalid"),
    ],
)
def test_what_is_no_table_is_named(data: bytes, code: str) -> None:
    assert codes(refused(lambda: opened(data))) == [code]


def test_an_undecodable_byte_is_named_with_its_offset() -> None:
    (finding,) = refused(lambda: opened("名称\n".encode() + b"\xff"))
    assert (finding.found, finding.place.file) == ("0xFF (7)", "city.csv")


def test_every_delimiter_is_offered_and_the_comma_comes_first() -> None:
    source = opened(b'a;"b,c";d\n')
    assert [each.delimiter for each in source.sheets] == [",", "\t", ";"]
    assert {each.delimiter: each.rows() for each in source.sheets}[";"] == [["a", "b,c", "d"]]
    quoted = opened(b'"a"\t"b"\n')
    assert [each.delimiter for each in quoted.sheets] == ["\t"], "by the others it cannot be cut"


def test_quotes_newlines_and_blank_lines_are_kept() -> None:
    assert opened(b'a,"x\r\ny ""z"""\r\n\r\n,\r\n').sheets[0].rows() == [["a", 'x\r\ny "z"'], [], ["", ""]]


def test_a_quotation_mark_left_open_far_below_is_found_when_all_is_read() -> None:
    source = opened(b"a,b\n" * 30 + b'"c\n')
    (finding,) = refused(source.sheets[0].rows)
    assert (finding.code, finding.place.row) == ("quote-invalid", 31)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Settings(max_columns=3, max_cell_bytes=200_000)
    assert codes(refused(lambda: opened(b"a,b,c,d\n", narrow))) == ["too-many-columns"]
    long = b"x" * 1_100_000
    assert codes(refused(lambda: opened(b"a\n" + long + b"\n"))) == ["cell-too-long"]
    monkeypatch.setattr(reading, "CELLS", 5)
    assert codes(refused(lambda: opened(b"a,b\n" * 3))) == ["clean-too-many-cells"]
    monkeypatch.setattr(reading, "FILE_BYTES", 5)
    assert codes(refused(lambda: opened(b"abcdef"))) == ["file-too-large"]


_CODES = {
    "table-empty", "not-a-table", "clean-encoding", "clean-encoding-two", "clean-binary", "quote-invalid", "cell-too-long",
}  # fmt: skip


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        for sheet in opened(data).sheets:
            sheet.rows()
    except Refusal as refusal:
        assert {each.code for each in refusal.findings} < _CODES  # noqa: PT017  most bytes are refused, some are not
