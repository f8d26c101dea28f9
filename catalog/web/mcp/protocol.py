"""The messages: JSON-RPC 2.0, and what the Model Context Protocol says on top of it.

Rules: the specification of 2026-07-28 (per-request envelope in ``params._meta``, repeated in headers) and those of 2024-11-05 to
2025-11-25 (``initialize``, then requests without an envelope). Batches, which only 2025-03-26 knew, are refused.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from werkzeug.datastructures import Headers

from catalog.messages.machines import INSTRUCTIONS
from catalog.web.mcp import tools
from catalog.web.negotiation import language
from catalog.web.site import site
from catalog.words import said

Json = dict[str, Any]

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022

MODERN = ("2026-07-28",)
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
_VERSION_HEADER, _METHOD_HEADER, _NAME_HEADER = "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"
_META = "io.modelcontextprotocol/"
_VERSION_KEY, _CAPABILITIES_KEY, _SERVER_KEY = f"{_META}protocolVersion", f"{_META}clientCapabilities", f"{_META}serverInfo"
_ENCODED = ("=?base64?", "?=")
_CAPABILITIES: Json = {"tools": {"listChanged": False}}
_KEPT = 3_600_000
"""Milliseconds that clients may keep the list of tools."""
_LONGEST_ID = 200


class Problem(Exception):
    """A message that cannot be answered: an error of JSON-RPC, and the status of HTTP that goes with it."""

    def __init__(self, code: int, message: str, data: Json | None = None, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.error: Json = {"code": code, "message": message} | ({"data": data} if data else {})
        self.status = int(status)
        self.request: str | int | None = None

    def reply(self) -> bytes:
        """The error as a message. Its id is null where the request's could not be read."""
        return _bytes({"jsonrpc": "2.0", "id": self.request, "error": self.error})


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or (``id`` None) a notification or an answer to something that we never asked."""

    method: str
    params: Mapping[str, Any]
    id: str | int | None


def read(body: bytes) -> Message:
    """The one message of a body. Raises Problem."""
    try:
        found = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Problem(PARSE_ERROR, "Parse error: the body is not JSON in UTF-8") from error
    if not isinstance(found, dict) or found.get("jsonrpc") != "2.0":
        raise Problem(INVALID_REQUEST, "The body must be one JSON-RPC 2.0 message; batches are not taken")
    if "method" not in found and "id" in found and ("result" in found or "error" in found):
        return Message("", {}, None)
    id_ = found.get("id")
    named = "id" in found
    if named and (isinstance(id_, bool) or not isinstance(id_, str | int) or len(str(id_)) > _LONGEST_ID):
        raise Problem(INVALID_REQUEST, "id must be a text or a whole number")
    method, params = found.get("method"), found.get("params", {})
    problem = None
    if not isinstance(method, str) or not method:
        problem = Problem(INVALID_REQUEST, "method must be a text")
    elif not isinstance(params, dict):
        problem = Problem(INVALID_PARAMS, "params must be an object")
    if problem is not None:
        problem.request = id_
        raise problem
    return Message(str(method), params, id_ if named else None)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def answer(message: Message, headers: Headers) -> tuple[bytes, int] | None:
    """The reply with its status; None for what wants none. Raises Problem."""
    if message.id is None:
        return None
    try:
        modern = _is_modern(message, headers)
        return _bytes({"jsonrpc": "2.0", "id": message.id, "result": _result(message, modern=modern)}), int(HTTPStatus.OK)
    except Problem as problem:
        problem.request = message.id
        raise


def _is_modern(message: Message, headers: Headers) -> bool:
    """Whether a request is of the newer age: it says so in a header or in its envelope. Raises Problem where both disagree."""
    named = headers.get(_VERSION_HEADER)
    meta = message.params.get("_meta")
    envelope = meta if isinstance(meta, dict) else {}
    if named not in MODERN and _VERSION_KEY not in envelope:
        if named is not None and named not in HANDSHAKE:
            raise _unsupported(named)
        return False
    if missing := [each for each in (_VERSION_KEY, _CAPABILITIES_KEY) if each not in envelope]:
        raise Problem(INVALID_PARAMS, f"params._meta lacks {', '.join(missing)}")
    if named != envelope[_VERSION_KEY]:
        raise Problem(HEADER_MISMATCH, f"the header {_VERSION_HEADER} and params._meta differ")
    if headers.get(_METHOD_HEADER) != message.method:
        raise Problem(HEADER_MISMATCH, f"the header {_METHOD_HEADER} and method differ")
    name = message.params.get("name")
    if message.method == "tools/call" and name is not None and _decoded(headers.get(_NAME_HEADER)) != name:
        raise Problem(HEADER_MISMATCH, f"the header {_NAME_HEADER} and params.name differ")
    if named not in MODERN:
        raise _unsupported(str(named))
    return True


def _unsupported(named: str) -> Problem:
    return Problem(UNSUPPORTED_VERSION, "Unsupported protocol version", {"supported": list(MODERN), "requested": named[:100]})


def _decoded(value: str | None) -> str | None:
    """A header's value; what no header can hold comes as Base64."""
    begin, end = _ENCODED
    if value is None or not (value.startswith(begin) and value.endswith(end)):
        return value
    try:
        return base64.b64decode(value[len(begin) : -len(end)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _result(message: Message, *, modern: bool) -> Json:
    match message.method:
        case "server/discover" if modern:
            about: Json = {"supportedVersions": list(MODERN), "capabilities": _CAPABILITIES, "instructions": _instructions()}
            return _stamped(about | _cacheable())
        case "initialize" if not modern:
            return _initialized(message.params)
        case "ping" if not modern:
            return {}
        case "tools/list":
            if message.params.get("cursor") is not None:
                raise Problem(INVALID_PARAMS, "cursor: the list of tools has one page")
            listed: Json = {"tools": [each.described() for each in tools.TOOLS.values()]}
            return _stamped(listed | _cacheable()) if modern else listed
        case "tools/call":
            called = _called(message.params)
            return _stamped(called) if modern else called
    status = HTTPStatus.NOT_FOUND if modern else HTTPStatus.OK
    raise Problem(METHOD_NOT_FOUND, f"Method not found: {message.method[:100]}", status=status)


def _cacheable() -> Json:
    return {"ttlMs": _KEPT, "cacheScope": "public"}


def _stamped(result: Json) -> Json:
    """What every result of the newer age says of itself."""
    return result | {"resultType": "complete", "_meta": {_SERVER_KEY: _server()}}


def _server() -> Json:
    here = site()
    return {
        "name": "opendata-catalog",
        "title": here.title.within(language()),
        "version": version("opendata-catalog"),
        "websiteUrl": here.public.home(),
    }


def _instructions() -> str:
    return said(INSTRUCTIONS).within(language())


def _initialized(params: Mapping[str, Any]) -> Json:
    """The handshake: the version that the client wants where we speak it, else our newest of that age."""
    wanted = params.get("protocolVersion")
    chosen = wanted if wanted in HANDSHAKE else HANDSHAKE[-1]
    return {
        "protocolVersion": chosen,
        "capabilities": _CAPABILITIES,
        "serverInfo": _server(),
        "instructions": _instructions(),
    }


def _called(params: Mapping[str, Any]) -> Json:
    """What a tool answers. Its own errors are results too, so that the model that called it can read and mend them."""
    name, arguments = params.get("name"), params.get("arguments")
    tool = tools.TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise Problem(INVALID_PARAMS, f"Unknown tool; there are: {', '.join(tools.TOOLS)}")
    if arguments is not None and not isinstance(arguments, dict):
        raise Problem(INVALID_PARAMS, "arguments must be an object")
    outcome = tool.call(arguments or {})
    text = _bytes(outcome.value).decode()
    told: Json = {"content": [{"type": "text", "text": text}], "isError": outcome.failed}
    return told if outcome.failed else told | {"structuredContent": outcome.value}


def _bytes(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        errors="backslashreplace"
    )  # lone surrogates
