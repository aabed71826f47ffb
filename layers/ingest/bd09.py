"""BD-09, the datum of Baidu's maps: GCJ-02 turned and stretched a little once more; to and from GCJ-02.

The formula is the published one: in polar coordinates about (0, 0) the radius and the angle get a small sine, and the result
is moved by (0.0065, 0.006) degrees. It has no closed inverse: the one here is a fixed-point iteration, which returns to within
1e-10 degrees. Against the true datum the formula is good to about a metre.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.ingest import gcj02

Floats = NDArray[np.float64]

_TURN = np.pi * 3000.0 / 180.0
_EAST_DEG, _NORTH_DEG = 0.0065, 0.006
_ROUNDS = 12
_ENOUGH_DEG = 1e-12


def from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 degrees → BD-09 degrees; arrays of one shape."""
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _TURN)
    return radius * np.cos(angle) + _EAST_DEG, radius * np.sin(angle) + _NORTH_DEG


def to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 degrees → GCJ-02 degrees, by p ← p + (b - forward(p)) until it stands still; arrays of one shape."""
    at_lon, at_lat = lon - _EAST_DEG, lat - _NORTH_DEG
    for _ in range(_ROUNDS):
        there_lon, there_lat = from_gcj02(at_lon, at_lat)
        step_lon, step_lat = lon - there_lon, lat - there_lat
        at_lon, at_lat = at_lon + step_lon, at_lat + step_lat
        if not lon.size or max(np.abs(step_lon).max(), np.abs(step_lat).max()) < _ENOUGH_DEG:
            break
    return at_lon, at_lat


def to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 degrees → WGS 84 degrees."""
    return gcj02.to_wgs84(*to_gcj02(lon, lat))


def from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS 84 degrees → BD-09 degrees."""
    return from_gcj02(*gcj02.from_wgs84(lon, lat))
