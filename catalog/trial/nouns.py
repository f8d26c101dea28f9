"""What is asked for with a file, and what comes back: plain values that pass between processes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Literal

from catalog.datapackage.complaints import printable
from catalog.errors import Finding
from catalog.examination import NO_REPORT
from catalog.messages import translate
from catalog.messages.check import RULES
from catalog.model import Json, Text
from catalog.settings import Settings

Want = Literal["report", "marked", "package"]
WANTS: tuple[Want, ...] = ("report", "marked", "package")
"""What a check may give: what was found, a workbook with the cells marked, or a data package that is ready to be published."""

ABOUT = (
    "title", "description", "publisher.id", "publisher.name", "license", "contact.name", "contact.telephone", "contact.email",
    "name",
)  # fmt: skip
"""What a lone table cannot say of itself: keys of the sheet メタデータ (docs/standards.md), those that the form asks for."""

Kind = Literal["package", "table"]
UNPACKED = 10
"""How many times the largest upload everything in a zip may be, unpacked."""
LONGEST_NAME = 100
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of all that follows (Unicode UAX #9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A licence that the form offers: its code in the code list ``licence``, and the address of its text."""

    name: str
    title: Text
    path: str


LICENSES = (
    Terms(
        name="PDL-1.0",
        title=Text("公共データ利用規約（第1.0版）", "Public Data License (version 1.0)"),
        path="https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    ),
    Terms(
        name="CC-BY-4.0",
        title=Text("クリエイティブ・コモンズ 表示 4.0 国際", "Creative Commons Attribution 4.0 International"),
        path="https://creativecommons.org/licenses/by/4.0/",
    ),
    Terms(
        name="CC0-1.0",
        title=Text("CC0 1.0 全世界", "CC0 1.0 Universal"),
        path="https://creativecommons.org/publicdomain/zero/1.0/",
    ),
)
"""The first is offered first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``standard`` is the id of one, "" for none; ``language`` that of the marked workbook; ``about`` what the form says."""

    want: Want = "report"
    standard: str = ""
    language: str = "ja"
    about: Mapping[str, str] = field(default_factory=dict)


def shown(name: str) -> str:
    """The name of a file that was sent, without its folders (of either kind of system), as it can be shown and kept."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return printable(_DIRECTIONS.sub("", last), LONGEST_NAME) or "table"


def in_words(rules: Iterable[str], language: str) -> str:
    """What the rules did that changed a cell."""
    return ("、" if language == "ja" else "; ").join(translate(RULES.get(each, each), language) for each in rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A cell that was brought into the standard's form: its name in the file that was given (D12), and the rules that did it."""

    cell: str
    field: str
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How a column reads where nobody has said what it is: ``type`` as in Table Schema, "" where every cell is empty."""

    name: str
    position: int
    type: str
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``rows`` of data; ``doubtful`` of them have an error or a warning."""

    name: str
    title: Text
    rows: int
    doubtful: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A file to be saved."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a file. ``report`` and ``lanes`` as ``validation.Outcome`` has them.

    ``problems`` are all findings, stock's first; ``findings`` those that the report does not hold.
    """

    file: str
    kind: Kind = "table"
    report: Json = field(default_factory=lambda: NO_REPORT)
    problems: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    lanes: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    columns: tuple[Column, ...] = ()
    changes: tuple[Mended, ...] = ()
    product: Product | None = None

    @property
    def valid(self) -> bool:
        """Nothing has to be mended."""
        return bool(self.report["valid"]) and not any(each.severity == "error" for each in self.problems)


def for_child(settings: Settings) -> Settings:
    """The settings as a process that meets strangers' bytes may know them: limits, and nothing of the store."""
    largest = min(settings.max_package_bytes, UNPACKED * settings.max_upload_bytes)
    return replace(settings, home="", database="", files="", max_package_bytes=largest)
