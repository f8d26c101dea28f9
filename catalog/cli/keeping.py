"""Keeping what is published: check and mend, give back room, save, bring back."""

import json
import sys
from pathlib import Path

import click

from catalog import messages
from catalog.cli.application import HOME, JSON, actor, app, command, flag, open_store
from catalog.cli.terminal import bar, print_findings, say
from catalog.errors import UsageError
from catalog.messages.wording import _
from catalog.settings import load

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@command(
    app,
    "verify",
    _("Check that every published version is complete, byte for byte."),
    "catalog verify --repair --backup /mnt/backup/catalog",
    flag("--repair", _("Throw away bytes that no version names; with --backup, put good files in the place of damaged ones.")),
    click.option("--backup", type=click.Path(path_type=Path), help=say(_("Folder of a backup to take good files from."))),
    JSON,
    HOME,
)
def verify(repair: bool, backup: Path | None, as_json: bool, home: str | None) -> None:
    """Check the store."""
    from catalog import maintenance

    if backup is not None and not repair:
        raise UsageError("backup-without-repair")
    with open_store(load({"home": home})) as store, bar() as update:

        def show(done: int, total: int) -> None:
            update(completed=done, total=total, description=say(_("Checking the store")))

        findings = maintenance.repair(store, actor(), backup, show) if repair else store.verify(show)
    bad = any(each.severity == "error" for each in findings)
    if as_json:
        told = {"valid": not bad, "findings": [messages.as_json(each) for each in findings]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print_findings(findings, error_stream=False)
        click.echo(say(_("The store is damaged.")) if bad else say(_("Every published version is complete.")))
    if bad:
        sys.exit(1)


@command(
    app,
    "gc",
    _("Throw away stored bytes that no version names: what interrupted publications left."),
    "catalog gc --dry-run",
    flag("--dry-run", _("Only say what would go.")),
    JSON,
    HOME,
)
def gc(dry_run: bool, as_json: bool, home: str | None) -> None:
    """Give back room."""
    from catalog import maintenance

    with open_store(load({"home": home})) as store:
        collected = maintenance.collect(store, actor(), dry_run=dry_run)
    if as_json:
        click.echo(json.dumps({"files": collected.files, "bytes": collected.bytes, "removed": not dry_run}))
        return
    text = _("%(files)s files (%(bytes)s bytes) would go.") if dry_run else _("%(files)s files (%(bytes)s bytes) are gone.")
    click.echo(say(text, files=f"{collected.files:,}", bytes=f"{collected.bytes:,}"))


@command(
    app,
    "backup",
    _("Save everything that is published into a folder, while the catalogue goes on."),
    "catalog backup /mnt/backup/catalog",
    _FOLDER,
    JSON,
    HOME,
)
def backup(folder: Path, as_json: bool, home: str | None) -> None:
    """Save everything."""
    from catalog import maintenance

    with open_store(load({"home": home})) as store, bar() as update:
        saved = maintenance.backup(store, folder, actor(), lambda done, total: update(completed=done, total=total))
    if as_json:
        click.echo(json.dumps({"rows": saved.rows, "files": saved.files, "bytes": saved.bytes, "at": saved.at}))
        return
    click.echo(say(_("%(files)s files (%(bytes)s bytes) and %(rows)s rows are saved, each file compared with its hash."),
                   files=f"{saved.files:,}", bytes=f"{saved.bytes:,}", rows=f"{saved.rows:,}"))  # fmt: skip


@command(
    app,
    "restore",
    _("Bring back a backup into an empty catalogue."),
    "catalog restore /mnt/backup/catalog --home /srv/catalog",
    _FOLDER,
    JSON,
    HOME,
)
def restore(folder: Path, as_json: bool, home: str | None) -> None:
    """Bring a backup back."""
    from catalog import maintenance

    with open_store(load({"home": home})) as store, bar() as update:
        saved = maintenance.restore(store, folder, actor(), lambda done, total: update(completed=done, total=total))
        count = store.count()
    if as_json:
        click.echo(json.dumps({"datasets": count, "files": saved.files, "bytes": saved.bytes, "at": saved.at}))
        return
    click.echo(say(_("The backup of %(at)s is back: %(count)s datasets, %(files)s files, each compared with its hash."),
                   at=saved.at, count=f"{count:,}", files=f"{saved.files:,}"))  # fmt: skip
