"""Reference systems at the door, and the offset datum."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.ingest import bd09, china, crs, gcj02
from layers.ingest.refusal import ImportRefused


def grid() -> tuple[np.ndarray, np.ndarray]:
    """Every third of a degree over China."""
    lon, lat = np.meshgrid(np.arange(73.0, 136.0, 1 / 3), np.arange(3.0, 54.0, 1 / 3))
    return lon.ravel(), lat.ravel()


def test_forward_of_inverse_and_inverse_of_forward_return() -> None:
    lon, lat = grid()
    for there, back in ((gcj02.to_wgs84, gcj02.from_wgs84), (gcj02.from_wgs84, gcj02.to_wgs84)):
        again = back(*there(lon, lat))
        assert np.abs(again[0] - lon).max() < 1e-9
        assert np.abs(again[1] - lat).max() < 1e-9


def test_known_offset_in_beijing() -> None:
    """Tiananmen by the published formula (116.3912, 39.9073 → 116.3974, 39.9087), to a metre."""
    lon, lat = gcj02.from_wgs84(np.array([116.3912]), np.array([39.9073]))
    assert lon[0] == pytest.approx(116.39744, abs=1e-5)
    assert lat[0] == pytest.approx(39.90870, abs=1e-5)


def test_the_offset_is_tens_to_hundreds_of_metres() -> None:
    lon, lat = grid()
    shift_m = np.hypot(*(a - b for a, b in zip(gcj02.from_wgs84(lon, lat), (lon, lat), strict=True))) * 111_000
    assert shift_m.min() > 20 and shift_m.max() < 1_500


def test_outside_its_rectangle_nothing_moves() -> None:
    lon, lat = np.array([2.35, 139.7]), np.array([48.86, 35.7])
    assert np.array_equal(gcj02.to_wgs84(lon, lat), (lon, lat))
    assert np.array_equal(gcj02.from_wgs84(lon, lat), (lon, lat))


def test_no_positions_are_no_trouble() -> None:
    assert gcj02.to_wgs84(np.empty(0), np.empty(0))[0].size == 0


def test_baidus_datum_returns_and_lies_where_it_is_known_to() -> None:
    """Tiananmen: 116.3912, 39.9073 of WGS 84 is 116.40381, 39.91504 on Baidu's map."""
    lon, lat = grid()
    again = bd09.to_wgs84(*bd09.from_wgs84(lon, lat))
    assert max(np.abs(again[0] - lon).max(), np.abs(again[1] - lat).max()) < 1e-9
    there = bd09.from_wgs84(np.array([116.3912]), np.array([39.9073]))
    assert (there[0][0], there[1][0]) == pytest.approx((116.40381, 39.91504), abs=2e-5)


@given(st.floats(115.4, 117.6), st.floats(39.4, 41.1))
def test_the_inverse_holds_everywhere_in_beijing(lon: float, lat: float) -> None:
    there = gcj02.to_wgs84(np.array([lon]), np.array([lat]))
    back = gcj02.from_wgs84(*there)
    assert abs(back[0][0] - lon) < 1e-10 and abs(back[1][0] - lat) < 1e-10


@pytest.mark.parametrize("word", ["EPSG:4490", "epsg:4490", "4490", " EPSG:4326 "])
def test_degrees_are_kept_to_the_bit(word: str) -> None:
    points = shapely.points([[116.123456789012345, 39.987654321098765]])
    assert shapely.equals_identical(crs.to_stored(points, crs.parse(word)), points).all()


@pytest.mark.parametrize("word", ["GCJ-02", "gcj02", "gcj_02"])
def test_the_offset_datum_is_taken_out(word: str) -> None:
    moved = crs.to_stored(shapely.points([[116.39744, 39.90870]]), crs.parse(word))
    assert moved[0].x == pytest.approx(116.3912, abs=2e-5)
    assert moved[0].y == pytest.approx(39.9073, abs=2e-5)


def test_metres_come_to_longitude_latitude_in_that_order() -> None:
    plane = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(116.4, 39.9)
    found = crs.to_stored(np.array([shapely.Point(plane), None], dtype=object), crs.parse("EPSG:4548"))
    assert found[0].x == pytest.approx(116.4, abs=1e-9)
    assert found[0].y == pytest.approx(39.9, abs=1e-9)
    assert found[1] is None


@pytest.mark.parametrize("word", ["", "EPSG:1", "EPSG:999999", "WGS84", "4490; DROP TABLE", "BD-08"])
def test_unknown_systems_are_refused_with_what_is_known(word: str) -> None:
    with pytest.raises(ImportRefused, match="坐标系") as caught:
        crs.parse(word)
    assert "GCJ-02" in (caught.value.allowed or [])


def test_what_a_file_declares() -> None:
    assert crs.of_file(None) is None
    assert crs.of_file("not a crs") is None
    assert crs.of_file("EPSG:4548").name == "EPSG:4548"  # type: ignore[union-attr]
    assert crs.of_file(pyproj.CRS(4490).to_wkt()).kept  # type: ignore[union-attr]
    assert crs.of_file("OGC:CRS84").kept  # type: ignore[union-attr]
    assert (
        crs.of_file('ENGCRS["Undefined Cartesian SRS",EDATUM[""],CS[Cartesian,2],AXIS["x",east],AXIS["y",north]]')
        is None
    )


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (39.9, 116.4, "写反"),
        (500_000.0, 4_400_000.0, "米"),
        (0.0, 0.0, "留空"),
        (2.35, 48.86, "73–136"),
    ],
)
def test_the_hint_names_the_likely_mistake(x: float, y: float, words: str) -> None:
    assert words in china.hint(np.array([x, y, x, y])).zh


def test_the_bounds_of_china_include_their_edge_and_nothing_infinite() -> None:
    boxes = np.array([[73, 3, 136, 54], [72.9, 40, 73, 41], [np.nan] * 4, [np.inf] * 4, [116, 39, 116, 54.1]])
    assert china.inside_china(boxes).tolist() == [True, False, True, False, False]
