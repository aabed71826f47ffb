"""Outlines and positions for a map on paper, in the plane of the place, no finer than the paper shows. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.svg import ring, stroke
from geoapp.reports.ground import Outlined

TOLERANCE_MM = 0.1
HATCH_MM = 1.1
DOT_MM = 0.35  # positions closer than this are one dot


@dataclass(frozen=True, slots=True)
class Outline:
    code: str
    name: str
    shape: Any  # shapely, metres of the plane


def outlines(read: Sequence[Outlined]) -> list[Outline]:
    return [Outline(code, name, shapely.from_wkb(wkb)) for code, name, wkb in read]


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


def path_of(shape: Any, frame: Frame) -> str:
    """The subpaths of a polygon or multipolygon on paper."""
    parts = []
    for polygon in shapely.get_parts(shape):
        for line in shapely.get_rings(polygon):
            parts.append(ring(frame.to_paper(*point) for point in shapely.get_coordinates(line)))
    return "".join(parts)


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
    strokes = (line for line in inside if shapely.get_dimensions(line) == 1)
    ends = ([frame.to_paper(*point) for point in shapely.get_coordinates(line)[[0, -1]]] for line in strokes)
    return "".join(stroke(*points) for points in ends)


def inner_point(shape: Any, frame: Frame) -> tuple[float, float]:
    """Where a name is written: the middle of the largest circle inside the largest part."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    centre = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=frame.metres_per_mm))[0]
    return frame.to_paper(*centre)


def positions(read: bytes | None, frame: Frame) -> list[tuple[float, float]]:
    """Positions on paper, those that fall together once; the same of them in whatever order they come."""
    points = shapely.get_coordinates(shapely.from_wkb(read))
    if not len(points):
        return []
    points = points[np.lexsort((points[:, 1], points[:, 0]))]
    paper = np.column_stack(frame.to_paper(points[:, 0], points[:, 1]))
    _, first = np.unique(np.floor(paper / DOT_MM).astype(int), axis=0, return_index=True)
    return [(float(x), float(y)) for x, y in paper[first]]


def supply_areas(read: Sequence[bytes], frame: Frame) -> list[Any]:
    """Supply areas simplified one by one: they overlap."""
    return list(shapely.simplify(shapely.from_wkb(list(read)), TOLERANCE_MM * frame.metres_per_mm))
