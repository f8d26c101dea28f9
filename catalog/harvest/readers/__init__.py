"""Answers of sources -> pages of neutral records, one module a kind of source. All of it runs in the limited child.

``read(kind, answer)`` is what the child is asked for; ``warm_up`` imports what it needs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from catalog import media
from catalog.harvest.readers import ckan, feeds, lists, plain
from catalog.harvest.records import Page

Kind = Literal["dcat", "ckan", "list", "files"]
KINDS: tuple[Kind, ...] = ("dcat", "ckan", "list", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a reader reads: the bytes of an answer, what the server says of them, where they were, and the source's options."""

    data: bytes
    media_type: str
    charset: str
    address: str
    options: Mapping[str, Any] = field(default_factory=dict)


_GRAPHS = (*(each.suffix for each in media.RDF), media.TRIG.suffix, ".xml")
_BEGINNING = 5_000

_READERS: Mapping[str, Callable[[Given], Page]] = {
    "dcat": lambda given: feeds.read(given.data, given.media_type, given.address),
    "ckan": lambda given: ckan.read(given.data, given.address),
    "list": lambda given: lists.read(given.data, given.address),
    "files": lambda given: plain.read(given.data, given.address, given.options),
}


def read(kind: str, given: Given) -> Page:
    """The records of an answer. Raises Refusal with what makes it none of that kind."""
    return _READERS[kind](given)


def kind_of(given: Given) -> str:
    """What an answer is, by the server's word and its beginning; "" where it is none that we read."""
    named, path = media.by_media_type(given.media_type), urlsplit(given.address).path.lower()
    if named in media.RDF or named is media.TRIG:
        return "dcat"
    if named is media.CSV or path.endswith(media.CSV.suffix):
        return "list" if lists.recognised(given.data) else ""
    if named is media.HTML:
        return ""
    if path.endswith(_GRAPHS):
        return "dcat"
    lines = [each.strip() for each in given.data[:_BEGINNING].splitlines() if each.strip() and not each.startswith(b"#")]
    return "files" if lines and lines[0].startswith((b"http://", b"https://")) else ""


def warm_up() -> None:
    """Nothing: importing this module has loaded what readers need."""
