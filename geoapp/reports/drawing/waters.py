"""Rivers and reservoirs under a map's lines, where a layer gives them. Pure."""

from __future__ import annotations

import shapely

from geoapp.reports.drawing import geometry
from geoapp.reports.drawing.palette import SHORE, SURFACE
from geoapp.reports.drawing.sheet import LEGEND_ROW, SMALL_PT, Sheet
from geoapp.reports.ground import Waters
from geoapp.reports.words import word
from layers.feeds.credits import named

_LEAST_MM2 = 0.05  # a surface that paper shows


def draw(sheet: Sheet, waters: Waters | None) -> None:
    """Above the colours of the map, below its lines and names."""
    if waters is None:
        return
    frame, tolerance = sheet.frame, geometry.TOLERANCE_MM * sheet.frame.metres_per_mm
    surfaces = shapely.get_parts(shapely.get_parts(shapely.from_wkb(waters.surfaces)))
    seen = surfaces[shapely.area(surfaces) >= _LEAST_MM2 * frame.metres_per_mm**2]
    if len(seen):
        clipped = sheet.visible(shapely.union_all(shapely.simplify(seen, tolerance)))
        path = "".join(
            geometry.path_of(part, frame) for part in shapely.get_parts(clipped) if part.geom_type == "Polygon"
        )
        sheet.canvas.path(path, fill=SURFACE, stroke=SHORE, width=0.08, fill_rule="evenodd")
    courses = sheet.visible(shapely.simplify(shapely.line_merge(shapely.from_wkb(waters.courses)), tolerance))
    lines = [part for part in shapely.get_parts(courses) if part.geom_type == "LineString"]
    path = "".join(geometry.line_of(part, frame) for part in lines)
    if path:
        sheet.canvas.path(path, stroke=SHORE, width=0.25, stroke_linecap="round")


def legend(sheet: Sheet, waters: Waters | None) -> None:
    """What they are, and whose."""
    if waters is None:
        return
    sheet.room(LEGEND_ROW)
    sheet.canvas.rect(sheet.legend_x, sheet.legend_y, 6, 3.4, SURFACE, SHORE)
    sheet.canvas.text(sheet.legend_x + 8, sheet.legend_y + 2.6, word("waters", sheet.lang), SMALL_PT)
    sheet.legend_y += LEGEND_ROW
    if waters.sources:
        sheet.notes.append(word("waters_by", sheet.lang, sources=named(waters.sources, sheet.lang)))
