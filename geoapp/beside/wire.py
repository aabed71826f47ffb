"""How a process and its helper speak: a mark, a length, and so many bytes. Standard library only."""

from __future__ import annotations

import struct
from collections.abc import Callable

WORK = b"W"  # to the helper: a pickle of (function, what it is given); it trusts who started it
MADE, FAULT, FULL = b"M", b"F", b"O"  # from it: the bytes made; a traceback; there was not enough memory
MOST_BYTES = 256 << 20

_HEAD = struct.Struct("<cQ")
Read = Callable[[int], bytes]
"""Gives exactly so many bytes, or raises."""


class MalformedMessage(ValueError):
    """What came is nothing that the other side says."""


def framed(mark: bytes, body: bytes) -> bytes:
    return _HEAD.pack(mark, len(body)) + body


def frame(read: Read) -> tuple[bytes, bytes]:
    """The next (mark, body)."""
    mark, length = _HEAD.unpack(read(_HEAD.size))
    if mark not in (WORK, MADE, FAULT, FULL) or length > MOST_BYTES:
        raise MalformedMessage(f"{mark!r}, {length} bytes")
    return mark, read(length)
