"""Bigrams in SQLite's full-text index FTS5: how texts go in, and how what is sought is asked for.

Japanese has no blanks between words, and people search for parts of words. So every two neighbouring characters are a
token, and what is sought is a phrase of them: it is found exactly where it stands in the text, however it was cut. One
character is the beginning of a token. Each text has a mark before its first and after its last character, so that a text
that is equal to what is sought, or begins with it, can be told from one that merely contains it.

The indexes keep no texts of their own (``content=''``): what is taken out has to be given once more as it was put in.
"""

from collections.abc import Iterable, Sequence

COLUMNS = ("name", "mark", "body", "facet")
"""What the thing is called; what it goes by (keywords, places, publisher); everything else; its facets, one token each."""
EVERYTHING = "*"
"""A facet that every entry has: something has to be asked for where all but a few are wanted."""
BEGIN, END, BLANK = "\ufdd0", "\ufdd1", "\ufdd2"
"""Noncharacters of Unicode, which ``selection.folded`` keeps out of every text. A blank must not part tokens."""
_NAMES = ", ".join(COLUMNS)
_VALUES = ", ".join("?" for _each in COLUMNS)
_DATABASES = frozenset({"sqlite"})


def indexes(database: str) -> bool:
    """Whether a database of that name has such indexes."""
    return database in _DATABASES


def table(kind: str) -> str:
    """The index of the entries of a kind: each has its own, so that the many fields do not slow the search for datasets."""
    return f"search_words_{kind}"


def enter(kind: str) -> str:
    """The statement that puts an entry in: its number, its columns."""
    return f"INSERT INTO {table(kind)}(rowid, {_NAMES}) VALUES(?, {_VALUES})"


def take_out(kind: str) -> str:
    """The statement that takes one out, with what ``enter`` was given."""
    return f"INSERT INTO {table(kind)}({table(kind)}, rowid, {_NAMES}) VALUES('delete', ?, {_VALUES})"


def clear(kind: str) -> str:
    """The statement that takes all out."""
    return f"INSERT INTO {table(kind)}({table(kind)}) VALUES('delete-all')"


def grams(texts: Iterable[str]) -> str:
    """Folded texts as the index takes them."""
    return " ".join(_tokens(BEGIN + each + END) for each in texts)


def _tokens(text: str) -> str:
    joined = text.replace(" ", BLANK)
    return " ".join(joined[place : place + 2] for place in range(len(joined) - 1))


def contains(text: str) -> str:
    """The expression for "contains this"."""
    return _phrase(text.replace(" ", BLANK)) + " *" if len(text) == 1 else _phrase(_tokens(text))


def equals(text: str) -> str:
    """The expression for "is exactly this"."""
    return _phrase(_tokens(BEGIN + text + END))


def begins(text: str) -> str:
    """The expression for "begins with this"."""
    return _phrase(_tokens(BEGIN + text))


def facet(key: str) -> str:
    """The expression for "has this facet"; its key has no blanks."""
    return f"facet : {_phrase(key)}"


def within(columns: Sequence[str], expression: str) -> str:
    """The expression, true in these columns only."""
    return f"{{{' '.join(columns)}}} : ({expression})"


def _phrase(tokens: str) -> str:
    return '"' + tokens.replace('"', '""') + '"'
