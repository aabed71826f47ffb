"""The desktop's page and files, and the list of feeds for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from geoapp.desktop import looks, project
from geoapp.menu import knows_asker
from geoapp.problems.language import html_language, page_language
from layers import place
from layers.built import built_layer, built_layers
from layers.entries import STAGES
from layers.errors import BadParameter
from layers.export import FORMATS
from layers.feeds import downloads
from layers.http.answers import BY_ASKER, BY_VERSION, Found, Packing
from layers.http.media import Media
from layers.http.parameters import language, query_params, site_root
from layers.http.resource import Resource
from layers.periods import Month, parse_period
from layers.plane import meridian
from layers.stats.query import available_months
from layers.stats.regions import region_index
from layers.versions import ALL_DATASETS, as_of

PLACEHOLDER = "shuitu_TOKEN"
QGIS_TYPES = {"qgz": "application/x-qgis-project", "qgs": "application/x-qgis-project+xml"}


PAGE = FILE = Resource(kept=BY_ASKER)


def _page(request: HttpRequest, template: str, lang: str, **context: object) -> HttpResponse:
    told = {"lang": lang, "html_lang": html_language(lang), "server": site_root(request), **context}
    return render(request, template, told)


def _examples() -> dict[str, object]:
    """What addresses are shown with: the place's plane, a division and a corner of it, a year and months that there are."""
    here, index, months = place.read(), region_index(), available_months()
    first = next((region for region in index.levels[index.below[0]] if region.bounds), None)
    west, south, east, north = first.bounds if first and first.bounds else (116.3, 39.9, 116.4, 40.0)
    middle = (west + east) / 2, (south + north) / 2
    corner = ",".join(f"{value:.2f}" for value in (west, south, *middle))
    last = months[-1] if months else Month(2019, 7)
    return {
        "plane": here.plane, "meridian": meridian(here.plane), "region": first.code if first else "110108", "box": corner,
        "spat": corner.replace(",", " "), "year": last.year, "month": str(last), "months": f"{Month(last.year, 1)}..{last}",
    }  # fmt: skip


def _file(name: str, media_type: str, make: Callable[[], bytes]) -> Found:
    """A small file of today's data at today's address."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    media = Media(name.rpartition(".")[2], media_type)
    return Found(as_of(ALL_DATASETS).stamp, make, media, headers=lambda: headers, packing=Packing.AS_IT_IS)


@knows_asker
@PAGE
def desktop_view(request: HttpRequest) -> HttpResponse:
    """How to connect QGIS, ArcGIS Pro and GDAL, with addresses to copy."""
    lang = page_language(request)
    layers = [
        {"id": layer.id, "title": looks.title(layer, lang), "geometry": layer.geometry, "color": layer.color,
         "stage": STAGES[layer.stage].in_(lang)}
        for layer in built_layers()
    ]  # fmt: skip
    # What is copied has the asker's own name and this site's address, and never a token: that is shown once, elsewhere.
    name = request.user.get_username() if request.user.is_authenticated else ""
    told = {"name": name, "shown_name": name or "NAME", "token": PLACEHOLDER, "authcfg": project.AUTHCFG}
    return _page(request, "web/desktop.html", lang, layers=layers, **told, **_examples())


@FILE
def project_view(request: HttpRequest, suffix: str) -> Found:
    """The ready QGIS project."""
    given, root = query_params(request, ["lang", "auth"]), site_root(request)
    lang, login = language(given), given.get("auth")
    if login not in (None, "1"):
        raise BadParameter("auth is 1, or left out.", param="auth", allowed=["1"])

    def make() -> bytes:
        made = project.qgs(root, lang, login=bool(login))
        return project.qgz(made) if suffix == "qgz" else made

    return _file(f"shuitu.{suffix}", QGIS_TYPES[suffix], make)


@FILE
def qml_view(request: HttpRequest, layer_id: str) -> Found:
    """A layer's style for QGIS; with a period, coloured by what was used in it."""
    layer = built_layer(layer_id)
    given = query_params(request, ["lang", "period"])
    lang = language(given)
    if "period" in given and layer.usage is None:
        raise BadParameter(f"{layer.id} has no classes of usage.", param="period", allowed=[])

    def make() -> bytes:
        usage = looks.usage_of(layer, parse_period(given["period"])) if "period" in given else None
        return looks.qml(layer, lang, usage)

    return _file(f"{layer.id}.qml", "application/x-qgis-layer-settings", make)


LIST = replace(PAGE, kept=BY_VERSION, vary=("Accept",), lane="files")


@LIST
def _feeds_list(request: HttpRequest) -> Found:
    return downloads.list_found(request)


@wraps(_feeds_list)
def feeds_view(request: HttpRequest) -> HttpResponseBase:
    """Every feed: a page for people, whose head knows who asks; JSON for programs, the same for all."""
    form = request.GET.get("f")
    if form is None and request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        form = "html"
    return _feeds_page(request) if form == "html" else _feeds_list(request)


@knows_asker
@replace(LIST, kept=BY_ASKER)
def _feeds_page(request: HttpRequest) -> HttpResponse:
    lang = language(query_params(request, ["f", "lang"]))
    told = downloads.listing(f"{site_root(request)}/feeds/")
    groups = [
        {"name": name.in_(lang), "feeds": [feed for feed in told["feeds"] if feed["stage"] == stage]}
        for stage, name in STAGES.items()
    ]
    version = as_of(ALL_DATASETS).to_dict()
    return _page(
        request, "web/feeds.html", lang, groups=groups, formats=FORMATS.values(), version=version, **_examples()
    )
