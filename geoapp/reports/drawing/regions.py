"""Use by region: in the classes of the whole city, or in those of the region alone with the city's beside them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import shapely

from geoapp.reports import figures
from geoapp.reports.classed import value_of
from geoapp.reports.drawing import core, geometry, inset, palette, waters
from geoapp.reports.drawing.frame import Frame, fit
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.land import Land, edge
from geoapp.reports.drawing.palette import INK, LINE, NO_DATA_AT, NOUGHT_AT, PAPER
from geoapp.reports.drawing.sheet import LEGEND_ROW, LEGEND_WIDTH, SMALL_PT, Figure, Sheet, begin
from geoapp.reports.held import hidden
from geoapp.reports.structure import MapClasses, RegionLine, Report
from geoapp.reports.words import level_name, subject, word

_PANEL_MOST, _PANEL_LEAST = 62.0, 18.0  # mm that the small map is high


@dataclass(frozen=True, slots=True)
class Coloured:
    """Outlines by their classes."""

    shapes: Sequence[Outline]
    class_of: Mapping[str, int]
    breaks: Sequence[float]
    colors: Sequence[str]
    large: bool  # volumes, and not volumes per km²

    @property
    def counts(self) -> Counter[int]:
        return Counter(self.class_of[each.code] for each in self.shapes)

    def of(self, found: int) -> list[Outline]:
        return [each for each in self.shapes if self.class_of[each.code] == found]

    def unit(self, lang: str) -> figures.Unit:
        return figures.unit_per_km2(self.breaks, lang)

    def texts(self, unit: figures.Unit) -> list[str]:
        return figures.class_texts([unit.of_m3(bound) for bound in self.breaks])


def _coloured(
    shapes: Sequence[Outline], lines: Sequence[RegionLine], classes: MapClasses, ramp: Sequence[str]
) -> Coloured:
    values = {line.code: value_of(line, classes.measure) for line in lines}
    found = {each.code: palette.shown_class(values.get(each.code), classes.breaks) for each in shapes}
    colors = palette.ramp(len(classes.breaks) + 1, ramp)
    return Coloured(shapes, found, classes.breaks, colors, classes.measure == "volume")


def draw(land: Land, lang: str, level: str, lines: Sequence[RegionLine], measure: str) -> Figure:
    report, key = land.report, f"{level}/{measure}"
    of_city, own = report.classes[key], report.own_classes.get(key)
    classes = word("classes_own", lang, level=level_name(report.level, lang)) if own else word("classes_city", lang)
    title = word("classed", lang, title=word(f"map_{measure}", lang, level=level_name(level, lang)), classes=classes)
    sheet = begin(report, lang, title, land.parts, land.context, second=own is not None)
    sheet.levels.append(level)
    shapes = geometry.simplified(land.level(level), sheet.frame)
    ramp = palette.OWN if own else palette.SEQUENTIAL
    coloured = _coloured(shapes, lines, own or of_city, ramp)
    fine = level != report.child_level
    _fill(sheet, sheet.frame, coloured, 0.08 if fine else 0.25)
    waters.draw(sheet, land.ground.waters)
    named = geometry.simplified(land.parts, sheet.frame)
    if fine:
        borders = "".join(geometry.path_of(each.shape, sheet.frame) for each in named)
        sheet.canvas.path(borders, stroke="#5b6f78", width=0.22)
    edge(sheet, named)
    if measure == "volume" and (small := inset.overview(sheet.canvas, sheet.frame, land.context, named)):
        sheet.taken.append((small.x, small.y, small.x + small.width, small.y + small.height))
    ranks = {line.code: n for n, line in enumerate(report.children, 1)}
    small_mm = core.SEEN_MM if fine else core.NAMED_MM
    whole = shapely.coverage_union_all([each.shape for each in named])
    dense = core.dense_core(shapes, small_mm, sheet.frame, whole, sheet.taken)
    if dense:
        _enlarged(sheet, dense, coloured, land, level, ranks)
        named = [each for each in named if not dense.holds(*geometry.inner_point(each.shape, sheet.frame))]
    sheet.names(named, ranks)
    unit = coloured.unit(lang)
    _legend(sheet, coloured, unit)
    waters.legend(sheet, land.ground.waters)
    _remarks(sheet, report, level, own is not None)
    beyond = hidden(report.held[level], lang)
    sheet.legend_text(beyond)
    if own:
        _beside(sheet, _coloured(shapes, lines, of_city, palette.SEQUENTIAL), land.parts, unit)
    return sheet.finish(f"{level}-{measure}", beyond)


def _fill(sheet: Sheet, frame: Frame, coloured: Coloured, border: float) -> None:
    """The regions in their colours; what has no data is hatched and what used nothing dotted, so that they differ in grey."""
    for found in sorted(coloured.counts):
        mine = coloured.of(found)
        path = "".join(geometry.path_of(each.shape, frame) for each in mine)
        color = palette.color_at(found, coloured.colors)
        sheet.canvas.path(path, fill=color, stroke="#ffffff", width=border, fill_rule="evenodd")
    sheet.no_data([each.shape for each in coloured.of(NO_DATA_AT)], frame)
    sheet.nought([each.shape for each in coloured.of(NOUGHT_AT)], frame)


def _enlarged(
    sheet: Sheet, dense: core.DenseCore, coloured: Coloured, land: Land, level: str, ranks: Mapping[str, int]
) -> None:
    """The core in a window of its own, with its scale, and where it lies on the map."""
    window, canvas, box = dense.window, sheet.canvas, dense.box
    west, north, east, south = dense.whole
    canvas.rect(west, north, east - west, south - north, PAPER, INK)
    canvas.rect(window.x, window.y, window.width, window.height, "#fbfaf7")
    _fill(sheet, window, replace(coloured, shapes=_inside(land.level(level), window)), 0.15)
    parts = _inside(land.parts, window)
    borders = "".join(geometry.path_of(each.shape, window) for each in parts)
    canvas.path(borders, stroke="#2b4c5e", width=0.3)
    canvas.rect(window.x, window.y, window.width, window.height, "none", INK)
    canvas.rect(box[0], box[1], box[2] - box[0], box[3] - box[1], "none", INK)
    wanted = [(each, geometry.inner_point(each.shape, window), str(ranks.get(each.code, ""))) for each in parts]
    for label in core.names(dense, wanted, SMALL_PT):
        canvas.text(label.x, label.y, label.text, SMALL_PT, anchor="middle", halo=True)
    told = word("enlarged", sheet.lang, scale=f"{window.scale:,}")
    canvas.text(west + 1.2, south - 1.3, told, SMALL_PT)
    sheet.taken += [dense.whole, box]


def _inside(shapes: Sequence[Outline], window: Frame) -> list[Outline]:
    """What of them is in the window, as fine as it shows."""
    seen = [Outline(each.code, each.name, geometry.clipped(each.shape, window)) for each in shapes]
    tolerance = geometry.TOLERANCE_MM * window.metres_per_mm
    there = [each for each in seen if shapely.area(each.shape) > tolerance**2]
    return [Outline(each.code, each.name, shapely.simplify(each.shape, tolerance)) for each in there]


def _legend(sheet: Sheet, coloured: Coloured, unit: figures.Unit) -> None:
    """Classes from the most to the least, with how many regions of this map are in each."""
    sheet.heading(unit.name if coloured.large else unit.per_km2)
    for found, text in reversed(list(enumerate(coloured.texts(unit)))):
        sheet.swatch(coloured.colors[found], text, coloured.counts[found])
    if coloured.counts[NOUGHT_AT]:
        sheet.nought_swatch(coloured.counts[NOUGHT_AT])
    if coloured.counts[NO_DATA_AT]:
        sheet.no_data_swatch(coloured.counts[NO_DATA_AT])
    sheet.legend_y += 1.5


def _remarks(sheet: Sheet, report: Report, level: str, own: bool) -> None:
    lang = sheet.lang
    told = {"level": level_name(level, lang), "method": word("quantiles", lang)}
    if own:
        sheet.legend_text(word("legend_note_own", lang, name=subject(report, lang), **told))
    else:
        sheet.legend_text(word("legend_note", lang, **told))


def _beside(sheet: Sheet, coloured: Coloured, parts: Sequence[Outline], unit: figures.Unit) -> None:
    """The small map in the city's classes, with those of its legend that there are, in the unit of the large one's."""
    found = [at for at in sorted(coloured.counts, reverse=True) if at >= 0]
    below = LEGEND_ROW * len(found) + 2
    room = sheet.free_height() - 5.4 - below
    panel = fit(geometry.bounds(parts), LEGEND_WIDTH, max(_PANEL_LEAST, min(_PANEL_MOST, room)), 12.0, margin=0.8)
    sheet.room(5.4 + panel.height + below)
    sheet.heading(word("classes_city", sheet.lang))
    panel = replace(panel, x=sheet.legend_x, y=sheet.legend_y)
    small = replace(coloured, shapes=geometry.simplified(coloured.shapes, panel))
    sheet.canvas.rect(panel.x, panel.y, panel.width, panel.height, "#fbfaf7", LINE)
    _fill(sheet, panel, small, 0.05)
    sheet.legend_y += panel.height + 1.6
    texts = coloured.texts(unit)
    for at in found:
        sheet.swatch(coloured.colors[at], texts[at], coloured.counts[at])
    sheet.legend_text(word("legend_note_city", sheet.lang))
