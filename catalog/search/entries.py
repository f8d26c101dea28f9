"""What of a dataset, a standard or a code list can be found, and by which words: the one place that decides it.

A dataset is found by its title, by what it goes by (keywords, area, publisher, standard), and by all its texts, those of its
fields and the labels of their codes among them. A field, a term of a code list and a standard can be found by themselves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from itertools import chain

from catalog import media, words
from catalog.dcat import areas, authorities, shipped
from catalog.model import Field, Package, Publication, Resource, Text
from catalog.standards import Column, Standard
from catalog.store.entering import Entry
from catalog.values import is_local_government_code, local_government_check_digit
from catalog.vocabulary.codelists import ENUM_LIMIT, FOLDER, CodeList, Concept

JAPAN = timezone(timedelta(hours=9))
"""Months are those of Japan's calendar, as pages show times."""
_README = 20_000
"""Characters of a README that are looked in."""

CodeLists = Mapping[str, CodeList]


def of_publication(publication: Publication, codelists: CodeLists) -> Iterator[Entry]:
    """The dataset, its fields, and the terms of the lists that it brought itself. ``codelists`` are those it has kept."""
    facets = facets_of(publication)
    yield _dataset(publication, codelists, facets)
    for table in publication.package.tables():
        for field in table.schema.fields if table.schema else ():
            yield _field(publication, table, field, codelists.get(field.definition.codelist), facets)
    for name, codelist in codelists.items():
        if f"{FOLDER}/{name}.ttl" in publication.package.files:
            yield from of_codelist(codelist, publication.id, publication.package.sample)


def facets_of(publication: Publication) -> dict[str, tuple[str, ...]]:
    """The values by which datasets are told apart, by facet."""
    package = publication.package
    formats = {each.format for each in publication.files if each.role == "table"}
    formats |= {media.of_path(each.path).name for each in package.resources if each.role == "file"}
    found: dict[str, Iterable[str]] = {
        "publisher": [publication.publisher.id],
        "area": _areas(package.spatial),
        "standard": sorted({each.standard.id for each in package.tables() if each.standard}),
        "format": sorted(formats - {"", media.OCTETS.name}),
        "license": sorted({_license(each.name, each.path) for each in package.licenses}),
        "theme": sorted(set(package.themes)),
        "valid": _valid(publication),
        "updated": _months(publication.modified),
        "sample": ["true" if package.sample else "false"],
        "keyword": dict.fromkeys((*package.keywords, *package.keywords_en)),
    }
    return {name: tuple(filter(None, values)) for name, values in found.items()}


def _license(name: str, path: str) -> str:
    """The id of a licence, in the one case of those that we know; of one without a name, its address."""
    return name.strip().upper() if authorities.license_named(name) else (name or path)


def _areas(codes: Sequence[str]) -> Iterable[str]:
    """The areas that are named, and the prefectures that they lie in."""
    found = dict.fromkeys(codes)
    for each in codes:
        if is_local_government_code(each):
            found[prefecture_of(each)] = None
    return sorted(found)


def prefecture_of(code: str) -> str:
    """The code of the prefecture that a municipality lies in; a prefecture lies in itself."""
    first = f"{code[:2]}000"
    return first + local_government_check_digit(first)


def _valid(publication: Publication) -> list[str]:
    """Whether it is valid; a valid one with warnings of ours has both values, a description without tables none."""
    if publication.package.origin and not publication.package.origin.taken:
        return []
    if not publication.report.get("valid", True):
        return ["false"]
    return ["true", "warnings"] if any(each.severity == "warning" for each in publication.findings) else ["true"]


def _months(modified: str) -> list[str]:
    """The year and the month of its latest version."""
    if not modified:
        return []
    day = datetime.fromisoformat(modified).astimezone(JAPAN).date().isoformat()
    return [day[:4], day[:7]]


def _dataset(publication: Publication, codelists: CodeLists, facets: Mapping[str, tuple[str, ...]]) -> Entry:
    package = publication.package
    title = words.sample(package.title) if package.sample else package.title
    return Entry(
        kind="dataset",
        dataset=publication.id,
        path=f"dataset/{publication.id}",
        title=title,
        note=publication.publisher.name,
        description=package.description,
        sample=package.sample,
        names=(package.title.ja, package.title.en, publication.id),
        marks=tuple(_marks(publication)),
        bodies=tuple(chain(_about(package), *(_columns(each, codelists) for each in package.tables()))),
        facets=facets,
    )


def _marks(publication: Publication) -> Iterator[str]:
    package, publisher = publication.package, publication.publisher
    yield from (*package.keywords, *package.keywords_en)
    for each in _areas(package.spatial):
        yield from (*_both(areas.name_of(each)), each)
    yield from (*_both(publisher.name), publisher.id)
    for table in package.tables():
        if table.standard:
            standard = shipped.standard(table.standard.id)
            yield from (table.standard.id, *_both(standard.title if standard else Text()))


def _about(package: Package) -> Iterator[str]:
    yield from _both(package.description)
    for each in words.themes_of(package.themes):
        yield from _both(each)
    for resource in package.resources:
        yield from (resource.name, *_both(resource.title), *_both(resource.description))
    yield from (each.title for each in package.sources)
    yield from (each.title for each in package.contributors)
    yield package.readme[:_README]


def _columns(table: Resource, codelists: CodeLists) -> Iterator[str]:
    for field in table.schema.fields if table.schema else ():
        yield from (field.name, *_both(field.title), *_both(field.description))
        yield from _labels(field, codelists.get(field.definition.codelist))


def _labels(field: Field, codelist: CodeList | None) -> Iterator[str]:
    """What the allowed values mean, where there are few enough of them to tell what the field is about."""
    for value, label in words.allowed_values(field, codelist):
        yield from (value, *_both(label))


def _field(
    publication: Publication, table: Resource, field: Field, codelist: CodeList | None, facets: Mapping[str, tuple[str, ...]]
) -> Entry:
    package, definition = publication.package, field.definition
    title = words.sample(package.title) if package.sample else package.title
    return Entry(
        kind="field",
        dataset=publication.id,
        path=f"field/{publication.id}-{table.name}-{field.name}",
        title=field.title or Text(field.name, field.name),
        note=title,
        description=field.description,
        sample=package.sample,
        names=(field.name, *_both(field.title)),
        marks=(definition.codelist, definition.unit, definition.property, field.rdf_type),
        bodies=(*_both(field.description), *_labels(field, codelist), *_both(package.title), *_both(table.title)),
        facets={name: values for name, values in facets.items() if name != "keyword"},
    )


def of_codelist(codelist: CodeList, dataset: str = "", sample: bool = False) -> Iterator[Entry]:
    """A code list and its own terms; those of its parts belong to them."""
    yield Entry(
        kind="term",
        dataset=dataset,
        path=f"codelist/{codelist.name}",
        title=codelist.title,
        description=codelist.description,
        sample=sample or codelist.sample,
        names=(*_both(codelist.title), codelist.name),
        bodies=(*_both(codelist.description), *_both(codelist.note)),
    )
    for concept in codelist.concepts:
        if concept.codelist == codelist.name:
            yield _term(concept, codelist, dataset, sample or codelist.sample)


def _term(concept: Concept, codelist: CodeList, dataset: str, sample: bool) -> Entry:
    return Entry(
        kind="term",
        dataset=dataset,
        path=f"concept/{codelist.name}-{concept.code}",
        title=concept.label,
        note=Text(f"{codelist.title.ja} {concept.code}", f"{codelist.title.en} {concept.code}"),
        description=concept.definition,
        sample=sample,
        names=(*concept.texts(), concept.code),
        bodies=(*_both(concept.definition), *(_both(codelist.title) if len(codelist.concepts) <= ENUM_LIMIT else ())),
    )


def of_standard(standard: Standard) -> Iterator[Entry]:
    """A standard in its current edition, and its columns."""
    yield Entry(
        kind="standard",
        dataset="",
        path=f"standard/{standard.slug}",
        title=standard.title,
        note=Text(standard.number, standard.number),
        description=standard.description,
        names=(*_both(standard.title), standard.slug),
        marks=(*standard.keywords, standard.number),
        bodies=(
            *_both(standard.description),
            *chain.from_iterable(_said(each) for table in standard.tables for each in table.columns),
        ),
    )
    for address, found in shipped.standard_columns().items():
        if found.standard.slug == standard.slug:
            yield _standard_field(address, found.standard, found.column)


def _said(column: Column) -> Iterator[str]:
    yield from (*column.spellings(), *_both(column.field.title), *_both(column.field.description))


def _standard_field(address: str, standard: Standard, column: Column) -> Entry:
    return Entry(
        kind="field",
        dataset="",
        path=f"field/{address}",
        title=column.field.title or Text(column.name, column.identifier),
        note=standard.title,
        description=column.field.description,
        names=(*column.spellings(), *_both(column.field.title)),
        marks=(column.field.definition.codelist, column.field.definition.unit),
        bodies=(*_both(column.field.description), *_both(standard.title)),
        facets={"standard": (standard.slug,)},
    )


def _both(text: Text) -> tuple[str, str]:
    return text.ja, text.en
