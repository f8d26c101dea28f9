"""What runs in the child: it gives up what it does not need, reads one call, answers it and ends."""

import contextlib
import ctypes
import importlib
import os
import pickle
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import InvalidData, Refusal
from catalog.sandbox import wire
from catalog.sandbox.limits import Limits
from catalog.sandbox.wire import Answer

_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38  # linux/prctl.h
_SIGKILL = 9
_STANDARD = 3


def named(name: str) -> Callable[[], object]:
    """The function that ``module:name`` means."""
    module, _, attribute = name.partition(":")
    found: Callable[[], object] = getattr(importlib.import_module(module), attribute)
    return found


def own(folder: Path) -> dict[str, str]:
    """The variables that make ``folder`` the only place of a process."""
    return dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), str(folder))


_state = {"confined": False}


def confined() -> bool:
    """Whether this process is such a child: it may start no other."""
    return _state["confined"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a confined process may write, as beginnings of paths, and what it has tried all the same."""

    inside: list[str]
    tried: list[str]


def confine(folder: Path, limits: Limits) -> Cell:
    """Give up what this process does not need."""
    os.chdir(folder)
    os.environ |= own(folder)
    tempfile.tempdir = str(folder)
    sys.dont_write_bytecode = True
    _limit(limits)
    if sys.platform == "linux":
        _bind_to_parent()
    _state["confined"] = True
    cell = Cell([str(folder) + os.sep, os.devnull], [])
    _forbid(cell)
    return cell


def _limit(limits: Limits) -> None:
    try:
        import resource  # Windows has none
    except ImportError:
        return
    wanted = (
        (resource.RLIMIT_AS, limits.address_space),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in wanted:
        allowed = resource.getrlimit(kind)[1]
        value = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses to limit an address space that is larger already
            resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))  # the first one ends it by SIGXCPU


def _bind_to_parent() -> None:
    """Die with the server, gain no rights, leave no traces of memory, and be the first to go where memory runs out."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with contextlib.suppress(OSError):  # a system without it has its own order
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    libc.prctl(_PR_SET_DUMPABLE, 0)


def _forbid(cell: Cell) -> None:
    """No network, no other programs, no writing outside, from here to the end of the process (PEP 578)."""

    def guard(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN) or (event == "open" and _writes_outside(args, tuple(cell.inside))):
            cell.tried.append(event)
            raise PermissionError(event)

    sys.addaudithook(guard)


def _writes_outside(args: tuple[Any, ...], inside: tuple[str, ...]) -> bool:
    path, _mode, flags = args
    if not flags & _WRITING or not isinstance(path, str | bytes | os.PathLike):
        return False
    return not os.path.abspath(os.fsdecode(path)).startswith(inside)  # noqa: PTH100  Path.resolve would open the folders


def answered(request: bytes, cell: Cell) -> bytes:
    """The answer to a call, whatever it raises."""
    tried = cell.tried
    try:
        function, args, workspace = pickle.loads(request)  # noqa: S301  a call comes from our own caller
        if workspace:
            cell.inside.append(workspace + os.sep)
        answer = Answer(kind="value", value=function(*args), forbidden=tuple(tried))
        return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except Refusal as refusal:
        report = dict(refusal.report) if isinstance(refusal, InvalidData) else None
        parts = (refusal.code, refusal.details, refusal.findings, report)
        answer = Answer(kind="refusal", value=parts, forbidden=tuple(tried))
    except MemoryError:
        answer = Answer(kind="memory", forbidden=tuple(tried))
    except BaseException as error:  # noqa: BLE001  libraries raise what they like at hostile bytes; the caller logs it
        trace = traceback.format_exc(limit=-20)
        answer = Answer(kind="failure", value=type(error).__name__, trace=trace, forbidden=tuple(tried))
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


def run(descriptor: int, folder: Path, limits: Limits) -> None:
    """The life of a forked child: ``descriptor`` carries the call in and the answer out, and nothing else stays open."""
    os.setsid()
    _close_all_but(descriptor)
    cell = confine(folder, limits)
    request = wire.receive(_STANDARD)
    if request is not None:
        wire.send(_STANDARD, answered(request, cell))


def _close_all_but(descriptor: int) -> None:
    """Standard input and outputs lead nowhere, the channel becomes the next descriptor, every other is closed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    kept = os.dup(descriptor)
    while kept <= _STANDARD:
        kept = os.dup(kept)
    for number in range(_STANDARD):
        os.dup2(nowhere, number)
    os.dup2(kept, _STANDARD)
    os.closerange(_STANDARD + 1, os.sysconf("SC_OPEN_MAX"))
