"""Every write, every fsync and every rename fails once, or from some moment on; SQLite's method (sqlite.org/testing.html).

strace makes the call of the system fail. Afterwards nothing half is to be seen, whoever published was told, with a code
and without a traceback, and the next publication works.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import count as counted
from pathlib import Path
from typing import Any

import pytest
from harness import BROKEN, DONE, REFUSED, Victim, count

CALLS = {
    "write": "write,pwrite64",
    "fsync": "fsync,fdatasync",
    "rename": "rename,renameat,renameat2",
}
SHORT = {"write": (1, 4, 9, 23, 41), "fsync": (1, 6, 15), "rename": (1, 3)}
"""Which call fails, in the short form; the long form goes on until none does."""
ERRORS = ("ENOSPC", "EIO")
TOLD = {"store-full", "store-unreadable", "engine-failed"}
"""What a publisher may be told: SQLite calls every fault of the file beside a WAL database a lack of room; DuckDB names none."""
_MOST = 2_000
STEP = int(os.environ.get("FAULTS_STEP", "1"))
"""Of the long form: 1 for every call, more for some of them."""


def _strace() -> str:
    """Why calls cannot be made to fail here; "" where they can."""
    if not sys.platform.startswith("linux"):
        return "strace is of Linux"
    if shutil.which("strace") is None:
        return "strace is not installed (scripts/test does where it may)"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()[:200]}"


@pytest.fixture(scope="module", autouse=True)
def _able() -> None:
    reason = _strace()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def options(call: str, error: str, when: str) -> list[str]:
    return ["-e", f"trace={CALLS[call]}", "-e", f"inject={CALLS[call]}:error={error}:when={when}"]


def do_publish(victim: Victim, inject: list[str]) -> dict[str, Any]:
    return victim.publish(inject=inject)


def do_withdraw(victim: Victim, inject: list[str]) -> dict[str, Any]:
    if victim.withdrawn:
        victim.goes_on()
    return victim.withdraw(inject=inject)


def do_reindex(victim: Victim, inject: list[str]) -> dict[str, Any]:
    return victim.run("reindex", inject=inject)


def do_collect(victim: Victim, inject: list[str]) -> dict[str, Any]:
    folder = Path(victim.settings.home) / "files/aa"
    folder.mkdir(exist_ok=True)
    (folder / ("0" * 62)).write_bytes(b"nobody names this")
    return victim.run("collect", inject=inject)


ACTIONS: dict[str, Callable[[Victim, list[str]], dict[str, Any]]] = {
    "publish": do_publish,
    "withdraw": do_withdraw,
    "reindex": do_reindex,
    "gc": do_collect,
}


def harmed(victim: Victim, kind: str, call: str, error: str, when: str) -> int:
    """Do it with that call failing, see that all is well, and answer with how many calls failed."""
    answer = ACTIONS[kind](victim, options(call, error, when))
    assert answer["code"] in (DONE, REFUSED), answer["told"]["trace"] if answer["code"] == BROKEN else answer
    told = "done" if answer["code"] == DONE else answer["told"]["code"]
    if answer["injected"]:
        count(kind, f"{call} fails: {error}{' from then on' if when.endswith('+') else ''}", told)
        assert told == "done" or told in TOLD, answer
    else:
        assert answer["code"] == DONE, answer
    victim.whole(bodies=False)
    victim.goes_on()
    return int(answer["injected"])


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CALLS)
def test_a_publication_meets_a_failing_call(victim: Victim, call: str, error: str) -> None:
    failed = sum(harmed(victim, "publish", call, error, str(number)) for number in SHORT[call])
    assert failed, "not one call failed: nothing was tried"


def test_a_disk_that_is_full_from_some_moment_on(victim: Victim) -> None:
    assert sum(harmed(victim, "publish", "write", "ENOSPC", f"{number}+") for number in (2, 12, 30))


@pytest.mark.long
@pytest.mark.parametrize("lasting", ["", "+"])
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ACTIONS)
def test_every_call_fails_in_turn(victim: Victim, kind: str, call: str, error: str, lasting: str) -> None:
    for number in counted(1, STEP):
        assert number < _MOST
        if not harmed(victim, kind, call, error, f"{number}{lasting}"):
            break
