"""A small city with everything that a report shows: two years of use, objects of each stage, faults to be found."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from geoapp.reports import content, document, ground
from geoapp.reports.ask import Ask
from geoapp.reports.structure import Report
from layers.models import UsageRecord
from layers.periods import parse_period
from tests import factories as make
from tests.factories import NORTHERN, SOUTHERN, A, B, C, Grid, at, outline, square

PERIODS = ("2018", "2019", "2019-07", "2018-11..2019-03", "2019-06..2020-02")


def make_city(unit_of_north: bool = False) -> Grid:
    """Usage at villages, townships, the district, a plant and meters in 2018 and 2019; one meter outside the city."""
    city = make.make_grid(unit_of_north)
    district = city[make.DISTRICT]
    number, release, records = 0, make.ReleaseFactory(dataset="usage"), []
    for year in (2018, 2019):
        for month in range(1, 13):
            for place in (A, B, C, SOUTHERN, NORTHERN, make.DISTRICT):
                for source, purpose in ((1, 1), (5, 4), (7, 5)):
                    number += 1
                    made = {"region": city[place], "month": date(year, month, 1), "source": source, "purpose": purpose}
                    records.append(UsageRecord(**made, release=release, volume_l=10_000_000 + 1_234_567 * number))
    UsageRecord.objects.bulk_create(records)
    plant = make.FacilityFactory(
        code="UP1", name="第一水厂", declared_region=district, capacity_m3_d=50_000, managed_by=1, geom=at(0.3, 0.4)
    )
    make.SupplyAreaFactory(facility=plant, geom=outline(square(0, 0, 2, 1)))
    for n in range(6):
        make.FacilityFactory(
            code=f"VS{n}", name=f"丙村{n}号供水站", kind=3, geom=at(0.2 + n / 8, 1.4), declared_region=city[C]
        )
    make.FacilityFactory(code="VS9", name="=1+1", kind=3, geom=at(0.2, 1.4), declared_region=city[C])
    make.WellFactory(declared_region=district, depth_m=80, year_built=1999)
    make.WellFactory(declared_region=district, geom=None)
    make.WellFactory(declared_region=district, geom=at(9, 9), metering=3)
    make.UsageFactory(meter=make.MeterFactory(geom=at(9, 9)), month="2019-07-01", volume_l=77_000_000)
    make.WaterUserFactory(declared_region=district)
    city.settle()
    return city


def drawn_of(report: Report, lang: str = "zh") -> document.Drawn:
    """With its drawings, of the database as it is."""
    return document.draw(report, ground.read(report), lang)


def drawn_apart(blocker: Any) -> dict[str, document.Drawn]:
    """The district's report of 2019 drawn in both languages, for a whole module: of a city that is taken back."""
    with blocker.unblock(), transaction.atomic():
        make_city()
        report = content.build(Ask(make.DISTRICT, parse_period("2019"), site="http://x/"))
        found = {lang: drawn_of(report, lang) for lang in ("zh", "en")}
        transaction.set_rollback(True)
    return found
