"""A folder -> ``model.Package``: descriptor, files, code lists, README, and the raw records beside it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalog.datapackage import additions, jsontext
from catalog.datapackage.complaints import Complaints
from catalog.datapackage.constraints import COMPOSITE
from catalog.datapackage.containment import Folder
from catalog.datapackage.objects import Node
from catalog.datapackage.profiles import V2, check_profiles, is_v2
from catalog.datapackage.resources import DESCRIPTOR, RAW, Read, Surroundings, read_resource
from catalog.datapackage.schemas import Limits
from catalog.datapackage.views import read_views
from catalog.errors import Place
from catalog.model import Contributor, License, Package, Source, Text
from catalog.settings import Settings

README = "README.md"
CODELISTS = "codelists"
CODELIST_SUFFIX = ".ttl"
RESERVED = "standard"
"""``/field/standard-<slug>-<name>`` is a standard's: no dataset may be named so, or begin with it and a hyphen."""

_NOT_FOR_STOCK = frozenset({"$schema", "$frictionless", "profile", "profiles", "resources", "type", "basepath"})


def read_package(folder: Folder, settings: Settings, complaints: Complaints, *, is_raw: bool = False) -> Package | None:
    """The package in ``folder``, or None with everything that is wrong in ``complaints``.

    ``is_raw``: the package holds raw records and lies in another one; only there may fields be personal.
    """
    node = _descriptor(folder, settings, complaints)
    if node is None:
        return None
    check_profiles(node)
    catalog = node.child("catalog", additions.PACKAGE_KEYS)
    opened = catalog.flag("open")
    around = Surroundings(folder, settings, Limits(settings.max_columns, personal_allowed=is_raw and not opened))
    resources = _resources(node, around)
    readme = _readme(folder, settings, complaints)
    _take_codelists(folder, complaints)
    raw = None if is_raw else _raw(folder, settings, complaints)
    _check_sizes(folder, settings, complaints)
    package = _package(node, catalog, resources)
    if complaints.findings:
        return None
    return replace(
        package,
        open=opened,
        readme=readme,
        files=tuple(sorted(folder.files)),
        descriptor=_for_stock(node, resources),
        raw=raw,
        root=folder.root,
    )


def _descriptor(folder: Folder, settings: Settings, complaints: Complaints) -> Node | None:
    place = Place(file=folder.prefix + DESCRIPTOR)
    if not folder.holds(DESCRIPTOR):
        complaints.add("descriptor-missing", place)
        return None
    data = folder.read(DESCRIPTOR, settings.max_descriptor_bytes, place)
    value = None if data is None else jsontext.parse_object(data, place, complaints)
    return None if value is None else Node(value, place, complaints)


def _package(node: Node, catalog: Node, resources: tuple[Read, ...]) -> Package:
    english = additions.translation(catalog, "package")
    name = node.need("name")
    if name and not additions.SLUG.fullmatch(name):
        node.refuse("dataset-name", "name", found=name)
    elif name == RESERVED or name.startswith(f"{RESERVED}-"):
        node.refuse("dataset-name-reserved", "name", found=name, expected=RESERVED)
    title = additions.in_both(node, english, "title")
    return Package(
        name=name,
        title=title or Text(ja=name),
        description=additions.in_both(node, english, "description", lines=True),
        keywords=node.lines("keywords"),
        keywords_en=english.lines("keywords"),
        version=node.line("version"),
        created=node.moment("created"),
        homepage=node.address("homepage"),
        licenses=tuple(_licenses(node)),
        sources=tuple(
            Source(title=each.line("title"), path=each.address("path"), version=each.line("version"))
            for each in node.children("sources")
        ),
        contributors=tuple(_contributor(each) for each in node.children("contributors")),
        publisher=additions.publisher(catalog),
        contact=additions.contact(catalog),
        themes=catalog.lines("themes"),
        spatial=additions.spatial(catalog),
        temporal=additions.temporal(catalog),
        frequency=catalog.line("frequency"),
        landing_page=catalog.address("landingPage"),
        sample=catalog.flag("sample"),
        views=read_views(catalog, {each.resource.name: each.resource.schema for each in resources if each.resource.schema}),
        resources=tuple(each.resource for each in resources),
    )


def _licenses(node: Node) -> Iterator[License]:
    for each in node.children("licenses"):
        license_ = License(name=each.line("name"), title=each.line("title"), path=each.address("path"))
        if not (license_.name or license_.path):
            each.refuse("license-empty")
        yield license_


def _contributor(node: Node) -> Contributor:
    """v1 has one ``role`` and a ``title``; v2 has ``roles``, and names in two parts."""
    roles = node.lines("roles") or tuple(filter(None, (node.line("role"),)))
    names = " ".join(filter(None, (node.line("familyName"), node.line("givenName"))))
    return Contributor(
        title=node.line("title") or names, path=node.address("path"), organization=node.line("organization"), roles=roles
    )


def _resources(node: Node, around: Surroundings) -> tuple[Read, ...]:
    children = node.children("resources")
    if not children and isinstance(node.value.get("resources", []), list):
        node.refuse("resources-missing", "resources")
    if len(children) > around.settings.max_package_files:
        node.refuse(
            "package-too-many-files", "resources", found=str(len(children)), expected=str(around.settings.max_package_files)
        )
        return ()
    found = tuple(read_resource(each, around) for each in children)
    seen: set[str] = set()
    for each in found:
        if each.resource.name in seen:
            each.node.refuse("resource-name-duplicate", "name", found=each.resource.name)
        seen.add(each.resource.name)
    for each in found:
        _check_references(each, found)
    return found


def _check_references(read: Read, others: tuple[Read, ...]) -> None:
    """Foreign keys point at tables and columns that the package has."""
    schemas = {each.resource.name: each.resource.schema for each in others} | {"": read.resource.schema}
    for index, key in enumerate(read.resource.schema.foreign_keys if read.resource.schema else ()):
        where = ("foreignKeys", index, "reference")
        schema = schemas.get(key.resource)
        if schema is None:
            read.refuse("foreign-key-resource", *where, "resource", found=key.resource)
            continue
        types = {field.name: field.type for field in schema.fields}
        for name in key.reference_fields:
            if name not in types:
                read.refuse("foreign-key-field", *where, "fields", found=name)
            elif types[name] in COMPOSITE:
                read.refuse("key-type", *where, "fields", found=name, expected=types[name])


def _readme(folder: Folder, settings: Settings, complaints: Complaints) -> str:
    place = Place(file=folder.prefix + README)
    if not folder.holds(README):
        return ""
    data = folder.read(README, settings.max_descriptor_bytes, place)
    try:
        text = (data or b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        complaints.add("readme-encoding", place)
        return ""
    if jsontext.CONTROLS.search(text):
        complaints.add("text-control", place)
    return text


def _take_codelists(folder: Folder, complaints: Complaints) -> None:
    """The package's own code lists; their names stand in addresses."""
    for name in folder.names(CODELISTS):
        if name.endswith(CODELIST_SUFFIX):
            place = Place(file=f"{folder.prefix}{CODELISTS}/{name}")
            folder.file(f"{CODELISTS}/{name}", place)
            if not additions.SLUG.fullmatch(name.removesuffix(CODELIST_SUFFIX)):
                complaints.add("codelist-name", place, found=name)


def _raw(folder: Folder, settings: Settings, complaints: Complaints) -> Package | None:
    """The raw records: read as strictly; their files belong to the package only where they say that they are open."""
    if DESCRIPTOR not in folder.names(RAW):
        return None
    path = f"{RAW}/{DESCRIPTOR}"
    if folder.locate(path, Place(file=path)) is None:
        return None
    inner = Folder(folder.root / RAW, complaints, prefix=f"{RAW}/")
    raw = read_package(inner, settings, complaints, is_raw=True)
    if raw is not None and raw.open:
        for each in raw.files:
            folder.file(f"{RAW}/{each}", Place(file=f"{RAW}/{each}"))
    return raw


def _check_sizes(folder: Folder, settings: Settings, complaints: Complaints) -> None:
    place = Place(file=folder.prefix + DESCRIPTOR)
    count, size = len(folder.files), sum(path.stat().st_size for path in folder.files.values())
    if count > settings.max_package_files:
        complaints.add("package-too-many-files", place, f"{count:,}", f"{settings.max_package_files:,}")
    if size > settings.max_package_bytes:
        complaints.add("package-too-large", place, f"{size:,}", f"{settings.max_package_bytes:,}")


def _for_stock(node: Node, resources: tuple[Read, ...]) -> dict[str, Any]:
    """The descriptor as frictionless is handed it: in memory, its tables only, with nothing to fetch and nothing to guess."""
    whole = {key: value for key, value in node.value.items() if key not in _NOT_FOR_STOCK}
    edition = {"$schema": V2} if is_v2(node) else {}
    return edition | whole | {"resources": [each.stock() for each in resources if each.resource.role == "table"]}
