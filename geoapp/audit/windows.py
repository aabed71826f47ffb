"""What comes in floods is told a few times, then counted: no flood fills the disk, and none goes untold. Pure but for the clock.

Of a kind the first ``full`` within ``seconds`` are lines of their own; the others are counted, and one line says how many when the
time is over. The counts are of this process, and are told when something else happens in it: a process that is killed takes the
counts of its last window with it, never the lines.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

MOST_KINDS = 20_000  # watched at once; the oldest is told before its time


@dataclass(slots=True)
class Window:
    """A kind within its time; ``kept`` is what its last line is made of."""

    until: float
    kept: Any
    told: int = 0
    counted: int = 0
    rows: int = 0


class Windows:
    def __init__(self, seconds: float, full: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._full = full
        self._clock = clock
        self._open: OrderedDict[Hashable, Window] = OrderedDict()  # in the order in which they end
        self._lock = threading.Lock()

    def is_told(self, kind: Hashable, kept: Any, rows: int = 0) -> bool:
        """Whether it is a line of its own; else it is counted."""
        now = self._clock()
        with self._lock:
            window = self._open.get(kind)
            if window is None or window.until <= now:
                if window is not None and window.counted:
                    # Nobody came by to tell of it: it waits under another name.
                    self._open[(kind, window.until)] = window
                    self._open.move_to_end((kind, window.until), last=False)
                self._open.pop(kind, None)
                window = self._open[kind] = Window(now + self._seconds, kept)
            if window.told < self._full:
                window.told += 1
                return True
            window.counted += 1
            window.rows += rows
            return False

    def over(self) -> list[Window]:
        """Those whose time is over and of which something was only counted: each is given once."""
        now = self._clock()
        found = []
        with self._lock:
            while self._open:
                kind, window = next(iter(self._open.items()))
                if window.until > now and len(self._open) <= MOST_KINDS:
                    break
                del self._open[kind]
                if window.counted:
                    found.append(window)
        return found

    def forget(self) -> None:
        with self._lock:
            self._open.clear()
