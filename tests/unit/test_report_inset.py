"""The small map of where a region lies: in a free corner, of the whole city, and never over the region."""

from __future__ import annotations

import re

import pytest
import shapely

from geoapp.reports.drawing import inset
from geoapp.reports.drawing.frame import Frame, fit
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.palette import WATER
from geoapp.reports.drawing.svg import Canvas

# Four districts of 40 km, as a square.
CITY = [Outline(str(n), f"{n}", shapely.box(x, y, x + 40_000, y + 40_000)) for n, (x, y) in enumerate(
    [(0, 0), (40_000, 0), (0, 40_000), (40_000, 40_000)])]  # fmt: skip


def drawn(*shapes: object) -> tuple[bool, str, Frame]:
    region = [Outline("r", "r", shape) for shape in shapes]
    west, south, east, north = shapely.total_bounds([each.shape for each in region])
    frame = fit((float(west), float(south), float(east), float(north)), 170.0, 160.0, 84.0)
    canvas = Canvas(frame.width, frame.height, "map")
    return inset.overview(canvas, frame, CITY, region), canvas.to_svg(), frame


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_it_stands_in_a_corner_that_the_region_leaves_free() -> None:
    # A stair from the lower left to the upper right: only the other two corners are free.
    steps = [shapely.box(n * 8_000, n * 8_000, (n + 1) * 8_000, (n + 2) * 8_000) for n in range(5)]
    there, svg, frame = drawn(*steps)
    assert there
    x, y, width, height = (float(re.search(rf'<rect[^>]* {name}="([\d.]+)"', svg)[1]) for name in ("x", "y", "width", "height"))  # type: ignore[index]  # fmt: skip
    assert (x < 10 and y < 10) or (x + width > frame.width - 10 and y + height > frame.height - 10)
    lines, own = (points(path) for path in re.findall(r'<path d="([^"]*)"', svg)[:2])
    for each in (*lines, *own):
        assert x <= each[0] <= x + width and y <= each[1] <= y + height


def test_the_whole_city_is_in_it_and_the_region_where_it_lies() -> None:
    there, svg, _ = drawn(
        shapely.box(40_000, 0, 80_000, 10_000), shapely.box(58_000, 10_000, 60_000, 30_000)
    )  # in the south-eastern district
    assert there
    lines, own = (points(path) for path in re.findall(r'<path d="([^"]*)"', svg)[:2])
    middle = (max(x for x, _ in lines) + min(x for x, _ in lines)) / 2
    assert min(x for x, _ in own) == pytest.approx(middle, abs=0.1)
    assert max(y for _, y in own) == pytest.approx(max(y for _, y in lines), abs=0.1)


def test_what_is_too_small_to_be_seen_has_a_ring() -> None:
    tiny = shapely.union(shapely.box(50_000, 50_000, 51_000, 50_400), shapely.box(50_900, 50_000, 51_000, 52_000))
    there, svg, _ = drawn(tiny)
    assert there and re.search(rf'<path d="M[^"]*a[^"]*" fill="none" stroke="{WATER}"', svg)


def test_a_region_that_fills_its_map_or_is_all_there_is_has_none() -> None:
    full = shapely.box(0, 0, 40_000, 37_000)
    assert not drawn(full)[0]
    canvas, frame = Canvas(100, 100, "map"), fit((0.0, 0.0, 40_000.0, 40_000.0), 170.0, 160.0, 84.0)
    assert not inset.overview(canvas, frame, CITY[:1], [Outline("r", "r", shapely.box(0, 0, 1000, 1000))])
