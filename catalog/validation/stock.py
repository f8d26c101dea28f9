"""Stock frictionless, handed nothing but what our own loader has resolved: in-memory JSON and relative paths.

Source of the rule: frictionless opens and fetches what strings in a descriptor name (issue #1370 of frictionless-py, open),
so no stranger's descriptor may reach it unresolved.
"""

import copy
import json
import warnings
from typing import Any

from frictionless import FrictionlessException
from frictionless import Package as StockPackage
from frictionless import Report as StockReport

from catalog.errors import Finding, Place
from catalog.model import Json, Package


def validate(package: Package, *, limit_errors: int) -> tuple[Json, tuple[Finding, ...]]:
    """Answer (report, our findings about the run itself)."""
    descriptor = _described(package)
    try:
        report = _run(descriptor, str(package.root), limit_errors)
    except FrictionlessException as error:
        reasons = error.reasons or [error.error]
        report = StockReport.from_validation(time=0, errors=reasons)
    except Exception as error:  # noqa: BLE001  stock lets TypeError, re.error, RecursionError and more through; a steward gets a finding
        name = type(error).__name__
        finding = Finding(code="validator-stopped", place=Place(file="datapackage.json"), found=name)
        return _scrubbed(StockReport.from_validation(time=0).to_dict(), package) | {"valid": False}, (finding,)
    return _scrubbed(report.to_dict(), package), ()


def _described(package: Package) -> dict[str, Any]:
    """Tables only: a "file" is hashed and served, never opened as a table."""
    descriptor = copy.deepcopy(dict(package.descriptor))
    files = {each.name for each in package.resources if each.role == "file"}
    descriptor["resources"] = [each for each in descriptor["resources"] if each["name"] not in files]
    return descriptor


def _run(descriptor: dict[str, Any], basepath: str, limit_errors: int) -> StockReport:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside stock's own dependencies are not the steward's concern
        stock = StockPackage.from_descriptor(descriptor, basepath=basepath)
        return stock.validate(limit_errors=limit_errors)


def _scrubbed(report: dict[str, Any], package: Package) -> dict[str, Any]:
    """The same report without a path of this machine in any message, and without run times (same data, same report)."""
    text = json.dumps(report, ensure_ascii=False)
    for prefix in {str(package.root), str(package.root.resolve()) if package.root else ""}:
        text = text.replace(json.dumps(prefix, ensure_ascii=False)[1:-1] + "/", "") if prefix else text
    clean: dict[str, Any] = json.loads(text)
    for stats in (clean["stats"], *(task["stats"] for task in clean["tasks"])):
        stats.pop("seconds", None)
    return clean
