"""Who may come to the desk, and how much is read of a request before that is known: nothing.

The CSRF check takes in the whole body, so it comes after the log-in, the permission and the length.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from layers import access
from layers.http import signals
from layers.http.asker import account_of

FORM_BYTES = 1 << 20  # what a request may be longer than its file
View = Callable[..., HttpResponseBase]


def too_long(request: HttpRequest) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_BYTES + FORM_BYTES


def for_clerks(too_large: Callable[[HttpRequest], HttpResponse], *permissions: str) -> Callable[[View], View]:
    """Staff with one of the permissions only (unless told, that to import), and only requests of a bounded length (``too_large``
    answers others)."""
    wanted = permissions or (access.IMPORT,)

    def guard(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_active and request.user.is_staff):
                return redirect_to_login(request.get_full_path(), reverse("account:login"))
            if not any(map(request.user.has_perm, wanted)):
                raise PermissionDenied
            if too_long(request):
                return too_large(request)
            with access.one_moment(account=account_of(request)) as moment:
                response = checked(request, *args, **kwargs)
                if moment.personal and response.status_code == HTTPStatus.OK:
                    signals.personal_told.send(sender=guard, request=request, layers=sorted(moment.personal), rows=None)
                return response

        return guarded

    return guard
