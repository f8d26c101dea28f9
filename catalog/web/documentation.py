"""The page about the API, written from what the API says about itself."""

from urllib.parse import urlencode

from flask import Blueprint, Response

from catalog import query
from catalog.messages.wording import _
from catalog.web import openapi, pages, presenting
from catalog.web.operations import ROWS_WORDS, TAGS, Operation
from catalog.web.presenting import Shown
from catalog.web.responses import Manners, html, page
from catalog.web.site import site
from catalog.words import said

blueprint = Blueprint("documentation", __name__)

_OPERATORS = {
    "exact": _("is this value (the same as the bare name)"),
    "not": _("is another value, or missing"),
    "in": _("is one of these values, separated by commas"),
    "contains": _("contains this text"),
    "startswith": _("begins with this text"),
    "gt": _("is greater"),
    "gte": _("is greater, or this value"),
    "lt": _("is less"),
    "lte": _("is less, or this value"),
    "isnull": _("is missing (true) or not (false)"),
    "near": _("lies within so many metres: latitude,longitude,metres. The nearest come first"),
    "bbox": _("lies inside the box: west,south,east,north"),
}


@blueprint.get("/api")
def api() -> Response:
    """How to ask the API, with addresses that can be tried."""
    examples = openapi.examples()
    groups = [
        {
            "title": presenting.text(said(title)),
            "operations": [_shown(each, examples) for each in openapi.operations() if each.tag == tag],
        }
        for tag, title in TAGS.items()
    ]
    values = {
        "groups": [each for each in groups if each["operations"]],
        "operators": {f"__{name}": presenting.text(said(text)) for name, text in _OPERATORS.items()},
        "words": {name: presenting.text(said(text)) for name, (text, _schema) in ROWS_WORDS.items()},
        "maximum": query.MOST,
        "usual": query.USUAL,
        "rows": site().public.rows(examples["dataset"], examples["table"]) if "dataset" in examples else "",
        "rate": site().settings.rate_limit,
        "datasets": presenting.listing(site().store.summaries(limit=20), None, "", pages.links())["datasets"],
    }
    return page(html("api.html", **values), Manners(vary=("Accept-Language",)))


def _shown(operation: Operation, examples: dict[str, str]) -> Shown:
    """One address, with one like it that can be tried."""
    asked = openapi.parameters_of(operation)
    tried = operation.path.format_map(examples | dict.fromkeys(openapi.parts_of(operation.path).difference(examples), ""))
    complete = openapi.parts_of(operation.path) <= set(examples) and not operation.writes
    needed = {each["name"]: each["example"] for each in asked if each.get("required") and "example" in each}
    return {
        "path": f"{operation.method.upper()} {operation.path}" if operation.writes else operation.path,
        "summary": presenting.text(said(operation.summary)),
        "description": presenting.text(said(operation.description)) if operation.description else None,
        "parameters": [each["name"] for each in asked],
        "try": site().base_path + tried + (f"?{urlencode(needed)}" if needed else "") if complete else "",
    }
