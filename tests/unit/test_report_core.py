"""The enlarged core of a map: of most of its small parts, larger, and over nothing."""

from __future__ import annotations

import pytest
import shapely

from geoapp.reports.drawing import core, labels
from geoapp.reports.drawing.frame import fit
from geoapp.reports.drawing.geometry import Outline

# A square of 100 km without its south-eastern corner; in its middle a town of 5 × 5 quarters of 1 km.
WIDE = [Outline(f"w{n}", f"w{n}", shapely.box(x, y, x + 50_000, y + 50_000)) for n, (x, y) in enumerate(
    [(0, 0), (0, 50_000), (50_000, 50_000)])]  # fmt: skip
TOWN = [Outline(f"t{n}", f"t{n}", shapely.box(20_000 + n % 5 * 1000, 60_000 + n // 5 * 1000, 21_000 + n % 5 * 1000, 61_000 + n // 5 * 1000)) for n in range(25)]  # fmt: skip
FRAME = fit((0.0, 0.0, 100_000.0, 100_000.0), 170.0, 160.0, 84.0)
REGION = shapely.union_all([each.shape for each in WIDE])


def test_the_core_is_enlarged_where_the_sheet_is_free() -> None:
    found = core.dense_core([*WIDE, *TOWN], core.NAMED_MM, FRAME, REGION, [])
    assert found and found.window.scale * core.ENLARGED <= FRAME.scale
    x1, y1, x2, y2 = found.whole
    assert x1 > 0 and y1 > 0 and x2 < FRAME.width and y2 < FRAME.height
    on_paper = [
        shapely.box(*FRAME.to_paper(west, north), *FRAME.to_paper(east, south))
        for west, south, east, north in (each.shape.bounds for each in WIDE)
    ]
    assert not any(shapely.box(x1, y1, x2, y2).intersects(each) for each in on_paper)
    for each in TOWN:
        assert found.holds(*FRAME.to_paper(*shapely.get_coordinates(each.shape.centroid)[0]))
    west, north = found.window.to_paper(20_000, 65_000)
    assert x1 <= west and y1 <= north


def test_it_lies_over_nothing_that_stands_there() -> None:
    arrow = (FRAME.width - 60.0, FRAME.height - 60.0, FRAME.width - 30.0, FRAME.height - 20.0)
    found = core.dense_core([*WIDE, *TOWN], core.NAMED_MM, FRAME, REGION, [arrow])
    assert found is None or not labels.overlap(found.whole, arrow)


@pytest.mark.parametrize(
    "shapes",
    [
        WIDE,  # nothing is small
        [*WIDE, *TOWN[:1]],
        [*WIDE, *(Outline(f"s{n}", "", shapely.box(n * 12_000, n * 12_000, n * 12_000 + 900, n * 12_000 + 900)) for n in range(8))],  # far apart
    ],
)  # fmt: skip
def test_a_map_without_a_core_has_none(shapes: list[Outline]) -> None:
    assert core.dense_core(shapes, core.NAMED_MM, FRAME, REGION, []) is None


def test_a_full_sheet_has_none() -> None:
    full = shapely.box(0, 0, 100_000, 100_000)
    assert (
        core.dense_core(
            [*WIDE, *TOWN], core.NAMED_MM, fit((0.0, 0.0, 100_000.0, 100_000.0), 160.0, 160.0, 84.0), full, []
        )
        is None
    )
