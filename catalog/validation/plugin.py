"""The screen inside the stock command: tables of ``frictionless`` that validate themselves in two passes.

Stock resolves everything itself (paths, encoding, dialect, schema); once a table is open, what it has found is read off the
object and screened. Whatever is not plain, or goes wrong, is stock's, as if this module were not there.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from frictionless import Report
from frictionless.formats import CsvControl
from frictionless.resources import TableResource
from frictionless.system import system

from catalog.model import Resource
from catalog.tables import dialect_of
from catalog.validation.sampling import stops_soon
from catalog.validation.sql import Uncovered
from catalog.validation.subjects import Column, Reference, Subject, positions

if TYPE_CHECKING:
    from catalog.validation.screening import Screened

SMALLEST = 500_000
"""Bytes below which stock is as quick as the start of the engine."""

_LIMIT = 1000  # stock's own
_OPTIONS = ("trueValues", "falseValues", "groupChar", "decimalChar", "bareNumber", "floatNumber")


_off: ContextVar[bool] = ContextVar("off", default=False)


@contextmanager
def switched_off() -> Iterator[None]:
    """Within this context stock is stock alone, with the product installed as well."""
    token = _off.set(True)
    try:
        yield
    finally:
        _off.reset(token)


class ScreenedTable(TableResource):  # type: ignore[misc] # frictionless is not typed for us
    """A table like any other, but for ``validate``."""

    type = "table"
    datatype = "table"
    tabular = True

    def validate(self, checklist: Any = None, **options: Any) -> Report:
        """What ``Resource.validate`` answers, sooner; shown in the reader's language."""
        with _patient() as tell:
            report = tell(self._validated(checklist, **options))
        if _off.get():
            return report
        try:
            from catalog.validation.localising import localise  # noqa: PLC0415  only where something is validated

            return localise(report)
        except Exception as error:  # noqa: BLE001  stock's own words will do
            _warn(error, "in the words of frictionless")
            return report

    def _validated(self, checklist: Any = None, **options: Any) -> Report:
        if not _worth(self, checklist, options):
            return super().validate(checklist, **options)
        try:
            from catalog.validation.hashing import hashes_of  # noqa: PLC0415  only where a table is worth a screen
            from catalog.validation.suspecting import Suspecting  # noqa: PLC0415  the same
        except Exception as error:  # noqa: BLE001  whatever is missing, stock can do without it
            _warn(error)
            return super().validate(checklist, **options)
        limit = options.get("limit_errors", _LIMIT)
        with ThreadPoolExecutor(1) as pool, _Screening(self, limit) as screening:
            hashes = pool.submit(hashes_of, Path(self.normpath))
            second = Suspecting(self, screening.screened, hashes.result, limit)
            second.attach()
            try:
                report = super().validate(checklist, **options)
                for task in report.tasks:
                    second.finish(task.stats)
            except Uncovered as reason:
                _warn(reason)
            else:
                return report
            finally:
                second.detach()
        self.close()
        return super().validate(checklist, **options)


class _Screening:
    """The engine for one table, and for those that its foreign keys refer to."""

    def __init__(self, resource: TableResource, limit_errors: int) -> None:
        self._resource = resource
        self._limit = limit_errors
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def screened(self) -> "Screened | None":
        """The table, which is open, as the screen sees it; None where it cannot."""
        try:
            subjects = _subjects(self._resource)
            own = subjects[self._resource.name]
            if own is None or stops_soon(own, self._limit):
                return None
            from catalog.validation.screening import Screen  # noqa: PLC0415  only where a table is worth a screen

            screen = self._stack.enter_context(Screen(subjects))
            screened = screen.prove(self._resource.name)
            if self._resource.format == "tsv" and (screened.lane != "fast" or screened.plain.structure.crlf):
                return None  # stock makes one sign of a line end inside a cell here
        except Uncovered:
            return None
        except Exception as error:  # noqa: BLE001  whatever it is, stock reads every row itself
            _warn(error)
            return None
        return screened


@contextmanager
def _patient() -> Iterator[Callable[[Report], Report]]:
    """Patterns without end are given up after a while, which is told in the report; without that, where it cannot be had."""
    with ExitStack() as stack:
        try:
            from catalog.validation.patience import patient  # noqa: PLC0415  only where something is validated

            tell = stack.enter_context(patient()).tell
        except Exception as error:  # noqa: BLE001  stock can do without it
            _warn(error, "no limit for patterns")
            tell = _as_it_is
        yield tell


def _as_it_is(report: Report) -> Report:
    return report


def _warn(error: Exception, what: str = "not screened, frictionless reads every row itself") -> None:
    warnings.warn(f"opendata-catalog: {what}: {error}", stacklevel=4)


def _worth(resource: TableResource, checklist: Any, options: Mapping[str, Any]) -> bool:
    """Whether a screen would find the same and be done sooner. Checks beyond stock's own want to see every row."""
    if _off.get() or options.get("on_row") or options.get("limit_rows") or (checklist is not None and checklist.checks):
        return False
    if not resource.closed or system.onerror != "ignore" or not _is_plain_file(resource):
        return False
    return Path(resource.normpath).stat().st_size >= SMALLEST


def _is_plain_file(resource: Any) -> bool:
    return (
        isinstance(resource, TableResource)
        and not resource.memory
        and not resource.extrapaths
        and not resource.compression
        and not resource.innerpath
        and resource.scheme == "file"
        and resource.format in ("csv", "tsv")
        and Path(resource.normpath).is_file()
    )


def _subjects(resource: TableResource) -> dict[str, Subject | None]:
    """The table, which is open, and the tables that it refers to, each opened for a moment."""
    subjects: dict[str, Subject | None] = {resource.name: _subject(resource)}
    for key in resource.schema.foreign_keys:
        name = key["reference"]["resource"]
        if name and name not in subjects:
            subjects[name] = _referred(resource, name)
    return subjects


def _referred(resource: TableResource, name: str) -> Subject | None:
    if resource.package is None or not resource.package.has_resource(name):
        return None
    other = resource.package.get_resource(name).to_copy()
    if not _is_plain_file(other):
        return None
    if other.schema:
        other.schema.foreign_keys = []
    with other:
        return _subject(other)


def _subject(resource: TableResource) -> Subject:
    """What stock has found out about an open table."""
    if not resource.dialect.header_case:
        raise Uncovered("headers of either case")
    fields = resource.header.get_expected_fields()
    names = [each.name for each in fields]
    table = Resource(
        name=resource.name,
        path=resource.path,
        format="csv",
        encoding=resource.encoding,
        dialect=_dialect(resource),
    )
    return Subject(
        name=resource.name,
        path=Path(resource.normpath),
        place=resource.place,
        resource=table,
        encoding=resource.encoding,
        dialect=dialect_of(table),
        labels=tuple(resource.labels),
        columns=tuple(_column(each) for each in fields),
        faultless_header=resource.header.valid,
        fields=len(resource.schema.fields),
        primary_key=positions(names, resource.schema.primary_key),
        references=tuple(_references(resource, names)),
    )


def _references(resource: TableResource, names: list[str]) -> Iterable[Reference]:
    for key in resource.schema.foreign_keys:
        name = key["reference"]["resource"]
        if found := positions(names, key["fields"]):
            yield Reference(columns=found, table="" if name == resource.name else name, others=tuple(key["reference"]["fields"]))


def _column(field: Any) -> Column:
    """A field of frictionless's own kinds, as ``Field.create_cell_reader`` reads it."""
    if not type(field).__module__.startswith("frictionless."):
        raise Uncovered(f"a field of a kind of its own: {type(field).__name__}")
    own = field.has_defined("missing_values") or not field.schema
    described = field.to_descriptor()
    return Column(
        name=field.name,
        type=field.type,
        format=field.format,
        constraints=field.constraints,
        missing=tuple(field.missing_values if own else field.schema.missing_values),
        options={name: described[name] for name in _OPTIONS if name in described},
    )


def _dialect(resource: TableResource) -> dict[str, Any]:
    """The dialect with everything that stock has guessed, in the words of Table Dialect."""
    dialect, control = resource.dialect, CsvControl.from_dialect(resource.dialect)
    header = bool(dialect.header and dialect.header_rows)
    found = {
        "delimiter": control.delimiter,
        "quoteChar": control.quote_char,
        "doubleQuote": control.double_quote,
        "escapeChar": control.escape_char,
        "skipInitialSpace": control.skip_initial_space,
        "header": header,
        "headerRows": list(dialect.header_rows) if header else None,
        "headerJoin": dialect.header_join,
        "commentChar": dialect.comment_char,
        "commentRows": list(dialect.comment_rows),
        "skipBlankRows": dialect.skip_blank_rows,
    }
    return {name: value for name, value in found.items() if value is not None}
