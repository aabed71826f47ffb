"""What the maps of one report share: its ground, and what stands on it before anything of a map's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import shapely

from geoapp.reports.drawing import geometry, waters
from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Sheet
from geoapp.reports.ground import Ground, Waters
from geoapp.reports.structure import Printed, Report
from geoapp.reports.words import word


class GroundFound(Protocol):
    """What stands on a ground, and what lies under it."""

    @property
    def positions(self) -> Mapping[str, bytes | None]: ...
    @property
    def stands(self) -> Mapping[str, Mapping[str, bytes]]: ...
    @property
    def waters(self) -> Waters | None: ...


class Scene(Protocol):
    """What a map of objects is of: a region with its parts, or an area among regions."""

    @property
    def report(self) -> Printed: ...
    @property
    def ground(self) -> GroundFound: ...
    @property
    def context(self) -> Sequence[Outline]: ...
    @property
    def framed(self) -> Sequence[Outline]:
        """What the frame has to hold."""

    def titled(self, lang: str) -> str: ...
    def background(self, sheet: Sheet) -> list[Outline]:
        """Draws what lies under the objects; → the regions that may be named."""

    def lines(self, frame: Frame) -> tuple[list[Outline], Any]:
        """The outlines of the regions, and that of the whole (m), as fine as the frame shows."""


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

    @property
    def framed(self) -> list[Outline]:
        return self.parts

    def titled(self, lang: str) -> str:
        return word("map_objects", lang)

    def background(self, sheet: Sheet) -> list[Outline]:
        """The regions in white with waters and lines; → as they are drawn."""
        shapes = geometry.simplified(self.parts, sheet.frame)
        whole = "".join(geometry.path_of(each.shape, sheet.frame) for each in shapes)
        sheet.canvas.path(whole, fill="#ffffff")
        waters.draw(sheet, self.ground.waters)
        sheet.canvas.path(whole, stroke="#b9c0bf", width=0.2)
        edge(sheet, shapes)
        return shapes

    def lines(self, frame: Frame) -> tuple[list[Outline], Any]:
        shapes = geometry.simplified(self.parts, frame)
        return shapes, shapely.coverage_union_all([each.shape for each in shapes])


def edge(sheet: Sheet, shapes: Sequence[Outline]) -> None:
    """The outline of the whole, strong."""
    whole = shapely.coverage_union_all([each.shape for each in shapes])
    sheet.canvas.path(geometry.path_of(whole, sheet.frame), stroke="#2b4c5e", width=0.5)
