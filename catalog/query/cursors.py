"""Where an answer goes on: opaque to clients, bound to the question and to the version of the table.

A cursor holds the number of the last row that was given (of a group: its rank) and a digest of what it belongs to. It is no
secret and no right: another number only asks for another page of the same.
"""

import base64
import re
import struct
from typing import Final

_FORM: Final = struct.Struct(">12sQ")
SHAPE = re.compile(r"[A-Za-z0-9_-]{27}")
"""20 bytes in base64url."""


def give(digest: str, position: int) -> str:
    """The cursor behind a position. ``digest`` is in hexadecimal."""
    return base64.urlsafe_b64encode(_FORM.pack(bytes.fromhex(digest)[:12], position)).decode().rstrip("=")


def take(cursor: str, digest: str) -> int | None:
    """The position that a cursor names, None where it belongs to something else."""
    mark, position = _FORM.unpack(base64.urlsafe_b64decode(cursor + "="))
    return int(position) if mark == bytes.fromhex(digest)[:12] and position < 2**62 else None
