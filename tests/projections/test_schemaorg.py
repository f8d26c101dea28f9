"""schema.org/Dataset as search engines want it."""

from collections.abc import Callable

import pytest

from catalog.model import Period, Text
from catalog.projections import Record, schemaorg

Recorder = Callable[..., Record]


def test_the_dataset_speaks_its_readers_language(record: Record) -> None:
    ja, en = schemaorg.dataset(record, "ja"), schemaorg.dataset(record, "en")
    assert (ja["name"], ja["alternateName"]) == ("駅と路線", "Stations and lines")
    assert (en["name"], en["alternateName"]) == ("Stations and lines", "駅と路線")
    assert ja["keywords"] == ["公共施設", "自治体標準ODS", "路線", "駅舎"]
    assert en["keywords"] == ["stations"]
    assert ja["publisher"]["name"] == "大阪市"
    assert ja["publisher"]["@type"] == "GovernmentOrganization"
    assert en["publisher"]["name"] == "Osaka City"
    assert ja["@id"] == ja["url"] == en["@id"] == "https://data.example.jp/dataset/stations"


def test_what_search_engines_ask_for_is_there(record: Record) -> None:
    found = schemaorg.dataset(record, "ja")
    assert found["license"] == [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ]
    assert found["temporalCoverage"] == "2020-04-01/2021-03-31"
    assert [each["name"] for each in found["spatialCoverage"] if "name" in each] == ["大阪府", "大阪府大阪市"]
    assert found["creator"]["name"] == "統計課"
    assert found["publisher"]["contactPoint"]["email"] == "kotsu@example.jp"
    assert (found["datePublished"], found["dateModified"]) == ("2026-11-20T00:00:00Z", "2026-11-22T16:30:00Z")
    assert found["isAccessibleForFree"] is True
    assert found["includedInDataCatalog"]["@id"] == "https://data.example.jp/catalog"
    downloads = {each["contentUrl"]: each for each in found["distribution"]}
    assert downloads["https://data.example.jp/download/stations/3/stations.csv"]["encodingFormat"] == "text/csv"
    assert downloads["https://data.example.jp/download/stations/3/stations.zip"]["sha256"] == "ab" * 32
    assert downloads["https://data.example.jp/download/stations/3/source/data/%E8%B7%AF%E7%B7%9A%E5%9B%B3.pdf"]
    assert len(downloads) == 6
    names = [each["name"] for each in found["variableMeasured"]]
    assert names[:3] == ["駅番号", "名称", "乗降 人員（人）"]
    assert found["variableMeasured"][2]["unitText"] == "人"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_description_has_the_length_that_is_shown(recorded: Recorder, language: str) -> None:
    short = schemaorg.description(recorded(description=Text("駅。", "Stations.")), language)
    assert schemaorg.SHORTEST <= len(short) <= schemaorg.LONGEST
    assert short.startswith("駅。" if language == "ja" else "Stations.")
    long = schemaorg.description(recorded(description=Text("駅" * 6000, "x" * 6000)), language)
    assert len(long) == schemaorg.LONGEST
    assert long.endswith("…")


def test_a_sample_says_so(recorded: Recorder) -> None:
    found = schemaorg.dataset(recorded(sample=True), "en")
    assert found["name"].startswith("[Sample] ")
    assert found["alternateName"].startswith("【見本】")


def test_what_is_not_known_is_not_said(recorded: Recorder) -> None:
    bare = {"licenses": (), "spatial": (), "temporal": None, "contact": None, "sources": (), "contributors": (), "keywords": ()}
    found = schemaorg.dataset(recorded({"box": None}, **bare, keywords_en=(), title=Text("駅")), "en")
    assert not {"license", "spatialCoverage", "temporalCoverage", "isBasedOn", "alternateName"} & set(found)
    assert found["name"] == "駅"
    assert found["creator"] == {key: value for key, value in found["publisher"].items() if key != "contactPoint"}


def test_an_open_period_has_dots(recorded: Recorder) -> None:
    assert schemaorg.dataset(recorded(temporal=Period(start="2020-04-01")), "ja")["temporalCoverage"] == "2020-04-01/.."
    assert schemaorg.dataset(recorded(temporal=Period(end="2020-04-01")), "ja")["temporalCoverage"] == "../2020-04-01"
