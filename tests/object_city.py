"""A small city whose objects are linked with each other: what a browser is led through from one to the next."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tests import factories as make
from tests.factories import A, at

OWN_WELL = 4
LITRES = {1: 2_000_000, 2: 3_500_000}


def make_city() -> make.Grid:
    """One meter of two months, of a user with a permit whose holder has a well besides, in a village of its own."""
    grid = make.make_grid()
    user = make.WaterUserFactory(code="U1", name="一号用水户")
    holder = make.HolderFactory(code="H1", name="一号取水户")
    permit = make.PermitFactory(code="P1", permitted_l_per_year=9_000_000, holder=holder)
    user.permits.add(permit)
    make.WellFactory(code="W1", name="一号井", geom=at(0.5, 0.5)).permits.add(permit)
    make.FacilityFactory(code="F1", name="第一水厂", geom=at(0.6, 0.5))
    meter = make.MeterFactory(code="M1", source=OWN_WELL)
    meter.users.add(user, make.WaterUserFactory(code="U2"))
    for month, litres in LITRES.items():
        make.UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=litres)
    make.UsageFactory(region=grid[A], volume_l=500)
    with transaction.atomic():
        grid.settle()
    return grid
