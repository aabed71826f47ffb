"""The preview of a report in the browser."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from geoapp.reports import content, document
from geoapp.reports.ask import parse_ask
from geoapp.reports.refusal import for_people
from layers import params
from layers.db import bounded

PARAMS = ("region", "period", "lang", "level")


def site_of(request: HttpRequest) -> str:
    """The address that a code printed for this asker opens."""
    return settings.PUBLIC_URL if settings.PUBLIC_URL_GIVEN else request.build_absolute_uri("/")


@require_safe
@for_people
def preview(request: HttpRequest) -> HttpResponse:
    """The report as a page: the template of the PDF."""
    params.refuse_unknown(request.GET, PARAMS)
    params.refuse_unwritable(request.GET.dict())
    ask = parse_ask(request.GET.dict(), site_of(request))
    with bounded():
        page = document.html(document.draw(content.build(ask), ask.lang), preview=True)
    response = HttpResponse(page)
    response["Cache-Control"] = "no-cache"
    return response
