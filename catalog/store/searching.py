"""Search in the database: how it is asked for, and what is found. What it looks in is written by ``entering``.

On SQLite a full-text index of bigrams answers (``grams``); on any other database the folded texts are looked through. Both
find the same: every entry in whose texts each word stands.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, zip_longest
from typing import Any, Literal, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
)

from catalog.model import Text
from catalog.store import grams
from catalog.store.database import (
    Database,
    datasets,
    search_entries,
    search_groups,
    search_identifiers,
)
from catalog.store.entering import GROUPS, KINDS, Kind
from catalog.store.groups import MANY, Groups
from catalog.store.records import Summary, summary_of
from catalog.store.selection import VISIBLE, folded

SMALL = 1_000
"""Up to so many hits of one rank are put in order by how well they match; of more, the newest come first."""
COMMON = 10_000
"""Where more than so many match, how well each does is not asked: weighing a word takes as long as it is frequent."""

_WEIGHTS = "10.0, 5.0, 1.0, 0.0"

Order = Literal["relevance", "updated", "id"]
Rank = Literal["exact", "name", "mark", "any"]
RANKS: tuple[Rank, ...] = ("exact", "name", "mark", "any")
"""How a thing is found: a name or keyword that is exactly this; in its name; in its name and keywords; anywhere."""
_COLUMNS: Mapping[Rank, tuple[str, ...]] = {
    "exact": ("name", "mark"), "name": ("name",), "mark": ("name", "mark"), "any": ("name", "mark", "body"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for, folded. ``facets`` are lists of facet keys: of each list, one has to be there."""

    kind: Kind = "dataset"
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    whole: str = ""
    facets: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found."""

    kind: Kind
    dataset: str
    path: str
    title: Text
    note: Text
    description: Text
    sample: bool
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which of the hits. ``order``: by relevance, the newest first, or by dataset id, those after the id ``after``."""

    order: Order = "relevance"
    offset: int = 0
    after: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How many were found, some of them, and how many of all have which value of the facets that were asked for."""

    total: int
    hits: tuple[Hit, ...]
    values: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Condition:
    """What has to be true of an entry; ``values`` are those of the parameters in the clause."""

    clause: ColumnElement[bool]
    values: Mapping[str, str] = field(default_factory=dict)


class _Way(Protocol):
    """How a database finds words among the things of one kind: the source to select from, its number of the entry."""

    source: FromClause
    number: ColumnElement[int]

    def has(self, sought: Sought, rank: Rank, *, but: Sequence[Rank] = ()) -> _Condition:
        """Found with that rank or a better one, and with none of ``but``."""
        ...

    def named(self, part: str, *, begins: bool) -> _Condition:
        """Whose name begins with a text, or contains it."""
        ...

    def best_first(self) -> tuple[ColumnElement[Any], ...]:
        """The order of few hits."""
        ...


class _Grams:
    """By the index of bigrams. Every question is the same clause with another value, so that statements are made once."""

    def __init__(self, kind: Kind) -> None:
        self._name = grams.table(kind)
        self.source: FromClause = table(self._name, column("rowid"), column(self._name))
        self.number: ColumnElement[int] = self.source.c.rowid
        self.clause: ColumnElement[bool] = self.source.c[self._name].op("MATCH", is_comparison=True)(bindparam("sought"))

    def has(self, sought: Sought, rank: Rank, *, but: Sequence[Rank] = ()) -> _Condition:
        asked = [f"({grams.within(_COLUMNS[rank], self._words(sought, rank))})"] if sought.words else []
        asked += [f"({' OR '.join(map(grams.facet, each))})" for each in sought.facets]
        never = [grams.within(_COLUMNS["any"], grams.contains(each)) for each in sought.without]
        never += [grams.within(_COLUMNS[each], self._words(sought, each)) for each in but]
        expression = " AND ".join(asked or [f"({grams.facet(grams.EVERYTHING)})"])
        return self._match(f"({expression}) NOT ({' OR '.join(f'({each})' for each in never)})" if never else expression)

    def named(self, part: str, *, begins: bool) -> _Condition:
        return self._match(grams.within(("name",), grams.begins(part) if begins else grams.contains(part)))

    def best_first(self) -> tuple[ColumnElement[Any], ...]:
        return literal_column(f"bm25({self._name}, {_WEIGHTS})"), self.number.desc()

    def _words(self, sought: Sought, rank: Rank) -> str:
        return grams.equals(sought.whole) if rank == "exact" else " AND ".join(map(grams.contains, sought.words))

    def _match(self, expression: str) -> _Condition:
        return _Condition(self.clause, {"sought": expression})


_GRAMS: Mapping[Kind, _Grams] = {each: _Grams(each) for each in KINDS}


class _Lines:
    """By looking through the texts, each of which is a line."""

    source: FromClause = search_entries

    def __init__(self, kind: Kind) -> None:
        self._of_kind = search_entries.c.kind == kind
        self.number: ColumnElement[int] = search_entries.c.id

    def has(self, sought: Sought, rank: Rank, *, but: Sequence[Rank] = ()) -> _Condition:
        asked = [self._words(sought, rank)] if sought.words else []
        asked += [or_(*(self._facet(each) for each in some)) for some in sought.facets]
        asked += [not_(self._contains("any", each)) for each in sought.without]
        return _Condition(and_(self._of_kind, *asked, *(not_(self._words(sought, each)) for each in but)))

    def named(self, part: str, *, begins: bool) -> _Condition:
        found = search_entries.c.name.contains(f"\n{part}" if begins else part, autoescape=True)
        return _Condition(and_(self._of_kind, found))

    def best_first(self) -> tuple[ColumnElement[Any], ...]:
        return func.length(search_entries.c.name), self.number.desc()

    def _words(self, sought: Sought, rank: Rank) -> ColumnElement[bool]:
        words = (f"\n{sought.whole}\n",) if rank == "exact" else sought.words
        return and_(*(self._contains(rank, each) for each in words))

    def _contains(self, rank: Rank, word: str) -> ColumnElement[bool]:
        return or_(*(search_entries.c[each].contains(word, autoescape=True) for each in _COLUMNS[rank]))

    def _facet(self, key: str) -> ColumnElement[bool]:
        return search_entries.c.facet.contains(f" {key} ", autoescape=True)


def _way(connection: Connection, kind: Kind) -> _Way:
    return _GRAMS[kind] if grams.indexes(connection.dialect.name) else _Lines(kind)


_SKIPPED = bindparam("skipped", type_=Integer)
_MOST = bindparam("most", type_=Integer)
_Making = Callable[[_Way, ColumnElement[bool]], Select[Any]]
"""Makes a statement about the entries of which a clause is true. Some leave out as many as ``_SKIPPED`` and stop at ``_MOST``."""


def _count_them(way: _Way, clause: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(way.source).where(clause)


def _as_text(numbers: Select[Any]) -> Select[Any]:
    """The numbers as one text: a row each would take most of the time of a search."""
    return select(func.aggregate_strings(cast(numbers.subquery().c.number, String), ","))


def _every_one(way: _Way, clause: ColumnElement[bool]) -> Select[Any]:
    return _as_text(select(way.number.label("number")).select_from(way.source).where(clause))


def _some_newest(way: _Way, clause: ColumnElement[bool]) -> Select[Any]:
    found = select(way.number.label("number")).select_from(way.source).where(clause)
    return _as_text(found.order_by(way.number.desc()).limit(_MOST))


def _newest_first(way: _Way, clause: ColumnElement[bool]) -> Select[Any]:
    return select(way.number).select_from(way.source).where(clause).order_by(way.number.desc()).offset(_SKIPPED).limit(_MOST)


def _best_first(way: _Way, clause: ColumnElement[bool]) -> Select[Any]:
    return select(way.number).select_from(way.source).where(clause).order_by(*way.best_first()).limit(_MOST)


def _first_ids(way: _Way, clause: ColumnElement[bool]) -> Select[Any]:
    matching = select(way.number).select_from(way.source).where(clause)
    asked = select(search_entries.c.id).where(search_entries.c.id.in_(matching), search_entries.c.dataset > bindparam("after"))
    return asked.order_by(search_entries.c.dataset, search_entries.c.id).offset(_SKIPPED).limit(_MOST)


def _statement(way: _Way, condition: _Condition, making: _Making) -> Select[Any]:
    return _kept(way, making) if isinstance(way, _Grams) else making(way, condition.clause)


@cache
def _kept(way: _Grams, making: _Making) -> Select[Any]:
    """Made once: making a statement takes several times as long as most of them run."""
    return making(way, way.clause)


def _asked(connection: Connection, way: _Way, condition: _Condition, making: _Making, **values: int | str) -> list[Any]:
    """The first column of what is asked for."""
    return list(connection.scalars(_statement(way, condition, making), {**condition.values, **values}))


_ENTRIES = (
    select(
        *(each for each in search_entries.c if each.name not in ("name", "mark", "body", "facet")),
        *(search_groups.c[each] for each in GROUPS),
    )
    .select_from(search_entries.join(search_groups, search_groups.c.entry == search_entries.c.id))
    .where(search_entries.c.id.in_(bindparam("numbers", expanding=True)))
)
_SUMMARIES = select(datasets).where(VISIBLE, datasets.c.id.in_(bindparam("ids", expanding=True)))


class Searching:
    """What ``Store.searching`` answers. Methods raise StoreError as those of ``Store``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._groups = Groups()
        self._publishers: tuple[int, dict[str, Text]] = (0, {})

    def counts(self, several: Sequence[Sought]) -> list[int]:
        """How many there are of each."""
        if not several:
            return []
        with self._database.reading() as connection:
            return [_count(connection, each) for each in several]

    def find(self, sought: Sought, part: Slice, facets: Sequence[str] = ()) -> Result:
        """How many there are, some of them, and of all of them how many have which value of these facets.

        Sought by id, there may be one more than the limit: it begins the next page.
        """
        with self._database.reading() as connection:
            every = _all(connection, sought) if facets else None
            total = _count(connection, sought) if every is None else len(every)
            values = self._groups.count(connection, every, facets) if every is not None else {}
            if part.order == "id":
                numbers = _by_id(connection, sought, part)
            elif part.order == "updated" or not sought.words:
                numbers = _newest(connection, sought, part.offset, part.limit)
            else:
                numbers = _ranked(connection, sought, part, total, every)
            return Result(total=total, hits=_hits(connection, numbers, self._groups), values=values)

    def suggest(self, begins: str, limit: int) -> tuple[Hit, ...]:
        """Things whose name begins with a text, then those whose name contains it; of each kind some, each title once."""
        found: dict[str, Hit] = {}
        with self._database.reading() as connection:
            for at_begin in (True, False):
                of_kinds = [self._named(connection, kind, begins, at_begin, limit) for kind in KINDS]
                for each in filter(None, chain.from_iterable(zip_longest(*of_kinds))):
                    found.setdefault(folded(str(each.title)), each)
                if len(found) >= limit:
                    break
        return tuple(found.values())[:limit]

    def _named(self, connection: Connection, kind: Kind, text: str, begins: bool, limit: int) -> tuple[Hit, ...]:
        way = _way(connection, kind)
        found = _asked(connection, way, way.named(text, begins=begins), _newest_first, skipped=0, most=limit * 5)
        return _hits(connection, found, self._groups)

    def near(self, kind: Kind, texts: Iterable[str], limit: int) -> tuple[Hit, ...]:
        """Things with one of these in their name, the best match first; the texts that most names have are left aside."""
        with self._database.reading() as connection:
            way, rare = _way(connection, kind), []
            for each in texts:
                count = _total(connection, way, way.named(each, begins=False))
                if 0 < count <= SMALL:
                    rare.append((count, each))
            numbers: dict[int, None] = {}
            for _rarity, each in sorted(rare):
                numbers |= dict.fromkeys(_asked(connection, way, way.named(each, begins=False), _best_first, most=limit))
                if len(numbers) >= limit:
                    break
            return _hits(connection, list(numbers)[:limit], self._groups)

    def summaries(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        """What lists show of these datasets, in this order; one that was withdrawn meanwhile is left out."""
        with self._database.reading() as connection:
            rows = connection.execute(_SUMMARIES, {"ids": ids})
            found = {row.id: summary_of(row) for row in rows}
        return tuple(found[each] for each in ids if each in found)

    def publishers(self, ids: Sequence[str]) -> dict[str, Text]:
        """What publishers are called. Remembered until something is entered, for most searches ask for the same ones."""
        entered, known = self._publishers
        if entered != self._groups.last:
            entered, known = self._groups.last, {}
        if missing := [each for each in ids if each not in known]:
            known = known | self._named_publishers(missing)
            self._publishers = (entered, known)
        return {each: known[each] for each in ids if each in known}

    def _named_publishers(self, ids: Sequence[str]) -> dict[str, Text]:
        columns = (datasets.c.publisher_id, func.max(datasets.c.publisher_name_ja), func.max(datasets.c.publisher_name_en))
        asked = select(*columns).where(datasets.c.publisher_id.in_(ids)).group_by(datasets.c.publisher_id)
        with self._database.reading() as connection:
            rows = connection.execute(asked)
            return {row[0]: Text(row[1], row[2]) for row in rows}

    def identified(self, uuid: str) -> str:
        """The flat address of what has that UUID, "" where nothing has it."""
        with self._database.reading() as connection:
            asked = select(search_identifiers.c.path).where(search_identifiers.c.uuid == uuid).limit(1)
            return connection.scalar(asked) or ""

    def owner(self, uuid: str) -> str:
        """The dataset that what has that UUID belongs to, "" where nothing has it."""
        with self._database.reading() as connection:
            asked = select(search_identifiers.c.dataset).where(search_identifiers.c.uuid == uuid).limit(1)
            return connection.scalar(asked) or ""


def _total(connection: Connection, way: _Way, condition: _Condition) -> int:
    return int(_asked(connection, way, condition, _count_them)[0])


def _count(connection: Connection, sought: Sought) -> int:
    way = _way(connection, sought.kind)
    return _total(connection, way, way.has(sought, "any"))


def _newest(connection: Connection, sought: Sought, offset: int, limit: int) -> list[int]:
    way = _way(connection, sought.kind)
    return _asked(connection, way, way.has(sought, "any"), _newest_first, skipped=offset, most=limit)


def _by_id(connection: Connection, sought: Sought, part: Slice) -> list[int]:
    way, some = _way(connection, sought.kind), {"skipped": part.offset, "most": part.limit + 1}
    return _asked(connection, way, way.has(sought, "any"), _first_ids, after=part.after, **some)


def _all(connection: Connection, sought: Sought) -> list[int]:
    """The numbers of all, in no order."""
    way = _way(connection, sought.kind)
    return _numbers(_asked(connection, way, way.has(sought, "any"), _every_one))


def _numbers(found: Sequence[str | None]) -> list[int]:
    """The numbers that came as one text; none where there is none."""
    return [*json.loads(f"[{found[0] or ''}]")]


def _ranked(connection: Connection, sought: Sought, part: Slice, total: int, every: Sequence[int] | None) -> list[int]:
    """The best rank first; within one, few by how well they match, many by how new they are. ``every`` where all are known."""
    way, found, skip = _way(connection, sought.kind), list[int](), part.offset
    seen: set[int] = set()
    known: dict[Rank, Sequence[int]] = {} if every is None else {"any": every}
    marked = _numbers(_asked(connection, way, way.has(sought, "mark"), _some_newest, most=SMALL + 1))
    if len(marked) <= SMALL:
        known["mark"] = marked
    for place, rank in enumerate(RANKS):
        if not marked and rank != "any":
            continue  # what is in no name and no keyword has none of the better ranks
        here = way.has(sought, rank)
        if rank == "any" and total - len(seen) > SMALL:
            return found + _from_rank(connection, sought, place, skip, part.limit - len(found))
        if rank in known:
            newest = known[rank]
        else:
            newest = _numbers(_asked(connection, way, here, _some_newest, most=SMALL + 1 + len(seen)))
        listed = sorted(set(newest) - seen, reverse=True)
        if len(listed) > SMALL:
            return found + _from_rank(connection, sought, place, skip, part.limit - len(found))
        if len(listed) > skip and len(listed) > 1 and total <= COMMON:
            best = _asked(connection, way, here, _best_first, most=skip + part.limit - len(found) + len(seen))
            shown = [each for each in best if each not in seen]
        else:
            shown = listed
        found += shown[skip : skip + part.limit - len(found)]
        skip = max(skip - len(listed), 0)
        seen.update(listed)
        if len(found) == part.limit or len(seen) == total:
            break
    return found


def _from_rank(connection: Connection, sought: Sought, place: int, skip: int, wanted: int) -> list[int]:
    """Hits of this rank, then of the next, the newest of each first, where there are too many to know which are seen."""
    way, found = _way(connection, sought.kind), list[int]()
    for at in range(place, len(RANKS)):
        condition = way.has(sought, RANKS[at], but=RANKS[:at])
        some = _asked(connection, way, condition, _newest_first, skipped=skip, most=wanted - len(found))
        found += some
        if len(found) == wanted:
            break
        skip = 0 if some else skip - _total(connection, way, condition)
    return found


def _hits(connection: Connection, numbers: Sequence[int], groups: Groups) -> tuple[Hit, ...]:
    rows: dict[int, Row[Any]] = {}
    for start in range(0, len(numbers), MANY):
        rows |= {row.id: row for row in connection.execute(_ENTRIES, {"numbers": numbers[start : start + MANY]})}
    contents = groups.contents(connection, {getattr(row, each) for row in rows.values() for each in GROUPS})
    return tuple(_hit(rows[each], contents) for each in numbers if each in rows)


def _hit(row: Row[Any], contents: Mapping[int, Mapping[str, Sequence[str]]]) -> Hit:
    facets = {name: tuple(values) for each in GROUPS for name, values in contents[getattr(row, each)].items()}
    return Hit(
        kind=row.kind,
        dataset=row.dataset,
        path=row.path,
        title=Text(row.title_ja, row.title_en),
        note=Text(row.note_ja, row.note_en),
        description=Text(row.description_ja, row.description_en),
        sample=row.sample,
        facets=facets,
    )
