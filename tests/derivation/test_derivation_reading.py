"""The fast lane reads what ``tables`` reads, or steps aside."""

import csv
import io

import pytest
from derivation_samples import column, raw_table
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.derivation import reading
from catalog.errors import Place, Refusal

LIMITS = (2_000, 1_000_000)
PLACE = Place(file="raw/data/t.csv", resource="t")
cell = st.text(st.sampled_from('ab,"\n\r ;é１不-'), max_size=4)


def table(*names, **options):
    return raw_table("t", *(column(each) for each in names), **options)


def read(path, resource):
    cells = reading.read_cells(path, resource, resource.schema.names(), PLACE, LIMITS)
    columns = [list(cells.columns[name]) for name in resource.schema.names()]
    return list(zip(*columns, strict=True)), list(cells.rows)


def write(folder, text, encoding="utf-8"):
    path = folder / "t.csv"
    path.write_bytes(text.encode(encoding))
    return path


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(cell, cell), max_size=5), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_both_lanes_give_the_same_cells(tmp_path_factory, rows, quoting):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=quoting)
    writer.writerow(("x", "y"))
    writer.writerows(rows)
    path = write(tmp_path_factory.mktemp("t"), buffer.getvalue())
    resource = table("x", "y")
    fast = reading._fast(path, resource)
    careful = reading._careful(path, resource, ("x", "y"), PLACE, LIMITS)
    expected = list(zip(careful.columns["x"], careful.columns["y"], strict=True))
    assert expected == rows
    assert fast is not None
    assert [tuple(each) for each in fast.iloc[1:].to_numpy()] == expected


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from('ab,"\n\r'), max_size=12))
def test_the_fast_lane_never_disagrees(tmp_path_factory, text):
    path = write(tmp_path_factory.mktemp("t"), "x,y\n" + text)
    resource = table("x", "y")
    fast = reading._fast(path, resource)
    if fast is not None:
        careful = reading._careful(path, resource, ("x", "y"), PLACE, LIMITS)
        assert [tuple(each) for each in fast.iloc[1:].to_numpy()] == list(
            zip(careful.columns["x"], careful.columns["y"], strict=True)
        )


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("x,y\n1,2\n", {"encoding": "cp932"}),
        ("x;y\n1;2\n", {"dialect": {"delimiter": ";"}}),
        ("# note\nx,y\n1,2\n", {"dialect": {"commentChar": "#", "headerRows": [2]}}),
        ("x,y\r\n1,2\r\n", {}),
        ("\ufeffx,y\n1,2\n", {}),
        (" x ,y\n1,2\n", {}),
        ("y,x\n2,1\n", {}),
        ("z,y,x\n0,2,1\n", {}),
    ],
)
def test_files_of_every_form(tmp_path, text, options):
    path = write(tmp_path, text, options.get("encoding", "utf-8"))
    rows, numbers = read(path, table("x", "y", **options))
    assert rows == [("1", "2")]
    assert numbers == [3 if text.startswith("#") else 2]


def test_row_numbers_count_records_and_not_lines(tmp_path):
    rows, numbers = read(write(tmp_path, 'x,y\n"a\nb",1\nc,2\n'), table("x", "y"))
    assert rows == [("a\nb", "1"), ("c", "2")]
    assert numbers == [2, 3]


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ("x,y\n1,2\n3\n", 3, "1"),
        ("x,y\n1,2,3\n", 2, "3"),
        ("x,y\n1,2,3\n4\n", 2, "3"),
        ('x,y\n"1,2"\n', 2, "1"),
        ("x,y\n\n1,2\n", 2, "0"),
    ],
)
def test_rows_of_another_length_are_refused(tmp_path, text, row, found):
    with pytest.raises(Refusal) as caught:
        read(write(tmp_path, text), table("x", "y"))
    finding = caught.value.findings[0]
    assert (finding.code, finding.place.row, finding.found, finding.expected) == ("derivation-row-ragged", row, found, "2")


@pytest.mark.parametrize("text", ["x\n1\n", "x,x\n1,2\n", "x,y,y\n1,2,3\n", "X,Y\n1,2\n"])
def test_the_header_must_name_each_column_once(tmp_path, text):
    with pytest.raises(Refusal) as caught:
        read(write(tmp_path, text), table("x", "y"))
    assert [(each.code, each.place.row, each.expected) for each in caught.value.findings] == [("derivation-header", 1, "x, y")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x,y\n\xff,2\n", "encoding-invalid"),
        (b"x,y\n1,\0\n", "nul-byte"),
        (b'x,y\n1,"2\n', "quote-invalid"),
        (b"PK\x03\x04 and so on", "not-a-table"),
        (b"", "table-empty"),
    ],
)
def test_what_is_no_table_is_refused_in_the_words_of_tables(tmp_path, data, code):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(Refusal) as caught:
        read(path, table("x", "y"))
    assert [each.code for each in caught.value.findings] == [code]


def test_one_column_with_empty_cells(tmp_path):
    rows, numbers = read(write(tmp_path, 'x\n1\n""\n2\n'), table("x"))
    assert rows == [("1",), ("",), ("2",)]
    assert numbers == [2, 3, 4]
