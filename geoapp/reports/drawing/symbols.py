"""Signs of facilities: a shape of its own for each layer, so that a black and white print can be read. Pure."""

from __future__ import annotations

import math

from geoapp.reports.drawing.svg import number


def _polygon(corners: int, radius: float, turn: float) -> list[tuple[float, float]]:
    return [
        (radius * math.sin(turn + 2 * math.pi * i / corners), -radius * math.cos(turn + 2 * math.pi * i / corners))
        for i in range(corners)
    ]


_EIGHTH = math.pi / 4
# Corners around the sign's middle, in mm.
SYMBOLS: dict[str, list[tuple[float, float]]] = {
    "urban_plant": _polygon(4, 2.0, _EIGHTH),
    "township_plant": _polygon(3, 1.7, 0.0),
    "self_built": _polygon(4, 1.2, 0.0),
    "village_station": _polygon(4, 0.85, _EIGHTH),
    "surface_intake": _polygon(3, 1.6, math.pi),
    "sewage_plant": _polygon(6, 1.7, 0.0),
    "village_sewage_station": _polygon(5, 0.9, 0.0),
}


def symbol(layer_id: str, x: float, y: float) -> str:
    """The sign's outline around a point of paper."""
    return "M" + "L".join(f"{number(x + dx)} {number(y + dy)}" for dx, dy in SYMBOLS[layer_id]) + "Z"
