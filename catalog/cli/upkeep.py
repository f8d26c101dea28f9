"""Keeping a catalogue in order."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from catalog import messages
from catalog.cli.application import HOME, JSON, app, command, open_store
from catalog.cli.terminal import bar, print_findings, print_table, say
from catalog.messages.wording import _
from catalog.settings import load


@command(
    app,
    "reindex",
    _("Bring every description and every page of the feed to the present settings, and mend what is damaged."),
    "catalog reindex --base-url https://data.example.jp",
    HOME,
    click.option(
        "--all", "everything", is_flag=True, help=say(_("Write also those descriptions again that are right as they are."))
    ),
    click.option(
        "--base-url", help=say(_("Public address of the catalogue (CATALOG_BASE_URL); without one, it stays as it is."))
    ),
)
def reindex(home: str | None, base_url: str | None, *, everything: bool) -> None:
    """Render what has to be. The old feed is served until all of the new one is there."""
    from catalog.publishing import at_its_address
    from catalog.publishing import reindex as render_anew
    from catalog.search import rebuild

    settings = load({"home": home, "base_url": base_url})
    with open_store(settings) as store:
        with bar() as update:
            found = at_its_address(store, settings)
            count = render_anew(store, found, lambda done, total: update(completed=done, total=total), everything=everything)
        with bar() as update:
            rebuild(store, found, lambda done, total: update(completed=done, total=total))
        pages = store.feed.pages()
    click.echo(say(_("%(count)s datasets stand on %(pages)s pages of the feed."), count=count, pages=pages))


@command(
    app,
    "shapes",
    _("Hold every description of the catalogue against its rules (SHACL), and show the result to operators of harvesters."),
    "catalog shapes",
    JSON,
    HOME,
)
def shapes(home: str | None, *, as_json: bool) -> None:
    """Check the stored descriptions. What is published is checked before anyhow; this finds what an earlier program let pass."""
    from catalog.inspection import hold_against_shapes

    with open_store(load({"home": home})) as store, bar() as update:
        checked = hold_against_shapes(store, lambda done, total: update(completed=done, total=total))
    if as_json:
        found = [messages.as_json(each) for each in checked.findings]
        click.echo(json.dumps(asdict(checked.held) | {"findings": found}, ensure_ascii=False, indent=2))
    else:
        print_findings(checked.findings, error_stream=False)
        sentence = _("%(count)s descriptions held against the rules; rules broken: %(faults)s.")
        click.echo(say(sentence, count=checked.held.datasets, faults=checked.held.faults))
    if checked.findings:
        sys.exit(1)


@command(
    app,
    "searches",
    _("List what was searched for and not found: data that is missed."),
    "catalog searches --days 30",
    HOME,
    click.option("--days", type=click.IntRange(1, 10_000), help=say(_("Only those of so many days until today."))),
    JSON,
)
def searches(home: str | None, days: int | None, *, as_json: bool) -> None:
    """List missed searches. They are kept by day; who searched is not known."""
    since = (datetime.now(UTC).date() - timedelta(days=days - 1)).isoformat() if days else ""
    with open_store(load({"home": home})) as store:
        found = store.misses.all(since)
    if as_json:
        click.echo(json.dumps({"searches": [asdict(each) for each in found]}, ensure_ascii=False, indent=2))
    elif not found:
        click.echo(say(_("No search for data has been in vain.")))
    else:
        rows = [(each.text, str(each.count), each.first, each.last) for each in found]
        print_table("", [say(_("Searched for")), say(_("Times")), say(_("First day")), say(_("Last day"))], rows)
