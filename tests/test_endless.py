"""Which patterns and cells may keep a validator busy without end, and that such a package is examined in a limited child."""

import json
import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.datapackage import open_package
from catalog.endless import doubts, growth
from catalog.errors import Refusal
from catalog.examination import SECONDS, examine

LINEAR = (
    "[0-9]{6}", "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)", r"\d{1,3}(,\d{3})*", "https?://[a-z0-9./-]+", "(;[a-z]+)*", ".*",
    r"(\d{1,3}\.){3}\d{1,3}", "[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?", "(ab){1,9}",
)  # fmt: skip
ENDLESS = (
    "(a+)+$", "(a|a)*b", r"((a*)*)*\2$", "(?!000).*", "a?" * 30 + "a" * 30, "(a{1,1000}){1,1000}", "(.*a){20}", "(x+x+)+y",
    "([a-z]+;?)*", "(a?){50}", "(", "(" * 5_000 + ")" * 5_000, r"(\w+-)*x", "([^-]+a)*",
)  # fmt: skip


@pytest.mark.parametrize("pattern", LINEAR)
def test_patterns_that_take_their_time_once(pattern):
    assert growth(pattern) <= 1


@pytest.mark.parametrize("pattern", ENDLESS)
def test_patterns_that_may_take_for_ever(pattern):
    assert growth(pattern) == math.inf


@pytest.mark.parametrize(("pattern", "power"), [("[a-z][a-z0-9]*(-[a-z0-9]+)*", 2), (".*.*x", 2), ("[^@]+@[^@]+[.][a-z]{2,}", 3)])
def test_patterns_whose_time_depends_on_the_text(pattern, power):
    assert growth(pattern) == power


PARTS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", ".", "-"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2,9}", "{3}"])).map(lambda each: f"(?:{each[0]}){each[1]}"),
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: f"(?:{'|'.join(each)})"),
    ),
    max_leaves=6,
)


@given(PARTS)
def test_a_pattern_that_is_let_pass_ends(pattern):
    """The worst that we know of: letters that fit for long, and do not at the end."""
    if growth(pattern) > 1:
        return
    compiled = re.compile(f"^{pattern}$")
    begin = time.process_time()
    for text in ("a" * 400 + "!", "ab" * 200 + "!", "a-" * 200 + "!"):
        compiled.match(text)
    assert time.process_time() - begin < 1


def descriptor(field):
    return {
        "name": "x",
        "title": "x",
        "resources": [{"name": "stations", "path": "data/stations.csv", "schema": {"fields": [field]}}],
    }


@pytest.fixture
def opened(package_folder, settings):
    """What opens a package of one field and one cell."""

    def opening(field, cell):
        folder = package_folder("x", descriptor=descriptor({"name": "a"} | field))
        (folder / "data/stations.csv").write_text(f"a\n{cell}\n", encoding="utf-8")
        return open_package(folder, settings)

    return opening


@pytest.mark.parametrize(
    ("field", "cell", "codes"),
    [
        ({"constraints": {"pattern": "(a+)+$"}}, "a", ["pattern-slow"]),
        ({"constraints": {"pattern": ".*.*x"}}, "a" * 3_000, []),
        ({"constraints": {"pattern": ".*.*x"}}, "a" * 4_000, ["pattern-slow"]),
        ({"constraints": {"pattern": ".*.*x"}}, '"' + "a\n" * 4_000 + '"', ["pattern-slow"]),
        ({"type": "object"}, "{}", []),
        ({"type": "object"}, "[" * 20_000, ["cell-slow"]),
        ({"type": "date", "format": "any"}, "1 " * 10_000, ["cell-slow"]),
        ({"type": "integer"}, "1", []),
    ],
)
def test_doubts_depend_on_how_long_the_records_are(opened, field, cell, codes):
    with opened(field, cell) as package:
        assert [each.code for each in doubts(package)] == codes


def test_such_a_package_is_examined_in_a_limited_child(opened, settings):
    with opened({"type": "string", "constraints": {"pattern": "(a+)+$"}}, "aaa") as package:
        outcome = examine(package, settings)
    assert outcome.report["valid"]
    assert "pattern-slow" in [each.code for each in outcome.findings]
    json.dumps(outcome.report)


def test_and_stopped_where_it_does_not_end(opened, settings):
    hostile = opened({"type": "string", "constraints": {"pattern": "(a+)+$"}}, "a" * 60 + "b")
    with hostile as package, pytest.raises(Refusal) as caught:
        examine(package, settings)
    assert [(each.code, each.expected) for each in caught.value.findings] == [
        ("sandbox-time", str(SECONDS)),
        ("pattern-slow", ""),
    ]
