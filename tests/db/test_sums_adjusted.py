"""Sums that follow a change of a few records are those that a rebuild would write, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from layers import models, placing
from layers.grid import conservation
from layers.recorded import all_months
from layers.stats import adjust, rebuild
from tests import factories as make
from tests.factories import DISTRICT, NORTHERN, SOUTHERN, A, B

pytestmark = pytest.mark.django_db

COLUMNS = ("level", "source_sel", "purpose_sel", "month", "code", "parent_code", "gap", "volume_l", "ytd_l", "records")


def rows() -> set[tuple[Any, ...]]:
    return set(models.UsageSum.objects.values_list(*COLUMNS))


def month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


@pytest.fixture
def town(db: None) -> make.Grid:
    """A meter, a plant and a village with usage over parts of two years."""
    grid = make.make_grid(unit_of_north=True)
    meter = make.MeterFactory(code="M1")
    for number, text in enumerate(("2018-11", "2019-01", "2019-02", "2019-05")):
        make.UsageFactory(meter=meter, month=month(text), volume_l=100 + number)
        make.UsageFactory(meter=make.MeterFactory(), month=month(text), volume_l=7)
        make.UsageFactory(facility=make.FacilityFactory(kind=2, geom=make.at(0.5, 1.5)), month=month(text), source=3)
        make.UsageFactory(region=grid[A], month=month(text), source=5, purpose=2, volume_l=30)
    grid.settle()
    return grid


def meter() -> models.Meter:
    return models.Meter.objects.get(code="M1")


def place() -> None:
    with connection.cursor() as cursor:
        for dataset in ("meter", "facility"):
            placing.place(cursor, dataset)


def move(to: Any) -> Callable[[make.Grid], None]:
    def change(grid: make.Grid) -> None:
        models.Meter.objects.filter(code="M1").update(geom=to, declared_region=grid[NORTHERN] if to is None else None)
        place()

    return change


def set_volume(grid: make.Grid) -> None:
    meter().usage.filter(month=month("2019-02")).update(volume_l=1)


def cancel_out(grid: make.Grid) -> None:
    make.UsageFactory(meter=meter(), month=month("2019-01"), correction_no=1, volume_l=-101)


def first_of_its_kind(grid: make.Grid) -> None:
    make.UsageFactory(meter=meter(), month=month("2019-02"), source=7, purpose=5)


def only_late_in_the_year(grid: make.Grid) -> None:
    make.UsageFactory(region=grid[B], month=month("2019-05"), source=6, purpose=7)


def measured_coarsely(grid: make.Grid) -> None:
    make.UsageFactory(region=grid[SOUTHERN], month=month("2019-01"), source=1, volume_l=55)
    make.UsageFactory(region=grid[DISTRICT], month=month("2019-01"), source=1, volume_l=5)


def drop_all_of_a_meter(grid: make.Grid) -> None:
    meter().usage.all().delete()


def a_new_month(grid: make.Grid) -> None:
    make.UsageFactory(meter=meter(), month=month("2019-03"), volume_l=9)


def a_new_year(grid: make.Grid) -> None:
    make.UsageFactory(meter=meter(), month=month("2020-03"), volume_l=9)


def a_month_goes(grid: make.Grid) -> None:
    models.UsageRecord.objects.filter(month=month("2019-02")).delete()


def another_kind(grid: make.Grid) -> None:
    models.SupplyFacility.objects.update(kind=4)


CHANGES = {
    "to another village": move(make.at(1.5, 0.5)),
    "to another unit": move(make.at(1.5, 1.5)),
    "out of the city": move(make.at(9, 9)),
    "to no position": move(None),
    "another volume": set_volume,
    "a correction to nothing": cancel_out,
    "a new combination": first_of_its_kind,
    "a combination late in the year": only_late_in_the_year,
    "records at coarser levels": measured_coarsely,
    "no records any more": drop_all_of_a_meter,
    "a month that was not there": a_new_month,
    "a year that was not there": a_new_year,
    "a month that is gone": a_month_goes,
    "a facility of another kind": another_kind,
    "nothing": lambda grid: None,
}


@pytest.mark.parametrize("name", CHANGES)
def test_adjusted_sums_are_the_rebuilt_ones(town: make.Grid, name: str) -> None:
    with connection.cursor() as cursor:
        everything = set(models.UsageRecord.objects.values_list("pk", flat=True))
        adjustment = adjust.Adjustment(cursor, everything)
        CHANGES[name](town)
        adjustment.apply(cursor, models.UsageRecord.objects.values_list("pk", flat=True))
        adjusted = rows()
        rebuild.rebuild(cursor, [*all_months(cursor), month("2019-02")])
    assert adjusted == rows() != set()


def test_only_the_months_of_the_records_are_named(town: make.Grid) -> None:
    record = meter().usage.get(month=month("2019-02"))
    with connection.cursor() as cursor:
        adjustment = adjust.Adjustment(cursor, [record.pk])
        models.UsageRecord.objects.filter(pk=record.pk).update(volume_l=1)
        assert adjustment.apply(cursor, [record.pk]) == [month("2019-02")]


def test_few_records_are_not_summed_with_all_others(town: make.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "rebuild", lambda *args: pytest.fail("summed everything again"))
    with connection.cursor() as cursor:
        adjustment = adjust.Adjustment(cursor, meter().usage.values_list("pk", flat=True))
        move(make.at(1.5, 1.5))(town)
        adjustment.apply(cursor, meter().usage.values_list("pk", flat=True))


@pytest.mark.parametrize("few", [0, 1000])
def test_a_litre_that_a_level_loses_ends_the_change(town: make.Grid, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """At one level only, by a rebuild (few 0) and by adjustment."""
    monkeypatch.setattr(adjust, "FEW", few)
    honest = rebuild.load
    wrong = honest("usage_sums").replace("%(sign)s * sum(volume_l),", "%(sign)s * sum(volume_l) - (level = 3)::int,")
    assert wrong != honest("usage_sums")
    with (
        pytest.raises(conservation.NotConserved, match="township"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        adjustment = adjust.Adjustment(cursor, meter().usage.values_list("pk", flat=True))
        move(make.at(1.5, 1.5))(town)
        monkeypatch.setattr(rebuild, "load", lambda name: wrong if name == "usage_sums" else honest(name))
        adjustment.apply(cursor, meter().usage.values_list("pk", flat=True))


def test_many_records_are(town: make.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjust, "FEW", 3)
    called: list[Any] = []
    monkeypatch.setattr(rebuild, "rebuild", lambda cursor, months: called.append(list(months)))
    with connection.cursor() as cursor:
        adjustment = adjust.Adjustment(cursor, meter().usage.values_list("pk", flat=True))
        adjustment.apply(cursor, meter().usage.values_list("pk", flat=True))
    assert [len(months) for months in called] == [4]
