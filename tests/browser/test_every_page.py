"""Every type of page, in both languages: accessible in both themes, quiet, at home, narrow enough, still."""

import pytest
from odd_packages import PAGES as ODD
from page_types import PAGES as TYPES

LANGUAGES = ("ja", "en")
EVERY = [each.name for each in TYPES] + list(ODD)
STATUS = {each.name: each.status for each in TYPES}

every_page = pytest.mark.parametrize("name", EVERY)
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@every_page
@both_languages
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_kept_out(visit, name, language, theme):
    found = visit(name, language).axe[theme]
    assert found.violations == []
    assert found.passes > 5, "axe-core looked at something"


@every_page
@both_languages
def test_the_page_answers_and_nothing_goes_wrong_in_it(visit, name, language):
    found = visit(name, language)
    assert found.status == STATUS.get(name, 200)
    assert found.report.errors == []
    assert found.report.dialogs == []


@every_page
@both_languages
def test_nothing_comes_from_elsewhere(visit, name, language):
    assert visit(name, language).report.strangers == []


@every_page
@both_languages
def test_the_page_does_not_scroll_sideways_on_a_small_phone(visit, name, language):
    assert visit(name, language).too_wide == []


@every_page
@both_languages
def test_the_page_stands_still_while_it_loads_and_waits_for_no_script(visit, name, language):
    found = visit(name, language)
    assert found.shift == 0
    assert found.blocking == []
