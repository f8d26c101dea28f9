"""What becomes of a source that is there already: it is given another address or other options, or it is forgotten."""

from dataclasses import replace
from typing import Any

from catalog.errors import UsageError
from catalog.harvest import keeping, sources
from catalog.harvest.locking import alone
from catalog.harvest.sources import AUTO, Source
from catalog.publishing import as_served
from catalog.settings import Settings
from catalog.store import Entry, RunRow, Store

_AT_ONCE = 100
_IN_RECORDS = frozenset({"address", "publisher", "publisher_name", "license"})
"""What datasets are made with."""


def change(name: str, settings: Settings, store: Store, actor: str, **changes: Any) -> Source:
    """Give a source other attributes (``Source``); the next run reads all of it. A new address is of a kind to be found out.

    What a dataset says of where it comes from changes with the address, and makes a version of it.
    Raises NotFound("harvest-source-unknown"), UsageError("harvest-option"), Conflict("harvest-running").
    """
    with alone(settings, name):
        before = sources.named(store, name)
        if "address" in changes:
            changes = {"kind": AUTO} | changes
        row = sources.checked(replace(before, **changes))
        at = keeping.now()
        with store.writing() as writing:
            writing.gathering().change_source(row, at, anew=not _IN_RECORDS.isdisjoint(changes))
            writing.record(Entry(actor=actor, action="harvest-change", details={"source": name, "address": row.address}, at=at))
    return sources.source_of(row)


def remove(name: str, settings: Settings, store: Store, actor: str, *, keep: bool | None = None) -> int:
    """Forget a source. Its datasets are withdrawn, or, with ``keep``, stay as they are; how many there were.

    Should it be added again under the same name, it goes on with what is known of its records.
    Raises NotFound("harvest-source-unknown"), Conflict("harvest-running"), UsageError("harvest-remove") where there are
    datasets and nobody has said what is to become of them.
    """
    settings = as_served(store, settings)
    with alone(settings, name):
        source = sources.named(store, name)
        held = store.harvests.held(name)
        if held and keep is None:
            raise UsageError("harvest-remove", source=name, found=f"{held:,}")
        if held and not keep:
            _withdraw(source, settings, store)
        at = keeping.now()
        with store.writing() as writing:
            writing.gathering().remove_source(name, at)
            told = {"source": name, "datasets": str(held), "kept": "yes" if keep else "no"}
            writing.record(Entry(actor=actor, action="harvest-remove", details=told, at=at))
    return held


def _withdraw(source: Source, settings: Settings, store: Store) -> None:
    """Everything that is kept of a source, as one run."""
    started = keeping.now()
    with store.writing() as writing:
        number = writing.gathering().begin(source.name, started, ())
    context = keeping.Context(store=store, settings=settings, place=source.place(), run=number)
    records = store.harvests.vanished(source.name, number, stream=False)
    for start in range(0, len(records), _AT_ONCE):
        keeping.withdraw(context, records[start : start + _AT_ONCE], reason=source.name)
    counts = {keeping.WITHDRAWN: len(records)}
    with store.writing() as writing:
        writing.gathering().go_on(
            RunRow(number=number, source=source.name, started=started, ended=keeping.now(), outcome="done", counts=counts)
        )
