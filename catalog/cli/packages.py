"""Checking and publishing data packages."""

import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog import messages
from catalog.cli.application import HOME, JSON, PATHS, actor, app, command, open_store
from catalog.cli.terminal import MANY, bar, count_findings, leave, print_findings, print_table, say, step_of, working
from catalog.errors import CatalogError, Finding, Place, Refusal
from catalog.messages.wording import _
from catalog.settings import Settings, load

if TYPE_CHECKING:
    from catalog.publishing import Published
    from catalog.validation import Outcome


_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
"""Endings of files that a steward may take for packages."""

_YOUNG = 100_000
"""New objects before the collector looks for cycles: in a command that soon ends, looking more often is a tenth of its time."""


@command(
    app,
    "validate",
    _("Check data packages (folders or zips) without publishing them."),
    "catalog validate datapackages/smart-city-projects-2020",
    PATHS,
    click.option("--limit-errors", type=click.IntRange(min=0), default=1000, help=say(_("Errors told of one table; 0: all."))),
    JSON,
)
def validate(paths: tuple[Path, ...], limit_errors: int, as_json: bool) -> None:
    """Check packages."""
    gc.set_threshold(_YOUNG, 20, 20)
    settings = load()
    answers = []
    for path in paths:
        answers.append(_validated(path, settings, limit_errors))
        if not as_json:
            _print_validation(path, answers[-1])
    if as_json:
        shown = [each["json"] for each in answers]
        click.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False, indent=2))
    leave(0 if all(each["valid"] for each in answers) else 1)


def _validated(path: Path, settings: Settings, limit_errors: int) -> dict[str, Any]:
    from catalog.datapackage import open_package
    from catalog.validation import hashed

    try:
        _refuse_tables(path)
        with (
            open_package(path, settings) as package,
            hashed(package, limit_errors=limit_errors) as hashes,  # while the rest is imported
        ):
            from catalog.examination import examine

            with working(_("Checking %(name)s"), name=package.name):
                outcome = examine(package, settings, vouching=True, hashes=hashes, limit_errors=limit_errors)
            return {
                "valid": outcome.valid,
                "problems": outcome.problems(),
                "tables": _tables(outcome),
                "json": {
                    "valid": outcome.valid,
                    "report": outcome.report,
                    "findings": [messages.as_json(each) for each in outcome.findings],
                    "lanes": dict(outcome.lanes),
                },
            }
    except Refusal as refusal:
        from catalog.examination import NO_REPORT

        findings = [messages.as_json(each) for each in refusal.findings]
        answer = {"valid": False, "report": NO_REPORT, "findings": findings, "lanes": {}}
        return {"valid": False, "problems": refusal.findings, "tables": [], "json": answer}


def _tables(outcome: "Outcome") -> list[tuple[str, int, bool]]:
    """Each table with its rows, and whether neither stock nor we have found an error in it."""
    wrong = {each.place.resource for each in outcome.findings if each.severity == "error"}
    tasks = outcome.report["tasks"]
    return [(task["name"], task["stats"].get("rows", 0), task["valid"] and task["name"] not in wrong) for task in tasks]


def _refuse_tables(path: Path) -> None:
    if path.suffix.lower() in _TABLES and path.is_file():
        raise Refusal(Finding(code="table-alone", place=Place(file=path.name)))


def _print_validation(path: Path, answer: dict[str, Any]) -> None:
    if answer["tables"]:
        rows = [(name, f"{count:,}", say(_("valid")) if ok else say(_("has errors"))) for name, count, ok in answer["tables"]]
        print_table(str(path), [say(_("Table")), say(_("Rows")), say(_("Result"))], rows)
    print_findings(answer["problems"], error_stream=False, most=MANY)
    if answer["valid"]:
        click.echo(say(_("%(path)s: valid"), path=path))
    else:
        errors = sum(each.severity == "error" for each in answer["problems"])
        click.echo(say(_("%(path)s: not valid (%(count)s to mend)"), path=path, count=errors))


@command(
    app,
    "publish",
    _("Publish data packages (folders or zips): each becomes the next version of its dataset."),
    "catalog publish datapackages/*",
    PATHS,
    click.option("--note", default="", help=say(_("A note that this version carries, such as a correction."))),
    click.option("--breaking", default="", metavar="REASON", help=say(_("Why columns are removed, renamed or retyped."))),
    JSON,
    HOME,
)
def publish(paths: tuple[Path, ...], note: str, breaking: str, as_json: bool, home: str | None) -> None:
    """Publish packages."""
    from catalog.publishing import publish as publish_package

    settings = load({"home": home})
    answers: list[dict[str, Any]] = []
    with open_store(settings) as store, bar(total=len(paths)) as update:
        for path in paths:
            work = partial(
                publish_package, path, settings, store, note=note, breaking=breaking, actor=actor(), step=step_of(update)
            )
            answers.append(_publish_one(path, work))
            update(advance=1)
            if not as_json:
                _print_published(answers[-1], alone=len(paths) == 1)
    if as_json:
        shown = [answer | {"findings": [messages.as_json(each) for each in answer["findings"]]} for answer in answers]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    if not all(each["published"] for each in answers):
        sys.exit(1)


def _publish_one(path: Path, work: Callable[[], "Published"]) -> dict[str, Any]:
    try:
        done = work()
    except Refusal as refusal:
        return {"path": str(path), "published": False, "findings": refusal.findings or (refusal.finding(),)}
    except CatalogError as error:
        return {"path": str(path), "published": False, "findings": (error.finding(),)}
    publication = done.publication
    return {
        "path": str(path),
        "published": True,
        "created": done.created,
        "id": publication.id,
        "version": publication.version,
        "findings": publication.findings if done.created else (),
    }


def _print_published(answer: dict[str, Any], *, alone: bool) -> None:
    """Of a package that is published among others, advice is counted only: it would bury what was refused."""
    if alone or not answer["published"]:
        print_findings(answer["findings"])
    if not answer["published"]:
        click.echo(say(_("%(path)s: refused; what is published stays as it was"), path=answer["path"]), err=True)
    elif answer["created"]:
        click.echo(say(_("%(id)s: version %(version)s published"), id=answer["id"], version=answer["version"]))
        if answer["findings"] and not alone:
            counted = count_findings(answer["findings"])
            click.echo(say(_("  %(counted)s; read them with: catalog validate %(path)s"), counted=counted, path=answer["path"]))
    else:
        click.echo(say(_("%(id)s: version %(version)s is up to date"), id=answer["id"], version=answer["version"]))


@command(
    app,
    "withdraw",
    _("Withdraw a dataset: its addresses answer “gone” (410) from now on."),
    "catalog withdraw smart-city-projects-2020 --reason '公開の取りやめ'",
    click.argument("dataset"),
    click.option("--reason", default="", help=say(_("Why; shown where the dataset was."))),
    HOME,
)
def withdraw(dataset: str, reason: str, home: str | None) -> None:
    """Withdraw a dataset."""
    from catalog.publishing import withdraw as withdraw_dataset

    settings = load({"home": home})
    with open_store(settings) as store:
        withdraw_dataset(dataset, settings, store, reason=reason, actor=actor())
    click.echo(say(_("%(id)s: withdrawn"), id=dataset))
