"""Files of a package by their relative paths, and nothing else: no link, no device, no way out of the folder.

Data Package v2, "Data Resource: path" (relative, no ``../``), plus what its text leaves open and attackers use.
"""

import os
import re
import stat
import unicodedata
from dataclasses import replace
from pathlib import Path

from catalog.datapackage.complaints import Complaints
from catalog.errors import Place

LONGEST_NAME = 255
"""Bytes of one part of a path; more does not fit on the usual file systems."""

LONGEST_PATH = 1_000

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_EXPANDED = re.compile(r"~|.*\$[\w{(]|.*%[A-Za-z_][A-Za-z0-9_()]*%", re.DOTALL)
_NOT_PORTABLE = re.compile(r'[<>:"|?*]')


def structure_problem(path: str) -> str:
    """The code of what is wrong with the form of a path, or "". Looked at after NFKC too, which makes ``．．／`` ``../``."""
    if not path or _CONTROL.search(path) or len(path.encode("utf-8", "replace")) > LONGEST_PATH:
        return "path-invalid"
    for form in (path, unicodedata.normalize("NFKC", path)):
        if _SCHEME.match(form):
            return "path-remote"
        if form.startswith("/") or _DRIVE.match(form):
            return "path-absolute"
        if ".." in re.split(r"[/\\]", form):
            return "path-outside"
        if "\\" in form:
            return "path-backslash"
    parts = path.split("/")
    return "" if all(0 < len(part.encode("utf-8", "replace")) <= LONGEST_NAME for part in parts) else "path-invalid"


def path_problem(path: str) -> str:
    """The same for a path that a descriptor names: nothing that a program may expand, nothing that Windows cannot hold."""
    if problem := structure_problem(path):
        return problem
    if _EXPANDED.match(path):
        return "path-expanded"
    return "" if is_portable(path) else "path-invalid"


def is_portable(path: str) -> bool:
    """Whether Windows can hold files of that path as well."""
    return not _NOT_PORTABLE.search(path) and not any(part.endswith((".", " ")) for part in path.split("/") if part != ".")


class Folder:
    """The folder of a package. ``files`` are those that were asked for and are there: they make up the package.

    ``prefix`` stands before the paths in findings ("raw/" for the raw records inside another package).
    """

    def __init__(self, root: Path, complaints: Complaints, prefix: str = "") -> None:
        self.root = root
        self.prefix = prefix
        self.files: dict[str, Path] = {}
        self._complaints = complaints
        self._listings: dict[Path, dict[str, os.DirEntry[str]]] = {}

    def holds(self, name: str) -> bool:
        """Whether an entry of that exact name, of whatever kind, lies at the top of the folder."""
        return name in self._listing(self.root)

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder at the top, sorted; none where there is no such folder."""
        return tuple(sorted(self._listing(self.root / folder))) if self.holds(folder) else ()

    def locate(self, path: str, place: Place) -> Path | None:
        """The regular file at a relative path, or None with the reason in the complaints."""
        problem = path_problem(path)
        parts = _parts(path)
        current = self.root
        for number, part in enumerate(parts, start=1):
            problem = problem or self._step_problem(current, part, last=number == len(parts))
            current = current / part
        if not problem and not parts:
            problem = "path-not-file"
        if not problem and not current.resolve().is_relative_to(self.root.resolve()):
            problem = "path-link"  # a junction, or whatever else a file system has for leaving a folder
        if not problem and not os.access(current, os.R_OK):
            problem = "file-unreadable"
        if problem:
            self._complaints.add(problem, place, found=path)
            return None
        return current

    def file(self, path: str, place: Place) -> Path | None:
        """The same, and from now on it is part of the package."""
        found = self.locate(path, place)
        if found is not None:
            self.files["/".join(_parts(path))] = found
        return found

    def read(self, path: str, limit: int, place: Place) -> bytes | None:
        """The bytes of such a file, no more than ``limit``; None with the reason in the complaints."""
        found = self.file(path, place)
        if found is None:
            return None
        with found.open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            self._complaints.add("file-too-large", replace(place, file=self.prefix + path), expected=f"{limit:,}")
            return None
        return data

    def _step_problem(self, folder: Path, name: str, *, last: bool) -> str:
        listing = self._listing(folder)
        entry = listing.get(name)
        if entry is None:
            alike = _folded(name)
            return "path-case" if any(_folded(each) == alike for each in listing) else "path-missing"
        if entry.is_symlink():
            return "path-link"
        mode = entry.stat(follow_symlinks=False).st_mode
        if last:
            return "" if stat.S_ISREG(mode) else "path-not-file"
        return "" if stat.S_ISDIR(mode) else "path-missing"

    def _listing(self, folder: Path) -> dict[str, os.DirEntry[str]]:
        if folder not in self._listings:
            try:
                with os.scandir(folder) as entries:
                    self._listings[folder] = {entry.name: entry for entry in entries}
            except OSError:
                self._listings[folder] = {}
        return self._listings[folder]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part != "."]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
