"""Numbers beside facilities: over no sign, no name and no other number, and those of their lists."""

from __future__ import annotations

from itertools import combinations

import pytest
import shapely

from geoapp.reports import captions
from geoapp.reports.drawing import labels, numbers
from geoapp.reports.drawing.frame import fit
from geoapp.reports.drawing.numbers import StandingSign
from geoapp.reports.drawing.sheet import Figure
from geoapp.reports.structure import FacilityLine, FacilityList
from geoapp.reports.words import word

WITHIN = (0.0, 0.0, 100.0, 100.0)


Placed = list[tuple[StandingSign, numbers.PlacedNumber]]


def boxes(placed: Placed) -> list[labels.Box]:
    return [labels.box_of(each.label, 0) for _, each in placed]


def test_numbers_lie_over_nothing() -> None:
    signs = [StandingSign(8 + 5.5 * (n % 15), 8 + 7.5 * (n // 15), 1.7, n + 1) for n in range(150)]
    names = [(40.0, 40.0, 60.0, 44.0)]
    placed = numbers.place(signs, WITHIN, 7, names)
    assert len(placed) > 100
    assert not [1 for a, b in combinations(boxes(placed), 2) if labels.overlap(a, b)]
    for box in boxes(placed):
        assert not labels.overlap(box, names[0]) and not [1 for sign in signs if labels.overlap(box, sign.box)]
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= 100 and box[3] <= 100


def test_one_without_room_beside_it_is_led_to_and_the_first_of_a_list_come_first() -> None:
    crowd = [StandingSign(50 + n % 6 * 1.2, 50 + n // 6 * 1.2, 1.7, n + 1) for n in range(60)]
    placed = numbers.place(crowd, WITHIN, 7, [])
    told = [int(each.label.text) for _, each in placed]
    assert 10 < len(told) < 60 and told == sorted(told) and told[:3] == [1, 2, 3]
    led = [(sign, each) for sign, each in placed if each.end]
    assert led and numbers.lines(placed).count("M") == len(led)
    for sign, each in led:  # by a line that crosses no other number
        way = shapely.LineString([(sign.x, sign.y), each.end])
        assert not [
            1
            for other, box in zip(placed, boxes(placed), strict=True)
            if other[0] != sign and way.intersects(shapely.box(*box))
        ]


def test_numbers_are_those_of_the_lists() -> None:
    def line(layer: str, code: str) -> FacilityLine:
        return FacilityLine(layer, code, code, "", "", None, "")

    first = FacilityList("urban_plant", (line("urban_plant", "a"), line("urban_plant", "b")))
    second = FacilityList("sewage_plant", (line("sewage_plant", "c"), line("sewage_plant", "a")), first.last + 1)
    places = {"urban_plant": {"b": shapely.Point(10, 10).wkb}, "sewage_plant": {"a": shapely.Point(20, 20).wkb}}
    frame = fit((0.0, 0.0, 100.0, 100.0), 100, 100, 100)
    signs = numbers.standing([first, second], places, frame)
    assert [sign.number for sign in signs] == [2, 4] and (first.last, second.last) == (2, 4)
    assert (signs[1].x, signs[1].y) == frame.to_paper(20, 20)


def test_the_paper_behind_all_figures_is_one_shape() -> None:
    placed = numbers.place([StandingSign(20, 20, 1, 7), StandingSign(40, 40, 1, 8)], WITHIN, 7, [])
    assert numbers.backing(each for _, each in placed).count("M") == 2


@pytest.mark.parametrize(
    ("tables", "zh", "en"),
    [
        (("表7", "表8"), "表7、表8", "表7, 表8"),
        (("表7", "表8", "表9"), "表7至表9", "表7 to 表9"),
        (("表2-7", "表2-8", "表2-9"), "表2-7至表2-9", "表2-7 to 表2-9"),
        (("表7", "表9", "表10"), "表7、表9、表10", "表7, 表9, 表10"),
    ],
)
def test_lists_that_follow_one_another_are_told_by_the_first_and_the_last(
    tables: tuple[str, ...], zh: str, en: str
) -> None:
    for lang, told in (("zh", zh), ("en", en)):
        drawn = Figure("objects", "", "", "<svg/>", [word("facilities_numbered", lang)])
        pointed = captions.pointing_to_lists(captions.of(drawn, lang), tables, lang)
        assert pointed.notes[-1] == word("facilities_numbered_in", lang, tables=told)
