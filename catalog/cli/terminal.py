"""What every command says things with: the reader's language, tables, progress, findings one a line."""

import gettext
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn

import click

from catalog import messages
from catalog.errors import Finding
from catalog.messages import translate, where, word
from catalog.messages.wording import _
from catalog.model import LANGUAGES

if TYPE_CHECKING:
    from rich.console import Console


def language_of(environment: Mapping[str, str]) -> str:
    """The reader's language by the POSIX order of authority: LC_ALL, LC_MESSAGES, LANG."""
    locale = next((environment[each] for each in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(each)), "")
    code = locale.partition("_")[0].partition(".")[0].lower()
    return "en" if code == "en" else LANGUAGES[0]


LANGUAGE = language_of(os.environ)
gettext.bindtextdomain(messages.DOMAIN, messages.LOCALES)  # click asks gettext's default domain for its own words,
os.environ["LANGUAGE"] = LANGUAGE  # some of them as soon as a command is declared


def say(text: str, **details: Any) -> str:
    """A marked text in the reader's language, filled."""
    return translate(text, LANGUAGE) % details if details else translate(text, LANGUAGE)


def console(*, error_stream: bool = False) -> "Console":
    """The terminal, or its error stream."""
    from rich.console import Console

    return Console(stderr=error_stream, highlight=False, soft_wrap=False)


@contextmanager
def working(text: str, **details: str) -> Iterator[None]:
    """A spinner on a terminal; nothing where the output is read by a program."""
    if not sys.stderr.isatty():
        yield
        return
    with console(error_stream=True).status(say(text, **details) if details else say(text)):
        yield


_STEPS = {
    "open": _("opening"),
    "validate": _("validating"),
    "derive": _("checking derivations"),
    "write": _("writing formats"),
    "store": _("storing"),
}


Update = Callable[..., None]
"""Moves a bar: ``completed``, ``total``, ``advance`` (numbers) and ``description`` (a text), all by name."""


@contextmanager
def bar(total: int | None = None) -> Iterator[Update]:
    """A progress bar on a terminal, gone when it is done; nothing where the output is read by a program."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    shown = console(error_stream=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as progress:
        yield partial(progress.update, progress.add_task("", total=total))


def step_of(update: Update) -> Callable[[str], None]:
    """Shows which step of a publication is under way."""
    return lambda name: update(description=say(_STEPS.get(name, name)))


def leave(code: int) -> NoReturn:
    """End the command at once where nothing else is under way: to take all that was imported apart takes up to 0.1 s."""
    usual = sys.stdout is sys.__stdout__
    if usual and threading.active_count() == 1:
        with suppress(OSError):  # whoever read the output has gone
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
    sys.exit(code)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose cells are shown as they are, never read as markup."""
    from rich.table import Table
    from rich.text import Text as Plain

    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Plain(each) for each in row))
    console().print(table)


_GRAVEST_FIRST = ("error", "warning", "note")
MANY = 50
"""So many findings are read; of the others the codes are counted."""


def count_findings(findings: Sequence[Finding]) -> str:
    """How many of each tier there are, the gravest first."""
    counts = Counter[str](each.severity for each in findings)
    told = (
        say(_("%(tier)s: %(count)s"), tier=messages.tier(each, LANGUAGE), count=f"{counts[each]:,}")
        for each in _GRAVEST_FIRST
        if each in counts
    )
    return ("、" if LANGUAGE == "ja" else ", ").join(told)


def print_findings(findings: Sequence[Finding], *, error_stream: bool = True, most: int | None = None) -> None:
    """One line a finding, the gravest first: how grave, where, what and how to mend it, its code. Beyond ``most``, counts."""
    ordered = sorted(findings, key=lambda each: _GRAVEST_FIRST.index(each.severity))
    for finding in ordered[:most]:
        place = where(finding.place, LANGUAGE)
        said = f"{place}: {word(finding, LANGUAGE)}" if place else word(finding, LANGUAGE)
        line = f"{messages.tier(finding.severity, LANGUAGE)}: {said} [{finding.code}]"
        click.echo(" ".join(line.split()), err=error_stream)
    for severity, rest in groupby(ordered[most:] if most else (), key=lambda each: each.severity):
        counts = Counter(each.code for each in rest)
        kinds = ", ".join(f"{code} {count:,}" for code, count in counts.most_common())
        said = say(_("%(count)s more: %(kinds)s"), count=f"{counts.total():,}", kinds=kinds)
        click.echo(f"{messages.tier(severity, LANGUAGE)}: {said}", err=error_stream)
