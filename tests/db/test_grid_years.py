"""The kept years of the grid hold what its rows of months hold, whatever was touched, and raise the grid's version."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from layers import models
from layers.grid import assign
from layers.versions import as_of
from layers.vocab import AREA_RULES
from tests import factories as make
from tests.factories import A, Grid
from tests.grid_world import grid_world

pytestmark = pytest.mark.django_db
Years = dict[tuple[int, int], tuple[list[int], list[int], list[int]]]


@pytest.fixture
def grid() -> Grid:
    return grid_world()


def held() -> Years:
    found = {
        (row.year, row.unit_id): (row.volume_l, row.gross_l, row.by_area_l) for row in models.GridYear.objects.all()
    }
    assert found
    return found


def summed() -> Years:
    """The same from the rows of months, by plain addition."""
    found: Years = {}
    for row in models.GridUsage.objects.filter(gap=0):
        assert row.unit_id is not None
        volume, gross, by_area = found.setdefault((row.month.year, row.unit_id), ([0] * 12, [0] * 12, [0] * 12))
        nth = row.month.month - 1
        volume[nth] += row.volume_l
        gross[nth] += abs(row.volume_l)
        by_area[nth] += abs(row.volume_l) if row.rule in AREA_RULES else 0
    return found


def assign_again(*months: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        assign.rebuild(cursor, list(months))


def test_the_years_hold_what_the_months_do(grid: Grid) -> None:
    assert held() == summed()
    assert {year for year, _ in held()} == {2018, 2019}
    assert any(gross != volume for volume, gross, _ in held().values()), "a correction is among them"


def test_a_touched_month_is_replaced_and_the_others_stay(grid: Grid) -> None:
    before = held()
    make.UsageFactory(region=grid[A], month="2019-01-01", volume_l=5_000_000, purpose=5, source=5)
    assign_again(date(2019, 1, 1))
    after = held()
    assert after == summed() != before
    assert {key: row for key, row in after.items() if key[0] == 2018} == {
        k: r for k, r in before.items() if k[0] == 2018
    }
    for key in before.keys() & after.keys():
        assert after[key][0][2] == before[key][0][2]


def test_a_month_that_loses_its_records_loses_its_litres(grid: Grid) -> None:
    models.UsageRecord.objects.filter(month__year=2018).delete()
    assign_again(date(2018, 12, 1))
    assert held() == summed()
    assert {year for year, _ in held()} == {2019}


def test_a_grid_that_was_assigned_before_years_were_kept_gets_them(grid: Grid) -> None:
    from importlib import import_module

    before = held()
    models.GridYear.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("layers.migrations.0004_grid_year").FILL)
    assert held() == before


def test_assigning_raises_the_grids_version_though_no_release_is_made(grid: Grid) -> None:
    before = as_of(["grid"])
    assign_again(date(2019, 1, 1))
    after = as_of(["grid"])
    assert (after.version, after.stamp != before.stamp) == (models.Release.objects.order_by("-pk")[0].pk, True)
    assert as_of().stamp == after.stamp, "answers of everything are made anew too"
