"""Errors as RFC 9457 problem bodies, and the one table from error to HTTP status."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework import exceptions
from rest_framework.response import Response

from layers.errors import BadParameter, Busy, NotFound, ShuituError, TooLarge, TooSlow, WrongForm
from layers.feeds.encoding import dumps

View = Callable[..., HttpResponseBase]
CONTENT_TYPE = "application/problem+json"
STATUS: dict[type[ShuituError], int] = {
    BadParameter: 400, NotFound: 404, TooLarge: 413, WrongForm: 415, TooSlow: 503, Busy: 503,
}  # fmt: skip


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
    response = HttpResponse(dumps(body), status=body["status"], content_type=CONTENT_TYPE)
    if isinstance(error, Busy):
        response["Retry-After"] = str(error.RETRY_SECONDS)
    return response


def fault_response() -> HttpResponse:
    """A mistake of ours, said without a word on what it was."""
    body = {"type": "about:blank", "title": "A fault of the server", "status": 500, "detail": "The log tells more."}
    return HttpResponse(dumps(body), status=500, content_type=CONTENT_TYPE)


def problems(view: View) -> View:
    """A view whose errors of ours are answered as problem bodies."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ShuituError as error:
            return problem_response(error)

    # Without the check of a form's token another method is told that it is not allowed, and not that it lacks a token.
    return csrf_exempt(require_safe(answered))


def handle(error: Exception, context: dict[str, Any]) -> Response | HttpResponse | None:
    """REST framework's exception handler: ours as they are, its own in the same form, bugs to the 500 page."""
    if isinstance(error, ShuituError):
        return problem_response(error)
    if isinstance(error, exceptions.APIException):
        body = {
            "type": "about:blank",
            "title": HTTPStatus(error.status_code).phrase,
            "status": error.status_code,
            "detail": str(error.detail),
        }
        return HttpResponse(dumps(body), status=error.status_code, content_type=CONTENT_TYPE)
    return None
