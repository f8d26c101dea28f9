"""Project Open Data 1.1: ``data.json``, the whole catalogue in one file, as data.gov's harvester and its kin read it.

Fields and forms: project-open-data.cio.gov/v1.1/schema. ``bureauCode`` and ``programCode`` are those of the United States'
federal agencies and do not apply. The schema knows no languages, so texts are in the catalogue's first one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from catalog import words
from catalog.addresses import Addresses
from catalog.projections.record import File, Record, Shown, without_empty

_SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
_FREQUENCIES: Mapping[str, str] = {
    "1MIN": "R/PT1M", "5MIN": "R/PT5M", "10MIN": "R/PT10M", "15MIN": "R/PT15M", "30MIN": "R/PT30M", "HOURLY": "R/PT1H",
    "BIHOURLY": "R/PT2H", "TRIHOURLY": "R/PT3H", "12HRS": "R/PT12H", "DAILY": "R/P1D", "DAILY_2": "R/PT12H",
    "DAILY_3": "R/PT8H", "WEEKLY": "R/P1W", "WEEKLY_2": "R/P3.5D", "WEEKLY_3": "R/P0.33W", "BIWEEKLY": "R/P2W",
    "MONTHLY": "R/P1M", "MONTHLY_2": "R/P0.5M", "MONTHLY_3": "R/P0.33M", "BIMONTHLY": "R/P2M", "QUARTERLY": "R/P3M",
    "ANNUAL": "R/P1Y", "ANNUAL_2": "R/P6M", "ANNUAL_3": "R/P4M", "BIENNIAL": "R/P2Y", "TRIENNIAL": "R/P3Y",
    "QUADRENNIAL": "R/P4Y", "QUINQUENNIAL": "R/P5Y", "DECENNIAL": "R/P10Y", "BIDECENNIAL": "R/P20Y", "TRIDECENNIAL": "R/P30Y",
    "CONT": "R/PT1S", "UPDATE_CONT": "R/PT1S", "IRREG": "irregular", "AS_NEEDED": "irregular",
}  # fmt: skip
"""EU frequencies as repeating intervals of ISO 8601; those that are none of both are left out."""


def catalog(records: Iterable[Record], addresses: Addresses, language: str) -> Iterator[bytes]:
    """The file piece by piece: one dataset a line, so that no catalogue is too large for it."""
    head = {
        "@context": f"{_SCHEMA}/catalog.jsonld",
        "@id": addresses.open_data(),
        "@type": "dcat:Catalog",
        "conformsTo": _SCHEMA,
        "describedBy": f"{_SCHEMA}/catalog.json",
    }
    yield _encoded(head)[:-1] + b', "dataset": [\n'
    for number, record in enumerate(records):
        yield (b",\n" if number else b"") + _encoded(dataset(record, language))
    yield b"\n]}\n"


def _encoded(value: Shown) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def dataset(record: Record, language: str) -> Shown:
    """One dataset."""
    noun, publication, package = record.dataset, record.publication, record.publication.package
    period, licenses = noun.temporal, record.license_addresses()
    themes = [each.within(language) for each in words.themes_of(package.themes)]
    return without_empty(
        {
            "@type": "dcat:Dataset",
            "identifier": noun.identifier,
            "title": noun.title.within(language),
            "description": noun.description.within(language),
            "keyword": sorted(noun.keywords | noun.keywords_en) or themes or [noun.title.within(language)],
            "issued": publication.issued,
            "modified": publication.modified,
            "publisher": {"@type": "org:Organization", "name": record.publisher.name.within(language)},
            "contactPoint": _contact(record, language),
            "accessLevel": "public",
            "license": licenses[0] if licenses else None,
            "accrualPeriodicity": _FREQUENCIES.get(package.frequency),
            "language": [each for each in ("ja", "en") if getattr(noun.title, each)],
            "spatial": "; ".join(sorted(each.label.within(language) or each.iri for each in noun.spatial)),
            "temporal": f"{period.start}/{period.end}" if period and period.start and period.end else None,
            "theme": themes,
            "landingPage": noun.landing_page,
            "references": sorted(noun.sources),
            "conformsTo": min((each.iri for each in noun.conforms_to), default=None),
            "distribution": [_distribution(record, each, language) for each in record.downloads],
        }
    )


def _contact(record: Record, language: str) -> Shown:
    """Whom to ask. The schema demands an address and allows an empty one: none is invented."""
    contact = record.dataset.contact_point
    return {
        "@type": "vcard:Contact",
        "fn": contact.name if contact and contact.name else record.publisher.name.within(language),
        "hasEmail": f"mailto:{contact.email if contact else ''}",
    }


def _distribution(record: Record, file: File, language: str) -> Shown:
    noun, publication = file.distribution, record.publication
    found: Shown = {
        "@type": "dcat:Distribution",
        "title": noun.title.within(language),
        "description": noun.description.within(language),
        "accessURL": noun.access_url,
        "downloadURL": noun.download_url,
        "mediaType": file.format.media_type,
        "format": file.format.label,
    }
    if file.resource is not None and file.schema is not None:
        schema = record.addresses.schema(publication.id, file.resource.name, publication.version)
        found |= {"conformsTo": schema, "describedBy": schema, "describedByType": "text/html"}
    return without_empty(found)
