"""Use by grid, where a grid is kept up; a city without one has no such map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB, Transform
from django.db.models import Sum

from geoapp.reports import figures
from geoapp.reports.drawing import geometry, palette
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import LEGEND_ROW, LEGEND_X, Figure, begin
from geoapp.reports.objects import any_prefix
from geoapp.reports.structure import Report
from geoapp.reports.words import word
from layers.grid.cells import DEFAULT_SIZE
from layers.models import GridBuild, GridUnit, GridUsage
from layers.models.base import PLANE_SRID
from layers.periods import parse_period
from layers.stats.classes import classify

_MOST_UNITS = 15_000  # a city of 79,000 units would be a file of many megabytes, and cells finer than print
CLASSES = 6


def volumes(report: Report, prefixes: Sequence[str], size: int) -> dict[int, int]:
    """Litres of the period by grid unit id in the regions. Grain of what is kept: unit, month, source, purpose, rule."""
    months = [month.first_day for month in parse_period(report.period.text).months]
    inside = any_prefix("unit__region__code", list(prefixes))
    kept = GridUsage.objects.filter(inside, size=size, month__in=months)
    return dict(kept.order_by().values_list("unit").annotate(Sum("volume_l")))


def draw(
    report: Report, lang: str, prefixes: Sequence[str], shapes: Sequence[Outline], context: Sequence[Outline],
    size: int = DEFAULT_SIZE,
) -> Figure | None:  # fmt: skip
    """The map, or None: no grid of this size is kept, or too many units for a page."""
    if not GridBuild.objects.filter(size=size).exists():
        return None
    units = GridUnit.objects.filter(any_prefix("region__code", list(prefixes)), size=size)
    if units.count() > _MOST_UNITS:
        return None
    litres = volumes(report, prefixes, size)
    sheet = begin(report, lang, word("map_grid", lang, size=size), shapes, context)
    cells = [
        (pk, bytes(wkb)) for pk, wkb in units.order_by("code").values_list("pk", AsWKB(Transform("geom", PLANE_SRID)))
    ]
    found = classify([litres[pk] / 1000 for pk, _ in cells if litres.get(pk)], "quantiles", CLASSES)
    colors = palette.ramp(len(found.breaks) + 1)
    classes = np.array(
        [palette.class_of(litres[pk] / 1000 if litres.get(pk) else None, found.breaks) for pk, _ in cells]
    )
    polygons = shapely.from_wkb([wkb for _, wkb in cells])
    sheet.heading(figures.unit_name(lang, large=False))
    for index in reversed(range(len(colors))):
        mine = polygons[classes == index]
        path = "".join(geometry.path_of(each, sheet.frame) for each in mine)
        sheet.canvas.path(path, fill=colors[index])
        told = _range_text(found.breaks, index)
        sheet.canvas.rect(LEGEND_X, sheet.legend_y, 6, 3.4, colors[index], palette.LINE)
        sheet.canvas.text(LEGEND_X + 8, sheet.legend_y + 2.6, told, 6.5)
        sheet.canvas.text(
            LEGEND_X + 39, sheet.legend_y + 2.6, figures.integer(len(mine)), 6.5, anchor="end", fill=palette.SOFT
        )
        sheet.legend_y += LEGEND_ROW
    named = geometry.simplified(shapes, sheet.frame)
    borders = "".join(geometry.path_of(each.shape, sheet.frame) for each in named)
    sheet.canvas.path(borders, stroke="#5b6f78", width=0.22)
    sheet.names(named, {line.code: n for n, line in enumerate(report.children, 1)}, 6.0)
    return sheet.finish(f"grid-{size}")


def _range_text(breaks: Sequence[float], index: int) -> str:
    told = [figures.break_text(bound) for bound in breaks]
    low, high = told[index - 1] if index else "", told[index] if index < len(told) else ""
    return f"{low} – {high}" if low and high else f"≥ {low}" if low else f"< {high}" if high else "> 0"
