"""Links of the Link header (RFC 8288) by which a machine finds its way: licence, citation, description, files."""

from catalog import media
from catalog.model import Publication, StoredFile
from catalog.web.responses import Link
from catalog.web.site import site


def of_dataset_page(publication: Publication) -> tuple[Link, ...]:
    """From the page of a dataset: what to cite, the same description for machines, the package, the licence."""
    public, id_ = site().public, publication.id
    described = [
        Link(public.dataset(id_, suffix=each.suffix), "describedby", each.media_type) for each in (*media.RDF, media.JSON)
    ]
    package = [
        Link(public.download(id_, publication.version, each.path), "item", each.media_type)
        for each in publication.files
        if each.role == "package"
    ]
    return (Link(public.dataset(id_), "cite-as"), *described, *package, *licenses(publication))


def of_description(publication: Publication) -> tuple[Link, ...]:
    """From a machine's description of a dataset: what it describes, and the page for people."""
    dataset = site().public.dataset(publication.id)
    page = Link(dataset, "alternate", media.HTML.media_type)
    return (Link(dataset, "cite-as"), Link(dataset, "describes"), page, *licenses(publication))


def of_file(publication: Publication, file: StoredFile) -> tuple[Link, ...]:
    """From a file: its lasting address, its newest state, its dataset, the definition of its columns, the licence."""
    public, id_ = site().public, publication.id
    if file.role == "table":
        definition = Link(public.schema(id_, file.resource, publication.version), "describedby", media.HTML.media_type)
    else:
        definition = Link(public.dataset(id_, suffix=media.JSON_LD.suffix), "describedby", media.JSON_LD.media_type)
    return (
        Link(public.download(id_, publication.version, file.path), "cite-as"),
        Link(public.download(id_, "latest", file.path), "latest-version"),
        Link(public.dataset(id_), "collection"),
        definition,
        *licenses(publication),
    )


def licenses(publication: Publication) -> tuple[Link, ...]:
    """The licences that have an address (a package may name one by a file of its own)."""
    paths = (each.path for each in publication.package.licenses)
    return tuple(Link(each, "license") for each in paths if each.startswith(("http://", "https://")))
