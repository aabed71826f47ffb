"""Errors as RFC 9457 problem bodies, and the one table from error to HTTP status."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from layers.errors import BadParameter, NotFound, ShuituError, TooSlow
from layers.feeds.encoding import dumps

CONTENT_TYPE = "application/problem+json"
STATUS: dict[type[ShuituError], int] = {BadParameter: 400, NotFound: 404, TooSlow: 503}


def problem(error: ShuituError) -> dict[str, Any]:
    """The problem body of an error: what is wrong, of which parameter, what is allowed. Never database text."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": STATUS.get(type(error), 400),
        "detail": error.detail,
    }
    if error.param:
        body["param"] = error.param
    if error.allowed is not None:
        body["allowed"] = error.allowed
    return body


def problem_response(error: ShuituError) -> HttpResponse:
    body = problem(error)
    return HttpResponse(dumps(body), status=body["status"], content_type=CONTENT_TYPE)


def fault_response() -> HttpResponse:
    """A mistake of ours, said without a word on what it was."""
    body = {"type": "about:blank", "title": "A fault of the server", "status": 500, "detail": "The log tells more."}
    return HttpResponse(dumps(body), status=500, content_type=CONTENT_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> Response | HttpResponse | None:
    """REST framework's exception handler: ours as they are, its own in the same form, bugs to the 500 page."""
    if isinstance(error, ShuituError):
        return problem_response(error)
    if isinstance(error, exceptions.APIException):
        body = {
            "type": "about:blank",
            "title": str(error.default_detail),  # both are translated lazily
            "status": error.status_code,
            "detail": str(error.detail),
        }
        return HttpResponse(dumps(body), status=error.status_code, content_type=CONTENT_TYPE)
    return None
