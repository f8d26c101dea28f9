"""The rows of many tables as one: types, values, order, and the same bytes however they are had."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from union_samples import FIELDS, ROWS, Shelf

from catalog import media, union
from catalog.download import Options
from catalog.model import Field
from catalog.union import Wish


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    found = Shelf(tmp_path)
    yield found
    found.store.close()


def about(shelf: Shelf, slug: str = "public-toilet", **asked: Any) -> union.Coverage:
    return union.coverage(shelf.store, shelf.settings, slug, **asked)


def written(shelf: Shelf, found: union.Coverage, format_: media.Format, **options: Any) -> bytes:
    target = shelf.folder / f"out{format_.suffix}"
    union.write(found, shelf.maker, Wish(format=format_, options=Options(**options), base_url="https://data.example.jp"), target)
    return target.read_bytes()


def rows(shelf: Shelf, found: union.Coverage) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(shelf, found, media.NDJSON).splitlines()]


def types(shelf: Shelf, found: union.Coverage) -> dict[str, str]:
    target = shelf.folder / "types.parquet"
    target.write_bytes(written(shelf, found, media.PARQUET))
    return {name: type_ for name, type_, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM '{target}'").fetchall()}


def number(name: str, type_: str = "number") -> Field:
    return Field(name=name, type=type_)


def test_rows_come_by_dataset_and_then_as_in_their_files_with_their_source(shelf: Shelf) -> None:
    shelf.add("b-toilets", publisher="812021")
    shelf.add("a-toilets", rows=ROWS[::-1])
    shelf.add("a-toilets", rows=ROWS)
    found = rows(shelf, about(shelf))
    assert [(each["名称"], each["source_dataset"], each["source_publisher"], each["source_version"]) for each in found] == [
        ("港公園", "a-toilets", "812013", 2),
        ("松林公園", "a-toilets", "812013", 2),
        ("港公園", "b-toilets", "812021", 1),
        ("松林公園", "b-toilets", "812021", 1),
    ]
    standard = about(shelf).standard
    assert list(found[0]) == [*standard.tables[0].header(), "source_dataset", "source_publisher", "source_version"]
    assert found[0]["緯度"] is None


def test_numbers_are_doubles_whatever_their_digits(shelf: Shelf) -> None:
    shelf.add("a", (number("緯度"),), [(33.5,)])
    shelf.add("b", (number("緯度", "integer"),), [(33,)])
    shelf.add("c", (number("緯度"),), [(Decimal("33.12345678901234567"),)], types={"緯度": "DECIMAL(20,17)"})
    shelf.add("d", (number("緯度"),), [("33.25",)], types={"緯度": "VARCHAR"})
    assert types(shelf, about(shelf))["緯度"] == "DOUBLE"
    assert [each["緯度"] for each in rows(shelf, about(shelf))] == [33.5, 33.0, 33.12345678901234567, 33.25]


def test_whole_numbers_grow_where_one_is_too_large(shelf: Shelf) -> None:
    shelf.add("a", (number("男性トイレ総数", "integer"),), [(1,)])
    assert types(shelf, about(shelf))["男性トイレ総数"] == "BIGINT"
    shelf.add("b", (number("男性トイレ総数", "integer"),), [(Decimal(10) ** 20,)], types={"男性トイレ総数": "DECIMAL(38,0)"})
    assert types(shelf, about(shelf))["男性トイレ総数"] == "DECIMAL(38,0)"
    assert [each["男性トイレ総数"] for each in rows(shelf, about(shelf))] == [1, 10**20]
    shelf.add("c", (number("男性トイレ総数", "integer"),), [("1" * 50,)], types={"男性トイレ総数": "VARCHAR"})
    assert [each["男性トイレ総数"] for each in rows(shelf, about(shelf))] == ["1", str(10**20), "1" * 50]


def test_what_the_standard_writes_as_text_is_written_as_its_table_does(shelf: Shelf) -> None:
    flag = Field(name="車椅子使用者用トイレ有無", type="boolean", options={"trueValues": ["有"], "falseValues": ["無"]})
    shelf.add(
        "a",
        (flag, Field(name="名称", type="integer"), Field(name="備考", type="date")),
        [(True, 7, "2026-04-01"), (False, 8, None)],
    )
    assert [(each["車椅子使用者用トイレ有無"], each["名称"], each["備考"]) for each in rows(shelf, about(shelf))] == [
        ("有", "7", "2026-04-01"),
        ("無", "8", None),
    ]


def test_values_that_the_standard_has_not_are_left_out_and_counted(shelf: Shelf) -> None:
    flag = Field(name="車椅子使用者用トイレ有無", type="string")
    shelf.add("a", (*FIELDS, flag), [(*ROWS[0], each) for each in ("有", "△", "△", "'); DROP", None, "無")])
    assert [each["車椅子使用者用トイレ有無"] for each in rows(shelf, about(shelf))] == ["有", None, None, None, None, "無"]
    (told,) = union.left_out(about(shelf), shelf.maker)
    assert (told.dataset, told.column, dict(told.values)) == ("a", "車椅子使用者用トイレ有無", {"△": 2, "'); DROP": 1})


def test_a_great_many_different_values_are_told_in_short(shelf: Shelf) -> None:
    flag = Field(name="車椅子使用者用トイレ有無", type="string")
    shelf.add("a", (flag,), [(f"x{each:02}",) for each in range(30)])
    (told,) = union.left_out(about(shelf), shelf.maker)
    assert len(told.values) == 21
    assert told.values["…"] == 10


SITES = (
    Field(name="名称", type="string"),
    Field(name="災害種別_洪水", type="boolean", options={"trueValues": ["1"], "falseValues": ["", "0"]}, missing_values=()),
    Field(name="対象となる町会・自治会", type="list", options={"delimiter": ";"}),
)
EVACUATION = "designated-emergency-evacuation-site"


def test_no_is_told_from_no_answer_in_csv(shelf: Shelf) -> None:
    table = {"standard": EVACUATION, "table": "evacuation_space"}
    shelf.add("a", SITES, [("い", True, '["港町","本町"]'), ("ろ", False, None)], **table)
    shelf.add("b", SITES[:1], [("は",)], **table)
    found = about(shelf, EVACUATION)
    shown = list(csv.DictReader(io.StringIO(written(shelf, found, media.CSV).decode(), newline="")))
    assert [each["災害種別_洪水"] for each in shown] == ["1", "0", ""]
    assert [each["対象となる町会・自治会"] for each in shown] == ["港町;本町", "", ""]
    assert [each["災害種別_洪水"] for each in rows(shelf, found)] == [True, False, None]
    assert rows(shelf, found)[0]["対象となる町会・自治会"] == ["港町", "本町"]


def test_text_where_the_standard_has_a_list_is_split_as_the_standard_says(shelf: Shelf) -> None:
    shelf.add(
        "a",
        (Field(name="対象となる町会・自治会", type="string"),),
        [("港町;本町",), (None,)],
        standard=EVACUATION,
        table="evacuation_space",
    )
    assert [each["対象となる町会・自治会"] for each in rows(shelf, about(shelf, EVACUATION))] == [["港町", "本町"], None]


def test_csv_is_the_same_in_one_piece_and_while_it_is_made(shelf: Shelf) -> None:
    odd = [('a"b,c', "x\ny", "é　👍"), ("", " ", "=1+1")]
    shelf.add("a", rows=odd)
    shelf.add("b")
    found = about(shelf)
    whole = written(shelf, found, media.CSV)
    key = union.key(found, Wish(format=media.CSV))
    pieces = list(union.streamed(found, shelf.maker, shelf.cache, key))
    assert b"".join(pieces) == whole
    assert len(pieces) == 3
    kept = shelf.cache.find(key)
    assert kept is not None
    assert kept.read_bytes() == whole
    read = list(csv.reader(io.StringIO(whole.decode(), newline="")))
    assert [(each[3], each[8], each[14]) for each in read[1:3]] == odd
    assert whole.count(b"\r\n") == 5


def test_a_reader_who_leaves_leaves_nothing_behind(shelf: Shelf) -> None:
    shelf.add("a")
    found = about(shelf)
    key = union.key(found, Wish(format=media.CSV))
    pieces = union.streamed(found, shelf.maker, shelf.cache, key)
    next(pieces)
    pieces.close()
    assert shelf.cache.find(key) is None


def test_labels_and_codes_in_a_language(shelf: Shelf) -> None:
    codes = (Field(name="名称", type="string"), Field(name="全国地方公共団体コード", type="string"))
    shelf.add("a", codes, [("港公園", "812013"), ("本社", "270008"), ("謎", "999999")])
    found = about(shelf)
    shown = list(csv.DictReader(io.StringIO(written(shelf, found, media.CSV, labels="en", codes="ja").decode(), newline="")))
    assert [each["Local government code"] for each in shown] == ["月浜市", "大阪府", "999999"]
    excel = written(shelf, found, media.CSV, excel=True)
    assert excel.startswith(b"\xef\xbb\xbf")


def test_geojson_has_every_row_and_a_place_where_there_is_one(shelf: Shelf) -> None:
    where = (Field(name="名称", type="string"), number("緯度"), number("経度"))
    shelf.add("a", where, [("港", 33.0, 145.0), ("無", None, 145.0)])
    shown = json.loads(written(shelf, about(shelf), media.GEOJSON))
    assert [each["geometry"] for each in shown["features"]] == [{"type": "Point", "coordinates": [145.0, 33.0]}, None]
    assert shown["features"][0]["properties"]["source_dataset"] == "a"
    assert shown["sources"][0]["title"]["ja"].startswith("【見本】")


@pytest.mark.parametrize("format_", [media.CSV, media.XLSX, media.JSON, media.NDJSON, media.PARQUET, media.GEOJSON])
def test_a_standard_that_nobody_follows_gives_an_empty_table_that_is_well_formed(shelf: Shelf, format_: media.Format) -> None:
    found = about(shelf, prefecture="27")
    body = written(shelf, found, format_)
    if format_ in (media.JSON, media.GEOJSON):
        shown = json.loads(body)
        assert shown["rows" if format_ is media.JSON else "features"] == []
        assert "public-toilet" in shown["notice"]["ja"]
        assert {"code": "271004", "name": {"ja": "大阪市", "en": "Osaka City"}, "prefecture": "27"} in shown["wanted"]
    elif format_ is media.CSV:
        assert body.count(b"\r\n") == 1
    elif format_ is media.PARQUET:
        assert types(shelf, found)["緯度"] == "DOUBLE"
    else:
        assert (body == b"") == (format_ is media.NDJSON)


def test_parquet_says_what_its_columns_mean(shelf: Shelf) -> None:
    shelf.add("a")
    target = shelf.folder / "told.parquet"
    target.write_bytes(written(shelf, about(shelf), media.PARQUET))
    told = duckdb.sql(f"SELECT decode(value) FROM parquet_kv_metadata('{target}') WHERE decode(key) = 'definitions'").fetchall()
    fields = json.loads(told[0][0])["fields"]
    assert fields[0]["codelist"] == "local-government"
    assert fields[-1]["name"] == "source_version"
    assert all("required" not in each.get("constraints", {}) for each in fields)
