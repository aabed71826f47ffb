"""The pages: shells that the scripts fill from the API. No data is read here, so a page opens even when it is down."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# What the page asks first when its address says nothing else; the browser fetches it beside the script.
FIRST_SERIES = "/api/stats/series?level=district"
FILTERS = ("source", "purpose", "resident")


def _language(request: HttpRequest) -> str:
    """``zh`` unless the address says ``en``."""
    return "en" if request.GET.get("lang") == "en" else "zh"


def _page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    lang = _language(request)
    response = render(request, template, {"lang": lang, "html_lang": "en" if lang == "en" else "zh-CN", **context})
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The map."""
    plain = not any(request.GET.get(name) for name in FILTERS)
    return _page(request, "web/index.html", first_series=FIRST_SERIES if plain else "")


@require_safe
def object_page(request: HttpRequest, layer: str, code: str) -> HttpResponse:
    """Everything known of one object of a layer."""
    return _page(request, "web/object.html", layer=layer, code=code)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The data note: where the data come from, what is synthetic, which rules the figures follow."""
    return _page(request, "web/about.html")
