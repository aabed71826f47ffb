"""What the maps of one report share: its ground, and what stands on it before anything of a map's own. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from geoapp.reports.drawing import geometry, waters
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Sheet
from geoapp.reports.ground import Ground
from geoapp.reports.structure import Report


@dataclass(slots=True)
class Land:
    """Its ground, each outline of which is taken apart once."""

    report: Report
    ground: Ground
    by_level: dict[str, list[Outline]] = field(default_factory=dict)
    context: list[Outline] = field(default_factory=list)

    def level(self, code: str) -> list[Outline]:
        if code not in self.by_level:
            self.by_level[code] = geometry.outlines(self.ground.outlines[code])
        return self.by_level[code]

    @property
    def parts(self) -> list[Outline]:
        """The regions of the level below."""
        return self.level(self.report.child_level)


def edge(sheet: Sheet, shapes: Sequence[Outline]) -> None:
    """The outline of the whole, strong."""
    whole = shapely.coverage_union_all([each.shape for each in shapes])
    sheet.canvas.path(geometry.path_of(whole, sheet.frame), stroke="#2b4c5e", width=0.5)


def background(sheet: Sheet, land: Land) -> list[Outline]:
    """The regions in white with waters and lines; → as they are drawn."""
    shapes = geometry.simplified(land.parts, sheet.frame)
    whole = "".join(geometry.path_of(each.shape, sheet.frame) for each in shapes)
    sheet.canvas.path(whole, fill="#ffffff")
    waters.draw(sheet, land.ground.waters)
    sheet.canvas.path(whole, stroke="#b9c0bf", width=0.2)
    edge(sheet, shapes)
    return shapes
