"""Keeping a catalogue in order."""

import click

from catalog.cli.application import HOME, app, command, open_store
from catalog.cli.terminal import bar, say
from catalog.messages.wording import _
from catalog.settings import load


@command(
    app,
    "reindex",
    _("Render every description and every page of the feed again."),
    "catalog reindex --base-url https://data.example.jp",
    HOME,
    click.option(
        "--base-url", help=say(_("Public address of the catalogue (CATALOG_BASE_URL); without one, it stays as it is."))
    ),
)
def reindex(home: str | None, base_url: str | None) -> None:
    """Render everything again. The old feed is served until all of the new one is there."""
    from catalog.publishing import at_its_address
    from catalog.publishing import reindex as render_anew

    settings = load({"home": home, "base_url": base_url})
    with open_store(settings) as store:
        with bar() as update:
            count = render_anew(store, at_its_address(store, settings), lambda done, total: update(completed=done, total=total))
        pages = store.feed.pages()
    click.echo(say(_("%(count)s datasets rendered on %(pages)s pages of the feed."), count=count, pages=pages))
