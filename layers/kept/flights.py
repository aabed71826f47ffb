"""What is asked for by several at once is made by one of them and given to all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.conf import settings

from layers.errors import Busy

T = TypeVar("T")
_WITHOUT_TIMEOUT_SECONDS = 60.0


class _Flight(Generic[T]):
    """What one maker is at; ``made`` holds it once it has landed, and stays empty when its maker failed."""

    def __init__(self) -> None:
        self.maker = threading.get_ident()
        self.landed = threading.Event()
        self.made: list[T] = []


def patience_s() -> float:
    """How long who asks waits for another's answer: as long as two of the longest statements of a web request.

    A maker whose statement hangs is cut off by the statement timeout; who waits for one that hangs elsewhere gives up too.
    """
    return 2 * settings.STATEMENT_TIMEOUT_MS / 1000 or _WITHOUT_TIMEOUT_SECONDS


class Flights(Generic[T]):
    """One maker a key, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[Hashable, _Flight[T]] = {}

    def once(self, key: Hashable, make: Callable[[], T], patience: Callable[[], float] = patience_s) -> T:
        """What ``make`` returns, here or in the thread that is at it already; `Busy` for who has waited too long.

        A maker that fails fails alone: one of those that waited makes it then. ``make`` looks first whether it has become
        needless, as the last one may have landed between the asker's look and its turn.
        """
        until = None
        while True:
            with self._lock:
                flight = self._flying.get(key)
                ours = flight is None
                if flight is None:
                    flight = self._flying[key] = _Flight()
            if ours:
                return self._fly(key, flight, make)
            if flight.maker == threading.get_ident():  # its own maker asks again: it would wait for itself
                return make()
            until = until or time.monotonic() + patience()
            if not flight.landed.wait(max(0.0, until - time.monotonic())):
                raise Busy("The same is being made for somebody else, and is not done yet. Ask again in a moment.")
            if flight.made:
                return flight.made[0]

    def _fly(self, key: Hashable, flight: _Flight[T], make: Callable[[], T]) -> T:
        try:
            flight.made.append(make())
        finally:
            with self._lock:
                del self._flying[key]
            flight.landed.set()
        return flight.made[0]
