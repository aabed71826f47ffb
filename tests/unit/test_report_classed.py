"""A region's own classes: only where those of the city tell little, and cut as the API cuts."""

from __future__ import annotations

import pytest

from geoapp.reports.classed import is_one_colour, own_classes
from geoapp.reports.structure import MapClasses, RegionLine
from layers.stats.classes import classify

BREAKS = (10.0, 20.0, 30.0, 40.0, 50.0)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([51, 60, 70, 80, 90], True),  # one class holds them all
        ([41, 45, 60, 70, 80, 5, 15, 25, 35, 36], False),
        ([41, 60, 70, 80, 5], True),  # four of five in two
        ([41, 60, 70, 25, 5], False),
        ([51, 52, 53, 54, 55, 56, 41, 31, 25, 5], True),  # seven of ten
        ([60, 70, 80], False),  # three are read by their numbers
        ([], False),
    ],
)
def test_when_two_classes_hold_nearly_all(values: list[float], told: bool) -> None:
    assert is_one_colour(values, BREAKS) is told


def line(code: str, volume_l: int | None, density: float | None = None) -> RegionLine:
    return RegionLine(code, code, "", volume_l, None, 1.0, density, None, None)


def test_own_classes_are_quantiles_of_the_regions_own_values() -> None:
    lines = [line(str(n), (60 + n * n) * 1000, 25.0 + n) for n in range(12)] + [line("x", None)]
    city = {f"township/{measure}": MapClasses(measure, BREAKS, "quantiles") for measure in ("volume", "per_km2")}
    found = own_classes(city, {"township": lines})
    values = [60 + n * n for n in range(12)]
    assert found["township/volume"].breaks == tuple(classify(values, "quantiles", 4).breaks)
    assert found["township/volume"].breaks[0] > BREAKS[-1] and found["township/volume"].method == "quantiles"
    assert "township/per_km2" in found  # 25 to 36: two of the city's classes
    assert own_classes(city, {"township": lines, "village": lines}).keys() == found.keys()


def test_equal_values_have_no_classes_of_their_own() -> None:
    city = {"township/volume": MapClasses("volume", BREAKS, "quantiles")}
    assert own_classes(city, {"township": [line(str(n), 60_000) for n in range(9)]}) == {}
