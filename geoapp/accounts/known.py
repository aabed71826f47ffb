"""Who a session was found to be, kept in this process: so that an account's next answer asks no more of the database than anybody's.

What is kept holds while nothing that decides it has changed in the database (`layers.access.Posture.rights_as_of`: accounts, ends of
sessions, roles, divisions; whoever makes an answer compares that in its snapshot), and only for what was looked at besides: the same
browser at the same address, within the time after which a session's last use is written, before it ends by itself.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.conf import settings

from geoapp.accounts import sessions
from geoapp.address import client_address
from layers.access import Asker

_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Recalled:
    """An account, and where and until when its session is taken without being looked at."""

    asker: Asker
    place: tuple[str, str]
    until: float


_known: OrderedDict[str, Recalled] = OrderedDict()
_lock = Lock()


def _place(request: Any) -> tuple[str, str]:
    return client_address(request), request.META.get("HTTP_USER_AGENT", "")


def remember(request: Any, user: Any) -> None:
    """A session was looked at, and is somebody's without conditions."""
    session = request.session
    if not session.rights_as_of or sessions.SEEN not in session or session.get(sessions.MUST):
        return
    until = min(
        session[sessions.SEEN] + sessions.WRITE_SECONDS, session[sessions.STARTED] + settings.SESSION_COOKIE_AGE
    )
    known = Recalled(Asker(user.pk, user.is_superuser, as_of=session.rights_as_of), _place(request), until)
    with _lock:
        _known[session.session_key] = known
        _known.move_to_end(session.session_key)
        if len(_known) > _KEPT:
            _known.popitem(last=False)


def recall(request: Any) -> Asker | None:
    """Who asks, as it was found to be; None where that has to be looked at."""
    known = _known.get(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    if known is None or time.time() > known.until or known.place != _place(request):
        return None
    return known.asker


def forget() -> None:
    _known.clear()
