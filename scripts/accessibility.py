"""Test every type of page in a browser and keep the result for the statement on accessibility.

python scripts/accessibility.py

Runs tests/browser/test_every_page.py and writes catalog/web/accessibility.json, which the page /accessibility reads. The result
is written whatever it is, but only of a whole run. Exit status: that of the tests.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "catalog/web/accessibility.json"
LANGUAGES, THEMES = ("ja", "en"), ("light", "dark")


def summary(kept: dict[str, Any]) -> dict[str, Any]:
    """The result in figures, of what tests/browser has kept: versions, and each visit by language and address.

    Raises ValueError where a page was not visited in each language.
    """
    visits = kept["visits"]
    pages = list(dict.fromkeys(each["path"] for each in visits))
    if len(visits) != len(pages) * len(LANGUAGES):
        raise ValueError("the run was not whole")
    runs = [run for each in visits for run in each["axe"].values()]
    count = {kind: Counter(rule for run in runs for rule in dict.fromkeys(run[kind])) for kind in ("violations", "undecided")}
    return {
        "tested": datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat(),
        "axe": kept["axe"],
        "browser": kept["browser"],
        "pages": sorted(pages),
        "languages": LANGUAGES,
        "themes": THEMES,
        "runs": len(runs),
        "violations": dict(sorted(count["violations"].items())),
        "undecided": dict(sorted(count["undecided"].items())),
    }


def main() -> int:
    """Test, write."""
    with tempfile.TemporaryDirectory(prefix="accessibility-") as folder:
        kept = Path(folder) / "visits.json"
        command = [sys.executable, "-m", "pytest", "tests/browser/test_every_page.py", "-q"]
        tested = subprocess.run(command, cwd=ROOT, env=os.environ | {"CI": "true", "KEEP_VISITS": str(kept)}, check=False)
        result = summary(json.loads(kept.read_text(encoding="utf-8")))
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{result['runs']} runs on {len(result['pages'])} pages, violations: {result['violations'] or 0} -> {RESULT.name}")
    return tested.returncode


if __name__ == "__main__":
    sys.exit(main())
