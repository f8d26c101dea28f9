"""Doubts about definitions: each with a descriptor that raises it and a near miss that does not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog import messages
from catalog.datapackage import open_package
from catalog.errors import Finding
from catalog.messages import judging as wordings
from catalog.settings import Settings
from catalog.validation.doubts import doubts_of
from catalog.validation.sights import RULES

Build = Callable[..., Path]


def described(name: str, **more: Any) -> dict[str, Any]:
    english = {"translations": {"en": {"title": "Title", "description": "Text."}}}
    definition = english | more.pop("definition", {})
    return {"name": name, "title": "題", "description": "説明。", "type": "string", "definition": definition} | more


def doubts(build: Build, *fields: dict[str, Any], **changes: Any) -> tuple[Finding, ...]:
    resource = {"name": "stations", "path": "data/stations.csv", **changes.pop("resource", {})}
    resource["schema"] = {"fields": [described("a"), *fields], **changes.pop("schema", {})}
    folder = build(resources=[resource], **changes)
    with open_package(folder, Settings()) as package:
        return doubts_of(package)


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [each.code for each in found]


def test_a_complete_definition_raises_no_doubt(package_folder: Build) -> None:
    number = described("b", type="integer", definition={"unit": "person"})
    assert doubts(package_folder, number) == ()


@pytest.mark.parametrize(
    ("code", "severity", "wrong", "right"),
    [
        ("fields-undescribed", "note", {"description": ""}, {}),
        ("fields-without-english", "note", {"definition": {"translations": {}}}, {}),
        ("unit-missing", "note", {"type": "integer"}, {"type": "integer", "definition": {"unit": "person"}}),
        ("unit-missing", "note", {"type": "number"}, {"type": "number", "constraints": {"unique": True}}),
        (
            "codes-unexplained",
            "note",
            {"constraints": {"enum": ["1", "2"]}},
            {"constraints": {"enum": ["1", "2"]}, "definition": {"codelist": "prefecture"}},
        ),
        ("codes-unexplained", "note", {"constraints": {"enum": ["A", "B1"]}}, {"constraints": {"enum": ["open", "1"]}}),
        (
            "missing-unexplained",
            "note",
            {"type": "integer", "missingValues": ["", "x"], "definition": {"unit": "person"}},
            {"type": "integer", "missingValues": [{"value": "x", "label": "秘匿"}], "definition": {"unit": "person"}},
        ),
    ],
)
def test_what_a_reader_of_a_field_will_miss(
    package_folder: Build, code: str, severity: str, wrong: dict[str, Any], right: dict[str, Any]
) -> None:
    found = [each for each in doubts(package_folder, described("b", **wrong)) if each.code == code]
    assert [(each.severity, each.found, each.place.resource) for each in found] == [(severity, "b", "stations")]
    assert found[0].place.pointer == "/resources/0/schema/fields"
    assert found[0].details.get("rule", "") == RULES.get(code, "")
    assert code not in codes(doubts(package_folder, described("b", **right)))


def test_marks_that_the_description_explains_are_explained(package_folder: Build) -> None:
    marked = {"type": "integer", "missingValues": ["", "x"], "definition": {"unit": "person"}, "description": "x は秘匿です。"}
    assert doubts(package_folder, described("b", **marked)) == ()
    by_schema = described("b", type="integer", definition={"unit": "person"})
    assert codes(doubts(package_folder, by_schema, schema={"missingValues": ["", "***"]})) == ["missing-unexplained"]


@pytest.mark.parametrize(
    "name", ["氏名", "申請者名", "申請者住所", "生年月日", "携帯電話番号", "full_name", "date_of_birth", "Home Address", "患者"]
)
def test_columns_about_persons_are_asked_about_until_somebody_says_no(package_folder: Build, name: str) -> None:
    found = doubts(package_folder, described(name))
    assert [(each.code, each.severity, each.place.field, each.place.pointer) for each in found] == [
        ("personal-suspected", "warning", name, "/resources/0/schema/fields/1")
    ]
    assert doubts(package_folder, described(name, definition={"personal": False})) == ()


@pytest.mark.parametrize("name", ["名称", "電話番号", "患者数", "施設名", "file_name", "automobile", "birthrate", "担当部署"])
def test_columns_about_places_and_bodies_are_not(package_folder: Build, name: str) -> None:
    assert doubts(package_folder, described(name)) == ()


def test_a_title_may_tell_of_persons_too(package_folder: Build) -> None:
    assert codes(doubts(package_folder, described("b", title="営業者氏名"))) == ["personal-suspected"]


def test_a_licence_is_asked_for(package_folder: Build) -> None:
    found = doubts(package_folder, licenses=[])
    assert [(each.code, each.severity, each.place.pointer) for each in found] == [("license-missing", "warning", "/licenses")]


@pytest.mark.parametrize(
    ("code", "dialect", "found"),
    [
        ("header-none", {"header": False}, ""),
        ("header-late", {"headerRows": [3]}, "3"),
        ("header-rows", {"headerRows": [1, 2]}, "2"),
    ],
)
def test_the_header_belongs_into_the_first_row(package_folder: Build, code: str, dialect: dict[str, Any], found: str) -> None:
    assert [(each.code, each.found) for each in doubts(package_folder, resource={"dialect": dialect})] == [(code, found)]
    assert doubts(package_folder, resource={"dialect": {"headerRows": [1], "delimiter": ";"}}) == ()


@pytest.mark.parametrize("pattern", ["{}年度", "人口_{}", "R{}", "{}月"])
def test_years_in_the_names_of_columns(package_folder: Build, pattern: str) -> None:
    numbers = range(1, 5) if pattern in ("R{}", "{}月") else range(2018, 2022)
    fields = [described(pattern.format(number)) for number in numbers]
    found = doubts(package_folder, *fields)
    assert codes(found) == ["wide-table"]
    assert found[0].found == ", ".join(pattern.format(number) for number in numbers)
    assert doubts(package_folder, *fields[:3]) == ()
    standard = {"resource": {"catalog": {"standard": {"id": "public-toilet"}}}}
    assert doubts(package_folder, *fields, **standard) == (), "a standard that prescribes its columns knows why"


def test_names_of_local_governments_want_their_codes(package_folder: Build) -> None:
    names = described("市区町村名")
    assert [(each.code, each.found) for each in doubts(package_folder, names)] == [("area-code-missing", "市区町村名")]
    assert doubts(package_folder, names, described("b", definition={"codelist": "municipality"})) == ()


def test_a_file_has_no_columns_to_doubt(package_folder: Build) -> None:
    folder = package_folder()
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (folder / "map.pdf").write_bytes(b"%PDF-")
    descriptor["resources"].insert(0, {"name": "map", "path": "map.pdf", "catalog": {"role": "file"}})
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with open_package(folder, Settings()) as package:
        assert doubts_of(package) == ()


def test_each_doubt_is_told_in_both_languages() -> None:
    for code in wordings._DEFINITIONS:
        finding = Finding(code=code, found="a, b", details={"rule": RULES.get(code, "")})
        japanese, english = messages.word(finding, "ja"), messages.word(finding, "en")
        assert japanese != english
        for told in (japanese, english):
            assert RULES.get(code, "") in told
            assert "?" not in told
