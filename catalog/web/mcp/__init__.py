"""``/mcp``: the catalogue for language models' programs, by the Model Context Protocol over HTTP. Everything is read only.

Each request stands for itself: there are no sessions and no streams, one JSON-RPC message comes in and one goes out. Both ages of
the protocol are answered: 2026-07-28, whose requests carry all they need, and the versions before it, which begin with
``initialize``. ``protocol`` knows the messages, ``tools`` what can be asked, ``arguments`` how it is described and read.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from catalog import media
from catalog.web.mcp import protocol
from catalog.web.mcp.protocol import Problem
from catalog.web.responses import NEVER
from catalog.web.site import site

blueprint = Blueprint("mcp", __name__)

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, Mcp-Method, Mcp-Name, MCP-Protocol-Version",
    "Access-Control-Max-Age": "86400",
}


@blueprint.route("/mcp", methods=["POST"], provide_automatic_options=False)
def messages() -> Response:
    """One message of the protocol."""
    try:
        _check_origin()
        _check_type()
        reply = protocol.answer(protocol.read(request.get_data()), request.headers)
    except Problem as problem:
        return _told(problem.reply(), problem.status)
    return Response(status=HTTPStatus.ACCEPTED) if reply is None else _told(*reply)


@blueprint.route("/mcp", methods=["OPTIONS"], provide_automatic_options=False)
def preflight() -> Response:
    """What browsers ask before they send a message."""
    return Response(status=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)


def _told(body: bytes, status: int) -> Response:
    response = Response(body, status, content_type=media.JSON.content_type)
    response.headers["Cache-Control"] = NEVER
    return response


def _check_origin() -> None:
    """Refuse pages of other sites, as the protocol demands. Programs that are no browsers send no Origin.

    A site can let its name lead to this machine (DNS rebinding), and so open what is meant for this network only.
    """
    origin = request.headers.get("Origin")
    allowed = {each.strip() for each in site().settings.mcp_origins.split(",")}
    if origin is None or origin in {_origin(site().public.base_url), *allowed} or "*" in allowed:
        return
    raise Problem(protocol.INVALID_REQUEST, "Origin is not allowed", status=HTTPStatus.FORBIDDEN)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _check_type() -> None:
    """Only JSON: what a foreign page could send without being asked first (a form, plain text) is no message."""
    if request.mimetype != media.JSON.media_type:
        raise Problem(protocol.INVALID_REQUEST, "Content-Type must be application/json", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
