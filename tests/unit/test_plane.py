"""The planes of areas and grids: which one a city is in, and what it does to areas, against PROJ."""

from __future__ import annotations

import pyproj
import pytest

from layers import plane

CHENGDU, URUMQI, QINGDAO, BEIJING = (
    (102.99, 30.09, 104.90, 31.44), (86.61, 42.75, 88.97, 44.85), (119.52, 35.58, 121.05, 37.16),
    (115.42, 39.44, 117.51, 41.06),
)  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "srid"),
    [(CHENGDU, 4544), (URUMQI, 4538), (QINGDAO, 4549), (BEIJING, 4548), ((73.5, 35, 74, 36), 4534), ((134.5, 48, 136, 49), 4554)],
)  # fmt: skip
def test_a_city_is_in_the_plane_of_the_nearest_meridian(bounds: plane.Bounds, srid: int) -> None:
    assert plane.plane_of(bounds) == srid


@pytest.mark.parametrize("srid", plane.PLANES)
def test_the_meridians_and_names_are_those_of_the_register(srid: int) -> None:
    system = pyproj.CRS.from_epsg(srid)
    lon = {one.name: one.value for one in system.coordinate_operation.params}["Longitude of natural origin"]
    assert (plane.meridian(srid), system.name) == (lon, f"CGCS2000 / 3-degree Gauss-Kruger CM {lon:.0f}E")


@pytest.mark.parametrize("srid", [4533, 4555, 3857])
def test_nothing_else_is_a_plane(srid: int) -> None:
    with pytest.raises(ValueError, match="4534 to 4554"):
        plane.meridian(srid)


@pytest.mark.parametrize("lat", [4.0, 18.2, 30.6, 43.8, 53.4])
@pytest.mark.parametrize("away", [0.0, 0.7, 1.5, 3.0, -6.0])
def test_the_enlargement_of_areas_is_projs(lat: float, away: float) -> None:
    factors = pyproj.Proj("EPSG:4544").get_factors(105 + away, lat)
    assert plane.area_ppm(4544, 105 + away, lat) == pytest.approx((factors.areal_scale - 1) * 1e6, abs=2)


def test_what_one_plane_for_every_city_would_cost() -> None:
    """The figures of the complaint: by 4548 Chengdu is 3.9 % too large, Ürümqi 14.4 %."""
    chengdu, urumqi = plane.fit(4548, (103.9, 30.6, 103.9, 30.6)), plane.fit(4548, (87.8, 43.8, 87.8, 43.8))
    assert chengdu.edge_ppm == pytest.approx(39_000, rel=0.02) and urumqi.edge_ppm == pytest.approx(144_000, rel=0.03)
    assert "3.9" in chengdu.told.zh and "%" in chengdu.told.zh


def test_the_edge_farthest_from_the_meridian_counts() -> None:
    found = plane.fit(4544, CHENGDU)
    assert found.edge_ppm == pytest.approx(plane.area_ppm(4544, 102.99, 30.09))
    assert found.edge_ppm > plane.area_ppm(4544, 102.99, 31.44) and found.edge_ppm < 1_000
    assert "中央经线 105°E" in found.told.zh and f"{found.edge_ppm:.2f} ppm" in found.told.en
