"""What columns hold, by their definitions alone: the code of an area, a code of a list, a column of a standard.

A column's own definition speaks first, then the column of the standard that its table declares. What a column happens to be
called says nothing. Where two columns of published tables mean the same, their rows can be put side by side (``shared``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from catalog.dcat import shipped
from catalog.dcat.definitions import standard_column_name
from catalog.errors import NotFound
from catalog.model import Field, Publication, Resource
from catalog.standards import Column, Standard, Table, table_of
from catalog.values import is_local_government_code, local_government_check_digit

_PLACES = ("municipality", "municipality-sample")
"""Lists whose codes say where something lies; those of ``local-government`` name the body that answers for it."""
_BODIES = ("local-government",)
_PREFECTURES = ("prefecture",)
AREA_LISTS: tuple[str, ...] = (*_PLACES, *_BODIES, *_PREFECTURES)
_REAL = ("municipality", "local-government")
"""Lists that hold the same codes: one is a part of the other."""
_PREFECTURE, _SHORT = 2, 5
_TEXTS = ("string", "any")
_IDENTIFIERS = ("_id", "_number", "_code")
"""How our names of a standard's columns end that hold numbers of something. The number of a row (ID) is each city's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One column: the code list that it holds, "" for none, and the column of a standard that it stands for, if it does.

    ``column`` is the standard's own name of it, the same in every edition; ``address`` leads to its definition;
    ``identifies`` whether its values name things for everybody who follows the standard.
    """

    field: Field
    codelist: str = ""
    listed: str = ""
    column: str = ""
    address: str = ""
    identifies: bool = False

    @property
    def area(self) -> bool:
        """Whether it holds codes of areas, as text: a number has lost their leading zeros."""
        return self.codelist in AREA_LISTS and self.field.type in _TEXTS


@dataclass(frozen=True, slots=True)
class Shared:
    """What two columns have in common. ``name``: the code list, the address of a standard's column, or the table of a key."""

    kind: Literal["codelist", "standard", "key"]
    name: str
    area: bool = False


def meanings(table: Resource) -> Mapping[str, Meaning]:
    """What each column of a table holds, by name."""
    known = _recognised(table)
    return {each.name: _meaning(each, known.get(each.name)) for each in (table.schema.fields if table.schema else ())}


def area_fields(table: Resource) -> tuple[Field, ...]:
    """The columns that say which area a row is about; the first of them that is filled counts.

    Where something lies comes before who answers for it, and a whole prefecture last.
    """
    found = [each for each in meanings(table).values() if each.area]
    return tuple(each.field for each in sorted(found, key=_rank))


def shared(left: Resource, left_field: str, right: Resource, right_field: str, *, same_dataset: bool = False) -> Shared | None:
    """By what the rows of two tables can be put together on these columns, None where nothing says that they mean the same.

    ``same_dataset``: both tables are of one package, so that a foreign key between them counts.
    """
    one, other = meanings(left).get(left_field), meanings(right).get(right_field)
    if one is None or other is None:
        return None
    if same_dataset and (found := _by_key(left, left_field, right, right_field)):
        return found
    if one.codelist and (one.codelist == other.codelist or {one.codelist, other.codelist} <= set(_REAL)):
        return Shared("codelist", one.codelist, area=one.area and other.area)
    if one.column and one.column == other.column and one.identifies:  # remarks and names may be alike, and mean nothing by it
        return Shared("standard", one.address)
    return None


def alike(codelist: str) -> tuple[str, ...]:
    """The code lists whose codes can be held against those of one list, itself first."""
    return (codelist, *(each for each in _REAL if each != codelist)) if codelist in _REAL else (codelist,)


def area_code(text: str) -> str:
    """The six-digit code of a municipality or prefecture, whether it is given with six digits, five or two; "" for others.

    A wrong check digit is no code: it may stand for two different places.
    """
    if not (text.isascii() and text.isdigit()):
        return ""
    if len(text) == _PREFECTURE:
        text = f"{text}000"
    if len(text) == _SHORT:
        text += local_government_check_digit(text)
    return text if is_local_government_code(text) else ""


def is_prefecture(code: str) -> bool:
    """Whether a six-digit code is that of a prefecture."""
    return code[_PREFECTURE:_SHORT] == "000"


def table_named(publication: Publication, name: str) -> Resource | None:
    """The table of that name."""
    return next((each for each in publication.package.tables() if each.name == name), None)


def _rank(meaning: Meaning) -> int:
    """Samples have one list of invented codes: there the standard still says whether a column names a place or a body."""
    listed = meaning.listed if meaning.listed in AREA_LISTS else meaning.codelist
    return next(place for place, names in enumerate((_PLACES, _BODIES, _PREFECTURES)) if listed in names)


def _meaning(field: Field, known: tuple[Standard, Table, Column] | None) -> Meaning:
    own = field.definition.codelist
    if known is None:
        return Meaning(field=field, codelist=own)
    standard, table, column = known
    listed = column.field.definition.codelist
    return Meaning(
        field=field,
        codelist=own or listed,
        listed=listed,
        column=f"{standard.slug}/{table.name if len(standard.tables) > 1 else ''}/{column.identifier}",
        address=f"standard-{standard.slug}-{standard_column_name(standard, table, column)}",
        identifies=column.code and column.identifier.endswith(_IDENTIFIERS),
    )


def _recognised(table: Resource) -> Mapping[str, tuple[Standard, Table, Column]]:
    """The columns that the standard of a table has, by the names that the table has for them."""
    if table.standard is None or table.schema is None:
        return {}
    try:
        standard = shipped.standard(table.standard.id, table.standard.edition)
    except NotFound:  # an edition that the program does not have any more
        return {}
    found = table_of(table, standard) if standard else None
    if standard is None or found is None:
        return {}
    matched: Iterable[tuple[str, Column]] = found.match_header(table.schema.names()).mapping.items()
    return {name: (standard, found, column) for name, column in matched}


def _by_key(left: Resource, left_field: str, right: Resource, right_field: str) -> Shared | None:
    for one, field, other, target in ((left, left_field, right, right_field), (right, right_field, left, left_field)):
        for key in one.schema.foreign_keys if one.schema else ():
            if key.resource == other.name and key.fields == (field,) and key.reference_fields == (target,):
                return Shared("key", other.name)
    return None
