"""Which tables may keep a validator busy without end: patterns that backtrack, and long cells that are parsed.

Stock frictionless asks patterns with Python's ``re``, which tries one way after another: ``(a+)+$`` takes twice as long for
each letter more, and nothing inside Python can stop it. Whatever is named here is examined in a limited child.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parse  # type: ignore[attr-defined]
from re import error as re_error
from typing import Any

from catalog.errors import Finding, Place
from catalog.model import Field, Package, Resource
from catalog.tables import SHEETS, dialect_of

STEPS = 10_000_000
"""So many steps of a pattern are a matter of a second."""
LONG = 10_000
"""Bytes of a record beyond which reading JSON, or a date in any form, may take long."""
LONGEST = 1_000_000
"""Bytes that the cell of a sheet may have, for all that is known."""
CHOICES = 20.0
"""Ways to match a text, as a power of two, beyond which trying them all takes long."""
FEW = 8
"""Repetitions that are unrolled rather than taken for endless."""

_PARSED = frozenset({"object", "array", "geojson"})
_REPEATS = frozenset({sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT})
_EVERY = (0, 0x10FFFF)

_Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Growth:
    """How long a part of a pattern may take: n to the power ``degree``, times two to the power ``choices``."""

    degree: float = 0.0
    choices: float = 0.0

    @property
    def fixed(self) -> bool:
        """Whether there is one way to match only."""
        return not self.degree and not self.choices

    def times(self, count: int) -> "_Growth":
        """The part so many times."""
        return _Growth(self.degree * count, self.choices * count)


_ENDLESS = _Growth(math.inf, math.inf)


def growth(pattern: str) -> float:
    """The k of "n to the power k", the time that the pattern may take for a text of length n; infinity where there is none.

    An estimate from above, infinity for what RE2 has not either (looking round, references).
    """
    try:
        found = _sequence(sre_parse.parse(pattern))
    except (re_error, RecursionError, OverflowError):
        return math.inf
    return found.degree if found.choices <= CHOICES else math.inf


def _sequence(parsed: Any) -> _Growth:
    parts = [_part(operation, argument) for operation, argument in parsed]
    return _Growth(sum(each.degree for each in parts), sum(each.choices for each in parts))


def _part(operation: Any, argument: Any) -> _Growth:
    if operation in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN, sre.AT):
        return _Growth()
    if operation is sre.SUBPATTERN:
        return _sequence(argument[-1])
    if operation is sre.BRANCH:
        ways = [_sequence(each) for each in argument[1]]
        return _Growth(max(each.degree for each in ways), math.log2(len(ways)) + max(each.choices for each in ways))
    if operation in _REPEATS:
        return _repeat(*argument)
    return _ENDLESS


def _repeat(least: int, most: int, body: Any) -> _Growth:
    inner = _sequence(body)
    if most <= FEW:
        unrolled = inner.times(most)
        return _Growth(unrolled.degree, unrolled.choices + math.log2(most - least + 1))
    if not inner.fixed and not _separated(list(body)):
        return _ENDLESS
    return _Growth(1.0) if most - least > FEW or not inner.fixed else _Growth(0.0, math.log2(most - least + 1))


def _separated(body: Sequence[tuple[Any, Any]]) -> bool:
    """Whether each repetition begins with a character that the rest of it cannot have, as in ``(-[a-z]+)*``."""
    while len(body) == 1 and body[0][0] is sre.SUBPATTERN:
        body = list(body[0][1][-1])
    if len(body) < 2:  # noqa: PLR2004  a separator, and what it separates
        return False
    (operation, argument), rest = body[0], body[1:]
    if operation not in (sre.LITERAL, sre.IN) or any(_part(*each).degree > 1 for each in rest):
        return False
    first = tuple(_characters([(operation, argument)]))
    return all(last < low or high < other for low, high in first for other, last in _characters(rest))


def _characters(parsed: Any) -> Iterator[_Range]:
    """The characters that a part may match, or more of them, as ranges."""
    for operation, argument in parsed:
        if operation is sre.LITERAL:
            yield argument, argument
        elif operation is sre.RANGE:
            yield argument
        elif operation is sre.IN:
            yield from _characters(argument)
        elif operation in _REPEATS or operation is sre.SUBPATTERN:
            yield from _characters(argument[-1])
        else:
            yield _EVERY


def doubts(package: Package) -> tuple[Finding, ...]:
    """One finding (``pattern-slow``, ``cell-slow``) for each field that may keep a validator busy without end."""
    assert package.root is not None, "a package is examined while its folder is open"
    found = []
    for table in package.tables():
        path = package.root.joinpath(*PurePosixPath(table.path).parts)
        fields = list(_asked(table))
        if any(0 < power < math.inf for _field, _code, power in fields):
            longest = LONGEST if table.format in SHEETS else _longest(path, dialect_of(table).quote_char)
            fields = [(each, code, power) for each, code, power in fields if longest**power > STEPS]
        found += [_finding(table, each, code) for each, code, _power in fields]
    return tuple(found)


def _asked(table: Resource) -> Iterator[tuple[Field, str, float]]:
    """The fields that may take long, why, and how their time grows."""
    slow = math.log(STEPS, LONG)
    for each in table.schema.fields if table.schema else ():
        pattern = each.constraints.get("pattern")
        if isinstance(pattern, str) and (power := growth(pattern)) > 1:
            yield each, "pattern-slow", power
        elif each.type in _PARSED or each.format == "any":
            yield each, "cell-slow", slow


def _finding(table: Resource, field: Field, code: str) -> Finding:
    place = Place(file=table.path, resource=table.name, field=field.name)
    return Finding(code=code, severity="note", place=place, found=str(field.constraints.get("pattern", "")))


def _longest(path: Path, quote: str) -> int:
    """Bytes of the longest record. Line ends within quotation marks belong to it."""
    mark = quote.encode()
    longest = length = 0
    is_open = False
    with path.open("rb") as file:
        for line in file:
            length += len(line)
            if mark and line.count(mark) % 2:
                is_open = not is_open
            if not is_open:
                longest, length = max(longest, length), 0
    return max(longest, length)
