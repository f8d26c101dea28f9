"""datapackage.json with absolute paths: stock frictionless validates it from its address."""

from typing import Any

import pytest
from frictionless import Package

from catalog.projections import Record, descriptor

SEEDS = ("smart-city-projects-2020", "osaka-ict-partnerships-2020", "joint-procurement")


@pytest.mark.filterwarnings("ignore")  # of frictionless's own dependencies
@pytest.mark.parametrize("name", SEEDS)
def test_stock_frictionless_validates_it_from_its_address(live: Any, name: str) -> None:
    package = Package(f"{live.base}/dataset/{name}/datapackage.json")
    report = package.validate()
    assert report.valid, report.flatten(["message"])
    assert {each.path for each in package.resources} == {
        f"{live.base}/download/{name}/1/source/{each.path}" for each in live.store.latest(name).package.resources
    }


def test_what_is_a_file_of_the_package_gets_its_address(record: Record) -> None:
    found = descriptor.package(record)
    assert found["id"] == "https://data.example.jp/dataset/stations"
    base = "https://data.example.jp/download/stations/3/source"
    assert [each["path"] for each in found["resources"]] == [
        f"{base}/data/stations.csv",
        f"{base}/data/%E8%B7%AF%E7%B7%9A%E5%9B%B3.pdf",
    ]
    assert found["resources"][0]["hash"].startswith("sha256:")
    assert found["licenses"] == [{"path": f"{base}/LICENSE.txt"}]
    given = record.publication.package.descriptor
    assert given["resources"][0] == {"name": "stations", "path": "data/stations.csv"}, "the record itself is not changed"


def test_other_addresses_and_an_own_id_stay(recorded: Any) -> None:
    own = {
        "name": "stations",
        "id": "urn:uuid:1",
        "licenses": [{"name": "CC0-1.0"}, {"path": "https://example.jp/licence"}],
        "resources": [{"name": "x", "path": "gone.csv"}],
    }
    found = descriptor.package(recorded(descriptor=own))
    assert found == own
