"""A standard dataset across publishers: one table of every dataset that conforms, and what is known of the rest.

    about = coverage(store, settings, "public-toilet")
    wanted = Wish(format=media.CSV)
    cache.get(key(about, wanted), partial(write, about, maker, wanted))    # a file; ``streamed`` gives it as it is made

``gathering`` finds the members, ``mapping`` finds their columns in the current edition, ``areas`` knows who could have such a
dataset; ``merging`` makes one table of the members, ``writing`` puts it into any format. docs/union.md describes the rules.
Nothing heavy is imported until rows are wanted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.download import Cache
from catalog.union.areas import areas_of, municipalities, prefectures
from catalog.union.areas import known as known_prefectures
from catalog.union.gathering import coverage
from catalog.union.nouns import DATASET, PUBLISHER, VERSION, Area, Coverage, LeftOut, Member, Omitted, Part
from catalog.union.wishes import Wish, key, offered, told

if TYPE_CHECKING:
    from catalog.download.making import Maker

__all__ = [
    "DATASET",
    "PUBLISHER",
    "VERSION",
    "Area",
    "Coverage",
    "LeftOut",
    "Member",
    "Omitted",
    "Part",
    "Wish",
    "areas_of",
    "coverage",
    "key",
    "known_prefectures",
    "left_out",
    "municipalities",
    "offered",
    "prefectures",
    "streamed",
    "told",
    "write",
]


def write(about: Coverage, maker: "Maker", wish: Wish, target: Path) -> None:
    """Write the union as it is wanted. Raises Refusal where a format has no room for it, StoreError."""
    from catalog.union import writing

    writing.write(about, maker, wish, target)


def streamed(about: Coverage, maker: "Maker", cache: Cache, name: str) -> Iterator[bytes]:
    """The union as CSV, piece by piece; once it is whole, the cache has it under that name."""
    from catalog.union import streaming

    return streaming.streamed(about, maker, cache, name)


def left_out(about: Coverage, maker: "Maker") -> tuple[LeftOut, ...]:
    """The values that the standard does not have, by member and column."""
    from catalog.union import merging

    return merging.left_out(about, maker)
