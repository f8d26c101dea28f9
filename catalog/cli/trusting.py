"""Who may publish over HTTP, and who did: tokens and the audit log."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.application import HOME, JSON, actor, app, command, open_store
from catalog.cli.terminal import print_table, say
from catalog.messages.wording import _
from catalog.settings import load

if TYPE_CHECKING:
    from catalog.store import Entry, Token

_YEAR = 365


@click.group(name="token", help=say(_("Tokens for publishing over HTTP: create, list, revoke.")))
def token() -> None:
    """Look after tokens."""


app.add_command(token)


@command(
    token,
    "create",
    _("Make a token. It is shown once, here, and kept nowhere."),
    "catalog token create --publisher 270008 --label '公開作業用'",
    click.option("--publisher", required=True, help=say(_("Id of the publisher that it may write for; * for every one."))),
    click.option(
        "--action",
        "actions",
        multiple=True,
        default=("publish",),
        show_default=True,
        help=say(_("What it may do: publish, withdraw. May be given several times.")),
    ),
    click.option("--days", default=_YEAR, show_default=True, help=say(_("Days until it expires; 0: never."))),
    click.option("--label", default="", help=say(_("What it is for; shown in the list."))),
    JSON,
    HOME,
)
def create(publisher: str, actions: tuple[str, ...], days: int, label: str, as_json: bool, home: str | None) -> None:
    """Make a token."""
    from catalog import tokens

    with open_store(load({"home": home})) as store:
        secret, made = tokens.create(store, publisher=publisher, actions=actions, label=label, days=days, actor=actor())
    if as_json:
        click.echo(json.dumps({"token": secret} | _shown(made), ensure_ascii=False, indent=2))
        return
    click.echo(secret)
    until = say(_("until %(at)s"), at=made.expires) if made.expires else say(_("without an end"))
    allowed = ", ".join(made.actions)
    click.echo(
        say(_("Token %(id)s for %(publisher)s: %(actions)s, %(until)s. Keep it safe: it is not shown again."),
            id=made.id, publisher=made.publisher, actions=allowed, until=until),
        err=True,
    )  # fmt: skip


@command(token, "list", _("Every token that was made, without its secret."), "catalog token list", JSON, HOME)
def listed(as_json: bool, home: str | None) -> None:
    """List tokens."""
    with open_store(load({"home": home})) as store:
        found = store.trust.tokens()
    if as_json:
        click.echo(json.dumps([_shown(each) for each in found], ensure_ascii=False, indent=2))
        return
    columns = (_("Id"), _("Label"), _("Publisher"), _("May"), _("Expires"), _("Last used"), _("Revoked"))
    rows = [
        (
            each.id,
            each.label,
            each.publisher,
            ", ".join(each.actions),
            *(_day(at) for at in (each.expires, each.last_used, each.revoked)),
        )
        for each in found
    ]
    print_table("", [say(each) for each in columns], rows)


def _day(moment: str) -> str:
    return moment[:10] or "–"


def _shown(value: "Token | Entry") -> dict[str, Any]:
    return asdict(value)


@command(
    token,
    "revoke",
    _("Make a token good for nothing, at once and for ever."),
    "catalog token revoke 09612f8469",
    click.argument("token_id"),
    HOME,
)
def revoke(token_id: str, home: str | None) -> None:
    """Revoke a token."""
    from catalog import tokens

    with open_store(load({"home": home})) as store:
        revoked = tokens.revoke(store, token_id, actor())
    click.echo(say(_("Token %(id)s is revoked since %(at)s."), id=revoked.id, at=revoked.revoked))


@command(
    app,
    "audit",
    _("Who published, withdrew or changed what, the newest first."),
    "catalog audit --dataset smart-city-projects-2020",
    click.option("--dataset", default="", help=say(_("Only this dataset."))),
    click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000), help=say(_("How many lines."))),
    click.option("--before", default=0, type=click.IntRange(0), help=say(_("Only lines before this number."))),
    JSON,
    HOME,
)
def audit(dataset: str, limit: int, before: int, as_json: bool, home: str | None) -> None:
    """Show the log."""
    with open_store(load({"home": home})) as store:
        found = store.trust.audit(before=before, limit=limit, dataset=dataset)
    if as_json:
        click.echo(json.dumps([_shown(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        about = f"{each.dataset} {each.version or ''}".split()
        details = [f"{name}={value}" for name, value in each.details.items()]
        click.echo("  ".join([f"{each.sequence:>6}", each.at, each.actor, each.action, each.outcome, *about, *details]))
