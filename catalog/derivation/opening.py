"""Opening a package in order to derive its tables, which may not have been written yet."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from catalog.datapackage import open_package
from catalog.errors import Refusal
from catalog.model import Package
from catalog.settings import Settings

DESCRIPTOR = "datapackage.json"


@contextmanager
def open_for_derivation(source: Path, settings: Settings) -> Iterator[Package]:
    """``datapackage.open_package``, but for derived tables that are not there: empty files stand in for them meanwhile.

    Raises as ``open_package``, for every other file that is missing too.
    """
    stand_ins = _stand_ins(source if source.is_dir() else source.parent, source, settings)
    try:
        for path in stand_ins:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        with open_package(source, settings) as package:
            yield package
    finally:
        for path in stand_ins:
            if path.exists() and path.stat().st_size == 0:
                path.unlink()


def _stand_ins(root: Path, source: Path, settings: Settings) -> list[Path]:
    """The derived tables whose absence is all that keeps the package from being opened."""
    try:
        with open_package(source, settings):
            return []
    except Refusal as refusal:
        missing = [each for each in refusal.findings if each.code == "path-missing" and each.place.file == DESCRIPTOR]
        if len(missing) < len(refusal.findings):
            return []
    derived = _derived(root / DESCRIPTOR)
    if any(each.place.resource not in derived for each in missing):
        return []
    return [root.joinpath(*PurePosixPath(each.found).parts) for each in missing]


def _derived(descriptor: Path) -> set[str]:
    """The names of the tables that say how they are derived. The loader has found the descriptor to be sound JSON."""
    resources = json.loads(descriptor.read_text(encoding="utf-8-sig")).get("resources", ())
    return {each["name"] for each in resources if each.get("catalog", {}).get("derivation")}
