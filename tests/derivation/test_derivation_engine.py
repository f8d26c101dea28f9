"""Each rule against a plain oracle on made-up records, and what it says about records that it cannot take."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from derivation_samples import LISTS, column, country, derived, key, packaged, published_table, raw_table, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.derivation.engine import derive
from catalog.errors import Refusal

few = settings(max_examples=60, deadline=None)
ID = {"rule": "copy", "from": "id"}
FROM = {"from": "cases"}


def table(rules, *, name="t", derivation=FROM, **fields):
    chain = rules if isinstance(rules, list) else [rules]
    return published_table(name, derivation, {"id": ID, "x": chain}, **fields)


def values(raw, rules, **fields):
    """The derived column x, by id."""
    return dict(derived(raw, table(rules, **fields)))


def integers(name="x"):
    return {name: {"type": "integer"}}


ids = st.integers(0, 11).map("c{:02}".format)
words = st.sampled_from(["", "a", "b", "ab", "不明", "-", " a "])
counts = st.one_of(st.just(""), st.integers(-50, 50))
case_ids = st.lists(ids, unique=True, max_size=6)
PLACES = [("p1", 6_000, "0.1"), ("p2", 6_000, "0.2"), ("p3", 9_999, "-1.25"), ("p4", 0, "1e2"), ("p5", "", "3")]
PEOPLE = {"p1": 6_000, "p2": 6_000, "p3": 9_999, "p4": 0, "p5": None}


@st.composite
def countries(draw):
    """Cases with members and introductions."""
    chosen = draw(case_ids)
    months = st.sampled_from(["", "2021-04", "2020-12", "2022-01", "2020-02"])
    kinds = st.sampled_from(["city", "ward", "union", ""])
    places = st.sampled_from(["", *PEOPLE])
    members = draw(st.lists(st.tuples(st.sampled_from(chosen), places, kinds), max_size=14)) if chosen else []
    starts = draw(st.lists(st.tuples(st.sampled_from(chosen), months), max_size=8)) if chosen else []
    deadlines = st.sampled_from(["", "2021-03-31", "2022-01-01"])
    cases = [(each, draw(st.sampled_from("xyzw")), draw(counts), draw(words), draw(deadlines)) for each in chosen]
    return cases, members, starts


def raw_of(drawn):
    cases, members, starts = drawn
    return country(cases, members, PLACES, starts)


# ------------------------------------------------------------------------------------------------ copy


@few
@given(countries())
def test_copy_gives_the_cell_itself(drawn):
    assert values(raw_of(drawn), {"rule": "copy", "from": "answer"}) == {case[0]: case[3] for case in drawn[0]}


@few
@given(countries())
def test_copy_follows_a_key_upwards(drawn):
    areas = {"x": "one", "y": "one", "z": "two", "w": "two"}
    assert values(raw_of(drawn), {"rule": "copy", "from": "types.area"}) == {case[0]: areas[case[1]] for case in drawn[0]}


def test_copied_numbers_and_booleans_take_their_canonical_form():
    raw = [
        (
            raw_table(
                "cases", column("id"), column("n", "integer"), column("d", "number"), column("b", "boolean"),
                column("g", "number", options={"groupChar": ",", "decimalChar": "、", "bareNumber": False}),
            ),
            [("1", "１２", "0.10", "TRUE", "¥1,234、50円"), ("2", "-007", "1e3", "0", "-3"), ("3", "", "", "", "")],
        )
    ]  # fmt: skip
    rules = {each: {"rule": "copy", "from": each} for each in ("id", "n", "d", "b", "g")}
    types = {"n": {"type": "integer"}, "d": {"type": "number"}, "b": {"type": "boolean"}, "g": {"type": "number"}}
    assert derived(raw, published_table("t", FROM, rules, **types)) == [
        ("1", "12", "0.1", "true", "1234.5"),
        ("2", "-7", "1000", "false", "-3"),
        ("3", "", "", "", ""),
    ]


# ------------------------------------------------------------------------------------------------ sum, count


@few
@given(countries(), st.booleans())
def test_sum_of_what_a_key_names(drawn, distinct):
    cases, members, _starts = drawn
    expected = {}
    for id_, *_rest in cases:
        places = [place for case, place, kind in members if case == id_ and kind in {"city", "ward"}]
        known = [each for each in places if each]
        parts = [PEOPLE[each] for each in (dict.fromkeys(known) if distinct else known)]
        parts += [None] * (len(places) - len(known))
        expected[id_] = "" if None in parts else str(sum(parts))
    rule = {"rule": "sum", "of": "members.places.people", "distinct": distinct, "where": {"members.kind": ["city", "ward"]}}
    assert values(raw_of(drawn), rule, **integers()) == expected


@few
@given(countries(), st.booleans())
def test_count_of_values(drawn, distinct):
    cases, members, _starts = drawn
    expected = {}
    for id_, *_rest in cases:
        places = [place for case, place, kind in members if case == id_ and place and kind != "union"]
        expected[id_] = str(len(set(places) if distinct else places))
    rule = {"rule": "count", "of": "members.place", "distinct": distinct, "where": {"members.kind": {"not": "union"}}}
    assert values(raw_of(drawn), rule, **integers()) == expected


@few
@given(st.lists(st.decimals(-1000, 1000, places=2), max_size=8))
def test_sums_of_decimals_are_exact(parts):
    places = [(f"p{number}", 1, part) for number, part in enumerate(parts)]
    raw = country([("c",)], [("c", place[0], "city") for place in places], places)
    (total,) = values(raw, {"rule": "sum", "of": "members.places.weight"}, x={"type": "number"}).values()
    assert Decimal(total) == sum(parts)
    assert "E" not in total
    assert not (total.endswith("0") and "." in total)


def test_the_first_place_after_the_point_does_not_drift():
    raw = country([("c",)], [("c", "p1", "city"), ("c", "p2", "city")], PLACES)
    assert values(raw, {"rule": "sum", "of": "members.places.weight"}, x={"type": "number"}) == {"c": "0.3"}


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"members.kind": "city"}, "p1"),
        ({"members.kind": ["city", "ward"]}, "p1 p2"),
        ({"members.kind": {"not": "city"}}, "p2 p3 p4"),
        ({"members.kind": {"not": ["city", "ward"]}}, "p3 p4"),
        ({"members.kind": {"present": True}}, "p1 p2 p3"),
        ({"members.kind": {"present": False}}, "p4"),
        ({"members.kind": {"not": "city", "present": True}}, "p2 p3"),
        ({"members.kind": "none"}, ""),
        ({"places.people": 6000}, "p1 p2"),
        ({"places.people": {"not": [6000, 0]}}, "p3"),
        ({"places.weight": -1.25}, "p3"),
        ({"places.weight": [100, 0.1]}, "p1 p4"),
        ({"type": "x"}, "p1 p2 p3 p4"),
        ({"type": "y"}, ""),
        ({"types.area": "one"}, "p1 p2 p3 p4"),
        ({"joint": True}, "p1 p2 p3 p4"),
        ({"joint": False}, ""),
        ({"joint": {"not": False}}, "p1 p2 p3 p4"),
        ({"members.kind": "city", "places.people": 9999}, ""),
    ],
)
def test_conditions(where, kept):
    members = [("c", "p1", "city"), ("c", "p2", "ward"), ("c", "p3", "union"), ("c", "p4", "")]
    raw = country([("c", "x", 5, "", "", "1")], members, PLACES)
    assert values(raw, {"rule": "count", "of": "members.place", "where": where}) == {"c": str(len(kept.split()))}
    expected = str(sum(PEOPLE[each] for each in kept.split()))
    assert values(raw, {"rule": "sum", "of": "members.places.people", "where": where}) == {"c": expected}


# ------------------------------------------------------------------------------------------------ round-down, band


@few
@given(countries(), st.sampled_from([1, 7, 10, 100, 0.1, 2.5]))
def test_round_down(drawn, step):
    exact = Decimal(str(step))
    expected = {}
    for id_, _type, cost, *_rest in drawn[0]:
        expected[id_] = None if cost == "" else (Decimal(cost) // exact - (Decimal(cost) % exact < 0)) * exact
    found = values(raw_of(drawn), {"rule": "round-down", "from": "cost", "step": step}, x={"type": "number"})
    assert {id_: Decimal(text) if text else None for id_, text in found.items()} == expected


@pytest.mark.parametrize(
    ("people", "shown"),
    [([9_999], "0"), ([6_000, 6_000], "10000"), ([10_000], "10000"), ([19_999, 1], "20000"), ([], "0")],
)
def test_the_sum_is_rounded_and_not_its_parts(people, shown):
    places = [(f"p{number}", each, 1) for number, each in enumerate(people)]
    raw = country([("c",)], [("c", place[0], "city") for place in places], places)
    rules = [{"rule": "sum", "of": "members.places.people"}, {"rule": "round-down", "step": 10_000}]
    assert values(raw, rules, **integers()) == {"c": shown}


@few
@given(
    st.lists(st.one_of(st.just(""), st.integers(0, 12_000_000), st.sampled_from([4_999_999, 5_000_000, 10_000_000])), max_size=8)
)
def test_band_has_its_lower_bound_and_not_its_upper(costs):
    def band(cost):
        if cost == "":
            return ""
        return "low" if cost < 5_000_000 else "middle" if cost < 10_000_000 else "high"

    raw = country([(f"c{number}", "x", cost) for number, cost in enumerate(costs)])
    found = values(raw, {"rule": "band", "from": "cost", "codelist": "cost"})
    assert found == {f"c{number}": band(cost) for number, cost in enumerate(costs)}


def test_a_band_may_be_open_below_and_takes_decimals():
    raw = country([("c", "x", 1, "", "", "", "p3"), ("d", "x", 1, "", "", "", "p1")], (), PLACES)
    assert values(raw, {"rule": "band", "from": "places.weight", "codelist": "size"}) == {"c": "minus", "d": "plus"}


def test_a_value_outside_all_bands_is_named_with_its_row():
    raw = country([("c", "x", 5), ("d", "x", -1)])
    (finding,) = refused(raw, table({"rule": "band", "from": "cost", "codelist": "cost"}))
    assert (finding.code, finding.found) == ("value-outside-bands", "-1")
    assert (finding.place.file, finding.place.resource, finding.place.field, finding.place.row) == (
        "raw/data/cases.csv", "cases", "cost", 3,
    )  # fmt: skip


def test_a_list_without_bounds_has_no_bands():
    (finding,) = refused(country([("c", "x", 5)]), table({"rule": "band", "from": "cost", "codelist": "letters"}))
    assert finding.code == "derivation-codelist-unbounded"
    assert finding.place.pointer == "/resources/0/schema/fields/1/definition/derivation/0"


# ------------------------------------------------------------------------------------------------ fold-rare


FOLD = [
    {"rule": "copy", "from": "type"},
    {"rule": "fold-rare", "minimum": 2, "within": "types.area", "into": {"one": "rest-1", "two": "rest-2"}},
]
AREA = {"x": "one", "y": "one", "z": "two", "w": "two"}


@few
@given(countries(), st.integers(1, 3))
def test_fold_rare_within_and_without(drawn, minimum):
    cases = drawn[0]
    often = Counter(case[1] for case in cases)
    rest = {"one": "rest-1", "two": "rest-2"}
    expected = {case[0]: case[1] if often[case[1]] >= minimum else rest[AREA[case[1]]] for case in cases}
    assert values(raw_of(drawn), [FOLD[0], FOLD[1] | {"minimum": minimum}]) == expected
    plain = {"rule": "fold-rare", "from": "type", "minimum": minimum, "into": "rest"}
    assert values(raw_of(drawn), plain) == {case[0]: case[1] if often[case[1]] >= minimum else "rest" for case in cases}


def test_folding_counts_every_record_of_the_table_and_no_other():
    raw = country([("a", "x", 1, "A"), ("b", "x", 2, "B"), ("c", "y", 3, "A"), ("d", "y", 4, "dropped"), ("e", "z", 5, "B")])
    kept = derived(raw, table(FOLD, derivation={"from": "cases", "where": {"answer": {"not": "dropped"}}}))
    # x keeps its name though each home has one; y loses it, because one of its two records is none of the table's
    assert kept == [("a", "x"), ("b", "x"), ("c", "rest-1"), ("e", "rest-2")]


def test_a_value_that_is_already_the_rest_stays():
    raw = country([("a", "x"), ("b", "y"), ("c", "y")])
    assert values(raw, {"rule": "fold-rare", "from": "type", "minimum": 2, "into": "x"}) == {"a": "x", "b": "y", "c": "y"}


def test_the_same_value_is_rare_in_one_place_and_not_in_another():
    raw = country([("a", "x", 1, "q"), ("b", "y", 1, "q"), ("c", "z", 1, "q")])  # answer q: two in area one, one in two
    rules = {"rule": "fold-rare", "from": "answer", "minimum": 2, "within": "types.area", "into": "rest"}
    assert values(raw, rules) == {"a": "q", "b": "q", "c": "rest"}


def test_a_blank_is_no_kind_of_its_own():
    (finding,) = refused(
        country([("a", "x"), ("b", "")]), table({"rule": "fold-rare", "from": "type", "minimum": 2, "into": "r"})
    )
    assert (finding.code, finding.place.field, finding.place.row) == ("value-blank", "type", 3)


def test_a_blank_type_in_a_record_that_is_dropped_harms_nobody():
    raw = country([("a", "x", 1, "keep"), ("b", "", 1, "drop")])
    rule = {"rule": "fold-rare", "from": "type", "minimum": 1, "into": "r"}
    assert derived(raw, table(rule, derivation={"from": "cases", "where": {"answer": "keep"}})) == [("a", "x")]


def test_folding_needs_a_code_for_each_place():
    rules = [FOLD[0], FOLD[1] | {"into": {"one": "rest-1"}}]
    (finding,) = refused(country([("a", "x"), ("b", "z")]), table(rules))
    assert (finding.code, finding.found, finding.expected) == ("derivation-fold-target", "two", "one")


# ------------------------------------------------------------------------------------------------ no-data, flag


SILENT = ["", "不明", "unknown", "-", "－", "ー"]
answers = st.one_of(st.sampled_from([*SILENT, "　不明　", "ｕｎｋｎｏｗｎ", "ｰ", "--", "all", "part", "none", "不明瞭"]), words)


@few
@given(st.lists(answers, max_size=10))
def test_no_data_is_what_says_nothing(cells):
    nothing = {"", "不明", "unknown", "-", "ー", "　不明　", "ｕｎｋｎｏｗｎ", "ｰ", "－"}
    raw = country([(f"c{number}", "x", 1, cell) for number, cell in enumerate(cells)])
    found = values(raw, {"rule": "no-data", "from": "answer", "values": SILENT, "into": "none"})
    assert found == {f"c{number}": "none" if cell in nothing else cell for number, cell in enumerate(cells)}


def test_an_empty_cell_is_an_answer_only_if_it_is_listed():
    raw = country([("a", "x", 1, ""), ("b", "x", 1, "-")])
    assert values(raw, {"rule": "no-data", "from": "answer", "values": ["-"]}) == {"a": "", "b": "no-data"}


@few
@given(st.lists(answers, max_size=10))
def test_a_flag_after_no_data_has_three_states(cells):
    raw = country([(f"c{number}", "x", 1, cell) for number, cell in enumerate(cells)])
    chain = [{"rule": "no-data", "from": "answer", "values": SILENT}, {"rule": "flag", "any-of": ["all", "part"]}]
    nothing = {"", "不明", "unknown", "-", "ー", "　不明　", "ｕｎｋｎｏｗｎ", "ｰ", "－"}
    expected = {
        f"c{number}": "no-data" if cell in nothing else "yes" if cell in {"all", "part"} else "no"
        for number, cell in enumerate(cells)
    }
    assert values(raw, chain) == expected


def test_what_is_settled_passes_later_rules_untouched():
    cases = raw_table("cases", column("id"), column("amount"))
    raw = [(cases, [("a", "不明"), ("b", "12345"), ("c", "")])]
    chain = [{"rule": "no-data", "from": "amount", "values": ["不明"], "into": "?"}, {"rule": "round-down", "step": 100}]
    assert values(raw, chain) == {"a": "?", "b": "12300", "c": ""}
    again = [*chain[:1], {"rule": "no-data", "values": [""], "into": "blank"}, {"rule": "band", "codelist": "cost"}]
    assert values(raw, again) == {"a": "?", "b": "low", "c": "blank"}
    folded = [*chain[:1], {"rule": "fold-rare", "minimum": 2, "into": "rest"}]
    assert values([(cases, [("a", "不明"), ("b", "1")])], folded) == {"a": "?", "b": "rest"}


@few
@given(countries())
def test_a_flag_over_records_is_yes_no_or_unknown(drawn):
    cases, members, _starts = drawn
    expected = {}
    for id_, *_rest in cases:
        kinds = [kind for case, _place, kind in members if case == id_]
        expected[id_] = "1" if "union" in kinds else "" if "" in kinds else "0"
    rule = {"rule": "flag", "from": "members.kind", "any-of": ["union"], "yes": "1", "no": "0"}
    assert values(raw_of(drawn), rule) == expected


def test_several_answers_in_one_cell():
    raw = country([("a", "x", 1, "city;state"), ("b", "x", 1, " state ; x"), ("c", "x", 1, "statement"), ("d", "x", 1, "")])
    rule = {"rule": "flag", "from": "answer", "any-of": ["state"], "separator": ";"}
    assert values(raw, rule) == {"a": "yes", "b": "yes", "c": "no", "d": ""}
    assert values(raw, {"rule": "flag", "from": "answer", "any-of": ["state"]})["a"] == "no"


def test_a_flag_reads_booleans_by_their_type():
    raw = country([("a", "x", 1, "", "", "1"), ("b", "x", 1, "", "", "FALSE"), ("c",)])
    assert values(raw, {"rule": "flag", "from": "joint", "any-of": ["true"]}) == {"a": "yes", "b": "no", "c": ""}


# ------------------------------------------------------------------------------------------------ earliest


@few
@given(countries())
def test_earliest_month_else_the_deadline(drawn):
    cases, _members, starts = drawn
    expected, basis = {}, {}
    for id_, _type, _cost, _answer, deadline in cases:
        months = [month for case, month in starts if case == id_ and month]
        expected[id_] = min(months) if months else deadline[:7]
        basis[id_] = "actual" if months else "planned" if deadline else ""
    rule = {"rule": "earliest", "from": "starts.month", "else": "deadline"}
    assert values(raw_of(drawn), rule, x={"type": "yearmonth"}) == expected
    assert values(raw_of(drawn), rule | {"give": {"from": "actual", "else": "planned"}}) == basis


def test_earliest_of_dates_in_other_spellings():
    cases = raw_table("cases", column("id"))
    days = raw_table("days", column("case"), column("day", "date", format="%d/%m/%Y"), keys=[key("case", "cases", "id")])
    raw = [(cases, [("a",), ("b",)]), (days, [("a", "02/01/2022"), ("a", "01/02/2022")])]
    assert values(raw, {"rule": "earliest", "from": "days.day"}, x={"type": "date"}) == {"a": "2022-01-02", "b": ""}
    assert values(raw, {"rule": "earliest", "from": "days.day"}, x={"type": "yearmonth"}) == {"a": "2022-01", "b": ""}


def test_months_written_short_are_months():
    starts = [("a", "2022-4"), ("a", "2022-11")]
    raw = country([("a",)], starts=starts)
    assert values(raw, {"rule": "earliest", "from": "starts.month"}, x={"type": "yearmonth"}) == {"a": "2022-04"}


def test_a_month_cannot_become_a_day():
    raw = country([("a",)], starts=[("a", "2022-04")])
    (finding,) = refused(raw, table({"rule": "earliest", "from": "starts.month"}, x={"type": "date"}))
    assert (finding.code, finding.expected) == ("derivation-type", "date")


def test_what_is_no_month_is_named():
    raw = country([("a",)], starts=[("a", "2022-04"), ("a", "2022-13"), ("a", "soon")])
    findings = refused(raw, table({"rule": "earliest", "from": "starts.month"}, x={"type": "yearmonth"}))
    assert [(each.code, each.place.row, each.found) for each in findings] == [
        ("value-not-a-time", 3, "2022-13"),
        ("value-not-a-time", 4, "soon"),
    ]


# ------------------------------------------------------------------------------------------------ groups


GROUPED = {"from": "cases", "groupBy": ["area", "type"]}


def grouped(derivation=GROUPED):
    return published_table(
        "t",
        derivation,
        {
            "area": {"rule": "copy", "from": "types.area"},
            "n": {"rule": "count", "of": "id"},
            "type": FOLD,
            "people": {"rule": "sum", "of": "members.places.people", "distinct": True},
            "kinds": {"rule": "count", "of": "members.kind", "distinct": True},
            "first": {"rule": "earliest", "from": "starts.month", "else": "deadline"},
            "union": {"rule": "flag", "from": "members.kind", "any-of": ["union"]},
        },
        first={"type": "yearmonth"},
    )


@few
@given(countries())
def test_groups_are_made_of_their_records(drawn):
    cases, members, starts = drawn
    often = Counter(case[1] for case in cases)
    groups: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for case in cases:
        area = AREA[case[1]]
        name = case[1] if often[case[1]] >= 2 else {"one": "rest-1", "two": "rest-2"}[area]
        groups.setdefault((area, name), []).append(case)
    expected = []
    for (area, name), own in sorted(groups.items()):
        inside = {case[0] for case in own}
        places = {place for case, place, _kind in members if case in inside}
        people = "" if places & {"", "p5"} else str(sum(PEOPLE[each] for each in places))
        kinds = [kind for case, _place, kind in members if case in inside]
        months = [month for case, month in starts if case in inside and month]
        deadlines = [case[4][:7] for case in own if case[4]]
        first = min(months) if months else min(deadlines, default="")
        union = "yes" if "union" in kinds else "" if "" in kinds else "no"
        expected.append((area, str(len(own)), name, people, str(len(set(kinds) - {""})), first, union))
    assert derived(raw_of(drawn), grouped()) == expected


def test_groups_stand_in_the_order_of_the_code_list():
    raw = country([(each, "x", 1, each) for each in "abcd"])
    made = published_table(
        "t", {"from": "cases", "groupBy": ["letter"]}, {"letter": {"rule": "copy", "from": "answer"}},
        letter={"codelist": "letters"},
    )  # fmt: skip
    assert derived(raw, made) == [("c",), ("a",), ("b",), ("d",)]  # d is in no list, and comes after those that are


def test_an_empty_group_key_is_a_group():
    raw = country([("a", "x", 1, "q"), ("b", "x", 1, ""), ("c", "x", 1, "")])
    rules = {"answer": {"rule": "copy", "from": "answer"}, "n": {"rule": "count", "of": "id"}}
    assert derived(raw, published_table("t", {"from": "cases", "groupBy": ["answer"]}, rules)) == [("q", "1"), ("", "2")]


# ------------------------------------------------------------------------------------------------ tables and records


def test_no_records_make_an_empty_table():
    assert derived(country(), table(ID)) == []
    assert derived(country(), grouped()) == []


def test_a_condition_of_the_table_drops_records():
    raw = country([("a", "x", 1), ("b", "x", 2), ("c", "x", "")])
    only = table(ID, derivation={"from": "cases", "where": {"cost": [1, 2], "types.area": "one"}})
    assert derived(raw, only) == [("a", "a"), ("b", "b")]


def test_what_is_not_a_number_is_named_with_table_row_column_and_value():
    raw = country([("c",)], [("c", "p1", "city")], [("p1", "many", 1), ("p2", 5, 1), ("p3", "1.5", 1)])
    findings = refused(raw, table({"rule": "sum", "of": "members.places.people"}))
    assert [(each.code, each.found) for each in findings] == [("value-not-numeric", "many")]
    place = findings[0].place
    assert (place.file, place.resource, place.field, place.row) == ("raw/data/places.csv", "places", "people", 2)
    raw = country([("c",)], [("c", "p3", "city")], [("p3", "1.5", 1)])
    assert [each.found for each in refused(raw, table({"rule": "sum", "of": "members.places.people"}))] == ["1.5"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "１，０００", "5 yen", "--1"])
def test_numbers_must_be_plain(value):
    raw = country([("c", "x", 5), ("d", "x", value)])
    (finding,) = refused(raw, table({"rule": "round-down", "from": "cost", "step": 10}))
    assert (finding.code, finding.found, finding.place.row) == ("value-not-numeric", value, 3)


@pytest.mark.parametrize(
    "value", ["99999999999999999999", "1e400", "1e-400", "1e9999999", "0." + "1" * 40, "1" + "0" * 5000, "123456789012.12345678"]
)
def test_numbers_that_cannot_be_exact_are_refused(value):
    places = [("p1", 1, value)]
    (finding,) = refused(country([("c",)], [("c", "p1", "city")], places), table({"rule": "sum", "of": "members.places.weight"}))
    assert (finding.code, finding.place.resource) == ("value-too-large", "places")


@pytest.mark.parametrize("value", ["99999999999999999999", "-1000000000000000001", "9" * 5000])
def test_whole_numbers_that_are_too_large_are_named(value):
    raw = country([("c", "x", 5), ("d", "x", value)])
    (finding,) = refused(raw, table({"rule": "round-down", "from": "cost", "step": 10}))
    assert (finding.code, finding.place.row) in {("value-too-large", 3), ("value-not-numeric", 3)}
    assert values(country([("c", "x", 10**18 - 1)]), {"rule": "round-down", "from": "cost", "step": 10}) == {
        "c": str(10**18 - 10)
    }


def test_a_step_that_is_too_fine_for_the_number_is_refused():
    raw = country([("c", "x", 10**15)])
    (finding,) = refused(raw, table({"rule": "round-down", "from": "cost", "step": 0.00001}))
    assert finding.code == "value-too-large"
    assert values(country([("c", "x", 0)]), {"rule": "round-down", "from": "cost", "step": 0.00001}) == {"c": "0"}


def test_a_sum_that_would_overflow_is_refused():
    places = [(f"p{number}", 10**18, 1) for number in range(10)]
    raw = country([("c",)], [("c", place[0], "city") for place in places], places)
    (finding,) = refused(raw, table({"rule": "sum", "of": "members.places.people"}))
    assert finding.code == "value-too-large"


def test_a_boolean_must_be_one():
    (finding,) = refused(country([("a", "x", 1, "", "", "perhaps")]), table({"rule": "copy", "from": "joint"}))
    assert (finding.code, finding.found) == ("value-not-boolean", "perhaps")


def test_a_key_that_leads_nowhere_is_refused():
    raw = country([("c",)], [("c", "p1", "city"), ("c", "nowhere", "city"), ("c", "", "city")], PLACES)
    (finding,) = refused(raw, table({"rule": "sum", "of": "members.places.people"}))
    assert (finding.code, finding.found, finding.expected) == ("derivation-key-unmatched", "nowhere", "places")
    assert (finding.place.resource, finding.place.field, finding.place.row) == ("members", "place", 3)


def test_a_key_that_stands_twice_is_refused():
    raw = country([("c",)], [("c", "p1", "city")], [*PLACES, ("p1", 5, 1)])
    (finding,) = refused(raw, table({"rule": "sum", "of": "members.places.people"}))
    assert (finding.code, finding.found, finding.place.row) == ("derivation-key-repeated", "p1", 7)


def test_keys_of_several_columns():
    cases = raw_table("cases", column("year"), column("number"))
    parts = raw_table("parts", column("y"), column("n"), column("v", "integer"), keys=[key("y n", "cases", "year number")])
    raw = [(cases, [("1", "1"), ("1", "2"), ("2", "1")]), (parts, [("1", "2", 5), ("2", "1", 7), ("1", "2", 1), ("", "", 9)])]
    rules = {"y": {"rule": "copy", "from": "year"}, "v": {"rule": "sum", "of": "parts.v"}}
    assert derived(raw, published_table("t", FROM, rules, v={"type": "integer"})) == [("1", "0"), ("1", "6"), ("2", "7")]
    lost = [(cases, [("1", "1"), ("2", "2")]), (parts, [("1", "2", 5)])]
    (finding,) = refused(lost, published_table("t", FROM, rules))
    assert (finding.code, finding.found) == ("derivation-key-unmatched", "1, 2")


def test_missing_values_of_the_schema_and_of_a_column():
    cases = raw_table("cases", column("id"), column("a"), column("b", missing_values=("-",)))
    cases = replace(cases, schema=replace(cases.schema, missing_values=("", "n/a")))
    rules = {each: {"rule": "copy", "from": each} for each in ("id", "a", "b")}
    raw = [(cases, [("1", "n/a", "n/a"), ("2", "-", "-"), ("3", "", "")])]
    assert derived(raw, published_table("t", FROM, rules)) == [("1", "", "n/a"), ("2", "-", ""), ("3", "", "")]


def test_a_column_that_must_have_a_value_has_one():
    raw = country([("a", "x", 1, "q"), ("b", "x", 1, "")])
    made = table({"rule": "copy", "from": "answer"}, x={"constraints": {"required": True}})
    (finding,) = refused(raw, made)
    assert (finding.code, finding.place.file, finding.place.field, finding.place.row) == (
        "derivation-value-missing", "data/t.csv", "x", 3,
    )  # fmt: skip


def test_what_the_rules_give_must_fit_the_column():
    raw = country([("a", "x", 15, "q")])
    (finding,) = refused(raw, table({"rule": "copy", "from": "answer"}, **integers()))
    assert (finding.code, finding.found, finding.expected) == ("derivation-type", "text", "integer")
    (finding,) = refused(raw, table({"rule": "copy", "from": "cost"}, x={"type": "boolean"}))
    assert (finding.code, finding.found, finding.expected) == ("derivation-type", "integer", "boolean")
    halves = country([("a", "x", 4), ("b", "x", 5)])
    (finding,) = refused(halves, table({"rule": "round-down", "from": "cost", "step": 2.5}, **integers()))
    assert (finding.code, finding.found, finding.expected) == ("derivation-type", "number", "integer")
    whole = table({"rule": "round-down", "from": "cost", "step": 2.5}, **integers())
    assert derived(country([("a", "x", 5), ("b", "x", 12)]), whole) == [("a", "5"), ("b", "10")]


def test_findings_of_several_columns_come_together_and_once():
    raw = country([("a", "x", "many", "q")])
    rules = {"x": {"rule": "round-down", "from": "cost", "step": 1}, "y": {"rule": "band", "from": "cost", "codelist": "cost"}}
    assert len(refused(raw, published_table("t", FROM, rules))) == 1
    rules |= {"z": {"rule": "copy", "from": "joint"}}
    bad = country([("a", "x", "many", "q", "", "maybe")])
    codes = [each.code for each in refused(bad, published_table("t", FROM, rules), published_table("u", FROM, rules))]
    assert sorted(codes) == ["value-not-boolean", "value-not-numeric"]


def test_progress_tells_each_column_once():
    told = []
    raw = country([("a", "x", 1)])
    with packaged(raw, grouped(), table(ID)) as made:
        derive(made, LISTS, progress=lambda done, total, name: told.append((done, total, name)))
    assert [done for done, _total, _name in told] == list(range(1, 10))
    assert {total for _done, total, _name in told} == {9}
    assert told[0][2] == told[-1][2] == "t"


def test_a_file_that_is_not_there():
    with packaged(country([("a",)]), table(ID)) as made:
        (made.root / "raw/data/cases.csv").unlink()
        with pytest.raises(Refusal) as caught:
            derive(made, LISTS)
    assert [(each.code, each.place.file) for each in caught.value.findings] == [("derivation-file-missing", "raw/data/cases.csv")]
