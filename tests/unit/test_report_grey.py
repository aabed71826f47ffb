"""In grey as in colour: classes, nothing used, no data, the terms of charts, and supply areas, by the values that a printer makes."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pypdfium2
import pytest
import shapely

from geoapp.reports import press
from geoapp.reports.drawing import geometry, palette, patterns
from geoapp.reports.drawing.charts import _kind
from geoapp.reports.drawing.frame import Frame
from geoapp.reports.drawing.palette import HATCH, NO_DATA, NOUGHT
from geoapp.reports.drawing.svg import Canvas, dots
from geoapp.reports.pictures import size_of

APART = 20  # of 255: two greys that lie side by side in print


def grey(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def printed(canvas: Canvas) -> np.ndarray:
    """A drawing as a printer without colours has it, 10 pixels a mm."""
    svg = canvas.to_svg()
    width, height = size_of(svg)
    page = f'<style>@page{{size:{width}mm {height}mm;margin:0}}body{{margin:0}}img{{display:block}}</style><img src="drawing:x">'
    with pypdfium2.PdfDocument(press.pdf(page, {"x": svg})) as paper:
        picture = paper[0].render(scale=10 * 25.4 / 72).to_pil().convert("L")
    return np.asarray(picture, dtype=float)


@pytest.mark.parametrize("ramp", [palette.SEQUENTIAL, palette.OWN, palette.COUNTS])
@pytest.mark.parametrize("classes", [2, 3, 4, 5, 6])
def test_classes_are_apart_in_grey(ramp: list[str], classes: int) -> None:
    values = [grey(color) for color in palette.ramp(classes, ramp)]
    assert all(light - dark >= APART for light, dark in pairwise(values))


def squares(*colors: str) -> tuple[Canvas, Frame]:
    """Squares of 10 mm beside each other: the first hatched as no data are, the second dotted as nought is."""
    frame = Frame(0, 0, 10 * len(colors), 10, 1000, 5 * len(colors), 5)
    canvas = Canvas(frame.width, frame.height, "x")
    for n, color in enumerate(colors):
        canvas.rect(10 * n, 0, 10, 10, color)
    canvas.path(geometry.hatching([shapely.box(0, 0, 10, 10)], frame), stroke=HATCH, width=0.12)
    points = dots(geometry.dotting([shapely.box(10, 0, 20, 10)], frame))
    canvas.path(points, stroke=HATCH, width=0.3, stroke_linecap="round")
    return canvas, frame


@pytest.mark.parametrize("ramp", [palette.SEQUENTIAL, palette.OWN])
def test_no_data_nought_and_the_lowest_class_differ(ramp: list[str]) -> None:
    canvas, _ = squares(NO_DATA, NOUGHT, ramp[0])
    found = printed(canvas)
    none, nought, lowest = (found[15:85, 100 * n + 15 : 100 * n + 85] for n in range(3))
    assert none.std() > 8 and nought.std() > 8 > lowest.std()  # two have patterns
    assert np.median(nought) - np.median(lowest) >= APART  # on white, and not on the lowest colour

    def runs(patch: np.ndarray) -> float:
        """The part of its rows that a dark mark crosses: all of hatched ones, few of dotted ones."""
        return float((patch.min(axis=1) < np.median(patch) - 20).mean())

    assert runs(none) > 0.95 > runs(nought)


def test_recorded_noughts_are_no_amount_and_no_gap() -> None:
    breaks = [10.0, 20.0]
    assert [palette.shown_class(value, breaks) for value in (None, 0, 0.1, 10, 99)] == [-1, -2, 0, 1, 2]
    colors = palette.ramp(3)
    assert [palette.color_at(at, colors) for at in (-1, -2, 0, 2)] == [NO_DATA, NOUGHT, colors[0], colors[2]]


@pytest.mark.parametrize("terms", [palette.SOURCES, palette.PURPOSES])
def test_terms_of_charts_are_told_apart_without_colour(terms: dict[str, str]) -> None:
    kinds = [_kind(terms, code) for code in terms]
    assert len(set(kinds)) == len(terms)
    canvas = Canvas(10 * len(kinds), 10, "x")
    for n, (kind, color) in enumerate(zip(kinds, terms.values(), strict=True)):
        canvas.rect(10 * n, 0, 10, 10, color)
        width = patterns.DOT if kind == patterns.DOTTED else patterns.WIDTH
        canvas.path(patterns.pattern(kind, (10 * n, 0, 10, 10)), stroke="#ffffff", width=width, stroke_linecap="round")
    found = printed(canvas)
    patches = [found[10:90, 100 * n + 10 : 100 * n + 90] for n in range(len(kinds))]
    for one, other in combinations(range(len(kinds)), 2):
        rows = [patches[n].mean(axis=1).std() for n in (one, other)]  # lines across
        columns = [patches[n].mean(axis=0).std() for n in (one, other)]  # upright lines
        even = [patches[n].mean() for n in (one, other)]
        slant = [np.abs(np.fft.fft2(patches[n] - patches[n].mean())) for n in (one, other)]
        likeness = (slant[0] * slant[1]).sum() / max(1e-9, np.sqrt((slant[0] ** 2).sum() * (slant[1] ** 2).sum()))
        assert abs(even[0] - even[1]) >= APART or likeness < 0.9, (one, other, rows, columns, even, likeness)


@pytest.mark.parametrize("kind", range(patterns.KINDS))
def test_patterns_stay_inside_their_bars(kind: int) -> None:
    import re

    told = patterns.pattern(kind, (3.3, 4.1, 2.2, 7.7))
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", told)]
    assert bool(points) == (kind != patterns.PLAIN)
    assert all(3.29 <= x <= 5.51 and 4.09 <= y <= 11.81 for x, y in points)


def test_supply_areas_of_one_grey_have_other_lines() -> None:
    for one, other in combinations(palette.AREAS, 2):
        apart = abs(grey(palette.AREAS[one]) - grey(palette.AREAS[other])) >= APART
        assert apart or palette.DASHES[one] != palette.DASHES[other]
    canvas = Canvas(20, 10, "x")
    for n, kind in enumerate(("urban_plant", "village_station")):
        canvas.path(f"M1 {3 + 4 * n}L19 {3 + 4 * n}", stroke="#000000", width=0.4, **palette.DASHES[kind])
    found = printed(canvas)
    assert (found[30, 20:180] < 128).all() and 0.3 < (found[70, 20:180] < 128).mean() < 0.8
