"""The list of page types is whole: every view that answers people is in it, and its addresses lead to these views."""

import page_types
import pytest

from catalog.addresses import Addresses
from catalog.settings import Settings
from catalog.web import create_app

NO_PAGES = {
    "atom.datasets",
    "badges.badge",
    "cards.card",
    "pages.distribution",
    "pages.part",
    "pages.service",
    "searching.description",
    "searching.suggest",
    "searching.suggest_to_browser",
    "snippets.snippets",
    "templates.template",
    "versionfeed.versions",
}
"""Views with a twin in each language that answer with a feed, a picture, JSON, a workbook or a redirect."""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(Settings(home=str(tmp_path_factory.mktemp("routes"))))


def test_every_view_for_people_is_listed(app):
    fixed = {
        rule.endpoint.removeprefix("fixed-")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("fixed-") and "GET" in rule.methods
    }
    assert {each.endpoint for each in page_types.PAGES if each.endpoint} == fixed - NO_PAGES
    assert fixed >= NO_PAGES


@pytest.mark.parametrize("each", page_types.PAGES, ids=lambda each: each.name)
def test_an_address_leads_to_the_view_that_is_named(app, subjects, each):
    path = each.path(Addresses(), subjects)
    endpoint, _values = app.url_map.bind("localhost").match(path.partition("?")[0])
    assert not each.endpoint or endpoint == each.endpoint
