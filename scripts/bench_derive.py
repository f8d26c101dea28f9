"""How long `catalog derive` takes on 100,000 raw cases (target: under 3 s, start of the process included).

python scripts/bench_derive.py [CASES [RUNS]]

Writes a package with invented records to a temporary folder, derives its tables in a fresh process, and prints figures.
Exit status 1 where the best run misses the target.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from make_joint_procurement import PACKAGE, ROOT, write_raw

TARGET = 3.0
CASES, RUNS = 100_000, 3
COMMAND = [sys.executable, "-c", "from catalog.cli import main; main()", "derive"]


def main(cases: int = CASES, runs: int = RUNS) -> int:
    """Make the records, derive, print."""
    with tempfile.TemporaryDirectory(prefix="bench-derive-") as folder:
        package = Path(folder) / PACKAGE.name
        shutil.copytree(PACKAGE, package)
        write_raw(package / "raw/data", cases)
        for file in sorted((package / "raw/data").iterdir()):
            with file.open("rb") as lines:
                rows = sum(1 for _line in lines) - 1
            print(f"raw {file.stem:18} {rows:>9,} rows {file.stat().st_size / 1e6:6.1f} MB")
        seconds = []
        for _run in range(runs):
            start = time.perf_counter()
            subprocess.run([*COMMAND, str(package)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - start)
            print(f"derive {seconds[-1]:.2f} s")
    best = min(seconds)
    print(f"best of {runs}: {best:.2f} s for {cases:,} cases (target {TARGET:.1f} s)")
    return 0 if best < TARGET else 1


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:3])))
