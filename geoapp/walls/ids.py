"""A name for each request, by which its answer, its line in the access log and what was logged meanwhile are found together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from geoapp.address import is_proxy
from geoapp.logs import request_id

HEADER = "X-Request-Id"
_PLAUSIBLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def give(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """``request.request_id``: a trusted proxy's, or one of ours."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        found = _told(request) or secrets.token_hex(8)
        request.request_id = found  # type: ignore[attr-defined]
        token = request_id.set(found)
        try:
            response = get_response(request)
        finally:
            request_id.reset(token)
        response.headers[HEADER] = found
        return response

    return middleware


def of(request: HttpRequest) -> str:
    """Empty before the request came as far as this."""
    return str(getattr(request, "request_id", ""))


def _told(request: HttpRequest) -> str:
    """What a proxy of ours calls it; whoever else sends such a header could make two requests look like one."""
    told = str(request.META.get("HTTP_X_REQUEST_ID") or "")
    if not _PLAUSIBLE.fullmatch(told):
        return ""
    # Our own server has put the asker where the peer was, and says whether the peer is a proxy.
    socket = request.META.get("gunicorn.socket")
    by_proxy = getattr(socket, "from_proxy", None)
    if by_proxy is None:
        by_proxy = is_proxy(str(request.META.get("REMOTE_ADDR") or ""), settings.TRUSTED_PROXIES)
    return told if by_proxy else ""
