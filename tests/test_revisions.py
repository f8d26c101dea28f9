from dataclasses import replace

from catalog.model import Definition, Field, Package, Resource, Schema, Text
from catalog.revisions import compare, unexplained

CODE = Field(name="code", type="string", title=Text("番号", "Code"))
COUNT = Field(name="count", type="integer", definition=Definition(unit="person"))


def package(*tables: tuple[str, tuple[Field, ...]]) -> Package:
    resources = tuple(Resource(name=name, path=f"{name}.csv", schema=Schema(fields=fields)) for name, fields in tables)
    return Package(name="p", title=Text("題"), resources=resources)


def test_the_same_definitions_have_no_difference() -> None:
    assert compare(package(("t", (CODE, COUNT))), package(("t", (CODE, COUNT)))) == ()


def test_each_kind_of_difference_is_named_with_before_and_after() -> None:
    before = package(("t", (CODE, COUNT)), ("gone", (CODE,)))
    renamed = replace(CODE, name="id")
    retyped = replace(COUNT, type="number", definition=Definition(unit="household"))
    found = compare(before, package(("t", (renamed, retyped)), ("new", (CODE,))))
    told = [(each.kind, each.table, each.field, each.attribute, each.before, each.after) for each in found]
    assert told == [
        ("table-removed", "gone", "", "", "", ""),
        ("removed", "t", "code", "", "", ""),
        ("added", "t", "id", "", "", ""),
        ("retyped", "t", "count", "type", "integer", "number"),
        ("changed", "t", "count", "definition.unit", "person", "household"),
        ("table-added", "new", "", "", "", ""),
    ]
    assert [each.kind for each in found if each.breaking] == ["table-removed", "removed", "retyped"]


def test_a_breaking_difference_needs_a_reason_and_others_none() -> None:
    before, after = package(("t", (CODE, COUNT))), package(("t", (CODE,)))
    (finding,) = unexplained(before, after, "  ")
    assert (finding.code, finding.place.resource, finding.place.field) == ("breaking-change.removed", "t", "count")
    assert unexplained(before, after, "調査項目の見直し") == ()
    assert unexplained(after, before, "") == ()
