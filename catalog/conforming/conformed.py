"""A sheet and the place of its header -> the table of the standard, what was changed in it, and what could not be decided."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from catalog.conforming.changes import Change
from catalog.conforming.headers import Edition, Located, shown
from catalog.conforming.repairs import HEADER, SWAP, Decisions, Mender, readings
from catalog.conforming.subjects import Subject, subject_of
from catalog.errors import Finding, Place, Refusal, Severity
from catalog.standards import Column, Table
from catalog.values import column_letters, is_local_government_code
from catalog.vocabulary.codelists import Vocabulary

MOST = 1_000
"""Findings about cells after which no more are listed; the last one says how many are left."""
_LONG_ROWS = 20
_ROWS_SHOWN = 5
_NOTE_MARKS = ("※", "*", "＊", "注")
_FEW = 0.5
"""Below this part of the named columns the standard is probably another one."""
_NOTE_COLUMNS = 4


@dataclass(slots=True)
class MendedColumn:
    """A column that the standard knows. ``place`` counts from 0 in the source; ``rules`` has only the rows that changed.

    ``unsure`` are the texts among ``after`` against which something may be said.
    """

    subject: Subject
    place: int
    before: tuple[str, ...]
    after: list[str]
    rules: dict[int, tuple[str, ...]]
    unsure: set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """The table: ``columns`` in the standard's order, only those that the file has; ``rows`` in the file's order.

    ``source_rows`` says for each row which record of the file it was, from 1. ``left_out`` are the columns of the file that
    the standard does not have: (letters, header, how many of its cells are filled).
    """

    located: Located
    columns: tuple[Subject, ...]
    rows: list[tuple[str, ...]]
    source_rows: list[int]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[tuple[str, str, int], ...]
    blank_rows: int
    titles: tuple[str, ...] = field(default=())

    def errors(self) -> tuple[Finding, ...]:
        """The findings that a validator would share."""
        return tuple(each for each in self.findings if each.severity == "error")

    def values(self, codelist: str) -> set[str]:
        """What the columns of that code list hold, empty cells aside."""
        places = [place for place, each in enumerate(self.columns) if each.column.field.definition.codelist == codelist]
        return {row[place] for row in self.rows for place in places} - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the table is made with. ``file`` is the name that findings show."""

    file: str
    edition: Edition
    vocabulary: Vocabulary
    decisions: Decisions
    sample: bool


def conform(located: Located, work: Work) -> Conformed:
    """Make the table.

    Raises Refusal: ``standard-mandatory-missing``, ``clean-column-unknown``, ``clean-row-long``, and what reading raises.
    """
    place = Place(file=work.file, resource=work.edition.table.name)
    _refuse_columns(located, work, place)
    every = located.sheet.rows()
    width = len(located.labels)
    body = [(number, row) for number, row in enumerate(every[located.row :], start=located.row + 1) if any(map(str.strip, row))]
    _refuse_long(body, width, place)
    cells = list(zip(*(_filled(row, width) for _number, row in body), strict=False)) or [()] * width
    columns = _mended(located, cells, work)
    _swap(columns)
    _restore(columns)
    rows = list(zip(*(each.after for each in columns), strict=True))
    kept = [index for index, row in enumerate(rows) if any(row)]
    numbers = [body[index][0] for index in kept]
    left_out = _left_out(located, cells)
    findings = [
        *_about_rows(located, every, body, place),
        *_about_columns(located, left_out, work, place),
        *_undecided(columns, kept, numbers, place),
        *_keys(columns, kept, numbers, work.edition.table, place),
    ]
    return Conformed(
        located=located,
        columns=tuple(each.subject for each in columns),
        rows=[rows[index] for index in kept],
        source_rows=numbers,
        changes=(*_of_header(located, every[located.row - 1], columns), *_of_cells(columns, body)),
        findings=tuple(findings),
        left_out=left_out,
        blank_rows=len(every) - located.row - len(kept),
        titles=tuple(filter(None, (" ".join(filter(None, row)) for row in every[: located.row - located.rows]))),
    )


def _refuse_columns(located: Located, work: Work, place: Place) -> None:
    """A mandatory column that the file lacks, a decision about a column that there is not."""
    present = {each.name for each in located.recognised.columns.values()}
    known = set(work.edition.table.header())
    details = {"standard": work.edition.standard.slug, "edition": work.edition.standard.edition}
    findings = [
        Finding(code="standard-mandatory-missing", place=place, expected=each.name, details=details)
        for each in work.edition.table.columns
        if each.obligation == "mandatory" and each.name not in present
    ]
    findings += [
        Finding(code="clean-column-unknown", place=place, found=name, details=details)
        for name in dict.fromkeys(column for column, _text in work.decisions)
        if name not in known
    ]
    if findings:
        raise Refusal(*findings)


def _refuse_long(body: list[tuple[int, list[str]]], width: int, place: Place) -> None:
    """Cells beyond the header: a delimiter that is not quoted has shifted the row, and nobody can say where."""
    long = [number for number, row in body if len(row) > width and any(map(str.strip, row[width:]))]
    if long:
        expected = str(width)
        found = {number: str(len(row)) for number, row in body}
        raise Refusal(
            *(
                Finding(code="clean-row-long", place=replace(place, row=number), found=found[number], expected=expected)
                for number in long[:_LONG_ROWS]
            )
        )


def _filled(row: list[str], width: int) -> list[str]:
    """A row with the empty cells at its end that a program has left out."""
    return row if len(row) >= width else row + [""] * (width - len(row))


def _mended(located: Located, cells: Sequence[tuple[str, ...]], work: Work) -> list[MendedColumn]:
    """Every recognised column, in the standard's order; ``cells`` are those of the file by column."""
    ordered = sorted(located.recognised.columns.items(), key=lambda each: each[1].order)
    return [_mended_column(place, column, cells[place], work) for place, column in ordered]


def _mended_column(place: int, column: Column, before: tuple[str, ...], work: Work) -> MendedColumn:
    subject = subject_of(column, work.vocabulary, sample=work.sample)
    mender = Mender(subject, work.decisions)
    after, rules = mender.mend_all(before)
    return MendedColumn(subject, place, before, after, rules, mender.unsure)


def _swap(columns: list[MendedColumn]) -> None:
    """Exchange latitude and longitude where each can only be the other: the ranges of Japan do not meet."""
    by_name = {each.subject.name: each for each in columns if each.subject.axis == "longitude"}
    for latitude in columns:
        longitude = by_name.get(latitude.subject.name.replace("緯度", "経度"))
        if latitude.subject.axis != "latitude" or longitude is None:
            continue
        fits = {text: _fits(text, longitude.subject) for text in set(latitude.after)}
        for index, text in enumerate(latitude.after):
            other = longitude.after[index]
            if fits[text] and _fits(other, latitude.subject):
                latitude.after[index], longitude.after[index] = other, text
                for each in (latitude, longitude):
                    each.rules[index] = (*each.rules.get(index, ()), SWAP)


def _restore(columns: list[MendedColumn]) -> None:
    """A cell that is no value of its column even so is left exactly as it was: half a repair would only hide what it said."""
    for each in columns:
        wrong = {text for text in each.unsure if text and not each.subject.accepts(text)}
        for index in [index for index in each.rules if each.after[index] in wrong]:
            each.after[index] = each.before[index]
            each.unsure.add(each.before[index])
            del each.rules[index]


def _fits(text: str, subject: Subject) -> bool:
    return bool(text) and subject.accepts(text)


def _of_header(located: Located, row: list[str], columns: list[MendedColumn]) -> Iterator[Change]:
    for each in sorted(columns, key=lambda each: each.place):
        before = row[each.place] if located.rows == 1 else located.labels[each.place]
        if before != each.subject.name:
            yield Change(located.row, each.place + 1, each.subject.name, before, each.subject.name, (HEADER,))


def _of_cells(columns: list[MendedColumn], body: list[tuple[int, list[str]]]) -> list[Change]:
    changes = [
        Change(body[index][0], each.place + 1, each.subject.name, each.before[index], each.after[index], rules)
        for each in columns
        for index, rules in each.rules.items()
        if each.before[index] != each.after[index]
    ]
    return sorted(changes, key=lambda each: (each.row, each.column))


def _left_out(located: Located, cells: Sequence[tuple[str, ...]]) -> tuple[tuple[str, str, int], ...]:
    """The columns that the standard does not have; of those without a header only such as hold something."""
    found = []
    for place, label in enumerate(located.labels):
        if place not in located.recognised.columns:
            filled = sum(1 for cell in cells[place] if cell.strip())
            if filled or label:
                found.append((column_letters(place + 1), label, filled))
    return tuple(found)


def _about_rows(located: Located, every: list[list[str]], body: list[tuple[int, list[str]]], place: Place) -> Iterator[Finding]:
    above = located.row - located.rows
    if above:
        titles = shown(" ".join(filter(None, row)) for row in every[:above] if any(row))
        yield Finding(code="clean-title-rows", severity="note", place=place, found=titles, expected=str(above))
    if not body:
        yield Finding(code="clean-no-rows", severity="warning", place=place)
    width = max(located.recognised.columns, default=0) + 1
    short = [number for number, row in body if len(row) < width]
    if short:
        details = _counted(short)
        yield Finding(code="clean-row-short", severity="warning", place=replace(place, row=short[0]), details=details)
    if len(located.recognised.columns) >= _NOTE_COLUMNS:
        for number, row in body:
            filled = [cell.strip() for cell in row if cell.strip()]
            if len(filled) == 1 and filled[0].startswith(_NOTE_MARKS):
                yield Finding(code="clean-row-note", severity="warning", place=replace(place, row=number), found=shown(filled))


def _about_columns(located: Located, left_out: tuple[tuple[str, str, int], ...], work: Work, place: Place) -> Iterator[Finding]:
    for column, header, filled in left_out:
        code = "clean-column-left-out" if header else "clean-column-unnamed"
        details = {"cell": f"{column}{located.row}", "count": f"{filled:,}"}
        severity: Severity = "note" if header else "warning"
        yield Finding(code=code, severity=severity, place=replace(place, row=located.row), found=shown([header]), details=details)
    named, known = len(list(filter(None, located.labels))), len(located.recognised.columns)
    if known < named * _FEW:
        details = {"standard": work.edition.standard.slug}
        yield Finding(
            code="clean-columns-few", severity="warning", place=place, found=str(known), expected=str(named), details=details
        )


def _undecided(columns: list[MendedColumn], kept: list[int], numbers: list[int], place: Place) -> list[Finding]:
    """A finding for each different text of a column that is not, or may not be, what it should be."""
    doubtful: list[_Doubtful] = []
    for column in columns:
        doubts = {text: doubt for text in column.unsure if (doubt := _doubt(text, column.subject))}
        rows = defaultdict(list)
        for index, number in zip(kept, numbers, strict=True) if doubts else ():
            if column.after[index] in doubts:
                rows[column.after[index]].append(number)
        doubtful += [_Doubtful(column, text, *doubts[text], where) for text, where in rows.items()]
    doubtful.sort(key=lambda each: (each.severity != "error", each.rows[0], each.column.place))
    findings = [each.finding(place) for each in doubtful[:MOST]]
    if more := doubtful[MOST:]:
        findings.append(Finding(code="clean-more", severity=more[0].severity, place=place, found=f"{len(more):,}"))
    return findings


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A text of a column, what is to be said against it, and the rows that have it."""

    column: MendedColumn
    text: str
    code: str
    severity: Severity
    rows: list[int]

    def finding(self, place: Place) -> Finding:
        subject = self.column.subject
        return Finding(
            code=self.code,
            severity=self.severity,
            place=replace(place, field=subject.name, row=self.rows[0], column=self.column.place + 1),
            found=shown([self.text]),
            expected=" | ".join(readings(self.text, subject)) if self.code == "clean-code-two" else subject.expected,
            details=_counted(self.rows),
        )


def _counted(rows: list[int]) -> dict[str, str]:
    first = ", ".join(map(str, rows[:_ROWS_SHOWN])) + (" …" if len(rows) > _ROWS_SHOWN else "")
    return {"count": f"{len(rows):,}", "rows": first}


def _doubt(text: str, subject: Subject) -> tuple[str, Severity] | None:
    """What is wrong with a text after all rules, as code and severity."""
    if not text:
        return ("clean-required", "error") if subject.required else None
    if not subject.accepts(text):
        return ("clean-code-two" if all(readings(text, subject)) else "clean-left", "error")
    return _suspicion(text, subject)


def _suspicion(text: str, subject: Subject) -> tuple[str, Severity] | None:
    """The same for a text that the schema takes."""
    if subject.kind == "area-code" and not subject.is_area(text):
        unassigned = is_local_government_code(text) and subject.areas is not None and not subject.areas.sample
        return ("clean-code-unknown", "warning" if unassigned else "error")
    if subject.kind == "code" and _is_exponent(text):
        return ("clean-exponent", "warning")
    if subject.kind == "corporate-number" and not subject.proves(text):
        return ("clean-corporate-number", "warning")
    if subject.kind == "choice" and text not in subject.values:
        return ("clean-suggested", "note")
    return None


def _is_exponent(text: str) -> bool:
    """Whether a program wrote a long number in short."""
    if "E+" not in text.upper():
        return False
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _keys(columns: list[MendedColumn], kept: list[int], numbers: list[int], table: Table, place: Place) -> Iterator[Finding]:
    """Rows that share the primary key, or have none."""
    by_name = {each.subject.name: each for each in columns}
    parts = [by_name[name] for name in table.primary_key if name in by_name]
    if not parts or len(parts) < len(table.primary_key):
        return
    rows = defaultdict(list)
    for index, number in zip(kept, numbers, strict=True):
        rows[tuple(each.after[index] for each in parts)].append(number)
    for key, where in rows.items():
        at = replace(place, field=", ".join(table.primary_key), row=where[-1])
        if not any(key):
            yield Finding(code="clean-key-empty", place=at, details=_counted(where))
        elif len(where) > 1:
            yield Finding(code="clean-key-twice", place=at, found=", ".join(key), details=_counted(where))
