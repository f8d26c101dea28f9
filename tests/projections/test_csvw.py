"""CSVW metadata, read by the csvw package: valid, typed, keys checked."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Field, Resource, Schema
from catalog.projections import Record, csvw

reader = pytest.importorskip("csvw")
Recorder = Callable[..., Record]
SEEDS = ("smart-city-projects-2020", "osaka-ict-partnerships-2020", "joint-procurement")


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_valid_with_their_keys(live: Any, name: str) -> None:
    address = f"{live.base}/download/{name}/1/csv-metadata.json"
    whole = reader.CSVW(address, validate=True)
    assert (whole.is_valid, [str(each.message) for each in whole.warnings]) == (True, [])
    group = reader.TableGroup.from_url(address)
    assert group.check_referential_integrity() is True
    publication = live.store.latest(name)
    assert {each.local_name for each in group.tables} == {f"{each.name}.csv" for each in publication.package.tables()}
    for each in group.tables:
        assert each.check_primary_key() is True
        assert len(list(each.iterdicts())) == publication.rows[each.local_name.removesuffix(".csv")]


@pytest.mark.parametrize("version", ["1", "latest"])
def test_one_table_is_found_beside_its_file(live: Any, version: str) -> None:
    address = f"{live.base}/download/smart-city-projects-2020/{version}/projects.csv"
    whole = reader.CSVW(address, validate=True)  # no metadata is given: the package looks for it as the standard says
    assert (whole.is_valid, [str(each.message) for each in whole.warnings]) == (True, [])
    assert whole.tables[0].tableSchema.columndict["position"].datatype.base == "integer"
    assert len(list(whole.tables[0].iterdicts())) == 7


def written(folder: Path, metadata: Any, name: str = "csv-metadata.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(metadata, ensure_ascii=False), encoding="utf-8")
    return path


def test_odd_columns_become_values(record: Record, table_folder: Path) -> None:
    group = reader.TableGroup.from_file(written(table_folder, csvw.tables(record)))
    stations, lines = group.tables
    first, second = stations.iterdicts()
    keys = [csvw.name_of(each.name) for each in record.files[0].schema.fields]  # type: ignore[union-attr]
    assert [first[key] for key in keys] == ["A01", "梅田", 120, datetime(2020, 4, 1), True, Decimal("1200.5"), "open"]  # noqa: DTZ001  as csvw reads a day
    assert [second[key] for key in keys] == ["A02", "難波", None, None, False, None, "closed"]
    assert group.check_referential_integrity() is True
    assert len(list(lines.iterdicts())) == 2


def test_a_key_to_another_table_stands_only_where_that_table_does(record: Record) -> None:
    lines = next(each for each in record.files if each.stored.path == "lines.csv")
    own = csvw.table(record, lines)["tableSchema"]["foreignKeys"]
    assert [each["reference"]["resource"] for each in own] == ["lines.csv"]
    both = csvw.tables(record)["tables"][1]["tableSchema"]["foreignKeys"]
    assert [each["reference"]["resource"] for each in both] == ["stations.csv", "lines.csv"]


def test_what_breaks_a_rule_is_found_by_it(record: Record, table_folder: Path) -> None:
    path = written(table_folder, csvw.tables(record))
    (table_folder / "stations.csv").write_text(
        "code,名称,乗降 人員（人）,開業日,稼働,面積,state\nA1,梅田,-1,,,,gone\n", encoding="utf-8"
    )
    table = reader.TableGroup.from_file(path).tables[0]
    with pytest.raises(ValueError, match=r"A1|-1"):
        list(table.iterdicts())


def test_definitions_stand_beside_the_columns(record: Record) -> None:
    schema = csvw.tables(record)["tables"][0]["tableSchema"]
    assert schema["@id"] == "https://data.example.jp/schema/stations-stations-v3"
    name = schema["columns"][1]
    assert (name["titles"], name["name"]) == ("名称", "%E5%90%8D%E7%A7%B0")
    assert name["propertyUrl"] == "https://schema.org/name"
    state = schema["columns"][6]
    assert state["propertyUrl"] == "https://data.example.jp/field/stations-stations-state"
    assert state["dc:conformsTo"] == {"@id": "https://data.example.jp/codelist/state"}
    assert state["dc:source"] == "1 規程"
    assert state["datatype"] == {"base": "string", "format": "open|closed"}


def test_columns_follow_the_file_where_it_may_differ(recorded: Recorder) -> None:
    report = {"tasks": [{"name": "stations", "labels": ["名称", "code", "備考"], "stats": {}}]}
    schema = csvw.tables(recorded({"report": report}))["tables"][0]["tableSchema"]
    assert [each["titles"] for each in schema["columns"]] == ["名称", "code", "備考"]
    assert "name" not in schema["columns"][2]


def column_of(column: Field) -> Any:
    return csvw._datatype(column)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Field(name="a", type="string"), "string"),
        (Field(name="a", type="string", constraints={"minLength": 2, "pattern": "x+"}),
         {"base": "string", "format": "x+", "minLength": 2}),
        (Field(name="a", type="integer", constraints={"minimum": 0, "exclusiveMaximum": "9"}),
         {"base": "integer", "minimum": "0", "maxExclusive": "9"}),
        (Field(name="a", type="integer", options={"bareNumber": False}), "string"),
        (Field(name="a", type="number", options={"decimalChar": ",", "groupChar": "."}),
         {"base": "decimal", "format": {"decimalChar": ",", "groupChar": "."}}),
        (Field(name="a", type="boolean"), "boolean"),
        (Field(name="a", type="boolean", options={"trueValues": ["1", "有"], "falseValues": ["0"]}), "string"),
        (Field(name="a", type="date"), "date"),
        (Field(name="a", type="date", format="%Y%m%d"), {"base": "date", "format": "yyyyMMdd"}),
        (Field(name="a", type="date", format="%Y/%m/%d"), "string"),
        (Field(name="a", type="datetime", format="any"), "string"),
        (Field(name="a", type="time"), "time"),
        (Field(name="a", type="yearmonth"), "gYearMonth"),
        (Field(name="a", type="geopoint"), "string"),
        (Field(name="a", type="geojson"), "json"),
    ],
)  # fmt: skip
def test_datatypes(column: Field, expected: Any) -> None:
    assert column_of(column) == expected


def test_a_list_has_its_separator(recorded: Recorder) -> None:
    column = Field(name="a", type="list", options={"delimiter": ";"})
    record = recorded(resources=(Resource(name="stations", path="s.csv", schema=Schema(fields=(column,))),))
    [found] = csvw.tables(record)["tables"][0]["tableSchema"]["columns"]
    assert found["separator"] == ";"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from([".", "_row", "a.b", "a..b", "a-b"]))
def test_every_name_fits_into_a_uri_template(name: str) -> None:
    found = csvw.name_of(name)
    assert re.fullmatch(r"(?:[A-Za-z0-9_]|%[0-9A-F]{2})+(?:\.(?:[A-Za-z0-9_]|%[0-9A-F]{2})+)*", found)
    assert not found.startswith("_")
    assert unquote(found) == name
