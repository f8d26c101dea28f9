"""Questions to whole columns, put together from sights: "is there anything at all to be told of this cell?".

Where few rows answer yes, the twins in Python say what it is; where many do, each sight is counted on its own.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal

from catalog.model import Field
from catalog.validation.observations import SPACE_AT_AN_END, Hint, Predicate
from catalog.validation.recognising import Column
from catalog.validation.scanning import Observation, Repetition
from catalog.validation.sights import Sight, is_of_other_forms
from catalog.validation.sql import literal

ANYTHING = "anything"
"""Code of a question that stands for several sights of a column."""

UNIQUE_KEY = "unique-key"
FEW = 10_000
"""So many cells of a column are looked at one by one."""

_WHOLE, _DECIMAL = "[-+]?[0-9]{1,30}", "[-+]?[0-9]{1,15}(?:[.][0-9]{1,15})?"


def possible(hints: Iterable[Hint], lacking: Collection[bytes]) -> frozenset[Hint]:
    """The hints that are not ruled out by what a table, or some cells of it, lack (``scanning.Ask``)."""
    return frozenset(each for each in hints if not each.needs or any(sequence not in lacking for sequence in each.needs))


def hints_of(predicate: Predicate) -> tuple[Hint, ...]:
    """Its hints; a pattern counts as one."""
    return predicate.hints or (Hint(predicate.pattern, predicate.needs),)


def screening(column: Column, sights: Sequence[Sight], known: frozenset[Hint]) -> Iterator[tuple[Observation, tuple[Sight, ...]]]:
    """One question for all sights of a column, and one more for each list that their predicates name."""
    open_ = [each for each in sights if known.intersection(hints_of(each.predicate))]
    for values in sorted({each.predicate.values for each in open_}):
        together = tuple(each for each in open_ if each.predicate.values == values)
        blanks = not known.isdisjoint(SPACE_AT_AN_END)
        of_type = column.field.type if is_of_other_forms(column, together) and not blanks else ""
        predicate = " OR ".join(
            _joined([each.predicate for each in together if each.of_missing is of_missing], known, unless, loosely=bool(of_type))
            for of_missing, unless in ((True, ""), (False, _missing(column, "{cell}") if column.missing else ""))
            if any(each.of_missing is of_missing for each in together)
        )
        asked = Observation(code=ANYTHING, column=column.position, predicate=predicate, values=values, of_type=of_type, limit=FEW)
        yield asked, together


def alone(column: Column, sight: Sight, *, limit: int) -> Observation:
    """The question of one sight."""
    guarded = column.missing and not sight.of_missing
    predicate = _unless(_missing(column, "{cell}"), sight.predicate.sql) if guarded else sight.predicate.sql
    return Observation(
        code=sight.code,
        severity=sight.severity,
        column=column.position,
        predicate=predicate,
        values=sight.predicate.values,
        limit=limit,
    )


def repetition(columns: Sequence[Column], *, limit: int) -> Repetition:
    """The question of a unique key (Data Package v2): as in SQL, a row in which a part of the key is missing has none."""
    parts = [f"{_missing(each, f'{{column:{each.position}}}')}" for each in columns]
    texts = [_canonical_sql(each.field, f"{{column:{each.position}}}") for each in columns]
    key = " || ".join(f"length({text}) || ':' || {text}" for text in texts)
    unsaid = " OR ".join(parts)
    return Repetition(
        code=UNIQUE_KEY, column=columns[0].position, key=f"CASE WHEN {unsaid} THEN NULL ELSE {key} END", limit=limit
    )


def _joined(predicates: Sequence[Predicate], known: frozenset[Hint], unless: str, *, loosely: bool) -> str:
    """Any of the predicates, exactly; what is dear is asked only where a hint is true, and patterns are searched as one.

    None of them where ``unless`` is true, which is asked of as few cells as the rest. ``loosely``: a hint will do, for so few
    cells are asked that all of them can be looked at, while even a pattern that nothing is asked of takes long to prepare.
    """
    parts = []
    hinted = [each for each in predicates if each.hints]
    every = dict.fromkeys(hint.sql for each in hinted for hint in each.hints if hint in known)
    if hinted and loosely:
        parts.append(_case(every, f"NOT {unless}") if unless else f"({_either(every)})")
    elif hinted:
        exact = [_found(hinted)] if any(each.pattern for each in hinted) else []
        exact += [
            _case((hint.sql for hint in each.hints if hint in known), f"({each.sql})") for each in hinted if not each.pattern
        ]
        parts.append(_case(every, _unless(unless, _either(exact)) if unless else _either(exact)))
    if any(each.pattern for each in predicates if not each.hints):
        found = _found([each for each in predicates if not each.hints])
        parts.append(_case((found,), f"NOT {unless}") if unless else found)
    parts += [
        _unless(unless, each.sql) if unless else f"({each.sql})" for each in predicates if not each.hints and not each.pattern
    ]
    return f"({' OR '.join(parts)})"


def _found(predicates: Iterable[Predicate]) -> str:
    patterns = "|".join(f"(?:{each.pattern})" for each in predicates if each.pattern)
    return f"regexp_matches({{cell}}, {literal(patterns)})"


def _case(hints: Iterable[str], question: str) -> str:
    """DuckDB asks the second part only of cells of which the first is true."""
    return f"(CASE WHEN {_either(hints)} THEN {question} ELSE false END)"


def _unless(condition: str, question: str) -> str:
    return f"(CASE WHEN {condition} THEN false ELSE {question} END)"


def _either(questions: Iterable[str]) -> str:
    return " OR ".join(f"({each})" for each in questions)


def _missing(column: Column, cell: str) -> str:
    return "(" + (" OR ".join(f"{cell} = {literal(each)}" for each in sorted(column.missing)) or "false") + ")"


def _canonical_sql(field: Field, cell: str) -> str:
    if field.type == "integer":
        return f"CASE WHEN regexp_full_match({cell}, '{_WHOLE}') THEN {cell}::HUGEINT::VARCHAR ELSE {cell} END"
    if field.type == "number":
        return f"CASE WHEN regexp_full_match({cell}, '{_DECIMAL}') THEN {cell}::DECIMAL(38, 15)::VARCHAR ELSE {cell} END"
    return cell


def canonical(field: Field, text: str) -> str:
    """The twin of the SQL: numbers by their value, as far as they are written plainly; everything else letter for letter."""
    if field.type == "integer" and re.fullmatch(_WHOLE, text):
        return str(int(text))
    if field.type == "number" and re.fullmatch(_DECIMAL, text):
        return f"{Decimal(text) + 0:.15f}"
    return text
