"""Whether the database answers: found out once for all threads of a process, and found out again when it is back.

With the database gone each request would wait for itself, and those behind it for a thread. So the first that hears
nothing asks (`answers`), every other is refused at once (`refuse`), and one thread keeps asking until it is back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import psycopg

logger = logging.getLogger("shuitu.database")

HEARD_SECONDS = 0.4  # a word heard so lately, by any thread, is proof enough
PATIENCE_SECONDS = 1.1  # how long a new connection may take before silence counts as gone
AGAIN_SECONDS = 0.5  # between two attempts while it is gone
# What a server says that lives and has no room; its messages are English in the private cluster (C.UTF-8).
FULL = ("too many", "connection slots")


class Gone(psycopg.OperationalError):
    """The database cannot be reached, or does not answer."""


class NoneFree(psycopg.OperationalError):
    """The database answers, but none of its connections came free."""


class Watch:
    """What a process knows of its database. `connect` opens a connection, asks for a word, and closes it."""

    def __init__(self, connect: Callable[[], None]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._asked: threading.Event | None = None  # while a thread asks; set when it knows
        self._heard_at = 0.0
        self._gone_since: float | None = None

    def heard(self) -> None:
        """Some connection was answered just now."""
        self._heard_at = time.monotonic()

    @property
    def gone(self) -> bool:
        return self._gone_since is not None

    def refuse(self) -> None:
        """`Gone` at once when the database is known to be gone."""
        if self.gone:
            raise Gone("the database does not answer")

    def answers(self) -> bool:
        """Whether the database is there; takes `PATIENCE_SECONDS` at most, and asks once for all who want to know."""
        if self.gone:
            return False
        if time.monotonic() - self._heard_at < HEARD_SECONDS:
            return True
        with self._lock:
            if self._asked is None:
                self._asked = threading.Event()
                threading.Thread(target=self._ask, args=(self._asked,), name="database-watch", daemon=True).start()
            asked = self._asked
        if not asked.wait(PATIENCE_SECONDS):
            self._lose("no answer")
        return not self.gone

    def _ask(self, known: threading.Event) -> None:
        """In a thread of its own, which ends when the database is there."""
        while True:
            try:
                self._connect()
            except psycopg.Error as error:
                if any(word in str(error) for word in FULL):
                    break  # it lives: who holds a connection goes on working
                self._lose(str(error))
                known.set()
                time.sleep(AGAIN_SECONDS)
            else:
                self.heard()
                break
        with self._lock:
            self._asked = None
            since, self._gone_since = self._gone_since, None
        known.set()
        if since is not None:
            logger.warning("the database is back after %.0f s", time.monotonic() - since)

    def _lose(self, why: str) -> None:
        with self._lock:
            if self._gone_since is not None or self._asked is None:
                return
            self._gone_since = time.monotonic()
        logger.error("the database does not answer: %s", " ".join(why.split()))
