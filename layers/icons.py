"""Shapes of the badges that kinds of object are known by on the map, in its lists and in search. Data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Icon:
    """An SVG path in a box of 24 × 24, drawn white on a round badge of the layer's colour: its lines, or filled."""

    name: str
    path: str
    solid: bool = False


WELL = Icon("well", "M7 10h10v8H7zM6 10l6-4.5 6 4.5M12 12.2v3.4")  # a well house with its shaft
INTAKE = Icon("intake", "M4.5 9.5c2-1.8 3-1.8 5 0s3 1.8 5 0 3-1.8 5 0M12 12.5v6M9.2 15.8l2.8 2.8 2.8-2.8")
PLANT = Icon("plant", "M5.5 18.5v-8l4.3 3v-3l4.3 3V6h4.4v12.5z", solid=True)
PLANT_SMALL = Icon("plant-small", "M6.5 18v-7l5.5 3.6V11l5.5 3.6V18z", solid=True)
STATION = Icon("station", "M12 4.8c3 3.8 4.8 6 4.8 8.6a4.8 4.8 0 0 1-9.6 0c0-2.6 1.8-4.8 4.8-8.6z", solid=True)
SELF_BUILT = Icon("self-built", "M6.5 6.5h11v11h-11zM12 9c1.6 2 2.4 3 2.4 4.2a2.4 2.4 0 0 1-4.8 0C9.6 12 10.4 11 12 9z")
AREA = Icon("area", "M6 8l6-3 6 3v8l-6 3-6-3z")
OUTLINE = Icon("outline", "M5 9l5-4 5 2 4 5-3 6-7 1-4-4z")
USER = Icon("user", "M5.5 18v-8.5L12 5l6.5 4.5V18h-4.7v-4.8h-3.6V18z", solid=True)
METER = Icon("meter", "M12 5.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM12 12l3-3.4M8 12h.1M16 12h.1M12 8h.1")
SEWAGE = Icon("sewage", "M5.5 7.5h13l-1.4 10.2H6.9zM8 11.8c1.4-1.2 2.4-1.2 4 0s2.6 1.2 4 0")
SEWAGE_SMALL = Icon("sewage-small", "M7.5 8h9l-1 9h-7zM9.5 12.4h5")
PERMIT = Icon("permit", "M7 5h7l3 3v11H7zM9.5 11h5M9.5 14h5")  # a sheet of paper
HOLDER = Icon(
    "holder", "M12 5.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM6.5 18.5c.3-3.4 2.4-5 5.5-5s5.2 1.6 5.5 5"
)  # whoever it is
WATER = Icon("water", "M5 9.5c2.3-2 4.7-2 7 0s4.7 2 7 0M5 14.5c2.3-2 4.7-2 7 0s4.7 2 7 0")
ROAD = Icon("road", "M8.5 5.5l-2.5 13M15.5 5.5l2.5 13M12 6.5v2.5M12 11v2.5M12 15.5v2.5")
RAIL = Icon("rail", "M9 5.5v13M15 5.5v13M6.5 8h11M6.5 12h11M6.5 16h11")
FAULT = Icon("fault", "M12 5.5l7.5 13h-15zM12 10.5v3.6M12 16.3h.1")  # a sign of warning
CIRCLE = Icon("circle", "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z", solid=True)
