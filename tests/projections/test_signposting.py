"""The linkset: every direction, typed, and every link of ours leads somewhere."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from catalog import media
from catalog.projections import Record, signposting

SEEDS = ("smart-city-projects-2020", "osaka-ict-partnerships-2020", "joint-procurement")
RELATIONS = {"cite-as", "describedby", "item", "license", "author", "type", "collection", "describes"}


def test_the_page_its_files_and_its_descriptions_point_at_each_other(record: Record) -> None:
    [page, *others] = signposting.linkset(record)["linkset"]
    assert page["anchor"] == "https://data.example.jp/dataset/stations"
    assert page["cite-as"] == [{"href": page["anchor"]}]
    assert {each["href"] for each in page["type"]} == {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
    assert [each["href"] for each in page["author"]] == ["https://data.example.jp/dataset/stations/creator-1"]
    assert len(page["license"]) == 2
    anchors = {each["anchor"]: each for each in others}
    for item in page["item"]:
        assert anchors[item["href"]]["collection"] == [{"href": page["anchor"], "type": "text/html"}]
    for description in page["describedby"]:
        assert anchors[description["href"]]["describes"] == [{"href": page["anchor"], "type": "text/html"}]
    assert len(anchors) == len(page["item"]) + len(page["describedby"])
    types = [each["type"] for each in page["describedby"]]
    assert {"text/turtle", "application/ld+json", "application/vnd.datapackage+json"} <= set(types)
    profiles = [each.get("profile") for each in page["describedby"]]
    assert profiles.count("http://mlcommons.org/croissant/1.1") == 1
    table = anchors["https://data.example.jp/download/stations/3/stations.csv"]
    assert table["describedby"][0] == {
        "href": "https://data.example.jp/download/stations/3/stations.csv-metadata.json",
        "type": media.CSVW.media_type,
    }


def test_the_form_is_that_of_rfc_9264(record: Record) -> None:
    found = signposting.linkset(record)
    assert list(found) == ["linkset"]
    for context in found["linkset"]:
        assert set(context) - {"anchor"} <= RELATIONS
        for name, targets in context.items():
            if name != "anchor":
                assert targets
                for target in targets:
                    assert set(target) <= {"href", "type", "profile"}
                    assert target["href"].startswith("https://")


def links(found: Any) -> Iterator[dict[str, str]]:
    for context in found["linkset"]:
        for name, targets in context.items():
            if name != "anchor":
                yield from targets


@pytest.mark.parametrize("name", SEEDS)
def test_every_link_of_ours_leads_to_what_it_says(live: Any, name: str) -> None:
    with urllib.request.urlopen(f"{live.base}/dataset/{name}/linkset.json") as answer:
        assert answer.headers["Content-Type"] == "application/linkset+json"
        found = json.loads(answer.read())
    seen = {(each["href"], each.get("type", "")) for each in links(found) if each["href"].startswith(live.base)}
    assert len(seen) > 10
    for address, type_ in sorted(seen):
        request = urllib.request.Request(address, method="HEAD", headers={"Accept": type_ or "*/*"})
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Content-Type"].partition(";")[0] == type_ or not type_, address
