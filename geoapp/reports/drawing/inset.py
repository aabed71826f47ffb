"""Where a region lies in its city: a small map in that corner of a map where it covers the least. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from geoapp.reports.drawing import geometry
from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.palette import LINE, PAPER, WATER
from geoapp.reports.drawing.svg import Canvas, number

SIDE, EDGE = 27.0, 1.5  # mm: the longer side, and from the frame's edge
SEEN = 1.6  # mm: what is smaller on the small map has a ring around it
MOST_COVERED = 0.12  # of the inset's own area: where each corner has more of the region, there is none
_FILL = "#eef1ef"
# What stands in two of the corners: the scale bar below at the left, the north arrow above at the right.
_BAR, _ARROW = 9.0, 13.0


def overview(canvas: Canvas, frame: Frame, whole: Sequence[Outline], shapes: Sequence[Outline]) -> Frame | None:
    """Draw it; → where it stands. None where the region is all that there is around it, or leaves no corner free."""
    if len(whole) < 2:
        return None
    region = shapely.coverage_union_all([each.shape for each in shapes])
    small = min(_corners(frame, geometry.bounds(whole)), key=lambda each: _covered(each, frame, region))
    if _covered(small, frame, region) > MOST_COVERED:
        return None
    canvas.rect(small.x, small.y, small.width, small.height, PAPER, LINE)
    lines = "".join(geometry.path_of(each.shape, small) for each in geometry.simplified(whole, small))
    canvas.path(lines, fill=_FILL, stroke="#b9c0bf", width=0.12)
    own = shapely.simplify(region, geometry.TOLERANCE_MM * small.metres_per_mm)
    canvas.path(geometry.path_of(own, small), fill=WATER, fill_rule="evenodd")
    west, south, east, north = region.bounds
    if max(east - west, north - south) < SEEN * small.metres_per_mm:
        x, y = small.to_paper((west + east) / 2, (south + north) / 2)
        ring = f"M{number(x - SEEN)} {number(y)}a{SEEN} {SEEN} 0 1 0 {2 * SEEN} 0a{SEEN} {SEEN} 0 1 0 {-2 * SEEN} 0Z"
        canvas.path(ring, stroke=WATER, width=0.4)
    return small


def _corners(frame: Frame, bounds: tuple[float, float, float, float]) -> Iterator[Frame]:
    """The small map's own frame in each corner, as wide and high as the city is."""
    west, south, east, north = bounds
    across, up = east - west, north - south
    metres_per_mm = max(across, up) / (SIDE - 2)
    width, height = across / metres_per_mm + 2, up / metres_per_mm + 2
    right, below = frame.width - EDGE - width, frame.height - EDGE - height
    for x, y in ((EDGE, EDGE), (right, below), (right, _ARROW), (EDGE, below - _BAR)):
        yield Frame(x, y, width, height, round(metres_per_mm * 1000), (west + east) / 2, (south + north) / 2)


def _covered(small: Frame, frame: Frame, region: object) -> float:
    """How much of the small map would lie over the region."""
    middle_x, middle_y = frame.x + frame.width / 2, frame.y + frame.height / 2
    left = frame.east + (small.x - middle_x) * frame.metres_per_mm
    top = frame.north - (small.y - middle_y) * frame.metres_per_mm
    across, up = small.width * frame.metres_per_mm, small.height * frame.metres_per_mm
    lying = shapely.clip_by_rect(region, left, top - up, left + across, top)
    return float(shapely.area(lying) / (across * up))
