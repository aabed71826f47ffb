"""What is done to every answer."""

import re
from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from layers import access
from layers.db import snapshot_when_asked
from layers.feeds.files import FromDisk

# Where answers are made of the data, and nothing is written.
READ_BY_POST = re.compile(r"/ogc/collections/[^/]+/search")
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


def _is_live(response: HttpResponse) -> bool:
    """Whether its rows are still to be read from the database."""
    return response.streaming and not isinstance(response, FromDisk)


def one_moment_an_answer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What is read is of one moment: version, figures and whether personal data are open are of one snapshot, which lasts until
    the last row of a stream is sent. Pages for people may write (a session, a report that is queued), and have none.

    An answer that was open because all was made up is made again if an import of real data has come meanwhile.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and not READ_BY_POST.fullmatch(request.path):
            return get_response(request)
        response, moment = answered(request)
        # A stream goes on in the snapshot that the posture was read in, and has the connection to itself until it ends.
        if _is_live(response) or not moment.closed_meanwhile():
            return response
        if response.streaming:
            response.close()  # its file is let go of
        return answered(request)[0]

    def answered(request: HttpRequest) -> tuple[HttpResponse, access.Moment]:
        with ExitStack() as stack:
            moment = stack.enter_context(access.one_moment())
            if request.path.startswith(OF_DATA):
                stack.enter_context(snapshot_when_asked())
            response = get_response(request)
            if _is_live(response):
                response._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined] # behind its own
            return response, moment

    return middleware
