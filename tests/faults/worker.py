"""A warm process that does one thing after another to a catalogue, each in a fork of its own, and harms it on the way.

``python worker.py`` reads one call a line (JSON) and answers one line each. A call names what to do and to which home folder;
``user`` is the account that does it, ``kill_after`` (seconds) ends it by SIGKILL, ``inject`` are options of strace, which takes
hold of the fork before it begins.
"""

import contextlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import catalog.cli
import catalog.dcat.bulk
import catalog.store.migrations  # noqa: F401  the same
from catalog import maintenance, publishing, tokens
from catalog.errors import CatalogError
from catalog.reception import warm_up
from catalog.settings import Settings
from catalog.store import Store

DONE, REFUSED, BROKEN = 0, 3, 70
"""How a fork ends: it did it; it was told no, with a code; it met what nobody should meet."""
PATIENCE = 60


def settings_of(call: dict[str, Any]) -> Settings:
    return Settings(**call["settings"])


def publish(call: dict[str, Any], store: Store) -> Any:
    done = publishing.publish(Path(call["folder"]), settings_of(call), store, actor="cli:faults")
    return done.publication.version


def withdraw(call: dict[str, Any], store: Store) -> Any:
    publishing.withdraw(call["dataset"], settings_of(call), store, actor="cli:faults")
    return 0


def reindex(call: dict[str, Any], store: Store) -> Any:
    return publishing.reindex(store, settings_of(call), everything=True)


def collect(_call: dict[str, Any], store: Store) -> Any:
    return maintenance.collect(store, "cli:faults").files


def backup(call: dict[str, Any], store: Store) -> Any:
    return maintenance.backup(store, Path(call["folder"]), "cli:faults").files


def token(_call: dict[str, Any], store: Store) -> Any:
    return tokens.create(store, publisher="*", actions=["publish"], label="", days=1, actor="cli:faults")[1].id


def open_only(_call: dict[str, Any], store: Store) -> Any:
    return store.count()


ACTIONS: dict[str, Callable[[dict[str, Any], Store], Any]] = {
    each.__name__: each for each in (publish, withdraw, reindex, collect, backup, token, open_only)
}


def child(call: dict[str, Any], line: socket.socket) -> None:
    """Wait for the word, do it, tell, and end without any tidying up.

    It tells by a socket: files are written to by other calls of the system, which may be made to fail.
    """
    os.setsid()
    for limit, value in call.get("limits", {}).items():
        resource.setrlimit(getattr(resource, limit), (value, value))
    if "RLIMIT_FSIZE" in call.get("limits", {}):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    tempfile.tempdir = call.get("temporary")
    if "user" in call:
        os.setgroups([])
        os.setgid(call["user"])
        os.setuid(call["user"])
    line.recv(1)
    code, answer = DONE, {}
    try:
        with Store.open(settings_of(call)) as store:
            answer = {"value": ACTIONS[call["do"]](call, store)}
            line.send(json.dumps(answer).encode())
            os._exit(DONE)
    except CatalogError as error:
        code, answer = REFUSED, {"code": error.code, "details": error.details}
    except BaseException:  # noqa: BLE001  whatever it is, it is what nobody should meet
        code, answer = BROKEN, {"trace": traceback.format_exc()}
    finally:
        with contextlib.suppress(OSError):
            line.send(json.dumps(answer).encode())
        os._exit(code)


def strace(options: list[str], pid: int, log: str) -> subprocess.Popen[bytes]:
    """Take hold of a process; it goes on only afterwards."""
    command = ["strace", "-f", "-o", log, *options, "-p", str(pid)]
    held = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert held.stderr is not None
    line = held.stderr.readline()
    if b"attached" not in line:
        held.kill()
        held.wait()
        raise RuntimeError(line.decode(errors="replace"))
    return held


def run(call: dict[str, Any]) -> dict[str, Any]:
    """How the fork ended (negative: by that signal), what it told, how long it took, and how many calls of the system failed."""
    mine, line = socket.socketpair()
    pid = os.fork()
    if not pid:
        mine.close()
        child(call, line)
    line.close()
    log = tempfile.NamedTemporaryFile(prefix="strace-")  # noqa: SIM115  closed below
    held = strace(call["inject"], pid, log.name) if call.get("inject") else None
    begin = time.monotonic()
    mine.send(b"!")
    wait_for(pid, mine, call.get("kill_after"))
    _pid, status = os.waitpid(pid, 0)
    spent = time.monotonic() - begin
    said = b""
    with mine, contextlib.suppress(ConnectionError):
        while chunk := mine.recv(65_536):
            said += chunk
    injected = 0
    if held is not None:
        held.wait(PATIENCE)
        held.stderr.close()  # type: ignore[union-attr]
        injected = log.read().count(b"(INJECTED)")
    log.close()
    return {
        "code": os.waitstatus_to_exitcode(status), "told": json.loads(said or b"null"), "seconds": spent, "injected": injected,
    }  # fmt: skip


def wait_for(pid: int, hears: socket.socket, kill_after: float | None) -> None:
    """Let it work until it tells, or until its time is up; then end it, and whatever it started."""
    select.select([hears], [], [], PATIENCE if kill_after is None else kill_after)
    if kill_after is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # before it had a group of its own


def main() -> None:
    warm_up()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", flush=True)  # noqa: T201  this is how it speaks
    for line in sys.stdin:
        try:
            answer = run(json.loads(line))
        except Exception as error:  # noqa: BLE001  the test tells
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)  # noqa: T201  the same


if __name__ == "__main__":
    main()
