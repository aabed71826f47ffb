"""Who asks: the one place that says it, for sessions and tokens alike, and only when somebody wants to know.

Nothing is read for a page that does not ask. Who has to change a password first, or set up a second factor, is nobody
outside the pages where that is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from geoapp.accounts import bound, known, sessions

ROOM = "/account/"
WHY = "shuitu_ended"  # a cookie for the log-in page: why there is no session any more
WHY_SECONDS = 600


def _asker(request: Any) -> Any:
    if request.token is not None:
        return request.token.user
    user = get_user(request)
    if not user.is_authenticated:
        return user
    request.user = (
        user  # to whoever asks while it is found out whether the session is whole: what is told of it is of somebody
    )
    if bound.is_broken(request, user):
        return AnonymousUser()
    if request.session.get(sessions.MUST) and not request.path.startswith(ROOM):
        return AnonymousUser()
    return user


def _found(request: Any) -> Any:
    request.user = found = _asker(request)
    if found.is_authenticated and request.token is None:
        known.remember(request, found)
    return found


def know(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """After Django's own, which is put aside."""

    def middleware(request: Any) -> HttpResponse:
        request.known = known.recall(request) if request.token is None else None
        request.user = SimpleLazyObject(lambda: _found(request))
        response = get_response(request)
        if why := request.session.ended:
            response.set_cookie(
                WHY, why, max_age=WHY_SECONDS, path=ROOM, secure=settings.HTTPS, httponly=True, samesite="Lax"
            )
        return response

    return middleware
