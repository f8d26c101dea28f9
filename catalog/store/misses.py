"""Searches that found nothing, counted by day: what data is missed. No address, no time of day, nothing about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from catalog.store.database import Database, search_misses

LONGEST = 60
"""Characters of a text that is counted; what is longer is no name of a kind of data."""
A_DAY = 1_000
"""Different texts that are counted on one day: whoever sends nonsense cannot fill the disk."""
DAYS = 400
"""Days that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """What was sought in vain, how many times in all, on which day first and last."""

    text: str
    count: int
    first: str
    last: str


class Misses:
    """What ``Store.misses`` answers. Methods raise StoreError as those of ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, day: str, counts: Mapping[str, int]) -> None:
        """Count some texts on a day (ISO 8601)."""
        with self._database.writing() as connection:
            _forget(connection)
            on_day = search_misses.c.day == day
            known = set(connection.scalars(select(search_misses.c.text).where(on_day)))
            room = A_DAY - len(known)
            fresh = [each for each in counts if each not in known][: max(room, 0)]
            for each in counts.keys() & known:
                same = and_(on_day, search_misses.c.text == each)
                more: dict[str, Any] = {"count": search_misses.c.count + counts[each]}
                connection.execute(update(search_misses).where(same).values(more))
            if fresh:
                rows = [{"day": day, "text": each, "count": counts[each]} for each in fresh]
                connection.execute(insert(search_misses), rows)

    def all(self, since: str = "") -> tuple[Miss, ...]:
        """What was sought in vain since that day, the most frequent first."""
        total = func.sum(search_misses.c.count)
        asked = select(search_misses.c.text, total, func.min(search_misses.c.day), func.max(search_misses.c.day))
        asked = asked.where(search_misses.c.day >= since).group_by(search_misses.c.text)
        with self._database.reading() as connection:
            rows = connection.execute(asked.order_by(total.desc(), search_misses.c.text)).all()
        return tuple(Miss(text=row[0], count=int(row[1]), first=row[2], last=row[3]) for row in rows)


def _forget(connection: Connection) -> None:
    """Keep the latest days."""
    oldest = connection.scalar(
        select(search_misses.c.day).distinct().order_by(search_misses.c.day.desc()).offset(DAYS - 1).limit(1)
    )
    if oldest is not None:
        connection.execute(delete(search_misses).where(search_misses.c.day < oldest))
