"""Code lists as frozen values, and the vocabulary that finds them by name. No RDF library here, so that anything may read it.

A list is a ``skos:ConceptScheme``, a code in the data is the ``skos:notation`` of one of its concepts (SKOS Reference,
W3C 2009). ``reading`` makes these values from Turtle, ``describing`` makes RDF from them.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from catalog.errors import Finding, NotFound, Place, Refusal
from catalog.model import Text
from catalog.values import fold

ENUM_LIMIT = 100
"""Lists of at most so many codes stand in a field's ``enum``; of longer ones only our own finding checks membership."""

FOLDER = "codelists"
_UNSAID = Text()
LOWEST, HIGHEST = Decimal("-Infinity"), Decimal("Infinity")


class Label(NamedTuple):
    """A further name of a concept; ``language`` is a BCP 47 tag or empty."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One code. ``codelist`` is the list it belongs to; with ``code`` it makes the concept's address.

    ``broader`` is a code of ``broader_codelist``. ``lower`` belongs to a band, ``upper`` is the first value above it;
    None is an open end. ``valid_from`` and ``valid_until`` are the first and the last day of the code, where known.
    """

    code: str
    codelist: str
    label: Text
    definition: Text = _UNSAID
    position: int | None = None
    broader: str = ""
    broader_codelist: str = ""
    exact_match: tuple[str, ...] = ()
    close_match: tuple[str, ...] = ()
    broad_match: tuple[str, ...] = ()
    alt_labels: tuple[Label, ...] = ()
    lower: Decimal | None = None
    upper: Decimal | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def valid(self, on: date | None = None) -> bool:
        """Whether the code is valid on that day; without a day, whether it has not been given up."""
        if on is None:
            return self.valid_until is None
        return (self.valid_from or date.min) <= on <= (self.valid_until or date.max)

    def texts(self) -> tuple[str, ...]:
        """Every name of the concept, for matching."""
        return tuple(each for each in (self.label.ja, self.label.en, *(alt.text for alt in self.alt_labels)) if each)


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A list of codes in their order. ``parts`` are lists whose own concepts belong to this one too.

    ``sources`` are IRIs, ``citation`` names the source in words, ``note`` says what a reader has to know
    (that a list is ours, say), ``sample`` that what it names is invented.
    """

    name: str
    title: Text
    description: Text
    concepts: tuple[Concept, ...]
    sample: bool = False
    sources: tuple[str, ...] = ()
    citation: Text = _UNSAID
    note: Text = _UNSAID
    license: str = ""
    parts: tuple[str, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether the order of the codes means something (they carry positions)."""
        return any(each.position is not None for each in self.concepts)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes, in order."""
        return tuple(each.code for each in self.concepts)

    def find(self, code: str) -> Concept | None:
        """The concept of that code, or None."""
        return self._by_code.get(code)

    def contains(self, code: str, on: date | None = None) -> bool:
        """Whether the code is in the list and, where a day is given, valid on it."""
        found = self._by_code.get(code)
        return found is not None and (on is None or found.valid(on))

    def match(self, text: str, on: date | None = None) -> Concept | None:
        """The one concept that ``text`` names (any of its labels or its code), or None.

        Compared after ``values.fold``. Where a name was used twice, only codes valid on the day (or not given up) count.
        """
        found = self._by_text.get(fold(text), ())
        if len(found) > 1:
            found = tuple(each for each in found if each.valid(on))
        return found[0] if len(found) == 1 else None

    def band(self, value: float | Decimal) -> Concept:
        """The band that holds ``value``. Refusal("value-outside-bands") where none does."""
        exact = Decimal(value)
        if not exact.is_nan():
            place = bisect_right(self._lower_bounds, exact) - 1
            if place >= 0 and exact < _upper(self._bands[place]):
                return self._bands[place]
        raise Refusal(Finding(code="value-outside-bands", found=str(value), details={"codelist": self.name}))

    @cached_property
    def _by_code(self) -> Mapping[str, Concept]:
        return {each.code: each for each in reversed(self.concepts)}

    @cached_property
    def _by_text(self) -> Mapping[str, tuple[Concept, ...]]:
        index: dict[str, dict[str, Concept]] = {}
        for concept in self.concepts:
            for text in (concept.code, *concept.texts()):
                index.setdefault(fold(text), {})[concept.code] = concept
        return {text: tuple(found.values()) for text, found in index.items()}

    @cached_property
    def _bands(self) -> tuple[Concept, ...]:
        return in_bands(self.concepts)

    @cached_property
    def _lower_bounds(self) -> tuple[Decimal, ...]:
        return tuple(_lower(each) for each in self._bands)


def in_bands(concepts: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """The concepts that have a bound, from the lowest band to the highest."""
    bounded = (each for each in concepts if each.lower is not None or each.upper is not None)
    return tuple(sorted(bounded, key=lambda each: (_lower(each), _upper(each))))


def _lower(concept: Concept) -> Decimal:
    return LOWEST if concept.lower is None else concept.lower


def _upper(concept: Concept) -> Decimal:
    return HIGHEST if concept.upper is None else concept.upper


class Reading(NamedTuple):
    """What a file gave: the list, unless it could not be made out, and what was found wrong with it."""

    codelist: CodeList | None
    findings: tuple[Finding, ...]

    def errors(self) -> tuple[Finding, ...]:
        """The findings that forbid to use the list."""
        return tuple(each for each in self.findings if each.severity == "error")


Reader = Callable[[Path], Reading]


class Vocabulary:
    """The code lists of one or more folders, each file read when its list is first asked for.

    Folders of packages come after the shipped one and add to it; a name that is taken is a clash, never a shadow.
    """

    def __init__(self, read: Reader, *folders: Path) -> None:
        self._read = read
        self._folders = folders
        self._files: dict[str, Path] = {}
        self._readings: dict[str, Reading] = {}
        self._whole: dict[str, CodeList] = {}
        self._clashes: list[tuple[Path, Finding]] = []
        for folder in folders:
            self._take(folder)

    def _take(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.ttl")):
            if path.stem in self._files:
                place = Place(file=f"{FOLDER}/{path.name}")
                self._clashes.append((folder, Finding(code="codelist-clash", place=place, found=path.stem)))
            else:
                self._files[path.stem] = path

    def with_folder(self, folder: Path) -> "Vocabulary":
        """The vocabulary with the lists of ``folder`` added (a package's ``codelists``; it need not exist)."""
        if folder in self._folders or not folder.is_dir():
            return self
        wider = Vocabulary(self._read, *self._folders, folder)
        wider._readings.update(self._readings)
        return wider

    def names(self, folder: Path | None = None) -> tuple[str, ...]:
        """The names of all lists, or of those that ``folder`` gave, sorted."""
        return tuple(sorted(name for name, path in self._files.items() if folder in {None, path.parent}))

    def clashes(self, folder: Path) -> tuple[Finding, ...]:
        """A finding for each file of ``folder`` whose list is already there in an earlier one."""
        return tuple(finding for where, finding in self._clashes if where == folder)

    def reading(self, name: str) -> Reading:
        """The list with its findings, its parts not joined. NotFound("codelist-unknown") where there is no such file."""
        if name not in self._files:
            near = get_close_matches(name, self._files, n=3)
            raise NotFound("codelist-unknown", codelist=name, expected=", ".join(near or self.names()))
        if name not in self._readings:
            self._readings[name] = self._read(self._files[name])
        return self._readings[name]

    def codelist(self, name: str) -> CodeList:
        """The list of that name, with the concepts of its parts.

        Raises NotFound("codelist-unknown"), and Refusal with the findings where the file has an error.
        """
        if name not in self._whole:
            self._whole[name] = self._join(name)
        return self._whole[name]

    def _join(self, name: str) -> CodeList:
        own = self._sound(name)
        joined = {each.code: each for each in own.concepts}
        for part in own.parts:
            for concept in self._sound(part).concepts:
                joined.setdefault(concept.code, concept)
        return replace(own, concepts=tuple(joined.values())) if own.parts else own

    def _sound(self, name: str) -> CodeList:
        reading = self.reading(name)
        if reading.codelist is None or reading.errors():
            raise Refusal(*reading.errors())
        return reading.codelist

    def area(self, code: str) -> Concept | None:
        """The prefecture or municipality with that six-digit code, real or invented, or None."""
        for name in ("local-government", "municipality-sample"):
            if found := self.codelist(name).find(code):
                return found
        return None
