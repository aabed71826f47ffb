"""Statistics over HTTP: the parameters reach the question, and every way of asking gives one number."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from layers import models, registry, vocab
from layers.stats.absence import added
from layers.versions import as_of
from tests import factories as make
from tests.factories import NORTHERN, SOUTHERN, A, B, C, D, Grid, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Grid:
    found = make.make_grid()
    number = 0
    for month in ("2018-01-01", "2019-01-01", "2019-02-01"):
        for place in (A, B, C, SOUTHERN, make.DISTRICT):
            for source, purpose in ((1, 1), (2, 3), (7, 5)):
                number += 1
                make.UsageFactory(
                    region=found[place], month=month, source=source, purpose=purpose, volume_l=1_000 * number**2
                )
    make.UsageFactory(meter=make.MeterFactory(geom=at(9, 9)), month="2019-01-01", volume_l=77)
    found.settle()
    return found


def get(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200, response.content[:500]
    return dict(response.json())


def test_an_answer_has_all_its_parts(client: Client, grid: Grid) -> None:
    body = get(client, "/api/stats?level=village&period=2019-02&versus=year&measure=per_km2&method=equal&k=3")
    assert set(body) == {
        "as_of", "synthetic", "level", "parent", "period", "versus", "boundaries", "redrawn", "filters", "total_l", "rows", "gaps", "classes",
        "notes", "former", "provisional", "provisional_notes",
    }  # fmt: skip
    assert body["as_of"] == as_of(registry.STATISTICS).to_dict()
    assert [row["code"] for row in body["rows"]] == [A, B, C, D]
    for row in body["rows"]:
        assert set(row) == {
            "code", "name", "volume_l", "share", "area_km2", "m3_per_km2", "previous_l", "change", "residents", "residents_day",
            "households", "households_day", "l_per_resident_day", "m3_per_household_month", "standing", "provisional",
        }  # fmt: skip
    assert body["versus"] == {"kind": "year", "period": None, "compared": None}  # no February of 2018
    assert (body["classes"]["measure"], body["classes"]["unit"]) == ("per_km2", "m3/km2")
    assert (body["classes"]["method"], len(body["classes"]["breaks"])) == ("equal", 2)


def test_without_a_level_districts_are_meant(client: Client, grid: Grid) -> None:
    assert get(client, "/api/stats?period=2019")["level"] == "district"
    assert get(client, "/api/stats/series")["level"] == "district"


@pytest.mark.parametrize("level", vocab.LEVEL.codes)
@pytest.mark.parametrize("question", ["", "source=new_water", "resident=no", "purpose=industrial&source=district_tap"])
def test_rows_and_gaps_are_the_total_and_every_level_has_the_same(
    client: Client, grid: Grid, level: str, question: str
) -> None:
    body = get(client, f"/api/stats?level={level}&period=2019&{question}")
    assert added(line["volume_l"] for line in [*body["rows"], *body["gaps"]]) == body["total_l"]
    assert body["total_l"] == get(client, f"/api/stats?level=city&period=2019&{question}")["total_l"]


@pytest.mark.parametrize("question", ["period=2019-01", "period=2019", "period=2018-01..2019-01&source=reclaimed",
                                      "period=2019-02&resident=yes"])  # fmt: skip
def test_statistics_series_feed_and_region_say_one_number(client: Client, grid: Grid, question: str) -> None:
    selection = "&".join(part for part in question.split("&")[1:])
    body = get(client, f"/api/stats?level=village&{question}")
    by_code = {row["code"]: row["volume_l"] for row in body["rows"]}
    series = get(client, f"/api/stats/series?level=village&{question}")
    assert {code: added(row) for code, row in zip(series["codes"], series["volume_l"], strict=True)} == by_code
    assert added(series["total_l"]) == body["total_l"]
    assert added(series["gaps_l"]) == added(gap["volume_l"] for gap in body["gaps"])
    feed = get(client, f"/api/layers/village/features?{question}")
    assert {feature["id"]: feature["properties"]["volume_l"] for feature in feed["features"]} == by_code
    for code, litres in by_code.items():
        glance = get(client, f"/api/regions/{code}?{question}")
        assert glance["volume_l"] == litres, selection
    township = get(client, f"/api/regions/{SOUTHERN}?{question}")
    assert {child["code"]: child["volume_l"] for child in township["children"]} == {A: by_code[A], B: by_code[B]}


def test_a_parent_limits_rows_and_gaps(client: Client, grid: Grid) -> None:
    body = get(client, f"/api/stats?level=village&period=2019-01&parent={SOUTHERN}")
    assert [row["code"] for row in body["rows"]] == [A, B]
    assert {gap["parent"] for gap in body["gaps"]} == {SOUTHERN}
    assert body["parent"] == SOUTHERN
    township = get(client, "/api/stats?level=township&period=2019-01")
    assert body["total_l"] == next(row["volume_l"] for row in township["rows"] if row["code"] == SOUTHERN)
    assert get(client, f"/api/stats?level=village&period=2019-01&parent={NORTHERN}")["gaps"] == []


def test_an_answer_costs_few_statements(client: Client, grid: Grid, django_assert_num_queries: Any) -> None:
    get(client, "/api/stats?level=village&period=2019-01")  # the regions are in memory from here
    with django_assert_num_queries(5):
        # what the asker may see; versions, once; months there are; again for the totals; both years' at once
        get(client, "/api/stats?level=village&period=2019-01&versus=year")
    with django_assert_num_queries(4):
        get(client, "/api/stats/series?level=village")
    with django_assert_num_queries(2):
        get(client, "/api/stats/series?level=village")


def test_made_up_places_make_made_up_figures(client: Client, grid: Grid) -> None:
    """No figure by place goes out without the mark; surveyed places alone take it off."""
    urls = (
        "/api/stats?period=2019",
        "/api/stats/series",
        f"/api/regions/{SOUTHERN}",
        "/api/layers/district/features?period=2019",
    )
    assert [get(client, url)["synthetic"] for url in urls] == [True] * 4
    models.Boundary.objects.update(quality=1)
    models.Meter.objects.update(position_quality=1)
    grid.settle()
    assert [get(client, url)["synthetic"] for url in urls] == [False] * 4


def test_legend_classes_of_the_matrix_are_those_of_the_period(client: Client, grid: Grid) -> None:
    """One question, one legend: a year's classes in the matrix are what the statistics give for that year."""
    matrix = get(client, "/api/stats/series?level=village&k=3&method=equal")["classes"]
    for measure in ("volume", "per_km2"):
        asked = get(client, f"/api/stats?level=village&period=2019&k=3&method=equal&measure={measure}")
        assert matrix[measure]["year"]["2019"] == asked["classes"]
        known = [v for row in get(client, "/api/stats/series?level=village")["volume_l"] for v in row if v is not None]
        assert sum(matrix[measure]["month"]["counts"]) == len(known)
