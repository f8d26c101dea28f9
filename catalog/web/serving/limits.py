"""How often one address may ask: status 429, and headers on the API that tell before.

Three counts: requests to the API, where the operator has set a limit; files sent to be checked or published; and requests
with a token that is not good. ``RateLimit`` and ``RateLimit-Policy`` as the IETF draft (draft-ietf-httpapi-ratelimit-headers)
names them. Counts are kept in this process, in a window that slides; behind a proxy, whose address counts is decided by the
setting ``trusted_proxies``.
"""

import ipaddress
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from catalog.errors import SettingsError, TooMany, Unauthenticated
from catalog.settings import Settings
from catalog.web.forms import takes_a_body
from catalog.web.site import site

FAILURES = "failed-authentications"
"""The extension of an application that counts them."""

_LIMITED = ("/api/", "/mcp")
_RATE = re.compile(r"[1-9][0-9]{0,8} ?/ ?(second|minute|hour|day)")
_SHARED_BITS = 64
"""Of an IPv6 address: what one customer of a network usually has for himself alone."""


class _Counter:
    """How often every address does one thing."""

    def __init__(self, rate: RateLimitItem) -> None:
        self._rate = rate
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit(self) -> bool:
        """Count what the current caller does; whether he may."""
        return self._limiter.hit(self._rate, caller())

    def left(self) -> tuple[int, int]:
        """How often the current caller may do it yet, and seconds until he may more often."""
        window = self._limiter.get_window_stats(self._rate, caller())
        return max(0, window.remaining), max(1, round(window.reset_time - time.time()))

    def refuse(self) -> TooMany:
        """The error that says so."""
        return TooMany(seconds=self.left()[1], maximum=str(self._rate))

    def policy(self) -> str:
        """The rule itself, for the header RateLimit-Policy."""
        return f'"default";q={self._rate.amount};w={self._rate.get_expiry()}'


class _Api:
    """The requests to the API; every answer tells how many are left."""

    def __init__(self, counter: _Counter) -> None:
        self._counter = counter

    def count(self) -> None:
        """Count the current request. Raises TooMany."""
        if not request.path.startswith(_LIMITED) or request.method == "OPTIONS":
            return
        allowed = self._counter.hit()
        g.rate_left, g.rate_seconds = self._counter.left()
        if not allowed:
            raise self._counter.refuse()

    def tell(self, response: Response) -> Response:
        """Say on every answer how many requests are left."""
        if "rate_left" in g:
            response.headers["RateLimit-Policy"] = self._counter.policy()
            response.headers["RateLimit"] = f'"default";r={g.rate_left};t={g.rate_seconds}'
        return response


def prepare(app: Flask, settings: Settings) -> None:
    """Count in an application what has a limit. Raises SettingsError("setting-invalid") for a rate that is none."""
    if settings.rate_limit:
        api = _Api(_Counter(_rate("rate_limit", settings.rate_limit)))
        app.before_request(api.count)
        app.after_request(api.tell)
    if settings.rate_limit_writes:
        writes = _Counter(_rate("rate_limit_writes", settings.rate_limit_writes))

        def count_writes() -> None:
            view = current_app.view_functions.get(request.endpoint or "")
            if (request.method == "DELETE" or takes_a_body(view)) and not writes.hit():
                raise writes.refuse()

        app.before_request(count_writes)
    if settings.rate_limit_failures:
        app.extensions[FAILURES] = _Counter(_rate("rate_limit_failures", settings.rate_limit_failures))


@contextmanager
def failures_counted() -> Iterator[None]:
    """Around what finds out who asks: Unauthenticated counts against the caller. Raises TooMany before it, after too many."""
    counter = cast(_Counter | None, current_app.extensions.get(FAILURES))
    if counter is not None and counter.left()[0] == 0:
        raise counter.refuse()
    try:
        yield
    except Unauthenticated:
        if counter is not None:
            counter.hit()
        raise


def _rate(name: str, text: str) -> RateLimitItem:
    if not _RATE.fullmatch(text):
        raise SettingsError("setting-invalid", name=name, origin=name, found=text, expected="600/minute")
    return parse(text)


def caller() -> str:
    """Who sends the current request, as the counts know him."""
    proxies = site().settings.trusted_proxies
    return caller_of(request.remote_addr or "", request.headers.getlist("X-Forwarded-For"), proxies)


def caller_of(peer: str, forwarded: list[str], proxies: int) -> str:
    """Who asks: the peer, or what the last of so many proxies says; of an IPv6 address, its network.

    Each proxy appends whom it heard; what stands before the entries of ours was written by the client, and is not believed.
    """
    told = [each.strip() for line in forwarded for each in line.split(",")]
    address = told[-proxies] if 0 < proxies <= len(told) else peer
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return peer
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, _SHARED_BITS), strict=False))
    return str(found)
