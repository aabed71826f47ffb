"""How much each asker has asked of late, kept by all web processes of a machine together: a bucket of tokens each, in one small file in memory.

A bucket runs full by time and is emptied by questions. The file is a table of fixed size: an asker has a place by what it is called,
and where all places near it are taken, the one that was asked of longest ago makes room, its bucket being the fullest. Nobody waits for a
lock: two processes that write a place at the same moment lose one question's count, which is none of anybody's business.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PLACES = 1 << 16  # 1.5 MB
NEAR = 4  # places that an asker may have
_PLACE = struct.Struct("<Qdd")  # asker, tokens, at what second
_SIZE = _PLACE.size


@dataclass(frozen=True, slots=True)
class Bucket:
    """``most`` tokens at first and at most, of which ``per_second`` come back."""

    most: float
    per_second: float


class Buckets:
    """The buckets of a machine, or without a file those of this process."""

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock  # of the system: the same in each process, and begun anew with the machine
        self._held = _opened(path)

    def take(self, asker: str, cost: float, bucket: Bucket) -> float:
        """Take so much out of an asker's bucket; → 0 where there was enough, else the seconds until there will be, and nothing is taken."""
        named = int.from_bytes(hashlib.blake2b(asker.encode(), digest_size=8).digest(), "little") or 1
        now, held = self._clock(), self._held
        place, tokens, oldest = -1, bucket.most, float("inf")
        for step in range(NEAR):
            here = (named + step) % PLACES * _SIZE
            whose, left, at = _PLACE.unpack_from(held, here)
            if whose == named:
                place, tokens = here, _refilled(left, now - at, bucket)
                break
            if at < oldest or at > now:  # later than now: of the time before the machine began anew
                place, oldest = here, at if at <= now else 0.0
        if tokens < cost:
            return (min(cost, bucket.most) - tokens) / bucket.per_second
        _PLACE.pack_into(held, place, named, tokens - cost, now)
        return 0.0


def _refilled(left: float, seconds: float, bucket: Bucket) -> float:
    return min(bucket.most, left + seconds * bucket.per_second) if seconds >= 0 else bucket.most


def _opened(path: Path | None) -> mmap.mmap:
    size = PLACES * _SIZE
    if path is None:
        return mmap.mmap(-1, size)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.ftruncate(handle, size)
            return mmap.mmap(handle, size)
        finally:
            os.close(handle)
    except OSError:  # a full or closed disk is no reason to answer nobody: then each process counts for itself
        return mmap.mmap(-1, size)
