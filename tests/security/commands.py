"""A warm process that runs commands of the product, each in a fork of its own: no network, its time and memory measured.

``python commands.py`` reads one call a line (JSON: the arguments, and the seconds that it has) and answers one line each.
"""

import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from typing import Any

import catalog.conforming
import catalog.dcat.shapes  # noqa: F401  imported once, for every command
from catalog.cli import main as command_line
from catalog.examination import warm_up

REFUSED = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
KILLED = 137


def no_network() -> None:
    """From here on, whoever tries to reach another process over a network is stopped, and the command ends with a traceback."""

    def guard(event: str, _args: object) -> None:
        if event in REFUSED:
            raise PermissionError(event)

    sys.addaudithook(guard)


def child(arguments: list[str], out: int) -> None:
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.setsid()
    sys.argv = ["catalog", *arguments]
    code = 1
    try:
        command_line()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:  # noqa: BLE001  whatever it is, it is what nobody should see
        traceback.print_exc()
        code = 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(arguments: list[str], seconds: float) -> dict[str, Any]:
    """Wall-clock seconds, the highest resident size in bytes, the exit status and all that was said."""
    with tempfile.TemporaryFile() as out:
        begin = time.monotonic()
        pid = os.fork()
        if not pid:
            child(arguments, out.fileno())
        overdue = False
        while True:
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                break
            if not overdue and time.monotonic() - begin > seconds:
                overdue = True
                os.killpg(pid, signal.SIGKILL)
            time.sleep(0.01)
        spent = time.monotonic() - begin
        out.seek(0)
        said = out.read().decode("utf-8", "replace")
        code = KILLED if overdue else os.waitstatus_to_exitcode(status)
        return {"seconds": spent, "bytes": usage.ru_maxrss * 1024, "code": code, "said": said}


def main() -> None:
    no_network()
    warm_up()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", flush=True)  # noqa: T201  this is how it speaks
    for line in sys.stdin:
        call = json.loads(line)
        print(json.dumps(run(call["arguments"], call["seconds"])), flush=True)  # noqa: T201  the same


if __name__ == "__main__":
    main()
