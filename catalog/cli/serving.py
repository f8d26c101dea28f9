"""Serving the catalogue, and its settings."""

import json

import click

from catalog.cli.application import HOME, JSON, app, command
from catalog.cli.terminal import print_table, say
from catalog.messages.wording import _
from catalog.settings import SETTINGS, Settings, load


@command(
    app,
    "serve",
    _("Serve the catalogue over HTTP."),
    "catalog serve --port 8080 --base-url https://data.example.jp",
    HOME,
    click.option("--host", help=say(_("Address to listen on (CATALOG_HOST)."))),
    click.option("--port", type=int, help=say(_("Port to listen on (CATALOG_PORT)."))),
    click.option("--base-url", help=say(_("Public address of the catalogue (CATALOG_BASE_URL)."))),
    click.option(
        "--log",
        type=click.Choice(["text", "json"]),
        help=say(_("How the server tells what happens: json tells every request, one object a line (CATALOG_LOG_FORMAT).")),
    ),
)
def serve(home: str | None, host: str | None, port: int | None, base_url: str | None, log: str | None) -> None:
    """Serve the catalogue."""
    from catalog.web.serving.server import serve as run

    def read() -> Settings:
        return load({"home": home, "host": host, "port": port, "base_url": base_url, "log_format": log})

    def announce(settings: Settings) -> None:
        click.echo(say(_("The catalogue is at %(url)s (stop with Ctrl+C)"), url=f"http://{settings.host}:{settings.port}/"))
        if settings.base_url:
            click.echo(say(_("Its public address is %(url)s"), url=settings.base_url))

    run(read, announce)


@command(app, "settings", _("Print the effective settings, and where each can be set."), "catalog settings --json", JSON)
def settings_(as_json: bool) -> None:
    """Print the settings."""
    effective = load()
    values = {each.name: getattr(effective, each.name) for each in SETTINGS}
    values["base_url"] = effective.public_url()
    values["database"] = effective.database_url()
    values["files"] = effective.files_url()
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
        return
    rows = [(each.name, str(values[each.name]), each.variable, say(each.help)) for each in SETTINGS]
    print_table("", [say(_("Name")), say(_("Value")), say(_("Environment")), say(_("Meaning"))], rows)
