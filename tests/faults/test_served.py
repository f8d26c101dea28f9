"""A running server: readers while it publishes, and kill -9 in the middle of what it publishes."""

import contextlib
import http.client
import importlib.util
import json
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
from harness import count

from catalog import tokens
from catalog.settings import Settings
from catalog.store import Store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
SCRIPT = Path(__file__).resolve().parents[2] / "scripts/bench_readers.py"
SHORT, LONG = 2, 60
"""Kills of a server."""


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_readers", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readers_while_somebody_publishes(bench, tmp_path: Path) -> None:
    seen, _spent = bench.measure(tmp_path, readers=12, seconds=4, publishers=2)
    assert seen.torn == []
    assert set(seen.statuses) <= {200, 304, 429}
    assert {name for name, _version in seen.published} == {bench.named(0), bench.named(1)}
    assert len(seen.published) > 3
    for status, times in seen.statuses.items():
        count("12 readers", "two publish", str(status), times)


class Publisher(threading.Thread):
    """Publishes over HTTP until the server is gone; remembers what it was promised."""

    def __init__(self, bench, port: int, secret: str, version: int) -> None:
        super().__init__()
        self.bench, self.port, self.secret, self.version = bench, port, secret, version
        self.acknowledged: list[int] = []

    def run(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            while True:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/zip"}
                body = self.bench.package(self.version + len(self.acknowledged) + 1_000 * random.randrange(1, 9))
                connection.request("PUT", f"/api/v1/datasets/{self.bench.NAME}", body, headers)
                answer = connection.getresponse()
                told = json.loads(answer.read())
                connection.close()
                if answer.status in (200, 201):
                    self.acknowledged.append(told["version"])


def killed(bench, folder: Path, times: int) -> None:
    settings = Settings(home=str(folder / "home"))
    with Store.open(settings) as store:
        secret = tokens.create(store, publisher="270008", actions=["publish"], label="", days=1, actor="cli:faults")[0]
    chance, promised = random.Random(8), 0
    for _again in range(times):
        with bench.served(settings.home, folder) as (port, process):
            publisher = Publisher(bench, port, secret, promised)
            publisher.start()
            until = time.monotonic() + 30
            while not publisher.acknowledged and time.monotonic() < until:
                time.sleep(0.02)
            assert publisher.acknowledged, "the next publication works"
            time.sleep(chance.uniform(0, 0.5))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            publisher.join()
        with Store.open(settings) as store:
            latest = store.latest(bench.NAME).version
            assert latest >= max(publisher.acknowledged), "acknowledged, and lost"
            assert latest <= max(publisher.acknowledged) + 1, "one was on its way"
            assert [each.version for each in store.versions(bench.NAME)] == list(range(latest, 0, -1))
            assert [each for each in store.verify() if each.severity != "note"] == []
        promised = latest
        ended = "all acknowledged visible" if latest == max(publisher.acknowledged) else "and one more, done but not told"
        count("PUT to a server", "kill -9 of the server", ended)


def test_a_killed_server_has_lost_nothing(bench, tmp_path: Path) -> None:
    killed(bench, tmp_path, SHORT)


@pytest.mark.long
def test_a_server_killed_many_times_has_lost_nothing(bench, tmp_path: Path) -> None:
    killed(bench, tmp_path, LONG)
