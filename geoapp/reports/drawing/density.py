"""Objects so many that dots would be one blot: how many there are in each of equal hexagons, a small map for each kind. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geoapp.reports import figures
from geoapp.reports.drawing import geometry, palette
from geoapp.reports.drawing.frame import Frame, distance_text, fit
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.land import Scene
from geoapp.reports.drawing.palette import INK, LINE, SOFT
from geoapp.reports.drawing.sheet import MARKS_HEIGHT, SMALL_PT, WIDTH, Figure, Sheet, wrapped
from geoapp.reports.drawing.svg import Canvas, ring, text_width
from geoapp.reports.words import layer_name, word
from layers import registry
from layers.stats.classes import classify
from layers.words import Listed, small

# Dots are one blot where each on average shares its square of the paper with so many, and hide all else where there are thousands.
SQUARE_MM, CROWD, MOST_DOTS = 2.0, 8.0, 1500
CLASSES = 5
KEY = "density"
LEAST_HEX_MM = 1.9
_WIDTHS = tuple(step * 10**power for power in range(1, 5) for step in (1, 2, 5))  # m across the flats
_GAP, _HEAD, _ROW, _FOOT = 6.0, 5.0, 4.2, 5.0
_MOST_HEIGHT = 188.0
_SHAPE = (
    1.2  # of a panel: as high by its width, or as the page lets it, so that no large part of the page is left white
)


def crowd(points: Any, frame: Frame) -> float:
    """How many share a square of the paper, as the objects themselves find it; nought without any."""
    if not len(points):
        return 0.0
    squares = np.floor(np.column_stack(frame.to_paper(points[:, 0], points[:, 1])) / SQUARE_MM).astype(int)
    counts = np.unique(squares, axis=0, return_counts=True)[1].astype(float)
    return float((counts**2).sum() / counts.sum())


def is_crowded(points: Any, frame: Frame) -> bool:
    return len(points) > MOST_DOTS or crowd(points, frame) > CROWD


@dataclass(frozen=True, slots=True)
class Hexagons:
    """Hexagons of so many metres across their flats, by their middles (m), with how many stand in each."""

    width: int
    middles: Any
    counts: Any

    @property
    def side(self) -> float:
        return self.width / math.sqrt(3)


def hexagon_km2(width: int) -> float:
    return width**2 * math.sqrt(3) / 2 / 1e6


def hexagons(points: np.ndarray, width: int) -> Hexagons:
    """Of a lattice that begins where the plane does: the same cells on every map of their width. Of all points each is in one cell."""
    side = width / math.sqrt(3)
    q = (points[:, 0] * math.sqrt(3) / 3 - points[:, 1] / 3) / side
    r = points[:, 1] * 2 / 3 / side
    rounded = np.column_stack([np.rint(q), np.rint(r), np.rint(-q - r)])
    off = np.abs(rounded - np.column_stack([q, r, -q - r]))
    # Of the three the one that was rounded the most follows from the others.
    q_most = (off[:, 0] > off[:, 1]) & (off[:, 0] > off[:, 2])
    r_most = ~q_most & (off[:, 1] > off[:, 2])
    cells = np.column_stack(
        [
            np.where(q_most, -rounded[:, 1] - rounded[:, 2], rounded[:, 0]),
            np.where(r_most, -rounded[:, 0] - rounded[:, 2], rounded[:, 1]),
        ]
    ).astype(int)
    found, counts = np.unique(cells, axis=0, return_counts=True)
    middles = np.column_stack([side * math.sqrt(3) * (found[:, 0] + found[:, 1] / 2), side * 1.5 * found[:, 1]])
    return Hexagons(width, middles, counts)


def draw(scene: Scene, lang: str, crowded: Mapping[str, np.ndarray]) -> Figure:
    """A map for each of the crowded layers, all of one scale, with the classes of its own counts."""
    report = scene.report
    names = [small(layer_name(layer_id, lang), lang) for layer_id in crowded]
    title = word("map_density", lang, names=Listed(*names).in_(lang))
    panels, height = _panels(geometry.bounds(scene.framed), len(crowded))
    canvas = Canvas(WIDTH, height + _FOOT + MARKS_HEIGHT, f"{report.name} {title}")
    sheet = Sheet(report, lang, title, panels[0], canvas, panels=panels)
    sheet.levels += [report.child_level, *list(report.boundaries)[:1]]
    width = next((each for each in _WIDTHS if each >= LEAST_HEX_MM * panels[0].metres_per_mm), _WIDTHS[-1])
    named, whole = scene.lines(panels[0])
    behind = geometry.simplified(scene.context, panels[0])
    for (layer_id, points), panel in zip(crowded.items(), panels, strict=True):
        _background(sheet, panel, behind)
        drawn = _cells(sheet, panel, hexagons(points, width))
        lines = "".join(geometry.path_of(each.shape, panel) for each in named)
        canvas.path(lines, stroke=SOFT, width=0.15)
        canvas.path(geometry.path_of(whole, panel), stroke=INK, width=0.4)
        _head(sheet, panel, registry.layer(layer_id), len(points), drawn)
    area = figures.area(hexagon_km2(width))
    told = word("density_note", lang, width=distance_text(width), area=area)
    for n, line in enumerate(wrapped(told, SMALL_PT, WIDTH)):
        canvas.text(0, height + 2.6 + 3.4 * n, line, SMALL_PT, fill=SOFT)
    return sheet.finish(KEY)


def _panels(bounds: tuple[float, float, float, float], count: int) -> tuple[list[Frame], float]:
    """Where the maps stand, as large as the page lets so many, and how high they are together with their legends."""
    around = _HEAD + 2 * _ROW + 3
    fitted = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        width = (WIDTH - _GAP * (columns - 1)) / columns
        most = _MOST_HEIGHT / rows - around
        fitted.append((fit(bounds, width, most, min(_SHAPE * width, most), margin=2.0), columns))
    frame, columns = min(fitted, key=lambda each: (each[0].scale, each[0].width * each[0].height))
    step_x, step_y = frame.width + _GAP, frame.height + around
    places = [(n % columns * step_x, n // columns * step_y + _HEAD) for n in range(count)]
    return [replace(frame, x=x, y=y) for x, y in places], math.ceil(count / columns) * step_y


def _background(sheet: Sheet, panel: Frame, behind: Sequence[Outline]) -> None:
    sheet.canvas.rect(panel.x, panel.y, panel.width, panel.height, "#fbfaf7")
    seen = "".join(geometry.path_of(sheet.visible(each.shape), panel) for each in behind)
    sheet.canvas.path(seen, fill="#f2f0ea", stroke="#dcd8cd", width=0.15)


def _cells(sheet: Sheet, panel: Frame, cells: Hexagons) -> list[tuple[str, str]]:
    """Draws the cells of a map; → colour and text of its classes, the lowest first."""
    breaks = sorted({math.ceil(bound) for bound in classify(cells.counts, "quantiles", CLASSES).breaks})
    colors = palette.ramp(len(breaks) + 1, palette.COUNTS)
    turns = np.arange(6) * math.pi / 3
    x, y = np.array(panel.to_paper(cells.middles[:, 0], cells.middles[:, 1]))
    seen = (panel.x < x) & (x < panel.x + panel.width) & (panel.y < y) & (y < panel.y + panel.height)
    side = cells.side / panel.metres_per_mm
    across, down = x[:, None] + side * np.sin(turns), y[:, None] + side * np.cos(turns)
    classes = np.searchsorted(breaks, cells.counts, side="right")
    for at, color in enumerate(colors):
        mine = np.flatnonzero(seen & (classes == at))
        sheet.canvas.path("".join(ring(np.column_stack((across[n], down[n]))) for n in mine), fill=color)
    return list(zip(colors, _texts(breaks, int(cells.counts.max())), strict=True))


def _texts(breaks: Sequence[int], most: int) -> list[str]:
    """Whole numbers of each class, the lowest first."""
    lows, highs = [1, *breaks], [*(bound - 1 for bound in breaks), most]
    return [figures.integer(a) if a == b else f"{a:,}–{b:,}" for a, b in zip(lows, highs, strict=True)]


def _head(sheet: Sheet, panel: Frame, layer: registry.Layer, count: int, classes: Sequence[tuple[str, str]]) -> None:
    """What a map is of above it, and its classes below."""
    told = word("dots", sheet.lang, name=layer_name(layer.id, sheet.lang), count=figures.integer(count))
    sheet.canvas.text(panel.x, panel.y - 1.4, told, 7.5, bold=True)
    x, y = panel.x, panel.y + panel.height + 1.4
    for color, text in classes:
        width = 5.4 + text_width(text, SMALL_PT) + 2
        if x + width > panel.x + panel.width + 1:
            x, y = panel.x, y + _ROW
        sheet.canvas.rect(x, y, 4.6, 2.8, color, LINE)
        sheet.canvas.text(x + 5.4, y + 2.4, text, SMALL_PT)
        x += width
