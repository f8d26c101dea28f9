"""Which server to put under the catalogue: gunicorn, granian or waitress, with the real application and a real store.

python scripts/bench_server.py [NAME …]        names of `SERVERS`; all of them where none is given

Publishes small datasets and one with a file of 50 MB into a temporary folder, starts each server on it in turn and prints
a table: pages, feed pages, 304s, downloads whole and in ranges, 200 connections, slow clients of three kinds, requests that
are too large, a stop and a reload in the middle of downloads. CPU is that of all processes of the server. Every body that is
said to be whole is compared with the SHA-256 of what was published. The servers are installed into .bench/servers, beside
no environment of the product. Needs Linux: it reads /proc.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".bench/servers"
PINNED = ("gunicorn==27.0.1", "granian==2.8.7", "waitress==3.0.2")
SECONDS = 3.0
"""How long each kind of load lasts."""
PATIENCE = 20
"""Seconds after which an answer is counted as missing."""
FILE = 50_000_000
SLOW = 100
"""Slow clients at a time."""
TICKS = os.sysconf("SC_CLK_TCK")
APP = "bench_server_app:application"
OK, CACHED, PART = 200, 304, 206


def _gunicorn(port: int, workers: int, threads: int) -> list[str]:
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", str(threads), "--worker-class", "gthread"]
    return [sys.executable, "-m", "gunicorn", *options, "--graceful-timeout", "15", "--log-level", "error", f"{APP}()"]


def _granian(port: int, workers: int, threads: int) -> list[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)]
    more = ["--workers-kill-timeout", "15", "--log-level", "error", "--factory"]
    return [sys.executable, "-m", "granian", "--interface", "wsgi", *options, *more, APP]


def _waitress(port: int, _workers: int, threads: int) -> list[str]:
    options = [f"--listen=127.0.0.1:{port}", f"--threads={threads}", "--connection-limit=1000", "--asyncore-use-poll"]
    return [sys.executable, "-m", "waitress", *options, "--call", APP]


def _catalog(port: int, workers: int, threads: int) -> list[str]:
    os.environ |= {"CATALOG_SERVER_WORKERS": str(workers), "CATALOG_SERVER_THREADS": str(threads), "CATALOG_PORT": str(port)}
    return [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]


SERVERS: dict[str, tuple[Callable[[int, int, int], list[str]], int, int]] = {
    "gunicorn 1x8": (_gunicorn, 1, 8),
    "gunicorn 2x8": (_gunicorn, 2, 8),
    "waitress 1x8": (_waitress, 1, 8),
    "granian 1x8": (_granian, 1, 8),
    "granian 2x8": (_granian, 2, 8),
    "granian 1x32": (_granian, 1, 32),
    "catalog serve": (_catalog, 1, 32),
    "catalog serve, 2 workers": (_catalog, 2, 32),
}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back. ``whole``: as many bytes as were announced."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool


@dataclasses.dataclass(frozen=True)
class Site:
    """A running server, and what is known about the bytes that it serves."""

    process: subprocess.Popen[bytes]
    port: int
    file: str
    sha256: str
    """Of the file of 50 MB."""

    async def connect(self, buffer: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection; ``buffer`` limits what the kernel takes in for us."""
        found = socket.socket()
        if buffer:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        found.setblocking(False)
        await asyncio.get_running_loop().sock_connect(found, ("127.0.0.1", self.port))
        return await asyncio.open_connection(sock=found, limit=1 << 20)

    def pids(self) -> list[int]:
        """The server's processes."""
        found = [self.process.pid]
        for each in found:
            for task in Path(f"/proc/{each}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found += [int(child) for child in task.read_text().split()]
        return found

    def cpu(self) -> float:
        """CPU seconds of all of them up to now."""
        spent = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                spent += int(fields[11]) + int(fields[12])
        return spent / TICKS

    def memory(self) -> float:
        """The memory of all of them, in MB."""
        held = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
                held += int(found[1]) if found else 0
        return held / 1000


def request(path: str, headers: str = "") -> bytes:
    """A GET of HTTP/1.1 on a connection that stays."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()


async def answer(reader: asyncio.StreamReader) -> Answer:
    """Read one answer. Raises EOFError, OSError where there is none."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    status = int(head[0].split()[1])
    chunks: list[bytes] = []
    whole = True
    if status != CACHED:
        try:
            async for chunk in _chunks(reader, headers):
                chunks.append(chunk)  # noqa: PERF401  what came before it broke off is wanted too
        except (EOFError, OSError):
            whole = False
    return Answer(status, headers, b"".join(chunks), whole)


async def _chunks(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readuntil(b"\r\n"), 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return
    left = int(headers.get("content-length", 0))
    while left:
        chunk = await reader.read(min(left, 1 << 20))
        if not chunk:
            raise EOFError
        left -= len(chunk)
        yield chunk


@dataclasses.dataclass
class Load:
    """What some clients met: seconds of each good answer, and how many were none."""

    seconds: list[float] = dataclasses.field(default_factory=list)
    bad: int = 0
    bytes: int = 0

    def told(self, site: Site, cpu: float, elapsed: float) -> str:
        """One cell of the table."""
        count = max(1, len(self.seconds))
        spent = (site.cpu() - cpu) * 1000 / count
        if not self.seconds:
            return f"none, {self.bad} bad"
        worst = sorted(self.seconds)[int(len(self.seconds) * 0.99) - 1]
        bad = f", {self.bad} BAD" if self.bad else ""
        size = f", {self.bytes / elapsed / 1e6:,.0f} MB/s" if self.bytes / elapsed > 1e7 else ""  # noqa: PLR2004  worth telling
        middle = statistics.median(self.seconds)
        return f"{count / elapsed:,.0f}/s, {spent:.2f} CPU ms, p50 {middle * 1000:.1f} p99 {worst * 1000:.0f} ms{size}{bad}"


async def _client(site: Site, asked: bytes, good: Callable[[Answer], bool], load: Load, until: float) -> None:
    reader = writer = None
    while time.monotonic() < until:
        begun = time.monotonic()
        try:
            if writer is None:
                reader, writer = await asyncio.wait_for(site.connect(), PATIENCE)
            assert reader is not None, "it comes with the writer"
            writer.write(asked)
            got = await asyncio.wait_for(answer(reader), PATIENCE)
        except (OSError, EOFError, TimeoutError):
            load.bad += 1
            writer = None
            await asyncio.sleep(0.01)
            continue
        if got.whole and good(got):
            load.seconds.append(time.monotonic() - begun)
            load.bytes += len(got.body)
        else:
            load.bad += 1
        if not got.whole or got.headers.get("connection") == "close":
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def loaded(
    site: Site, clients: int, path: str, headers: str = "", good: Callable[[Answer], bool] = lambda each: each.status == OK
) -> str:
    """So many clients ask for one address, again and again."""
    load, cpu, begun = Load(), site.cpu(), time.monotonic()
    asked = request(path, headers)
    await asyncio.gather(*(_client(site, asked, good, load, begun + SECONDS) for _each in range(clients)))
    return load.told(site, cpu, time.monotonic() - begun)


async def whole_file(site: Site) -> str:
    """Four clients take the file of 50 MB."""
    known = site.sha256
    return await loaded(site, 4, site.file, good=lambda got: hashlib.sha256(got.body).hexdigest() == known)


async def ranges(site: Site) -> str:
    """Eight clients take one MB out of its middle."""
    wanted = f"bytes 20000000-20999999/{FILE}"
    return await loaded(
        site,
        8,
        site.file,
        "Range: bytes=20000000-20999999\r\n",
        lambda got: got.status == PART and got.headers["content-range"] == wanted and len(got.body) == 1_000_000,  # noqa: PLR2004
    )


async def unchanged(site: Site) -> str:
    """Sixteen clients that have the page already."""
    reader, writer = await site.connect()
    writer.write(request("/ja/dataset/bench-1"))
    tag = (await answer(reader)).headers["etag"]
    writer.close()
    return await loaded(site, 16, "/ja/dataset/bench-1", f"If-None-Match: {tag}\r\n", lambda got: got.status == CACHED)


async def beside(site: Site, slow: Callable[[Site, float], Awaitable[None]]) -> str:
    """Four clients ask for a page while slow ones hold their connections."""
    until = time.monotonic() + SECONDS + 1
    nuisances = [asyncio.ensure_future(slow(site, until)) for _each in range(SLOW)]
    await asyncio.sleep(1)
    told = await loaded(site, 4, "/ja/dataset/bench-1")
    for each in nuisances:
        each.cancel()
    await asyncio.gather(*nuisances, return_exceptions=True)
    await asyncio.sleep(0.5)
    return told


async def slow_head(site: Site, until: float) -> None:
    """Slowloris: a header that never ends."""
    _reader, writer = await site.connect()
    writer.write(b"GET /ja/dataset/bench-1 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    while time.monotonic() < until and not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.3)
    writer.close()


async def slow_body(site: Site, until: float) -> None:
    """A form whose file comes a byte at a time."""
    _reader, writer = await site.connect()
    writer.write(
        b"POST /check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 1000000\r\n\r\n"
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    )
    while time.monotonic() < until and not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.3)
    writer.close()


async def slow_reading(site: Site, until: float) -> None:
    """A download that is hardly read."""
    reader, writer = await site.connect(buffer=8192)
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport can
    writer.write(request(site.file))
    await asyncio.sleep(until - time.monotonic())
    del reader
    writer.close()


async def too_large(site: Site, asked: bytes) -> str:
    """What becomes of a request that is far too large."""
    reader, writer = await site.connect()
    try:
        writer.write(asked)
        got = await asyncio.wait_for(answer(reader), 5)
    except (OSError, EOFError) as error:
        return f"{type(error).__name__} (no answer)"
    except TimeoutError:
        return "no answer in 5 s"
    finally:
        writer.close()
    return f"{got.status}"


async def under_way(site: Site, number: int) -> str:
    """Six downloads at about 20 MB/s each meet a signal after half a second: how many are whole, and when all is over."""

    async def paced() -> bool:
        reader, writer = await site.connect()
        writer.write(request(site.file))
        digest = hashlib.sha256()
        size = 0
        await reader.readuntil(b"\r\n\r\n")
        while size < FILE and (chunk := await reader.read(1 << 18)):
            digest.update(chunk)
            size += len(chunk)
            await asyncio.sleep(len(chunk) / 20e6)
        writer.close()
        return digest.hexdigest() == site.sha256

    load, asked = Load(), request("/ja/dataset/bench-1")
    tasks = [asyncio.ensure_future(paced()) for _each in range(6)]
    steady = None
    if number == signal.SIGHUP:
        pages = [_client(site, asked, lambda got: got.status == OK, load, time.monotonic() + 9) for _each in range(4)]
        steady = asyncio.gather(*pages)
    await asyncio.sleep(0.5)
    site.process.send_signal(number)
    begun = time.monotonic()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    whole = f"{results.count(True)} of 6 whole"
    if steady is not None:
        await steady
        return f"{whole}; pages beside: {len(load.seconds)} good, {load.bad} bad"
    with contextlib.suppress(subprocess.TimeoutExpired):
        await asyncio.to_thread(site.process.wait, 20)
    return f"{whole}; exit {site.process.poll()} after {time.monotonic() - begun:.1f} s"


CASES: dict[str, Callable[[Site], Awaitable[str]]] = {
    "page, 16 clients": lambda site: loaded(site, 16, "/ja/dataset/bench-1"),
    "feed page, 16 clients": lambda site: loaded(site, 16, "/catalog.ttl"),
    "304, 16 clients": unchanged,
    "page, 200 clients": lambda site: loaded(site, 200, "/ja/dataset/bench-1"),
    "50 MB whole, 4 clients": whole_file,
    "1 MB of it, 8 clients": ranges,
    "page beside 100 slow headers": lambda site: beside(site, slow_head),
    "page beside 100 slow bodies": lambda site: beside(site, slow_body),
    "page beside 100 slow readers": lambda site: beside(site, slow_reading),
    "query of 10 MB": lambda site: too_large(site, request("/?q=" + "x" * 10_000_000)),
    "header of 1 MB": lambda site: too_large(site, request("/", f"X-Large: {'x' * 1_000_000}\r\n")),
    "reload (SIGHUP)": lambda site: under_way(site, signal.SIGHUP),
    "stop (SIGTERM)": lambda site: under_way(site, signal.SIGTERM),
}


def prepare(folder: Path) -> tuple[Settings, str]:
    """A catalogue of 30 datasets, one of them with a file of 50 MB; the SHA-256 of that file."""
    settings = Settings(home=str(folder / "home"), base_url="http://127.0.0.1:8000")
    blob = os.urandom(1_000_000) * (FILE // 1_000_000)
    with Store.open(settings) as store:
        for number in range(1, 31):
            package = folder / f"bench-{number}"
            (package / "data").mkdir(parents=True)
            rows = "".join(f"{each},{each * 3},駅{each}\n" for each in range(100))
            (package / "data/rows.csv").write_text(f"id,count,name\n{rows}", encoding="utf-8")
            if number == 1:
                (package / "data/large.pdf").write_bytes(blob)
            (package / "datapackage.json").write_text(_descriptor(package.name, large=number == 1), encoding="utf-8")
            publish(package, settings, store)
    return settings, hashlib.sha256(blob).hexdigest()


def _descriptor(name: str, *, large: bool) -> str:
    fields = [
        {"name": each, "type": kind, "title": each, "description": f"試験の項目 {each}"}
        for each, kind in (("id", "integer"), ("count", "integer"), ("name", "string"))
    ]
    resources = [{"name": "rows", "path": "data/rows.csv", "schema": {"fields": fields, "primaryKey": ["id"]}}]
    resources += [{"name": "large", "path": "data/large.pdf", "title": "大きなファイル"}] if large else []
    return json.dumps({"name": name, "resources": resources})


@contextlib.contextmanager
def served(command: list[str], settings: Settings, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server, while it runs."""
    path = os.pathsep.join([str(ROOT), str(PLACE), str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"CATALOG_HOME": settings.home, "CATALOG_BASE_URL": settings.base_url, "PYTHONPATH": path}
    environment["CATALOG_PORT"] = str(port)
    log = Path(settings.home).parent / "server.log"
    with log.open("ab") as errors, subprocess.Popen(command, env=environment, stdout=errors, stderr=errors) as process:
        try:
            for _attempt in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def install() -> None:
    """The servers at their pinned versions, where they are not there yet."""
    stamp = PLACE / "pinned.txt"
    if not stamp.exists() or stamp.read_text() != " ".join(PINNED):
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(PLACE), *PINNED], check=True
        )
        stamp.write_text(" ".join(PINNED))


async def measured(site: Site) -> dict[str, str]:
    """Every case on one server, in their order: the last one stops it."""
    await loaded(site, 4, "/ja/dataset/bench-1")
    rested = site.memory()
    told = {}
    for name, case in CASES.items():
        told[name] = await case(site)
        print(f"    {name:32} {told[name]}", flush=True)
        if name.startswith("page beside 100 slow readers"):
            print(f"    {'memory':32} {rested:.0f} MB after pages, {site.memory():.0f} MB after slow clients", flush=True)
    return told


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(*names: str) -> int:
    """Install, prepare, measure, print."""
    install()
    with tempfile.TemporaryDirectory(prefix="bench-server-") as folder:
        settings, sha256 = prepare(Path(folder))
        for name in names or SERVERS:
            command, workers, threads = SERVERS[name]
            port = free_port()
            print(f"{name} (load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", flush=True)
            with served(command(port, workers, threads), settings, port) as process:
                site = Site(process, port, "/download/bench-1/1/source/data/large.pdf", sha256)
                asyncio.run(measured(site))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
