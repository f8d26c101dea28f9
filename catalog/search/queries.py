"""What people type, as what is looked for. Every text is a query: nothing that is typed can be a mistake of syntax."""

import re
from dataclasses import dataclass

from catalog.errors import UsageError
from catalog.store.selection import folded

LONGEST = 200
"""Characters of a query."""
MOST_WORDS = 20
_PART = re.compile(r'(?P<not>(?<!\S)-(?=[^\s-]))?(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Query:
    """Each of ``words`` has to be there, and none of ``without``; ``whole`` is all that is wanted, as one text. All folded."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    whole: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.without)


def parse(text: str) -> Query:
    """Read a query: words apart by blanks of any width, a phrase in quotation marks, "-" before what must not be there.

    A minus sign within a word (2020-04-01, a telephone number) is part of it, and so is one that stands alone. Quotation
    marks that are never closed reach to the end. Raises UsageError: search-too-long, search-too-many-words.
    """
    if len(text) > LONGEST:
        raise UsageError("search-too-long", maximum=LONGEST)
    words: dict[str, None] = {}
    without: dict[str, None] = {}
    for found in _PART.finditer(folded(text.replace("“", '"').replace("”", '"'))):
        if part := (found["phrase"] or found["word"] or "").strip():
            (without if found["not"] else words)[part] = None
    if len(words) + len(without) > MOST_WORDS:
        raise UsageError("search-too-many-words", maximum=MOST_WORDS)
    return Query(tuple(words), tuple(without), " ".join(words))


def written(query: Query) -> str:
    """The query as it could be typed; queries that ask the same are written the same."""
    return " ".join([*map(_quoted, query.words), *(f"-{_quoted(each)}" for each in query.without)])


def _quoted(part: str) -> str:
    return f'"{part}"' if " " in part or part.startswith("-") else part
