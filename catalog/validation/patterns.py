r"""Which regular expressions may be asked of the engine: those where a match in RE2 is a match in Python, as stock asks it.

Stock compiles ``"^" + pattern + "$"`` without a group and calls ``match``. Whatever RE2 matches in full with the plain
pattern then matches there too (an alternative at the top only loses an anchor; ``$`` also lets a line end pass; ``\d``,
``\w`` and ``\s`` take more than ASCII). What is left out here could mean something else to RE2: negated classes of
characters, word boundaries, looking round, references, flags, possessive marks, POSIX names.
"""

import re

_PUNCTUATION = r"\\[!-/:-@\[-`{-~]"
_PLAIN = r"[^\\\[\]^&~|\-]"  # within brackets; & ~ | - doubled are reserved by Python
_IN_BRACKETS = rf"(?:{_PLAIN}-{_PLAIN}|{_PLAIN}|{_PUNCTUATION})"
_TOKEN = "|".join((
    r"[^\\^$.|?*+()\[\]{}]",
    _PUNCTUATION,
    r"\\[dws]",
    rf"\[(?:{_IN_BRACKETS}|\\[dws])+-?\]",
    rf"\[\^{_IN_BRACKETS}+-?\]",
    r"\((?:\?:)?(?![?*+{])|[|^](?![?*+{])|[).$]",
))  # fmt: skip
_REPEAT = r"(?:[?*+]|\{[0-9]{1,3}(?:,(?:[0-9]{1,3})?)?\})\??(?![?*+{])"
_SAFE = re.compile(rf"(?:(?:{_TOKEN})(?:{_REPEAT})?)*", re.DOTALL)


def is_safe(pattern: str) -> bool:
    """Whether "RE2 matches the whole cell" implies "stock finds no fault with it"."""
    if not _SAFE.fullmatch(pattern):
        return False
    try:
        re.compile(f"^{pattern}$")
    except (re.error, RecursionError, OverflowError):
        return False
    return True
