"""Fail where a lock file names an index or a path, holds a pin without a hash, or lacks a declared dependency."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links", re.IGNORECASE)
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==\S+", re.MULTILINE)


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wrong(lock: Path, wanted: list[str]) -> list[str]:
    """What is wrong with one lock file."""
    text = lock.read_text(encoding="utf-8")
    found = [
        f"{lock.name}: an address in line {number}" for number, line in enumerate(text.splitlines(), 1) if ADDRESS.search(line)
    ]
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    found += [
        f"{lock.name}: no hash for {entry.splitlines()[0]}"
        for entry in entries
        if PIN.match(entry) and "--hash=sha256:" not in entry
    ]
    pinned = {normal(match["name"]) for match in PIN.finditer(text)}
    names = {normal(re.split(r"[\s\[<>=;!~]", each, maxsplit=1)[0]) for each in wanted}
    return found + [f"{lock.name}: {name} is not pinned" for name in sorted(names - pinned)]


def main() -> int:
    """Check the locks of the product against pyproject.toml, those of the harvesters against their lists."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    found = wrong(ROOT / "requirements.lock", runtime)
    found += wrong(ROOT / "requirements-test.lock", runtime + project["dependency-groups"]["test"])
    for wanted in sorted((ROOT / "scripts").glob("*-requirements.in")):
        found += wrong(wanted.with_suffix(".txt"), wanted.read_text(encoding="utf-8").split())
    print("\n".join(found) or "locks: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
