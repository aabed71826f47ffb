"""The planes that areas and grids can be measured in: CGCS2000 3-degree Gauss–Krüger, one a meridian. Pure.

EPSG:4534 to 4554 have their central meridians every three degrees from 75°E to 135°E, eastings without the zone's number. The
projection keeps angles and enlarges away from its meridian: areas by the square of the scale at a point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.words import Words

FIRST, LAST = 4534, 4554
_WEST, _STEP = 75, 3  # of the first central meridian, in degrees, and to the next
PLANES = range(FIRST, LAST + 1)
USUAL = 4548  # before a place is declared
REACH = 4.5  # degrees from its meridian: beyond about five, eastings are below nought and cells have no codes
NOTED_PPM = 1_000.0  # of an area at the edge, above which it is said that this is much

# GRS 80, the ellipsoid of CGCS2000 (GB/T 32695 gives the same first digits).
_E2 = 0.00669438002290
_SECOND_E2 = _E2 / (1 - _E2)

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def meridian(srid: int) -> int:
    """The central meridian of a plane in degrees east; ValueError for what is none."""
    if srid not in PLANES:
        raise ValueError(f"EPSG:{srid} is none of EPSG:{FIRST} to {LAST}")
    return _WEST + _STEP * (srid - FIRST)


def plane_of(bounds: Bounds) -> int:
    """The plane whose meridian is nearest to the middle of some bounds."""
    middle = (bounds[0] + bounds[2]) / 2
    return min(PLANES, key=lambda srid: abs(meridian(srid) - middle))


def reaches(srid: int, bounds: Bounds) -> bool:
    """Whether all of some bounds lie near enough to a plane's meridian to be measured and gridded in it."""
    return max(abs(bounds[at] - meridian(srid)) for at in (0, 2)) <= REACH


def area_ppm(srid: int, lon: float, lat: float) -> float:
    """By how many millionths an area at a place is too large in a plane: the scale there, squared, less one.

    The series of the transverse Mercator's scale by longitude (Snyder, Map Projections, USGS 1395, eq. 8-11), good to a
    millionth within six degrees of the meridian.
    """
    phi = math.radians(lat)
    t, c = math.tan(phi) ** 2, _SECOND_E2 * math.cos(phi) ** 2
    a = math.radians(lon - meridian(srid)) * math.cos(phi)
    scale = (
        1
        + (1 + c) * a**2 / 2
        + (5 - 4 * t + 42 * c + 13 * c**2 - 28 * _SECOND_E2) * a**4 / 24
        + (61 - 148 * t + 16 * t**2) * a**6 / 720
    )
    return (scale**2 - 1) * 1e6


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a plane enlarges areas within some bounds: at most, at the edge farthest from its meridian."""

    srid: int
    edge_ppm: float

    @property
    def told(self) -> Words:
        """The plane and what it does to areas."""
        large = self.edge_ppm >= NOTED_PPM
        return Words(
            "EPSG:{srid}（CGCS2000 3 度带，中央经线 {east}°E），边缘处面积偏大 {share:.2f} {unit}",
            "EPSG:{srid} (CGCS2000 3-degree zone, meridian {east}°E), areas at the edge too large by {share:.2f} {unit}",
            srid=self.srid,
            east=meridian(self.srid),
            share=self.edge_ppm / 1e4 if large else self.edge_ppm,
            unit="%" if large else "ppm",
        )


def fit(srid: int, bounds: Bounds) -> Fit:
    west, south, east, north = bounds
    # The scale grows with the distance to the meridian: greatest at a corner, nearer to the equator.
    nearest = min((south, north), key=abs) if south * north > 0 else 0.0
    return Fit(srid, max(area_ppm(srid, lon, nearest) for lon in (west, east)))


def name_of(srid: int) -> Words:
    """As reports and documents call a plane."""
    return Words(
        "CGCS2000 / 3 度带高斯–克吕格，中央经线 {east}°E（EPSG:{srid}）",
        "CGCS2000 / 3-degree Gauss-Krüger CM {east}E (EPSG:{srid})",
        srid=srid,
        east=meridian(srid),
    )
