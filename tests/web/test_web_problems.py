"""What goes wrong is told in one form, in the reader's language, and never as our own failure."""

import logging

import pytest
from flask import Flask

from catalog import errors
from catalog.errors import CatalogError
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import MAX_ADDRESS, MAX_BODY, create_app
from catalog.web.problems import STATUSES

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_unknown_dataset_is_a_problem_for_programs_and_a_page_for_people(read, language: str) -> None:
    problem = read("/dataset/nothing", accept_language=language)
    assert (problem.status, problem.headers["Content-Type"]) == (404, "application/problem+json")
    assert set(problem.json) == {"type", "title", "status", "detail", "code"}
    assert (problem.json["status"], problem.json["code"]) == (404, "dataset-unknown")
    assert "nothing" in problem.json["detail"]
    page = read("/dataset/nothing", accept=BROWSER, accept_language=language)
    assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert f'<html lang="{language}">' in page.text
    assert problem.json["title"] in page.text
    for answer in (problem, page):
        assert answer.headers["Cache-Control"] == "no-store"
        assert {"Accept", "Accept-Language"} <= {each.strip() for each in answer.headers["Vary"].split(",")}
        assert answer.headers["Content-Language"] == language
        assert "ETag" not in answer.headers


def test_the_address_decides_the_language_of_an_error(read) -> None:
    assert read("/ja/nothing", accept_language="en").json["title"] == "見つかりません"
    assert read("/en/nothing", accept_language="ja").json["title"] == "Not found"
    assert '<html lang="ja">' in read("/ja/dataset/nothing", accept=BROWSER, accept_language="en").text


@pytest.mark.parametrize(
    "accept", ["*/*", "", "application/json", "text/turtle", "application/problem+json, text/html", "text/html;q=0.5, */*"]
)
def test_a_page_is_only_for_those_who_want_one_most(read, accept: str) -> None:
    assert read("/nothing", accept=accept).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/dataset/stations", "/download/stations/1/stations.csv", "/en/datasets"])
def test_everything_is_read_only(read, method: str, path: str) -> None:
    answer = read(path, method=method)
    assert (answer.status, answer.json["code"]) == (405, "method-not-allowed")
    assert {"GET", "HEAD", "OPTIONS"} == {each.strip() for each in answer.headers["Allow"].split(",")}


def test_other_origins_may_read_everything(read) -> None:
    for path in ("/dataset/stations.json", "/download/stations/1/stations.csv", "/nothing", "/catalog.ttl?x=1"):
        headers = read(path, origin="https://app.example").headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert {"ETag", "Link", "Content-Range", "Content-Disposition"} <= set(
            headers["Access-Control-Expose-Headers"].split(", ")
        )
    asked = read("/download/stations/1/stations.csv", method="OPTIONS", origin="https://app.example")
    assert asked.status == 200
    assert "Range" in asked.headers["Access-Control-Allow-Headers"].split(", ")
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/", "/dataset/stations", "/dataset/stations.ttl", "/nothing", "/static/style.css", "/healthz"])
def test_every_answer_has_its_guards(read, path: str) -> None:
    headers = read(path, accept=BROWSER).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Set-Cookie" not in headers


def test_what_is_too_long_is_refused(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/datasets?after=" + "a" * MAX_ADDRESS).json["code"] == "address-too-long"
    assert client.get("/dataset/" + "a" * MAX_ADDRESS).status_code == 414
    assert client.get("/", data=b"x" * (MAX_BODY + 1)).status_code == 413
    assert client.get("/", data=b"x" * MAX_BODY).status_code == 200


def test_the_table_of_statuses_is_in_order_and_complete() -> None:
    for index, (kind, _status) in enumerate(STATUSES):
        assert not any(issubclass(kind, earlier) for earlier, _ in STATUSES[:index]), "an earlier row would hide it"
    told = {kind for kind, _ in STATUSES}
    tree = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, CatalogError)}
    assert tree - {CatalogError, errors.SettingsError} == {each for each in tree if any(issubclass(each, kind) for kind in told)}


def test_a_mistake_of_ours_tells_nothing_and_is_logged(
    settings: Settings, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, store)

    def broken() -> None:
        raise RuntimeError("/srv/secret/path")

    app.add_url_rule("/broken", view_func=broken)
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/broken", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert b"secret" not in answer.data
    assert "/srv/secret/path" in caplog.text


def test_a_store_that_cannot_be_read_is_unavailable(settings: Settings, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(settings, store).test_client()
    stored = store.latest("stations").file("stations.csv")
    assert stored is not None
    sha256 = stored.sha256
    store.files.delete(sha256)
    answer = client.get("/download/stations/1/stations.csv")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert sha256.encode() not in answer.data
    assert sha256 in caplog.text
    assert client.get("/dataset/stations").status_code == 200
