"""A table in one of its forms: which there are, what each is called, what it follows from. Light: nothing is made here."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from typing import Literal
from urllib.parse import quote

from catalog import media
from catalog.media import Format
from catalog.model import Publication, Resource, StoredFile

EDITION = "1"
"""Grows when the same table is written otherwise than before: every variant then has another ETag."""

FORMATS: tuple[Format, ...] = (media.CSV, media.XLSX, media.JSON, media.NDJSON, media.PARQUET, media.GEOJSON)
"""What a table may be had in; GeoJSON where it says where its rows are."""

LABELS, CODES = ("name", "ja", "en"), ("code", "ja", "en")
_LIBRARIES = ("duckdb", "xlsxwriter")
_SAFE = re.compile(r"[A-Za-z0-9._-]+")
_NOT_IN_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Options:
    """``labels``: what columns are called, their names or their titles; ``codes``: codes or their labels; ``excel``: for CSV."""

    labels: Literal["name", "ja", "en"] = "name"
    codes: Literal["code", "ja", "en"] = "code"
    excel: bool = False

    @property
    def suffix(self) -> str:
        """What tells the file from the plain one, in its name."""
        parts = [
            self.labels if self.labels != "name" else "",
            f"codes-{self.codes}" if self.codes != "code" else "",
            "excel" if self.excel else "",
        ]
        return "".join(f"_{each}" for each in parts if each)


PLAIN = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A table of one version, in a format, with options. ``base_url`` is what addresses inside it begin with."""

    publication: Publication
    table: Resource
    format: Format
    options: Options = PLAIN
    base_url: str = ""

    @property
    def file(self) -> str:
        """The last part of its address."""
        return f"{self.table.name}{self.format.suffix}"

    @property
    def stored(self) -> StoredFile | None:
        """The bytes that were stored when the version was published, where these are they."""
        return self.publication.file(self.file) if self.options == PLAIN else None

    @property
    def canonical(self) -> StoredFile:
        """The CSV that everything else follows from."""
        found = self.publication.file(f"{self.table.name}{media.CSV.suffix}")
        assert found is not None, "every published table has its CSV"
        return found

    @property
    def key(self) -> str:
        """Names the bytes: SHA-256 of the content they follow from, the format, the options and the edition of the writers."""
        parts = [self.canonical.sha256, self.publication.id, self.publication.version, self.table.name, self.format.name]
        return _digest([*parts, asdict(self.options), self.base_url, EDITION, _libraries()])

    @property
    def etag(self) -> str:
        """The strong validator of the bytes."""
        return self.stored.sha256 if self.stored else self.key

    def disposition(self) -> str:
        """To be saved, never shown (RFC 6266): in ASCII by id, version and table; with Japanese labels by its title."""
        number = f"v{self.publication.version}"
        tail = f"{self.options.suffix}{self.format.suffix}"
        plain = f"{self.publication.id}_{number}_{self.table.name}{tail}"
        title = (str(self.table.title) or str(self.publication.package.title)) if self.options.labels == "ja" else ""
        own = f"{_NOT_IN_NAME.sub('', title).strip(' .')[:_LONGEST]}_{number}{tail}" if title else plain
        return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(own, safe='')}"


def variant(publication: Publication, file: str, options: Options = PLAIN, base_url: str = "") -> Variant | None:
    """The table in the form that the last part of a download address names; None where it names none."""
    name, _point, suffix = file.rpartition(".")
    found = next((each for each in FORMATS if each.name == suffix), None)
    table = next((each for each in publication.package.tables() if each.name == name), None)
    if found is None or table is None or publication.file(f"{table.name}{media.CSV.suffix}") is None:
        return None
    if found is media.GEOJSON and not located(table):
        return None
    return Variant(publication=publication, table=table, format=found, options=options, base_url=base_url)


def located(table: Resource) -> bool:
    """Whether the schema says where the rows are."""
    from catalog.formats.coordinates import coordinates_of

    return table.schema is not None and coordinates_of(table.schema.fields) is not None


def offered(publication: Publication, table: Resource) -> tuple[Variant, ...]:
    """Every plain form of a table, in the order in which they are shown; no workbook of what a sheet has no room for."""
    formats = (each for each in FORMATS if each is not media.XLSX or fits_a_sheet(publication, table))
    found = (variant(publication, f"{table.name}{each.suffix}") for each in formats)
    return tuple(each for each in found if each is not None)


def fits_a_sheet(publication: Publication, table: Resource) -> bool:
    """Whether a workbook has room for a table."""
    columns = len(table.schema.fields) if table.schema else 0
    return publication.rows.get(table.name, 0) < media.SHEET_ROWS and columns <= media.SHEET_COLUMNS


@cache
def _libraries() -> tuple[str, ...]:
    return tuple(f"{each} {version(each)}" for each in _LIBRARIES)


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
