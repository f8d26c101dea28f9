"""Collecting from other catalogues: add a source, list them, run one, read what a run did."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.application import HOME, JSON, actor, app, command, flag, open_store
from catalog.cli.terminal import LANGUAGE, bar, print_table, say
from catalog.messages import harvest as words
from catalog.messages.wording import _
from catalog.settings import load

if TYPE_CHECKING:
    from catalog.harvest.runs import Ran
    from catalog.store import LineRow

_NAME = click.argument("name")
_HOSTS = click.option(
    "--allow-host", "hosts", multiple=True, help=say(_("Host that may be reached although it is not of the public internet."))
)
_PORTION = 500
_OF_ONE = frozenset({"failed", "refused"})


@click.group(name="harvest", help=say(_("Collect datasets from other catalogues.")))
def harvest() -> None:
    """Collect."""


app.add_command(harvest)


@command(
    harvest,
    "add",
    _("Remember a source: a DCAT feed, a CKAN portal, a list of open data (オープンデータ一覧) or a list of files."),
    "catalog harvest add toyonaka https://opendata.example.jp/catalog.ttl",
    _NAME,
    click.argument("address"),
    click.option(
        "--kind", default="auto", show_default=True, help=say(_("dcat, ckan, list or files; without it the first run finds out."))
    ),
    _HOSTS,
    click.option("--publisher", default="", help=say(_("Id of the publisher of records that name none."))),
    click.option("--publisher-name", default="", help=say(_("Its name."))),
    click.option(
        "--license", "license_", default="", help=say(_("Licence of the files of a list that names none, e.g. CC-BY-4.0."))
    ),
    flag("--metadata-only", _("Take in descriptions only, no files.")),
    JSON,
    HOME,
)
def add(name: str, address: str, *, as_json: bool, home: str | None, metadata_only: bool, license_: str, **given: Any) -> None:
    """Add a source."""
    from catalog.harvest import sources

    source = sources.Source(name=name, address=address, files=not metadata_only, license=license_, **given)
    with open_store(load({"home": home})) as store:
        added = sources.add(source, store)
    if as_json:
        _print(asdict(added))
    else:
        click.echo(say(_("%(name)s: added. `catalog harvest run %(name)s` reads it."), name=name))


@command(
    harvest,
    "change",
    _("Change the address or the options of a source; what is not given stays. The next run reads everything anew."),
    "catalog harvest change toyonaka --address https://data.example.jp/catalog.ttl",
    _NAME,
    click.option("--address", help=say(_("Where it is now."))),
    click.option("--kind", help=say(_("dcat, ckan, list, files or auto."))),
    _HOSTS,
    click.option("--publisher", help=say(_("Id of the publisher of records that name none."))),
    click.option("--publisher-name", help=say(_("Its name."))),
    click.option("--license", help=say(_("Licence of the files of a list that names none, e.g. CC-BY-4.0."))),
    click.option("--files/--metadata-only", default=None, help=say(_("Take in files too, or descriptions only."))),
    JSON,
    HOME,
)
def change(name: str, *, as_json: bool, home: str | None, **given: Any) -> None:
    """Change a source."""
    from catalog.harvest import changing

    settings = load({"home": home})
    changes = {each: value for each, value in given.items() if value is not None and value != ()}
    if not changes:
        raise click.UsageError(say(_("Say what is to be changed.")))
    with open_store(settings) as store:
        changed = changing.change(name, settings, store, actor(), **changes)
    if as_json:
        _print(asdict(changed))
    else:
        click.echo(say(_("%(name)s: changed. `catalog harvest run %(name)s` reads all of it anew."), name=name))


@command(
    harvest,
    "remove",
    _("Forget a source, and withdraw or keep the datasets that came from it."),
    "catalog harvest remove toyonaka --withdraw",
    _NAME,
    click.option("--keep/--withdraw", default=None, help=say(_("Whether its datasets stay published, to be updated no more."))),
    HOME,
)
def remove(name: str, *, keep: bool | None, home: str | None) -> None:
    """Remove a source."""
    from catalog.harvest import changing

    settings = load({"home": home})
    with open_store(settings) as store:
        held = changing.remove(name, settings, store, actor(), keep=keep)
    what = (
        _("%(name)s: removed; its %(count)s datasets stay published.")
        if keep
        else _("%(name)s: removed; %(count)s datasets withdrawn.")
    )
    click.echo(say(what, name=name, count=f"{held:,}"))


@command(harvest, "list", _("List the sources and how their last runs ended."), "catalog harvest list", JSON, HOME)
def list_sources(*, as_json: bool, home: str | None) -> None:
    """List the sources."""
    from catalog.harvest import sources

    with open_store(load({"home": home})) as store:
        found = [(each, next(iter(store.harvests.runs(each.name)), None)) for each in sources.all_of(store)]
        held = {each.name: store.harvests.held(each.name) for each, _run in found}
    if as_json:
        _print([{**asdict(each), "datasets": held[each.name], "lastRun": asdict(run) if run else None} for each, run in found])
        return
    columns = [
        say(each) for each in (_("Name of the source"), _("Kind"), _("Address"), _("Datasets"), _("Last run"), _("Outcome"))
    ]
    rows = [
        (each.name, each.kind, each.address, f"{held[each.name]:,}", run.started if run else "–",
         say(words.ENDINGS[run.outcome]) if run else "–")
        for each, run in found
    ]  # fmt: skip
    print_table("", columns, rows)


@command(
    harvest,
    "run",
    _("Read a source: take in what is new, withdraw what has vanished."),
    "catalog harvest run toyonaka",
    _NAME,
    flag("--dry-run", _("Only say what would happen.")),
    flag("--accept-shrink", _("Withdraw what has vanished even if that is more than a fifth.")),
    flag("--whole", _("Read everything anew, also what the source says has not changed.")),
    JSON,
    HOME,
)
def run(name: str, *, dry_run: bool, accept_shrink: bool, whole: bool, as_json: bool, home: str | None) -> None:
    """Run a source; exit status 1 where it could not be read whole."""
    from catalog.harvest import runs

    lines: list[LineRow] = []

    def keep(line: "LineRow") -> None:
        if line.outcome in _OF_ONE or dry_run:
            lines.append(line)

    settings, options = load({"home": home}), runs.Options(dry=dry_run, accept_shrink=accept_shrink, whole=whole)
    with open_store(settings) as store, bar() as update:

        def progress(done: int, total: int | None) -> None:
            update(completed=done, total=total, description=name)

        ran = runs.run(name, settings, store, options, runs.Watch(progress=progress, line=keep))
    _tell(ran, lines, as_json=as_json)
    if ran.outcome in (runs.INCOMPLETE, runs.SHRUNK):
        sys.exit(1)


@command(
    harvest,
    "log",
    _("What the last run of a source did, a line a record."),
    "catalog harvest log toyonaka",
    _NAME,
    click.option("--run", "number", type=int, help=say(_("Number of an earlier run."))),
    JSON,
    HOME,
)
def log(name: str, *, number: int | None, as_json: bool, home: str | None) -> None:
    """Read a report."""
    from catalog.harvest import sources

    with open_store(load({"home": home})) as store:
        sources.named(store, name)
        found = store.harvests.runs(name, limit=1000)
        run_ = next((each for each in found if number in (None, each.number)), None)
        lines: list[LineRow] = []
        after = 0
        while run_ and (portion := store.harvests.lines(run_.number, after, _PORTION)):
            lines += [line for _number, line in portion]
            after = portion[-1][0]
    if as_json:
        _print({"source": name, "run": asdict(run_) if run_ else None, "lines": [asdict(each) for each in lines]})
    elif run_ is None:
        click.echo(say(_("%(name)s: there is no such run."), name=name))
    else:
        click.echo(_summary(name, run_.number, run_.outcome, run_.counts))
        _print_lines(lines)


def _tell(ran: "Ran", lines: "list[LineRow]", *, as_json: bool) -> None:
    if as_json:
        _print({**asdict(ran), "counts": dict(ran.counts), "lines": [asdict(each) for each in lines]})
        return
    _print_lines(lines)
    click.echo(_summary(ran.source, ran.run, ran.outcome, ran.counts))


def _summary(name: str, number: int, outcome: str, counts: Mapping[str, int]) -> str:
    listed = ", ".join(f"{say(words.OUTCOMES[each])} {count:,}" for each, count in counts.items() if each in words.OUTCOMES)
    details = {"name": name, "run": str(number), "outcome": say(words.ENDINGS[outcome]), "counts": listed or "–"}
    return say(_("%(name)s, run %(run)s: %(outcome)s (%(counts)s)"), **details)


def _print_lines(lines: "list[LineRow]") -> None:
    for each in lines:
        said = " ".join(str(finding["message"][LANGUAGE]) for finding in each.findings)
        kept = f" → {each.dataset}" if each.dataset else ""
        click.echo(f"{say(words.OUTCOMES[each.outcome])}: {each.identifier}{kept}" + (f": {said}" if said else ""))


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
