"""What search can find, as a writer enters it and takes it out."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select

from catalog.model import Text
from catalog.store import grams
from catalog.store.database import datasets, search_entries, search_groups, search_identifiers, search_values
from catalog.store.portions import portions
from catalog.store.selection import VISIBLE, folded

Kind = Literal["dataset", "field", "term", "standard"]
KINDS: tuple[Kind, ...] = ("dataset", "field", "term", "standard")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "who": ("publisher", "area"),
    "what": ("standard", "format", "theme"),
    "state": ("license", "valid", "updated", "sample"),
    "tags": ("keyword",),
}
"""The facets, in the groups in which their values are kept together."""
FACETS: tuple[str, ...] = tuple(each for group in GROUPS.values() for each in group)
LONGEST = 50_000
"""Characters of one entry's texts that are looked in."""
_UNSAID = Text()
_AT_ONCE = 500
"""Entries that are read at a time."""
_Content = Mapping[str, Sequence[str]]
"""The values of the facets of a group."""
_NUMBERS = select(search_values.c.digest, search_values.c.id).where(
    search_values.c.digest.in_(bindparam("digests", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that can be found, as it is entered. ``path`` is its flat address; ``note`` says what it is part of.

    ``names``, ``marks`` and ``bodies`` are texts as they are, ``facets`` the values by facet.
    """

    kind: Kind
    dataset: str
    path: str
    title: Text
    note: Text = _UNSAID
    description: Text = _UNSAID
    sample: bool = False
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def key_of(facet: str, value: str) -> str:
    """A facet's value as one token."""
    return f"{facet}={folded(value)}".replace(" ", grams.BLANK)


class Entering:
    """What a writer does to the index, inside its transaction. Only ``Writing.entering`` makes one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._full_text = grams.indexes(connection.dialect.name)
        self._known: dict[str, int] = {}

    def enter(self, entries: Iterable[Entry]) -> None:
        """Put entries in, as the newest."""
        rows, facets = [], []
        for each in entries:
            rows.append(_row(each))
            facets.append(each.facets)
        if not rows:
            return
        returning = insert(search_entries).returning(search_entries.c.id, sort_by_parameter_order=True)
        numbers = self._connection.scalars(returning, rows).all()
        contents = [_contents(each) for each in facets]
        self._learn(content for each in contents for content in each.values())
        groups = [
            {"entry": number, **{group: self._number(content) for group, content in each.items()}}
            for number, each in zip(numbers, contents, strict=True)
        ]
        self._connection.execute(insert(search_groups), groups)
        self._tell_index(grams.enter, zip(numbers, rows, strict=True))

    def remove(self, dataset: str) -> None:
        """Take out everything about a dataset; with "", what comes with the program."""
        of_dataset = search_entries.c.dataset == dataset
        if self._full_text:
            columns = ("kind", *grams.COLUMNS)
            asked = select(search_entries.c.id, *(search_entries.c[each] for each in columns)).where(of_dataset)
            gone = self._connection.execute(asked).all()
            self._tell_index(grams.take_out, ((row.id, dict(zip(columns, row[1:], strict=True))) for row in gone))
        numbers = select(search_entries.c.id).where(of_dataset)
        self._connection.execute(delete(search_groups).where(search_groups.c.entry.in_(numbers)))
        self._connection.execute(delete(search_entries).where(of_dataset))
        self._connection.execute(delete(search_identifiers).where(search_identifiers.c.dataset == dataset))

    def enter_again(self) -> None:
        """Fill the full-text index from the entries, whose rows came from another database and not through ``enter``."""
        if not self._full_text:
            return
        self._empty_index()
        columns = ("id", "kind", *grams.COLUMNS)
        asked = select(*(search_entries.c[each] for each in columns)).order_by(search_entries.c.id)
        for some in self._connection.execute(asked.execution_options(yield_per=_AT_ONCE)).mappings().partitions(_AT_ONCE):
            self._tell_index(grams.enter, ((int(row["id"]), dict(row)) for row in some))

    def clear(self) -> None:
        """Take out everything."""
        self._known.clear()
        for each in (search_entries, search_groups, search_values, search_identifiers):
            self._connection.execute(delete(each))
        if self._full_text:
            self._empty_index()

    def identify(self, paths: Mapping[str, Mapping[str, str]]) -> None:
        """Remember the flat addresses of datasets by their UUIDs, for as long as each dataset is in the index."""
        rows = [
            {"uuid": uuid, "dataset": dataset, "path": path} for dataset, known in paths.items() for uuid, path in known.items()
        ]
        if rows:
            self._connection.execute(insert(search_identifiers), rows)

    def by_age(self) -> tuple[str, ...]:
        """The ids of the visible datasets, the one that was published last at the end."""
        asked = select(datasets.c.id).where(VISIBLE).order_by(datasets.c.modified, datasets.c.id)
        return tuple(self._connection.scalars(asked))

    def _empty_index(self) -> None:
        for kind in KINDS:
            self._connection.exec_driver_sql(grams.clear(kind))

    def _tell_index(self, statement: Callable[[str], str], rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        if not self._full_text:
            return
        by_kind: dict[str, list[tuple[Any, ...]]] = {}
        for number, row in rows:
            values = (number, *(_indexed(name, row[name]) for name in grams.COLUMNS))
            by_kind.setdefault(row["kind"], []).append(values)
        for kind, listed in by_kind.items():
            self._connection.exec_driver_sql(statement(kind), listed)

    def _learn(self, contents: Iterable[_Content]) -> None:
        """Ask for the numbers of those values that have one, of many together."""
        unknown = sorted({_digest(each) for each in contents} - self._known.keys())
        for some in portions(unknown):
            found = self._connection.execute(_NUMBERS, {"digests": some})
            self._known.update((row.digest, row.id) for row in found)

    def _number(self, content: _Content) -> int:
        """The number of the values of a group, which are entered where they are new; ``_learn`` has been told of them."""
        digest = _digest(content)
        if digest not in self._known:
            entered = insert(search_values).values(digest=digest, content=content).returning(search_values.c.id)
            self._known[digest] = int(self._connection.scalar(entered) or 0)
        return self._known[digest]


def _contents(facets: Mapping[str, Sequence[str]]) -> dict[str, _Content]:
    """The values of each group."""
    return {group: {name: list(facets[name]) for name in names if facets.get(name)} for group, names in GROUPS.items()}


def _digest(content: _Content) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _row(entry: Entry) -> dict[str, Any]:
    """As the table has it: texts folded, one a line, none twice in a column."""
    keys = [grams.EVERYTHING, *(key_of(name, each) for name, values in entry.facets.items() for each in values)]
    return {
        "kind": entry.kind,
        "dataset": entry.dataset,
        "path": entry.path,
        "title_ja": entry.title.ja,
        "title_en": entry.title.en,
        "note_ja": entry.note.ja,
        "note_en": entry.note.en,
        "description_ja": entry.description.ja,
        "description_en": entry.description.en,
        "sample": entry.sample,
        "name": _lines(entry.names),
        "mark": _lines(entry.marks),
        "body": _lines(entry.bodies),
        "facet": f" {' '.join(dict.fromkeys(keys))} ",
    }


def _lines(texts: Iterable[str]) -> str:
    different = dict.fromkeys(filter(None, (folded(each[:LONGEST]) for each in texts)))
    kept, room = [], LONGEST
    for each in different:
        kept.append(each[:room])
        room -= len(each)
        if room <= 0:
            break
    return "\n" + "\n".join(kept) + "\n" if kept else ""


def _indexed(name: str, value: str) -> str:
    return value.strip() if name == "facet" else grams.grams(value.split("\n")[1:-1])
