"""What is shown, as plain values: the dict that a page is rendered from is the dict that the JSON address answers with.

Texts are ``{"ja", "en"}``, either may be empty; addresses are built by the two ``Addresses`` of ``Links``: absolute ones
for machines, paths of this server (with the reader's language, where the address fixed it) for pages.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog import media, words
from catalog.addresses import Addresses
from catalog.dcat import shipped, taking
from catalog.derivation import Explanation, explain
from catalog.errors import NotFound
from catalog.messages import as_json
from catalog.model import Agent, Contact, Field, Origin, Package, Publication, Resource, Schema, StoredFile, Text
from catalog.store import Summary, VersionRow
from catalog.vocabulary.codelists import FOLDER, CodeList
from catalog.web import downloads, profiles
from catalog.web.history import Change

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Links:
    """``pages`` builds the addresses that people read at, ``files`` those of bytes and documents."""

    pages: Addresses
    files: Addresses


@dataclass(frozen=True, slots=True)
class Subject:
    """A version with what is needed to show it: the addresses, and the code lists that it has kept, by name."""

    publication: Publication
    links: Links
    codelists: Mapping[str, CodeList]

    def codelist(self, name: str) -> CodeList:
        """The list of that name. NotFound("codelist-unknown") where the version has kept none."""
        if name not in self.codelists:
            raise NotFound("codelist-unknown", codelist=name)
        return self.codelists[name]


def dataset(subject: Subject) -> Shown:
    """Everything about one version of a dataset."""
    publication, links = subject.publication, subject.links
    package = publication.package
    return {
        "id": publication.id,
        "version": publication.version,
        "packageVersion": package.version,
        "url": links.pages.dataset(publication.id),
        "title": title_of(package),
        "description": text(package.description),
        "keywords": {"ja": list(package.keywords), "en": list(package.keywords_en)},
        "sample": package.sample,
        "publisher": agent(publication.publisher, links),
        "contact": contact(package.contact),
        "issued": publication.issued,
        "modified": publication.modified,
        "note": publication.note,
        "breaking": publication.breaking,
        **_coverage(publication),
        "landingPage": package.landing_page or package.homepage,
        "licenses": [{"name": each.name, "title": each.title or each.name, "path": each.path} for each in package.licenses],
        "sources": [{"title": each.title or each.path, "path": each.path, "version": each.version} for each in package.sources],
        "contributors": [
            {"title": each.title, "path": each.path, "organization": each.organization, "roles": list(each.roles)}
            for each in package.contributors
        ],
        "tables": [table(subject, each) for each in package.tables()],
        "attachments": [attachment(subject, each) for each in package.resources if each.role == "file"],
        "package": next((download(subject, each) for each in publication.files if each.role == "package"), None),
        "files": [download(subject, each) for each in publication.files],
        "metadata": metadata(publication.id, links),
        "dashboard": links.pages.dashboard(publication.id) if package.views else "",
        "versions": links.pages.versions(publication.id),
        "reportPage": links.pages.report(publication.id),
        "report": publication.report,
        "findings": [as_json(each) for each in publication.findings],
        "origin": origin(package.origin),
    }


def origin(value: Origin | None) -> Shown | None:
    """Where a dataset was collected from, with the files that are offered there."""
    if value is None:
        return None
    files = [
        {"title": text(each.title), "url": each.url, "format": each.format, "bytes": each.bytes} for each in taking.offered(value)
    ]
    return {
        "source": value.source,
        "catalog": value.catalog,
        "iri": value.iri,
        "identifier": value.identifier,
        "taken": value.taken,
        "files": files,
    }


def title_of(package: Package) -> Shown:
    """The title; that of a sample says so."""
    return text(words.sample(package.title) if package.sample else package.title)


def text(value: Text) -> Shown:
    """A text in both languages."""
    return {"ja": value.ja, "en": value.en}


def texts(values: Iterable[Text]) -> list[Shown]:
    """Several texts."""
    return [text(each) for each in values]


def agent(value: Agent, links: Links) -> Shown:
    """A publisher."""
    return {"id": value.id, "name": text(value.name), "url": links.pages.publisher(value.id), "uri": value.uri}


def contact(value: Contact | None) -> Shown | None:
    """Whom to ask."""
    if value is None:
        return None
    return {"name": value.name, "email": value.email, "telephone": value.telephone, "url": value.url}


def _coverage(publication: Publication) -> Shown:
    package, box = publication.package, publication.box
    period = package.temporal
    return {
        "themes": [
            {"code": code, **text(word)} for code, word in zip(package.themes, words.themes_of(package.themes), strict=True)
        ],
        "spatial": list(package.spatial),
        "bbox": [box.west, box.south, box.east, box.north] if box else None,  # in the order of GeoJSON (RFC 7946, section 5)
        "temporal": {"start": period.start, "end": period.end} if period else None,
        "frequency": {"code": package.frequency, **text(words.frequency_of(package.frequency))} if package.frequency else None,
    }


def table(subject: Subject, resource: Resource) -> Shown:
    """One table with its definitions: columns, keys, downloads."""
    publication, links = subject.publication, subject.links
    schema = resource.schema or Schema(fields=())
    explained = explain(resource, publication.package.raw, subject.codelist)
    id_ = publication.id
    return {
        "name": resource.name,
        "title": text(resource.title),
        "description": text(resource.description),
        "rows": publication.rows.get(resource.name),
        "schema": links.pages.schema(id_, resource.name),
        "schemaVersion": links.pages.schema(id_, resource.name, publication.version),
        "standard": _followed(resource, links),
        "derivationInWords": text(explained.table if explained else Text()),
        "fields": [field(subject, resource, each, explained) for each in schema.fields],
        "primaryKey": list(schema.primary_key),
        "uniqueKeys": [list(each) for each in schema.unique_keys],
        "foreignKeys": [
            {"fields": list(each.fields), "resource": each.resource, "referenceFields": list(each.reference_fields)}
            for each in schema.foreign_keys
        ],
        "missingValues": list(schema.missing_values),
        "keysInWords": texts((*words.keys_of(schema), *(words.foreign_key(each, resource.name) for each in schema.foreign_keys))),
        "downloads": downloads.shown(publication, resource, links.files),
    }


def _followed(resource: Resource, links: Links) -> Shown | None:
    """The standard that a table declares; ``url`` and ``title`` are empty where the product no longer has it."""
    declared = resource.standard
    if declared is None:
        return None
    found = shipped.standard(declared.id)
    title, url = (found.title, links.pages.standard(declared.id)) if found else (Text(), "")
    return {"id": declared.id, "edition": declared.edition, "title": text(title), "url": url}


def field(subject: Subject, resource: Resource, value: Field, explained: Explanation | None) -> Shown:
    """One column of a published table."""
    definition = value.definition
    shown = column(value, subject.codelists.get(definition.codelist), words.missing_of(value, resource))
    shown["url"] = subject.links.pages.field(subject.publication.id, resource.name, value.name)
    shown["statistics"] = profiles.shown(subject.publication, resource.name, value.name)
    shown["definition"] |= {
        "codelistUrl": _codelist_url(subject, definition.codelist),
        "codelistSnapshot": _snapshot(subject, definition.codelist),
        "derivationInWords": texts(words for _rule, words in (explained.columns.get(value.name, ()) if explained else ())),
    }
    return shown


def column(value: Field, codelist: CodeList | None, missing: Iterable[str]) -> Shown:
    """One column, published or of a standard: what it is called, what may stand in it, what it means."""
    definition = value.definition
    return {
        "name": value.name,
        "url": "",
        "title": text(value.title),
        "type": value.type,
        "format": value.format,
        "typeInWords": text(words.type_of(value)),
        "constraints": dict(value.constraints),
        "constraintsInWords": texts(words.constraints_of(value)),
        "allowedValues": [{"value": code, "label": text(label)} for code, label in words.allowed_values(value, codelist)],
        "missingValues": list(missing),
        "example": value.example,
        "definition": {
            **text(value.description),
            "section": definition.section,
            "source": definition.source,
            "obligation": definition.obligation,
            "obligationInWords": text(words.obligation_of(value)),
            "unit": definition.unit,
            "codelist": definition.codelist,
            "codelistTitle": text(codelist.title if codelist else Text()),
            "codelistUrl": "",
            "codelistSnapshot": "",
            "property": definition.property or value.rdf_type,
            "derivation": [dict(each) for each in definition.derivation],
            "derivationInWords": [],
        },
    }


def _codelist_url(subject: Subject, name: str) -> str:
    """The page of a code list, of the product or of the package; of one that is neither, what the version keeps of it."""
    if name and (shipped.known(f"codelist/{name}") or f"{FOLDER}/{name}.ttl" in subject.publication.package.files):
        return subject.links.pages.codelist(name)
    return _snapshot(subject, name)


def _snapshot(subject: Subject, name: str) -> str:
    """Where the version keeps a code list as it was; "" where it has none of that name."""
    if name not in subject.codelists:
        return ""
    return subject.links.files.download(subject.publication.id, subject.publication.version, f"{FOLDER}/{name}.json")


def attachment(subject: Subject, resource: Resource) -> Shown:
    """One file that is served and described only."""
    publication = subject.publication
    return {
        "name": resource.name,
        "title": text(resource.title),
        "description": text(resource.description),
        "downloads": [download(subject, each) for each in publication.files if each.resource == resource.name],
    }


def download(subject: Subject, file: StoredFile) -> Shown:
    """One file of a version: ``url`` gives these bytes for ever, ``latest`` those of the newest version."""
    publication, links = subject.publication, subject.links
    format_ = media.by_name(file.format)
    return {
        "path": file.path,
        "role": file.role,
        "resource": file.resource,
        "format": file.format,
        "label": format_.label if format_ else file.media_type,
        "mediaType": file.media_type,
        "url": links.files.download(publication.id, publication.version, file.path),
        "latest": links.files.download(publication.id, "latest", file.path),
        "bytes": file.bytes,
        "sha256": file.sha256,
    }


def metadata(id_: str, links: Links) -> list[Shown]:
    """The same description for machines: by suffix, then in the vocabularies that have an address of their own."""
    described = [
        (each.name, each, links.files.dataset(id_, suffix=each.suffix)) for each in (*media.RDF, media.JSON, media.MARKDOWN)
    ]
    described += [
        ("croissant", media.CROISSANT, links.files.croissant(id_)),
        ("datapackage", media.DATA_PACKAGE, links.files.datapackage(id_)),
    ]
    return [{"format": name, "label": each.label, "mediaType": each.media_type, "url": url} for name, each, url in described]


def summary(value: Summary, links: Links) -> Shown:
    """A dataset as it stands in lists."""
    return {
        "id": value.id,
        "version": value.version,
        "url": links.pages.dataset(value.id),
        "title": text(words.sample(value.title) if value.sample else value.title),
        "description": text(value.description),
        "publisher": agent(value.publisher, links),
        "issued": value.issued,
        "modified": value.modified,
        "sample": value.sample,
        "keywords": {"ja": list(value.keywords), "en": list(value.keywords_en)},
        "themes": [{"code": code, **text(word)} for code, word in zip(value.themes, words.themes_of(value.themes), strict=True)],
    }


def listing(summaries: Iterable[Summary], count: int | None, following: str, links: Links) -> Shown:
    """A page of the list; ``next`` is the address of the following one, or None; ``count`` None where it is not known."""
    return {"datasets": [summary(each, links) for each in summaries], "next": following or None, "count": count}


def versions(
    publication: Publication, rows: Iterable[VersionRow], links: Links, changes: Callable[[int], Iterable[Change]] | None = None
) -> Shown:
    """Versions of a dataset, the newest first; with ``changes``, what each did to the definitions."""
    tables = bool(publication.package.tables())
    return {
        "id": publication.id,
        "url": links.pages.dataset(publication.id),
        "title": title_of(publication.package),
        "versions": [
            version(publication, each, links, changes(each.version) if changes else ())
            | {"diff": _diff(publication.id, each.version, links) if tables and each.follows else None}
            for each in rows
        ],
    }


def _diff(id_: str, version: int, links: Links) -> str:
    """What differs from the version before, row by row."""
    asked: dict[str, str | int] = {"from": version - 1, "to": version}
    return links.pages.diff(id_, "", **asked)


def version(publication: Publication, row: VersionRow, links: Links, changes: Iterable[Change]) -> Shown:
    """One version in the list of them. ``package`` is "" where that version was a description only."""
    return {
        "version": row.version,
        "packageVersion": row.package_version,
        "issued": row.issued,
        "valid": row.valid,
        "digest": row.digest,
        "note": row.note,
        "breaking": row.breaking,
        "package": links.files.download(publication.id, row.version, f"{publication.id}.zip") if row.packaged else "",
        "changes": [change(each) for each in changes],
    }


def change(value: Change) -> Shown:
    """One difference between the definitions of two versions; ``happening`` is empty where an attribute changed."""
    return {
        "version": value.version,
        "kind": value.kind,
        "table": value.table,
        "field": value.field,
        "attribute": value.attribute,
        "name": text(value.name),
        "happening": text(value.happening),
        "before": text(value.before),
        "after": text(value.after),
        "translated": value.translated,
        "breaking": value.breaking,
        "reason": value.reason,
    }


def report(publication: Publication, links: Links) -> Shown:
    """What validation found in the latest version: frictionless' report as it is, and our findings."""
    return {
        "id": publication.id,
        "version": publication.version,
        "url": links.pages.dataset(publication.id),
        "title": title_of(publication.package),
        "checked": publication.modified,
        "validator": publication.validator,
        "valid": bool(publication.report.get("valid")) if publication.report else None,
        "tables": [_checked(each, publication.rows) for each in publication.report.get("tasks", ())],
        "findings": [as_json(each) for each in publication.findings],
        "report": publication.report,
    }


def _checked(task: Mapping[str, Any], rows: Mapping[str, int]) -> Shown:
    stats = task.get("stats", {})
    name = str(task.get("name", ""))
    return {
        "name": name,
        "valid": bool(task.get("valid")),
        "rows": rows.get(name, stats.get("rows")),
        "fields": stats.get("fields"),
        "errors": stats.get("errors", 0),
        "warnings": stats.get("warnings", 0),
    }
