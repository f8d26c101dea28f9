"""Long bodies, and who holds the server's threads with them.

Under granian a body that comes or goes slowly keeps its thread as long as it takes. So that a hundred slow clients stop
nobody from reading a page, some threads are never given to such bodies, and one address gets half of the rest at most;
who comes when none is left is asked to come again. A proxy in front that takes in bodies by itself makes this idle, and so
does waitress, but for long parts of files.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, current_app, g, request

from catalog.errors import Busy
from catalog.settings import Settings
from catalog.web.forms import takes_a_body
from catalog.web.problems import handle_catalog_error
from catalog.web.serving.limits import caller
from catalog.web.serving.logs import handed_over

SHORT = 64_000
"""Bytes that the server and the system take off our hands at once."""
SECONDS = 5
"""When to come again."""
TAKEN = 5
"""How many times the largest file for the check is taken in before its sender is cut off."""
SPARE = 1_000_000
"""Bytes that a body may have besides its file."""
_PIECE = 1 << 18


class Places:
    """So many transfers at a time; each address has half of them at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._share = max(1, most // 2)
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, address: str) -> Callable[[], None]:
        """A place for one transfer, and how to give it back: more than once does no harm. Raises Busy."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[address] >= self._share:
                raise Busy("transfers-busy", seconds=SECONDS)
            self._taken[address] += 1
        left = threading.Lock()

        def give_back() -> None:
            if left.acquire(blocking=False):
                with self._lock:
                    self._taken[address] -= 1
                    if not self._taken[address]:
                        del self._taken[address]

        return give_back

    def taken(self) -> int:
        """How many are."""
        with self._lock:
            return self._taken.total()


class _Held:
    """The parts of a long body; its place is given back when it is closed, or forgotten."""

    def __init__(self, body: Iterable[bytes], give_back: Callable[[], None]) -> None:
        self._body = body
        self._parts = iter(body)
        self._give_back = give_back

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        """Give back the place."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._give_back()

    def __del__(self) -> None:
        self._give_back()


def most_taken(settings: Settings) -> int:
    """Bytes of a body that are taken in at most, be it only so that its sender, or a proxy, comes to read why it was refused."""
    return max(TAKEN * settings.max_upload_bytes, settings.max_publish_bytes + SPARE)


def prepare(app: Flask, settings: Settings) -> None:
    """Keep a quarter of a process's threads free of long bodies, and read refused ones to their end."""
    threads = settings.server_threads
    places = Places(max(1, threads - max(2, threads // 4)))

    def receive() -> None:
        if _brings_a_body():
            g.place = places.take(caller())

    def give_back(_error: BaseException | None) -> None:
        if (held := g.pop("place", None)) is not None:
            cast(Callable[[], None], held)()

    def send(response: Response) -> Response:
        if response.status_code >= HTTPStatus.BAD_REQUEST and _brings_a_body():
            with suppress(Busy):
                g.place = g.get("place") or places.take(caller())
                _read_on(most_taken(settings))
        size = response.content_length
        short = size is not None and size <= SHORT
        if request.method == "HEAD" or not response.is_streamed or short or handed_over(request.environ, response.response):  # type: ignore[arg-type]
            return response
        try:
            held = _Held(response.response, places.take(caller()))  # type: ignore[arg-type]  # streamed: an iterator of bytes
        except Busy as error:
            response.close()
            return handle_catalog_error(error)
        response.response = held
        return response

    app.before_request(receive)
    app.after_request(send)
    app.teardown_request(give_back)


def _brings_a_body() -> bool:
    return takes_a_body(current_app.view_functions.get(request.endpoint or ""))


def _read_on(most: int) -> None:
    """Read what is left of a refused body: a server that closes while it is being sent resets the connection.

    Not where the sender waits for our word before he sends it (RFC 9110, 10.1.1), nor where the server cannot tell the end.
    """
    environ = request.environ
    told = environ.get("wsgi.input_terminated") and "HTTP_EXPECT" not in environ
    if not told or (request.content_length or 0) > most:
        return
    read = 0
    with suppress(OSError):
        while read <= most and (piece := environ["wsgi.input"].read(_PIECE)):
            read += len(piece)
