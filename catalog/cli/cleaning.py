"""Making a city's file a table of a standard."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog import messages
from catalog.cli.application import JSON, app, command, flag
from catalog.cli.terminal import MANY, print_findings, print_table, say, working
from catalog.errors import CatalogError, Refusal, UsageError
from catalog.messages.check import RULES
from catalog.messages.wording import _
from catalog.settings import load

if TYPE_CHECKING:
    from catalog.conforming import Cleaned, Options

_METADATA = {"publisher": "publisher.id", "name": "name", "title": "title"}


@command(
    app,
    "clean",
    _("Make a city's file (CSV, Excel) a table and package of a standard; every change is logged, nothing is guessed."),
    "catalog clean toilets.xlsx --standard public-toilet -o 272035-public-toilet --publisher 272035",
    click.argument("file", type=click.Path(path_type=Path)),
    click.option("--standard", default="", help=say(_("The standard to follow; a filled-in template names its own."))),
    click.option(
        "-o", "--output", required=True, type=click.Path(path_type=Path), help=say(_("The folder to write; absent or empty."))
    ),
    click.option("--edition", default="", help=say(_("The edition to follow; otherwise the newest that the file satisfies."))),
    click.option("--publisher", default="", help=say(_("Local-government code (six digits), corporate number or short name."))),
    click.option("--name", default="", help=say(_("Id of the dataset; otherwise the publisher's code and the standard."))),
    click.option("--title", default="", help=say(_("Title in Japanese."))),
    click.option("--sheet", default="", help=say(_("Which sheet of a workbook, if several hold such a table."))),
    click.option(
        "--column", "columns", multiple=True, metavar="HEADER=COLUMN", help=say(_("A header that stands for a column."))
    ),
    click.option(
        "--decide", "decisions", multiple=True, metavar="COLUMN:TEXT=VALUE", help=say(_("What a text of a column means."))
    ),
    flag("--sample", _("Made-up data: marked so everywhere.")),
    JSON,
)
def clean(file: Path, output: Path, as_json: bool, **given: Any) -> None:
    """Clean a file."""
    from catalog.conforming import Library, write
    from catalog.conforming import clean as clean_file
    from catalog.standards import Standards
    from catalog.vocabulary.reading import load as load_vocabulary

    options = _options(given)
    try:
        with working(_("Cleaning %(name)s"), name=file.name):
            library = Library(standards=Standards.load(), vocabulary=load_vocabulary(), settings=load())
            done = clean_file(file, options, library)
            paths = write(done, output)
    except CatalogError as error:
        if not as_json:
            raise
        findings = (error.findings if isinstance(error, Refusal) else ()) or (error.finding(),)
        answer = {"written": False, "valid": False, "findings": [messages.as_json(each) for each in findings]}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"written": True, "files": paths, **done.summary}, ensure_ascii=False, indent=2))
    else:
        _say(done, output, paths)
    if not done.valid:
        sys.exit(1)


def _options(given: dict[str, Any]) -> "Options":
    from catalog.conforming import Options

    metadata = {key: given[name] for name, key in _METADATA.items()}
    return Options(
        standard=given["standard"],
        edition=given["edition"],
        sheet=given["sheet"],
        metadata=metadata | ({"sample": "true"} if given["sample"] else {}),
        columns=dict(_pairs(given["columns"])),
        decisions={_place(left): right for left, right in _pairs(given["decisions"])},
    )


def _pairs(texts: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Both sides of the last ``=``: headers may hold one."""
    for text in texts:
        left, mark, right = text.rpartition("=")
        if not mark:
            raise UsageError("clean-option", found=text)
        yield left, right


def _place(text: str) -> tuple[str, str]:
    """Column and text, at the first ``:``."""
    column, mark, found = text.partition(":")
    if not mark:
        raise UsageError("clean-option", found=text)
    return column, found


def _say(done: "Cleaned", output: Path, paths: tuple[str, ...]) -> None:
    summary = done.summary
    rules = [(rule, say(RULES[rule]), f"{count:,}") for rule, count in summary["changes"].items()]
    if rules:
        print_table("", [say(_("Rule")), say(_("What was done")), say(_("Changed cells"))], rules)
    print_findings(done.findings, error_stream=False, most=MANY)
    click.echo(
        say(
            _("%(name)s: %(rows)s rows, %(columns)s columns of %(standard)s (edition %(edition)s), %(changes)s cells changed"),
            name=done.name,
            rows=f"{len(done.rows):,}",
            columns=len(done.columns),
            standard=done.standard,
            edition=done.edition,
            changes=f"{len(done.changes):,}",
        )
    )
    for path in paths:
        click.echo(f"  {path}")
    if done.valid:
        click.echo(say(_("Next: `catalog validate %(folder)s`."), folder=output))
    else:
        count = sum(each.severity == "error" for each in done.findings)
        click.echo(say(_("Written to %(folder)s, but %(count)s points need your decision first."), folder=output, count=count))
