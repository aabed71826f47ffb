"""How the resources of OGC API answer: in a form that is negotiated, as a document or as the page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.http import HttpRequest

from layers.http.answers import BY_VERSION, MADE_ANEW, Found
from layers.http.encoding import dumps
from layers.http.media import HTML, JSON, Media
from layers.http.negotiate import negotiate
from layers.http.parameters import query_params, refuse_empty
from layers.http.resource import Resource
from layers.ogc.links import Json
from layers.ogc.pages import page
from layers.versions import AsOf

# OPTIONS says the methods: desktops switch editing on by it.
DOCUMENT = Resource(("GET", "HEAD", "OPTIONS"), kept=BY_VERSION, vary=("Accept",), lane="files")
ITEMS = Resource(("GET", "HEAD", "OPTIONS"), kept=MADE_ANEW, vary=("Accept",), lane="files")
SEARCH = Resource(("POST", "OPTIONS"), kept=MADE_ANEW, vary=("Accept",), lane="files")


def parameters(request: HttpRequest, known: list[str], empty: Collection[str] = ()) -> dict[str, str]:
    """The parameters as `query_params`; one without a value is refused but for those that may be ``empty``."""
    given = query_params(request, known)
    refuse_empty(given, empty)
    return given


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
) -> Found:
    """A JSON document, or the page that shows it (with ``shown`` of it) where there is a template.

    A document of a grammar of its own (JSON Schema, OpenAPI) holds nothing that is not of it: its version is its ETag.
    """
    chosen = negotiate(request, (media, HTML) if template else (media,))

    def make_page() -> bytes:
        found = make()
        return page(template, root_of(request), found, as_of, **shown(found))

    marks = {"as_of": as_of.to_dict()} if media is JSON else {}
    return Found(as_of.stamp, make_page if chosen is HTML else lambda: dumps({**make(), **marks}), chosen)
