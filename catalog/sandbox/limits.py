"""How much one call may use, and how it ended: both pass between processes as a few numbers."""

import struct
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

Cause = Literal["ended", "time", "memory"]
CAUSES: tuple[Cause, ...] = ("ended", "time", "memory")
"""Why a child is no more: it ended by itself (perhaps by a signal), or was killed for the time or the memory that it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Most that one call may use; sizes are bytes.

    ``seconds`` is wall-clock time, ``cpu_seconds`` that of all threads together. ``memory`` is the highest resident size;
    it is looked at a hundred times a second, so leave room for what can be filled in between. ``address_space`` is far
    larger because libraries reserve what they never touch. ``file_size`` is that of any one file.
    """

    seconds: float = 8.0
    cpu_seconds: int = 32
    memory: int = 480_000_000
    address_space: int = 4 << 30
    file_size: int = 256_000_000
    open_files: int = 128

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("=dQQQQQ")

    def packed(self) -> bytes:
        """As bytes of a fixed length."""
        return self.LAYOUT.pack(self.seconds, self.cpu_seconds, self.memory, self.address_space, self.file_size, self.open_files)

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """The inverse of ``packed``."""
        seconds, cpu_seconds, memory, address_space, file_size, open_files = cls.LAYOUT.unpack(data)
        return cls(
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            memory=memory,
            address_space=address_space,
            file_size=file_size,
            open_files=open_files,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a child ended: ``code`` as ``os.waitstatus_to_exitcode`` gives it, ``peak`` its highest resident size in bytes."""

    cause: Cause
    code: int = 0
    peak: int = 0

    LAYOUT: ClassVar[struct.Struct] = struct.Struct("=BiQ")

    def packed(self) -> bytes:
        """As bytes of a fixed length."""
        return self.LAYOUT.pack(CAUSES.index(self.cause), self.code, self.peak)

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """The inverse of ``packed``."""
        cause, code, peak = cls.LAYOUT.unpack(data)
        return cls(cause=CAUSES[cause], code=code, peak=peak)
