"""Municipalities and prefectures by their code: what they are called, where they lie, whether they exist at all."""

from dataclasses import dataclass
from typing import Literal

from catalog.dcat import areas, authorities
from catalog.meaning import area_code, is_prefecture
from catalog.model import Text
from catalog.values import local_government_check_digit

Kind = Literal["prefecture", "municipality", "ward"]
_PREFECTURE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """One area. ``name`` has the prefecture in Japanese; it is empty for a code that no list has any more.

    ``prefecture`` is the code of the one that it lies in, its own for a prefecture. ``invented`` ones stand in samples only.
    """

    code: str
    name: Text
    kind: Kind
    prefecture: str
    invented: bool

    @property
    def listed(self) -> bool:
        """Whether a code list of the product has it."""
        return bool(self.name)


def locality(code: str) -> Locality:
    """The area of a right six-digit code, listed or not."""
    name = areas.name_of(code)
    first = f"{code[:_PREFECTURE]}000"
    invented = not authorities.is_assigned_prefecture(code)
    if is_prefecture(code):
        kind: Kind = "prefecture"
    else:  # a ward of a designated city is named with its city (大阪市北区); the special wards of Tokyo are not (千代田区)
        own = name.ja.removeprefix(areas.name_of(_with_digit(first)).ja)
        kind = "ward" if own.endswith("区") and "市" in own else "municipality"
    return Locality(code=code, name=name, kind=kind, prefecture=_with_digit(first), invented=invented)


def suggestion(text: str) -> str:
    """The code that six digits would be with the right check digit, "" where they are none or already one."""
    six = 6
    if len(text) != six or not (text.isascii() and text.isdigit()) or area_code(text):
        return ""
    return _with_digit(text[: six - 1])


def _with_digit(code5: str) -> str:
    return code5 + local_government_check_digit(code5)
