"""Where positions of this country lie. Apart from reference systems, so that a form that checks a position carries no PROJ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.words import Words

# The national bounds with a margin: west, south, east, north in degrees.
CHINA = (73.0, 3.0, 136.0, 54.0)


def inside_china(bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes (n × west, south, east, north; NaN for none) lie inside the national bounds; NaN counts as inside."""
    west, south, east, north = CHINA
    with np.errstate(invalid="ignore"):
        outside = (bounds[:, 0] < west) | (bounds[:, 1] < south) | (bounds[:, 2] > east) | (bounds[:, 3] > north)
    return ~(outside | np.isinf(bounds).any(axis=1))


def hint(box: NDArray[np.float64]) -> Words:
    """What is probably wrong with a box outside China, in Chinese and English."""
    west, south, east, north = CHINA
    x, y = float(box[0]), float(box[1])
    if south <= x <= north and west <= y <= east:
        return Words("看起来经度与纬度写反了", "looks like latitude and longitude are exchanged")
    if abs(x) > 360 or abs(y) > 360:
        return Words(
            "看起来是以米为单位的平面坐标，请用 --crs EPSG:4548 等指明坐标系",
            "looks like metres: name the coordinate reference system, e.g. --crs EPSG:4548",
        )
    if abs(x) < 1 and abs(y) < 1:
        return Words("坐标为 0，没有位置应留空", "the position is 0, 0: leave it empty where there is none")
    return Words("经度应在 73–136，纬度应在 3–54", "longitude is expected in 73–136, latitude in 3–54")
