"""By which names the server may be called: a request for another host is refused, so that no cache and no browser is misled.

Absolute addresses never come from what a client calls us, in any case (``site``).
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import SecurityError
from werkzeug.sansio.utils import host_is_trusted

from catalog.settings import Settings

ANY = "*"
_LOOPBACK = ("localhost", ".localhost")


class Hosts:
    """The names of one server: those of its settings, and of the machine itself."""

    def __init__(self, settings: Settings) -> None:
        given = [each.strip().lower() for each in settings.trusted_hosts.split(",") if each.strip()]
        own = [settings.host.lower(), urlsplit(settings.public_url()).hostname or ""]
        self._any = ANY in given
        self._addresses = {address for each in (*given, *own) if (address := _address(each)) is not None}
        self._everywhere = any(each.is_unspecified for each in self._addresses)
        names = [*given, *own, *_LOOPBACK, *([socket.gethostname().lower()] if self._everywhere else [])]
        self._names = [each for each in names if each and each != ANY and _address(each) is None]

    def trust(self, host: str) -> bool:
        """Whether a Host header (RFC 9110, 7.2) names this server.

        Where it listens on every address of the machine, each of them is good: no other site can make a browser send one.
        """
        if self._any:
            return host_is_trusted(host)
        address = _address(urlsplit(f"//{host}").hostname or "") if host_is_trusted(host) else None
        if address is not None:
            return self._everywhere or address.is_loopback or address in self._addresses
        return host_is_trusted(host.lower(), self._names)


def prepare(app: Flask, settings: Settings) -> None:
    """Let an application answer to its own names only."""
    hosts = Hosts(settings)

    def check() -> None:
        if not hosts.trust(request.host):
            raise SecurityError

    app.before_request(check)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
