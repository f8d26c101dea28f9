"""How the definitions of a dataset changed from version to version, in words of both languages.

``revisions`` finds the differences; here they get the words that a page shows side by side, the sentence that RDF carries,
and the reason that the publisher gave. A version never changes, so what was compared once is remembered.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from catalog import words
from catalog.dcat.definitions import rules_of
from catalog.derivation import explain
from catalog.derivation.labels import sentences
from catalog.errors import NotFound
from catalog.messages.wording import _
from catalog.model import Field, Package, Publication, Resource, Schema, Text
from catalog.revisions import Kind, Revision, compare
from catalog.store import Store
from catalog.vocabulary.codelists import CodeList
from catalog.web.codelists import codelists_of
from catalog.web.shaping import TIME_ZONE
from catalog.web.site import site
from catalog.words import said

REACH = 200
"""Versions that a history looks back: a dataset that is published every day has many, and each has to be read."""

_ATTRIBUTES: Mapping[str, str] = {
    "type": _("Type"),
    "format": _("Form"),
    "title": _("Title"),
    "description": _("Definition"),
    "constraints": _("What may stand in it"),
    "options": _("How it is written"),
    "missingValues": _("Codes of “no value”"),
    "definition.section": _("Section"),
    "definition.source": _("Source"),
    "definition.obligation": _("Obligation"),
    "definition.unit": _("Unit"),
    "definition.codelist": _("Code list"),
    "definition.property": _("Property"),
    "definition.derivation": _("Derivation"),
}
_TRANSLATED = frozenset({"title", "description"})
"""Attributes that the publisher wrote in two languages; the words of all others are ours."""

_HAPPENINGS: Mapping[str, str] = {
    "first": _("First published."),
    "table-added": _("The table was added."),
    "table-removed": _("The table was removed."),
    "added": _("The column was added."),
    "removed": _("The column was removed."),
}
_NOTHING = Text()
_MARKED_UP_TO = 4000
"""Characters: longer texts are shown as a whole, for comparing them word by word takes too long."""
_WORD = re.compile(r"[぀-ゟ]+|[゠-ヿ]+|[一-鿿々]+|[^\W぀-ヿ一-鿿々]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference that a version made. ``kind`` "first" is the first version itself; ``at`` is when it was published.

    ``reason`` is what the publisher said about a breaking change, in whatever language.
    """

    version: int
    at: str
    kind: Kind | Literal["first"]
    table: str
    field: str = ""
    attribute: str = ""
    before: Text = _NOTHING
    after: Text = _NOTHING
    breaking: bool = False
    reason: str = ""

    @property
    def name(self) -> Text:
        """What the attribute is called."""
        if self.attribute in _ATTRIBUTES:
            return said(_ATTRIBUTES[self.attribute])
        return Text(ja=self.attribute, en=self.attribute)

    @property
    def translated(self) -> bool:
        """Whether each language may have changed by itself."""
        return self.attribute in _TRANSLATED

    @property
    def happening(self) -> Text:
        """What came or went; empty where an attribute changed."""
        return said(_HAPPENINGS[self.kind]) if self.kind in _HAPPENINGS else _NOTHING

    def sentence(self) -> Text:
        """The whole difference as one text."""
        worded = self.happening or said(
            _("%(attribute)s: “%(before)s” became “%(after)s”."), attribute=self.name, before=self._was, after=self._is
        )
        day = datetime.fromisoformat(self.at).astimezone(TIME_ZONE).date()
        parts = [said(_("Version %(version)s (%(day)s):"), version=self.version, day=day), worded]
        if self.reason:
            parts.append(
                said(_("This broke what was built on earlier versions; the publisher's reason: %(reason)s"), reason=self.reason)
            )
        return sentences(parts)

    @property
    def _was(self) -> Text:
        return self.before or said(_("(nothing)"))

    @property
    def _is(self) -> Text:
        return self.after or said(_("(nothing)"))


def changes_of(dataset: str, version: int) -> tuple[Change, ...]:
    """What a version changed in the definitions of the one before; nothing in the first."""
    return _changes(site().store, dataset, version)


@lru_cache(maxsize=1024)
def _changes(store: Store, dataset: str, version: int) -> tuple[Change, ...]:
    if version == 1:
        return ()
    before, after = store.publication(dataset, version - 1), store.publication(dataset, version)
    return tuple(_change(each, before, after) for each in compare(before.package, after.package))


def changes_between(before: Publication, package: Package) -> tuple[Change, ...]:
    """What a package, not published yet, would change in the definitions of a version."""
    draft = replace(before, package=package, version=before.version + 1, note="", breaking="")
    return tuple(_change(each, before, draft) for each in compare(before.package, package))


def history_of(publication: Publication, table: str, field: str = "") -> tuple[Change, ...]:
    """Every change of a table, or of one column of it, up to this version, the newest first; at most ``REACH`` versions back."""
    first = max(0, publication.version - REACH)
    found: list[Change] = []
    for version in range(publication.version, first, -1):
        found += [each for each in changes_of(publication.id, version) if each.table == table and _concerns(each, field)]
    if first == 0:
        found += _beginning(publication.id, table, field)
    return tuple(found)


def _concerns(change: Change, field: str) -> bool:
    return not field or change.field in ("", field)


def _beginning(dataset: str, table: str, field: str) -> Iterator[Change]:
    publication = site().store.publication(dataset, 1)
    found = find_table(publication, table)
    if found is not None and (not field or find_field(found, field) is not None):
        yield Change(version=1, at=publication.modified, kind="first", table=table, field=field)


def last_with(dataset: str, holds: Callable[[Publication], bool]) -> Publication | None:
    """The newest version for which ``holds`` is true, at most ``REACH`` versions back. Raises as ``Store.latest``."""
    store = site().store
    latest = store.latest(dataset)
    numbers = range(latest.version, max(0, latest.version - REACH), -1)
    return next((each for number in numbers if holds(each := store.publication(dataset, number))), None)


def find_table(publication: Publication, name: str) -> Resource | None:
    """The table of that name, or None."""
    return next((each for each in publication.package.tables() if each.name == name), None)


def find_field(table: Resource, name: str) -> Field | None:
    """The column of that name, or None."""
    return next((each for each in (table.schema or Schema(fields=())).fields if each.name == name), None)


def _change(revision: Revision, before: Publication, after: Publication) -> Change:
    return Change(
        version=after.version,
        at=after.modified,
        kind=revision.kind,
        table=revision.table,
        field=revision.field,
        attribute=revision.attribute,
        before=_worded(revision, before, revision.before),
        after=_worded(revision, after, revision.after),
        breaking=revision.breaking,
        reason=after.breaking if revision.breaking else "",
    )


_WORDS: Mapping[str, Callable[[Field], Text]] = {
    "type": lambda field: words.type_of(replace(field, format="default")),
    "title": lambda field: field.title,
    "description": lambda field: field.description,
    "constraints": lambda field: _joined(rules_of(field)),
    "missingValues": lambda field: _joined(
        Text(ja=each, en=each) if each else said(_("empty cell")) for each in field.missing_values or ()
    ),
    "definition.obligation": words.obligation_of,
}


def _worded(revision: Revision, publication: Publication, spelled: str) -> Text:
    """What the attribute was in a version, in words; as the descriptor spells it where there are none."""
    table = find_table(publication, revision.table)
    field = find_field(table, revision.field) if table else None
    if table is not None and field is not None and spelled:
        if revision.attribute in _WORDS:
            return _WORDS[revision.attribute](field)
        if revision.attribute == "definition.derivation":
            with suppress(NotFound):  # a code list that only a version to come has
                return sentences(derivations_of(publication, table).get(field.name, ())) or Text(ja=spelled, en=spelled)
    return Text(ja=spelled, en=spelled)


def _joined(parts: Iterable[Text]) -> Text:
    several = tuple(parts)
    return Text(ja="、".join(each.ja for each in several), en=", ".join(each.en for each in several))


def derivations_of(publication: Publication, table: Resource) -> Mapping[str, tuple[Text, ...]]:
    """How each column of a table comes about, a sentence a rule, by the titles and code lists of that version."""
    kept = codelists_of(publication)

    def find(name: str) -> CodeList:
        if name not in kept:
            raise NotFound("codelist-unknown", codelist=name)
        return kept[name]

    explained = explain(table, publication.package.raw, find)
    columns = explained.columns if explained else {}
    return {name: tuple(sentence for _rule, sentence in rules) for name, rules in columns.items()}


def marked(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """The two texts as one: stretches that are ("same", text), ("gone", text) or ("new", text), word by word."""
    if len(before) + len(after) > _MARKED_UP_TO or not (before and after):
        return tuple((kind, text) for kind, text in (("gone", before), ("new", after)) if text)
    old, new = _WORD.findall(before), _WORD.findall(after)
    found: list[tuple[str, str]] = []
    for operation, start, stop, other_start, other_stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            found.append(("same", "".join(old[start:stop])))
        else:
            stretches = (("gone", "".join(old[start:stop])), ("new", "".join(new[other_start:other_stop])))
            found += [each for each in stretches if each[1]]
    return tuple(found)
