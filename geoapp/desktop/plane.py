"""Boxes of degrees in the plane that maps are drawn in. Called late: PROJ weighs 9 MB in a web worker."""

from __future__ import annotations

import pyproj

from layers.models.base import STORAGE_SRID


def in_plane(srid: int, west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    """Least and greatest easting and northing in metres: xmin, ymin, xmax, ymax."""
    plane = pyproj.Transformer.from_crs(STORAGE_SRID, srid, always_xy=True)
    xmin, ymin, xmax, ymax = plane.transform_bounds(west, south, east, north)
    return xmin, ymin, xmax, ymax
