"""The colours of drawings: those of figures as the page has them (`geoapp.colors`), and the ink around them."""

from __future__ import annotations

from collections.abc import Sequence

from geoapp.colors import AREAS, NO_DATA, PURPOSES, SEQUENTIAL, SOURCES, ramp

__all__ = [
    "AREAS",
    "HATCH",
    "INK",
    "LINE",
    "NO_DATA",
    "PAPER",
    "PURPOSES",
    "SEQUENTIAL",
    "SHORE",
    "SOFT",
    "SOURCES",
    "SURFACE",
    "WARN",
    "WATER",
    "class_of",
    "ramp",
]

INK, SOFT, LINE, WATER, PAPER = "#1b2b32", "#52626a", "#cdd4d3", "#0b5c73", "#ffffff"
SURFACE, SHORE = "#a8d1ef", "#3f83b5"  # of waters: seen on the lightest class and on the darkest
WARN = "#9a4a1c"  # of what is made up
HATCH = "#8b8577"  # over what has no data


def class_of(value: float | None, breaks: Sequence[float]) -> int:
    """Index of the class of a value, -1 for none: class i holds breaks[i-1] <= value < breaks[i]."""
    return -1 if value is None else sum(value >= bound for bound in breaks)
