"""The tile matrix set WebMercatorQuad, and which of its tiles a set has. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from layers.errors import NotFound
from tiles.address import HALF, Tile

ID = "WebMercatorQuad"
URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{ID}"
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
DEEPEST = 24
_PIXELS = 256
_PIXEL_M = 0.00028  # the standard's pixel, by which a scale is told
_MOST_LATITUDE = 85.0511287798066

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Limits:
    """The rows and columns of one matrix that a set has, the last ones included."""

    z: int
    first_row: int
    last_row: int
    first_col: int
    last_col: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "tileMatrix": str(self.z),
            "minTileRow": self.first_row,
            "maxTileRow": self.last_row,
            "minTileCol": self.first_col,
            "maxTileCol": self.last_col,
        }


def limits(bounds: Bounds | None, first_zoom: int, last_zoom: int) -> list[Limits]:
    """The tiles that a box of degrees touches, by zoom; none without a box."""
    if bounds is None:
        return []
    west, south, east, north = bounds
    found = []
    for z in range(first_zoom, last_zoom + 1):
        (left, top), (right, bottom) = _cell(west, north, z), _cell(east, south, z)
        found.append(Limits(z, top, bottom, left, right))
    return found


def _cell(lon: float, lat: float, z: int) -> tuple[int, int]:
    lat = min(max(lat, -_MOST_LATITUDE), _MOST_LATITUDE)
    x = (lon + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    most = 2**z - 1
    return min(most, max(0, math.floor(x * 2**z))), min(most, max(0, math.floor(y * 2**z)))


def tile_in(held: list[Limits], matrix: str, row: int, col: int) -> Tile:
    """The tile, if the set has it: `NotFound` says which there are."""
    of_matrix = next((one for one in held if str(one.z) == matrix), None)
    if of_matrix is None:
        raise NotFound(f"There is no tile matrix {matrix!r} here.", param="tileMatrix", allowed=[one.z for one in held])
    for name, value, first, last in (
        ("tileRow", row, of_matrix.first_row, of_matrix.last_row),
        ("tileCol", col, of_matrix.first_col, of_matrix.last_col),
    ):
        if not first <= value <= last:
            raise NotFound(f"{name}={value} is outside the tile matrix.", param=name, allowed=[f"{first}..{last}"])
    return Tile(of_matrix.z, col, row)


def definition() -> dict[str, Any]:
    """The set as the standard writes it (OGC 17-083r4)."""
    return {
        "id": ID,
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(z) for z in range(DEEPEST + 1)],
    }


def _matrix(z: int) -> dict[str, Any]:
    size = 2 * HALF / _PIXELS / 2**z
    return {
        "id": str(z),
        "scaleDenominator": size / _PIXEL_M,
        "cellSize": size,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF, HALF],
        "tileWidth": _PIXELS,
        "tileHeight": _PIXELS,
        "matrixWidth": 2**z,
        "matrixHeight": 2**z,
    }
