"""The facets of everything that can be found, ready to be counted: sixteen bytes in memory for each entry.

Numbers of entries and of groups of values are never given twice, and what has one never changes, so nothing here can be
stale: what was entered since is read when it is asked for, in the same view of the database as the hits.
"""

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from threading import Lock

from sqlalchemy import Connection, String, cast, func, select

from catalog.store.database import search_groups, search_values
from catalog.store.entering import GROUPS

MANY = 500
"""Values in one ``IN``: below the limits of every database."""
_KEPT = 50_000
"""Groups of values in memory."""

Content = Mapping[str, Sequence[str]]


class Groups:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._columns = {each: array("I") for each in GROUPS}
        self._last = 0
        self._contents: dict[int, Content] = {}

    def count(self, connection: Connection, numbers: Collection[int], facets: Iterable[str]) -> dict[str, Counter[str]]:
        """For each of the facets, how many of these entries have which value."""
        found: dict[str, Counter[str]] = {each: Counter() for each in facets}
        self._read(connection)
        for group, members in GROUPS.items():
            if not found.keys() & set(members):
                continue
            counted = Counter(map(self._columns[group].__getitem__, numbers))
            contents = self.contents(connection, counted)
            for number, count in counted.items():
                for name, values in contents[number].items():
                    if name in found:
                        of_facet = found[name]
                        for value in values:
                            of_facet[value] += count
        return found

    def contents(self, connection: Connection, numbers: Collection[int]) -> Mapping[int, Content]:
        """The values by facet of these groups."""
        known = self._contents
        missing = [each for each in numbers if each not in known]
        if missing:
            if len(known) + len(missing) > _KEPT:
                known = {}
                missing = list(numbers)
            known = known | dict(_contents(connection, missing))
            self._contents = known
        return known

    def _read(self, connection: Connection) -> None:
        """Take in what was entered since; as one text, for a row each would take ten times as long."""
        with self._lock:
            last = connection.scalar(select(func.max(search_groups.c.entry))) or 0
            if last <= self._last:
                return
            names = ("entry", *GROUPS)
            joined = func.aggregate_strings(reduce(add, (cast(search_groups.c[each], String) + "," for each in names)), "")
            found = connection.scalar(select(joined).where(search_groups.c.entry > self._last)) or ""
            numbers = json.loads(f"[{found}0]")
            entries = numbers[0 : -1 : len(names)]
            for place, name in enumerate(GROUPS, start=1):
                column = self._columns[name]
                column.frombytes(bytes(column.itemsize * (last + 1 - len(column))))
                for entry, number in zip(entries, numbers[place :: len(names)], strict=True):
                    column[entry] = number
            self._last = last


def _contents(connection: Connection, numbers: Sequence[int]) -> Iterable[tuple[int, Content]]:
    for start in range(0, len(numbers), MANY):
        asked = select(search_values.c.id, search_values.c.content).where(search_values.c.id.in_(numbers[start : start + MANY]))
        yield from ((row.id, row.content) for row in connection.execute(asked))
