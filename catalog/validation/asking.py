"""Questions to whole columns, put together from sights: "is there anything at all to be told of this cell?".

Where few rows answer yes, the twins in Python say what it is; where many do, each sight is counted on its own.
"""

import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from catalog.model import Field
from catalog.tables import effective_encoding
from catalog.validation.observations import Hint, Predicate
from catalog.validation.recognising import Column
from catalog.validation.scanning import Observation, Repetition
from catalog.validation.sights import Sight
from catalog.validation.sql import literal

ANYTHING = "anything"
"""Code of a question that stands for several sights of a column."""

UNIQUE_KEY = "unique-key"
FEW = 1000
"""So many cells of a column are looked at one by one."""

_UTF8 = frozenset({"utf-8", "utf-8-sig", "ascii"})
_HEAD = 16 << 20
_BOM = 3
_WHOLE, _DECIMAL = "[-+]?[0-9]{1,30}", "[-+]?[0-9]{1,15}(?:[.][0-9]{1,15})?"


def possible(path: Path, encoding: str, hints: Iterable[Hint]) -> frozenset[Hint]:
    """The hints that the bytes of the file do not rule out.

    Pairs of bytes are looked for in the first 16 MB only: they concern notes alone. Of a file that is not UTF-8 nothing is
    ruled out.
    """
    wanted = frozenset(hints)
    if effective_encoding(path, encoding) not in _UTF8 or not path.stat().st_size:
        return wanted
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        bytes_ = {byte for hint in wanted for byte in hint.needs}
        present = {byte for byte in bytes_ if content.find(bytes((byte,)), _BOM) >= 0}
        head = content[:_HEAD] if any(each.rare for each in wanted) else b""
    return frozenset(
        each
        for each in wanted
        if not (each.needs or each.rare) or present.intersection(each.needs) or (each.rare and each.rare.search(head))
    )


def hints_of(predicate: Predicate) -> tuple[Hint, ...]:
    """Its hints; the bytes that a pattern needs count as one."""
    return predicate.hints or (Hint(predicate.pattern, predicate.needs),)


def screening(column: Column, sights: Sequence[Sight], known: frozenset[Hint]) -> Iterator[tuple[Observation, tuple[Sight, ...]]]:
    """One question for all sights of a column, and one more for each list that their predicates name."""
    open_ = [each for each in sights if known.intersection(hints_of(each.predicate))]
    for values in sorted({each.predicate.values for each in open_}):
        together = tuple(each for each in open_ if each.predicate.values == values)
        predicate = " OR ".join(
            _guarded(column, _joined([each.predicate for each in together if each.of_missing is missing], known), missing=missing)
            for missing in (True, False)
            if any(each.of_missing is missing for each in together)
        )
        yield Observation(code=ANYTHING, column=column.position, predicate=predicate, values=values, limit=FEW), together


def alone(column: Column, sight: Sight, *, limit: int) -> Observation:
    """The question of one sight."""
    predicate = _guarded(column, sight.predicate.sql, missing=sight.of_missing)
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


def _joined(predicates: Sequence[Predicate], known: frozenset[Hint]) -> str:
    """Any of the predicates, exactly; what is dear is asked only where a hint is true, and patterns are searched as one."""
    groups: dict[tuple[str, ...], list[str]] = {}
    patterns, parts = [], []
    for each in predicates:
        if each.hints:
            groups.setdefault(tuple(hint.sql for hint in each.hints if hint in known), []).append(each.sql)
        elif each.pattern:
            patterns.append(f"(?:{each.pattern})")
        else:
            parts.append(f"({each.sql})")
    if groups:
        every = dict.fromkeys(hint for hints in groups for hint in hints)
        parts.append(_case(every, [_case(hints, questions) for hints, questions in groups.items()]))
    if patterns:
        parts.append(f"regexp_matches({{cell}}, {literal('|'.join(patterns))})")
    return f"({' OR '.join(parts)})"


def _case(hints: Iterable[str], questions: Iterable[str]) -> str:
    """DuckDB asks the second part only of cells of which the first is true."""
    return f"CASE WHEN {_either(hints)} THEN {_either(questions)} ELSE false END"


def _either(questions: Iterable[str]) -> str:
    return " OR ".join(f"({each})" for each in questions)


def _guarded(column: Column, sql: str, *, missing: bool) -> str:
    return sql if missing or not column.missing else f"CASE WHEN {_missing(column, '{cell}')} THEN false ELSE {sql} END"


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
