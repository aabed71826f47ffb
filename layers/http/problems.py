"""Errors as RFC 9457 problem bodies, and the one table from error to HTTP status."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from layers.errors import (
    BadParameter,
    Busy,
    NeedsLogin,
    NotAllowed,
    NotFound,
    ShuituError,
    TooLarge,
    TooSlow,
    WrongForm,
)
from layers.http.encoding import dumps

REALM = "Shuitu"
BEARER = f'Bearer realm="{REALM}"'
CONTENT_TYPE = "application/problem+json"
STATUS: dict[type[ShuituError], int] = {
    BadParameter: 400, NeedsLogin: 401, NotAllowed: 403, NotFound: 404, TooLarge: 413, WrongForm: 415, TooSlow: 503, Busy: 503,
}  # fmt: skip

NAMED = (403, 404, 429, 500, 503)  # statuses whose body says by what id the log has the request


def status_of(error: ShuituError) -> int:
    """The status of an error, or of the kind that it is one of."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def problem(error: ShuituError) -> dict[str, Any]:
    """The problem body of an error: what is wrong, of which parameter, what is allowed. Never database text."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": status_of(error),
        "detail": error.detail,
    }
    if error.param:
        body["param"] = error.param
    if error.allowed is not None:
        body["allowed"] = error.allowed
    return body


def refusal_of_right(request: HttpRequest, error: ShuituError) -> HttpResponse | None:
    """What is told to who has no right: a person is led to the log-in, or to the page of refusals; a program is told what to send. None for
    every other error.
    """
    if not isinstance(error, (NeedsLogin, NotAllowed)):
        return None
    if "text/html" in request.headers.get("Accept", ""):
        if isinstance(error, NotAllowed):
            raise PermissionDenied(error.detail)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
    response = problem_response(request, error)
    if isinstance(error, NeedsLogin):
        # A script of ours has its session: a browser that is told of Basic would ask for a password by a window of its own.
        ours = "Sec-Fetch-Mode" in request.headers
        response["WWW-Authenticate"] = BEARER if ours else f'Basic realm="{REALM}", charset="UTF-8", {BEARER}'
    return response


def problem_response(request: HttpRequest, error: ShuituError) -> HttpResponse:
    """The refusal of a program's question."""
    body = problem(error)
    if body["status"] in NAMED and (found := getattr(request, "request_id", "")):
        body["request_id"] = found
    return HttpResponse(dumps(body), status=body["status"], content_type=CONTENT_TYPE)
