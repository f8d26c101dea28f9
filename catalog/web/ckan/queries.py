"""The searches that clients of CKAN ask for, in the simple forms of Solr's syntax, as searches of ours.

Read are words, phrases, ``field:value``, ``field:"a value"``, ``field:(a OR b)``, each with ``+`` before it, joined by blanks
or ``AND``; ``-word``; ``*:*``; and ``metadata_modified:[TIME TO *]``, by which harvesters ask for what is new. Anything else
is refused in CKAN's way: an empty answer to a query that was not understood would look like a catalogue without data.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catalog.web.ckan.errors import Unasked

FACETS: Mapping[str, str] = {
    "organization": "publisher",
    "tags": "keyword",
    "res_format": "format",
    "license_id": "license",
    "groups": "theme",
}
"""CKAN's names of what we count and filter by."""
_IGNORED: Mapping[str, frozenset[str]] = {
    "type": frozenset({"dataset"}),
    "dataset_type": frozenset({"dataset"}),
    "state": frozenset({"active"}),
    "capacity": frozenset({"public"}),
    "private": frozenset({"false"}),
}
"""What holds for all of our datasets; another value holds for none."""
_TEXTS = frozenset({"title", "name", "notes", "text", "author", "description"})
_PART = re.compile(
    r"""(?P<sign>[+-])?(?:(?P<field>[a-z_]+):)?(?:"(?P<phrase>[^"]*)"|\((?P<group>[^()]*)\)|\[(?P<range>[^\]]*)\]|(?P<word>[^\s"()\[\]]+))"""
)
_VALUE = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(slots=True)
class Wanted:
    """A search: ``words`` as people type them, values of our facets, datasets by name, and a time since which they changed.

    ``nothing`` is set where a condition holds for no dataset of ours.
    """

    words: list[str] = field(default_factory=list)
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    since: str = ""
    nothing: bool = False


def read(texts: Iterator[str]) -> Wanted:
    """Read ``q`` and every ``fq``. Raises Unasked."""
    wanted = Wanted()
    for text in texts:
        place = 0
        for found in _PART.finditer(text):
            if text[place : found.start()].strip():
                raise Unasked(text[:100])
            place = found.end()
            _take(wanted, found)
        if text[place:].strip():
            raise Unasked(text[:100])
    return wanted


def _take(wanted: Wanted, found: re.Match[str]) -> None:
    name, sign = found["field"], found["sign"]
    if name is None:
        _words(wanted, found, sign)
    elif sign == "-":
        raise Unasked(found[0][:100])
    elif found["range"] is not None:
        _since(wanted, name, found)
    else:
        _valued(wanted, name, tuple(_values(found)), found[0])


def _words(wanted: Wanted, found: re.Match[str], sign: str | None) -> None:
    if found["range"] is not None or found["group"] is not None:
        raise Unasked(found[0][:100])
    if found["word"] in ("AND", "*:*", "*"):
        return
    if found["word"] == "OR":
        raise Unasked("OR")
    text = f'"{found["phrase"]}"' if found["phrase"] is not None else found["word"].rstrip("*~")
    wanted.words.append(f"-{text}" if sign == "-" else text)


def _values(found: re.Match[str]) -> Iterator[str]:
    if found["group"] is None:
        yield found["phrase"] if found["phrase"] is not None else found["word"]
        return
    joined = "OR"
    for place, each in enumerate(_VALUE.finditer(found["group"])):
        if place % 2:
            joined = each[2] or ""
            if joined != "OR":
                raise Unasked(found[0][:100])
        else:
            yield each[1] if each[1] is not None else each[2]


def _valued(wanted: Wanted, name: str, values: tuple[str, ...], told: str) -> None:
    if values == ("*",):
        return
    if name in FACETS:
        ours = FACETS[name]
        if ours in wanted.facets:  # two values of one field: CKAN means both
            raise Unasked(told[:100])
        wanted.facets[ours] = tuple(each.upper() for each in values) if ours == "theme" else values
    elif name in _IGNORED:
        wanted.nothing = wanted.nothing or not _IGNORED[name] & {each.lower() for each in values}
    elif name in ("name", "id"):
        wanted.names = values
    elif name in _TEXTS and len(values) == 1:
        wanted.words.append(f'"{values[0]}"')
    else:
        raise Unasked(told[:100])


def _since(wanted: Wanted, name: str, found: re.Match[str]) -> None:
    begin, to, end = found["range"].partition(" TO ")
    if name != "metadata_modified" or not to or end.strip() != "*":
        raise Unasked(found[0][:100])
    try:
        moment = datetime.fromisoformat(begin.strip())
    except ValueError as error:
        raise Unasked(found[0][:100]) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    wanted.since = moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
