"""A child that is started for one call and not forked: the way of systems that cannot fork (Windows).

``python -m catalog.sandbox.lone`` takes the name of the function that warms it up, a folder of its own and the limits.
"""

import os
import sys
from pathlib import Path

from catalog.sandbox import child, wire
from catalog.sandbox.limits import Limits


def main() -> None:
    """Warm up, say so, read a call from standard input, answer on what was standard output."""
    warm_up, folder, limits = sys.argv[1], Path(sys.argv[2]), Limits.unpacked(bytes.fromhex(sys.argv[3]))
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    if warm_up:
        child.named(warm_up)()
    cell = child.confine(folder, limits)
    os.write(out, wire.READY)
    request = wire.receive(0)
    if request is not None:
        wire.send(out, child.answered(request, cell))


if __name__ == "__main__":
    main()
