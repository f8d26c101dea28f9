"""Errors over HTTP: one table from error class to status, told as problem+json (RFC 9457) or as a page."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError

from catalog import errors
from catalog.errors import CatalogError, Finding, Refusal
from catalog.media import HTML
from catalog.messages import word
from catalog.messages.wording import _
from catalog.model import Json
from catalog.web.forms import MAX_BODY, MAX_TEXTS
from catalog.web.negotiation import PROBLEM_TYPE, VARY_FORMAT, language, prefers_html
from catalog.web.parameters import BadQuery
from catalog.web.responses import NEVER, html, json_bytes
from catalog.words import said

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (errors.Withdrawn, 410),
    (errors.NotFound, 404),
    (errors.UsageError, 400),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.Refusal, 422),
    (errors.Busy, 503),
    (errors.TooMany, 429),
    (errors.StoreError, 503),
)
"""The first class that an error is of gives its status; what stands in no row is a mistake of ours: 500."""
TRY_AGAIN = 60
"""Seconds after which it is worth asking a store again that cannot answer now (Retry-After)."""

_HTTP_CODES: Mapping[int, str] = {
    400: "request-malformed",
    403: "request-cross-site",
    404: "page-unknown",
    405: "method-not-allowed",
    412: "precondition-failed",
    413: "body-too-large",
    414: "address-too-long",
    415: "media-type-unsupported",
    416: "range-impossible",
}
_TITLES: Mapping[int, str] = {
    400: _("Bad request"),
    401: _("A token is needed"),
    403: _("Forbidden"),
    404: _("Not found"),
    405: _("Method not allowed"),
    409: _("Conflict"),
    410: _("Withdrawn"),
    412: _("Precondition failed"),
    413: _("Too large"),
    414: _("Address too long"),
    415: _("Unsupported kind of content"),
    416: _("Range not satisfiable"),
    422: _("Data has errors"),
    429: _("Too many requests"),
    500: _("Error on our side"),
    503: _("Not available"),
}


def handle_catalog_error(error: CatalogError) -> Response:
    """An error of the product's own tree."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    if isinstance(error, errors.Busy | errors.TooMany):
        response = tell(status, error)
        response.headers["Retry-After"] = error.details["seconds"]
        return response
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # what the store says is for the operator
        current_app.logger.error("cannot answer: %s %s", error.code, error.details)
        response = tell(status, CatalogError("unavailable"))
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(TRY_AGAIN)
        return response
    response = tell(status, error)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def handle_http_error(error: HTTPException) -> Response:
    """An error of the HTTP machinery: no route, wrong method, a range outside the file."""
    status = error.code if error.code is not None and error.code in _HTTP_CODES else int(HTTPStatus.BAD_REQUEST)
    code = "host-foreign" if isinstance(error, SecurityError) else _http_code(status)
    response = tell(status, CatalogError(code, **_http_details(error)))
    for name, value in error.get_headers():
        if name in {"Allow", "Content-Range"}:
            response.headers[name] = value
    return response


def _http_code(status: int) -> str:
    """Where a file is taken, its size is the matter; elsewhere that there is a body at all."""
    taken = request.max_content_length or 0
    return "upload-too-large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and taken > MAX_BODY else _HTTP_CODES[status]


def _http_details(error: HTTPException) -> dict[str, str]:
    largest = f"{max(0, (request.max_content_length or 0) - MAX_TEXTS) / 1_000_000:g}"
    maximum = largest if isinstance(error, RequestEntityTooLarge) else str(current_app.config["MAX_ADDRESS_LENGTH"])
    allowed = sorted(error.valid_methods or ()) if isinstance(error, MethodNotAllowed) else []
    return {"maximum": maximum, "method": request.method[:20], "allowed": ", ".join(allowed)}


def handle_depth(error: RecursionError) -> Response:
    """What is nested so deep that reading it does not end is not read: only what a client sends can be."""
    current_app.logger.warning("nested too deep: %s", request.endpoint, exc_info=error)
    return tell(int(HTTPStatus.BAD_REQUEST), CatalogError("nested-too-deep"))


def handle_mistake(error: Exception) -> Response:
    """Anything else is our mistake: logged with its trace, told without it."""
    current_app.logger.error("unexpected error", exc_info=error)
    return tell(500, CatalogError("internal"))


def tell(status: int, error: CatalogError) -> Response:
    """The error as problem+json, or as a page to those who prefer one."""
    problem = problem_of(status, error)
    if prefers_html():
        response = Response(html("problem.html", problem=problem), status, content_type=HTML.content_type)
    else:
        response = Response(json_bytes(problem), status, content_type=PROBLEM_TYPE)
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = NEVER
    response.vary.update(VARY_FORMAT)
    return response


def problem_of(status: int, error: CatalogError) -> Json:
    """The members of RFC 9457, with our ``code`` and ``errors``."""
    findings = error.findings if isinstance(error, Refusal | BadQuery) else ()
    reader = language()
    told = [_error(each, reader) for each in findings]
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": said(_TITLES[status]).within(reader),
        "status": status,
        "detail": " ".join(each["message"] for each in told) or word(error, reader),
        "code": error.code,
    }
    return problem | ({"errors": told} if told else {})


def _error(finding: Finding, reader: str) -> dict[str, Any]:
    parameter = finding.details.get("parameter", "")
    place = {name: value for name, value in _place(finding).items() if value}
    where = {"parameter": parameter} if parameter else {"place": place} if place else {}
    return {"code": finding.code, **where, "found": finding.found, "expected": finding.expected, "message": word(finding, reader)}


def _place(finding: Finding) -> dict[str, str | int]:
    place = finding.place
    return {name: getattr(place, name) for name in ("file", "resource", "field", "row", "column", "pointer")}
