"""The texts of descriptions: what the steward wrote, cleaned, and the few sentences of ours around it, in both languages."""

from collections.abc import Iterable

from catalog.dcat import cleaning
from catalog.messages import dcat as words
from catalog.messages import translate
from catalog.model import Text


def cleaned(text: Text) -> Text:
    """A text as every RDF syntax can take it."""
    return Text(ja=cleaning.text(text.ja), en=cleaning.text(text.en))


def lined(text: Text) -> Text:
    """The same on one line: titles and names."""
    return Text(ja=cleaning.line(text.ja), en=cleaning.line(text.en))


def listed(texts: Iterable[str]) -> Text:
    """Some names as a list in words."""
    texts = list(texts)
    return Text(ja="、".join(texts), en="; ".join(texts))


def said(sentence: str) -> Text:
    """A sentence of ours in both languages."""
    return Text(ja=translate(sentence, "ja"), en=translate(sentence, "en"))


def marked(title: str, language: str) -> str:
    """A title that says that it is a sample's, once."""
    pattern = translate(words.SAMPLE_TITLE, language)
    return pattern % {"title": title} if title and not title.startswith((pattern % {"title": ""}).strip()) else title


def worded(pattern: str, title: Text, **details: str) -> Text:
    """A pattern around a title, in each language that the title has."""
    return Text(
        ja=translate(pattern, "ja") % {"title": title.ja, **details} if title.ja else "",
        en=translate(pattern, "en") % {"title": title.en, **details} if title.en else "",
    )
