"""CKAN's action API, to read: ``/api/3/action/<action>``, for the clients and harvesters that know CKAN.

Parameters, answers and errors are CKAN's (2.11), by GET or by POST with a JSON object. Other addresses of this catalogue
refuse what they do not know; this one ignores it where CKAN does. Nothing can be written.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any

from flask import Blueprint, Response, current_app, request

from catalog import __version__, media
from catalog.dcat import authorities
from catalog.errors import Busy, CatalogError, NotFound, StoreError, UsageError
from catalog.model import Agent, Publication
from catalog.search import Found, Search, Slice, distributions, folded
from catalog.store import Selection
from catalog.web.ckan import datastore, queries, shapes
from catalog.web.ckan.asked import Given, Unreadable, given
from catalog.web.ckan.errors import ActionError, Denied, Unasked, Unfound
from catalog.web.parameters import takes_any
from catalog.web.responses import NEVER, Manners, answer, content_of, json_bytes
from catalog.web.site import site

blueprint = Blueprint("ckan", __name__)

Shape = dict[str, Any]
Action = Callable[[Given], Any]
MOST_ROWS, USUAL_ROWS = 1_000, 10
_ALL = 1_000_000
_VALUES = 10_000
_WRITES = re.compile(
    r".*_(create|update|patch|delete|purge|revise|upsert|set|clear|batch)(_.*)?|follow_.*|unfollow_.*|dataset_purge"
)
_SEARCHED = frozenset({
    "q", "fq", "fq_list", "sort", "rows", "start", "facet", "facet.mincount", "facet.limit", "facet.field", "include_drafts",
    "include_deleted", "include_private", "use_default_schema", "fl", "qf", "wt", "bf", "boost", "defType", "mm", "tie", "df",
    "q.op",
})  # fmt: skip
_ORDERS: Mapping[str, str] = {
    "": "relevance", "score desc": "relevance", "score desc, metadata_modified desc": "relevance",
    "metadata_modified desc": "updated", "id asc": "id", "name asc": "id", "title_string asc": "id",
}  # fmt: skip


@blueprint.route("/api/3/action/<action>", methods=["GET", "POST"])
@blueprint.route("/api/action/<action>", methods=["GET", "POST"])
@takes_any
def act(action: str) -> Response:
    """Do one action."""
    try:
        if action not in ACTIONS:
            if _WRITES.fullmatch(action):
                raise Denied(action)
            return _refused(f"Bad request - Action name not known: {action[:100]}")
        return _told(action, ACTIONS[action](given()))
    except Unreadable as error:
        return _refused(f"Bad request - JSON Error: {str(error)[:200]}")
    except CatalogError as error:
        status, told = _fault(error)
        return _answered(status, {"help": _help(action), "success": False, "error": told})


def _fault(error: CatalogError) -> tuple[int, Mapping[str, Any]]:
    if isinstance(error, ActionError):
        return error.status, error.told
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND, Unfound().told
    if isinstance(error, UsageError):
        return HTTPStatus.BAD_REQUEST, Unasked(error.code).told
    if isinstance(error, Busy | StoreError):
        current_app.logger.error("cannot answer: %s %s", error.code, error.details)
        return HTTPStatus.SERVICE_UNAVAILABLE, {"__type": "Internal Server Error", "message": "Try again later"}
    raise error


def _help(action: str) -> str:
    return site().public.path("api", "3", "action", "help_show", name=action[:100])


def _told(action: str, result: Any) -> Response:
    body = json_bytes({"help": _help(action), "success": True, "result": result})
    if request.method == "POST":
        return _answered(HTTPStatus.OK, body)
    return answer(content_of(body), media.JSON.content_type, Manners())


def _refused(message: str) -> Response:
    """CKAN answers what it cannot read at all with a bare text in JSON."""
    return _answered(HTTPStatus.BAD_REQUEST, message)


def _answered(status: int, value: Any) -> Response:
    body = value if isinstance(value, bytes) else json_bytes(value)
    response = Response(body, status, content_type=media.JSON.content_type)
    response.headers["Cache-Control"] = NEVER
    return response


def _search() -> Search:
    return Search(site().store)


# datasets


def _dataset_id(text: str) -> str:
    """The id of a dataset by name or UUID."""
    path = site().store.searching.identified(text.lower())
    return path.removeprefix("dataset/") if path.startswith("dataset/") else text


def _publication(text: str) -> Publication:
    try:
        return site().store.latest(_dataset_id(text))
    except NotFound as error:  # a withdrawn one too: CKAN deletes
        raise Unfound("Dataset was not found.") from error


def _package_list(asked: Given) -> list[str]:
    limit, offset = asked.number("limit", _ALL, _ALL), asked.number("offset", 0, _ALL)
    found = site().store.feed.select(Selection(), limit=offset + limit) if limit else ()
    return list(found[offset:])


def _package_show(asked: Given) -> Shape:
    return shapes.package(_publication(asked.required("id", "name_or_id")))


def _current_package_list(asked: Given) -> list[Shape]:
    limit, offset = asked.number("limit", MOST_ROWS, MOST_ROWS), asked.number("offset", 0, _ALL)
    found = _search().find(part=Slice(order="updated", offset=offset, limit=limit), counted=())
    return _packages(found)


def _package_autocomplete(asked: Given) -> list[Shape]:
    limit = asked.number("limit", USUAL_ROWS, MOST_ROWS)
    found = _search().find(asked.required("q")[:200], part=Slice(limit=limit), counted=())
    return [
        {
            "name": each.dataset,
            "title": str(each.title),
            "match_field": "title",
            "match_displayed": f"{each.title} ({each.dataset})",
        }
        for each in found.hits
    ]


def _packages(found: Found) -> list[Shape]:
    shown = []
    for each in found.hits:
        try:
            shown.append(shapes.package(site().store.latest(each.dataset)))
        except NotFound:  # withdrawn this very moment
            continue
    return shown


def _package_search(asked: Given) -> Shape:
    unknown = asked.values.keys() - _SEARCHED
    if unknown:
        raise Unasked(f"Invalid search parameters: {sorted(unknown)}")
    order = _ORDERS.get(re.sub(r"\s+", " ", asked.text("sort").strip().lower()))
    if order is None:
        raise Unasked(f"Invalid sort: {asked.text('sort')[:100]}")
    wanted = _wanted(asked)
    fields = asked.names("facet.field") if asked.flag("facet", default=True) else []
    ours = [queries.FACETS[each] for each in fields if each in queries.FACETS]
    rows, start = asked.number("rows", USUAL_ROWS, MOST_ROWS), asked.number("start", 0, _ALL)
    total, results, values = _results(wanted, order, rows, start, ours)
    facets = {each: values.get(queries.FACETS.get(each, ""), []) for each in fields}
    return {
        "count": total,
        "facets": {name: {value: count for value, _label, count in listed} for name, listed in facets.items()},
        "results": results,
        "sort": asked.text("sort", "score desc, metadata_modified desc"),
        "search_facets": {name: {"title": name, "items": shapes.named(listed)} for name, listed in facets.items()},
    }


def _wanted(asked: Given) -> queries.Wanted:
    lists = [asked.values.get(name) for name in ("fq", "fq_list")]
    filters = chain.from_iterable(each if isinstance(each, list) else [each] for each in lists if each)
    texts = [asked.text("q"), *map(str, filters)]
    if sum(map(len, texts)) > MOST_ROWS:
        raise Unasked("too long")
    wanted = queries.read(iter(texts))
    if "publisher" in wanted.facets:
        wanted.facets["publisher"] = tuple(_publisher_id(each) for each in wanted.facets["publisher"])
    return wanted


Values = dict[str, list[tuple[str, str, int]]]


def _results(wanted: queries.Wanted, order: str, rows: int, start: int, facets: list[str]) -> tuple[int, list[Shape], Values]:
    """How many, some of them, and the values of the facets."""
    if wanted.nothing:
        return 0, [], {}
    words = " ".join(wanted.words)
    if wanted.names or wanted.since:
        return _by_id(wanted, words, rows, start)
    part = Slice(order=order if wanted.words or order != "relevance" else "updated", offset=start, limit=max(rows, 1))  # type: ignore[arg-type]
    found = _search().find(words, wanted.facets, part=part, counted=facets, most=_VALUES)
    values = {
        name: [(_named(name, each.value), str(each.label), each.count) for each in facet.values]
        for name, facet in found.facets.items()
    }
    return found.total, _packages(found)[:rows], values


def _named(facet: str, value: str) -> str:
    """A value of ours as CKAN writes it."""
    return {"format": value.upper(), "theme": value.lower()}.get(facet, value)


def _by_id(wanted: queries.Wanted, words: str, rows: int, start: int) -> tuple[int, list[Shape], Values]:
    """Datasets by name, and those that changed since a time: these are few, and are told in the order of their ids."""
    ids = site().store.feed.select(Selection(modified_since=wanted.since), limit=_ALL)
    if wanted.names:
        names = {_dataset_id(each) for each in wanted.names}
        ids = tuple(each for each in ids if each in names)
    if words or wanted.facets:
        hits = _search().find(words, wanted.facets, part=Slice(order="id", limit=_ALL), counted=()).hits
        ids = tuple(each for each in ids if each in {hit.dataset for hit in hits})
    shown = [shapes.package(_publication(each)) for each in ids[start : start + rows]]
    return len(ids), shown, {}


# resources


def _located(text: str) -> tuple[Publication, Shape]:
    """A file by UUID, and its dataset."""
    path = site().store.searching.identified(text.lower())
    kind, _, rest = path.partition("/")
    if kind == "dataset" and "/" in rest:
        publication = _publication(rest.partition("/")[0])
    elif kind == "distribution" and (target := site().store.searching.owner(text.lower())):
        publication = _publication(target)
    else:
        raise Unfound("Resource was not found.")
    found = next((each for each in shapes.resources_of(publication) if each["id"] == text.lower()), None)
    if found is None:
        raise Unfound("Resource was not found.")
    return publication, found


def _resource_show(asked: Given) -> Shape:
    return _located(asked.required("id"))[1]


def _datastore_search(asked: Given) -> Shape:
    text = asked.required("resource_id", "id")
    path = site().store.searching.identified(text.lower())
    if not path.startswith("distribution/"):
        raise Unfound(f'Resource "{text[:100]}" was not found.')
    publication, found = _located(text)
    table = next((file.resource for each, file in distributions(publication) if each == path and found["datastore_active"]), "")
    if not table:
        raise Unfound(f'Resource "{text[:100]}" was not found.')
    return datastore.search(asked, publication, table, found["id"])


# organizations, groups, tags, licences


def _counts(facet: str) -> list[tuple[str, int]]:
    found = _search().find(part=Slice(order="updated", limit=1), counted=(facet,), most=_VALUES)
    return [(each.value, each.count) for each in found.facets[facet].values] if facet in found.facets else []


def _publishers() -> dict[str, tuple[Agent, int]]:
    return {agent.id: (agent, count) for agent, count in site().store.publishers()}


def _publisher_id(text: str) -> str:
    path = site().store.searching.identified(text.lower())
    return path.removeprefix("publisher/") if path.startswith("publisher/") else text


def _organization_list(asked: Given) -> list[Any]:
    shown = [shapes.organization_of(agent, count) for agent, count in _publishers().values()]
    return _listed(asked, shown, "organizations")


def _listed(asked: Given, shown: list[Shape], name: str) -> list[Any]:
    """A page of a list: names, or all about each."""
    wanted = set(asked.names(name))
    kept = [each for each in shown if not wanted or each["name"] in wanted]
    offset, limit = asked.number("offset", 0, _ALL), asked.number("limit", _ALL, _ALL)
    some = kept[offset : offset + limit]
    return some if asked.flag("all_fields") else [each["name"] for each in some]


def _organization_show(asked: Given) -> Shape:
    id_ = _publisher_id(asked.required("id"))
    if id_ not in (known := _publishers()):
        raise Unfound("Group was not found.")
    agent, count = known[id_]
    return shapes.organization_of(agent, count) | _contents(asked, {"publisher": id_})


def _contents(asked: Given, facets: Mapping[str, str]) -> Shape:
    if not asked.flag("include_datasets"):
        return {}
    return {"packages": _packages(_search().find("", facets, part=Slice(order="updated", limit=MOST_ROWS), counted=()))}


def _group_list(asked: Given) -> list[Any]:
    return _listed(asked, [shapes.group(name, count) for name, count in sorted(_counts("theme"))], "groups")


def _theme(text: str) -> str:
    """The code of a theme by name or UUID."""
    for each in authorities.THEMES:
        if folded(text) in (each.lower(), shapes.group(each)["id"]):
            return each
    raise Unfound("Group was not found.")


def _group_show(asked: Given) -> Shape:
    theme = _theme(asked.required("id"))
    return shapes.group(theme, dict(_counts("theme")).get(theme, 0)) | _contents(asked, {"theme": theme})


def _group_package_show(asked: Given) -> list[Shape]:
    theme = _theme(asked.required("id"))
    part = Slice(order="updated", offset=asked.number("offset", 0, _ALL), limit=asked.number("limit", MOST_ROWS, MOST_ROWS))
    return _packages(_search().find("", {"theme": theme}, part=part, counted=()))


def _tag_list(asked: Given) -> list[Any]:
    if asked.text("vocabulary_id"):
        raise Unfound(f"could not find vocabulary '{asked.text('vocabulary_id')[:100]}'")
    wanted = folded(asked.text("query"))
    names = Counter({name: count for name, count in _counts("keyword") if wanted in folded(name)})
    return [shapes.tag(each) for each in sorted(names)] if asked.flag("all_fields") else sorted(names)


def _tag_show(asked: Given) -> Shape:
    wanted = asked.required("id")
    for name, _count in _counts("keyword"):
        tag = shapes.tag(name)
        if wanted in (name, tag["id"]):
            return tag | _contents(asked, {"keyword": name})
    raise Unfound("Tag was not found.")


def _license_list(_asked: Given) -> list[Shape]:
    return [shapes.license_(name) for name, _count in sorted(_counts("license"))]


# the site


def _status_show(_asked: Given) -> Shape:
    here = site()
    return {
        "site_title": here.title.ja,
        "site_description": here.description.ja,
        "site_url": here.public.base_url,
        "ckan_version": "2.11.0",
        "error_emails_to": None,
        "locale_default": here.settings.language_codes()[0],
        "extensions": ["datastore"],
        "opendata_catalog_version": __version__,
    }


def _site_read(_asked: Given) -> bool:
    return True


def _help_show(asked: Given) -> str:
    name = asked.required("name")
    if name not in ACTIONS:
        raise Unfound("Action was not found.")
    return f"{name}: as documented for CKAN 2.11 (https://docs.ckan.org/en/2.11/api/); read-only. Known: {', '.join(ACTIONS)}."


ACTIONS: Mapping[str, Action] = {
    "package_list": _package_list,
    "package_show": _package_show,
    "package_search": _package_search,
    "package_autocomplete": _package_autocomplete,
    "current_package_list_with_resources": _current_package_list,
    "resource_show": _resource_show,
    "datastore_search": _datastore_search,
    "organization_list": _organization_list,
    "organization_show": _organization_show,
    "group_list": _group_list,
    "group_show": _group_show,
    "group_package_show": _group_package_show,
    "tag_list": _tag_list,
    "tag_show": _tag_show,
    "license_list": _license_list,
    "status_show": _status_show,
    "site_read": _site_read,
    "help_show": _help_show,
}
