"""What makes a dataset easy to use, point by point: met or not, and how to mend what is not. Never one number for all of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from catalog.messages.wording import _
from catalog.model import Field, Publication, Text
from catalog.web.presenting import Shown, text
from catalog.words import said

ENOUGH = 40
"""Characters of a description that says what is in the data; a title repeated says nothing."""
_NAMED = 5
_LASTS: Mapping[str, timedelta] = {
    "DAILY": timedelta(days=3),
    "WEEKLY": timedelta(days=14),
    "MONTHLY": timedelta(days=62),
    "QUARTERLY": timedelta(days=180),
    "ANNUAL_2": timedelta(days=365),
    "ANNUAL": timedelta(days=550),
}
"""How old a version may be before what was promised of updates is not kept: the span of the frequency and a grace."""


def overdue(publication: Publication, now: datetime | None = None) -> bool:
    """Whether the publisher has promised an update that has not come."""
    lasts = _LASTS.get(publication.package.frequency)
    return lasts is not None and (now or datetime.now(UTC)) - datetime.fromisoformat(publication.modified) > lasts


def points(publication: Publication, *, late: bool) -> list[Shown]:
    """The points in the order of what helps most: ``{"met", "point", "mend"}``; ``late`` as ``overdue`` says it."""
    return [
        {"met": met, "point": text(point), "mend": text(Text() if met else mend)}
        for met, point, mend in (*_of_data(publication), *_of_package(publication, late=late))
    ]


def _of_data(publication: Publication) -> Iterator[tuple[bool, Text, Text]]:
    tables = publication.package.tables()
    fields = [each for table in tables if table.schema for each in table.schema.fields]
    warnings = sum(each.severity == "warning" for each in publication.findings)
    yield (
        bool(publication.report.get("valid")),
        said(_("Every table keeps its own definitions.")),
        said(_("The validation report names each cell; mend the cells, or the definitions.")),
    )
    yield (
        warnings == 0,
        said(_("Nothing in the data asks for a second look.")),
        said(_("%(count)s warnings: the validation report says what to look at."), count=warnings),
    )
    undefined = [each.name for each in fields if not each.description]
    yield (
        not undefined,
        said(_("Every field has a definition.")),
        said(_("Write a “description” for: %(names)s"), names=_names(undefined)),
    )
    untitled = [each.name for each in fields if not each.title.ja or not each.title.en]
    yield (
        not untitled,
        said(_("Every field has a title in Japanese and English.")),
        said(_("Write “title” and its translation in “definition.translations.en” for: %(names)s"), names=_names(untitled)),
    )
    unitless = [each.name for each in fields if _is_amount(each)]
    yield (
        not unitless,
        said(_("Every amount has a unit.")),
        said(_("Write “definition.unit” for: %(names)s"), names=_names(unitless)),
    )
    keyless = [each.name for each in tables if each.schema and not each.schema.primary_key]
    yield (
        not keyless,
        said(_("Every table has a primary key, so that versions can be compared row by row.")),
        said(_("Write “primaryKey” in the schema of: %(names)s"), names=_names(keyless)),
    )


def _is_amount(field: Field) -> bool:
    """A number without a unit, code list or allowed values: nobody can tell of what. Coordinates are degrees by their nature."""
    definition, bounds = field.definition, field.constraints
    place = bounds.get("minimum") in (-90, -180, "-90", "-180") or "latitude" in field.name or "longitude" in field.name
    plain = not (definition.unit or definition.codelist or "enum" in bounds or bounds.get("unique") or place)
    return field.type == "number" and plain


def _of_package(publication: Publication, *, late: bool) -> Iterator[tuple[bool, Text, Text]]:
    package = publication.package
    yield (
        any(each.path.startswith("http") for each in package.licenses),
        said(_("The terms of use have an address.")),
        said(_("Write “licenses” with “name” and “path”, for example CC-BY-4.0.")),
    )
    yield (
        len(package.description.ja or package.description.en) >= ENOUGH,
        said(_("The description says what is in the data.")),
        said(_("Write at least %(count)s characters: what one row is, from where, as of when."), count=ENOUGH),
    )
    yield (
        bool(package.title.en and package.description.en),
        said(_("Title and description are in English, too.")),
        said(_("Write “catalog.translations.en.title” and “description”.")),
    )
    yield (
        package.contact is not None,
        said(_("It says whom to ask.")),
        said(_("Write “catalog.contact” with the name of the section and a telephone number, an e-mail or a form.")),
    )
    yield (
        bool(package.frequency),
        said(_("It says how often it is updated.")),
        said(_("Write “catalog.frequency”, for example ANNUAL.")),
    )
    yield (
        not late,
        said(_("It is updated as often as promised.")),
        said(_("Publish a new version, or write in “catalog.frequency” how often it really is updated.")),
    )
    yield (
        package.temporal is not None,
        said(_("It says of which time it is.")),
        said(_("Write “catalog.temporal” with “start” and “end”.")),
    )
    yield (
        bool(package.spatial),
        said(_("It says of which area it is.")),
        said(_("Write the code of the area in “catalog.spatial”.")),
    )
    yield (
        bool(package.sources),
        said(_("It says where the data come from.")),
        said(_("Write “sources” with “title” and “path”.")),
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
