"""From metres of the plane to millimetres of paper, at a scale that people can read out. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
_BAR_STEPS = (1, 2, 5)
BAR_AT_MOST_MM = 34.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of paper (mm) onto the plane: ``scale`` metres of ground are one metre of paper."""

    x: float
    y: float
    width: float
    height: float
    scale: int
    east: float  # of the window's middle, in metres of the plane
    north: float

    @property
    def metres_per_mm(self) -> float:
        return self.scale / 1000

    def to_paper(self, east: float, north: float) -> tuple[float, float]:
        """Millimetres from the drawing's upper left corner; y grows downwards."""
        middle_x, middle_y = self.x + self.width / 2, self.y + self.height / 2
        return middle_x + (east - self.east) / self.metres_per_mm, middle_y - (north - self.north) / self.metres_per_mm


def round_scale(least: float) -> int:
    """The smallest round denominator that is no smaller than this."""
    power = 10 ** math.floor(math.log10(least))
    for step in (*_STEPS, 10):
        if step * power >= least * (1 - 1e-9):
            return round(step * power)
    raise AssertionError("ten times the power of ten is above every number of its decade")


def fit(
    bounds: tuple[float, float, float, float], width: float, most: float, least: float, margin: float = 4.0
) -> Frame:
    """The frame of this width, between ``least`` and ``most`` mm high, in which the bounds (m) are as large as can be."""
    west, south, east, north = bounds
    across, up = max(east - west, 1.0), max(north - south, 1.0)
    needed = max(across / (width - 2 * margin), up / (most - 2 * margin)) * 1000
    scale = round_scale(needed)
    height = min(most, max(least, up / (scale / 1000) + 2 * margin))
    return Frame(0.0, 0.0, width, height, scale, (west + east) / 2, (south + north) / 2)


def scale_bar(scale: int, scale_factor: float = 1.0, at_most_mm: float = BAR_AT_MOST_MM) -> tuple[int, float]:
    """(metres, mm) of the longest bar of 1, 2 or 5 times a power of ten that fits.

    ``scale_factor`` is that of the projection where the map is: a metre of ground is so many metres of the plane.
    """
    most = at_most_mm * scale / 1000 / scale_factor
    power = 10 ** math.floor(math.log10(most))
    metres = max(step * power for step in _BAR_STEPS if step * power <= most)
    return round(metres), metres * scale_factor / scale * 1000


def scale_factor(east: float, central: float = 500_000.0, radius: float = 6_371_000.0) -> float:
    """Of a Gauss-Krüger map so far from its central meridian, to the second order: 1 + x²/2R²."""
    return 1 + (east - central) ** 2 / (2 * radius**2)


def distance_text(metres: int) -> str:
    return f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
