"""How much sooner the screen is done than stock frictionless, as whole commands, with equal reports.

python scripts/bench_validate.py [ROWS [LARGE_ROWS]]

Writes packages of ROWS rows x 12 columns (default 1,000,000) with a primary key, a foreign key and Japanese text, clean, 0.1 %
and 5 % dirty, and one of 1,000 rows, to a temporary folder. Runs stock and ours in turn, compares the reports, prints wall
and CPU ratios and peak memory. LARGE_ROWS (10,000,000 in the target) adds a clean package that only ours reads.
Exit status 1 where a report differs or a target is missed. Stock takes about 45 s for each run of a million rows.
"""

import compileall
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROWS, SMALL = 1_000_000, 1_000
OURS, STOCKS = 3, 1
"""Runs of each command; the median counts."""

SEED = 3
CITIES = 1_900
NAMES = ("中央保育所", "東公園", "西図書館", "南市民センター", "北小学校", "第二体育館", "子育て支援室")
CATEGORIES = ("保育", "防災", "交通", "観光", "福祉")
ENDLESS = ("--limit-errors", "100000000")

ALONE = f"""
import sys
sys.path[:] = [each for each in sys.path if each not in ("", {str(ROOT)!r})]
sys.argv[0] = "frictionless"
from frictionless.__main__ import console
console()
"""
"""The stock command as it is without the product: its plugin is not on the path."""

SUMMARY = """
import hashlib, json, sys
report = json.load(sys.stdin)
report = report.get("report", report)
for stats in (report["stats"], *(task["stats"] for task in report["tasks"])):
    stats.pop("seconds", None)
told = json.dumps(report, ensure_ascii=False, sort_keys=True).encode()
errors = sum(len(task["errors"]) for task in report["tasks"])
print(json.dumps({"report": hashlib.sha256(told).hexdigest(), "errors": errors, "valid": report["valid"]}))
"""
"""Read by a process of its own: what this one holds in memory would count as its children's."""

STOCK = (sys.executable, "-P", "-c", ALONE, "validate", "datapackage.json", "--json")
PLUGIN = (sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json")
OWN = (sys.executable, "-c", "from catalog.cli import main; main()", "validate", ".", "--json")


@dataclass(frozen=True)
class Run:
    """One command: seconds of wall clock and CPU, megabytes at the peak; a hash of the report that it printed, without times."""

    wall: float
    cpu: float
    memory: float
    report: str
    errors: int
    valid: bool


@dataclass(frozen=True)
class Case:
    """A comparison and its targets: at least so many times sooner, so many times less CPU, at most so many megabytes."""

    title: str
    package: str
    ours: tuple[str, ...]
    stock: tuple[str, ...] = STOCK
    wall: float = 0
    cpu: float = 0
    memory: float = 0


CASES = (
    Case("clean, catalog validate", "clean", OWN, wall=30, cpu=15, memory=400),
    Case("clean, stock command with the plugin", "clean", PLUGIN, wall=15, memory=400),
    Case("0.1 % dirty, catalog validate", "dirty", OWN, wall=10, memory=400),
    Case("0.1 % dirty, stock command with the plugin", "dirty", PLUGIN, wall=10, memory=400),
    Case("5 % dirty, no limit, catalog validate", "worse", (*OWN, "--limit-errors", "0"), (*STOCK, *ENDLESS), wall=3),
    Case("5 % dirty, no limit, with the plugin", "worse", (*PLUGIN, *ENDLESS), (*STOCK, *ENDLESS), wall=3),
    Case("5 % dirty, stock's limit, catalog validate", "worse", OWN, wall=1 / 1.3),
    Case("5 % dirty, stock's limit, with the plugin", "worse", PLUGIN, wall=1 / 1.3),
    Case("1,000 rows, catalog validate", "small", OWN, wall=2),
)


def main(rows: int = ROWS, large: int = 0) -> int:
    """Make the packages, run the commands, print the figures."""
    good = True
    compileall.compile_dir(ROOT / "catalog", quiet=1)  # as stock is, and as ours would be if it were installed
    with tempfile.TemporaryDirectory(prefix="bench-validate-") as name:
        folder = Path(name)
        for package, count, dirt in (("clean", rows, 0), ("dirty", rows, 0.001), ("worse", rows, 0.05), ("small", SMALL, 0)):
            size = write_package(folder / package, count, dirt)
            print(f"{package:6} {count:>9,} rows {size / 1e6:6.1f} MB", flush=True)
        known: dict[tuple[str, tuple[str, ...]], Run] = {}
        for case in CASES:
            if (case.package, case.stock) not in known:
                known[case.package, case.stock] = measured(case.stock, folder / case.package, STOCKS)
            good = compared(case, known[case.package, case.stock], measured(case.ours, folder / case.package, OURS)) and good
        if large:
            size = write_package(folder / "large", large, 0)
            run = measured(OWN, folder / "large", 1)
            used = f"{run.wall:.1f} s wall, {run.cpu:.1f} s CPU, {run.memory:.0f} MB (target 512)"
            print(f"clean, {large:,} rows, {size / 1e6:,.0f} MB: {used}")
            good = good and run.memory <= 512 and run.valid  # noqa: PLR2004  the target
    return 0 if good else 1


def compared(case: Case, stock: Run, ours: Run) -> bool:
    """Print a comparison; whether the reports are equal and the targets are met."""
    equal = stock.report == ours.report
    wall, cpu = stock.wall / ours.wall, stock.cpu / ours.cpu
    allowed = case.memory or 1.5 * stock.memory
    good = equal and wall >= case.wall and cpu >= case.cpu and (ours.memory <= allowed or case.package == "small")
    print(
        f"{case.title}\n"
        f"  stock {stock.wall:7.2f} s wall {stock.cpu:7.2f} s CPU {stock.memory:6.0f} MB\n"
        f"  ours  {ours.wall:7.2f} s wall {ours.cpu:7.2f} s CPU {ours.memory:6.0f} MB\n"
        f"  {wall:.1f}x wall (target {case.wall:.2g}), {cpu:.1f}x CPU (target {case.cpu:.2g}), {ours.errors:,} errors, "
        f"reports {'equal' if equal else 'DIFFER'}: {'met' if good else 'MISSED'}",
        flush=True,
    )
    return good


def measured(command: tuple[str, ...], folder: Path, runs: int) -> Run:
    """The median of some runs."""
    found = [once(command, folder) for _run in range(runs)]
    return Run(
        wall=median(each.wall for each in found),
        cpu=median(each.cpu for each in found),
        memory=max(each.memory for each in found),
        report=found[0].report if len({each.report for each in found}) == 1 else "",
        errors=found[0].errors,
        valid=found[0].valid,
    )


def once(command: tuple[str, ...], folder: Path) -> Run:
    """Run a command in the folder of a package; what it used is the system's own account of that process."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.DEVNULL)
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        told = subprocess.run((sys.executable, "-c", SUMMARY), stdin=output, capture_output=True, check=True)
    summary = json.loads(told.stdout)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, **summary)


def write_package(folder: Path, rows: int, dirt: float) -> int:
    """A package of ``rows`` rows, so many of them dirty; answers the bytes of the table."""
    r = random.Random(SEED)  # noqa: S311  the same rows on every run
    folder.mkdir()
    cities = [f"{number:06d}" for number in range(10_000, 10_000 + CITIES)]
    with (folder / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["code", "name"], *([code, f"市{code}"] for code in cities)])
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([each["name"] for each in FIELDS])
        for number in range(rows):
            row = clean_row(r, number, cities)
            if dirt and r.random() < dirt:
                spoil(r, row, rows)
            writer.writerow(row)
    (folder / "datapackage.json").write_text(json.dumps(DESCRIPTOR, ensure_ascii=False, indent=1), encoding="utf-8")
    return (folder / "data.csv").stat().st_size


def clean_row(r: random.Random, number: int, cities: list[str]) -> list[str]:
    """Twelve cells."""
    name = f"{r.choice(NAMES)}{number % 997}" + (',"別館"' if number % 21 == 0 else "")
    return [
        f"AB{number:08d}",
        r.choice(cities),
        name,
        r.choice(CATEGORIES),
        str(r.randint(0, 4_000_000)) if r.random() > 0.05 else "",  # noqa: PLR2004  some are not known
        str(r.randint(0, 500)),
        f"{r.random() * 1000:.2f}",
        f"{r.random() * 100:.1f}" if r.random() > 0.1 else "-",  # noqa: PLR2004  some are not known
        f"{r.randint(1950, 2024)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}",
        f"2024-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}T{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:00Z",
        r.choice(("true", "false")),
        f"https://example.jp/shisetsu/{number}",
    ]


def spoil(r: random.Random, row: list[str], rows: int) -> None:
    """One of twelve kinds of dirt; three of them are none to stock (full-width digits, an underscore, a line end)."""
    kinds: tuple[tuple[int, str], ...] = (
        (4, "１２３"), (5, "x"), (2, "改行\nあり"), (0, f"AB{r.randrange(rows):08d}"), (4, "1_000"), (6, "NaN"), (1, "999999"),
        (8, "2024-02-30"), (3, "その他"), (0, ""),
    )  # fmt: skip
    kind = r.randrange(len(kinds) + 2)
    if kind == len(kinds):
        row.pop()
    elif kind > len(kinds):
        row.append("")
    else:
        place, text = kinds[kind]
        row[place] = text


FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "constraints": {"required": True, "pattern": "[A-Z]{2}[0-9]{8}"}},
    {"name": "city_code", "type": "string"},
    {"name": "name", "type": "string", "constraints": {"required": True, "maxLength": 40}},
    {"name": "category", "type": "string", "constraints": {"enum": list(CATEGORIES)}},
    {"name": "population", "type": "integer", "constraints": {"minimum": 0, "maximum": 40_000_000}},
    {"name": "staff", "type": "integer", "constraints": {"required": True, "minimum": 0}},
    {"name": "area", "type": "number", "constraints": {"minimum": 0}},
    {"name": "ratio", "type": "number", "constraints": {"minimum": 0, "maximum": 100}},
    {"name": "founded", "type": "date"},
    {"name": "updated", "type": "datetime"},
    {"name": "active", "type": "boolean"},
    {"name": "url", "type": "string", "constraints": {"pattern": "https?://[a-z0-9./-]+"}},
]
DESCRIPTOR: dict[str, Any] = {
    "name": "bench",
    "title": "速さをはかるための見本",
    "licenses": [{"name": "CC0-1.0"}],
    "resources": [
        {
            "name": "data",
            "path": "data.csv",
            "type": "table",
            "schema": {
                "fields": FIELDS,
                "missingValues": ["", "-"],
                "primaryKey": ["id"],
                "foreignKeys": [{"fields": ["city_code"], "reference": {"resource": "cities", "fields": ["code"]}}],
            },
        },
        {
            "name": "cities",
            "path": "cities.csv",
            "type": "table",
            "schema": {
                "fields": [{"name": "code", "type": "string"}, {"name": "name", "type": "string"}],
                "primaryKey": ["code"],
            },
        },
    ],
}


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:3])))
