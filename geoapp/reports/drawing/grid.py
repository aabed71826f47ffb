"""Use by grid, where a grid is kept up; a city without one has no such map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from psycopg import sql

from geoapp.reports import figures
from geoapp.reports.drawing import geometry, palette
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import Figure, Sheet, begin
from geoapp.reports.structure import Report
from geoapp.reports.words import word
from layers.db import Query, rows
from layers.grid.cells import DEFAULT_SIZE
from layers.grid.figures import cell_litres
from layers.models import GridBuild
from layers.models.base import PLANE_SRID
from layers.periods import Period, parse_period
from layers.selection import EVERYTHING
from layers.stats.absence import added
from layers.stats.cells import month_classes, period_classes

CLASSES = 6
_MOST_UNITS = 15_000  # a city of 79,000 units would be a file of many megabytes, and cells finer than print
_UNITS = sql.SQL(
    "WITH inside AS (SELECT u.id AS fid, u.code, u.geom FROM layers_gridunit u"
    " JOIN layers_region r ON r.id = u.region_id WHERE u.size = %s AND r.code LIKE ANY(%s))"
    " SELECT c.volume_l, ST_AsBinary(ST_Transform(i.geom, {srid})) FROM inside i LEFT JOIN ({litres}) c ON c.unit_id = i.fid"
    " ORDER BY i.code"
)


def cells(prefixes: Sequence[str], period: Period, size: int) -> Query:
    """(litres or null, WKB in EPSG:4548) of each unit in the regions, by code."""
    litres = cell_litres(size, period, EVERYTHING, among="inside")
    text = litres.text if isinstance(litres.text, sql.Composable) else sql.SQL(litres.text)
    patterns = [f"{prefix}%" for prefix in prefixes]
    return Query(_UNITS.format(litres=text, srid=sql.Literal(PLANE_SRID)), [size, patterns, *litres.params])


def _more(sheet: Sheet, litres: Sequence[int | None]) -> None:
    """What is in the cells and in no township's figure, with why."""
    report = sheet.report
    lines = report.children if report.child_level == "township" else report.grandchildren
    if report.level == "township":
        figures_l = report.total_l
    elif "township" in (report.child_level, report.grand_level):
        figures_l = added(line.volume_l for line in lines) or 0
    else:
        return
    more = (added(litres) or 0) - figures_l
    if more > 0:
        told = {"volume": figures.volume(more, sheet.lang), "litres": figures.integer(more)}
        sheet.legend_text(word("grid_more", sheet.lang, **told))


def draw(
    report: Report, lang: str, prefixes: Sequence[str], shapes: Sequence[Outline], context: Sequence[Outline],
    size: int = DEFAULT_SIZE,
) -> Figure | None:  # fmt: skip
    """The map in the classes of the web's; None when no grid of this size is kept, or for too many units for a page."""
    if not GridBuild.objects.filter(size=size).exists():
        return None
    period = parse_period(report.period.text)
    found = rows(cells(prefixes, period, size))
    if not 0 < len(found) <= _MOST_UNITS:
        return None
    classes_of = month_classes if period.length == 1 else period_classes
    breaks = classes_of(size, period, EVERYTHING, k=CLASSES)["breaks"]
    sheet = begin(report, lang, word("map_grid", lang, size=size), shapes, context)
    colors = palette.ramp(len(breaks) + 1)
    classes = np.array([palette.class_of(None if litres is None else litres / 1000, breaks) for litres, _ in found])
    polygons = shapely.from_wkb([bytes(wkb) for _, wkb in found])
    sheet.heading(figures.unit_name(lang, large=False))
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
        sheet.swatch(palette.NO_DATA, word("no_data", lang), len(unknown))
    _more(sheet, [litres for litres, _ in found])
    named = geometry.simplified(shapes, sheet.frame)
    borders = "".join(geometry.path_of(each.shape, sheet.frame) for each in named)
    sheet.canvas.path(borders, stroke="#5b6f78", width=0.22)
    sheet.names(named, {line.code: n for n, line in enumerate(report.children, 1)}, 6.0)
    return sheet.finish(f"grid-{size}")
