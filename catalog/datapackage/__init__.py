"""The strict loader: a folder, its ``datapackage.json`` or a zip of it -> one frozen ``model.Package``.

Strangers' bytes come in here. Nothing in a descriptor is fetched, expanded or followed; what frictionless is handed
(``Package.descriptor``) is what this loader has resolved. docs/descriptor.md lists every key and every refusal.
"""

import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.datapackage.archives import unpack
from catalog.datapackage.complaints import Complaints, printable
from catalog.datapackage.containment import Folder
from catalog.datapackage.packages import read_package
from catalog.datapackage.resources import DESCRIPTOR
from catalog.errors import Finding, Place, Refusal
from catalog.model import Package
from catalog.settings import Settings

__all__ = ["open_package"]


@contextmanager
def open_package(source: Path, settings: Settings) -> Iterator[Package]:
    """Open the data package at ``source``: a folder, the ``datapackage.json`` in it, or a zip of it (one folder on top is fine).

    The files of the package are there, below ``Package.root``, as long as the context lasts. Data Package v1 and v2 read
    the same. Raises Refusal with every finding (codes: docs/descriptor.md), never anything else for what the bytes are.
    """
    kind = _kind(source)
    if kind == "zip":
        with tempfile.TemporaryDirectory(prefix="catalog-") as folder:
            yield _opened(unpack(source, Path(folder), settings), settings)
    else:
        yield _opened(source.parent if kind == "descriptor" else source, settings)


def _opened(root: Path, settings: Settings) -> Package:
    complaints = Complaints()
    package = read_package(Folder(root.absolute(), complaints), settings, complaints)
    complaints.settle()
    assert package is not None, "a package without complaints is read"
    return package


def _kind(source: Path) -> str:
    """What ``source`` is, by ``stat`` alone: a FIFO would block whoever opened it."""
    try:
        mode = source.stat().st_mode
    except (OSError, ValueError):
        mode = 0
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISREG(mode) and source.name == DESCRIPTOR:
        return "descriptor"
    if stat.S_ISREG(mode) and os.access(source, os.R_OK) and (source.suffix.lower() == ".zip" or zipfile.is_zipfile(source)):
        return "zip"
    raise Refusal(Finding(code="package-missing", place=Place(file=printable(source.name)), found=printable(source.name)))
