"""The maps of a report: use by region, by grid, the objects of the four stages, and the supply areas. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shapely

from geoapp.reports.drawing import density, geometry, grid, objects, palette, regions, waters
from geoapp.reports.drawing.land import Land
from geoapp.reports.drawing.sheet import LEGEND_ROW, Figure, begin
from geoapp.reports.drawing.svg import number
from geoapp.reports.ground import OWNERS, Ground
from geoapp.reports.layouts.layout import FACILITY_ROWS, MAPS
from geoapp.reports.structure import Report
from geoapp.reports.words import layer_name, word

_MANY_AREAS = 200  # from here on strong outlines would be all that is seen


def draw_all(
    report: Report, ground: Ground, lang: str, wanted: Sequence[str] = MAPS, listed_rows: int = FACILITY_ROWS
) -> list[Figure]:
    """Every map that is wanted and that there are outlines for, in this order, and densities after all others: these alone do not
    fill their page, and charts find room below them. ``listed_rows``: of facilities in print."""
    land = Land(report, ground, context=geometry.outlines(ground.context))
    if not land.parts:
        return []
    draw: dict[str, Callable[[], list[Figure]]] = {
        "volume": lambda: [regions.draw(land, lang, report.child_level, report.children, "volume")],
        "grid": lambda: [grid.draw(report, lang, ground.cells, land.parts, land.context, ground.waters)] if ground.cells else [],
        "per_km2": lambda: [_density(land, lang)],
        "objects": lambda: objects.draw(land, lang, listed_rows),
        "areas": lambda: _areas(land, lang),
    }  # fmt: skip
    drawn = [figure for key in wanted for figure in draw[key]()]
    return sorted(drawn, key=lambda figure: figure.key == density.KEY)


def _density(land: Land, lang: str) -> Figure:
    """Use per km² at the finest level of the report."""
    report = land.report
    level, lines = report.grand_level or report.child_level, report.grandchildren or report.children
    return regions.draw(land, lang, level, lines, "per_km2")


def _areas(land: Land, lang: str) -> list[Figure]:
    """Supply areas by the kind of their facility; where two lie over each other, both show."""
    report = land.report
    if not report.counts.get("supply_area"):
        return []
    sheet = begin(report, lang, word("map_areas", lang), land.parts, land.context)
    shapes = land.background(sheet)
    sheet.heading(word("map_areas", lang))
    for kind in OWNERS:
        areas = geometry.supply_areas(land.ground.areas[kind], sheet.frame)
        if not areas:
            continue
        color, dashes = palette.AREAS[kind], palette.DASHES[kind]
        whole = shapely.union_all(areas)
        sheet.canvas.path(
            geometry.path_of(sheet.visible(whole), sheet.frame), fill=color, fill_opacity="0.13", fill_rule="evenodd"
        )
        outlines = "".join(geometry.path_of(sheet.visible(area), sheet.frame) for area in areas)
        sheet.canvas.path(outlines, stroke=color, width=0.3 if len(areas) < _MANY_AREAS else 0.12, **dashes)
        sheet.room(LEGEND_ROW)
        x, y = sheet.legend_x, sheet.legend_y
        box = f"M{number(x)} {number(y)}L{number(x + 6)} {number(y)}L{number(x + 6)} {number(y + 3.4)}L{number(x)} {number(y + 3.4)}Z"
        sheet.canvas.path(box, fill=color, fill_opacity="0.13", stroke=color, width=0.3, **dashes)
        sheet.row(layer_name(kind, lang), len(areas))
    waters.legend(sheet, land.ground.waters)
    sheet.names(shapes, {})
    return [sheet.finish("supply-areas")]
