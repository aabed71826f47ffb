"""How much a room on disk holds: one number that every process of the machine adds to, so that no write walks a million files."""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_RECORD = struct.Struct("<qd")
_BLOCK = 4096
_COUNT_SECONDS = 24 * 3600.0


def charged(length: int) -> int:
    """What a file of so many bytes is counted as: whole blocks, as the disk has it.

    So a bound in bytes bounds the number of files too: no more than 524,288 in 2 GiB.
    """
    return max(1, -(-length // _BLOCK)) * _BLOCK


@dataclass(slots=True)
class Held:
    """Bytes held, and when (seconds since 1970) they were last counted file by file; 0 for never."""

    size: int = 0
    counted_at: float = 0.0

    @property
    def is_old(self) -> bool:
        return time.time() - self.counted_at > _COUNT_SECONDS


class Tally:
    """The number in a file of its own, changed under the file's lock (some 10 µs).

    It may be too high, after a process was killed between its entry and its file; a sweep counts anew. One that cannot be read is
    0 and never counted, which has the sweep begin.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def changing(self) -> Iterator[Held]:
        """What is held, to be changed in place; written when the block ends, but not when it raises. OSError as ``open``."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            told = os.pread(descriptor, _RECORD.size, 0)
            held = Held(*_RECORD.unpack(told)) if len(told) == _RECORD.size else Held()
            if held.size < 0:
                held = Held()
            yield held
            os.pwrite(descriptor, _RECORD.pack(held.size, held.counted_at), 0)
        finally:
            os.close(descriptor)

    def read(self) -> Held:
        with self.changing() as held:
            return held

    def add(self, size: int) -> Held:
        """→ what is held then."""
        with self.changing() as held:
            held.size = max(0, held.size + size)
        return held

    def reserve(self, size: int, limit: int) -> tuple[bool, Held]:
        """Add, unless it would be more than the limit then; → whether it was added, and what is held."""
        with self.changing() as held:
            fits = held.size + size <= limit
            held.size += size if fits else 0
        return fits, held
