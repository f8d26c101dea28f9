"""The only module that follows addresses which others have written down: http and https, public hosts, within limits.

Where an address leads is decided when the connection is made: the name is looked up once, every number that it has is
checked, and the connection goes to a checked number. So a name that answers otherwise the next time, another spelling of
127.0.0.1 (2130706433, 0177.1, ::ffff:7f00:1, 64:ff9b::7f00:1) and a redirect lead nowhere. import-linter and ruff keep
urllib3 and its kin out of every other module.
"""

import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from catalog import __version__
from catalog.errors import CatalogError, Finding

_EMBEDDING = tuple(map(IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10")))
"""Ranges of IPv6 that stand for addresses of IPv4 or of a site: translated (NAT64), tunnelled (6to4, Teredo), compatible."""
_CHUNK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED, _GONE = 200, 304, frozenset({404, 410})
_BUSY = frozenset({429, 503})
_LONGEST_WAIT = 30
_CUT_SHORT = "IncompleteRead"
"""What both the library and the standard library call an answer that ends before it is complete."""
_AGENT = f"opendata-catalog/{__version__} (harvest)"


class Unreachable(CatalogError):
    """An address that gave no answer that can be used. ``details`` has the address; the code says why."""

    code = "harvest-unreachable"

    def finding(self) -> Finding:
        """The same fact for the report of a run."""
        return Finding(code=self.code, found=self.details.get("found", ""), details=self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one answer may take: bytes as they are unpacked, seconds from the first byte asked to the last one read."""

    bytes: int = 50_000_000
    seconds: float = 60.0
    redirects: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """By which a server is asked whether anything has changed since (RFC 9110, section 8.8)."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> Mapping[str, str]:
        """The conditions of a request."""
        return {name: each for name, each in (("If-None-Match", self.etag), ("If-Modified-Since", self.modified)) if each}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came: ``body`` is unpacked, ``address`` where it was after all redirects. ``unchanged``: the server said 304."""

    address: str
    body: bytes = b""
    media_type: str = ""
    charset: str = ""
    validators: Validators = Validators()
    unchanged: bool = False


def public(number: str) -> bool:
    """Whether an IP address, as a number, is one of the public internet, by itself and not for another one."""
    found = ip_address(number.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _global(found.ipv4_mapped)
        if any(found in each for each in _EMBEDDING):
            return False
    return _global(found)


def _global(found: IPv4Address | IPv6Address) -> bool:
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


class Fetcher:
    """Asks servers, one at a time. ``allowed`` are hosts ("name" or "name:port") that the operator lets it reach anywhere.

    ``pause`` is told the seconds that a busy server asks to be left alone; it may be replaced where nobody wants to wait.
    Methods raise ``Unreachable``.
    """

    def __init__(
        self,
        allowed: Collection[str] = (),
        bounds: Bounds = Bounds(),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._allowed = frozenset(each.strip().lower() for each in allowed)
        self._bounds = bounds
        self._pause = pause
        self._living = set[_Lever]()
        self._overdue = threading.Event()
        self.requests = 0
        self.conditional = 0
        self._pool = urllib3.PoolManager(num_pools=8, maxsize=1, retries=False)
        self._pool.pool_classes_by_scheme = _pools(self)

    def close(self) -> None:
        """Give back the connections."""
        self._pool.clear()

    def get(self, address: str, accept: str = "*/*", validators: Validators = Validators()) -> Answer:
        """The whole answer, in memory."""
        with self._opened(address, accept, validators) as (found, response):
            if response.status == _NOT_MODIFIED:
                return replace(found, unchanged=True, validators=validators)
            return replace(found, body=b"".join(self._chunks(response, found.address, self._bounds.bytes)))

    def download(self, address: str, sink: BinaryIO, most: int, validators: Validators = Validators()) -> Answer:
        """The answer, written to ``sink``; ``most`` bytes of it. ``body`` is empty."""
        with self._opened(address, "*/*", validators) as (found, response):
            if response.status == _NOT_MODIFIED:
                return replace(found, unchanged=True, validators=validators)
            sink.writelines(self._chunks(response, found.address, most))
            return found

    def may_reach(self, host: str, port: int, number: str) -> bool:
        """Whether a connection to this number may be made, where the address named this host and port."""
        return bool({host.lower(), f"{host.lower()}:{port}"} & self._allowed) or public(number)

    def watch(self, lever: "_Lever") -> None:
        """Remember a connection, so that it can be ended when the time is over."""
        self._living.add(lever)

    def forget(self, lever: "_Lever") -> None:
        """A connection has ended."""
        self._living.discard(lever)

    @contextmanager
    def _opened(self, address: str, accept: str, validators: Validators) -> Iterator[tuple[Answer, Any]]:
        """The answer after all redirects, and once more where a busy server asks for patience. Its time is watched."""
        self._overdue.clear()
        timer = threading.Timer(self._bounds.seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            with self._translated(address):
                asked = {"User-Agent": _AGENT, "Accept": accept, "Accept-Encoding": "gzip", **validators.headers()}
                self.conditional += "If-None-Match" in asked or "If-Modified-Since" in asked
                found, response = self._walked(address, asked)
                try:
                    yield _described(found, response), response
                finally:
                    response.drain_conn() if response.status == _NOT_MODIFIED else response.release_conn()
        finally:
            timer.cancel()

    def _walked(self, address: str, headers: Mapping[str, str]) -> tuple[str, Any]:
        waited = False
        for _ in range(self._bounds.redirects + 1):
            _check_form(address)
            self.requests += 1
            response = self._pool.request(
                "GET", address, headers=headers, redirect=False, preload_content=False, decode_content=True,
                timeout=urllib3.Timeout(connect=10, read=min(20.0, self._bounds.seconds)),
            )  # fmt: skip
            if response.status in _REDIRECTS and "Location" in response.headers:
                address = urljoin(address, response.headers["Location"])
                response.close()
            elif response.status in _BUSY and not waited:
                waited = True
                response.close()
                self._pause(_patience(response.headers.get("Retry-After", "")))
            elif response.status in (_OK, _NOT_MODIFIED):
                return address, response
            else:
                response.close()
                code = "harvest-gone" if response.status in _GONE else "harvest-status"
                raise Unreachable(code, address=address, found=response.status)
        raise Unreachable("harvest-redirects", address=address, found=self._bounds.redirects)

    def _chunks(self, response: Any, address: str, most: int) -> Iterator[bytes]:
        room = most
        while chunk := response.read1(_CHUNK, decode_content=True):
            room -= len(chunk)
            if room < 0:
                response.close()
                raise Unreachable("harvest-too-large", address=address, found=f"{most:,}")
            yield chunk

    @contextmanager
    def _translated(self, address: str) -> Iterator[None]:
        """What the library, the system or the clock has against it, as our fact."""
        try:
            yield
        except Unreachable:
            raise
        except (HTTPError, OSError, ValueError) as error:
            if self._overdue.is_set():
                raise Unreachable("harvest-time", address=address, found=f"{self._bounds.seconds:g}") from error
            if isinstance(reason := _reason(error), Unreachable):
                raise reason from error
            code = "harvest-cut-short" if type(reason).__name__ == _CUT_SHORT else ""
            raise Unreachable(code, address=address, found=type(reason).__name__) from error

    def _end(self) -> None:
        """The time is over: end every connection, whatever it is doing."""
        self._overdue.set()
        for each in list(self._living):
            each.pull()


class _Lever:
    """A second handle of a connection's socket: pulled, the connection ends, whichever layer is reading from it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock.dup()

    def pull(self) -> None:
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._sock.close()


def _pools(fetcher: Fetcher) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Pools whose connections go to checked numbers only."""

    class Checked(HTTPConnection):
        lever: _Lever | None = None

        def _new_conn(self) -> socket.socket:
            sock = _connected(fetcher, self.host, self.port or self.default_port, self.timeout)
            self.lever = _Lever(sock)
            fetcher.watch(self.lever)
            return sock

        def close(self) -> None:
            super().close()
            if self.lever is not None:
                fetcher.forget(self.lever)
                self.lever.close()
                self.lever = None

    class CheckedTls(Checked, HTTPSConnection):
        pass

    class Plain(urllib3.HTTPConnectionPool):
        ConnectionCls = Checked

    class Tls(urllib3.HTTPSConnectionPool):
        ConnectionCls = CheckedTls

    return {"http": Plain, "https": Tls}


def _connected(fetcher: Fetcher, host: str, port: int, timeout: Any) -> socket.socket:
    """A connection to the first number of the host that answers; none where any of them is not to be reached."""
    name = host.strip("[]").rstrip(".")
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("harvest-name", address=host, found=name) from error
    numbers = list(dict.fromkeys(str(each[4][0]) for each in found))
    for number in numbers:
        if not fetcher.may_reach(name, port, number):
            raise Unreachable("harvest-forbidden", address=host, found=number)
    last: OSError | None = None
    for number in numbers:
        try:
            return create_connection((number, port), timeout)
        except OSError as error:
            last = error
    raise Unreachable(address=host, found=type(last).__name__)


def _check_form(address: str) -> None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Unreachable("harvest-address", address=address, found=address[:200]) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or port == 0:
        raise Unreachable("harvest-address", address=address, found=address[:200])


def _described(address: str, response: Any) -> Answer:
    type_, _, parameters = response.headers.get("Content-Type", "").partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'").lower()
    validators = Validators(etag=response.headers.get("ETag", ""), modified=response.headers.get("Last-Modified", ""))
    return Answer(address=address, media_type=type_.strip().lower(), charset=charset, validators=validators)


def _patience(told: str) -> float:
    return float(min(int(told), _LONGEST_WAIT)) if told.isascii() and told.isdigit() else 1.0


def _reason(error: BaseException) -> BaseException:
    """What is behind an exception of the library."""
    seen = 0
    while seen < 5 and (under := getattr(error, "reason", None) or error.__cause__) is not None:  # noqa: PLR2004  as deep as it wraps
        if not isinstance(under, BaseException):
            break
        error, seen = under, seen + 1
    return error
