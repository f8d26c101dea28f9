"""Each format read back gives the values that stock casts; hostile cells stay cells."""

import csv
import io
import json
import math
import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from format_samples import canonical, parquet_of, read, table, typed_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from catalog import formats
from catalog.errors import Refusal
from catalog.formats import engine
from catalog.model import Definition, Field, Resource, Schema, Text
from catalog.settings import Settings
from catalog.validation.casting import reader
from catalog.vocabulary.codelists import CodeList, Concept

HOSTILE = [
    "=1+1", "+81-6-0000", "-5 apples", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1",
    "a\nb", "a\r\nb", "\x01\x02\x1f\x7f", "😀👨‍👩‍👧", "\u202eabc",
    "_x0041_", "\ufffe\uffff", " lead", "trail ", "'quoted'", '"', "a,b", "x" * 40_000, "0123", "1e5",
    "TRUE", "2020-01-01", "http://a.example/",
    "\u2028\u2029", "nan", '{"a":1}', "\\N", "NULL", "",
]  # fmt: skip
AREAS = CodeList(
    name="area",
    title=Text("地域", "Areas"),
    description=Text(),
    concepts=(
        Concept(code="01", codelist="area", label=Text("北", "North")),
        Concept(code="02", codelist="area", label=Text("南")),
        *(Concept(code=f"9{n:03d}", codelist="area", label=Text(f"区{n}", f"Ward {n}")) for n in range(300)),
    ),
)

cells = {
    "string": st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=12),
    "integer": st.integers(-(10**20), 10**20).map(str) | st.sampled_from(["１２", "007", "+5"]),
    "number": st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(str)
    | st.floats(allow_nan=True).map(repr)
    | st.sampled_from(["1e3", "NaN", "Infinity", "12345678901234567890.123"]),
    "boolean": st.sampled_from(["true", "false", "TRUE", "0", "1"]),
    "date": st.dates().map(str),
    "datetime": st.dates(date(1, 1, 3), date(9999, 12, 29)).map(lambda each: f"{each}T01:02:03"),
    "year": st.integers(0, 9999).map(lambda each: f"{each:04d}"),
    "array": st.lists(st.integers() | st.text(max_size=3) | st.none(), max_size=3).map(json.dumps),
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[Resource, list[list[str]]]:
    """A random schema with rows that are valid by it; any cell may be missing."""
    types = draw(st.lists(st.sampled_from(sorted(cells)), min_size=1, max_size=5))
    names = draw(st.lists(st.text("abcXYZ名 \"'.[]", min_size=1, max_size=5).map(str.strip).filter(bool), min_size=len(types),
                          max_size=len(types), unique_by=str.lower))  # fmt: skip
    rows = draw(st.lists(st.tuples(*(st.one_of(st.just(""), cells[each]) for each in types)).map(list), max_size=6))
    rows = [each for each in rows if any(each)]
    return table(*(Field(name=name, type=each) for name, each in zip(names, types, strict=True))), rows


def casts(resource: Resource, rows: list[list[str]]) -> list[list[Any]]:
    assert resource.schema is not None
    readers = [reader(each, ("",)) for each in resource.schema.fields]
    return [[read_cell(cell) for read_cell, cell in zip(readers, row, strict=True)] for row in rows]


def records(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


def as_json(value: Any) -> Any:
    """A cast as JSON has it."""
    if isinstance(value, Decimal):
        return str(value) if not value.is_finite() else value
    return value.isoformat() if isinstance(value, date) else value


def equal(found: Any, cast: Any) -> bool:
    if isinstance(cast, Decimal) and found is not None:
        if cast.is_nan():
            return found == "NaN" or (isinstance(found, float) and math.isnan(found))
        return Decimal(str(found)) == cast
    return bool(found == cast or as_json(cast) == found)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=tables())
def test_every_format_gives_the_casts_back(sample: tuple[Resource, list[list[str]]], tmp_path: Path) -> None:
    resource, rows = sample
    assert resource.schema is not None
    expected = casts(resource, rows)
    parquet = parquet_of(tmp_path, resource, rows)
    values = formats.of_parquet(parquet, resource)
    names = resource.schema.names()
    assert tuple(each.field.name for each in values.columns) == names
    lines = [json.loads(each, parse_float=Decimal) for each in (tmp_path / "t.ndjson").read_text().split("\n") if each]
    assert [list(each) for each in lines] == [list(names)] * len(rows)
    for line, casted in zip(lines, expected, strict=True):
        assert all(equal(found, cast) for found, cast in zip(line.values(), casted, strict=True)), (line, casted)
    formats.write_json(values, tmp_path / "t.json", {"a": "é"}, names)
    whole = json.loads((tmp_path / "t.json").read_text(), parse_float=Decimal)
    assert whole == {"a": "é", "rows": lines}
    formats.write_sheets(values, resource, tmp_path / "t.xlsx", names=names)
    found = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [str(each) for each in found[0]] == list(names)
    assert len(found) == len(rows) + 1 or not any(any(each) for each in rows[len(found) - 1 :])
    for row, casted, column_types in zip(found[1:], expected, [values.columns] * len(rows), strict=False):
        for cell, cast, column in zip(row, casted, column_types, strict=False):
            assert in_sheet(cell, cast, column), (cell, cast)
    formats.write_csv(tmp_path / "t.csv", tmp_path / "again.csv")
    assert records(tmp_path / "again.csv")[1:] == rows


def in_sheet(cell: Any, cast: Any, column: formats.Column) -> bool:  # noqa: PLR0911  one line a type
    """Whether a cell of a sheet, as calamine gives it, is a cast: as itself, or as the text of it."""
    if cast is None:
        return bool(cell == "")
    if column.field.type == "string":
        return bool(cell.replace("\r\n", "\n").replace("\r", "\n") == excel_text(cast)) or cell == cast
    if isinstance(cast, bool):
        return cell is cast
    if isinstance(cast, int | Decimal) and isinstance(cell, float | int) and not isinstance(cell, bool):
        return bool(cell == float(cast))
    if isinstance(cast, Decimal):
        return cell == "nan" if cast.is_nan() else Decimal(cell) == cast
    if isinstance(cast, list):
        return bool(json.loads(cell) == cast)
    if isinstance(cast, date) and not isinstance(cell, str):
        return bool(cell == cast or (isinstance(cast, datetime) and cell == cast.date()) or abs_seconds(cell, cast) <= 1)
    return bool(cell == (cast.isoformat() if isinstance(cast, date) else str(cast)))


def abs_seconds(cell: Any, cast: Any) -> float:
    return float(abs((cell - cast).total_seconds())) if isinstance(cell, datetime) and isinstance(cast, datetime) else math.inf


def excel_text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Resource, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    resource = table(Field(name="=A1", type="string"), Field(name="n", type="integer"), missing_values=())
    rows = [[each, str(number)] for number, each in enumerate(HOSTILE)]
    return resource, parquet_of(folder, resource, rows)


def test_hostile_texts_come_back_letter_for_letter(hostile: tuple[Resource, Path], tmp_path: Path) -> None:
    resource, parquet = hostile
    assert [each[0] for each in read(parquet, resource)[1]] == HOSTILE
    lines = parquet.with_suffix(".ndjson").read_bytes().decode().split("\n")[:-1]
    assert [json.loads(each)["=A1"] for each in lines] == HOSTILE
    formats.write_json(formats.of_parquet(parquet, resource), tmp_path / "t.json", {})
    assert [each["=A1"] for each in json.loads((tmp_path / "t.json").read_bytes())["rows"]] == HOSTILE


def test_no_text_becomes_a_formula_a_link_or_a_number_in_excel(hostile: tuple[Resource, Path], tmp_path: Path) -> None:
    resource, parquet = hostile
    formats.write_sheets(formats.of_parquet(parquet, resource), resource, tmp_path / "t.xlsx", facts=(("=1", "@x"),))
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    first = book.worksheets[0]
    assert first["A1"].value == "=A1"
    found = [first.cell(row=number + 2, column=1) for number in range(len(HOSTILE))]
    assert {cell.data_type for cell in found if cell.value is not None} <= {"s", "inlineStr"}
    shown = [cell.value for cell in found]
    plain = [
        n for n, each in enumerate(HOSTILE) if each.isprintable() and len(each) < 100 and each != "_x0041_" and "\\" not in each
    ]
    assert [shown[n] for n in plain if HOSTILE[n]] == [HOSTILE[n] for n in plain if HOSTILE[n]]
    long = HOSTILE.index("x" * 40_000)
    assert len(shown[long]) == 32_767
    assert shown[long].endswith("…")
    about = [row[1].value for row in book.worksheets[2].iter_rows()]
    assert any("1 cells" in str(each) for each in about), "what was cut is told"


def test_the_csv_for_excel_has_a_mark_and_no_formula(tmp_path: Path) -> None:
    rows = [["=1+1", "-5"], ["-", "+5"], ["@x", "1"], ["+81-6", "-1.5"], ["\t=1", "0"], ["0123", "9"]]
    path = canonical(tmp_path, ("a", "b"), rows)
    formats.write_csv(path, tmp_path / "x.csv", excel=True)
    body = (tmp_path / "x.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbfa,b\r\n")
    found = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))[1:]
    assert found == [["'=1+1", "-5"], ["-", "+5"], ["'@x", "1"], ["'+81-6", "-1.5"], ["'\t=1", "0"], ["0123", "9"]]


def labelled_table() -> Resource:
    return table(
        Field(name="id", type="integer", title=Text("番号", "Number")),
        Field(name="area", type="string", title=Text("地域", "Area"), definition=Definition(codelist="area")),
        Field(name="area2", type="string", title=Text("地域", "Area"), definition=Definition(codelist="area")),
        Field(
            name="kind", type="integer", title=Text("種類"), options={"categories": [{"value": 1, "label": "一"}, {"value": 2}]}
        ),
        primary_key=("id",),
    )


LABELLED = [["1", "01", "9299", "1"], ["2", "02", "?", "2"], ["3", "", "9000", ""]]


@pytest.mark.parametrize(
    ("language", "header", "first", "second"),
    [
        ("ja", ["番号", "地域 (area)", "地域 (area2)", "種類"], ["1", "北", "区299", "一"], ["2", "南", "?", "2"]),
        ("en", ["Number", "Area (area)", "Area (area2)", "種類"], ["1", "North", "Ward 299", "一"], ["2", "南", "?", "2"]),
    ],
)
def test_titles_and_labels_stand_for_names_and_codes(
    tmp_path: Path, language: str, header: list[str], first: list[str], second: list[str]
) -> None:
    resource = labelled_table()
    parquet = parquet_of(tmp_path, resource, LABELLED)
    fields = formats.fields_in(tmp_path / "t.csv", resource)
    labels = formats.labels_of(fields, {"area": AREAS}, language)
    formats.write_csv(tmp_path / "t.csv", tmp_path / "l.csv", headers=formats.headers(fields, language), labels=labels)
    found = records(tmp_path / "l.csv")
    assert found[:3] == [header, first, second]
    values = formats.of_parquet(parquet, resource)
    own = [each.field for each in values.columns]
    formats.write_ndjson(
        formats.labelled(values, formats.labels_of(own, {"area": AREAS}, language)),
        tmp_path / "l.ndjson",
        formats.headers(own, language),
    )
    lines = [json.loads(each) for each in (tmp_path / "l.ndjson").read_text().splitlines()]
    assert list(lines[0]) == header
    assert [list(map(str, each.values())) for each in lines[:2]] == [first, second]
    assert list(lines[2].values()) == [3, None, "区0" if language == "ja" else "Ward 0", None]


def test_only_the_header_differs_where_only_titles_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'a,b\n"x",1\n\n y ,"2\n"')
    formats.write_csv(path, tmp_path / "l.csv", headers=("あ", "い"))
    assert (tmp_path / "l.csv").read_bytes() == 'あ,い\r\n"x",1\n\n y ,"2\n"'.encode()


PLACES = [
    ([Field(name="緯度", type="number"), Field(name="経度", type="number")], ["34.5", "135.25"], [135.25, 34.5]),
    ([Field(name="施設_経度", type="number"), Field(name="施設_緯度", type="number")], ["135.25", "34.5"], [135.25, 34.5]),
    ([Field(name="y", type="number", definition=Definition(property="https://schema.org/latitude")),
      Field(name="x", type="number", rdf_type="http://www.w3.org/2003/01/geo/wgs84_pos#long")], ["34.5", "135"], [135, 34.5]),
    ([Field(name="p", type="geopoint"), Field(name="n")], ["135.250,34.5", "a"], [135.25, 34.5]),
    ([Field(name="p", type="geopoint", format="array"), Field(name="n")], ['["１３５", 34.50]', "a"], [135, 34.5]),
    ([Field(name="p", type="geojson"), Field(name="n")], ['{"type":"Point","coordinates":[135.25,34.5]}', "a"], [135.25, 34.5]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "row", "coordinates"), PLACES)
def test_geojson_has_the_place_of_each_row(tmp_path: Path, fields: list[Field], row: list[str], coordinates: list[float]) -> None:
    resource = table(*fields)
    values = formats.of_parquet(parquet_of(tmp_path, resource, [row, ["", ""], row]), resource)
    where = formats.coordinates_of([each.field for each in values.columns])
    assert where is not None
    formats.write_geojson(values, tmp_path / "t.geojson", {"name": "é"}, where)
    found = json.loads((tmp_path / "t.geojson").read_text())
    assert (found["type"], found["name"], len(found["features"])) == ("FeatureCollection", "é", 3)
    assert found["features"][0]["geometry"] == {"type": "Point", "coordinates": coordinates}
    assert found["features"][1]["geometry"] is None
    assert list(found["features"][0]["properties"]) == [each.name for each in fields]


@pytest.mark.parametrize("row", [["91", "135"], ["34", "181"], ["NaN", "135"], ["34", "Infinity"], ["1e300", "1"]])
def test_what_is_no_place_on_earth_has_no_geometry(tmp_path: Path, row: list[str]) -> None:
    resource = table(Field(name="lat", type="number"), Field(name="lon", type="number"), primary_key=("lat",))
    values = formats.of_parquet(parquet_of(tmp_path, resource, [row]), resource)
    formats.write_geojson(values, tmp_path / "t.geojson", {}, formats.Coordinates(latitude=0, longitude=1), key=0)
    feature = json.loads((tmp_path / "t.geojson").read_text(), parse_constant=pytest.fail)["features"][0]
    assert feature["geometry"] is None
    assert "id" in feature


def test_a_table_without_places_has_none() -> None:
    assert formats.coordinates_of([Field(name="緯度", type="string"), Field(name="経度", type="string")]) is None
    assert formats.coordinates_of([Field(name="緯度", type="number")]) is None
    assert formats.coordinates_of([Field(name="plateau", type="number"), Field(name="along", type="number")]) is None


@pytest.mark.parametrize("rows", [[], [["1", "a"]]])
def test_an_empty_table_and_one_row(tmp_path: Path, rows: list[list[str]]) -> None:
    resource = table(Field(name="n", type="integer", title=Text("数")), Field(name="s", type="string"))
    parquet = parquet_of(tmp_path, resource, rows)
    columns, found = read(parquet, resource)
    assert [each.type for each in columns] == ["BIGINT", "VARCHAR"]
    assert len(found) == len(rows)
    values = formats.of_parquet(parquet, resource)
    formats.write_json(values, tmp_path / "t.json", {})
    assert len(json.loads((tmp_path / "t.json").read_text())["rows"]) == len(rows)
    formats.write_sheets(values, resource, tmp_path / "t.xlsx")
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0].max_row == len(rows) + 1


def test_as_many_columns_as_a_package_may_have(tmp_path: Path) -> None:
    count = Settings().max_columns
    resource = table(*(Field(name=f"c{n}", type="string") for n in range(count)))
    parquet = parquet_of(tmp_path, resource, [[str(n) for n in range(count)]])
    values = formats.of_parquet(parquet, resource)
    assert len(values.columns) == count
    formats.write_json(values, tmp_path / "t.json", {})
    assert json.loads((tmp_path / "t.json").read_text())["rows"][0][f"c{count - 1}"] == str(count - 1)


def test_what_excel_has_no_room_for_is_refused() -> None:
    resource = table(Field(name="a", type="string"))
    with pytest.raises(Refusal) as refusal:
        formats.refuse_too_large(resource, 1_048_576, 16_385)
    assert [each.code for each in refusal.value.findings] == ["sheet-too-long", "sheet-too-wide"]
    formats.refuse_too_large(resource, 1_048_575, 16_384)


def test_numbers_and_dates_that_excel_would_change_are_texts(tmp_path: Path) -> None:
    resource = table(Field(name="n", type="integer"), Field(name="d", type="date"), Field(name="t", type="datetime"))
    rows = [["123456789012345", "2020-01-02", "2020-01-02T03:04:05"], ["1234567890123456", "1899-12-31", "2020-01-02T03:04:05.5"]]
    values = formats.of_parquet(parquet_of(tmp_path, resource, rows), resource)
    formats.write_sheets(values, resource, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert found[0] == [123456789012345, datetime.fromisoformat("2020-01-02"), datetime.fromisoformat("2020-01-02T03:04:05")]
    assert found[1] == ["1234567890123456", "1899-12-31", "2020-01-02T03:04:05.500000"]


def test_a_number_that_the_workbook_has_no_digits_for_is_text(tmp_path: Path) -> None:
    resource = table(Field(name="x", type="number"))
    rows = [["34.68639333333333"], ["1.7008342173480824E+40"], ["0.1"]]
    values = formats.of_parquet(parquet_of(tmp_path, resource, rows), resource)
    formats.write_sheets(values, resource, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert [cell.value for cell in sheet["A"]][1:] == [34.68639333333333, "1.7008342173480824e+40", 0.1]


def test_definitions_stand_in_the_workbook_and_in_the_parquet(tmp_path: Path) -> None:
    resource = labelled_table()
    parquet = parquet_of(tmp_path, resource, LABELLED)
    formats.write_sheets(formats.of_parquet(parquet, resource), resource, tmp_path / "t.xlsx", codelist={"area": AREAS}.get)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[1]
    texts = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [each[1:3] for each in texts[:2]] == [["番号", "Number"], ["地域", "Area"]]
    assert "area" in str(texts[1][6])
    metadata = (
        duckdb.connect().execute(f"SELECT value FROM parquet_kv_metadata('{parquet}') WHERE key = 'definitions'").fetchall()
    )
    told = json.loads(metadata[0][0])
    assert told["primaryKey"] == ["id"]
    assert told["fields"][1] == {"name": "area", "type": "string", "title": {"ja": "地域", "en": "Area"}, "codelist": "area"}


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    resource = labelled_table()
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        parquet = parquet_of(tmp_path / name, resource, LABELLED)
        formats.write_sheets(formats.of_parquet(parquet, resource), resource, tmp_path / name / "t.xlsx")
        made.append([each.read_bytes() for each in sorted((tmp_path / name).iterdir())])
    assert made[0] == made[1]


def test_columns_whose_names_differ_by_case_only(tmp_path: Path) -> None:
    resource = table(Field(name="Code", type="string"), Field(name="code", type="integer"))
    parquet = parquet_of(tmp_path, resource, [["a", "1"]])
    columns = formats.columns_in(parquet, resource)
    assert [(each.name, each.field.name, each.type) for each in columns] == [
        ("Code", "Code", "VARCHAR"),
        ("code_1", "code", "BIGINT"),
    ]
    assert json.loads((tmp_path / "t.ndjson").read_text()) == {"Code": "a", "code": 1}


def test_columns_are_found_by_name_where_the_schema_says_so(tmp_path: Path) -> None:
    resource = Resource(
        name="t",
        path="t.csv",
        schema=Schema(fields=(Field(name="a", type="integer"), Field(name="b", type="date")), fields_match="partial"),
    )
    path = tmp_path / "t.csv"
    path.write_text("extra,a\nx,1\n")
    columns, found = read(typed_files(path, resource, 1), resource)
    assert [(each.name, each.type) for each in columns] == [("a", "BIGINT"), ("b", "DATE"), ("extra", "VARCHAR")]
    assert found == [(1, None, "x")]


@pytest.mark.parametrize(
    "body",
    [
        "a,b\n\n1,x\n\n2,y\n",
        'a,b\r\n1,"x\r\ny"\n2,y\r\n',
        'a,b\n1, "x"\n2,y',
        'a,b\n1,x"y\n2,y\n',
        '"a","b"\n"1",""\n"2","y"\n',
        " a , b \n1,x\n2,y\n",
        'a,b\n1,"\r"\n2,"\x01\x02\x01"\n',
        'a,b\n1,"' + "x" * 3_000_000 + '"\n2,y\n',
    ],
)
def test_files_that_the_engine_reads_otherwise_are_read_as_python_does(tmp_path: Path, body: str) -> None:
    resource = table(Field(name="a", type="integer"), Field(name="b", type="string"), missing_values=("-",))
    path = tmp_path / "t.csv"
    path.write_bytes(body.encode())
    rows = [each for each in csv.reader(io.StringIO(body, newline=""), strict=True) if each][1:]
    assert formats.count_rows(path) == len(rows) == 2
    _columns, found = read(typed_files(path, resource, 2), resource)
    assert found == [(int(a), b) for a, b in rows]


def test_odd_files_come_out_as_python_reads_them(tmp_path: Path) -> None:
    chance = random.Random(7)
    resource = table(Field(name="a", type="string"), Field(name="b", type="string"), missing_values=())
    path, taken = tmp_path / "t.csv", 0
    for _ in range(250):
        signs = ['"', '""', " ", ",", "\n", "\r\n", "a", "あ", "'", "\\", "\t", ";", "\x01"]
        body = "a,b" + chance.choice(["\n", "\r\n"]) + "".join(chance.choice(signs) for _ in range(chance.randint(0, 14)))
        try:
            rows = [each for each in csv.reader(io.StringIO(body, newline=""), strict=True) if each][1:]
        except csv.Error:
            continue
        if any(len(each) != 2 for each in rows):
            continue
        taken += 1
        path.write_bytes(body.encode())
        assert [list(each) for each in read(typed_files(path, resource, len(rows)), resource)[1]] == rows, body
    assert taken > 20


def test_a_cell_that_is_no_value_after_all_is_refused(tmp_path: Path) -> None:
    resource = table(Field(name="a", type="integer"))
    with pytest.raises(Refusal) as refusal:
        parquet_of(tmp_path, resource, [["1"], ["x"]])
    finding = refusal.value.findings[0]
    assert (finding.code, finding.found, finding.place.row, finding.place.field) == ("cell-uncastable", "x", 3, "a")


def test_names_and_texts_cannot_leave_their_quotes() -> None:
    for text in ("'", "''; DROP TABLE x; --", '"', "a\0b", "\ud800", "\\'", "名"):
        found = engine.connection().execute(f"SELECT {engine.text(text)} AS {engine.name(text or 'x')}")
        clean = text.replace("\0", "").encode(errors="replace").decode()
        assert found.fetchall() == [(clean,)]
        assert [each[0] for each in found.description or ()] in ([clean], [clean])


def test_paths_are_no_patterns(tmp_path: Path) -> None:
    folder = tmp_path / "a[b]*?'x"
    folder.mkdir()
    resource = table(Field(name="a", type="integer"))
    path = canonical(folder, ("a",), [["1"]])
    with formats.typed(path, resource, 1, reader) as values:
        formats.write_parquet(values, resource, folder / "t.parquet")
    assert formats.of_parquet(folder / "t.parquet", resource).rows == 1


def test_the_engine_has_no_doors() -> None:
    for statement in ("INSTALL httpfs", "LOAD httpfs", "SET memory_limit = '10GB'", "SET threads = 8"):
        with pytest.raises(duckdb.Error):
            engine.connection().execute(statement)


def test_usual_types_of_a_schema() -> None:
    resource = table(Field(name="d", type="date"), Field(name="g", type="geopoint"), Field(name="l", type="list"))
    assert [(each.name, each.type, each.nested) for each in formats.columns(resource)] == [
        ("d", "DATE", False),
        ("g", "VARCHAR", False),
        ("l", "VARCHAR", True),
    ]
