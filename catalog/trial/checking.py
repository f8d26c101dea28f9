"""What is done with a stranger's file in the child. Heavy: import it only where files are really checked."""

import contextlib
import csv
import importlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from catalog import media
from catalog.conforming import Change, Cleaned, Library, Options, clean_bytes
from catalog.conforming.metadata import Metadata, merged, read_sheet
from catalog.conforming.reading import DELIMITERS, Source, read
from catalog.conforming.workbooks import is_workbook
from catalog.datapackage import open_package
from catalog.datapackage.containment import is_portable, structure_problem
from catalog.datapackage.resources import DESCRIPTOR
from catalog.errors import Finding, NotFound, Place, Refusal
from catalog.examination import examine, shipped_vocabulary, standards
from catalog.intake import write_zip
from catalog.model import Package, Resource, Text
from catalog.settings import Settings
from catalog.tables import SHEETS, read_rows
from catalog.trial import marking, packing, plain
from catalog.trial.nouns import LICENSES, Mended, Order, Product, Table, Trial, for_child, shown
from catalog.validation import Outcome, sheet_rows
from catalog.values import column_number

TABLE = "table"
"""What the table of a lone file is called until somebody names it."""
_LATER = ("catalog.derivation.published",)
"""What ``examination`` imports only where a package needs it."""
_NO_PUBLISHER = frozenset({"clean-publisher-missing", "clean-publisher-several"})
_RESTATED = frozenset({"clean-left", "clean-required", "clean-key-empty", "clean-key-twice"})
"""What cleaning says of a cell or row that validation then says of it in more words."""
_FIRST_LINE = 1 << 18
_ZIPPED = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class _Job:
    """A file, what is asked for with it, and a folder that is empty."""

    shown: str
    data: bytes
    order: Order
    settings: Settings
    folder: Path

    @property
    def package(self) -> Path:
        """Where the package is written that is made around a lone table."""
        return self.folder / "package"


def check(name: str, data: bytes, order: Order, settings: Settings) -> Trial:
    """``trial.check_file``, where everything is imported."""
    name = shown(name)
    with tempfile.TemporaryDirectory(prefix="catalog-") as folder:
        job = _Job(name, data, order, settings, Path(folder))
        lower = name.lower()
        is_zip = data.startswith(_ZIPPED) and not lower.endswith(media.XLSX.suffix)
        if (is_zip or lower.endswith(media.ZIP.suffix)) and not is_workbook(data):
            return _of_package(job)
        try:
            named = order.standard or (_metadata(job).get("standard.id", "") if is_workbook(data) else "")
            return _of_standard(job) if named else _of_table(job)
        except NotFound as error:  # a template that names a standard or an edition that there is not
            raise Refusal(error.finding()) from None


def _of_package(job: _Job) -> Trial:
    named = is_portable(job.shown) and not structure_problem(job.shown)
    path = job.folder / (job.shown if named else f"{TABLE}.zip")
    path.write_bytes(job.data)
    with open_package(path, job.settings) as package:
        outcome = examine(package, job.settings)
        problems = outcome.problems()
        sheets = tuple(_sheet(package, each, outcome, job.settings) for each in package.tables())
        trial = Trial(
            file=job.shown,
            kind="package",
            report=outcome.report,
            problems=problems,
            findings=outcome.findings,
            lanes=dict(outcome.lanes),
            tables=tuple(_table(each, title=package.resource(each.resource).title, problems=problems) for each in sheets),
        )
        return replace(trial, product=_product(job, trial, sheets, package))


def _sheet(package: Package, table: Resource, outcome: Outcome, settings: Settings) -> marking.Sheet:
    assert package.root is not None, "a package is checked while its folder is open"
    path = package.root.joinpath(*PurePosixPath(table.path).parts)
    if table.format in SHEETS:
        records = sheet_rows(package, table)
    else:
        records = read_rows(path, table, max_columns=settings.max_columns, max_cell_bytes=settings.max_cell_bytes)
    rows = next((task["stats"].get("rows", 0) for task in outcome.report["tasks"] if task["name"] == table.name), 0)
    return marking.Sheet(
        name=table.name,
        resource=table.name,
        rows=rows,
        labels=table.schema.names() if table.schema else (),
        records=_readable(records),
    )


def _readable(records: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The records with their numbers, as far as they can be read: what stands against the rest is among the findings."""
    with contextlib.suppress(Refusal):
        yield from enumerate(records, start=1)


def _of_table(job: _Job) -> Trial:
    """A lone table that nobody has said anything about."""
    source = read(job.shown, job.data, job.settings)
    records = _records(source, job)
    place, path = Place(file=job.shown), f"data/{TABLE}.csv"
    (job.package / path).parent.mkdir(parents=True)
    found = plain.read(records(), place, job.package / path)
    name, what = source.sheets[0].name, PurePosixPath(job.shown).stem
    sheet = marking.Sheet(name=name or what, resource="", rows=found.rows, labels=found.names, records=_readable(records()))
    metadata, doubts = read_sheet(source.metadata, place)
    metadata = merged(metadata, job.order.about)
    written, wrong = packing.descriptor(metadata, found.schema(), path, what, shipped_vocabulary())
    if job.order.want == "package":
        wrong = [*doubts, *packing.lacking(metadata), *wrong]
    if job.order.want != "package" or _has_errors(wrong):  # the table can be checked all the same
        written, _ = packing.descriptor({}, found.schema(), path, what, shipped_vocabulary())
    notes = [*_of_source(source, place), *found.findings, *(wrong if job.order.want == "package" else ())]
    trial = Trial(file=job.shown, problems=tuple(notes), findings=tuple(notes), columns=found.columns)
    if _has_errors(found.findings):
        trial = replace(trial, tables=(_table(sheet, title=Text(job.shown), problems=notes),))
        return replace(trial, product=_product(job, trial, (sheet,), None))
    (job.package / DESCRIPTOR).write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    return _examined(job, trial, (sheet,), lambda each: replace(each, file=job.shown, resource=""))


def _has_errors(findings: Iterable[Finding]) -> bool:
    return any(each.severity == "error" for each in findings)


def _of_standard(job: _Job) -> Trial:
    """A lone table, brought into the form of its standard first. Places are those of the file that was given.

    The standard is the one that was chosen, else the one that the sheet メタデータ of the template names.
    """
    cleaned, missing = _cleaned(job)
    for path, content in cleaned.files.items():
        (job.package / path).parent.mkdir(parents=True, exist_ok=True)
        (job.package / path).write_bytes(content)
    columns = {each["name"]: column_number(each["cell"]) for each in cleaned.summary["columns"]}
    header = cleaned.summary["source"]["header"]
    rows = {0: 0, **dict(enumerate(cleaned.source_rows, start=2))}

    def original(place: Place) -> Place:
        name = cleaned.columns[place.column - 1] if 0 < place.column <= len(cleaned.columns) else place.field
        return replace(place, file=job.shown, resource="", row=rows.get(place.row, header), column=columns.get(name, 0))

    told = (*missing, *(replace(each, place=_in_file(each, job.shown)) for each in cleaned.findings))
    trial = Trial(file=job.shown, problems=told, findings=told, changes=tuple(map(_mended, cleaned.changes)))
    return _examined(job, trial, _sheets(job, cleaned, header), original)


def _in_file(finding: Finding, shown: str) -> Place:
    """A place of cleaning, which names some cells (D12) in its details only."""
    column = finding.place.column or column_number(finding.details.get("cell", ""))
    return replace(finding.place, file=shown, resource="", column=column)


def _mended(change: Change) -> Mended:
    return Mended(cell=change.cell, field=change.field, before=change.before, after=change.after, rules=change.rules)


def _cleaned(job: _Job) -> tuple[Cleaned, list[Finding]]:
    """The table of the standard, and what a package of it still lacks; a check alone needs no publisher and no licence."""
    library = Library(standards=standards(), vocabulary=shipped_vocabulary(), settings=job.settings)
    options = Options(standard=job.order.standard, metadata=job.order.about)
    wants_package = job.order.want == "package"
    missing = list(packing.lacking(_metadata(job), "license")) if wants_package else []
    try:
        return clean_bytes(job.shown, job.data, options, library), missing
    except Refusal as refusal:
        if any(each.code not in _NO_PUBLISHER for each in refusal.findings):
            raise
    if wants_package:
        missing += packing.lacking({}, "publisher.id", "publisher.name")
    draft = replace(options, metadata={**job.order.about, "publisher.id": packing.DRAFT})
    return clean_bytes(job.shown, job.data, draft, library), missing


def _metadata(job: _Job) -> Metadata:
    """What the form says, over what the sheet メタデータ of a template says."""
    source = read(job.shown, job.data, job.settings)
    return merged(read_sheet(source.metadata, Place(file=job.shown))[0], job.order.about)


def _sheets(job: _Job, cleaned: Cleaned, header: int) -> Iterator[marking.Sheet]:
    """The file as it was given, to be marked; and beside it the table that was made of it."""
    chosen = cleaned.summary["source"]
    for cut in read(job.shown, job.data, job.settings).sheets:
        if (cut.name, cut.delimiter) == (chosen["sheet"], chosen["delimiter"]):
            rows = cut.rows()
            yield marking.Sheet(
                name=cut.name or PurePosixPath(job.shown).stem,
                resource="",
                rows=len(cleaned.rows),
                labels=tuple(rows[header - 1]),
                header=header,
                records=enumerate(rows, start=1),
                changes={(each.row, each.column): _mended(each) for each in cleaned.changes},
            )
    yield marking.Sheet(
        name=cleaned.standard,
        resource=marking.NOWHERE,
        rows=len(cleaned.rows),
        labels=cleaned.columns,
        records=enumerate((cleaned.columns, *cleaned.rows), start=1),
    )


def _examined(job: _Job, trial: Trial, sheets: Iterable[marking.Sheet], place: Callable[[Place], Place]) -> Trial:
    """Examine the package that was made around a lone table; ``place`` says where in the file that was given something is."""
    with open_package(job.package, job.settings) as package:
        outcome = examine(package, job.settings)
        told = outcome.problems() if job.order.want == "package" else tuple(each for each in outcome.problems() if _of_data(each))
        found = tuple(each if each.place.file == DESCRIPTOR else replace(each, place=place(each.place)) for each in told)
        held = {(each.place.row, each.place.column) for each in found}
        notes = {each.place.row for each in found if each.code == "note-row"}
        before = tuple(each for each in trial.problems if not _restated(each, held, notes))
        problems = (*before, *found)
        codes = {each.code for each in outcome.findings}
        trial = replace(
            trial,
            report=outcome.report,
            problems=problems,
            findings=(*before, *(each for each in found if each.code in codes)),
            lanes=dict(outcome.lanes),
        )
        tables = tuple(sheets)
        trial = replace(trial, tables=(_table(tables[0], title=Text(job.shown), problems=problems),))
        return replace(trial, product=_product(job, trial, tables, package))


def _restated(finding: Finding, cells: set[tuple[int, int]], notes: set[int]) -> bool:
    """Whether validation says the same of these cells, or of these rows that are notes."""
    if finding.code == "clean-row-note":
        return finding.place.row in notes
    return finding.code in _RESTATED and _at(finding) in cells


def _of_data(finding: Finding) -> bool:
    """Whether a finding is about the table, and not about a description that nobody has written yet; errors always count."""
    return finding.severity == "error" or finding.place.file != DESCRIPTOR


def _at(finding: Finding) -> tuple[int, int]:
    return finding.place.row, finding.place.column


def _records(source: Source, job: _Job) -> Callable[[], Iterator[list[str]]]:
    """What reads the rows of the first sheet, or of the text, cut where its first line has most cells."""
    if source.kind == "xlsx":
        rows = source.sheets[0].rows()
        return lambda: iter(rows)
    line = job.data[:_FIRST_LINE].decode(source.encoding, errors="ignore").lstrip("\ufeff").partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda each: len(next(csv.reader([line], delimiter=each), [])))
    path = job.folder / "upload"
    path.write_bytes(job.data)
    text = Resource(name=TABLE, path=job.shown, encoding=source.encoding, dialect={"delimiter": delimiter})
    limits = {"max_columns": job.settings.max_columns, "max_cell_bytes": job.settings.max_cell_bytes}
    return lambda: _unnamed(read_rows(path, text, **limits))


def _unnamed(records: Iterator[list[str]]) -> Iterator[list[str]]:
    """The records; what stands against them is told of the file, for nobody has named its table."""
    try:
        yield from records
    except Refusal as refusal:
        raise Refusal(*(replace(each, place=replace(each.place, resource="")) for each in refusal.findings)) from None


def _of_source(source: Source, place: Place) -> Iterator[Finding]:
    """What the file itself is: text in another encoding than UTF-8, a workbook with more than one table."""
    if source.encoding and not source.encoding.startswith("utf-8"):
        yield Finding(code="encoding-other", severity="warning", place=place, found=source.encoding.upper())
    if source.kind == "xlsx" and len(source.sheets) > 1:
        names = ", ".join(each.name for each in source.sheets[1:])
        yield Finding(code="sheets-other", severity="warning", place=place, found=names[:200], expected=source.sheets[0].name)


def _table(sheet: marking.Sheet, *, title: Text, problems: Sequence[Finding]) -> Table:
    doubtful = {
        each.place.row
        for each in problems
        if each.place.resource == sheet.resource and each.place.row > 1 and each.severity != "note"
    }
    return Table(name=sheet.name, title=title or Text(sheet.name), rows=sheet.rows, doubtful=min(len(doubtful), sheet.rows))


def _product(job: _Job, trial: Trial, sheets: Sequence[marking.Sheet], package: Package | None) -> Product | None:
    """What is asked for; a package only where it could be published."""
    stem = PurePosixPath(job.shown).stem
    if job.order.want == "marked":
        target = job.folder / f"marked{media.XLSX.suffix}"
        marking.workbook(sheets, trial.problems, trial.changes, target, job.order.language)
        return Product(name=f"{stem}-checked{media.XLSX.suffix}", media_type=media.XLSX.media_type, data=target.read_bytes())
    if job.order.want == "package" and package is not None and trial.valid:
        target = job.folder / f"package{media.ZIP.suffix}"
        write_zip(package, target)
        return Product(name=f"{package.name}{media.ZIP.suffix}", media_type=media.ZIP.media_type, data=target.read_bytes())
    return None


def warm_up() -> None:
    """Check small tables, so that whatever a check imports or reads once is there; then what only some packages need."""
    about = {"title": "-", "publisher.id": "operator", "publisher.name": "-", "license": LICENSES[0].name}
    for standard, header in (("", "a,b"), ("public-toilet", "名称,緯度")):
        order = Order(want="package", standard=standard, about=about)
        with contextlib.suppress(Refusal):
            check("warm.csv", f"{header}\n1,35\n".encode(), order, for_child(Settings()))
    for module in _LATER:
        importlib.import_module(module)
