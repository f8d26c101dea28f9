"""Files made to harm, sent to be published: told what is wrong, in time and in memory, and nothing becomes of them."""

import io
import json
import logging
import os
import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from hostile_files import GOOD, HOSTILE, LARGE, STOPPED
from hypothesis import HealthCheck, given
from hypothesis import settings as cases
from hypothesis import strategies as st
from mutations import mutated_packages
from werkzeug.test import TestResponse

from catalog import tokens
from catalog.errors import CatalogError, StoreError
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app

SECONDS, MEMORY = 10, 512_000_000
CHECK_SECONDS = 6
_RARELY = 9
OURS = "catalog-"
"""How the names of our temporary folders begin."""
_OF_SERVER = re.compile(r"/tmp|/root|/home|/work|site-packages|catalog-upload|Traceback|\.py\b")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="memory is measured in forks")


class Catalogue(NamedTuple):
    """An application, its store, a token that may publish everything, and the home folder."""

    client: FlaskClient
    store: Store
    secret: str
    home: Path


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    settings = Settings(
        home=str(tmp_path_factory.mktemp("home")),
        rate_limit_writes="",
        publish_seconds=CHECK_SECONDS,
        check_seconds=CHECK_SECONDS,
        check_processes=1,
    )
    with Store.open(settings) as store:
        app = create_app(settings, store)
        secret = tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="cli:test")[0]
        client = app.test_client()
        client.put("/api/v1/datasets/warm", data=b"", headers={"Authorization": f"Bearer {secret}"})
        client.post("/check", data={"file": (io.BytesIO(b"a\n1\n"), "warm.csv")})
        yield Catalogue(client, store, secret, Path(settings.home))
        for each in ("publishing-sandbox", "sandbox"):
            app.extensions[each].close()


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this process puts what it needs for a moment; what its children need is elsewhere."""
    return tmp_path_factory.mktemp("temporary")


class Sender:
    """Sends a file in each of the ways that there are, and sees that the answer keeps the bounds."""

    def __init__(self, catalogue: Catalogue, caplog: pytest.LogCaptureFixture, temporary: Path) -> None:
        self.client, self.store, self.secret, self.home = catalogue
        self.caplog, self.temporary = caplog, temporary

    def __call__(self, way: str, data: bytes | None, name: str = "x.zip", **form: str) -> TestResponse:
        self.caplog.clear()
        before = self.state()
        begin = time.monotonic()
        answer = self.form(data, name, **form) if way == "form" else self.api(way, data)
        assert time.monotonic() - begin < SECONDS
        peaks = [int(each.args[2]) for each in self.caplog.records if "peak" in each.msg]  # type: ignore[index,arg-type]
        assert all(peak < MEMORY for peak in peaks)
        assert not _OF_SERVER.search(answer.text.partition("<main")[2] if way == "form" else answer.text)
        assert "root:" not in answer.text
        assert not [each for each in self.temporary.iterdir() if each.name.startswith(OURS)], "nothing of it stays"
        if answer.status_code not in (200, 201):
            assert answer.mimetype == ("text/html" if way == "form" else "application/problem+json")
            assert self.state() == before
        return answer

    def api(self, way: str, data: bytes | None) -> TestResponse:
        dry = way == "validate"
        return self.client.open(
            "/api/v1/datasets/hostile" + ("/validate" if dry else ""),
            method="POST" if dry else "PUT",
            data=data,
            content_type="application/zip",
            headers={"Authorization": f"Bearer {self.secret}"},
        )

    def form(self, data: bytes | None, name: str, **form: str) -> TestResponse:
        """As a browser sends it; written out, for the client keeps long bodies in files that nobody closes."""
        mark = b"--" + uuid.uuid4().hex.encode()
        told = {"token": self.secret, **form}
        parts = [f'Content-Disposition: form-data; name="{each}"\r\n\r\n{text}'.encode() for each, text in told.items()]
        if data is not None:
            parts.append(f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + data)
        body = b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + b"--\r\n"
        kind = f"multipart/form-data; boundary={mark[2:].decode()}"
        return self.client.post("/ja/publish", data=body, content_type=kind, headers={"Accept": "text/html"})

    def held(self) -> set[Path]:
        """What waits for the word of its sender."""
        return set((self.home / "cache").rglob("*.zip"))

    def state(self) -> tuple[object, ...]:
        return self.store.position(), set(self.store.files.all()), self.held()


@pytest.fixture
def send(catalogue, caplog: pytest.LogCaptureFixture, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> Sender:
    caplog.set_level(logging.DEBUG, "catalog.sandbox")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return Sender(catalogue, caplog, temporary)


def told(answer: TestResponse) -> set[str]:
    """The codes of what is wrong."""
    if answer.mimetype == "text/html":
        return set(re.findall(r'<code class="second">([^<]+)</code>', answer.text))
    return {each["code"] for each in answer.json.get("errors", ())} | {answer.json["code"]}


ARCHIVES = {"zip-invalid", "zip-bomb", "package-too-large", "descriptor-missing"}
"""What is told of a workbook or a text that was sent where only a zip is taken."""


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', page))


WAYS = [
    (case, way)
    for number, case in enumerate(HOSTILE)
    for way in ("PUT", "form", *(["validate"] if number % _RARELY == 0 else []))
]
"""``validate`` is ``PUT`` but for its end, which none of them comes to."""


@pytest.mark.parametrize(("case", "way"), WAYS)
def test_a_hostile_file_is_not_published(case: str, way: str, send: Sender) -> None:
    name, make, code = HOSTILE[case]
    answer = send(way, make(), name)
    assert answer.status_code == 422, answer.text
    opened = name.endswith(".zip") or (way == "form" and name.endswith(".xlsx"))
    assert told(answer) & ({code, "clean-workbook-bomb"} if opened else ARCHIVES)
    assert "sandbox-died" not in told(answer)
    assert "held" not in hidden(answer.text)


@pytest.mark.parametrize("case", [each for each, (name, _make, _code) in HOSTILE.items() if name.endswith(".xlsx")])
def test_a_hostile_template_is_not_published(case: str, send: Sender) -> None:
    name, make, code = HOSTILE[case]
    answer = send("form", make(), name, standard="public-toilet")
    assert answer.status_code == 422, answer.text
    assert code in told(answer)


@pytest.mark.parametrize("case", ["a zip of zeros", "fields that are paths", "a path of the server", "jokes in a sheet"])
def test_what_waited_is_opened_as_carefully_as_what_is_sent(case: str, send: Sender) -> None:
    """Whoever could put another file in its place has gained nothing."""
    shown = send("form", GOOD["a package"][1]())
    assert shown.status_code == 200, shown.text
    form = hidden(shown.text)
    [waits] = [each for each in send.held() if form["held"] in each.name]
    waits.write_bytes(HOSTILE[case][1]())
    answer = send("form", None, **form)
    assert answer.status_code == 422, answer.text
    assert HOSTILE[case][2] in told(answer)
    waits.unlink()


@pytest.mark.parametrize("way", ["validate", "form"])
@pytest.mark.parametrize("case", [*STOPPED, *(each for each, (name, _make) in LARGE.items() if name.endswith(".zip"))])
def test_what_never_ends_is_stopped(case: str, way: str, send: Sender) -> None:
    answer = send(way, STOPPED[case]() if case in STOPPED else LARGE[case][1]())
    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize("way", ["validate", "form"])
@pytest.mark.parametrize("case", [each for each, (name, _make) in GOOD.items() if name.endswith(".zip")])
def test_a_good_package_is_published(case: str, way: str, send: Sender) -> None:
    answer = send(way, GOOD[case][1]())
    assert answer.status_code == 200
    assert way == "validate" or send.held()


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
