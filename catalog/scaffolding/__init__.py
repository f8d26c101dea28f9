"""A new data package for a standard: descriptor, empty tables, a guide for the steward and a workbook to fill in.

``new`` writes the folder as a whole or not at all. Needs xlsxwriter, so import it only where a package is made.
"""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.errors import Finding, Refusal
from catalog.model import Agent, Text
from catalog.scaffolding.guide import guide
from catalog.scaffolding.plan import Plan, planned
from catalog.scaffolding.publishers import findings_of
from catalog.scaffolding.workbook import workbook
from catalog.standards import Standard, Standards
from catalog.vocabulary.codelists import Vocabulary

__all__ = ["Options", "Scaffold", "new", "occupied", "template", "write_whole"]

WORKBOOK = "template.xlsx"
BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the package is wanted. ``tables``: optional tables of the standard to have besides the required ones.

    ``vocabulary`` gives the workbook its lists to choose from, and a publisher that is named by its code its name.
    """

    sample: bool = False
    tables: tuple[str, ...] = ()
    vocabulary: Vocabulary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """What was written: the package's name, its tables, and its files relative to the folder."""

    name: str
    standard: str
    edition: str
    tables: tuple[str, ...]
    files: tuple[str, ...]


def new(standard: Standard, folder: Path, publisher: Agent, standards: Standards, options: Options | None = None) -> Scaffold:
    """Write a package of ``standard`` for ``publisher`` into ``folder``, which must be absent or empty.

    ``standards`` is asked for the companion of a standard that has one. Raises Refusal with every reason found
    (publisher, folder), NotFound("standard-table-unknown") for a table that the standard does not have; then the folder
    is as it was.
    """
    options = options or Options()
    publisher = _named(publisher, options.vocabulary)
    findings = [*findings_of(publisher.id, sample=options.sample), *occupied(folder)]
    if findings:
        raise Refusal(*findings)
    plan = planned(standard, publisher, standards, options.tables, sample=options.sample)
    contents = _contents(plan, options.vocabulary)
    write_whole(contents, folder)
    return Scaffold(
        name=plan.name,
        standard=standard.slug,
        edition=standard.edition,
        tables=tuple(each.table.name for each in plan.tables),
        files=tuple(contents),
    )


def template(standard: Standard, publisher: Agent, standards: Standards, vocabulary: Vocabulary) -> bytes:
    """The workbook alone, of the standard's own tables. Raises Refusal with what is wrong with the publisher."""
    publisher = _named(publisher, vocabulary)
    if findings := tuple(findings_of(publisher.id, sample=False)):
        raise Refusal(*findings)
    return workbook(planned(replace(standard, companion=None), publisher, standards, (), sample=False), vocabulary)


def _named(publisher: Agent, vocabulary: Vocabulary | None) -> Agent:
    """A publisher without a name has that of its code, or the id itself."""
    if publisher.name:
        return publisher
    area = vocabulary.area(publisher.id) if vocabulary else None
    return replace(publisher, name=area.label if area else Text(ja=publisher.id, en=publisher.id))


def occupied(folder: Path) -> tuple[Finding, ...]:
    """A finding where a package cannot be written into ``folder``: it has to be absent or empty."""
    try:
        taken = not folder.is_dir() if folder.exists() else folder.is_symlink()
        taken = taken or (folder.is_dir() and any(folder.iterdir()))
    except OSError as error:
        return (_unwritable(folder, error),)
    return (Finding(code="folder-not-empty", found=folder.name or str(folder)),) if taken else ()


def _unwritable(folder: Path, error: OSError) -> Finding:
    return Finding(
        code="folder-unwritable", found=folder.name or str(folder), details={"reason": error.strerror or type(error).__name__}
    )


def _contents(plan: Plan, vocabulary: Vocabulary | None) -> dict[str, bytes]:
    """Every file of the package by its path."""
    descriptor = json.dumps(plan.descriptor, ensure_ascii=False, indent=2) + "\n"
    tables = {each.path: _table(each.table.header(), each.rows, mark=each.mark) for each in plan.tables}
    return {
        "datapackage.json": descriptor.encode(),
        **tables,
        "README.md": guide(plan, WORKBOOK).encode(),
        WORKBOOK: workbook(plan, vocabulary),
    }


def _table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], *, mark: bool) -> bytes:
    """CSV (RFC 4180). With ``mark`` a byte order mark tells a spreadsheet that the text is UTF-8."""
    text = io.StringIO(BOM if mark else "", newline="")
    text.seek(0, io.SEEK_END)
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def write_whole(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write beside the folder, then move into place: whatever fails, the folder is absent or empty as before."""
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            built = workplace / "package"
            for path, content in contents.items():
                (built / path).parent.mkdir(parents=True, exist_ok=True)
                (built / path).write_bytes(content)
            _move(built, folder)
        finally:
            shutil.rmtree(workplace, ignore_errors=True)
    except OSError as error:
        raise Refusal(_unwritable(folder, error)) from error


def _move(built: Path, folder: Path) -> None:
    """An empty folder may be somebody's working folder, so its content is moved in; an absent one comes as a whole."""
    if not folder.exists():
        os.rename(built, folder)  # noqa: PTH104  Path.rename would do the same; os.rename says that nothing is replaced
        return
    moved = []
    try:
        for child in sorted(built.iterdir()):
            os.rename(child, folder / child.name)  # noqa: PTH104  as above
            moved.append(child.name)
    except OSError:
        for name in moved:
            os.rename(folder / name, built / name)  # noqa: PTH104  as above
        raise
