"""Around every answer: who asks is known to whatever writes a line, and what an answer refuses is told if nothing told it yet."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from geoapp.audit import reads, refusals, who
from geoapp.audit.who import RequestAsked
from geoapp.audit.writing import write
from layers.http.streams import is_live

log = logging.getLogger("shuitu.audit")
NOT_ALLOWED = (401, 403, 429)
READ = ("GET", "HEAD", "OPTIONS")


def record(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lines that wait for the answer are written before it is handed out: without its line there is no answer. Only a stream, which
    holds the connection to its end, has them behind it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with who.answering(request) as asked:
            response = get_response(request)
            if is_live(response):
                response._resource_closers.append(lambda: _behind(request, asked))  # type: ignore[attr-defined]
            else:
                _write_waiting(asked)
            _tell_refusal(response, request, asked)
        return response

    return middleware


def _write_waiting(asked: RequestAsked) -> None:
    waiting, asked.waiting = asked.waiting, []
    for line in waiting:
        line()


def _behind(request: HttpRequest, asked: RequestAsked) -> None:
    """Django passes over whatever is wrong here: it is said in the log."""
    try:
        with who.answering(request):
            _write_waiting(asked)
    except Exception:
        log.exception("a line of the audit could not be written: %s", who.question_of(request))
        raise


def _tell_refusal(response: HttpResponseBase, request: HttpRequest, asked: RequestAsked) -> None:
    """An answer that says no, or that broke off what was to be done. It is given though its line cannot be written: the database may
    be what is wrong."""
    try:
        if response.status_code in NOT_ALLOWED and not asked.written:
            refusals.tell("denied", detail={"status": response.status_code})
        elif response.status_code >= 500 and request.method not in READ and not asked.written:
            write("fault", result="failed", detail={"status": response.status_code})
        else:
            refusals.tell_counted()
            reads.tell_counted()
    except DatabaseError:
        log.exception("a line of the audit could not be written: %s", who.question_of(request))
