"""The forms in which a collection's items are to be had: GeoJSON, a page, and the files there are writers for."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from layers.errors import NotFound
from layers.ogc.negotiate import GEOJSON, HTML, Media
from layers.registry import Layer
from layers.versions import AsOf


def of(layer: Layer) -> tuple[Media, ...]:
    return (GEOJSON, HTML)


def file(request: HttpRequest, layer: Layer, media: Media, given: dict[str, str], version: AsOf) -> HttpResponseBase:
    raise NotFound("There are no files yet.")
