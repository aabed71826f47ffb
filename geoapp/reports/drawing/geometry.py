"""Outlines and positions for a map on paper, in EPSG:4548, no finer than the paper shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB, Transform

from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.svg import ring
from geoapp.reports.objects import any_prefix, within
from layers import filters, registry
from layers.models import SupplyArea
from layers.models.base import PLANE_SRID
from layers.stats.divisions import Divisions

TOLERANCE_MM = 0.1
DOT_MM = 0.35  # positions closer than this are one dot


@dataclass(frozen=True, slots=True)
class Outline:
    code: str
    name: str
    shape: Any  # shapely, metres of EPSG:4548


def outlines(level: str, prefixes: Sequence[str], divided: Divisions) -> list[Outline]:
    """The outlines of a level in the regions, as these divisions have them, by code."""
    rows = (
        filters.within(registry.layer(level), divided)
        .filter(any_prefix("region__code", list(prefixes)))
        .order_by("region__code")
        .values_list("region__code", "region__name", AsWKB(Transform("geom", PLANE_SRID)))
    )
    return [Outline(code, name, shapely.from_wkb(bytes(wkb))) for code, name, wkb in rows]


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


def inner_point(shape: Any, frame: Frame) -> tuple[float, float]:
    """Where a name is written: the middle of the largest circle inside the largest part."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    centre = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=frame.metres_per_mm))[0]
    return frame.to_paper(*centre)


def positions(layer_id: str, prefixes: Sequence[str], frame: Frame) -> list[tuple[float, float]]:
    """The layer's positions on paper, in order, those that fall together once."""
    rows = within(layer_id, list(prefixes)).filter(geom__isnull=False).values_list(AsWKB(Transform("geom", PLANE_SRID)))
    points = shapely.get_coordinates(shapely.from_wkb([bytes(wkb) for (wkb,) in rows]))
    if not len(points):
        return []
    paper = np.column_stack(frame.to_paper(points[:, 0], points[:, 1]))
    _, first = np.unique(np.floor(paper / DOT_MM).astype(int), axis=0, return_index=True)
    return [(float(x), float(y)) for x, y in paper[first]]


def supply_areas(layer_id: str, prefixes: Sequence[str], frame: Frame) -> list[Any]:
    """Supply areas of facilities of a layer, the largest first, simplified one by one: they overlap."""
    rows = (
        SupplyArea.objects.filter(facility__in=within(layer_id, list(prefixes)).values("pk"))
        .order_by("-area_m2", "code")
        .values_list(AsWKB(Transform("geom", PLANE_SRID)))
    )
    shapes = shapely.from_wkb([bytes(wkb) for (wkb,) in rows])
    return list(shapely.simplify(shapes, TOLERANCE_MM * frame.metres_per_mm))
