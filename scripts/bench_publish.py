"""How many small packages one process publishes a second, with every guarantee: checked, described, indexed, on the disk.

python scripts/bench_publish.py [--packages N] [--home FOLDER]

Makes N packages of one table (3 columns, 100 rows) and publishes one after the other through ``publishing.publish``, as
`catalog publish` does: validation, formats, statistics, SHACL, search, all feed pages, every file and folder synced. Twice:
with the extra [fast] and, in a second process, as if it were not installed. Beside it stand CPU seconds, and how long the machine
takes to bring bytes to the disk, which is what a publication waits for. So three at once are measured too, in threads of that one
process, as the server takes them. Exit status 1 where neither reaches the target.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from catalog.publishing import publish
from catalog.settings import Settings
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent
PLAIN, FAST = 20.0, 30.0
"""Targets: packages a second, without the extra [fast] and with it."""
WARM = 5
"""Packages before the clock runs: the first one loads what all others find loaded."""
AT_ONCE = 3
PROBES = 50


def package_folder(folder: Path, number: int) -> Path:
    """A package of one table."""
    name = f"list-{number:05}"
    target = folder / name
    (target / "data").mkdir(parents=True)
    fields = [
        {"name": each, "type": type_, "title": title}
        for each, type_, title in (("id", "integer", "番号"), ("name", "string", "名称"), ("people", "number", "人数"))
    ]
    rows = "".join(f"{row},施設{row},{row * (number + 1) / 4}\n" for row in range(100))
    (target / "data/rows.csv").write_text("id,name,people\n" + rows, encoding="utf-8")
    descriptor = {
        "name": name,
        "title": f"架空の施設一覧 {number}",
        "description": f"速さを測るために作った {number} 番の一覧です。",
        "keywords": ["施設", "試験"],
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "catalog": {"sample": True},
        "resources": [
            {"name": "rows", "title": "施設", "path": "data/rows.csv", "schema": {"fields": fields, "primaryKey": ["id"]}},
        ],
    }
    (target / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return target


def measured(count: int, home: str, at_once: int) -> dict[str, float]:
    """What publishing so many took, by so many threads."""
    with tempfile.TemporaryDirectory(prefix="bench-publish-", dir=home or None) as folder:
        settings = Settings(home=str(Path(folder) / "home"))
        sources = [package_folder(Path(folder) / "packages", number) for number in range(count + WARM)]
        with Store.open(settings) as store:

            def one(source: Path) -> float:
                begun = time.perf_counter()
                publish(source, settings, store)
                return time.perf_counter() - begun

            for each in sources[:WARM]:
                one(each)
            begun, before = time.perf_counter(), os.times()
            with ThreadPoolExecutor(at_once) as threads:
                spent = list(threads.map(one, sources[WARM:]))
            whole, after = time.perf_counter() - begun, os.times()
            assert store.count() == count + WARM
        return {
            "seconds": whole,
            "cpu": sum(after[:4]) - sum(before[:4]),
            "median": statistics.median(spent),
            "slowest": max(spent),
            "last": statistics.median(spent[-count // 10 :]),
        }


def in_a_process(count: int, home: str, at_once: int, *, extra: bool) -> dict[str, float]:
    """The same in a process of its own, with the extra or as if it were not installed."""
    with tempfile.TemporaryDirectory(prefix="bench-publish-") as folder:
        if not extra:
            (Path(folder) / "pyoxigraph.py").write_text("raise ImportError\n", encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([folder, str(ROOT)])}
        command = [sys.executable, __file__, "--packages", str(count), "--home", home, "--alone", str(at_once)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def synced(home: str) -> tuple[float, float]:
    """The median of bringing 4 kB, and 4 MB, to the disk, in seconds."""
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-publish-", dir=home or None) as folder:
        for size in (4_096, 4_194_304):
            spent = []
            for number in range(PROBES):
                with (Path(folder) / f"{size}-{number}").open("wb") as file:
                    file.write(os.urandom(size))
                    file.flush()
                    begun = time.perf_counter()
                    os.fsync(file.fileno())
                    spent.append(time.perf_counter() - begun)
            found.append(statistics.median(spent))
    return found[0], found[1]


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--packages", type=int, default=1_000)
    parser.add_argument("--home", default="", help="the folder of the disk that is measured")
    parser.add_argument("--alone", type=int, default=0, help="in this process, by so many threads, told as JSON")
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(measured(asked.packages, asked.home, asked.alone)))
        return 0
    machine = f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{asked.packages:,} packages of 3 columns and 100 rows, one process ({machine})")
    small, large = synced(asked.home)
    print(f"  fsync of 4 kB, of 4 MB             {small * 1000:.1f} ms, {large * 1000:.1f} ms (median of {PROBES})")
    good = True
    for extra, target in ((True, FAST), (False, PLAIN)):
        best = 0.0
        for at_once in (1, AT_ONCE):
            found = in_a_process(asked.packages, asked.home, at_once, extra=extra)
            rate = asked.packages / found["seconds"]
            best = max(best, rate)
            name = f"{'with [fast]' if extra else 'without it'}, {at_once} at once"
            figures = f"{rate:.1f} packages/s (target {target:.0f}), {found['cpu'] / asked.packages * 1000:.1f} CPU ms each"
            usual, slowest, last = (f"{found[each] * 1000:.0f} ms" for each in ("median", "slowest", "last"))
            print(f"  {name:34} {figures}; median {usual}, slowest {slowest}, of the last tenth {last}")
        if best < target:
            print(f"    MISSED: {target:.0f} packages/s")
            good = False
    print(f"  load average after                 {os.getloadavg()[0]:.1f}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
