"""A package that comes as a zip: checked name by name, then unpacked under limits that hold while it inflates."""

import errno
import stat
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from catalog.datapackage.complaints import Complaints, printable
from catalog.datapackage.containment import is_portable, structure_problem
from catalog.errors import Finding, Place, Refusal
from catalog.settings import Settings
from catalog.workbooks import DAMAGED_ZIP

FLOOR = 10_000_000
"""Bytes that any zip may unpack to, whatever its ratio: small tables of zeros compress a thousandfold."""

_CHUNK = 1 << 16
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1 | 0x40
_JUNK = "__MACOSX/"
_OUTSIDE = frozenset({"path-absolute", "path-outside", "path-remote"})


def unpack(source: Path, target: Path, settings: Settings) -> Path:
    """Unpack the zip into the empty folder ``target``; answer the folder in it that holds ``datapackage.json``.

    That is the top, or the one folder at the top. Raises Refusal.
    """
    place = Place(file=printable(source.name))
    packed = source.stat().st_size
    if packed > settings.max_package_bytes:
        raise Refusal(Finding(code="package-too-large", place=place, expected=f"{settings.max_package_bytes:,}"))
    try:
        with zipfile.ZipFile(source) as archive:
            entries = _checked(archive, place, settings)
            budget = Budget(packed, settings, place)
            budget.spend(sum(entry.file_size for entry, _name in entries))
            budget = Budget(packed, settings, place)
            for entry, name in entries:
                path = target.joinpath(*name.split("/"))
                path.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed_file, path.open("xb") as file:
                    inflate(packed_file, file, budget)
    except DAMAGED_ZIP:
        raise Refusal(Finding(code="zip-invalid", place=place)) from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a full disk is no fault of the zip; a seek to nowhere is
            raise
        raise Refusal(Finding(code="zip-invalid", place=place)) from None
    return _root(target)


class Budget:
    """Bytes that may still be unpacked: so much in all, and so much for the size of the zip."""

    def __init__(self, packed: int, settings: Settings, place: Place) -> None:
        self._place = place
        self._bomb = max(FLOOR, packed * settings.max_zip_ratio)
        self._largest = settings.max_package_bytes
        self._ratio = settings.max_zip_ratio
        self._spent = 0

    def spend(self, size: int) -> None:
        """Account for ``size`` bytes; raises Refusal where they are too many."""
        self._spent += size
        if self._spent > self._largest:
            raise Refusal(Finding(code="package-too-large", place=self._place, expected=f"{self._largest:,}"))
        if self._spent > self._bomb:
            raise Refusal(Finding(code="zip-bomb", place=self._place, expected=str(self._ratio)))


def inflate(source: IO[bytes], target: IO[bytes], budget: Budget) -> None:
    """Copy piece by piece, so that a zip that lies about its sizes is stopped as soon as it has grown too much."""
    while chunk := source.read(_CHUNK):
        budget.spend(len(chunk))
        target.write(chunk)


def _checked(archive: zipfile.ZipFile, place: Place, settings: Settings) -> list[tuple[zipfile.ZipInfo, str]]:
    """The files of the zip with their names; raises Refusal with everything that is wrong with any entry."""
    complaints = Complaints()
    infos = archive.infolist()
    if len(infos) > settings.max_package_files:
        raise Refusal(
            Finding(
                code="package-too-many-files", place=place, found=f"{len(infos):,}", expected=f"{settings.max_package_files:,}"
            )
        )
    entries: list[tuple[zipfile.ZipInfo, str]] = []
    taken: set[str] = set()
    for info in infos:
        name = _name(info)
        if name.startswith(_JUNK):
            continue
        problem = _problem(info, name)
        folded = unicodedata.normalize("NFC", name.rstrip("/").casefold())
        if not problem and folded in taken:
            problem = "zip-duplicate"
        taken.add(folded)
        if problem:
            complaints.add(problem, place, found=name)
        elif not name.endswith("/"):
            entries.append((info, name))
    files = {name for _info, name in entries}
    for name in sorted({str(parent) for each in files for parent in PurePosixPath(each).parents} & files):
        complaints.add("zip-duplicate", place, found=name)
    complaints.settle()
    return entries


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's name. Without the UTF-8 flag Python reads CP437; macOS means UTF-8 there, Windows in Japan CP932."""
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME or name.isascii():
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _problem(info: zipfile.ZipInfo, name: str) -> str:
    """The code of what is wrong with an entry, or ""."""
    structure = structure_problem(name.removesuffix("/"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    plain = (0, stat.S_IFDIR if name.endswith("/") else stat.S_IFREG)
    problems = (
        ("zip-outside", structure in _OUTSIDE),
        ("zip-name", structure or "." in name.split("/") or not is_portable(name)),
        ("zip-link", kind == stat.S_IFLNK),
        ("zip-not-file", kind not in plain),
        ("zip-encrypted", info.flag_bits & _ENCRYPTED),
        ("zip-compression", info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)),
    )
    return next((code for code, is_so in problems if is_so), "")


def _root(target: Path) -> Path:
    if (target / "datapackage.json").exists():
        return target
    folders = [each for each in target.iterdir() if each.is_dir()]
    if len(folders) == 1 and len(list(target.iterdir())) == 1:
        return folders[0]
    return target
