"""How a variant comes about: from the stored CSV or its typed form, with the code lists and texts that the version has kept."""

import gzip
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import zstandard

from catalog import formats, media, words
from catalog.addresses import Addresses
from catalog.download.cache import Cache
from catalog.download.variants import PLAIN, Variant
from catalog.model import Field, Publication, Resource, StoredFile, Text
from catalog.store import Files
from catalog.store.faults import translated
from catalog.vocabulary.codelists import CodeList
from catalog.vocabulary.snapshots import thaw

CODINGS: tuple[str, ...] = ("zstd", "gzip")
"""Compressed siblings that are made, the one that is preferred first (RFC 8878, RFC 1952)."""
_CHUNK = 1 << 20
_FAST = 32 << 20
"""Files of more bytes are compressed with less effort: somebody is waiting."""


class Maker:
    """Makes what is asked for and keeps it in ``cache``; ``files`` are the published bytes."""

    def __init__(self, files: Files, cache: Cache) -> None:
        self._files = files
        self._cache = cache

    def path(self, variant: Variant) -> Path:
        """A file with these bytes. Raises Refusal (the format has no room for the table), Busy, StoreError."""
        stored = variant.stored
        if stored is not None:
            return self._files.path(stored.sha256)
        self.refuse(variant)
        return self._kept(variant.key, partial(self._make, variant))

    def found(self, variant: Variant) -> Path | None:
        """The same, where nothing has to be made for it."""
        stored = variant.stored
        return self._files.path(stored.sha256) if stored is not None else self._cache.find(variant.key)

    def coded(self, path: Path, key: str, coding: str) -> Path:
        """The file compressed. ``key`` names its bytes."""
        return self._kept(f"{key}-{coding}", partial(_compress, path, coding))

    def refuse(self, variant: Variant) -> None:
        """Raise Refusal where the format has no room for the table; told before anything is made."""
        if variant.format is media.XLSX:
            schema = variant.table.schema
            formats.refuse_too_large(variant.table, self._rows(variant), len(schema.fields) if schema else 0)

    def parquet(self, publication: Publication, table: Resource) -> Path:
        """The typed table. Of versions that were published without one, it is made. Raises Busy, StoreError."""
        return self.path(Variant(publication=publication, table=table, format=media.PARQUET))

    def _kept(self, key: str, make: Any) -> Path:
        with translated(), formats.faults():
            return self._cache.get(key, make)

    def _rows(self, variant: Variant) -> int:
        known = variant.publication.rows.get(variant.table.name)
        return formats.count_rows(self._files.path(variant.canonical.sha256)) if known is None else known

    def _make(self, variant: Variant, target: Path) -> None:
        canonical, table, options = self._files.path(variant.canonical.sha256), variant.table, variant.options
        if variant.format is media.CSV:
            fields = formats.fields_in(canonical, table)
            headers = formats.headers(fields, options.labels) if options.labels != "name" else ()
            labels = formats.labels_of(fields, self._codelists(variant), options.codes)
            formats.write_csv(canonical, target, headers=headers, labels=labels, excel=options.excel)
        elif variant.format is media.PARQUET and options == PLAIN:
            with formats.typed(canonical, table, self._rows(variant), _reader) as values:
                formats.write_parquet(values, table, target)
        else:
            self._write_typed(variant, target)

    def _write_typed(self, variant: Variant, target: Path) -> None:
        publication, table, options = variant.publication, variant.table, variant.options
        values = formats.of_parquet(self.parquet(publication, table), table)
        fields = [each.field for each in values.columns]
        names = formats.headers(fields, options.labels)
        codelists = self._codelists(variant)
        labelled = formats.labelled(values, formats.labels_of(fields, codelists, options.codes))
        if variant.format is media.PARQUET:
            formats.write_parquet(labelled, table, target, names)
        elif variant.format is media.NDJSON:
            formats.write_ndjson(labelled, target, names)
        elif variant.format is media.JSON:
            formats.write_json(labelled, target, envelope(variant, fields, names), names)
        elif variant.format is media.GEOJSON:
            where = formats.coordinates_of(fields)
            assert where is not None, "a variant in GeoJSON is one of a table with coordinates"
            formats.write_geojson(
                labelled, target, envelope(variant, fields, names), where, names, key=_key_position(table, fields)
            )
        else:
            formats.write_sheets(labelled, table, target, names=names, facts=tuple(facts(variant)), codelist=codelists.get)

    def _codelists(self, variant: Variant) -> Mapping[str, CodeList]:
        kept = (each for each in variant.publication.files if each.role == "codelist")
        wanted = {each.definition.codelist for each in (variant.table.schema.fields if variant.table.schema else ())}
        return {name: self._thawed(each) for each in kept if (name := PurePosixPath(each.path).stem) in wanted}

    def _thawed(self, file: StoredFile) -> CodeList:
        with self._files.open(file.sha256) as stream:
            return thaw(stream.read())


def _reader(field: Field, missing: tuple[str, ...]) -> formats.Reader:
    """Stock's own reader of a field: only columns that are written in an unusual way ask for it."""
    from catalog.validation.casting import reader

    return reader(field, missing)


def _key_position(table: Resource, fields: list[Field]) -> int:
    """Where the one column stands that names a row, -1 where none does so alone."""
    key = table.schema.primary_key if table.schema else ()
    return next((index for index, each in enumerate(fields) if key == (each.name,)), -1)


def _compress(path: Path, coding: str, target: Path) -> None:
    large = path.stat().st_size > _FAST
    with path.open("rb") as given, target.open("wb") as sink:
        if coding == "zstd":
            zstandard.ZstdCompressor(level=1 if large else 6).copy_stream(given, sink, size=path.stat().st_size)
        else:
            with gzip.GzipFile(filename="", mode="wb", compresslevel=1 if large else 6, fileobj=sink, mtime=0) as packed:
                shutil.copyfileobj(given, packed, _CHUNK)


def envelope(variant: Variant, fields: list[Field], names: tuple[str, ...]) -> dict[str, Any]:
    """What a JSON file says about itself before its rows: which version of what, whose, its licence, what its columns mean."""
    publication, table = variant.publication, variant.table
    package, addresses = publication.package, Addresses(variant.base_url)
    return {
        "dataset": publication.id,
        "version": publication.version,
        "table": table.name,
        "title": _both(words.sample(package.title) if package.sample else package.title),
        "tableTitle": _both(table.title),
        "sample": package.sample,
        "publisher": {"id": publication.publisher.id, "name": _both(publication.publisher.name)},
        "modified": publication.modified,
        "url": addresses.dataset(publication.id),
        "license": [{"name": each.name, "title": each.title or each.name, "path": each.path} for each in package.licenses],
        "source": [{"title": each.title, "path": each.path} for each in package.sources],
        "labels": variant.options.labels,
        "codes": variant.options.codes,
        "definitions": {
            name: addresses.field(publication.id, table.name, each.name)
            for name, each in zip(names, fields, strict=True)
            if table.schema and each in table.schema.fields
        },
        "fields": formats.definitions(table)["fields"],
    }


def facts(variant: Variant) -> Iterator[tuple[str, str]]:
    """What the last sheet of a workbook tells, label and text."""
    publication, package = variant.publication, variant.publication.package
    title = words.sample(package.title) if package.sample else package.title
    yield "データセット", title.ja
    yield "Dataset", title.en
    yield "表 Table", f"{variant.table.title.ja} / {variant.table.title.en} ({variant.table.name})"
    yield "公開者 Publisher", f"{publication.publisher.name.ja} / {publication.publisher.name.en}"
    yield "版 Version", f"{publication.version} ({publication.modified})"
    for license_ in package.licenses:
        yield "ライセンス Licence", f"{license_.title or license_.name} {license_.path}".strip()
    for source in package.sources:
        yield "出典 Source", f"{source.title} {source.path}".strip()
    addresses = Addresses(variant.base_url)
    yield "ページ Page", addresses.dataset(publication.id)
    yield "このファイル This file", addresses.download(publication.id, publication.version, variant.file)
    yield "CSV SHA-256", variant.canonical.sha256


def _both(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
