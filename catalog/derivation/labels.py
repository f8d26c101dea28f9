"""How columns and values are called when a rule is put into words, and how texts of two languages are put together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalog.derivation.paths import Path
from catalog.messages import translate
from catalog.messages.derivation import SENTENCES
from catalog.model import Text


class Labels(Protocol):
    """Names for people. Without them a sentence shows columns and values as the descriptor spells them."""

    def column(self, path: Path) -> Text:
        """What a column of the raw records is called."""

    def value(self, path: Path | None, value: str) -> Text:
        """What a value is called: of a raw column, or (None) of the published column itself."""

    def codelist(self, name: str) -> Text:
        """What a code list is called."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Everything as it is spelled."""

    def column(self, path: Path) -> Text:
        """The path, quoted."""
        return quoted(Text(ja=path.text, en=path.text))

    def value(self, path: Path | None, value: str) -> Text:
        """The value, quoted; an empty one in words."""
        del path
        return quoted(Text(ja=value, en=value)) if value else filled(SENTENCES["blank"])

    def codelist(self, name: str) -> Text:
        """The name, quoted."""
        return quoted(plain(name))


PLAIN: Labels = Plain()


def filled(pattern: str, **parts: Text) -> Text:
    """A marked pattern in both languages, its places filled."""
    ja = translate(pattern, "ja") % {name: part.within("ja") for name, part in parts.items()}
    return Text(ja=ja, en=pattern % {name: part.within("en") for name, part in parts.items()})


def quoted(text: Text) -> Text:
    """In the quotation marks of each language."""
    return Text(ja=f"「{text.within('ja')}」", en=f"“{text.within('en')}”")


def listed(texts: Iterable[Text]) -> Text:
    """Quoted names in a row; Japanese needs no comma between closing and opening marks."""
    several = tuple(texts)
    return Text(ja="".join(each.ja for each in several), en=", ".join(each.en for each in several))


def joined(texts: Sequence[Text], link: str) -> Text:
    """Parts of a sentence with a marked word between them."""
    ja = translate(link, "ja").join(each.ja for each in texts)
    return Text(ja=ja, en=link.join(each.en for each in texts))


def sentences(texts: Iterable[Text]) -> Text:
    """Whole sentences after each other: no blank in Japanese, one in English."""
    several = tuple(texts)
    return Text(ja="".join(each.ja for each in several), en=" ".join(each.en for each in several))


def plain(value: object) -> Text:
    """A number or name that is the same in both languages."""
    return Text(ja=str(value), en=str(value))


@dataclass(frozen=True, slots=True)
class Titled:
    """Columns by the titles of the raw package, values by the code list of their column where they have one.

    ``titles`` and ``values`` are keyed by table and column; ``values[("", "")]`` names the published column's codes.
    ``codelists`` are titles of code lists.
    """

    titles: Mapping[tuple[str, str], Text]
    tables: Mapping[str, Text]
    values: Mapping[tuple[str, str], Mapping[str, Text]]
    codelists: Callable[[str], Text]
    source: str

    def column(self, path: Path) -> Text:
        """“title” of a column of the case itself, “title” of “table” elsewhere."""
        table = path.stops[-1] if path.stops else self.source
        title = quoted(self.titles.get((table, path.column), plain(path.text)))
        if not path.stops or table == self.source:
            return title
        return filled(SENTENCES["column-of"], column=title, table=quoted(self.tables.get(table, plain(table))))

    def value(self, path: Path | None, value: str) -> Text:
        """The label of a code, quoted; the value itself where it has none."""
        if not value:
            return filled(SENTENCES["blank"])
        where = ("", "") if path is None else (path.stops[-1] if path.stops else self.source, path.column)
        return quoted(self.values.get(where, {}).get(value, plain(value)))

    def codelist(self, name: str) -> Text:
        """The title of the list, quoted; its name where it is not known."""
        return quoted(self.codelists(name) or plain(name))
