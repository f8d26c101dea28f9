"""The command line as a whole: its group, how a command is declared, and what errors exit with."""

import errno
import getpass
from collections.abc import Callable
from functools import wraps
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog import __version__
from catalog.cli.terminal import LANGUAGE, print_findings, say
from catalog.errors import CatalogError, Refusal, SettingsError, UsageError
from catalog.messages import word
from catalog.messages.wording import _
from catalog.settings import Settings

if TYPE_CHECKING:
    from catalog.store import Store

PROGRAM = "catalog"

CLICK_WORDS = (  # click's own words, marked so that they stand in our catalogue
    _("Usage:"), _("Options"), _("Commands"), _("Show this message and exit."), _("Show the version and exit."),
    _("Error: {message}"), _("Missing argument"), _("Missing argument {param_hint}."),
    _("Missing option"), _("Invalid value for {param_hint}: {message}"), _("Invalid value: {message}"),
    _("No such option {name!r}."), _("No such option: {name}"), _("No such command {name!r}."),
    _("Try '{command} {option}' for help."),
    ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 2),
    _("{value!r} is not a valid {number_type}."), _("{value} is not in the range {range}."),
    ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 2),
    ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 2),
    _("Option {name!r} does not take a value."),
    ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 2),
    _("{name} {filename!r} does not exist."), _("{name} {filename!r} is a file."), _("file"), _("directory"), _("path"),
    _("Aborted!"),
)  # fmt: skip


class _Group(click.Group):
    """Lists commands in the order of a steward's work, not of the alphabet; words our errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            print_findings(refusal.findings or (refusal.finding(),))
            ctx.exit(1)
        except (UsageError, SettingsError) as error:
            click.echo(word(error, LANGUAGE), err=True)
            ctx.exit(2)
        except CatalogError as error:
            click.echo(word(error, LANGUAGE), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            ctx.exit(0)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            click.echo(say(_("There is no room left where the output goes.")), err=True)
            ctx.exit(1)


def command(
    group: click.Group, name: str, text: str, example: str, *arguments: Callable[[Any], Any]
) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command with its translated help and an example."""

    def declare(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        for argument in reversed(arguments):
            run = argument(run)
        shown = f"{say(text)}\n\n\b\n{say(_('Example:'))}\n  {example}"
        return group.command(name, help=shown, short_help=say(text))(run)

    return declare


def flag(name: str, text: str) -> Callable[[Any], Any]:
    """An option that is given or not, with its help in both languages."""
    return click.option(name, is_flag=True, help=say(text))


JSON = click.option("--json", "as_json", is_flag=True, help=say(_("Print JSON for programs.")))
PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
HOME = click.option("--home", help=say(_("Folder of the store (CATALOG_HOME).")))


@click.group(
    cls=_Group,
    name=PROGRAM,
    help=say(_("Publish open data from Frictionless Data Packages, and serve the catalogue.")),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name=PROGRAM)
def app() -> None:
    """Publish open data."""


def open_store(settings: Settings) -> "Store":
    """The store that the settings name; a context manager."""
    from catalog.store import Store

    return Store.open(settings)


def actor() -> str:
    """Who works at this terminal, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):  # an account without a name, as in a container
        return "cli"
