"""Sessions that end: a working day after the log-in, an hour after the last page, and with the browser; or when somebody ends them.

Only sessions that somebody logged in to; what a browser without an account keeps (its reports) lives by the settings.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import IntegrityError, router, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from layers.access.posture import RIGHTS_AS_OF

# In the session: seconds since 1970; where and with what somebody logged in, where he was last; what has to be done first.
STARTED, SEEN = "started", "seen"
HOME, AGENT, ADDRESS, BROWSER = "home", "agent", "address", "browser"
MUST = "must"
WRITE_SECONDS = 300  # "seen" is written no more often, so that a page costs no write


def begin(session: Any, address: str = "", network: str = "", browser: str = "", agent: str = "") -> None:
    """Somebody logged in."""
    session[STARTED] = session[SEEN] = int(time.time())
    session[HOME], session[AGENT], session[ADDRESS], session[BROWSER] = network, agent, address, browser
    session.set_expiry(None)  # whatever the browser had before: by the settings


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with the ends looked at when one is read. ``ended`` says why there is none any more."""

    ended = ""
    rights_as_of = ""  # when the session was read (`layers.access.Posture`)

    @classmethod
    def get_model_class(cls) -> Any:
        from geoapp.accounts.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        found: QuerySet[Any] = self.model.objects.annotate(as_of=RawSQL(RIGHTS_AS_OF, ()))
        row = found.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        self.rights_as_of = row.as_of or ""
        if row.ended:
            return self._over(row.ended)
        held: dict[str, Any] = self.decode(row.session_data)
        if STARTED not in held:
            return held
        now = int(time.time())
        late = "day" if now - held[STARTED] > settings.SESSION_COOKIE_AGE else ""
        late = late or ("idle" if now - held.get(SEEN, 0) > settings.SESSION_IDLE_SECONDS else "")
        if late:
            self.delete(self.session_key)
            return self._over(late)
        if now - held[SEEN] > WRITE_SECONDS:
            held[SEEN] = now
            self.modified = True
        return held

    def _over(self, why: str) -> dict[str, Any]:
        self.ended = why
        self._session_key = None
        return {}

    def lose(self, why: str) -> None:
        """End this one, for everybody who holds it; here nothing of it is left."""
        end(self.model.objects.filter(session_key=self.session_key), why)
        self._session_cache = self._over(why)
        self.modified = False

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        made: Any = super().create_model_instance(data)
        if STARTED in data and SESSION_KEY in data:
            made.user_id = int(data[SESSION_KEY])
            made.started_at, made.seen_at = _moment(data[STARTED]), _moment(data.get(SEEN))
            made.address, made.browser = data.get(ADDRESS, ""), data.get(BROWSER, "")
        return made

    def save(self, must_create: bool = False) -> None:
        """As Django saves; but what was ended while a request was under way is not begun again by its end."""
        if self.session_key is None:
            self.create()
            return
        made = self.create_model_instance(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        using = router.db_for_write(self.model, instance=made)
        with transaction.atomic(using=using):
            if must_create:
                try:
                    with transaction.atomic(using=using):
                        made.save(force_insert=True, using=using)
                except IntegrityError:
                    raise CreateError from None
                return
            fields = {field.attname: getattr(made, field.attname) for field in made._meta.concrete_fields}
            fields = {name: value for name, value in fields.items() if name not in ("session_key", "ended")}
            if not self.get_model_class().objects.using(using).filter(pk=made.pk, ended="").update(**fields):
                raise UpdateError


def alive(user: Any) -> QuerySet[Any]:
    """The sessions of somebody that go on, the last seen first."""
    now = timezone.now()
    return (
        SessionStore.get_model_class()
        .objects.filter(user=user, ended="", expire_date__gt=now)
        .filter(seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS))
        .order_by("-seen_at")
    )


def end(sessions: QuerySet[Any], why: str) -> int:
    """End them; whoever holds one is told why. → how many."""
    return int(sessions.filter(ended="").update(ended=why, session_data=""))


def end_all(user: Any, why: str, but: str | None = None) -> int:
    return end(SessionStore.get_model_class().objects.filter(user=user).exclude(session_key=but or ""), why)
