"""docs/findings.md says of every finding what it means, in both languages, and which rules are checked by which code."""

import csv
import re
from pathlib import Path

import pytest

from catalog.messages import WORDINGS, judging, translate
from catalog.validation.sights import RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs/findings.md").read_text(encoding="utf-8")
ROWS = {row.split("`")[1]: row for row in PAGE.splitlines() if row.startswith("| `")}
RULE_ROWS = {row.split("|")[1].strip(): row for row in PAGE.splitlines() if re.match(r"\| L[123]-", row)}


def shown(code: str, language: str) -> str:
    parts = [translate(each, language).replace("%(rule)s", RULES.get(code, "")) for each in WORDINGS[code] if each]
    text = ("" if language == "ja" else " ").join(parts)
    return re.sub(r"%\(\w+\)s", "…", text)


@pytest.mark.parametrize("code", sorted(judging.WORDINGS))
def test_each_finding_is_explained_as_it_is_told(code: str) -> None:
    for language in ("ja", "en"):
        assert shown(code, language) in ROWS[code], f"docs/findings.md: the wording of {code} is another now"


@pytest.mark.parametrize(("code", "rule"), sorted(RULES.items()))
def test_each_rule_names_the_codes_that_check_it(code: str, rule: str) -> None:
    assert f"`{code}`" in RULE_ROWS[rule]


def test_every_rule_of_the_agency_is_spoken_of(shared: Path) -> None:
    with (shared / "standards/machine-readability-rules.csv").open(encoding="utf-8") as file:
        rules = [row["id"] for row in csv.DictReader(file)]
    for rule in rules:
        if rule not in ("L1-10", "L1-11", "L1-12", "L1-13"):
            assert rule in RULE_ROWS
    assert "| L1-10 … L1-13 |" in PAGE
    assert {row for row in RULE_ROWS if row in rules} == set(rules) - {"L1-10", "L1-11", "L1-12", "L1-13"}


def test_codes_that_the_page_names_exist() -> None:
    for row in RULE_ROWS.values():
        for code in re.findall(r"`([a-z.-]+)`", row.replace("`type: list`", "")):
            assert code in WORDINGS or f"{code}.removed" in WORDINGS, code
