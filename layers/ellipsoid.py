"""Lengths and areas on the ellipsoid of CGCS2000, for shapes anywhere: in no plane that is true near one meridian alone. Pure.

Imported where it is first needed (`layers.later`): PROJ is large.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyproj import Geod

Corner = tuple[float, float]  # longitude, latitude, degrees

_ELLIPSOID = Geod(ellps="GRS80")  # of CGCS2000, to the tenth digit


def km2(corners: Sequence[Corner]) -> float:
    """The area of a ring, which need not be closed."""
    lon, lat = zip(*corners, strict=True)
    return float(abs(_ELLIPSOID.polygon_area_perimeter(lon, lat)[0]) / 1e6)


def around(middle: Corner, metres: float, steps: int) -> tuple[Corner, ...]:
    """So many points at this distance, from the north on clockwise."""
    angles = [360 * nth / steps for nth in range(steps)]
    lon, lat, _ = _ELLIPSOID.fwd([middle[0]] * steps, [middle[1]] * steps, angles, [metres] * steps)
    return tuple(zip(lon, lat, strict=True))
