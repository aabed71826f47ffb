"""The objects of the four stages: facilities as numbered signs, others as dots, and as densities where dots were one blot. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from geoapp.reports import figures
from geoapp.reports.drawing import density, geometry, numbers, waters
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.land import Scene
from geoapp.reports.drawing.palette import INK, PAPER, SOFT
from geoapp.reports.drawing.sheet import LEGEND_ROW, LEGEND_WIDTH, SMALL_PT, Figure, Sheet, begin
from geoapp.reports.drawing.svg import dots, text_width
from geoapp.reports.drawing.symbols import symbol
from geoapp.reports.structure import FacilityList
from geoapp.reports.tables import listed_in_print
from geoapp.reports.words import layer_name, word
from layers import registry
from layers.entries import WAY, Sign

INKED = 0.25  # the part of the paper that dots may cover, as they find it themselves
LEAST_DOT, MOST_DOT = 0.4, 1.0  # mm
RING = 1.4  # that a ring is wider than a dot, of which half is its own
_BESIDE_NAMES = 1.5  # mm of radius: signs from here on are left free by names


def draw(scene: Scene, lang: str, listed_rows: int) -> list[Figure]:
    """One map, and one of densities if anything is too crowded for it. The facilities of the lists that fit into so many rows bear
    their numbers."""
    report, ground = scene.report, scene.ground
    sheet = begin(report, lang, scene.titled(lang), scene.framed, scene.context)
    shapes = scene.background(sheet)
    lists = listed_in_print(report, listed_rows)
    numbered = {each.layer for each in lists}
    crowded = {
        layer.id: points
        for layer in _there(sheet)
        if layer.id in ground.positions and layer.id not in numbered
        if density.is_crowded(points := geometry.points(ground.positions[layer.id]), sheet.frame)
    }
    seen = {layer_id: read for layer_id, read in ground.positions.items() if layer_id not in crowded}
    _dots_and_signs(sheet, seen)
    _names_and_numbers(sheet, shapes, lists, ground.stands)
    _legend(sheet, seen, crowded, lists)
    waters.legend(sheet, ground.waters)
    drawn = [sheet.finish("objects")]
    if crowded:
        drawn.append(density.draw(scene, lang, crowded))
    return drawn


def _there(sheet: Sheet) -> list[registry.Layer]:
    return [layer for layer in registry.LAYERS if layer.dataset.placed and sheet.report.counts.get(layer.id)]


def dot_width(crowd: float) -> float:
    """mm of a dot that shares its square of the paper with so many: smaller the closer they stand."""
    most = math.sqrt(4 * INKED * density.SQUARE_MM**2 / (math.pi * max(crowd, 1.0)))
    return min(MOST_DOT, max(LEAST_DOT, most))


def _dots_and_signs(sheet: Sheet, positions: Mapping[str, bytes | None]) -> None:
    counts = sheet.report.counts
    for layer in sorted(_there(sheet), key=lambda each: (isinstance(each.printed, Sign), -counts[each.id])):
        if layer.id not in positions:
            continue
        points = geometry.positions(positions[layer.id], sheet.frame)
        if isinstance(layer.printed, Sign):
            signs = "".join(symbol(layer.printed, x, y) for x, y in points)
            sheet.canvas.path(signs, fill=layer.color, stroke="#ffffff", width=0.15)
        else:
            crowd = density.crowd(geometry.points(positions[layer.id]), sheet.frame)
            _dots(sheet, layer, points, dot_width(crowd))


def _dots(sheet: Sheet, layer: registry.Layer, points: Sequence[tuple[float, float]], width: float) -> None:
    """Of every second kind as rings: in grey the colours of two are one."""
    kinds = [each.id for each in registry.LAYERS if each.dataset.placed and not isinstance(each.printed, Sign)]
    path, hollow = dots(points), kinds.index(layer.id) % 2
    outer = width * RING if hollow else width
    sheet.canvas.path(path, stroke=layer.color, width=outer, stroke_linecap="round")
    if hollow:
        sheet.canvas.path(path, stroke=PAPER, width=outer / 2, stroke_linecap="round")


def _names_and_numbers(
    sheet: Sheet, shapes: Sequence[Outline], lists: Sequence[FacilityList], stands: Mapping[str, Mapping[str, bytes]]
) -> None:
    west, north, east, south = sheet.window
    signs = [
        sign for sign in numbers.standing(lists, stands, sheet.frame) if west < sign.x < east and north < sign.y < south
    ]
    named = sheet.names(shapes, {}, [sign.box for sign in signs if sign.radius >= _BESIDE_NAMES])
    placed = numbers.place(signs, sheet.window, SMALL_PT, [*sheet.taken, *named])
    sheet.canvas.path(numbers.lines(placed), stroke=INK, width=0.1)
    sheet.canvas.path(numbers.backing(each for _, each in placed), fill=PAPER)
    for _, each in placed:
        sheet.canvas.text(each.label.x, each.label.y, each.label.text, SMALL_PT, anchor="middle")
    if placed:
        sheet.notes.append(word("facilities_numbered", sheet.lang))
        if left := len(signs) - len(placed):
            sheet.notes.append(word("facilities_unnumbered", sheet.lang, count=figures.integer(left)))


def _legend(sheet: Sheet, drawn: Collection[str], crowded: Collection[str], lists: Sequence[FacilityList]) -> None:
    numbered = {each.layer: each for each in lists}
    for stage in WAY:
        of_stage = [layer for layer in _there(sheet) if layer.stage == stage]
        shown = [layer for layer in of_stage if layer.id in drawn]
        if shown:
            sheet.heading(word(stage, sheet.lang))
        for layer in shown:
            _row(sheet, layer, numbered.get(layer.id))
        for layer in of_stage:
            if layer not in shown:
                key = "seen_as_density" if layer.id in crowded else "not_drawn"
                count = figures.integer(sheet.report.counts[layer.id])
                sheet.notes.append(word(key, sheet.lang, name=layer_name(layer.id, sheet.lang), count=count))
        if shown:
            sheet.legend_y += 1.2


def _row(sheet: Sheet, layer: registry.Layer, numbered: FacilityList | None) -> None:
    """A kind with its sign, how many there are, and which numbers they bear: beside the name if there is room, else below it."""
    name, count = layer_name(layer.id, sheet.lang), sheet.report.counts[layer.id]
    told = ""
    if numbered:
        key = "facility_number" if numbered.first == numbered.last else "facility_numbers"
        told = word(key, sheet.lang, first=numbered.first, last=numbered.last)
    own_line = text_width(f"{name} {told}{count:,} ", SMALL_PT) > LEGEND_WIDTH - 8
    sheet.room(LEGEND_ROW * (2 if told and own_line else 1))
    x, y = sheet.legend_x + 3, sheet.legend_y + 1.7
    if isinstance(layer.printed, Sign):
        sheet.canvas.path(symbol(layer.printed, x, y), fill=layer.color)
    else:
        _dots(sheet, layer, [(x, y)], 1.2)
    sheet.row(name if own_line or not told else f"{name} {told}", count)
    if told and own_line:
        sheet.canvas.text(sheet.legend_x + 8, sheet.legend_y + 1.6, told, SMALL_PT, fill=SOFT)
        sheet.legend_y += LEGEND_ROW - 1
