"""Residents and households: how they come in, which count a figure divides by, and what has none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from layers.ingest.undo import undo
from layers.models import LayerVersion, Population
from layers.periods import Month
from layers.registry import STATISTICS
from layers.stats.divisions import today
from layers.stats.measures import PER_HOUSEHOLD, PER_RESIDENT, Divisors, days_in
from layers.stats.population import Count, People, chosen, populations
from layers.stats.regions import region_index
from layers.versions import as_of
from tests import factories as make
from tests.db.ingest_files import counts, csv, load, reasons
from tests.factories import CITY, DISTRICT, NORTHERN, SOUTHERN, UNIT, A, B, C, D

pytestmark = pytest.mark.django_db
END = date(2019, 12, 31)


def said(code: str, end: date = END, *, unit: bool = False) -> People:
    index = region_index(today())
    return populations(today()).of(index.units[code] if unit else index.by_code[code], end)


def test_a_file_is_imported_changed_and_taken_back(tmp_path: Path) -> None:
    make.make_grid()
    first = csv(
        tmp_path / "census.csv",
        """区划名称,普查时点,常住人口(万人),户数,出处
        南街道,2020-11-01,1.2345,4321,普查
        110101002,2020/11/1,0.5,,普查
        合计,,1.7345,,
        """,
    )
    rehearsed = load("population", first, commit=False)
    assert (counts(rehearsed), reasons(rehearsed)) == ((2, 0, 0, 0), [])
    assert not Population.objects.exists()
    report = load("population", first)
    assert counts(report) == (2, 0, 0, 0)
    rows = Population.objects.order_by("region__code").values_list("region__code", "day", "residents", "households")
    assert list(rows) == [(SOUTHERN, date(2020, 11, 1), 12345, 4321), (NORTHERN, date(2020, 11, 1), 5000, None)]
    assert counts(load("population", first)) == (0, 0, 2, 0)

    second = csv(tmp_path / "more.csv", f"region,day,residents\n{SOUTHERN},2020-11-01,99\n{SOUTHERN},2010-11-01,7\n")
    changed = load("population", second)
    assert counts(changed) == (1, 1, 0, 0)
    (change,) = changed.changes.first
    assert (change.code, change.field, change.old, change.new) == (f"{SOUTHERN} 2020-11-01", "residents", "12345", "99")
    kept = Population.objects.get(region__code=SOUTHERN, day=date(2020, 11, 1))
    assert (kept.residents, kept.households) == (99, 4321)  # a column that the file lacks keeps its values

    assert changed.release_id
    undone = undo(changed.release_id, commit=True)
    assert (undone.removed, undone.restored) == (1, 1)
    assert list(rows.all()) == [(SOUTHERN, date(2020, 11, 1), 12345, 4321), (NORTHERN, date(2020, 11, 1), 5000, None)]


def test_a_file_that_replaces_takes_out_the_rest(tmp_path: Path) -> None:
    make.make_grid()
    load("population", csv(tmp_path / "a.csv", f"region,day,residents\n{A},2020-11-01,5\n{C},2020-11-01,6"))
    replaced = load("population", csv(tmp_path / "b.csv", f"region,day,residents\n{A},2020-11-01,5"), replacing=True)
    assert replaced.gone == 1
    assert [one.region.code for one in Population.objects.all()] == [A]


def test_rows_that_cannot_be_are_refused_with_their_reason(tmp_path: Path) -> None:
    make.make_grid()
    report = load(
        "population",
        csv(
            tmp_path / "wrong.csv",
            f"""region,day,residents,households
            {A},2020-11-01,5,
            {A},2020-11-01,6,
            {B},2020-11-01,,
            {C},2099-01-01,5,
            999999,2020-11-01,5,
            {D},2020-11-01,-1,
            {D},,3,
            """,
        ),
    )
    assert reasons(report) == [
        (2, "region_id", "duplicate"),
        (3, "region_id", "duplicate"),
        (4, "residents/households", "missing"),
        (5, "day", "out_of_range"),
        (6, "region", "unknown_reference"),
        (7, "residents", "out_of_range"),
        (8, "day", "missing"),
    ]
    assert not Population.objects.exists()


@pytest.mark.parametrize(
    ("days", "end", "expected"),
    [
        (["2010-11-01", "2020-11-01"], "2019-12-31", "2010-11-01"),
        (["2010-11-01", "2020-11-01"], "2020-11-01", "2020-11-01"),
        (["2020-11-01", "2030-11-01"], "2019-12-31", "2020-11-01"),  # none before: the first after
        ([], "2019-12-31", None),
    ],
)
def test_the_nearest_count_before_the_end_else_the_first_after(days: list[str], end: str, expected: str | None) -> None:
    found = chosen([date.fromisoformat(day) for day in days], date.fromisoformat(end))
    assert found == (date.fromisoformat(expected) if expected else None)


def test_a_region_without_a_count_has_the_sum_of_parts_that_were_counted_on_one_day() -> None:
    make.make_grid(unit_of_north=True)
    make.count(A, "2010-11-01", residents=1)
    make.count(A, "2020-11-01", residents=100, households=40)
    make.count(B, "2020-11-01", residents=50)
    make.count(C, "2020-11-01", residents=7)
    assert said(SOUTHERN) == People(Count(150, date(2020, 11, 1), "", summed=True), None)  # B has no households
    assert said(A).residents == Count(1, date(2010, 11, 1))
    # D was never counted: neither is what it is a part of.
    assert [said(code).residents for code in (D, NORTHERN, DISTRICT, CITY)] == [None] * 4
    assert said(UNIT, unit=True) == People()

    make.count(D, "2021-11-01", residents=3)
    assert said(NORTHERN).residents is None  # on another day than C
    make.count(D, "2020-11-01", residents=3)
    assert [said(code).residents.number for code in (NORTHERN, DISTRICT, CITY)] == [10, 160, 160]  # type: ignore[union-attr]
    assert said(UNIT, unit=True).residents == Count(10, date(2020, 11, 1), "", summed=True)
    # A count of its own stands before any sum.
    make.count(DISTRICT, "2020-11-01", residents=200)
    assert [said(code).residents.number for code in (DISTRICT, CITY)] == [200, 200]  # type: ignore[union-attr]


def test_a_figure_is_litres_by_people_and_time() -> None:
    people = People(Count(4, END), Count(2, END))
    by = Divisors(1.0, people, days_in([Month(2019, 2), Month(2020, 2)]), 2)
    assert by.days == 57
    assert PER_RESIDENT.value(57 * 4 * 120, by) == 120
    assert PER_HOUSEHOLD.value(40_000, by) == 10
    assert PER_RESIDENT.value(None, by) is None
    assert PER_RESIDENT.value(0, by) == 0
    assert PER_HOUSEHOLD.value(1, Divisors(1.0, People(), 31, 1)) is None


@pytest.fixture
def counted() -> None:
    """Two months of use at villages, residents of one township and households of its villages."""
    grid = make.make_grid()
    make.count(SOUTHERN, "2020-11-01", residents=200, source="普查")
    make.count(A, "2018-01-01", households=10)
    make.count(B, "2018-01-01", households=20)
    for month in ("2019-01-01", "2019-02-01"):
        for place, litres in ((A, 590_000), (B, 590_000), (C, 1_000)):
            make.UsageFactory(month=month, region=grid[place], volume_l=litres, purpose=1)
            make.UsageFactory(month=month, region=grid[place], volume_l=litres, purpose=4)
    grid.settle()


def told(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.json()


def test_every_channel_tells_the_same_figure(counted: None, client: Client) -> None:
    litres = 4 * 2 * 590_000
    per_resident, per_household = litres / 200 / 59, litres / 1000 / 30 / 2
    of_south = {
        "residents": 200, "residents_day": "2020-11-01", "l_per_resident_day": pytest.approx(per_resident),
        "households": 30, "households_day": "2018-01-01", "m3_per_household_month": pytest.approx(per_household),
    }  # fmt: skip
    of_nobody = dict.fromkeys(of_south)
    stats = told(client, "/api/stats?level=township&period=2019&measure=per_resident")
    south, north = stats["rows"]
    assert {name: south[name] for name in of_south} == of_south
    assert {name: north[name] for name in of_south} == of_nobody  # no data, and no nought
    assert (stats["classes"]["unit"], stats["classes"]["min"]) == ("L/(person·d)", pytest.approx(per_resident))

    features = told(client, "/api/layers/township/features?period=2019")["features"]
    assert [{name: one["properties"][name] for name in of_south} for one in features] == [of_south, of_nobody]
    detail = told(client, f"/api/regions/{SOUTHERN}?period=2019")
    assert detail["population"] == {
        "residents": {"number": 200, "day": "2020-11-01", "source": "普查", "summed": False},
        "households": {"number": 30, "day": "2018-01-01", "source": "", "summed": True},
    }
    assert (detail["l_per_resident_day"], detail["m3_per_household_month"]) == (south["l_per_resident_day"], south["m3_per_household_month"])  # fmt: skip
    explained = {one["measure"]: one for one in told(client, f"/api/explain?region={SOUTHERN}&period=2019")["per"]}
    assert explained["per_resident"]["value"] == south["l_per_resident_day"]
    assert explained["per_household"]["times"] == 2
    series = told(client, "/api/stats/series?level=township")
    assert series["population"]["residents"] == {"days": ["2020-11-01"], "numbers": [[200, None]], "whole": [None]}
    assert series["classes"]["per_resident"]["year"]["2019"]["max"] == pytest.approx(per_resident)
    # What is divided is what the filter leaves.
    at_home = told(client, "/api/stats?level=township&period=2019&resident=yes")["rows"][0]
    assert at_home["l_per_resident_day"] == pytest.approx(per_resident / 2)


def test_cells_have_no_people_and_say_so(client: Client) -> None:
    grid = make.make_grid()
    make.UsageFactory(month="2019-01-01", region=grid[A])
    grid.settle()
    grid.cut(500)
    response = client.get("/api/stats/cells?period=2019&measure=per_resident")
    assert response.status_code == 400
    problem = response.json()
    assert problem["param"] == "measure" and "residents" in problem["detail"]
    assert problem["allowed"] == ["volume", "per_km2"]


def test_a_count_raises_the_versions_of_figures_of_regions_and_no_other(counted: None) -> None:
    before = dict(LayerVersion.objects.values_list("dataset", "release_id"))
    release = make.publish("population")
    assert as_of(STATISTICS).version == release.pk
    after = dict(LayerVersion.objects.values_list("dataset", "release_id"))
    assert {name for name in after if after[name] != before.get(name)} == {"population"}
