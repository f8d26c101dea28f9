"""Many publications described at once, by several processes: rendering is what takes the time when all is rendered anew."""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from catalog import media
from catalog.addresses import Addresses
from catalog.dcat.packing import Packed, pack, plain
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render, render_again
from catalog.errors import Finding, Refusal
from catalog.model import Publication
from catalog.settings import Settings

WORTHWHILE = 300
"""Fewer publications are rendered sooner than other processes have started."""
_PORTION = 20
"""Publications that a process is given at once."""
_AHEAD = 4
"""Portions a process that are under way at once, so that none waits for the next one to be read."""

Documents = Mapping[str, Packed]


@dataclass(frozen=True, slots=True)
class Kept:
    """A version whose documents are right as they are stored."""

    dataset: str
    version: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A version whose statements are stored as N-Triples and are right, and whose other documents have to be written again."""

    dataset: str
    version: int
    triples: Packed


Task = Publication | Stored | Kept


@dataclass(frozen=True, slots=True)
class Described:
    """What came of one: its documents by format name (None: those that are stored), or why there are none."""

    dataset: str
    version: int
    documents: Documents | None = None
    findings: tuple[Finding, ...] = ()


def described(tasks: Iterable[Task], settings: Settings, count: int) -> Iterator[Described]:
    """Render some versions, about ``count`` of them, in their order. None is refused before it is its turn.

    Raises Refusal where one cannot be described, naming its datapackage.json.
    """
    remaining = iter(tasks)
    processes = (os.cpu_count() or 1) if count >= WORTHWHILE else 1
    if processes == 1:
        yield from (_checked(describe(each, settings)) for each in remaining)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_leave_interrupts) as pool:
        running = deque[Future[list[Described]]]()
        while portion := list(islice(remaining, _PORTION)):
            running.append(pool.submit(_describe_some, portion, settings))
            if len(running) > processes * _AHEAD:
                yield from map(_checked, running.popleft().result())
        for each in running:
            yield from map(_checked, each.result())


def _describe_some(tasks: Sequence[Task], settings: Settings) -> list[Described]:
    return [describe(each, settings) for each in tasks]


def describe(task: Task, settings: Settings) -> Described:
    """Render one. An exception of ours would not come back whole from another process: findings do."""
    if isinstance(task, Kept):
        return Described(task.dataset, task.version)
    if isinstance(task, Stored):
        written = render_again(plain(task.triples.stored))
        kept = {media.N_TRIPLES.name: task.triples}
        packed = {name: pack(body) for name, body in written.items() if name not in kept}
        return Described(task.dataset, task.version, packed | kept)
    try:
        documents = render(dataset_of(task, Addresses(settings.public_url()), settings))
    except Refusal as refusal:
        return Described(task.id, task.version, findings=tuple(_named(each, task.id) for each in refusal.findings))
    return Described(task.id, task.version, {name: pack(body) for name, body in documents.items()})


def _named(finding: Finding, dataset: str) -> Finding:
    return replace(finding, place=replace(finding.place, file=f"{dataset}/{finding.place.file}"))


def _checked(outcome: Described) -> Described:
    if outcome.findings:
        raise Refusal(*outcome.findings)
    return outcome


def _leave_interrupts() -> None:
    """Ctrl+C is for the process that has started us; it ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Spool:
    """Documents on the disk, in a file that has no name: it is gone when the process is, however that ends."""

    def __init__(self) -> None:
        self._kept = set[tuple[str, int]]()
        self._file = TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._known: dict[tuple[str, int], list[tuple[str, str, int, int]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._file.close()

    def put(self, outcome: Described) -> None:
        """Keep the documents of a version, or remember that the stored ones stay."""
        if outcome.documents is None:
            self._kept.add((outcome.dataset, outcome.version))
            return
        places = []
        for format_, each in outcome.documents.items():
            places.append((format_, each.etag, self._file.tell(), len(each.stored)))
            self._file.write(each.stored)
        self._known[outcome.dataset, outcome.version] = places

    def keeps(self, dataset: str, version: int) -> bool:
        """Whether the stored documents of a version stay."""
        return (dataset, version) in self._kept

    def take(self, dataset: str, version: int) -> Documents | None:
        """The documents of a version, None where there are none. Nothing is put after something was taken."""
        if (places := self._known.get((dataset, version))) is None:
            return None
        found = {}
        for format_, etag, start, length in places:
            self._file.seek(start)
            found[format_] = Packed(etag, self._file.read(length))
        return found
