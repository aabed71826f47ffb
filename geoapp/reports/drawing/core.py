"""The dense core of a map, enlarged where the sheet is free: parts that are too small there to be read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geoapp.reports.drawing import labels
from geoapp.reports.drawing.frame import Frame, round_scale
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.labels import Box

NAMED_MM, SEEN_MM = 8.5, 3.0  # a part that is smaller cannot hold its name; cannot be told from its neighbours
LEAST_PARTS, LEAST_SHARE = 2, 0.1  # of the parts that are small
CORES = (0.9, 0.75, 0.6, 0.5)  # of the small parts in the core: the most of which it can be enlarged
LARGEST, SMALLEST, STEP = 74, 36, 2  # mm of the side of what is drawn
FOOT = 4.4  # mm below the window, for its scale
EDGE = 1.5  # mm from the edge of the window
ENLARGED = 1.8  # or it is not worth its place
_AROUND = 0.06  # of the core's side, on each side


@dataclass(frozen=True, slots=True)
class DenseCore:
    """Where the core lies on the paper of the map, and the window that shows it enlarged."""

    box: Box
    window: Frame

    @property
    def whole(self) -> Box:
        """What it takes of the sheet, its scale included."""
        window = self.window
        return window.x, window.y, window.x + window.width, window.y + window.height + FOOT

    def holds(self, x: float, y: float) -> bool:
        return self.box[0] < x < self.box[2] and self.box[1] < y < self.box[3]


def dense_core(
    shapes: Sequence[Outline], small_mm: float, frame: Frame, region: object, taken: Sequence[Box]
) -> DenseCore | None:
    """None where few parts are small, they lie apart, or nothing of the sheet is free for them."""
    small = [each.shape for each in shapes if shapely.area(each.shape) < (small_mm * frame.metres_per_mm) ** 2]
    if len(small) < max(LEAST_PARTS, LEAST_SHARE * len(shapes)):
        return None
    place = _free_square(frame, region, taken)
    if place is None:
        return None
    left, top, size = place
    for share in CORES:
        west, south, east, north = _bounds(small, share)
        height = size - FOOT
        scale = round_scale(max((east - west) / size, (north - south) / height) * (1 + 2 * _AROUND) * 1000)
        if frame.scale / scale >= ENLARGED:
            window = Frame(left, top, size, height, scale, (west + east) / 2, (south + north) / 2)
            x, y = frame.to_paper(window.east, window.north)
            across, up = size * scale / frame.scale / 2, height * scale / frame.scale / 2
            return DenseCore((x - across, y - up, x + across, y + up), window)
    return None


def _bounds(small: Sequence[object], share: float) -> tuple[float, float, float, float]:
    """Of so many of the small parts, those nearest to the middle of them all (m)."""
    middles = shapely.get_coordinates(shapely.centroid(small))
    far = np.abs(middles - np.median(middles, axis=0)).max(axis=1)
    near = np.argsort(far, kind="stable")[: max(LEAST_PARTS, round(share * len(small)))]
    west, south, east, north = shapely.total_bounds([small[at] for at in near])
    return float(west), float(south), float(east), float(north)


def _free_square(frame: Frame, region: object, taken: Sequence[Box]) -> tuple[float, float, int] | None:
    """The largest square that lies over neither the region nor anything taken, the nearest to a corner of it: (x, y, side), mm."""
    columns, rows = int(frame.width), int(frame.height)
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    east = frame.east + (x - frame.width / 2) * frame.metres_per_mm
    north = frame.north - (y - frame.height / 2) * frame.metres_per_mm
    shapely.prepare(region)
    covered = shapely.contains_xy(region, east, north)
    for box in taken:
        covered[max(0, int(box[1]) - 1) : int(box[3]) + 2, max(0, int(box[0]) - 1) : int(box[2]) + 2] = True
    sums = np.pad(covered.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    edge = int(EDGE) + 1
    for side in range(LARGEST, SMALLEST - 1, -STEP):
        over = side + 2  # a millimetre free around it
        if over > min(rows, columns):
            continue
        inside = sums[over:, over:] - sums[:-over, over:] - sums[over:, :-over] + sums[:-over, :-over]
        free = np.argwhere(inside[edge - 1 : -edge or None, edge - 1 : -edge or None] == 0) + edge
        if len(free):
            far = np.minimum(free[:, 0], rows - side - free[:, 0]) + np.minimum(free[:, 1], columns - side - free[:, 1])
            top, left = free[int(np.argmin(far))]
            return float(left), float(top), side
    return None


def names(
    core: DenseCore, named: Sequence[tuple[Outline, tuple[float, float], str]], size_pt: float
) -> list[labels.PlacedLabel]:
    """The names of what lies in the window, by what may stand in for them where they have no room."""
    window = core.window
    within = (window.x + 0.6, window.y + 0.6, window.x + window.width - 0.6, window.y + window.height - 0.6)
    wanted = [labels.WantedLabel(x, y, each.name, instead) for each, (x, y), instead in named]
    return labels.place(wanted, within, size_pt)[0]
