"""What the store answers with, and a publication as text.

The text is JSON through cattrs. Every field is written, defaults too: a later program may have other defaults.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from sqlalchemy import Row

from catalog.errors import StoreError
from catalog.model import Agent, Package, Publication, Text

CATALOG_KEY = "@catalog"
"""Key of the documents that describe the catalogue itself; no dataset id can be the same."""

RENDERED_FOR = "rendered-for"
"""What the catalogue remembers: the edition (``dcat.edition``) of every stored description and feed page."""
IDENTITY = "identity"
"""What the catalogue remembers: the settings that show in descriptions, as they were when these were rendered."""
ISSUED = "issued"
"""What the catalogue remembers: when something was published here for the first time, its own dct:issued."""


def page_key(number: int) -> str:
    """Key of the documents that are a page of the feed."""
    return f"@page-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a list shows of a visible dataset. ``issued`` is its first publication, ``modified`` its latest."""

    id: str
    version: int
    title: Text
    description: Text
    publisher: Agent
    issued: str
    modified: str
    sample: bool
    keywords: tuple[str, ...]
    keywords_en: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One line of a dataset's history. ``issued`` is when this version was published; ``package_version`` is the steward's."""

    version: int
    issued: str
    package_version: str
    digest: str
    note: str
    breaking: str
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A description rendered at publish. ``etag`` is the SHA-256 of ``body``; ``compressed`` is the same as gzip (RFC 1952)."""

    key: str
    format: str
    compressed: bytes
    etag: str
    modified: str

    @property
    def body(self) -> bytes:
        """The bytes as rendered."""
        return gzip.decompress(self.compressed)

    def row(self) -> dict[str, Any]:
        """As the table has it."""
        columns = {"key": self.key, "format": self.format, "body": self.compressed}
        return columns | {"etag": self.etag, "modified": self.modified}


def rendered(key: str, format_: str, body: bytes, modified: str) -> Document:
    """A document of these bytes."""
    compressed = gzip.compress(body, compresslevel=6, mtime=0)
    etag = hashlib.sha256(body).hexdigest()
    return Document(key=key, format=format_, compressed=compressed, etag=etag, modified=modified)


def document_of(row: Row[Any]) -> Document:
    """A row of the table."""
    return Document(key=row.key, format=row.format, compressed=row.body, etag=row.etag, modified=row.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A table of a visible dataset that follows a standard, or (``field``) a column of it whose values are codes of a list."""

    dataset: str
    title: Text
    sample: bool
    resource: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a flat address leads to. ``version`` 0 is whichever is the latest; ``name`` is a column's or a format's."""

    kind: str
    dataset: str
    version: int = 0
    resource: str = ""
    name: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A flat address of a visible dataset and what it leads to; ``modified`` is when that dataset was published last."""

    address: str
    target: Target
    modified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a dataset stands, for the writer: its last number ever, and what that version was.

    ``publisher`` owns the dataset; ``issued`` is the first publication; ``modified`` is the time that no later one may precede.
    """

    number: int
    withdrawn: bool
    publisher: str
    digest: str
    issued: str
    modified: str


def later(*times: str) -> str:
    """The latest of some ISO 8601 times, as it was written; an empty one is before all others, one without zone is UTC."""
    return max(times, key=_instant)


def _instant(time: str) -> datetime:
    if not time:
        return datetime.min.replace(tzinfo=UTC)
    instant = datetime.fromisoformat(time)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook_factory(
        lambda kind: kind is Package, lambda _: make_dict_unstructure_fn(Package, converter, root=override(omit=True))
    )
    converter.register_structure_hook_factory(
        lambda kind: kind is Package, lambda _: make_dict_structure_fn(Package, converter, root=override(omit=True))
    )
    return converter


_CONVERTER = _converter()


def dump(publication: Publication) -> str:
    """The publication as JSON. ``package.root`` is left out: it is a folder of the moment."""
    return json.dumps(_CONVERTER.unstructure(publication), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def load(record: str, dataset: str, version: int) -> Publication:
    """The publication that ``dump`` wrote; fields that the model has gained since take their defaults.

    Raises StoreError("record-unreadable") naming ``dataset`` and ``version``.
    """
    try:
        content: Any = json.loads(record)
        return _CONVERTER.structure(content, Publication)
    except Exception as error:  # cattrs lets any conversion's exception through, a bare Exception for literals
        raise StoreError("record-unreadable", dataset=dataset, version=version) from error
