"""How a query string is read: names, operators, lists, and every mistake in it at once."""

from pathlib import Path

import duckdb
import pytest
from query_samples import Sample

from catalog.model import Definition, Field, Schema
from catalog.query import BadQuestion, Limits, answer, columns_of, csv_of, geojson, parse, places_of


def codes(table: Sample, *pairs: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(BadQuestion) as caught:
        parse(pairs, table.columns)
    return [(each.details["parameter"], each.code) for each in caught.value.findings]


def test_every_mistake_is_told_at_once(table: Sample) -> None:
    assert codes(table, ("x", "1"), ("amount__gt", "a"), ("limit", "0"), ("sort", "city,nope")) == [
        ("x", "query-parameter-unknown"),
        ("amount__gt", "query-not-integer"),
        ("sort", "query-column-unknown"),
        ("limit", "parameter-not-integer"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("amount", "1.5", "query-not-integer"),
        ("amount", "1_000", "query-not-integer"),
        ("amount", "²", "query-not-integer"),
        ("amount", "", "query-not-integer"),
        ("exact", "1e", "query-not-number"),
        ("price", "1e999", "query-not-number"),
        ("price", "0x10", "query-not-number"),
        ("open", "yes", "query-not-boolean"),
        ("day", "2020-02-30", "query-not-date"),
        ("day", "20200401", "query-not-date"),
        ("at", "2020-04-01T00:00:00Z", "query-not-datetime"),
        ("sent", "2020-04-01T25:00:00Z", "query-not-instant"),
        ("sent", "0001-01-01T00:00:00+99:00", "query-not-instant"),
        ("hour", "24:00", "query-not-time"),
        ("amount__isnull", "1", "query-not-boolean"),
        ("名称__in", 'a"b,"c', "query-not-text"),
        ("名称", "a\0b", "query-not-text"),
        ("名称", "\ud800", "query-not-text"),
        ("extra__gt", "1", "query-operator-unfit"),
        ("open__gt", "true", "query-operator-unfit"),
        ("__bbox", "135,36,136,35", "query-not-bbox"),
        ("__near", "91,135,5", "query-not-near"),
        ("__near", "35,135,-5", "query-not-near"),
        ("__exact", "35", "query-parameter-unknown"),
        ("sort", "extra", "query-column-unknown"),
        ("sort", "city,-city", "query-column-twice"),
        ("columns", "", "query-not-list"),
        ("aggregate", "price__median", "query-aggregate-unknown"),
    ],
)
def test_what_is_no_value_is_refused(table: Sample, name: str, text: str, code: str) -> None:
    assert codes(table, (name, text)) == [(name, code)]


def test_terms_are_counted_and_repetitions_refused(table: Sample) -> None:
    assert codes(table, ("名称__in", ",".join("a" * 200))) == [("名称__in", "query-terms")]
    assert codes(table, ("city", "a"), ("city", "b")) == [("city", "parameter-repeated")]


def test_times_with_a_zone_are_compared_as_moments(table: Sample) -> None:
    wanted = [
        row["番号"] for row in table.rows if row["sent"] is not None and row["sent"].isoformat() == "2020-04-01T00:00:00+00:00"
    ]
    assert wanted
    for text in ("2020-04-01T00:00:00Z", "2020-04-01T09:00:00+09:00", "2020-04-01T09:00:00 09:00", "2020-04-01"):
        found = answer(table.parquet, parse([("sent", text)], table.columns), table.limits).rows
        assert [row["番号"] for row in found] == wanted


def made(folder: Path, select: str, *fields: Field):
    parquet = folder / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{parquet}' (FORMAT parquet)")
    limits = Limits(folders=(folder,))
    return parquet, columns_of(parquet, Schema(fields=fields) if fields else None, limits), limits


def test_columns_that_are_called_like_our_words(tmp_path: Path) -> None:
    names = ("limit", "count", "a__gt", "a", "file_row_number", 'quote""d {0}')
    select = "SELECT " + ", ".join(f'i AS "{each}"' for each in names) + " FROM range(3) t(i)"
    parquet, columns, limits = made(tmp_path, select)
    for name in ("limit__exact", "count", "a__gt", "a__gt__exact", "file_row_number", 'quote"d {0}'):
        assert [row["a"] for row in answer(parquet, parse([(name, "1")], columns), limits).rows] == [1], name
    assert answer(parquet, parse([("limit", "1")], columns), limits).cursor
    found = answer(parquet, parse([("group_by", "count"), ("aggregate", "_count")], columns), limits)
    assert found.rows[0] == {"count": 0, "_count": 1}
    seen, cursor = [], ""
    while True:
        page = answer(
            parquet, parse([("limit", "1"), ("sort", "-a"), *([("cursor", cursor)] if cursor else [])], columns), limits
        )
        seen += [row["a"] for row in page.rows]
        if not (cursor := page.cursor):
            break
    assert seen == [2, 1, 0]


def test_names_that_differ_by_case_only_are_those_of_the_file(tmp_path: Path) -> None:
    fields = (Field(name="Name", type="string"), Field(name="name", type="geopoint"))
    _parquet, columns, _limits = made(tmp_path, """SELECT 'a' AS "Name", '135,35' AS "name" """, *fields)
    assert [(each.name, each.field_name, each.kind) for each in columns] == [
        ("Name", "Name", "text"),
        ("name_1", "name", "point"),
    ]


def test_places_are_points_and_pairs(tmp_path: Path) -> None:
    select = (
        """SELECT '135.5,34.7' AS spot, 34.7 AS 出発_緯度, 135.5 AS 出発_経度, 35.0 AS 到着_緯度, 136.0 AS 到着_経度, 1 AS flat"""
    )
    parquet, columns, limits = made(
        tmp_path,
        select,
        Field(name="spot", type="geopoint"),
        *(Field(name=f"{each}_{axis}", type="number") for each in ("出発", "到着") for axis in ("緯度", "経度")),
        Field(name="flat", type="integer"),
    )
    assert [each.name for each in places_of(columns)] == ["spot", "出発_緯度", "到着_緯度"]
    for name, count in (("spot__near", 1), ("出発_緯度__near", 1), ("到着_緯度__near", 0)):
        assert answer(parquet, parse([(name, "34.7,135.5,10")], columns), limits).count == count
    assert answer(parquet, parse([("spot__bbox", "170,34,136,35")], columns), limits).count == 1
    with pytest.raises(BadQuestion) as caught:
        parse([("__near", "34.7,135.5,10")], columns)
    assert caught.value.findings[0].code == "query-places-several"
    asked = parse([("format", "geojson")], columns)
    assert asked.place is not None
    assert b'"coordinates": [135.5, 34.7]' in geojson(answer(parquet, asked, limits), asked.place, {})


def test_a_pair_is_known_by_what_it_means(tmp_path: Path) -> None:
    fields = [
        Field(name=name, type="number", definition=Definition(property=f"https://schema.org/{means}"))
        for name, means in (("y", "latitude"), ("x", "longitude"))
    ]
    _parquet, columns, _limits = made(tmp_path, "SELECT 34.7 AS y, 135.5 AS x", *fields)
    assert [each.name for each in places_of(columns)] == ["y"]


def test_every_type_of_parquet_is_answered(tmp_path: Path) -> None:
    select = (
        "SELECT 1::UTINYINT AS a, 2::SMALLINT AS b, 1.5::FLOAT AS c, 'x'::BLOB AS d, [1, 2] AS e, 0.10::DECIMAL(38,2) AS f,"
        " TIMESTAMP '2020-04-01 10:00:00.5' AS g, 'nan'::DOUBLE AS h"
    )
    parquet, columns, limits = made(tmp_path, select)
    found = answer(parquet, parse([], columns), limits)
    row = found.rows[0]
    assert (row["a"], row["b"], row["e"], row["g"], row["h"]) == (1, 2, [1, 2], "2020-04-01T10:00:00.5", "NaN")
    assert b'"f":0.10' in found.lines[0]
    assert answer(parquet, parse([("a__lt", "300"), ("b__gt", "-40000"), ("f", "0.1"), ("h", "NaN")], columns), limits).count == 1
    assert csv_of(found).startswith(b"a,b,c,d,e,f,g,h\r\n1,2,1.5,")
