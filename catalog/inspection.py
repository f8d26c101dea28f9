"""Holding every stored description of a catalogue against the shapes, now and then."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from catalog import media
from catalog.dcat.packing import plain
from catalog.dcat.shapes import check_triples
from catalog.errors import Finding
from catalog.store import SHAPES_ALL, Held, Store

Progress = Callable[[int, int], None]
"""Is told how many are done, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of it; a finding's place is the dataset's datapackage.json."""

    held: Held
    findings: tuple[Finding, ...]


def hold_against_shapes(store: Store, progress: Progress = lambda _done, _all: None) -> Checked:
    """Hold the description of every visible dataset against our shapes, as it is stored, and keep the result for readers.

    Some 30 ms a dataset. Publishing goes on meanwhile. Raises StoreError where a description cannot be read.
    """
    findings, count, done, after = list[Finding](), store.count(), 0, ""
    while portion := store.documents(media.N_TRIPLES.name, after=after):
        for each in portion:
            found = check_triples(plain(each.stored))
            findings += (replace(one, place=replace(one.place, file=f"{each.key}/{one.place.file}")) for one in found)
            done += 1
            progress(done, count)
        after = portion[-1].key
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    held = Held(at=at, datasets=done, faults=len(findings))
    with store.writing() as writing:
        writing.set_meta(SHAPES_ALL, held.text())
    return Checked(held=held, findings=tuple(findings))
