"""What is done to every answer."""

from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from layers import access
from layers.db import snapshot_when_asked
from layers.feeds.files import FromDisk

# Where answers are made of the data, and nothing is written.
OF_DATA = ("/api/", "/desktop/", "/feeds/", "/ogc/", "/tiles/", "/styles/")


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Allow what this server itself serves, and nothing else; a view may set a header of its own.

    Django 5.2 has none of its own yet.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response

    return middleware


def one_moment_an_answer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What a program reads is of one moment: version, figures and whether personal data are open are of one snapshot, which
    lasts until the last row of a stream is sent.

    Pages for people may write (a session, a report that is queued), and so have no snapshot. There an answer that was open
    because all was made up is made again if an import of real data came between: what it read last may be of that import.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        return _of_one_snapshot(request) if request.path.startswith(OF_DATA) else _of_one_posture(request)

    def _of_one_snapshot(request: HttpRequest) -> HttpResponse:
        with ExitStack() as stack:
            stack.enter_context(access.one_moment())
            stack.enter_context(snapshot_when_asked())
            response = get_response(request)
            if response.streaming and not isinstance(response, FromDisk):
                response._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined] # behind its own
            return response

    def _of_one_posture(request: HttpRequest) -> HttpResponse:
        with access.one_moment() as moment:
            response = get_response(request)
            if not moment.closed_meanwhile():
                return response
        if response.streaming:
            response.close()  # its query ends
        with access.one_moment():
            return get_response(request)

    return middleware
