"""An area is read in one place and spelled in one way; what is none is told why."""

from __future__ import annotations

import math

import pytest

from layers.area import CORNERS_MOST, DrawnShape, Regions, parse_area
from layers.errors import BadParameter


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("regions:110108,110105,110108", "regions:110105,110108"),
        ("regions: 110108001 , 110108,", "regions:110108"),
        ("circle:116.300,39.95,2000", "circle:116.3,39.95,2000"),
        ("circle:116.3000004,39.95,2000.4", "circle:116.3,39.95,2000"),
        ("box:116.2,39.8,116.6,40.10", "box:116.2,39.8,116.6,40.1"),
        ("box:-0.0,0,1,1", "box:0,0,1,1"),
        ("shape:116,39;117,39;117,40;116,39", "shape:116,39;117,39;117,40"),
        ("shape:116,39;116.000001,39;117,39;117,40;", "shape:116,39;117,39;117,40"),
    ],
)
def test_one_spelling(text: str, spelled: str) -> None:
    assert parse_area(text).text == spelled
    assert parse_area(spelled).text == spelled


def test_regions_that_lie_in_others_are_told_and_not_counted() -> None:
    found = parse_area("regions:110108001,110108,110105")
    assert found == Regions(("110105", "110108"), ("110108001",))


def test_a_circle_is_as_large_as_its_radius_says() -> None:
    found = parse_area("circle:116.3,39.95,2000")
    assert isinstance(found, DrawnShape)
    assert found.km2 == pytest.approx(math.pi * 4, rel=1e-3)
    west, south, east, north = found.bounds
    assert (west + east) / 2 == pytest.approx(116.3)
    assert (south + north) / 2 == pytest.approx(39.95, abs=1e-5)
    assert north - south == pytest.approx(4000 / 111_035, rel=1e-3)  # a degree of the meridian at 40° N


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no area"),
        ("110108", "is no area"),
        ("polygon:1,2;3,4;5,6", "is no area"),
        ("regions:", "1 to 50"),
        ("regions:11010", "11010 is no division code"),
        ("regions:110108,x';--,11", "x';-- is no division code"),
        ("regions:" + ",".join(str(110_000 + n) for n in range(51)), "these are 51"),
        ("circle:116.3,39.95", "three numbers"),
        ("circle:116.3,39.95,9", "too small"),
        ("circle:116.3,39.95,100001", "too large"),
        ("circle:39.95,116.3,2000", "no place on the map"),
        ("circle:nan,39.95,2000", "no number"),
        ("circle:116.3,39.95,1e3", "no number"),
        ("circle:179.999,0,5000", "beyond the map"),
        ("box:116,39,117", "four numbers"),
        ("box:117,39,116,40", "has no area"),
        ("box:116,39,116.000001,40", "has no area"),
        ("box:0,0,100,80", "is too large"),
        ("shape:116,39;117,39", "2 different"),
        ("shape:116,39;116,39;116,39;116,39", "1 different"),
        ("shape:116,39;117,39,5;117,40", "not longitude,latitude"),
        ("shape:116,39;117,40;117,39;116,40", "crosses or touches itself at 116.50000,39.50000"),
        ("shape:116,39;117,39;118,39", "crosses or touches itself"),
        ("shape:" + ";".join(f"{100 + n / 9:.5f},{30 + n % 2}" for n in range(CORNERS_MOST + 2)), "this one has 202"),
        ("shape:116,39;117,39;117,٤٠", "no number"),
    ],
)
def test_what_is_no_area_is_told_why(text: str, why: str) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_area(text)
    assert why in caught.value.detail
    assert caught.value.param == "area"
    assert caught.value.allowed
    assert len(caught.value.detail) < 200
