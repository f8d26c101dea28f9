"""What the feed costs: making it, walking it over HTTP, walking it again, publishing one more dataset beside all others.

python scripts/bench_feed.py [DATASETS]

Puts synthetic publications of three distributions each straight into a store in a temporary folder, serves it with
`catalog serve`, walks every page in Turtle as a harvester does, and prints a table. CPU seconds are those of the server's
process. Exit status 1 where a figure misses its target. Needs Linux: it reads /proc.

Beside it, the same datasets through ckanext-dcat's own serialiser, where scripts/interop has made its environment.
"""

import gzip
import hashlib
import http.client
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.dcat import bulk
from catalog.model import Agent, Contact, Field, License, Package, Period, Publication, Resource, Schema, Source, StoredFile, Text
from catalog.publishing import refresh, reindex, show
from catalog.settings import Settings
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent
INTEROP = ROOT / ".interop/bin/python"
"""Where scripts/interop keeps the interpreter of its own environment."""
SERIALISER = ROOT / "scripts/interop_serialise.py"
"""What it runs there to time ckanext-dcat: prints the CPU seconds that one walk costs it."""
SERVE = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]
LINK = re.compile(r'<([^>]+)>; rel="next"')
TICKS = os.sysconf("SC_CLK_TCK")
ONE_MORE, ANEW = 0.5, 100.0
"""Targets: seconds for one more dataset; datasets a second when all is rendered anew."""
RATIO = 300
"""How many times cheaper than ckanext-dcat a walk has to be."""


def publication(number: int, version: int = 1) -> Publication:
    """An invented dataset with two tables and their zip."""
    name = f"d{hashlib.sha256(str(number).encode()).hexdigest()[:10]}-{number:06}"
    fields = tuple(Field(name=f"c{each}", type="string", title=Text(f"項目{each}", f"Item {each}")) for each in range(8))
    tables = tuple(
        Resource(name=each, path=f"data/{each}.csv", title=Text(f"{each}の表", f"Table {each}"), schema=Schema(fields=fields))
        for each in ("one", "two")
    )
    files = [
        StoredFile(path=f"{each}.csv", sha256=hashlib.sha256(f"{name}{each}{version}".encode()).hexdigest(), bytes=1000 + number,
                   media_type="text/csv", role="table", format="csv", resource=each)
        for each in ("one", "two")
    ]  # fmt: skip
    files.append(
        StoredFile(path=f"{name}.zip", sha256=hashlib.sha256(name.encode()).hexdigest(), bytes=5000, media_type="application/zip",
                   role="package", format="zip")
    )  # fmt: skip
    package = Package(
        name=name,
        title=Text(f"架空の施設一覧 {number}", f"Invented facilities {number}"),
        description=Text(f"試験のために作った {number} 番の一覧です。" * 3, f"List {number}, made up for a test. " * 3),
        keywords=("施設", "試験", f"番号{number % 100}"),
        keywords_en=("facilities", "test"),
        version="1.0",
        licenses=(License(name="CC-BY-4.0", title="CC BY 4.0"),),
        sources=(Source(title="試験", path=f"https://example.jp/source/{number}"),),
        contact=Contact(name="試験係", telephone="06-0000-0000"),
        themes=("TRAN",),
        spatial=("270008",),
        temporal=Period(start="2020-04-01", end="2021-03-31"),
        frequency="ANNUAL",
        resources=tables,
        sample=True,
    )
    counted = [{"name": each, "valid": True, "stats": {"rows": number, "errors": 0}} for each in ("one", "two")]
    return Publication(
        id=name,
        version=version,
        package=package,
        publisher=Agent(id="270008", name=Text("大阪府", "Osaka Prefecture")),
        files=tuple(files),
        report={"valid": True, "tasks": counted},
        digest=files[0].sha256,
        validator="frictionless 5.21.0",
        issued="2026-04-01T00:00:00Z",
        modified=f"2026-04-{version:02}T00:00:00Z",
    )


def fill(store: Store, settings: Settings, count: int) -> float:
    """Put the publications into the store, without a feed yet; the seconds that rendering took."""
    refresh(store, settings)
    rendering, spent = bulk.described(map(publication, range(count)), settings, count), 0.0
    done = 0
    while done < count:
        with store.writing() as writing:
            for _each in range(min(500, count - done)):
                begun = time.perf_counter()
                outcome = next(rendering)
                spent += time.perf_counter() - begun
                writing.add(publication(done), outcome.documents, {})
                done += 1
    return spent


def one_more(store: Store, settings: Settings, number: int, version: int = 1) -> float:
    """Seconds from a validated publication to its being visible in the feed."""
    begun = time.perf_counter()
    new = publication(number, version)
    documents = bulk.describe(new, settings).documents
    with store.writing() as writing:
        stored = writing.add(new, documents, {})
        show(writing, settings, stored.id, stored.modified)
    return time.perf_counter() - begun


@contextmanager
def served(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The server, while it runs."""
    environment = os.environ | {"CATALOG_HOME": settings.home, "CATALOG_PORT": str(settings.port)}
    with subprocess.Popen(SERVE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _attempt in range(300):
                with socket.socket() as probe:
                    if probe.connect_ex((settings.host, settings.port)) == 0:
                        break
                time.sleep(0.1)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def cpu(process: subprocess.Popen[bytes]) -> float:
    """CPU seconds of the server up to now."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(process: subprocess.Popen[bytes]) -> float:
    """The most memory that the server has held, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found, "Linux says so"
    return int(found[1]) / 1000


class Harvester:
    """Walks the feed in Turtle over one connection, with the tags that it remembers."""

    def __init__(self, settings: Settings) -> None:
        self.connection = http.client.HTTPConnection(settings.host, settings.port, timeout=60)
        self.tags: dict[str, str] = {}
        self.nexts: dict[str, str] = {}

    def walk(self) -> tuple[list[int], int, int]:
        """(statuses, bytes on the wire, datasets met)."""
        path, statuses, size, datasets = "/catalog.ttl", [], 0, 0
        while path:
            known = {"If-None-Match": self.tags[path]} if path in self.tags else {}
            self.connection.request("GET", path, headers={"Accept-Encoding": "gzip", **known})
            answer = self.connection.getresponse()
            body = answer.read()
            statuses.append(answer.status)
            size += len(body)
            if answer.status == http.HTTPStatus.OK:
                datasets += gzip.decompress(body).count(b" a dcat:Dataset ;")
            self.tags[path] = answer.headers["ETag"]
            found = LINK.search(answer.headers["Link"])
            path = "/" + found[1].split("/", 3)[3] if found else ""
        return statuses, size, datasets


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def compare(count: int, walk: float) -> tuple[str, bool]:
    """The walk against ckanext-dcat's serialiser, where it can be run."""
    if not (INTEROP.exists() and SERIALISER.exists()):
        return "not measured: scripts/interop has made no environment", True
    ran = subprocess.run([INTEROP, SERIALISER, str(count)], check=True, capture_output=True, text=True)
    theirs = float(ran.stdout.split()[-1])
    return f"{theirs:.1f} CPU s, {theirs / walk:,.0f} times ours (target {RATIO})", theirs / walk >= RATIO


def main(count: int = 10_000) -> int:
    """Make, serve, walk, print."""
    rows: list[tuple[str, str, bool]] = []
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as folder:
        settings = Settings(home=str(Path(folder) / "home"), port=free_port())
        with Store.open(settings) as store:
            rendering = fill(store, settings, count)
            rows.append(("rendering descriptions", f"{rendering:.1f} s, {count / rendering:,.0f} datasets/s", True))
            begun = time.perf_counter()
            reindex(store, settings)
            anew = time.perf_counter() - begun
            rows.append(("everything anew", f"{anew:.1f} s, {count / anew:,.0f} datasets/s", count / anew >= ANEW))
            more = [one_more(store, settings, count + each) for each in range(10)]
            again = [one_more(store, settings, each, 2) for each in range(10)]
            usual, slowest = statistics.median(more + again), max(more + again)
            figure = f"{usual:.3f} s, slowest of {len(more + again)} {slowest:.3f} s (target {ONE_MORE})"
            rows.append(("one more dataset", figure, usual < ONE_MORE))
            rows += walked(settings, count)
            database = Path(settings.home, "catalog.sqlite3").stat().st_size
        rows.append(("database", f"{database / 1e6:,.0f} MB, {database / count / 1000:.1f} kB a dataset", True))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows.append(("memory of this program", f"{own / 1000:.0f} MB", True))
    print(f"{count:,} datasets of 3 distributions (load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    for name, figure, good in rows:
        print(f"  {name:34} {figure}{'' if good else '   MISSED'}")
    return 0 if all(good for _name, _figure, good in rows) else 1


def walked(settings: Settings, count: int) -> list[tuple[str, str, bool]]:
    """The rows about the server."""
    rows: list[tuple[str, str, bool]] = []
    with served(settings) as process:
        harvester = Harvester(settings)
        harvester.connection.request("GET", "/healthz")
        harvester.connection.getresponse().read()
        rested, begun = memory(process), cpu(process)
        statuses, size, datasets = harvester.walk()
        first = cpu(process) - begun
        whole = set(statuses) == {200} and datasets == count + 10
        figure = f"{len(statuses)} pages, {datasets:,} datasets, {size / 1e6:.1f} MB, {first:.2f} CPU s"
        rows.append(("first walk, Turtle", figure, whole))
        rows.append(("ckanext-dcat's serialiser", *compare(count, max(first, 1 / TICKS))))
        begun = cpu(process)
        statuses, size, _datasets = harvester.walk()
        figure = f"{statuses.count(304)} of {len(statuses)} pages 304, {size} bytes, {cpu(process) - begun:.2f} CPU s"
        rows.append(("second walk", figure, set(statuses) == {304}))
        walked_to = memory(process)
        begun = cpu(process)
        harvester.connection.request("GET", "/catalog/dump.ttl.gz")
        dump = len(harvester.connection.getresponse().read())
        rows.append(("dump, Turtle", f"{dump / 1e6:.1f} MB, {cpu(process) - begun:.2f} CPU s", dump > 0))
        figure = f"{rested:.0f} MB at rest, {walked_to:.0f} MB after the walks, {memory(process):.0f} MB after the dump"
        rows.append(("memory of the server", figure, True))
    return rows


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:2])))
