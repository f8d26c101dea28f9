"""Bytes of a table -> rows of text: what is read, what is refused and where, and the canonical form."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from frictionless import Dialect
from frictionless.formats import CsvControl
from frictionless.resources import TableResource
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from catalog.errors import Finding, Refusal
from catalog.model import Field, Resource, Schema
from catalog.tables import codec, dialect_of, effective_encoding, read_rows, read_table, write_canonical

QUICK: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
LIMITS = {"max_columns": 20, "max_cell_bytes": 1_000}


def table(encoding: str = "utf-8", columns: int = 2, format_: str = "csv", **dialect: Any) -> Resource:
    fields = tuple(Field(name=f"column{number}") for number in range(1, columns + 1))
    return Resource(
        name="list", path="data/list.csv", encoding=encoding, format=format_, dialect=dialect, schema=Schema(fields=fields)
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def rows_of(path: Path, content: bytes, resource: Resource | None = None, **limits: int) -> list[list[str]]:
    path.write_bytes(content)
    return list(read_rows(path, resource or table(), **(LIMITS | limits)))


def refusal_of(path: Path, content: bytes, resource: Resource | None = None, **limits: int) -> Finding:
    with pytest.raises(Refusal) as caught:
        rows_of(path, content, resource, **limits)
    assert len(caught.value.findings) == 1
    finding = caught.value.findings[0]
    assert (finding.place.file, finding.place.resource) == ("data/list.csv", "list")
    return finding


def test_every_record_is_read_with_header_comments_and_blank_lines(source):
    content = '番号,名\r\n1,"a\r\nb"\r\n\r\n# x,\r\n2,"""い"""\r\n'.encode()
    assert rows_of(source, content) == [["番号", "名"], ["1", "a\r\nb"], [], ["# x", ""], ["2", '"い"']]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp932", "cp932"),
        ("euc_jp", "euc_jp"),
        ("iso2022_jp", "iso2022_jp"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16", "utf-16-le"),
    ],
)
def test_text_is_decoded_as_declared_and_a_byte_order_mark_is_no_text(source, encoding, declared):
    assert rows_of(source, "名,値\n大阪,1\n".encode(encoding), table(declared)) == [["名", "値"], ["大阪", "1"]]


def test_tsv_is_cut_at_tabs_without_a_word(source):
    assert rows_of(source, b"a\tb\n1,2\t3\n", table(format_="tsv")) == [["a", "b"], ["1,2", "3"]]


@pytest.mark.parametrize(
    ("dialect", "content", "expected"),
    [
        ({"delimiter": ";"}, b"a;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
        ({"quoteChar": "'"}, b"a,b\n'1,5',\"2\n", [["a", "b"], ["1,5", '"2']]),
        ({"quoteChar": ""}, b'a,b\n"1",2"\n', [["a", "b"], ['"1"', '2"']]),
        ({"escapeChar": "\\", "doubleQuote": False}, b'a,b\n"x\\"y",2\n', [["a", "b"], ['x"y', "2"]]),
        ({"doubleQuote": False}, b'a,b\n"x""y",2\n', [["a", "b"], ['x"y', "2"]]),
        ({"skipInitialSpace": True}, b"a, b\n1, 2\n", [["a", "b"], ["1", "2"]]),
    ],
)
def test_the_dialect_says_how_lines_are_cut(source, dialect, content, expected):
    assert rows_of(source, content, table(**dialect)) == expected


def test_bytes_that_are_not_utf8_are_placed_and_an_encoding_is_proposed(source):
    finding = refusal_of(source, "id,name\n1,a\n2,大阪\n".encode("cp932"))
    assert finding.code == "encoding-invalid"
    assert (finding.place.row, finding.place.column) == (3, 2)
    assert (finding.found, finding.expected) == ("0x91", "utf-8")
    assert finding.details == {"offset": "14", "proposal": "cp932"}


@pytest.mark.parametrize(
    ("content", "declared", "proposal"),
    [
        ("名,値\n東京都千代田区,あいうえお\n".encode("euc_jp"), "utf-8", "euc_jp"),
        ("名,値\nひらがなと漢字,１\n".encode("cp932"), "utf-8", "cp932"),
        ("名,値\n髙橋①,1\n".encode("cp932"), "shift_jis", "cp932"),
        ("名,値\n大阪,1\n".encode("utf-16"), "utf-8", "utf-16"),
        ("名,値\n大阪,1\n".encode("iso2022_jp"), "utf-8", "iso2022_jp"),
        ("名,値\n大阪,1\n".encode() + "神戸,2\n".encode("cp932"), "utf-8", "-"),
    ],
)
def test_the_proposal_reads_the_whole_file(source, content, declared, proposal):
    assert refusal_of(source, content, table(declared)).details["proposal"] == proposal


def test_the_place_of_a_bad_byte_is_right_far_into_a_file_with_cells_of_many_lines(source):
    good = b'1,"x\ny"\n' * 30_000
    finding = refusal_of(source, b"a,b\n" + good + b"2,\xff\n")
    assert (finding.place.row, finding.place.column) == (30_002, 2)
    assert finding.details["offset"] == f"{4 + len(good) + 2:,}"


def test_a_character_cut_off_at_the_end_is_placed_there(source):
    finding = refusal_of(source, b"a,b\n1,\xe5\xa4")
    assert (finding.code, finding.place.row, finding.details["offset"]) == ("encoding-invalid", 2, "6")


def test_a_long_cell_is_refused_by_its_bytes_not_its_characters(source):
    content = f"a,b\n1,{'あ' * 334}\n".encode()
    finding = refusal_of(source, content)
    assert (finding.code, finding.place.row, finding.place.column) == ("cell-too-long", 2, 2)
    assert (finding.found, finding.expected) == ("1,002", "1,000")
    assert rows_of(source, f"a,b\n1,{'あ' * 333}\n".encode())[1][1] == "あ" * 333


def test_a_cell_that_is_far_too_long_is_found_without_reading_it_whole(source):
    finding = refusal_of(source, b"a,b\n1," + b"x" * 30_000_000, max_columns=2_000, max_cell_bytes=1_000_000)
    assert (finding.code, finding.place.row, finding.place.column) == ("cell-too-long", 2, 2)


def test_a_quotation_mark_that_swallows_the_rest_is_refused_before_memory_ends(source):
    with source.open("wb") as file:
        file.write(b'a,b\n1,"\n')
        for _ in range(600):
            file.write(b"2,some text of a row\n" * 2_000)
    tracemalloc.start()
    with pytest.raises(Refusal) as caught:
        list(read_rows(source, table(), max_columns=2_000, max_cell_bytes=100_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.findings[0].code == "row-too-long"
    assert caught.value.findings[0].place.row == 2
    assert peak < 120_000_000


def test_reading_takes_the_memory_of_a_row_not_of_the_file(source):
    with source.open("wb") as file:
        for number in range(200_000):
            file.write(b"%d,%s\n" % (number, b"y" * 80))
    tracemalloc.start()
    count = sum(1 for _ in read_rows(source, table(), **LIMITS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200_000
    assert peak < 2_000_000


def test_one_record_may_not_have_more_columns_than_the_limit(source):
    finding = refusal_of(source, b"a,b\n" + b"," * 20 + b"\n")
    assert (finding.code, finding.place.row, finding.found, finding.expected) == ("too-many-columns", 2, "21", "20")


def test_a_nul_is_refused_where_it_stands(source):
    finding = refusal_of(source, b"a,b\n1,x\0y\n")
    assert (finding.code, finding.place.row, finding.place.column) == ("nul-byte", 2, 2)


@pytest.mark.parametrize("content", [b'a,b\n1,2\n3,"open\n', b'a,b\n1,2\n"x"y,4\n'])
def test_quotation_marks_that_do_not_pair_are_refused_with_their_row(source, content):
    finding = refusal_of(source, content)
    assert (finding.code, finding.place.row) == ("quote-invalid", 3)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04rest",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"%PDF-1.7",
        b"\x1f\x8b\x08",
        b"<!DOCTYPE html><html>",
        b"\xef\xbb\xbf\n <html lang='ja'>",
        b"<?xml version='1.0'?>",
    ],
)
def test_other_formats_behind_the_name_of_a_table_are_named(source, content):
    assert refusal_of(source, content).code == "not-a-table"


def test_a_header_in_angle_brackets_is_still_a_table(source):
    assert rows_of(source, b"<id>,<name>\n") == [["<id>", "<name>"]]


@pytest.mark.parametrize(("content", "shown"), [(b"a;b\n1;2\n", ";"), (b"a\tb\n1\t2\n", "\\t")])
def test_another_delimiter_that_nobody_declared_is_named(source, content, shown):
    finding = refusal_of(source, content)
    assert (finding.code, finding.found) == ("delimiter-undeclared", shown)
    assert rows_of(source, content, table(delimiter=","))[0] == [content.split(b"\n")[0].decode()]


def test_encodings_go_by_their_usual_names_and_codecs_that_are_none_are_unknown():
    assert codec("UTF8") == "utf-8"
    assert codec("Windows-31J") == codec("MS932") == "cp932"
    assert codec("EUC-JP") == "euc_jp"
    for name in ("zlib", "rot13", "idna", "unicode_escape", "utf-7", "nonsense", "a\0b", "undefined", "x" * 5_000):
        assert codec(name) == ""


def test_the_effective_encoding_follows_the_byte_order_mark(source):
    source.write_bytes(b"\xef\xbb\xbfa")
    assert effective_encoding(source, "utf-8") == "utf-8-sig"
    source.write_bytes(b"a")
    assert effective_encoding(source, "utf-8-sig") == "utf-8"


def labels_and_rows(path: Path, content: bytes, resource: Resource) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    path.write_bytes(content)
    found = read_table(path, resource, **LIMITS)
    return found.labels, list(found.rows)


def test_header_rows_are_joined_and_rows_keep_their_record_numbers(source):
    content = b"title,\nwide,wide\nx, y \n1,2\n"
    labels, rows = labels_and_rows(source, content, table(headerRows=[2, 3]))
    assert (labels, rows) == (("wide x", "wide y"), [(4, ["1", "2"])])
    assert labels_and_rows(source, content, table(headerRows=[2, 3], headerJoin="/"))[0] == ("wide/x", "wide/y")


def test_comments_and_blank_rows_are_left_out_where_the_dialect_says_so(source):
    content = b"# c\na,b\n1,2\n#3,4\n,\n5,6\n"
    dialect = {"commentChar": "#", "headerRows": [2], "commentRows": [6], "skipBlankRows": True}
    assert labels_and_rows(source, content, table(**dialect)) == (("a", "b"), [(3, ["1", "2"])])


def test_without_a_header_the_names_of_the_schema_are_the_labels(source):
    assert labels_and_rows(source, b"1,2\n", table(header=False)) == (("column1", "column2"), [(1, ["1", "2"])])


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n"])
def test_a_table_without_a_header_is_refused(source, content):
    source.write_bytes(content)
    with pytest.raises(Refusal) as caught:
        read_table(source, table(), **LIMITS)
    assert caught.value.findings[0].code == "table-empty"


def canonical(path: Path, content: bytes, resource: Resource | None = None) -> tuple[int, bytes]:
    path.write_bytes(content)
    target = path.with_name("canonical.csv")
    return write_canonical(path, resource or table(), target, **LIMITS), target.read_bytes()


@pytest.mark.parametrize(
    ("content", "rows"),
    [(b"a,b\n1,2\n", 1), (b'a,b\r\n1,"x\ny"\r\n3,4', 2), (b"a,b\n", 0), (b"a,b\n1,2\n\n3,4\n", 2)],
)
def test_what_is_canonical_already_is_copied_byte_for_byte(source, content, rows):
    assert canonical(source, content) == (rows, content)


@pytest.mark.parametrize(
    ("content", "resource"),
    [
        ('a,b\n大,"2,3"\n'.encode("cp932"), table("cp932")),
        ('\ufeffa,b\n大,"2,3"\n'.encode(), table()),
        ("a\tb\n大\t2,3\n".encode(), table(format_="tsv")),
        ("a;b\n\n大;2,3\n".encode(), table(delimiter=";")),
        ('#\na,b\n大,"2,3"\n'.encode(), table(commentChar="#", headerRows=[2])),
        ('a,b\r大,"2,3"\r'.encode(), table()),
        ('a,b\n,\n大,"2,3"\n'.encode(), table(skipBlankRows=True)),
    ],
)
def test_any_other_form_is_written_as_rfc_4180(source, content, resource):
    assert canonical(source, content, resource) == (1, 'a,b\r\n大,"2,3"\r\n'.encode())


CELLS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\x1b"), max_size=12)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.tuples(
        st.lists(st.text("abcあい", min_size=1, max_size=5), min_size=width, max_size=width),
        st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6),
    )
)


@examples(max_examples=150, **QUICK)
@given(content=TABLES, terminator=st.sampled_from(["\n", "\r\n"]), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_the_canonical_form_holds_the_same_rows(source, content, terminator, encoding):
    labels, rows = content
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator=terminator, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([labels, *rows])
    count, written = canonical(source, buffer.getvalue().encode(encoding), table(encoding, delimiter=";"))
    assert count == len(rows)
    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [labels, *rows]
    again = source.with_name("again.csv")
    assert write_canonical(source.with_name("canonical.csv"), table(), again, **LIMITS) == count
    assert list(csv.reader(io.StringIO(again.read_bytes().decode(), newline=""))) == [labels, *rows]


@examples(max_examples=200, **QUICK)
@given(content=st.binary(max_size=200) | st.text("a,\"'\n\r;\t\0<あ", max_size=60).map(str.encode))
def test_no_bytes_raise_anything_but_a_refusal(source, content):
    with suppress(Refusal):
        canonical(source, content)


def stock_rows(path: Path, resource: Resource) -> Iterator[tuple[int, list[str]]]:
    """What stock frictionless reads, told the same dialect."""
    own = dialect_of(resource)
    control = CsvControl(
        delimiter=own.delimiter, quote_char=own.quote_char, double_quote=own.double_quote,
        skip_initial_space=own.skip_initial_space, line_terminator="\r\n",
    )  # fmt: skip
    if own.escape_char:
        control.escape_char = own.escape_char
    dialect = Dialect(header=own.header, header_rows=list(own.header_rows), controls=[control])
    if own.comment_char:
        dialect.comment_char = own.comment_char
    stock = TableResource(path=path.name, basepath=str(path.parent), format="csv", encoding="utf-8", dialect=dialect)
    with stock:
        yield from stock.dialect.read_enumerated_content_stream(stock.cell_stream)


@examples(max_examples=80, **QUICK)
@given(
    content=st.text('ab,;"# \\\n', min_size=1, max_size=60),
    dialect=st.fixed_dictionaries(
        {},
        optional={
            "delimiter": st.sampled_from([",", ";"]),
            "skipInitialSpace": st.booleans(),
            "doubleQuote": st.booleans(),
            "escapeChar": st.just("\\"),
            "commentChar": st.just("#"),
            "headerRows": st.sampled_from([[1], [2]]),
        },
    ),
)
def test_rows_are_those_that_stock_frictionless_reads(source, content, dialect):
    resource = table(**({"delimiter": ","} | dialect))
    source.write_bytes(b"h,h\n" + content.encode())
    try:
        own = list(read_table(source, resource, **LIMITS).rows)
    except Refusal:
        return
    assert own == list(stock_rows(source, resource))
