"""The caller's side: start the warm process, hand it calls, wait for answers, and say what became of them."""

import contextlib
import logging
import math
import os
import pickle
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog.errors import Busy, Finding, InvalidData, Refusal
from catalog.sandbox import child, wire
from catalog.sandbox.limits import End, Limits
from catalog.sandbox.wire import Answer

log = logging.getLogger(__name__)

START_SECONDS = 60
"""Longest that the warm process may take to import everything."""

_PREFIX = "catalog-sandbox-"
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""Variables of ours that the warm process sees; the others may hold passwords."""


class Sandbox:
    """Runs functions in limited children. One is enough for a process, and any thread may use it.

    ``warm_up`` is a function of a module that imports what the calls will need, once. At most ``processes`` calls run at a
    time and ``queue`` more wait. The warm process starts with the first call, or with ``start``; it stops with this object
    or with our process, however that ends.
    """

    def __init__(
        self, warm_up: Callable[[], object] | None = None, *, processes: int = 2, queue: int = 2, forks: bool = os.name == "posix"
    ) -> None:
        self._warm_up = f"{warm_up.__module__}:{warm_up.__qualname__}" if warm_up else ""
        self._slots = threading.BoundedSemaphore(processes)
        self._most = processes + queue
        self._inside = 0
        self._lock = threading.Lock()
        self._forks = forks
        self._server: _Server | None = None

    @property
    def watched(self) -> bool:
        """Whether more than the running time is limited: on Windows nothing else is."""
        return self._forks

    def start(self) -> None:
        """Start the warm process without waiting until it is warm."""
        if self._forks:
            with self._lock:
                self._living()

    def close(self) -> None:
        """Stop the warm process and every call in it."""
        with self._lock:
            if self._server is not None:
                self._server.stop()
            self._server = None

    def run(self, function: Callable[..., Any], *args: Any, limits: Limits | None = None, workspace: Path | None = None) -> Any:
        """What ``function(*args)`` returns in a child: plain values and dataclasses of this product.

        ``function`` has to stand in a module, ``args`` have to be picklable; ``workspace`` is a folder of the caller's that
        the child may write to. Raises what the function raises of Refusal; Refusal with ``sandbox-time``,
        ``sandbox-memory`` or ``sandbox-died`` where the child did not get to the end; Busy where too many calls are waiting
        already.
        """
        limits = limits or Limits()
        request = wire.call(function, args, str(workspace.resolve()) if workspace else "")
        with self._place(limits):
            answer = self._forked(request, limits) if self._forks else _started(request, limits, self._warm_up)
        for event in answer.forbidden:
            log.error("sandbox: %s tried %s", function.__qualname__, event)
        if answer.trace:
            log.error("sandbox: %s failed: %r", function.__qualname__, answer.trace)
        return _outcome(answer, limits)

    @contextlib.contextmanager
    def _place(self, limits: Limits) -> Any:
        """A place among those that run, after a place among those that wait."""
        with self._lock:
            if self._inside >= self._most:
                raise Busy(seconds=math.ceil(limits.seconds))
            self._inside += 1
        try:
            with self._slots:
                yield
        finally:
            with self._lock:
                self._inside -= 1

    def _living(self) -> "_Server":
        """The warm process; a new one where the old one has ended, or belongs to the process that we were forked from."""
        if self._server is None or not self._server.usable():
            self._server = _Server(self._warm_up)
            weakref.finalize(self, self._server.stop)
        return self._server

    def _forked(self, request: bytes, limits: Limits) -> Answer:
        with self._lock:
            server = self._living()
        try:
            return server.run(request, limits)
        except ConnectionError:  # it ended before it took the call
            with self._lock:
                server = self._living()
            return server.run(request, limits)


class _Server:
    """The warm process and our end of its control socket."""

    def __init__(self, warm_up: str) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
        self._control, theirs = socket.socketpair()
        arguments = ["catalog.sandbox.server", str(theirs.fileno()), str(self.folder), warm_up]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
                [sys.executable, "-P", "-m", *arguments],
                cwd=self.folder,
                env=environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def usable(self) -> bool:
        """Whether it is alive, and ours."""
        return self._owner == os.getpid() and self.process.poll() is None

    def stop(self) -> None:
        """Close the socket, which is what it waits for, and see it end."""
        self._control.close()
        if self._owner == os.getpid():
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, request: bytes, limits: Limits) -> Answer:
        """One call. Raises ConnectionError where the process has ended before it could take it."""
        with contextlib.ExitStack() as stack:
            call, status = (stack.enter_context(each) for each in self._sent(limits))
            patience = struct.pack("@ll", START_SECONDS + math.ceil(limits.seconds), 0)
            for each in (call, status):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
                each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
            data = None
            with contextlib.suppress(OSError):  # it died while we spoke to it: how, stands in its end
                wire.send(call.fileno(), request)
                data = wire.receive(call.fileno(), wire.LONGEST_ANSWER)
            call.close()
            return _judged(data, _end(status))

    def _sent(self, limits: Limits) -> tuple[socket.socket, socket.socket]:
        """Our ends of the two channels of a call whose other ends the process has been given."""
        call, its_call = socket.socketpair()
        status, its_status = socket.socketpair()
        with its_call, its_status, self._lock:
            try:
                socket.send_fds(self._control, [limits.packed()], [its_call.fileno(), its_status.fileno()])
            except OSError as error:
                call.close()
                status.close()
                raise ConnectionError from error
        return call, status


def environment(folder: Path) -> dict[str, str]:
    """What a process that meets strangers' bytes knows of our environment: nothing of the catalogue's settings."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(os.path.abspath(each) for each in sys.path if each)  # noqa: PTH100  an archive may stand there
    return kept | child.own(folder) | dict.fromkeys(_THREADS, "1") | {"PYTHONPATH": path, "PYTHONUTF8": "1"}


def _end(status: socket.socket) -> End:
    """How the child ended; a process that cannot tell any more has died with it."""
    with contextlib.suppress(OSError):
        packed = status.recv(End.LAYOUT.size)
        if len(packed) == End.LAYOUT.size:
            return End.unpacked(packed)
    return End(cause="ended", code=-1)


def _judged(data: bytes | None, end: End) -> Answer:
    """The answer that came, if the child was left to end by itself; else what ended it."""
    log.debug("sandbox: %s, code %d, peak %d bytes", end.cause, end.code, end.peak)
    if end.cause != "ended":
        return Answer(kind=end.cause)
    if data is None:
        return Answer(kind="failure", value=f"exit {end.code}")
    try:
        return wire.read_answer(data)
    except pickle.UnpicklingError as error:
        return Answer(kind="failure", value=type(error).__name__, trace=str(error))


def _started(request: bytes, limits: Limits, warm_up: str) -> Answer:
    """One call in a process of its own, whose running time alone is watched."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        arguments = ["catalog.sandbox.lone", warm_up, str(folder), limits.packed().hex()]
        with subprocess.Popen(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-P", "-m", *arguments],
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            return _watched(process, request, limits)


def _watched(process: subprocess.Popen[bytes], request: bytes, limits: Limits) -> Answer:
    assert process.stdin is not None, "it was started with pipes"
    assert process.stdout is not None, "it was started with pipes"
    overdue = threading.Event()

    def kill() -> None:
        overdue.set()
        process.kill()

    start = threading.Timer(START_SECONDS, process.kill)
    start.start()
    ready = os.read(process.stdout.fileno(), len(wire.READY))
    start.cancel()
    watch = threading.Timer(limits.seconds, kill)
    watch.start()
    data = None
    with contextlib.suppress(OSError):  # it died while we spoke to it
        if ready == wire.READY:
            wire.send(process.stdin.fileno(), request)
            data = wire.receive(process.stdout.fileno(), wire.LONGEST_ANSWER)
    code = process.wait()
    watch.cancel()
    return _judged(data, End(cause="time" if overdue.is_set() else "ended", code=code))


def _outcome(answer: Answer, limits: Limits) -> Any:
    """The value, or what is raised in its place."""
    match answer.kind:
        case "value":
            return answer.value
        case "refusal":
            raise _refusal(*answer.value)
        case "time":
            raise Refusal(Finding(code="sandbox-time", expected=f"{limits.seconds:g}"))
        case "memory":
            raise Refusal(Finding(code="sandbox-memory", expected=str(limits.memory // 1_000_000)))
    raise Refusal(Finding(code="sandbox-died", found=str(answer.value)))


def _refusal(code: str, details: dict[str, str], findings: tuple[Finding, ...], report: dict[str, Any] | None) -> Refusal:
    refusal = Refusal(*findings, code=code) if report is None else InvalidData(report, *findings)
    refusal.details = details
    return refusal
