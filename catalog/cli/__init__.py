"""Commands: words, not work. Each reads its arguments, calls one function, and says what came of it.

Exit status: 0 done, 1 refused or not valid (every finding was printed), 2 wrong usage. Heavy modules are imported by the
command that needs them. The language follows the locale; a locale that names none reads Japanese, the first language.
The order of these imports is the order of a steward's work, in which ``--help`` lists the commands.
"""

import gc
import sys

from catalog.cli import packages, definitions, cleaning, serving, keeping, upkeep, trusting, harvesting  # isort: skip  # noqa: F401  importing them declares their commands
from catalog.cli.application import PROGRAM, app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; a terminal that cannot show a character shows "?" instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.freeze()  # what is imported by now lives to the end, and need not be looked through for cycles again and again
    app(prog_name=PROGRAM)
