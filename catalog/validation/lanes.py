"""Which way each table goes: proven clean by the screen, its suspects to stock frictionless, or all of it to stock.

Lanes: ``fast`` and ``slow`` are those of ``plain``, ``stock`` is stock alone. Whatever goes wrong in a faster lane, a slower
one takes the table; frictionless is imported only where there is something for it to look at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from catalog.errors import Finding
from catalog.model import Json, Package
from catalog.validation.plain import Lane
from catalog.validation.reporting import is_clean, report_of, task_of
from catalog.validation.scanning import Ask, Question, Sighting
from catalog.validation.screening import Screen, Screened
from catalog.validation.structure import Hashes, hashes_of
from catalog.validation.subjects import Subject, subjects_of
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


def validate(package: Package, stock: Stock, ask: Ask | None = None) -> Answer:
    """Validate every table of the package; never raises for what is in it. ``stock`` is called where it is needed."""
    subjects = subjects_of(package)
    with ThreadPoolExecutor(1) as pool, Screen(subjects) as screen:
        hashing = {name: pool.submit(hashes_of, each.path) for name, each in subjects.items() if each is not None}
        questions = {name: _questions(package, each, ask) for name, each in subjects.items() if each is not None}
        screened = {name: _screened(screen, name, questions[name]) for name in hashing}
        proven = {name: each for name, each in screened.items() if each is not None}
        sightings = {name: _sightings(screen, proven.get(name), name, questions[name]) for name in hashing}
        if len(proven) == len(subjects) and vouched(package.descriptor):
            done = {name: hashing[name].result() for name in proven}
            if all(is_clean(each, done[name]) for name, each in proven.items()):
                report: Json = report_of([task_of(proven[name], done[name]) for name in subjects])
                return Answer(report=report, lanes={name: each.lane for name, each in proven.items()}, sightings=sightings)
        report, findings, active = stock(package, proven, hashing)
        lanes: dict[str, Lane] = dict.fromkeys(subjects, "stock")
        lanes |= {name: proven[name].lane for name in active}
        return Answer(report=report, findings=findings, lanes=lanes, sightings=sightings)


def _questions(package: Package, subject: Subject, ask: Ask | None) -> Sequence[Question]:
    if ask is None:
        return ()
    return ask(package.resource(subject.name), subject.labels or subject.names)


def _screened(screen: Screen, name: str, questions: Sequence[Question]) -> Screened | None:
    """The table as the screen has proven it, or None."""
    with suppress(Exception):  # whatever it is, it means that stock looks at every row
        return screen.prove(name, questions)
    return None


def _sightings(screen: Screen, screened: Screened | None, name: str, questions: Sequence[Question]) -> tuple[Sighting, ...]:
    """The answers; where nothing was proven, the table is read for them alone."""
    if not questions:
        return ()
    with suppress(Exception):  # a file that cannot be read as declared has nothing to be observed; stock says why
        return (screened or screen.look(name, questions)).sightings()
    return ()
