"""Django's hooks for what nobody caught (`handler400` … `handler500`, the form's token), and answers without a word."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime

from geoapp.accounts.slowing import Slowed, seconds_left
from geoapp.problems import hosts, words
from geoapp.problems.answers import answer, now_told
from geoapp.problems.cause import trouble_of
from layers.words import Words

SHOWN_PATH = 200  # characters of an address that an answer repeats
# Where what there is beside an address is listed.
STARTS = {"/ogc/": "/ogc/", "/feeds/": "/feeds/", "/desktop/": "/desktop/", "/styles/": "/styles/map.json"}
PROGRAMS_START = "/api/schema"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, of which too much is 413 and a host of another name says what allows it."""
    if isinstance(exception, DisallowedHost):
        host = hosts.asked_host(request)
        hosts.tell_operator(host)
        return answer(request, words.WRONG_HOST, host=host, way=hosts.way_in(host))
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return answer(request, words.TOO_LARGE)
    return answer(request, words.BAD_REQUEST)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, words.DENIED)


def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token, or with an old one (Django's `CSRF_FAILURE_VIEW`)."""
    return answer(request, words.NO_TOKEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    start = next((start for room, start in STARTS.items() if request.path.startswith(room)), PROGRAMS_START)
    return answer(request, words.NOT_FOUND, extra={"allowed": [start]}, path=request.path[:SHOWN_PATH])


def fault(request: HttpRequest) -> HttpResponse:
    """What no one caught: 503 when the database is away, full or too slow, else 500 and no word on what it was."""
    return answer(request, trouble_of(sys.exc_info()[1]), when=now_told())


def slowed(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """A log-in that has to wait: until when, and how long that is."""
    return waiting(request, error) if isinstance(error, Slowed) else None


def waiting(request: HttpRequest, error: Slowed, trouble: words.Trouble = words.SLOWED) -> HttpResponse:
    seconds = seconds_left(error.until)
    told = answer(request, trouble, when=localtime(error.until).strftime("%H:%M:%S"), wait=wait_told(seconds))
    told["Retry-After"] = str(seconds)
    return told


def wait_told(seconds: int) -> Words:
    """How long that is, in seconds as long as somebody counts them."""
    if seconds < 90:
        return Words("{count} 秒", "{count} seconds", count=seconds)
    return Words("{count} 分钟", "{count} minutes", count=-(-seconds // 60))


def say_what_is_wrong(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A refusal without a word (Django's 405 and its like) gets ours, with the headers it came with."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code not in (404, 405) or response.streaming or response.content or request.method == "HEAD":
            return response
        if response.status_code == 405:
            told = answer(request, words.WRONG_METHOD, allowed=response.headers.get("Allow", "GET"))
        else:
            told = not_found(request)
        for name, value in response.headers.items():
            if name.lower() not in ("content-type", "content-length"):
                told.headers[name] = value
        return told

    middleware.process_exception = slowed  # type: ignore[attr-defined]  # where Django looks for it
    return middleware
