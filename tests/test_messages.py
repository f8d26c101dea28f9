import re

import pytest

from catalog import messages
from catalog.errors import CatalogError, Finding, Place
from catalog.messages import WORDINGS, as_json, tier, where, word

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("code", sorted(WORDINGS))
def test_each_wording_is_told_in_japanese_with_the_same_facts(code: str) -> None:
    for text in filter(None, WORDINGS[code]):
        japanese = messages.translate(text, "ja")
        assert japanese != text, f"no Japanese for {text!r}"
        assert set(PLACEHOLDER.findall(japanese)) <= set(PLACEHOLDER.findall(text)), japanese
        assert set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(japanese)), japanese


@pytest.mark.parametrize("code", sorted(WORDINGS))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_fact_without_details_is_still_worded(code: str, language: str) -> None:
    assert word(Finding(code=code), language)
    assert "%(" not in word(CatalogError(code), language)


def test_a_finding_says_where_what_and_how_to_mend_it() -> None:
    finding = Finding(
        code="stock.constraint-error.enum",
        place=Place(file="data/a.csv", resource="a", field="state", row=12, column=3),
        found="完了",
        expected="['done', 'planned']",
    )
    assert where(finding.place, "ja") == "data/a.csv 表 a 12行目 項目「state」 セル C12"
    assert "「完了」は許された値" in word(finding, "ja")
    assert word(finding, "en").startswith("“完了” is not one of the allowed values")
    assert as_json(finding)["place"] == {"file": "data/a.csv", "resource": "a", "field": "state", "row": 12, "column": 3}


def test_an_unknown_kind_of_a_known_error_takes_the_general_wording() -> None:
    assert word(Finding(code="stock.constraint-error.odd", found="x", details={"note": "odd"}), "en").startswith("“x” breaks")
    assert word(Finding(code="never-heard-of"), "ja") == "never-heard-of"


def test_the_three_tiers_read_as_a_public_service_says_them() -> None:
    assert [tier(each, "ja") for each in ("error", "warning", "note")] == ["直してください", "確認してください", "参考"]
