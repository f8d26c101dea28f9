"""What a package may declare as views, and what is refused, with its pointer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.datapackage.complaints import Complaints
from catalog.datapackage.objects import Node
from catalog.datapackage.views import KINDS, MOST, read_views
from catalog.errors import Place, Refusal
from catalog.messages import WORDINGS
from catalog.model import Condition, Field, Measure, Schema, Text, View

TABLE = Schema(
    fields=(
        Field(name="kind", type="string", constraints={"enum": ["a", "b"]}),
        Field(name="note", type="string"),
        Field(name="open", type="boolean"),
        Field(name="amount", type="number"),
        Field(name="month", type="yearmonth"),
        Field(name="shape", type="geojson"),
    )
)
COMMON = {"name": "v", "table": "t", "title": "題", "translations": {"en": {"title": "Title"}}}


def read(*views: Any) -> tuple[tuple[View, ...], list[tuple[str, str]]]:
    complaints = Complaints()
    found = read_views(Node({"views": list(views)}, Place(pointer="/catalog"), complaints), {"t": TABLE})
    return found, [(each.code, each.place.pointer) for each in complaints.findings]


def test_each_kind_is_read_whole() -> None:
    views, findings = read(
        COMMON | {"name": "f", "kind": "figure", "measure": {"max": "month"}, "where": {"kind": ["a", "b"], "open": True}},
        COMMON | {"name": "b", "kind": "bars", "by": "kind", "group": "open", "split": "open", "zeros": True, "noData": ["b"]},
        COMMON | {"name": "m", "kind": "matrix", "rows": "kind", "columns": "open", "measure": {"sum": "amount"}},
        COMMON | {"name": "t", "kind": "timeline", "by": "month", "unit": "fiscal-year"},
        COMMON
        | {
            "name": "d",
            "kind": "finder",
            "filters": ["kind", "open", "amount"],
            "columns": ["note", "amount"],
            "sort": "-amount",
        },
    )
    assert findings == []
    assert views[0].measure == Measure(function="max", field="month")
    assert views[0].where == (Condition(field="kind", values=("a", "b")), Condition(field="open", values=("true",)))
    assert (views[1].by, views[1].group, views[1].across, views[1].zeros, views[1].no_data) == (
        "kind",
        "open",
        "open",
        True,
        ("b",),
    )
    assert (views[2].by, views[2].across, views[2].measure.function) == ("kind", "open", "sum")
    assert (views[3].unit, views[4].sort, views[4].filters) == ("fiscal-year", "-amount", ("kind", "open", "amount"))
    assert views[0].title == Text(ja="題", en="Title")


def test_conditions_are_spelled_as_cells_are() -> None:
    where = {"amount": {"from": 0.5, "to": 10}, "kind": {"not": "a"}, "note": {"present": False}, "month": {"from": "2021-04"}}
    views, findings = read(COMMON | {"kind": "figure", "where": where})
    assert findings == []
    assert views[0].where == (
        Condition(field="amount", minimum="0.5", maximum="10"),
        Condition(field="kind", excluded=("a",)),
        Condition(field="note", present=False),
        Condition(field="month", minimum="2021-04"),
    )


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"kind": "pie"}, "view-kind", "/kind"),
        ({"colour": "red"}, "key-unknown", "/colour"),
        ({"by": "kind", "split": "open", "unit": "month"}, "key-unknown", "/unit"),
        ({"table": "u"}, "view-table", "/table"),
        ({"name": "Ä"}, "view-name", "/name"),
        ({"title": ""}, "property-missing", "/title"),
        ({"translations": {}}, "property-missing", "/translations"),
        ({"by": "nothing"}, "view-field", "/by"),
        ({"by": "shape"}, "view-field-type", "/by"),
        ({"by": ""}, "property-missing", "/by"),
        ({"sort": "size"}, "view-choice", "/sort"),
        ({"measure": "many"}, "view-measure", "/measure"),
        ({"measure": {"sum": "note"}}, "view-field-type", "/measure/sum"),
        ({"measure": {"max": "month"}}, "view-field-type", "/measure/max"),
        ({"measure": {"sum": "gone"}}, "view-field", "/measure/sum"),
        ({"measure": {"sum": "amount", "max": "amount"}}, "view-measure", "/measure"),
        ({"where": {"gone": 1}}, "view-field", "/where/gone"),
        ({"where": {"amount": "1"}}, "view-where", "/where/amount"),
        ({"where": {"open": "true"}}, "view-where", "/where/open"),
        ({"where": {"kind": {}}}, "view-where", "/where/kind"),
        ({"where": {"kind": []}}, "view-where", "/where/kind"),
        ({"where": {"kind": {"not": ["a"]}}}, "view-where", "/where/kind/not"),
        ({"where": {"kind": {"from": "a"}}}, "view-where", "/where/kind/from"),
        ({"where": {"kind": {"like": "a"}}}, "key-unknown", "/where/kind/like"),
        ({"zeros": "yes"}, "not-boolean", "/zeros"),
        ({"noData": "b"}, "not-list", "/noData"),
    ],
)
def test_what_is_wrong_is_named_with_its_pointer(change: dict[str, Any], code: str, pointer: str) -> None:
    _views, findings = read(COMMON | {"kind": "bars", "by": "kind"} | change)
    assert (code, "/catalog/views/0" + pointer) in findings
    assert code in WORDINGS


def test_a_finder_finds_by_numbers_and_known_values_only() -> None:
    finder = COMMON | {"kind": "finder", "columns": ["note"]}
    assert read(finder | {"filters": ["kind", "note"]})[1] == [("view-filter", "/catalog/views/0/filters/1")]
    assert read(finder | {"columns": []})[1] == [("property-missing", "/catalog/views/0/columns")]
    assert read(finder | {"sort": "amount"})[1] == [("view-choice", "/catalog/views/0/sort")]
    assert read(finder | {"columns": ["note", "note"]})[1] == [("view-name-duplicate", "/catalog/views/0/columns/1")]


def test_names_stand_once_and_there_is_one_finder() -> None:
    finder = COMMON | {"kind": "finder", "columns": ["note"]}
    assert read(finder, finder)[1] == [
        ("view-name-duplicate", "/catalog/views/1/name"),
        ("view-finder-second", "/catalog/views/1/kind"),
    ]


def test_views_have_an_end() -> None:
    assert read(*[COMMON | {"kind": "figure", "name": f"v{n}"} for n in range(MOST + 1)])[1] == [
        ("view-too-many", "/catalog/views")
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "kind", "amount", "month", "count", "t", "bars"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "sum", "not", "from", "en"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted({key for keys in KINDS.values() for key in keys})), JSON),
    st.sampled_from(sorted(KINDS)),
)
def test_any_json_is_read_or_refused_with_known_codes(view: dict[str, Any], kind: str) -> None:
    try:
        views, findings = read(COMMON | view | {"kind": kind})
    except Refusal:
        return
    assert all(code in WORDINGS for code, _pointer in findings)
    assert findings or isinstance(views[0], View)
