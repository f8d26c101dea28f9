"""What a publication says of areas, for the index that the pages of areas are read from.

A dataset belongs to an area as its publisher's, by the places that it says it covers (dct:spatial), and by its rows: where a
column is defined as the code of an area, its rows are counted by area once, when the version is published.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from catalog import __version__
from catalog.formats import columns_in, engine
from catalog.formats.columns import TEXT
from catalog.meaning import area_code, area_fields
from catalog.model import Field, Publication, Resource
from catalog.statistics import FOLDER, Profile, thaw
from catalog.store import Store, Writing
from catalog.store.areas import AreaLine
from catalog.store.portions import portions
from catalog.values import is_local_government_code

Read = Callable[[str], BinaryIO]
"""Opens the bytes of a SHA-256."""
WAY_OF_ENTERING = 1
"""Counted up where the same publication comes to be entered otherwise."""
_AT_ONCE = 100
"""Datasets that are entered together."""
EDITION = "areas-entered"
"""What the catalogue remembers: how the index of areas was made."""


def index_all(writing: Writing, publications: Sequence[Publication], read: Read) -> None:
    """Enter versions that become the latest of their datasets, in the transaction that makes them visible."""
    writing.set_areas({each.id: lines_of(each, read) for each in publications})


def edition() -> str:
    """What the index of areas follows from besides what is published."""
    return f"{__version__} {WAY_OF_ENTERING}"


def refresh(store: Store) -> bool:
    """Enter everything anew if the program enters it otherwise than it stands; True if so."""
    if store.meta(EDITION) == edition():
        return False
    with store.writing() as writing:
        for some in portions(writing.visible(), _AT_ONCE):
            index_all(writing, store.latest_of(some), store.files.open)
        writing.set_meta(EDITION, edition())
    return True


def lines_of(publication: Publication, read: Read) -> tuple[AreaLine, ...]:
    """Every area that a publication belongs to, by each of the ways in which it does."""
    return tuple(_lines(publication, read))


def _lines(publication: Publication, read: Read) -> Iterator[AreaLine]:
    published = publication.publisher.id if is_local_government_code(publication.publisher.id) else ""
    if published:
        yield AreaLine(code=published, role="publisher")
    covered = tuple(dict.fromkeys(filter(is_local_government_code, publication.package.spatial)))
    for code in covered:
        yield AreaLine(code=code, role="spatial")
    about = {published} | (set(covered) if len(covered) == 1 else set())
    for table in publication.package.tables():
        fields = area_fields(table)
        if not fields:  # nothing tells its rows apart: they are all about whom the dataset is about
            rows = publication.rows.get(table.name, 0)
            yield from (AreaLine(code=code, role="table", resource=table.name, rows=rows) for code in sorted(about - {""}))
            continue
        for code, rows in sorted(_counted(publication, table, fields, read).items()):
            yield AreaLine(code=code, role="rows", resource=table.name, field=fields[0].name, rows=rows)


def _counted(publication: Publication, table: Resource, fields: tuple[Field, ...], read: Read) -> Mapping[str, int]:
    """How many rows are about which area. From the profiles that the version keeps, where they tell it all."""
    counted = _by_profiles(publication, table, fields, read)
    if counted is None:
        counted = _by_rows(publication, table, fields, read)
    found: Counter[str] = Counter()
    for value, count in counted.items():
        if code := area_code(value):
            found[code] += count
    return found


def _by_profiles(publication: Publication, table: Resource, fields: tuple[Field, ...], read: Read) -> Mapping[str, int] | None:
    """The first column that is not empty tells it, where it is filled in every row and has few values."""
    kept = publication.file(f"{FOLDER}{table.name}.json")
    if kept is None:
        return None
    with read(kept.sha256) as stream:
        profiles: dict[str, Profile] = {each.field: each for each in thaw(stream.read())}
    known = [profiles[each.name] for each in fields if each.name in profiles]
    filled = [each for each in known if each.empty < each.rows]
    if len(known) < len(fields) or not filled:
        return {} if len(known) == len(fields) else None
    first = filled[0]
    whole = not first.others and sum(each.count for each in first.bars) == first.rows - first.empty
    return {each.value: each.count for each in first.bars} if whole and (not first.empty or len(filled) == 1) else None


def _by_rows(publication: Publication, table: Resource, fields: tuple[Field, ...], read: Read) -> Mapping[str, int]:
    """Counted in the typed file; of versions that have none, nothing is told."""
    typed = publication.file(f"{table.name}.parquet")
    if typed is None:
        return {}
    with TemporaryDirectory(prefix="catalog-areas-") as folder, engine.faults():
        path = Path(folder) / "table.parquet"
        with read(typed.sha256) as stream, path.open("wb") as copy:  # it may lie elsewhere, or not be stored yet
            shutil.copyfileobj(stream, copy)
        held = {each.field.name: each for each in columns_in(path, table)}
        names = [engine.name(held[each.name].name) for each in fields if each.name in held and held[each.name].type == TEXT]
        if not names:
            return {}
        asked = f"SELECT coalesce({', '.join(names)}) AS code, count(*) FROM {engine.rows(path)} GROUP BY 1"
        return {code: count for code, count in engine.connection().execute(asked).fetchall() if code is not None}
