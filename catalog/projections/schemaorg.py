"""schema.org/Dataset as JSON-LD: what search engines for data read in the page of a dataset.

Google's guide to Dataset asks for a description of 50 to 5,000 characters and takes plain texts, not texts with a language;
so each page speaks its reader's language, and the other title stands beside as ``alternateName``.
"""

from collections.abc import Iterable
from functools import partial

from catalog.dcat.nouns import Agent, ContactPoint, Location, PeriodOfTime
from catalog.model import Box, Field, Text
from catalog.projections.record import File, Record, Shown, only, without_empty

SHORTEST, LONGEST = 50, 5_000
"""Characters of a description that Google's Dataset Search takes."""


def dataset(record: Record, language: str) -> Shown:
    """The dataset in the reader's language."""
    noun, publication = record.dataset, record.publication
    other = "en" if language == "ja" else "ja"
    alternate = getattr(noun.title, other)
    keywords = sorted(noun.keywords_en if language == "en" and noun.keywords_en else noun.keywords or noun.keywords_en)
    return without_empty(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": noun.iri,
            "url": noun.iri,
            "identifier": noun.identifier,
            "name": noun.title.within(language),
            "alternateName": alternate if alternate != noun.title.within(language) else "",
            "description": description(record, language),
            "keywords": keywords,
            "inLanguage": only([each for each in ("ja", "en") if getattr(noun.title, each)]),
            "license": only(record.license_addresses()),
            "isAccessibleForFree": True,
            "creator": only([agent(each, language) for each in record.creators]),
            "publisher": agent(record.publisher, language, noun.contact_point),
            "datePublished": publication.issued,
            "dateModified": publication.modified,
            "version": noun.version,
            "temporalCoverage": temporal_coverage(noun.temporal),
            "spatialCoverage": only([*map(partial(place, language=language), _by_iri(noun.spatial)), *_box(publication.box)]),
            "isBasedOn": only(sorted(noun.sources)),
            "sameAs": noun.landing_page if noun.landing_page != noun.iri else "",
            "includedInDataCatalog": {
                "@type": "DataCatalog",
                "@id": record.catalog.iri,
                "name": record.catalog.title.within(language),
                "url": record.catalog.homepage,
            },
            "sdLicense": record.catalog.license.iri if record.catalog.license else "",
            "distribution": [_download(each, language) for each in record.downloads],
            "variableMeasured": [
                _variable(record, each, column, language)
                for each in record.files
                if each.schema is not None
                for column in each.schema.fields
            ],
        }
    )


def description(record: Record, language: str) -> str:
    """The description; where it is too short to be shown, what else is known in words stands behind it."""
    noun = record.dataset
    parts = [noun.description.within(language)]
    more = [noun.title, noun.provenance.description if noun.provenance else Text()]
    more += [each.distribution.title for each in record.files]
    for text in more:
        if len(_joined(parts)) >= SHORTEST:
            break
        if text and text.within(language) not in parts:
            parts.append(text.within(language))
    whole = _joined(parts)
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def _joined(parts: list[str]) -> str:
    return "\n".join(parts)


def agent(value: Agent, language: str, contact: ContactPoint | None = None) -> Shown:
    """An organisation; one whose kind is known is a government's."""
    return without_empty(
        {
            "@type": "GovernmentOrganization" if value.type else "Organization",
            "@id": value.iri,
            "name": value.name.within(language),
            "url": value.homepage or value.iri,
            "contactPoint": without_empty(
                {
                    "@type": "ContactPoint",
                    "name": contact.name,
                    "email": contact.email,
                    "telephone": contact.telephone,
                    "url": contact.url,
                }
            )
            if contact
            else None,
        }
    )


def temporal_coverage(period: PeriodOfTime | None) -> str:
    """A time interval of ISO 8601; ``..`` is an open end."""
    if period is None:
        return ""
    start, end = (each.isoformat() if each else ".." for each in (period.start, period.end))
    return f"{start}/{end}"


def place(value: Location, language: str) -> Shown:
    """An area."""
    return without_empty({"@type": "Place", "@id": value.iri, "name": value.label.within(language)})


def _by_iri(areas: Iterable[Location]) -> list[Location]:
    return sorted(areas, key=lambda each: each.iri)


def _box(box: Box | None) -> list[Shown]:
    """Where the places of the tables are; schema.org writes latitude before longitude."""
    if box is None:
        return []
    corners = f"{box.south:g} {box.west:g} {box.north:g} {box.east:g}"
    return [{"@type": "Place", "geo": {"@type": "GeoShape", "box": corners}}]


def _download(file: File, language: str) -> Shown:
    noun = file.distribution
    return without_empty(
        {
            "@type": "DataDownload",
            "@id": noun.iri,
            "name": noun.title.within(language),
            "description": noun.description.within(language),
            "contentUrl": noun.download_url,
            "encodingFormat": file.format.media_type,
            "contentSize": f"{file.stored.bytes} B",
            "sha256": file.stored.sha256,
            "license": noun.license.iri if noun.license else "",
        }
    )


def _variable(record: Record, file: File, column: Field, language: str) -> Shown:
    assert file.resource is not None, "columns belong to a table"
    iri = record.addresses.field(record.publication.id, file.resource.name, column.name)
    return without_empty(
        {
            "@type": "PropertyValue",
            "@id": iri,
            "url": iri,
            "name": column.title.within(language) or column.name,
            "alternateName": column.name if column.title.within(language) else "",
            "description": column.description.within(language),
            "unitText": column.definition.unit,
        }
    )
