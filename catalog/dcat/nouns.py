"""The nouns of DCAT 3 and DCAT-AP 3.0.1 that we speak, frozen; attributes are named as the vocabulary's terms.

RDF is a set of statements, so what may be many is a frozenset, and everything may be absent ("" or None): another
catalogue's description need not be complete. ``iri`` is "" only where that other catalogue used a blank node.
"""

from dataclasses import dataclass
from datetime import date, datetime

from catalog.model import Text

_NO_TEXT = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """foaf:Agent. ``type`` is an IRI of the ADMS publisher types, ``homepage`` an address."""

    iri: str
    name: Text = _NO_TEXT
    type: str = ""
    homepage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """vcard:Kind. ``email`` and ``telephone`` are bare: the schemes mailto: and tel: stand only in the graph.

    ``organization`` is the name of the body that the contact belongs to.
    """

    iri: str
    name: str = ""
    organization: Text = _NO_TEXT
    email: str = ""
    telephone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """dct:Location. ``label`` is its name, where it is known."""

    iri: str
    label: Text = _NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """dct:Location without a name: a box in Well-Known Text, longitude before latitude. It has no IRI (docs/decisions/0035)."""

    bbox: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOfTime:
    """dct:PeriodOfTime, both days included. It has no IRI (docs/decisions/0011)."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseDocument:
    """dct:LicenseDocument. ``title`` is the one that CKAN's register of licences matches (docs/decisions/0012).

    ``type`` is an IRI of the ADMS licence types.
    """

    iri: str
    title: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsStatement:
    """dct:RightsStatement: what may be done, in words. ``label`` is the name of the licence, by which udata recognises it."""

    iri: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """dct:Standard: the schema of a table, or a standard that a dataset follows."""

    iri: str
    title: Text = _NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceStatement:
    """dct:ProvenanceStatement: how the data came about, in a sentence. ``label`` is it once, for who takes one text only."""

    iri: str
    description: Text = _NO_TEXT
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTypeOrExtent:
    """dct:MediaTypeOrExtent: a format, by its IRI in the EU list of file types. ``label`` is what CKAN shows."""

    iri: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """spdx:Checksum. ``algorithm`` is an IRI, ``value`` lower-case hexadecimal digits."""

    iri: str
    algorithm: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """dqv:Metric: what is measured. ``datatype`` is the IRI of the values' type, ``dimension`` that of a quality dimension."""

    iri: str
    definition: Text = _NO_TEXT
    datatype: str = ""
    dimension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareAgent:
    """prov:SoftwareAgent: a program, in the version that ``name`` tells."""

    iri: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """prov:Activity: the validation of one version. ``used`` are IRIs of the definitions and files that it read."""

    iri: str
    ended: datetime | None = None
    used: frozenset[str] = frozenset()
    agent: SoftwareAgent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasurement:
    """dqv:QualityMeasurement: a number that a validation found, of the distribution whose IRI is ``computed_on``."""

    iri: str
    metric: Metric | None = None
    value: int | None = None
    computed_on: str = ""
    activity: Activity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataService:
    """dcat:DataService: an interface for programs. ``serves`` and ``themes`` are IRIs, ``endpoint_url`` is where it is asked."""

    iri: str
    identifier: str = ""
    title: Text = _NO_TEXT
    description: Text = _NO_TEXT
    endpoint_url: str = ""
    endpoint_description: str = ""
    serves: frozenset[str] = frozenset()
    conforms_to: frozenset[Standard] = frozenset()
    publisher: Agent | None = None
    contact_point: ContactPoint | None = None
    keywords: frozenset[str] = frozenset()
    keywords_en: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    license: LicenseDocument | None = None
    access_rights: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """dcat:Distribution: a dataset as one file. ``byte_size`` counts bytes; times have a zone."""

    iri: str
    title: Text = _NO_TEXT
    description: Text = _NO_TEXT
    access_url: str = ""
    download_url: str = ""
    format: MediaTypeOrExtent | None = None
    media_type: str = ""
    package_format: str = ""
    byte_size: int | None = None
    checksum: Checksum | None = None
    license: LicenseDocument | None = None
    conforms_to: frozenset[Standard] = frozenset()
    access_service: DataService | None = None
    availability: str = ""
    status: str = ""
    quality: frozenset[QualityMeasurement] = frozenset()
    issued: datetime | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """dcat:Dataset. ``keywords`` are the Japanese ones; ``themes``, ``languages``, ``sources`` are IRIs; times have a zone.

    ``derived_from`` is the IRI of the dataset that this one was collected from, in the catalogue of its publisher.
    """

    iri: str
    identifier: str = ""
    title: Text = _NO_TEXT
    description: Text = _NO_TEXT
    publisher: Agent | None = None
    creators: frozenset[Agent] = frozenset()
    contact_point: ContactPoint | None = None
    keywords: frozenset[str] = frozenset()
    keywords_en: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    spatial: frozenset[Location] = frozenset()
    extent: Extent | None = None
    temporal: PeriodOfTime | None = None
    accrual_periodicity: str = ""
    languages: frozenset[str] = frozenset()
    landing_page: str = ""
    licenses: frozenset[LicenseDocument] = frozenset()
    rights: RightsStatement | None = None
    access_rights: str = ""
    provenance: ProvenanceStatement | None = None
    sources: frozenset[str] = frozenset()
    derived_from: str = ""
    conforms_to: frozenset[Standard] = frozenset()
    version: str = ""
    version_notes: frozenset[str] = frozenset()
    issued: datetime | None = None
    modified: datetime | None = None
    distributions: frozenset[Distribution] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """dcat:Catalog itself, without its datasets: those are linked page by page (``feed``)."""

    iri: str
    identifier: str = ""
    title: Text = _NO_TEXT
    description: Text = _NO_TEXT
    publisher: Agent | None = None
    languages: frozenset[str] = frozenset()
    license: LicenseDocument | None = None
    access_rights: str = ""
    accrual_periodicity: str = ""
    spatial: frozenset[Location] = frozenset()
    homepage: str = ""
    theme_taxonomy: str = ""
    issued: datetime | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """csvw:Column and rdf:Property: what one column means. ``position`` counts from 1; ``nulls`` are the missing codes.

    ``rules`` are what values have to keep, ``derivation`` how they come about, ``history`` how the definition changed:
    sentences in both languages. ``aliases`` are other spellings of the header.
    """

    iri: str
    name: str = ""
    label: Text = _NO_TEXT
    definition: Text = _NO_TEXT
    datatype: str = ""
    required: bool | None = None
    position: int | None = None
    property_url: str = ""
    unit: str = ""
    example: str = ""
    citation: str = ""
    nulls: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    rules: frozenset[Text] = frozenset()
    derivation: frozenset[Text] = frozenset()
    history: frozenset[Text] = frozenset()
    codelist: str = ""
    schema: Standard | None = None
    used_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """csvw:Schema and dct:Standard: the columns of a table, of one version of it, or of a standard that tables follow.

    ``references`` are the schemas that its foreign keys point at; ``notes`` say how sure a standard is.
    """

    iri: str
    title: Text = _NO_TEXT
    description: Text = _NO_TEXT
    version: str = ""
    version_of: str = ""
    previous: str = ""
    version_notes: str = ""
    issued: datetime | None = None
    part_of: str = ""
    conforms_to: frozenset[Standard] = frozenset()
    references: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    citation: Text = _NO_TEXT
    notes: frozenset[Text] = frozenset()
    primary_key: frozenset[str] = frozenset()
    columns: frozenset[Column] = frozenset()
    used_by: frozenset[str] = frozenset()
