"""A trouble as an answer: an RFC 9457 body for a program, a page for a person, each in the language asked for.

Neither needs the database, a session, the page's assets or a host that is known: it is what remains when those fail.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from geoapp.problems.language import asked_language, html_language
from geoapp.problems.words import Trouble
from geoapp.walls import ids, policy
from layers.http.encoding import dumps
from layers.http.problems import CONTENT_TYPE

FOR_PROGRAMS = ("/api/", "/desktop/", "/feeds/", "/healthz", "/ogc/", "/tiles/", "/styles/")
# Of these, some have pages too: a browser that asks for one is a person's.
WITH_PAGES = ("/desktop/", "/feeds/", "/ogc/")


def for_program(request: HttpRequest) -> bool:
    """Whether a program asks: by the address, or because it asks for JSON."""
    accepted = request.headers.get("Accept", "")
    if "application/json" in accepted or CONTENT_TYPE in accepted:
        return True
    if request.path.startswith(WITH_PAGES) and "text/html" in accepted:
        return False
    return request.path.startswith(FOR_PROGRAMS)


def now_told() -> str:
    """The time as the log writes it, to be told to who reads the log."""
    return datetime.now(ZoneInfo(settings.TIME_ZONE)).isoformat(sep=" ", timespec="seconds")


def named(request: HttpRequest) -> dict[str, str]:
    """What a program's answer says of its request, to be told to who reads the log."""
    return {"request_id": found} if (found := ids.of(request)) else {}


def answer(
    request: HttpRequest, trouble: Trouble, *, extra: dict[str, Any] | None = None, **fill: object
) -> HttpResponse:
    """The answer to `request`; `fill` goes into the words, `extra` into a program's body."""
    language = asked_language(request)
    told = trouble.told(language, **fill)
    detail = told.detail
    response: HttpResponse
    if for_program(request):
        body = {"type": "about:blank", "title": told.title, "status": trouble.status, "detail": detail, **(extra or {})}
        body |= named(request)
        response = HttpResponse(dumps(body), status=trouble.status, content_type=CONTENT_TYPE)
    else:
        again = trouble.retry_seconds if trouble.by_itself and request.method in ("GET", "HEAD") else None
        shown = {
            "lang": language,
            "html_lang": html_language(language),
            "title": told.title,
            "detail": detail,
            "again": again,
            "status": trouble.status,
            "request_id": ids.of(request),
        }
        page = render_to_string("web/trouble.html", shown)
        response = HttpResponse(page, status=trouble.status)
        response["Content-Security-Policy"] = policy.styled(page)
    response["Content-Language"] = html_language(language)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Accept", "Accept-Language"))
    if trouble.retry_seconds is not None:
        response["Retry-After"] = str(trouble.retry_seconds)
    return response
