"""Who asks: the account of a session or of a token, found before an answer's snapshot begins, since a session that has ended is
taken away when it is looked at.
"""

from __future__ import annotations

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.http.request import HttpHeaders

from layers.access import Asker

AUTHORIZATION, API_KEY, ESRI = "Authorization", "X-API-Key", "X-Esri-Authorization"
TOKENS = (AUTHORIZATION, API_KEY, ESRI)
"""The headers in which programs send tokens, named here for whoever reads them, varies by them or tells of them."""
VARIES = ("Cookie", *TOKENS)
"""By what of a request an answer may differ from what everybody is told."""
_IN_META = tuple(map(HttpHeaders.to_wsgi_name, TOKENS))


def account_of(request: HttpRequest) -> Asker | None:
    """The account that asks; None, and nothing is looked up, where a request brings neither a session nor a token."""
    if not _brings(request):
        return None
    user = getattr(request, "user", None)
    try:
        if user is None or not user.is_active or user.pk is None:
            return None
    except DatabaseError:  # then nothing can be seen either; a page that can say so is served to everybody
        return None
    token = getattr(request, "token", None)
    return Asker(user.pk, user.is_superuser, tuple(token.scope) if token is not None else None)


def known_of(request: HttpRequest) -> Asker | None:
    """The same as it was found for an earlier request, if it was: whoever goes by it looks whether it still holds (`Asker.holds`)."""
    known: Asker | None = getattr(request, "known", None)
    return known or account_of(request)


def _brings(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES or any(name in request.META for name in _IN_META)
