"""Stock frictionless, handed nothing but what our own loader has resolved: in-memory JSON and relative paths.

Source of the rule: frictionless opens and fetches what strings in a descriptor name (issue #1370 of frictionless-py, open),
so no stranger's descriptor may reach it unresolved.
"""

import copy
import json
import warnings
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from frictionless import FrictionlessException
from frictionless import Package as StockPackage
from frictionless import Report as StockReport

from catalog.errors import Finding, Place
from catalog.model import Json, Package
from catalog.validation.bulk import bulky
from catalog.validation.hashing import Hashes
from catalog.validation.plugin import switched_off
from catalog.validation.sql import Uncovered
from catalog.validation.suspecting import Suspecting

if TYPE_CHECKING:
    from catalog.validation.screening import Screened

Answer = tuple[Json, tuple[Finding, ...], frozenset[str]]


def validate(
    package: Package, screened: "Mapping[str, Screened]", hashes: Mapping[str, Future[Hashes]], *, limit_errors: int
) -> Answer:
    """Answer (report, our findings about the run itself, names of the tables of which stock has read the suspects only)."""
    if findings := bulky(package, screened, limit_errors):
        return _scrubbed(StockReport.from_validation(time=0).to_dict(), package) | {"valid": False}, findings, frozenset()
    try:
        report, active = _run(package, limit_errors, screened, hashes)
    except Uncovered:
        return validate(package, {}, {}, limit_errors=limit_errors)
    except FrictionlessException as error:
        report, active = StockReport.from_validation(time=0, errors=error.reasons or [error.error]).to_dict(), frozenset()
    except Exception as error:  # noqa: BLE001  stock lets TypeError, re.error, RecursionError and more through; a steward gets a finding
        finding = Finding(code="validator-stopped", place=Place(file="datapackage.json"), found=type(error).__name__)
        empty = StockReport.from_validation(time=0).to_dict()
        return _scrubbed(empty, package) | {"valid": False}, (finding,), frozenset()
    return _scrubbed(report, package), (), active


def _described(package: Package) -> dict[str, Any]:
    """Tables only: a "file" is hashed and served, never opened as a table."""
    descriptor = copy.deepcopy(dict(package.descriptor))
    files = {each.name for each in package.resources if each.role == "file"}
    descriptor["resources"] = [each for each in descriptor["resources"] if each["name"] not in files]
    return descriptor


def _run(
    package: Package, limit_errors: int, screened: "Mapping[str, Screened]", hashes: Mapping[str, Future[Hashes]]
) -> tuple[dict[str, Any], frozenset[str]]:
    with switched_off(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside stock's own dependencies are not the steward's concern
        stock = StockPackage.from_descriptor(_described(package), basepath=str(package.root))
        seconds = {
            each.name: Suspecting(each, partial(screened.get, each.name), hashes[each.name].result, limit_errors)
            for each in stock.resources
            if each.name in screened
        }
        for each in seconds.values():
            each.attach()
        report: dict[str, Any] = stock.validate(limit_errors=limit_errors).to_dict()
        for task in report["tasks"]:
            if task["name"] in seconds:
                seconds[task["name"]].detach()
                seconds[task["name"]].finish(task["stats"])
    return report, frozenset(name for name, each in seconds.items() if each.active)


def _scrubbed(report: dict[str, Any], package: Package) -> dict[str, Any]:
    """The same report without a path of this machine in any message, and without run times (same data, same report)."""
    text = json.dumps(report, ensure_ascii=False)
    for prefix in {str(package.root), str(package.root.resolve()) if package.root else ""}:
        text = text.replace(json.dumps(prefix, ensure_ascii=False)[1:-1] + "/", "") if prefix else text
    clean: dict[str, Any] = json.loads(text)
    for stats in (clean["stats"], *(task["stats"] for task in clean["tasks"])):
        stats.pop("seconds", None)
    return clean
