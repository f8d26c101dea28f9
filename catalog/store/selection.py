"""Which of the visible datasets are meant: conditions that the database answers, and words that are looked for in texts."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, select

from catalog.store.database import datasets, uses

VISIBLE = datasets.c.latest.is_not(None)
TEXTS = (
    datasets.c.id, datasets.c.title_ja, datasets.c.title_en, datasets.c.description_ja, datasets.c.description_en,
    datasets.c.keywords, datasets.c.keywords_en,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is asked of a dataset; what is left empty is not asked.

    ``theme`` is a code, ``standard`` a slug, ``modified_since`` a time in UTC (YYYY-MM-DDThh:mm:ssZ, itself included),
    ``words`` are looked for in id, titles, descriptions and keywords: each has to stand in one of them.
    """

    samples: bool = True
    publisher: str = ""
    theme: str = ""
    standard: str = ""
    modified_since: str = ""
    words: tuple[str, ...] = ()

    def condition(self) -> ColumnElement[bool]:
        """All but the words."""
        asked: list[ColumnElement[bool]] = [VISIBLE]
        if not self.samples:
            asked.append(datasets.c.sample.is_(False))
        if self.publisher:
            asked.append(datasets.c.publisher_id == self.publisher)
        if self.theme:
            asked.append(cast(datasets.c.themes, String).contains(f'"{self.theme}"', autoescape=True))
        if self.standard:
            same = and_(uses.c.dataset == datasets.c.id, uses.c.kind == "standard", uses.c.name == self.standard)
            asked.append(exists(select(uses.c.dataset).where(same)))
        if self.modified_since:
            asked.append(datasets.c.modified >= self.modified_since)
        return and_(*asked)

    def found_in(self, rows: Iterable[Any]) -> Iterator[str]:
        """The ids of those rows of ``TEXTS`` in which each of the words stands."""
        words = [folded(each) for each in self.words]
        for row in rows:
            texts = [folded(each) for each in _flat(row)] if words else []
            if all(any(word in text for text in texts) for word in words):
                yield row.id


_UNFIT = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef\\s]+")
"""White space, what no text should hold, and the noncharacters that mark where a text begins (``store.grams``)."""


def folded(text: str) -> str:
    """A text as it is compared: ＯＳＡＫＡ, Osaka and osaka are the same, and so are the two ways to write が.

    White space of any width and number is one blank. The one such function: whatever is sought and whatever is looked in
    goes through it.
    """
    same = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _UNFIT.sub(" ", same).strip()


def _flat(values: Iterable[Any]) -> list[str]:
    return [text for value in values for text in ([value] if isinstance(value, str) else value)]
