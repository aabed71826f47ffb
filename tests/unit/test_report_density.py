"""Densities: every point in one hexagon, the nearest, and dots where they can be told apart."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoapp.reports.drawing import density
from geoapp.reports.drawing.frame import fit
from geoapp.reports.drawing.objects import LEAST_DOT, MOST_DOT, dot_width

POINTS = np.random.default_rng(7).uniform((0, 0), (20_000, 30_000), (4000, 2))
FRAME = fit((0.0, 0.0, 20_000.0, 30_000.0), 128, 190, 84)


def test_every_point_is_in_the_nearest_hexagon() -> None:
    cells = density.hexagons(POINTS, 1000)
    assert cells.counts.sum() == len(POINTS) and len(np.unique(cells.middles, axis=0)) == len(cells.middles)
    far = np.hypot(*(POINTS[:, None, :] - cells.middles[None, :, :]).transpose(2, 0, 1))
    nearest = np.bincount(far.argmin(axis=1), minlength=len(cells.middles))
    assert (nearest == cells.counts).all() and far.min(axis=1).max() <= cells.side + 1e-6
    between = np.hypot(*(cells.middles[:, None, :] - cells.middles[None, :, :]).transpose(2, 0, 1))
    assert between[between > 0].min() == pytest.approx(1000)  # across the flats
    assert density.hexagon_km2(1000) == pytest.approx(0.866, abs=1e-3)


def test_the_cells_are_the_same_whatever_region_they_are_of() -> None:
    whole, part = density.hexagons(POINTS, 500), density.hexagons(POINTS[POINTS[:, 0] > 9000][::-1], 500)
    assert {tuple(each) for each in part.middles.round(3)} <= {tuple(each) for each in whole.middles.round(3)}


def test_few_are_dots_and_many_are_not() -> None:
    few = POINTS[:300]
    blot = np.concatenate([few, few[0] + np.random.default_rng(1).normal(0, 300, (4000, 2))])
    assert density.crowd(few, FRAME) < density.CROWD < density.crowd(blot, FRAME)
    assert density.crowd(few[:0], FRAME) == 0
    assert [density.is_crowded(each, FRAME) for each in (few, blot, POINTS, few[:0])] == [False, True, True, False]
    assert density.crowd(few, FRAME) < density.crowd(few, fit((0.0, 0.0, 200_000.0, 300_000.0), 128, 190, 84))


def test_dots_are_smaller_the_closer_they_stand() -> None:
    widths = [dot_width(crowd) for crowd in (0, 1, 2, 4, 8, 50)]
    assert widths == sorted(widths, reverse=True) and widths[0] == MOST_DOT and widths[-1] == LEAST_DOT


def test_classes_are_whole_numbers_without_gaps() -> None:
    assert density._texts([3, 4, 1000], 2345) == ["1–2", "3", "4–999", "1,000–2,345"]
    assert density._texts([], 1) == ["1"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(20_000, 30_000), (30_000, 20_000), (170_000, 176_000), (5_000, 50_000)])
def test_maps_stand_beside_each_other_within_the_page(count: int, size: tuple[int, int]) -> None:
    panels, height = density._panels((0.0, 0.0, float(size[0]), float(size[1])), count)
    assert len(panels) == count and height <= 190 and len({panel.scale for panel in panels}) == 1
    boxes = [shapely.box(each.x, each.y, each.x + each.width, each.y + each.height) for each in panels]
    for n, box in enumerate(boxes):
        assert (
            box.bounds[2] <= 170.01
            and box.bounds[3] <= height
            and not any(box.intersects(other) for other in boxes[:n])
        )
        west, south = panels[n].to_paper(0, 0)
        assert box.bounds[0] <= west and south <= box.bounds[3]
