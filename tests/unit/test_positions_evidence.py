"""Which reading the evidence speaks for, and what the readings are."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from layers.ingest import bd09, crs, gcj02
from layers.ingest.positions import bounds, datum, readings
from layers.ingest.positions.bounds import Extent
from layers.ingest.positions.evidence import Seen, judge, shift_of
from layers.ingest.positions.readings import Reading, alternatives, are_metres
from layers.ingest.positions.texts import Numbers
from layers.ingest.refusal import ImportRefused

V, W, OTHER = "110108001001", "110108001002", "110101001001"
RANDOM = np.random.default_rng(7)


def seen(name: str, found: list[str], declared: list[str] | None = None, **more: object) -> Seen:
    given = [V] * len(found) if declared is None else declared
    return Seen(name, np.array(found, dtype="U12"), np.array(given, dtype="U12"), **more)  # type: ignore[arg-type]


def verdict(*found: Seen, divisions: bool = True) -> tuple[int, bool, str]:
    judged = judge(found, divisions=divisions)
    return judged.chosen, judged.asks, judged.why


def numbers(x: list[float], y: list[float]) -> Numbers:
    return Numbers(np.array(x), np.array(y), np.zeros(len(x), dtype=bool))


@pytest.mark.parametrize(
    ("plain", "other", "expected"),
    [
        ([V] * 3, [""] * 3, (0, False, "fits")),
        ([""] * 3, [V] * 3, (1, True, "regions")),
        ([""], [V], (1, True, "regions")),
        ([""] * 3, [""] * 3, (0, True, "nowhere")),
        ([OTHER] * 3, [OTHER] * 3, (0, True, "nowhere")),
        ([W] * 3, [W] * 3, (0, False, "fits")),  # another village of the township: a warning of each row, no question
        ([V] * 60 + [W] * 40, [V] * 97 + [W] * 3, (1, True, "regions")),  # a web map's datum, seen by villages
        ([V] * 97 + [W] * 3, [W] * 37 + [V] * 63, (0, False, "fits")),  # a few wrong ones are no other datum
        ([V] * 980 + [W] * 20, [V] * 1000, (1, True, "regions")),  # all that is wrong, and nothing else, is mended
        ([V] * 990 + [W] * 10, [V] * 995 + [W] * 5, (0, False, "fits")),
    ],
)
def test_the_declared_divisions_speak(plain: list[str], other: list[str], expected: tuple[int, bool, str]) -> None:
    assert verdict(seen("plain", plain), seen("other", other)) == expected


def test_rows_that_name_nothing_lie_in_the_city_or_not() -> None:
    assert verdict(seen("plain", ["", ""], ["", ""]), seen("other", [V, W], ["", ""]))[:2] == (1, True)
    assert verdict(seen("plain", [V, W], ["", ""]), seen("other", ["", ""], ["", ""]))[:2] == (0, False)


def test_without_divisions_nothing_is_outside() -> None:
    assert verdict(seen("plain", [""] * 3), seen("other", [""] * 3), divisions=False) == (0, False, "fits")


def test_a_shift_of_known_codes_is_named_to_ten_metres() -> None:
    """Thirty of five hundred are known: all move by GCJ-02's vector, inside the same village or not."""
    lon, lat = RANDOM.uniform(116.2, 116.5, 30), RANDOM.uniform(39.8, 40.0, 30)
    there = gcj02.from_wgs84(lon, lat)
    moved = shift_of(*there, lon, lat)
    geod = pyproj.Geod(ellps="GRS80")
    expected = np.median(geod.inv(lon, lat, *there)[2])
    assert moved is not None and moved.is_one_vector
    assert moved.length_m == pytest.approx(expected, abs=10) and moved.spread_m < 60
    back, baidu = (shift_of(*one(*there), lon, lat) for one in (gcj02.to_wgs84, bd09.to_wgs84))
    assert back is not None and back.stands
    found = [V] * 500
    three = seen("EPSG:4490", found, shift=moved), seen("BD-09", found, shift=baidu), seen("GCJ-02", found, shift=back)
    assert verdict(*three) == (2, True, "moved")
    assert verdict(three[0], three[1]) == (0, True, "vector"), "no reading explains it: it is asked all the same"


def test_known_codes_that_stand_or_go_their_own_ways_are_no_shift() -> None:
    lon, lat = RANDOM.uniform(116.2, 116.5, 30), RANDOM.uniform(39.8, 40.0, 30)
    still = shift_of(lon + 1e-6, lat, lon, lat)
    each = shift_of(lon + RANDOM.normal(0, 1e-2, 30), lat + RANDOM.normal(0, 1e-2, 30), lon, lat)
    for one in (still, each):
        assert one is not None and verdict(seen("plain", [V] * 9, shift=one)) == (0, False, "fits")
    assert shift_of(lon[:2], lat[:2], lon[:2], lat[:2]) is None


def test_rows_that_repeat_a_known_position_say_nothing_of_the_others() -> None:
    settled = np.array([True] * 90 + [False] * 10)
    plain = seen("plain", [V] * 90 + [""] * 10, settled=settled)
    assert verdict(plain, seen("other", [""] * 90 + [V] * 10)) == (1, True, "regions")


def test_a_reading_that_would_move_what_stands_is_not_proposed() -> None:
    lon, lat = RANDOM.uniform(116.2, 116.5, 30), RANDOM.uniform(39.8, 40.0, 30)
    stands, moves = shift_of(lon, lat, lon, lat), shift_of(lon + 0.01, lat, lon, lat)
    plain = seen("plain", [V] * 40 + [""] * 20, shift=stands)
    assert verdict(plain, seen("other", [V] * 60, shift=moves)) == (0, False, "fits")


def test_numbers_that_never_reach_sixty_are_minutes_and_seconds() -> None:
    minutes, seconds = RANDOM.integers(0, 60, 30), RANDOM.integers(1, 60, 30)
    packed = numbers(list(116 + minutes / 100 + seconds / 1e4), list(39 + minutes / 100 + seconds / 1e4))
    plain = numbers(list(RANDOM.uniform(116, 116.5, 30).round(4)), list(RANDOM.uniform(39, 39.5, 30).round(4)))
    coarse = numbers(list(RANDOM.uniform(116, 116.5, 30).round(2)), list(RANDOM.uniform(39, 39.5, 30).round(2)))
    assert [readings.look_packed(one) for one in (packed, plain, coarse)] == [True, False, False]
    assert verdict(seen("plain", [V] * 30), seen("packed", [V] * 30, by_form=True)) == (1, True, "form")
    assert verdict(seen("plain", [V] * 30), seen("packed", [OTHER] * 30, by_form=True)) == (0, False, "fits")


@pytest.mark.parametrize(
    "code", [4548, 4527, 4498, 4547, 2384, 2363, 2334, 2436, 2415, 21420],
)  # fmt: skip
@pytest.mark.parametrize("swapped", [False, True])
def test_metres_of_any_zone_are_among_the_alternatives(code: int, swapped: bool) -> None:
    east, north = pyproj.Transformer.from_crs(4490, code, always_xy=True).transform([116.3, 116.31], [39.9, 39.91])
    given = numbers(north, east) if swapped else numbers(east, north)
    assert are_metres(given)
    offered = {one.name: one for one in alternatives(Reading(crs.parse("4490")), given, (116.4, 40.2), True)}
    found = offered[f"EPSG:{code}" + "+swapped" * swapped]
    lon, lat = found.placed(given)
    assert (lon[0], lat[0]) == pytest.approx((116.3, 39.9), abs=1e-4)


def test_a_reading_has_a_name_that_can_be_told() -> None:
    for name in ("EPSG:4490", "GCJ-02+swapped", "EPSG:4490+packed", "EPSG:4490+swapped+packed", "BD-09"):
        assert readings.told(name).name == name
    for name in ("EPSG:4490+", "EPSG:4490+turned", "swapped", "EPSG:1", "EPSG:4490+packed+packed"):
        with pytest.raises(ImportRefused):
            readings.told(name)


def test_a_shift_is_metres_on_the_ground() -> None:
    reading = Reading(crs.parse("4490"), shift_m=(300.0, -400.0))
    lon, lat = reading.placed(numbers([116.4], [39.9]))
    assert pyproj.Geod(ellps="GRS80").inv(116.4, 39.9, lon[0], lat[0])[2] == pytest.approx(500, abs=0.01)


@pytest.mark.parametrize(
    ("code", "metres"),
    [(4490, None), (4326, None), (4548, None), (32650, None), (3857, None), (2384, 100), (4214, 100), (21420, 100)],
)
def test_what_is_not_known_of_a_datum(code: int, metres: float | None) -> None:
    assert datum.uncertainty_m(crs.parse(str(code))) == metres


def test_the_question_of_a_datum_and_its_answers() -> None:
    source = crs.parse("2384")
    asked = datum.question(source, {})
    assert asked is not None and asked.asks and "100 米" in asked.zh and "100 m" in asked.en
    told = datum.question(source, {"datum.shift": "-12.5,48"})
    assert told is not None and not told.asks and "-12.5" in told.zh
    assert datum.shift({"datum.shift": "-12.5，48"}) == (-12.5, 48.0)
    for wrong in ("5", "a,b", "1e9,0", "nan,nan"):
        with pytest.raises(ImportRefused):
            datum.shift({"datum.shift": wrong})
    with pytest.raises(ImportRefused):
        datum.question(source, {"datum": "exact"})
    assert datum.question(crs.parse("4548"), {}) is None


CITY = Extent(115.4, 39.4, 117.5, 41.1, 16.4e9)


def test_outlines_far_beyond_the_city_are_seen() -> None:
    outlines = np.array(
        [shapely.box(76, 10, 130, 50), shapely.box(116, 39.9, 116.1, 40), None, shapely.box(114.5, 38.7, 118.4, 41.8)]
    )
    out, shown = bounds.beyond(outlines, CITY)
    assert out.tolist() == [True, False, False, True]
    assert shown[0] and "76–130" in shown[0] and "km²" in shown[0]
    assert bounds.beyond(outlines, None)[0].tolist() == [True, False, False, False], "no division is so large"


def test_areas_are_told_to_a_percent() -> None:
    box = shapely.box(116, 39.5, 117, 40.5)
    exact = abs(pyproj.Geod(ellps="GRS80").geometry_area_perimeter(shapely.segmentize(box, 0.01))[0])
    assert bounds.area_m2(np.array([box]))[0] == pytest.approx(exact, rel=0.01)
