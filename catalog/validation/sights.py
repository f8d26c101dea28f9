"""What is looked for in which column, how grave it is, and which rule of the Digital Agency it breaks.

Severity: what stock accepts and what may be legitimate is never an error; errors are the codes that a definition declares,
mandatory cells and categories. A note is something that a person may want to know once.
Rules: デジタル庁「機械可読性」の確認項目 (digital-go-jp/machine_readability_rule, Public Data License 1.0), by their ids.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.errors import Severity
from catalog.validation import mending
from catalog.validation import observations as seen
from catalog.validation.observations import Predicate
from catalog.validation.recognising import Column, Role
from catalog.vocabulary.codelists import CodeList

RULES: Mapping[str, str] = {
    "note-row": "L1-04",
    "total-row": "L1-04",
    "cell-blanks": "L1-06",
    "cell-spaced": "L1-06",
    "cell-newline": "L1-06",
    "private-character": "L1-08",
    "platform-character": "L1-08",
    "coordinate-zero": "L1-09",
    "full-width.number": "L2-01",
    "unit-in-number": "L2-01",
    "ditto-mark": "L2-02",
    "circle-mark": "L2-04",
    "category-unknown": "L2-04",
    "other-with-detail": "L2-05",
    "formula": "L2-06",
    "spreadsheet-error": "L2-06",
    "header-none": "L1-05",
    "header-late": "L3-01",
    "header-rows": "L3-01",
    "codes-unexplained": "L3-02",
    "none-mark.number": "L3-03",
    "missing-unexplained": "L3-03",
    "unit-missing": "L3-04",
    "wareki-date": "L3-05",
    "date-not-iso": "L3-05",
    "local-government-check-digit": "L3-06",
    "code-five-digits": "L3-06",
    "area-code-missing": "L3-06",
    "fields-undescribed": "L3-08",
    "wide-table": "L3-09",
}
"""The rule that a finding shows to be broken; its wording names it. docs/findings.md has the rules that no table can show."""

_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a cell is found to be. ``expected`` works out from the cell what may be meant.

    ``of_missing``: asked of the cells that the schema calls missing too; the others are asked of cells that say something.
    """

    code: str
    predicate: Predicate
    severity: Severity = "warning"
    expected: Callable[[str], str] = mending.nothing
    of_missing: bool = False


def holding(column: Column, sights: Iterable[Sight], cell: str) -> tuple[Sight, ...]:
    """The sights that are seen in a cell."""
    says = cell not in column.missing
    return tuple(each for each in sights if (says or each.of_missing) and each.predicate.holds(cell))


_TYPED = frozenset({"integer", "number", "date", "datetime", "time", "year", "yearmonth"})
_OF_OTHER_FORMS = frozenset({
    "cell-blanks", "full-width", "full-width.number", "unit-in-number", "spreadsheet-error", "none-mark", "none-mark.number",
    "ditto-mark", "wareki-date", "date-not-iso", "time-24",
})  # fmt: skip
"""What is seen in cells that are no plain values of their type, and in no others but for blanks around them."""


def is_of_other_forms(column: Column, sights: Iterable[Sight]) -> bool:
    """Whether the sights are seen in none of the plain values of the column's type, unless there are blanks around them."""
    field = column.field
    plain = field.type in _TYPED and field.format == "default" and not set(field.options) - {"categories", "categoriesOrdered"}
    return plain and all(each.code in _OF_OTHER_FORMS and not each.of_missing for each in sights)


_OF_ROLE: Mapping[Role, tuple[Sight, ...]] = {
    "first": (
        Sight(code="note-row", predicate=seen.NOTE_ROW),
        Sight(code="total-row", predicate=seen.TOTAL_ROW, severity="note"),
    ),
    "text": (
        Sight(code="mojibake", predicate=seen.MOJIBAKE),
        Sight(code="private-character", predicate=seen.PRIVATE),
        Sight(code="invisible-character", predicate=seen.INVISIBLE),
        Sight(code="half-width-kana", predicate=seen.HALF_WIDTH_KANA, expected=mending.full_kana),
        Sight(code="platform-character", predicate=seen.PLATFORM, severity="note", expected=mending.folded),
        Sight(code="cell-spaced", predicate=seen.BLANKS_BETWEEN, severity="note", expected=mending.closed_up),
        Sight(code="cell-newline", predicate=seen.LINE_BREAK, severity="note"),
        Sight(code="spreadsheet-error", predicate=seen.SPREADSHEET_ERROR),
        Sight(code="formula", predicate=seen.FORMULA),
        Sight(code="code-exponent", predicate=seen.EXPONENT),
    ),
    "date": (
        Sight(code="full-width", predicate=seen.WIDE_IN_TIME, expected=mending.folded),
        Sight(code="wareki-date", predicate=seen.WAREKI, expected=mending.iso_date),
        Sight(code="date-not-iso", predicate=seen.LOOSE_DATE, expected=mending.iso_date),
    ),
    "time": (
        Sight(code="full-width", predicate=seen.WIDE_IN_TIME, expected=mending.folded),
        Sight(code="time-24", predicate=seen.MIDNIGHT, severity="note"),
    ),
    "code": (Sight(code="full-width", predicate=seen.WIDE_IN_CODE, expected=mending.folded),),
    "postal-code": (Sight(code="code-leading-zero", predicate=seen.LOST_ZERO_POSTAL, expected=mending.zero_before),),
    "telephone": (Sight(code="code-leading-zero", predicate=seen.LOST_ZERO_TELEPHONE, expected=mending.zero_before),),
    "corporate-number": (
        Sight(
            code="corporate-check-digit",
            predicate=seen.WRONG_CORPORATE_NUMBER,
            severity="error",
            expected=mending.corporate_number,
        ),
    ),
}
_OPEN_TEXT = (
    Sight(code="none-mark", predicate=seen.NONE_MARK),
    Sight(code="ditto-mark", predicate=seen.DITTO_MARK),
    Sight(code="circle-mark", predicate=seen.CIRCLE_MARK),
    Sight(code="other-with-detail", predicate=seen.OTHER_DETAIL, severity="note"),
)
"""Marks in the place of a value; where a list says which values there are, the list judges them."""
_JAPANESE_ERA = ("和暦", "元号")


def sights_of(column: Column, codelist: CodeList | None, *, unverified: bool = False) -> tuple[Sight, ...]:
    """Everything that is looked for in a column. ``codelist`` is the list that it names, where there is one.

    ``unverified``: the standard that the table declares does not say for sure what is mandatory.
    """
    found = [*_of_obligation(column, unverified=unverified), *_of_blanks(column), *_of_numbers(column)]
    for role, sights in _OF_ROLE.items():
        if role in column.roles:
            found += sights
    if "text" in column.roles and not column.closed:
        found += _OPEN_TEXT
    if "date" in column.roles and "text" not in column.roles:
        found += [each for each in _OPEN_TEXT if each.code in ("none-mark", "ditto-mark")]
    if "local-government" in column.roles:
        found += _of_local_governments(column, codelist)
    found += _of_lists(column, codelist)
    return tuple(_once(each for each in found if _applies(each, column)))


def _applies(sight: Sight, column: Column) -> bool:
    """Whether the column's own declarations leave room for a sight of its role."""
    options = column.field.options
    match sight.code:
        case "unit-in-number":
            return options.get("bareNumber", True) is not False
        case "date-not-iso":
            return (column.field.type == "date" and column.field.format == "default") or _is_free_text(column)
        case "wareki-date":
            return column.field.type in ("date", "datetime") or (
                _is_free_text(column) and not any(each in column.field.name for each in _JAPANESE_ERA)
            )
    return True


def _is_free_text(column: Column) -> bool:
    return "text" in column.roles and not column.closed and "pattern" not in column.field.constraints


def _of_obligation(column: Column, *, unverified: bool) -> Iterator[Sight]:
    """Stock itself reports the empty cells of a required field."""
    obligation = column.field.definition.obligation
    if obligation in ("mandatory", "recommended") and not column.field.constraints.get("required"):
        yield Sight(
            code=f"{obligation}-empty",
            predicate=seen.empty(column.missing),
            severity="error" if obligation == "mandatory" and not unverified else "warning",
            of_missing=True,
        )


def _of_local_governments(column: Column, codelist: CodeList | None) -> Iterator[Sight]:
    """Codes that stand for nothing by their form alone. What only a standard calls a code is not refused for its length."""
    codes = codelist.codes if codelist else ()
    proposal = mending.local_government_code(frozenset(codes))
    lenient: Severity = "error" if column.declared else "warning"
    wrong = seen.of_listed(seen.WRONG_CHECK_DIGIT, codes)
    yield Sight(code="local-government-check-digit", predicate=wrong, severity="error", expected=proposal)
    zero_lost = seen.of_listed(seen.five_digits(codes, zero_lost=True), codes)
    yield Sight(code="code-leading-zero", predicate=zero_lost, severity=lenient, expected=mending.zero_before)
    others = seen.of_listed(seen.five_digits(codes, zero_lost=False), codes)
    yield Sight(code="code-five-digits", predicate=others, severity=lenient, expected=proposal)


def _of_blanks(column: Column) -> Iterator[Sight]:
    if column.field.type == "date" and column.field.format == "default":
        yield _blank_ends(seen.BLANK_ENDS_OF_DAY)
    elif column.roles & {"text", "date", "time"}:
        yield _blank_ends(seen.BLANK_ENDS)


def _blank_ends(predicate: Predicate) -> Sight:
    return Sight(code="cell-blanks", predicate=predicate, expected=mending.stripped)


def _of_numbers(column: Column) -> Iterator[Sight]:
    """Numbers, and coordinates among them."""
    if "number" not in column.roles:
        return
    latitude, longitude = "latitude" in column.roles, "longitude" in column.roles
    ranges = (seen.LATITUDES, seen.LONGITUDES) if latitude else (seen.LONGITUDES, seen.LATITUDES)
    of = seen.numbers(seen.outside_of(ranges[0])) if latitude or longitude else seen.numbers()
    yield _blank_ends(of["blank-ends"])
    yield Sight(code="full-width.number", predicate=of["wide"], expected=mending.folded)
    yield Sight(code="unit-in-number", predicate=of["unit"], expected=mending.number)
    yield Sight(code="spreadsheet-error", predicate=of["error"])
    yield Sight(code="none-mark.number", predicate=of["none"])
    yield Sight(code="ditto-mark", predicate=of["ditto"])
    if latitude or longitude:
        bounded = {"minimum", "maximum"} <= column.field.constraints.keys()
        expected = mending.same(f"{ranges[0][0]:g} … {ranges[0][1]:g}")
        for kind, predicate in seen.coordinate(*ranges).items():
            if kind != "outside" or not bounded:  # stock says which bound is broken
                yield Sight(code=f"coordinate-{kind}", predicate=predicate, expected=expected)


def _of_lists(column: Column, codelist: CodeList | None) -> Iterator[Sight]:
    """Membership: stock enforces ``enum``, but neither ``categories`` (Data Package v2) nor code lists."""
    if categories := categories_of(column):
        predicate = seen.no_category(categories, integers=column.field.type == "integer")
        shown = ", ".join(categories[:_LISTED]) + (" …" if len(categories) > _LISTED else "")
        yield Sight(code="category-unknown", predicate=predicate, severity="error", expected=mending.same(shown))
    if codelist is None or not column.declared or "enum" in column.field.constraints:
        return
    unlisted = seen.none_of(codelist.codes)
    if "local-government" not in column.roles:
        yield Sight(code="code-unknown", predicate=unlisted, severity="error")
    else:  # wrong check digits and five digits are told as such
        yield Sight(code="code-unassigned", predicate=seen.excluding(unlisted, seen.NO_LOCAL_GOVERNMENT))
        others = (seen.LOCAL_GOVERNMENT, seen.WRONG_CHECK_DIGIT, seen.FIVE_DIGITS)
        yield Sight(code="code-unknown", predicate=seen.excluding(unlisted, *others), severity="error")


def categories_of(column: Column) -> tuple[str, ...]:
    """The values of ``categories`` of text or whole numbers, which are written as they are or as objects of value and label."""
    if column.field.type not in ("string", "integer"):
        return ()
    given = column.field.options.get("categories") or ()
    return tuple(_plain(each.get("value", "") if isinstance(each, dict) else each) for each in given)


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _once(sights: Iterable[Sight]) -> Iterator[Sight]:
    """Roles overlap: a cell is told of a code once, and the first role knows best."""
    known = set()
    for each in sights:
        if each.code not in known:
            known.add(each.code)
            yield each
