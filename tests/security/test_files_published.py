"""Files made to harm, sent to be published: told what is wrong, in time and in memory, and nothing becomes of them."""

import json
import logging
import os
import re
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from hostile_files import GOOD, HOSTILE, LARGE, STOPPED
from hypothesis import HealthCheck, given
from hypothesis import settings as cases
from hypothesis import strategies as st
from mutations import mutated_packages

from catalog import tokens
from catalog.errors import CatalogError, StoreError
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

SECONDS, MEMORY = 10, 512_000_000
CHECK_SECONDS = 6
_OF_SERVER = re.compile(r"/tmp|/root|/home|/work|site-packages|catalog-upload|Traceback|\.py\b")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="memory is measured in forks")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FlaskClient, Store, str]]:
    settings = Settings(home=str(tmp_path_factory.mktemp("home")), rate_limit_writes="", publish_seconds=CHECK_SECONDS)
    with Store.open(settings) as store:
        app = create_app(settings, store)
        secret = tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="cli:test")[0]
        client = app.test_client()
        client.put("/api/v1/datasets/warm", data=b"", headers={"Authorization": f"Bearer {secret}"})
        yield client, store, secret
        for each in ("publishing-sandbox", "sandbox"):
            app.extensions[each].close()


@pytest.fixture
def send(catalogue, caplog: pytest.LogCaptureFixture):
    """What sends a file to be published, and sees that the answer keeps the bounds."""
    client, store, secret = catalogue
    caplog.set_level(logging.DEBUG, "catalog.sandbox")

    def put(data: bytes, name: str = "hostile", *, dry: bool = False):
        caplog.clear()
        before, files = store.position(), set(store.files.all())
        begin = time.monotonic()
        address = f"/api/v1/datasets/{name}" + ("/validate" if dry else "")
        answer = client.open(
            address,
            method="POST" if dry else "PUT",
            data=data,
            content_type="application/zip",
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert time.monotonic() - begin < SECONDS
        peaks = [int(each.args[2]) for each in caplog.records if "peak" in each.msg]
        assert all(peak < MEMORY for peak in peaks)
        assert not _OF_SERVER.search(answer.text)
        assert "root:" not in answer.text
        if answer.status_code not in (200, 201):
            assert answer.mimetype == "application/problem+json"
            assert (store.position(), set(store.files.all())) == (before, files)
        return answer

    return put


def told(answer) -> set[str]:
    return {each["code"] for each in answer.json.get("errors", ())} | {answer.json["code"]}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_not_published(case: str, send) -> None:
    name, make, code = HOSTILE[case]
    answer = send(make())
    assert answer.status_code == 422, answer.text
    archives = {"zip-invalid", "zip-bomb", "package-too-large", "descriptor-missing"}
    known = {code, "clean-workbook-bomb"} if name.endswith(".zip") else archives
    assert told(answer) & known


@pytest.mark.parametrize("case", [each for number, each in enumerate(HOSTILE) if number % 9 == 0])
def test_nor_is_it_in_a_dry_run(case: str, send) -> None:
    assert send(HOSTILE[case][1](), dry=True).status_code == 422


@pytest.mark.parametrize("case", [*STOPPED, *(each for each, (name, _make) in LARGE.items() if name.endswith(".zip"))])
def test_what_never_ends_is_stopped(case: str, send) -> None:
    answer = send(STOPPED[case]() if case in STOPPED else LARGE[case][1](), dry=True)
    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize("case", [each for each, (name, _make) in GOOD.items() if name.endswith(".zip")])
def test_a_good_package_is_published(case: str, send) -> None:
    assert send(GOOD[case][1](), dry=True).status_code == 200


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Settings]]:
    settings = Settings(home=str(tmp_path_factory.mktemp("mutated")), base_url="https://data.example.jp")
    with Store.open(settings) as store:
        yield store, settings


def mutate(victim: tuple[Store, Settings], tmp_path_factory: pytest.TempPathFactory, examples: int) -> None:
    """Publish mutations of a valid package in this process: only what has a code may be raised, and nothing be half there."""
    store, settings = victim
    folder = tmp_path_factory.mktemp("mutations")

    @cases(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(data=mutated_packages(), number=st.integers(0, 9))
    def publishes(data: bytes, number: int) -> None:
        path = folder / f"{number}.zip"
        path.write_bytes(data)
        before = store.position()
        try:
            publish(path, settings, store)
        except StoreError as error:
            raise AssertionError(f"the store is not to blame: {error}") from error
        except CatalogError as error:
            assert store.position() == before
            json.dumps([str(each) for each in getattr(error, "findings", ())])

    publishes()
    assert [each for each in store.verify() if each.severity != "note"] == []


def test_a_mutated_package_is_published_or_refused(victim, tmp_path_factory: pytest.TempPathFactory) -> None:
    mutate(victim, tmp_path_factory, 40)


@pytest.mark.long
def test_many_mutated_packages_are_published_or_refused(victim, tmp_path_factory: pytest.TempPathFactory) -> None:
    mutate(victim, tmp_path_factory, 3_000)
