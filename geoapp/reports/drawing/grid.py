"""Use by grid, where a grid is kept up; a city without one has no such map. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geoapp.reports import figures
from geoapp.reports.drawing import geometry, palette, waters
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Figure, Sheet, begin
from geoapp.reports.ground import Cells, Waters
from geoapp.reports.structure import Report
from geoapp.reports.words import word
from layers.stats.absence import added, share


def _more(sheet: Sheet, report: Report, litres: Sequence[int | None]) -> None:
    """What is in no cell; what is in the cells and in no township's figure, with why."""
    in_cells = added(litres) or 0
    if (less := report.total_l - in_cells) > 0:
        part = figures.percent(share(less, report.total_l))
        sheet.legend_text(word("hidden_cells", sheet.lang, volume=figures.volume(less, sheet.lang), share=part))
    lines = report.children if report.child_level == "township" else report.grandchildren
    if report.level == "township":
        figures_l = report.total_l
    elif "township" in (report.child_level, report.grand_level):
        figures_l = added(line.volume_l for line in lines) or 0
    else:
        return
    more = in_cells - figures_l
    if more > 0:
        told = {"volume": figures.volume(more, sheet.lang), "litres": figures.integer(more)}
        sheet.legend_text(word("grid_more", sheet.lang, **told))


def draw(
    report: Report, lang: str, cells: Cells, shapes: Sequence[Outline], context: Sequence[Outline], under: Waters | None
) -> Figure:  # fmt: skip
    """The map in the classes of the web's."""
    breaks = cells.breaks
    title = word("classed", lang, title=word("map_grid", lang, size=cells.size), classes=word("classes_city", lang))
    sheet = begin(report, lang, title, shapes, context)
    colors = palette.ramp(len(breaks) + 1)
    classes = np.array(
        [palette.class_of(None if litres is None else figures.M3.of(litres), breaks) for litres in cells.litres]
    )
    polygons = shapely.from_wkb(list(cells.shapes))
    sheet.heading(figures.M3.name)
    for index, text in reversed(list(enumerate(figures.class_texts(breaks)))):
        mine = polygons[classes == index]
        if len(mine):  # neighbours of one class as one shape: a tenth of the points
            whole = geometry.path_of(shapely.coverage_union_all(mine), sheet.frame)
            sheet.canvas.path(whole, fill=colors[index], fill_rule="evenodd")
        sheet.swatch(colors[index], text, len(mine))
    unknown = polygons[classes == -1]
    if len(unknown):
        whole = geometry.path_of(shapely.coverage_union_all(unknown), sheet.frame)
        sheet.canvas.path(whole, fill=palette.NO_DATA, fill_rule="evenodd")
        sheet.no_data(unknown)
        sheet.no_data_swatch(len(unknown))
    _more(sheet, report, cells.litres)
    waters.draw(sheet, under)
    waters.legend(sheet, under)
    named = geometry.simplified(shapes, sheet.frame)
    borders = "".join(geometry.path_of(each.shape, sheet.frame) for each in named)
    sheet.canvas.path(borders, stroke="#5b6f78", width=0.22)
    sheet.names(named, {line.code: n for n, line in enumerate(report.children, 1)})
    return sheet.finish(f"grid-{cells.size}")
