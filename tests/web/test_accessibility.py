"""The statement on accessibility says what the last test found, in both languages, and how the operator is reached."""

import dataclasses
import importlib.util
from datetime import date
from pathlib import Path

import pytest

from catalog.web import create_app
from catalog.web.accessibility import RESULT

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/accessibility.py"


def test_the_result_is_that_of_a_whole_run():
    assert date.fromisoformat(RESULT["tested"])
    assert RESULT["runs"] == len(RESULT["pages"]) * len(RESULT["languages"]) * len(RESULT["themes"]) > 100
    assert RESULT["violations"] == {}


@pytest.mark.parametrize(("language", "aim"), [("ja", "WCAG 2.2 の適合レベル AA"), ("en", "level AA of WCAG 2.2")])
def test_the_statement_tells_aim_and_result(read, language, aim):
    answer = read(f"/{language}/accessibility")
    assert answer.status == 200
    assert answer.headers["Content-Language"] == language
    assert aim in answer.text
    assert f"axe-core {RESULT['axe']}, Chromium {RESULT['browser']}" in answer.text
    assert str(RESULT["runs"]) in answer.text
    assert f'<time datetime="{RESULT["tested"]}">' in answer.text


def test_every_page_leads_to_the_statement(read):
    assert 'href="/en/accessibility"' in read("/en/").text


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("web@city.example.jp", 'href="mailto:web%40city.example.jp"'),
        ("https://city.example.jp/contact", 'href="https://city.example.jp/contact"'),
        ("javascript:alert(1)", "mailto:javascript%3Aalert%281%29"),
    ],
)
def test_the_contact_of_the_settings_is_a_link_that_does_no_harm(settings, store, contact, shown):
    app = create_app(dataclasses.replace(settings, contact=contact), store)
    with app.test_client().get("/ja/accessibility") as answer:
        assert shown in answer.text


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("scripts_accessibility", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kept(*paths, languages=2, violations=()):
    run = {"violations": list(violations), "undecided": ["color-contrast"]}
    visits = [{"path": path, "axe": {"light": run, "dark": run}} for path in paths for _language in range(languages)]
    return {"axe": "4.12.1", "browser": "156.0", "visits": visits}


def test_a_run_is_counted(script):
    result = script.summary(kept("/b", "/a", violations=["list", "list"]))
    assert result["pages"] == ["/a", "/b"]
    assert (result["runs"], result["violations"], result["undecided"]) == (8, {"list": 8}, {"color-contrast": 8})


def test_half_a_run_is_no_result(script):
    with pytest.raises(ValueError, match="not whole"):
        script.summary(kept("/a", languages=1))
