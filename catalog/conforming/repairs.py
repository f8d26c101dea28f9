"""The rules that mend one cell, each with its id, in the order in which they are applied.

A rule changes a text only where one reading is possible; what it cannot decide it leaves. Every rule is a pure function of
the text and the column, and applying all of them twice is the same as once. ``docs/conforming.md`` describes each by its id.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.conforming.subjects import EVERY, TEXTS, TYPED, Kind, Subject
from catalog.values import fold, local_government_check_digit, wareki_date

Decisions = Mapping[tuple[str, str], str]
"""What the steward decided: (column of the standard, text of a cell) -> the text to be."""

_INVISIBLE = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffe\uffff]")
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BREAK = re.compile(r"\s*[\n\t\x1f]\s*")
_BLOCK = {0xFF01 + place: 0x21 + place for place in range(0x5E)} | {0x3000: 0x20}
"""Full-width forms of ASCII. Not NFKC as a whole, which also reads ² as 2 and ½ as 1/2."""
_HYPHENS = {0xFF0D, 0xFF5E}
_BLOCK_BUT_HYPHENS = {wide: narrow for wide, narrow in _BLOCK.items() if wide not in _HYPHENS}
_ALPHANUMERIC = {wide: narrow for wide, narrow in _BLOCK.items() if chr(narrow).isalnum()}
_WIDTHS: Mapping[Kind, Mapping[int, int]] = (
    dict.fromkeys(TYPED, _BLOCK)
    | dict.fromkeys(TEXTS, _ALPHANUMERIC)
    | dict.fromkeys(("phone", "code"), _BLOCK_BUT_HYPHENS)
)  # fmt: skip
_KANA = re.compile("[ｦ-ｯｱ-ﾝ][｡-ﾟ]*")
"""Runs that begin with a kana: a half-width ｰ between digits is somebody's hyphen."""

_DASHES = frozenset("-ー―—–‐‒−─━ｰ")
_NONE_WORDS = frozenset({"なし", "無し", "ナシ", "n/a", "#n/a", "null"})
_UNKNOWN_WORDS = frozenset({"無", "不明", "未定", "該当なし", "…", "..."})
_FULLY_UNKNOWN: frozenset[Kind] = (TYPED - {"code"}) | {"phone"}
_YES, _NO = frozenset({"○", "◯", "〇", "◎", "●", "true"}), frozenset({"×", "✕", "✖", "✗", "╳", "false"})
_HAVE, _HAVE_NOT = frozenset({"有", "有り", "あり", "アリ", "有る"}), frozenset({"無", "無し", "なし", "ナシ", "無い"})

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_WHOLE = re.compile(r"([+-]?[0-9]+)\.0+")
_ZERO = re.compile(r"[+-]?0+(\.0+)?")
_DAY = re.compile(
    r"([0-9]{4})(?:([/.-])([0-9]{1,2})\2([0-9]{1,2})|\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日)(?:[ T]0{1,2}:00(?::00)?)?"
)
_DAY8 = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"(午前|午後)?([0-9]{1,2})(?::([0-9]{2})(?::00)?|時(?:([0-9]{1,2})分|(半))?)")
_CLOCK4 = re.compile(r"([0-9]{2})([0-9]{2})")
_NOON = 12
_EXPONENT = re.compile(r"([0-9])\.?([0-9]*)[eE]\+?([0-9]{1,2})")
_CODE5 = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True)
class Rule:
    """``mend`` answers the mended text, or the text as it is; ``kinds`` are those of the columns it is for."""

    id: str
    kinds: frozenset[Kind]
    mend: Callable[[str, Subject], str]


@dataclass(frozen=True, slots=True)
class Mended:
    """A text after all rules, and the ids of those that changed it."""

    text: str
    rules: tuple[str, ...] = ()


def _no_invisible(text: str, _subject: Subject) -> str:
    return _INVISIBLE.sub("", text)


def _lines(text: str, subject: Subject) -> str:
    """Line ends of one kind in free text, none where a value has one line."""
    text = _BREAKS.sub("\n", text)
    return text if subject.kind == "prose" or not _BREAK.search(text) else _BREAK.sub(" ", text).strip()


def _trimmed(text: str, _subject: Subject) -> str:
    return text.strip()


def _narrow(text: str, subject: Subject) -> str:
    return text.translate(_WIDTHS[subject.kind])


def _full_kana(text: str, _subject: Subject) -> str:
    return _KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)


def _answered(text: str, subject: Subject) -> str:
    """Circles, crosses and words for yes and no, where the column asks such a question."""
    if subject.answers is None or text in subject.values:
        return text
    yes, no = subject.answers
    have = subject.kind == "boolean" or yes == "有"
    folded = fold(text)
    if folded in _YES or (have and folded in _HAVE):
        return yes
    if folded in _NO or (have and folded in _HAVE_NOT):
        return no
    return text


def _no_mark(text: str, subject: Subject) -> str:
    """Marks for "nothing here". In a flag of the form "1 or empty", only a dash: its empty cell says "no", not "unknown"."""
    if text in subject.values:
        return text
    folded = fold(text)
    if folded and _DASHES.issuperset(folded):
        return ""
    if subject.kind == "boolean":
        return text
    unknown = subject.kind in _FULLY_UNKNOWN and folded in _UNKNOWN_WORDS
    return "" if unknown or folded in _NONE_WORDS else text


def _chosen(text: str, subject: Subject) -> str:
    """The value of the standard that differs in width, case or spaces only."""
    found = [value for value in subject.values if fold(value) == fold(text)]
    return found[0] if len(found) == 1 and text not in subject.values else text


def _plain_number(text: str, subject: Subject) -> str:
    number = text.replace("−", "-") if text.startswith("−") else text
    if _GROUPED.fullmatch(number):
        number = number.replace(",", "")
    if subject.kind == "integer" and (whole := _WHOLE.fullmatch(number)):
        number = whole[1]
    return number if subject.accepts(number) or _ZERO.fullmatch(number) else text


def _no_zero(text: str, subject: Subject) -> str:
    """No place in Japan has the latitude or longitude 0: it stands for "unknown"."""
    return "" if subject.axis and _ZERO.fullmatch(text) else text


def _iso_day(text: str, subject: Subject) -> str:
    day = wareki_date(text) or _loose_day(text)
    return text if day is None or subject.accepts(text) else day.strftime(subject.format)


def _loose_day(text: str) -> date | None:
    """A day written with its year first, all four digits of it."""
    found = _DAY.fullmatch(text) or _DAY8.fullmatch(text)
    if found is None:
        return None
    year, *rest = (each for each in found.groups() if each and each.isdigit())
    try:
        return date(int(year), int(rest[0]), int(rest[1]))
    except ValueError:
        return None


def _clock(text: str, subject: Subject) -> str:
    """``9:00``, ``1700``, ``9時半``, ``午後5時`` as ``hh:mm``. The twelve o'clocks of half a day are read both ways: left."""
    text_in_full = _CLOCK4.sub(r"\1:\2", text) if _CLOCK4.fullmatch(text) else "".join(text.split())
    found = _CLOCK.fullmatch(text_in_full)
    if found is None:
        return text
    half, hours, minute, minute_in_words, half_past = found.groups()
    hour = int(hours)
    if half and hour >= _NOON:
        return text
    hour += _NOON if half == "午後" else 0
    minutes = 30 if half_past else int(minute or minute_in_words or 0)
    clock = f"{hour:02}:{minutes:02}"
    return clock if subject.accepts(clock) else text


def _from_number(text: str, subject: Subject) -> str:
    """A code that a spreadsheet took for a number: all its digits have to be there, and its check digit right."""
    if whole := _WHOLE.fullmatch(text):
        digits = whole[1]
    elif found := _EXPONENT.fullmatch(text):
        first, rest, power = found.groups()
        digits = first + rest if len(rest) == int(power) else ""
    else:
        return text
    return digits if subject.proves(digits) else text


def readings(text: str, subject: Subject) -> tuple[str, str]:
    """What five digits of an area code may be: six whose leading zero is lost, and the first five of six; "" where not."""
    if not _CODE5.fullmatch(text):
        return "", ""
    padded, completed = f"0{text}", text + local_government_check_digit(text)
    return padded if subject.is_area(padded) else "", completed if subject.is_area(completed) else ""


def _with_zero(text: str, subject: Subject) -> str:
    padded, completed = readings(text, subject)
    return padded if padded and not completed else text


def _with_check_digit(text: str, subject: Subject) -> str:
    padded, completed = readings(text, subject)
    return completed if completed and not padded else text


def _kinds(*names: Kind) -> frozenset[Kind]:
    return frozenset(names)


RULES: tuple[Rule, ...] = (
    Rule("invisible", EVERY, _no_invisible),
    Rule("line-break", EVERY, _lines),
    Rule("blank", EVERY, _trimmed),
    Rule("width", EVERY, _narrow),
    Rule("kana", TEXTS | {"choice"}, _full_kana),
    Rule("flag", _kinds("boolean", "choice"), _answered),
    Rule("none", EVERY - {"prose"}, _no_mark),
    Rule("choice", _kinds("choice"), _chosen),
    Rule("number", _kinds("integer", "number"), _plain_number),
    Rule("zero-coordinate", _kinds("number"), _no_zero),
    Rule("date", _kinds("date"), _iso_day),
    Rule("time", _kinds("time"), _clock),
    Rule("code-number", _kinds("area-code", "corporate-number"), _from_number),
    Rule("code-zero", _kinds("area-code"), _with_zero),
    Rule("code-check-digit", _kinds("area-code"), _with_check_digit),
)
DECISION, SWAP, HEADER = "decision", "swap", "header"
"""Ids of changes that no rule for one cell makes: by the steward's word, in two cells of a row, in the header."""

_SUSPECT = re.compile("[\0-\x1f\x7f-\x9f\u2000-\u200b\u2028-\u202f\u2060\u3000\ufeff\uff01-\uffff]|^\\s|\\s$|\xa0")
"""No rule for texts changes a text without any of these, unless it is a mark for "none"."""
_LONGEST_MARK = 6


class Mender:
    """Applies the rules that a column's kind calls for. ``unsure`` collects what became of texts that are not surely right."""

    def __init__(self, subject: Subject, decisions: Decisions) -> None:
        self.subject = subject
        self.unsure: set[str] = set()
        self._rules = [rule for rule in RULES if subject.kind in rule.kinds]
        self._decided = {before: after for (column, before), after in decisions.items() if column == subject.name}

    def mend(self, text: str) -> Mended:
        """The text after all rules."""
        fired = []
        decided = self._decided.get(text, self._decided.get(text.strip(), text))
        if decided != text:
            fired.append(DECISION)
            text = decided
        for rule in self._rules:
            mended = rule.mend(text, self.subject)
            if mended != text:
                fired.append(rule.id)
                text = mended
        return Mended(text, tuple(fired))

    def mend_all(self, texts: Sequence[str]) -> tuple[list[str], dict[int, tuple[str, ...]]]:
        """The texts of a column after all rules, and the rules by place for those that some rule touched.

        Cells repeat, and most are right: each different one is mended once, and a cheap test spares the surely right ones that.
        """
        after = list(texts)
        rules: dict[int, tuple[str, ...]] = {}
        known: dict[str, Mended] = {"": self.mend("")}
        is_right = self._right()
        for place, text in enumerate(texts):
            mended = known.get(text)
            if mended is None:
                if is_right(text):
                    continue
                mended = known[text] = self.mend(text)
            if mended.rules:
                after[place] = mended.text
                rules[place] = mended.rules
        self.unsure = {each.text for each in known.values()}
        return after, rules

    def _right(self) -> Callable[[str], object]:
        """A cheap test: no rule changes such a text, and nothing can be said against it."""
        kind, subject = self.subject.kind, self.subject
        if self._decided:
            return lambda _text: False
        if kind in ("prose", "naming", "list", "phone"):
            return lambda text: len(text) > _LONGEST_MARK and not _SUSPECT.search(text)
        if kind == "code":
            return lambda text: len(text) > _LONGEST_MARK and "+" not in text and not _SUSPECT.search(text)
        if kind == "uri":
            return lambda text: text.isascii() and subject.accepts(text) and not _SUSPECT.search(text)
        if kind in ("number", "integer", "date", "time"):
            return lambda text: text.isascii() and subject.accepts(text)
        return lambda _text: False
