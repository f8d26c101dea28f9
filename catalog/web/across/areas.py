"""Everything that the catalogue holds of a municipality or prefecture: ``/area/<code>`` and ``/areas``.

Read from the index that is written when something is published: what it costs does not grow with the catalogue.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as Redirect

from catalog import areas, media, union, words
from catalog.areas import Locality
from catalog.dcat import shipped
from catalog.errors import NotFound
from catalog.meaning import area_code, is_prefecture
from catalog.media import Format
from catalog.messages import translate
from catalog.messages.wording import _
from catalog.model import Agent, Text
from catalog.store.areas import AreaCount, AreaLine, AreaUse
from catalog.web import api, presenting
from catalog.web.across import spreadsheets
from catalog.web.negotiation import format_of, language
from catalog.web.operations import COUNT, STRING, Json, Operation, listed, record, reference
from catalog.web.pages import links
from catalog.web.presenting import Links, Shown, text
from catalog.web.responses import Link, Manners, answer, html, json_bytes, page, remembered
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("areas", __name__)

SHOWN = 50
"""Datasets of one theme on the page; JSON and CSV have all of them."""
_OFFERED = (media.HTML, media.JSON, media.CSV)
_NEGOTIATED = ("Accept", "Accept-Language")
_LAST = "~"
_COLUMNS = (
    _("Theme"), _("Dataset"), _("Title"), _("Publisher"), _("Relation"), _("Table"), _("Rows"), _("Last published"),
    _("Address of the rows"),
)  # fmt: skip
_COLUMNS_OF_ALL = (_("Code"), _("Name"), _("Prefecture"), _("Datasets"), _("Published by it"), _("Last published"))
_RELATIONS: Mapping[str, str] = {
    "publisher": _("published by it"),
    "spatial": _("covers it"),
    "rows": _("has rows about it"),
}


@dataclass(slots=True)
class _Held:
    """A dataset that belongs to an area: how, and with which tables."""

    use: AreaUse
    relations: set[str] = field(default_factory=set)
    tables: dict[str, AreaLine] = field(default_factory=dict)

    @property
    def theme(self) -> str:
        """The first of its themes: it is counted once."""
        return self.use.themes[0] if self.use.themes else ""

    @property
    def rows(self) -> int:
        """Rows about the area."""
        return sum(each.rows for each in self.tables.values())


@blueprint.get("/area/<code>")
@blueprint.get("/area/<code>.<any(json, csv):suffix>")
def area(code: str, suffix: str = "") -> Response | Redirect:
    """A municipality or prefecture, by its code with six digits; five or two lead there."""
    full = area_code(code)
    if not full:
        raise _unknown(code)
    if full != code:
        ending = f".{suffix}" if suffix else ""
        found = redirect((links().files if suffix else links().pages).area(full, ending), code=301)
        found.headers["Cache-Control"] = "no-cache"
        return found
    where = areas.locality(full)
    if not where.listed and not site().store.areas.held(full):
        raise _unknown(code)
    wanted = media.by_name(suffix) or format_of(_OFFERED)
    return _respond(wanted, full, lambda places: _area(where, places), _rows, negotiated=not suffix)


def _unknown(code: str) -> NotFound:
    if expected := areas.suggestion(code):
        return NotFound("area-check-digit", found=code, expected=expected)
    return NotFound("area-unknown", found=code[:40])


@blueprint.get("/areas")
@blueprint.get("/areas.<any(json, csv):suffix>")
def every(suffix: str = "") -> Response:
    """The municipalities that the catalogue holds something of, by prefecture."""
    wanted = media.by_name(suffix) or format_of(_OFFERED)
    return _respond(wanted, "", _all, _rows_of_all, negotiated=not suffix)


_Make = Callable[[Links], Shown]
_Write = Callable[[Shown, str], bytes]


def _respond(wanted: Format, name: str, make: _Make, table: _Write, *, negotiated: bool) -> Response:
    """The same values as a page, as JSON or as CSV; remembered until something is published or withdrawn."""
    position = site().store.position()
    template = "area.html" if name else "areas.html"

    def address(suffix: str = "") -> str:
        return site().public.area(name, suffix) if name else site().public.areas(suffix)

    others = (Link(address(each.suffix), "alternate", each.media_type) for each in (media.JSON, media.CSV))
    cite = (Link(address(), "cite-as"),)
    if wanted is media.HTML:
        content = remembered(lambda: html(template, area=make(links()), shown=SHOWN), "html", position)
        return page(content, Manners(vary=_NEGOTIATED, links=(*cite, *others)))
    vary = _NEGOTIATED if negotiated else ("Accept-Language",) if wanted is media.CSV else ()
    twins = (*cite, Link(address(), "alternate", media.HTML.media_type))
    manners = Manners(vary=vary, links=twins, location=address(wanted.suffix) if negotiated else "")
    if wanted is media.JSON:
        content = remembered(lambda: json_bytes(make(api.links())), "json", position)
        return answer(content, wanted.content_type, manners)
    content = remembered(lambda: table(make(api.links()), language()), "csv", position)
    response = answer(content, wanted.content_type, manners)
    response.headers["Content-Disposition"] = f'attachment; filename="{f"area_{name}" if name else "areas"}.csv"'
    return response


def _area(where: Locality, places: Links) -> Shown:
    store = site().store
    held = _gathered(store.areas.held(where.code))
    following = store.areas.standards(where.code)
    return {
        **_named(where, places),
        "kind": where.kind,
        "prefecture": _named(areas.locality(where.prefecture), places) if where.prefecture != where.code else None,
        "counts": _counts(held),
        "modified": max((each.use.modified for each in held), default=""),
        "themes": [_theme(code, some, where.code, places) for code, some in _by_theme(held)],
        "wanted": [_wanted(each, where, places) for each in _standards() if each not in following] if _wants(where) else [],
        "followed": [_wanted(each, where, places) for each in _standards() if each in following],
        "municipalities": _municipalities(where, places) if where.kind == "prefecture" else [],
        "search": places.pages.datasets(area=where.code),
        "publisher": places.pages.publisher(where.code) if any("publisher" in each.relations for each in held) else "",
    }


def _named(where: Locality, places: Links) -> Shown:
    name = where.name if where.listed else Text(where.code, where.code)
    return {
        "code": where.code,
        "name": text(words.sample(name) if where.invented else name),
        "invented": where.invented,
        "url": places.pages.area(where.code),
    }


def _gathered(uses: Iterable[AreaUse]) -> list[_Held]:
    found: dict[str, _Held] = {}
    for use in uses:
        held = found.setdefault(use.dataset, _Held(use))
        line = use.line
        if line.role != "table":
            held.relations.add(line.role)
        if line.resource:  # of a prefecture there is a line for each municipality
            before = held.tables.get(line.resource)
            total = line.rows + (before.rows if before else 0)
            held.tables[line.resource] = AreaLine(
                code=line.code, role=line.role, resource=line.resource, field=line.field, rows=total
            )
    return list(found.values())


def _by_theme(held: Iterable[_Held]) -> Iterator[tuple[str, list[_Held]]]:
    """Themes in the order of their codes, what has none last."""
    found: dict[str, list[_Held]] = {}
    for each in held:
        found.setdefault(each.theme, []).append(each)
    yield from sorted(found.items(), key=lambda each: each[0] or _LAST)


def _counts(held: Iterable[_Held]) -> Shown:
    some = list(held)
    return {
        "datasets": len(some),
        "tables": sum(len(each.tables) for each in some),
        "rows": sum(each.rows for each in some),
        "published": sum("publisher" in each.relations for each in some),
        "covering": sum("spatial" in each.relations for each in some),
        "mentioning": sum("rows" in each.relations for each in some),
    }


def _theme(code: str, held: list[_Held], area_: str, places: Links) -> Shown:
    label = words.themes_of((code,))[0] if code else said(_("Without a theme"))
    return {
        "code": code,
        "title": text(label),
        "counts": _counts(held),
        "modified": max(each.use.modified for each in held),
        "datasets": [_dataset(each, area_, places) for each in held],
    }


def _dataset(held: _Held, area_: str, places: Links) -> Shown:
    use = held.use
    title = words.sample(use.title) if use.sample else use.title
    return {
        "id": use.dataset,
        "title": text(title),
        "url": places.pages.dataset(use.dataset),
        "publisher": presenting.agent(Agent(id=use.publisher, name=use.publisher_name), places),
        "sample": use.sample,
        "modified": use.modified,
        "relations": [
            {"relation": each, "inWords": text(said(_RELATIONS[each]))} for each in _RELATIONS if each in held.relations
        ],
        "tables": [_table(use.dataset, held.tables[each], area_, places) for each in sorted(held.tables)],
    }


def _table(dataset: str, line: AreaLine, area_: str, places: Links) -> Shown:
    asked = {"__area": area_} if line.role == "rows" else {}
    return {
        "name": line.resource,
        "rows": line.rows,
        "field": line.field,
        "definition": places.pages.field(dataset, line.resource, line.field) if line.field else "",
        "schema": places.pages.schema(dataset, line.resource),
        "url": places.files.rows(dataset, line.resource, **asked),
        "csv": places.files.rows(dataset, line.resource, **asked, limit=1000, format=media.CSV.name),
    }


def _wants(where: Locality) -> bool:
    """Wards publish through their city; of prefectures their municipalities are asked."""
    return where.kind == "municipality" and where.listed


def _standards() -> tuple[str, ...]:
    return tuple(each.slug for each in shipped.editions().current() if each.origin == "national")


def _wanted(slug: str, where: Locality, places: Links) -> Shown:
    standard = shipped.editions().standard(slug)
    return {
        "id": slug,
        "title": text(standard.title),
        "url": places.pages.standard(slug),
        "coverage": places.pages.coverage(slug, prefecture=where.code[:2]),
    }


def _municipalities(where: Locality, places: Links) -> list[Shown]:
    """Those that something is held of, then the others by name only."""
    low, high = f"{where.code[:2]}0000", f"{where.code[:2]}9999"
    known = {each.code: each for each in site().store.areas.counts(low, high) if not is_prefecture(each.code)}
    codes = {each.code for each in union.municipalities(where.code[:2])} if where.listed else set()
    return [_counted(known.get(each) or AreaCount(code=each, datasets=0, published=0, modified=""), places)
            for each in sorted(codes | set(known))]  # fmt: skip


def _counted(count: AreaCount, places: Links) -> Shown:
    return {
        **_named(areas.locality(count.code), places),
        "datasets": count.datasets,
        "published": count.published,
        "modified": count.modified,
    }


def _all(places: Links) -> Shown:
    found: dict[str, Shown] = {}
    for count in site().store.areas.counts():
        prefecture = areas.locality(count.code).prefecture
        group = found.setdefault(
            prefecture, {**_named(areas.locality(prefecture), places), "datasets": 0, "modified": "", "municipalities": []}
        )
        if count.code == prefecture:
            group |= {"datasets": count.datasets, "modified": count.modified}
        else:
            group["municipalities"].append(_counted(count, places))
    return {
        "prefectures": list(found.values()),
        "count": sum(len(each["municipalities"]) for each in found.values()),
        "compare": places.pages.compare(),
    }


# As tables


def _rows(shown: Shown, reader: str) -> bytes:
    header = [translate(each, reader) for each in _COLUMNS]
    return spreadsheets.written(header, _lines(shown, reader))


def _lines(shown: Shown, reader: str) -> Iterator[list[str | int | None]]:
    for theme in shown["themes"]:
        for each in theme["datasets"]:
            begin = [_said(theme["title"], reader), each["id"], _said(each["title"], reader)]
            relations = "; ".join(_said(one["inWords"], reader) for one in each["relations"])
            begin += [_said(each["publisher"]["name"], reader), relations]
            for table in each["tables"] or [{"name": "", "rows": None, "url": ""}]:
                yield [*begin, table["name"], table["rows"], each["modified"], table["url"]]


def _rows_of_all(shown: Shown, reader: str) -> bytes:
    header = [translate(each, reader) for each in _COLUMNS_OF_ALL]
    lines = (
        [each["code"], _said(each["name"], reader), _said(prefecture["name"], reader), each["datasets"], each["published"],
         each["modified"]]
        for prefecture in shown["prefectures"]
        for each in prefecture["municipalities"]
    )  # fmt: skip
    return spreadsheets.written(header, lines)


def _said(value: Shown, reader: str) -> str:
    return Text(**value).within(reader)


_COUNTS: Json = record({"datasets": COUNT, "tables": COUNT, "rows": COUNT, "published": COUNT, "covering": COUNT})
OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/areas.json",
        endpoint="areas.every",
        tag="areas",
        summary=_("The municipalities that the catalogue holds something of"),
        schema=record({"prefectures": listed({"type": "object"}), "count": COUNT}),
    ),
    Operation(
        path="/area/{code}.json",
        endpoint="areas.area",
        tag="areas",
        summary=_("Everything that the catalogue holds of a municipality or prefecture, by theme"),
        description=_(
            "Datasets that it has published, that cover it, and that have rows about it by a column that is defined as the"
            " code of an area; the standard datasets that it does not have yet."
        ),
        schema=record(
            {
                "code": STRING,
                "name": reference("Text"),
                "counts": _COUNTS,
                "themes": listed({"type": "object"}),
                "wanted": listed({"type": "object"}),
            }
        ),
    ),
)
