"""A stranger's package: opened, validated and written down in a limited child, taken over by the process that publishes.

The child may write to one folder, the workspace, where every file of the publication gets a number. What it says of them is
believed only as far as it can be: the taker hashes each file again, and works the digest out itself.
"""

import hashlib
import json
import shutil
import stat
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.datapackage import open_package
from catalog.errors import Finding, Refusal
from catalog.intake import SOURCE, digest_of_files, prepare
from catalog.model import Package, Prepared
from catalog.settings import Settings

_MADE = "made"
_CHUNK = 1 << 20


def unpack_and_prepare(source: str, settings: Settings, workspace: str) -> Prepared:
    """What ``intake.prepare`` answers, but for the places of its files; runs in the child.

    ``workspace`` is an empty folder; file number n of the answer lies there under the name n. Raises as ``prepare``.
    """
    folder = Path(workspace)
    made = folder / _MADE
    made.mkdir()
    with open_package(Path(source), settings) as package:
        prepared = prepare(package, settings, made)
        for number, each in enumerate(prepared.files):
            _copy(prepared.contents[each.path], folder / str(number))
    return replace(prepared, package=_rootless(prepared.package), contents={})


def take_over(prepared: Prepared, workspace: Path) -> Prepared:
    """The answer of the child with the places of its files, each of them compared with what the child said of it.

    Raises Refusal("upload-inconsistent").
    """
    contents = {each.path: workspace / str(number) for number, each in enumerate(prepared.files)}
    same = len(contents) == len(prepared.files)
    for each in prepared.files:
        path = contents[each.path]
        same = same and stat.S_ISREG(path.lstat().st_mode) and (_hashed(path), path.stat().st_size) == (each.sha256, each.bytes)
    given = {each.path.removeprefix(SOURCE): each.sha256 for each in prepared.files if each.path.startswith(SOURCE)}
    if not same or set(given) != set(prepared.package.files) or digest_of_files(given) != prepared.digest:
        raise Refusal(Finding(code="upload-inconsistent"))
    return replace(prepared, contents=contents)


def _copy(source: Path, target: Path) -> None:
    """Copy, so that a file that stands under two names in the publication is there twice."""
    with source.open("rb") as reading, target.open("xb") as writing:
        shutil.copyfileobj(reading, writing, _CHUNK)


def _rootless(package: Package) -> Package:
    raw = replace(package.raw, root=None) if package.raw else None
    return replace(package, root=None, raw=raw)


def _hashed(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def warm_up() -> None:
    """Check a small package, so that whatever a check imports or reads once is there before children are forked."""
    descriptor = {
        "name": "warm",
        "title": "-",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [{"name": "warm", "path": "warm.csv", "schema": {"fields": [{"name": "a", "type": "integer"}]}}],
    }
    with TemporaryDirectory(prefix="catalog-") as name, suppress(Refusal):
        folder = Path(name)
        archive, workspace = folder / "warm.zip", folder / "files"
        workspace.mkdir()
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("datapackage.json", json.dumps(descriptor))
            packed.writestr("warm.csv", "a\n1\n")
        unpack_and_prepare(str(archive), Settings(), str(workspace))
