"""What the tests' own server is still answering: a browser that is closed leaves questions behind.

The server runs in threads of this process on the test's own tables. A question that is still answered when the test ends would
stand in the way of emptying them, or find them forbidden.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from django.core.signals import request_finished, request_started

PATIENCE_SECONDS = 60.0
CALM_SECONDS = 0.3  # a connection that was accepted just now has not begun its question


class Answering:
    """Counts the questions in other threads than the one that made it: the test's own client is not waited for."""

    def __init__(self) -> None:
        self._own = threading.get_ident()
        self._lock = threading.Lock()
        self._now = 0

    def _begins(self, **_: Any) -> None:
        self._add(1)

    def _ends(self, **_: Any) -> None:
        self._add(-1)

    def _add(self, many: int) -> None:
        if threading.get_ident() != self._own:
            with self._lock:
                self._now += many

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        request_started.connect(self._begins)
        request_finished.connect(self._ends)
        try:
            yield
        finally:
            request_started.disconnect(self._begins)
            request_finished.disconnect(self._ends)

    def wait(self) -> None:
        """Until nothing has been answered for a moment; `TimeoutError` when there is no end of it."""
        until = time.monotonic() + PATIENCE_SECONDS
        calm_since = time.monotonic()
        while time.monotonic() < calm_since + CALM_SECONDS:
            if self._now:
                calm_since = time.monotonic()
            if calm_since > until:
                raise TimeoutError(f"{self._now} questions are still answered after {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.02)
