"""How often one address may ask the API, where the operator has set a limit: status 429, and headers that tell before.

``RateLimit`` and ``RateLimit-Policy`` as the IETF draft (draft-ietf-httpapi-ratelimit-headers) names them. Counts are kept in
this process, in a window that slides; behind a proxy, whose address counts is decided by the setting ``trusted_proxies``.
"""

import ipaddress
import re
import time

from flask import Flask, Response, g, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from catalog.errors import SettingsError, TooMany
from catalog.settings import Settings

_LIMITED = ("/api/", "/mcp")
_RATE = re.compile(r"[1-9][0-9]{0,8} ?/ ?(second|minute|hour|day)")
_SHARED_BITS = 64
"""Of an IPv6 address: what one customer of a network usually has for himself alone."""


def prepare(app: Flask, settings: Settings) -> None:
    """Count the requests to the API of an application. Raises SettingsError("setting-invalid") for a rate that is none."""
    if not settings.rate_limit:
        return
    if not _RATE.fullmatch(settings.rate_limit):
        raise SettingsError(
            "setting-invalid", name="rate_limit", origin="rate_limit", found=settings.rate_limit, expected="600/minute"
        )
    counter = _Counter(parse(settings.rate_limit), settings.trusted_proxies)
    app.before_request(counter.count)
    app.after_request(counter.tell)


class _Counter:
    """The requests of every address."""

    def __init__(self, rate: RateLimitItem, proxies: int) -> None:
        self._rate = rate
        self._proxies = proxies
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self) -> None:
        """Count the current request. Raises TooMany."""
        if not request.path.startswith(_LIMITED) or request.method == "OPTIONS":
            return
        caller = caller_of(request.remote_addr or "", request.headers.getlist("X-Forwarded-For"), self._proxies)
        allowed = self._limiter.hit(self._rate, caller)
        window = self._limiter.get_window_stats(self._rate, caller)
        g.rate_left, g.rate_seconds = max(0, window.remaining), max(1, round(window.reset_time - time.time()))
        if not allowed:
            raise TooMany(seconds=g.rate_seconds, maximum=str(self._rate))

    def tell(self, response: Response) -> Response:
        """Say on every answer how many requests are left."""
        if "rate_left" in g:
            response.headers["RateLimit-Policy"] = f'"default";q={self._rate.amount};w={self._rate.get_expiry()}'
            response.headers["RateLimit"] = f'"default";r={g.rate_left};t={g.rate_seconds}'
        return response


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
