"""A small city whose water is in cells by position and by area, over two years: what the tests of the seen grid share."""

from __future__ import annotations

from typing import Any

from django.db.models.expressions import RawSQL

from layers import models
from layers.periods import parse_period
from layers.selection import parse_selection
from layers.stats import explain
from layers.stats.explain import RecordsPage
from tests import factories as make
from tests.factories import DISTRICT, A, B, C, Grid, at

MONTHS = ("2018-12", "2019-01", "2019-03")


def grid_world() -> Grid:
    """Metered, shared, corrected, unassigned and outside water, assigned to cells of 500 m."""
    grid = make.make_grid(unit_of_north=True)
    inside = make.MeterFactory(code="M1", geom=at(0.5, 0.5), purpose=3)
    other = make.MeterFactory(code="M2", geom=at(1.5, 1.5), purpose=3)
    outside = make.MeterFactory(code="M3", geom=at(9, 9), purpose=3)
    grid.settle()
    for number, month in enumerate(MONTHS, 1):
        day = f"{month}-01"
        make.UsageFactory(meter=inside, month=day, volume_l=1_000 * number, purpose=3)
        make.UsageFactory(meter=other, month=day, volume_l=50, purpose=3, source=7)
        make.UsageFactory(region=grid[A], month=day, volume_l=10_007 * number, purpose=4, source=5)
        make.UsageFactory(region=grid[B], month=day, volume_l=999, purpose=1, source=5)
    make.UsageFactory(meter=inside, month="2019-03-01", volume_l=-400, purpose=2, correction_no=1)
    make.UsageFactory(region=grid[C], month="2019-03-01", volume_l=77, purpose=4, source=5)
    make.UsageFactory(meter=outside, month="2019-01-01", volume_l=123, purpose=3)
    make.UsageFactory(region=grid[DISTRICT], month="2019-01-01", volume_l=456, purpose=1)
    grid.settle()
    grid.cut()
    return grid


def kept(period: str, source: str = "", purpose: str = "", size: int = 500) -> dict[str, tuple[int, float | None]]:
    """Litres and the share by area of each unit with any row, straight from `GridUsage`."""
    months = [month.first_day for month in parse_period(period).months]
    selection = parse_selection(source, purpose, "")
    found: dict[str, list[int]] = {}
    rows: Any = models.GridUsage.objects.filter(
        size=size, month__in=months, gap=0, source__in=selection.sources, purpose__in=selection.purposes
    )
    for code, rule, litres in rows.values_list("unit__code", "rule", "volume_l"):
        sums = found.setdefault(code, [0, 0, 0])
        sums[0] += litres
        sums[1] += abs(litres)
        sums[2] += abs(litres) if rule in (4, 7) else 0
    return {code: (litres, by_area / gross if gross else None) for code, (litres, gross, by_area) in found.items()}


def versions(**which: Any) -> set[tuple[Any, ...]]:
    """Rows of `GridUsage` with the place the database wrote each to: a row written again, though the same, is another."""
    placed: Any = models.GridUsage.objects.filter(**which).annotate(ctid=RawSQL("layers_gridusage.ctid::text", []))
    return set(placed.values_list("pk", "volume_l", "ctid"))


def explained(code: str, period: str, source: str = "", purpose: str = "") -> int:
    """What the parts of a unit add up to."""
    answer = explain.explain_unit(code, parse_period(period), parse_selection(source, purpose, ""), RecordsPage(1000))
    assert answer["volume_l"] == answer["parts_l"] == sum(part["volume_l"] for part in answer["parts"])
    return int(answer["parts_l"])
