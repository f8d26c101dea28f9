"""Everything that can be worked out about a package before the store is asked: ``prepare(package) -> Prepared``.

No database and no network here: this is what runs in a limited child process when the bytes are a stranger's.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from catalog import media
from catalog.errors import InvalidData
from catalog.examination import Step, codelists_used, examine, standards
from catalog.model import Box, Field, FileRole, Package, Prepared, Resource, StoredFile
from catalog.settings import Settings
from catalog.standards import as_json
from catalog.tables import SHEETS, write_canonical

if TYPE_CHECKING:
    from catalog.formats import Typed

SOURCE, CODELISTS, STANDARDS, RAW, STATISTICS, CHARTS = (
    "source/", "codelists/", "standards/", "raw/", "statistics/", "charts/",
)  # fmt: skip
_ROLES: Mapping[str, FileRole] = {
    CODELISTS: "codelist", STANDARDS: "standard", RAW: "raw", STATISTICS: "statistics", CHARTS: "chart",
}  # fmt: skip
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: same files, same bytes, whenever it is written
_CHUNK = 1 << 20


def prepare(package: Package, settings: Settings, workspace: Path, step: Step = lambda _name: None) -> Prepared:
    """Validate the package and write down every file that a publication of it will hold.

    ``workspace`` is an empty folder that outlives the answer. Raises InvalidData, with everything that was found,
    where the data or the definitions have an error; warnings and notes go into the answer.
    """
    outcome = examine(package, settings, step)
    if not outcome.valid:
        raise InvalidData(outcome.report, *outcome.problems())
    step("write")
    contents = {SOURCE + path: _inside(package, path) for path in package.files}
    values: dict[str, Typed] = {}
    for table in package.tables():
        target = workspace / f"{table.name}.csv"
        rows = _canonical(package, table, target, settings)
        contents[target.name] = target
        values[table.name], written = _typed(table, target, rows)
        contents |= {each.name: each for each in written}
    contents |= _worked_out(package, contents, values, workspace)
    if package.views:
        contents |= _traceable(package, workspace, settings) | _drawn(package, contents, workspace)
    archive = workspace / f"{package.name}.zip"
    write_zip(package, archive)
    contents[archive.name] = archive
    contents |= _snapshots(package, workspace)
    return Prepared(
        package=package,
        files=tuple(_stored(package, path, source) for path, source in contents.items()),
        contents=contents,
        report=outcome.report,
        findings=outcome.findings,
        digest=digest_of(package),
        raw_digest=digest_of(package.raw) if package.raw else "",
        rows={name: each.rows for name, each in values.items()},
        validator=_validator(),
        box=_box(package, contents),
    )


@cache
def _validator() -> str:
    """Who validated: looked up once, for that reads the folders of all that is installed."""
    return f"frictionless {version('frictionless')}"


def digest_of(package: Package) -> str:
    """What "the same bytes" means: the sorted list of what the steward gave, each path with its SHA-256."""
    return digest_of_files({path: _sha256(_inside(package, path)) for path in package.files})


def digest_of_files(hashes: Mapping[str, str]) -> str:
    """The same, of files whose SHA-256 are known, by path."""
    return hashlib.sha256(json.dumps(sorted(hashes.items()), ensure_ascii=False).encode()).hexdigest()


def _inside(package: Package, path: str) -> Path:
    assert package.root is not None, "a package is prepared while its folder is open"
    return package.root.joinpath(*PurePosixPath(path).parts)


def _snapshots(package: Package, workspace: Path) -> dict[str, Path]:
    """The code lists and standards as they are today: what a later reader of this version has to look codes up in."""
    from catalog.vocabulary.snapshots import freeze

    written = {f"{CODELISTS}{each.name}.json": freeze(each) for each in codelists_used(package)}
    for table in package.tables():
        if table.standard is not None:
            standard = standards().standard(table.standard.id, table.standard.edition)
            text = json.dumps(as_json(standard), ensure_ascii=False, sort_keys=True)
            written[f"{STANDARDS}{standard.slug}-{standard.edition}.json"] = text.encode()
    for path, body in written.items():
        target = workspace / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(body)
    return {path: workspace / path for path in written}


def _canonical(package: Package, table: Resource, target: Path, settings: Settings) -> int:
    if table.format in SHEETS:
        from catalog.validation.sheets import write_sheet

        return write_sheet(package, table, target)
    return write_canonical(
        _inside(package, table.path),
        table,
        target,
        max_columns=settings.max_columns,
        max_cell_bytes=settings.max_cell_bytes,
    )


def _typed(table: Resource, canonical: Path, rows: int) -> tuple["Typed", tuple[Path, Path]]:
    """The same table with the types of its schema, as Parquet and NDJSON, which everything that asks or converts it reads."""
    from catalog.formats import typed, write_ndjson, write_parquet

    parquet, ndjson = (canonical.with_suffix(each.suffix) for each in (media.PARQUET, media.NDJSON))
    with typed(canonical, table, rows, _reader) as values:
        write_parquet(values, table, parquet)
        write_ndjson(values, ndjson)
    return values, (parquet, ndjson)


def _worked_out(
    package: Package, contents: Mapping[str, Path], values: Mapping[str, "Typed"], workspace: Path
) -> dict[str, Path]:
    """Profiles of the columns."""
    from catalog import statistics

    codelists = {each.name: each for each in codelists_used(package)}
    (workspace / STATISTICS).mkdir()
    found = {}
    for table in package.tables():
        path = f"{STATISTICS}{table.name}{media.JSON.suffix}"
        found[path] = workspace / path
        profiles = statistics.profile(contents[f"{table.name}{media.PARQUET.suffix}"], table, codelists, values[table.name])
        found[path].write_bytes(statistics.freeze(profiles))
    return found


def _drawn(package: Package, contents: Mapping[str, Path], workspace: Path) -> dict[str, Path]:
    """What the declared views show."""
    from catalog import charts

    codelists = {each.name: each for each in codelists_used(package)}
    typed = {each.name: contents[f"{each.name}{media.PARQUET.suffix}"] for each in package.tables()}
    return charts.write(package, typed, codelists, workspace)


def _traceable(package: Package, workspace: Path, settings: Settings) -> dict[str, Path]:
    """The raw records that a case of a dashboard can be followed to."""
    if package.raw is None or not package.raw.open:
        return {}
    found = {}
    (workspace / RAW).mkdir()
    for table in package.raw.tables():
        canonical = workspace / RAW / f"{table.name}{media.CSV.suffix}"
        _values, (parquet, _ndjson) = _typed(table, canonical, _canonical(package.raw, table, canonical, settings))
        found[f"{RAW}{parquet.name}"] = parquet
    return found


def _box(package: Package, contents: Mapping[str, Path]) -> Box | None:
    """The part of the earth that the tables are about, as far as they say so."""
    from catalog.formats.extent import box

    return box((contents[f"{each.name}{media.PARQUET.suffix}"], each) for each in package.tables())


def _reader(field: Field, missing: tuple[str, ...]) -> Callable[[str], Any]:
    """Stock's own reader of a field: only columns that are written in an unusual way ask for it."""
    from catalog.validation.casting import reader

    return reader(field, missing)


def write_zip(package: Package, target: Path) -> None:
    """Write the files of a package as a zip; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(package.files):
            entry = zipfile.ZipInfo(path, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with _inside(package, path).open("rb") as source, archive.open(entry, "w") as sink:
                while chunk := source.read(_CHUNK):
                    sink.write(chunk)


def _stored(package: Package, path: str, source: Path) -> StoredFile:
    role, resource = _role(package, path)
    drawn = role == "chart" and path.endswith(media.SVG.suffix)
    format_ = media.SVG if drawn else media.of_path(path)
    return StoredFile(
        path=path,
        sha256=_sha256(source),
        bytes=source.stat().st_size,
        media_type=format_.media_type,
        role=role,
        format="" if format_ is media.OCTETS else format_.name,
        resource=resource,
    )


def _role(package: Package, path: str) -> tuple[FileRole, str]:
    """What a file is to the publication, and the resource that it holds."""
    if path == f"{package.name}.zip":
        return "package", ""
    for folder, role in _ROLES.items():
        if path.startswith(folder):
            return role, PurePosixPath(path).stem if role in ("raw", "statistics") else ""
    if path.startswith(SOURCE):
        given = path.removeprefix(SOURCE)
        return "source", next((each.name for each in package.resources if each.path == given), "")
    return "table", PurePosixPath(path).stem


def _sha256(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
