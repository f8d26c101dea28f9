"""Definitions as pages and as linked data: schemas, fields, code lists, concepts and standards, each at its own address.

An address is looked up as a whole, among what is published and what is shipped; only where nothing has it is a known ending
taken for a format (a column may well be called ``a.ttl``). RDF is rendered, and rdflib imported, when it is first asked for.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Blueprint, Response, g

from catalog import media
from catalog.dcat import definitions as nouns
from catalog.dcat import shipped
from catalog.dcat.definitions import Told
from catalog.derivation import explain
from catalog.errors import NotFound
from catalog.media import Format
from catalog.model import Publication, Resource
from catalog.store import Target, Use
from catalog.vocabulary.codelists import CodeList, Concept
from catalog.web import history, presenting, signposts, twins, union, vocabularies
from catalog.web.across import comparing, joining
from catalog.web.codelists import codelists_of
from catalog.web.embedding import embeddable, refuse_if_embedded
from catalog.web.history import Change, find_field, find_table
from catalog.web.negotiation import format_of
from catalog.web.pages import links, subject_of
from catalog.web.parameters import Identifier, Integer, takes
from catalog.web.presenting import Shown
from catalog.web.responses import Content, Link, Manners, answer, content_of, html, page, remembered
from catalog.web.site import site

blueprint = Blueprint("definitions", __name__)
blueprint.add_app_template_global(history.marked, "marked")

PAGE = Integer("page", 1, 10_000)
EDITION = Identifier("edition")
LENGTH = 100
"""Codes on one page of a list, fields on one page of a table, own lists on the page of all lists."""
USES_SHOWN = 50
_OFFERED = (media.HTML, *media.RDF, media.MARKDOWN)
_NEGOTIATED = ("Accept", "Accept-Language")

Documents = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What stands at an address, ready to be told in any form.

    Page and documents follow from ``key``, the page from its ``part`` too; ``values`` fill ``template``; ``query`` belongs to
    the IRI (a standard's edition).
    """

    key: tuple[Hashable, ...]
    part: int = 1
    template: str
    values: Callable[[], Shown]
    documents: Callable[[], Documents]
    links: tuple[Link, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/schema/<path:rest>")
@embeddable
@takes(PAGE)
def schema(rest: str) -> Response:
    """The definition of a table: of the latest version, or of a numbered one."""
    return _answer("schema", rest, _schema)


@blueprint.get("/field/<path:rest>")
@embeddable
def field_of(rest: str) -> Response:
    """The definition of one column, published or of a standard."""
    return _answer("field", rest, _field)


@blueprint.get("/codelist/<path:rest>")
@embeddable
@takes(PAGE)
def codelist(rest: str) -> Response:
    """A code list, page by page where it is long; its RDF is always the whole."""
    return _answer("codelist", rest, _codelist)


@blueprint.get("/concept/<path:rest>")
def concept(rest: str) -> Response:
    """One code of a list."""
    return _answer("concept", rest, _concept)


@blueprint.get("/standard/<slug:slug>")
@blueprint.get("/standard/<slug:slug>.<graph:suffix>")
@blueprint.get("/standard/<slug:slug>.<any(md):suffix>")
@takes(EDITION)
def standard(slug: str, suffix: str = "") -> Response:
    """A standard: its current edition, or the one that is asked for."""
    return _answer("standard", f"{slug}.{suffix}" if suffix else slug, _standard)


@blueprint.get("/standards")
def standards() -> Response:
    """Every standard that a table can follow, and every code list."""
    store = site().store

    def make() -> bytes:
        own = store.addresses("codelist", limit=LENGTH)
        followers = {each: len({use.dataset for use in store.uses("standard", each)}) for each in shipped.editions().names()}
        rows = [vocabularies.standard_in_brief(each, links(), followers[each.slug]) for each in shipped.editions().current()]
        lists = [vocabularies.named(each, links(), shipped.codelist) for each in shipped.vocabulary().names()]
        return html("standards.html", standards=rows, codelists=lists, brought=[_brought(each.target) for each in own])

    return page(remembered(make, "standards", store.position()))


def _brought(target: Target) -> Shown:
    """A list that a dataset brought, with the dataset."""
    publication, found = _own_codelist(target)
    return vocabularies.named(found.name, links(), lambda _name: found) | {"dataset": _around(publication)}


def _answer(kind: str, rest: str, find: Callable[[str], Thing]) -> Response:
    """What stands at an address, in the form that its suffix or Accept asks for. NotFound; Withdrawn with its dataset."""
    suffix = None
    if not _known(kind, rest):
        rest, _, ending = rest.rpartition(".")
        suffix = next((each for each in (*media.RDF, media.MARKDOWN) if each.name == ending), None)
        if suffix is None or not _known(kind, rest):
            raise NotFound("page-unknown")
        refuse_if_embedded()
    thing = find(rest)
    wanted = suffix or format_of(_OFFERED)
    if wanted is media.MARKDOWN:
        return _twin(kind, rest, thing, negotiated=suffix is None)
    if wanted.rdf:
        return _document(kind, rest, thing, wanted, negotiated=suffix is None)
    return _page(kind, rest, thing)


def _known(kind: str, rest: str) -> bool:
    address = f"{kind}/{rest}"
    return site().store.lookup(address) is not None or shipped.known(address)


def _has_page(concept: Concept) -> bool:
    """A version may have kept a code that neither a later version nor the product has any more."""
    return _known("concept", f"{concept.codelist}-{concept.code}")


def _page(kind: str, rest: str, thing: Thing) -> Response:
    """The page for people, with the way to the documents."""
    free = [each for each in media.RDF if not _known(kind, rest + each.suffix)]
    iri = site().public.path(kind, rest, **thing.query)

    def make() -> bytes:
        documents = [
            {
                "format": each.name,
                "label": each.label,
                "mediaType": each.media_type,
                "url": site().local.path(kind, rest, suffix=each.suffix, **thing.query),
            }
            for each in free
        ]
        return html(thing.template, iri=iri, metadata=documents, **thing.values())

    offered = (
        Link(site().public.path(kind, rest, suffix=each.suffix, **thing.query), "describedby", each.media_type) for each in free
    )
    twin = site().public.path(kind, rest, suffix=media.MARKDOWN.suffix, **thing.query)
    markdown = () if _known(kind, rest + media.MARKDOWN.suffix) else (Link(twin, "alternate", media.MARKDOWN.media_type),)
    manners = Manners(vary=_NEGOTIATED, links=(Link(iri, "cite-as"), *offered, *markdown, *thing.links))
    return page(remembered(make, "html", thing.part, *thing.key), manners)


def _twin(kind: str, rest: str, thing: Thing, *, negotiated: bool) -> Response:
    """The page as Markdown, for those who read pages by program."""
    g.absolute = True
    iri = site().public.path(kind, rest, **thing.query)
    own = "" if _known(kind, rest + media.MARKDOWN.suffix) else site().local.path(kind, rest, suffix=".md", **thing.query)
    content = remembered(lambda: twins.written(thing.template, iri, thing.values()), "md", thing.part, *thing.key)
    links = (Link(iri, "cite-as"), Link(iri, "alternate", media.HTML.media_type), *thing.links)
    return twins.answered(content, links, location=own, negotiated=negotiated)


def thing_of(kind: str, rest: str) -> Thing:
    """What stands at a flat address, for those who tell it in other forms, with absolute links. NotFound; Withdrawn."""
    g.absolute = True
    if kind not in _FINDERS or not _known(kind, rest):
        raise NotFound("page-unknown")
    return _FINDERS[kind](rest)


def _document(kind: str, rest: str, thing: Thing, format_: Format, *, negotiated: bool) -> Response:
    """The RDF document in one format. Its address of its own is named where nothing else has that one."""
    iri = site().public.path(kind, rest, **thing.query)
    own = "" if _known(kind, rest + format_.suffix) else site().local.path(kind, rest, suffix=format_.suffix, **thing.query)
    manners = Manners(
        vary=("Accept",) if negotiated else (),
        links=(Link(iri, "cite-as"), Link(iri, "describes"), Link(iri, "alternate", media.HTML.media_type), *thing.links),
        location=own,
    )
    content = _rendered(_Rendering((site(), kind, rest, *thing.key), thing.documents))[format_.name]
    return answer(content, format_.content_type, manners)


@dataclass(frozen=True, slots=True)
class _Rendering:
    """What is asked for, and how it is made where it is not remembered. The site stands for the base URL."""

    key: tuple[Hashable, ...]
    make: Callable[[], Documents] = field(compare=False)


@lru_cache(maxsize=128)
def _rendered(rendering: _Rendering) -> Mapping[str, Content]:
    return {name: content_of(body) for name, body in rendering.make().items()}


def _render(module: str, function: str, *values: Any) -> Documents:
    """Render with rdflib, which is imported here and not before."""
    return dict(getattr(import_module(f"catalog.dcat.{module}"), function)(*values))


# What is published


def _schema(rest: str) -> Thing:
    target = site().store.lookup(f"schema/{rest}")
    assert target is not None, "the address is known, and no schema is shipped"
    publication = _publication(target, lambda each: find_table(each, target.resource) is not None)
    table = publication.package.resource(target.resource)
    latest = site().store.latest(publication.id)
    numbered = bool(target.version)
    until = publication if numbered else latest
    names = table.schema.names() if table.schema else ()
    number, first = _place(len(names))

    def values() -> Shown:
        changes = history.history_of(until, table.name)
        shown = presenting.table(subject_of(publication), table)
        return {
            "table": shown,
            "fields": shown["fields"][first : first + LENGTH],
            "parts": _spans(names, links().pages.schema(publication.id, table.name, target.version)),
            "part": number,
            "dataset": _around(publication),
            "numbered": numbered,
            "newest": latest.version,
            "versions": _by_version(publication.id, table.name, changes),
            "gone": None if numbered else _gone(publication, latest, table.name),
        }

    def documents() -> Documents:
        told = _told(publication, table, history.history_of(until, table.name))
        return _render("rendering", "render", nouns.schema_of(publication, table, site().public, told, numbered=numbered))

    return Thing(
        key=(target, publication.version, latest.version),
        part=number,
        template="schema.html",
        values=values,
        documents=documents,
        links=_belonging(publication),
    )


def _publication(target: Target, holds: Callable[[Publication], bool]) -> Publication:
    """The version that a target leads to: the numbered one, or the newest that still has the thing. NotFound; Withdrawn."""
    if target.version:
        return site().store.publication(target.dataset, target.version)
    found = history.last_with(target.dataset, holds)
    if found is None:
        raise NotFound("page-unknown")
    return found


def _field(rest: str) -> Thing:
    target = site().store.lookup(f"field/{rest}")
    if target is None:
        return _standard_field(rest)

    def holds(each: Publication) -> bool:
        found = find_table(each, target.resource)
        return found is not None and find_field(found, target.name) is not None

    publication = _publication(target, holds)
    table = publication.package.resource(target.resource)
    found = find_field(table, target.name)
    assert found is not None, "the version was chosen because it has the column"
    latest = site().store.latest(publication.id)
    name = found.definition.codelist
    joined, more = joining.offered(publication, table, target.name) if publication is latest else ((), False)
    uses = tuple(
        each
        for each in _uses("codelist", name)
        if (each.dataset, each.resource, each.field) != (publication.id, table.name, target.name)
    )

    def values() -> Shown:
        subject = subject_of(publication)
        changes = history.history_of(latest, table.name, target.name)
        kept = subject.codelists.get(name)
        return {
            "table": {
                "name": table.name,
                "title": presenting.text(table.title),
                "schema": links().pages.schema(publication.id, table.name),
            },
            "dataset": _around(publication),
            "field": presenting.field(subject, table, found, explain(table, publication.package.raw, subject.codelist)),
            "values": vocabularies.values_of(found, kept, links(), _finder(publication), _has_page),
            "versions": _by_version(publication.id, table.name, changes),
            "gone": _gone(publication, latest, table.name, target.name),
            "joins": joining.shown(publication, table, target.name, joined, links()),
            "joins_more": links().files.joins(publication.id, table.name) if more else "",
            "compare": comparing.offered(publication, table, found, links()),
            **_used(uses),
        }

    def documents() -> Documents:
        told = _told(publication, table, history.history_of(latest, table.name, target.name))
        return _render("rendering", "render", nouns.column_of(publication, table, found, site().public, told))

    return Thing(
        key=(target, publication.version, latest.version, uses, joined),
        template="field.html",
        values=values,
        documents=documents,
        links=_belonging(publication),
    )


def _told(publication: Publication, table: Resource, changes: tuple[Change, ...]) -> Told:
    """What stands outside the definitions of a table: derivations, history, who uses it."""
    sentences: dict[str, list[Any]] = {}
    for change in changes:
        for name in [change.field] if change.field else (table.schema.names() if table.schema else ()):
            sentences.setdefault(name, []).append(change.sentence())
    before = publication.version - 1
    had = before > 0 and find_table(site().store.publication(publication.id, before), table.name) is not None
    return Told(
        derivations=history.derivations_of(publication, table),
        history=sentences,
        used_by=frozenset({site().public.dataset(publication.id)}),
        previous=before if had else 0,
    )


def _gone(publication: Publication, latest: Publication, table: str, name: str = "") -> Shown | None:
    """The change that took a table or column away, if the newest version no longer has it."""
    if publication.version == latest.version:
        return None
    after = history.changes_of(publication.id, publication.version + 1)
    concerned = (each for each in after if each.table == table and each.field in ("", name))
    return next(presenting.change(each) for each in concerned if each.kind in ("removed", "table-removed"))


def _by_version(dataset: str, table: str, changes: tuple[Change, ...]) -> list[Shown]:
    """Changes by the version that made them, the newest first; ``url`` is its schema, where it has the table."""
    return [_one_version(dataset, table, tuple(group)) for _version, group in groupby(changes, attrgetter("version"))]


def _one_version(dataset: str, table: str, changes: tuple[Change, ...]) -> Shown:
    version, kinds = changes[0].version, {each.kind for each in changes}
    return {
        "version": version,
        "at": changes[0].at,
        "url": "" if "table-removed" in kinds else links().pages.schema(dataset, table, version),
        "reason": next((each.reason for each in changes if each.reason), ""),
        "changes": [presenting.change(each) for each in changes],
    }


def _around(publication: Publication) -> Shown:
    """The dataset that a definition belongs to."""
    return {
        "id": publication.id,
        "title": presenting.title_of(publication.package),
        "url": links().pages.dataset(publication.id),
        "versions": links().pages.versions(publication.id),
        "version": publication.version,
        "sample": publication.package.sample,
    }


def _belonging(publication: Publication) -> tuple[Link, ...]:
    return (Link(site().public.dataset(publication.id), "collection"), *signposts.licenses(publication))


def _finder(publication: Publication) -> vocabularies.Finder:
    """Lists as a version has kept them, then the shipped ones."""
    kept = codelists_of(publication)
    return lambda name: kept.get(name) or shipped.codelist(name)


def _uses(kind: str, name: str) -> tuple[Use, ...]:
    return site().store.uses(kind, name) if name else ()


def _used(uses: tuple[Use, ...]) -> Shown:
    """Who else goes by it: the first few, and how many there are."""
    return {"uses": [vocabularies.use(each, links()) for each in uses[:USES_SHOWN]], "used": len(uses)}


# Code lists


def _codelist(rest: str) -> Thing:
    target = site().store.lookup(f"codelist/{rest}")
    publication, found = _own_codelist(target) if target else (None, shipped.codelist(rest))
    assert found is not None, "the address is known"
    uses = _uses("codelist", found.name)
    number, first = _place(len(found.concepts))

    def values() -> Shown:
        finder = _finder(publication) if publication else shipped.codelist
        shown = found.concepts[first : first + LENGTH]
        return {
            "codelist": vocabularies.codelist(found, shown, links(), finder),
            "parts": _spans(found.codes, links().pages.codelist(found.name)),
            "part": number,
            "dataset": _around(publication) if publication else None,
            **_used(uses),
        }

    def documents() -> Documents:
        public = site().public
        users = [public.field(each.dataset, each.resource, each.field) for each in uses]
        return _render("codelists", "render_codelist", found, public, users)

    return Thing(
        key=(target, publication.version if publication else 0, uses),
        part=number,
        template="codelist.html",
        values=values,
        documents=documents,
        links=_belonging(publication) if publication else _licensed(found),
    )


def _place(length: int) -> tuple[int, int]:
    """The page of a list that is asked for, and where it begins. NotFound where the list ends before it."""
    number = g.asked.get(PAGE.name, 1)
    first = (number - 1) * LENGTH
    if first >= max(length, 1):
        raise NotFound("page-unknown")
    return number, first


def _spans(names: Sequence[str], url: str) -> list[Shown]:
    """The pages of a long list, each with what it begins and ends with."""
    pages = [names[start : start + LENGTH] for start in range(0, len(names), LENGTH)]
    return [
        {"number": number, "first": part[0], "last": part[-1], "url": f"{url}?{PAGE.name}={number}" if number > 1 else url}
        for number, part in enumerate(pages, start=1)
    ]


def _licensed(found: CodeList) -> tuple[Link, ...]:
    return (Link(found.license, "license"),) if found.license.startswith(("http://", "https://")) else ()


def _own_codelist(target: Target) -> tuple[Publication, CodeList]:
    """A list that a dataset brought, in the newest version that has it. NotFound; Withdrawn."""
    path = f"codelists/{target.resource}.json"
    publication = _publication(target, lambda each: each.file(path) is not None)
    return publication, codelists_of(publication)[target.resource]


def _concept(rest: str) -> Thing:
    target = site().store.lookup(f"concept/{rest}")
    publication, home, found = _own_concept(target) if target else (None, *_shipped_concept(rest))
    uses = _uses("codelist", home.name)

    def values() -> Shown:
        finder = _finder(publication) if publication else shipped.codelist
        return {
            "codelist": vocabularies.codelist(home, (), links(), finder),
            "concept": vocabularies.concept(found, links(), finder),
            "dataset": _around(publication) if publication else None,
            **_used(uses),
        }

    return Thing(
        key=(target, publication.version if publication else 0, uses),
        template="concept.html",
        values=values,
        documents=lambda: _render("codelists", "render_concept", home, found, site().public),
        links=_belonging(publication) if publication else _licensed(home),
    )


def _own_concept(target: Target) -> tuple[Publication, CodeList, Concept]:
    path = f"codelists/{target.resource}.json"

    def find(publication: Publication) -> Concept | None:
        return codelists_of(publication)[target.resource].find(target.name) if publication.file(path) else None

    publication = _publication(target, lambda each: find(each) is not None)
    found = find(publication)
    assert found is not None, "the version was chosen because it has the code"
    return publication, codelists_of(publication)[target.resource], found


def _shipped_concept(rest: str) -> tuple[CodeList, Concept]:
    found = shipped.concept(rest)
    assert found is not None, "the address is known"
    return found


# Standards


def _standard(slug: str) -> Thing:
    edition = g.asked.get(EDITION.name, "")
    found = shipped.standard(slug, edition)
    assert found is not None, "the address is known"
    uses = _uses("standard", slug)

    def documents() -> Documents:
        public = site().public
        users = frozenset(public.dataset(each.dataset) for each in uses)
        return _render("rendering", "render", nouns.standard_of(found, public, users, dated=bool(edition)))

    return Thing(
        key=(slug, edition, uses, union.state(slug)),
        template="standard.html",
        values=lambda: {"standard": vocabularies.standard(found, links()), "united": union.section(slug), **_used(uses)},
        documents=documents,
        query={EDITION.name: edition},
    )


def _standard_field(rest: str) -> Thing:
    found = shipped.standard_column(rest)
    assert found is not None, "the address is known"
    value = found.standard
    uses = _uses("standard", value.slug)

    def values() -> Shown:
        shown = vocabularies.standard_field(found, links())
        kept = shipped.codelist(found.column.field.definition.codelist)
        return {
            "field": shown,
            "values": vocabularies.values_of(found.column.field, kept, links(), shipped.codelist, _has_page),
            "standard": vocabularies.standard_in_brief(value, links(), len({each.dataset for each in uses})),
            "current": value.edition == shipped.editions().editions(value.slug)[-1],
            "compare": comparing.offered_of_standard(rest, found, links()) if uses else "",
            **_used(uses),
        }

    def documents() -> Documents:
        return _render("rendering", "render", nouns.standard_column_of(value, found.table, found.column, site().public))

    return Thing(key=(uses,), template="field.html", values=values, documents=documents)


_FINDERS: Mapping[str, Callable[[str], Thing]] = {
    "schema": _schema,
    "field": _field,
    "codelist": _codelist,
    "concept": _concept,
    "standard": _standard,
}
