"""The server under the application: granian where it is installed, else waitress, which is always used on Windows.

Granian answers from several processes, each with the store opened for itself, and can read the settings again while it
serves (SIGHUP). Both finish what is under way before they stop. The figures behind the choice: docs/decisions/0050-server.md.
"""

import gc
import importlib.util
import logging
import logging.config
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Flask

from catalog.errors import CatalogError, SettingsError
from catalog.settings import Settings
from catalog.store import Store
from catalog.web import create_app, searching
from catalog.web.service import STOPPING
from catalog.web.serving import logs, transfers
from catalog.web.site import EXTENSION

log = logging.getLogger("catalog.server")

CONNECTIONS = 1_000
"""Connections of one process; more wait until the system takes no more."""
HEADER_BYTES = 65_536
"""The request line and all headers together; more is answered 431."""
HEADER_SECONDS = 30
_YOUNG = 20_000
"""New objects before the collector looks for cycles."""
_AGAIN = 0.5
"""Seconds between two signals to stop."""
RELOAD_SECONDS = 5.0
"""How long a new process has to start before the one in whose place it comes stops."""


def serve(read: Callable[[], Settings], announce: Callable[[Settings], None]) -> None:
    """Serve until told to stop. ``read`` reads the settings, and reads them again when told so (SIGHUP).

    ``announce`` is told when nothing stands in the way any more.

    Raises SettingsError("cannot-listen"), SettingsError("extra-missing") where the server that is asked for is not there,
    and as ``Store.open`` and ``refresh``.
    """
    settings = read()
    logging.config.dictConfig(logs.configuration(settings))
    host = _free(settings)
    _raise_limit()
    granian = _granian(settings)
    _render(settings)
    announce(settings)
    if granian:
        _with_granian(settings, host, read)
    else:
        with Store.open(settings) as store:
            _with_waitress(settings, host, store)


def _render(settings: Settings) -> None:
    """Bring everything that is stored in step with the settings."""
    from catalog.publishing import refresh  # noqa: PLC0415  heavy, and the processes that answer do without it

    with Store.open(settings) as store:
        refresh(store, settings)


def _granian(settings: Settings) -> bool:
    installed = importlib.util.find_spec("granian") is not None
    if settings.server == "granian" and not installed:
        raise SettingsError("extra-missing", name="server", extra="server")
    if settings.server:
        return settings.server == "granian"
    return installed and os.name == "posix"


def _free(settings: Settings) -> str:
    """The address to listen on. Raises SettingsError where somebody listens there, which granian would share it with."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        raise SettingsError("cannot-listen", host=settings.host, port=settings.port, reason=error.strerror) from error
    return str(address[0])


def _raise_limit() -> None:
    """Let the process open as many files as the system allows it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  Windows has none

        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@dataclass
class _Worker:
    """What a new process of granian is told."""

    settings: Settings
    stopping: Any
    """An event of ``multiprocessing``."""

    def application(self) -> Flask:
        """The application, in that process."""
        try:
            app = create_app(self.settings)
        except CatalogError as error:
            log.error("cannot start: %s %s", error.code, error.details)  # noqa: TRY400  the code says it
            sys.exit(1)
        transfers.prepare(app, self.settings)
        searching.warm(app.extensions[EXTENSION].store)
        _settle()
        app.extensions[STOPPING] = self.stopping.is_set
        threading.Thread(target=_outlive_nobody, daemon=True).start()
        _insist()
        return app


def _settle() -> None:
    """Keep what has been loaded out of collections: looking through all of it would hold up a request (measured: 85 ms).

    What requests leave behind is looked for less often than usual, which saves each of them a twenty-fifth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


def _insist() -> None:
    """Send a signal to stop to our own main thread again and again, until this process has ended.

    The interpreter looks at a signal when it next does something. One that comes just before the main thread begins to wait, as
    granian's does, without a time limit, would be looked at never: one stop in twenty took half a minute and cut off downloads.
    """
    if not hasattr(signal, "pthread_kill"):
        return
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)  # written to at once, whatever the main thread does
    main = threading.main_thread().ident

    def listen() -> None:
        with heard, told:  # which keeps both open
            while number := heard.recv(1):
                if main is not None and number[0] in (signal.SIGINT, signal.SIGTERM):
                    time.sleep(_AGAIN)
                    signal.pthread_kill(main, number[0])

    threading.Thread(target=listen, daemon=True).start()


def _outlive_nobody() -> None:
    """End when the process that started us has ended without a word: nobody else would stop us, and we hold its port."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _with_granian(settings: Settings, host: str, read: Callable[[], Settings]) -> None:
    from granian import Granian  # noqa: PLC0415  it may not be installed
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    multiprocessing.set_start_method("spawn", force=True)  # a new process shares no connection and no lock with an old one
    worker = _Worker(settings, multiprocessing.get_context("spawn").Event())

    class Server(Granian):  # type: ignore[misc, valid-type]  # a class by the kind of the interpreter
        """Says that it is about to stop before it does."""

        def signal_handler_interrupt(self, *_args: Any, **_kwargs: Any) -> None:
            if not worker.stopping.is_set():
                worker.stopping.set()
                threading.Timer(worker.settings.server_drain_seconds, super().signal_handler_interrupt).start()

    server = Server(
        target="catalog",
        address=host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=settings.server_workers,
        blocking_threads=settings.server_threads,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BYTES),
        log_level=LogLevels.info if settings.log_format == "json" else LogLevels.error,
        log_dictconfig=logs.configuration(settings),
        respawn_failed_workers=True,
        respawn_interval=RELOAD_SECONDS,
        workers_kill_timeout=settings.server_stop_seconds,
    )
    server.on_reload(partial(_reload, worker, read))
    _insist()
    server.serve(target_loader=worker.application, wrap_loader=False)


def _reload(worker: _Worker, read: Callable[[], Settings]) -> None:
    """Give the processes that start from now on the settings as they are now; those that cannot be used change nothing."""
    try:
        settings = read()
        _render(settings)
        worker.settings = replace(settings, server_threads=worker.settings.server_threads)  # granian keeps its own
    except CatalogError as error:
        log.error("the settings stay as they were: %s %s", error.code, error.details)  # noqa: TRY400  the code says it


def _with_waitress(settings: Settings, host: str, store: Store) -> None:
    import waitress  # noqa: PLC0415  granian is used in its place mostly
    from waitress import wasyncore  # noqa: PLC0415
    from waitress.channel import HTTPChannel  # noqa: PLC0415

    if settings.server_workers > 1:
        log.warning("waitress answers from one process; server_workers is %d", settings.server_workers)
    app = create_app(settings, store)
    transfers.prepare(app, settings)
    searching.warm(store)
    _settle()
    stopping = threading.Event()
    app.extensions[STOPPING] = stopping.is_set
    connections: dict[int, Any] = {}
    server = waitress.create_server(
        app,
        map=connections,
        host=host,
        port=settings.port,
        threads=settings.server_threads,
        ident=None,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=hasattr(select, "poll"),
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=transfers.most_taken(settings),
    )

    def stop(_number: int, _frame: object) -> None:
        stopping.set()
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.run()  # returns when the threads have made their answers
    server.close()
    deadline = time.monotonic() + settings.server_stop_seconds
    while time.monotonic() < deadline and any(
        isinstance(each, HTTPChannel) and each.total_outbufs_len for each in connections.values()
    ):
        wasyncore.loop(timeout=0.1, map=connections, use_poll=hasattr(select, "poll"), count=1)
