"""Project Open Data 1.1, held against its own JSON schemas."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from catalog.addresses import Addresses
from catalog.model import Agent, Contact, Period, Text
from catalog.projections import Record, opendata

ADDRESSES = Addresses("https://data.example.jp")
Recorder = Callable[..., Record]
SCHEMA = "https://project-open-data.cio.gov/v1.1/schema/"
FEDERAL = {"bureauCode", "programCode"}
"""Codes of the agencies of the United States: the schema of data.gov for everybody else (non-federal) does not ask for them."""


@pytest.fixture
def check(shared: Path) -> Callable[[Any], None]:
    """Holds a whole file against catalog.json and what that refers to."""
    folder = shared / "standards/dcat/pod-1.1"
    schemas = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("catalog", "dataset", "distribution",
                                                                                     "organization")}  # fmt: skip
    schemas["dataset"]["required"] = [each for each in schemas["dataset"]["required"] if each not in FEDERAL]
    schemas["vcard"] = {  # not among the shared files: its two members and their form
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["fn", "hasEmail"],
        "properties": {
            "@type": {"enum": ["vcard:Contact"]},
            "fn": {"type": "string", "minLength": 1},
            "hasEmail": {"type": "string", "pattern": r"^mailto:([\w.-]+@[\w.-]+\.[\w.-]+)?$"},
        },
    }
    registry = Registry().with_resources(
        (f"{SCHEMA}{name}.json", Resource.from_contents(schema)) for name, schema in schemas.items()
    )
    validator = jsonschema.Draft4Validator(
        {"$ref": f"{SCHEMA}catalog.json"}, registry=registry, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )

    def holds(value: Any) -> None:
        assert [f"{list(each.absolute_path)}: {each.message}" for each in validator.iter_errors(value)] == []

    with pytest.raises(AssertionError, match="is a required property"):
        holds({"conformsTo": SCHEMA.rstrip("/"), "dataset": [{}]})
    return holds


def written(*records: Record, language: str = "ja") -> Any:
    return json.loads(b"".join(opendata.catalog(records, ADDRESSES, language)))


def test_a_catalogue_of_every_size_is_valid(record: Record, recorded: Recorder, check: Callable[[Any], None]) -> None:
    bare = recorded(
        contact=None, licenses=(), spatial=(), temporal=None, themes=(), keywords=(), keywords_en=(), frequency="", sources=(),
        contributors=(), resources=(),
    )  # fmt: skip
    for records in ((), (record,), (record, bare, recorded(sample=True, contact=Contact(name="係", telephone="06-0000-0000")))):
        found = written(*records)
        check(found)
        assert len(found["dataset"]) == len(records)


def test_the_served_file_is_valid(live: Any, check: Callable[[Any], None]) -> None:
    with urllib.request.urlopen(f"{live.base}/data.json") as answer:
        found = json.loads(answer.read())
    check(found)
    assert found["@id"] == f"{live.base}/data.json"
    assert [each["identifier"] for each in found["dataset"]] == sorted(
        f"{live.base}/dataset/{each}" for each in ("joint-procurement", "osaka-ict-partnerships-2020", "smart-city-projects-2020")
    )


def test_what_it_says(record: Record) -> None:
    [found] = written(record)["dataset"]
    assert found["title"] == "駅と路線"
    assert written(record, language="en")["dataset"][0]["title"] == "Stations and lines"
    assert found["accrualPeriodicity"] == "R/P1Y"
    assert found["temporal"] == "2020-04-01/2021-03-31"
    assert found["spatial"] == "大阪府; 大阪府大阪市"
    assert found["publisher"] == {"@type": "org:Organization", "name": "大阪市"}
    assert found["contactPoint"] == {"@type": "vcard:Contact", "fn": "交通課", "hasEmail": "mailto:kotsu@example.jp"}
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["references"] == ["https://stat.example.jp/"]
    table = found["distribution"][0]
    assert (table["mediaType"], table["describedBy"]) == ("text/csv", "https://data.example.jp/schema/stations-stations-v3")


def test_no_address_is_invented(recorded: Recorder) -> None:
    for contact in (None, Contact(name="")):
        [found] = written(recorded(contact=contact))["dataset"]
        assert found["contactPoint"] == {"@type": "vcard:Contact", "fn": "大阪市", "hasEmail": "mailto:"}


@pytest.mark.parametrize(("code", "expected"), [("IRREG", "irregular"), ("QUARTERLY", "R/P3M"), ("NEVER", None), ("", None)])
def test_frequencies(recorded: Recorder, code: str, expected: str | None) -> None:
    [found] = written(recorded(frequency=code))["dataset"]
    assert found.get("accrualPeriodicity") == expected


def test_an_open_period_is_left_out(recorded: Recorder) -> None:
    assert "temporal" not in written(recorded(temporal=Period(start="2020-04-01")))["dataset"][0]


def test_without_keywords_themes_and_title_stand_in(recorded: Recorder) -> None:
    plain = {"keywords": (), "keywords_en": (), "resources": ()}
    assert written(recorded(**plain))["dataset"][0]["keyword"] == ["交通", "行政・公共"]
    assert written(recorded(**plain, themes=(), title=Text("駅")))["dataset"][0]["keyword"] == ["駅"]


def test_hostile_texts_stay_texts(recorded: Recorder) -> None:
    hostile = '"]}, \u2028 </script> \\'
    [found] = written(recorded(description=Text(hostile)))["dataset"]
    assert found["description"] == hostile.strip()


def test_publishers_have_the_name_of_the_language(recorded: Recorder) -> None:
    found = written(recorded({"publisher": Agent(id="271004", name=Text(en="Osaka"))}))["dataset"][0]
    assert found["publisher"]["name"] == "Osaka"
