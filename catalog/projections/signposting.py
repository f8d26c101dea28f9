"""A linkset (RFC 9264) of a dataset after the FAIR Signposting profile: where to go from its page, files and descriptions.

The profile's level 2 wants every link in both directions, typed, in one document. Its relations: ``cite-as``, ``describedby``,
``item``, ``license``, ``author`` and ``type`` on the page, ``collection`` on a file, ``describes`` on a description.
"""

from catalog import media
from catalog.addresses import Addresses
from catalog.media import Format
from catalog.projections.croissant import CONFORMS_TO
from catalog.projections.record import File, Record, Shown

PAGE_TYPES = ("https://schema.org/AboutPage", "https://schema.org/Dataset")


def linkset(record: Record) -> Shown:
    """The links of the dataset's page, of each of its files, and of each description of it."""
    page, described = record.dataset.iri, descriptions(record.publication.id, record.addresses)
    items = [_target(each.distribution.download_url, each.format) for each in record.downloads]
    from_page: Shown = {
        "anchor": page,
        "cite-as": [_target(page)],
        "type": [_target(each) for each in PAGE_TYPES],
        "author": [_target(each.iri) for each in record.creators],
        "license": [_target(each) for each in record.license_addresses()],
        "describedby": [_target(address, format_) for address, format_ in described],
        "item": items,
    }
    from_files = [_of_file(record, each) for each in record.downloads]
    from_descriptions = [
        {"anchor": address, "describes": [_target(page, media.HTML)], "cite-as": [_target(page)]} for address, _ in described
    ]
    links = [from_page, *from_files, *from_descriptions]
    return {"linkset": [{name: value for name, value in each.items() if value} for each in links]}


def descriptions(id_: str, addresses: Addresses) -> list[tuple[str, Format]]:
    """The addresses of every description of a dataset for machines, with their formats."""
    return [
        *((addresses.dataset(id_, suffix=each.suffix), each) for each in (*media.RDF, media.JSON)),
        (addresses.croissant(id_), media.CROISSANT),
        (addresses.datapackage(id_), media.DATA_PACKAGE),
    ]


def _of_file(record: Record, file: File) -> Shown:
    publication, addresses = record.publication, record.addresses
    described = []
    if file.resource is not None and file.schema is not None:
        described = [
            _target(addresses.csvw(publication.id, publication.version, file.resource.name), media.CSVW),
            _target(addresses.schema(publication.id, file.resource.name, publication.version), media.HTML),
        ]
    return {
        "anchor": file.distribution.download_url,
        "collection": [_target(record.dataset.iri, media.HTML)],
        "license": [_target(each) for each in record.license_addresses()],
        "describedby": described,
        "type": [_target("https://schema.org/DataDownload")],
    }


def _target(address: str, format_: Format | None = None) -> Shown:
    found = {"href": address, "type": format_.media_type} if format_ else {"href": address}
    return found | {"profile": CONFORMS_TO} if format_ is media.CROISSANT else found
