"""Everything that can go wrong, as facts. ``messages`` words them, ``web`` gives them a status, ``cli`` an exit code.

CatalogError
├── UsageError            the caller asked in a way that cannot be answered (exit 2, HTTP 400)
├── SettingsError         the configuration itself is unusable (exit 2)
├── Refusal               bytes or descriptors that we decline; carries the findings (exit 1, HTTP 422)
│   └── InvalidData       the package opens, but its data breaks its own definitions; carries the report too
├── NotFound              no such dataset, version, table or file (HTTP 404)
│   └── Withdrawn         it was there, and was taken back (HTTP 410)
├── Conflict              the write contradicts what is published (exit 1, HTTP 409)
├── Unauthenticated       who asks is not known: no token, or one that is good for nothing (HTTP 401)
├── Forbidden             who asks is known, and has no right to it (HTTP 403)
├── Busy                  too much is being worked on already; later is fine (exit 1, HTTP 503)
├── TooMany               this caller has asked too often; later is fine (HTTP 429)
└── StoreError            the store is damaged, newer than this program, or out of reach (exit 1)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding was made; every part that is known is set, the rest is empty.

    ``file`` is relative to the package, never a path of the machine. ``row`` counts records from 1 with the header in,
    as frictionless does. ``pointer`` is a JSON pointer (RFC 6901) into ``file``.
    """

    file: str = ""
    resource: str = ""
    field: str = ""
    row: int = 0
    column: int = 0
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact about one place: what was found, what is expected. Its wording is ``messages.word(finding)``.

    ``code`` is stable and documented; ``details`` fills the placeholders of the wording.
    Only severity "error" blocks a publication.
    """

    code: str
    severity: Severity = "error"
    place: Place = field(default_factory=Place)
    found: str = ""
    expected: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class CatalogError(Exception):
    """The root of the tree. ``code`` is stable; ``details`` fills the wording that ``messages`` keeps for the code."""

    code = "error"

    def __init__(self, code: str = "", **details: Any) -> None:
        self.code = code or type(self).code
        self.details: dict[str, str] = {name: str(value) for name, value in details.items()}
        super().__init__(self.code, self.details)

    def finding(self) -> Finding:
        """The same fact as a finding, for callers that list findings."""
        return Finding(code=self.code, details=self.details)


class UsageError(CatalogError):
    """The question cannot be answered as it was put."""

    code = "usage"


class SettingsError(CatalogError):
    """A setting is unknown or has an impossible value."""

    code = "setting-invalid"


class Refusal(CatalogError):
    """A package that we decline to read or publish, with every reason that was found."""

    code = "refused"

    def __init__(self, *findings: Finding, code: str = "", **details: Any) -> None:
        super().__init__(code, **details)
        self.findings: tuple[Finding, ...] = findings


class InvalidData(Refusal):
    """The data breaks its own definitions. ``report`` is the frictionless report as JSON."""

    code = "data-invalid"

    def __init__(self, report: Mapping[str, Any], *findings: Finding) -> None:
        super().__init__(*findings)
        self.report = report


class NotFound(CatalogError):
    """Nothing of that name is published."""

    code = "not-found"


class Withdrawn(NotFound):
    """It was published and has been withdrawn."""

    code = "withdrawn"


class Conflict(CatalogError):
    """The write contradicts what is already published."""

    code = "conflict"


class Unauthenticated(CatalogError):
    """Who asks is not known."""

    code = "unauthenticated"


class Forbidden(CatalogError):
    """Who asks is known, and may not do that."""

    code = "forbidden"


class Busy(CatalogError):
    """Too much is being worked on already. ``details["seconds"]``: when to ask again."""

    code = "busy"


class TooMany(CatalogError):
    """The same caller has asked too often. ``details["seconds"]``: when to ask again."""

    code = "too-many"


class StoreError(CatalogError):
    """The store cannot be used as it is."""

    code = "store"
