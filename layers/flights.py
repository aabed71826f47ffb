"""What is asked for by several at once is made by one of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Flights:
    """One maker a key: others that ask meanwhile wait and find it made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        with self._lock:
            lock, users = self._waiting.get(key, (threading.Lock(), 0))
            self._waiting[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._waiting[key]
                if users == 1:
                    del self._waiting[key]
                else:
                    self._waiting[key] = (lock, users - 1)
