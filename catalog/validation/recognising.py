"""What a column is taken for, so that its cells can be judged: a code, a coordinate, a date written as text.

Only the definition, the standard that the table declares, and plain names are believed; the cells never are. A column that
is taken for nothing is looked at as text or as a number, by its type.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from catalog.errors import NotFound
from catalog.model import Field, Resource
from catalog.standards import Column as StandardColumn
from catalog.standards import Standards
from catalog.values import fold
from catalog.vocabulary.checking import LOCAL_GOVERNMENT

Role = Literal[
    "text", "number", "date", "time", "code", "first",
    "local-government", "corporate-number", "postal-code", "telephone", "latitude", "longitude",
]  # fmt: skip
"""``text`` is a string whose values nothing lists; ``code`` is text that no program may take for a number or a date; the
``first`` column is where notes and totals are written."""

_NUMBERS = frozenset({"integer", "number"})
_TEXTS = frozenset({"string", "any"})
_DATES = frozenset({"date", "datetime", "yearmonth", "year"})
_SCHEMA_ORG = re.compile(r"https?://schema\.org/(\w+)")
_GEO = re.compile(r"https?://www\.w3\.org/2003/01/geo/wgs84_pos#(lat|long)")
_CORPORATE = re.compile(r"https?://\S*[/#](法人番号|corporateNumber)")
_PROPERTIES: Mapping[str, Role] = {
    "latitude": "latitude",
    "longitude": "longitude",
    "lat": "latitude",
    "long": "longitude",
    "postalCode": "postal-code",
    "telephone": "telephone",
    "faxNumber": "telephone",
    "startDate": "date",
    "endDate": "date",
}
_COORDINATES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"(.*[_・])?(緯度|latitude)"), "latitude"),
    (re.compile(r"(.*[_・])?(経度|longitude)"), "longitude"),
)
_DATE_NAME = re.compile(r".*(?<!曜)日|.*(日付|日時)|(.*_)?date|.*[a-z]Date")
_TIME_NAME = re.compile(r".*(時間|時刻)|(.*_)?time|.*[a-z]Time")
_TIME_PATTERN = ":[0-5][0-9]"


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """A field, and where its cells are: ``position`` counts from 0.

    ``missing`` are the texts of cells that say nothing. ``codelist`` is the list of the definition, or else of the standard's
    column; ``declared`` says that the definition itself names it. ``standard`` is the standard's column, where one is known.
    """

    field: Field
    position: int
    missing: frozenset[str]
    roles: frozenset[Role]
    codelist: str = ""
    standard: StandardColumn | None = None

    @property
    def declared(self) -> bool:
        """Whether the definition itself names the code list."""
        return bool(self.field.definition.codelist)

    @property
    def closed(self) -> bool:
        """Whether a list of the schema says which values there are, so that stock or the code list judges them."""
        field = self.field
        return bool(field.constraints.get("enum") or field.options.get("categories") or field.type == "boolean" or self.codelist)


def columns_of(resource: Resource, labels: Sequence[str], standards: Standards | None = None) -> tuple[Column, ...]:
    """The fields of a table that its file has, each with its place: by order, or by name where ``fieldsMatch`` says so."""
    if resource.schema is None:
        return ()
    schema = resource.schema
    known = _standard_columns(resource, standards)
    places = {label: place for place, label in reversed(list(enumerate(labels)))}
    found = []
    for order, field in enumerate(schema.fields):
        place = order if schema.fields_match == "exact" else places.get(field.name, -1)
        if 0 <= place < len(labels):
            missing = field.missing_values if field.missing_values is not None else schema.missing_values
            standard = known.get(field.name)
            codelist = field.definition.codelist or (standard.field.definition.codelist if standard else "")
            found.append(
                Column(
                    field=field,
                    position=place,
                    missing=frozenset(each for each in missing if "\0" not in each),  # no cell has it, and SQL cannot say it
                    roles=_roles(field, standard, codelist, first=place == 0),
                    codelist=codelist,
                    standard=standard,
                )
            )
    return tuple(found)


def _standard_columns(resource: Resource, standards: Standards | None) -> Mapping[str, StandardColumn]:
    """The standard's columns by the names of our fields; nothing where no known standard is declared."""
    if resource.standard is None or resource.schema is None or standards is None:
        return {}
    try:
        standard = standards.standard(resource.standard.id, resource.standard.edition)
        return standard.match_header(resource.schema.names(), resource.name if len(standard.tables) > 1 else "").mapping
    except NotFound:  # the check of standards says so
        return {}


def _roles(field: Field, standard: StandardColumn | None, codelist: str, *, first: bool) -> frozenset[Role]:
    roles: set[Role] = {"first"} if first else set()
    roles |= _by_property(field.definition.property, standard)
    if codelist in LOCAL_GOVERNMENT:
        roles.add("local-government")
    if field.type in _NUMBERS:
        roles |= {"number", *_by_coordinate_name(field.name)}
    elif field.type in _TEXTS:
        roles |= {"text", *_by_text(field)}
    elif field.type in _DATES:
        roles.add("date")
    elif field.type == "time":
        roles.add("time")
    if codelist or (standard and standard.code) or roles & {"corporate-number", "postal-code", "telephone"}:
        roles.add("code")
    return frozenset(roles)


def _by_property(address: str, standard: StandardColumn | None) -> set[Role]:
    roles: set[Role] = set()
    for each in (address, standard.field.definition.property if standard else ""):
        if named := _SCHEMA_ORG.fullmatch(each) or _GEO.fullmatch(each):
            roles |= {_PROPERTIES[named[1]]} if named[1] in _PROPERTIES else set()
        if _CORPORATE.fullmatch(each):
            roles.add("corporate-number")
    if standard and standard.identifier == "corporate_number":
        roles.add("corporate-number")
    return roles


def _by_coordinate_name(name: str) -> set[Role]:
    return {role for pattern, role in _COORDINATES if pattern.fullmatch(fold(name))}


def _by_text(field: Field) -> set[Role]:
    """Dates and times that are kept as text, by the name or by the form that is asked for."""
    if _TIME_PATTERN in str(field.constraints.get("pattern", "")) or _TIME_NAME.fullmatch(field.name):
        return {"time"}
    return {"date"} if _DATE_NAME.fullmatch(field.name) else set()
