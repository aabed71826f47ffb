"""What is done to every answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from layers import access


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
    """Whether personal data are open is read once an answer. One that was open because all was made up is made again if
    an import of real data came between: what it read last may be of that import.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        with access.one_moment() as moment:
            response = get_response(request)
            if request.method not in ("GET", "HEAD") or not moment.closed_meanwhile():
                return response
        if response.streaming:
            response.close()  # its query ends
        with access.one_moment():
            return get_response(request)

    return middleware
