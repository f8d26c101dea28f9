"""Query parameters. A view names those it takes; anything else, twice or out of range is an error that says what is allowed.

No address ignores what it does not know: a typing mistake would give a wrong answer, and caches one page under many keys.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from catalog.errors import Finding, UsageError

_SHOWN = 100
_TOLD = 20
"""Words of a choice that a complaint names: a column may offer hundreds."""
_View = TypeVar("_View", bound=Callable[..., Any])


class BadQuery(UsageError):
    """The query string has mistakes; ``findings`` names each, with the parameter in its details."""

    code = "parameter-invalid"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Parameter(ABC):
    """One query parameter: its name, and how to read its text."""

    name: str

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value; raises ValueError where ``text`` is none."""

    @abstractmethod
    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """The code and the details of the finding about an unreadable value."""


@dataclass(frozen=True, slots=True)
class Identifier(Parameter):
    """An id of ours: a key, never looked into."""

    def read(self, text: str) -> str:
        """The id as it is."""
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?", text):
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What an id looks like."""
        return "parameter-not-id", {}


@dataclass(frozen=True, slots=True)
class Integer(Parameter):
    """A whole number in ASCII digits, both bounds included (``str.isdigit`` and ``int`` would take more)."""

    minimum: int
    maximum: int

    def read(self, text: str) -> int:
        """The number."""
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.minimum <= int(text) <= self.maximum:
            raise ValueError(text)
        return int(text)

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """The bounds."""
        return "parameter-not-integer", {"minimum": str(self.minimum), "maximum": str(self.maximum)}


@dataclass(frozen=True, slots=True)
class Choice(Parameter):
    """One of some words. A mistake must not look like an empty answer: harvesters delete what they no longer find."""

    values: tuple[str, ...]

    def read(self, text: str) -> str:
        """The word."""
        if text not in self.values:
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """The words, as many as can be told."""
        more = ("…",) if len(self.values) > _TOLD else ()
        return "parameter-not-choice", {"expected": ", ".join((*self.values[:_TOLD], *more))}


@dataclass(frozen=True, slots=True)
class Moment(Parameter):
    """A date or a time in ISO 8601; without a zone it is UTC, as all times of the catalogue are."""

    def read(self, text: str) -> str:
        """The time in UTC: YYYY-MM-DDThh:mm:ssZ. A plus sign that was sent bare arrives as a blank."""
        day, between, time = text.partition("T")
        found = datetime.fromisoformat(day + between + time.replace(" ", "+"))
        try:
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(text) from error
        return found.replace(microsecond=0, tzinfo=None).isoformat() + "Z"

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What one looks like."""
        return "parameter-not-time", {}


@dataclass(frozen=True, slots=True)
class Words(Parameter):
    """Some words to look for, separated by blanks of any width."""

    maximum: int

    def read(self, text: str) -> tuple[str, ...]:
        """The words."""
        if len(text) > self.maximum or not text.split():
            raise ValueError(text)
        return tuple(text.split())

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """How many characters there may be."""
        return "parameter-not-words", {"maximum": str(self.maximum)}


@dataclass(frozen=True, slots=True)
class Line(Parameter):
    """A text of one line: a note, a reason."""

    maximum: int

    def read(self, text: str) -> str:
        """The text without the blanks around it."""
        if len(text) > self.maximum or not text.strip().isprintable():
            raise ValueError(text)
        return text.strip()

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """How many characters there may be."""
        return "parameter-not-line", {"maximum": str(self.maximum)}


def takes(*parameters: Parameter) -> Callable[[_View], _View]:
    """Decorate a view with the parameters that it takes; a view without takes none."""

    def mark(view: _View) -> _View:
        view.__dict__["parameters"] = parameters
        return view

    return mark


def takes_any(view: _View) -> _View:
    """Decorate a view that reads the query by itself: what it takes depends on its address. It finds it in ``g.query``."""
    view.__dict__["parameters"] = None
    return view


def of_view(view: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The parameters that a view takes."""
    return tuple(vars(view).get("parameters", ()) or ())


def knows_its_own(view: Callable[..., Any]) -> bool:
    """Whether the view reads the query by itself."""
    return vars(view).get("parameters", ()) is None


def pairs(query: bytes) -> list[tuple[str, str]]:
    """The names and values of a query string. Raises BadQuery where one is no text in UTF-8.

    Read in some way all the same, such a value (Japanese in Shift_JIS, mostly) would look as if nothing matched it.
    """
    texts = parse_qsl(query.decode(errors="surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    findings = {
        name: _finding("parameter-not-utf8", _readable(name), _readable(text)) for name, text in texts if _broken(name + text)
    }
    if findings:
        raise BadQuery(list(findings.values()))
    return texts


def _broken(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)


def _readable(text: str) -> str:
    return text.encode(errors="surrogateescape").decode(errors="replace")


def read(query: Sequence[tuple[str, str]], parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The values of a parsed query string. Raises BadQuery with every mistake in it."""
    known = {each.name: each for each in parameters}
    values: dict[str, Any] = {}
    findings: dict[str, Finding] = {}
    for name, text in query:
        if name not in known:
            findings[name] = _unknown(name, list(known))
        elif name in values:
            findings[name] = _finding("parameter-repeated", name, text)
        else:
            try:
                values[name] = known[name].read(text)
            except ValueError:
                code, details = known[name].complaint()
                findings.setdefault(name, _finding(code, name, text, details))
    if findings:
        raise BadQuery(list(findings.values()))
    return values


def _unknown(name: str, known: Sequence[str]) -> Finding:
    if not known:
        return _finding("parameter-none", name)
    return _finding("parameter-unknown", name, details={"expected": ", ".join(known)})


def _finding(code: str, name: str, found: str = "", details: Mapping[str, str] | None = None) -> Finding:
    details = {"parameter": name[:_SHOWN], **(details or {})}
    return Finding(code=code, found=found[:_SHOWN], expected=details.get("expected", ""), details=details)
