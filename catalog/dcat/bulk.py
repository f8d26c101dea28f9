"""Many publications described at once, by several processes: rendering is what takes the time when all is rendered anew."""

import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from catalog.addresses import Addresses
from catalog.dcat.projection import dataset_of
from catalog.dcat.rendering import render
from catalog.errors import Finding, Refusal
from catalog.model import Publication
from catalog.settings import Settings

WORTHWHILE = 300
"""Fewer publications are rendered sooner than other processes have started."""
_WINDOW = 400
"""Publications in memory at once."""
_PORTION = 20
"""Publications that a process is given at once."""

Documents = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Described:
    """What came of one: its documents by format name, or why there are none."""

    dataset: str
    version: int
    documents: Documents
    findings: tuple[Finding, ...] = ()


def described(publications: Iterable[Publication], settings: Settings, count: int) -> Iterator[Described]:
    """Render publications, about ``count`` of them, in their order. None is refused before it is its turn.

    Raises Refusal where one cannot be described, naming its datapackage.json.
    """
    remaining = iter(publications)
    work = partial(describe, settings=settings)
    processes = (os.cpu_count() or 1) if count >= WORTHWHILE else 1
    if processes == 1:
        yield from map(_checked, map(work, remaining))
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_leave_interrupts) as pool:
        while window := list(islice(remaining, _WINDOW)):
            yield from map(_checked, pool.map(work, window, chunksize=_PORTION))


def describe(publication: Publication, settings: Settings) -> Described:
    """Render one. An exception of ours would not come back whole from another process: findings do."""
    id_, version = publication.id, publication.version
    try:
        documents = render(dataset_of(publication, Addresses(settings.public_url()), settings))
    except Refusal as refusal:
        return Described(id_, version, {}, tuple(_named(each, id_) for each in refusal.findings))
    return Described(id_, version, documents)


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
        self._file = TemporaryFile()  # noqa: SIM115  closed by __exit__
        self._known: dict[tuple[str, int], list[tuple[str, int, int]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._file.close()

    def put(self, outcome: Described) -> None:
        """Keep the documents of a version."""
        places = []
        for format_, body in outcome.documents.items():
            places.append((format_, self._file.tell(), len(body)))
            self._file.write(body)
        self._known[outcome.dataset, outcome.version] = places

    def take(self, dataset: str, version: int) -> Documents | None:
        """The documents of a version, None where there are none. Nothing is put after something was taken."""
        if (places := self._known.get((dataset, version))) is None:
            return None
        found = {}
        for format_, start, length in places:
            self._file.seek(start)
            found[format_] = self._file.read(length)
        return found
