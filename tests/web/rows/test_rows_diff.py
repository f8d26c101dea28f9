"""What differs between two versions of a table, over HTTP: the page and the JSON."""

import re
from dataclasses import replace

import pytest
from rows_samples import BASE, LINES, SCHEMA, TABLE, toilets

from catalog.model import Field, Schema

DIFF = "/dataset/toilets/diff"
CHANGED = [
    LINES[0],
    LINES[1].replace(",4,", ",5,"),
    LINES[3],
    LINES[4].replace("ﾄｲﾚ", "トイレ").replace(",2,", ",,"),
    "T05,新,架空市,1,,,,",
]


@pytest.fixture
def two(publish, ask):
    """Two versions: T02 goes, T05 comes, T01 and T04 change."""
    toilets(publish)
    toilets(publish, CHANGED)
    return ask


def test_rows_are_told_apart_by_their_key(two) -> None:
    found = two(f"{DIFF}.json")
    told = found.json
    assert (told["from"], told["to"], told["table"], told["key"]) == (1, 2, "toilets", ["ID"])
    assert told["counts"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 1}
    assert [each["row"]["ID"] for each in told["added"]] == ["T05"]
    assert [each["row"]["ID"] for each in told["removed"]] == ["T02"]
    assert told["changed"] == [
        {"key": {"ID": "T01"}, "cells": {"便器数": {"before": 4, "after": 5}}},
        {"key": {"ID": "T04"}, "cells": {"名称": {"before": "ﾄｲﾚ", "after": "トイレ"}, "便器数": {"before": 2, "after": None}}},
    ]
    assert told["downloads"] == [f"{BASE}/download/toilets/{each}/toilets.csv" for each in (1, 2)]
    back = two(f"{DIFF}.json?from=2&to=1").json
    assert [each["row"]["ID"] for each in back["added"]] == ["T02"]
    assert two(f"{DIFF}.json?from=1&to=1").json["counts"] == {"added": 0, "removed": 0, "changed": 0, "unchanged": 4}


def test_what_is_shown_is_bounded_and_the_counts_are_not(two) -> None:
    told = two(f"{DIFF}.json?limit=1").json
    assert len(told["changed"]) == 1
    assert told["counts"]["changed"] == 2
    assert told["limit"] == {"limit": 1, "maximum": 1000, "more": True}
    assert "2件のうち" in two("/ja" + DIFF + "?limit=1", accept="text/html").text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page(two, language: str) -> None:
    found = two(f"/{language}{DIFF}?from=1&to=2&table=toilets", accept="text/html")
    assert found.status == 200
    assert re.search(r"<del>4</del></td><td><ins>5</ins>", found.text)
    assert {"ja": "追加された行", "en": "Rows added"}[language] in found.text
    assert "<script" not in found.text
    for address in re.findall(r'href="(/(?!\w*/?schema/)[^"]*)"', found.text):  # the sample has no page of its definition
        assert two(address.replace("&amp;", "&")).status == 200, address


def test_columns_that_came_went_and_changed_their_type(publish, ask) -> None:
    toilets(publish)
    fields = tuple(
        replace(each, type="string") if each.name == "便器数" else each for each in SCHEMA.fields if each.name != "version"
    )
    schema = replace(SCHEMA, fields=(*fields, Field(name="備考", type="string")))
    toilets(
        publish,
        ["ID,名称,市,便器数,緯度,経度,開設日,備考", *(f"{each.rpartition(',')[0]},注" for each in LINES[1:])],
        replace(TABLE, schema=schema),
    )
    told = ask(f"{DIFF}.json").json
    assert told["columns"] == {
        "added": ["備考"],
        "removed": ["version"],
        "retyped": [{"name": "便器数", "before": "integer", "after": "string"}],
    }
    assert told["counts"] == {"added": 0, "removed": 0, "changed": 0, "unchanged": 4}
    assert "備考" in ask(DIFF, accept="text/html").text


def test_without_a_key_equal_rows_are_counted(publish, ask) -> None:
    table = replace(TABLE, schema=Schema(fields=SCHEMA.fields))
    toilets(publish, [*LINES, LINES[1], LINES[1]], table)
    toilets(publish, [LINES[0], LINES[1], LINES[2], LINES[2], LINES[4]], table)
    told = ask(f"{DIFF}.json").json
    assert told["key"] == []
    assert told["counts"] == {"added": 1, "removed": 3, "changed": 0, "unchanged": 3}
    assert [(each["row"]["ID"], each["times"]) for each in told["added"]] == [("T02", 1)]
    assert [(each["row"]["ID"], each["times"]) for each in told["removed"]] == [("T01", 2), ("T03", 1)]
    assert ask(DIFF, accept="text/html").status == 200


def test_what_is_not_there(two, ask) -> None:
    assert two(f"{DIFF}.json?from=9").status == 404
    assert two(f"{DIFF}.json?table=nope").json["code"] == "diff-table-missing"
    assert two(f"{DIFF}.json?table=../x").json["errors"][0]["code"] == "parameter-not-table"
    assert two(f"{DIFF}.json?from=x").status == 400
    assert ask("/dataset/stations/diff.json").json["code"] == "diff-versions"
    assert ask("/dataset/nope/diff.json").status == 404
