"""Rules as they stand in a descriptor: what can be read, what is refused and where, and how each is put into words."""

import subprocess
import sys

import pytest

from catalog import messages
from catalog.derivation import RULES, rules_of, sentence_of
from catalog.derivation.conditions import where_of
from catalog.derivation.rules import Copy, Flag, FoldRare, RoundDown, Sum
from catalog.errors import Refusal
from catalog.messages.derivation import WORDINGS

WHOLE = {  # every rule with every parameter
    "copy": {"rule": "copy", "from": "name"},
    "sum": {"rule": "sum", "of": "members.places.people", "distinct": True, "where": {"members.kind": ["city", "ward"]}},
    "count": {
        "rule": "count",
        "of": "members.place",
        "distinct": True,
        "where": {"members.kind": {"not": "city", "present": True}},
    },
    "round-down": {"rule": "round-down", "from": "people", "step": 0.1},
    "band": {"rule": "band", "from": "cost", "codelist": "cost-band"},
    "fold-rare": {
        "rule": "fold-rare",
        "from": "type",
        "minimum": 2,
        "within": "types.area",
        "into": {"a": "other-a", "b": "other-b"},
    },
    "no-data": {"rule": "no-data", "from": "answer", "values": ["", "不明"], "into": "none"},
    "earliest": {"rule": "earliest", "from": "starts.month", "else": "deadline", "give": {"from": "actual", "else": "planned"}},
    "flag": {"rule": "flag", "from": "answer", "any-of": ["all", "part"], "separator": ";", "yes": "true", "no": "false"},
}


def refusal(*rules, pointer="/d", single=False):
    with pytest.raises(Refusal) as caught:
        rules_of(rules, pointer, single=single)
    return [(each.code, each.place.pointer) for each in caught.value.findings]


def test_every_rule_is_read_with_all_its_parameters():
    assert set(WHOLE) == set(RULES)
    for name, value in WHOLE.items():
        (rule,) = rules_of([value])
        assert rule.name == name
        assert {each.name for each in rule.parameters} == set(value) - {"rule"}


def test_parameters_become_values_of_their_kind():
    (total, down) = rules_of([WHOLE["sum"], {"rule": "round-down", "step": 100}])
    assert isinstance(total, Sum)
    assert total.distinct
    assert total.of.stops == ("members", "places")
    assert total.of.column == "people"
    assert isinstance(down, RoundDown)
    assert str(down.step) == "100"
    assert down.from_ is None
    (tenth,) = rules_of([WHOLE["round-down"]])
    assert isinstance(tenth, RoundDown)
    assert str(tenth.step) == "0.1"
    (fold,) = rules_of([WHOLE["fold-rare"]])
    assert isinstance(fold, FoldRare)
    assert fold.into == {"a": "other-a", "b": "other-b"}
    (flag,) = rules_of([{"rule": "flag", "from": "a", "any-of": ["x"]}])
    assert isinstance(flag, Flag)
    assert (flag.yes, flag.no) == ("yes", "no")


@pytest.mark.parametrize(
    ("rule", "code", "pointer"),
    [
        ({"rule": "average", "of": "a"}, "derivation-rule-unknown", "/d/0/rule"),
        ({"of": "a"}, "derivation-rule-unknown", "/d/0/rule"),
        ("sum", "derivation-rule-object", "/d/0"),
        ({"rule": "copy", "from": "a", "to": "b"}, "derivation-parameter-unknown", "/d/0/to"),
        ({"rule": "copy", "from": "a", "a/b~c": 1}, "derivation-parameter-unknown", "/d/0/a~1b~0c"),
        ({"rule": "copy"}, "derivation-parameter-missing", "/d/0"),
        ({"rule": "copy", "from": 5}, "derivation-wants-path", "/d/0/from"),
        ({"rule": "copy", "from": ""}, "derivation-wants-path", "/d/0/from"),
        ({"rule": "sum", "of": "a", "distinct": "yes"}, "derivation-wants-boolean", "/d/0/distinct"),
        ({"rule": "sum", "of": "a", "where": []}, "derivation-wants-where", "/d/0/where"),
        ({"rule": "sum", "of": "a", "where": {}}, "derivation-wants-where", "/d/0/where"),
        ({"rule": "sum", "of": "a", "where": {"b": None}}, "derivation-wants-test", "/d/0/where/b"),
        ({"rule": "sum", "of": "a", "where": {"b": []}}, "derivation-wants-test", "/d/0/where/b"),
        ({"rule": "sum", "of": "a", "where": {"b": {}}}, "derivation-wants-test", "/d/0/where/b"),
        ({"rule": "sum", "of": "a", "where": {"b": ""}}, "derivation-wants-test", "/d/0/where/b"),
        ({"rule": "sum", "of": "a", "where": {"b": {"like": "c"}}}, "derivation-wants-test", "/d/0/where/b/like"),
        ({"rule": "sum", "of": "a", "where": {"b": {"not": []}}}, "derivation-wants-test", "/d/0/where/b/not"),
        ({"rule": "sum", "of": "a", "where": {"b": {"present": 1}}}, "derivation-wants-boolean", "/d/0/where/b/present"),
        ({"rule": "round-down", "from": "a", "step": 0}, "derivation-wants-step", "/d/0/step"),
        ({"rule": "round-down", "from": "a", "step": 1e13}, "derivation-wants-step", "/d/0/step"),
        ({"rule": "round-down", "from": "a", "step": "10"}, "derivation-wants-step", "/d/0/step"),
        ({"rule": "round-down", "from": "a", "step": True}, "derivation-wants-step", "/d/0/step"),
        ({"rule": "round-down", "from": "a", "step": float("inf")}, "derivation-wants-step", "/d/0/step"),
        ({"rule": "band", "from": "a", "codelist": ""}, "derivation-wants-text", "/d/0/codelist"),
        ({"rule": "fold-rare", "from": "a", "minimum": 1.5, "into": "b"}, "derivation-wants-minimum", "/d/0/minimum"),
        ({"rule": "fold-rare", "from": "a", "minimum": 0, "into": "b"}, "derivation-wants-minimum", "/d/0/minimum"),
        ({"rule": "fold-rare", "from": "a", "minimum": 2, "into": {}}, "derivation-wants-into", "/d/0/into"),
        ({"rule": "fold-rare", "from": "a", "minimum": 2, "into": {"a": "b"}}, "derivation-into-without-within", "/d/0/into"),
        ({"rule": "no-data", "from": "a", "values": "不明"}, "derivation-wants-texts", "/d/0/values"),
        ({"rule": "no-data", "from": "a", "values": ["-", "-"]}, "derivation-wants-texts", "/d/0/values"),
        ({"rule": "earliest", "from": "a", "give": {"from": "x"}}, "derivation-wants-give", "/d/0/give"),
        ({"rule": "flag", "from": "a", "any-of": [""]}, "derivation-wants-texts", "/d/0/any-of"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_at_its_pointer(rule, code, pointer):
    assert refusal(rule) == [(code, pointer)]


def test_all_that_is_wrong_is_reported_at_once():
    assert refusal({"rule": "sum", "og": "a"}, {"rule": "round-down", "step": -1}) == [
        ("derivation-parameter-unknown", "/d/0/og"),
        ("derivation-parameter-missing", "/d/0"),
        ("derivation-wants-step", "/d/1/step"),
    ]


def test_the_pointer_of_a_single_object_has_no_index():
    assert refusal({"rule": "copy", "from": 1}, pointer="/x/derivation", single=True) == [
        ("derivation-wants-path", "/x/derivation/from")
    ]


def test_the_order_of_a_chain_is_held():
    copy, down = {"rule": "copy", "from": "a"}, {"rule": "round-down", "step": 10}
    assert [type(each) for each in rules_of([copy, down])] == [Copy, RoundDown]
    assert refusal(down) == [("derivation-chain-start", "/d/0")]
    assert refusal(copy, copy) == [("derivation-chain-order", "/d/1")]
    assert refusal(copy, {"rule": "count", "of": "b"}) == [("derivation-chain-order", "/d/1")]
    assert refusal(copy, down | {"from": "b"}) == [("derivation-chain-from", "/d/1")]
    within = {"rule": "fold-rare", "minimum": 2, "within": "area", "into": "others"}
    assert refusal(within) == [("derivation-chain-start", "/d/0")]
    assert len(rules_of([copy, within])) == 2


def test_findings_name_what_was_found_and_what_is_known():
    with pytest.raises(Refusal) as caught:
        rules_of([{"rule": "average"}])
    (finding,) = caught.value.findings
    assert finding.found == "average"
    assert finding.expected.split(", ") == list(RULES)
    assert finding.place.file == "datapackage.json"
    for language, word in (("ja", "平均"), ("en", "average")):
        assert "average" in messages.word(finding, language), word


@pytest.mark.parametrize("name", WHOLE)
def test_every_rule_has_a_sentence_in_both_languages(name):
    (rule,) = rules_of([WHOLE[name]])
    sentence = rule.sentence()
    assert sentence.ja.endswith("。")
    assert sentence.en.endswith(".")
    assert "%" not in sentence.ja + sentence.en
    assert sentence.ja != sentence.en
    for value in leaves({name: value for name, value in WHOLE[name].items() if name != "rule"}):
        assert value in sentence.en, "the sentence tells all that the rule is set to"
        assert value in sentence.ja or value == "(blank)"


def leaves(value):
    """Every text and number in a rule; names of parameters and yes-or-no left out."""
    if isinstance(value, dict):
        spoken = [name for name in value if name.islower() and ("." in name or len(name) == 1)]  # columns and values, not words
        return spoken + [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [] if isinstance(value, bool) else [str(value) or "(blank)"]


def test_a_sentence_says_what_the_rule_does():
    rules = rules_of([
        {"rule": "sum", "of": "members.people", "distinct": True, "where": {"members.kind": ["city", "ward"]}},
        {"rule": "round-down", "step": 10000},
    ])  # fmt: skip
    assert sentence_of(rules).en == (
        "The sum of “members.people”. Each record is added once, even where it is referred to more than once. "
        "Only records count for which “members.kind” is one of “city”, “ward”. Rounded down to a multiple of 10,000."
    )
    assert sentence_of(rules).ja == (
        "「members.people」を合計します。同じ記録が二度以上現れる場合も、一度だけ加えます。"
        "対象は、「members.kind」が「city」「ward」のいずれかの記録です。10,000未満の端数を切り捨てます。"
    )


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (5, "“a” is “5”"),
        (True, "“a” is “true”"),
        (["x", "y"], "“a” is one of “x”, “y”"),
        ({"not": "x"}, "“a” is not “x”"),
        ({"not": ["x", "y"]}, "“a” is none of “x”, “y”"),
        ({"present": True}, "“a” has a value"),
        ({"present": False}, "“a” is empty"),
        ({"not": "x", "present": True}, "“a” is not “x” and “a” has a value"),
    ],
)
def test_conditions_in_words(test, words):
    where, findings = where_of({"a": test}, "")
    assert not findings
    assert where.sentence().en == words


def test_every_wording_has_its_japanese():
    for wording in WORDINGS.values():
        for text in wording:
            assert not text or messages.translate(text, "ja") != text


def test_reading_and_wording_rules_needs_no_heavy_library():
    program = (
        "import sys; from catalog.derivation import rules_of, explain; rules_of([{'rule': 'copy', 'from': 'a'}])[0].sentence();"
        "print(sorted({'pandas', 'numpy', 'frictionless', 'rdflib'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
