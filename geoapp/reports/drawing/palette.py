"""The colours of drawings: those of figures as the page has them (`geoapp.colors`), and the ink around them."""

from __future__ import annotations

from collections.abc import Sequence

from geoapp.colors import AREAS, NO_DATA, NOUGHT, PALETTES, PURPOSES, SEQUENTIAL, SOURCES, ramp

__all__ = [
    "AREAS",
    "COUNTS",
    "DASHES",
    "HATCH",
    "INK",
    "LINE",
    "NOUGHT",
    "NOUGHT_AT",
    "NO_DATA",
    "NO_DATA_AT",
    "OWN",
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
    "color_at",
    "ramp",
    "shown_class",
]

INK, SOFT, LINE, WATER, PAPER = "#1b2b32", "#52626a", "#cdd4d3", "#0b5c73", "#ffffff"
SURFACE, SHORE = "#a8d1ef", "#3f83b5"  # of waters: seen on the lightest class and on the darkest
WARN = "#9a4a1c"  # of what is made up
# Another ramp where a colour means something else: the classes of a region alone, and numbers of objects.
OWN, COUNTS = PALETTES["dusk"], PALETTES["earth"]
HATCH = "#8b8577"  # over what has no data
# The outlines of supply areas, whose colours two and two are one in grey.
DASHES: dict[str, dict[str, str]] = {
    "urban_plant": {},
    "township_plant": {"stroke_dasharray": "1.6 0.7"},
    "village_station": {"stroke_dasharray": "0.5 0.5"},
    "self_built": {"stroke_dasharray": "2.4 0.6 0.5 0.6"},
}
NO_DATA_AT, NOUGHT_AT = -1, -2  # beside the classes of amounts


def class_of(value: float | None, breaks: Sequence[float]) -> int:
    """Index of the class of a value, -1 for none: class i holds breaks[i-1] <= value < breaks[i]."""
    return -1 if value is None else sum(value >= bound for bound in breaks)


def shown_class(value: float | None, breaks: Sequence[float]) -> int:
    """The same, a recorded nought being a class of its own, as on the page."""
    return NOUGHT_AT if value == 0 else class_of(value, breaks)


def color_at(found: int, colors: Sequence[str]) -> str:
    return {NO_DATA_AT: NO_DATA, NOUGHT_AT: NOUGHT}.get(found) or colors[found]
