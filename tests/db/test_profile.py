"""A region at a glance: each figure is the statistics' own, and what is not on a child is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from layers import models, vocab
from layers.errors import NotFound
from layers.periods import parse_period
from layers.selection import Selection, parse_selection
from layers.stats.answer import Question, answer
from layers.stats.profile import chart_months, object_counts, profile
from tests import factories as make
from tests.factories import DISTRICT, NORTHERN, SOUTHERN, UNIT, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    found = make.make_grid(unit_of_north=True)
    for code, volume in ((A, 1_000), (B, 3_000), (C, 6_000), (SOUTHERN, 500)):
        make.UsageFactory(region=found[code], volume_l=volume)
        make.UsageFactory(region=found[code], volume_l=volume // 2, month=date(2019, 2, 1))
    make.UsageFactory(region=found[A], volume_l=100, source=7, purpose=3)
    found.settle()
    return found


def glance(code: str, period: str = "2019-01", selection: Selection | None = None, versus: str = "previous") -> Any:
    return profile(code, parse_period(period), selection or Selection(), versus)


def test_a_township_by_hand(grid: Grid) -> None:
    found = glance(SOUTHERN, "2019-02")
    assert (found["name"], found["level"], found["volume_l"]) == ("南街道", "township", 2_250)
    assert (found["previous_l"], found["change"]) == (4_600, pytest.approx((2_250 - 4_600) / 4_600))
    assert found["share_of_parent"] == found["share_of_city"] == pytest.approx(2_250 / 5_250)
    assert [step["code"] for step in found["path"]] == [make.CITY, DISTRICT, SOUTHERN]
    assert [step["level"] for step in found["path"]] == ["city", "district", "township"]
    assert found["child_level"] == "village"
    assert [(child["code"], child["volume_l"]) for child in found["children"]] == [(B, 1_500), (A, 500)]
    assert found["not_at_child_level_l"] == 250
    assert sum(child["volume_l"] for child in found["children"]) + 250 == found["volume_l"]
    assert found["bounds"] == pytest.approx((116, 40, 116.02, 40.01))
    assert found["boundary"] == {"source": "", "quality": "synthetic", "synthetic": True}
    assert found["m3_per_km2"] == pytest.approx(2.25 / found["area_km2"])


def test_charts_keep_their_context_whatever_the_filter(grid: Grid) -> None:
    found = glance(A, selection=parse_selection("reclaimed", None, None))
    assert found["volume_l"] == 100
    chart = {one["source"]: one["volume_l"] for one in found["by_source_month"]}
    assert found["months"] == [f"2019-{month:02d}" for month in range(1, 13)]
    assert set(chart) == set(vocab.SOURCE.codes)
    assert chart["group_tap"] == [1_000, 500, *[None] * 10]  # all sources
    assert chart["reclaimed"] == [100, *[None] * 11]
    purposes = {one["purpose"]: one["volume_l"] for one in found["by_purpose"]}
    assert purposes["industrial"] == 100
    assert sum(litres or 0 for litres in purposes.values()) == 100  # of the sources asked
    residential = glance(A, selection=parse_selection(None, "residential", None))
    assert sum(litres or 0 for one in residential["by_source_month"] for litres in one["volume_l"]) == 1_500


def test_the_parts_of_a_chart_are_the_whole(grid: Grid) -> None:
    for code in (make.CITY, DISTRICT, SOUTHERN, A):
        found = glance(code, "2019")
        assert sum(litres or 0 for one in found["by_source_month"] for litres in one["volume_l"]) == found["volume_l"]
        assert sum(one["volume_l"] or 0 for one in found["by_purpose"]) == found["volume_l"]


@pytest.mark.parametrize("code", [make.CITY, DISTRICT, SOUTHERN, NORTHERN, A, D])
def test_it_says_what_the_statistics_say(grid: Grid, code: str) -> None:
    found = glance(code, "2019-02", versus="previous")
    level = vocab.LEVEL.id_of(found["level"])
    row = next(
        row for row in answer(Question(level, parse_period("2019-02")))["rows"] if row["code"] == code
    )  # of the whole level, not under the region itself
    assert {key: found[key] for key in ("volume_l", "m3_per_km2", "previous_l", "change")} == {
        key: row[key] for key in ("volume_l", "m3_per_km2", "previous_l", "change")
    }
    assert found["share_of_city"] == row["share"]


def test_a_village_has_no_children_and_the_city_no_parent(grid: Grid) -> None:
    village, city = glance(A), glance(make.CITY)
    assert (village["child_level"], village["children"], village["not_at_child_level_l"]) == (None, [], 0)
    assert city["share_of_parent"] is None
    assert city["share_of_city"] == 1


def test_the_reporting_unit_is_the_nearest_ones(grid: Grid) -> None:
    assert glance(D)["reporting_unit"]["code"] == UNIT
    assert glance(A)["reporting_unit"]["code"] == DISTRICT


def test_a_reporting_unit_by_hand(grid: Grid) -> None:
    """The north's townships report to a unit of their own, the south's to the district's bureau, which shares its code."""
    north = glance(UNIT)
    assert (north["level"], north["volume_l"]) == ("reporting_unit", 6_000)
    assert ([row["code"] for row in north["children"]], north["not_at_child_level_l"]) == ([NORTHERN], 0)
    assert [step["code"] for step in north["path"]] == [make.CITY, UNIT]
    bureau = profile(DISTRICT, parse_period("2019-01"), Selection(), "previous", unit=True)
    assert (bureau["level"], bureau["volume_l"]) == ("reporting_unit", 4_600)
    assert [row["code"] for row in bureau["children"]] == [SOUTHERN]
    assert glance(DISTRICT)["volume_l"] == 10_600


@pytest.mark.parametrize("code", ["110102", "99"])
def test_an_unknown_region_is_not_found(grid: Grid, code: str) -> None:
    with pytest.raises(NotFound):
        glance(code)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2019-03", "2019-01", "2019-12"),
        ("2019", "2019-01", "2019-12"),
        ("2018-11..2019-02", "2018-03", "2019-02"),
        ("2017..2019", "2019-01", "2019-12"),
    ],
)
def test_the_chart_has_twelve_months(period: str, first: str, last: str) -> None:
    months = chart_months(parse_period(period))
    assert (str(months[0]), str(months[-1]), len(months)) == (first, last, 12)


def test_objects_are_counted_where_they_are_found_and_otherwise_declared(grid: Grid) -> None:
    make.WellFactory(geom=at(0.5, 0.5), declared_region=grid[D])
    make.WellFactory(geom=None, declared_region=grid[D])
    make.WellFactory(geom=None, declared_region=grid[DISTRICT])
    make.WellFactory(geom=at(9, 9), declared_region=grid[A])  # its position is believed
    station = make.FacilityFactory(kind=3, geom=at(1.5, 1.5))
    make.FacilityFactory(kind=1, geom=at(1.5, 1.5))
    make.SupplyAreaFactory(facility=station)
    grid.settle()

    def counts(*prefixes: str) -> dict[str, int]:
        found = object_counts(list(prefixes) or None)
        return {one["layer"]: one["count"] for one in found if one["count"]}

    assert counts()["well"] == 4
    assert counts(A) == {"well": 1}
    assert counts(NORTHERN) == {"well": 1, "urban_plant": 1, "village_station": 1, "supply_area": 1}
    assert counts(DISTRICT)["well"] == 3
    assert models.Well.objects.count() == 4
