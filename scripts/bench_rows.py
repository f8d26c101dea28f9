"""What a question to a table costs, beside Datasette on the same table, in the same run.

python scripts/bench_rows.py [ROWS]

Writes a table of ROWS (1,000,000) invented rows once as Parquet and JSON lines, as publishing does, and once into SQLite
without an index. Serves the one with `catalog serve`, the other with Datasette, one after the other; four clients, each a process
with a connection of its own, ask both the same questions over HTTP. Prints medians; CPU milliseconds are those of the server's
processes. Exit status 1 where the ratio of medians misses its target, or the two answer differently. Needs Linux: it reads /proc.

Datasette is installed into .bench/ by the first run, in an environment of its own.
"""

import json
import multiprocessing
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb

from catalog import formats, media
from catalog.addresses import Addresses
from catalog.dcat import dataset_of, render
from catalog.model import Agent, Field, License, Package, Publication, Resource, Schema, StoredFile, Text
from catalog.publishing import refresh
from catalog.settings import Settings
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / ".bench"
DATASETTE = "datasette==0.65.5"
SERVE = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]
CLIENTS, WARM = 4, 3
TICKS = os.sysconf("SC_CLK_TCK")
CITIES, CATEGORIES = 500, 12

COLUMNS = {
    "id": ("integer", "i"),
    "city": ("string", "'市' || (hash(i) % 500)"),
    "category": ("string", "'種別' || (hash(i + 1) % 12)"),
    "amount": ("integer", "(hash(i + 2) % 100000000)::BIGINT"),
    "price": ("number", "((hash(i + 3) % 100000) / 4.0)::DOUBLE"),
    "day": ("date", "DATE '2020-01-01' + (hash(i + 4) % 2000)::INTEGER"),
    "name": ("string", "'施設' || i || '番館'"),
    "address": ("string", "'住所' || (hash(i + 5) % 99999) || '丁目'"),
    "open": ("boolean", "(hash(i + 6) % 2 = 0)"),
    "latitude": ("number", "30 + (hash(i + 7) % 100000) / 10000.0"),
    "longitude": ("number", "130 + (hash(i + 8) % 100000) / 10000.0"),
    "memo": ("string", "'備考 memo ' || i"),
}
"""Name, type of Table Schema, and the value of row i."""
SCHEMA = Schema(fields=tuple(Field(name=name, type=type_) for name, (type_, _value) in COLUMNS.items()), primary_key=("id",))
TABLE = Resource(name="places", path="data/places.csv", title=Text("架空の施設", "Invented places"), schema=SCHEMA)


@dataclass(frozen=True)
class Question:
    """One kind of question: its address at either server for the ``n``-th time, how its answer is read, and its target."""

    name: str
    ours: Callable[[int], str]
    theirs: Callable[[int], str]
    read: Callable[[dict[str, Any]], list[Any]]
    times: int
    ratio: float


def _ours(**query: str | int) -> str:
    return f"/api/v1/datasets/bench/tables/places/rows?{urlencode(query)}"


_SQL = (
    "select city, category, count(*) as count, sum(amount) as amount__sum from places group by city, category"
    " order by city, category limit 100"
)
QUESTIONS = (
    Question(
        name="filter + sort + 100 rows",
        ours=lambda n: _ours(city=f"市{n % CITIES}", sort="-amount", limit=100),
        theirs=lambda n: (
            "/bench/places.json?"
            + urlencode(
                {
                    "city": f"市{n % CITIES}",
                    "_sort_desc": "amount",
                    "_size": 100,
                    "_shape": "objects",
                    "_nocount": 1,
                    "_nofacet": 1,
                }
            )
        ),
        read=lambda told: [row["id"] for row in told["rows"]],
        times=40,
        ratio=4,
    ),
    Question(
        name="group by city x category",
        ours=lambda _n: _ours(group_by="city,category", aggregate="count,amount__sum", limit=100),
        theirs=lambda _n: "/bench.json?" + urlencode({"sql": _SQL, "_shape": "objects"}),
        read=lambda told: [[row["city"], row["category"], row["count"], row["amount__sum"]] for row in told["rows"]],
        times=8,
        ratio=10,
    ),
)


def write(folder: Path, count: int) -> dict[str, Path]:
    """The table in every form that is asked: Parquet and JSON lines through the writers of publishing, SQLite for Datasette."""
    values = ", ".join(f"{value} AS {name}" for name, (_type, value) in COLUMNS.items())
    paths = {each: folder / f"places.{each}" for each in ("csv", "parquet", "ndjson")}
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {values} FROM range({count}) t(i)) TO '{paths['csv']}' (HEADER, DELIMITER ',')")  # noqa: S608  our own texts
        rows = connection.execute(f"SELECT * FROM '{paths['csv']}'")  # noqa: S608  our own texts
        kinds = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
        columns = ", ".join(f"{name} {kinds.get(type_, 'TEXT')}" for name, (type_, _value) in COLUMNS.items())
        database = sqlite3.connect(folder / "bench.db")
        database.execute(f"CREATE TABLE places ({columns})")
        while some := rows.fetchmany(50_000):
            plain = [[str(cell) if hasattr(cell, "isoformat") else cell for cell in row] for row in some]
            database.executemany(f"INSERT INTO places VALUES ({', '.join('?' * len(COLUMNS))})", plain)  # noqa: S608  our own texts
        database.commit()
        database.close()
    with formats.typed(paths["csv"], TABLE, count, lambda _field, _missing: str) as typed:
        formats.write_parquet(typed, TABLE, paths["parquet"])
        formats.write_ndjson(typed, paths["ndjson"])
    return paths


def publish(settings: Settings, paths: dict[str, Path], count: int) -> None:
    """Put the table into a store as its only dataset."""
    with Store.open(settings) as store:
        refresh(store, settings)
        files = []
        for each in (media.CSV, media.PARQUET, media.NDJSON):
            sha256, size = store.files.put(paths[each.name])
            files.append(
                StoredFile(
                    path=f"places{each.suffix}", sha256=sha256, bytes=size, media_type=each.media_type, role="table",
                    format=each.name, resource="places",
                )
            )  # fmt: skip
        package = Package(name="bench", title=Text("測定用", "Bench"), licenses=(License(name="CC0-1.0"),), resources=(TABLE,))
        publication = Publication(
            id="bench", version=1, package=package, publisher=Agent(id="operator", name=Text("運営者", "Operator")),
            files=tuple(files), report={"valid": True}, rows={"places": count}, issued="2026-04-01T00:00:00Z",
            modified="2026-04-01T00:00:00Z", digest=files[0].sha256,
        )  # fmt: skip
        with store.writing() as writing:
            writing.add(publication, render(dataset_of(publication, Addresses(settings.public_url()), settings)), {})


@contextmanager
def serving(command: Sequence[str], port: int, path: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, from its first answer on."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT)
    try:
        for _attempt in range(300):
            try:
                _get(HTTPConnection("127.0.0.1", port, timeout=60), path)
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _get(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:  # noqa: PLR2004
        raise SystemExit(f"{path}: {response.status} {body[:300]!r}")
    return body


def _ask(port: int, paths: Sequence[str]) -> list[float]:
    """One client: its questions after each other; seconds of each."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    spent = []
    for path in paths:
        begun = time.perf_counter()
        _get(connection, path)
        spent.append(time.perf_counter() - begun)
    return spent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> Iterator[Path]:
    """What the system tells of a process and of those that it has started: a server may answer from others than its first."""
    yield Path(f"/proc/{pid}")
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in each.read_text().split():
            yield from family(int(child))


def cpu(process: subprocess.Popen[bytes]) -> float:
    """CPU seconds of a process and its children."""
    told = ((each / "stat").read_text().rpartition(")")[2].split() for each in family(process.pid))
    return sum((int(parts[11]) + int(parts[12])) / TICKS for parts in told)


def memory(process: subprocess.Popen[bytes]) -> float:
    """The most memory that one of these processes has had, in megabytes."""
    lines = [line for each in family(process.pid) for line in (each / "status").read_text().splitlines()]
    return max(int(each.split()[1]) / 1000 for each in lines if each.startswith("VmHWM"))


def measure(
    port: int, process: subprocess.Popen[bytes], question: Question, address: Callable[[int], str]
) -> tuple[float, float, list[Any]]:
    """Median milliseconds, CPU milliseconds a request, and the answer to the first question."""
    told = question.read(json.loads(_get(HTTPConnection("127.0.0.1", port, timeout=120), address(1))))
    _ask(port, [address(number) for number in range(WARM)])
    shares = [[address(10 + client + CLIENTS * number) for number in range(question.times)] for client in range(CLIENTS)]
    before = cpu(process)
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        spent = [each for one in pool.starmap(_ask, [(port, share) for share in shares]) for each in one]
    return statistics.median(spent) * 1000, (cpu(process) - before) / len(spent) * 1000, told


def datasette() -> Path:
    """The program, installed where it is not."""
    program = BENCH / "datasette/bin/datasette"  # the layout of POSIX: the whole script needs Linux
    if not program.exists():
        print(f"installing {DATASETTE} into .bench/", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(BENCH / "datasette")], check=True)
        subprocess.run([str(program.parent / "pip"), "install", "--quiet", "--disable-pip-version-check", DATASETTE], check=True)
    return program


def main(count: int = 1_000_000) -> int:
    """Measure both; 1 where a target is missed."""
    program = datasette()
    with tempfile.TemporaryDirectory(prefix="bench-rows-") as folder:
        paths = write(Path(folder), count)
        settings = Settings(home=str(Path(folder) / "home"), port=free_port())
        publish(settings, paths, count)
        environment = os.environ | {"CATALOG_HOME": settings.home, "CATALOG_PORT": str(settings.port)}
        with serving(SERVE, settings.port, "/healthz", environment) as process:
            ours = [measure(settings.port, process, each, each.ours) for each in QUESTIONS]
            ours_memory = memory(process)
        options = ["--setting", "sql_time_limit_ms", "60000", "--setting", "suggest_facets", "off"]
        port = free_port()
        command = [str(program), "serve", "--port", str(port), *options, str(Path(folder) / "bench.db")]
        with serving(command, port, "/-/versions.json", dict(os.environ)) as process:
            theirs = [measure(port, process, each, each.theirs) for each in QUESTIONS]
            theirs_memory = memory(process)
    missed = False
    print(f"{count:,} rows x {len(COLUMNS)} columns, {CLIENTS} clients; median ms / server's CPU ms a request\n")
    print("| question | ours | Datasette | ratio | target | same answer |\n|---|---|---|---|---|---|")
    for question, one, other in zip(QUESTIONS, ours, theirs, strict=True):
        ratio, same = other[0] / one[0], one[2] == other[2]
        missed |= ratio < question.ratio or not same
        told = f"{one[0]:.0f} / {one[1]:.0f} | {other[0]:.0f} / {other[1]:.0f} | {ratio:.1f} | >= {question.ratio} | {same}"
        print(f"| {question.name} | {told} |")
    print(f"\nmost memory: ours {ours_memory:.0f} MB, Datasette {theirs_memory:.0f} MB")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
