"""Signs of facilities: a shape of its own for each layer, so that a black and white print can be read. Pure."""

from __future__ import annotations

import math

from geoapp.reports.drawing.svg import number
from layers.entries import Sign


def symbol(sign: Sign, x: float, y: float) -> str:
    """The sign's outline around a point of paper."""
    turns = [sign.turn + 2 * math.pi * i / sign.corners for i in range(sign.corners)]
    corners = ((x + sign.radius * math.sin(turn), y - sign.radius * math.cos(turn)) for turn in turns)
    return "M" + "L".join(f"{number(east)} {number(south)}" for east, south in corners) + "Z"
