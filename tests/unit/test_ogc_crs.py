"""Reference systems: the axis order is the authority's, as PROJ has it, and a box covers the ground it says."""

from __future__ import annotations

import pytest
from pyproj import CRS, Transformer

from layers.crs import ALLOWED, CRS84, Crs, box, parse_box, parse_crs, systems
from layers.errors import BadParameter
from layers.plane import USUAL

CITY = (115.42, 39.44, 117.5, 41.06)
each_system = pytest.mark.parametrize("system", systems(USUAL), ids=lambda system: system.uri.rpartition("/")[2])


def authority(system: Crs) -> CRS:
    return CRS.from_user_input("OGC:CRS84" if system is CRS84 else system.srid)


@each_system
def test_the_axis_order_is_the_authoritys(system: Crs) -> None:
    first = authority(system).axis_info[0].direction
    assert system.flipped == (first == "north")


@each_system
def test_a_system_is_found_by_every_name(system: Crs) -> None:
    for name in (system.uri, *system.aliases, *(f"[{alias}]" for alias in system.aliases)):
        assert parse_crs(name, "crs") is system


@pytest.mark.parametrize("text", ["EPSG:9999", "4490", "http://www.opengis.net/def/crs/EPSG/0/2000", "crs84 "])
def test_another_system_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_crs(text, "bbox-crs")
    assert (caught.value.param, caught.value.allowed) == ("bbox-crs", ALLOWED)


def test_nothing_asked_is_crs84() -> None:
    assert parse_crs(None, "crs") is parse_crs("", "crs") is CRS84


@each_system
def test_a_box_is_in_the_order_of_its_system(system: Crs) -> None:
    """The corners as PROJ gives them in authority order, read by us, are the corners that were meant."""
    to = Transformer.from_crs("OGC:CRS84", authority(system))  # in each authority's own order
    west, south = 116.30, 39.90
    low, high = to.transform(west, south), to.transform(west + 0.02, south + 0.02)
    ground = parse_box(",".join(repr(n) for n in (*low, *high)), system)
    back = Transformer.from_crs(ground.srid, 4490, always_xy=True)
    x1, y1, x2, y2 = ground.extent
    assert back.transform(x1, y1) == pytest.approx((west, south), abs=2e-4)  # a box of the plane is turned a little
    assert back.transform(x2, y2) == pytest.approx((west + 0.02, south + 0.02), abs=2e-4)


def test_heights_are_ignored_and_a_point_or_line_is_a_box() -> None:
    assert parse_box("116,40,-5,117,41,900", CRS84).extent == (116, 40, 117, 41)
    assert parse_box("116,40,116,40", CRS84).geom_type == "Point"
    assert parse_box("116,40,116,41", CRS84).geom_type == "LineString"


def test_a_box_over_the_antimeridian_is_two() -> None:
    ground = parse_box("170,-10,-170,10", CRS84)
    assert (ground.geom_type, ground.num_geom) == ("MultiPolygon", 2)


def test_a_map_that_shows_more_than_the_zone_asks_for_all_of_it() -> None:
    plane = parse_crs("EPSG:4548", "crs")
    assert box([-1e9, -1e9, 1e9, 1e9], plane, "bbox").extent == plane.limits


@pytest.mark.parametrize(
    ("text", "name"),
    [("1,2,3", "CRS84"), ("1,2,3,4,5", "CRS84"), ("a,b,c,d", "CRS84"), ("116,40,117,nan", "CRS84"),
     ("116,40,117,inf", "CRS84"), ("116,41,117,40", "CRS84"), ("116,40,217,41", "CRS84"), ("116,40,117,41", "EPSG:4490"),
     ("4400000,400000,4300000,500000", "EPSG:4548"), ("2,0,1,1", "EPSG:3857"), ("", "CRS84")],
)  # fmt: skip
def test_what_is_no_box_is_refused(text: str, name: str) -> None:
    with pytest.raises(BadParameter) as caught:
        parse_box(text, parse_crs(name, "bbox-crs"))
    assert caught.value.param == "bbox"
    assert caught.value.allowed
