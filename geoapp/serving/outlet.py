"""A connection's socket: no thread waits for a reader who takes an ordinary answer slowly.

What the system does not take at once is kept, and sent by the worker's loop when the thread has long gone on to the next
request. Only an answer longer than what may be kept makes its thread wait, and only for a reader who goes on reading.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import threading
import time
from typing import Any

KEPT_BYTES = 4 << 20  # of one answer: more than any tile or page has
KEPT_BYTES_IN_ALL = 96 << 20  # of a process
BODY_GRACE_S = 30.0  # a long body may be so late, at the pace below
BODY_BYTES_A_SECOND = 20_000


class Room:
    """How much is kept for slow readers in all."""

    def __init__(self, limit: int = KEPT_BYTES_IN_ALL) -> None:
        self.limit = limit
        self.taken = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        with self._lock:
            fits = self.taken + size <= self.limit
            if fits:
                self.taken += size
            return fits

    def give_back(self, size: int) -> None:
        with self._lock:
            self.taken -= size


class Outlet(socket.socket):
    """A connected socket. One thread at a time uses it: that of the request, then the loop."""

    def __init__(self, taken: socket.socket, room: Room, idle_s: float) -> None:
        super().__init__(taken.family, taken.type, taken.proto, fileno=taken.detach())
        self._room = room
        self._idle_s = idle_s
        self.pending = bytearray()
        self.from_proxy = False  # of ours: its word is believed (`geoapp.walls.ids`)
        self._began: float | None = None
        self._read = 0

    def read_slowly(self, long_body: bool) -> None:
        """A body that is read while it comes has to keep a pace; what has arrived whole needs no clock."""
        self._began, self._read = (time.monotonic() if long_body else None), 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self._began is None:
            return super().recv(size, flags)
        allowed = BODY_GRACE_S + self._read / BODY_BYTES_A_SECOND
        left = self._began + allowed - time.monotonic()
        if left <= 0:
            raise TimeoutError("the body comes too slowly")
        self.settimeout(left)
        try:
            data = super().recv(size, flags)
        finally:
            self.settimeout(None)
        self._read += len(data)
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send or keep all of it. `BrokenPipeError` for a reader who is gone, or takes nothing for ``idle_s`` seconds."""
        rest = memoryview(data).cast("B")
        if self.pending:
            self.flush()
        if not self.pending:
            rest = rest[self._send_now(rest) :]
        while rest:
            if len(self.pending) + len(rest) <= KEPT_BYTES and self._room.take(len(rest)):
                self.pending += rest
                return
            # Too long to be kept: all that is kept goes first, then this, as the reader takes it.
            self._wait()
            if self.pending:
                self.flush()
            else:
                rest = rest[self._send_now(rest) :]

    def flush(self) -> bool:
        """Send what the system takes now of what is kept; → whether nothing is left."""
        sent = self._send_now(self.pending)
        del self.pending[:sent]
        self._room.give_back(sent)
        return not self.pending

    def _send_now(self, data: Any) -> int:
        try:
            return super().send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            return 0

    def _wait(self) -> None:
        poller = select.poll()
        poller.register(self, select.POLLOUT)
        if not poller.poll(self._idle_s * 1000):
            raise BrokenPipeError(errno.EPIPE, "the reader takes nothing")

    def close(self) -> None:
        self._room.give_back(len(self.pending))
        self.pending.clear()
        super().close()

    def say(self, data: bytes) -> None:
        """Send a short text if it can be sent now; nothing is lost if not."""
        with contextlib.suppress(OSError):
            self._send_now(data)
