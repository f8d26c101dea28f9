"""What the store answers with, and a publication as text.

The text is JSON through cattrs. Every field is written, defaults too: a later program may have other defaults.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from sqlalchemy import Row

from catalog.dcat.binding import Bound, Part
from catalog.dcat.packing import Packed, gzipped, is_zstd, pack, plain, zstd
from catalog.errors import StoreError
from catalog.model import Agent, Package, Publication, Text

CATALOG_KEY = "@catalog"
"""Key of the documents that describe the catalogue itself; no dataset id can be the same."""

RENDERED_FOR = "rendered-for"
"""What the catalogue remembers: the edition (``dcat.edition``) of every stored description and feed page."""
DESCRIBED_FOR = "described-for"
"""What the catalogue remembers: what the statements of every stored description follow from (``dcat.edition.describing``)."""
WRITTEN_AS = "written-as"
"""What the catalogue remembers: how every stored description is written (``dcat.edition.writing``)."""
IDENTITY = "identity"
"""What the catalogue remembers: the settings that show in descriptions, as they were when these were rendered."""
ISSUED = "issued"
"""What the catalogue remembers: when something was published here for the first time, its own dct:issued."""


SHAPES_ALL, SHAPES_LAST = "shapes-all", "shapes-last"
"""What the catalogue remembers: what came of holding all descriptions, and the one published last, against the shapes."""


def page_key(number: int) -> str:
    """Key of the documents that are a page of the feed."""
    return f"@page-{number}"


def part_format(format_: str, part: Part) -> str:
    """What stands for the format of a part of a page: the page's own, and the number of the part."""
    return f"{format_}/{part.number}"


def bound_of(row: Row[Any]) -> Bound | None:
    """The parts of which a page is made, out of its row; None where that says something else than it was told."""
    try:
        found = Bound.of(row.body)
    except (ValueError, KeyError, TypeError):
        return None
    return found if (found.format, found.etag) == (row.format, row.etag) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What came of holding descriptions against the shapes: when, how many, how often a rule was broken.

    ``dataset`` is the only one, where one was published.
    """

    at: str
    datasets: int
    faults: int
    dataset: str = ""

    def text(self) -> str:
        """As the catalogue remembers it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str | None) -> "Held | None":
        """What was remembered; None where nothing was."""
        return cls(**json.loads(text)) if text else None


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


def summary_of(row: Row[Any]) -> Summary:
    """A row of the table of datasets."""
    return Summary(
        id=row.id,
        version=row.latest,
        title=Text(row.title_ja, row.title_en),
        description=Text(row.description_ja, row.description_en),
        publisher=agent_of(row),
        issued=row.issued,
        modified=row.modified,
        sample=row.sample,
        keywords=tuple(row.keywords),
        keywords_en=tuple(row.keywords_en),
        themes=tuple(row.themes),
    )


def agent_of(row: Row[Any]) -> Agent:
    """The publisher in a row of the table of datasets."""
    return Agent(id=row.publisher_id, name=Text(row.publisher_name_ja, row.publisher_name_en), uri=row.publisher_uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One line of a dataset's history. ``issued`` is when this version was published; ``package_version`` is the steward's.

    ``packaged``: the version has the whole package as a zip; of what was only described there is none. ``follows``: and so has
    the version before it, so that their tables can be compared.
    """

    version: int
    issued: str
    package_version: str
    digest: str
    note: str
    breaking: str
    valid: bool
    packaged: bool = True
    follows: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A description rendered at publish. ``etag`` is the SHA-256 of ``body``; ``stored`` is that as gzip or Zstandard."""

    key: str
    format: str
    stored: bytes
    etag: str
    modified: str

    @property
    def body(self) -> bytes:
        """The bytes as rendered."""
        return plain(self.stored)

    @property
    def compressed(self) -> bytes:
        """The bytes as gzip (RFC 1952)."""
        return gzipped(self.body) if is_zstd(self.stored) else self.stored

    @property
    def zstd(self) -> bytes:
        """The bytes as Zstandard (RFC 8878)."""
        return self.stored if is_zstd(self.stored) else zstd(self.body)

    def row(self) -> dict[str, Any]:
        """As the table has it."""
        columns = {"key": self.key, "format": self.format, "body": self.stored}
        return columns | {"etag": self.etag, "modified": self.modified}


def rendered(key: str, format_: str, body: bytes, modified: str) -> Document:
    """A document of these bytes."""
    return packed_document(key, format_, pack(body), modified)


def packed_document(key: str, format_: str, packed: Packed, modified: str) -> Document:
    """A document of bytes that are packed already."""
    return Document(key=key, format=format_, stored=packed.stored, etag=packed.etag, modified=modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The documents of a visible dataset's latest version, by format name, as they are stored."""

    dataset: str
    version: int
    documents: Mapping[str, Packed]


def document_of(row: Row[Any]) -> Document:
    """A row of the table."""
    return Document(key=row.key, format=row.format, stored=row.body, etag=row.etag, modified=row.modified)


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
class Version:
    """What is to become the latest version of a dataset, with its descriptions by format name, and its flat addresses."""

    publication: Publication
    documents: Mapping[str, bytes]
    addresses: Mapping[str, Target]


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
