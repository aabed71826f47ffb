"""The maps of an area: its outline among the regions, and what stands in it, drawn as a region's is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from geoapp.reports.areas.structure import AreaGround, AreaReport
from geoapp.reports.areas.words import word
from geoapp.reports.drawing import geometry, objects, waters
from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Figure, Sheet

INK = "#a3420f"  # as the page outlines it


@dataclass(frozen=True, slots=True)
class AreaScene:
    """The area, the regions that it is of or meets, and what is around."""

    report: AreaReport
    ground: AreaGround
    regions: Sequence[Outline]
    context: Sequence[Outline]
    shape: Any

    @property
    def framed(self) -> list[Outline]:
        return [Outline("", self.report.name, self.shape)]

    def titled(self, lang: str) -> str:
        return word("map", lang)

    def background(self, sheet: Sheet) -> list[Outline]:
        """The regions in white with waters and lines, and over them the area; → the regions as they are drawn."""
        seen, shape = self.lines(sheet.frame)
        lines = "".join(geometry.path_of(each.shape, sheet.frame) for each in seen)
        sheet.canvas.path(lines, fill="#ffffff")
        waters.draw(sheet, self.ground.waters)
        sheet.canvas.path(lines, stroke="#b9c0bf", width=0.2)
        path = geometry.path_of(shape, sheet.frame)
        sheet.canvas.path(path, fill=INK, fill_opacity="0.06", fill_rule="evenodd")
        sheet.canvas.path(path, stroke=INK, width=0.7)
        sheet.levels += self.report.boundaries
        return seen

    def lines(self, frame: Frame) -> tuple[list[Outline], Any]:
        """Of the regions what the frame shows: an area may be a small part of each."""
        seen = [Outline(each.code, each.name, geometry.clipped(each.shape, frame)) for each in self.regions]
        there = [each for each in seen if not shapely.is_empty(each.shape)]
        tolerance = geometry.TOLERANCE_MM * frame.metres_per_mm
        return geometry.simplified(there, frame), self.shape.simplify(tolerance, preserve_topology=True)


def draw(report: AreaReport, ground: AreaGround, lang: str, listed_rows: int) -> list[Figure]:
    """One map, and one of densities where objects are crowded; none of an area far from the city, or of regions without outlines."""
    regions = geometry.outlines(ground.regions)
    if ground.shape is None or not (ground.shape or regions):
        return []
    shape = shapely.from_wkb(ground.shape) if ground.shape else shapely.union_all([each.shape for each in regions])
    scene = AreaScene(report, ground, regions, geometry.outlines(ground.context), shape)
    return objects.draw(scene, lang, listed_rows)
