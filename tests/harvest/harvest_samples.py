"""A source on this computer whose answers a test writes, and what a run over it has done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from catalog.harvest import runs
from catalog.store import LineRow, Store

TTL = "text/turtle; charset=utf-8"


@dataclass
class Portal:
    """``answers`` by path: (body, Content-Type), or a function of the request's handler. ``asked`` are the requests it had."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def page(self, path: str, *datasets: str, next_: str = "", total: int | None = None) -> None:
        self.answers[path] = (page(self.address, path, datasets, next_, total), TTL)


def page(base: str, path: str, datasets: tuple[str, ...], next_: str = "", total: int | None = None) -> bytes:
    """A page of a feed with these datasets, each told by ``dataset``."""
    head = (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
        f"<{base}/catalog> a dcat:Catalog ; dct:title 'C'@en .\n"
    )
    if next_:
        head += f"<{base}{path}> a hydra:PartialCollectionView ; hydra:next <{base}{next_}> .\n"
    if total is not None:
        head += f"<{base}/catalog> hydra:totalItems {total} .\n"
    return (head + "\n".join(datasets)).encode()


def dataset(base: str, name: str, title: str = "", more: str = "") -> str:
    """One dataset in Turtle."""
    return (
        f"<{base}/d/{name}> a dcat:Dataset ; dct:identifier '{base}/d/{name}' ; dct:title '{title or name}'@en ;\n"
        f" dct:publisher <{base}/p> {more} . <{base}/p> a foaf:Agent ; foaf:name '大阪府豊中市'@ja .\n"
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        portal: Portal = self.server.portal  # type: ignore[attr-defined]
        portal.asked.append((self.path, dict(self.headers)))
        answer = portal.answers.get(self.path, portal.answers.get(self.path.partition("?")[0]))
        if callable(answer):
            answer(self)
        elif answer is None:
            send(self, 404, b"nothing", "text/plain")
        else:
            send(self, 200, *answer)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # the collector has had enough
            self.close_connection = True


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, media_type: str, **headers: str) -> None:
    """A whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving() -> Iterator[Portal]:
    """A server on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    found = Portal(address=f"http://127.0.0.1:{server.server_port}")
    server.portal = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def report(store: Store, ran: runs.Ran) -> list[tuple[str, str, list[str]]]:
    """The lines of a run: what came of it, of what, with which findings."""
    lines: list[LineRow] = [replace(line) for _number, line in store.harvests.lines(ran.run)]
    return [(each.outcome, each.identifier, [one["code"] for one in each.findings]) for each in lines]


def ids(store: Store) -> list[str]:
    """The datasets that are published."""
    return [each.id for each in store.summaries()]
