"""Sessions that end: a working day after the log-in, an hour after the last page, and with the browser.

Only sessions that somebody logged in to; what a browser without an account keeps (its reports) lives by the settings.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db

STARTED, SEEN = "started", "seen"  # in the session: seconds since 1970
WRITE_SECONDS = 300  # "seen" is written no more often, so that a page costs no write


def begin(session: Any) -> None:
    """Somebody logged in."""
    session[STARTED] = session[SEEN] = int(time.time())
    session.set_expiry(None)  # whatever the browser had before: by the settings


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with the two ends looked at when one is read."""

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()

    def load(self) -> dict[str, Any]:
        held: dict[str, Any] = super().load()
        if STARTED not in held:
            return held
        now = int(time.time())
        if now - held[STARTED] > settings.SESSION_COOKIE_AGE or now - held.get(SEEN, 0) > settings.SESSION_IDLE_SECONDS:
            self.delete(self.session_key)
            self._session_key = None
            return {}
        if now - held[SEEN] > WRITE_SECONDS:
            held[SEEN] = now
            self.modified = True
        return held
