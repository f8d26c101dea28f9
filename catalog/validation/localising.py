"""Stock's messages in the reader's language, where stock shows them to a person; programs get them as they are.

Stock puts the messages of its errors together in English and has no catalogue. Its console writes ``str(error.message)`` into
a table, while JSON and YAML are made of the text itself: so a text that calls itself otherwise is read by people only.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

from frictionless import Report
from frictionless.platform import platform
from rich.markup import escape
from rich.text import Text

from catalog.errors import Finding, Place
from catalog.messages import word
from catalog.validation.findings import finding_of

_JAPANESE = "ja"


def localise(report: Report) -> Report:
    """Give every error of the report a message that is shown in Japanese, where the locale asks for Japanese."""
    if reads_japanese(os.environ):
        for errors, place in ((report.errors, Place()), *((task.errors, Place(file=task.place)) for task in report.tasks)):
            for error in errors:
                if not isinstance(error.message, Worded):
                    error.message = Worded(error.message, partial(_finding, error, place))
    return report


def _finding(error: Any, place: Place) -> Finding:
    return finding_of({**error.to_descriptor(), "message": error.message[:]}, place)


def reads_japanese(environment: Mapping[str, str]) -> bool:
    """By the POSIX order of authority: LC_ALL, LC_MESSAGES, LANG."""
    locale = next((environment[each] for each in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(each)), "")
    return locale.partition("_")[0].partition(".")[0].lower() == _JAPANESE


class Worded(str):
    """The message of an error as stock words it; ``str()`` of it is the wording of a finding, worded when it is asked for."""

    __slots__ = ("_finding",)
    _finding: Callable[[], Finding]

    def __new__(cls, text: str, finding: Callable[[], Finding]) -> Self:
        """``finding`` is called when the text is shown."""
        made = super().__new__(cls, text)
        made._finding = finding
        return made

    def __str__(self) -> str:
        try:
            return _Shown(escape(word(self._finding(), _JAPANESE)))
        except Exception:  # noqa: BLE001  an error that is unlike stock's own; it is shown all the same
            return self[:]

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Copies are plain texts."""
        return str, (self[:],)


class _Shown(str):
    """Markup that a table of the terminal shows to its end: rich would cut a line that has no spaces to break it at."""

    __slots__ = ()

    def __rich__(self) -> Text:
        """What the table shows."""
        return Text.from_markup(self, overflow="fold")


platform.yaml.SafeDumper.add_representer(Worded, lambda dumper, text: dumper.represent_str(text[:]))
