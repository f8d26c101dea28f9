"""Does the data keep its own definitions? Stock frictionless's findings at the speed of an engine; docs/validation.md.

``validate_package`` is the door: DuckDB and frictionless are imported only when something is really validated, and
frictionless (0.8 s) only where there is something for it to look at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from catalog.errors import Finding
from catalog.model import Json, Package
from catalog.validation.findings import findings_of
from catalog.validation.scanning import Ask, Sighting

__all__ = ["Outcome", "findings_of", "validate_package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``report`` is the frictionless report as JSON; ``findings`` are ours.

    ``lanes`` says of each table how it was read: fast, slow, or by stock alone. ``sightings``: the answers to what was asked.
    """

    report: Json
    findings: tuple[Finding, ...] = ()
    lanes: Mapping[str, str]
    sightings: Mapping[str, tuple[Sighting, ...]] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """No error, neither stock's nor ours."""
        return bool(self.report["valid"]) and not any(each.severity == "error" for each in self.findings)

    def problems(self) -> tuple[Finding, ...]:
        """Everything there is to say, stock's errors first, all in one form for people to read."""
        return findings_of(self.report) + self.findings


def validate_package(package: Package, *, limit_errors: int = 1000, ask: Ask | None = None) -> Outcome:
    """Validate every table of a package that ``datapackage.open_package`` has opened (``root`` is set).

    ``ask`` is told each table and the labels of its header, and what it asks is answered from the same reading.
    Never raises for what the package holds: where frictionless itself fails, the finding ``validator-stopped`` says so.
    """
    from catalog.validation.lanes import validate

    answer = validate(package, partial(_with_stock, limit_errors=limit_errors), ask)
    return Outcome(report=answer.report, findings=answer.findings, lanes=answer.lanes, sightings=answer.sightings)


def _with_stock(*tables: Any, limit_errors: int) -> tuple[Json, tuple[Finding, ...], frozenset[str]]:
    from catalog.validation.stock import validate

    return validate(*tables, limit_errors=limit_errors)
