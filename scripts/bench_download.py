"""What a download costs: publishing's share of typed files, a stored CSV over HTTP, variants of a large table in little memory.

    scripts/bench_download.py [--rows 1000000]

Prints a table in Markdown. Everything lies in a temporary folder; the server runs in a process of its own, as it does in use.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from catalog.formats import typed, write_ndjson, write_parquet
from catalog.model import Field, Resource, Schema
from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store
from catalog.validation.casting import reader

TARGET_CSV = 100.0
"""Megabytes of stored CSV a second of the server's CPU."""
TARGET_MEMORY = 300.0
TARGET_SMALL = 5.0
TARGET_PUBLISH = 20.0
_SMALL = 200
_PORT = 18_400
_SERVE = [sys.executable, "-c", "from catalog.cli import main; main()", "serve"]
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="catalog-bench-") as folder:
        home = Path(folder)
        print("| what | figure | target |\n|---|---|---|")
        small(home / "small")
        large(home / "large", asked.rows)


def told(what: str, figure: str, target: str = "") -> None:
    """One line of the table."""
    print(f"| {what} | {figure} | {target} |", flush=True)


def small(folder: Path) -> None:
    """What Parquet and NDJSON of a small table cost, alone and within publishing."""
    folder.mkdir(parents=True)
    fields = (Field(name="code", type="string"), Field(name="n", type="integer"), Field(name="day", type="date"))
    table = Resource(name="t", path="t.csv", schema=Schema(fields=fields))
    path = folder / "t.csv"
    rows = "".join(f"駅{number},{number},2026-01-{number % 28 + 1:02d}\n" for number in range(100))
    path.write_text("code,n,day\n" + rows, encoding="utf-8")

    def once() -> None:
        with typed(path, table, 100, reader) as values:
            write_parquet(values, table, folder / "t.parquet")
            write_ndjson(values, folder / "t.ndjson")

    once()
    cpu = time.process_time()
    for _ in range(_SMALL):
        once()
    each = (time.process_time() - cpu) / _SMALL * 1000
    told("Parquet and NDJSON of 3 columns x 100 rows, CPU", f"{each:.1f} ms", f"<= {TARGET_SMALL:.0f} ms")
    packages = [_package(folder / f"p{number}", f"p{number}", rows) for number in range(_SMALL)]
    settings = Settings(home=str(folder / "home"), base_url="https://data.example.jp")
    with Store.open(settings) as store:
        publish(packages[0], settings, store)
        start, cpu = time.perf_counter(), time.process_time()
        for package in packages[1:]:
            publish(package, settings, store)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    done = _SMALL - 1
    figure = f"{done / wall:.0f}/s ({cpu / done * 1000:.0f} ms of CPU each)"
    told(f"publishing {done} such packages, one after the other", figure, f">= {TARGET_PUBLISH:.0f}/s")


def _package(folder: Path, name: str, rows: str) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data/t.csv").write_text("code,n,day\n" + rows, encoding="utf-8")
    fields = [{"name": "code", "type": "string"}, {"name": "n", "type": "integer"}, {"name": "day", "type": "date"}]
    described = [each | {"title": each["name"], "description": each["name"]} for each in fields]
    return _described(folder, name, described, "data/t.csv")


def _described(folder: Path, name: str, fields: list[dict[str, Any]], path: str) -> Path:
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"測定 {name}",
        "description": "測定のために作ったデータです。",
        "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "catalog": {"sample": True, "themes": ["TRAN"], "contact": {"name": "測定係", "telephone": "+81-6-0000-0000"}},
        "resources": [{"name": "t", "title": "表", "path": path, "schema": {"fields": fields}}],
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder


COLUMNS = (
    ("id", "integer"), ("name", "string"), ("score", "number"), ("code", "string"), ("day", "date"), ("note", "string"),
    ("open", "boolean"), ("visits", "integer"), ("lon", "number"), ("lat", "number"), ("kana", "string"), ("at", "datetime"),
)  # fmt: skip


def large(folder: Path, rows: int) -> None:
    """Publish a large table; fetch it whole and in its forms from a server, whose CPU and memory are looked at."""
    package = folder / "package"
    (package / "data").mkdir(parents=True)
    _write_large(package / "data/t.csv", rows)
    fields = [{"name": name, "type": type_, "title": f"項目{name}", "description": name} for name, type_ in COLUMNS]
    for each in fields:
        each["definition"] = {"translations": {"en": {"title": f"Title of {each['name']}"}}}  # type: ignore[assignment]
    _described(package, "large", fields, "data/t.csv")
    settings = Settings(home=str(folder / "home"), port=_PORT)
    with Store.open(settings) as store:
        cpu = _cpu_here()
        publication = publish(package, settings, store).publication
        told(f"publishing {rows:,} rows x {len(COLUMNS)}, CPU", f"{_cpu_here() - cpu:.1f} s")
        for each in publication.files:
            if each.role == "table":
                told(f"stored {each.format}", f"{each.bytes / 1e6:.1f} MB")
    told("peak memory of publishing", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")
    for query, target in (
        (".csv", f">= {TARGET_CSV:.0f} MB/CPU s"),
        (".csv?labels=en", f"<= {TARGET_MEMORY:.0f} MB"),
        (".csv?labels=ja&excel=1", f"<= {TARGET_MEMORY:.0f} MB"),
        (".json", f"<= {TARGET_MEMORY:.0f} MB"),
        (".geojson", f"<= {TARGET_MEMORY:.0f} MB"),
        (".parquet?labels=en", f"<= {TARGET_MEMORY:.0f} MB"),
    ):
        _fetch(folder / "home", _PORT, f"/download/large/1/t{query}", target)
    _fetch(folder / "home", _PORT, "/download/large/1/t.csv", "", coding="zstd")
    _fetch(folder / "home", _PORT, "/download/large/1/t.csv", "", coding="gzip")


def _write_large(path: Path, rows: int) -> None:
    chance = random.Random(1)  # noqa: S311  a repeatable table
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name, _type in COLUMNS])
        for number in range(rows):
            day = f"20{number % 30:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
            writer.writerow(
                (number, f"第{number % 5000}施設の名称", round(chance.random() * 1000, 3), f"27{number % 1000:03d}", day,
                 "備考、" + ("休館日あり" if number % 3 else 'は "月曜"'), "true" if number % 2 else "false", number % 977,
                 f"{135 + number % 9973 / 10000:.6f}", f"{34 + number % 7919 / 10000:.6f}", "しせつのめいしょう",
                 f"{day}T10:00:{number % 60:02d}Z")
            )  # fmt: skip


def _cpu_here() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in used)


def _fetch(home: Path, port: int, path: str, target: str, coding: str = "identity") -> None:
    """Fetch once from a fresh server (the form is made), once more (it is there); the second time tells the cost of sending."""
    environment = os.environ | {"CATALOG_HOME": str(home), "CATALOG_PORT": str(port)}
    with subprocess.Popen(_SERVE, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            idle = _cpu_of(server.pid)
            first = _timed(lambda: _get(port, path, coding))
            making = _cpu_of(server.pid) - idle
            before = _cpu_of(server.pid)
            again = [_timed(lambda: _get(port, path, coding)) for _ in range(3)]
            sending = (_cpu_of(server.pid) - before) / 3
            size = again[0][0][0] / 1e6
            peak = _peak_of(server.pid)
        finally:
            server.terminate()
    (_size, begun), wall = first
    told(
        f"`{path}` {'' if coding == 'identity' else coding} {size:.0f} MB",
        f"first time {wall:.1f} s (first byte {begun:.2f} s, CPU {making:.1f} s); "
        f"again {size / max(sending, 0.01):.0f} MB/CPU s, {size / min(each[1] for each in again):.0f} MB/s; peak {peak:.0f} MB",
        target,
    )


def _timed(action: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return action(), time.perf_counter() - start


def _get(port: int, path: str, coding: str) -> tuple[int, float]:
    """The bytes of a body, and the seconds until the first of them."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    start = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()  # noqa: PLR2004  OK
    size, begun = len(answer.read(1)), time.perf_counter() - start
    while piece := answer.read(1 << 20):
        size += len(piece)
    connection.close()
    return size, begun


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            _get(port, "/healthz", "identity")
        except (OSError, AssertionError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def _family(pid: int) -> Iterator[Path]:
    """What the system tells of a process and of those that it has started: a server may answer from others than its first."""
    yield Path(f"/proc/{pid}")
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in each.read_text().split():
            yield from _family(int(child))


def _cpu_of(pid: int) -> float:
    told = ((each / "stat").read_text().rpartition(")")[2].split() for each in _family(pid))
    return sum((int(parts[11]) + int(parts[12])) / _TICK for parts in told)


def _peak_of(pid: int) -> float:
    lines = [line for each in _family(pid) for line in (each / "status").read_text().splitlines()]
    return max(int(each.split()[1]) for each in lines if each.startswith("VmHWM")) / 1000


if __name__ == "__main__":
    main()
