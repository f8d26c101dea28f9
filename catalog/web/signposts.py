"""Links of the Link header (RFC 8288) by which a machine finds its way: licence, citation, description, files."""

from catalog import media
from catalog.model import Publication, StoredFile
from catalog.projections.signposting import PAGE_TYPES, descriptions
from catalog.web.records import record
from catalog.web.responses import Link
from catalog.web.site import site

_ITEMS = 20
"""Files that stand in a header; where there are more, the linkset has them all."""


def of_dataset_page(publication: Publication) -> tuple[Link, ...]:
    """From the page of a dataset: what to cite, who made it, its descriptions for machines, its files, the licence."""
    public, id_, known = site().public, publication.id, record(publication)
    items = [each for each in known.files if len(known.files) <= _ITEMS or each.resource is None]
    return (
        Link(public.dataset(id_), "cite-as"),
        Link(public.linkset(id_), "linkset", media.LINKSET.media_type),
        *(Link(each, "type") for each in PAGE_TYPES),
        *(Link(each.iri, "author") for each in known.creators[:_ITEMS]),
        *(Link(address, "describedby", each.media_type) for address, each in descriptions(id_, public)),
        *(Link(each.distribution.download_url, "item", each.format.media_type) for each in items),
        *licenses(publication),
    )


def of_description(publication: Publication) -> tuple[Link, ...]:
    """From a machine's description of a dataset: what it describes, and the page for people."""
    dataset = site().public.dataset(publication.id)
    page = Link(dataset, "alternate", media.HTML.media_type)
    return (Link(dataset, "cite-as"), Link(dataset, "describes"), page, *licenses(publication))


def of_file(publication: Publication, file: StoredFile) -> tuple[Link, ...]:
    """From a file: its lasting address, its newest state, its dataset, the definition of its columns, the licence."""
    public, id_ = site().public, publication.id
    if file.role == "table":
        definitions: tuple[Link, ...] = (
            Link(public.csvw(id_, publication.version, file.resource), "describedby", media.CSVW.media_type),
            Link(public.schema(id_, file.resource, publication.version), "describedby", media.HTML.media_type),
        )
    else:
        definitions = (Link(public.dataset(id_, suffix=media.JSON_LD.suffix), "describedby", media.JSON_LD.media_type),)
    return (
        *definitions,  # first: the csvw package warns of every link that it meets before its own
        Link(public.download(id_, publication.version, file.path), "cite-as"),
        Link(public.download(id_, "latest", file.path), "latest-version"),
        Link(public.dataset(id_), "collection"),
        *licenses(publication),
    )


def licenses(publication: Publication) -> tuple[Link, ...]:
    """The licences that have an address (a package may name one by a file of its own)."""
    paths = (each.path for each in publication.package.licenses)
    return tuple(Link(each, "license") for each in paths if each.startswith(("http://", "https://")))
