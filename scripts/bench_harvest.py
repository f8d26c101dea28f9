"""What collecting costs: the metadata of many datasets from a catalogue of ours, then the same again with nothing changed.

python scripts/bench_harvest.py [--datasets N]

Fills a catalogue, serves it with `catalog serve`, and runs `catalog harvest run` in a process that may use one core. Prints a
table; exit status 1 where a figure misses its target: 10,000 datasets in 60 s, the second run in 2 s with conditional requests
only, and no more memory than a tenth of the datasets take. Needs Linux.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_feed import fill, free_port, served

from catalog.harvest import sources
from catalog.publishing import reindex
from catalog.settings import Settings
from catalog.store import Store

FIRST, AGAIN, GROWTH = 60.0, 2.0, 1.2
"""Seconds for 10,000 datasets, and for the same with nothing changed; how many times the memory of a tenth all may take."""
ALL = 10_000
SHOWN = """
import json, os, resource, sys, time
from catalog.harvest import runs
from catalog.settings import Settings
from catalog.store import Store
if __name__ == "__main__":
    begun = time.perf_counter()
    settings = Settings(home=sys.argv[1], base_url="https://collecting.example.jp")
    with Store.open(settings) as store:
        ran = runs.run("far", settings, store, runs.Options(), runs.Watch())
    spent = time.perf_counter() - begun
    own, others = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({
        "seconds": spent, "cpu": sum(os.times()[:4]), "memory": own.ru_maxrss, "child": others.ru_maxrss,
        "outcome": ran.outcome, "counts": dict(ran.counts), "requests": ran.requests, "conditional": ran.conditional,
    }))
"""


def collected(home: str) -> dict[str, Any]:
    """One run in a process of its own, on one core."""
    core = min(os.sched_getaffinity(0))
    command = [sys.executable, "-c", SHOWN, home]
    found = subprocess.run(
        command, capture_output=True, text=True, check=True, preexec_fn=lambda: os.sched_setaffinity(0, {core})
    )
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def measured(count: int, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first run over so many datasets, and the second."""
    port = free_port()
    far = Settings(home=str(folder / "far"), base_url=f"http://127.0.0.1:{port}", port=port)
    with Store.open(far) as store:
        fill(store, far, count)
        reindex(store, far)
    near = Settings(home=str(folder / "near"), base_url="https://collecting.example.jp")
    with Store.open(near) as store:
        sources.add(sources.Source(name="far", address=f"{far.base_url}/catalog.nt", hosts=("127.0.0.1",), files=False), store)
    with served(far):
        return collected(near.home), collected(near.home)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=int, default=ALL)
    count = parser.parse_args().datasets
    begun, good = time.perf_counter(), True
    figures = {}
    for each in (max(count // 10, 1), count):
        with tempfile.TemporaryDirectory() as name:
            figures[each] = measured(each, Path(name))
        first, again = figures[each]
        memory, child = (first[name] // 1000 for name in ("memory", "child"))
        print(f"{each:,} datasets: {first['seconds']:.1f} s ({first['cpu']:.1f} s CPU), {memory} MB, a child of {child} MB")
        print(
            f"  {first['requests']} requests; again {again['seconds']:.2f} s,"
            f" {again['conditional']} of {again['requests']} requests conditional"
        )
        good = good and first["outcome"] == again["outcome"] == "done" and first["counts"] == {"created": each}
        good = good and again["requests"] == again["conditional"] and again["counts"] == {"unchanged": each}
        good = good and again["seconds"] <= AGAIN
    good = good and figures[count][0]["seconds"] <= FIRST * max(count / ALL, 0.1)
    small, large = (figures[each][0]["memory"] for each in figures)
    print(f"memory of all: {large / small:.2f} times that of a tenth; {time.perf_counter() - begun:.0f} s in all")
    return 0 if good and large <= small * GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
