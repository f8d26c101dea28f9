"""An answer made safe and small for a language model: no characters that people cannot see, no text or list without end."""

import json
from typing import Any

from catalog.web.twins import visible

LONGEST_TEXT = 2_000
LONGEST_LIST = 250
LONGEST_ANSWER = 120_000
"""Characters of one answer, as JSON."""


class Trimmer:
    """Trims one answer; ``cut`` says whether anything had to be left out."""

    def __init__(self) -> None:
        self.cut = False

    def of(self, value: dict[str, Any]) -> dict[str, Any]:
        """The answer, as large as an answer may be: of the longest lists in it, halves are left out until it fits."""
        trimmed: dict[str, Any] = self._trimmed(value)
        while len(json.dumps(trimmed, ensure_ascii=False)) > LONGEST_ANSWER and (longest := _longest(trimmed)):
            del longest[(len(longest) + 1) // 2 :]
            self.cut = True
        return trimmed

    def _trimmed(self, value: Any) -> Any:
        match value:
            case str():
                text = visible(value)
                self.cut |= len(text) > LONGEST_TEXT
                return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
            case dict():
                return {name: self._trimmed(each) for name, each in value.items()}
            case list() | tuple():
                self.cut |= len(value) > LONGEST_LIST
                return [self._trimmed(each) for each in value[:LONGEST_LIST]]
        return value


def _longest(value: Any) -> list[Any]:
    """The list, anywhere in a value, whose JSON is the longest of those with at least two members; [] where there is none."""
    best: list[Any] = []
    size = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list) and len(each) > 1 and (length := len(json.dumps(each, ensure_ascii=False))) > size:
            best, size = each, length
        waiting += each.values() if isinstance(each, dict) else each if isinstance(each, list) else []
    return best
