"""Does the data keep its own definitions? Stock frictionless answers; our findings stand after its report.

``validate_package`` is the door: it imports frictionless (0.8 s) only when something is really validated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.errors import Finding
from catalog.model import Json, Package
from catalog.validation.findings import findings_of

__all__ = ["Outcome", "findings_of", "validate_package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``report`` is the frictionless report as JSON; ``findings`` are ours, ``lanes`` says per table who read it."""

    report: Json
    findings: tuple[Finding, ...] = ()
    lanes: Mapping[str, str]

    @property
    def valid(self) -> bool:
        """No error, neither stock's nor ours."""
        return bool(self.report["valid"]) and not any(each.severity == "error" for each in self.findings)

    def problems(self) -> tuple[Finding, ...]:
        """Everything there is to say, stock's errors first, all in one form for people to read."""
        return findings_of(self.report) + self.findings


def validate_package(package: Package, *, limit_errors: int = 1000) -> Outcome:
    """Validate every table of a package that ``datapackage.open_package`` has opened (``root`` is set).

    Never raises for what the package holds: where frictionless itself fails, the finding ``validator-stopped`` says so.
    """
    from catalog.validation.stock import validate

    report, findings = validate(package, limit_errors=limit_errors)
    return Outcome(report=report, findings=findings, lanes=dict.fromkeys((each.name for each in package.tables()), "stock"))
