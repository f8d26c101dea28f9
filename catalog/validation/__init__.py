"""Does the data keep its own definitions? Stock frictionless's findings at the speed of an engine; docs/validation.md.

``validate_package`` is the door: DuckDB and frictionless are imported only when something is really validated, and
frictionless (0.8 s) only where there is something for it to look at.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from catalog.errors import Finding
from catalog.model import Json, Package, Resource
from catalog.tables import Table
from catalog.validation import small
from catalog.validation.beginnings import last_rows, told
from catalog.validation.findings import findings_of
from catalog.validation.hashing import Hashes, hashed
from catalog.validation.limits import LIMIT_ERRORS
from catalog.validation.reporting import is_clean, report_of, task_of
from catalog.validation.scanning import Ask, Question, Sighting
from catalog.validation.subjects import Subject, subjects_of
from catalog.validation.vouching import vouched

__all__ = ["Outcome", "findings_of", "hashed", "read_sheet", "scan_again", "sheet_rows", "validate_package"]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy only counts here; threads for matrices would spin while it is imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``report`` is the frictionless report as JSON; ``findings`` are ours.

    ``lanes`` says of each table how it was read: fast, slow, or by stock alone. ``sightings``: the answers to what was asked,
    by table; one that the engine could not read is not among them. ``plain``: the tables of which every cell was read in Python
    and found to be missing, or a plain value of its type.
    """

    report: Json
    findings: tuple[Finding, ...] = ()
    lanes: Mapping[str, str]
    sightings: Mapping[str, tuple[Sighting, ...]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()

    @property
    def valid(self) -> bool:
        """No error, neither stock's nor ours."""
        return bool(self.report["valid"]) and not any(each.severity == "error" for each in self.findings)

    @property
    def refused(self) -> bool:
        """Whether no table was read, and the findings say why."""
        return bool(self.findings) and not self.lanes

    @property
    def last_rows(self) -> Mapping[str, int]:
        """The tables that were not read to their end, for they have too many errors, each with its last row that was."""
        return last_rows(self.report)

    def problems(self) -> tuple[Finding, ...]:
        """Everything there is to say, stock's errors first, all in one form for people to read."""
        return findings_of(self.report) + self.findings


class _Refused(Exception):
    """Stock is not asked; the argument is why."""


def validate_package(
    package: Package,
    *,
    limit_errors: int = LIMIT_ERRORS,
    ask: Ask | None = None,
    before_stock: Callable[[], tuple[Finding, ...]] = tuple,
    hashes: Mapping[str, Future[Hashes]] | None = None,
) -> Outcome:
    """Validate every table of a package that ``datapackage.open_package`` has opened (``root`` is set).

    ``ask`` is told each table and the labels of its header, and what it asks is answered from the same reading.
    ``before_stock`` may answer findings that keep stock from being asked; they are all there is then, beside an empty report.
    ``hashes``: ``hashed`` of the package with the same limit, where it is under way already.
    Never raises for what the package holds: where frictionless itself fails, the finding ``validator-stopped`` says so.
    """
    subjects = subjects_of(package)
    stock = partial(_with_stock, limit_errors=limit_errors, before=before_stock)
    try:
        with hashed(package, limit_errors=limit_errors) if hashes is None else nullcontext(hashes) as hashing:
            if small.are_small(package, hashing):
                return _without_engine(package, subjects, hashing, stock, ask)
            from catalog.validation.lanes import validate  # the files are hashed while the engine is imported

            answer = validate(package, subjects, hashing, stock, ask)
    except _Refused as refused:
        return Outcome(report=report_of([]) | {"valid": False}, findings=refused.args[0], lanes={})
    findings = (*told(answer.report), *answer.findings)
    return Outcome(report=answer.report, findings=findings, lanes=answer.lanes, sightings=answer.sightings)


def _without_engine(
    package: Package,
    subjects: Mapping[str, Subject | None],
    hashes: Mapping[str, Future[Hashes]],
    stock: Callable[..., Any],
    ask: Ask | None,
) -> Outcome:
    """Tables that are read in Python, or by stock alone: the start of the engine would take longer than either.

    One that is not hashed is large, but so dirty that stock will read little of it. If it has read all of it, the engine answers
    what is asked.
    """
    unread = subjects.keys() - hashes.keys()
    proven = small.prove(subjects) if not unread and vouched(package.descriptor) else None
    if proven is not None and all(is_clean(each.subject, each.rows, hashes[name].result()) for name, each in proven.items()):
        report = report_of([task_of(each.subject, each.rows, hashes[name].result()) for name, each in proven.items()])
        return Outcome(report=report, lanes=dict.fromkeys(proven, "fast"), plain=frozenset(proven))
    report, findings, _active = stock(package, {}, {})
    sightings = {}
    if ask is not None and (whole := unread - last_rows(report).keys()):
        from catalog.validation.lanes import scan

        sightings = scan(package, {each: subjects[each] for each in whole}, ask)
    lanes = dict.fromkeys(subjects, "stock")
    return Outcome(report=report, findings=(*told(report), *findings), lanes=lanes, sightings=sightings)


def scan_again(package: Package, resource: Resource, questions: Sequence[Question], last: int) -> tuple[Sighting, ...] | None:
    """Answers to more questions about a table of the package, up to the record ``last``; None where it cannot be scanned."""
    from catalog.validation.lanes import scan_again

    return scan_again(package, resource, questions, last)


def read_sheet(package: Package, table: Resource) -> Table:
    """A table that is a sheet of a workbook, as texts. Raises Refusal, without a finding, where stock cannot read it either."""
    from catalog.validation.sheets import read_sheet

    return read_sheet(package, table)


def sheet_rows(package: Package, table: Resource) -> Iterator[list[str]]:
    """Every row of the same, from the first of the sheet."""
    from catalog.validation.sheets import texts

    return (cells for _number, cells in texts(package, table))


def _with_stock(
    *tables: Any, limit_errors: int, before: Callable[[], tuple[Finding, ...]]
) -> tuple[Json, tuple[Finding, ...], frozenset[str]]:
    if refused := before():
        raise _Refused(refused)
    from catalog.validation.stock import validate

    return validate(*tables, limit_errors=limit_errors)
