"""Where the table begins in a sheet: the row whose cells are headers of the standard, under whatever titles and notes.

Headers are recognised by ``Table.match_header`` (name, identifier, other spellings), then through the other editions of the
standard: a spelling that another edition knows stands for the column that has the same identifier here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from catalog.conforming.reading import Sheet, Source
from catalog.errors import Finding, Place, Refusal
from catalog.standards import Column, Standard, Table
from catalog.values import fold

FEWEST = 2
"""Headers that have to be recognised in a row of several cells, so that a lone word is not taken for a header."""
_SHOWN = 12
_SHOWN_TEXT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What the cells of a row are as headers. Columns are counted from 0, ``ambiguous`` is by name of the column."""

    columns: Mapping[int, Column] = field(default_factory=dict)
    unknown: tuple[int, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def score(self) -> int:
        """How many columns of the standard are there."""
        return len(self.columns) + len(self.ambiguous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The header of a sheet. ``row`` is the last header row, from 1; ``rows`` how many there are; ``labels`` are trimmed."""

    sheet: Sheet
    row: int
    rows: int
    labels: tuple[str, ...]
    recognised: Recognised


@dataclass(frozen=True, slots=True)
class Edition:
    """A table of the standard with those of the other editions, and the headers that the steward assigned to its columns."""

    standard: Standard
    others: tuple[Table, ...]
    assigned: Mapping[str, str]

    @property
    def table(self) -> Table:
        """The table that the file is to become."""
        return self.standard.table()

    def recognise(self, labels: Sequence[str]) -> Recognised:
        """Recognise each label; blank ones are nobody's."""
        named = [place for place, label in enumerate(labels) if label]
        claims: dict[str, list[int]] = {}
        columns: dict[str, Column] = {}
        unknown: list[int] = []
        match = self.table.match_header([labels[place] for place in named])
        by_text = dict(match.mapping) | {
            text: self._column(name) for name, texts in match.ambiguous.items() for text in texts
        }  # fmt: skip
        for place in named:
            column = self._assigned(labels[place]) or by_text.get(labels[place]) or self._elsewhere(labels[place])
            if column is None:
                unknown.append(place)
            else:
                claims.setdefault(column.name, []).append(place)
                columns[column.name] = column
        return Recognised(
            columns={places[0]: columns[name] for name, places in claims.items() if len(places) == 1},
            unknown=tuple(unknown),
            ambiguous={name: tuple(labels[place] for place in places) for name, places in claims.items() if len(places) > 1},
        )

    def _column(self, name: str) -> Column:
        return next(each for each in self.table.columns if each.name == name)

    def _assigned(self, label: str) -> Column | None:
        wanted = next((column for header, column in self.assigned.items() if fold(header) == fold(label)), "")
        return self.table.column(wanted) if wanted else None

    def _elsewhere(self, label: str) -> Column | None:
        for other in self.others:
            for column in other.match_header([label]).mapping.values():
                own = next((each for each in self.table.columns if each.identifier == column.identifier), None)
                if own:
                    return own
        return None


def locate(source: Source, edition: Edition, sheet: str = "") -> Located:
    """The header of the file. ``sheet`` chooses one of a workbook.

    Raises Refusal: ``clean-sheet-unknown``, ``clean-header-missing`` (with the mandatory columns, where they are known),
    ``clean-sheets-several``, ``clean-headers-several``, ``standard-header-ambiguous``, ``clean-column-unknown``.
    """
    place = Place(file=source.file)
    if unknown := [each for each in edition.assigned.values() if edition.table.column(each) is None]:
        details = {"standard": edition.standard.slug, "edition": edition.standard.edition}
        raise Refusal(*(Finding(code="clean-column-unknown", place=place, found=each, details=details) for each in unknown))
    sheets = [each for each in source.sheets if sheet in ("", each.name)]
    if not sheets:
        names = ", ".join(each.name for each in source.sheets)
        raise Refusal(Finding(code="clean-sheet-unknown", place=place, found=sheet, expected=names))
    found = [located for each in sheets if (located := _in_sheet(each, edition, place))]
    if not found:
        raise Refusal(*source.uncut[:1], *_missing(source, edition, place))
    if source.kind == "xlsx" and len(found) > 1:
        names = ", ".join(each.sheet.name for each in found)
        raise Refusal(Finding(code="clean-sheets-several", place=place, found=names))
    best = max(found, key=lambda each: each.recognised.score())
    if best.recognised.ambiguous:
        raise Refusal(
            *(
                Finding(code="standard-header-ambiguous", place=place, found=", ".join(texts), expected=name)
                for name, texts in best.recognised.ambiguous.items()
            )
        )
    return best


def first_row(rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The cells of the first row that has any, trimmed: what a file without a known header begins with."""
    return next((tuple(filter(None, labels)) for row in rows if any(labels := labels_of(row))), ())


def labels_of(row: Sequence[str]) -> tuple[str, ...]:
    """The cells of a row as headers: one line each."""
    return tuple(" ".join(cell.replace("\ufeff", "").split()) for cell in row)


def shown(texts: Iterable[str]) -> str:
    """Some texts of a file as a finding shows them."""
    listed = [each if len(each) <= _SHOWN_TEXT else f"{each[:_SHOWN_TEXT]}…" for each in texts]
    return ", ".join(listed[:_SHOWN]) + (" …" if len(listed) > _SHOWN else "")


def _in_sheet(sheet: Sheet, edition: Edition, place: Place) -> Located | None:
    """The best header among the first rows of a sheet, or None where no row is one. Refusal("clean-headers-several")."""
    rows = [labels_of(row) for row in sheet.head]
    scored = [edition.recognise(row) for row in rows]
    best = max(range(len(rows)), key=lambda index: (scored[index].score(), -index), default=-1)
    if best < 0 or not _is_header(scored[best], rows[best]):
        return None
    enough = max(FEWEST, scored[best].score() / 2)
    alike = [index + 1 for index, each in enumerate(scored) if each.score() >= enough]
    if len(alike) > 1:
        raise Refusal(Finding(code="clean-headers-several", place=place, found=", ".join(map(str, alike))))
    whole = all(rows[best]) and not scored[best].unknown
    if not whole and (double := _double(rows, edition, scored[best].score())):
        last, labels = double
        return Located(sheet=sheet, row=last, rows=2, labels=labels, recognised=edition.recognise(labels))
    return Located(sheet=sheet, row=best + 1, rows=1, labels=rows[best], recognised=scored[best])


def _is_header(recognised: Recognised, labels: Sequence[str]) -> bool:
    return recognised.score() >= min(FEWEST, len(list(filter(None, labels)))) > 0


def _double(rows: list[tuple[str, ...]], edition: Edition, single: int) -> tuple[int, tuple[str, ...]] | None:
    """A header of two rows, of which the upper one names groups in merged cells, if it says more than any single row."""
    best = None
    for index, (upper, lower) in enumerate(pairwise(rows)):
        labels = _joined(upper, lower, edition)
        score = edition.recognise(labels).score()
        if score > single:
            single, best = score, (index + 2, labels)
    return best


def _joined(upper: Sequence[str], lower: Sequence[str], edition: Edition) -> tuple[str, ...]:
    """The lower label, with its group before it where only that is known; the upper one where there is no lower one."""
    labels, group = [], ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        grouped = f"{group}_{below}"
        known = below and edition.recognise([grouped]).score()
        labels.append(grouped if known else below or above)
    return tuple(labels)


def _missing(source: Source, edition: Edition, place: Place) -> list[Finding]:
    """Nothing was recognised: what the file begins with, and what the standard asks for."""
    details = {"standard": edition.standard.slug, "edition": edition.standard.edition}
    columns = [each for each in edition.table.columns if each.obligation == "mandatory"]
    begins = shown(first_row(source.sheets[0].head))
    wanted = shown(each.name for each in columns or edition.table.columns)
    return [
        Finding(code="clean-header-missing", place=place, found=begins, expected=wanted, details=details),
        *(Finding(code="standard-mandatory-missing", place=place, expected=each.name, details=details) for each in columns),
    ]
