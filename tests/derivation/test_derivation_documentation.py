"""docs/derivation.md: every rule has its section, its parameters, an example that is read and the sentences that it gives."""

import json
import re
from pathlib import Path

import pytest

from catalog.derivation import RULES, rules_of, sentence_of
from catalog.derivation.conditions import where_of
from catalog.messages.derivation import WORDINGS

PAGE = (Path(__file__).resolve().parents[2] / "docs/derivation.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLE = re.compile(r"```json\n(.*?)\n```\n> (.*?)\n>\n> (.*?)\n", re.DOTALL)


def test_every_rule_has_its_section():
    assert list(SECTIONS) == list(RULES)


@pytest.mark.parametrize("name", RULES)
def test_the_section_names_the_parameters(name):
    rows = [line for line in SECTIONS[name].splitlines() if line.startswith("| `")]
    named = {each for row in rows for each in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert named == {each.name for each in RULES[name].parameters}
    for parameter in RULES[name].parameters:
        (row,) = [line for line in rows if f"`{parameter.name}`" in line.split("|")[1]]
        assert ("(required)" in row) == parameter.required, row


@pytest.mark.parametrize("name", RULES)
def test_the_examples_are_read_and_their_sentences_are_those_of_the_product(name):
    examples = EXAMPLE.findall(SECTIONS[name])
    assert examples
    for text, japanese, english in examples:
        value = json.loads(text)
        chain = value if isinstance(value, list) else [value]
        rules = rules_of(chain)
        assert name in {each.name for each in rules}
        assert sentence_of(rules).ja == japanese
        assert sentence_of(rules).en == english


def test_the_example_of_a_table_is_read():
    (table,) = [json.loads(each) for each in re.findall(r"```json\n(\{\"from\": \"cases\".*?\})\n```", PAGE)]
    assert set(table) == {"from", "groupBy", "where"}
    assert where_of(table["where"], "")[1] == ()


def test_every_code_of_the_page_exists():
    for code in re.findall(r"`((?:derivation|value)-[a-z-]+)(?:\*)?`", PAGE):
        if code != "value-outside-bands":  # a finding of code lists
            assert any(each == code or each.startswith(code) for each in WORDINGS), code
