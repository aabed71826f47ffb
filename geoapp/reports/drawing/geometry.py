"""Outlines and positions for a map on paper, in the plane of the place, no finer than the paper shows. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.svg import line, ring, stroke
from geoapp.reports.ground import Outlined
from layers.names.romanised import short

TOLERANCE_MM = 0.1
HATCH_MM = 1.1
DOTTED_MM = 1.5
DOT_MM = 0.35  # positions closer than this are one dot


@dataclass(frozen=True, slots=True)
class Outline:
    code: str
    name: str
    shape: Any  # shapely, metres of the plane


def outlines(read: Sequence[Outlined]) -> list[Outline]:
    """With the names that maps write, which have no room for generic terms."""
    return [Outline(code, short(name), shapely.from_wkb(wkb)) for code, name, wkb in read]


def bounds(shapes: Sequence[Outline]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds([each.shape for each in shapes])
    return float(west), float(south), float(east), float(north)


def simplified(shapes: Sequence[Outline], frame: Frame) -> list[Outline]:
    """As fine as the scale shows; neighbours keep one border between them."""
    if not shapes:
        return []
    tolerance = TOLERANCE_MM * frame.metres_per_mm
    found = shapely.coverage_simplify([each.shape for each in shapes], tolerance)
    return [Outline(each.code, each.name, shape) for each, shape in zip(shapes, found, strict=True)]


def clipped(shape: Any, frame: Frame) -> Any:
    """The part of a shape (m) inside the frame."""
    across, up = frame.width / 2 * frame.metres_per_mm, frame.height / 2 * frame.metres_per_mm
    return shapely.clip_by_rect(shape, frame.east - across, frame.north - up, frame.east + across, frame.north + up)


def path_of(shape: Any, frame: Frame) -> str:
    """The subpaths of a polygon or multipolygon on paper."""
    return "".join(ring(_on_paper(each, frame)) for each in shapely.get_rings(shapely.get_parts(shape)))


def line_of(shape: Any, frame: Frame) -> str:
    """The subpath of a line on paper."""
    return line(_on_paper(shape, frame))


def _on_paper(shape: Any, frame: Frame) -> np.ndarray:
    east, north = shapely.get_coordinates(shape).T
    return np.column_stack(frame.to_paper(east, north))


def hatching(shapes: Sequence[Any], frame: Frame, step_mm: float = HATCH_MM) -> str:
    """Slanting lines over polygons, so many mm apart; those of neighbours are one pattern."""
    if not len(shapes):
        return ""
    whole = shapely.union_all(shapes)
    west, south, east, north = whole.bounds
    step, up = step_mm * math.sqrt(2) * frame.metres_per_mm, north - south
    first, last = math.floor((west - north) / step), math.ceil((east - south) / step)
    lines = [[(n * step + south, south), (n * step + south + up, south + up)] for n in range(first, last + 1)]
    inside = shapely.get_parts(shapely.intersection(shapely.multilinestrings(lines), whole))
    strokes = inside[(shapely.get_dimensions(inside) == 1) & ~shapely.is_empty(inside)]  # between two lines: none
    return "".join(stroke(*_on_paper(each, frame)[[0, -1]]) for each in strokes)


def dotting(shapes: Sequence[Any], frame: Frame, step_mm: float = DOTTED_MM) -> list[tuple[float, float]]:
    """Points over polygons, so many mm apart on paper; those of neighbours are one pattern."""
    if not len(shapes):
        return []
    whole, step = shapely.union_all(shapes), step_mm * frame.metres_per_mm
    west, south, east, north = whole.bounds
    x, y = np.meshgrid(np.arange(west, east, step) + step / 2, np.arange(south, north, step) + step / 2)
    x[1::2] += step / 2
    inside = shapely.contains_xy(whole, x, y)
    return [frame.to_paper(float(a), float(b)) for a, b in zip(x[inside], y[inside], strict=True)]


def inner_point(shape: Any, frame: Frame) -> tuple[float, float]:
    """Where a name is written: the middle of the largest circle inside the largest part."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    centre = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=frame.metres_per_mm))[0]
    return frame.to_paper(*centre)


def points(read: bytes | None) -> Any:
    """Positions in metres of the plane, in one order whatever order they come in."""
    found = shapely.get_coordinates(shapely.from_wkb(read))
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def positions(read: bytes | None, frame: Frame) -> list[tuple[float, float]]:
    """Positions on paper, those that fall together once."""
    found = points(read)
    if not len(found):
        return []
    paper = np.column_stack(frame.to_paper(found[:, 0], found[:, 1]))
    _, first = np.unique(np.floor(paper / DOT_MM).astype(int), axis=0, return_index=True)
    return [(float(x), float(y)) for x, y in paper[first]]


def supply_areas(read: Sequence[bytes], frame: Frame) -> list[Any]:
    """Supply areas simplified one by one: they overlap."""
    return list(shapely.simplify(shapely.from_wkb(list(read)), TOLERANCE_MM * frame.metres_per_mm))
