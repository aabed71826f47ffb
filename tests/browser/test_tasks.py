"""Ten things that officers come to do, at six sizes of window: done in few presses, each from the page as it opens.

In an ordinary run each is done at one size, every day at another, and at each size one or two; in a whole one every one at every size.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from layers import models
from tests import factories as make
from tests.browser.page_model import SIZES, open_map, window
from tests.browser.tasks import MOST_PRESSES, TASKS, Facts, Officer
from tests.factories import DISTRICT, A, at
from tests.thorough import TURN, shared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def new_city_page(transactional_db: None, new_own_page: Callable[..., Any]) -> Callable[..., Any]:
    """Pages of a city of two townships, each with a metered well; two months, cells and a plant."""
    grid = make.make_grid()
    release = make.ReleaseFactory()
    permit = models.AbstractionPermit.objects.create(code="P1", permitted_l_per_year=9_000_000, release=release)
    for name, place in {"S": at(0.5, 0.5), "N": at(0.5, 1.5)}.items():
        meter = make.MeterFactory(code=f"M-{name}", geom=place, source=4)
        well = make.WellFactory(code=f"W-{name}", geom=place, declared_region=grid[A])
        well.permits.add(permit)
        meter.wells.add(well)
        for month in (1, 2):
            make.UsageFactory(meter=meter, month=date(2019, month, 1), volume_l=month * 1_000_000, source=4)
    make.FacilityFactory(code="F1", geom=at(0.2, 0.2))
    with transaction.atomic():
        grid.settle()
    grid.cut()
    make.publish()
    return new_own_page


@pytest.mark.parametrize(
    ("size", "tasks"), list(zip(SIZES, shared(TASKS, len(SIZES), 1, TURN), strict=True)), ids=SIZES
)
def test_every_task_is_done_in_few_presses(
    new_city_page: Callable[..., Any], size: str, tasks: list[Callable[[Officer], None]]
) -> None:
    width, height, touch, _ = SIZES[size]
    page = new_city_page(**window(width, height, touch))
    name = models.Region.objects.get(code=DISTRICT).name
    pressed = {}
    for task in tasks:
        open_map(page)
        officer = Officer(page, Facts(DISTRICT, name, "W-S", "2019-02", "2019-01"), touch)
        task(officer)
        pressed[task.__name__] = officer.presses
    assert {name: presses for name, presses in pressed.items() if presses > MOST_PRESSES} == {}
