"""Answers of the statistics, by hand on the small grid: totals, shares, densities, comparisons, gaps, legends."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations
from typing import Any

import pyproj
import pytest

from layers import models, vocab
from layers.errors import NotFound
from layers.periods import parse_period
from layers.selection import Selection, parse_selection
from layers.stats import query
from layers.stats.answer import Question, answer, last_year
from layers.stats.divisions import today
from layers.stats.regions import region_index
from layers.stats.series import series
from layers.vocab import CITY, DISTRICT, REPORTING_UNIT, TOWNSHIP, VILLAGE
from tests import factories as make
from tests.factories import NORTHERN, SOUTHERN, UNIT, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    return make.make_grid(unit_of_north=True)


def use(place: Any, volume_l: int, month: str = "2019-01", source: int = 1, purpose: int = 1, **more: Any) -> None:
    """A record at a meter, facility or region."""
    kind = {models.Meter: "meter", models.SupplyFacility: "facility", models.Region: "region"}[type(place)]
    day = date.fromisoformat(f"{month}-01")
    make.UsageFactory(**{kind: place}, volume_l=volume_l, month=day, source=source, purpose=purpose, **more)


def ask(level: int, period: str = "2019-01", **more: Any) -> dict[str, Any]:
    return answer(Question(level, parse_period(period), **more))


def litres(found: dict[str, Any]) -> dict[str, Any]:
    """By region; None where nothing is recorded."""
    return {row["code"]: row["volume_l"] for row in found["rows"]}


SOURCE_SUBSETS = [frozenset(chosen) for size in range(1, 8) for chosen in combinations(range(1, 8), size)]
PURPOSE_SUBSETS = [
    frozenset(vocab.PURPOSE.by_id), frozenset({1}), vocab.NON_RESIDENTIAL_IDS, frozenset({2, 5}),
    frozenset({1, 3, 4, 6, 7}), frozenset({1, 2, 3, 4}),
]  # fmt: skip


def test_every_selection_of_sources_and_purposes_is_the_sum_of_its_records(grid: Grid) -> None:
    """127 sets of sources, each with one of 6 of purposes in turn, in three periods, over every way of measuring."""
    chance = random.Random(7)
    places = [
        grid[A], grid[C], grid[NORTHERN], make.MeterFactory(geom=at(1.5, 0.5)), make.MeterFactory(geom=at(9, 9)),
        make.FacilityFactory(kind=1),
    ]  # fmt: skip
    records = []
    for month in ("2018-12", "2019-01", "2019-02", "2019-04"):
        for source in vocab.SOURCE.by_id:
            for purpose in vocab.PURPOSE.by_id:
                volume = chance.randrange(10**9)
                use(chance.choice(places), volume, month, source, purpose)
                records.append((month, source, purpose, volume))
    grid.settle()
    periods = (
        ("2019-01", {"2019-01"}),
        ("2019-02..2019-04", {"2019-02", "2019-04"}),
        ("2018-12..2019-02", {"2018-12", "2019-01", "2019-02"}),
    )
    for turn, (text, months) in enumerate(periods):
        for number, sources in enumerate(SOURCE_SUBSETS):
            purposes = PURPOSE_SUBSETS[(number + 2 * turn) % len(PURPOSE_SUBSETS)]
            selection, period = Selection(sources, purposes), parse_period(text)
            direct = sum(v for m, s, p, v in records if m in months and s in sources and p in purposes)
            level = (VILLAGE, CITY, REPORTING_UNIT)[len(sources) % 3]
            found = query.totals(level, period, selection, (), today())
            assert sum(total.volume_l for total in found) == direct, (text, sources, purposes)


def test_an_answer_by_hand(grid: Grid) -> None:
    use(grid[A], 1_000)
    use(make.MeterFactory(geom=at(1.5, 0.5)), 3_000)
    use(grid[SOUTHERN], 500)  # measured for the township: on no village
    use(make.FacilityFactory(kind=1), 250)  # counted for the district
    use(make.MeterFactory(geom=at(9, 9)), 150)  # outside the city
    use(make.MeterFactory(geom=None), 100)  # nowhere
    grid.settle()
    found = ask(VILLAGE)
    assert found["level"] == "village"
    assert found["total_l"] == 5_000
    assert litres(found) == {A: 1_000, B: 3_000, C: None, D: None}
    assert [row["share"] for row in found["rows"]] == [0.2, 0.6, None, None]
    assert found["gaps"] == [
        {"gap": "coarser", "parent": make.DISTRICT, "volume_l": 250, "share": 0.05},
        {"gap": "coarser", "parent": SOUTHERN, "volume_l": 500, "share": 0.1},
        {"gap": "unassigned", "parent": None, "volume_l": 100, "share": 0.02},
        {"gap": "outside", "parent": None, "volume_l": 150, "share": 0.03},
    ]
    assert found["period"] == {
        "text": "2019-01",
        "from": "2019-01",
        "to": "2019-01",
        "months": 1,
        "days": 31,
        "missing": [],
    }
    assert litres(ask(TOWNSHIP)) == {SOUTHERN: 4_500, NORTHERN: None}
    assert litres(ask(DISTRICT)) == {make.DISTRICT: 4_750}
    assert litres(ask(CITY)) == {make.CITY: 4_750}
    assert litres(ask(REPORTING_UNIT)) == {make.DISTRICT: 4_750, UNIT: None}
    for level in vocab.LEVEL.by_id:
        found = ask(level)
        on_map, off_map = sum(v or 0 for v in litres(found).values()), sum(gap["volume_l"] for gap in found["gaps"])
        assert on_map + off_map == found["total_l"] == 5_000


def test_density_is_of_the_true_area(grid: Grid) -> None:
    """Against the geodesic area on the CGCS2000 ellipsoid, by another library; the map's plane is true to 1 in 1000."""
    use(grid[D], 123_456_789)
    grid.settle()
    row = next(row for row in ask(VILLAGE)["rows"] if row["code"] == D)
    ring = make.square(1, 1, 2, 2).coords[0]
    area_m2, _ = pyproj.Geod(a=6378137, rf=298.257222101).polygon_area_perimeter(*zip(*ring, strict=True))
    assert row["area_km2"] == pytest.approx(abs(area_m2) / 1e6, rel=1e-3)
    assert row["m3_per_km2"] == pytest.approx(123_456.789 / (abs(area_m2) / 1e6), rel=1e-3)
    assert row["m3_per_km2"] == pytest.approx(123_456.789 / row["area_km2"], rel=1e-12)


def test_parts_of_a_region_share_its_area(grid: Grid) -> None:
    villages = {row["code"]: row["area_km2"] for row in grid_rows(VILLAGE)}
    # To 1 m²: the ends of an edge are projected, and not what lies between.
    assert sum(villages.values()) == pytest.approx(grid_rows(CITY)[0]["area_km2"], abs=1e-6)
    units = {row["code"]: row["area_km2"] for row in grid_rows(REPORTING_UNIT)}
    assert units[UNIT] == pytest.approx(villages[C] + villages[D], abs=1e-6)


def grid_rows(level: int) -> list[dict[str, Any]]:
    if not models.UsageSum.objects.exists():
        use(models.Region.objects.get(code=A), 1)
        Grid().settle()
    return list(ask(level)["rows"])


def test_under_a_parent_only_what_is_in_it(grid: Grid) -> None:
    for place, volume in ((A, 1), (B, 2), (C, 4), (D, 8), (SOUTHERN, 16), (NORTHERN, 32), (make.DISTRICT, 64)):
        use(grid[place], volume)
    grid.settle()
    south = ask(VILLAGE, parent=SOUTHERN)
    assert litres(south) == {A: 1, B: 2}
    assert south["gaps"] == [{"gap": "coarser", "parent": SOUTHERN, "volume_l": 16, "share": 16 / 19}]
    assert south["total_l"] == 19 == litres(ask(TOWNSHIP))[SOUTHERN]
    assert litres(ask(VILLAGE, parent=A)) == {A: 1}
    assert litres(ask(TOWNSHIP, parent=make.CITY)) == {SOUTHERN: 19, NORTHERN: 44}
    # A reporting unit is a set of townships.
    assert litres(ask(VILLAGE, parent=UNIT)) == {C: 4, D: 8}
    assert litres(ask(TOWNSHIP, parent=UNIT)) == {NORTHERN: 44}
    assert ask(VILLAGE, parent=UNIT)["total_l"] == 44


def test_what_a_parent_is_compared_with_is_in_it_too(grid: Grid) -> None:
    for month, volume in (("2019-01", 1), ("2019-02", 2)):
        use(grid[A], volume, month)
        use(grid[C], 100 * volume, month)
    grid.settle()
    found = ask(VILLAGE, "2019-02", parent=SOUTHERN, versus="previous")
    assert found["total_l"] == 2
    assert [(row["code"], row["previous_l"], row["volume_l"]) for row in found["rows"]] == [(A, 1, 2), (B, None, None)]


@pytest.mark.parametrize("parent", ["12", "110102", "110101009", "110101001009"])
def test_an_unknown_parent_is_not_found(grid: Grid, parent: str) -> None:
    use(grid[A], 1)
    grid.settle()
    with pytest.raises(NotFound, match=parent):
        ask(VILLAGE, parent=parent)


def test_what_a_period_is_compared_with(grid: Grid) -> None:
    by_month = {"2018-01": 50, "2018-02": 100, "2018-03": 200, "2019-01": 400, "2019-02": 1000, "2019-03": 500}
    for month, volume in by_month.items():
        use(grid[A], volume, month)
    grid.settle()
    for period, versus, other, before, now in (
        ("2019-02", "previous", "2019-01", 400, 1000),
        ("2019-02", "year", "2018-02", 100, 1000),
        ("2019-01..2019-03", "year", "2018-01..2018-03", 350, 1900),
        ("2019-Q1", "year", "2018-01..2018-03", 350, 1900),
        # Of a year that is not complete the same months, not the season before.
        ("2019", "previous", "2018-01..2018-03", 350, 1900),
        ("2019", "year", "2018-01..2018-03", 350, 1900),
    ):
        found = ask(VILLAGE, period, versus=versus)
        assert (found["versus"]["kind"], found["versus"]["period"]) == (versus, other)
        rows = {row["code"]: row for row in found["rows"]}
        assert (rows[A]["previous_l"], rows[A]["volume_l"]) == (before, now), period
        assert rows[A]["change"] == pytest.approx((now - before) / before)
        assert (rows[B]["previous_l"], rows[B]["change"]) == (None, None)  # nothing to be compared with


@pytest.mark.parametrize(
    ("period", "versus"),
    [("2019-01", "previous"), ("2019-01", "year"), ("2019-01..2019-03", "previous"), ("2018-12..2019-01", "year")],
)
def test_without_a_whole_period_before_nothing_is_compared(grid: Grid, period: str, versus: str) -> None:
    for month in ("2018-11", "2019-01", "2019-02", "2019-03"):
        use(grid[A], 1, month)
    grid.settle()
    found = ask(VILLAGE, period, versus=versus)
    assert found["versus"]["period"] is None
    assert {(row["previous_l"], row["change"]) for row in found["rows"]} == {(None, None)}


def test_months_that_are_missing_are_named(grid: Grid) -> None:
    use(grid[A], 1, "2019-02")
    use(grid[A], 2, "2019-04")
    grid.settle()
    found = ask(VILLAGE, "2019-01..2019-05")
    assert found["period"]["months"] == 2
    assert found["period"]["missing"] == ["2019-01", "2019-03", "2019-05"]
    assert found["total_l"] == 3


@pytest.mark.parametrize("period", ["2018", "2019-01", "2020-Q1"])
def test_a_period_without_any_month_is_not_found_and_says_what_there_is(grid: Grid, period: str) -> None:
    use(grid[A], 1, "2019-02")
    use(grid[A], 1, "2019-04")
    grid.settle()
    with pytest.raises(NotFound) as caught:
        ask(VILLAGE, period)
    assert (caught.value.param, caught.value.allowed) == ("period", ["2019-02..2019-04"])


def test_before_any_import_there_is_nothing() -> None:
    with pytest.raises(NotFound, match="no usage"):
        ask(DISTRICT)
    with pytest.raises(NotFound, match="no usage yet"):
        last_year()
    empty = series(DISTRICT, Selection(), "", None)
    assert (empty["months"], empty["codes"], empty["volume_l"], empty["total_l"]) == ([], [], [], [])


def test_a_region_closed_since_keeps_its_line_and_name(grid: Grid) -> None:
    use(grid[A], 7)
    models.Region.objects.filter(pk=grid[A].pk).update(valid_to=make.ReleaseFactory())
    models.Boundary.objects.filter(region=grid[A]).update(valid_to=make.ReleaseFactory())
    make.publish()
    grid.settle()
    row = next(row for row in ask(VILLAGE)["rows"] if row["code"] == A)
    assert (row["name"], row["volume_l"]) == (make.NAMES[A], 7)
    assert row["area_km2"] > 0


def test_water_of_before_in_a_region_closed_since_is_compared_too(grid: Grid) -> None:
    use(grid[A], 7, "2019-01")
    use(grid[C], 5, "2019-02")
    models.Region.objects.filter(pk=grid[A].pk).update(valid_to=make.ReleaseFactory())
    models.Boundary.objects.filter(region=grid[A]).update(valid_to=make.ReleaseFactory())
    make.publish()
    grid.settle()
    found = ask(VILLAGE, "2019-02")
    row = next(row for row in found["rows"] if row["code"] == A)
    assert (row["volume_l"], row["previous_l"], row["change"]) == (None, 7, None)
    assert sum(row["previous_l"] or 0 for row in found["rows"]) == 7


def test_a_selection_narrows_and_is_repeated_in_the_answer(grid: Grid) -> None:
    use(grid[A], 1, source=1, purpose=1)
    use(grid[A], 10, source=1, purpose=3)
    use(grid[A], 100, source=7, purpose=5)
    grid.settle()
    for asked, expected in (
        ((None, None, None), 111),
        (("new_water", None, None), 11),
        (("reclaimed", None, None), 100),
        ((None, None, "yes"), 1),
        ((None, None, "no"), 110),
        (("group_tap", "industrial", None), 10),
        (("district_tap", None, None), None),
    ):
        selection = parse_selection(*asked)
        found = ask(VILLAGE, selection=selection)
        assert (litres(found)[A], found["total_l"]) == (expected, expected)
        assert found["filters"] == selection.to_dict()
        if not expected:
            assert {row["share"] for row in found["rows"]} == {None}


@pytest.mark.parametrize(
    ("measure", "unit", "low", "high"),
    [("volume", "m3", 1.0, 8.0), ("per_km2", "m3/km2", 1.05, 8.5), ("change", "ratio", -0.5, 1.0)],
)
def test_legends_of_each_measure(grid: Grid, measure: str, unit: str, low: float, high: float) -> None:
    for code, before, now in ((A, 1_000, 1_000), (B, 1_000, 2_000), (C, 8_000, 4_000), (D, 8_000, 8_000)):
        use(grid[code], before, "2019-01")
        use(grid[code], now, "2019-02")
    grid.settle()
    found = ask(VILLAGE, "2019-02", measure=measure, k=4)["classes"]
    assert (found["measure"], found["unit"], found["method"]) == (measure, unit, "quantiles")
    assert found["min"] == pytest.approx(low, rel=0.02)
    assert found["max"] == pytest.approx(high, rel=0.02)
    assert sum(found["counts"]) == 4
    assert found["breaks"] == sorted(found["breaks"])


def test_a_series_is_the_answers_of_its_months(grid: Grid) -> None:
    for number, month in enumerate(("2019-01", "2019-02", "2019-04"), 1):
        use(grid[A], number, month)
        use(grid[NORTHERN], 10 * number, month)
        use(make.MeterFactory(geom=at(9, 9)), 100 * number, month)
    grid.settle()
    found = series(VILLAGE, Selection(), "", None)
    assert found["months"] == ["2019-01", "2019-02", "2019-04"]
    assert found["codes"] == [A, B, C, D]
    assert found["volume_l"] == [[1, 2, 3], *[[None] * 3] * 3]
    assert found["gaps"] == {"coarser": [10, 20, 30], "unassigned": [None] * 3, "outside": [100, 200, 300]}
    assert found["gaps_l"] == [110, 220, 330]
    assert found["total_l"] == [111, 222, 333]
    for column, month in enumerate(found["months"]):
        single = ask(VILLAGE, month)
        assert [row["volume_l"] for row in single["rows"]] == [row[column] for row in found["volume_l"]]
        assert single["total_l"] == found["total_l"][column]
    classes = series(VILLAGE, Selection(), "", None, "equal", 3, part="classes")
    assert classes["months"] == found["months"] and "volume_l" not in classes
    assert classes["classes"] == series(VILLAGE, Selection(), "", None, "equal", 3)["classes"]
    names = series(VILLAGE, Selection(), "", None, part="names")
    assert names["codes"] == found["codes"] and len(set(names["names"])) == 4 and "months" not in names
    north = series(VILLAGE, Selection(), NORTHERN, parse_period("2019-02..2019-04"))
    assert (north["codes"], north["months"], north["total_l"]) == ([C, D], ["2019-02", "2019-04"], [20, 30])


def test_the_index_of_regions_knows_paths_units_and_bounds(grid: Grid) -> None:
    index = region_index()
    assert [step.code for step in index.path(A)] == [make.CITY, make.DISTRICT, SOUTHERN, A]
    assert index.unit_of(index.by_code[D]) == UNIT
    assert index.unit_of(index.by_code[A]) == make.DISTRICT
    assert index.by_code[A].bounds == pytest.approx((116, 40, 116.01, 40.01))
    assert index.prefixes(UNIT) == [NORTHERN]
    assert index.prefixes(make.DISTRICT) == [make.DISTRICT]


def test_a_year_is_read_from_two_index_ranges_at_most(grid: Grid, django_assert_num_queries: Any) -> None:
    for month in range(1, 13):
        use(grid[A], month, f"2019-{month:02d}")
    grid.settle()
    ask(VILLAGE, "2019")  # regions are in memory from here
    # versions of the regions, of people and of what is provisional; months there are; months again for the range, and the totals;
    # no comparison: no 2018; and whether villages may be told
    with django_assert_num_queries(7):
        assert ask(VILLAGE, "2019-02..2019-11")["total_l"] == sum(range(2, 12))


def test_a_year_that_has_begun_is_compared_by_its_months(grid: Grid) -> None:
    """One month of 2020 beside all of 2019 had fallen by 94.7 %."""
    for month in range(1, 13):
        use(grid[A], 1000, f"2019-{month:02}")
    use(grid[A], 1100, "2020-01")
    grid.settle()
    found = ask(VILLAGE, "2020", versus=parse_period("2019"))
    assert found["versus"] == {"kind": "period", "period": "2019-01", "compared": "2020-01"}
    row = next(row for row in found["rows"] if row["code"] == A)
    assert (row["volume_l"], row["previous_l"], row["change"]) == (1100, 1000, pytest.approx(0.1))
    # And the other way: the whole year keeps its figure, and is compared by the month that both have.
    found = ask(VILLAGE, "2019", versus=parse_period("2020"))
    assert found["versus"] == {"kind": "period", "period": "2020-01", "compared": "2019-01"}
    row = next(row for row in found["rows"] if row["code"] == A)
    assert (row["volume_l"], row["previous_l"]) == (12_000, 1100)
    assert row["change"] == pytest.approx(1000 / 1100 - 1)


@pytest.mark.parametrize("before", [0, -5])
def test_of_nothing_or_less_there_is_no_percentage(grid: Grid, before: int) -> None:
    use(grid[A], 10, "2019-01")
    use(grid[A], before - 10, "2019-01", correction_no=1)
    use(grid[A], 100, "2019-02")
    grid.settle()
    row = next(row for row in ask(VILLAGE, "2019-02")["rows"] if row["code"] == A)
    assert (row["previous_l"], row["volume_l"], row["change"]) == (before, 100, None)
