"""The warm process: everything imported, no thread, no secret, no network. It forks a child for each call and watches it.

``python -m catalog.sandbox.server`` takes the descriptor of its control socket, a folder of its own and the name of the
function that warms it up. Its life ends with that of the caller: the socket closes, the children are killed, the folder
is removed.
"""

import contextlib
import ctypes
import gc
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from catalog.sandbox import child
from catalog.sandbox.limits import Cause, End, Limits

INTERVAL = 0.01
"""Seconds between two looks at the memory of a child."""

CHANNELS = 2
"""Descriptors that come with a call: the child's channel, and ours to tell how it ended."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
_HIGH_WATER = b"VmHWM:"
_KILOBYTE = 1024


@dataclass(slots=True)
class _Job:
    pid: int
    folder: Path
    limits: Limits
    deadline: float
    channel: int
    cause: Cause = "ended"
    peak: int = 0


class Server:
    """``control`` brings calls: the packed limits and two descriptors each. Its end is ours."""

    def __init__(self, control: socket.socket, folder: Path) -> None:
        self._control = control
        self._folder = folder
        self._jobs: list[_Job] = []
        self._wake, self._waker = socket.socketpair()

    def serve(self) -> None:
        """Until the caller is gone."""
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        try:
            while self._take():
                self._reap()
                self._watch()
        finally:
            for job in self._jobs:
                _kill(job)
            for job in self._jobs:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(job.pid, 0)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _take(self) -> bool:
        """Wait for something to do; start a child where a call has come. False when the caller is gone."""
        ready, _, _ = select.select([self._control, self._wake], [], [], INTERVAL if self._jobs else None)
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
        if self._control not in ready:
            return True
        try:
            packed, channels, _, _ = socket.recv_fds(self._control, Limits.LAYOUT.size, CHANNELS)
        except OSError:
            return False
        if len(packed) != Limits.LAYOUT.size or len(channels) != CHANNELS:
            return False
        self._start(Limits.unpacked(packed), *channels)
        return True

    def _start(self, limits: Limits, call: int, channel: int) -> None:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        pid = os.fork()
        if pid == 0:
            self._become_child(limits, call, folder)
        os.close(call)
        self._jobs.append(_Job(pid, folder, limits, time.monotonic() + limits.seconds, channel))

    def _become_child(self, limits: Limits, call: int, folder: Path) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            child.run(call, folder, limits)
        finally:
            os._exit(0)

    def _watch(self) -> None:
        """Kill who takes too long or too much."""
        now = time.monotonic()
        for job in self._jobs:
            job.peak = max(job.peak, _high_water(job.pid))
            if job.cause == "ended" and job.peak > job.limits.memory:
                job.cause = "memory"
                _kill(job)
            elif job.cause == "ended" and now > job.deadline:
                job.cause = "time"
                _kill(job)

    def _reap(self) -> None:
        """Bury the dead, and tell their callers."""
        for job in list(self._jobs):
            pid, status, usage = os.wait4(job.pid, os.WNOHANG)
            if not pid:
                continue
            self._jobs.remove(job)
            shutil.rmtree(job.folder, ignore_errors=True)
            code = os.waitstatus_to_exitcode(status)
            peak = max(job.peak, usage.ru_maxrss * (_KILOBYTE if sys.platform == "linux" else 1))
            cause: Cause = "time" if code == -signal.SIGXCPU else job.cause
            with contextlib.suppress(OSError):  # a caller that has gone need not be told
                os.write(job.channel, End(cause=cause, code=code, peak=peak).packed())
            os.close(job.channel)


def _kill(job: _Job) -> None:
    """The child and whatever it may have started. It is not reaped yet, so its number means nobody else."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(job.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(job.pid, signal.SIGKILL)


def _high_water(pid: int) -> int:
    """The highest resident size so far, in bytes; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:  # noqa: PTH123  a hundred times a second
            for line in file:
                if line.startswith(_HIGH_WATER):
                    return int(line.split()[1]) * _KILOBYTE
    except OSError:
        pass
    return 0


def leave_network() -> None:
    """Move into a network of our own, with nothing in it, where the system allows that (Linux)."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def main() -> None:
    """Warm up, then serve."""
    control, folder, warm_up = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
    leave_network()
    if warm_up:
        child.named(warm_up)()
    gc.collect()
    gc.freeze()  # so that the children's own collections do not copy what they share with us
    try:
        Server(control, folder).serve()
    finally:
        os._exit(0)  # nothing is left to be done, and libraries that are taken down speak of it on standard error


if __name__ == "__main__":
    main()
