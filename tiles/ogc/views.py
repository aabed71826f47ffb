"""OGC API Tiles over HTTP."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest

from layers import access, filters
from layers.built import built_layer, built_layers
from layers.errors import BadParameter, NotFound
from layers.http.answers import TILES, Found
from layers.http.media import JSON
from layers.ogc import pages
from layers.ogc.answers import DOCUMENT, document, parameters, root_of
from layers.ogc.links import Json
from layers.ogc.question import WITHIN
from layers.registry import Layer
from layers.versions import ALL_DATASETS, as_of
from tiles.ogc import documents, matrix
from tiles.views import layer_tile, tile_found


def _layers(layer_id: str) -> tuple[Layer, ...]:
    """The layers of an address: one, or without an id all of them."""
    return (built_layer(layer_id),) if layer_id else built_layers()


def _known(scheme: str) -> None:
    if scheme != matrix.ID:
        raise NotFound(f"There is no tile matrix set {scheme!r}.", param="tileMatrixSetId", allowed=[matrix.ID])


def _shown(layers: tuple[Layer, ...]) -> Callable[[Json], Json]:
    """The map of a page: where there are tiles of a layer, or the city."""

    def shown(found: Json) -> Json:
        box = documents.bounds_of(layers) if len(layers) == 1 else None
        return {"map": pages.boxed(layers[0], box) if box else pages.CITY}

    return shown


@DOCUMENT
def tilesets_view(request: HttpRequest, layer_id: str = "") -> Found:
    """The tilesets of a layer, or of all."""
    parameters(request, ["f"])
    layers = _layers(layer_id)
    return document(
        request,
        as_of(ALL_DATASETS),
        lambda: documents.tilesets(root_of(request), layers),
        "tiles",
        JSON,
        _shown(layers),
    )


@DOCUMENT
def tileset_view(request: HttpRequest, scheme: str, layer_id: str = "") -> Found:
    """One tileset."""
    parameters(request, ["f"])
    layers = _layers(layer_id)
    _known(scheme)
    return document(
        request, as_of(ALL_DATASETS), lambda: documents.tileset(root_of(request), layers), "tiles", JSON, _shown(layers)
    )


@replace(DOCUMENT, kept=TILES)
def tile_view(request: HttpRequest, scheme: str, z: str, row: int, col: int, layer_id: str = "") -> Found:
    """A tile: 204 where the set has nothing, 404 where it has no tile."""
    layers = _layers(layer_id)
    _known(scheme)
    tile = matrix.tile_in(documents.limits_of(layers), z, row, col)
    allowed = filters.allowed_params(layers[0], WITHIN) if layer_id else []
    given = parameters(request, [*allowed, "f"])
    if given.pop("f", "mvt") not in ("mvt", "pbf"):
        raise BadParameter("Tiles are Mapbox vector tiles.", param="f", allowed=["mvt"])
    drawn = [layer_tile(layer, tile, given, WITHIN) for layer in layers if layer.min_zoom <= tile.z <= layer.max_zoom]

    def make() -> bytes:
        """The layers of one tile, one after the other: so a vector tile holds several."""
        made = [fetch() for _, fetch in drawn]
        if len(made) == 1:
            return made[0]
        whole = b"".join(gzip.decompress(one) for one in made if one)
        return gzip.compress(whole, 1, mtime=0) if whole else b""

    stamps = " ".join(stamp for stamp, _ in drawn)
    return tile_found(stamps, make, request.build_absolute_uri(), personal=any(map(access.depends, layers)))


@DOCUMENT
def schemes_view(request: HttpRequest) -> Found:
    parameters(request, ["f"])
    return document(request, as_of(ALL_DATASETS), lambda: documents.schemes(root_of(request)), "tiles", JSON)


@DOCUMENT
def scheme_view(request: HttpRequest, scheme: str) -> Found:
    parameters(request, ["f"])
    _known(scheme)
    return document(request, as_of(ALL_DATASETS), lambda: documents.scheme(root_of(request)), "tiles", JSON)
