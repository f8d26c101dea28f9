"""One figure of several municipalities beside each other: ``/compare``, its JSON and its CSV.

The figure is a column of numbers in a table that says which area each row is about: of one dataset, or of a standard, whose rows
come from every city that follows it. A missing value is told as such, and is never zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, g

from catalog import areas, meaning, media, query, union, words
from catalog.areas import Comparison, Measured
from catalog.dcat import shipped
from catalog.errors import Finding, NotFound, Withdrawn
from catalog.media import Format
from catalog.messages import translate
from catalog.messages.wording import _
from catalog.model import Field, Publication, Resource, Text
from catalog.query import Column
from catalog.standards import Table
from catalog.web import api, presenting, rows
from catalog.web.across import spreadsheets
from catalog.web.negotiation import format_of, language
from catalog.web.operations import Operation, listed, record
from catalog.web.pages import links
from catalog.web.parameters import BadQuery, Choice, Parameter, takes
from catalog.web.presenting import Links, Shown, text
from catalog.web.responses import Link, Manners, answer, content_of, html, json_bytes, page, remembered
from catalog.web.rows import Served
from catalog.web.site import site
from catalog.web.union import PREFECTURE, whole
from catalog.words import said

blueprint = Blueprint("comparing", __name__)

SHOWN = 200
"""Municipalities on the page; JSON and CSV have all of them."""
_LONGEST = 300
_TABLES = 30
"""Tables whose columns are offered to be chosen: those about the most areas."""
_OFFERED = (media.HTML, media.JSON, media.CSV)
_NEGOTIATED = ("Accept", "Accept-Language")
_STANDARD = "standard-"
_PARTS = 3
_FUNCTIONS: Mapping[str, str] = {
    "sum": _("sum"),
    "avg": _("mean"),
    "min": _("smallest value"),
    "max": _("largest value"),
}
_STATES: Mapping[str, str] = {
    "value": _("all rows have a value"),
    "partial": _("some rows have no value"),
    "missing": _("no data"),
    "absent": _("no rows"),
}
_COLUMNS = (_("Code"), _("Municipality"), _("State"), _("Value"), _("Unit"), _("Rows"), _("Rows without a value"))


class FieldOf(Parameter):
    """A column: ``<dataset>/<table>/<column>``, or ``standard-<standard>-<column>``. Which there are, the catalogue knows."""

    def read(self, text: str) -> str:
        """As it is."""
        if not text or len(text) > _LONGEST:
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What it has to be."""
        return "compare-field", {}


FIELD = FieldOf("field")
MEASURE = Choice("measure", areas.FUNCTIONS)
SORT = Choice("sort", ("value", "code"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is compared: a column, the columns that say which area a row is about, and where it comes from."""

    address: str
    field: Field
    served: Served
    column: Column
    areas: tuple[Column, ...]
    definition: str
    title: Text
    origin: str
    sample: bool


@blueprint.get("/compare")
@blueprint.get("/compare.<any(json, csv):suffix>")
@takes(FIELD, MEASURE, PREFECTURE, SORT)
def compare(suffix: str = "") -> Response:
    """The comparison, or without a figure those that there are."""
    wanted = media.by_name(suffix) or format_of(_OFFERED)
    figure = _figure(g.asked[FIELD.name], links() if wanted is media.HTML else api.links()) if FIELD.name in g.asked else None
    if wanted is media.HTML:
        asked, position = tuple(sorted(g.asked.items())), site().store.position()
        content = remembered(lambda: html("compare.html", **_page(figure, links())), "html", position, asked)
        return page(content, Manners(vary=_NEGOTIATED, links=_links(figure)))
    return _document(wanted, figure, negotiated=not suffix)


def _document(wanted: Format, figure: Figure | None, *, negotiated: bool) -> Response:
    vary = _NEGOTIATED if negotiated else ("Accept-Language",) if wanted is media.CSV else ()
    address = site().public.compare(wanted.suffix, **g.asked)
    manners = Manners(vary=vary, links=_links(figure), location=address if negotiated else "")
    if wanted is media.JSON:
        shown = _shown(figure, api.links()) if figure else {"choices": _choices(api.links())}
        return answer(content_of(json_bytes(shown)), wanted.content_type, manners)
    if figure is None:
        raise BadQuery([Finding(code="compare-field", details={"parameter": FIELD.name})])
    response = answer(content_of(_table(_shown(figure, api.links()), language())), wanted.content_type, manners)
    response.headers["Content-Disposition"] = 'attachment; filename="compare.csv"'
    return response


def _links(figure: Figure | None) -> tuple[Link, ...]:
    public = site().public
    twins = tuple(Link(public.compare(each.suffix, **g.asked), "alternate", each.media_type) for each in (media.JSON, media.CSV))
    return (*twins, *figure.served.links) if figure else twins[:1]


# What can be compared


def _figure(asked: str, places: Links) -> Figure:
    """The column of that address. BadQuery where there is none, or where it is no figure of areas."""
    try:
        found = _of_standard(asked, places) if asked.startswith(_STANDARD) and "/" not in asked else _of_table(asked, places)
    except (NotFound, Withdrawn):
        found = None
    if found is None:
        details = {"parameter": FIELD.name}
        raise BadQuery([Finding(code="compare-field", found=asked[:100], details=details)])
    return found


def _of_table(asked: str, places: Links) -> Figure | None:
    parts = asked.split("/", 2)
    if len(parts) != _PARTS:
        return None
    publication = site().store.latest(parts[0])
    table = rows.table_of(publication, parts[1])
    served = rows.served(publication, table)
    found = _column(table, served, parts[2])
    if found is None:
        return None
    title = publication.package.title
    return Figure(
        address=asked,
        field=found[1],
        served=served,
        column=found[0],
        areas=query.area_columns(served.columns, served.areas),
        definition=places.pages.field(publication.id, table.name, parts[2]),
        title=words.sample(title) if publication.package.sample else title,
        origin=places.pages.dataset(publication.id),
        sample=publication.package.sample,
    )


def _of_standard(asked: str, places: Links) -> Figure | None:
    known = shipped.standard_column(asked)
    if known is None:
        return None
    several = len(known.standard.tables) > 1
    about, served = whole(known.standard.slug, known.table.name if several else "")
    found = _column(about.resource, served, known.column.name)
    if found is None:
        return None
    return Figure(
        address=asked,
        field=found[1],
        served=served,
        column=found[0],
        areas=query.area_columns(served.columns, served.areas),
        definition=places.pages.path("field", asked),
        title=about.standard.title,
        origin=places.pages.coverage(about.standard.slug),
        sample=about.samples and any(each.sample for each in about.members),
    )


def _column(table: Resource, served: Served, name: str) -> tuple[Column, Field] | None:
    """The column with its field, where it is a figure of areas."""
    fields = {each.name: each for each in (table.schema.fields if table.schema else ())}
    column = next((each for each in served.columns if each.field_name == name), None)
    known = query.area_columns(served.columns, served.areas)
    if column is None or not known or not areas.comparable(column, fields.get(name)):
        return None
    return column, fields[name]


def offered(publication: Publication, table: Resource, field: Field, places: Links) -> str:
    """Where a column of a published table is compared, "" where it is no figure of areas."""
    if not areas.figurative(field) or not meaning.area_fields(table):
        return ""
    return places.pages.compare(field=f"{publication.id}/{table.name}/{field.name}")


def offered_of_standard(address: str, found: shipped.StandardColumn, places: Links) -> str:
    """Where a column of a standard is compared, "" where it is no figure of areas."""
    return places.pages.compare(field=address) if areas.figurative(found.column.field) and _placed(found.table) else ""


def _choices(places: Links) -> list[Shown]:
    """What can be compared: columns of the standards that somebody follows, then of the tables about the most areas."""
    return [*_of_standards(places), *_of_tables(places)]


def _of_standards(places: Links) -> Iterator[Shown]:
    store = site().store
    followed = [each for each in shipped.editions().current() if store.uses("standard", each.slug, limit=1)]
    for address, found in shipped.standard_columns().items():
        if found.standard in followed and offered_of_standard(address, found, places):
            yield _choice(address, found.standard.title, found.column.field, places)


def _placed(table: Table) -> bool:
    """Whether a table of a standard says which area its rows are about."""
    return any(each.field.definition.codelist in meaning.AREA_LISTS for each in table.columns)


def _of_tables(places: Links) -> Iterator[Shown]:
    for spread in site().store.areas.spread(_TABLES):
        try:
            publication = site().store.latest(spread.dataset)
        except (NotFound, Withdrawn):  # just now
            continue
        table = meaning.table_named(publication, spread.resource)
        title = presenting.title_of(publication.package)
        for field in table.schema.fields if table and table.schema else ():
            if areas.figurative(field):
                yield _choice(f"{spread.dataset}/{spread.resource}/{field.name}", Text(**title), field, places)


def _choice(address: str, title: Text, field: Field, places: Links) -> Shown:
    return {
        "field": address,
        "of": text(title),
        "title": text(field.title or Text(field.name, field.name)),
        "unit": field.definition.unit,
        "url": places.pages.compare(field=address),
    }


# What is told


def _page(figure: Figure | None, places: Links) -> Shown:
    return {
        "compared": _shown(figure, places) if figure else None,
        "choices": _choices(places),
        "functions": [{"name": name, "title": text(said(label))} for name, label in _FUNCTIONS.items()],
        "prefectures": [
            {"code": code, "name": text(name)} for code, name in union.prefectures(samples=figure is None or figure.sample)
        ],
        "asked": g.asked,
        "shown": SHOWN,
    }


def _shown(figure: Figure, places: Links) -> Shown:
    prefecture, function = g.asked.get(PREFECTURE.name, ""), g.asked.get(MEASURE.name, "sum")
    found = areas.compare(
        figure.served.parquet, figure.column, figure.areas, function, rows.limits_of(site()), prefecture=prefecture
    )
    measured = _sorted(_with_absent(found, prefecture), g.asked.get(SORT.name, "value"))
    lowest, highest = _scale(measured)
    counts = {state: sum(each.state == state for each in measured) for state in _STATES}
    return {
        "field": figure.address,
        "title": text(figure.field.title or Text(figure.field.name, figure.field.name)),
        "name": figure.field.name,
        "unit": figure.field.definition.unit,
        "definition": figure.definition,
        "of": {"title": text(figure.title), "url": figure.origin},
        "sample": figure.sample,
        "measure": {"name": function, "title": text(said(_FUNCTIONS[function]))},
        "prefecture": prefecture,
        "counts": counts,
        "rowsElsewhere": found.elsewhere,
        "areas": [_area(each, lowest, highest, figure, places) for each in measured],
        "rows": figure.served.address,
        "license": figure.served.about["license"],
        "licenses": figure.served.about["licenses"],
        "source": figure.served.about.get("source") or figure.served.about.get("sources"),
        "version": figure.served.about["version"],
        "json": places.files.compare(media.JSON.suffix, **g.asked),
        "csv": places.files.compare(media.CSV.suffix, **g.asked),
    }


def _with_absent(found: Comparison, prefecture: str) -> list[Measured]:
    """With a prefecture, the municipalities of which there are no rows are told as well."""
    known = {each.locality.code for each in found.areas}
    missing = (each.code for each in union.municipalities(prefecture)) if prefecture else ()
    return [
        *found.areas,
        *(Measured(locality=areas.locality(each), value=None, rows=0, empty=0) for each in missing if each not in known),
    ]


def _sorted(measured: list[Measured], by: str) -> list[Measured]:
    """By value, the greatest first and what has none last; or by code."""
    if by == "code":
        return sorted(measured, key=lambda each: each.locality.code)
    return sorted(measured, key=lambda each: (each.value is None, -(each.value or 0), each.locality.code))


def _scale(measured: list[Measured]) -> tuple[float, float]:
    """The least and the greatest value; zero is always between them, or the bars would lie."""
    values = [each.value for each in measured if each.value is not None]
    return min([0, *values]), max([0, *values])


def _area(value: Measured, lowest: float, highest: float, figure: Figure, places: Links) -> Shown:
    where, width = value.locality, (highest - lowest) or 1
    name = where.name if where.listed else Text(where.code, where.code)
    bar = None
    if value.value is not None:
        start, end = sorted((0.0, float(value.value)))
        bar = {"x": round(100 * (start - lowest) / width, 2), "width": round(100 * (end - start) / width, 2)}
    word = query.area_word(figure.served.columns)
    return {
        "code": where.code,
        "name": text(words.sample(name) if where.invented else name),
        "url": places.pages.area(where.code),
        "state": value.state,
        "stateInWords": text(said(_STATES[value.state])),
        "value": value.value,
        "rowCount": value.rows,
        "rowsWithoutValue": value.empty,
        "bar": bar,
        "rows": f"{figure.served.address}?{urlencode([*figure.served.pinned, (word, where.code)])}",
    }


def _table(shown: Shown, reader: str) -> bytes:
    header = [translate(each, reader) for each in _COLUMNS]
    lines = (
        [each["code"], Text(**each["name"]).within(reader), Text(**each["stateInWords"]).within(reader), each["value"],
         shown["unit"], each["rowCount"], each["rowsWithoutValue"]]
        for each in shown["areas"]
    )  # fmt: skip
    return spreadsheets.written(header, lines)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/compare.json",
        endpoint="comparing.compare",
        tag="areas",
        summary=_("One figure of several municipalities beside each other; without “field”, the figures that there are"),
        description=_(
            "“field” is <dataset>/<table>/<column>, or standard-<standard>-<column> for the rows of every city that follows the"
            " standard. Values that are missing are null, with their state, and never zero."
        ),
        schema={"type": "object", "properties": {"areas": listed(record({"code": {"type": "string"}}))}},
    ),
)
