"""Croissant 1.1, read by MLCommons' own library: valid without a warning, and every row comes."""

import csv
import importlib
import io
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.model import Field, Resource, Schema
from catalog.projections import Record, croissant

pytestmark = pytest.mark.filterwarnings("ignore")  # of mlcroissant's own dependencies
Recorder = Callable[..., Record]
SEEDS = ("smart-city-projects-2020", "osaka-ict-partnerships-2020", "joint-procurement")


@pytest.fixture
def mlc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The library, its downloads kept out of the home folder."""
    mlcroissant = pytest.importorskip("mlcroissant")
    constants = importlib.import_module("mlcroissant._src.core.constants")
    monkeypatch.setattr(constants, "DOWNLOAD_PATH", importlib.import_module("etils.epath").Path(tmp_path / "downloads"))
    return mlcroissant


def complaints(dataset: Any) -> set[str]:
    issues = dataset.metadata.ctx.issues
    return {*map(str, issues.errors), *map(str, issues.warnings)}


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_valid_and_every_row_is_read_again_and_again(live: Any, mlc: Any, name: str) -> None:
    dataset = mlc.Dataset(jsonld=f"{live.base}/dataset/{name}/croissant.json")
    assert complaints(dataset) == set()
    publication = live.store.latest(name)
    assert dataset.metadata.sd_licence
    for table in publication.package.tables():
        with urllib.request.urlopen(f"{live.base}/download/{name}/latest/{table.name}.csv") as answer:
            expected = list(csv.reader(io.StringIO(answer.read().decode(), newline="")))[1:]
        for _ in range(2):
            rows = list(dataset.records(table.name))
            assert len(rows) == len(expected)
            assert [set(row) for row in rows] == [{f"{table.name}/{field.name}" for field in table.schema.fields}] * len(rows)
    for used in (each for each in dataset.metadata.record_sets if str(each.uuid).startswith("codelist-")):
        assert len(list(dataset.records(used.uuid))) > 0


def test_odd_columns_are_valid_and_read_too(record: Record, mlc: Any, table_folder: Path) -> None:
    mapping = {each.name: str(each) for each in table_folder.glob("*.csv")}
    dataset = mlc.Dataset(jsonld=croissant.dataset(record), mapping=mapping)
    assert complaints(dataset) == set()
    first, second = dataset.records("stations")
    assert first["stations/名称"].decode() == "梅田"
    assert first["stations/乗降%20人員%EF%BC%88人%EF%BC%89"] == b"120"
    assert second["stations/乗降%20人員%EF%BC%88人%EF%BC%89"] == b"-", "a column with its own word for nothing is text"
    codes = {each["codelist-state/code"]: each for each in dataset.records("codelist-state")}
    assert codes["closed"] == {"codelist-state/code": "closed", "codelist-state/ja": "休止中", "codelist-state/en": ""}


def test_what_the_specification_requires(record: Record) -> None:
    found = croissant.dataset(record)
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert found["name"] == {"ja": "駅と路線", "en": "Stations and lines"}
    required = {"@context", "@type", "conformsTo", "description", "license", "name", "url", "creator", "datePublished"}
    assert required <= set(found)
    files = {each["@id"]: each for each in found["distribution"]}
    assert set(files) == {"stations.csv", "lines.csv", "路線図.pdf", "stations.zip"}
    assert files["stations.zip"]["sha256"] == "ab" * 32
    assert files["stations.csv"]["contentUrl"] == "https://data.example.jp/download/stations/3/stations.csv"
    sets = {each["@id"]: each for each in found["recordSet"]}
    assert sets["stations"]["key"] == {"@id": "stations/code"}
    source = {"fileObject": {"@id": "stations.csv"}, "extract": {"column": "名称"}}
    assert sets["stations"]["field"][1]["source"] == source
    assert sets["stations"]["field"][1]["equivalentProperty"] == "https://schema.org/name"
    ids = [each["@id"] for each in found["recordSet"]] + [each["@id"] for one in found["recordSet"] for each in one["field"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Field(name="a", type="integer"), "sc:Integer"),
        (Field(name="a", type="integer", missing_values=("", "NA")), "sc:Integer"),
        (Field(name="a", type="integer", missing_values=("", "不明")), "sc:Text"),
        (Field(name="a", type="integer", options={"bareNumber": False}), "sc:Text"),
        (Field(name="a", type="number"), "sc:Float"),
        (Field(name="a", type="number", options={"groupChar": ","}), "sc:Text"),
        (Field(name="a", type="boolean"), "sc:Boolean"),
        (Field(name="a", type="boolean", options={"trueValues": ["有"]}), "sc:Text"),
        (Field(name="a", type="date"), "sc:Date"),
        (Field(name="a", type="date", format="%Y%m%d"), "sc:Text"),
        (Field(name="a", type="yearmonth"), "sc:Text"),
        (Field(name="a", type="geojson"), "sc:Text"),
        (Field(name="a", type="string", format="email"), "sc:Text"),
    ],
)
def test_types_are_those_that_a_cell_can_be_read_as(column: Field, expected: str) -> None:
    assert croissant.type_of(column, Resource(name="t", path="t.csv", schema=Schema(fields=(column,)))) == expected


def test_a_dataset_without_tables_or_licence_is_described_all_the_same(recorded: Recorder, mlc: Any) -> None:
    found = croissant.dataset(recorded(resources=(), licenses=()))
    assert "recordSet" not in found
    dataset = mlc.Dataset(jsonld=found)
    assert [each for each in complaints(dataset) if "license" not in each] == []
