"""How soon the union of many cities' tables starts, and how soon it is whole.

python scripts/bench_union.py [DATASETS [ROWS]]

Publishes DATASETS (60) packages of ROWS (2,000) public toilets, half of them in the old edition, in a temporary home, serves
them and fetches the union over HTTP: as CSV while nothing is kept (each time after the cache was emptied), as CSV that is kept,
in the other formats, and one question to its rows. Prints when the first rows came and when all were there.
Target: the CSV starts within 0.1 s. Exit status 1 where it does not, or where a row is missing.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
from make_sample_cities import TOILETS, TOILETS_NOW, TSUKIHAMA, City, Office, library, package_of  # noqa: E402

TARGET = 0.1
RUNS = 7
FIRST = 1_000
"""Rows that have to be there for it to have started."""
ADDRESS = "/standard/public-toilet/records"
COMMAND = (sys.executable, "-c", "from catalog.cli import main; main()")


def _plain(_identifier: str, value: object, _number: int) -> object:
    return ("有" if value else "無") if isinstance(value, bool) else value


def write_packages(folder: Path, datasets: int, rows: int) -> None:
    """Packages of invented cities: every second one in the old edition."""
    shelf = library()
    listed = shelf.vocabulary.codelist("municipality-sample").concepts
    cities = [each for each in listed if each.code[2:5] != "000"][:datasets]
    for number, each in enumerate(cities):
        city = City(each.code, each.label.ja, each.label.en, TSUKIHAMA.towns, 33.0 + number / 20, 145.0)
        columns, edition = (TOILETS, "2020") if number % 2 else (TOILETS_NOW, "20260801")
        office = Office(city, "public-toilet", "toilets", rows, "公衆トイレ", columns, _plain, edition=edition)
        for path, body in package_of(replace(office, encoding="utf-8-sig"), shelf).items():
            target = folder / office.dataset / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)


@contextmanager
def served(home: Path) -> Iterator[int]:
    """A server of its own process, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"CATALOG_HOME": str(home), "CATALOG_PORT": str(port)}
    with subprocess.Popen([*COMMAND, "serve"], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            for _attempt in range(200):
                try:
                    fetch(port, "/healthz")
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def fetch(port: int, path: str) -> tuple[float, float, bytes]:
    """Seconds until the first rows were there and until all were, and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    pieces, lines, first = [], 0, 0.0
    while piece := response.read1(1 << 16):
        pieces.append(piece)
        lines += 0 if first else piece.count(b"\n")
        if not first and lines > FIRST:
            first = time.perf_counter() - began
    whole = time.perf_counter() - began
    connection.close()
    body = b"".join(pieces)
    assert response.status == http.client.OK, (response.status, body[:500])
    return first or whole, whole, body


def main(datasets: int = 60, rows: int = 2_000) -> int:
    """Build, publish, serve, measure, print."""
    with tempfile.TemporaryDirectory(prefix="bench-union-") as temporary:
        packages, home = Path(temporary) / "packages", Path(temporary) / "home"
        write_packages(packages, datasets, rows)
        environment = os.environ | {"CATALOG_HOME": str(home)}
        began = time.perf_counter()
        command = [*COMMAND, "publish", *map(str, sorted(packages.iterdir()))]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(f"published {datasets} datasets of {rows:,} rows in {time.perf_counter() - began:.1f} s")
        with served(home) as port:
            return measure(port, home / "cache", datasets * rows)


def measure(port: int, cache: Path, wanted: int) -> int:
    """The table of figures; 1 where the target is missed."""
    first, whole, body = fetch(port, f"{ADDRESS}.csv")
    print(f"very first request of the server: first rows {first:.3f} s, whole {whole:.3f} s, {len(body) / 1e6:.1f} MB")
    found: list[tuple[float, float]] = []
    counts = {body.count(b"\r\n") - 1}
    for _run in range(RUNS):
        shutil.rmtree(cache, ignore_errors=True)
        first, whole, body = fetch(port, f"{ADDRESS}.csv")
        found.append((first, whole))
        counts.add(body.count(b"\r\n") - 1)
    started = median(each for each, _ in found)
    print(f"CSV, nothing kept: first {FIRST:,} rows {started:.3f} s, whole {median(each for _, each in found):.3f} s")
    kept = [fetch(port, f"{ADDRESS}.csv")[:2] for _run in range(RUNS)]
    print(f"CSV, kept: first {median(each for each, _ in kept):.3f} s, whole {median(each for _, each in kept):.3f} s")
    for suffix in ("parquet", "ndjson", "geojson", "json"):
        _first, whole, body = fetch(port, f"{ADDRESS}.{suffix}")
        print(f"{suffix}, nothing kept: whole {whole:.3f} s, {len(body) / 1e6:.1f} MB")
    question = f"/api/v1/standards/public-toilet/rows?{quote('名称')}__contains={quote('港')}&sort={quote('緯度')}&limit=100"
    fetch(port, question)
    asked = median(fetch(port, f"{question}&{quote('男性トイレ総数')}__gte={each % 3}")[1] for each in range(RUNS))
    print(f"one question to its rows: {asked:.3f} s")
    good = started <= TARGET and counts == {wanted}
    print(f"rows {counts}, target {TARGET} s: {'met' if good else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
