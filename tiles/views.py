"""Tiles, TileJSON and styles over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest

from layers import access, filters
from layers.built import built_layer
from layers.db import rows
from layers.http.answers import PUBLIC, TILES, Found, Packing, json_of
from layers.http.encoding import dumps
from layers.http.media import JSON, MVT
from layers.http.parameters import language, query_params, site_root
from layers.http.resource import Resource
from layers.registry import Layer
from layers.versions import ALL_DATASETS, as_of, as_of_now
from tiles import cache, reach, style
from tiles.address import Tile, tile_of
from tiles.mvt import TileRequest, tile_query
from tiles.tilejson import metadata, tilejson

READ = Resource()
OPEN = Resource(kept=PUBLIC)


@Resource(kept=TILES)
def tile_view(request: HttpRequest, layer_id: str, z: int, x: int, y: int, stamp: str = "") -> Found:
    """One tile. Under its current stamp it may be kept for ever; without one, or under an old one, for a minute."""
    layer = built_layer(layer_id)
    tile = tile_of(layer, z, x, y)
    given = query_params(request, filters.allowed_params(layer))
    current, make = layer_tile(layer, tile, given)
    asked = f"{layer.id} {z}/{x}/{y}?{urlencode(sorted(given.items()))}"
    return tile_found(current, make, asked, of_today=stamp == current, personal=access.depends(layer))


def layer_tile(
    layer: Layer, tile: Tile, given: dict[str, str], region_param: str = filters.REGION_PARAM
) -> tuple[str, Callable[[], bytes]]:
    """The stamp of a layer's tile by its filter's parameters, and what fetches it: gzipped, empty for nothing."""
    wanted = filters.parse(layer, given, region_param)
    datasets = layer.datasets(usage="period" in given)
    current = as_of(datasets).of_layer(layer)
    variant = urlencode(sorted(given.items()))

    def make() -> bytes:
        query = tile_query(TileRequest(layer, tile, wanted))
        if reach.is_beyond(layer, tile, current):
            return b""
        found = bytes(rows(query)[0][0])
        if not found:
            reach.learn(layer, current)
        return found

    return current, lambda: cache.fetch(
        layer.id, current, tile, variant, make, lambda: as_of_now(datasets).of_layer(layer)
    )


def tile_found(
    stamp: str, make: Callable[[], bytes], asked: str, *, of_today: bool = False, personal: bool = False
) -> Found:
    """A tile as an answer; ``make`` gives it packed, or nothing."""
    return Found(stamp, make, MVT, asked, packing=Packing.MADE_PACKED, of_today=of_today, personal=personal)


@OPEN
def tilejson_view(request: HttpRequest, layer_id: str) -> Found:
    """A layer's TileJSON; filters in the query string are passed on to its tiles."""
    layer = built_layer(layer_id)
    given = query_params(request, [*filters.allowed_params(layer), "lang"])
    lang = language(given)
    given.pop("lang", None)
    wanted = filters.parse(layer, given)
    wanted.check()
    version = as_of(layer.datasets(usage="period" in given))
    found = json_of(
        as_of(ALL_DATASETS), lambda: tilejson(layer, version, site_root(request), given, wanted.asked, lang)
    )
    return replace(found, personal=access.depends(layer))


@READ
def metadata_view(request: HttpRequest, layer_id: str) -> Found:
    """A layer's metadata as MBTiles has it."""
    query_params(request, [])
    layer = built_layer(layer_id)
    version = as_of(layer.datasets())
    return Found(as_of(ALL_DATASETS).stamp, lambda: dumps(metadata(layer, version)), JSON)


@READ
def layer_style_view(request: HttpRequest, layer_id: str) -> Found:
    """A MapLibre style of one layer."""
    query_params(request, [])
    layer = built_layer(layer_id)
    return json_of(as_of(ALL_DATASETS), lambda: style.style((layer,), layer.zh, site_root(request)))


@READ
def map_style_view(request: HttpRequest) -> Found:
    """A MapLibre style of the whole map."""
    query_params(request, [])
    return json_of(as_of(ALL_DATASETS), lambda: style.map_style(site_root(request)))
