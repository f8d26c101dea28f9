"""Which way each table goes: proven clean by the screen, its suspects to stock frictionless, or all of it to stock.

Lanes: ``fast`` and ``slow`` are those of ``plain``, ``stock`` is stock alone. Whatever goes wrong in a faster lane, a slower
one takes the table; frictionless is imported only where there is something for it to look at.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.errors import Finding
from catalog.model import Json, Package, Resource
from catalog.validation.beginnings import beginning, last_rows
from catalog.validation.hashing import Hashes
from catalog.validation.observations import SOUGHT
from catalog.validation.reporting import is_clean, report_of, task_of
from catalog.validation.scanning import Ask, Question, Sighting
from catalog.validation.screening import Screen, Screened
from catalog.validation.subjects import Lane, Subject, subject_of
from catalog.validation.vouching import vouched


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What validation has found out."""

    report: Json
    findings: tuple[Finding, ...] = ()
    lanes: Mapping[str, Lane]
    sightings: Mapping[str, tuple[Sighting, ...]] = field(default_factory=dict)


Stock = Callable[[Package, Mapping[str, Screened], Mapping[str, Future[Hashes]]], tuple[Json, tuple[Finding, ...], Iterable[str]]]
"""``stock.validate`` with its limit of errors; answers the names of the tables of which stock has read the suspects only."""


def validate(
    package: Package,
    subjects: Mapping[str, Subject | None],
    hashing: Mapping[str, Future[Hashes]],
    stock: Stock,
    ask: Ask | None = None,
) -> Answer:
    """Validate every table of the package; never raises for what is in it. ``stock`` is called where it is needed.

    A table that is not hashed is one that stock will soon have had enough of: reading all of it first would gain nothing.
    """
    referred = {each.table for subject in subjects.values() if subject is not None for each in subject.references}
    in_turn = sorted(subjects, key=lambda name: name not in referred)  # proving a table shows that it can be referred to
    soon = {name for name in in_turn if name not in hashing}
    with (
        Screen({name: subjects[name] for name in in_turn}, SOUGHT if ask else (), soon) as screen,
        ThreadPoolExecutor(1) as pool,
    ):
        if soon:  # stock will be needed; it is imported while the engine reads
            pool.submit(import_module, "catalog.validation.stock")
        questions: dict[str, Sequence[Question]] = {}
        screened: dict[str, Screened | None] = {}
        for name in in_turn:
            if name not in soon and _is_plain(screen, name):
                questions[name] = _questions(screen, package.resource(name), ask)
                screened[name] = _screened(screen, name, questions[name])
        proven = {name: each for name, each in screened.items() if each is not None}
        if len(proven) == len(subjects) and vouched(package.descriptor):
            done = {name: hashing[name].result() for name in proven}
            if all(not len(each.suspects) and is_clean(each.subject, each.rows, done[name]) for name, each in proven.items()):
                report: Json = report_of([task_of(proven[name].subject, proven[name].rows, done[name]) for name in subjects])
                lanes = {name: each.lane for name, each in proven.items()}
                return Answer(report=report, lanes=lanes, sightings=_sightings(screen, proven, questions))
        looking = pool.submit(_sightings, screen, proven, questions)  # the engine works without the interpreter,
        report, findings, active = stock(package, proven, hashing)  # which stock keeps busy
        sightings = looking.result()
    if ask is not None:  # with an engine of its own: this one's memory is given back first
        sightings = _up_to_the_cut(package, subjects, sightings, ask, soon, last_rows(report))
    lanes = {name: proven[name].lane if name in active else "stock" for name in subjects}
    return Answer(report=report, findings=findings, lanes=lanes, sightings=sightings)


def scan_again(package: Package, resource: Resource, questions: Sequence[Question], last: int) -> tuple[Sighting, ...] | None:
    """Answers to more questions about a table of the package, up to the record ``last``; None where it cannot be scanned."""
    return _scan(resource, subject_of(package, resource), lambda _resource, _labels, _lacking: questions, last)


def _scan(resource: Resource, subject: Subject | None, ask: Ask, last: int) -> tuple[Sighting, ...] | None:
    with suppress(Exception), TemporaryDirectory(prefix="catalog-") as folder:
        if subject is not None and last:
            subject = beginning(subject, last, Path(folder) / "table.csv")
        with Screen({resource.name: subject}, SOUGHT) as screen:
            questions = _questions(screen, resource, ask)
            return screen.look(resource.name, questions).sightings() if questions else ()
    return None


def scan(
    package: Package, subjects: Mapping[str, Subject | None], ask: Ask, ends: Mapping[str, int] | None = None
) -> dict[str, tuple[Sighting, ...]]:
    """Answers to what is asked of these tables, up to the last records in ``ends``; without those that cannot be scanned."""
    scanned = {name: _scan(package.resource(name), each, ask, (ends or {}).get(name, 0)) for name, each in subjects.items()}
    return {name: each for name, each in scanned.items() if each is not None}


def _up_to_the_cut(
    package: Package,
    subjects: Mapping[str, Subject | None],
    sightings: Mapping[str, tuple[Sighting, ...]],
    ask: Ask,
    unread: Collection[str],
    ends: Mapping[str, int],
) -> dict[str, tuple[Sighting, ...]]:
    """The answers, those about a table that stock has not read to its end only about what it has read.

    Without those about tables that stock soon had enough of, as was foreseen: they are short, and read once more.
    """
    found = {name: each for name, each in sightings.items() if name not in ends}
    wanted = {name: each for name, each in subjects.items() if (name in unread) is not (name in ends)}
    return found | scan(package, wanted, ask, ends)


def _is_plain(screen: Screen, name: str) -> bool:
    with suppress(Exception):  # whatever it is, it means that stock looks at every row
        screen.plain(name)
        return True
    return False


def _questions(screen: Screen, resource: Resource, ask: Ask | None) -> Sequence[Question]:
    if ask is None:
        return ()
    plain, subject = screen.plain(resource.name), screen.subject(resource.name)
    return ask(resource, subject.labels or subject.names, plain.structure.lacking)


def _screened(screen: Screen, name: str, questions: Sequence[Question]) -> Screened | None:
    """The table as the screen has proven it, or None."""
    with suppress(Exception):  # whatever it is, it means that stock looks at every row
        return screen.prove(name, questions)
    return None


def _sightings(
    screen: Screen, proven: Mapping[str, Screened], questions: Mapping[str, Sequence[Question]]
) -> dict[str, tuple[Sighting, ...]]:
    """The answers by table; where nothing was proven, it is read for them alone. What cannot be read so is left out."""
    found = {}
    for name, asked in questions.items():
        with suppress(Exception):  # stock, and whoever reads the rows, say what is wrong with the file
            found[name] = (proven.get(name) or screen.look(name, asked)).sightings() if asked else ()
    return found
