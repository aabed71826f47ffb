"""The desktop's page and files, and the list of feeds for people."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from geoapp.desktop import looks, project
from layers import params
from layers.built import built_layer, built_layers
from layers.errors import BadParameter
from layers.export import FORMATS
from layers.feeds import downloads
from layers.feeds.caching import etag, is_held
from layers.feeds.features import query_params
from layers.feeds.problems import problems
from layers.periods import parse_period
from layers.versions import ALL_DATASETS, as_of

QGIS_TYPES = {"qgz": "application/x-qgis-project", "qgs": "application/x-qgis-project+xml"}


def _lang(given: dict[str, str]) -> str:
    return params.parse_choice(given.get("lang"), "lang", "zh", ("zh", "en"))


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _page(request: HttpRequest, template: str, lang: str, **context: object) -> HttpResponse:
    html_lang = "en" if lang == "en" else "zh-CN"
    response = render(request, template, {"lang": lang, "html_lang": html_lang, "server": _root(request), **context})
    response["Cache-Control"] = "no-cache"
    return response


def _file(request: HttpRequest, name: str, media_type: str, make: Callable[[], bytes]) -> HttpResponse:
    """A small file of today's data at today's address."""
    tag = etag(f"{as_of(ALL_DATASETS).stamp} {request.build_absolute_uri()}", "")
    response = HttpResponse(status=304) if is_held(request, tag) else HttpResponse(make(), content_type=media_type)
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def desktop_view(request: HttpRequest) -> HttpResponse:
    """How to connect QGIS, ArcGIS Pro and GDAL, with addresses to copy."""
    lang = "en" if request.GET.get("lang") == "en" else "zh"
    layers = [
        {"id": layer.id, "title": looks.title(layer, lang), "geometry": layer.geometry, "color": layer.color,
         "stage": project.STAGES[layer.stage][0 if lang == "zh" else 1]}
        for layer in built_layers()
    ]  # fmt: skip
    return _page(request, "web/desktop.html", lang, layers=layers)


@problems
def project_view(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """The ready QGIS project."""
    lang, root = _lang(query_params(request, ["lang"])), _root(request)

    def make() -> bytes:
        made = project.qgs(root, lang)
        return project.qgz(made) if suffix == "qgz" else made

    return _file(request, f"shuitu.{suffix}", QGIS_TYPES[suffix], make)


@problems
def qml_view(request: HttpRequest, layer_id: str) -> HttpResponseBase:
    """A layer's style for QGIS; with a period, coloured by what was used in it."""
    layer = built_layer(layer_id)
    given = query_params(request, ["lang", "period"])
    lang = _lang(given)
    if "period" in given and layer.usage is None:
        raise BadParameter(f"{layer.id} has no classes of usage.", param="period", allowed=[])

    def make() -> bytes:
        usage = looks.usage_of(layer, parse_period(given["period"])) if "period" in given else None
        return looks.qml(layer, lang, usage)

    return _file(request, f"{layer.id}.qml", "application/x-qgis-layer-settings", make)


@problems
def feeds_view(request: HttpRequest) -> HttpResponseBase:
    """Every feed: a page for people, JSON for programs."""
    if request.GET.get("f", "html") != "html" or (
        "f" not in request.GET and request.get_preferred_type(["application/json", "text/html"]) != "text/html"
    ):
        response = downloads.list_view(request)
    else:
        given = query_params(request, ["f", "lang"])
        lang = _lang(given)
        place = 0 if lang == "zh" else 1
        told = downloads.listing(f"{_root(request)}/feeds/")
        groups = [
            {"name": project.STAGES[stage][place], "feeds": [feed for feed in told["feeds"] if feed["stage"] == stage]}
            for stage in ("take", "supply", "use", "drain", "region")
        ]
        version = as_of(ALL_DATASETS).to_dict()
        response = _page(request, "web/feeds.html", lang, groups=groups, formats=FORMATS.values(), version=version)
    patch_vary_headers(response, ["Accept"])
    return response
