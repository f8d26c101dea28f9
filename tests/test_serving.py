"""`catalog serve` as a process: how it starts, stops, reads its settings again, and what slow or vast clients do to it."""

import contextlib
import hashlib
import http.client
import importlib.util
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from catalog import tokens
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
GRANIAN = pytest.param("granian", marks=pytest.mark.skipif(not importlib.util.find_spec("granian"), reason="granian is not here"))
BOTH = [GRANIAN, "waitress"]
LARGE = os.urandom(1_000_000) * 12
FILE = "/download/large/1/source/data/large.pdf"
SERVE = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]


@dataclass
class Served:
    """A running server."""

    process: subprocess.Popen
    port: int
    log: Path

    def connect(self, timeout: float = 20) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def get(self, path: str, timeout: float = 20, **headers: str) -> tuple[int, bytes]:
        connection = self.connect(timeout)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def raw(self, *parts: bytes) -> bytes:
        """What comes back for bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    connection.sendall(part)
            found = b""
            with contextlib.suppress(ConnectionError):
                while chunk := connection.recv(65_536):
                    found += chunk
            return found

    def processes(self) -> list[int]:
        """The children of the server that answer requests."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        found = [int(each) for task in tasks for each in task.read_text().split()]
        return [each for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]

    def lines(self) -> list[dict]:
        return [json.loads(each) for each in self.log.read_text(encoding="utf-8").splitlines() if each.startswith("{")]

    def ended(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)


@contextlib.contextmanager
def serving(settings: Settings, server: str, folder: Path, **changes: object) -> Iterator[Served]:
    """`catalog serve` on those settings, once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wanted = {
        "home": settings.home,
        "port": port,
        "base_url": settings.base_url,
        "server": server,
        "log_format": "json",
        **changes,
    }
    environment = os.environ | {f"CATALOG_{name.upper()}": str(value) for name, value in wanted.items() if value is not None}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    log = folder / f"{port}.log"
    with log.open("wb") as errors, subprocess.Popen(SERVE, env=environment, stdout=errors, stderr=errors, cwd=folder) as process:
        found = Served(process, port, log)
        try:
            until(lambda: quietly(found, "/readyz") == 200 or process.poll() is not None)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def quietly(served: Served, path: str) -> int:
    try:
        return served.get(path, timeout=5)[0]
    except (OSError, http.client.HTTPException):
        return 0


def until(true, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Settings:
    """A catalogue with a dataset that has a file of 12 MB; tests that write have a copy."""
    folder = tmp_path_factory.mktemp("published")
    settings = Settings(home=str(folder / "home"), base_url="https://data.example.jp")
    package = folder / "large"
    (package / "data").mkdir(parents=True)
    (package / "data/large.pdf").write_bytes(LARGE)
    resources = [{"name": "large", "path": "data/large.pdf", "title": "大きなファイル"}]
    (package / "datapackage.json").write_text(json.dumps({"name": "large", "resources": resources}), encoding="utf-8")
    with Store.open(settings) as store:
        publish(package, settings, store)
    return settings


@pytest.fixture(scope="module", params=BOTH)
def served(request, published, tmp_path_factory) -> Iterator[Served]:
    """A server that no test stops."""
    with serving(published, request.param, tmp_path_factory.mktemp("served"), trusted_proxies=1) as found:
        yield found


def test_a_server_answers_as_http_wants_it(served) -> None:
    connection = served.connect()
    for _twice in range(2):  # on one connection
        connection.request("HEAD", FILE)
        head = connection.getresponse()
        assert (head.status, head.headers["Content-Length"], head.read()) == (200, str(len(LARGE)), b"")
        connection.request("GET", FILE, headers={"Range": "bytes=1000000-1000009"})
        part = connection.getresponse()
        assert (part.status, part.read()) == (206, LARGE[1_000_000:1_000_010])
        connection.request("GET", FILE, headers={"If-None-Match": head.headers["ETag"]})
        unchanged = connection.getresponse()
        assert (unchanged.status, unchanged.read()) == (304, b"")
        connection.request("GET", "/catalog/dump.nt.gz")
        assert connection.getresponse().read()[:2] == b"\x1f\x8b"
        connection.request("GET", FILE)
        assert hashlib.sha256(connection.getresponse().read()).digest() == hashlib.sha256(LARGE).digest()
    connection.close()
    for asked in (
        b"GET /?q=" + b"x" * 10_000_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 1_000_000 + b"\r\nConnection: close\r\n\r\n",
    ):
        assert re.match(rb"HTTP/1.[01] (414|431) ", served.raw(asked))
    assert served.raw(b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert re.match(rb"HTTP/1.[01] 400 ", served.raw(b"\x00\x01 nonsense\r\n\r\n"))
    form = b"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    too_large = served.raw(form + b"Content-Length: 30000000\r\nConnection: close\r\n\r\n", *[b"x" * 1_000_000] * 30)
    assert b" 413 " in too_large[:20]
    assert b"upload-too-large" in too_large
    for size, path, method, status in ((30_000_000, "/check", "POST", 413), (40_000_000, "/api/v1/datasets/x", "PUT", 401)):
        connection = served.connect()
        form = {"Content-Type": "multipart/form-data; boundary=x"} if method == "POST" else {}
        connection.request(method, path, body=b"x" * size, headers=form)  # fails where the server closes before all is sent
        assert connection.getresponse().status == status
        connection.close()
    ids = [each["request"] for each in served.lines() if each["logger"] == "catalog.requests"]
    assert len(ids) == len(set(ids)) > 10


@pytest.mark.parametrize("server", BOTH)
def test_it_finishes_what_is_under_way_and_ends_well(published, server, tmp_path) -> None:
    with serving(published, server, tmp_path) as served:
        connection = served.connect()
        connection.request("GET", FILE)
        answer = connection.getresponse()
        body = answer.read(1_000)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: quietly(served, "/healthz") == 0)
        while chunk := answer.read(1_000_000):
            body += chunk
            time.sleep(0.02)
        assert body == LARGE
        connection.close()
        assert served.ended() == 0


@pytest.mark.parametrize("server", BOTH)
def test_nobody_who_is_slow_can_keep_it_from_ending(published, server, tmp_path) -> None:
    with serving(published, server, tmp_path, server_stop_seconds=2) as served, contextlib.ExitStack() as stack:
        slow(served, stack, f"GET {FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n", 5)
        slow(served, stack, "GET / HTTP/1.1\r\nHost: local", 5)
        time.sleep(0.5)
        begun = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.ended() == 0
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize("server", BOTH)
def test_ctrl_c_ends_it_without_a_trace(published, server, tmp_path) -> None:
    with serving(published, server, tmp_path, log_format="text") as served:
        for each in (served.process.pid, *served.processes()):  # a terminal tells every process in front of it
            os.kill(each, signal.SIGINT)
        assert served.ended() == 0
        assert "Traceback" not in served.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("server", BOTH)
def test_a_second_one_cannot_share_its_port(published, served, server) -> None:
    command = [*SERVE, "--home", published.home, "--port", str(served.port)]
    environment = os.environ | {"CATALOG_SERVER": server, "PYTHONPATH": os.pathsep.join(sys.path)}
    second = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert second.returncode == 2
    assert str(served.port) in second.stderr
    assert "Traceback" not in second.stderr
    assert second.stdout == ""


def slow(served: Served, stack: contextlib.ExitStack, asked: str, count: int) -> list[socket.socket]:
    """So many connections on which that was sent, and nothing follows."""
    found = []
    for _each in range(count):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        connection.connect(("127.0.0.1", served.port))
        stack.enter_context(connection)
        connection.sendall(asked.encode())
        found.append(connection)
    return found


def test_a_hundred_slow_clients_stop_nobody(served) -> None:
    form = "POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    form += "Content-Length: 999\r\n\r\n--x"
    for asked in ("GET / HTTP/1.1\r\nHost: localhost\r\nX: ", form, f"GET {FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        with contextlib.ExitStack() as stack:
            slow(served, stack, asked, 100)
            time.sleep(1)
            for _each in range(5):
                assert served.get("/ja/dataset/large", timeout=3)[0] == 200
            other = {"X-Forwarded-For": "192.0.2.1"}
            assert served.get(FILE, timeout=5, **other) == (200, LARGE)
        until(lambda: served.get(FILE)[0] == 200, 10)  # those who went away hold nothing any more


def test_a_long_upload_is_not_kept_in_memory(published, served) -> None:
    with Store.open(published) as store:
        secret, _token = tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="t")
    (answering,) = served.processes() or [served.process.pid]
    before = high_water(answering)
    connection = served.connect(60)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/zip"}
    body = (b"x" * 1_000_000 for _each in range(200))
    connection.request("PUT", "/api/v1/datasets/large", body=body, headers=headers, encode_chunked=True)
    assert connection.getresponse().status == 422
    connection.close()
    assert high_water(answering) - before < 60


def high_water(process: int) -> int:
    """The most memory that a process has held, in MB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) // 1000


@pytest.mark.parametrize("server", [GRANIAN])
def test_what_another_process_publishes_is_seen_at_once_by_every_worker(settings, package_folder, server, tmp_path) -> None:
    with Store.open(settings) as store:
        publish(package_folder("small"), settings, store)
        with serving(settings, server, tmp_path, server_workers=2) as served:
            assert len(served.processes()) == 2
            for version in range(2, 8):
                rows = "".join(f"A{each:02},{each}\n" for each in range(version))
                publish(package_folder("small", rows=rows), settings, store)
                for _each in range(8):
                    assert f"/download/small/{version}/".encode() in served.get("/ja/dataset/small")[1]
                    assert f"/download/small/{version}/".encode() in served.get("/catalog.ttl")[1]
                    assert served.get("/download/small/latest/stations.csv")[1].decode() == f"code,passengers\n{rows}"
            answered = {each["address"] for each in served.lines() if "address" in each}
            assert answered == {"127.0.0.1"}


@pytest.mark.parametrize("server", [GRANIAN])
def test_a_worker_that_dies_is_replaced(published, server, tmp_path) -> None:
    with serving(published, server, tmp_path, server_workers=2) as served:
        victims = served.processes()
        os.kill(victims[0], signal.SIGKILL)
        until(lambda: len(set(served.processes()) - {victims[0]}) == 2)
        until(lambda: quietly(served, "/readyz") == 200)
        assert any(each["level"] == "error" for each in served.lines())


@pytest.mark.parametrize("server", [GRANIAN])
def test_no_worker_outlives_the_server(published, server, tmp_path) -> None:
    with serving(published, server, tmp_path) as served:
        served.process.kill()
        until(lambda: quietly(served, "/healthz") == 0, 10)


@pytest.mark.parametrize("server", [GRANIAN])
def test_settings_are_read_again_while_it_serves(settings, package_folder, server, tmp_path) -> None:
    with Store.open(settings) as store:
        publish(package_folder("small"), settings, store)
    file = tmp_path / "catalog.toml"
    file.write_text('title_en = "Before"\n', encoding="utf-8")
    with serving(settings, server, tmp_path) as served:
        assert b"Before" in served.get("/en")[1]
        statuses: list[int] = []
        over = threading.Event()

        def ask() -> None:
            while not over.is_set():
                statuses.append(quietly(served, "/healthz"))
                time.sleep(0.01)

        asking = threading.Thread(target=ask)
        asking.start()
        file.write_text('title_en = "After"\n', encoding="utf-8")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: b"After" in served.get("/en")[1])
        until(lambda: len(served.processes()) == 1)
        assert b"After" in served.get("/en")[1]
        assert quietly(served, "/readyz") == 200
        file.write_text("title_en = 3\n", encoding="utf-8")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: any("stay as they were" in each["message"] for each in served.lines()))
        over.set()
        asking.join()
        assert b"After" in served.get("/en")[1]
        assert set(statuses) <= {200, 0}
        assert statuses.count(0) <= 1  # a connection that nobody had taken yet when the old process ended (docs/deployment.md)


@pytest.mark.parametrize("server", [GRANIAN])
def test_balancers_are_told_before_it_stops(published, server, tmp_path) -> None:
    with serving(published, server, tmp_path, server_drain_seconds=2) as served:
        begun = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        until(lambda: quietly(served, "/readyz") == 503, 2)
        assert served.get("/ja/dataset/large")[0] == 200
        assert served.ended() == 0
        assert time.monotonic() - begun > 2


@pytest.mark.parametrize("server", BOTH)
def test_a_store_that_cannot_be_opened_is_told_in_words(server, tmp_path) -> None:
    (tmp_path / "home").write_text("no folder", encoding="utf-8")
    environment = os.environ | {"CATALOG_SERVER": server, "CATALOG_PORT": "1024", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*SERVE, "--home", str(tmp_path / "home")], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


@pytest.mark.parametrize("server", [GRANIAN])
def test_a_publication_over_http_by_two_workers_at_once_keeps_every_version(settings, package_folder, server, tmp_path) -> None:
    with Store.open(settings) as store:
        secret, _token = tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="t")
    with serving(replace(settings), server, tmp_path, server_workers=2) as served:
        packages = [zipped(package_folder(f"small-{each % 2}", rows=f"A{each:02},{each}\n")) for each in range(6)]
        statuses: list[int] = []

        def send(number: int) -> None:
            connection = served.connect(60)
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/zip"}
            connection.request("PUT", f"/api/v1/datasets/small-{number % 2}", body=packages[number], headers=headers)
            statuses.append(connection.getresponse().status)
            connection.close()

        threads = [threading.Thread(target=send, args=(each,)) for each in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert set(statuses) <= {201, 409, 503}
        with Store.open(settings) as store:
            for name in ("small-0", "small-1"):
                numbers = [each.version for each in store.versions(name)]
                assert numbers == list(range(len(numbers), 0, -1))
            assert sum(len(store.versions(f"small-{each}")) for each in range(2)) == statuses.count(201) > 1
            assert {each.code for each in store.verify()} <= {"blob-orphan"}, "the bytes of those who came second"


def zipped(folder: Path) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(folder).as_posix())
    return written.getvalue()
