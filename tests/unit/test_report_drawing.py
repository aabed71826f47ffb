"""Drawing on paper: scales and bars that are true, names that do not lie over each other, one palette."""

from __future__ import annotations

import re

import pytest
import shapely
from pyproj import Geod, Transformer

from geoapp.reports.drawing import frame, geometry, labels, palette
from geoapp.reports.drawing.charts import nice_steps
from geoapp.reports.drawing.sheet import wrapped
from geoapp.reports.drawing.svg import Canvas, dots, number, ring, text_width
from geoapp.reports.drawing.symbols import symbol
from layers import registry


@pytest.mark.parametrize(
    ("least", "scale"),
    [(1, 1), (100_001, 120_000), (100_000, 100_000), (340_000, 400_000), (61_000, 80_000), (81_000, 100_000), (9.9, 10)],
)  # fmt: skip
def test_scales_are_round_and_never_too_large(least: float, scale: int) -> None:
    assert frame.round_scale(least) == scale


def test_a_frame_holds_its_bounds_with_a_margin() -> None:
    bounds = (440_000.0, 4_410_000.0, 470_000.0, 4_450_000.0)
    found = frame.fit(bounds, 128, 176, 84)
    west, south = found.to_paper(bounds[0], bounds[1])
    east, north = found.to_paper(bounds[2], bounds[3])
    assert 4 <= west < east <= 124
    assert 4 <= north < south <= found.height - 4
    assert east - west == pytest.approx(30_000 / found.scale * 1000)


def test_a_point_has_a_frame_too() -> None:
    assert frame.fit((1.0, 1.0, 1.0, 1.0), 128, 176, 84).scale == 10


@pytest.mark.parametrize(
    ("scale", "metres"), [(25_000, 500), (60_000, 2_000), (100_000, 2_000), (400_000, 10_000), (1_500_000, 50_000)]
)
def test_the_bar_is_the_longest_round_one_that_fits(scale: int, metres: int) -> None:
    found, length = frame.scale_bar(scale)
    assert (found, length) == (metres, pytest.approx(metres / scale * 1000))
    assert length <= frame.BAR_AT_MOST_MM


@pytest.mark.parametrize(("lon", "lat"), [(115.5, 39.5), (116.4, 39.9), (117.0, 40.5), (117.4, 41.0)])
def test_the_bar_is_true_on_the_ground(lon: float, lat: float) -> None:
    """Its end points, brought back to the ellipsoid, lie as far apart as it says (to 1 : 100,000)."""
    to_plane = Transformer.from_crs(4490, 4548, always_xy=True)
    to_ground = Transformer.from_crs(4548, 4490, always_xy=True)
    east, north = to_plane.transform(lon, lat)
    metres, length = frame.scale_bar(400_000, frame.scale_factor(east))
    across = length / 1000 * 400_000
    ends = [to_ground.transform(east + side * across / 2, north) for side in (-1, 1)]
    _, _, distance = Geod(ellps="GRS80").inv(*ends[0], *ends[1])
    assert distance == pytest.approx(metres, rel=1e-5)


def test_names_never_overlap_and_none_leaves_the_map() -> None:
    within = (0.0, 0.0, 60.0, 60.0)
    wanted = [
        labels.WantedLabel(x * 4.0, y * 3.0, f"第{x}{y}街道", str(x * 20 + y)) for x in range(15) for y in range(20)
    ]
    placed, left = labels.place(wanted, within, 6.5)
    boxes = [labels.box_of(label) for label in placed]
    assert len(placed) + left == len(wanted) and len(placed) > 40 and left > 0
    assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if labels.overlap(a, b)]
    assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= 60 and b[3] <= 60 for b in boxes)


def test_the_first_name_gets_its_own_place_and_a_later_one_makes_room() -> None:
    first, second = labels.WantedLabel(30, 30, "东华门街道", "1"), labels.WantedLabel(30, 30, "景山街道", "2")
    placed, left = labels.place([first, second], (0, 0, 60, 60), 6)
    assert [label.text for label in placed] == ["东华门街道", "景山街道"] and left == 0
    assert (placed[0].x, placed[0].size_pt) == (30, 6) and placed[1].y != placed[0].y


def test_a_name_without_room_gives_way_to_its_number() -> None:
    placed, _ = labels.place([labels.WantedLabel(3, 3, "一个很长很长的街道名称", "17")], (0, 0, 6, 6), 6)
    assert [label.text for label in placed] == ["17"]


def test_widths_are_never_too_small() -> None:
    """Against the advance widths of the font that is printed with."""
    from fontTools.ttLib import TTCollection

    font = next(
        each
        for each in TTCollection("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").fonts
        if each["name"].getDebugName(1) == "Noto Sans CJK SC"
    )
    cmap, widths, em = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    for text in (
        "东华门街道",
        "Water use report",
        "1,234.56 万 m³",
        "≥ 61.6",
        "EPSG:4548",
        "CGCS2000 / 3-degree Gauss-Krüger",
    ):
        real = sum(widths[cmap[ord(c)]][0] for c in text) / em * 10 * 25.4 / 72
        assert real <= text_width(text, 10) * 1.02, text


def test_what_has_no_data_is_hatched_within_its_outline() -> None:
    """Its colour is as light as that of the lowest class, and in grey they are one."""
    window = frame.fit((0.0, 0.0, 1000.0, 1000.0), 128, 128, 84)
    box = shapely.box(100, 100, 400, 300)
    lines = re.findall(r"M([\d.-]+) ([\d.-]+)L([\d.-]+) ([\d.-]+)Z", geometry.hatching([box], window))
    (west, north), (east, south) = window.to_paper(100, 300), window.to_paper(400, 100)
    for x1, y1, x2, y2 in (map(float, line) for line in lines):
        assert west - 0.01 <= x1 < x2 <= east + 0.01 and north - 0.01 <= y2 < y1 <= south + 0.01
        assert x2 - x1 == pytest.approx(y1 - y2, abs=0.02)  # of one slant
    assert len(lines) > 20 and geometry.hatching([], window) == ""


def test_what_lies_between_two_lines_is_hatched_by_none() -> None:
    coarse = frame.Frame(0, 0, 100, 100, 1_000_000, 0, 0)
    assert geometry.hatching([shapely.box(10, 3, 11, 4)], coarse) == ""


def test_paths_have_few_digits_and_no_needless_points() -> None:
    assert number(1.0) == "1" and number(-0.001) == "0" and number(12.345) in ("12.35", "12.34")
    assert ring([(0, 0), (0.001, 0), (1, 0), (1, 1), (0, 0)]) == "M0 0L1 0L1 1Z"
    assert ring([(0, 0), (0.001, 0.001), (1, 1)]) == ""
    assert dots([(1, 2), (3, 4.5)]) == "M1 2h0M3 4.5h0"


def test_text_is_escaped() -> None:
    canvas = Canvas(10, 10, "<a & b>")
    canvas.text(1, 1, 'x < "y" & z', 6)
    found = canvas.to_svg()
    assert "&lt;a &amp; b&gt;" in found and "x &lt; " in found and "<a" not in found


def test_lines_break_between_words_and_within_chinese() -> None:
    assert wrapped("Numbers refer to the table", 6, 20) == ["Numbers refer to", "the table"]
    found = wrapped("分级与网页地图相同：全市街道(乡镇)，等数量分级。", 6, 20)
    assert "".join(found) == "分级与网页地图相同：全市街道(乡镇)，等数量分级。"
    assert all(text_width(line, 6) <= 20 + 3 for line in found) and not any(line[0] in "，。：" for line in found)
    closed = [wrapped(f"{'全' * n}市社区(村)，等数量分级。", 6, 20) for n in range(12)]
    assert not any(line[0] in "，。：)" for lines in closed for line in lines)


def test_signs_differ_in_shape_or_size() -> None:
    assert len({symbol(layer.printed, 0, 0) for layer in registry.LISTED}) == len(registry.LISTED)


@pytest.mark.parametrize(("most", "last"), [(0, 1), (1, 1), (1017, 1250), (7, 8), (0.3, 0.3), (9_999, 10_000)])
def test_axes_end_at_a_round_mark_no_lower_than_the_most(most: float, last: float) -> None:
    steps = nice_steps(most)
    assert steps[0] == 0 and steps[-1] == pytest.approx(last) and 2 <= len(steps) <= 7


def test_classes_are_cut_as_the_page_cuts_them() -> None:
    assert [palette.class_of(value, [10, 20]) for value in (None, 0, 9.99, 10, 19, 20, 99)] == [-1, 0, 0, 1, 1, 2, 2]
    assert palette.ramp(6) == list(palette.SEQUENTIAL)
    assert palette.ramp(1) == [palette.SEQUENTIAL[3]]
    assert palette.ramp(3) == [palette.SEQUENTIAL[i] for i in (0, 3, 5)]
