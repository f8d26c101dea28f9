"""The union in any format, as files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog import formats, media
from catalog.addresses import Addresses
from catalog.dcat import shipped
from catalog.download.making import Maker
from catalog.model import Field
from catalog.scaffolding.plan import SAMPLE_LISTS
from catalog.union.merging import csv_parts, merged
from catalog.union.nouns import Coverage
from catalog.union.wishes import Wish, sources, told
from catalog.vocabulary.codelists import CodeList


def write(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    """Write the union as it is wanted. Raises Refusal where a format has no room for it."""
    writer = _WRITERS.get(wish.format.name)
    if writer is None:
        _write_csv(coverage, maker, wish, target)
    else:
        writer(coverage, maker, wish, target)


def _write_csv(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    made = target if wish.plain else target.with_name(f"{target.name}.csv")
    with made.open("wb") as sink:
        sink.writelines(csv_parts(coverage, maker))
    if not wish.plain:
        labels = formats.labels_of(_fields(coverage), _codelists(coverage), wish.options.codes)
        formats.write_csv(made, target, headers=_headers(coverage, wish), labels=labels, excel=wish.options.excel)
        made.unlink()


def _write_xlsx(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    known = _codelists(coverage)
    facts = [("標準 Standard", f"{coverage.standard.title.ja} {coverage.standard.title.en} ({coverage.standard.edition})")]
    facts += [("出典 Sources", Addresses(wish.base_url).coverage(coverage.standard.slug))]
    facts += [("出典 Source", f"{each['dataset']} v{each['version']}: {each['title']['ja']}") for each in sources(coverage)]
    formats.write_sheets(
        _labelled(coverage, maker, wish),
        coverage.resource,
        target,
        names=_headers(coverage, wish),
        facts=facts,
        codelist=known.get,
    )


def _write_json(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    formats.write_json(_labelled(coverage, maker, wish), target, _envelope(coverage, wish), _headers(coverage, wish))


def _write_geojson(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    where = formats.coordinates_of(_fields(coverage))
    assert where is not None, "the format is not offered otherwise"
    formats.write_geojson(_labelled(coverage, maker, wish), target, _envelope(coverage, wish), where, _headers(coverage, wish))


def _write_ndjson(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    formats.write_ndjson(_labelled(coverage, maker, wish), target, _headers(coverage, wish))


def _write_parquet(coverage: Coverage, maker: Maker, wish: Wish, target: Path) -> None:
    formats.write_parquet(_labelled(coverage, maker, wish), coverage.resource, target, _headers(coverage, wish))


_WRITERS: Mapping[str, Callable[[Coverage, Maker, Wish, Path], None]] = {
    media.XLSX.name: _write_xlsx,
    media.JSON.name: _write_json,
    media.GEOJSON.name: _write_geojson,
    media.NDJSON.name: _write_ndjson,
    media.PARQUET.name: _write_parquet,
}


def _envelope(coverage: Coverage, wish: Wish) -> dict[str, Any]:
    return told(coverage, wish.base_url) | {"count": coverage.rows}


def _fields(coverage: Coverage) -> tuple[Field, ...]:
    assert coverage.resource.schema is not None, "a union has the standard's columns"
    return coverage.resource.schema.fields


def _headers(coverage: Coverage, wish: Wish) -> tuple[str, ...]:
    return formats.headers(_fields(coverage), wish.options.labels)


def _labelled(coverage: Coverage, maker: Maker, wish: Wish) -> formats.Typed:
    labels = formats.labels_of(_fields(coverage), _codelists(coverage), wish.options.codes)
    return formats.labelled(merged(coverage, maker).typed(), labels)


def _codelists(coverage: Coverage) -> dict[str, CodeList]:
    """The lists that the columns name; with samples in the union, those of invented municipalities stand in the real ones."""
    found: dict[str, CodeList] = {}
    for name in {each.definition.codelist for each in _fields(coverage)} - {""}:
        listed = shipped.codelist(name)
        beside = shipped.codelist(SAMPLE_LISTS.get(name, "")) if coverage.samples else None
        if listed is not None:
            found[name] = replace(listed, concepts=(*listed.concepts, *beside.concepts)) if beside else listed
    return found
