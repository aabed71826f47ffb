"""The maps of a report: use by region, by grid, the objects of the four stages, and the supply areas. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import shapely

from geoapp.reports import figures
from geoapp.reports.drawing import geometry, grid, inset, palette, waters
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.sheet import LEGEND_ROW, Figure, Sheet, begin
from geoapp.reports.drawing.svg import dots, number
from geoapp.reports.drawing.symbols import symbol
from geoapp.reports.ground import OWNERS, Ground
from geoapp.reports.held import hidden
from geoapp.reports.layouts.layout import MAPS
from geoapp.reports.structure import RegionLine, Report
from geoapp.reports.words import layer_name, level_name, word
from layers import registry
from layers.entries import WAY, Sign

_MANY_AREAS = 200  # from here on strong outlines would be all that is seen


@dataclass(slots=True)
class Land:
    """What the maps of one report share: its ground, each outline of which is taken apart once."""

    report: Report
    ground: Ground
    by_level: dict[str, list[Outline]] = field(default_factory=dict)
    context: list[Outline] = field(default_factory=list)

    def level(self, code: str) -> list[Outline]:
        if code not in self.by_level:
            self.by_level[code] = geometry.outlines(self.ground.outlines[code])
        return self.by_level[code]


def draw_all(report: Report, ground: Ground, lang: str, wanted: Sequence[str] = MAPS) -> list[Figure]:
    """Every map that is wanted and that there are outlines for, in this order."""
    land = Land(report, ground, context=geometry.outlines(ground.context))
    shapes = land.level(report.child_level)
    if not shapes:
        return []
    draw: dict[str, Callable[[], Figure | None]] = {
        "volume": lambda: _by_region(land, lang, report.child_level, report.children, "volume"),
        "grid": lambda: grid.draw(report, lang, ground.cells, shapes, land.context, ground.waters) if ground.cells else None,
        "per_km2": lambda: _density(land, lang),
        "objects": lambda: _objects(land, lang),
        "areas": lambda: _areas(land, lang),
    }  # fmt: skip
    return [figure for figure in (draw[key]() for key in wanted) if figure is not None]


def _density(land: Land, lang: str) -> Figure | None:
    """Use per km² at the finest level of the report."""
    report = land.report
    level, lines = report.grand_level or report.child_level, report.grandchildren or report.children
    return _by_region(land, lang, level, lines, "per_km2")


def _by_region(land: Land, lang: str, level: str, lines: Sequence[RegionLine], measure: str) -> Figure:
    report = land.report
    sheet = begin(
        report, lang, word(f"map_{measure}", lang, level=level_name(level, lang)), land.level(report.child_level),
        land.context,
    )  # fmt: skip
    sheet.levels.append(level)
    shapes = geometry.simplified(land.level(level), sheet.frame)
    values = {line.code: _value(line, measure) for line in lines}
    breaks = report.classes[f"{level}/{measure}"].breaks
    colors = palette.ramp(len(breaks) + 1)
    by_class: dict[int, list[str]] = {}
    for each in shapes:
        found = palette.class_of(values.get(each.code), breaks)
        by_class.setdefault(found, []).append(geometry.path_of(each.shape, sheet.frame))
    fine = level != report.child_level
    for found in sorted(by_class):
        color = palette.NO_DATA if found < 0 else colors[found]
        sheet.canvas.path(
            "".join(by_class[found]), fill=color, stroke="#ffffff", width=0.08 if fine else 0.25, fill_rule="evenodd"
        )
    sheet.no_data([each.shape for each in shapes if palette.class_of(values.get(each.code), breaks) < 0])
    waters.draw(sheet, land.ground.waters)
    named = geometry.simplified(land.level(report.child_level), sheet.frame)
    if fine:
        _lines(sheet, named, "#5b6f78", 0.22)
    _edge(sheet, named)
    ranks = {line.code: n for n, line in enumerate(report.children, 1)}
    sheet.names(named, ranks)
    _class_legend(sheet, breaks, colors, {found: len(paths) for found, paths in by_class.items()}, measure)
    waters.legend(sheet, land.ground.waters)
    sheet.legend_text(word("legend_note", lang, level=level_name(level, lang), method=word("quantiles", lang)))
    beyond = hidden(report.held[level], lang)
    sheet.legend_text(beyond)
    if measure == "volume":
        inset.overview(sheet.canvas, sheet.frame, land.context, named)
    return sheet.finish(f"{level}-{measure}", beyond)


def _value(line: RegionLine, measure: str) -> float | None:
    """What the page shows: none where nothing is recorded."""
    if line.volume_l is None:
        return None
    return figures.M3.of(line.volume_l) if measure == "volume" else line.m3_per_km2


def _lines(sheet: Sheet, shapes: Sequence[Outline], stroke: str, width: float) -> None:
    sheet.canvas.path("".join(geometry.path_of(each.shape, sheet.frame) for each in shapes), stroke=stroke, width=width)


def _edge(sheet: Sheet, shapes: Sequence[Outline]) -> None:
    """The outline of the whole, strong."""
    whole = shapely.coverage_union_all([each.shape for each in shapes])
    sheet.canvas.path(geometry.path_of(whole, sheet.frame), stroke="#2b4c5e", width=0.5)


def _class_legend(
    sheet: Sheet, breaks: Sequence[float], colors: Sequence[str], counts: dict[int, int], measure: str
) -> None:
    """Classes from the most to the least, with how many regions of this map are in each."""
    unit, texts = figures.classes(breaks, sheet.lang)
    sheet.heading(unit.name if measure == "volume" else unit.per_km2)
    for found, text in reversed(list(enumerate(texts))):
        sheet.swatch(colors[found], text, counts.get(found, 0))
    if counts.get(-1):
        sheet.no_data_swatch(counts[-1])
    sheet.legend_y += 1.5


def _background(sheet: Sheet, land: Land) -> list[Outline]:
    shapes = geometry.simplified(land.level(land.report.child_level), sheet.frame)
    whole = "".join(geometry.path_of(each.shape, sheet.frame) for each in shapes)
    sheet.canvas.path(whole, fill="#ffffff")
    waters.draw(sheet, land.ground.waters)
    sheet.canvas.path(whole, stroke="#b9c0bf", width=0.2)
    _edge(sheet, shapes)
    return shapes


def _objects(land: Land, lang: str) -> Figure:
    """Every kind of object with a position, thousands as dots, facilities as signs of their own shape."""
    report = land.report
    sheet = begin(report, lang, word("map_objects", lang), land.level(report.child_level), land.context)
    shapes = _background(sheet, land)
    layers = _dots_and_signs(sheet, land.ground.positions)
    sheet.names(shapes, {})
    _object_legend(sheet, layers, land.ground.positions)
    waters.legend(sheet, land.ground.waters)
    return sheet.finish("objects")


def objects(sheet: Sheet, positions: Mapping[str, bytes | None]) -> None:
    """What stands on a map, with its legend."""
    _object_legend(sheet, _dots_and_signs(sheet, positions), positions)


def _dots_and_signs(sheet: Sheet, positions: Mapping[str, bytes | None]) -> list[registry.Layer]:
    """Draws the objects; → the layers that there are any of."""
    counts = sheet.report.counts
    layers = [layer for layer in registry.LAYERS if layer.dataset.placed and counts.get(layer.id)]
    for layer in sorted(layers, key=lambda each: (isinstance(each.printed, Sign), -counts[each.id])):
        if layer.id not in positions:
            continue
        points = geometry.positions(positions[layer.id], sheet.frame)
        if isinstance(layer.printed, Sign):
            signs = "".join(symbol(layer.printed, x, y) for x, y in points)
            sheet.canvas.path(signs, fill=layer.color, stroke="#ffffff", width=0.15)
        else:
            sheet.canvas.path(dots(points), stroke=layer.color, width=layer.printed.width, stroke_linecap="round")
    return layers


def _object_legend(sheet: Sheet, layers: Sequence[registry.Layer], positions: Mapping[str, bytes | None]) -> None:
    for stage in WAY:
        of_stage = [layer for layer in layers if layer.stage == stage]
        if not of_stage:
            continue
        sheet.heading(word(stage, sheet.lang))
        for layer in of_stage:
            _object_row(sheet, layer, is_drawn=layer.id in positions)
        sheet.legend_y += 1.2


def _object_row(sheet: Sheet, layer: registry.Layer, *, is_drawn: bool) -> None:
    name, count = layer_name(layer.id, sheet.lang), sheet.report.counts[layer.id]
    if not is_drawn:
        sheet.notes.append(word("not_drawn", sheet.lang, name=name, count=figures.integer(count)))
        return
    sheet.room(LEGEND_ROW)
    x, y = sheet.legend_x + 3, sheet.legend_y + 1.7
    if isinstance(layer.printed, Sign):
        sheet.canvas.path(symbol(layer.printed, x, y), fill=layer.color)
    else:
        sheet.canvas.path(dots([(x, y)]), stroke=layer.color, width=1.2, stroke_linecap="round")
    sheet.row(name, count)


def _areas(land: Land, lang: str) -> Figure | None:
    """Supply areas by the kind of their facility; where two lie over each other, both show."""
    report = land.report
    if not report.counts["supply_area"]:
        return None
    sheet = begin(report, lang, word("map_areas", lang), land.level(report.child_level), land.context)
    shapes = _background(sheet, land)
    sheet.heading(word("map_areas", lang))
    for kind in OWNERS:
        areas = geometry.supply_areas(land.ground.areas[kind], sheet.frame)
        if not areas:
            continue
        color = palette.AREAS[kind]
        whole = shapely.union_all(areas)
        sheet.canvas.path(
            geometry.path_of(sheet.visible(whole), sheet.frame), fill=color, fill_opacity="0.13", fill_rule="evenodd"
        )
        outlines = "".join(geometry.path_of(sheet.visible(area), sheet.frame) for area in areas)
        sheet.canvas.path(outlines, stroke=color, width=0.3 if len(areas) < _MANY_AREAS else 0.12)
        sheet.room(LEGEND_ROW)
        box = f"M{number(sheet.legend_x)} {number(sheet.legend_y)}h6v3.4h-6Z"
        sheet.canvas.path(box, fill=color, fill_opacity="0.13", stroke=color, width=0.3)
        sheet.row(layer_name(kind, lang), len(areas))
    waters.legend(sheet, land.ground.waters)
    sheet.names(shapes, {})
    return sheet.finish("supply-areas")
