"""What passes between the processes: a call, and its answer.

A call comes from us and may name any function. An answer comes from a process that has worked on a stranger's bytes, so
it is read by an unpickler that makes plain values, this product's dataclasses and nothing else.
"""

import dataclasses
import importlib
import io
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

LONGEST_ANSWER = 128_000_000
"""Bytes of an answer that the caller is willing to hold."""

READY = b"\x01"
"""What a child without a server writes once it is warm: from then on its time counts."""

_HEAD = 8
_CHUNK = 1 << 20
_OURS = "catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call came to.

    ``kind`` "value": ``value`` is what the function returned. "refusal": it raised Refusal, whose parts ``value`` holds.
    "memory" and "time": it took too much. "failure": it raised something else, or died, and ``value`` names that; ``trace``
    is for the log. ``forbidden`` names what was tried and not allowed.
    """

    kind: Literal["value", "refusal", "memory", "time", "failure"]
    value: Any = None
    trace: str = ""
    forbidden: tuple[str, ...] = ()


def call(function: Callable[..., Any], args: tuple[Any, ...], workspace: str = "") -> bytes:
    """A call as bytes. The function goes by its name: it has to stand in a module. ``workspace`` is a folder it may write to."""
    return pickle.dumps((function, args, workspace), pickle.HIGHEST_PROTOCOL)


def read_answer(data: bytes) -> Answer:
    """The answer. Raises pickle.UnpicklingError for bytes that are none, or that would make anything but plain values."""
    try:
        answer = _Careful(io.BytesIO(data)).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # damaged pickles raise whatever the wrong opcode ran into
        raise pickle.UnpicklingError(type(error).__name__) from error
    if not isinstance(answer, Answer):
        raise pickle.UnpicklingError(type(answer).__name__)
    return answer


class _Careful(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == _OURS and "." not in name:
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and dataclasses.is_dataclass(found) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def send(descriptor: int, data: bytes) -> None:
    """Write the length, then the bytes. Raises OSError (BrokenPipeError) where nobody reads any more."""
    view = memoryview(len(data).to_bytes(_HEAD, "big") + data)
    while view:
        view = view[os.write(descriptor, view[:_CHUNK]) :]


def receive(descriptor: int, longest: int = 0) -> bytes | None:
    """The bytes that ``send`` wrote; None where the other side ended before they were complete, or they are too long."""
    head = _exactly(descriptor, _HEAD)
    if head is None or (longest and int.from_bytes(head, "big") > longest):
        return None
    return _exactly(descriptor, int.from_bytes(head, "big"))


def _exactly(descriptor: int, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = os.read(descriptor, min(count - len(parts), _CHUNK))
        if not part:
            return None
        parts += part
    return bytes(parts)
