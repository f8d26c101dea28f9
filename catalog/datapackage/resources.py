"""Data Resource (v1 and v2) -> ``model.Resource``: a table of text with its schema, or a file that is only passed on."""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from catalog import media
from catalog.datapackage import additions, jsontext
from catalog.datapackage.containment import Folder
from catalog.datapackage.dialects import explicit, explicit_sheet, read_dialect, read_sheet_dialect
from catalog.datapackage.objects import Node
from catalog.datapackage.profiles import TABULAR, check_profiles
from catalog.datapackage.schemas import Limits, read_schema, stock_schema
from catalog.errors import Place, Refusal
from catalog.model import Resource, Role, Schema
from catalog.settings import Settings
from catalog.tables import SHEETS, codec, dialect_of, effective_encoding, header_row
from catalog.workbooks import guard_table

TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
FILE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,99}")
VERSION_NAME = re.compile(r"v[0-9]+")
PACKAGE_NAME = "package"
"""What the zip of the whole package is called among the distributions, so no resource may be."""

DESCRIPTOR = "datapackage.json"
RAW = "raw"
ROLES: tuple[Role, ...] = ("table", "file")

_REFUSED = {
    "data": "data-inline",
    "url": "path-remote",
    "compression": "compression-unsupported",
    "innerpath": "compression-unsupported",
    "scheme": "scheme-unsupported",
    "extrapaths": "path-multipart",
    "layout": "property-unsupported",
    "control": "property-unsupported",
    "hashing": "property-unsupported",
    "stats": "property-unsupported",
    "detector": "property-unsupported",
    "checklist": "property-unsupported",
    "pipeline": "property-unsupported",
    "basepath": "property-unsupported",
}
_HERE = "file"
"""The scheme that ``frictionless describe`` writes of every file."""
_OURS = frozenset({"$schema", "profile", "profiles", "type", "path", "scheme", "format", "encoding", "dialect", "schema"})
_TEXT_SUFFIXES = {".csv": media.CSV.name, ".txt": media.CSV.name, ".tsv": media.TSV.name, ".tab": media.TSV.name}
_TEXT_FORMATS = frozenset({media.CSV.name, media.TSV.name})
_SPREADSHEETS = frozenset({"xlsx", "xlsm", "xls", "ods"})
_ARCHIVES = frozenset({"zip", "gz", "bz2", "xz", "7z", "lzh", "tar"})
_FORMAT = re.compile(r"[a-z0-9][a-z0-9.+-]{0,30}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?[A-Za-z0-9_-]+=[A-Za-z0-9_.:+-]+)*")
_HASH = re.compile(r"((?P<algorithm>md5|sha1|sha256|sha512):)?(?P<digest>[0-9A-Fa-f]{32,128})")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a resource is read in."""

    folder: Folder
    settings: Settings
    limits: Limits


@dataclass(frozen=True, slots=True)
class Read:
    """A resource, its file, and the JSON that it was read from (schema and dialect looked up)."""

    resource: Resource
    file: Path | None
    node: Node
    schema: Node

    def refuse(self, code: str, *keys: str | int, found: str, expected: str = "") -> None:
        """Note a finding about a member of the schema, wherever the schema is written."""
        self.schema.refuse(code, *keys, found=found, expected=expected)

    def stock(self) -> dict[str, Any]:
        """The table as frictionless is handed it; only for a resource that nothing is wrong with."""
        assert self.file is not None
        assert self.resource.schema is not None
        rest = {key: value for key, value in self.node.value.items() if key not in _OURS}
        table = {
            "type": "table",
            "path": self.resource.path,
            "schema": stock_schema(self.schema.value, self.resource.schema, self.resource.name),
        }
        dialect, declared = dialect_of(self.resource), self.resource.dialect
        if self.resource.format in SHEETS:
            told = explicit_sheet(dialect, declared, self.resource.format)
            return rest | table | {"format": self.resource.format, "dialect": told}
        encoding = effective_encoding(self.file, self.resource.encoding)
        return rest | table | {"format": media.CSV.name, "encoding": encoding, "dialect": explicit(dialect, declared)}


def read_resource(node: Node, around: Surroundings) -> Read:
    """The resource; everything that is wrong is noted on ``node``."""
    name = node.need("name")
    node = node.within(resource=name)
    for key, code in _REFUSED.items():
        if key in node and (key, node.value[key]) != ("scheme", _HERE):
            node.refuse(code, key, found=node.value[key], name=key)
    check_profiles(node)
    catalog = node.child("catalog", additions.RESOURCE_KEYS)
    english = additions.translation(catalog)
    role = _role(node, catalog)
    _check_name(node, name, role)
    path = _path(node)
    file = around.folder.file(path, node.at("path")) if path else None
    format_ = _table_format(node, path) if role == "table" else _file_format(node, path)
    schema, raw_schema = _schema(node, role, around)
    media_type = node.line("mediatype")
    if media_type and not _MEDIA_TYPE.fullmatch(media_type):
        node.refuse("media-type-invalid", "mediatype", found=media_type)
    resource = Resource(
        name=name,
        path=str(PurePosixPath(path)),
        role=role,
        title=additions.in_both(node, english, "title"),
        description=additions.in_both(node, english, "description", lines=True),
        format=format_,
        media_type=media_type or _media_type(role, format_, path),
        encoding=_encoding(node),
        dialect=_dialect(node, around, format_) if role == "table" else {},
        schema=schema,
        bytes=node.count("bytes"),
        hash=node.line("hash"),
        standard=additions.standard(catalog),
        derivation=catalog.child("derivation").value,
    )
    if role == "file" and file is not None:
        _check_bytes(node, resource, file)
    if role == "table" and format_ in SHEETS:
        _check_sheet(node, resource, file, around)
    elif role == "table" and file is not None and not node.complaints.findings:
        resource = _with_header(resource, file, around.settings)
    return Read(resource, file, node, raw_schema)


def looked_up(node: Node, key: str, around: Surroundings) -> Node | None:
    """The object under ``key``, or the one in the JSON file of the package that ``key`` names; None where there is none."""
    given = node.value.get(key)
    if isinstance(given, dict):
        return node.child(key)
    if not isinstance(given, str):
        node.refuse("not-object", key, found=given)
        return None
    data = around.folder.read(given, around.settings.max_descriptor_bytes, node.at(key))
    if data is None:
        return None
    place = Place(file=around.folder.prefix + given, resource=node.place.resource)
    value = jsontext.parse_object(data, place, node.complaints)
    return None if value is None else Node(value, place, node.complaints)


def _role(node: Node, catalog: Node) -> Role:
    """Said in ``catalog.role``; else a resource with a schema is a table, and so is one that the standard's own types call so."""
    text = catalog.line("role")
    if text:
        for role in ROLES:
            if role == text:
                return role
        catalog.refuse("role-unknown", "role", found=text, expected=", ".join(ROLES))
    is_table = "schema" in node or node.line("type") == "table" or node.value.get("profile") == TABULAR
    return "table" if is_table else "file"


def _check_name(node: Node, name: str, role: Role) -> None:
    pattern = TABLE_NAME if role == "table" else FILE_NAME
    if name and not pattern.fullmatch(name):
        node.refuse("table-name" if role == "table" else "file-name", "name", found=name)
    elif VERSION_NAME.fullmatch(name) or name == PACKAGE_NAME:
        node.refuse("resource-name-reserved", "name", found=name)


def _path(node: Node) -> str:
    """The one path; a list of one is taken (v1 and v2 allow lists: tables in parts)."""
    value = node.value.get("path")
    if isinstance(value, list):
        paths = node.lines("path")
        if len(value) != 1:
            node.refuse("path-multipart", "path", found=str(len(value)))
        path = paths[0] if len(paths) == 1 else ""
    else:
        path = node.text("path")
        if not path and (value is None or value == "") and not any(key in node for key in ("data", "url")):
            node.refuse("property-missing", "path", expected="path")
    parts = PurePosixPath(path).parts
    if parts == (DESCRIPTOR,):
        node.refuse("path-reserved", "path", found=path)
    elif parts[:1] == (RAW,):
        node.refuse("path-raw", "path", found=path)
    return path


def _table_format(node: Node, path: str) -> str:
    """CSV, TSV, or a sheet of XLSX or ODS: said, or promised by the ending of the path."""
    suffix = PurePosixPath(path).suffix.lower()
    said = node.line("format").lower()
    if (said or suffix[1:]) in SHEETS and suffix[1:] in (SHEETS if not said else {said}):
        return said or suffix[1:]
    for ending in (said, suffix[1:]):
        if ending in _SPREADSHEETS:
            node.refuse("table-spreadsheet", "path", found=ending)
            return media.CSV.name
        if ending in _ARCHIVES:
            node.refuse("compression-unsupported", "path", found=ending)
            return media.CSV.name
    format_ = said or _TEXT_SUFFIXES.get(suffix, "")
    if format_ not in _TEXT_FORMATS and path:
        node.refuse("table-format", "format" if said else "path", found=said or path)
    return format_ or media.CSV.name


def _file_format(node: Node, path: str) -> str:
    said = node.line("format").lower()
    if said and not _FORMAT.fullmatch(said):
        node.refuse("format-invalid", "format", found=said)
    suffix = PurePosixPath(path).suffix[1:].lower()
    return said or (suffix if _FORMAT.fullmatch(suffix) else media.OCTETS.name)


def _media_type(role: Role, format_: str, path: str) -> str:
    known = media.by_name(format_) if role == "table" else media.of_path(path)
    return known.media_type if known else ""


def _schema(node: Node, role: Role, around: Surroundings) -> tuple[Schema | None, Node]:
    if role == "file":
        if "schema" in node:
            node.refuse("schema-on-file", "schema")
        return None, node
    if "schema" not in node:
        node.refuse("schema-missing", "schema")
        return None, node
    found = looked_up(node, "schema", around)
    if found is None:
        return None, node
    check_profiles(found)
    return read_schema(found, around.limits), found


def _dialect(node: Node, around: Surroundings, format_: str) -> dict[str, Any]:
    found = looked_up(node, "dialect", around) if "dialect" in node else None
    if found is None:
        return {}
    check_profiles(found)
    return read_sheet_dialect(found, format_) if format_ in SHEETS else read_dialect(found)


def _check_sheet(node: Node, table: Resource, file: Path | None, around: Surroundings) -> None:
    """Whether the workbook can be opened without harm. Of raw records none is: derivation reads text."""
    if around.folder.prefix:
        node.refuse("table-spreadsheet", "path", found=table.format)
    elif file is not None:
        try:
            guard_table(file, table.format, Place(file=table.path, resource=table.name), around.settings)
        except Refusal as refusal:
            node.complaints.findings.extend(refusal.findings)


def _with_header(table: Resource, file: Path, settings: Settings) -> Resource:
    """The table with the row of its header, where that stands behind declared comments and is not said."""
    said = table.dialect
    if "headerRows" in said or not said.get("header", True) or not (said.get("commentChar") or said.get("commentRows")):
        return table
    row = header_row(file, table, max_columns=settings.max_columns, max_cell_bytes=settings.max_cell_bytes)
    return replace(table, dialect={**said, "headerRows": [row]}) if row > 1 else table


def _encoding(node: Node) -> str:
    said = node.line("encoding")
    known = codec(said or "utf-8")
    if not known:
        node.refuse("encoding-unknown", "encoding", found=said)
    return known or "utf-8"


def _check_bytes(node: Node, resource: Resource, file: Path) -> None:
    """Size and hash of a file; those of tables are stock's to check, which never opens a file."""
    size = file.stat().st_size
    if resource.bytes is not None and resource.bytes != size:
        node.refuse("file-bytes", "bytes", found=str(size), expected=str(resource.bytes))
    match = _HASH.fullmatch(resource.hash)
    if resource.hash and not match:
        node.refuse("hash-invalid", "hash", found=resource.hash)
    elif match:
        with file.open("rb") as opened:
            algorithm = match["algorithm"] or "md5"  # v1 and v2: a bare value is MD5
            digest = hashlib.file_digest(opened, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
        if digest != match["digest"].lower():
            node.refuse("file-hash", "hash", found=digest, expected=resource.hash)
