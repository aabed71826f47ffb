"""The colours of the map page (`geoapp/web/src/classes.ts`, `ui/colors.ts`); a test holds both to each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

SEQUENTIAL = ("#dcefeb", "#b3dbd9", "#7fc0c6", "#479fb1", "#1f7594", "#0d4a6b")
NO_DATA = "#ebe8e1"
SOURCES = {
    "group_tap": "#14567a", "district_tap": "#3f93b5", "township_supply": "#93cbd6", "self_built_well": "#a8763e",
    "village_supply": "#e0bd77", "surface_water": "#5b9f78", "reclaimed": "#9a8bb8",
}  # fmt: skip
PURPOSES = {
    "residential": "#1f7594", "public_service": "#6fb1c1", "industrial": "#8a6d9f", "agricultural": "#7da453",
    "environmental": "#3f8f6e", "construction": "#cf9440", "special_trades": "#b5605a",
}  # fmt: skip
AREAS = {"urban_plant": "#7a2f6b", "township_plant": "#b0562a", "village_station": "#1273a8", "self_built": "#4d5b63"}
INK, SOFT, LINE, WATER, PAPER = "#1b2b32", "#52626a", "#cdd4d3", "#0b5c73", "#ffffff"


def ramp(classes: int) -> list[str]:
    """A colour for each class; fewer classes spread over the whole ramp, as on the page."""
    last = len(SEQUENTIAL) - 1
    return [SEQUENTIAL[3 if classes == 1 else math.floor(i * last / (classes - 1) + 0.5)] for i in range(classes)]


def class_of(value: float | None, breaks: Sequence[float]) -> int:
    """Index of the class of a value, -1 for none: class i holds breaks[i-1] <= value < breaks[i]."""
    return -1 if value is None else sum(value >= bound for bound in breaks)
