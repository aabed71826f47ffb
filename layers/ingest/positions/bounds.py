"""How far the positions and outlines of a city can reach. Judged before anything is written: an outline over half the country
takes more memory to be cut than a server has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.ingest.checks import Mask
from layers.ingest.positions.readings import metres_per_degree
from layers.words import Words

Geometries = NDArray[np.object_]

MARGIN = 0.5  # of the city's width and height, on each side: waterworks reach into the neighbourhood
LEAST_MARGIN_DEG = 0.3
MOST_OF_THE_CITY = 1.5  # an outline's area, in areas of the city
LARGEST_DIVISION_M2 = 1.7e12  # Xinjiang: no division that reports water use is larger


@dataclass(frozen=True, slots=True)
class Extent:
    """A box in degrees, and the area of what lies in it."""

    west: float
    south: float
    east: float
    north: float
    area_m2: float

    @property
    def centre(self) -> tuple[float, float]:
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def wide(self) -> tuple[float, float, float, float]:
        """West, south, east, north with the margin."""
        along, up = (max(LEAST_MARGIN_DEG, MARGIN * size) for size in (self.east - self.west, self.north - self.south))
        return self.west - along, self.south - up, self.east + along, self.north + up

    @property
    def shown(self) -> Words:
        west, south, east, north = self.wide
        return Words(
            "经度 {west:.2f}–{east:.2f}，纬度 {south:.2f}–{north:.2f}，面积不超过 {most:,} km²",
            "longitude {west:.2f}–{east:.2f}, latitude {south:.2f}–{north:.2f}, at most {most:,} km²",
            west=west, east=east, south=south, north=north, most=round(MOST_OF_THE_CITY * self.area_m2 / 1e6),
        )  # fmt: skip


def area_m2(outlines: Geometries) -> NDArray[np.float64]:
    """The area of outlines in degrees, to a percent for one of a city's size; NaN for None."""
    _, middle = _middles(outlines)
    per_lon, per_lat = metres_per_degree(middle)
    areas: NDArray[np.float64] = shapely.area(outlines) * per_lon * per_lat
    return areas


def _middles(outlines: Geometries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    box = shapely.bounds(outlines)
    return (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2


def beyond(outlines: Geometries, city: Extent | None) -> tuple[Mask, list[str | None]]:
    """Which outlines reach beyond the city's neighbourhood, or are larger than it can be, and how far each of these reaches.

    Without divisions only what is larger than any division of the country.
    """
    box, area = shapely.bounds(outlines), area_m2(outlines)
    with np.errstate(invalid="ignore"):
        out: Mask = area > LARGEST_DIVISION_M2
        if city is not None:
            west, south, east, north = city.wide
            out |= (box[:, 0] < west) | (box[:, 1] < south) | (box[:, 2] > east) | (box[:, 3] > north)
            out |= area > MOST_OF_THE_CITY * city.area_m2
    shown = [
        _shown(one, size) if flag else None for one, size, flag in zip(box.tolist(), area.tolist(), out, strict=True)
    ]
    return out, shown


def _shown(box: list[float], area: float) -> str:
    west, south, east, north = box
    return f"{west:.5g}–{east:.5g}°E, {south:.5g}–{north:.5g}°N, {area / 1e6:,.0f} km²"  # of no language, as values are
