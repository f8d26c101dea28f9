"""The nouns, frozen. Named as their standards name them: Data Package and Table Schema v2, DCAT 3, SKOS.

No behaviour that touches the world: a value here is read by ``datapackage``, checked by ``validation``, kept by
``store`` (as JSON through cattrs, so every field needs an annotation that says its shape), shown by ``web``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from catalog.errors import Finding

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
Role = Literal["table", "file"]
Obligation = Literal["mandatory", "recommended", "optional"]
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Japanese and English; either may be empty."""

    ja: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.ja or self.en)

    def __str__(self) -> str:
        return self.ja or self.en

    def within(self, language: str) -> str:
        """The text in ``language``, or in the other one where this is empty."""
        return (self.en or self.ja) if language == "en" else (self.ja or self.en)

    def language(self, wanted: str) -> Language:
        """The language that ``within(wanted)`` answers in, for the ``lang`` attribute."""
        other: Language = "ja" if wanted == "en" else "en"
        own: Language = "en" if wanted == "en" else "ja"
        return own if getattr(self, own) else other


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who publishes (foaf:Agent). ``id``: local-government code, corporate number or slug."""

    id: str
    name: Text
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask (vcard:Kind)."""

    name: str
    email: str = ""
    telephone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """ISO 8601 dates, both ends included; either may be empty for an open end."""

    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the earth between two meridians and two parallels, in degrees (WGS 84)."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """As in Data Package: ``name`` an Open Definition id, ``path`` the address of the text."""

    name: str = ""
    title: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the facts come from; ``path`` is an address or empty."""

    title: str = ""
    path: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """Who took part; ``roles`` are Data Package roles."""

    title: str = ""
    path: str = ""
    organization: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardRef:
    """The standard and edition that a table declares; ``edition`` empty means the current one."""

    id: str
    edition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a column means and how it comes about: the field-level ``definition`` object (docs/descriptor.md).

    ``derivation`` is a list of rules as JSON objects, applied in order; ``derivation.rules_of`` reads them.
    """

    section: str = ""
    source: str = ""
    obligation: Obligation | None = None
    unit: str = ""
    codelist: str = ""
    property: str = ""
    personal: bool = False
    derivation: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column. ``options`` are the type's own properties (``trueValues``, ``groupChar``, ``categories`` …)."""

    name: str
    type: str = "any"
    format: str = "default"
    title: Text = Text()
    description: Text = Text()
    example: str = ""
    constraints: Json = field(default_factory=dict)
    missing_values: tuple[str, ...] | None = None
    rdf_type: str = ""
    options: Json = field(default_factory=dict)
    definition: Definition = Definition()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """``fields`` of this table point at ``reference_fields`` of ``resource`` ("" is this table itself)."""

    fields: tuple[str, ...]
    resource: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Table Schema."""

    fields: tuple[Field, ...]
    missing_values: tuple[str, ...] = ("",)
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    fields_match: str = "exact"
    title: Text = Text()
    description: Text = Text()

    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(each.name for each in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file of the package. ``path`` is relative, with forward slashes; a "file" has no schema."""

    name: str
    path: str
    role: Role = "table"
    title: Text = Text()
    description: Text = Text()
    format: str = "csv"
    media_type: str = ""
    encoding: str = "utf-8"
    dialect: Json = field(default_factory=dict)
    schema: Schema | None = None
    bytes: int | None = None
    hash: str = ""
    standard: StandardRef | None = None
    derivation: Json = field(default_factory=dict)


ViewKind = Literal["figure", "bars", "matrix", "timeline", "finder"]
Function = Literal["count", "sum", "min", "max", "distinct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a view asks of one column: it is one of ``values``, none of ``excluded``, not outside the bounds, ``present`` or not.

    Values are spelled as a canonical CSV cell spells them. A missing value meets ``excluded`` and nothing else.
    """

    field: str
    values: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    minimum: str = ""
    maximum: str = ""
    present: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a view counts: rows, or a figure of the column ``field``."""

    function: Function = "count"
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A chart, table or figure that a package declares (docs/views.md).

    ``by`` is the column of bars, of a timeline and of a matrix's rows; ``across`` what splits bars and timelines and makes a
    matrix's columns; ``group`` what bars stand under. ``no_data`` are codes that say nothing, beside those that the rules of
    a column give; ``filters`` and ``columns`` are a finder's.
    """

    name: str
    kind: ViewKind
    table: str
    title: Text
    description: Text = Text()
    note: Text = Text()
    measure: Measure = Measure()
    where: tuple[Condition, ...] = ()
    by: str = ""
    across: str = ""
    group: str = ""
    unit: Literal["", "month", "year", "fiscal-year"] = ""
    sort: str = ""
    zeros: bool = False
    no_data: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a dataset was collected from (docs/harvesting.md). No descriptor says this: only a harvest does.

    ``source`` is the operator's name of that catalogue, ``catalog`` its address. ``iri`` and ``identifier`` are those under
    which the publisher described the dataset, ``described`` is that description as JSON (``dcat.taking``). ``taken``: the
    tables of this package were made of a file that it names; else there are none, and the description is passed on as it is.
    """

    source: str
    catalog: str
    iri: str = ""
    identifier: str = ""
    described: str = ""
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A data package, normalised from v1 or v2: what the steward wrote, before anything is done with it.

    ``root`` is the folder that holds it while it is being prepared (None once it is published);
    ``descriptor`` is the strict, fully resolved JSON (schemas and dialects inlined) that stock frictionless is handed.
    """

    name: str
    title: Text
    description: Text = Text()
    keywords: tuple[str, ...] = ()
    keywords_en: tuple[str, ...] = ()
    version: str = ""
    created: str = ""
    homepage: str = ""
    licenses: tuple[License, ...] = ()
    sources: tuple[Source, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    publisher: Agent | None = None
    contact: Contact | None = None
    themes: tuple[str, ...] = ()
    spatial: tuple[str, ...] = ()
    temporal: Period | None = None
    frequency: str = ""
    landing_page: str = ""
    sample: bool = False
    open: bool = False
    views: tuple[View, ...] = ()
    resources: tuple[Resource, ...] = ()
    files: tuple[str, ...] = ()
    readme: str = ""
    descriptor: Json = field(default_factory=dict)
    raw: "Package | None" = None
    origin: Origin | None = None
    root: Path | None = None

    def tables(self) -> tuple[Resource, ...]:
        """The resources with a schema, in order."""
        return tuple(each for each in self.resources if each.role == "table")

    def is_derived(self) -> bool:
        """Whether any table or column says how it is derived."""
        tables = self.tables()
        return any(
            each.derivation or any(one.definition.derivation for one in (each.schema.fields if each.schema else ()))
            for each in tables
        )

    def resource(self, name: str) -> Resource:
        """The resource of that name; KeyError where there is none."""
        for each in self.resources:
            if each.name == name:
                return each
        raise KeyError(name)


FileRole = Literal["source", "table", "package", "codelist", "standard", "raw", "statistics", "chart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Bytes of one version, by content. ``format`` is a name of ``media.FORMATS`` or "" where we know none.

    ``path`` is the last part of its download address: ``source/data/a.csv`` as the steward gave it, ``projects.csv``,
    ``<id>.zip``, the snapshots of what it used, ``codelists/<name>.json`` and ``standards/<slug>-<edition>.json``, and what was
    worked out of it: ``statistics/<table>.json``, ``charts/figures.json`` with the pictures, ``raw/<table>.parquet``.
    """

    path: str
    sha256: str
    bytes: int
    media_type: str
    role: FileRole
    format: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that a publication needs and that can be worked out before the store is asked.

    ``contents`` maps each file's path to where its bytes lie now (a file inside the package or in ``workspace``);
    ``digest`` names the bytes that the steward gave, ``raw_digest`` those of the raw records they were derived from;
    ``validator`` names the program that made the report, with its version; ``box`` is around every place in the tables.
    """

    package: Package
    files: tuple[StoredFile, ...]
    contents: Mapping[str, Path]
    report: Json
    findings: tuple[Finding, ...]
    digest: str
    raw_digest: str
    rows: Mapping[str, int]
    validator: str
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One immutable, numbered version of a dataset. Times are ISO 8601 with zone, in UTC."""

    id: str
    version: int
    package: Package
    publisher: Agent
    files: tuple[StoredFile, ...]
    report: Json
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    raw_digest: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    validator: str = ""
    issued: str = ""
    modified: str = ""
    note: str = ""
    breaking: str = ""
    box: Box | None = None

    def file(self, path: str) -> StoredFile | None:
        """The file at that download path, or None."""
        return next((each for each in self.files if each.path == path), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line of the change log; ``sequence`` grows by commit, never by clock."""

    sequence: int
    dataset: str
    version: int
    kind: Literal["create", "update", "delete"]
    at: str
