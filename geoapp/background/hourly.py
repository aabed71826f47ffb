"""What a web process does by itself, once an hour and soon after it has begun: whoever watches no clock has it done all the same.

A thread between requests, with a connection of its own while it works. Several processes do the same at once: the work has to bear that.
What fails is told in the log, and tried again an hour later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import connections

log = logging.getLogger("shuitu.hourly")
FIRST_SECONDS = 10.0  # the first questions of a new process come before
EVERY_SECONDS = 3600.0

Work = Callable[[], object]


def begin(
    *works: Work, first_s: float = FIRST_SECONDS, every_s: float = EVERY_SECONDS, end: threading.Event | None = None
) -> threading.Thread:
    """Start it; it ends with the process, or when ``end`` is set."""
    thread = threading.Thread(
        target=_go_on, args=(works, first_s, every_s, end or threading.Event()), name="hourly", daemon=True
    )
    thread.start()
    return thread


def _go_on(works: Sequence[Work], first_s: float, every_s: float, end: threading.Event) -> None:
    wait_s = first_s
    while not end.wait(wait_s):
        for work in works:
            _do(work)
        connections.close_all()  # or, where there is a pool, given back
        wait_s = every_s


def _do(work: Work) -> None:
    try:
        work()
    except Exception:  # whatever it is, the next hour comes
        log.exception("%s failed, and is tried again", work.__qualname__)
