"""The facets of everything that can be found, ready to be counted: sixteen bytes in memory for each entry.

Numbers of entries and of groups of values are never given twice, and what has one never changes, so nothing here can be
stale: what was entered since is read when it is asked for, in the same view of the database as the hits.
"""

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
        self._columns = {each: array("I", [0]) for each in GROUPS}
        self.last = 0
        """The newest entry that is known."""
        self._known = _Known()

    def count(self, connection: Connection, numbers: Collection[int], facets: Iterable[str]) -> dict[str, dict[str, int]]:
        """For each of the facets, how many of these entries have which value."""
        found: dict[str, dict[str, int]] = {each: {} for each in facets}
        self._read(connection)
        counted = {
            group: Counter(map(self._columns[group].__getitem__, numbers))
            for group, members in GROUPS.items()
            if found.keys() & set(members)
        }
        known = self._knowing(connection, set().union(*counted.values()))
        totals = [0] * len(known.values)
        for counts in counted.values():
            for number, count in counts.items():
                for place in known.of_group[number]:
                    totals[place] += count
        for (name, value), total in zip(known.values, totals, strict=False):  # others may have come to know more meanwhile
            if total and name in found:
                found[name][value] = total
        return found

    def contents(self, connection: Connection, numbers: Collection[int]) -> Mapping[int, Content]:
        """The values by facet of these groups."""
        known = self._knowing(connection, numbers)
        found: dict[int, dict[str, list[str]]] = {each: {} for each in numbers}
        for number, content in found.items():
            for name, value in (known.values[each] for each in known.of_group[number]):
                content.setdefault(name, []).append(value)
        return found

    def _knowing(self, connection: Connection, numbers: Collection[int]) -> "_Known":
        """The values of these groups, and of others."""
        known = self._known
        missing = [each for each in numbers if each not in known.of_group]
        if missing:
            found = list(_contents(connection, missing))
            with self._lock:
                if len(known.of_group) + len(missing) > _KEPT:
                    known = _Known()
                    found = list(_contents(connection, list(numbers)))
                for number, content in found:
                    known.take(number, content)
                self._known = known
        return known

    def _read(self, connection: Connection) -> None:
        """Take in what was entered since; each column as one text, for a row each would take several times as long."""
        with self._lock:
            last = connection.scalar(select(func.max(search_groups.c.entry))) or 0
            if last <= self.last:
                return
            texts = (func.aggregate_strings(cast(search_groups.c[each], String), ",") for each in ("entry", *GROUPS))
            found = connection.execute(select(*texts).where(search_groups.c.entry > self.last)).one()
            entries, *groups = (json.loads(f"[{each or ''}]") for each in found)
            if not entries:
                return
            first, last = min(entries), max(entries)  # a database may show more than it did a moment ago
            gapless = entries == list(range(first, last + 1))
            for column, new in zip(self._columns.values(), groups, strict=True):
                column.frombytes(bytes(column.itemsize * ((first if gapless else last + 1) - len(column))))
                if gapless:
                    column.extend(new)
                    continue
                for entry, number in zip(entries, new, strict=True):
                    column[entry] = number
            self.last = last


class _Known:
    """Groups of values by number; each value of a facet is one of ``values``, by its place, however many groups have it."""

    def __init__(self) -> None:
        self.of_group: dict[int, tuple[int, ...]] = {}
        self.values: list[tuple[str, str]] = []
        self._places: dict[tuple[str, str], int] = {}

    def take(self, number: int, content: Content) -> None:
        """Know one more. A group is told last: whoever sees it sees its values, too."""
        places = []
        for pair in ((name, value) for name, values in content.items() for value in values):
            if pair not in self._places:
                self._places[pair] = len(self.values)
                self.values.append(pair)
            places.append(self._places[pair])
        self.of_group[number] = tuple(places)


def _contents(connection: Connection, numbers: Sequence[int]) -> Iterable[tuple[int, Content]]:
    for start in range(0, len(numbers), MANY):
        asked = select(search_values.c.id, search_values.c.content).where(search_values.c.id.in_(numbers[start : start + MANY]))
        yield from ((row.id, row.content) for row in connection.execute(asked))
