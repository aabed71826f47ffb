"""The map of an area: its outline among the regions, and what stands in it. Pure."""

from __future__ import annotations

import shapely

from geoapp.reports.areas.structure import AreaGround, AreaReport
from geoapp.reports.areas.words import word
from geoapp.reports.drawing import geometry, objects
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Figure, begin

INK = "#a3420f"  # as the page outlines it


def draw(report: AreaReport, ground: AreaGround, lang: str) -> list[Figure]:
    """One map; none of an area far from the city, or of regions without outlines."""
    regions = geometry.outlines(ground.regions)
    if ground.shape is None or not (ground.shape or regions):
        return []
    drawn = shapely.from_wkb(ground.shape) if ground.shape else shapely.union_all([each.shape for each in regions])
    outline = Outline("", report.name, drawn)
    sheet = begin(report, lang, word("map", lang), [outline], geometry.outlines(ground.context))
    frame = sheet.frame
    seen = [Outline(each.code, each.name, sheet.visible(each.shape)) for each in regions]
    seen = [each for each in seen if not shapely.is_empty(each.shape)]
    lines = "".join(geometry.path_of(each.shape, frame) for each in geometry.simplified(seen, frame))
    sheet.canvas.path(lines, fill="#ffffff", stroke="#b9c0bf", width=0.2)
    tolerance = geometry.TOLERANCE_MM * frame.metres_per_mm
    path = geometry.path_of(drawn.simplify(tolerance, preserve_topology=True), frame)
    sheet.canvas.path(path, fill=INK, fill_opacity="0.06", fill_rule="evenodd")
    sheet.canvas.path(path, stroke=INK, width=0.7)
    objects.scatter(sheet, ground.positions)
    sheet.names(seen, {})
    sheet.levels += report.boundaries
    return [sheet.finish("area")]
