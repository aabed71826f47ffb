"""What cannot be answered is refused: sums of nothing look like an answer."""

from __future__ import annotations

import pytest
from django.test import Client

from layers.models import Boundary, Region, Release
from tests import factories as make
from tests.factories import DISTRICT, SOUTHERN, UNIT, A, B, Grid


@pytest.fixture(autouse=True)
def grid(db: None) -> Grid:
    found = make.make_grid(unit_of_north=True)
    make.UsageFactory(region=found[A])
    found.settle()
    return found


@pytest.mark.parametrize(
    ("level", "parent", "allowed"),
    [
        ("city", DISTRICT, ["district", "township", "village"]),
        ("district", SOUTHERN, ["township", "village"]),
        ("township", A, ["village"]),
        ("reporting_unit", DISTRICT, ["district", "township", "village"]),
        ("reporting_unit", UNIT, ["township", "village"]),
        ("district", UNIT, ["township", "village"]),
    ],
)
@pytest.mark.parametrize("url", ["/api/stats?period=2019&", "/api/stats/series?"])
def test_a_parent_that_holds_no_region_of_the_level(
    client: Client, url: str, level: str, parent: str, allowed: list[str]
) -> None:
    response = client.get(f"{url}level={level}&parent={parent}")
    assert (response.status_code, response.json()["param"]) == (400, "level")
    assert response.json()["allowed"] == allowed


@pytest.mark.parametrize(
    ("level", "parent"),
    [("city", "11"), ("reporting_unit", "11"), ("district", DISTRICT), ("village", A), ("township", UNIT)],
)
@pytest.mark.parametrize("url", ["/api/stats?period=2019&", "/api/stats/series?"])
def test_a_parent_that_does(client: Client, url: str, level: str, parent: str) -> None:
    assert client.get(f"{url}level={level}&parent={parent}").status_code == 200


def test_a_feed_of_regions_that_a_smaller_one_cannot_hold_is_empty(client: Client) -> None:
    assert client.get(f"/api/layers/district/features?region={SOUTHERN}&period=2019").json()["features"] == []
    assert client.get("/api/layers/district/features?region=11&period=2018").status_code == 404
    assert client.get(f"/api/layers/district/features?region={SOUTHERN}&period=2018").status_code == 404


def test_a_closed_region_without_usage_is_no_fault(client: Client) -> None:
    make.publish("region")
    closing = Release.objects.latest("id")
    Boundary.objects.filter(region__code=B).update(valid_to=closing)
    Region.objects.filter(code=B).update(valid_to=closing)
    make.publish("region")
    response = client.get(f"/api/regions/{B}")
    assert (response.status_code, response.json()["param"]) == (404, "code")
