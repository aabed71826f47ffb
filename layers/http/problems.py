"""Errors as RFC 9457 problem bodies, and the one table from error to HTTP status."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from layers.errors import BadParameter, Busy, NotFound, ShuituError, TooLarge, TooSlow, WrongForm
from layers.http.encoding import dumps

CONTENT_TYPE = "application/problem+json"
STATUS: dict[type[ShuituError], int] = {
    BadParameter: 400, NotFound: 404, TooLarge: 413, WrongForm: 415, TooSlow: 503, Busy: 503,
}  # fmt: skip


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


def problem_response(request: HttpRequest, error: ShuituError) -> HttpResponse:
    """The refusal of a program's question."""
    body = problem(error)
    return HttpResponse(dumps(body), status=body["status"], content_type=CONTENT_TYPE)
