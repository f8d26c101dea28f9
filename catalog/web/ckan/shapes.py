"""Our datasets, files, publishers and themes in the shapes of CKAN's action API (CKAN 2.11, ``ckan.logic.action.get``).

Ids are UUIDs that follow from our addresses (RFC 9562, version 5); names are our own ids, and both are taken everywhere.
A theme is a group, a publisher an organization. ``datapackage`` is a resource too: clients of the Frictionless Framework
read the whole definition from it.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from catalog import media, words
from catalog.dcat import authorities
from catalog.dcat.taking import Offered
from catalog.model import Agent, Package, Publication, StoredFile, Text
from catalog.search import distributions, elsewhere, uuid_of
from catalog.web.site import site

Shape = dict[str, Any]
TABULAR = frozenset({media.CSV.name, media.PARQUET.name, media.NDJSON.name})
"""The formats of a table that ``datastore_search`` answers for."""
_OPEN = frozenset({"CC-BY-4.0", "CC-BY-3.0", "CC-BY-2.1-JP", "CC-BY-SA-4.0", "CC0-1.0", "ODC-BY-1.0", "ODBL-1.0", "PDL-1.0"})


def uuid(path: str) -> str:
    """The id of what has that flat address."""
    return uuid_of(path, site().settings)


def package(publication: Publication) -> Shape:
    """A dataset with its files."""
    described, contact = publication.package, publication.package.contact
    title = words.sample(described.title) if described.sample else described.title
    organization = organization_of(publication.publisher)
    tags = [tag(each) for each in dict.fromkeys((*described.keywords, *described.keywords_en))]
    resources = resources_of(publication)
    return {
        "id": uuid(f"dataset/{publication.id}"),
        "name": publication.id,
        "title": str(title),
        "notes": str(described.description),
        "url": site().public.dataset(publication.id),
        "version": described.version or str(publication.version),
        "type": "dataset",
        "state": "active",
        "private": False,
        "author": publication.publisher.name.ja or publication.publisher.name.en,
        "author_email": None,
        "maintainer": contact.name if contact else None,
        "maintainer_email": (contact.email or None) if contact else None,
        **_license(described),
        "metadata_created": _time(publication.issued),
        "metadata_modified": _time(publication.modified),
        "creator_user_id": None,
        "owner_org": organization["id"],
        "organization": organization,
        "num_resources": len(resources),
        "num_tags": len(tags),
        "resources": resources,
        "tags": tags,
        "groups": [group(each) for each in described.themes],
        "extras": _extras(publication, title),
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _license(described: Package) -> Shape:
    first = described.licenses[0] if described.licenses else None
    if first is None:
        return {"license_id": "notspecified", "license_title": "License not specified", "license_url": None, "isopen": False}
    id_ = first.name.upper() if authorities.license_named(first.name) else (first.name or first.path)
    known = authorities.license_named(id_)
    title = first.title or (known.title if known else id_)
    return {
        "license_id": id_,
        "license_title": title,
        "license_url": first.path or (known.iri if known else None),
        "isopen": id_ in _OPEN,
    }


def _extras(publication: Publication, title: Text) -> list[Shape]:
    described = publication.package
    period = described.temporal
    found = {
        "title_translated_en": title.en,
        "notes_translated_en": described.description.en,
        "identifier": site().public.dataset(publication.id),
        "publication_number": str(publication.version),
        "spatial": " ".join(described.spatial),
        "temporal": f"{period.start}/{period.end}" if period else "",
        "frequency": described.frequency,
        "conforms_to": " ".join(site().public.standard(each.standard.id) for each in described.tables() if each.standard),
        "sample": "true" if described.sample else "",
        "valid": "true" if publication.report.get("valid", True) else "false",
    }
    return [{"key": name, "value": value} for name, value in found.items() if value]


def resources_of(publication: Publication) -> list[Shape]:
    """The files, tables first, and the descriptor. Those of a description that was collected lead to its publisher."""
    found = [resource(publication, path, file) for path, file in distributions(publication)]
    found += [_elsewhere(publication, path, file) for path, file in elsewhere(publication)]
    found.append(_descriptor(publication))
    return [each | {"position": place} for place, each in enumerate(found)]


def resource(publication: Publication, path: str, file: StoredFile) -> Shape:
    """One file of the latest version."""
    public = site().public
    format_ = media.by_name(file.format)
    shape = _resource(publication, path) | {
        "name": _name(publication, file),
        "description": _told(publication, file),
        "format": format_.label.upper() if format_ else file.format.upper(),
        "mimetype": file.media_type,
        "size": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "url": public.download(publication.id, "latest", file.path),
        "datastore_active": file.role == "table" and file.format in TABULAR,
    }
    if file.role == "table" and file.format == media.CSV.name:
        shape["schema"] = _schema(publication, file.resource)
    return shape


def _elsewhere(publication: Publication, path: str, file: Offered) -> Shape:
    """One file that its publisher has; what it holds is not known here."""
    return _resource(publication, path) | {
        "name": str(file.title) or PurePosixPath(urlsplit(file.url).path).name or file.url,
        "description": str(file.description),
        "format": file.format.upper(),
        "mimetype": file.media_type.partition("/media-types/")[2] or None,
        "size": file.bytes,
        "hash": "",
        "url": file.url,
        "datastore_active": False,
    }


def _descriptor(publication: Publication) -> Shape:
    return _resource(publication, f"dataset/{publication.id}/datapackage.json") | {
        "name": "datapackage",
        "description": "datapackage.json",
        "format": "JSON",
        "mimetype": media.DATA_PACKAGE.media_type,
        "size": None,
        "hash": "",
        "url": site().public.datapackage(publication.id),
        "datastore_active": False,
    }


def _resource(publication: Publication, path: str) -> Shape:
    return {
        "id": uuid(path),
        "package_id": uuid(f"dataset/{publication.id}"),
        "state": "active",
        "resource_type": None,
        "url_type": None,
        "cache_url": None,
        "created": _time(publication.issued),
        "last_modified": _time(publication.modified),
        "metadata_modified": _time(publication.modified),
    }


def _schema(publication: Publication, table: str) -> Any:
    """The Table Schema as the steward wrote it."""
    described = publication.package.descriptor.get("resources", ())
    return next((each.get("schema") for each in described if each.get("name") == table), None)


def _name(publication: Publication, file: StoredFile) -> str:
    """The table's own name for its CSV, so that every client calls it alike; other formats say which they are."""
    if file.role == "package":
        return publication.id
    return file.resource if file.role == "source" or file.format == media.CSV.name else f"{file.resource}-{file.format}"


def _told(publication: Publication, file: StoredFile) -> str:
    if file.role == "package":
        return str(publication.package.title)
    described = publication.package.resource(file.resource)
    return "\n".join(filter(None, (str(described.title), str(described.description))))


def tag(name: str) -> Shape:
    """A keyword."""
    return {"id": uuid(f"keyword/{name}"), "name": name, "display_name": name, "state": "active", "vocabulary_id": None}


def organization_of(agent: Agent, count: int | None = None) -> Shape:
    """A publisher."""
    shape = {
        "id": uuid(f"publisher/{agent.id}"),
        "name": agent.id,
        "title": str(agent.name),
        "display_name": str(agent.name),
        "description": "",
        "image_url": "",
        "image_display_url": "",
        "created": "1970-01-01T00:00:00.000000",
        "is_organization": True,
        "type": "organization",
        "approval_status": "approved",
        "state": "active",
    }
    return shape if count is None else shape | {"package_count": count, "users": [], "tags": [], "groups": [], "extras": []}


def group(theme: str, count: int | None = None) -> Shape:
    """A theme of the EU list."""
    title = words.themes_of((theme,))[0]
    shape = {
        "id": uuid(f"theme/{theme}"),
        "name": theme.lower(),
        "title": str(title),
        "display_name": str(title),
        "description": "",
        "image_display_url": "",
    }
    return shape if count is None else shape | {
        "package_count": count, "is_organization": False, "type": "group", "state": "active", "approval_status": "approved",
        "users": [], "tags": [], "groups": [], "extras": [],
    }  # fmt: skip


def license_(id_: str) -> Shape:
    """A licence that some dataset has."""
    known = authorities.license_named(id_)
    return {
        "id": id_,
        "title": known.title if known else id_,
        "url": known.iri if known else (id_ if id_.startswith("http") else ""),
        "status": "active",
        "od_conformance": "approved" if id_ in _OPEN else "not reviewed",
        "osd_conformance": "not reviewed",
        "is_okd_compliant": id_ in _OPEN,
        "is_osi_compliant": False,
        "is_generic": False,
        "domain_content": True,
        "domain_data": True,
        "domain_software": False,
        "family": "",
        "maintainer": "",
    }


def named(values: Iterable[tuple[str, str, int]]) -> list[Mapping[str, Any]]:
    """Values of a facet: name, what people call it, how many."""
    return [{"name": name, "display_name": label, "count": count} for name, label, count in values]


def _time(text: str) -> str:
    """CKAN writes its times in UTC without saying so."""
    return text.removesuffix("Z")
