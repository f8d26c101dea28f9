"""The cells of a column, looked at in Python: what is seen in which of them.

The twin of the questions of ``asking``, for tables that are not scanned. Cells are taken by sets too: what none of them can
have is not looked for, and a cell that stands there twice is looked at once.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from catalog.validation.asking import hints_of, possible
from catalog.validation.recognising import Column
from catalog.validation.sights import Sight, holding, is_of_other_forms
from catalog.validation.small import PLAIN

_REMEMBERED = 10_000
"""Cells of which it is known what is seen in them."""


class Watch:
    """Looks for the sights of a column in its cells; what was seen in a cell is remembered for the next like it.

    ``plain``: every cell is known to be missing, or a plain value of the column's type.
    """

    def __init__(self, column: Column, sights: Sequence[Sight], *, plain: bool = False) -> None:
        of_other_forms = is_of_other_forms(column, sights)
        self._column = column
        self._sights = () if plain and of_other_forms else tuple(sights)
        self._plain = re.compile(PLAIN[column.field.type]).fullmatch if of_other_forms else None
        self._needs = frozenset(need for each in self._sights for hint in hints_of(each.predicate) for need in hint.needs)
        self._known: dict[str, tuple[Sight, ...]] = {}

    @property
    def looks(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._sights)

    def of(self, cell: str) -> tuple[Sight, ...]:
        """What is seen in the cell."""
        if cell not in self._known:
            return self._looked(self._sights, (cell,)).get(cell, ())
        return self._known[cell]

    def among(self, cells: Sequence[str]) -> Iterator[tuple[int, Sight]]:
        """What is seen in many cells, each time with the place of the cell among them."""
        distinct = set(cells)
        seen = {each: found for each in distinct.intersection(self._known) if (found := self._known[each])}
        if new := distinct.difference(self._known):
            seen |= self._looked(self._possible(new), new)
        if seen:
            yield from ((place, sight) for place, cell in enumerate(cells) for sight in seen.get(cell, ()))

    def _possible(self, cells: Collection[str]) -> tuple[Sight, ...]:
        """The sights that some of the cells may have, by the bytes that stand in them."""
        content = "\0".join(cells).encode(errors="surrogatepass") if self._needs else b""
        lacking = {each for each in self._needs if each not in content}
        return tuple(each for each in self._sights if possible(hints_of(each.predicate), lacking))

    def _looked(self, sights: Sequence[Sight], cells: Collection[str]) -> Mapping[str, tuple[Sight, ...]]:
        """The cells in which something is seen; all of them are known from now on, as far as there is room."""
        seen = {}
        plain, search = self._plain, _search_of(sights)
        others = tuple(each for each in sights if not each.predicate.pattern)
        for cell in cells if sights else ():
            if plain is not None and plain(cell):
                continue
            searched = search is not None and search(cell)
            if (searched or others) and (found := holding(self._column, sights if searched else others, cell)):
                seen[cell] = found
        for cell in cells:
            if len(self._known) >= _REMEMBERED:
                break
            self._known[cell] = seen.get(cell, ())
        return seen


def _search_of(sights: Sequence[Sight]) -> Callable[[str], object] | None:
    """Most cells have nothing to be told of: one search for all patterns together says so."""
    patterns = [each.predicate.pattern for each in sights if each.predicate.pattern]
    return re.compile("|".join(f"(?:{each})" for each in patterns)).search if patterns else None
