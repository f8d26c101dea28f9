"""What the server says about itself: one line an event, as text for people or as JSON for programs, with the request's id.

A line never ends early, whatever a client sends (no log injection), and holds no token, no query and no form.
"""

import json
import logging
import logging.config
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, has_request_context, request
from werkzeug.wsgi import get_path_info

from catalog.settings import Settings
from catalog.tokens import PREFIX
from catalog.web.serving.limits import caller_of

HEADER = "X-Request-ID"
requests = logging.getLogger("catalog.requests")
"""One record of level INFO for each request, when its answer has been sent or given up."""

_KEY = "catalog.request_id"
_SAFE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]+")
_LONGEST = 500
"""Characters of a path in a line."""


def configuration(settings: Settings) -> dict[str, Any]:
    """The configuration of ``logging`` (its dictionary schema): everything goes to the standard error, in one format.

    As text, requests are not told: people read that.
    """
    told = "INFO" if settings.log_format == "json" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{'AsJson' if settings.log_format == 'json' else 'AsText'}"}},
        "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["line"], "level": "WARNING"},
        "loggers": {requests.name: {"level": told}, "catalog.server": {"level": told}},
    }


class AsJson(logging.Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **({"request": found} if (found := _current()) else {}),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["trace"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(told)


class AsText(logging.Formatter):
    """A line for people; the lines of a trace below it are set in, so that none can be taken for an event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        message = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in record.getMessage())
        about = f" [{found}]" if (found := _current()) else ""
        told = f"{record.levelname.lower()}: {record.name}: {message}{about}"
        if record.exc_info:
            told += "".join(f"\n    {line}" for line in self.formatException(record.exc_info).splitlines())
        return without_secrets(told)


def without_secrets(text: str) -> str:
    """The same without what looks like a token of ours, wherever a client has put one."""
    return _SECRET.sub(f"{PREFIX}…", text)


def _current() -> str:
    return str(request.environ.get(_KEY, "")) if has_request_context() else ""


def prepare(app: Flask, settings: Settings) -> None:
    """Give each request of an application an id, answered as ``X-Request-ID``, and a line in the log."""
    app.wsgi_app = _Watch(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]  # as Flask documents it


class _Watch:
    """The outermost layer of the application: nothing is answered without it."""

    def __init__(self, app: WSGIApplication, proxies: int) -> None:
        self._app = app
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and watch."""
        environ[_KEY] = self._id(environ)
        line = _Line(environ, self._proxies)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            line.status = int(status[:3])
            line.announced = next((int(each) for name, each in headers if name.lower() == "content-length"), -1)
            headers = [*headers, (HEADER, environ[_KEY])]
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        body = self._app(environ, start)
        if not requests.isEnabledFor(logging.INFO):
            return body
        if handed_over(environ, body):
            line.whole = None
            line.write()
            return body
        return _Counted(body, line)

    def _id(self, environ: WSGIEnvironment) -> str:
        """What a proxy of ours calls the request, else a name of our own."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._proxies else ""
        return given if _SAFE.fullmatch(given) else secrets.token_hex(8)


def handed_over(environ: WSGIEnvironment, body: Iterable[bytes]) -> bool:
    """Whether the server sends a file by itself, beside its threads, and nobody may take its parts before it (PEP 3333)."""
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(wrapper, type) and isinstance(body, wrapper)


class _Line:
    """What is told of one request; ``whole`` is None where the server does not tell."""

    def __init__(self, environ: WSGIEnvironment, proxies: int) -> None:
        self._environ = environ
        self._proxies = proxies
        self._begun = time.perf_counter()
        self.status = 0
        self.announced = -1
        self.bytes = 0
        self.whole: bool | None = False

    def write(self) -> None:
        """Write it down."""
        environ = self._environ
        forwarded = [environ["HTTP_X_FORWARDED_FOR"]] if "HTTP_X_FORWARDED_FOR" in environ else []
        told = {
            "request": environ[_KEY],
            "method": environ.get("REQUEST_METHOD", "")[:20],
            "path": without_secrets(get_path_info(environ)[:_LONGEST]),
            "status": self.status,
            "bytes": self.bytes,
            "whole": self.whole,
            "milliseconds": round((time.perf_counter() - self._begun) * 1000, 1),
            "address": caller_of(environ.get("REMOTE_ADDR", ""), forwarded, self._proxies),
        }
        level = logging.WARNING if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
        requests.log(level, "%s %s", told["method"], self.status, extra={"told": told})


class _Counted:
    """The parts of an answer, on their way; the server closes it when they are sent, or when nobody wants them any more."""

    def __init__(self, body: Iterable[bytes], line: _Line) -> None:
        self._body = body
        self._parts = iter(body)
        self._line: _Line | None = line

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        assert self._line is not None, "nobody asks after the end"
        try:
            part = next(self._parts)
        except StopIteration:
            self._line.whole = True
            raise
        self._line.bytes += len(part)
        self._line.whole = self._line.bytes == self._line.announced  # a server that counts need not ask for the end
        return part

    def close(self) -> None:
        """Let the answer go, and tell of it once."""
        if hasattr(self._body, "close"):
            self._body.close()
        line, self._line = self._line, None
        if line is not None:
            line.write()
