"""Paths over foreign keys, and what the plan of a package refuses before a record is read."""

import pytest
from derivation_samples import CASES, LISTS, MEMBERS, PLACES, STARTS, TYPES, column, key, packaged, published_table, raw_table

from catalog.derivation.paths import Map, PathError, path_of
from catalog.derivation.plan import is_derived, plan_of
from catalog.errors import Refusal
from catalog.model import Package, Text

COPY = {"rule": "copy", "from": "id"}
RAW = [(each, []) for each in (CASES, TYPES, PLACES, MEMBERS, STARTS)]


def landscape(*resources):
    return Map(Package(name="raw", title=Text(), resources=resources))


@pytest.fixture
def places():
    return landscape(CASES, TYPES, PLACES, MEMBERS, STARTS)


def walked(route):
    return [(each.child, each.parent, "down" if each.down else "up") for each in route.hops]


def test_a_column_of_the_table_itself(places):
    for text in ("cost", "cases.cost"):
        route = places.route("cases", path_of(text))
        assert (route.hops, route.table, route.field.name, route.grain) == ((), "cases", "cost", "cases")


def test_up_to_what_a_key_names_and_down_to_what_points_here(places):
    assert walked(places.route("cases", path_of("types.area"))) == [("cases", "types", "up")]
    assert walked(places.route("cases", path_of("starts.month"))) == [("starts", "cases", "down")]
    both = places.route("cases", path_of("members.places.people"))
    assert walked(both) == [("members", "cases", "down"), ("members", "places", "up")]
    assert (both.grain, both.table) == ("members", "places")


def test_a_direct_key_goes_before_a_longer_way(places):
    assert walked(places.route("cases", path_of("places.people"))) == [("cases", "places", "up")]


def test_the_only_longer_way_needs_no_names_between():
    towns = raw_table("towns", column("code"), column("county"), keys=[key("county", "counties", "code")])
    counties = raw_table("counties", column("code"), column("name"))
    members = raw_table(
        "members", column("case"), column("town"), keys=[key("case", "cases", "id"), key("town", "towns", "code")]
    )
    here = landscape(raw_table("cases", column("id")), members, towns, counties)
    assert walked(here.route("cases", path_of("counties.name"))) == [
        ("members", "cases", "down"),
        ("members", "towns", "up"),
        ("towns", "counties", "up"),
    ]


def test_never_up_and_down_again(places):
    with pytest.raises(PathError) as caught:
        places.route("members", path_of("starts.month"))  # members -> cases (up) -> starts (down) would mix cases
    assert caught.value.code == "derivation-path-missing"


def test_two_ways_are_ambiguous():
    two = raw_table(
        "moves", column("from_place"), column("to_place"),
        keys=[key("from_place", "places", "code"), key("to_place", "places", "code")],
    )  # fmt: skip
    with pytest.raises(PathError) as caught:
        landscape(two, PLACES).route("moves", path_of("places.people"))
    assert caught.value.code == "derivation-path-ambiguous"


def test_a_column_name_may_hold_a_dot():
    here = landscape(raw_table("cases", column("2.1")))
    assert here.route("cases", path_of("2.1")).field.name == "2.1"


def test_a_condition_starts_at_the_nearest_table(places):
    grain = places.route("cases", path_of("members.places.people"))
    assert places.anchored(grain, path_of("members.kind")).anchor == 1
    assert places.anchored(grain, path_of("type")).anchor == 0
    nearest = places.anchored(grain, path_of("places.people"))  # the member's place, not the home of the case
    assert (nearest.anchor, walked(nearest.route)) == (1, [("members", "places", "up")])
    assert places.anchored(grain, path_of("types.area")).anchor in (0, 1)


def plan(*tables, raw=RAW):
    with packaged(raw, *tables) as made:
        return plan_of(made, LISTS.names())


def findings(*tables, raw=RAW):
    with pytest.raises(Refusal) as caught:
        plan(*tables, raw=raw)
    return {(each.code, each.place.field, each.place.pointer) for each in caught.value.findings}


FIELD = "/resources/0/schema/fields/{}/definition/derivation/{}"


@pytest.mark.parametrize(
    ("rule", "code", "below"),
    [
        ({"rule": "copy", "from": "nothing"}, "derivation-column-unknown", ""),
        ({"rule": "copy", "from": "nowhere.id"}, "derivation-table-unknown", ""),
        ({"rule": "copy", "from": "starts.month"}, "derivation-path-many", ""),
        ({"rule": "no-data", "from": "members.kind", "values": ["-"]}, "derivation-path-many", ""),
        ({"rule": "band", "from": "cost", "codelist": "none"}, "derivation-codelist-unknown", "/codelist"),
        ({"rule": "sum", "of": "members.places.none"}, "derivation-column-unknown", ""),
        ({"rule": "sum", "of": "cost", "where": {"none": "a"}}, "derivation-column-unknown", "/where/none"),
        ({"rule": "sum", "of": "cost", "where": {"members.kind": "a"}}, "derivation-path-missing", "/where/members.kind"),
        ({"rule": "sum", "of": "cost", "where": {"cost": "many"}}, "derivation-where-type", "/where/cost"),
        ({"rule": "sum", "of": "cost", "where": {"cost": True}}, "derivation-where-type", "/where/cost"),
        ({"rule": "sum", "of": "cost", "where": {"joint": 1}}, "derivation-where-type", "/where/joint"),
        ({"rule": "sum", "of": "cost", "where": {"type": {"not": 5}}}, "derivation-where-type", "/where/type"),
    ],
)
def test_a_rule_that_leads_nowhere_is_refused_before_a_record_is_read(rule, code, below):
    table = published_table("t", {"from": "cases"}, {"id": COPY, "x": [rule]})
    assert findings(table) == {(code, "x", FIELD.format(1, 0) + below)}


def test_tables_are_checked_too():
    rules = {"id": COPY}
    at = "/resources/0/catalog/derivation"
    assert findings(published_table("t", {"from": "none"}, rules)) == {("derivation-table-from", "", f"{at}/from")}
    assert findings(published_table("t", {"where": {"id": "a"}}, rules)) == {("derivation-table-from", "", f"{at}/from")}
    assert findings(published_table("t", {"from": "cases", "limit": 3}, rules)) == {("derivation-table-key", "", f"{at}/limit")}
    assert findings(published_table("t", {"from": "cases", "groupBy": ["no"]}, rules)) == {
        ("derivation-table-group", "", f"{at}/groupBy/0")
    }
    assert findings(published_table("t", {"from": "cases", "groupBy": []}, rules)) == {
        ("derivation-table-group", "", f"{at}/groupBy")
    }
    assert findings(published_table("t", {"from": "cases", "where": {"members.kind": "a"}}, rules)) == {
        ("derivation-path-missing", "", f"{at}/where/members.kind")
    }
    assert findings(published_table("t", {"from": "cases", "where": "all"}, rules)) == {
        ("derivation-wants-where", "", f"{at}/where")
    }


def test_a_column_without_a_rule_and_a_rule_without_a_table():
    bare = published_table("t", {"from": "cases"}, {"id": COPY, "x": []})
    assert findings(bare) == {("derivation-field-missing", "x", "/resources/0/schema/fields/1/definition")}
    loose = published_table("t", {}, {"id": COPY})
    assert findings(loose) == {("derivation-table-missing", "id", "/resources/0/schema/fields/0/definition/derivation")}


def test_a_grouped_column_needs_a_rule_that_takes_several_records():
    table = published_table("t", {"from": "cases", "groupBy": ["type"]}, {"type": {"rule": "copy", "from": "type"}, "id": COPY})
    assert findings(table) == {("derivation-path-many", "id", FIELD.format(1, 0))}
    folded = [{"rule": "count", "of": "id"}, {"rule": "fold-rare", "minimum": 2, "into": "few"}]
    table = published_table("t", {"from": "cases", "groupBy": ["type"]}, {"type": {"rule": "copy", "from": "type"}, "n": folded})
    assert findings(table) == {("derivation-path-many", "n", FIELD.format(1, 1))}


def test_everything_is_reported_together_and_named_after_its_table():
    first = published_table("a", {"from": "cases"}, {"x": {"rule": "copy", "from": "no"}, "y": {"rule": "copy", "form": "id"}})
    second = published_table("b", {"from": "none"}, {"x": COPY})
    with pytest.raises(Refusal) as caught:
        plan(first, second)
    assert [(each.place.resource, each.place.field, each.code) for each in caught.value.findings] == [
        ("a", "x", "derivation-column-unknown"),
        ("a", "y", "derivation-parameter-unknown"),
        ("a", "y", "derivation-parameter-missing"),
        ("b", "", "derivation-table-from"),
    ]


def test_a_package_that_derives_nothing_or_has_no_records():
    plain = Package(name="p", title=Text(), resources=(raw_table("t", column("a")),))
    assert not is_derived(plain)
    with pytest.raises(Refusal) as caught:
        plan_of(plain, ())
    assert caught.value.findings[0].code == "derivation-nothing"
    orphan = Package(name="p", title=Text(), resources=(published_table("t", {"from": "cases"}, {"id": COPY}),))
    assert is_derived(orphan)
    with pytest.raises(Refusal) as caught:
        plan_of(orphan, ())
    assert caught.value.findings[0].code == "derivation-raw-missing"
