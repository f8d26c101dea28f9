"""Search over HTTP: one query, read once, answered as page, JSON and Atom with the same parameters."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import quote_plus

from flask import Blueprint, Response, g, request
from markupsafe import escape

from catalog import media
from catalog.addresses import Addresses
from catalog.errors import StoreError, UsageError
from catalog.search import (
    FACETS,
    KINDS,
    Facet,
    Found,
    Hit,
    Kind,
    Query,
    Search,
    folded,
    labels_of,
    months,
    name_of,
    parse,
    written,
)
from catalog.search.queries import LONGEST, MOST_WORDS
from catalog.store import Store, Summary
from catalog.store.searching import Order, Slice
from catalog.web import missing, presenting
from catalog.web.listing import AFTER, LIMIT, PUBLISHER, listed
from catalog.web.negotiation import language
from catalog.web.parameters import Choice, Integer, Parameter, takes
from catalog.web.presenting import Links, Shown
from catalog.web.responses import Manners, answer, content_of, json_bytes
from catalog.web.site import site

blueprint = Blueprint("searching", __name__)

SUGGESTIONS = "application/x-suggestions+json"
"""The list of suggestions that browsers ask for (OpenSearch)."""
_LONGEST_VALUE = 200
_SUGGESTED = 8
_READ_AT_ONCE = 20
"""Results on a page for people, who seldom read further; programs get a whole page of the list."""
_BRIEFLY = "public, max-age=60"


def warm(store: Store) -> None:
    """Search once, unasked: the first search reads the facets of everything, for which nobody should have to wait."""
    with suppress(StoreError):  # whoever searches will be told
        Search(store).find()


class Typed(NamedTuple):
    """A query as it was typed, and what is looked for."""

    text: str
    query: Query


@dataclass(frozen=True, slots=True)
class Words(Parameter):
    """A query. An empty one is none: forms send their box as it is."""

    def read(self, text: str) -> Typed:
        """The query."""
        try:
            return Typed(text, parse(text))
        except UsageError as error:
            raise ValueError(text) from error

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """How much there may be."""
        return "parameter-not-search", {"maximum": str(LONGEST), "words": str(MOST_WORDS)}


@dataclass(frozen=True, slots=True)
class Value(Parameter):
    """A value of a facet, whether anything has it or not."""

    def read(self, text: str) -> str:
        """The value."""
        if not folded(text) or len(text) > _LONGEST_VALUE:
            raise ValueError(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """How long it may be."""
        return "parameter-not-text", {"maximum": str(_LONGEST_VALUE)}


@dataclass(frozen=True, slots=True)
class Months(Parameter):
    """A year, a month, or a range of them."""

    def read(self, text: str) -> str:
        """The text as it is."""
        months(text)
        return text

    def complaint(self) -> tuple[str, Mapping[str, str]]:
        """What one looks like."""
        return "parameter-not-months", {}


Q = Words("q")
KIND = Choice("kind", KINDS)
SORT = Choice("sort", ("relevance", "updated", "id"))
PAGE = Integer("page", 1, 1_000_000)
_READERS: Mapping[str, Parameter] = {
    "publisher": PUBLISHER,
    "valid": Choice("valid", ("true", "warnings", "false")),
    "sample": Choice("sample", ("true", "false")),
    "updated": Months("updated"),
}
FILTERS: tuple[Parameter, ...] = tuple(_READERS.get(each, Value(each)) for each in FACETS)
PARAMETERS: tuple[Parameter, ...] = (
    AFTER,
    LIMIT,
    PUBLISHER,
    Q,
    KIND,
    *(each for each in FILTERS if each is not PUBLISHER),
    SORT,
    PAGE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as it was asked for. ``sort`` is "" where it is left to us; ``usual`` is how many it shows without a limit."""

    text: str = ""
    query: Query = field(default_factory=Query)
    kind: Kind = "dataset"
    facets: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    after: str = ""
    limit: int = 0
    usual: int = 0

    @property
    def order(self) -> Order:
        """By relevance where words are looked for, else by id, which is how a list is walked without losing any."""
        return cast(Order, self.sort or ("relevance" if self.query.words else "id"))

    @property
    def plain(self) -> bool:
        """Whether this is the list of datasets, of all or of one publisher, and no search."""
        return not (self.query or self.sort or self.page > 1 or self.kind != KINDS[0] or self.facets.keys() - {PUBLISHER.name})

    def length(self) -> int:
        """How many are shown at once."""
        return self.limit or self.usual or site().settings.page_size

    def part(self) -> Slice:
        """Which of the hits."""
        size = self.length()
        return Slice(order=self.order, offset=(self.page - 1) * size, after=self.after, limit=size)

    def parameters(self, **changes: str | int) -> dict[str, str | int]:
        """The query string of the same search, or of one that differs; without the place in the list unless it is given."""
        same: dict[str, str | int] = {"q": self.text.strip(), "kind": "" if self.kind == KINDS[0] else self.kind, **self.facets}
        same |= {"sort": self.sort, "limit": self.limit or ""}
        return {name: value for name, value in (same | changes).items() if value != ""}

    def following(self, total: int, after: str) -> dict[str, str | int]:
        """The query string of the next page, empty where this is the last."""
        if self.order == "id":
            return self.parameters(after=after) if after else {}
        return self.parameters(page=self.page + 1) if self.page * self.length() < total else {}


def asked() -> Asked:
    """The search that the current request asks for."""
    values: Mapping[str, Any] = g.asked
    typed = values.get(Q.name, Typed("", Query()))
    return Asked(
        text=typed.text,
        query=typed.query,
        kind=values.get(KIND.name, KINDS[0]),
        facets={each.name: values[each.name] for each in FILTERS if each.name in values},
        sort=values.get(SORT.name, ""),
        page=values.get(PAGE.name, 1),
        after=values.get(AFTER.name, ""),
        limit=values.get(LIMIT.name, 0),
    )


def search() -> Search:
    """Search in the store of this application."""
    return Search(site().store)


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found: ``summaries`` of datasets, in their order. ``following`` is the query string of the next page."""

    found: Found
    summaries: tuple[Summary, ...]
    following: Mapping[str, str | int]


def found_for(wanted: Asked) -> Listing:
    """Search, and count what was sought in vain."""
    store = site().store
    found, summaries = _found(
        store, store.position(), wanted.query, tuple(sorted(wanted.facets.items())), wanted.kind, wanted.part()
    )
    if not found.total and wanted.query.words and not wanted.facets and wanted.kind == KINDS[0] and request.method == "GET":
        missing.note(written(wanted.query))
    return Listing(found, summaries, wanted.following(found.total, found.following))


@lru_cache(maxsize=32)
def _found(
    store: Store, _position: int, query: Query, facets: tuple[tuple[str, str], ...], kind: Kind, part: Slice
) -> tuple[Found, tuple[Summary, ...]]:
    """What was found, with the datasets as lists show them: the same until something is published (``Store.position``)."""
    found = Search(store).find(query, dict(facets), kind=kind, part=part)
    return found, summaries_of(found, store)


def summaries_of(found: Found, store: Store) -> tuple[Summary, ...]:
    """The datasets among what was found, as lists show them."""
    return store.searching.summaries([each.dataset for each in found.hits if each.kind == "dataset"])


def json(links: Links) -> Shown:
    """The answer for programs."""
    wanted = asked()
    if wanted.plain:
        return _plain(wanted, links)
    listing = found_for(wanted)
    base = links.files
    following = base.datasets(media.JSON.suffix, **listing.following) if listing.following else ""
    shown: Shown = {"query": wanted.text.strip(), "kind": wanted.kind, "sort": wanted.order}
    if wanted.kind == "dataset":
        shown |= presenting.listing(listing.summaries, listing.found.total, following, links)
    else:
        results = [hit(each, links) for each in listing.found.hits]
        shown |= {"results": results, "next": following or None, "count": listing.found.total}
    shown["kinds"] = dict(listing.found.kinds)
    shown["facets"] = {name: _facet(each, wanted, base, media.JSON.suffix) for name, each in listing.found.facets.items()}
    return shown


def _plain(wanted: Asked, links: Links) -> Shown:
    """The list of datasets by id."""
    some = listed(g.asked)
    following = links.files.datasets(suffix=media.JSON.suffix) + some.following if some.following else ""
    count = None if PUBLISHER.name in wanted.facets else site().store.count()
    return presenting.listing(some.summaries, count, following, links)


def page(links: Links) -> Shown:
    """The answer for people: results, facets, chips, tabs, and help where nothing was found."""
    wanted = replace(asked(), usual=min(_READ_AT_ONCE, site().settings.page_size))
    listing = found_for(wanted)
    found, pages = listing.found, links.pages
    following = pages.datasets("", **listing.following) if listing.following else ""
    machine = wanted.parameters()
    return presenting.listing(listing.summaries, found.total, following, links) | {
        "text": wanted.text,
        "kind": wanted.kind,
        "results": [] if wanted.kind == "dataset" else [hit(each, links) for each in found.hits],
        "badges": {each.dataset: _badges(each) for each in found.hits},
        "searched": not wanted.plain,
        "continued": bool(wanted.after) or wanted.page > 1,
        "first": pages.datasets("", **machine),
        "facets": [_facet(each, wanted, pages, "") for each in found.facets.values() if _worth_showing(each, wanted)],
        "chips": [_chip(name, value, wanted, pages) for name, value in wanted.facets.items()],
        "kept": {name: value for name, value in machine.items() if name not in (Q.name, LIMIT.name)},
        "reset": pages.datasets(),
        "tabs": _tabs(found, wanted, pages),
        "sorts": _sorts(wanted, pages),
        "json": links.files.datasets(media.JSON.suffix, **machine),
        "atom": pages.datasets(
            media.ATOM.suffix, **{each: value for each, value in machine.items() if each not in ("kind", "sort")}
        ),
        "help": _help(found, wanted, links) if not found.total and wanted.query.words else None,
    }


def hit(value: Hit, links: Links) -> Shown:
    """Something that was found, of whatever kind."""
    return {
        "kind": value.kind,
        "title": presenting.text(value.title),
        "note": presenting.text(value.note),
        "description": presenting.text(value.description),
        "sample": value.sample,
        "dataset": value.dataset or None,
        "url": links.pages.path(*value.path.split("/", 1)),
    }


def _badges(value: Hit) -> Shown:
    """What of its facets a card shows."""
    names = ("standard", "format", "license")
    labels = {name: labels_of(site().store, name, value.facets.get(name, ())) for name in names}
    told = {name: [presenting.text(each) for each in labels[name].values()] for name in names}
    return told | {"valid": "true" in value.facets.get("valid", ()), "warnings": "warnings" in value.facets.get("valid", ())}


def _facet(value: Facet, wanted: Asked, base: Addresses, suffix: str) -> Shown:
    chosen = folded(wanted.facets.get(value.name, ""))
    others = base.datasets(suffix, **wanted.parameters(**{value.name: ""}))  # once, for a page links to hundreds of values
    narrowed = f"{others}{'&' if '?' in others else '?'}{value.name}="
    return {
        "name": value.name,
        "label": presenting.text(value.label),
        "different": value.different,
        "values": [
            {
                "value": each.value,
                "label": presenting.text(each.label),
                "count": each.count,
                "chosen": folded(each.value) == chosen,
                "url": narrowed + quote_plus(each.value),
            }
            for each in value.values
        ],
    }


def _worth_showing(value: Facet, wanted: Asked) -> bool:
    """A facet that all hits answer alike tells nothing, unless it was chosen; a chip stands for that."""
    return value.different > 1 and value.name not in wanted.facets


def _chip(name: str, value: str, wanted: Asked, pages: Addresses) -> Shown:
    label = labels_of(site().store, name, [value])[value]
    without = pages.datasets("", **wanted.parameters(**{name: ""}))
    return {"name": presenting.text(name_of(name)), "label": presenting.text(label), "remove": without}


def _tabs(found: Found, wanted: Asked, pages: Addresses) -> list[Shown]:
    """The kinds of things, where words are looked for. Facets go with datasets and fields."""
    tabs = []
    for kind in KINDS if found.kinds else ():
        dropped = dict.fromkeys(FACETS, "") if kind in ("term", "standard") else {}
        changes: dict[str, str] = {**dropped, "kind": "" if kind == KINDS[0] else kind, "sort": ""}
        url = pages.datasets("", **wanted.parameters(**changes))
        tabs.append({"kind": kind, "count": found.kinds[kind], "url": url, "current": kind == wanted.kind})
    return tabs


def _sorts(wanted: Asked, pages: Addresses) -> list[Shown]:
    names = SORT.values if wanted.query.words else SORT.values[1:]
    return [
        {"name": each, "url": pages.datasets("", **wanted.parameters(sort=each)), "current": each == wanted.order}
        for each in names
    ]


def _help(found: Found, wanted: Asked, links: Links) -> Shown:
    """What else to try where nothing was found."""
    engine, pages = search(), links.pages
    fewer = engine.fewer(wanted.query, wanted.facets, wanted.kind)
    return {
        "unfiltered": engine.count(wanted.query, kind=wanted.kind) if wanted.facets else 0,
        "unfilteredUrl": pages.datasets("", **wanted.parameters(**dict.fromkeys(FACETS, ""))),
        "fewer": [
            {"text": written(query), "count": count, "url": pages.datasets("", **wanted.parameters(q=written(query)))}
            for query, count in fewer
        ],
        "elsewhere": sum(count for kind, count in found.kinds.items() if kind != wanted.kind),
        "near": [hit(each, links) for each in engine.near(wanted.query, wanted.kind)],
    }


@blueprint.get("/suggest")
@takes(Q)
def suggest() -> Response:
    """What may be meant by what has been typed so far."""
    text, hits = _suggested()
    shown = [
        {"text": _name(each, text), "kind": each.kind, "sample": each.sample, "url": site().public.path(*each.path.split("/", 1))}
        for each in hits
    ]
    return _briefly(json_bytes({"query": text, "suggestions": shown}), media.JSON.content_type)


@blueprint.get("/suggest/opensearch")
@takes(Q)
def suggest_to_browser() -> Response:
    """The same in the form that browsers ask for."""
    text, hits = _suggested()
    names = [_name(each, text) for each in hits]
    addresses = [site().public.path(*each.path.split("/", 1)) for each in hits]
    return _briefly(json_bytes([text, names, ["" for _each in names], addresses]), SUGGESTIONS)


def _suggested() -> tuple[str, tuple[Hit, ...]]:
    text = str(g.asked.get(Q.name, Typed("", Query())).text).strip()
    return text, search().suggest(text, _SUGGESTED)


def _name(value: Hit, typed: str) -> str:
    """The name in the language in which it was being typed, else in the reader's."""
    names = (value.title.within(language()), value.title.ja, value.title.en)
    return next((each for each in names if folded(typed) in folded(each)), names[0])


def _briefly(body: bytes, content_type: str) -> Response:
    return answer(content_of(body), content_type, Manners(cache=_BRIEFLY, vary=("Accept-Language",)))


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """How a browser can search here (OpenSearch 1.1)."""
    public = site().public
    title = site().title.within(language())
    targets = (
        (media.HTML.media_type, public.datasets()),
        (media.ATOM.media_type, public.datasets(media.ATOM.suffix)),
        (media.JSON.media_type, public.datasets(media.JSON.suffix)),
        (SUGGESTIONS, public.path("suggest", "opensearch")),
    )
    urls = "\n".join(f'<Url type="{each}" template="{escape(target)}?q={{searchTerms}}"/>' for each, target in targets)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>{escape(title[:16])}</ShortName>\n<LongName>{escape(title[:48])}</LongName>\n"
        f"<Description>{escape(site().description.within(language())[:1024])}</Description>\n{urls}\n"
        f"<Language>{language()}</Language>\n<InputEncoding>UTF-8</InputEncoding>\n<OutputEncoding>UTF-8</OutputEncoding>\n"
        "</OpenSearchDescription>\n"
    )
    return answer(content_of(text.encode()), "application/opensearchdescription+xml", Manners(vary=("Accept-Language",)))
