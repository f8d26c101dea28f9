"""Definitions at work: deriving tables, starting packages from standards, looking after code lists."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from catalog import messages
from catalog.cli.application import JSON, app, command, flag
from catalog.cli.terminal import LANGUAGE, bar, print_findings, print_table, say
from catalog.errors import Finding, Refusal, UsageError
from catalog.messages.wording import _
from catalog.model import Agent, Text
from catalog.settings import load

_PACKAGE = click.argument("package", type=click.Path(path_type=Path))


@command(
    app,
    "derive",
    _("Write the published tables of a package from its raw records, by the rules in its definitions."),
    "catalog derive datapackages/joint-procurement --check",
    _PACKAGE,
    flag("--check", _("Write nothing; fail where what is published is not what the rules give.")),
    JSON,
)
def derive(package: Path, check: bool, as_json: bool) -> None:
    """Derive tables."""
    from catalog.derivation import published
    from catalog.derivation.engine import derive as derive_tables
    from catalog.derivation.opening import open_for_derivation
    from catalog.examination import vocabulary_for

    settings = load()
    if not check and package.is_file() and package.suffix == ".zip":
        raise UsageError("derive-zip", found=package.name)
    with open_for_derivation(package, settings) as opened, bar() as update:
        vocabulary = vocabulary_for(opened)

        def told(done: int, total: int, table: str) -> None:
            update(completed=done, total=total, description=table)

        if check:
            findings = published.check(opened, vocabulary, progress=told)
            rows = {}
        else:
            tables = derive_tables(opened, vocabulary, progress=told)
            published.write(opened, tables)
            findings, rows = (), {name: len(table) for name, table in tables.items()}
    _said(findings, as_json, {"tables": rows})
    if not as_json and check and not findings:
        click.echo(say(_("Every published value is what the rules give.")))
    for name, count in rows.items() if not as_json else ():
        click.echo(say(_("%(name)s: %(count)s rows written"), name=name, count=f"{count:,}"))


@command(app, "standards", _("List the standards that a package can follow."), "catalog standards", JSON)
def standards(as_json: bool) -> None:
    """List standards."""
    from catalog.standards import Standards, listing

    found = listing(Standards.load())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    columns = [say(each) for each in (_("Standard"), _("Title"), _("Edition"), _("Columns"), _("Order"), _("Obligations"))]
    rows = [
        [
            each["id"],
            each["title"].get(LANGUAGE) or each["title"]["ja"],
            each["edition"],
            str(each["columns"]),
            say(_SURE.get(each["order"], each["order"])),
            say(_SURE.get(each["obligations"], each["obligations"])),
        ]
        for each in found
    ]
    print_table("", columns, rows)


_SURE = {
    "verified": _("verified"),
    "one-header": _("one published header"),
    "list-only": _("a list only"),
    "unknown": _("unknown"),
}


@command(
    app,
    "new",
    _("Start a package that follows a standard: descriptor, empty table, guide and a workbook to fill in."),
    "catalog new public-toilet 272035-public-toilet --publisher 272035",
    click.argument("standard"),
    click.argument("folder", type=click.Path(path_type=Path)),
    click.option(
        "--publisher", required=True, help=say(_("Local-government code (six digits), corporate number or short name."))
    ),
    click.option("--name", default="", help=say(_("The publisher's name in Japanese."))),
    click.option("--name-en", default="", help=say(_("The publisher's name in English."))),
    click.option("--edition", default="", help=say(_("An older edition of the standard."))),
    click.option("--table", "tables", multiple=True, help=say(_("An optional table of the standard to have too."))),
    flag("--sample", _("Made-up data: marked so everywhere.")),
    JSON,
)
def new(standard: str, folder: Path, publisher: str, as_json: bool, **options: Any) -> None:
    """Start a package."""
    from catalog.scaffolding import Options
    from catalog.scaffolding import new as write_package
    from catalog.standards import Standards
    from catalog.vocabulary.reading import load as load_vocabulary

    known = Standards.load()
    agent = Agent(id=publisher, name=Text(ja=options["name"], en=options["name_en"]))
    wanted = Options(sample=options["sample"], tables=tuple(options["tables"]), vocabulary=load_vocabulary())
    done = write_package(known.standard(standard, options["edition"]), folder, agent, known, wanted)
    if as_json:
        answer = {
            "name": done.name,
            "standard": done.standard,
            "edition": done.edition,
            "tables": done.tables,
            "files": done.files,
        }
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    click.echo(say(_("%(name)s: written to %(folder)s"), name=done.name, folder=folder))
    for path in done.files:
        click.echo(f"  {path}")
    click.echo(say(_("Next: fill in the table, then `catalog validate %(folder)s`."), folder=folder))


@click.group(name="vocab", help=say(_("Check code lists, and bring the codes in descriptors in step with them.")))
def vocab() -> None:
    """Look after code lists."""


app.add_command(vocab)


@command(
    vocab,
    "check",
    _("Check code lists and standards: the shipped ones, or a folder of lists."),
    "catalog vocab check",
    click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False)),
    JSON,
)
def vocab_check(folder: Path | None, as_json: bool) -> None:
    """Check code lists."""
    from catalog.standards import check_standards
    from catalog.vocabulary.reading import check
    from catalog.vocabulary.reading import load as load_vocabulary

    findings = check(folder)
    if folder is None:
        findings += check_standards(codelists=load_vocabulary().names())
    _said(findings, as_json, {})
    if not findings and not as_json:
        click.echo(say(_("Every code list is sound.")))


@command(
    vocab,
    "sync",
    _("Write the codes of the lists into the enum of each coded field of a package's descriptor."),
    "catalog vocab sync datapackages/joint-procurement --check",
    _PACKAGE,
    flag("--check", _("Write nothing; fail where a descriptor would change.")),
    flag("--whole", _("Replace narrower enums by every code of the list, too.")),
)
def vocab_sync(package: Path, check: bool, whole: bool) -> None:
    """Bring descriptors in step."""
    from catalog.vocabulary.reading import load as load_vocabulary
    from catalog.vocabulary.syncing import sync, write

    if not (package / "datapackage.json").is_file():
        raise Refusal(Finding(code="package-missing", found=package.name, details={"found": package.name}))
    edits = sync(package, load_vocabulary(), whole=whole)
    for edit in edits:
        click.echo(edit.diff(), nl=False)
        print_findings(edit.notes, error_stream=False)
    changed = any(each.changed for each in edits)
    if changed and not check:
        write(package, edits)
    if not changed:
        click.echo(say(_("Every enum is in step with its list.")))
    if changed and check:
        sys.exit(1)


def _said(findings: tuple[Finding, ...], as_json: bool, answer: dict[str, Any]) -> None:
    """Print findings, as lines or in JSON; exit 1 where one is an error."""
    bad = any(each.severity == "error" for each in findings)
    if as_json:
        shown = {"valid": not bad, **answer, "findings": [messages.as_json(each) for each in findings]}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        print_findings(findings)
    if bad:
        sys.exit(1)
