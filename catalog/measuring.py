"""How wide a text is in a sans-serif face, worked out without one: for pictures whose text must fit."""

import re
import unicodedata
from collections.abc import Iterator

_ASCII = (
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555, 555, 555, 555, 555,
    555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812, 723, 742,
    633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559, 606, 563, 618, 510, 620, 554, 325, 564,
    607, 275, 275, 552, 284, 926, 610, 606, 620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555,
)  # fmt: skip
"""Widths of the printable characters of ASCII in thousandths of an em: those of Noto Sans JP, which draws our cards."""
_FIRST, _LAST = 0x20, 0x7E
_FULL, _HALF, _OTHER = 1000, 500, 650
_NEVER_FIRST = (
    "、。，．・：；？！゛゜ヽヾゝゞ々ー―…‥’”）〕］｝〉》」』】°′″ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ)]}>,.:;?!%"
)
"""No line begins with these (JIS X 4051)."""
_NEVER_LAST = "‘“（〔［｛〈《「『【([{<￥＄"
_PIECE = re.compile(r"[\x21-\x7e]+|[\u4e00-\u9fff々〆]+|[\u30a1-\u30fa\u30fc]+|\s+|.", re.DOTALL)
_WORD = 0.5
"""The part of a line up to which a run of kanji or of katakana, mostly one word, is kept together."""


def width(text: str) -> float:
    """The width in ems: 1 is the height of the letters' square."""
    return sum(map(_of, text)) / _FULL


def _of(character: str) -> int:
    place = ord(character) - _FIRST
    if 0 <= place < len(_ASCII):
        return _ASCII[place]
    if unicodedata.combining(character):
        return 0
    wide = unicodedata.east_asian_width(character)
    return _FULL if wide in "WFA" else _HALF if wide == "H" else _OTHER


def lines(text: str, longest: float, most: int) -> list[str]:
    """The text in at most ``most`` lines of ``longest`` ems; what does not fit is cut and marked with an ellipsis.

    Japanese breaks between any two characters but those that must not begin or end a line, and rather not within a word; other
    scripts break between words.
    """
    found, current = [], ""
    for piece in _pieces(" ".join(text.split()), longest):
        if current and width(current + piece.rstrip()) > longest:
            found.append(current.rstrip())
            current = piece.lstrip()
        else:
            current += piece
    found.append(current.rstrip())
    return found if len(found) <= most else [*found[: most - 1], shortened("".join(found[most - 1 :]), longest, cut=True)]


def _pieces(text: str, longest: float) -> Iterator[str]:
    """What stays together on a line."""
    together = ""
    for piece in _PIECE.findall(text):
        for part in _cut(piece, longest):
            if together and part[0] not in _NEVER_FIRST and together[-1] not in _NEVER_LAST:
                yield together
                together = ""
            together += part
    if together:
        yield together


def _cut(word: str, longest: float) -> Iterator[str]:
    """A word in parts that each fit on a line: whole if it is short, else by its characters."""
    if ord(word[0]) > _LAST and width(word) > longest * _WORD:
        yield from word
        return
    part = ""
    for character in word:
        if part and width(part + character) > longest:
            yield part
            part = ""
        part += character
    yield part


def shortened(text: str, longest: float, *, cut: bool = False) -> str:
    """The text as far as it fits, with an ellipsis where something is left out."""
    if width(text) <= longest and not cut:
        return text
    while text and width(text + "…") > longest:
        text = text[:-1]
    return text.rstrip() + "…"
