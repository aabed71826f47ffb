"""How every resource answers: which methods, in which form, from what is kept, and what of it goes wrong."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from layers.errors import BadParameter, ShuituError
from layers.feeds.caching import accepts_gzip, etag, is_held, versioned
from layers.feeds.encoding import dumps
from layers.feeds.features import query_params
from layers.feeds.problems import problem_response
from layers.ogc.links import Json
from layers.ogc.negotiate import HTML, JSON, Media, negotiate
from layers.ogc.pages import page
from layers.versions import AsOf

View = Callable[..., HttpResponseBase]


def answering(*methods: str) -> Callable[[View], View]:
    """A resource that answers to some methods: OPTIONS says so (desktops switch editing on by it), errors are problem bodies."""

    def resource(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if request.method == "OPTIONS":
                return HttpResponse(status=200, headers={"Allow": ", ".join(methods)})
            try:
                response = view(request, *args, **kwargs)
            except ShuituError as error:
                response = problem_response(error)
            patch_vary_headers(response, ["Accept"])
            return response

        # Without the check of a form's token another method is told that it is not allowed, and not that it lacks a token.
        return csrf_exempt(answered)

    return resource


resource = answering("GET", "HEAD", "OPTIONS")


def parameters(request: HttpRequest, known: list[str], empty: Collection[str] = ()) -> dict[str, str]:
    """The parameters as `query_params`; one without a value is refused but for those that may be ``empty``."""
    given = query_params(request, known)
    refuse_empty(given, empty)
    return given


def refuse_empty(given: dict[str, str], empty: Collection[str]) -> None:
    for name, text in given.items():
        if not text and name not in empty:
            raise BadParameter(f"{name} has no value.", param=name, allowed=[f"{name}=…, or no {name}"])


def root_of(request: HttpRequest) -> str:
    """The absolute address of the landing page, without its last slash."""
    return request.build_absolute_uri("/ogc")


def document(
    request: HttpRequest,
    as_of: AsOf,
    make: Callable[[], Json],
    template: str,
    media: Media,
    shown: Callable[[Json], Json] = lambda found: {},
) -> HttpResponse:
    """A JSON document, or the page that shows it (with ``shown`` of it) where there is a template; kept by version.

    A document of a grammar of its own (JSON Schema, OpenAPI) holds nothing that is not of it: its version is its ETag.
    """
    chosen = negotiate(request, (media, HTML) if template else (media,))
    if chosen is HTML:

        def make_page() -> bytes:
            found = make()
            return page(template, root_of(request), found, as_of, **shown(found))

        return versioned(request, as_of, make_page, f"{HTML.media_type}; charset=utf-8", HTML.media_type)
    marks = {"as_of": as_of.to_dict()} if media is JSON else {}
    return versioned(request, as_of, lambda: dumps({**make(), **marks}), chosen.media_type, chosen.media_type)


def current(
    request: HttpRequest, as_of: AsOf, media: Media, make: Callable[[], bytes], headers: Callable[[], dict[str, str]]
) -> HttpResponse:
    """An answer made anew each time (it tells its time), though the asker who has it of this version is told so.

    What is asked for by POST is nobody's to keep: its address does not tell it from others.
    """
    encoding = "gzip" if accepts_gzip(request) else ""
    tag = etag(f"{as_of.stamp} {media.media_type} {request.build_absolute_uri()}", encoding)
    response: HttpResponse
    posted = request.method == "POST"
    if not posted and is_held(request, tag):
        response = HttpResponseNotModified()
    else:
        body = make()
        kind = f"{HTML.media_type}; charset=utf-8" if media is HTML else media.media_type
        response = HttpResponse(content_type=kind, headers=headers())
        if encoding:
            body = gzip.compress(body, 1, mtime=0)
            response["Content-Encoding"] = "gzip"
        response.content = body
    if not posted:
        response["ETag"] = f"W/{tag}"  # weak: the same features, told at another time
    response["Cache-Control"] = "no-store" if posted else "no-cache"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
