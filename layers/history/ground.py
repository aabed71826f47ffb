"""How much ground an outline covers and how long a line is, on the ellipsoid: the same wherever the city lies."""

from __future__ import annotations

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

_GROUND = pyproj.Geod(ellps="GRS80")


def square_metres(outline: BaseGeometry) -> float:
    """Of an outline in degrees of EPSG:4490."""
    area, _ = _GROUND.geometry_area_perimeter(shapely.orient_polygons(outline))
    return abs(float(area))


def metres(line: BaseGeometry) -> float:
    """Of a line in degrees of EPSG:4490."""
    return float(_GROUND.geometry_length(line))
