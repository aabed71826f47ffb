"""Tiles, TileJSON and styles over HTTP."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from layers import filters, params
from layers.built import built_layer
from layers.db import rows
from layers.feeds.caching import accepts_gzip, etag, is_held, versioned, versioned_json
from layers.feeds.encoding import dumps
from layers.feeds.features import query_params
from layers.feeds.problems import problems
from layers.registry import Layer
from layers.versions import ALL_DATASETS, as_of
from tiles import cache, reach, style
from tiles.address import Tile, tile_of
from tiles.mvt import TileRequest, tile_query
from tiles.tilejson import LANGS, metadata, tilejson

MVT = "application/vnd.mapbox-vector-tile"
FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@problems
def tile_view(request: HttpRequest, layer_id: str, z: int, x: int, y: int, stamp: str = "") -> HttpResponse:
    """One tile. Under its current stamp it may be kept for ever; without one, or under an old one, for a minute."""
    layer = built_layer(layer_id)
    tile = tile_of(layer, z, x, y)
    given = query_params(request, filters.allowed_params(layer))
    current, make = layer_tile(layer, tile, given)
    key = f"{layer.id} {current} {z}/{x}/{y}?{urlencode(sorted(given.items()))}"
    return tile_response(request, key, make, forever=stamp == current)


def layer_tile(
    layer: Layer, tile: Tile, given: dict[str, str], region_param: str = filters.REGION_PARAM
) -> tuple[str, Callable[[], bytes]]:
    """The stamp of a layer's tile by its filter's parameters, and what fetches it: gzipped, empty for nothing."""
    wanted = filters.parse(layer, given, region_param)
    datasets = layer.datasets(usage="period" in given)
    current = as_of(datasets).stamp
    variant = urlencode(sorted(given.items()))

    def make() -> bytes:
        query = tile_query(TileRequest(layer, tile, wanted))
        if reach.is_beyond(layer, tile, current):
            return b""
        found = bytes(rows(query)[0][0])
        if not found:
            reach.learn(layer, current)
        return found

    return current, lambda: cache.fetch(layer.id, current, tile, variant, make, lambda: as_of(datasets).stamp)


def tile_response(request: HttpRequest, key: str, make: Callable[[], bytes], *, forever: bool = False) -> HttpResponse:
    """A tile over HTTP: 304 to who has it, 204 where nothing is, gzipped for who takes it."""
    tag = etag(key, "gzip" if accepts_gzip(request) else "")
    response: HttpResponse
    response = HttpResponseNotModified() if is_held(request, tag) else _tile(make(), accepts_gzip(request))
    response["ETag"] = tag
    response["Cache-Control"] = FOREVER if forever else SHORT
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _tile(made: bytes, compressed: bool) -> HttpResponse:
    if not made:
        return HttpResponse(status=204)
    response = HttpResponse(made if compressed else gzip.decompress(made), content_type=MVT)
    if compressed:
        response["Content-Encoding"] = "gzip"
    return response


@problems
def tilejson_view(request: HttpRequest, layer_id: str) -> HttpResponse:
    """A layer's TileJSON; filters in the query string are passed on to its tiles."""
    layer = built_layer(layer_id)
    given = query_params(request, [*filters.allowed_params(layer), "lang"])
    lang = params.parse_choice(given.pop("lang", None), "lang", LANGS[0], LANGS)
    wanted = filters.parse(layer, given)
    wanted.check()
    version = as_of(layer.datasets(usage="period" in given))
    return versioned_json(
        request, as_of(ALL_DATASETS), lambda: tilejson(layer, version, _root(request), given, wanted.asked, lang)
    )


@problems
def metadata_view(request: HttpRequest, layer_id: str) -> HttpResponse:
    """A layer's metadata as MBTiles has it."""
    query_params(request, [])
    layer = built_layer(layer_id)
    version = as_of(layer.datasets())
    return versioned(request, as_of(ALL_DATASETS), lambda: dumps(metadata(layer, version)), "application/json")


@problems
def layer_style_view(request: HttpRequest, layer_id: str) -> HttpResponse:
    """A MapLibre style of one layer."""
    query_params(request, [])
    layer = built_layer(layer_id)
    return versioned_json(request, as_of(ALL_DATASETS), lambda: style.style((layer,), layer.zh, _root(request)))


@problems
def map_style_view(request: HttpRequest) -> HttpResponse:
    """A MapLibre style of the whole map."""
    query_params(request, [])
    return versioned_json(request, as_of(ALL_DATASETS), lambda: style.map_style(_root(request)))
